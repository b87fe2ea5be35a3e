"""A case and its stays while a run is under way, and a stay's record when it is over."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import simpy

from sim.network import NONE, Steg
from sim.visits import AVHOPP, CENSURERAD, EJ_HEMMAMOJLIG, FRAN_NULAGE, RESERV, UNKNOWN, Record

NOT_YET = math.nan


@dataclass(slots=True)
class Case:
    """One case: who it is, and how often it has been in each steg."""

    key: int
    inflow: int
    group: int
    family: int
    weight: float
    born: float
    visits: dict[int, int] = field(default_factory=dict)

    def next_visit(self, steg: int) -> int:
        number = self.visits.get(steg, 0)
        self.visits[steg] = number + 1
        return number


@dataclass(slots=True, eq=False)
class Stay:
    """A visit to a steg, from the request until it is left. `asked_spec` is the steg as it was at the request."""

    case: Case
    steg: int
    visit: int
    asked_spec: Steg
    requested: float
    home_possible: bool = True
    from_stock: bool = False
    spec: Steg | None = None
    part: int = 0
    start: float = NOT_YET
    end: float = NOT_YET
    closing_start: float = NOT_YET
    closed: float = NOT_YET
    resource: int = NONE
    began_in: int = NONE
    outcome: int = UNKNOWN
    target: int = UNKNOWN
    price: float = 1.0
    flags: int = 0
    signal: simpy.Event | None = None
    waiting: bool = False
    lines: tuple[int, ...] = ()
    in_reserve: bool = False
    eligible: bool = True
    blocked: bool = False
    following: bool = False
    hold: int = NONE
    holds_made: int = 0
    unlimited_end: float = NOT_YET
    """When the time would be up but for an age limit."""
    alarm: simpy.Event | None = None
    under_way: bool = False
    """Began before the run."""

    @property
    def uses_reserve(self) -> bool:
        return self.resource != NONE and self.resource == self.asked_spec.reserve

    def line_key(self) -> tuple[float, ...]:
        """Order in a queue of places or of a team: kind, prio, request time, case key."""
        rank = self.asked_spec.recall_rank if self.in_reserve else 1
        return (rank, self.asked_spec.priority[self.case.group], self.requested, self.case.key)

    def closing_key(self) -> tuple[float, ...]:
        """Order among those to be closed, and, in a team where they share a queue, among new cases."""
        return (1, self.asked_spec.priority[self.case.group], self.end, self.case.key)

    def record(self, released: float, end_of_run: float, moved: bool = False) -> Record:
        """The stay as a line of the visit log; `moved`: only the part in the reserv that ends now."""
        flags = self.flags
        if self.uses_reserve:
            flags |= RESERV
        if not self.home_possible:
            flags |= EJ_HEMMAMOJLIG
        if self.from_stock:
            flags |= FRAN_NULAGE
        if math.isnan(released) and not flags & AVHOPP:
            flags |= CENSURERAD
        return (
            self.case.key,
            self.case.inflow,
            self.case.group,
            self.steg,
            self.visit,
            self.part,
            self.requested,
            self.start,
            self.end if self.end < end_of_run and (self.blocked or not moved) else NOT_YET,
            self.closing_start,
            self.closed,
            released,
            self.resource,
            self.outcome,
            self.target,
            self.price,
            self.case.weight,
            flags,
        )
