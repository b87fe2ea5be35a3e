"""Measures of a team: load, queue, closings, and how many cases and places there are for each årsarbetare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim import config
from sim.book import Block, Book, Counted, total
from sim.intervals import MOST_CODES, Cuts, add_time, excess_of, no_time, step_at, time_of
from sim.kernel import kernel
from sim.network import THOUSAND
from sim.paths import StepFunction, step_function
from sim.periods import Floats, Grid, Ints
from sim.setting import Setting
from sim.stays import Stays
from sim.steg_measures import StegSeries
from sim.visits import HEMTAGEN


class Work(NamedTuple):
    """Which team has, follows up and closes the stays of each steg, −1 where none; what they weigh by epoch and steg.

    `weights` in thousandths, shape (HAS .. CLOSES, epochs, stegs); `part` of a place likewise. `is_place`: by resource,
    the last one for none.
    """

    has: Ints
    follows: Ints
    closes: Ints
    weights: Floats
    part: Floats
    is_place: Ints
    end: float


HAS, FOLLOWS, CLOSES = range(3)


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
        load, waiting, closing, placed = (
            block.of(counted) for block in (self.load, self.waiting, self.closing, self.placed)
        )
        steps, first = _loads(stays, self.months, self.work, load)
        for team, limit in self.limits.items():
            own = np.sort(steps[first[team] : first[team + 1]])
            over[team] = excess_of(own, self.work.weights.ravel(), limit, self.months.edges)
        _beside(stays, self.months, self.work, waiting, closing, placed)


class Load(NamedTuple):
    """A weight on a team (−1: on none) for a time; `code` says which of the weights."""

    team: int
    start: float
    end: float
    code: int


PIECES = 4
"""The loads that one record can be: the case, its follow-up, the follow-up after a closing, and the closing."""


@kernel
def _load_of(stays: Stays, work: Work, i: int, piece: int) -> Load:
    """A piece of the load of a record that has begun; it is none if it does not end after its start."""
    s, start, left, closing, closed = stays.steg[i], stays.start[i], stays.left[i], stays.closing[i], stays.closed[i]
    each = work.weights.shape[1] * work.weights.shape[2]
    code = stays.began_in[i] * work.weights.shape[2] + s
    if piece == 0:
        return Load(work.has[s], start, left, HAS * each + stays.asked_in[i] * work.weights.shape[2] + s)
    if piece == 1:
        return Load(work.follows[s], start, min(left, left if np.isnan(closing) else closing), FOLLOWS * each + code)
    if piece == 2:
        return Load(work.follows[s], left if np.isnan(closed) else max(closed, start), left, FOLLOWS * each + code)
    closed_before = (stays.flags[i] & HEMTAGEN) != 0 and closed <= start
    team = -1 if np.isnan(closing) or closed_before else work.closes[s]
    return Load(team, closing, work.end if np.isnan(closed) else closed, CLOSES * each + code)


@kernel
def _loads(stays: Stays, months: Cuts, work: Work, load: Floats) -> tuple[Ints, Ints]:
    """Fill the load by team and month, and give its steps: those of team t stand from first[t] to first[t + 1]."""
    spent, weights = no_time(len(load), months), work.weights.ravel()
    team, steps = np.empty(PIECES * len(stays.case), dtype=np.int64), np.empty((PIECES * len(stays.case), 2), np.int64)
    first, n = np.zeros(len(load) + 1, dtype=np.int64), 0
    for i in range(len(stays.case)):
        for piece in range(0 if np.isnan(stays.start[i]) else PIECES):
            its = _load_of(stays, work, i, piece)
            if its.team >= 0 and its.end > its.start:
                add_time(spent, its.team, months, its.start, its.end, weights[its.code])
                team[n], steps[n, 0] = its.team, step_at(its.start, its.code, False)
                steps[n, 1] = step_at(its.end, its.code, True)
                first[its.team + 1] += 2
                n += 1
    time_of(spent, months, load)
    for t in range(len(load)):
        first[t + 1] += first[t]
    place, found = first.copy(), np.empty(first[-1], dtype=np.int64)
    for k in range(n):
        at = place[team[k]]
        found[at], found[at + 1] = steps[k, 0], steps[k, 1]
        place[team[k]] += 2
    return found, first


@kernel
def _beside(stays: Stays, months: Cuts, work: Work, waiting: Floats, closing: Floats, placed: Floats) -> None:
    """Weight in the queue and stays that wait for closing, by team; places taken, by steg."""
    queued, unclosed = no_time(len(waiting), months), no_time(len(closing), months)
    in_place = no_time(len(placed), months)
    for i in range(len(stays.case)):
        s, asked, served = stays.steg[i], stays.asked[i], stays.served[i]
        if work.has[s] >= 0 and stays.part[i] == 0 and served > asked:
            weight = work.weights[HAS, stays.asked_in[i], s]
            add_time(queued, work.has[s], months, asked, served, weight)
        if work.closes[s] >= 0 and stays.to_close[i] and not np.isnan(stays.ended[i]):
            until = stays.left[i] if np.isnan(stays.closing[i]) else stays.closing[i]
            add_time(unclosed, work.closes[s], months, stays.ended[i], until, 1.0)
        if work.is_place[stays.resource[i]] and not np.isnan(stays.start[i]):
            part = work.part[stays.asked_in[i], s]
            add_time(in_place, s, months, stays.start[i], stays.left[i], part)
    time_of(queued, months, waiting)
    time_of(unclosed, months, closing)
    time_of(in_place, months, placed)


def team_series(book: Book, setting: Setting) -> TeamSeries:
    network = setting.network
    stegs, owners = network.steg[0], setting.area_of_resource

    def weights(which: str) -> Floats:
        return np.array([[float(getattr(steg, which)) for steg in epoch] for epoch in network.steg])

    assert 3 * len(network.steg) * len(stegs) <= MOST_CODES // 2
    is_place = [resource.kind != "team" for resource in network.resources]
    work = Work(
        has=np.array([steg.team for steg in stegs]),
        follows=np.array([steg.follow_team for steg in stegs]),
        closes=np.array([steg.closing_team for steg in stegs]),
        weights=np.stack([weights(which) for which in ("weight", "follow_weight", "closing_weight")]),
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
        load=book.monthly(owners, unit=THOUSAND),
        waiting=book.monthly(owners, unit=THOUSAND),
        over=book.monthly(owners, unit=THOUSAND),
        closing=book.monthly(owners),
        placed=book.monthly(setting.area_of_steg, unit=THOUSAND),
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
