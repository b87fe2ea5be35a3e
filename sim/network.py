"""A plan resolved into numbers: what both engines read. No names to look up, no configuration left.

Resources are numbered in the order of their names' UTF-8 bytes, which is also the order in which queues are
served. Loads, places and capacities are whole thousandths. Times are days from the start. What a scenario changes
at a date stands once per epoch: `steg[epoch][number]`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.paths import StepFunction
from sim.shares import ShareTable

if TYPE_CHECKING:
    from sim.flat import Flat
    from sim.present import Shape
    from sim.streams import Stream

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
class Outcome:
    """One way a stay ends: whether it is to be closed, and whether it keeps its place until the next steg."""

    closing: bool
    stays: bool


@dataclass(frozen=True)
class Variant:
    """How stays end for a målgrupp in a resource: shares of the outcomes, and by outcome its length and routing."""

    shares: ShareTable
    lengths: tuple[NDArray[np.float64], ...]
    routings: tuple[ShareTable, ...]


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
    priority: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    variants: tuple[Variant, ...]
    variant_number: tuple[tuple[int, ...], ...]
    price_cv: tuple[float, ...]
    recall_new: bool
    weight_length: float
    weight_price: float
    weight_home: float
    age_limit: float
    age_routing: ShareTable | None

    def variant(self, group: int, resource: int) -> Variant:
        """What holds for a målgrupp in a resource (NONE: no resource)."""
        return self.variants[self.variant_number[group][resource + 1]]

    @property
    def needs_nothing(self) -> bool:
        return self.team == NONE and not self.places

    def allowed_places(self, home_possible: bool) -> tuple[int, ...]:
        """Where the case may go without waiting for a limit, in order."""
        if home_possible:
            return self.places
        return (self.reserve,)


@dataclass(frozen=True)
class Cohort:
    """A dated batch of `count` cases; `group` is NONE where they are as the inflow's own mix."""

    key: int
    day: float
    count: int
    group: int


@dataclass(frozen=True)
class Inflow:
    """One stream of arrivals. `rate` per day without random effects; `base_rate` the same without the scenario.

    `siblings`: shares of 1, 2 … who arrive together. `ages`: years at arrival by målgrupp, None where not given.
    """

    name: str
    key: int
    first_steg: int
    rate: StepFunction
    base_rate: StepFunction
    groups: tuple[ShareTable, ...]
    overdispersion: float
    year_cv: float
    year_rho: float
    cohorts: tuple[Cohort, ...]
    siblings: tuple[float, ...]
    ages: tuple[NDArray[np.float64] | None, ...]


@dataclass(frozen=True)
class Resource:
    """A team, own places or bought places. `capacity` in thousandths over time, None where unlimited.

    `closings` of a team: how many always have room; beyond them, `closings_first`: before all new cases.
    """

    name: str
    kind: str
    capacity: StepFunction | None
    closings: StepFunction | None
    closings_first: bool


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
    ages: tuple[NDArray[np.float64] | None, ...]


@dataclass(frozen=True)
class Network:
    """Everything an engine needs to know besides who arrives.

    `start` is the date of day 0; the run goes from `begin`, which is before that where there is a warm-up, to `end`.
    """

    start: date
    begin: float
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

    @cached_property
    def flat(self) -> Flat:
        """The same as arrays; made once."""
        from sim.flat import flatten

        return flatten(self)

    @cached_property
    def streams(self) -> tuple[Stream, ...]:
        """The inflows month by month; made once."""
        from sim.streams import streams_of

        return streams_of(self)

    @cached_property
    def stock_shapes(self) -> dict[str, Shape]:
        """What the stock at the start is drawn from, by its name; made once."""
        from sim.present import shapes_of

        return shapes_of(self)

    def worked_out(self) -> Network:
        """Itself, with all that is made once made: who sends it to others spares each of them the making."""
        _ = self.flat, self.streams, self.stock_shapes
        return self

    def area_of(self, steg: int) -> str:
        """The verksamhet of a steg."""
        return self.steg_names[steg].split(".", 1)[0]

    @property
    def last_year(self) -> int:
        return (self.start + timedelta(days=math.ceil(self.end) - 1)).year

    def epoch(self, time: float) -> int:
        return max(bisect_right(self.epochs, time) - 1, 0)

    def spec(self, steg: int, time: float) -> Steg:
        return self.steg[self.epoch(time)][steg]

    def resource_number(self, name: str) -> int:
        return next(number for number, resource in enumerate(self.resources) if resource.name == name)

    def steg_number(self, name: str) -> int:
        return self.steg_names.index(name)
