"""Försörjningsstöd from payments: spells of months, who comes back, new households, and what they get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake.drivers import LAGS, drivers_of
from sim.intake.episodes import Runs, payment_runs
from sim.intake.estimates import mean_of
from sim.intake.fits import LEAST_WEIGHT, Fit, weights
from sim.intake.fitted import Benefit, Elasticity, Estimate, Length, Stock
from sim.intake.inflow import fitted_inflow
from sim.intake.laws import Floats
from sim.intake.lengths import length_of, slower, tried
from sim.intake.months import last_whole_year
from sim.intake.pace import length_elasticity
from sim.intake.records import Window
from sim.intake.returning import fitted_returns, late_returns, too_soon
from sim.intake.survival import MONTH_DAYS, Spells

SEEN_FROM = 2
"""A break shows where a whole month between two is empty."""
LEAVING = 1.0
"""The day of leaving is not a day with benefit, so a spell reaches a month only where it holds its first day."""
FEWEST_FOR_PACE = 200
"""Ended spells below which nothing is asked of how unemployment moves their length."""
LONG_WINDOW = 60
"""Months from which the first year, when nobody can be seen to return, is left out of the inflow."""


def fitted_benefit(
    utbetalningar: pd.DataFrame, window: Window, unemployment: pd.Series | None
) -> tuple[Benefit, Elasticity | None]:
    runs = payment_runs(utbetalningar, window)
    away = times_away(runs)
    returns, laws = fitted_returns(away)
    new = _new(runs)
    start = 12 if runs.months >= LONG_WINDOW else 1
    seen = Window(_month_day(window, start), window.till)
    factor = 1.0 / (1.0 - _unseen_returns(runs, laws)[start:])
    arrived = _dates(window, runs.first[new])
    inflow, elasticity = fitted_inflow(arrived, seen, unemployment, factor=factor, dated=False)
    length, elasticity = _length(runs, window, laws, unemployment, elasticity)
    return (
        Benefit(
            inflode=inflow,
            langd=length,
            aterkomst=returns,
            belopp_kr_per_manad=_amount(utbetalningar, window),
            bestand=_stock(runs),
            hushall_per_manad=_monthly(utbetalningar, window),
        ),
        elasticity,
    )


def _length(
    runs: Runs, window: Window, laws: Sequence[Fit], unemployment: pd.Series | None, elasticity: Elasticity | None
) -> tuple[Length, Elasticity | None]:
    """At the unemployment that the elasticity starts from, where the data can tell that it moves the length."""
    observed = spells_of_runs(runs)
    fits = _with_breaks(observed, laws, times_away(runs))
    length = length_of(fits, observed)
    first = [_month_day(window, month) for month in range(runs.months)]
    drivers = drivers_of(unemployment, first, last_whole_year(first))
    if elasticity is None or drivers is None or observed.events < FEWEST_FOR_PACE:
        return length, elasticity
    column = drivers.columns[:, LAGS.index(elasticity.lag_dagar)]
    pace = length_elasticity(runs, fits[0].family, fits[0].at, column)
    told = pace.lag > 0 or pace.hog < 0
    if told:
        length = slower(length, math.exp(-pace.varde * float(column.mean())))
    said = "" if elasticity.avgors or told else elasticity.anmarkning
    return length, replace(elasticity, langd=pace, avgors=elasticity.avgors or told, anmarkning=said)


def _with_breaks(observed: Spells, laws: Sequence[Fit], away: Spells) -> list[Fit]:
    """Families of lengths under each law of the breaks that are too short to see, the best pair first."""
    if not laws:
        return tried(observed)
    found = []
    for law, weight in zip(laws, weights(laws).tolist(), strict=True):
        if weight >= LEAST_WEIGHT:
            behind = law.criterion - laws[0].criterion
            fits = tried(observed, breaks=too_soon([law], SEEN_FROM, away))
            found += [replace(fit, criterion=fit.criterion + behind) for fit in fits]
    return sorted(found, key=lambda fit: fit.criterion)


def spells_of_runs(runs: Runs) -> Spells:
    """Those that begin in view: for how long the first month's had gone on is not known."""
    known = runs.first > 0
    first, last = runs.first[known], runs.last[known]
    return Spells(last - first, last < runs.months - 1, np.zeros(len(first), dtype=np.int64), MONTH_DAYS, LEAVING)


