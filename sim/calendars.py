"""Days counted from the start of a run, as real calendar months and years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

DAYS_PER_YEAR = 365.25


def day_number(start: date, day: date) -> float:
    return float((day - start).days)


@dataclass(frozen=True)
class Period:
    """A calendar month ("2019-07") or year ("2019"), in days from the start of the run: [first, last)."""

    label: str
    first: float
    last: float

    @property
    def days(self) -> float:
        return self.last - self.first


def months(start: date, end_day: float) -> list[Period]:
    """Calendar months from `start`, the last one cut at `end_day`."""
    found = []
    day = start
    while (day - start).days < end_day:
        after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        last = min(day_number(start, after), end_day)
        found.append(Period(f"{day.year}-{day.month:02d}", day_number(start, day), last))
        day = after
    return found


def years(start: date, end_day: float) -> list[Period]:
    """Calendar years from `start`, the last one cut at `end_day`."""
    found: dict[str, Period] = {}
    for month in months(start, end_day):
        label = month.label[:4]
        first = found[label].first if label in found else month.first
        found[label] = Period(label, first, month.last)
    return list(found.values())


def date_of(start: date, day: float) -> date:
    return start + timedelta(days=int(day))


def days_in_year(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days
