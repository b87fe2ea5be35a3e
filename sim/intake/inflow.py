"""How many come each month: season, trend, good and bad months and years, and what follows unemployment.

Log-linear with variance `overspridning` × mean within a year, and years that differ by a random factor of mean 1. How
much years differ, how they hang together, and with which lag unemployment acts, is not chosen but averaged over, by how
well each accounts for the months: the intervals hold that uncertainty too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtri, ndtr

from sim.config_resurser import DAYS_PER_YEAR
from sim.intake.fitted import Elasticity, Estimate, Inflow
from sim.intake.laws import Floats
from sim.intake.months import Months, months_of
from sim.intake.records import Window

YEAR_CV = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.32, 0.4)
YEAR_CV_PRIOR = 0.12
"""Half-normal: an assumption, that years seldom differ more than the documents show (10-20 %)."""
YEAR_RHO = (0.0, 0.5, 0.8)
SEASON_PRIOR = 0.5
"""Standard deviation of a month's log factor before anything is known: holds months without arrivals in place."""
LAGS = tuple(30.0 * step for step in range(13))
"""Days."""
FEWEST_YEARS = 3
"""Whole years below which no trend and no year effect is told from chance."""
FEWEST = 12
"""Arrivals below which only the level is fitted."""


@dataclass(frozen=True)
class _Posterior:
    """A normal approximation under one choice of year effects and lag."""

    at: Floats
    covariance: Floats
    evidence: float
    cv: float
    rho: float
    lag: float


@dataclass(frozen=True)
class Regression:
    """All choices, with their weights, which sum to 1. Columns: 12 months, then trend, then elasticity."""

    choices: Sequence[_Posterior]
    weights: Floats
    overdispersion: Estimate
    trend: bool
    elastic: bool


def fitted_inflow(
    arrived: NDArray[np.datetime64],
    window: Window,
    unemployment: pd.Series | None = None,
    groups: Mapping[str, Estimate] | None = None,
    factor: Floats | None = None,
    dated: bool = True,
) -> tuple[Inflow, Elasticity | None]:
    """`factor`: see `Months`. `dated`: the days are known, not only the months.

    The elasticity is in the inflow's other numbers only where the data can tell it.
    """
    months = months_of(arrived, window, factor)
    elasticity = None
    plain = _regression(months, None)
    chosen, drivers = plain, None
    if unemployment is not None:
        drivers = _drivers(unemployment, months)
    if drivers is not None:
        told = _regression(months, drivers)
        elasticity = _elasticity(told, months, drivers)
        if elasticity.avgors:
            chosen = told
    return _inflow(chosen, months, arrived if dated else None, groups or {}, drivers), elasticity


def _regression(months: Months, drivers: _Drivers | None) -> Regression:
    y = months.counts
    trend = len(y) >= 12 * FEWEST_YEARS and y.sum() >= FEWEST
    columns = [np.eye(12)[[day.month - 1 for day in months.first]]]
    if trend:
        columns.append(months.years[:, None])
    design = np.hstack(columns)
    offset = np.log(months.days / DAYS_PER_YEAR * months.factor)
    years = np.array([day.year for day in months.first])
    dispersion = _overdispersion(y, design, offset, years)
    effects = [(cv, rho) for cv in YEAR_CV for rho in YEAR_RHO if cv or not rho] if trend else [(0.0, 0.0)]
    found = []
    for lag, column in [(0.0, None)] if drivers is None else zip(LAGS, drivers.columns.T, strict=True):
        full = design if column is None else np.column_stack([design, column])
        start = _start(y, full, offset)
        for cv, rho in effects:
            found.append(_posterior(y, full, offset, years, dispersion.varde, cv, rho, lag, start))
            start = found[-1].at
    prior = np.array([-0.5 * (each.cv / YEAR_CV_PRIOR) ** 2 - math.log(3 if each.cv else 1) for each in found])
    logs = np.array([each.evidence for each in found]) + prior
    weights = np.exp(logs - logs.max())
    return Regression(found, weights / weights.sum(), dispersion, trend, drivers is not None)


def _start(y: Floats, design: Floats, offset: Floats) -> Floats:
    level = math.log(max(float(y.sum()), 0.5) / float(np.exp(offset).sum()))
    return np.concatenate([np.full(12, level), np.zeros(design.shape[1] - 12)])


def _season_prior(size: int) -> Floats:
    """Precision: the months' deviations from their own mean, not the mean itself."""
    found = np.zeros((size, size))
    found[:12, :12] = (np.eye(12) - 1 / 12) / SEASON_PRIOR**2
    return found


