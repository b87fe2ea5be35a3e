"""Distribution functions and quantiles of flat float64 parameter arrays, for compiled code.

`params[0]` is the kind; then come: konstant (value); exponential (mean); lognormal (mu, sigma); weibull
(shape, scale); gamma (shape, scale); generalised gamma (shape a, power k, scale: scale * G**(1/k) where G is
gamma(a)); blandning (n, then weight, kind and three parameters for each part); empirisk (n, n sorted values,
n cumulative shares). A blandning may have a table after it (`with_table`).

Every quantile function is non-decreasing in u to the last bit: see `sim.special` for the closed forms and
`_settle` for those that must be inverted.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.kernel import kernel, spliced
from sim.special import (
    BELOW_ONE,
    drop_bits,
    gamma_root,
    gamma_tails,
    inside,
    monotone_exp,
    normal_cdf,
    normal_quantile,
)

Params: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = Params | tuple[float, ...]

KONSTANT, EXPONENTIAL, LOGNORMAL, WEIBULL, GAMMA, GENERALISED_GAMMA, BLANDNING, EMPIRISK = range(8)
PART_SIZE = 5
"""Numbers to a part of a blandning."""

_GRID_BITS = 6
_LAST_POINT = (2047 << (52 - _GRID_BITS)) - 1
_DOUBT = 2.0**-44
_SURE = 2.0**-36


@kernel
def cdf(params: Params, x: float) -> float:
    """P(X <= x)."""
    return _tails(params, x)[0]


@kernel
def cdfs(params: Params, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """`cdf` at each x, shape (n,)."""
    out = np.empty(x.size, dtype=np.float64)
    for i in range(x.size):
        out[i] = cdf(params, x[i])
    return out


@spliced
def quantile(params: Params, u: float) -> float:
    """The least x with P(X <= x) >= u; finite for every u, as u is taken into [1e-300, 1 - 2**-53]."""
    u = inside(u)
    if params[0] == BLANDNING:
        return _mixture_quantile(params, u)
    if params[0] == EMPIRISK:
        n = int(params[1])
        x: float = params[2 + np.searchsorted(params[2 + n :], u)]
        return x
    return _part_quantile(params, 0, u, True)


@spliced
def quantile_to_tick(params: Params, u: float) -> float:
    """A number that rounds to the same whole tick (2**-20) as `quantile(params, u)`. Most often a guess does, and it
    costs less to be certain that the cdf passes u close to it than to settle where."""
    if params[0] == BLANDNING:
        table = 2 + PART_SIZE * int(params[1])
        if params.size > table and 1e-15 < u < 1.0 - 1e-15:
            guess = _table_guess(params, table, u)
            if (
                np.rint(guess * (1.0 - 2.0 * _SURE) * 2.0**20) == np.rint(guess * (1.0 + 2.0 * _SURE) * 2.0**20)
                and _reach(params, guess * (1.0 - _SURE), u) < 1.0 - _DOUBT
                and _reach(params, guess * (1.0 + _SURE), u) > 1.0 + _DOUBT
            ):
                return guess
            return _settle(params, u, guess)
    return quantile(params, u)


@kernel
def quantiles(params: Params, u: NDArray[np.float64]) -> NDArray[np.float64]:
    """`quantile` of each u, shape (n,)."""
    out = np.empty(u.size, dtype=np.float64)
    for i in range(u.size):
        out[i] = quantile(params, u[i])
    return out


@kernel
def gamma_quantile(shape: float, u: float) -> float:
    """Quantile of the gamma distribution with scale 1."""
    u = inside(u)
    return _settle((float(GAMMA), 1.0 * shape, 1.0, 0.0), u, gamma_root(shape, u))


@kernel
def _exponential_quantile(u: float) -> float:
    return -math.log1p(-drop_bits(u, 8)) if u <= 0.5 else -math.log(drop_bits(1.0 - u, 8))


@spliced
def _part_quantile(params: Numbers, at: int, u: float, settle: bool) -> float:
    """Quantile of the simple distribution that starts at index `at`; only nearly monotone unless `settle`."""
    kind = params[at]
    if kind == KONSTANT:
        return params[at + 1]
    if kind == EXPONENTIAL:
        return params[at + 1] * _exponential_quantile(u)
    if kind == LOGNORMAL:
        return monotone_exp(params[at + 1] + params[at + 2] * normal_quantile(u))
    if kind == WEIBULL:
        hazard = drop_bits(_exponential_quantile(u), 8)
        return params[at + 2] * monotone_exp(math.log(hazard) / params[at + 1])
    x = gamma_quantile(params[at + 1], u) if settle else gamma_root(params[at + 1], u)
    if kind == GAMMA:
        return params[at + 2] * x
    return params[at + 3] * monotone_exp(math.log(x) / params[at + 2])


@kernel
def _part_tails(params: Numbers, at: int, x: float) -> tuple[float, float]:
    """P(X <= x) and P(X > x), the smaller with full relative accuracy."""
    kind = params[at]
    if kind == KONSTANT:
        return (1.0, 0.0) if x >= params[at + 1] else (0.0, 1.0)
    if not x > 0.0:
        return 0.0, 1.0
    if kind == EXPONENTIAL:
        return -math.expm1(-x / params[at + 1]), math.exp(-x / params[at + 1])
    if kind == LOGNORMAL:
        z = (math.log(x) - params[at + 1]) / params[at + 2]
        small = 0.5 * math.erfc(abs(z) * math.sqrt(0.5))
        return (small, 1.0 - small) if z < 0.0 else (1.0 - small, small)
    if kind == WEIBULL:
        s = (x / params[at + 2]) ** params[at + 1]
        return -math.expm1(-s), math.exp(-s)
    if kind == GAMMA:
        lower, upper, _ = gamma_tails(params[at + 1], x / params[at + 2])
    else:
        lower, upper, _ = gamma_tails(params[at + 1], (x / params[at + 3]) ** params[at + 2])
    return lower, upper


@kernel
def _tails(params: Numbers, x: float) -> tuple[float, float]:
    if params[0] == EMPIRISK:
        n = int(params[1])
        count = 0
        while count < n and params[2 + count] <= x:
            count += 1
        lower = params[1 + n + count] if count else 0.0
        return lower, 1.0 - lower
    if params[0] != BLANDNING:
        return _part_tails(params, 0, x)
    lower, upper = 0.0, 0.0
    for part in range(int(params[1])):
        at = 2 + PART_SIZE * part
        below, above = _part_tails(params, at + 1, x)
        lower += params[at] * below
        upper += params[at] * above
    # One tail decides, so that comparing lower with u <= 1/2 and upper with 1 - u < 1/2 cannot contradict.
    return (lower, 1.0 - lower) if lower <= upper else (1.0 - upper, upper)


@kernel
def _reach(params: Numbers, x: float, u: float) -> float:
    """Non-decreasing in x, and at least 1 where P(X <= x) >= u; the ratio of the tails on u's side."""
    lower, upper = _tails(params, x)
    return lower / u if u <= 0.5 else (1.0 - u) / upper


