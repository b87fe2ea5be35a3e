"""Who arrives, and when: everything that is decided outside the queues, the same people in every scenario.

Candidates fall as a Poisson field over (time, intensity), drawn month by month in layers of `LAYER` cases a day. A
candidate arrives if its mark lies below the scenario's intensity at that moment, so a higher intensity adds
arrivals and moves none, and a later end leaves earlier months alone.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.casekeys import CANDIDATE_BITS, ages, case_key, case_keys, weights
from sim.effects import month_effects, year_effects
from sim.kernel import kernel
from sim.network import NONE, Inflow, Network
from sim.paths import TICK
from sim.present import Present, draw_present
from sim.randomness import Purpose, Word, philox, uniform, uniforms, unit
from sim.special import poisson_from_table, poisson_table
from sim.streams import Stream

LAYER = 0.25
"""Height of a layer of candidates, cases per day. Changing it changes every draw."""
FROM_STOCK = -1
"""Inflow number of a case that was there when the run began."""


@dataclass(frozen=True)
class Arrivals:
    """Cases in order of (time, key). All arrays have shape (cases,).

    `time` in days, whole ticks. `family`: the key whose draws decide outcomes and routing, the case's own but for
    siblings. `weight`: latent, standard normal. `born`: day of birth, NaN where no age is known.
    """

    time: NDArray[np.float64]
    key: NDArray[np.uint64]
    family: NDArray[np.uint64]
    inflow: NDArray[np.int64]
    group: NDArray[np.int64]
    weight: NDArray[np.float64]
    born: NDArray[np.float64]


@dataclass(frozen=True)
class Cases:
    """Arrivals and stock of one replication of one scenario."""

    arrivals: Arrivals
    present: tuple[Present, ...]

    def within(self, network: Network, areas: Collection[str]) -> Cases:
        """Those who come to some verksamheter, and the stock there."""
        comes = np.array([network.area_of(inflow.first_steg) in areas for inflow in network.inflows])
        chosen = comes[self.arrivals.inflow]
        arrivals = {field.name: getattr(self.arrivals, field.name)[chosen] for field in fields(Arrivals)}
        there = (present for present in self.present if network.area_of(present.stock.steg) in areas)
        return Cases(Arrivals(**arrivals), tuple(there))


def draw_cases(network: Network, seed: int, replication: int, areas: Collection[str] | None = None) -> Cases:
    """All exogenous draws of one replication, or those of some verksamheter (as `Cases.within`)."""
    inflows = [
        n for n, inflow in enumerate(network.inflows) if areas is None or network.area_of(inflow.first_steg) in areas
    ]
    stocks = [stock for stock in network.stock if areas is None or network.area_of(stock.steg) in areas]
    parts = [_arrivals(network, number, seed, replication) for number in inflows]
    whole = {field.name: _joined([getattr(part, field.name) for part in parts]) for field in fields(Arrivals)}
    order = _ties_by_key(np.argsort(whole["time"]), whole["time"], whole["key"])
    arrivals = Arrivals(**{name: column.take(order) for name, column in whole.items()})
    return Cases(arrivals, tuple(draw_present(network, stock, seed, replication) for stock in stocks))


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


_FEW = 16


@kernel
def _ties_by_key(order: NDArray[np.int64], time: NDArray[np.float64], key: NDArray[np.uint64]) -> NDArray[np.int64]:
    """An order by time, with those of one moment put in order of key, a run at a time: the few of a household by
    insertion, a cohort by sorting."""
    first = 0
    for at in range(1, len(order) + 1):
        if at < len(order) and time[order[at]] == time[order[first]]:
            continue
        if at - first > _FEW:
            run = order[first:at]
            order[first:at] = run[np.argsort(key[run])]
        else:
            for later in range(first + 1, at):
                chosen, place = order[later], later
                while place > first and key[order[place - 1]] > key[chosen]:
                    order[place] = order[place - 1]
                    place -= 1
                order[place] = chosen
        first = at
    return order


def _arrivals(network: Network, number: int, seed: int, replication: int) -> Arrivals:
    inflow, stream = network.inflows[number], network.streams[number]
    time, family = _drawn(inflow, stream, network.start.year, seed, replication)
    time, family, key = _with_siblings(inflow, time, family, seed, replication)
    cohorts = [cohort for cohort in inflow.cohorts if 0 <= cohort.day < network.end]
    for cohort in cohorts:
        index = np.arange(cohort.count)
        batch = case_keys(cohort.key, 0, index >> CANDIDATE_BITS, index % 2**CANDIDATE_BITS)
        time = np.concatenate([time, np.full(cohort.count, cohort.day)])
        family, key = np.concatenate([family, batch]), np.concatenate([key, batch])
    group = _groups(network, inflow, time, key, seed, replication)
    end = len(group)
    for cohort in reversed(cohorts):
        if cohort.group != NONE:
            group[end - cohort.count : end] = cohort.group
        end -= cohort.count
    weight = weights(key, seed, replication)
    born = time - ages(inflow.ages, inflow.key, key, group, seed, replication)
    return Arrivals(time, key, family, np.full(len(time), number), group, weight, born)


def _groups(
    network: Network, inflow: Inflow, time: NDArray[np.float64], key: NDArray[np.uint64], seed: int, replication: int
) -> NDArray[np.int64]:
    """Målgrupp by the shares of the day; nothing is drawn where there is one only."""
    if {choice for table in inflow.groups for choice in table.choices} == {inflow.groups[0].choices[0]}:
        return np.full(len(time), inflow.groups[0].choices[0], dtype=np.int64)
    draw = uniforms(seed, replication, key, inflow.key, 0, Purpose.MALGRUPP)
    if len(set(inflow.groups)) == 1:
        return inflow.groups[0].picks(draw)
    epochs = np.maximum(np.searchsorted(network.epochs, time, side="right") - 1, 0)
    group = np.empty(len(time), dtype=np.int64)
    for epoch in np.unique(epochs).tolist():
        here = epochs == epoch
        group[here] = inflow.groups[epoch].picks(draw[here])
    return group


def _drawn(
    inflow: Inflow, stream: Stream, basar: int, seed: int, replication: int
) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """Times and keys of those who come, without siblings and cohorts."""
    randomness = (np.uint64(seed), np.uint64(replication))
    key = np.uint64(inflow.key)
    year = stream.years - stream.years[0]
    effect = year_effects(
        key, int(stream.years[0]), basar, int(stream.years[-1]), inflow.year_cv, inflow.year_rho, *randomness
    )[year]
    effect = effect * month_effects(key, stream.months, stream.expected, inflow.overdispersion, *randomness)
    together = sum(share * number for number, share in enumerate(inflow.siblings, start=1))
    return _candidates(
        key,
        stream.months,
        stream.first,
        stream.last,
        stream.days,
        effect / together,
        stream.rate_times,
        stream.rate_values,
        *randomness,
    )


_ANTAL = int(Purpose.ANTAL)
_TIMES_AND_MARKS = int(Purpose.TIDPUNKT) >> 2
"""One block of random numbers holds a candidate's moment and mark, as its first and second number."""


