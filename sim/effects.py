"""Good and bad months and years: random multipliers of mean 1, the same in every scenario."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.kernel import kernel
from sim.quantiles import gamma_quantile
from sim.randomness import Purpose, Word, uniform
from sim.special import normal_quantile

_MONTH, _YEAR = int(Purpose.MANADSEFFEKT), int(Purpose.ARSEFFEKT)


@kernel
def month_effects(
    key: Word,
    months: NDArray[np.int64],
    expected: NDArray[np.float64],
    overdispersion: float,
    seed: Word,
    replication: Word,
) -> NDArray[np.float64]:
    """Gamma factors such that variance/mean of a month's count, `expected` at the base rate, is `overdispersion`."""
    found = np.ones(len(months))
    for index in range(len(months)):
        if overdispersion > 1.0 and expected[index] > 0.0:
            variance = (overdispersion - 1.0) / expected[index]
            u = uniform(seed, replication, np.uint64(months[index]), key, np.uint64(0), np.uint64(_MONTH))
            found[index] = variance * gamma_quantile(1.0 / variance, u)
    return found


@kernel
def year_effects(
    key: Word, first_year: int, basar: int, last_year: int, cv: float, rho: float, seed: Word, replication: Word
) -> NDArray[np.float64]:
    """Lognormal factors of coefficient of variation `cv`, autocorrelation `rho` of the logarithms. Shape (years,).

    They are drawn from the basår on, and from there backwards, so that neither end of the run alters the others.
    """
    found = np.ones(last_year - first_year + 1)
    states = np.empty(len(found))
    for step in range(len(found)):
        year = basar + step if basar + step <= last_year else last_year - step
        u = uniform(seed, replication, np.uint64(year), key, np.uint64(0), np.uint64(_YEAR))
        shock = normal_quantile(u)
        nearer = year - first_year + (1 if year < basar else -1)
        states[year - first_year] = (
            shock if year == basar else rho * states[nearer] + math.sqrt(1.0 - rho * rho) * shock
        )
    spread = math.sqrt(math.log1p(cv * cv))
    for number in range(len(found)):
        found[number] = math.exp(spread * states[number] - spread * spread / 2.0)
    return found
