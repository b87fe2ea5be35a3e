"""A finished replication, and the small tools that measures and costs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period
from sim.network import THOUSAND, Network
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

    @property
    def parts(self) -> Floats:
        """How much of a place each stay takes."""
        asked = np.array([[steg.part for steg in stegs] for stegs in self.network.steg]) / THOUSAND
        return np.asarray(asked[epoch_numbers(self.network, self.log.begaran), self.log.steg])

    def steg_area(self, steg: int) -> tuple[str, str]:
        area, name = self.network.steg_names[steg].split(".", 1)
        return area, name


def epoch_numbers(network: Network, times: Floats) -> NDArray[np.int64]:
    """The epoch in force at each time; 0 where the time is not known."""
    known = np.nan_to_num(times, nan=0.0)
    return np.maximum(np.searchsorted(network.epochs, known, side="right") - 1, 0)


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
