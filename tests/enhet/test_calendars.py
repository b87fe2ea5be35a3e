"""Months and years against Python's own calendar."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest

from sim.calendars import date_of, day_number, days_in_year, months, years

START = date(2018, 1, 1)
THREE_YEARS = 365 + 365 + 366


def test_months_follow_one_another_without_gap() -> None:
    found = months(START, THREE_YEARS)
    assert [p.last for p in found[:-1]] == [p.first for p in found[1:]]
    assert (found[0].first, found[-1].last) == (0, THREE_YEARS)


def test_months_have_the_calendars_days_and_labels() -> None:
    expected = [
        (f"{year}-{month:02d}", calendar.monthrange(year, month)[1])
        for year in (2018, 2019, 2020)
        for month in range(1, 13)
    ]
    assert [(p.label, p.days) for p in months(START, THREE_YEARS)] == expected


def test_every_day_lies_in_its_own_month() -> None:
    found = months(START, THREE_YEARS)
    for day in range(THREE_YEARS):
        (period,) = (p for p in found if p.first <= day < p.last)
        assert period.label == (START + timedelta(days=day)).strftime("%Y-%m")


@pytest.mark.parametrize(("end", "label", "days"), [(1, "2018-01", 1), (31, "2018-01", 31), (45, "2018-02", 14)])
def test_the_last_month_is_cut_at_the_end_of_the_run(end: int, label: str, days: int) -> None:
    last = months(START, end)[-1]
    assert (last.label, last.days) == (label, days)


def test_years_are_their_months() -> None:
    found = years(START, THREE_YEARS - 10)
    assert [(p.label, p.days) for p in found] == [("2018", 365), ("2019", 365), ("2020", 356)]


@pytest.mark.parametrize(("year", "days"), [(2018, 365), (2020, 366), (2100, 365), (2000, 366)])
def test_leap_years(year: int, days: int) -> None:
    assert days_in_year(year) == days


def test_days_are_counted_from_the_start_and_back() -> None:
    day = date(2020, 2, 29)
    assert date_of(START, day_number(START, day) + 0.9) == day
