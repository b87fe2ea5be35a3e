"""Arrivals counted by whole calendar month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.intake.laws import Floats
from sim.intake.records import Window


@dataclass(frozen=True)
class Months:
    """Whole months of a window. `factor`: what is known to multiply the expected number (1 where nothing is)."""

    first: tuple[date, ...]
    counts: Floats
    days: Floats
    factor: Floats

    @property
    def last_whole_year(self) -> int:
        return last_whole_year(self.first)

    @property
    def years(self) -> Floats:
        """Time from the middle of the last whole year, years."""
        middle = self.last_whole_year * 12 + 5.5
        return np.array([(day.year * 12 + day.month - 1 - middle) / 12 for day in self.first])


def last_whole_year(first: Sequence[date]) -> int:
    """Of which all months are there; else the year of the last month."""
    years = [day.year for day in first]
    whole = [year for year in set(years) if years.count(year) == 12]
    return max(whole) if whole else years[-1]


def months_of(arrived: NDArray[np.datetime64], window: Window, factor: Floats | None = None) -> Months:
    """Counted by month; months that the window cuts are left out."""
    first = whole_months(window)
    edges = np.array([*first, _next(first[-1])], dtype="datetime64[D]") if first else np.array([], "datetime64[D]")
    at = np.searchsorted(edges, arrived.astype("datetime64[D]"), side="right") - 1
    inside = (at >= 0) & (at < len(first))
    counts = np.bincount(at[inside], minlength=len(first)).astype(np.float64)
    days = np.diff(edges).astype(np.float64)
    return Months(tuple(first), counts, days, np.ones(len(first)) if factor is None else factor)


def whole_months(window: Window) -> list[date]:
    first = window.fran if window.fran.day == 1 else _next(window.fran)
    found = []
    while date.fromordinal(_next(first).toordinal() - 1) <= window.till:
        found.append(first.replace(day=1))
        first = _next(first)
    return found


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