def _posterior(
    y: Floats,
    design: Floats,
    offset: Floats,
    years: NDArray[np.int64],
    dispersion: float,
    cv: float,
    rho: float,
    lag: float,
    at: Floats,
) -> _Posterior:
    prior = _season_prior(design.shape[1])
    apart = np.abs(years[:, None] - years[None, :])
    together = cv**2 * np.where(apart == 0, 1.0, rho**apart)
    for _ in range(30):
        mean = np.exp(np.clip(design @ at + offset, -20, 20))
        # in units of the mean: (y − μ)/μ has the variance φ/μ within a year, and what its year adds
        inverse = np.linalg.inv(np.diag(dispersion / mean) + together)
        information = design.T @ inverse @ design + prior
        step = np.linalg.solve(information, design.T @ inverse @ (y / mean - 1.0) - prior @ at)
        at = at + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-6:
            break
    mean = np.exp(np.clip(design @ at + offset, -20, 20))
    spread = np.diag(dispersion / mean) + together
    rest = y / mean - 1.0
    _, log_spread = np.linalg.slogdet(spread)
    _, log_information = np.linalg.slogdet(information)
    evidence = -0.5 * (
        rest @ np.linalg.solve(spread, rest) + log_spread + 2 * np.log(mean).sum() + log_information + at @ prior @ at
    )
    covariance = np.linalg.inv(information).astype(np.float64)
    return _Posterior(at, covariance, float(evidence), cv, rho, lag)


def _overdispersion(y: Floats, design: Floats, offset: Floats, years: NDArray[np.int64]) -> Estimate:
    """Pearson's, about season and a level for each year, so that good and bad years are no part of it."""
    if y.sum() < FEWEST:
        return Estimate(1.0, 1.0, float("nan"), len(y))
    own = (years[:, None] == np.unique(years)[1:][None, :]).astype(np.float64)
    full = np.hstack([design[:, :12], own])
    at = _start(y, full, offset)
    prior = _season_prior(full.shape[1]) + np.diag(np.r_[np.zeros(12), np.full(own.shape[1], 1e-2)])
    for _ in range(30):
        mean = np.exp(np.clip(full @ at + offset, -20, 20))
        information = full.T @ (mean[:, None] * full) + prior
        step = np.linalg.solve(information, full.T @ (y - mean) - prior @ at)
        at = at + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-6:
            break
    mean = np.exp(np.clip(full @ at + offset, -20, 20))
    used = float(np.trace(np.linalg.solve(information, full.T @ (mean[:, None] * full))))
    free = len(y) - used
    if free < 3:
        return Estimate(1.0, 1.0, float("nan"), len(y))
    pearson = float(np.sum((y - mean) ** 2 / mean))
    found = pearson / free
    excess = max(found, 1.0) - 1.0
    kurtosis = float(np.mean((6 * excess + 1 / max(found, 1.0)) / np.maximum(mean, 0.2)))
    worth = free * 2 / (2 + kurtosis)
    low, high = (worth * found / float(chdtri(worth, tail)) for tail in (0.025, 0.975))
    return Estimate(max(found, 1.0), max(low, 1.0), max(high, 1.0), len(y))


@dataclass(frozen=True)
class _Drivers:
    columns: Floats
    """ln(unemployment a lag ago / bas), shape (months, lags)."""
    bas: float


def _drivers(unemployment: pd.Series, months: Months) -> _Drivers | None:
    """None where the series does not cover the months with their lags."""
    known = unemployment.dropna()
    if known.empty:
        return None
    given = {(day.year, day.month): float(value) for day, value in zip(known.index, known, strict=True)}
    year = months.last_whole_year
    of_year = [given[year, month] for month in range(1, 13) if (year, month) in given]
    if len(of_year) < 12:
        return None
    bas = float(np.mean(of_year))
    earliest, latest = min(given), max(given)
    columns = np.empty((len(months.first), len(LAGS)))
    for row, day in enumerate(months.first):
        for column, lag in enumerate(LAGS):
            columns[row, column] = math.log(_lagged(given, day, lag, earliest, latest) / bas)
    return _Drivers(columns, bas)


def _lagged(
    given: dict[tuple[int, int], float], day: date, lag: float, earliest: tuple[int, int], latest: tuple[int, int]
) -> float:
    """Mean over the month's days of the unemployment a lag before; beyond the series' ends as at them."""
    values = []
    for inside in (5, 15, 25):
        then = date.fromordinal(day.toordinal() + inside - 1 - round(lag))
        key = min(max((then.year, then.month), earliest), latest)
        values.append(given.get(key, given[earliest]))
    return float(np.mean(values))


def _elasticity(told: Regression, months: Months, drivers: _Drivers) -> Elasticity:
    found = _mixed(told, lambda each: (each.at[-1], each.covariance[-1, -1]), int(months.counts.sum()))
    by_lag = {
        lag: sum(w for each, w in zip(told.choices, told.weights, strict=True) if each.lag == lag) for lag in LAGS
    }
    lag = max(by_lag, key=lambda each: by_lag[each])
    sure = found.lag > 0 or found.hog < 0
    said = (
        ""
        if sure
        else ("Uppgifterna kan inte skilja arbetslöshetens verkan från ingen alls; intervallet är vad de utesluter.")
    )
    return Elasticity(found, None, lag, sure, drivers.bas, said)


def _mixed(told: Regression, number: Callable[[_Posterior], tuple[float, float]], n: int) -> Estimate:
    """Mean and 2.5-97.5 % of a mixture of normals."""
    pairs = [number(each) for each in told.choices]
    centres = np.array([pair[0] for pair in pairs])
    errors = np.sqrt(np.maximum([pair[1] for pair in pairs], 1e-12))
    low, high = (_mixture_quantile(centres, errors, told.weights, level) for level in (0.025, 0.975))
    return Estimate(float(told.weights @ centres), low, high, n)


