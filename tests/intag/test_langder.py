"""Lengths from spells that are partly unseen: against SciPy, against a likelihood written out here, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from sim.intake.laws import LOGNORMAL, MIXTURES, SIMPLE, Family
from sim.intake.lengths import fitted_length, tried
from sim.intake.survival import MONTH_DAYS, Spells, kaplan_meier, spells

FIRST = 20_000
"""Number of the day when the lists of these tests begin."""


def drawn(law: stats.rv_frozen, per_year: float, days: int, seed: int, before: int = 9000) -> Spells:
    """Stays of a law, begun as a Poisson process from long before the window, as a list of `days` days shows them."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(-before, days, rng.poisson(per_year * (days + before) / 365.25))
    end = start + law.rvs(len(start), random_state=rng)
    return spells(*(np.floor(at).astype(np.int64) + FIRST for at in (start, end)), FIRST, FIRST + days)


SCIPY = {
    "lognormal": (stats.lognorm, lambda shape, loc, scale: stats.lognorm(shape, loc, scale)),
    "weibull": (stats.weibull_min, lambda shape, loc, scale: stats.weibull_min(shape, loc, scale)),
    "gamma": (stats.gamma, lambda shape, loc, scale: stats.gamma(shape, loc, scale)),
    "exponential": (stats.expon, lambda loc, scale: stats.expon(loc, scale)),
}


@pytest.mark.parametrize("family", SIMPLE, ids=lambda family: family.name)
def test_right_censored_as_scipy_fits(family: Family) -> None:
    law, frozen = SCIPY[family.name]
    observed = drawn(stats.gamma(1.6, scale=250), 60, 1500, seed=3)
    observed = observed.where(observed.entry == 0)
    length = observed.length + 0.5 * (observed.length == 0)
    censored = stats.CensoredData(uncensored=length[observed.ended], right=length[~observed.ended])
    theirs = frozen(*law.fit(censored, floc=0))
    ours = next(fit for fit in tried(observed, mixtures=False) if fit.family is family)
    assert family.mean(ours.at) == pytest.approx(theirs.mean(), rel=0.01)
    assert family.median(ours.at) == pytest.approx(theirs.median(), rel=0.01)


def test_late_entry_as_its_likelihood_written_out() -> None:
    observed = drawn(stats.lognorm(0.9, scale=400), 80, 1200, seed=5)
    assert (observed.entry > 0).sum() > 50

    def loss(at: np.ndarray) -> float:
        law = stats.norm(at[0], abs(at[1]))
        ended = np.log(np.maximum(observed.length[observed.ended], 0.5))
        going = np.log(np.maximum(observed.length[~observed.ended], 0.5))
        entered = np.log(observed.entry[observed.entry > 0])
        return float(law.logsf(entered).sum() - law.logsf(going).sum() - (law.logpdf(ended) - ended).sum())

    theirs = optimize.minimize(loss, [5.0, 1.0], method="Nelder-Mead").x
    ours = next(fit for fit in tried(observed, mixtures=False) if fit.family.parts == (LOGNORMAL,))
    assert ours.at[0] == pytest.approx(theirs[0], abs=0.01)
    assert math.exp(ours.at[1]) == pytest.approx(abs(theirs[1]), rel=0.01)


def test_kaplan_meier_by_hand() -> None:
    """Four from their beginning (10, 20 ended; 20, 30 go on), one first seen at 15 that ended at 25.

    At risk: at 10 four; at 20 four (three, and the late one); at 25 two. 3/4, 3/4 × 3/4, 9/16 × 1/2.
    """
    observed = Spells(
        length=np.array([10, 20, 20, 30, 25]),
        ended=np.array([True, True, False, False, True]),
        entry=np.array([0, 0, 0, 0, 15]),
    )
    days, left, low, high = kaplan_meier(observed)
    assert days.tolist() == [0, 10, 20, 25]
    assert left == pytest.approx([1, 3 / 4, 9 / 16, 9 / 32])
    assert np.all((low <= left) & (left <= high))


