"""`hemmaplan varfor`, `kanslighet` and `forklara`: what they write, and what they refuse."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from granssnitt.rot import assert_swedish_error, english_words, everything_in, run, write

BOTH = """\
# @package scenarios.bada
namn: Plats och handläggare
motiv: Vad är var och en värd?
andringar:
  - {mal: resurser.hem.platser, plus: 1, fran: 2019-01-01}
  - {mal: resurser.team.arsarbetare, plus: 1, fran: 2019-01-01, orsak: En handläggare till}
"""
QUICK = ("--replikationer", "3", "--arbetare", "1")


@pytest.fixture
def project(rot: Path) -> Path:
    write(rot / "scenarios" / "bada.yaml", BOTH)
    return rot


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=";"))


def done(project: Path, name: str, *words: str) -> tuple[Path, str]:
    """The folder of a command that went well, and what was printed."""
    ran = run(*words)
    assert ran.code == 0, ran.err
    (folder,) = (project / "results" / name).iterdir()
    assert ran.out.splitlines()[-1] == f"Resultat: {folder}"
    assert not english_words(ran.out.rpartition("Resultat: ")[0])
    return folder, ran.out


def number(text: str) -> float:
    return float(text.replace(",", "."))


def test_varfor_writes_text_tables_and_a_figure(project: Path) -> None:
    folder, out = done(project, "prov_varfor", "varfor", "prov", "bada", *QUICK)
    names = {path.name for path in folder.iterdir()}
    assert names == {"varfor.md", "varfor.csv", "framtider.csv", "varfor.svg", "varfor.png"}
    assert out.startswith((folder / "varfor.md").read_text(encoding="utf-8"))
    parts = [
        row for row in table(folder / "varfor.csv") if (row["verksamhet"], row["matt"]) == ("alla", "nettokostnad")
    ]
    assert [row["orsak"] for row in parts][1:] == [
        "En handläggare till",
        "Samverkan mellan ändringarna",
        "Tillsammans",
    ]
    assert sum(number(row["ensam"]) for row in parts[:-1]) == pytest.approx(number(parts[-1]["ensam"]), abs=1e-6)
    futures = table(folder / "framtider.csv")
    assert [row["replikation"] for row in futures] == [str(n) for n in range(3) for _ in range(4)]


def test_varfor_between_two_scenarios_and_for_another_figure(project: Path) -> None:
    asked = ("--verksamhet", "stod", "--matt", "ko", "--del", "boende")
    _, out = done(project, "prov_varfor", "varfor", "prov", "hem_2", "bada", *asked, *QUICK)
    assert "varför skiljer sig Plats och handläggare från Två platser till?" in out
    assert "I kö (boende), stöd, personer, 2019." in out
    assert "i stället för" in out


RANGES = """\
  pris:
    galler: [resurser.kopt.dygnskostnad_kr.medel]
    typ: antagande
    text: Påhittat.
    spann: [1500, 2600]
    fordelning: triangel
  fast:
    galler: [resurser.hem.fast_kostnad_kr_per_plats_och_dygn]
    typ: antagande
    text: Påhittat.
    spann: [500, 900]
"""


def test_kanslighet_writes_text_tables_and_a_figure(project: Path) -> None:
    sources = project / "conf" / "kommun" / "prov" / "kallor.yaml"
    write(sources, sources.read_text(encoding="utf-8") + RANGES)
    folder, out = done(project, "prov_kanslighet", "kanslighet", "prov", "hem_2", "--alla", *QUICK)
    assert {path.name for path in folder.iterdir()} == {
        *("kanslighet.md", "kanslighet.csv", "ej_provade.csv"),
        *("kanslighet_hem_2.svg", "kanslighet_hem_2.png"),
    }
    assert out.startswith((folder / "kanslighet.md").read_text(encoding="utf-8"))
    rows = table(folder / "kanslighet.csv")
    assert {row["antagande"] for row in rows} == {
        "resurser.kopt.dygnskostnad_kr.medel",
        "resurser.hem.fast_kostnad_kr_per_plats_och_dygn",
    }
    for row in rows:
        swing = number(row["skillnad_hog"]) - number(row["skillnad_lag"])
        assert number(row["svangning"]) == pytest.approx(swing, abs=1e-6)
    assert {row["skal"] for row in table(folder / "ej_provade.csv")} == {"har inget spann: kommunens egna data"}


def test_forklara_writes_the_chains_and_a_table_of_all_cases(project: Path) -> None:
    folder, out = done(project, "prov_forklara", "forklara", "prov", "hem_2", "--antal", "2")
    assert {path.name for path in folder.iterdir()} == {"forklara.md", "fall.csv"}
    assert out.startswith((folder / "forklara.md").read_text(encoding="utf-8"))
    assert "## Varför: de 2 fall som flyttade mest" in out
    assert out.count("\n**Fall ") + out.count("\n**Nytt fall ") == 2
    rows = table(folder / "fall.csv")
    assert f"**{len(rows)} fall klarade sig annorlunda.**" in out
    other = run("forklara", "prov", "hem_2", "--replikation", "1", "--antal", "0")
    assert other.code == 0 and "replikation 1" in other.out and "## Varför" not in other.out


BAD = [
    (("forklara", "prov"), "SCENARIO saknas"),
    (("forklara", "prov", "hem_2", "--replikation", "-1"), "--replikation = -1: ska vara 0 till"),
    (("forklara", "prov", "hem_2", "--antal", "-1"), "--antal = -1: ska vara 0 eller mer"),
    (("forklara", "prov", "hem_2", "team_1"), "ett ord för mycket"),
    (("kanslighet", "prov"), "SCENARIO saknas"),
    (("kanslighet", "prov", "hem_2", "--matt", "kostnader"), "menade du kostnad"),
    (("kanslighet", "prov", "hem_2", "--allt"), "menade du --alla"),
    (("varfor", "prov", "hem_2", "bada", "team_1"), "ett scenario för mycket"),
    (("varfor", "prov"), "SCENARIO saknas"),
    (("varfor", "prov", "bado"), "menade du bada"),
    (("varfor", "prov", "bada", "--matt", "nettokostnaden"), "menade du nettokostnad"),
    (("varfor", "prov", "bada", "--verksamhet", "stad"), "menade du stod"),
    (("varfor", "prov", "bada", "--del", "boende"), "--del = boende: finns inte"),
]


@pytest.mark.parametrize(("words", "says"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_is_refused_in_swedish(words: tuple[str, ...], says: str, project: Path) -> None:
    before = everything_in(project)
    ran = run(*words)
    assert ran.code == 2
    assert_swedish_error(ran.err, project)
    assert says in ran.err
    assert everything_in(project) == before