@kernel
def _candidates(
    key: Word,
    months: NDArray[np.int64],
    first: NDArray[np.float64],
    last: NDArray[np.float64],
    days: NDArray[np.float64],
    effect: NDArray[np.float64],
    rate_times: NDArray[np.float64],
    rate_values: NDArray[np.float64],
    seed: Word,
    replication: Word,
) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """Times and keys of the candidates that arrive. A month cut by the end of the run is drawn whole."""
    pieces, layers = np.empty(len(months), dtype=np.int64), np.empty(len(months), dtype=np.int64)
    for index in range(len(months)):
        start = 0
        while start + 1 < len(rate_times) and rate_times[start + 1] <= first[index]:
            start += 1
        highest, piece = rate_values[start], start + 1
        while piece < len(rate_times) and rate_times[piece] < last[index]:
            highest = max(highest, rate_values[piece])
            piece += 1
        pieces[index], layers[index] = start, math.ceil(highest * effect[index] / LAYER)
    numbers = _numbers(key, months, days, layers, seed, replication)
    times, keys = np.empty(numbers.sum()), np.empty(numbers.sum(), dtype=np.uint64)
    found = each = 0
    for index in range(len(months)):
        for layer in range(layers[index]):
            for candidate in range(numbers[each]):
                own = case_key(key, months[index], layer, candidate)
                words = philox(own, key, np.uint64(0), np.uint64(_TIMES_AND_MARKS), seed, replication)
                time = first[index] + math.floor(days[index] * unit(words[0]) / TICK) * TICK
                mark = (layer + unit(words[1])) * LAYER
                if time >= last[index]:
                    continue
                piece = pieces[index]
                while piece + 1 < len(rate_times) and rate_times[piece + 1] <= time:
                    piece += 1
                if mark < rate_values[piece] * effect[index]:
                    times[found], keys[found] = time, own
                    found += 1
            each += 1
    return times[:found], keys[:found]


@kernel
def _numbers(
    key: Word,
    months: NDArray[np.int64],
    days: NDArray[np.float64],
    layers: NDArray[np.int64],
    seed: Word,
    replication: Word,
) -> NDArray[np.int64]:
    """How many candidates there are in each layer, month after month."""
    lengths = np.unique(days)
    tables = [poisson_table(LAYER * length) for length in lengths]
    found, each = np.empty(layers.sum(), dtype=np.int64), 0
    for index in range(len(months)):
        table = tables[np.searchsorted(lengths, days[index])]
        for layer in range(layers[index]):
            of_layer = case_key(key, months[index], layer, 0)
            u = uniform(seed, replication, of_layer, key, np.uint64(0), np.uint64(_ANTAL))
            found[each] = poisson_from_table(table, u)
            each += 1
    return found


def _with_siblings(
    inflow: Inflow, time: NDArray[np.float64], family: NDArray[np.uint64], seed: int, replication: int
) -> tuple[NDArray[np.float64], NDArray[np.uint64], NDArray[np.uint64]]:
    """(time, family, key) of every case: those who arrive together have the first one as their family."""
    if len(inflow.siblings) == 1:
        return time, family, family
    draw = uniforms(seed, replication, family, inflow.key, 0, Purpose.SYSKON)
    count = 1 + np.searchsorted(np.cumsum(inflow.siblings)[:-1], draw, side="right")
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    families = np.repeat(family, count)
    return np.repeat(time, count), families, families + number.astype(np.uint64)
