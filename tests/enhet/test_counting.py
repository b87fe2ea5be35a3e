"""Compiled counting and quantiles against plain NumPy, on numbers drawn to fall on the edges too."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.intervals import (
    count_between,
    distinct_between,
    numbers_of,
    quantiles_between,
    ranked_within,
    sorted_into,
)
from sim.statistics import quantiles_over

EDGES = np.array([0.0, 31.0, 59.0, 90.0, 120.0])
MOMENTS = st.one_of(st.sampled_from([-3.0, 0.0, 31.0, 58.5, 59.0, 120.0, 130.0]), st.floats(-50, 170))
quick = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@quick
@given(st.lists(MOMENTS | st.just(float("nan"))))
def test_times_fall_where_numpy_says(times: list[float]) -> None:
    moments = np.array(times, dtype=float)
    known = moments[~np.isnan(moments)]
    assert numbers_of(EDGES, known).tolist() == (np.searchsorted(EDGES, known, side="right") - 1).tolist()
    assert count_between(moments, EDGES).tolist() == [
        int(((known >= low) & (known < high)).sum()) for low, high in zip(EDGES, EDGES[1:], strict=False)
    ]


@quick
@given(st.lists(st.tuples(MOMENTS, st.floats(0, 100))))
def test_quantiles_are_numpys(rows: list[tuple[float, float]]) -> None:
    table = np.array(sorted(rows, key=lambda row: row[1]), dtype=float).reshape(-1, 2)
    times, values = table[:, 0].copy(), table[:, 1].copy()
    found = quantiles_between(EDGES, times, values, np.array([0.5, 0.9]))
    for number, (low, high) in enumerate(zip(EDGES, EDGES[1:], strict=False)):
        here = values[(times >= low) & (times < high)]
        wanted = np.quantile(here, [0.5, 0.9]) if len(here) else [np.nan, np.nan]
        np.testing.assert_allclose(found[:, number], wanted)


@quick
@given(st.lists(st.lists(st.floats(0, 10) | st.just(float("nan")), min_size=3, max_size=3), min_size=1, max_size=9))
def test_quantiles_over_replications_are_numpys(rows: list[list[float]]) -> None:
    values = np.array(rows)
    for column in range(3):
        known = values[:, column][~np.isnan(values[:, column])]
        wanted = np.quantile(known, [0.1, 0.5, 0.9]) if len(known) else [np.nan] * 3
        found = [each[column] for each in quantiles_over(values, (0.1, 0.5, 0.9))]
        np.testing.assert_allclose(found, wanted)


@quick
@given(st.lists(st.integers(-1, 4)))
def test_sorted_into_keeps_the_order_within_a_place(places: list[int]) -> None:
    order, offset, number = sorted_into(np.array(places, dtype=np.int64), 4)
    found = [order[first : first + count].tolist() for first, count in zip(offset, number, strict=True)]
    assert found == [[i for i, place in enumerate(places) if place == wanted] for wanted in range(4)]


@quick
@given(st.lists(st.tuples(st.integers(0, 3), MOMENTS | st.just(float("nan")))))
def test_ranks_within_groups_are_lexsorts(rows: list[tuple[int, float]]) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    group = np.array([row[0] for row in rows], dtype=np.uint64)
    times = np.array([row[1] for row in rows], dtype=float)
    order = np.argsort(ranked_within(group, times))
    np.testing.assert_array_equal(order, np.lexsort((times, group)))


@quick
@given(st.lists(st.tuples(st.integers(0, 3), MOMENTS, st.floats(0, 60)), max_size=10))
def test_distinct_counts_each_case_once(rows: list[tuple[int, float, float]]) -> None:
    """Stays of a case follow one another: each begins where the one before has ended, or later."""
    case, starts, ends, until = [], [], [], dict.fromkeys(range(4), -np.inf)
    for name, start, length in sorted(rows):
        case.append(name)
        starts.append(max(start, until[name]))
        ends.append(starts[-1] + length)
        until[name] = ends[-1]
    first, last = np.floor(np.array(starts, dtype=float)), np.floor(np.array(ends, dtype=float))
    group = np.array(case, dtype=np.int64) % 2
    found = distinct_between(
        EDGES, np.array(case, dtype=np.uint64), np.array(starts, dtype=float), np.array(ends, dtype=float), group, 2
    )
    for number, (low, high) in enumerate(zip(EDGES, EDGES[1:], strict=False)):
        there = np.minimum(last, high) > np.maximum(first, low)
        wanted = [len({c for c, t in zip(case, there, strict=True) if t and c % 2 == g}) for g in range(2)]
        assert found[:, number].tolist() == wanted
