"""Ctrl-C, SIGTERM and what a killed run leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from granssnitt.rot import DEL, KOMMUN, assert_swedish_error, half_written, run
from sim.cautions import Caution
from sim.chain import draw_chain
from sim.comparison import Comparison
from sim.config import Kommun
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.results import ResultFolder
from sim.store import Keeper
from sim.summary import summary_text
from sim.unfinished import FOLDER

QUICK = ("--replikationer", "3", "--arbetare", "1")


@pytest.mark.skipif(os.name == "nt", reason="Windows kills without a signal")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_terminated_process_keeps_what_is_finished_and_leaves_nothing_half_written(rot: Path, workers: str) -> None:
    words = (sys.executable, "-m", "sim", "jamfor", "annan", "--replikationer", "100000", "--arbetare", workers)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert "Simulerar" in process.stderr.readline().decode("utf-8")
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said.decode("utf-8")
    assert "Avbrutet" in said.decode("utf-8") and "Traceback" not in said.decode("utf-8")
    assert not half_written(rot)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups of this kind")
def test_ctrl_c_in_a_terminal_reaches_every_process_and_ends_them(rot: Path) -> None:
    words = (sys.executable, "-m", "sim", "jamfor", "annan", "--replikationer", "100000", "--arbetare", "2")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        assert process.stderr is not None
        assert "Simulerar" in process.stderr.readline().decode("utf-8")
        time.sleep(4)
        others = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said.decode("utf-8")
    assert "av 100000 replikationer är klara" in said.decode("utf-8") and "Traceback" not in said.decode("utf-8")
    assert "Samma kommando med --fortsatt" in said.decode("utf-8")
    assert others and not psutil.wait_procs(others, timeout=5)[1]
    (folder,) = (rot / "results" / "annan").iterdir()
    assert (folder / FOLDER / "studie" / "0.rep").stat().st_size > 0


def press(times: int) -> None:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


def test_a_second_interrupt_while_tables_are_written_loses_nothing(
    rot: Path, with_time: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(asked: Study, progress: Progress, keeper: Keeper) -> StudyResult:
        def stop(done: int, total: int) -> None:
            progress(done, total)
            if done == 2:
                press(1)

        return run_study(asked, stop, keeper)

    def summed(made: Comparison, cautions: Sequence[Caution]) -> str:
        press(2)
        return summary_text(made, cautions)

    monkeypatch.setattr("sim.commands.common.run_study", interrupted)
    monkeypatch.setattr("sim.commands.study.summary_text", summed)
    ran = run("jamfor", "annan", *QUICK)
    assert ran.code == 130
    assert ran.err.count("Det som är klart skrivs, vänta några sekunder") == 1
    assert "Avbrutet: 2 av 3 replikationer är klara" in ran.err
    (folder,) = (rot / "results" / "annan").iterdir()
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["replikationer_klara"] == 2


def test_an_interrupt_while_a_drawing_is_written_loses_nothing(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(kommun: Kommun, area: str) -> str:
        press(2)
        return draw_chain(kommun, area)

    monkeypatch.setattr("sim.commands.chain.draw_chain", drawn)
    ran = run("rita", "annan")
    assert ran.code == 0
    assert "Det som är klart skrivs" in ran.err
    (folder,) = (rot / "results" / "annan_ritning").iterdir()
    assert [path.name for path in folder.iterdir()] == ["vardkedja_rad.svg"]


def test_an_interrupt_while_a_trace_is_written_loses_nothing(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def finished(folder: ResultFolder) -> Path:
        press(2)
        return finish(folder)

    finish = ResultFolder.finish
    monkeypatch.setattr("sim.commands.study.ResultFolder.finish", finished)
    ran = run("spar", "annan", "--dagar", "0-1")
    assert ran.code == 0
    (folder,) = (rot / "results" / "annan_spar").iterdir()
    assert [path.name for path in folder.iterdir()] == ["spar.txt"]


def test_signals_are_answered_as_before_afterwards(rot: Path, without_figures: None) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert run("jamfor", "annan", *QUICK).code == 0
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_what_a_killed_run_left_a_week_ago_is_taken_away(rot: Path, without_figures: None) -> None:
    folder = rot / "results" / "annan"
    for name, days in (("gammal", 8), ("pagaende", 0), ("skriver", 8)):
        held = folder / f".skrivs-{name}" / "figurer"
        held.mkdir(parents=True)
        (held / "x.svg").write_text("x")
        for path in (held / "x.svg", held, held.parent):
            os.utime(path, (time.time() - days * 86400,) * 2)
    os.utime(folder / ".skrivs-skriver" / "figurer" / "x.svg")
    assert run("jamfor", "annan", *QUICK).code == 0
    assert sorted(path.name for path in folder.glob(".*")) == [".skrivs-pagaende", ".skrivs-skriver"]


@pytest.mark.parametrize("file", [KOMMUN, DEL, "conf/studie/standard.yaml"])
@pytest.mark.parametrize("line", ["# @", "#@package", "# @ egna kommentarer", "# @package _global_"])
def test_a_comment_that_hydra_would_read_is_told_in_swedish(
    file: str, line: str, rot: Path, change: Callable[[str, str], None]
) -> None:
    change(file, f"# vanlig kommentar\n{line}\n")
    ran = run("jamfor", "prov", *QUICK)
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert f"{file}, rad 2 = {line}: en kommentar får inte börja med @" in ran.err


@pytest.fixture
def change(rot: Path) -> Callable[[str, str], None]:
    """Put text before a file's own."""

    def put(file: str, text: str) -> None:
        path = rot / file
        path.write_text(text + path.read_text(encoding="utf-8"), encoding="utf-8")

    return put
