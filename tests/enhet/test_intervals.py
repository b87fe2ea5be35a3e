"""Sums over intervals against going through them one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.intervals import excess_time, per_day, time_between

many = settings(max_examples=120, deadline=None, derandomize=True, database=None)

# Eighths, so that all sums are exact and much happens at the same instant.
times = st.integers(-40, 200).map(lambda n: n / 8)
spans = st.lists(st.tuples(times, times).map(sorted), max_size=12)
edges = st.lists(st.integers(0, 160).map(lambda n: n / 8), min_size=2, max_size=6, unique=True).map(sorted)
weights = st.lists(st.sampled_from([0.25, 0.5, 1.0, 1.5]), min_size=12, max_size=12)

DAYS = 20


def columns(pairs: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    starts, ends = zip(*pairs, strict=True) if pairs else ((), ())
    return np.array(starts, dtype=float), np.array(ends, dtype=float)


@many
@given(spans, edges, weights)
def test_time_between_edges(pairs: list[Any], cut: list[float], weight: list[float]) -> None:
    expected = [
        sum(w * max(0.0, min(end, b) - max(start, a)) for (start, end), w in zip(pairs, weight, strict=False))
        for a, b in zip(cut, cut[1:], strict=False)
    ]
    starts, ends = columns(pairs)
    assert time_between(starts, ends, np.array(cut), np.array(weight[: len(pairs)])).tolist() == expected


@many
@given(spans, edges)
def test_time_without_weights_counts_each_once(pairs: list[Any], cut: list[float]) -> None:
    starts, ends = columns(pairs)
    once = time_between(starts, ends, np.array(cut), np.ones(len(pairs)))
    assert time_between(starts, ends, np.array(cut)).tolist() == once.tolist()


def test_an_interval_that_ends_before_it_starts_is_none() -> None:
    assert time_between(np.array([5.0]), np.array([3.0]), np.array([0.0, 10.0])).tolist() == [0.0]


@many
@given(spans)
def test_occupied_days_are_from_the_day_of_arrival_to_the_day_before_leaving(pairs: list[Any]) -> None:
    expected = [sum(np.floor(start) <= day < np.floor(end) for start, end in pairs) for day in range(DAYS)]
    starts, ends = columns(pairs)
    assert per_day(starts, ends, DAYS).tolist() == expected


limits = st.lists(st.tuples(st.integers(0, 160).map(lambda n: n / 8), st.integers(0, 4)), min_size=1, max_size=4)


@many
@given(spans, edges, weights, limits)
def test_time_above_a_limit(pairs: list[Any], cut: list[float], weight: list[float], steps: list[Any]) -> None:
    path = dict(sorted(steps))
    moments = np.array([*path]), np.array([*path.values()], dtype=float)
    expected = []
    for a, b in zip(cut, cut[1:], strict=False):
        eighths = np.arange(a, b, 1 / 8) + 1 / 16
        total = 0.0
        for moment in eighths:
            level = sum(w for (s, e), w in zip(pairs, weight, strict=False) if s <= moment < e)
            past = [value for time, value in path.items() if time <= moment]
            total += max(0.0, level - (past[-1] if past else next(iter(path.values())))) / 8
        expected.append(total)
    starts, ends = columns(pairs)
    found = excess_time(starts, ends, np.array(weight[: len(pairs)]), moments, np.array(cut))
    assert found == pytest.approx(expected, abs=1e-9)