def times_away(runs: Runs) -> Spells:
    """Months from the last of a run to the first of the household's next. A break shows only from two months passed,
    so that is where each is first seen."""
    again = np.zeros(len(runs.first), dtype=bool)
    again[:-1] = runs.household[1:] == runs.household[:-1]
    following = np.full(len(runs.first), runs.months)
    following[:-1] = np.where(again[:-1], runs.first[1:], runs.months)
    left = runs.last < runs.months - 2
    away = following[left] - runs.last[left]
    return Spells(away, again[left], np.full(int(left.sum()), SEEN_FROM), MONTH_DAYS, -LEAVING)


def _new(runs: Runs) -> NDArray[np.bool_]:
    """Runs of households never seen before."""
    new = np.ones(len(runs.first), dtype=bool)
    new[1:] = runs.household[1:] != runs.household[:-1]
    return new & (runs.first > 0)


def _unseen_returns(runs: Runs, laws: Sequence[Fit]) -> Floats:
    """Share by month of those who look new but left before the window: ends a month × who comes back so late."""
    if not laws:
        return np.zeros(runs.months)
    ends = float((runs.last < runs.months - 1).sum()) / max(runs.months - 1, 1)
    late = late_returns(laws, MONTH_DAYS * np.arange(float(runs.months)))
    new = float(_new(runs).sum()) / max(runs.months - 1, 1)
    return np.clip(ends * late / max(new, 1e-9), 0.0, 0.9)


def _month_day(window: Window, month: int) -> date:
    number = window.fran.year * 12 + window.fran.month - 1 + month
    return date(number // 12, number % 12 + 1, 1)


def _dates(window: Window, months: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return (np.datetime64(window.fran, "M") + months).astype("datetime64[D]")


def _amount(utbetalningar: pd.DataFrame, window: Window) -> Estimate:
    """Mean per household and month over the window's last twelve months; the interval is between households."""
    last = np.datetime64(window.till, "M")
    month = utbetalningar["manad"].to_numpy("datetime64[M]")
    chosen = utbetalningar[(month > last - 12) & (month <= last) & (utbetalningar["belopp_kr"].to_numpy() > 0)]
    if chosen.empty:
        return Estimate(math.nan, math.nan, math.nan, 0)
    by = chosen.groupby("hushall")["belopp_kr"].agg(["sum", "size"])
    mean = float(by["sum"].sum() / by["size"].sum())
    apart = (by["sum"] - mean * by["size"]).to_numpy(np.float64) / float(by["size"].mean())
    spread = mean_of(apart + mean)
    return Estimate(mean, spread.lag, spread.hog, int(by["size"].sum()))


def _stock(runs: Runs) -> Stock:
    """Households paid in the window's last month; half a month before the first counts as passed."""
    there = runs.last == runs.months - 1
    days = (runs.months - runs.first[there]) * MONTH_DAYS - MONTH_DAYS / 2
    return Stock(int(there.sum()), tuple(float(day) for day in np.sort(days)))


def _monthly(utbetalningar: pd.DataFrame, window: Window) -> tuple[tuple[date, int, float], ...]:
    paid = utbetalningar[utbetalningar["belopp_kr"].to_numpy() > 0]
    by = paid.groupby(paid["manad"].to_numpy("datetime64[M]")).agg(n=("hushall", "nunique"), kr=("belopp_kr", "sum"))
    found = []
    for month, n, kr in zip(by.index, by["n"], by["kr"], strict=True):
        day = pd.Timestamp(month).date()
        if window.fran.replace(day=1) <= day <= window.till:
            found.append((day, int(n), float(kr)))
    return tuple(found)