def _mixture_quantile(centres: Floats, errors: Floats, weights: Floats, level: float) -> float:
    low, high = float((centres - 10 * errors).min()), float((centres + 10 * errors).max())
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if weights @ ndtr((middle - centres) / errors) < level else (low, middle)
    return (low + high) / 2


def _inflow(
    told: Regression,
    months: Months,
    arrived: NDArray[np.datetime64] | None,
    groups: Mapping[str, Estimate],
    drivers: _Drivers | None,
) -> Inflow:
    n = int(months.counts.sum())
    elastic = told.elastic
    size = 12 + told.trend + elastic
    trend_at = 12

    def log_level(each: _Posterior) -> tuple[float, float]:
        slope = np.zeros(size)
        season = np.exp(each.at[:12] - each.at[:12].max())
        slope[:12] = season / season.sum()
        value = float(np.log(np.mean(np.exp(each.at[:12]))))
        return value, float(slope @ each.covariance @ slope)

    level = _mixed(told, log_level, n)
    trend = (
        _mixed(told, lambda each: (each.at[trend_at], each.covariance[trend_at, trend_at]), n)
        if told.trend
        else Estimate(0.0, -0.1, 0.1, n)
    )
    expected = _expected(told, months, drivers)
    return Inflow(
        per_ar=_exp(level),
        sasong=_season(told, size, n),
        trend_per_ar=Estimate(math.expm1(trend.varde), math.expm1(trend.lag), math.expm1(trend.hog), n)
        if told.trend
        else trend,
        overspridning=told.overdispersion,
        arseffekt_cv=_year_cv(told, months) if told.trend and len(months.counts) >= 48 else None,
        veckodag=_weekdays(arrived),
        manader=tuple(
            (day, int(count), float(mean))
            for day, count, mean in zip(months.first, months.counts, expected, strict=True)
        ),
        malgrupper=groups,
        anmarkning=_remark(told, months),
    )


def _weekdays(arrived: NDArray[np.datetime64] | None) -> tuple[float, ...]:
    """Shares from Monday (day 0 of 1970 was a Thursday); none where only months are known."""
    if arrived is None or not len(arrived):
        return ()
    days = arrived.astype("datetime64[D]").astype(np.int64)
    return tuple(float(share) for share in np.bincount((days + 3) % 7, minlength=7) / len(days))


def _exp(estimate: Estimate) -> Estimate:
    return replace(estimate, varde=math.exp(estimate.varde), lag=math.exp(estimate.lag), hog=math.exp(estimate.hog))


def _season(told: Regression, size: int, n: int) -> tuple[Estimate, ...]:
    """Twelve factors of mean 1."""
    found = []
    for month in range(12):

        def log_factor(each: _Posterior, month: int = month) -> tuple[float, float]:
            season = np.exp(each.at[:12] - each.at[:12].max())
            slope = np.zeros(size)
            slope[:12] = -season / season.sum()
            slope[month] += 1.0
            return float(math.log(season[month] / season.mean())), float(slope @ each.covariance @ slope)

        found.append(_exp(_mixed(told, log_factor, n)))
    mean = float(np.mean([each.varde for each in found]))
    return tuple(Estimate(e.varde / mean, e.lag / mean, e.hog / mean, e.n) for e in found)


def _year_cv(told: Regression, months: Months) -> Estimate:
    """Mean over the choices; the interval is read off the steps that were tried, half a step out."""
    steps = np.array(YEAR_CV)
    mass = np.array([sum(w for c, w in zip(told.choices, told.weights, strict=True) if c.cv == cv) for cv in YEAR_CV])
    edges = np.concatenate([[0.0], (steps[1:] + steps[:-1]) / 2, [steps[-1] * 1.1]])
    cumulative = np.concatenate([[0.0], np.cumsum(mass)])
    low, high = (float(np.interp(level, cumulative, edges)) for level in (0.025, 0.975))
    return Estimate(float(mass @ steps), low, high, len(months.counts) // 12)


def _expected(told: Regression, months: Months, drivers: _Drivers | None) -> Floats:
    total = np.zeros(len(months.counts))
    season = np.array([day.month - 1 for day in months.first])
    for each, weight in zip(told.choices, told.weights, strict=True):
        log_mean = each.at[season] + np.log(months.days / DAYS_PER_YEAR * months.factor)
        if told.trend:
            log_mean = log_mean + each.at[12] * months.years
        if told.elastic and drivers is not None:
            log_mean = log_mean + each.at[-1] * drivers.columns[:, LAGS.index(each.lag)]
        total += weight * np.exp(log_mean)
    return total


def _remark(told: Regression, months: Months) -> str:
    said = []
    if months.counts.sum() < FEWEST:
        said.append(f"Bara {int(months.counts.sum())} under hela tiden: säsong och trend går inte att se.")
    elif not told.trend:
        said.append("Mindre än tre hela år: ingen trend räknas ut (antagen noll, spann ± 10 % om året).")
    return " ".join(said)
