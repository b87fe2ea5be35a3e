"""Numbers with 95 % intervals: shares, counts, and what follows from fitted parameters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy.special import betaincinv, chdtri, expit, logit, ndtr, stdtrit

from sim.intake.fitted import Estimate
from sim.intake.laws import Floats
from sim.intake.survival import Z95

STEP = 1e-4


def share(count: int, of: int) -> Estimate:
    """Of independent ones: Jeffreys' interval."""
    if not of:
        return Estimate(float("nan"), 0.0, 1.0, 0)
    low = float(betaincinv(count + 0.5, of - count + 0.5, 0.025)) if count else 0.0
    high = float(betaincinv(count + 0.5, of - count + 0.5, 0.975)) if count < of else 1.0
    return Estimate(count / of, low, high, of)


def shares(names: Iterable[str]) -> dict[str, Estimate]:
    """Of each name, the most common first."""
    counts = Counter(map(str, names))
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return {name: share(counts[name], counts.total()) for name in order}


def normalised(factors: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Of mean 1."""
    mean = math.fsum(each.varde for each in factors) / len(factors)
    return tuple(Estimate(each.varde / mean, each.lag / mean, each.hog / mean, each.n) for each in factors)


def poisson_rate(count: int, exposure: float) -> Estimate:
    """Events per unit of exposure; half an event where there is none."""
    low = float(chdtri(2 * count, 0.975)) / 2 / exposure if count else 0.0
    return Estimate(max(count, 0.5) / exposure, low, float(chdtri(2 * count + 2, 0.025)) / 2 / exposure, count)


def mean_of(values: Floats) -> Estimate:
    """t-interval, moved as the values are skewed (Johnson's correction, cut where n is small)."""
    n, mean = len(values), float(values.mean())
    if n < 2:
        return Estimate(mean, float("nan"), float("nan"), n)
    error = float(values.std(ddof=1)) / math.sqrt(n)
    if error == 0.0:
        return Estimate(mean, mean, mean, n)
    t = float(stdtrit(n - 1, 0.975))
    skewness = float(np.mean((values - mean) ** 3) / values.std() ** 3)
    moved = error * min(skewness * (1 + 2 * t**2) / (6 * math.sqrt(n)), 1.0)
    return Estimate(mean, mean - t * error + max(moved, 0.0) * 0.5, mean + t * error + max(moved, 0.0), n)


def on_scale(value: float, error: float, n: int, positive: bool = True, limit: float = 4.0) -> Estimate:
    """From a standard error of the value (`positive`: of its logarithm, cut at `limit`)."""
    if not positive:
        return Estimate(value, value - Z95 * error, value + Z95 * error, n)
    half = min(Z95 * error, limit) if math.isfinite(error) else limit
    return Estimate(value, value * math.exp(-half), value * math.exp(half), n)


def share_on_scale(value: float, error: float, n: int) -> Estimate:
    """From a standard error of its logit."""
    half = min(Z95 * error, 8.0) if math.isfinite(error) else 8.0
    low, high = (float(expit(logit(value) + side * half)) for side in (-1, 1))
    return Estimate(value, low, high, n)


def mixture(centres: Floats, errors: Floats, parts: Floats, share: float = 0.95) -> tuple[float, float]:
    """The ends of the middle `share` of a mixture of normals."""
    widths = np.clip(errors, 1e-9, 10.0)
    ends = []
    for level in ((1 - share) / 2, (1 + share) / 2):
        low, high = float((centres - 10 * widths).min()), float((centres + 10 * widths).max())
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if parts @ ndtr((middle - centres) / widths) < level else (low, middle)
        ends.append((low + high) / 2)
    return ends[0], ends[1]


def gradient(function: Callable[[Floats], float], at: Floats) -> Floats:
    found = np.empty(len(at))
    for number in range(len(at)):
        step = np.zeros(len(at))
        step[number] = STEP
        found[number] = (function(at + step) - function(at - step)) / (2 * STEP)
    return found


def hessian(function: Callable[[Floats], float], at: Floats, step: float = 3e-3) -> Floats:
    size = len(at)
    found = np.empty((size, size))
    steps = np.eye(size) * step
    for i in range(size):
        for j in range(i, size):
            values = (
                function(at + steps[i] + steps[j])
                - function(at + steps[i] - steps[j])
                - function(at - steps[i] + steps[j])
                + function(at - steps[i] - steps[j])
            )
            found[i, j] = found[j, i] = values / (4 * step**2)
    return found
