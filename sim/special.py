"""Special functions that compiled code needs and Numba lacks: normal, gamma and Poisson probabilities.

What is non-decreasing in theory is so to the last bit, which rounding alone would break: before each
transcendental function the last bits of its argument are dropped, so that it moves further than its error.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.kernel import kernel

BELOW_ONE = 1.0 - 2.0**-53
"""The largest double below 1."""

_HALF_LOG_TWO_PI = 0.9189385332046727

# Wichura, "Algorithm AS 241", Applied Statistics 37 (1988): numerators and denominators.
_CENTRE = (
    (
        3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
        45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
    ),
    (
        1.0, 42.31333070160091, 687.1870074920579, 5394.196021424751,
        21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854,
    ),
)  # fmt: skip
_TAIL = (
    (
        1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
        1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
    ),
    (
        1.0, 2.053191626637759, 1.6763848301838038, 0.6897673349851,
        0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-09,
    ),
)  # fmt: skip
_FAR_TAIL = (
    (
        6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
        0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-05, 2.0103343992922881e-07,
    ),
    (
        1.0, 0.599832206555888, 0.1369298809227358, 0.014875361290850615,
        0.0007868691311456133, 1.8463183175100548e-05, 1.421511758316446e-07, 2.0442631033899397e-15,
    ),
)  # fmt: skip
_CENTRAL = 0.425
"""So far from a half the formula of the centre holds."""
_CENTRE_END, _TAIL_END = 1.4395314709384563, 6.657904643501103
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


@kernel
def normal_quantile(u: float) -> float:
    """Standard normal quantile, within 3e-14 of its value."""
    u = inside(u)
    q = u - 0.5
    if abs(q) <= _CENTRAL:
        return _central_quantile(q)
    r = math.sqrt(drop_bits(-math.log(drop_bits(min(u, 1.0 - u), 7)), 6))
    if r <= 5.0:
        z = min(max(_rational(_TAIL, r - 1.6), _CENTRE_END), _TAIL_END)
    else:
        z = max(_rational(_FAR_TAIL, r - 5.0), _TAIL_END)
    return math.copysign(z, q)


@kernel
def _central_quantile(q: float) -> float:
    """At 0.5 + q, where that is the formula of the centre."""
    q = math.copysign(drop_bits(abs(q), 4), q)
    z = q * _rational(_CENTRE, 0.180625 - q * q)
    return min(max(z, -_CENTRE_END), _CENTRE_END)


@kernel
def normal_quantiles(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """`normal_quantile` of each element. First as if all lay in the centre, several at a time in one instruction."""
    found = np.empty(len(u))
    for index in range(len(u)):
        found[index] = _central_quantile(inside(u[index]) - 0.5)
    for index in range(len(u)):
        if abs(inside(u[index]) - 0.5) > _CENTRAL:
            found[index] = normal_quantile(u[index])
    return found


@kernel
def normal_cdf(x: float) -> float:
    """P(standard normal <= x)."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@kernel
def coupled(u: float, weight: float, correlation: float) -> float:
    """A uniform whose normal score has the given correlation with `weight`: a Gaussian copula. Uniform as u is."""
    if correlation == 0.0:
        return u
    score = correlation * weight + math.sqrt(1.0 - correlation * correlation) * normal_quantile(u)
    return inside(normal_cdf(score))


@kernel
def lower_gamma(shape: float, x: float) -> float:
    """Regularised lower incomplete gamma function P(shape, x)."""
    return gamma_tails(shape, x)[0]


@kernel
def poisson_quantile(mean: float, u: float) -> int:
    """The least k with P(N <= k) >= u for a Poisson number N; 0 if the mean is not positive and finite."""
    if not 0.0 < mean < math.inf:
        return 0
    u = inside(u)
    z = normal_quantile(u)
    k = max(0, int(mean + z * math.sqrt(mean) + (z * z - 1.0) / 6.0))
    while not _poisson_reaches(mean, k, u):
        k += 1
    while k > 0 and _poisson_reaches(mean, k - 1, u):
        k -= 1
    return k


@kernel
def poisson_table(mean: float) -> NDArray[np.float64]:
    """P(N > k) and P(N <= k), shape (numbers, 2), as far as a uniform number can reach: for `poisson_from_table`."""
    table = np.empty((64, 2))
    k = 0
    while True:
        if k == len(table):
            table = np.concatenate((table, np.empty_like(table)))
        table[k, 0], table[k, 1], _ = gamma_tails(k + 1.0, mean)
        if table[k, 0] <= 1.0 - BELOW_ONE:
            return table[: k + 1]
        k += 1


@kernel
def poisson_from_table(table: NDArray[np.float64], u: float) -> int:
    """`poisson_quantile`, for many draws with one and the same mean above 0."""
    u = inside(u)
    k = 0
    while not (table[k, 1] >= u if u <= 0.5 else table[k, 0] <= 1.0 - u):
        k += 1
    return k


