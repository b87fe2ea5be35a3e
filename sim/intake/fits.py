"""Families fitted by maximum likelihood, and what they say together, by how well each accounts for the data."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import minimize

from sim.intake.estimates import gradient, hessian, mixture
from sim.intake.fitted import Estimate
from sim.intake.laws import Family, Floats
from sim.intake.survival import Sample, log_likelihood

RANGE = 12.0
IMPOSSIBLE = 1e12
CLOSE = 1e-3
"""How near the optimum a fit must come, in standard errors."""
PENALTY = 1e-3
"""Pull towards the start, in log-likelihood per unit² of a parameter: keeps an optimiser from infinity, no more."""
LEAST_WEIGHT = 1e-3
Number = Callable[[Family, Floats], float]
"""Of a family and its parameters."""
Link = Callable[[float], float]


@dataclass(frozen=True)
class Fit:
    family: Family
    at: Floats
    loss: Callable[[Floats], float]
    """Minus the log-likelihood."""
    criterion: float
    """BIC, of the number of stays."""

    @cached_property
    def covariance(self) -> Floats:
        found: Floats = np.linalg.pinv(hessian(self.loss, self.at), hermitian=True).astype(np.float64)
        return found


def fit_family(family: Family, made: Sample, starts: Sequence[Floats], n: int) -> Fit:
    """The most likely parameters, from the best of some beginnings."""
    centre = starts[0]

    def loss(at: Floats) -> float:
        if np.any(np.abs(at - centre) > RANGE):
            return IMPOSSIBLE
        found = -log_likelihood(made, family.survival(at, made.times))
        return found + PENALTY * float(np.sum((at - centre) ** 2)) if math.isfinite(found) else IMPOSSIBLE

    near = CLOSE * math.sqrt(max(n, 1))
    ends = [minimize(loss, start, method="BFGS", options={"gtol": near, "maxiter": 200}) for start in starts]
    at = np.asarray(min(ends, key=lambda end: float(end.fun)).x, dtype=np.float64)
    reached = log_likelihood(made, family.survival(at, made.times))
    return Fit(family, at, loss, family.parameters * math.log(max(n, 2)) - 2 * reached)


def weights(fits: Sequence[Fit]) -> Floats:
    """By BIC, sum 1. The best fit comes first."""
    apart = np.array([fit.criterion - fits[0].criterion for fit in fits])
    found = np.exp(-apart / 2)
    shares: Floats = found / found.sum()
    return shares


def averaged(fits: Sequence[Fit], number: Number, link: Link, back: Link, n: int) -> Estimate:
    """A number of the best family; its interval is over all of them, so that the choice of family is no certainty.

    On the scale of `link`, where each family's estimate is near normal; `back` is its inverse.
    """
    share = weights(fits)
    kept = [(fit, weight) for fit, weight in zip(fits, share.tolist(), strict=True) if weight >= LEAST_WEIGHT]
    values = np.array([link(number(fit.family, fit.at)) for fit, _ in kept])
    errors = np.array([standard_error(fit, _linked(fit.family, number, link)) for fit, _ in kept])
    parts = np.array([weight for _, weight in kept])
    low, high = mixture(values, errors, parts / parts.sum())
    return Estimate(number(fits[0].family, fits[0].at), float(back(low)), float(back(high)), n)


def _linked(family: Family, number: Number, link: Link) -> Callable[[Floats], float]:
    return lambda at: float(link(number(family, at)))


def standard_error(fit: Fit, function: Callable[[Floats], float]) -> float:
    """Of a number that follows from the parameters (delta method)."""
    slope = gradient(function, fit.at)
    return math.sqrt(max(float(slope @ fit.covariance @ slope), 0.0))
