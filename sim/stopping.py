"""When enough replications have been simulated: a pure function of the replications done so far, looked at in order.

Looking many times and stopping when the interval happens to be narrow makes it cover the truth less often than it says,
most of all where the differences are skewed, as a narrow interval then goes with a mean on the wrong side. So the looks
are few: the next one is where the last one says that it will be enough. An interval that was just narrow
enough is looked at once more with `CONFIRMING` more. And no look counts before there are `PER_SKEWNESS` × skewness²
replications; 25 is Cochran's rule for a 95 % interval of a mean (Sampling Techniques, 3rd ed., 1977, section 2.15),
doubled because the skewness is itself estimated. Coverage is tried in `tests/teori/test_stoppregel.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from sim.periods import Floats
from sim.statistics import mean_interval

FEWEST = 20
"""Replications at the first look, at least."""
CONFIRMING = 40
CLEARLY = 2.0
"""So many times more replications than needed need no confirmation."""
PER_SKEWNESS = 50.0
LEAST_GROWTH, MOST_GROWTH = 1.25, 2.0
BEYOND_NEED = 1.05
WHOLE = 10
"""Looks are at whole tens."""


class Target(NamedTuple):
    """A difference is to be known to within `half_width`, in its own unit or, if `relative`, as a share of its mean."""

    half_width: float
    relative: bool = False

    def asked(self, mean: float) -> float:
        """Half the width of the interval that is asked for, in the difference's unit."""
        return self.half_width * abs(mean) if self.relative else self.half_width


class Look(NamedTuple):
    """So many are looked at. `met`: the look before found the intervals just narrow enough."""

    replications: int
    met: bool = False


class Judged(NamedTuple):
    """A mean difference, how far its 95 % interval reaches, what was asked for, and how many replications that takes.

    Half the interval's width; where it is longer on one side, that side.
    """

    mean: float
    half_width: float
    asked: float
    needed: float

    @property
    def reached(self) -> bool:
        return self.half_width <= self.asked


@dataclass(frozen=True)
class Rule:
    """`first`: replications at the first look. `most`: where it ends whatever has been reached."""

    targets: tuple[Target, ...]
    first: int
    most: int

    def after(self, look: Look, differences: Sequence[Floats]) -> Look | None:
        """The next look; None where it ends. `differences`: by target, of the replications looked at, in order."""
        needed = max(judged(each, values).needed for each, values in zip(self.targets, differences, strict=True))
        if look.replications >= self.most:
            return None
        if needed > look.replications:
            grown = min(max(needed * BEYOND_NEED, look.replications * LEAST_GROWTH), look.replications * MOST_GROWTH)
            return Look(self._whole(grown))
        if look.met or needed * CLEARLY <= look.replications:
            return None
        return Look(self._whole(look.replications + CONFIRMING), met=True)

    def _whole(self, count: float) -> int:
        return min(WHOLE * ceil(count / WHOLE), self.most)


def judged(target: Target, values: Floats) -> Judged:
    """What the differences of some replications say. Those that are missing (NaN) count for nothing."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return Judged(float("nan"), inf, target.half_width, inf)
    mean, low, high = (float(each) for each in mean_interval(known))
    half_width = max(high - mean, mean - low)
    asked = target.asked(mean)
    if half_width == 0:
        return Judged(mean, 0.0, asked, 0.0)
    for_width = len(values) * (half_width / asked) ** 2 if asked else inf
    return Judged(mean, half_width, asked, max(for_width, PER_SKEWNESS * skewness(known) ** 2))


def replications_for(spread: float, half_width: float) -> int:
    """The fewest with which half the 95 % interval of a mean is so narrow. `spread`: the standard deviation.

    As many as with the normal distribution, and then one more at a time, as Student's is wider.
    """
    count = max(2, ceil((1.959964 * spread / half_width) ** 2))
    while stdtrit(count - 1, 0.975) * spread / np.sqrt(count) > half_width:
        count += 1
    return count


def skewness(values: Floats) -> float:
    """Third central moment over the standard deviation cubed; 0 where all are equal."""
    centred = values - values.mean()
    spread = float(np.mean(centred**2))
    return float(np.mean(centred**3)) / spread**1.5 if spread > 0 else 0.0
