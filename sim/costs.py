"""Kronor by period, verksamhet and kostnadsslag, in whole öre: months sum to years and types to totals exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.calendars import Period
from sim.care import ALL_AREAS as ALL_AREAS
from sim.kronor import ORE
from sim.periods import make_grid
from sim.runs import Rows, Run
from sim.sheet import sheet_of


def costs(run: Run, monthly: Sequence[Period], seed: int, replication: int) -> Rows:
    """Kronor per calendar month: `kostnad` by kostnadsslag, `nettokostnad`, `budget`, `avvikelse`, and their parts.

    Every line is rounded to whole öre before it is summed, each resource and each målgrupp's benefit too.
    """
    sheet = sheet_of(run.plan, run.network, monthly, monthly)
    values = sheet.values(run.log, seed, replication)
    return dict(list(zip(sheet.rows, values, strict=True))[sheet.measures : sheet.measures + sheet.costs])


def to_years(rows: Rows, monthly: Sequence[Period], periods: Sequence[Period]) -> Rows:
    """Sums of months for years, or for any periods made of whole months, exact to the öre."""
    grid = make_grid(periods, monthly)
    return {row: grid.total(np.round(values * ORE)) / ORE for row, values in rows.items()}
