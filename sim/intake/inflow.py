"""How many come each month: season, trend, good and bad months and years, and what follows unemployment."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.config_resurser import DAYS_PER_YEAR
from sim.intake.drivers import LAGS, Drivers, drivers_of
from sim.intake.estimates import normalised
from sim.intake.fitted import Elasticity, Estimate, Inflow
from sim.intake.laws import Floats
from sim.intake.months import Months, months_of
from sim.intake.records import Window
from sim.intake.regression import SEASON, Counts, Regression, regression

FEWEST_YEARS = 3
"""Whole years below which no trend and no year effect is told from chance."""
YEARS_FOR_EFFECT = 4
FEWEST = 12
"""Arrivals below which only the level is fitted."""
NO_TREND = (-0.1, 0.1)
"""An assumption where the months are too few."""


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
    counts = _counts(months)
    chosen, elasticity = regression(counts, None), None
    drivers = drivers_of(unemployment, months.first, months.last_whole_year)
    if drivers is not None:
        told = regression(counts, drivers.columns)
        elasticity = _elasticity(told, months, drivers)
        if elasticity.avgors:
            return _inflow(told, months, arrived if dated else None, groups or {}, drivers), elasticity
    return _inflow(chosen, months, arrived if dated else None, groups or {}, None), elasticity


def _counts(months: Months) -> Counts:
    enough = len(months.counts) >= 12 * FEWEST_YEARS and months.counts.sum() >= FEWEST
    return Counts(
        count=months.counts,
        month=np.array([day.month - 1 for day in months.first]),
        year=np.array([day.year for day in months.first]),
        offset=np.log(months.days / DAYS_PER_YEAR * months.factor),
        time=months.years if enough else None,
    )


def _elasticity(told: Regression, months: Months, drivers: Drivers) -> Elasticity:
    found = told.column(told.at.shape[1] - 1, int(months.counts.sum()))
    by_lag = [float(told.weights[told.driver == number].sum()) for number in range(len(LAGS))]
    sure = found.lag > 0 or found.hog < 0
    unsure = "Uppgifterna kan inte skilja arbetslöshetens verkan från ingen alls; intervallet är vad de inte utesluter."
    return Elasticity(found, None, LAGS[int(np.argmax(by_lag))], sure, drivers.bas, "" if sure else unsure)


def _inflow(
    told: Regression,
    months: Months,
    arrived: NDArray[np.datetime64] | None,
    groups: Mapping[str, Estimate],
    drivers: Drivers | None,
) -> Inflow:
    n = int(months.counts.sum())
    trend = _through(math.expm1, told.column(SEASON, n)) if told.trend else Estimate(0.0, *NO_TREND, n)
    season = [_through(math.exp, told.log_factor(month, n)) for month in range(SEASON)]
    whole = len(months.counts) // SEASON
    return Inflow(
        per_ar=_through(math.exp, told.log_level(n)),
        sasong=normalised(season),
        trend_per_ar=trend,
        overspridning=told.overdispersion,
        arseffekt_cv=told.year_cv(whole) if told.trend and whole >= YEARS_FOR_EFFECT else None,
        veckodag=_weekdays(arrived),
        manader=tuple(
            (day, int(count), float(mean))
            for day, count, mean in zip(months.first, months.counts, _expected(told, months, drivers), strict=True)
        ),
        malgrupper=groups,
        anmarkning=_remark(told, months),
    )


def _through(function: Callable[[float], float], estimate: Estimate) -> Estimate:
    """Of an increasing function."""
    return replace(estimate, varde=function(estimate.varde), lag=function(estimate.lag), hog=function(estimate.hog))


def _weekdays(arrived: NDArray[np.datetime64] | None) -> tuple[float, ...]:
    """Shares from Monday (day 0 of 1970 was a Thursday); none where only months are known."""
    if arrived is None or not len(arrived):
        return ()
    days = arrived.astype("datetime64[D]").astype(np.int64)
    return tuple(float(share) for share in np.bincount((days + 3) % 7, minlength=7) / len(days))


def _expected(told: Regression, months: Months, drivers: Drivers | None) -> Floats:
    counts = _counts(months)
    logs = told.at[:, counts.month] + counts.offset
    if told.trend:
        logs = logs + told.at[:, SEASON, None] * months.years
    if drivers is not None:
        logs = logs + told.at[:, -1, None] * drivers.columns.T[told.driver]
    found: Floats = told.weights @ np.exp(logs)
    return found


def _remark(told: Regression, months: Months) -> str:
    if months.counts.sum() < FEWEST:
        return f"Bara {int(months.counts.sum())} under hela tiden: säsong och trend går inte att se."
    return "" if told.trend else "Mindre än tre hela år: ingen trend räknas ut (antagen noll, spann ± 10 % om året)."
