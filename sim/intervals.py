"""Sums over many intervals of time, exact: how much time, or how many days, fall between each pair of edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _elapsed(points: Floats, weights: Floats, edges: Floats) -> Floats:
    """Σ weight · max(edge − point, 0) for each edge."""
    order = np.argsort(points, kind="stable")
    sorted_points = points[order]
    sorted_weights = weights[order]
    total = np.concatenate([[0.0], np.cumsum(sorted_weights)])
    moment = np.concatenate([[0.0], np.cumsum(sorted_weights * sorted_points)])
    before = np.searchsorted(sorted_points, edges, side="left")
    return np.asarray(edges * total[before] - moment[before])


def time_between(starts: Floats, ends: Floats, edges: Floats, weights: Floats | None = None) -> Floats:
    """Weighted time of the intervals [start, end) inside each [edge, next edge). Shape (edges − 1,)."""
    if weights is None:
        weights = np.ones(len(starts))
    inside = ends > starts
    starts, ends, weights = starts[inside], ends[inside], weights[inside]
    return np.diff(_elapsed(starts, weights, edges) - _elapsed(ends, weights, edges))


def count_between(times: Floats, edges: Floats) -> Floats:
    """How many times fall in each [edge, next edge)."""
    known = np.sort(times[~np.isnan(times)])
    return np.diff(np.searchsorted(known, edges, side="left")).astype(np.float64)


def count_at(starts: Floats, ends: Floats, moments: Floats) -> Floats:
    """How many intervals [start, end) hold each moment."""
    begun = np.searchsorted(np.sort(starts), moments, side="right")
    over = np.searchsorted(np.sort(ends), moments, side="right")
    return (begun - over).astype(np.float64)


def per_day(starts: Floats, ends: Floats, days: int, weights: Floats | None = None) -> Floats:
    """How many (weighted) intervals of whole days [floor start, floor end) hold each day of the run. Shape (days,)."""
    first = np.clip(np.floor(starts), 0, days).astype(np.int64)
    last = np.clip(np.floor(ends), 0, days).astype(np.int64)
    change = np.bincount(first, weights, minlength=days + 1) - np.bincount(last, weights, minlength=days + 1)
    return np.cumsum(change)[:days].astype(np.float64)


def excess_time(starts: Floats, ends: Floats, weights: Floats, limit: tuple[Floats, Floats], edges: Floats) -> Floats:
    """∫ max(0, weighted number of intervals − limit(t)) dt inside each [edge, next edge).

    `limit` is a step function (times, values); its first value also holds before its first time.
    """
    real = ends > starts
    starts, ends, weights = starts[real], ends[real], weights[real]
    times = np.concatenate([starts, ends, limit[0], edges])
    moments = np.unique(np.clip(times, edges[0], edges[-1]))
    step = np.concatenate([weights, -weights])
    order = np.argsort(np.concatenate([starts, ends]), kind="stable")
    level_times = np.concatenate([starts, ends])[order]
    level = np.concatenate([[0.0], np.cumsum(step[order])])
    here = level[np.searchsorted(level_times, moments[:-1], side="right")]
    allowed = limit[1][np.maximum(np.searchsorted(limit[0], moments[:-1], side="right") - 1, 0)]
    over = np.maximum(np.round(here - allowed, 6), 0.0) * np.diff(moments)
    cumulative = np.concatenate([[0.0], np.cumsum(over)])
    return np.diff(cumulative[np.searchsorted(moments, edges)])
