"""Order and quantiles against plain NumPy, on numbers drawn to fall on the edges too."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.intervals import ordered_within
from sim.statistics import quantiles_over

MOMENTS = st.one_of(st.sampled_from([-3.0, 0.0, 31.0, 58.5, 59.0, 120.0, 130.0]), st.floats(-50, 170))
quick = settings(max_examples=150, deadline=None, derandomize=True, database=None)


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
@given(st.lists(st.tuples(st.integers(0, 3), MOMENTS | st.just(float("nan")))))
def test_order_within_groups_is_lexsorts(rows: list[tuple[int, float]]) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    group = np.array([row[0] for row in rows], dtype=np.uint64)
    times = np.array([row[1] for row in rows], dtype=float)
    np.testing.assert_array_equal(ordered_within(group, times), np.lexsort((times, group)))
