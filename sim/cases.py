"""Who arrives, and when: everything that is decided outside the queues, the same people in every scenario.

Candidates fall as a Poisson field over (time, intensity), drawn month by month in layers of `LAYER` cases a day. A
candidate arrives if its mark lies below the scenario's intensity at that moment, so a higher intensity adds
arrivals and moves none, and a later end leaves earlier months alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period, months
from sim.distributions import (
    gamma,
    length_biased,
    mean,
    normal_quantile,
    poisson_quantile,
    quantile,
    quantiles,
)
from sim.network import Inflow, Network, Stock
from sim.paths import TICK, tick_floor
from sim.randomness import Purpose, name_key, uniform, uniforms

LAYER = 0.25
"""Height of a layer of candidates, cases per day. Changing it changes every draw."""
NAME_BITS, MONTH_BITS, LAYER_BITS, CANDIDATE_BITS = 22, 11, 17, 14
FROM_STOCK = -1
"""Inflow number of a case that was there when the run began."""


@dataclass(frozen=True)
class Arrivals:
    """Cases in order of (time, key). `time` in days, whole ticks. All arrays have shape (cases,)."""

    time: NDArray[np.float64]
    key: NDArray[np.uint64]
    inflow: NDArray[np.int64]
    group: NDArray[np.int64]


@dataclass(frozen=True)
class Present:
    """Cases there at the start, for one `Stock`, in order of key. Arrays have shape (stock.count,), days.

    `length` is the whole stay in operational time, `elapsed` the part of it before the start; for queues and
    blocked cases `elapsed` is how long they have waited.
    """

    stock: Stock
    key: NDArray[np.uint64]
    group: NDArray[np.int64]
    outcome: NDArray[np.int64]
    length: NDArray[np.float64]
    elapsed: NDArray[np.float64]


@dataclass(frozen=True)
class Cases:
    """Arrivals and stock of one replication of one scenario."""

    arrivals: Arrivals
    present: tuple[Present, ...]


def case_keys(name: int, month: int, layer: NDArray[np.int64], candidate: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Unique 64-bit keys from an inflow's name, a month, a layer and the candidate's number in it."""
    head = (name >> (64 - NAME_BITS)) << (MONTH_BITS + LAYER_BITS + CANDIDATE_BITS)
    head += (month % 2**MONTH_BITS) << (LAYER_BITS + CANDIDATE_BITS)
    tail = (layer.astype(np.uint64) << np.uint64(CANDIDATE_BITS)) + candidate.astype(np.uint64)
    return np.uint64(head) + tail


def draw_cases(network: Network, seed: int, replication: int) -> Cases:
    """All exogenous draws of one replication."""
    parts = [_arrivals(network, number, inflow, seed, replication) for number, inflow in enumerate(network.inflows)]
    time = np.concatenate([part.time for part in parts])
    key = np.concatenate([part.key for part in parts])
    order = np.lexsort((key, time))
    arrivals = Arrivals(
        time[order],
        key[order],
        np.concatenate([part.inflow for part in parts])[order],
        np.concatenate([part.group for part in parts])[order],
    )
    return Cases(arrivals, tuple(_present(network, stock, seed, replication) for stock in network.stock))


def month_number(period: Period) -> int:
    return int(period.label[:4]) * 12 + int(period.label[5:]) - 1


def _arrivals(network: Network, number: int, inflow: Inflow, seed: int, replication: int) -> Arrivals:
    times, keys = [np.empty(0)], [np.empty(0, dtype=np.uint64)]
    year_effects = lognormal_ar(
        inflow.key,
        network.start.year,
        _last_year(network),
        inflow.year_cv,
        inflow.year_rho,
        seed,
        replication,
    )
    for period in months(network.start, network.end):
        effect = year_effects[int(period.label[:4])] * _month_effect(inflow, period, seed, replication)
        time, key = _month_arrivals(inflow, period, effect, seed, replication)
        times.append(time)
        keys.append(key)
    time, key = np.concatenate(times), np.concatenate(keys)
    group_draw = uniforms(seed, replication, key, inflow.key, 0, Purpose.MALGRUPP)
    group = np.array(
        [inflow.groups[network.epoch(t)].pick(u) for t, u in zip(time.tolist(), group_draw.tolist(), strict=True)],
        dtype=np.int64,
    )
    return Arrivals(time, key, np.full(len(time), number), group)


def _last_year(network: Network) -> int:
    return int(months(network.start, network.end)[-1].label[:4])


