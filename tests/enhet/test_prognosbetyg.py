"""Interval score, coverage and naive forecasts, against hand computation and SciPy."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.stats import binomtest, t

from sim.forecast_scores import (
    LEVELS,
    Interval,
    exact_interval,
    from_samples,
    interval_score,
    last_trend,
    last_value,
)


def test_the_interval_score_is_the_width_and_what_is_missed() -> None:
    """10 to 30 at 80 %: α is 0.2, so each unit outside costs 10."""
    interval = Interval(10.0, 30.0)
    assert interval_score(interval, 20.0, 0.8) == pytest.approx(20)
    assert interval_score(interval, 30.0, 0.8) == pytest.approx(20)
    assert interval_score(interval, 33.0, 0.8) == pytest.approx(20 + 10 * 3)
    assert interval_score(interval, 8.0, 0.95) == pytest.approx(20 + 40 * 2)


def test_the_interval_score_is_least_for_the_true_quantiles() -> None:
    """It is proper: no other interval scores better on average than the middle share itself."""
    outcomes = np.random.default_rng(1).lognormal(0.0, 0.5, 40_000)
    low, high = np.quantile(outcomes, (0.1, 0.9)).tolist()

    def mean_score(interval: Interval) -> float:
        return float(np.mean([interval_score(interval, outcome, 0.8) for outcome in outcomes.tolist()]))

    best = mean_score(Interval(low, high))
    others = [Interval(low * a, high * b) for a in (0.8, 1.0, 1.2) for b in (0.8, 1.0, 1.2) if (a, b) != (1.0, 1.0)]
    assert all(mean_score(other) > best for other in others)


@pytest.mark.parametrize(("hits", "tries"), [(0, 1), (1, 1), (0, 9), (4, 9), (9, 9), (17, 24), (90, 100)])
def test_the_exact_interval_is_clopper_and_pearsons(hits: int, tries: int) -> None:
    for level in LEVELS:
        wanted = binomtest(hits, tries).proportion_ci(confidence_level=level, method="exact")
        found = exact_interval(hits, tries, level)
        assert (found.lag, found.hog) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_next_year_as_this_one_by_hand() -> None:
    """Two other figures rose 10 % and fell to a half: the root mean square of ln is their spread, with 2 degrees."""
    changes = [log(1.1), log(0.5)]
    spread = sqrt((log(1.1) ** 2 + log(0.5) ** 2) / 2)
    found = last_value(200.0, changes)
    assert found is not None and found.punkt == 200
    for level in LEVELS:
        away = spread * t(2).ppf((1 + level) / 2)
        assert found.intervall[level].lag == pytest.approx(200 * exp(-away))
        assert found.intervall[level].hog == pytest.approx(200 * exp(away))


def test_next_years_change_as_the_last_one_by_hand() -> None:
    found = last_trend(150.0, 200.0, [0.1, -0.2, 0.3])
    assert found is not None and found.punkt == 250
    away = sqrt(2) * sqrt(0.14 / 3) * t(3).ppf(0.9)
    assert found.intervall[0.8].hog == pytest.approx(250 * exp(away))


def test_there_is_no_naive_forecast_without_a_spread_or_below_zero() -> None:
    assert last_value(200.0, []) is None
    assert last_trend(300.0, 150.0, [0.1]) is None


def test_a_sample_gives_its_median_and_middle_shares() -> None:
    found = from_samples(np.arange(101.0))
    assert found.punkt == 50
    assert (found.intervall[0.8].lag, found.intervall[0.8].hog) == pytest.approx((10, 90))
    assert (found.intervall[0.95].lag, found.intervall[0.95].hog) == pytest.approx((2.5, 97.5))
