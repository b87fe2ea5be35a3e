"""Unemployment as it stood a lag before each month."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sim.intake.laws import Floats

LAGS = tuple(30.0 * step for step in range(13))
"""Days."""
Month = tuple[int, int]


@dataclass(frozen=True)
class Drivers:
    columns: Floats
    """ln(unemployment a lag ago / bas), shape (months, lags)."""
    bas: float
    """Mean of the year that the level is told of."""


def drivers_of(unemployment: pd.Series | None, first: Sequence[date], year: int) -> Drivers | None:
    """For months by their first day. None without a series, or where it does not hold the whole year."""
    if unemployment is None:
        return None
    known = unemployment.dropna()
    given = {(day.year, day.month): float(value) for day, value in zip(known.index, known, strict=True)}
    of_year = [given[year, month] for month in range(1, 13) if (year, month) in given]
    if len(of_year) < 12:
        return None
    bas = float(np.mean(of_year))
    return Drivers(np.array([[math.log(_lagged(given, day, lag) / bas) for lag in LAGS] for day in first]), bas)


def _lagged(given: Mapping[Month, float], day: date, lag: float) -> float:
    """Mean over a month's days of the unemployment a lag before; beyond the series' ends as at them."""
    earliest, latest = min(given), max(given)
    values = []
    for inside in (5, 15, 25):
        then = date.fromordinal(day.toordinal() + inside - 1 - round(lag))
        key = min(max((then.year, then.month), earliest), latest)
        values.append(given.get(key, given[earliest]))
    return float(np.mean(values))
