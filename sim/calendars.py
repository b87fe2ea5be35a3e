"""Days counted from the start of a run, as real calendar months and years."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from sim.paths import StepFunction, step_function

DAYS_PER_YEAR = 365.25


def day_number(start: date, day: date) -> float:
    return float((day - start).days)


@dataclass(frozen=True)
class Period:
    """A month ("2019-07"), half-year ("2019H2") or year ("2019"), in days from the start of the run: [first, last)."""

    label: str
    first: float
    last: float

    @property
    def days(self) -> float:
        return self.last - self.first


def is_month(label: str) -> bool:
    """Whether a period's label is a month's."""
    return len(label) == 7 and label[4] == "-"


def months(start: date, end_day: float, first_day: float = 0.0) -> list[Period]:
    """Calendar months from `first_day`, the last one cut at `end_day`; days are counted from `start`."""
    found = []
    day = date_of(start, first_day)
    while (day - start).days < end_day:
        after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        last = min(day_number(start, after), end_day)
        found.append(Period(f"{day.year}-{day.month:02d}", day_number(start, day), last))
        day = after
    return found


def years(start: date, end_day: float) -> list[Period]:
    """Calendar years from `start`, the last one cut at `end_day`."""
    return _together(months(start, end_day), lambda label: label[:4])


def half_years(start: date, end_day: float) -> list[Period]:
    """January to June ("2019H1") and July to December ("2019H2") from `start`, the last one cut at `end_day`."""
    return _together(months(start, end_day), lambda label: f"{label[:4]}H{1 + (int(label[5:]) > 6)}")


def _together(monthly: list[Period], name: Callable[[str], str]) -> list[Period]:
    found: dict[str, Period] = {}
    for month in monthly:
        label = name(month.label)
        first = found[label].first if label in found else month.first
        found[label] = Period(label, first, month.last)
    return list(found.values())


def date_of(start: date, day: float) -> date:
    return start + timedelta(days=int(day))


def last_of_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def days_in_year(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def working_time(start: date, days: float, first_day: float = 0.0) -> StepFunction:
    """1 on Swedish working days, 0 on weekends and public holidays; 1 after `days`, so that all ends.

    Midsummer's, Christmas and New Year's Eve, free by agreement (category de_facto), count as holidays; other eves and
    klämdagar as working days.
    """
    free = holidays.country_holidays("SE", language="sv", categories=("public", "de_facto"), include_sundays=False)

    def works(time: float) -> float:
        day = date_of(start, time)
        return 1.0 if time >= days or (day.weekday() < 5 and day not in free) else 0.0

    return step_function((float(day) for day in range(int(first_day), int(days) + 1)), works, first_day)
