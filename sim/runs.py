"""A finished replication, and the small tools that measures and costs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period
from sim.network import Network
from sim.scenario import Plan
from sim.visits import VisitLog

Floats = NDArray[np.float64]
Row = tuple[str, str, str]
"""(verksamhet, matt, del)"""
Rows = dict[Row, Floats]
"""One value for each period."""


@dataclass(frozen=True)
class Run:
    """A finished replication: what measures and costs are made from."""

    plan: Plan
    network: Network
    log: VisitLog

    @property
    def left(self) -> Floats:
        """When each stay was left; stays under way at the end of the run count to its end."""
        return np.where(np.isnan(self.log.slappt), self.network.end, self.log.slappt)

    def steg_area(self, steg: int) -> tuple[str, str]:
        area, name = self.network.steg_names[steg].split(".", 1)
        return area, name


def edges_of(periods: Sequence[Period]) -> Floats:
    return np.array([period.first for period in periods] + [periods[-1].last])


def by_period(times: Floats, values: Floats, edges: Floats) -> list[Floats]:
    """The values whose time falls in each period."""
    at = np.searchsorted(edges, times, side="right") - 1
    return [values[at == period] for period in range(len(edges) - 1)]


def statistic(groups: Sequence[Floats], what: str) -> Floats:
    """`what` is medel, median or p90; NaN where there are no values."""
    if what == "medel":
        return np.array([float(np.mean(group)) if len(group) else np.nan for group in groups])
    level = {"median": 0.5, "p90": 0.9}[what]
    return np.array([float(np.quantile(group, level)) if len(group) else np.nan for group in groups])