@kernel
def _point(index: int) -> float:
    """The grid on which cdfs are inverted: doubles without their last bits, numbered in order of size."""
    return np.int64(np.int64(index) << _GRID_BITS).view(np.float64)


@kernel
def _settle(params: Numbers, u: float, guess: float) -> float:
    """A grid point where the computed cdf passes u: bisection in an order that u and guess do not affect.

    Such a bisection is monotone in u whatever the errors of the cdf, since two u part ways at a point that
    lies between their answers. Only points where the cdf is within `_DOUBT` of u are looked at.
    """
    low = int(np.float64(guess).view(np.int64)) >> _GRID_BITS
    low = min(max(low - 4, 0), _LAST_POINT - 9)
    high, step = low + 9, 4
    while low > 0 and not _reach(params, _point(low), u) < 1.0 - _DOUBT:
        low, step = max(low - step, 0), 2 * step
    step = 4
    while high < _LAST_POINT and not _reach(params, _point(high), u) > 1.0 + _DOUBT:
        high, step = min(high + step, _LAST_POINT), 2 * step
    while high - low > 1:
        middle = high - 1
        while middle & (middle - 1) > low:
            middle &= middle - 1
        if _reach(params, _point(middle), u) >= 1.0:
            high = middle
        else:
            low = middle
    return _point(high)


