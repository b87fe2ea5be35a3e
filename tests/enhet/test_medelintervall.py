"""The 95 % interval of a mean: Student's, and out to Hall's limit on the side of a long tail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medel import by_hand, hall, student
from sim.periods import Floats
from sim.statistics import mean_interval

many = settings(max_examples=100, deadline=None, derandomize=True, database=None)
samples = st.lists(st.integers(-50, 50), min_size=2, max_size=30).map(lambda found: np.array(found, dtype=float))


@many
@given(samples)
def test_it_reaches_as_far_as_the_farther_of_the_two(values: Floats) -> None:
    mean, low, high = mean_interval(values)
    if np.ptp(values) == 0:
        assert (mean, low, high) == (values[0], values[0], values[0])
        return
    assert (mean, low, high) == pytest.approx((values.mean(), *by_hand(values)), rel=1e-6, abs=1e-6)


def test_a_symmetric_sample_has_the_t_interval_and_a_skewed_one_leans_the_way_of_its_tail() -> None:
    even = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    assert mean_interval(even)[1:] == pytest.approx(student(even))
    skewed = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 3.0])
    low, high = mean_interval(skewed)[1:]
    assert low == pytest.approx(student(skewed)[0]) and high > student(skewed)[1]
    assert mean_interval(-skewed)[1:] == pytest.approx((-high, -low))


def test_what_is_missing_counts_for_nothing_and_one_value_has_no_interval() -> None:
    values = np.array([[1.0, np.nan, 4.0], [2.0, np.nan, np.nan], [np.nan, 3.0, np.nan], [9.0, np.nan, np.nan]])
    mean, low, high = mean_interval(values)
    assert mean.tolist() == [4.0, 3.0, 4.0]
    assert (low[0], high[0]) == pytest.approx(tuple(mean_interval(np.array([1.0, 2.0, 9.0]))[1:]))
    assert np.isnan([low[1:], high[1:]]).all()


@many
@given(samples, st.sampled_from([0.001, 7.0, 1e6]), st.sampled_from([0.0, -3.0, 1e4]))
def test_units_do_not_matter(values: Floats, factor: float, shift: float) -> None:
    found = np.array(mean_interval(values * factor + shift))
    assert found == pytest.approx(np.array(mean_interval(values)) * factor + shift, rel=1e-6, abs=1e-6 * factor)


@pytest.mark.parametrize("count", [20, 40, 100])
def test_what_differs_both_ways_in_a_few_futures_is_covered_too(count: int) -> None:
    """Four of five futures are the same. Hall's limits alone miss the truth much too often there."""
    rng = np.random.default_rng(3)
    values = (rng.random((count, 2000)) < 0.2) * rng.normal(0.0, 1.0, (count, 2000))
    _, low, high = mean_interval(values)
    assert np.mean((low <= 0) & (high >= 0)) >= 0.935
    alone = [hall(each) for each in values.T[:150] if each.any()]
    assert np.mean([low <= 0 <= high for low, high in alone]) < 0.935
