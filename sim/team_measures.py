"""Measures of a team: load, queue, closings, and how many cases and places there are for each årsarbetare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim import config
from sim.book import Block, Book, Counted, total
from sim.intervals import Cuts, add_time, carry, excess_time
from sim.kernel import kernel
from sim.network import THOUSAND
from sim.paths import StepFunction, step_function
from sim.periods import Floats, Grid, Ints
from sim.setting import Setting
from sim.stays import Stays
from sim.steg_measures import StegSeries
from sim.visits import HEMTAGEN


class Work(NamedTuple):
    """Which team has, follows up and closes the stays of each steg, −1 where none; weights by epoch and steg.

    Weights are in thousandths. `is_place`: by resource, the last one for none.
    """

    has: Ints
    follows: Ints
    closes: Ints
    weight: Floats
    follow_weight: Floats
    closing_weight: Floats
    part: Floats
    is_place: Ints
    end: float


class Loads(NamedTuple):
    """All load on the teams, team by team: that of team t stands from `first[t]` to `first[t + 1]`. Thousandths."""

    first: Ints
    start: Floats
    end: Floats
    weight: Floats


@dataclass(frozen=True)
class TeamSeries:
    """Load, waiting and closing are by resource, places by steg."""

    months: Cuts
    work: Work
    limits: dict[int, tuple[Floats, Floats]]
    load: Block
    waiting: Block
    over: Block
    closing: Block
    placed: Block

    def count(self, stays: Stays, counted: Counted) -> None:
        over = self.over.of(counted)
        waiting, closing, placed = (block.of(counted) for block in (self.waiting, self.closing, self.placed))
        loads = _loads(stays, self.work, len(over))
        _load(loads, self.months, self.load.of(counted))
        for team, limit in self.limits.items():
            own = slice(int(loads.first[team]), int(loads.first[team + 1]))
            over[team] = excess_time(loads.start[own], loads.end[own], loads.weight[own], limit, self.months.edges)
        _beside(stays, self.months, self.work, waiting, closing, placed)


@kernel
def _loads(stays: Stays, work: Work, teams: int) -> Loads:
    """Cases from start to end; follow-up until closing, and again after it if the stay goes on; closing."""
    most = 4 * len(stays.case)
    team, place = np.empty(most, dtype=np.int64), np.zeros(teams + 1, dtype=np.int64)
    starts, ends, weights = np.empty(most), np.empty(most), np.empty(most)
    n = 0
    for i in range(len(stays.case)):
        s, start, left = stays.steg[i], stays.start[i], stays.left[i]
        if np.isnan(start):
            continue
        closing, closed = stays.closing[i], stays.closed[i]
        if work.has[s] >= 0:
            team[n], starts[n], ends[n], weights[n] = work.has[s], start, left, work.weight[stays.asked_in[i], s]
            n += 1
        if work.follows[s] >= 0:
            weight = work.follow_weight[stays.began_in[i], s]
            until = left if np.isnan(closing) else min(closing, left)
            team[n], starts[n], ends[n], weights[n] = work.follows[s], start, until, weight
            n += 1
            if not np.isnan(closed):
                team[n], starts[n], ends[n], weights[n] = work.follows[s], max(closed, start), left, weight
                n += 1
        closed_before = (stays.flags[i] & HEMTAGEN) != 0 and closed <= start
        if work.closes[s] >= 0 and not np.isnan(closing) and not closed_before:
            until = work.end if np.isnan(closed) else closed
            weight = work.closing_weight[stays.began_in[i], s]
            team[n], starts[n], ends[n], weights[n] = work.closes[s], closing, until, weight
            n += 1
    for k in range(n):
        if ends[k] > starts[k]:
            place[team[k] + 1] += 1
    for t in range(teams):
        place[t + 1] += place[t]
    first = place.copy()
    start_of, end_of, weight_of = np.empty(place[-1]), np.empty(place[-1]), np.empty(place[-1])
    for k in range(n):
        if ends[k] > starts[k]:
            at = place[team[k]]
            start_of[at], end_of[at], weight_of[at] = starts[k], ends[k], weights[k]
            place[team[k]] += 1
    return Loads(first, start_of, end_of, weight_of)


@kernel
def _load(loads: Loads, months: Cuts, found: Floats) -> None:
    whole = np.zeros((found.shape[0], found.shape[1] + 1))
    for team in range(found.shape[0]):
        for k in range(loads.first[team], loads.first[team + 1]):
            add_time(found, whole, team, months, loads.start[k], loads.end[k], loads.weight[k])
    carry(found, whole, months)


@kernel
def _beside(stays: Stays, months: Cuts, work: Work, waiting: Floats, closing: Floats, placed: Floats) -> None:
    """Weight in the queue and stays that wait for closing, by team; places taken, by steg."""
    whole_waiting = np.zeros((waiting.shape[0], waiting.shape[1] + 1))
    whole_closing = np.zeros((closing.shape[0], closing.shape[1] + 1))
    whole_placed = np.zeros((placed.shape[0], placed.shape[1] + 1))
    for i in range(len(stays.case)):
        s, asked, served = stays.steg[i], stays.asked[i], stays.served[i]
        if work.has[s] >= 0 and stays.part[i] == 0 and served > asked:
            weight = work.weight[stays.asked_in[i], s]
            add_time(waiting, whole_waiting, work.has[s], months, asked, served, weight)
        if work.closes[s] >= 0 and stays.to_close[i] and not np.isnan(stays.ended[i]):
            until = stays.left[i] if np.isnan(stays.closing[i]) else stays.closing[i]
            add_time(closing, whole_closing, work.closes[s], months, stays.ended[i], until, 1.0)
        if work.is_place[stays.resource[i]] and not np.isnan(stays.start[i]):
            part = work.part[stays.asked_in[i], s]
            add_time(placed, whole_placed, s, months, stays.start[i], stays.left[i], part)
    carry(waiting, whole_waiting, months)
    carry(closing, whole_closing, months)
    carry(placed, whole_placed, months)


def team_series(book: Book, setting: Setting) -> TeamSeries:
    network = setting.network
    stegs, resources = network.steg[0], len(network.resources)

    def weights(which: str) -> Floats:
        return np.array([[float(getattr(steg, which)) for steg in epoch] for epoch in network.steg])

    is_place = [resource.kind != "team" for resource in network.resources]
    work = Work(
        has=np.array([steg.team for steg in stegs]),
        follows=np.array([steg.follow_team for steg in stegs]),
        closes=np.array([steg.closing_team for steg in stegs]),
        weight=weights("weight"),
        follow_weight=weights("follow_weight"),
        closing_weight=weights("closing_weight"),
        part=weights("part"),
        is_place=np.array([*is_place, False]).astype(np.int64),
        end=float(network.end),
    )
    limits = {
        number: resource.capacity.arrays()
        for number, resource in enumerate(network.resources)
        if resource.kind == "team" and resource.capacity is not None
    }
    return TeamSeries(
        setting.months,
        work,
        limits,
        load=book.monthly(resources, unit=THOUSAND),
        waiting=book.monthly(resources, unit=THOUSAND),
        over=book.monthly(resources, unit=THOUSAND),
        closing=book.monthly(resources),
        placed=book.monthly(len(stegs), unit=THOUSAND),
    )


def write_team(book: Book, setting: Setting, series: TeamSeries, of_steg: StegSeries, number: int) -> None:
    network = setting.network
    area, name, _ = setting.resources[number]
    capacity = network.resources[number].capacity
    assert capacity is not None
    posts = _mean_of(_posts(setting, name), setting.grid)
    employed = book.constant(posts)
    post_days = book.constant(posts * setting.grid.days)
    limit = book.constant(_mean_of(capacity, setting.grid), THOUSAND)
    limit_days = book.constant(_mean_of(capacity, setting.grid) * setting.grid.days, THOUSAND)
    load, waiting = series.load[number], series.waiting[number]
    asks = [steg for steg, spec in enumerate(network.steg[0]) if spec.team == number]
    queue = total(of_steg.queue(steg) for steg in asks)
    book.line((area, "arsarbetare", name), employed)
    book.line((area, "arsarbetare_behov", name), load + waiting, limit_days, times=employed)
    book.line((area, "kapacitet_arenden", name), limit)
    book.line((area, "belastning_arenden", name), load, book.days)
    book.line((area, "arenden_per_handlaggare", name), load, post_days)
    book.line((area, "ofordelade", name), queue, book.days)
    book.line((area, "vantar_pa_avslut", name), series.closing[number], book.days)
    book.line((area, "overbelastning_arendedygn", name), series.over[number])
    served = [steg for steg, spec in enumerate(network.steg[0]) if number in (spec.team, spec.follow_team)]
    if served:
        cases = total(of_steg.under_way(steg) for steg in served)
        book.line((area, "pagaende_per_handlaggare", name), cases, post_days)
    if any(network.steg[0][steg].places for steg in served):
        places = total(series.placed[steg] for steg in served)
        book.line((area, "platser_per_handlaggare", name), places, post_days)


def _posts(setting: Setting, name: str) -> StepFunction:
    def posts(time: float) -> float:
        team = setting.at(time).resurser[name]
        assert isinstance(team, config.Team)
        return team.arsarbetare

    return step_function((epoch.fran_dag for epoch in setting.plan.epoker), posts)


def _mean_of(path: StepFunction, grid: Grid) -> Floats:
    times, values = path.arrays()
    before = np.concatenate([[0.0], np.cumsum(values[:-1] * np.diff(times))])
    piece = np.maximum(np.searchsorted(times, grid.edges, side="right") - 1, 0)
    return grid.total(np.diff(before[piece] + values[piece] * (grid.edges - times[piece]))) / grid.days
