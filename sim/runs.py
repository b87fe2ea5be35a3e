"""A finished replication, and what measures and costs both need to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.intervals import ranked_within, sorted_into
from sim.network import NONE, THOUSAND, Network
from sim.periods import Floats, Grid, edges_of
from sim.scenario import Plan
from sim.visits import HEMTAGEN, VisitLog

__all__ = ["Floats", "Ints", "Loads", "Row", "Rows", "Run", "edges_of", "epoch_numbers", "persons", "split"]

Ints = NDArray[np.int64]
Row = tuple[str, str, str]
"""(verksamhet, matt, del)"""
Rows = dict[Row, Floats]
"""One value for each period."""


def split(part: str, **by: str) -> str:
    """The `del` of a row that is split: `bistand`, malgrupp under_25 → "bistand malgrupp=under_25"."""
    return " ".join(filter(None, (part, *(f"{what}={which}" for what, which in by.items()))))


@dataclass(frozen=True)
class Loads:
    """All load on the teams, sorted by team: `of[team]` is the slice of the other arrays that is a team's own."""

    of: tuple[slice, ...]
    starts: Floats
    ends: Floats
    weights: Floats


@dataclass(frozen=True)
class Run:
    """A finished replication: what measures and costs are made from. What is derived is worked out once."""

    plan: Plan
    network: Network
    log: VisitLog

    @cached_property
    def left(self) -> Floats:
        """When each stay was left; stays under way at the end of the run count to its end."""
        return np.where(np.isnan(self.log.slappt), self.network.end, self.log.slappt)

    @cached_property
    def served(self) -> Floats:
        """When each wait was over: at the start, or when the queue was left; else the end of the run."""
        return np.where(np.isnan(self.log.start), self.left, self.log.start)

    @cached_property
    def asked_in(self) -> Ints:
        """The epoch in which each stay was asked for."""
        return epoch_numbers(self.network, self.log.begaran)

    @cached_property
    def parts(self) -> Floats:
        """How much of a place each stay takes."""
        asked = np.array([[steg.part for steg in stegs] for stegs in self.network.steg]) / THOUSAND
        return np.asarray(asked[self.asked_in, self.log.steg])

    @cached_property
    def of_steg(self) -> tuple[Ints, ...]:
        """The records of each steg, in the order of the log."""
        return _groups(self.log.steg, len(self.network.steg_names))

    @cached_property
    def of_resource(self) -> tuple[Ints, ...]:
        """The records in each resource, in the order of the log."""
        return _groups(self.log.resurs, len(self.network.resources))

    @cached_property
    def by_person(self) -> Ints:
        """The place of each record when they are sorted by person and start."""
        return ranked_within(self.log.fall, self.log.start)

    @cached_property
    def last_part(self) -> NDArray[np.bool_]:
        return self.log.last_part

    @cached_property
    def closing_asked(self) -> NDArray[np.bool_]:
        """Stays whose outcome is to be closed, the last part of each."""
        stegs = self.network.steg[0]
        closing = np.zeros((len(stegs), max(len(steg.outcomes) for steg in stegs) + 1), dtype=bool)
        for number, steg in enumerate(stegs):
            closing[number, : len(steg.outcomes)] = [outcome.closing for outcome in steg.outcomes]
        known = np.maximum(self.log.utfall, -1)
        return np.asarray(closing[self.log.steg, known] & ~(self.log.has(HEMTAGEN) & (self.log.slut < self.log.start)))

    @cached_property
    def loads(self) -> Loads:
        """Cases, follow-up and closing as intervals with weights."""
        return _loads(self)

    def steg_area(self, steg: int) -> tuple[str, str]:
        area, name = self.network.steg_names[steg].split(".", 1)
        return area, name

    def groups_of(self, area: str) -> list[int]:
        """The målgrupper that come to a verksamhet; empty where there is only one, so that nothing can be split."""
        names = {g for inflode in self.plan.kommun.verksamheter[area].inflode.values() for g in inflode.malgrupper}
        return [self.network.groups.index(name) for name in sorted(names)] if len(names) > 1 else []


def _groups(numbers: NDArray[np.int32], count: int) -> tuple[Ints, ...]:
    order, first, number = sorted_into(numbers.astype(np.int64), count)
    return tuple(order[a : a + n] for a, n in zip(first.tolist(), number.tolist(), strict=True))


def epoch_numbers(network: Network, times: Floats) -> Ints:
    """The epoch in force at each time; 0 where the time is not known."""
    known = np.nan_to_num(times, nan=0.0)
    return np.maximum(np.searchsorted(network.epochs, known, side="right") - 1, 0)


def persons(run: Run, records: Ints, grid: Grid, groups: int = 0) -> Floats:
    """How many persons have at least one day in each period in any of the records.

    Shape (groups or 1, periods): by the number of the målgrupp, or all of them together.
    """
    log = run.log
    rank = run.by_person[records]
    chosen = records if np.all(rank[1:] > rank[:-1]) else records[np.argsort(rank)]
    group = log.malgrupp[chosen].astype(np.int64) if groups else np.zeros(len(chosen), dtype=np.int64)
    return grid.distinct(log.fall[chosen], log.start[chosen], run.left[chosen], group, max(groups, 1))


def _loads(run: Run) -> Loads:
    log, network, left = run.log, run.network, run.left
    stegs = network.steg[0]
    begun = ~np.isnan(log.start)

    def who(team: str) -> Ints:
        return np.array([getattr(steg, team) for steg in stegs], dtype=np.int64)[log.steg]

    def weights(weight: str, epochs: Ints, records: Ints) -> Floats:
        table = np.array([[getattr(steg, weight) for steg in epoch] for epoch in network.steg]) / THOUSAND
        return np.asarray(table[epochs, log.steg[records]])

    case_team, follow_team, closing_team = who("team"), who("follow_team"), who("closing_team")
    started_in = epoch_numbers(network, log.began)
    cases = np.flatnonzero(begun & (case_team != NONE))
    follows = np.flatnonzero(begun & (follow_team != NONE))
    again = follows[~np.isnan(log.avslutad[follows])]
    closings = begun & (closing_team != NONE) & ~np.isnan(log.avslut_start)
    closes = np.flatnonzero(closings & ~(log.has(HEMTAGEN) & (log.avslutad <= log.start)))
    until_closing = np.where(np.isnan(log.avslut_start), left, log.avslut_start)
    until_closed = np.where(np.isnan(log.avslutad), network.end, log.avslutad)
    followed = weights("follow_weight", started_in[follows], follows)
    pieces = [
        (case_team[cases], log.start[cases], left[cases], weights("weight", run.asked_in[cases], cases)),
        (follow_team[follows], log.start[follows], np.minimum(until_closing, left)[follows], followed),
        (
            follow_team[again],
            np.fmax(log.avslutad, log.start)[again],
            left[again],
            weights("follow_weight", started_in[again], again),
        ),
        (
            closing_team[closes],
            log.avslut_start[closes],
            until_closed[closes],
            weights("closing_weight", started_in[closes], closes),
        ),
    ]
    team, starts, ends, weight = (np.concatenate(column) for column in zip(*pieces, strict=True))
    real = ends > starts
    team, starts, ends, weight = team[real], starts[real], ends[real], weight[real]
    order = np.argsort(team, kind="stable")
    edges = np.searchsorted(team[order], np.arange(len(network.resources) + 1))
    of = tuple(slice(int(first), int(last)) for first, last in zip(edges, edges[1:], strict=False))
    return Loads(of, starts[order], ends[order], weight[order])
