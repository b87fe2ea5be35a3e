"""Who arrives, and when: everything that is decided outside the queues, the same people in every scenario.

Candidates fall as a Poisson field over (time, intensity), drawn month by month in layers of `LAYER` cases a day. A
candidate arrives if its mark lies below the scenario's intensity at that moment, so a higher intensity adds
arrivals and moves none, and a later end leaves earlier months alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period, months
from sim.casekeys import CANDIDATE_BITS, ages, case_keys, weights
from sim.distributions import (
    gamma,
    normal_quantile,
    poisson_quantile,
    quantile,
)
from sim.network import NONE, Inflow, Network
from sim.paths import tick_floor
from sim.present import Present, draw_present
from sim.randomness import Purpose, name_key, uniform, uniforms

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


def draw_cases(network: Network, seed: int, replication: int) -> Cases:
    """All exogenous draws of one replication."""
    parts = [_arrivals(network, number, inflow, seed, replication) for number, inflow in enumerate(network.inflows)]
    whole = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Arrivals)}
    order = np.lexsort((whole["key"], whole["time"]))
    arrivals = Arrivals(**{name: column[order] for name, column in whole.items()})
    return Cases(arrivals, tuple(draw_present(network, stock, seed, replication) for stock in network.stock))


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
    time, family = np.concatenate(times), np.concatenate(keys)
    time, family, key = _with_siblings(inflow, time, family, seed, replication)
    for cohort in inflow.cohorts:
        if 0 <= cohort.day < network.end:
            index = np.arange(cohort.count)
            batch = case_keys(cohort.key, 0, index >> CANDIDATE_BITS, index % 2**CANDIDATE_BITS)
            time = np.concatenate([time, np.full(cohort.count, cohort.day)])
            family, key = np.concatenate([family, batch]), np.concatenate([key, batch])
    group_draw = uniforms(seed, replication, key, inflow.key, 0, Purpose.MALGRUPP)
    group = np.array(
        [inflow.groups[network.epoch(t)].pick(u) for t, u in zip(time.tolist(), group_draw.tolist(), strict=True)],
        dtype=np.int64,
    )
    end = len(group)
    for cohort in reversed([c for c in inflow.cohorts if 0 <= c.day < network.end]):
        if cohort.group != NONE:
            group[end - cohort.count : end] = cohort.group
        end -= cohort.count
    weight = weights(key, seed, replication)
    born = time - ages(inflow.ages, inflow.key, key, group, seed, replication)
    return Arrivals(time, key, family, np.full(len(time), number), group, weight, born)


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


def _last_year(network: Network) -> int:
    return int(months(network.start, network.end)[-1].label[:4])


def _month_arrivals(
    inflow: Inflow, period: Period, effect: float, seed: int, replication: int
) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """The candidates of one month that arrive. A month cut by the end of the run is drawn whole."""
    breaks = [t for t in inflow.rate.times if period.first < t < period.last]
    together = sum(share * number for number, share in enumerate(inflow.siblings, start=1))
    effect /= together
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
    expected = inflow.base_rate.integral(period.first, period.first + _days_in_month(period))
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
