"""Warnings follow into what a study leaves, and a folder of results can be asked whether it is out of date."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from granssnitt.rot import JAMFOR, KOMMUN, KOR, QUICK, SCENARIO, change, make_project, run, write
from sim.errors import HemmaplanError
from sim.files import ROOT_VARIABLE
from sim.freshness import stale_cautions

pytestmark = pytest.mark.usefixtures("without_figures")


def only_folder(rot: Path, name: str = "prov") -> Path:
    (folder,) = (rot / "results" / name).iterdir()
    return folder


def told(rot: Path) -> list[str]:
    return [each.text for each in stale_cautions(only_folder(rot), rot)]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one finished study."""
    root = make_project(tmp_path_factory.mktemp("klart"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(ROOT_VARIABLE, str(root))
        patched.setattr("sim.commands.study.draw_all", lambda made, folder: folder.mkdir())
        assert run(*JAMFOR).code == 0
    return root


@pytest.fixture
def finished(once: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return shutil.copytree(once, tmp_path / "rot")


def test_an_overload_is_told_everywhere(rot: Path) -> None:
    change(rot / KOMMUN, "per_ar: 20", "per_ar: 400")
    ran = run(*JAMFOR)
    said = "Handläggare har i nuläget 2018–2019 plats för 20,0 ärenden men på sikt behövs"
    assert said in ran.err and said in ran.out
    folder = only_folder(rot)
    assert said in (folder / "sammanfattning.md").read_text(encoding="utf-8")
    lines = (folder / "varningar.csv").read_text(encoding="utf-8-sig").splitlines()
    rows = list(csv.DictReader(lines, delimiter=";"))
    assert any(row["niva"] == "varning" and row["slag"] == "overbelastning" and said in row["text"] for row in rows)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["varningar"] == rows


def test_a_weak_grade_is_told_when_it_is_known(rot: Path) -> None:
    change(rot / "conf/underlag/nyckeltal.csv", "utfall,150,", "utfall,9000,")
    ran = run(*JAMFOR)
    assert "Varning: Stöd: 1 av 1 siffror för 2018 är svaga, mer än 10 % från dokumentet: Externa dygn" in ran.err


def test_without_anything_to_say_there_is_only_the_heading(rot: Path) -> None:
    assert run("jamfor", "annan", *QUICK).code == 0
    lines = (only_folder(rot, "annan") / "varningar.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "niva;slag;scenario;text"
    assert [line.split(";")[1] for line in lines[1:]] == ["avstamning"]


def test_fresh_results_are_fresh_whatever_the_comments(finished: Path) -> None:
    assert told(finished) == []
    change(finished / KOMMUN, "slut: 2019-12-31", "# ny kommentar\nslut: 2019-12-31")
    assert told(finished) == []


def test_a_changed_number_makes_them_old(finished: Path) -> None:
    change(finished / KOMMUN, "platser: 3", "platser: 4")
    assert told(finished) == [
        "Resultatet är äldre än konfigurationen: kommunen prov är ändrad sedan dess "
        "(resurser.hem.platser från 3 till 4). Kör studien igen."
    ]
    assert {each.niva for each in stale_cautions(only_folder(finished), finished)} == {"varning"}


def test_a_changed_or_lost_scenario_makes_them_old(finished: Path) -> None:
    change(finished / SCENARIO, "plus: 2", "plus: 3")
    assert told(finished) == [
        "Resultatet är äldre än konfigurationen: scenariot hem_2 är ändrad sedan dess "
        "(andringar.1.plus från 2 till 3). Kör studien igen."
    ]
    (finished / SCENARIO).unlink()
    assert told(finished) == ["Filerna för scenariot hem_2 finns inte längre eller kan inte läsas."]


def test_what_was_changed_on_the_command_line_is_not_old(rot: Path) -> None:
    one_off = "+scenarios.egen={namn: Egen, motiv: Egen, andringar: [{mal: resurser.hem.platser, plus: 1}]}"
    assert run(*KOR, "kommun.resurser.hem.platser=5", one_off).code == 0
    assert told(rot) == []


def test_a_hand_in_the_folder_and_an_interrupted_run_are_told(finished: Path) -> None:
    folder = only_folder(finished)
    change(folder / "konfiguration.yaml", "platser: 3", "platser: 9")
    assert told(finished) == ["konfiguration.yaml i resultatmappen är ändrad efter körningen."]
    change(folder / "manifest.json", '"status": "klar"', '"status": "avbruten"')
    assert told(finished)[0] == "Körningen avbröts: 2 av 2 möjliga framtider blev klara, och resultatet gäller dem."


def test_results_from_before_files_were_noted_say_so(finished: Path) -> None:
    path = only_folder(finished) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["filer"]
    write(path, json.dumps(manifest))
    assert told(finished) == [
        "Resultatet säger inte vilka filer det gjordes av, så ingen kan se om de är ändrade sedan dess."
    ]


def test_a_folder_that_is_no_result_is_an_error_that_names_it(rot: Path) -> None:
    with pytest.raises(HemmaplanError, match=r"manifest.json: kan inte läsas \(den finns inte\)"):
        stale_cautions(rot / "conf", rot)
    write(rot / "results" / "prov" / "x" / "manifest.json", "[]")
    write(rot / "results" / "prov" / "x" / "konfiguration.yaml", "a: 1")
    with pytest.raises(HemmaplanError, match="är inte ett manifest"):
        stale_cautions(rot / "results" / "prov" / "x", rot)
