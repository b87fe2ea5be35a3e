"""Sums over many intervals of time, exact: how much time, or how many days, fall between each pair of edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernel import inlined, kernel
from sim.paths import TICK

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def time_between(starts: Floats, ends: Floats, edges: Floats, weights: Floats | None = None) -> Floats:
    """Weighted time of the intervals [start, end) inside each [edge, next edge). Shape (edges − 1,)."""
    return _time_between(starts, ends, np.ones(1) if weights is None else weights, edges)


@kernel
def _time_between(starts: Floats, ends: Floats, weights: Floats, edges: Floats) -> Floats:
    found, whole = np.zeros(len(edges) - 1), np.zeros(len(edges))
    for i in range(len(starts)):
        start, end = max(starts[i], edges[0]), min(ends[i], edges[-1])
        if not end > start:
            continue
        weight = weights[i] if len(weights) > 1 else weights[0]
        first, last = _last_at_most(edges, start), _last_at_most(edges, end)
        if first == last:
            found[first] += weight * (end - start)
            continue
        found[first] += weight * (edges[first + 1] - start)
        if last < len(found):
            found[last] += weight * (end - edges[last])
        whole[first + 1] += weight
        whole[last] -= weight
    through = 0.0
    for at in range(len(found)):
        through += whole[at]
        found[at] += through * (edges[at + 1] - edges[at])
    return found


class Cuts(NamedTuple):
    """Time cut at `edges`, which are whole days, into stretches: `of_day` says which one each day from the first is in.

    After the last day comes a stretch that is empty. `ends`: of each stretch, also of that one.
    """

    edges: Floats
    ends: Floats
    of_day: Ints


def cuts_at(edges: Floats) -> Cuts:
    days = np.arange(edges[0], edges[-1] + 1)
    return Cuts(edges, np.append(edges[1:], edges[-1]), np.searchsorted(edges, days, side="right") - 1)


@kernel
def stretch_of(cuts: Cuts, time: float) -> int:
    """-1 before the first stretch and for what is not a number; the number of stretches after the last."""
    since = time - cuts.edges[0]
    if not since >= 0.0:
        return -1
    last = len(cuts.of_day) - 1
    found: int = cuts.of_day[last if since >= last else int(since)]
    return found


@kernel
def add_time(change: Floats, row: int, cuts: Cuts, start: float, end: float, weight: float) -> None:
    """Add the weighted time of [start, end) to a row.

    At either end: what is left of its stretch, and what there is of each stretch after it. `change` has shape
    (rows, stretches + 2, 2), and `time_of` adds it up. Exact where times are whole ticks and weights whole numbers.
    """
    first, last = cuts.edges[0], cuts.edges[-1]
    since, until = start if start > first else first, end if end < last else last
    if since < until:
        at = cuts.of_day[int(since - first)]
        change[row, at, 0] += weight * (cuts.ends[at] - since)
        change[row, at + 1, 1] += weight
        at = cuts.of_day[int(until - first)]
        change[row, at, 0] -= weight * (cuts.ends[at] - until)
        change[row, at + 1, 1] -= weight


@kernel
def no_time(rows: int, cuts: Cuts) -> Floats:
    """For `add_time` to begin with."""
    return np.zeros((rows, len(cuts.edges) + 1, 2))


@kernel
def time_of(change: Floats, cuts: Cuts, found: Floats) -> None:
    """The time in each stretch, of shape (rows, stretches), from what `add_time` has added."""
    for row in range(found.shape[0]):
        through = 0.0
        for at in range(found.shape[1]):
            through += change[row, at, 1]
            found[row, at] = change[row, at, 0] + through * (cuts.edges[at + 1] - cuts.edges[at])


@inlined
def add_at_ends(change: Floats, row: int, cuts: Cuts, start: float, end: float) -> None:
    """Count [start, end) where it holds the end of a stretch, as changes from one stretch to the next.

    What goes on until the last edge holds it too. `change` has shape (rows, stretches + 1); `run_on` adds them up.
    """
    goes_on = end >= cuts.edges[-1]
    if not (start <= cuts.edges[-1] if goes_on else start < end):
        return
    first = _first_to_end_at(cuts, start)
    after = len(cuts.edges) - 1 if goes_on else _first_to_end_at(cuts, end)
    change[row, first] += 1.0
    change[row, after] -= 1.0


@inlined
def _first_to_end_at(cuts: Cuts, time: float) -> int:
    """The first stretch whose end is not before the time."""
    at = stretch_of(cuts, time)
    return max(at - 1 if at >= 0 and cuts.edges[at] == time else at, 0)


@kernel
def run_on(change: Floats, found: Floats) -> None:
    """`found`, of shape (rows, stretches), becomes the changes added up."""
    for row in range(found.shape[0]):
        level = 0.0
        for at in range(found.shape[1]):
            level += change[row, at]
            found[row, at] = level


@kernel
def _last_at_most(edges: Floats, value: float) -> int:
    """The number of the last edge that is not above the value; -1 if all are. Quick where edges are evenly spread."""
    last = len(edges) - 1
    if not value >= edges[0]:
        return -1
    if value >= edges[last]:
        return last
    at = int((value - edges[0]) * last / (edges[last] - edges[0]))
    while edges[at] > value:
        at -= 1
    while at < last and edges[at + 1] <= value:
        at += 1
    return at


@kernel
def ordered_within(group: NDArray[np.uint64], times: Floats) -> Ints:
    """The order in which those of a group, which stand together, come in order of time."""
    order = np.arange(len(group))
    for at in range(1, len(group)):
        new, place = order[at], at
        while place > 0 and group[order[place - 1]] == group[new] and _before(times[new], times[order[place - 1]]):
            order[place] = order[place - 1]
            place -= 1
        order[place] = new
    return order


@kernel
def _before(a: float, b: float) -> bool:
    """Not-a-number comes last."""
    return bool(a < b or (np.isnan(b) and not np.isnan(a)))


def per_day(starts: Floats, ends: Floats, days: int, weights: Floats | None = None) -> Floats:
    """How many (weighted) intervals of whole days [floor start, floor end) hold each day of the run. Shape (days,)."""
    first = np.clip(np.floor(starts), 0, days).astype(np.int64)
    last = np.clip(np.floor(ends), 0, days).astype(np.int64)
    change = np.bincount(first, weights, minlength=days + 1) - np.bincount(last, weights, minlength=days + 1)
    return np.cumsum(change)[:days].astype(np.float64)


CODE_BITS = 21
MOST_CODES = 1 << CODE_BITS


@kernel
def coded(days: float, code: int) -> int:
    """A time and what it belongs to as one number, quick to sort by time: whole ticks (parts of one are dropped)."""
    return (int(np.floor(days / TICK)) << CODE_BITS) + code


@kernel
def days_in(number: int) -> float:
    return (number >> CODE_BITS) * TICK


@kernel
def code_in(number: int) -> int:
    return number & (MOST_CODES - 1)


@kernel
def step_at(time: float, code: int, down: bool) -> int:
    """A change of level at a time, up or down by the weight of a code."""
    return coded(time, 2 * code + (1 if down else 0))


def excess_time(starts: Floats, ends: Floats, weights: Floats, limit: tuple[Floats, Floats], edges: Floats) -> Floats:
    """∫ max(0, weighted number of intervals − limit(t)) dt inside each [edge, next edge).

    `limit` is a step function (times, values); its first value also holds before its first time.
    """
    each, codes = np.unique(weights, return_inverse=True)
    return excess_of(np.sort(_steps(starts, ends, codes)), each, limit, edges)


@kernel
def _steps(starts: Floats, ends: Floats, codes: Ints) -> Ints:
    found, count = np.empty(2 * len(starts), dtype=np.int64), 0
    for i in range(len(starts)):
        if ends[i] > starts[i]:
            found[count], found[count + 1] = step_at(starts[i], codes[i], False), step_at(ends[i], codes[i], True)
            count += 2
    return found[:count]


@kernel
def excess_of(steps: Ints, weights: Floats, limit: tuple[Floats, Floats], edges: Floats) -> Floats:
    """As `excess_time`, of steps in order. Exact where weights and limits are whole numbers."""
    limit_times, limits = limit
    found = np.zeros(len(edges) - 1)
    level, now, at, piece = 0.0, edges[0], 0, 0
    while piece + 1 < len(limit_times) and limit_times[piece + 1] <= now:
        piece += 1
    for number in range(len(steps) + 1):
        until = edges[-1]
        if number < len(steps):
            until = min(days_in(steps[number]), until)
        while now < until:
            after = min(until, edges[at + 1])
            if piece + 1 < len(limit_times):
                after = min(after, limit_times[piece + 1])
            found[at] += max(level - limits[piece], 0.0) * (after - now)
            now = after
            if now >= edges[at + 1] and at + 1 < len(found):
                at += 1
            if piece + 1 < len(limit_times) and now >= limit_times[piece + 1]:
                piece += 1
        if number < len(steps):
            code = code_in(steps[number])
            level += -weights[code // 2] if code % 2 else weights[code // 2]
    return found