@kernel
def inside(u: float) -> float:
    """u taken into (0, 1), so that quantiles are finite; not-a-number becomes the lower end."""
    return min(u, BELOW_ONE) if u > 1e-300 else 1e-300


@kernel
def drop_bits(x: float, bits: int) -> float:
    """x towards zero, without its last bits."""
    return np.int64((np.float64(x).view(np.int64) >> bits) << bits).view(np.float64)


@kernel
def monotone_exp(y: float) -> float:
    """Non-decreasing exponential: relative error up to 2e-15."""
    return math.exp(np.rint(y * 2.0**48) * 2.0**-48)


@kernel
def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    total = 0.0
    for i in range(len(coefficients) - 1, -1, -1):
        total = total * x + coefficients[i]
    return total


@kernel
def _rational(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: float) -> float:
    return _polynomial(coefficients[0], x) / _polynomial(coefficients[1], x)


@kernel
def _gamma_term(a: float, x: float) -> float:
    """x**a exp(-x) / Gamma(a): x times the density."""
    if a < 10.0:
        return math.exp(a * math.log(x) - x - math.lgamma(a))
    # exp(-deviance - Stirling's remainder): the large terms have been cancelled by hand.
    v = (x - a) / (x + a)
    if abs(v) < 0.35:
        term, total, odd = 2.0 * a * v, 0.0, 1.0
        while abs(term) > 1e-18 * a:
            term *= v * v
            odd += 2.0
            total += term / odd
        deviance = v * (x - a) - total
    else:
        deviance = x - a - a * math.log(x / a)
    remainder = _polynomial(_STIRLING, 1.0 / (a * a)) / a
    return math.exp(-deviance - remainder - _HALF_LOG_TWO_PI) * math.sqrt(a)


@kernel
def gamma_tails(a: float, x: float) -> tuple[float, float, float]:
    """P(a, x), Q(a, x) = 1 - P and x times the density; the smaller tail has full relative accuracy."""
    if not x > 0.0:
        return 0.0, 1.0, 0.0
    if x == math.inf:
        return 1.0, 0.0, 0.0
    if a < 1.0 and x < 1.0:
        # A series in which Q does not come out as 1 - P, since P is nearly 1 when the shape is small.
        exponent = a * math.log(x) - math.lgamma(1.0 + a)
        power, term, total, n = math.exp(exponent), 1.0, 0.0, 0.0
        while abs(term) > 1e-18:
            n += 1.0
            term *= -x / n
            total += term * a / (a + n)
        return power * (1.0 + total), -math.expm1(exponent) - power * total, power * a * math.exp(-x)
    density = _gamma_term(a, x)
    if x < a + min(a, 1.0):
        term, total, n = 1.0 / a, 1.0 / a, a
        while term > total * 1e-17:
            n += 1.0
            term *= x / n
            total += term
        lower = min(density * total, 1.0)
        return lower, 1.0 - lower, density
    # Legendre's continued fraction, by the modified Lentz method.
    b = x + 1.0 - a
    d = 1.0 / b
    c, fraction, i, factor = 1e300, d, 0.0, 0.0
    while abs(factor - 1.0) > 4e-16 and i < 1e5:
        i += 1.0
        numerator = i * (a - i)
        b += 2.0
        d = 1.0 / (numerator * d + b)
        c = b + numerator / c
        factor = c * d
        fraction *= factor
    upper = min(density * fraction, 1.0)
    return 1.0 - upper, upper, density


@kernel
def gamma_root(a: float, u: float) -> float:
    """Quantile of gamma(a) by Newton's method on the logarithm of the smaller tail, to about 1e-14."""
    t = 1.0 - 1.0 / (9.0 * a) + normal_quantile(u) / (3.0 * math.sqrt(a))  # Wilson and Hilferty (1931)
    x = a * t**3 if t > 0.3 else math.exp((math.log(u) + math.lgamma(a + 1.0)) / a)
    for _ in range(40):
        lower, upper, density = gamma_tails(a, x)
        if not (lower > 0.0 and upper > 0.0 and density > 0.0):
            break
        tail, ratio = (lower, u / lower) if u <= 0.5 else (upper, upper / (1.0 - u))
        step = math.log(ratio) * tail / density
        x *= math.exp(min(step, 2.0)) if u <= 0.5 or x < 1.0 else max(1.0 + step, 0.1)
        if abs(step) < 1e-8:
            break
    return x


@kernel
def _poisson_reaches(mean: float, k: int, u: float) -> bool:
    above, up_to, _ = gamma_tails(k + 1.0, mean)
    return up_to >= u if u <= 0.5 else above <= 1.0 - u
