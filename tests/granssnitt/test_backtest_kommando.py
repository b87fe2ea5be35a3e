"""The command `backtest` as a planner meets it: on a made-up project, and what it says of mistakes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from granssnitt.rot import NYCKELTAL, assert_swedish_error, change, everything_in, run, write

BACKTEST = "conf/backtest/prov.yaml"
FILE = """\
replikationer_lutning: 2
prov:
  ar_2019:
    namn: Provköping 2018 → 2019
    slag: utfall
    ar: 2018
    siffror:
      - {siffra: stod.externa_dygn}
    parametrar:
      inflode:
        mal: verksamheter.stod.inflode.ansokan.per_ar
        start: 20
        spann: [4, 200]
        text: Påhittat.
    handelser:
      fler: {mal: verksamheter.stod.inflode.ansokan.per_ar, ganger: 2, fran: 2019-01-01, kand: under_aret, text: Fler.}
    utelamnat: [Något som inte är med.]
    saknas: [Något som saknas.]
kallor:
  allt: {galler: ["**"], typ: egna_data, text: Påhittat.}
"""
QUICK = ("--replikationer", "20", "--arbetare", "1")


@pytest.fixture
def rot_to_test(rot: Path) -> Path:
    write(rot / BACKTEST, FILE)
    write(
        rot / "conf/underlag/nyckeltal.csv", NYCKELTAL + NYCKELTAL.splitlines()[1].replace("2018,helår", "2019,helår")
    )
    return rot


def test_a_backtest_is_printed_and_saved(rot_to_test: Path) -> None:
    """Without a name every kommun with a file is tested, here one."""
    found = run("backtest", *QUICK)
    assert found.code == 0, found.err
    text = found.out.split("\nResultat:")[0]
    for said in ("Provköping 2018 → 2019", "intervallpoängen", "Något som inte är med.", "Något som saknas.", "Fler."):
        assert said in text
    (folder,) = (rot_to_test / "results" / "prov_backtest").iterdir()
    assert set(everything_in(folder)) == {"backtest.csv", "backtest.md"}
    assert (folder / "backtest.md").read_text(encoding="utf-8").strip() == text.strip()
    with (folder / "backtest.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [row["metod"] for row in rows] == ["modell", "givet"]
    number = {key: value.replace(",", ".") for key, value in rows[0].items()}
    low, high = float(number["lag_80"]), float(number["hog_80"])
    assert number["inom_80"] == ("ja" if low <= 150 <= high else "nej")
    missed = max(low - 150, 150 - high, 0)
    assert float(number["poang_80"]) == pytest.approx(high - low + 10 * missed)
    assert (number["rad_ar"], number["rad_utfall"]) == ("2", "3")
    assert float(rows[1]["forutsagt"].replace(",", ".")) > float(number["forutsagt"])


def test_avstam_says_that_next_year_is_another_matter(rot_to_test: Path) -> None:
    told = run("avstam", "prov", "--replikationer", "2", "--arbetare", "1")
    assert told.code == 0 and "visar `hemmaplan backtest prov`" in told.out
    (rot_to_test / BACKTEST).unlink()
    assert "backtest" not in run("avstam", "prov", "--replikationer", "2", "--arbetare", "1").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backtest", "prob"), "menade du prov?"),
        (("backtest", "annan"), "har ingen fil i conf/backtest"),
        (("backtest", "prov", "--replikationer", "1"), "--replikationer = 1: ska vara 2 till"),
        (("backtest", "prov", "--fro", "-1"), "--fro = -1: ska vara 0 till"),
        (("backtest", "prov", "--arbetare", "-1"), "--arbetare = -1: ska vara 0 till"),
        (("backtest", "prov", "--slut", "2019-01-01"), "--slut: okänt val"),
    ],
)
def test_a_mistake_on_the_command_line_is_said(rot_to_test: Path, words: tuple[str, ...], said: str) -> None:
    found = run(*words)
    assert found.code == 2 and said in found.err
    assert_swedish_error(found.err, rot_to_test)
    assert not (rot_to_test / "results").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    ar: 2018\n", "    ar: 2017\n", "finns inte i nyckeltal.csv"),
        ("slag: utfall", "slag: gissning", "prov.ar_2019.slag = gissning"),
        ("spann: [4, 200]", "spann: [40, 200]", "ska ligga i spannet"),
        ("stod.externa_dygn", "stod.extrena_dygn", "menade du stod.externa_dygn?"),
        ('galler: ["**"]', 'galler: ["inget"]', "källa saknas"),
    ],
)
def test_a_mistake_in_the_file_is_said(rot_to_test: Path, old: str, new: str, said: str) -> None:
    change(rot_to_test / BACKTEST, old, new)
    found = run("backtest", "prov", *QUICK)
    assert found.code == 2 and said in found.err and "backtest/prov.yaml" in found.err
    assert_swedish_error(found.err, rot_to_test)
