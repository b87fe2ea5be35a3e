"""The commands as a planner meets them: help in Swedish, the small commands, and a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from granssnitt.rot import JAMFOR, KOR, QUICK, assert_swedish_error, english_words, everything_in, half_written, run

COMMANDS = ("jamfor", "kor", "avstam", "prognos", "varians", "spar", "rita", "lista")
HELP = [(), ("--hjalp",), ("-h",), *((command, "--hjalp") for command in COMMANDS)]
HEMMAPLAN = (str(Path(sysconfig.get_path("scripts")) / "hemmaplan"),)
MODULE = (sys.executable, "-m", "sim")


@pytest.mark.parametrize("words", HELP, ids=[" ".join(words) or "alone" for words in HELP])
def test_help_is_in_swedish(words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("användning: hemmaplan")
    assert not english_words(ran.out.replace("--help", ""))


def test_help_lists_every_command() -> None:
    out = run().out
    assert all(f"\n    {command} " in out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_names_it_once(command: str) -> None:
    assert run(command, "--hjalp").out.startswith(f"användning: hemmaplan {command} ")


def test_list_shows_what_there_is(rot: Path) -> None:
    ran = run("lista")
    assert (ran.code, ran.err) == (0, "")
    for part in ("prov", "Provköping", "annan", "Annanstad", "hem_2", "Två platser till. Vad ger två platser till?"):
        assert part in ran.out
    assert everything_in(Path.cwd()) == {}


def test_comparison_is_told_and_its_place(rot: Path, without_figures: None) -> None:
    ran = run(*JAMFOR)
    assert ran.code == 0
    assert "Två platser till" in ran.out
    (folder,) = (rot / "results" / "prov").iterdir()
    assert ran.out.splitlines()[-1] == f"Resultat: {folder}"
    assert ran.out.startswith((folder / "sammanfattning.md").read_text(encoding="utf-8"))


def test_place_is_told_from_where_one_stands(rot: Path, without_figures: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(rot)
    assert run(*KOR, "studie.slut='2018-02-28'").out.splitlines()[-1].startswith("Resultat: results/prov/")


def test_reconciliation_stands_against_the_document(rot: Path) -> None:
    ran = run("avstam", "prov", *QUICK)
    assert ran.code == 0, ran.err
    (folder,) = (rot / "results" / "prov_avstamning").iterdir()
    table = pd.read_csv(folder / "avstamning.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert table.loc[0, "dokument"] == 150
    assert "| Externa dygn | 2018 | dygn | 150 |" in ran.out
    assert (folder / "avstamning.md").read_text(encoding="utf-8") in ran.out + "\n"


def test_forecast_is_laid_out_as_in_a_report_and_saved(rot: Path) -> None:
    """Handläggare: two posts of 600 tkr for 184 of 365 days, 604.9 tkr. Lokaler: 365 tkr a year, a thousand a day."""
    ran = run("prognos", "prov", *QUICK)
    assert ran.code == 0, ran.err
    (folder,) = (rot / "results" / "prov_prognos").iterdir()
    table = pd.read_csv(folder / "prognos.csv", sep=";", decimal=",", encoding="utf-8-sig").set_index("rad")
    assert table.loc["Handläggare", "simulerad_rest"] == pytest.approx(2 * 600 * 184 / 365, abs=0.001)
    assert table.loc["Lokaler", "prognos"] == 181 + 184
    assert table.loc["Summa", "prognos"] == pytest.approx(
        table.loc[["Boende", "Handläggare", "Lokaler"], "prognos"].sum()
    )
    assert "| Verksamhet | Budget helår | Utfall hittills | Simulerad rest | Prognos helår | Avvikelse |" in ran.out
    assert "| Lokaler | 400 | 181 | 184 | 365 | +35 | – | – |" in ran.out
    assert "| – därav köpt boende |" in ran.out
    assert "Beståndet den 1\u00a0jul\u00a02018 är givet för Stöd." in ran.out
    assert "- Påhittat." in ran.out
    assert (folder / "prognos.md").read_text(encoding="utf-8") in ran.out + "\n"


def test_variance_of_common_random_numbers_is_told(rot: Path) -> None:
    ran = run("varians", "prov", "hem_2", "--verksamhet", "stod", *QUICK)
    assert ran.code == 0, ran.err
    assert "varians, gemensamma slumptal" in ran.out and "kvot" in ran.out
    assert not (rot / "results").exists()


def in_a_process(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words, capture_output=True, check=False, env=os.environ | environment, timeout=300)


@pytest.mark.parametrize(
    "words",
    [
        (*HEMMAPLAN, "jamfor", "prow"),
        (*MODULE, "jamfor", "prow"),
        (*MODULE, "kor", "kommun=prov", "studie.replikatoner=3"),
        (*MODULE, "kor", "-m", "kommun=prow,prov"),
        (*MODULE, "jämför"),
    ],
    ids=["hemmaplan", "module", "hydra", "multirun", "unknown_command"],
)
def test_process_refuses_bad_input_with_exit_code_2(words: tuple[str, ...], rot: Path) -> None:
    before = everything_in(rot.parent)
    done = in_a_process(*words)
    assert (done.returncode, done.stdout) == (2, b"")
    assert_swedish_error(done.stderr.decode("utf-8"), rot)
    assert everything_in(rot.parent) == before


@pytest.mark.parametrize("locale", ["C", "sv_SE.ISO8859-1"])
def test_process_writes_utf8_in_any_locale(locale: str, rot: Path) -> None:
    done = in_a_process(*MODULE, "lista", LC_ALL=locale, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "Provköping" in done.stdout.decode("utf-8")


def test_process_makes_a_study(rot: Path) -> None:
    done = in_a_process(*HEMMAPLAN, "jamfor", "annan", *QUICK)
    assert done.returncode == 0, done.stderr.decode()
    assert len(list((rot / "results" / "annan").glob("*/manifest.json"))) == 1
    assert everything_in(Path.cwd()) == {}


def test_reader_who_leaves_early_is_no_error(rot: Path) -> None:
    with subprocess.Popen((*MODULE, "lista"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait(timeout=120)) == (b"", 0)


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to another process")
def test_interrupt_of_a_process_leaves_nothing_half_written(rot: Path) -> None:
    words = (*MODULE, "jamfor", "annan", "--replikationer", "100000", "--arbetare", "1")
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # A shell that runs the tests in the background has made its children deaf to Ctrl-C.
    with subprocess.Popen(words, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **pipes) as process:
        assert process.stderr is not None
        assert "Simulerar" in process.stderr.readline().decode("utf-8")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Avbrutet" in said.decode("utf-8") and "Traceback" not in said.decode("utf-8")
    assert not half_written(rot)
