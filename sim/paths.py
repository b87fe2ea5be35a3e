"""Right-continuous step functions of time, and the operational time that runs along them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.distributions import round_duration
from sim.kernel import kernel

TICK = 2.0**-20
"""The smallest step of time, in days: sums of multiples are exact in double precision."""


@dataclass(frozen=True)
class StepFunction:
    """`values[i]` holds from `times[i]` until `times[i + 1]`; the first value also before `times[0]`. Days."""

    times: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, time: float) -> float:
        return self.values[max(bisect_right(self.times, time) - 1, 0)]

    def integral(self, start: float, end: float) -> float:
        """∫ f over [start, end]."""
        inner = [t for t in self.times if start < t < end]
        edges = [start, *inner, end]
        return sum(self.at(a) * (b - a) for a, b in zip(edges, edges[1:], strict=False))

    def times_another(self, other: StepFunction) -> StepFunction:
        """The product of two step functions."""
        times = {*self.times, *other.times}
        return step_function(times, lambda time: self.at(time) * other.at(time), first=min(times))

    @property
    def constant(self) -> bool:
        return len(set(self.values)) == 1

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.array(self.times), np.array(self.values)


def step_function(breaks: Iterable[float], value: Callable[[float], float], first: float = 0.0) -> StepFunction:
    """Sample `value` at `first` and at every later break, merging equal neighbours."""
    times: list[float] = []
    values: list[float] = []
    for time in sorted({first, *(t for t in breaks if t > first)}):
        here = value(time)
        if not values or here != values[-1]:
            times.append(time)
            values.append(here)
    return StepFunction(tuple(times), tuple(values))


@kernel
def advance(times: NDArray[np.float64], values: NDArray[np.float64], start: float, work: float) -> float:
    """The time at which `work` days of operational time have passed since `start`, rounded to a tick.

    Operational time runs at `values` (>= 0, the last one > 0); the first value also holds before `times[0]`.
    """
    piece = 0
    while piece + 1 < len(times) and times[piece + 1] <= start:
        piece += 1
    now = start
    left = work
    while piece + 1 < len(times):
        room = (times[piece + 1] - now) * values[piece]
        if left <= room and values[piece] > 0.0:
            break
        left -= room
        piece += 1
        now = times[piece]
    return start + round_duration(now + left / values[piece] - start)


@kernel
def operational(times: NDArray[np.float64], values: NDArray[np.float64], start: float, end: float) -> float:
    """Operational time between two moments: the inverse of `advance`."""
    total = 0.0
    for piece in range(len(times)):
        first = start if piece == 0 else max(times[piece], start)
        last = end if piece + 1 == len(times) else min(times[piece + 1], end)
        if last > first:
            total += (last - first) * values[piece]
    return total


def tick_floor(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Times rounded down to whole ticks, so that sums and ties are exact."""
    return np.asarray(np.floor(times / TICK) * TICK, dtype=np.float64)


def merge_breaks(functions: Sequence[StepFunction]) -> set[float]:
    return {time for function in functions for time in function.times}
