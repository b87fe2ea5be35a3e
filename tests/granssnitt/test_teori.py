"""`hemmaplan teori`: what it writes, and what it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from granssnitt.rot import assert_swedish_error, english_words, run

QUICK = ("--replikationer", "3", "--arbetare", "1")


def test_it_writes_text_and_a_table(rot: Path) -> None:
    ran = run("teori", "prov", "hem_2", *QUICK)
    assert ran.code == 0, ran.err
    (folder,) = (rot / "results" / "prov_teori").iterdir()
    assert {path.name for path in folder.iterdir()} == {"teori.md", "teori.csv"}
    assert ran.out.startswith("# Teorin bredvid: Provköping, Två platser till, 2019")
    assert ran.out.startswith((folder / "teori.md").read_text(encoding="utf-8"))
    assert not english_words(ran.out.rpartition("Resultat: ")[0])
    rows = list(csv.DictReader((folder / "teori.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    home = next(row for row in rows if row["vad"] == "Eget boende" and row["ko"].startswith("M/M/c+D"))
    assert float(home["platser"].replace(",", ".")) == 5
    assert home["nara"] == "nej" and "blir kvar tills nästa steg har plats" in home["skal"]


def test_a_year_can_be_chosen(rot: Path) -> None:
    assert run("teori", "annan", "--ar", "2018", *QUICK).out.startswith("# Teorin bredvid: Annanstad, Nuläge, 2018")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("teori", "prov", "--ar", "2017"), "--ar = 2017: ska vara ett helt år i körningen, 2018 till 2019"),
        (("teori", "prov", "--ar", "i fjol"), "--ar = i fjol: ska vara ett heltal"),
        (("teori", "prof"), "prof"),
        (("teori", "prov", "hem_2", "team_1"), "team_1: ett ord för mycket"),
    ],
)
def test_bad_input_is_named(rot: Path, words: tuple[str, ...], said: str) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert said in ran.err
