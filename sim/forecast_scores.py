"""How good a forecast was: the interval score, coverage, and what somebody without a model would have said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.special import betaincinv, stdtrit

LEVELS = (0.8, 0.95)
"""The probabilities of the intervals that are shown and scored."""


@dataclass(frozen=True)
class Interval:
    """From `lag` to `hog`, both within it."""

    lag: float
    hog: float

    @property
    def width(self) -> float:
        return self.hog - self.lag

    def covers(self, outcome: float) -> bool:
        return self.lag <= outcome <= self.hog


@dataclass(frozen=True)
class Prediction:
    """A point, and an interval by its probability."""

    punkt: float
    intervall: Mapping[float, Interval]


def interval_score(interval: Interval, outcome: float, level: float) -> float:
    """Gneiting and Raftery (2007): the width, and 2/α for each unit by which the outcome lies outside; less is better.

    In the unit of the outcome; α = 1 − level.
    """
    outside = max(interval.lag - outcome, outcome - interval.hog, 0.0)
    return interval.width + 2 / (1 - level) * outside


def exact_interval(hits: int, tries: int, level: float = 0.95) -> Interval:
    """Clopper and Pearson's interval for a probability, from so many hits in independent tries."""
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else float(betaincinv(hits, tries - hits + 1, tail))
    high = 1.0 if hits == tries else float(betaincinv(hits + 1, tries - hits, 1 - tail))
    return Interval(low, high)


def from_samples(samples: Sequence[float] | np.ndarray) -> Prediction:
    """The median of possible futures, and their middle shares."""
    tails = [(1 - level) / 2 for level in LEVELS]
    ends = [np.quantile(samples, (tail, 1 - tail)).tolist() for tail in tails]
    return Prediction(float(np.median(samples)), dict(zip(LEVELS, (Interval(*end) for end in ends), strict=True)))


def last_value(year: float, changes: Sequence[float]) -> Prediction | None:
    """Next year as this one. `changes`: other figures' changes between two years, in ln, which say how sure that is.

    Interval: if changes are normal with mean 0, the next one divided by their root mean square is t with as many
    degrees of freedom as there are changes. None where there is none.
    """
    return _around(year, changes, 1.0)


def last_trend(before: float, year: float, changes: Sequence[float]) -> Prediction | None:
    """Next year's change as the last one. Two years' changes can then go wrong, so the spread is √2 as large.

    None where the trend leads to nothing or below.
    """
    point = year + (year - before)
    return _around(point, changes, sqrt(2)) if point > 0 else None


def _around(point: float, changes: Sequence[float], factor: float) -> Prediction | None:
    if not changes:
        return None
    spread = factor * sqrt(sum(change**2 for change in changes) / len(changes))
    found = {}
    for level in LEVELS:
        away = spread * float(stdtrit(len(changes), (1 + level) / 2))
        found[level] = Interval(exp(log(point) - away), exp(log(point) + away))
    return Prediction(point, found)
