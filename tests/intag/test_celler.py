"""Cells: every way of writing a day, a month or a number gives that day, month or number, or says that it does not."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.intake import cells
from sim.intake.cells import BAD, EMPTY, FINE, OPEN, distinct

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
DAYS = {
    "iso": lambda day: f"{day:%Y-%m-%d}",
    "iso with clock": lambda day: f"{day:%Y-%m-%d} 23:59:59.997",
    "iso with T": lambda day: f"{day:%Y-%m-%d}T00:00:00Z",
    "compact": lambda day: f"{day:%Y%m%d}",
    "points": lambda day: f"{day:%d.%m.%Y}",
    "years first with slashes": lambda day: f"{day:%Y/%m/%d}",
    "as people write": lambda day: f"{day.day}/{day.month} {day.year}",
    "with a dash": lambda day: f"{day.day}/{day.month}-{day.year}",
    "month's name": lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    "den": lambda day: f"den {day.day} {MONTHS[day.month - 1][:3]}. {day.year}",
    "oracle": lambda day: f"{day.day:02d}-{MONTHS[day.month - 1][:3].upper()}-{day.year}",
    "serial": lambda day: str((day - date(1899, 12, 30)).days),
    "serial number": lambda day: float((day - date(1899, 12, 30)).days),
    "a whole number": lambda day: int(f"{day:%Y%m%d}"),
    "a date": lambda day: day,
    "a moment": lambda day: datetime(day.year, day.month, day.day, 12),
    "hard space": lambda day: f"\u00a0{day:%Y-%m-%d}\u202f",
}


def one(read: cells.Column) -> Any:
    return read.values[0].item() if read.how[0] == FINE else int(read.how[0])


@pytest.mark.parametrize("way", DAYS)
@given(day=st.dates(date(1970, 1, 1), date(2089, 12, 31)))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_day_is_itself_however_it_is_written(way: str, day: date) -> None:
    assert one(cells.dates(distinct([DAYS[way](day)]))) == datetime(day.year, day.month, day.day)


@pytest.mark.parametrize(
    ("text", "day"),
    [("240105", (2024, 1, 5)), ("24-01-05", (2024, 1, 5)), ("5/1 -24", (2024, 1, 5)), ("5 jan 99", (1999, 1, 5))],
)
def test_years_of_two_digits_come_first_where_all_have_two(text: str, day: tuple[int, int, int]) -> None:
    assert one(cells.dates(distinct([text]))) == datetime(*day)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        *((text, EMPTY) for text in ("", "-", "NULL", "#REFERENS!", "1900-01-01", "1753-01-01 00:00:00", "0000-00-00")),
        *((text, OPEN) for text in ("9999-12-31", "2999-01-01", "Tills vidare", "pågående")),
        *((text, BAD) for text in ("2024-13-01", "2023-02-29", "31/4 2024", "v. 12", "2024", "i går", "0224-01-01")),
    ],
)
def test_what_is_no_day_is_told_apart(text: str, how: int) -> None:
    assert one(cells.dates(distinct([text]))) == how


def test_day_and_month_change_places_only_where_the_column_shows_it() -> None:
    american, swedish = distinct(["01/02/2024", "12/31/2024"]), distinct(["01/02/2024", "31/12/2024"])
    assert cells.dates(american).values.astype("datetime64[D]").astype(str).tolist() == ["2024-01-02", "2024-12-31"]
    assert cells.dates(swedish).values.astype("datetime64[D]").astype(str).tolist() == ["2024-02-01", "2024-12-31"]
    assert [cells.day_or_month_first(each) for each in (american, swedish, distinct(["1/2/2024"]))] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "text",
    ["2024-03", "202403", "2024M03", "2024-03-31", "mars 2024", "2024 mars", "Mar-24", "3/2024", "03-2024", "1/3 2024"],
)
def test_a_month_is_itself_however_it_is_written(text: str) -> None:
    assert one(cells.months(distinct([text]))) == datetime(2024, 3, 1)


def test_a_month_may_be_a_span_or_a_date() -> None:
    told = ["2024-03-01 - 2024-03-31", datetime(2024, 3, 15), date(2024, 3, 1)]
    assert {one(cells.months(distinct([each]))) for each in told} == {datetime(2024, 3, 1)}


NUMBERS = {
    "decimal comma": lambda value: f"{value:.2f}".replace(".", ","),
    "decimal point": lambda value: f"{value:.2f}",
    "spaces": lambda value: f"{value:,.2f}".replace(",", " ").replace(".", ","),
    "hard spaces": lambda value: f"{value:,.2f}".replace(",", "\u00a0").replace(".", ","),
    "narrow spaces": lambda value: f"{value:,.2f}".replace(",", "\u202f").replace(".", ","),
    "kronor": lambda value: f"{value:,.2f} kr".replace(",", " ").replace(".", ","),
    "true minus": lambda value: f"{value:.2f}".replace(".", ",").replace("-", "\u2212"),
    "minus after": lambda value: f"{abs(value):.2f}".replace(".", ",") + ("-" if value < 0 else ""),
    "brackets": lambda value: (f"({abs(value):.2f})" if value < 0 else f"{value:.2f}").replace(".", ","),
    "colon": lambda value: f"{value:.2f}".replace(".", ":"),
    "a number": lambda value: value,
}


@pytest.mark.parametrize("way", NUMBERS)
@given(ore=st.integers(-(10**9), 10**9))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_number_is_itself_however_it_is_written(way: str, ore: int) -> None:
    assert one(cells.numbers(distinct([NUMBERS[way](ore / 100)]))) == pytest.approx(ore / 100, abs=1e-9)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1.234,50", "12"], [1234.5, 12]),
        (["1,234.50", "12"], [1234.5, 12]),
        (["1.234", "2.500"], [1234, 2500]),
        (["1,234", "2,500"], [1234, 2500]),
        (["1,25", "2,500"], [1.25, 2.5]),
        (["0,125"], [0.125]),
        (["1 234:-", "99:50"], [1234, 99.5]),
        (["1.234.567", "5"], [1234567, 5]),
    ],
)
def test_what_parts_thousands_is_seen_from_the_column(texts: list[str], values: list[float]) -> None:
    assert cells.numbers(distinct(texts)).values.tolist() == values


def test_no_number_is_guessed() -> None:
    """999.50 beside 1.234,50 would be a hundred times as much; letters, hours and several numbers are none."""
    read = cells.numbers(distinct(["1.234,50", "999.50", "12 34", "5 st à 20", "1/2", "ja", True]))
    assert read.how.tolist() == [FINE, BAD, BAD, BAD, BAD, BAD, BAD]
    assert np.isnan(read.values[1:]).all()


def test_numbers_that_can_be_read_in_two_ways_are_told() -> None:
    both = [["1.234"], ["1,234", "12"], ["1,25"], ["1234,567"], ["1.234,50"], [1.234]]
    assert [cells.thousands_or_decimals(distinct(each)) for each in both] == [True, True, False, False, False, False]
