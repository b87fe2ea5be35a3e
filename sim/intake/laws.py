"""Families of lengths, as arrays of unbounded parameters that an optimiser may move freely.

Each tells the share still there, its mean and spread, and how a kommun's file writes it. Times in days.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaincc, gammaln, log_ndtr

Floats = NDArray[np.float64]

LEAST_CV, MOST_CV = 0.05, 20.0
"""What a fit may come to; a kommun's file allows more."""


@dataclass(frozen=True)
class Family:
    """`parameters`: how many. A simple family's first is the logarithm of a typical time, its last of a shape."""

    name: str
    parameters: int
    survival: Callable[[Floats, Floats], Floats]
    """(parameters, times of any shape) → share still there."""
    parts: tuple[Simple, ...]

    def described(self, at: Floats) -> dict[str, Any]:
        """As a kommun's file writes it."""
        if len(self.parts) == 1:
            _, law, own = self._parts(at)[0]
            return {"fordelning": law.name, **law.numbers(own)}
        parts: dict[str, dict[str, Any]] = {}
        for (share, simple, own), key in zip(self._ordered(at), ("kort", "lang"), strict=True):
            parts[key] = {"andel": share, "fordelning": simple.name, **simple.numbers(own)}
        parts["lang"]["andel"] = 1.0 - parts["kort"]["andel"]
        return {"fordelning": self.name, "delar": parts}

    def mean(self, at: Floats) -> float:
        return math.fsum(share * simple.numbers(own)["medel"] for share, simple, own in self._parts(at))

    def median(self, at: Floats) -> float:
        """By halving on the logarithmic scale."""
        low, high = 1e-6, 1e7
        while high / low > 1 + 1e-9:
            middle = math.sqrt(low * high)
            left = sum(share * law.survival(own, np.array(middle)) for share, law, own in self._parts(at))
            low, high = (middle, high) if left > 0.5 else (low, middle)
        return low

    def _parts(self, at: Floats) -> list[tuple[float, Simple, Floats]]:
        if len(self.parts) == 1:
            return [(1.0, self.parts[0], at)]
        first, cut = float(expit(at[0])), 1 + self.parts[0].parameters
        return [(first, self.parts[0], at[1:cut]), (1.0 - first, self.parts[1], at[cut:])]

    def _ordered(self, at: Floats) -> list[tuple[float, Simple, Floats]]:
        return sorted(self._parts(at), key=lambda part: part[1].numbers(part[2])["medel"])


class WithNever(Family):
    """Times until something that, for some, never comes: the first parameter is the logit of the share it comes to.

    Mean, median and description are of the time where it comes.
    """

    @classmethod
    def of(cls, family: Family) -> WithNever:
        def survival(at: Floats, time: Floats) -> Floats:
            found: Floats = 1.0 - expit(at[0]) * (1.0 - family.survival(at[1:], time))
            return found

        return cls(family.name, family.parameters + 1, survival, family.parts)

    def _parts(self, at: Floats) -> list[tuple[float, Simple, Floats]]:
        return super()._parts(at[1:])


@dataclass(frozen=True)
class Simple:
    name: str
    parameters: int
    survival: Callable[[Floats, Floats], Floats]
    numbers: Callable[[Floats], Mapping[str, float]]
    start: Callable[[float, float], Floats]
    """Parameters from a mean and a CV, near enough to begin at."""


def _exponential(at: Floats, time: Floats) -> Floats:
    found: Floats = np.exp(-time * np.exp(-at[0]))
    return found


def _lognormal(at: Floats, time: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        found: Floats = np.exp(log_ndtr((at[0] - np.log(time)) * np.exp(-at[1])))
    return found


def _weibull(at: Floats, time: Floats) -> Floats:
    with np.errstate(over="ignore", under="ignore"):
        found: Floats = np.exp(-((time * np.exp(-at[0])) ** np.exp(at[1])))
    return found


def _gamma(at: Floats, time: Floats) -> Floats:
    shape = np.exp(at[1])
    found: Floats = gammaincc(shape, time * shape * np.exp(-at[0]))
    return found


def _exponential_numbers(at: Floats) -> Mapping[str, float]:
    return {"medel": math.exp(at[0])}


def _lognormal_numbers(at: Floats) -> Mapping[str, float]:
    variance = min(math.exp(2 * at[1]), 50.0)
    return {"medel": math.exp(at[0] + variance / 2), "cv": math.sqrt(math.expm1(variance))}


def _weibull_numbers(at: Floats) -> Mapping[str, float]:
    inverse = math.exp(-at[1])
    first, second = gammaln(1 + inverse), gammaln(1 + 2 * inverse)
    return {"medel": math.exp(at[0] + first), "cv": math.sqrt(max(math.expm1(min(second - 2 * first, 50.0)), 1e-12))}


def _gamma_numbers(at: Floats) -> Mapping[str, float]:
    return {"medel": math.exp(at[0]), "cv": math.exp(-at[1] / 2)}


def _lognormal_start(mean: float, cv: float) -> Floats:
    variance = math.log1p(cv**2)
    return np.array([math.log(mean) - variance / 2, math.log(variance) / 2])


EXPONENTIAL = Simple("exponential", 1, _exponential, _exponential_numbers, lambda mean, cv: np.array([math.log(mean)]))
LOGNORMAL = Simple("lognormal", 2, _lognormal, _lognormal_numbers, _lognormal_start)
WEIBULL = Simple(
    "weibull", 2, _weibull, _weibull_numbers, lambda mean, cv: np.array([math.log(mean), -1.086 * math.log(cv)])
)
GAMMA = Simple("gamma", 2, _gamma, _gamma_numbers, lambda mean, cv: np.array([math.log(mean), -2 * math.log(cv)]))


def simple(law: Simple) -> Family:
    return Family(law.name, law.parameters, law.survival, (law,))


def mixture(first: Simple, second: Simple) -> Family:
    """Of two populations; the first parameter is the logit of the first one's share."""
    cut = 1 + first.parameters

    def survival(at: Floats, time: Floats) -> Floats:
        share = expit(at[0])
        found: Floats = share * first.survival(at[1:cut], time) + (1 - share) * second.survival(at[cut:], time)
        return found

    return Family("blandning", cut + second.parameters, survival, (first, second))


SIMPLE = (simple(EXPONENTIAL), simple(LOGNORMAL), simple(WEIBULL), simple(GAMMA))
MIXTURES = (mixture(LOGNORMAL, LOGNORMAL), mixture(WEIBULL, WEIBULL), mixture(EXPONENTIAL, EXPONENTIAL))
