"""Distributions by what a planner knows of them, as the parameter arrays that `sim.quantiles` describes.

Values are in any unit (days, kronor). Arguments outside a distribution's range raise ValueError.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.kernel import kernel, spliced
from sim.quantiles import (
    BLANDNING,
    EMPIRISK,
    EXPONENTIAL,
    GAMMA,
    GENERALISED_GAMMA,
    KONSTANT,
    LOGNORMAL,
    PART_SIZE,
    WEIBULL,
    Params,
    cdf,
    cdfs,
    gamma_quantile,
    quantile,
    quantile_to_tick,
    quantiles,
)
from sim.special import lower_gamma, normal_quantile, poisson_quantile

__all__ = [
    "CV_RANGE",
    "P90_RANGE",
    "Params",
    "blandning",
    "cdf",
    "cdfs",
    "duration",
    "empirisk",
    "exponential",
    "gamma",
    "gamma_from_quantiles",
    "gamma_quantile",
    "konstant",
    "length_biased",
    "lognormal",
    "lognormal_from_quantiles",
    "lower_gamma",
    "mean",
    "normal_quantile",
    "poisson_quantile",
    "quantile",
    "quantiles",
    "round_duration",
    "weibull",
    "weibull_from_quantiles",
]

CV_RANGE = (0.001, 100.0)
"""Coefficients of variation accepted; 0 is accepted too, and is a constant."""
P90_RANGE = (1.01, 1000.0)
"""Ratios p90/median accepted."""

_Z90 = 1.2815515655446004


def konstant(medel: float) -> Params:
    """Always `medel`, which may be 0."""
    if not 0.0 <= medel < math.inf:
        raise ValueError("the value must be a finite number, 0 or more")
    return _params(KONSTANT, medel)


def exponential(medel: float) -> Params:
    return _params(EXPONENTIAL, _positive(medel, "the mean"))


def lognormal(medel: float, cv: float) -> Params:
    """By mean and coefficient of variation (standard deviation/mean); so also `weibull` and `gamma`."""
    if _no_spread(medel, cv):
        return konstant(medel)
    variance = math.log1p(cv**2)
    return _params(LOGNORMAL, math.log(medel) - variance / 2, math.sqrt(variance))


def lognormal_from_quantiles(median: float, p90: float) -> Params:
    """By the median and the 90th percentile; so also the two others."""
    return _params(LOGNORMAL, math.log(median), math.log(_p90_ratio(median, p90)) / _Z90)


def weibull(medel: float, cv: float) -> Params:
    if _no_spread(medel, cv):
        return konstant(medel)
    wanted = math.log1p(cv**2)
    shape = _increasing_root(lambda k: wanted - _weibull_log_spread(k), 0.05, 2e3)
    return _params(WEIBULL, shape, medel / math.gamma(1 + 1 / shape))


def weibull_from_quantiles(median: float, p90: float) -> Params:
    shape = math.log(math.log(10) / math.log(2)) / math.log(_p90_ratio(median, p90))
    return _params(WEIBULL, shape, median / math.log(2) ** (1 / shape))


def gamma(medel: float, cv: float) -> Params:
    if _no_spread(medel, cv):
        return konstant(medel)
    return _params(GAMMA, cv**-2, medel * cv**2)


def gamma_from_quantiles(median: float, p90: float) -> Params:
    wanted = _p90_ratio(median, p90)
    shape = _increasing_root(lambda a: wanted - gamma_quantile(a, 0.9) / gamma_quantile(a, 0.5), 0.05, 5e4)
    return _params(GAMMA, shape, median / gamma_quantile(shape, 0.5))


def blandning(parts: Sequence[tuple[float, Params]]) -> Params:
    """Mixture of (weight, simple distribution); the weights sum to 1."""
    if any(params[0] >= BLANDNING for _, params in parts):
        raise ValueError("a part of a mixture must be a simple distribution")
    rows = np.zeros((len(parts), PART_SIZE))
    rows[:, 0] = _shares([weight for weight, _ in parts])
    for row, (_, params) in zip(rows, parts, strict=True):
        row[1 : 1 + params.size] = params
    rows = rows[rows[:, 0] > 0.0]
    if np.all(rows[:, 1] == KONSTANT):
        return empirisk(rows[:, 2], rows[:, 0])
    return np.concatenate([[BLANDNING, len(rows)], rows.ravel()])


def empirisk(values: ArrayLike, shares: ArrayLike) -> Params:
    """Table of values (0 or more) and their shares, which sum to 1."""
    table = np.asarray(values, dtype=np.float64)
    weights = _shares(shares)
    if table.shape != weights.shape or not np.all((table >= 0.0) & np.isfinite(table)):
        raise ValueError("a table needs as many finite values, 0 or more, as shares")
    order = np.argsort(table, kind="stable")
    order = order[weights[order] > 0.0]
    cumulative = np.minimum(np.cumsum(weights[order]), 1.0)
    cumulative[-1] = 1.0
    return np.concatenate([[EMPIRISK, order.size], table[order], cumulative])


def length_biased(params: Params) -> Params:
    """The distribution with density x f(x) / mean: the whole length of a stay met at a random moment."""
    kind = int(params[0])
    if kind == KONSTANT:
        return params.copy()
    if kind == EXPONENTIAL:
        return _params(GAMMA, 2.0, params[1])
    if kind == LOGNORMAL:
        return _params(LOGNORMAL, params[1] + params[2] ** 2, params[2])
    if kind == WEIBULL:
        return _params(GENERALISED_GAMMA, 1.0 + 1.0 / params[1], params[1], params[2])
    if kind == GAMMA:
        return _params(GAMMA, params[1] + 1.0, params[2])
    if kind == GENERALISED_GAMMA:
        return _params(GENERALISED_GAMMA, params[1] + 1.0 / params[2], params[2], params[3])
    total = mean(params)
    if not total > 0.0:
        raise ValueError("a distribution whose mean is 0 has no length-biased counterpart")
    if kind == EMPIRISK:
        values, shares = _table(params)
        return empirisk(values, values * shares / total)
    parts = [(weight * mean(part) / total, length_biased(part)) for weight, part in _parts(params)]
    return blandning(parts)


def mean(params: Params) -> float:
    kind, first, second = int(params[0]), float(params[1]), float(params[2]) if params.size > 2 else 0.0
    if kind in (KONSTANT, EXPONENTIAL):
        return first
    if kind == LOGNORMAL:
        return math.exp(first + second**2 / 2)
    if kind == WEIBULL:
        return second * math.gamma(1 + 1 / first)
    if kind == GAMMA:
        return first * second
    if kind == GENERALISED_GAMMA:
        return float(params[3]) * math.exp(math.lgamma(first + 1 / second) - math.lgamma(first))
    if kind == EMPIRISK:
        values, shares = _table(params)
        return float(values @ shares)
    return math.fsum(weight * mean(part) for weight, part in _parts(params))


def _params(*numbers: float) -> Params:
    return np.array(numbers, dtype=np.float64)


def _positive(value: float, what: str) -> float:
    if not 0.0 < value < math.inf:
        raise ValueError(f"{what} must be a finite number above 0")
    return value


def _no_spread(medel: float, cv: float) -> bool:
    _positive(medel, "the mean")
    if cv != 0.0 and not CV_RANGE[0] <= cv <= CV_RANGE[1]:
        raise ValueError(f"the coefficient of variation must be 0 or {CV_RANGE[0]:g} to {CV_RANGE[1]:g}")
    return cv == 0.0


def _p90_ratio(median: float, p90: float) -> float:
    ratio = _positive(p90, "the 90th percentile") / _positive(median, "the median")
    if not P90_RANGE[0] <= ratio <= P90_RANGE[1]:
        raise ValueError(f"the 90th percentile must be {P90_RANGE[0]:g} to {P90_RANGE[1]:g} times the median")
    return ratio


def _weibull_log_spread(shape: float) -> float:
    """log(1 + cv**2)."""
    return math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape)


def _shares(shares: ArrayLike) -> NDArray[np.float64]:
    weights = np.asarray(shares, dtype=np.float64)
    if weights.ndim != 1 or not np.all(weights >= 0.0) or not abs(weights.sum() - 1.0) < 1e-9:
        raise ValueError("the shares must be 0 or more and sum to 1")
    normalised: NDArray[np.float64] = weights / weights.sum()
    return normalised


def _increasing_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Zero of an increasing function of a positive number, by halving on the logarithmic scale."""
    middle = math.sqrt(low * high)
    while low < middle < high and high - low > 1e-15 * middle:
        if function(middle) < 0.0:
            low = middle
        else:
            high = middle
        middle = math.sqrt(low * high)
    return middle


def _parts(params: Params) -> Iterator[tuple[float, Params]]:
    for part in params[2:].reshape(-1, PART_SIZE):
        yield float(part[0]), part[1:].copy()


def _table(params: Params) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values, cumulative = params[2:].reshape(2, -1)
    return values, np.diff(cumulative, prepend=0.0)


@kernel
def round_duration(x: float) -> float:
    """The nearest multiple of 2**-20 day, at least one of them, so that sums of durations are exact."""
    ticks: float = np.rint(x * 2.0**20)
    return max(ticks, 1.0) * 2.0**-20


@spliced
def duration(params: Params, u: float) -> float:
    """`round_duration(quantile(params, u))`, sooner."""
    return round_duration(quantile_to_tick(params, u))
