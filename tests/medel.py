"""The 95 % interval of a mean, from its definition."""

from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from sim.periods import Floats


def student(values: Floats) -> tuple[float, float]:
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
    return float(values.mean()) - half, float(values.mean()) + half


def hall(values: Floats) -> tuple[float, float]:
    """Hall's (1992) equation g(T) = T + gT²/(3√n) + g²T³/(27n) + g/(6√n) = ± t, solved for T by bisection."""
    n, g = len(values), float(stats.skew(values))
    limit = float(stats.t.ppf(0.975, n - 1))

    def solved(wanted: float) -> float:
        def off(t: float) -> float:
            return t + g * t**2 / (3 * np.sqrt(n)) + g**2 * t**3 / (27 * n) + g / (6 * np.sqrt(n)) - wanted

        return float(brentq(off, -1e5, 1e5, xtol=1e-12, maxiter=1000))

    low, high = (float(values.mean() - solved(end) * stats.sem(values)) for end in (limit, -limit))
    return low, high


def by_hand(values: Floats) -> tuple[float, float]:
    """As far as the farther of the two, on either side."""
    ends = student(values), hall(values)
    return min(low for low, _ in ends), max(high for _, high in ends)