@kernel
def _mixture_quantile(params: Params, u: float) -> float:
    table = 2 + PART_SIZE * int(params[1])
    if params.size > table and 1e-15 < u < 1.0 - 1e-15:
        return _settle(params, u, _table_guess(params, table, u))
    least, most = 0.0, math.inf
    low, high = math.inf, 0.0
    for part in range(int(params[1])):
        at = 3 + PART_SIZE * part
        x = _part_quantile(params, at, u, False)
        low, high = min(low, x), max(high, x)
        if params[at] == KONSTANT:
            if _reach(params, x, u) < 1.0:
                least = max(least, x)
            elif _reach(params, x * BELOW_ONE, u) >= 1.0:
                most = min(most, x)
            else:
                return x
    guess = _mixture_root(params, u, max(low, least), min(high, most))
    return min(max(_settle(params, u, guess), least), most)


_NEAR = 2.0**-24
"""A secant step on the logarithm so small that the next would be far below `_SURE`."""
_TABLE_END, _TABLE_STEP = 8.25, 0.0625
_TABLE_SIZE = int(2 * _TABLE_END / _TABLE_STEP) + 1


def with_table(params: Params) -> Params:
    """A mixture with log quantiles at evenly spaced normal scores after it, which make its quantiles, the same to the
    last bit, faster to find. Other distributions, and mixtures with a constant, as they are."""
    if params[0] != BLANDNING or np.any(params[3::PART_SIZE] == KONSTANT):
        return params
    scores = np.linspace(-_TABLE_END, _TABLE_END, _TABLE_SIZE)
    table = [math.log(quantile(params, normal_cdf(float(score)))) for score in scores]
    return np.concatenate([params, table])


@kernel
def _table_guess(params: Params, at: int, u: float) -> float:
    """A quantile by cubic interpolation in the table that begins at index `at`, bettered by the secant method."""
    z = normal_quantile(u)
    place = (z + _TABLE_END) / _TABLE_STEP
    number = min(max(int(place), 1), _TABLE_SIZE - 3)
    t = place - number
    before, here, after, beyond = (
        params[at + number - 1],
        params[at + number],
        params[at + number + 1],
        params[at + number + 2],
    )
    b, c, d = after - before, 2.0 * before - 5.0 * here + 4.0 * after - beyond, 3.0 * (here - after) + beyond - before
    y = here + 0.5 * t * (b + t * (c + t * d))
    slope = (0.5 * b + t * (c + 1.5 * t * d)) / _TABLE_STEP
    density = math.exp(-0.5 * z * z) * 0.3989422804014327
    rise = density / (min(u, 1.0 - u) * max(slope, 1e-9))
    miss = _log_reach(params, y, u)
    step = -miss / rise
    y += step
    for _ in range(4):
        before, miss = miss, _log_reach(params, y, u)
        if miss == before:
            break
        step *= miss / (before - miss)
        y += step
        if abs(step) < _NEAR:
            break
    return math.exp(min(max(y, -700.0), 700.0))


@kernel
def _log_reach(params: Params, y: float, u: float) -> float:
    return min(max(math.log(_reach(params, math.exp(y), u)), -700.0), 700.0)


@kernel
def _mixture_root(params: Params, u: float, low: float, high: float) -> float:
    """Root between the parts' quantiles, over log x, by the method of Chandrupatla (1997)."""
    a, b = math.log(max(low, 1e-300)), math.log(max(high, 1e-300))
    at_a, at_b = _log_reach(params, a, u), _log_reach(params, b, u)
    if at_a >= 0.0 or b <= a:
        return low
    if at_b <= 0.0:
        return high
    share = at_a / (at_a - at_b)
    y = a
    for _ in range(100):
        y = a + share * (b - a)
        at_y = _log_reach(params, y, u)
        if (at_y < 0.0) == (at_a < 0.0):
            c, at_c = a, at_a
        else:
            c, at_c, b, at_b = b, at_b, a, at_a
        a, at_a = y, at_y
        least = 1e-15 / abs(b - c)
        if abs(at_y) < 1e-14 or least > 0.5:
            break
        xi, phi = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
        share = 0.5
        if phi * phi < xi and (1.0 - phi) ** 2 < 1.0 - xi:
            share = at_a / (at_b - at_a) * at_c / (at_b - at_c)
            share += (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        share = min(max(share, least), 1.0 - least)
    return math.exp(y)