def _month_arrivals(
    inflow: Inflow, period: Period, effect: float, seed: int, replication: int
) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """The candidates of one month that arrive. A month cut by the end of the run is drawn whole."""
    breaks = [t for t in inflow.rate.times if period.first < t < period.last]
    highest = max(inflow.rate.at(t) for t in [period.first, *breaks]) * effect
    layers = np.arange(int(np.ceil(highest / LAYER)))
    if not len(layers):
        return np.empty(0), np.empty(0, dtype=np.uint64)
    month = month_number(period)
    whole = _days_in_month(period)
    layer_keys = case_keys(inflow.key, month, layers, np.zeros_like(layers))
    counted = uniforms(seed, replication, layer_keys, inflow.key, 0, Purpose.ANTAL)
    counts = np.array([poisson_quantile(LAYER * whole, u) for u in counted.tolist()], dtype=np.int64)
    layer = np.repeat(layers, counts)
    candidate = np.arange(len(layer)) - np.repeat(np.cumsum(counts) - counts, counts)
    key = case_keys(inflow.key, month, layer, candidate)
    time = period.first + tick_floor(whole * uniforms(seed, replication, key, inflow.key, 0, Purpose.TIDPUNKT))
    mark = (layer + uniforms(seed, replication, key, inflow.key, 0, Purpose.MARKE)) * LAYER
    rate_times, rate_values = inflow.rate.arrays()
    rate = rate_values[np.maximum(np.searchsorted(rate_times, time, side="right") - 1, 0)]
    arrives = (mark < rate * effect) & (time < period.last)
    return time[arrives], key[arrives]


def _days_in_month(period: Period) -> float:
    year, month = int(period.label[:4]), int(period.label[5:])
    return float(
        (np.datetime64(f"{year + month // 12}-{month % 12 + 1:02d}-01") - np.datetime64(f"{period.label}-01")).astype(
            int
        )
    )


def _month_effect(inflow: Inflow, period: Period, seed: int, replication: int) -> float:
    """Gamma factor of mean 1 such that variance/mean of the month's count is `overspridning`, at the base rate."""
    if inflow.overdispersion <= 1:
        return 1.0
    expected = inflow.base_rate.integral(period.first, period.last) / period.days * _days_in_month(period)
    if expected <= 0:
        return 1.0
    u = uniform(seed, replication, month_number(period), inflow.key, 0, Purpose.MANADSEFFEKT)
    return float(quantile(gamma(1.0, float(np.sqrt((inflow.overdispersion - 1) / expected))), u))


def lognormal_ar(
    key: int, first_year: int, last_year: int, cv: float, rho: float, seed: int, replication: int
) -> dict[int, float]:
    """Year factors of mean 1 and coefficient of variation `cv`, autocorrelation `rho` of the logarithms."""
    spread = float(np.sqrt(np.log1p(cv**2)))
    factors = {}
    state = 0.0
    for year in range(first_year, last_year + 1):
        shock = float(normal_quantile(uniform(seed, replication, year, key, 0, Purpose.ARSEFFEKT)))
        state = shock if year == first_year else rho * state + float(np.sqrt(1 - rho**2)) * shock
        factors[year] = float(np.exp(spread * state - spread**2 / 2))
    return factors


def price_effects(network: Network, name: str, cv: float, rho: float, seed: int, replication: int) -> dict[int, float]:
    """Year factors of a bought resource's price."""
    return lognormal_ar(name_key(f"pris.{name}"), network.start.year, _last_year(network), cv, rho, seed, replication)


def _present(network: Network, stock: Stock, seed: int, replication: int) -> Present:
    index = np.arange(stock.count)
    key = case_keys(stock.key, 0, index >> CANDIDATE_BITS, index % 2**CANDIDATE_BITS)
    steg = network.base_steg[stock.steg]
    draw = {
        purpose: uniforms(seed, replication, key, network.steg_keys[stock.steg], 0, purpose)
        for purpose in (Purpose.MALGRUPP, Purpose.NULAGE, Purpose.NULAGE_LANGD, Purpose.NULAGE_VANTAN)
    }
    group = np.searchsorted(np.cumsum(stock.group_shares)[:-1], draw[Purpose.MALGRUPP], side="right")
    shares, biased, means, can_be_here = [], [], [], []
    for number, outcome in enumerate(steg.outcomes):
        share = sum(
            w for w, choice in _widths(steg.outcome_shares.cuts, steg.outcome_shares.choices) if choice == number
        )
        shares.append(share)
        means.append(share * float(mean(outcome.length)))
        biased.append(length_biased(outcome.length) if stock.kind == "stay" else outcome.length)
        can_be_here.append(stock.kind != "blocked" or outcome.stays)
    weights = np.where(can_be_here, means if stock.kind == "stay" else shares, 0.0)
    weights = weights / weights.sum()
    outcome_number = np.searchsorted(np.cumsum(weights)[:-1], draw[Purpose.NULAGE], side="right")
    length = np.empty(stock.count)
    for number in range(len(steg.outcomes)):
        chosen = outcome_number == number
        length[chosen] = quantiles(biased[number], draw[Purpose.NULAGE_LANGD][chosen])
    if stock.waited is not None:
        elapsed = quantiles(stock.waited, draw[Purpose.NULAGE_VANTAN])
    else:
        elapsed = length * (1 - draw[Purpose.NULAGE_VANTAN])
    return Present(
        stock,
        key,
        group.astype(np.int64),
        outcome_number.astype(np.int64),
        np.maximum(tick_floor(length), 2 * TICK),
        np.maximum(tick_floor(elapsed), 0.0),
    )


def _widths(cuts: tuple[float, ...], choices: tuple[int, ...]) -> list[tuple[float, int]]:
    edges = [0.0, *cuts, 1.0]
    return [(high - low, choice) for low, high, choice in zip(edges, edges[1:], choices, strict=False)]
