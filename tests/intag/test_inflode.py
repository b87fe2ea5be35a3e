"""Months fitted: against SciPy's own likelihood, against counts drawn from a known truth, and at the edges."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from sim.intake.inflow import fitted_inflow
from sim.intake.months import months_of
from sim.intake.records import Window
from sim.intake.regression import Counts, regression

WINDOW = Window(date(2017, 1, 1), date(2024, 12, 31))
SERIES = pd.Series(
    0.07 * np.exp(0.25 * np.sin(np.arange(120) / 9)), index=pd.date_range("2015-01-01", periods=120, freq="MS")
)
SEASON = np.array([1.03, 1.02, 1.08, 1.02, 1.12, 1.02, 0.66, 0.85, 1.04, 1.08, 1.09, 0.99])


def drawn(per_year: float, seed: int, elasticity: float = 0.0, lag: int = 0, trend: float = 0.0) -> np.ndarray:
    """Days of arrival: Poisson; the level is that of the middle of 2024, unemployment that of so many months ago."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(96):
        first = date(2017 + number // 12, number % 12 + 1, 1)
        days = pd.Timestamp(first).days_in_month
        level = per_year * days / 365.25 * SEASON[number % 12] * (1 + trend) ** ((number - 89.5) / 12)
        moved = (SERIES.iloc[24 + number - lag] / SERIES["2024"].mean()) ** elasticity
        found.append(np.datetime64(first) + rng.integers(0, days, rng.poisson(level * moved)))
    return np.concatenate(found).astype("datetime64[D]")


def test_months_are_counted_whole() -> None:
    days = np.array(["2017-01-31", "2017-02-01", "2017-02-28", "2017-03-01", "2017-04-02"], dtype="datetime64[D]")
    found = months_of(days, Window(date(2017, 1, 15), date(2017, 4, 29)))
    assert found.first == (date(2017, 2, 1), date(2017, 3, 1))
    assert found.counts.tolist() == [2, 1] and found.days.tolist() == [28, 31]


def test_without_year_effects_it_is_a_poisson_regression() -> None:
    """The choice with no year effect, against the likelihood maximised by SciPy."""
    months = months_of(drawn(900, 1, trend=0.03), WINDOW)
    month = np.array([day.month - 1 for day in months.first])
    offset = np.log(months.days / 365.25)
    counts = Counts(months.counts, month, np.array([day.year for day in months.first]), offset, months.years)
    told = regression(counts, None)
    design = np.column_stack([np.eye(12)[month], months.years])

    def loss(at: np.ndarray) -> float:
        eta = design @ at + offset
        level = at[:12].mean()
        return float(np.exp(eta).sum() - months.counts @ eta + 0.5 * np.sum((at[:12] - level) ** 2) / 0.25)

    theirs = optimize.minimize(loss, np.r_[np.full(12, 6.8), 0.0], method="BFGS").x
    assert told.cv[0] == 0.0 and told.overdispersion.varde < 1.3
    if told.overdispersion.varde == 1.0:
        assert told.at[0] == pytest.approx(theirs, abs=1e-4)
    assert told.at[0] == pytest.approx(theirs, abs=0.02)


def test_season_trend_and_level_are_found_again() -> None:
    arrived = drawn(600, 3, trend=0.04)
    found, _ = fitted_inflow(arrived, WINDOW)
    assert found.per_ar.lag <= 600 * SEASON.mean() <= found.per_ar.hog
    assert found.trend_per_ar.lag <= 0.04 <= found.trend_per_ar.hog
    outside = sum(not e.lag <= true <= e.hog for e, true in zip(found.sasong, SEASON / SEASON.mean(), strict=True))
    assert outside <= 2 and found.sasong[6].hog < 0.9
    assert np.mean([each.varde for each in found.sasong]) == pytest.approx(1)
    assert sum(n for _, n, _ in found.manader) == len(arrived)
    assert sum(mean for _, _, mean in found.manader) == pytest.approx(len(arrived), rel=0.02)
    assert sum(found.veckodag) == pytest.approx(1)
    assert found.veckodag[0] == np.mean([day.astype(object).weekday() == 0 for day in arrived])


def test_elasticity_is_found_where_unemployment_has_moved_and_told_unsure_where_few_come() -> None:
    found, effect = fitted_inflow(drawn(5000, 5, elasticity=0.8, lag=6), WINDOW, SERIES)
    assert effect is not None and effect.avgors
    assert effect.inflode.lag <= 0.8 <= effect.inflode.hog
    assert abs(effect.lag_dagar - 180) <= 60
    assert effect.bas == pytest.approx(SERIES["2024"].mean())
    assert found.per_ar.lag <= 5000 * SEASON.mean() <= found.per_ar.hog
    _, unsure = fitted_inflow(drawn(40, 5), WINDOW, SERIES)
    assert unsure is not None and not unsure.avgors and "kan inte" in unsure.anmarkning


def test_series_that_miss_the_last_year_say_nothing() -> None:
    assert fitted_inflow(drawn(200, 1), WINDOW, SERIES[:100])[1] is None


def test_uneven_months_and_years_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    month, year = np.arange(240) % 12, 2000 + np.arange(240) // 12
    offset = np.full(240, math.log(1 / 12))
    time = (np.arange(240) - 120) / 12
    level = 1200 / 12
    even = rng.poisson(level, 240)
    uneven = rng.poisson(rng.gamma(level / 2.0, 2.0, 240))
    years = rng.poisson(level * np.exp(0.15 * rng.standard_normal(20))[year - 2000])
    told = {name: regression(Counts(count.astype(float), month, year, offset, time), None)
            for name, count in (("even", even), ("uneven", uneven), ("years", years))}  # fmt: skip
    spread = {name: each.overdispersion for name, each in told.items()}
    cv = {name: each.year_cv(20) for name, each in told.items()}
    assert spread["even"].lag == 1.0 and spread["uneven"].lag <= 3.0 <= spread["uneven"].hog
    assert spread["years"].hog < 1.5 < spread["uneven"].lag
    assert cv["even"].varde < 0.04 and cv["years"].lag <= 0.15 <= cv["years"].hog and cv["years"].lag > 0.05


def test_few_months_have_no_trend() -> None:
    days = drawn(300, 2)
    short = Window(date(2023, 7, 1), date(2024, 12, 31))
    found, _ = fitted_inflow(days, short)
    assert found.trend_per_ar.varde == 0 and found.arseffekt_cv is None and "tre hela år" in found.anmarkning
    few, _ = fitted_inflow(days[:5], WINDOW)
    assert "går inte att se" in few.anmarkning


@pytest.mark.slow
def test_the_intervals_hold_what_they_say() -> None:
    held = [
        e.lag <= 150 * SEASON.mean() <= e.hog
        for seed in range(60)
        for e in [fitted_inflow(drawn(150, seed), WINDOW)[0].per_ar]
    ]
    assert stats.binomtest(sum(held), len(held), 0.95, alternative="less").pvalue > 0.01
