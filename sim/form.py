"""What is asked of every replication of a plan: all measures by month, half-year, year and over the planning years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.book import Counted
from sim.calendars import Period, half_years, months, years
from sim.labels import LABELS
from sim.network import Network
from sim.periods import Floats
from sim.runs import Run
from sim.scenario import Plan
from sim.sheet import Sheet, sheet_of
from sim.stays import stays_of
from sim.tables import Replicate
from sim.visits import VisitLog


@dataclass(frozen=True)
class Form:
    """`periods`: months, calendar years, the planning years together (none where there is only the basår), half-years.

    `planning`: the periods of the sheet that are planning years. `adds_up`: the rows that are summed over time.
    """

    sheet: Sheet
    periods: tuple[str, ...]
    planning: slice
    together: int
    adds_up: NDArray[np.bool_]

    def filled(self, log: VisitLog, seed: int, replication: int) -> Replicate:
        """Every measure of a finished run."""
        stays = stays_of(log, self.sheet.closings)
        return Replicate(self.sheet.rows, self.periods, self.values(self.sheet.count(stays, seed, replication)))

    def values(self, counted: Counted) -> Floats:
        """Every measure of what is counted. Shape (rows, periods)."""
        values = self.sheet.lines.values(counted)
        if not self.together:
            return values
        summed = values[:, self.planning].sum(axis=1, keepdims=True)
        over_years = np.where(self.adds_up[:, None], summed, np.nan)
        return np.concatenate([values[:, : self.planning.stop], over_years, values[:, self.planning.stop :]], 1)


def form_of(plan: Plan, network: Network) -> Form:
    start, end = network.start, network.end
    monthly, yearly, halves = months(start, end), years(start, end), half_years(start, end)
    together = planning_label(yearly)
    sheet = sheet_of(plan, network, [*monthly, *yearly, *halves], monthly)
    return Form(
        sheet,
        (*(period.label for period in (*monthly, *yearly)), *together, *(period.label for period in halves)),
        slice(len(monthly) + 1, len(monthly) + len(yearly)),
        len(together),
        np.array([LABELS[matt].over_tid == "summa" for _, matt, _ in sheet.rows]),
    )


def planning_label(yearly: Sequence[Period]) -> list[str]:
    """The planning years as one period, "2019–2021"; nothing where there is only the basår."""
    return [f"{yearly[1].label}–{yearly[-1].label}"] if len(yearly) > 2 else []


def measured(finished: Run, seed: int, replication: int) -> Replicate:
    """Every measure of one finished run."""
    return form_of(finished.plan, finished.network).filled(finished.log, seed, replication)
