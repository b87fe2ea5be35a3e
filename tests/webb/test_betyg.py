"""The calibration grade of the start page: written by `avstam --skriv`, shown without simulating, and said to be old
when what it rests on has changed."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from starlette.testclient import TestClient

from granssnitt.rot import KOMMUN, change, run
from sim.errors import HemmaplanError
from sim.files import ROOT_VARIABLE, read_kommun
from sim.grade_files import grade_path, load_grade, write_grade
from webb.hjalp import text_of

TABLE = pd.DataFrame(
    [("ja", "bra"), ("ja", "godtagbar"), ("nej", "svag"), ("nej", "svag"), ("nej", "bra"), ("nej", "ograderad")],
    columns=["inpassad", "betyg"],
)


def start(client: TestClient) -> str:
    return re.sub(r" +", " ", text_of(client.get("/").text))


def test_avstam_keeps_the_grade_that_it_prints(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(rot))
    ran = run("avstam", "prov", "--skriv", "--replikationer", "2", "--arbetare", "1")
    assert ran.code == 0, ran.err
    (folder,) = (rot / "results" / "prov_avstamning").iterdir()
    table = pd.read_csv(folder / "avstamning.csv", sep=";", decimal=",", encoding="utf-8-sig")
    kept = yaml.safe_load(grade_path(rot, "prov").read_text(encoding="utf-8"))
    assert kept["framtider"] == 2
    for key, kind in (("inpassade", "ja"), ("foljer", "följer"), ("inte_inpassade", "nej")):
        grades = list(table[table["inpassad"] == kind]["betyg"])
        assert kept[key] == {name: grades.count(name) for name in ("bra", "godtagbar", "svag")}
    assert sum(kept["inte_inpassade"].values()) == 1
    found = load_grade(rot, "prov", read_kommun(rot, "prov"))
    assert found is not None and not found.stale


def test_the_start_page_tells_fitted_and_other_figures_apart(client: TestClient, rot: Path) -> None:
    assert "Avstämning: inte stämd av mot publicerade siffror." in start(client)
    write_grade(rot, "prov", read_kommun(rot, "prov"), TABLE, 100)
    text = start(client)
    assert "Prövar modellen: 3 siffror: 1 bra och 2 svaga." in text
    assert "Inpassade: 2 siffror: 1 bra och 1 godtagbar." in text
    assert "Följer av dem" not in text and "betyget är äldre" not in text


@pytest.mark.parametrize("what", ["kommun", "figure"])
def test_a_grade_of_other_numbers_is_said_to_be_old(client: TestClient, rot: Path, what: str) -> None:
    write_grade(rot, "prov", read_kommun(rot, "prov"), TABLE, 100)
    if what == "kommun":
        change(rot / KOMMUN, "basar: 2018", "basar: 2018 # samma")
        assert "betyget är äldre" not in client.get("/").text
        content = (rot / KOMMUN).read_text(encoding="utf-8")
        (rot / KOMMUN).write_text(content.replace("namn: Eget boende", "namn: Egna boendet"), encoding="utf-8")
    else:
        figures = rot / "conf/underlag/nyckeltal.csv"
        figures.write_text(figures.read_text(encoding="utf-8").replace(",150,", ",151,"), encoding="utf-8")
    told = "Obs: betyget är äldre än kommunens filer; kör hemmaplan avstam prov --skriv."
    assert told in start(client)


def test_a_grade_that_is_none_is_refused(rot: Path) -> None:
    write_grade(rot, "prov", read_kommun(rot, "prov"), TABLE, 100)
    change(grade_path(rot, "prov"), "framtider: 100", "framtider: många")
    with pytest.raises(HemmaplanError, match=r"prov_betyg.yaml"):
        load_grade(rot, "prov", read_kommun(rot, "prov"))
