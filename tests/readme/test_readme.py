"""The README's commands and code run as written (with few replications, to be quick)."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from sim.cli import main
from sim.cli_parser import make_parser
from sim.files import ROOT_VARIABLE
from sim.loading import load_scenario

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("hemmaplan")]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the configuration, so that results do not land in the repository."""
    for folder in ("conf", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: sockets[0].close())  # else it goes on until Ctrl-C
    monkeypatch.setattr("webbrowser.open", lambda address: True)
    return tmp_path


def quick(words: list[str]) -> list[str]:
    if words[:1] == ["kor"]:
        return [*words, "studie.replikationer=2", "berakning.arbetare=1", "studie.slut='2019-12-31'"]
    return (
        [*words, "--replikationer", "2", "--arbetare", "1"]
        if words and words[0] not in {"app", "exempeldata", "forklara", "lista", "rapport", "rita", "spar"}
        else words
    )


def test_the_readme_shows_every_command() -> None:
    shown = {words[1] for line in COMMANDS if len(words := shlex.split(line, comments=True)) > 1}
    (verbs,) = [action.choices for action in make_parser()._actions if isinstance(action.choices, dict)]
    assert shown == set(verbs)


@pytest.mark.parametrize("line", COMMANDS)
def test_command_runs(line: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(line, comments=True)[1:]
    if words[:1] == ["las-in"]:
        assert main(["exempeldata", words[1], "--ar", "3", "--ren"]) == 0
    if words[:1] == ["rapport"]:
        assert main(quick(["jamfor", *words[1:]])) == 0
    assert main(quick(words)) == 0
    assert "Fel:" not in capsys.readouterr().err


@pytest.mark.parametrize("target", ["bilaga", "test"])
def test_make_knows_the_targets(target: str) -> None:
    assert f"make {target}" in README
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_python_example_runs() -> None:
    (code,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "stodboende_5" in done.stdout


def test_scenario_example_is_the_shipped_one() -> None:
    (text,) = blocks("yaml")
    shown = yaml.safe_load(text)
    shipped = load_scenario("stodboende_5", ROOT)
    assert (shown["namn"], shown["motiv"]) == (shipped.namn, shipped.motiv)
    assert [change["mal"] for change in shown["andringar"]] == [change.mal for change in shipped.andringar]


def test_example_table_is_the_published_one() -> None:
    published = (ROOT / "results" / "exempel" / "sammanfattning.md").read_text(encoding="utf-8")
    table = re.search(r"\n(\| Nyckeltal .*?)\n\n", published, re.S)
    assert table is not None
    assert table[1] in README
