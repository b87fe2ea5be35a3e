"""A small study with its bilaga, made once by the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from granssnitt.rot import change, make_project, run
from sim.files import ROOT_VARIABLE
from sim.report.bilaga import draw
from sim.report.content import document_of
from sim.report.document import Document
from sim.report.saved import Saved, load_saved
from sim.settings import Rapport


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a result, whose bilaga was made after the run. Two numbers have sources in documents."""
    root = make_project(tmp_path_factory.mktemp("bilaga"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(ROOT_VARIABLE, str(root))
        ran = run("jamfor", "prov", "hem_2", "team_1", "--replikationer", "6", "--arbetare", "1", "--bilaga")
        assert ran.code == 0, ran.err
        assert ran.out.count("Bilaga: ") == 3
    return root


@pytest.fixture(scope="session")
def folder(project: Path) -> Path:
    (found,) = (project / "results" / "prov").iterdir()
    return found


@pytest.fixture(scope="session")
def saved(folder: Path, project: Path) -> Saved:
    return load_saved(folder, project)


@pytest.fixture(scope="session")
def document(saved: Saved, project: Path) -> Document:
    return document_of(saved, project, Rapport(), draw(saved))


HOSTILE = (
    '=HYPERLINK("http://exempel.se";"klicka")',
    "<script>alert(1)</script> & <b>fet</b>",
    '#import "@preview/x:1.0.0" #eval("1") $x^2$ *fet* _kursiv_ `kod` \\ @fig //',
    "Verksamhetsutvecklingsstrategiplaneringsdokumentationssammanställningsunderlagsöversynen" * 2,
    "Hem 🏠 👩‍👩‍👧 ☃ 漢字",
    "+1-1@SUM(A1:A2)|cmd",
)
"""Names and motives that would do something if they were not text."""


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bilaga where names and motives are hostile."""
    root = make_project(tmp_path_factory.mktemp("elak"))

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    change(root / "scenarios/hem_2.yaml", "Två platser till", quoted(HOSTILE[0]))
    change(root / "scenarios/hem_2.yaml", "Vad ger två platser till?", quoted(" ".join(HOSTILE[1:3])))
    kommun = root / "conf/kommun/prov.yaml"
    change(kommun, "namn: Stöd\n", f"namn: {quoted(HOSTILE[3])}\n")
    change(kommun, "namn: Eget boende\n", f"namn: {quoted(HOSTILE[4])}\n")
    change(kommun, "namn: Köpt boende\n", f"namn: {quoted(HOSTILE[5])}\n")
    change(kommun, "namn: Utredning\n", f"namn: {quoted(HOSTILE[2])}\n")
    change(root / "conf/kommun/prov/kallor.yaml", "Påhittat.", quoted(HOSTILE[0])[1:-1].replace('"', "”"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(ROOT_VARIABLE, str(root))
        words = ("kommun=prov", "scenarios=[hem_2]", "studie.replikationer=2", "berakning.arbetare=1")
        ran = run("kor", *words, "rapport=bilaga")
        assert ran.code == 0, ran.err
    (found,) = (root / "results" / "prov").iterdir()
    return found
