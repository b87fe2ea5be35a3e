"""A plan resolved into numbers: what both engines read. No names to look up, no configuration left.

Resources are numbered in the order of their names' UTF-8 bytes, which is also the order in which queues are
served. Loads, places and capacities are whole thousandths. Times are days from the start. What a scenario changes
at a date stands once per epoch: `steg[epoch][number]`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.paths import StepFunction

NONE = -1
"""No resource, no team, no reserv."""
EXIT = -1
"""The routing target that leaves the system."""
FOREVER = float("inf")
UNLIMITED = -1
"""Capacity of a resource that is never full."""
THOUSAND = 1000

RECALL_FIRST, RECALL_BY_TIME, RECALL_LAST = 0, 1, 2
"""Where a case that waits in a reserv to come home stands against those who have no place at all."""


@dataclass(frozen=True)
class ShareTable:
    """A choice among alternatives from one uniform draw: alternative `choices[i]` below `cuts[i]`."""

    cuts: tuple[float, ...]
    choices: tuple[int, ...]

    def pick(self, u: float) -> int:
        return self.choices[bisect_right(self.cuts, u)]


@dataclass(frozen=True)
class Outcome:
    """One way a stay ends: length of stay, closing and blocking, and where next."""

    length: NDArray[np.float64]
    closing: bool
    stays: bool
    routing: ShareTable


@dataclass(frozen=True)
class Steg:
    """What a case meets in a steg, in one epoch."""

    team: int
    weight: int
    places: tuple[int, ...]
    part: int
    wait_limit: float
    reserve: int
    home_share: tuple[float, ...]
    recall: bool
    recall_earliest: float
    recall_notice: float
    recall_rank: int
    follow_team: int
    follow_weight: int
    closing_team: int
    closing_weight: int
    closing_time: NDArray[np.float64] | None
    patience: NDArray[np.float64] | None
    patience_next: int
    priority: int
    outcome_shares: ShareTable
    outcomes: tuple[Outcome, ...]
    price_cv: tuple[float, ...]

    @property
    def needs_nothing(self) -> bool:
        return self.team == NONE and not self.places

    def allowed_places(self, home_possible: bool) -> tuple[int, ...]:
        """Where the case may go without waiting for a limit, in order."""
        if home_possible:
            return self.places
        return (self.reserve,)


@dataclass(frozen=True)
class Inflow:
    """One stream of arrivals. `rate` per day without random effects; `base_rate` the same without the scenario."""

    name: str
    key: int
    first_steg: int
    rate: StepFunction
    base_rate: StepFunction
    groups: tuple[ShareTable, ...]
    overdispersion: float
    year_cv: float
    year_rho: float


@dataclass(frozen=True)
class Resource:
    """A team, own places or bought places. `capacity` in thousandths over time, None where unlimited."""

    name: str
    kind: str
    capacity: StepFunction | None
    closings: StepFunction | None


@dataclass(frozen=True)
class Stock:
    """`count` cases that are somewhere when the run begins.

    `kind`: "stay" (in the steg), "blocked" (finished, waiting for `target`) or "queue" (waiting to begin the steg).
    """

    name: str
    key: int
    kind: str
    steg: int
    resource: int
    target: int
    count: int
    home_possible: int
    waited: NDArray[np.float64] | None
    group_shares: tuple[float, ...]


@dataclass(frozen=True)
class Network:
    """Everything an engine needs to know besides who arrives."""

    start: date
    end: float
    epochs: tuple[float, ...]
    resources: tuple[Resource, ...]
    steg_names: tuple[str, ...]
    steg_keys: tuple[int, ...]
    groups: tuple[str, ...]
    inflows: tuple[Inflow, ...]
    steg: tuple[tuple[Steg, ...], ...]
    base_steg: tuple[Steg, ...]
    outcome_names: tuple[tuple[str, ...], ...]
    pace: tuple[StepFunction | None, ...]
    stock: tuple[Stock, ...]

    def epoch(self, time: float) -> int:
        return max(bisect_right(self.epochs, time) - 1, 0)

    def spec(self, steg: int, time: float) -> Steg:
        return self.steg[self.epoch(time)][steg]

    def resource_number(self, name: str) -> int:
        return next(number for number, resource in enumerate(self.resources) if resource.name == name)

    def steg_number(self, name: str) -> int:
        return self.steg_names.index(name)


def share_table(base: dict[str, float], now: dict[str, float], numbers: dict[str, int]) -> ShareTable:
    """Shares as a table over one uniform, moving as few cases as possible from `base` to `now`.

    The base shares lie side by side in order of name. Where an alternative shrinks, the upper end of its interval
    goes to those that grow, in proportion: exactly Σ|now − base|/2 of the cases change.
    """
    order = sorted(base, key=lambda name: name.encode())
    gains = {name: max(now[name] - base[name], 0.0) for name in order}
    gained = sum(gains.values())
    pieces: list[tuple[float, int]] = []
    for name in order:
        kept = min(base[name], now[name])
        lost = base[name] - kept
        pieces.append((kept, numbers[name]))
        if lost > 0:
            pieces += [(lost * gain / gained, numbers[other]) for other, gain in gains.items() if gain > 0]
    merged: list[tuple[float, int]] = []
    for width, number in pieces:
        if width <= 0:
            continue
        if merged and merged[-1][1] == number:
            merged[-1] = (merged[-1][0] + width, number)
        else:
            merged.append((width, number))
    cuts = np.cumsum([width for width, _ in merged])[:-1]
    return ShareTable(tuple(float(c) for c in cuts), tuple(number for _, number in merged))