def test_kaplan_meier_as_scipy_where_nothing_is_truncated() -> None:
    observed = drawn(stats.expon(scale=200), 50, 900, seed=2)
    observed = observed.where(observed.entry == 0)
    theirs = stats.ecdf(
        stats.CensoredData(uncensored=observed.length[observed.ended], right=observed.length[~observed.ended])
    ).sf
    days, left, low, high = kaplan_meier(observed)
    with pytest.warns(RuntimeWarning, match="undefined"):
        interval = theirs.confidence_interval(method="log-log")
    assert left[1:] == pytest.approx(theirs.evaluate(days[1:]))
    inside = (left > 0) & (left < 1)
    assert low[inside] == pytest.approx(interval.low.evaluate(days[inside]))
    assert high[inside] == pytest.approx(interval.high.evaluate(days[inside]))


def test_months_touched_are_not_months_long() -> None:
    """Exponential spells of 90 days touch four months on average; what is found is 90 days."""
    rng = np.random.default_rng(4)
    start = rng.uniform(0, 60 * MONTH_DAYS, 4000)
    end = start + rng.exponential(90, len(start))
    touched = (end // MONTH_DAYS - start // MONTH_DAYS).astype(np.int64)
    observed = Spells(touched, np.ones(4000, dtype=bool), np.zeros(4000, dtype=np.int64), MONTH_DAYS)
    found = fitted_length(observed)
    assert found.fordelning["fordelning"] == "exponential" or found.tal["cv"].lag <= 1 <= found.tal["cv"].hog
    assert found.medel.lag <= 90 <= found.medel.hog
    assert found.medel.hog / found.medel.lag < 1.1


def test_a_mixture_is_seen_as_one() -> None:
    rng = np.random.default_rng(8)
    start = rng.uniform(0, 2900, 3000)
    short = rng.random(3000) < 0.4
    end = start + np.where(short, rng.lognormal(math.log(60), 0.5, 3000), rng.lognormal(math.log(700), 0.6, 3000))
    observed = spells(*(np.floor(at).astype(np.int64) + FIRST for at in (start, end)), FIRST, FIRST + 2900)
    found = fitted_length(observed)
    assert found.fordelning["fordelning"] == "blandning"
    assert found.tal["delar.kort.andel"].lag <= 0.4 <= found.tal["delar.kort.andel"].hog
    assert found.tal["delar.lang.medel"].lag <= 700 * math.exp(0.18) <= found.tal["delar.lang.medel"].hog


@pytest.mark.parametrize("family", [*SIMPLE, *MIXTURES], ids=lambda family: f"{family.name} {family.parts[0].name}")
def test_mean_and_median_are_those_of_the_survival(family: Family) -> None:
    start = [0.4] if len(family.parts) == 2 else []
    at = np.concatenate([start, *(part.start(mean, 0.8) for part, mean in zip(family.parts, (120, 900), strict=False))])
    days = np.linspace(0, 120_000, 2_000_001)
    assert family.mean(at) == pytest.approx(np.trapezoid(family.survival(at, days), days), rel=2e-3)
    assert family.survival(at, np.array(family.median(at))) == pytest.approx(0.5, abs=1e-6)


def test_few_are_told_as_few() -> None:
    observed = Spells(np.array([30, 60, 400]), np.array([True, False, False]), np.zeros(3, dtype=np.int64))
    found = fitted_length(observed)
    assert found.fordelning["fordelning"] == "exponential"
    assert "för få" in found.anmarkning
    assert found.medel.hog > 3 * found.medel.varde


def test_open_ones_count() -> None:
    """Of those that ended only the short are there: the mean of those is far too low."""
    observed = drawn(stats.lognorm(0.8, scale=600), 60, 1096, seed=1)
    found = fitted_length(observed)
    true = 600 * math.exp(0.32)
    assert found.medel.lag <= true <= found.medel.hog
    naive = observed.where((observed.entry == 0) & observed.ended).length.mean()
    assert naive < 0.75 * true
