"""Conditions as a planner writes them: how they are read, what is refused, and what they say of a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.condition import margins, parse_condition, settled, values_of
from sim.errors import HemmaplanError
from sim.loading import load_kommun
from sim.tables import Table

MONTHS = tuple(f"{year}-{month:02d}" for year in (2018, 2019) for month in range(1, 13))
PERIODS = (*MONTHS, "2018", "2019", "2018H1", "2018H2", "2019H1", "2019H2")
ROWS = [
    ("v", "ej_verkstallda", "boende"),
    ("v", "startade", "boende"),
    ("v", "startade", "utredning"),
    ("v", "platser", "hus"),
    ("v", "nettokostnad", ""),
    ("w", "nettokostnad", ""),
    ("alla", "nettokostnad", ""),
    ("v", "andel_inom_frist", "utredning"),
]


def table(values: np.ndarray) -> Table:
    """(replications, rows, periods)"""
    return Table("nulage", tuple(range(len(values))), tuple(ROWS), PERIODS, values)


READ = [
    ("ej_verkstallda v.boende <= 2 per kvartal i 90 % av åren", ("v", "boende", True, 2.0, "kvartal", 0.9)),
    ("ej_verkstallda <= 2", (None, None, True, 2.0, "år", 1.0)),
    ("ej_verkstallda högst 2 per månad", (None, None, True, 2.0, "månad", 1.0)),
    ("andel_inom_frist v.utredning >= 95 %", ("v", "utredning", False, 0.95, "år", 1.0)),
    ("andel_inom_frist v.utredning minst 0,95 i medel", ("v", "utredning", False, 0.95, "år", None)),
    ("andel_inom_frist>=0.95", (None, None, False, 0.95, "år", 1.0)),
    ("nettokostnad alla <= 1 234,5 tkr per halvår", ("alla", None, True, 1_234_500.0, "halvår", 1.0)),
    ("nettokostnad <= 12 mnkr", (None, None, True, 12e6, "år", 1.0)),
    ("avvikelse v >= -2,5 mnkr", ("v", None, False, -2.5e6, "år", 1.0)),
    ("inom_budget v >= 1", ("v", None, False, 1.0, "år", 1.0)),
    ("varddygn v.hus malgrupp=ung ≤ 10", ("v", "hus malgrupp=ung", True, 10.0, "år", 1.0)),
]


@pytest.mark.parametrize(("text", "means"), READ, ids=[text for text, _ in READ])
def test_a_condition_is_read(text: str, means: tuple[object, ...]) -> None:
    read = parse_condition(text)
    assert (read.area, read.part, read.at_most, read.limit, read.kind, read.share) == pytest.approx(means)


REFUSED = [
    ("", "kan inte tolkas"),
    ("ej_verkstallda", "kan inte tolkas"),
    ("ej_verkstallda < 2", "kan inte tolkas"),
    ("ej_verkstalda <= 2", "menade du ej_verkstallda"),
    ("ej_verkstallda <= två", "kan inte tolkas"),
    ("ej_verkstallda <= 2 per vecka", "per vecka: tillåtet: halvår"),
    ("ej_verkstallda <= 2 ibland", "ibland: kan inte tolkas"),
    ("ej_verkstallda <= 2 %", "mäts i antal, inte i %"),
    ("ej_verkstallda <= 2 mnkr", "mäts i antal, inte i mnkr"),
    ("andel_inom_frist >= 95", "skriv 95 % eller ett tal mellan 0 och 1"),
    ("andel_inom_frist >= 95 % per kvartal", "räknas inte per kvartal"),
    ("ej_verkstallda <= 2 i 0 % av åren", "ska vara över 0"),
    ("ej_verkstallda <= 2 i 120 % av åren", "högst 100 %"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_cannot_be_read_is_said_in_swedish(text: str, says: str) -> None:
    with pytest.raises(HemmaplanError, match=r"villkor = ") as raised:
        parse_condition(text)
    assert says in str(raised.value)


def test_verksamhet_and_del_are_filled_in_where_there_is_one() -> None:
    assert settled(parse_condition("ej_verkstallda <= 2"), ROWS, None).row == ("v", "ej_verkstallda", "boende")
    assert settled(parse_condition("nettokostnad <= 2 mnkr"), ROWS, "w").row == ("w", "nettokostnad", "")
    assert settled(parse_condition("nettokostnad <= 2 mnkr"), ROWS, None).row == ("alla", "nettokostnad", "")
    for text, says in (
        ("startade <= 2", "skriv v.DEL, tillåtet: boende, utredning"),
        ("startade v.boend <= 2", "menade du boende"),
        ("startade w <= 2", "finns inte för w"),
        ("hushall <= 2", "måttet hushall finns inte i kommunen"),
    ):
        with pytest.raises(HemmaplanError, match=r"villkor: ") as raised:
            settled(parse_condition(text), ROWS, None)
        assert says in str(raised.value)


def months_of(row: int, first_year: list[float], second: list[float]) -> Table:
    values = np.full((1, len(ROWS), len(PERIODS)), np.nan)
    values[0, row, :24] = [*first_year, *second]
    return table(values)


def test_quarters_are_sums_means_or_their_last_day() -> None:
    rising = [float(month) for month in range(1, 13)]
    for row, expected in ((0, [3.0, 6.0, 9.0, 12.0]), (1, [6.0, 15.0, 24.0, 33.0])):
        text = f"{ROWS[row][1]} v.boende <= 2 per kvartal"
        found = values_of(months_of(row, rising, rising), settled(parse_condition(text), ROWS, None), ["2018"])
        assert found[0, 0].tolist() == expected
    mean = values_of(
        months_of(3, rising, rising), settled(parse_condition("platser <= 2 per kvartal"), ROWS, None), ["2018"]
    )
    assert mean[0, 0, 0] == pytest.approx((31 * 1 + 28 * 2 + 31 * 3) / 90)


def test_a_future_holds_when_so_many_of_its_years_do() -> None:
    """Eight quarters: the first year has one above the limit, the second none."""
    one = months_of(0, [0, 0, 3, *[1] * 9], [2] * 12)
    for words, margin in (("", -1.0), (" i 50 % av åren", 0.0), (" i 51 % av åren", -1.0)):
        asked = settled(parse_condition(f"ej_verkstallda <= 2 per kvartal{words}"), ROWS, None)
        assert margins(asked, values_of(one, asked, ["2018", "2019"])).tolist() == [margin]
    mean = settled(parse_condition("ej_verkstallda <= 2 per kvartal i medel"), ROWS, None)
    assert margins(mean, values_of(one, mean, ["2018", "2019"]))[0] == pytest.approx(2 - (3 + 3 * 1 + 4 * 2) / 8)


def test_a_period_without_anything_to_measure_breaks_nothing() -> None:
    values = np.full((2, len(ROWS), len(PERIODS)), np.nan)
    values[0, 7, PERIODS.index("2019")] = 0.5
    asked = settled(parse_condition("andel_inom_frist >= 90 %"), ROWS, None)
    assert margins(asked, values_of(table(values), asked, ["2019"])) == pytest.approx([-0.4, np.inf])
    monthly = settled(parse_condition("andel_inom_frist >= 90 % per månad"), ROWS, None)
    with pytest.raises(HemmaplanError, match="mäts inte per månad"):
        values_of(table(values), monthly, ["2019"])


def test_a_condition_is_said_in_plain_words() -> None:
    kommun = load_kommun("varmdo_2014")
    asked = settled(parse_condition("ej_verkstallda <= 2 per kvartal i 90 % av åren"), ROWS, None)
    assert asked.words(kommun) == "Ej verkställda beslut (v, boende): högst 2 antal varje kvartal i minst 90 % av åren"
    assert "minst 95 % i medel" in parse_condition("andel_inom_frist >= 95 % i medel").words(kommun)
    named = replace(asked, area="missbruk", part="boende").words(kommun)
    assert named.startswith("Ej verkställda beslut (missbruk, stödboende): högst 2")
