"""Forms of care: lengths, by målgrupp where they differ, prices, places, what follows, and who is there today."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake.episodes import GAP_DAYS, Extent, day_number, day_numbers, extent
from sim.intake.estimates import mean_of, on_scale, shares
from sim.intake.fitted import Care, Estimate, Length, Price, Stock
from sim.intake.lengths import fitted_length
from sim.intake.records import OKAND, Window
from sim.intake.survival import Days, Spells, spells

FEWEST_OF_GROUP = 30
"""Ended stays of a målgrupp below which it has no law of its own."""
FEWEST_PRICES = 3


def fitted_care(episodes: pd.DataFrame, rows: pd.DataFrame, window: Window) -> Care:
    """Of one form in one verksamhet: its episodes (see `episodes.care_episodes`) and its rows in the list."""
    seen = extent(window)
    first, last = seen
    whole = fitted_length(_spells(episodes, seen))
    begun = episodes[(episodes["start"] >= first) & (episodes["start"] < last)]
    years = (last - first) / 365.25
    ended = episodes[(episodes["slut"] >= first) & (episodes["slut"] + GAP_DAYS < last)]
    return Care(
        langd=whole,
        langd_malgrupp=_by_group(episodes, seen, whole),
        pris=_prices(begun if len(begun) >= FEWEST_PRICES else episodes),
        resurser=shares(begun["resurs"]),
        egna=tuple(sorted(set(episodes.loc[episodes["utforare"] == "egen", "resurs"]))),
        nasta=shares(ended["nasta"]),
        bestand=_stock(episodes, last),
        per_ar=len(begun) / years,
        dygn_per_ar=_dygn(rows, window),
    )


def _spells(episodes: pd.DataFrame, seen: Extent) -> Spells:
    return spells(episodes["start"].to_numpy(np.int64), episodes["slut"].to_numpy(np.int64), *seen)


def _by_group(episodes: pd.DataFrame, seen: Extent, whole: Length) -> Mapping[str, Length]:
    """Målgrupper that each have enough, if laws of their own together account for the lengths better (BIC)."""
    found: dict[str, Length] = {}
    for group, own in episodes.groupby("malgrupp", sort=True):
        observed = _spells(own, seen)
        if group != OKAND and observed.events >= FEWEST_OF_GROUP:
            found[str(group)] = fitted_length(observed)
    if len(found) < 2:
        return {}
    rest = episodes[~episodes["malgrupp"].isin(list(found))]
    apart = [length.forsokta[0].kriterium for length in found.values()]
    if len(rest):
        observed = _spells(rest, seen)
        if len(observed):
            apart.append(fitted_length(observed, mixtures=False).forsokta[0].kriterium)
    return found if math.fsum(apart) < whole.forsokta[0].kriterium else {}


def _prices(episodes: pd.DataFrame) -> dict[str, Price]:
    found = {}
    for resource, own in episodes.groupby("resurs", sort=True):
        prices = own["pris"].to_numpy(np.float64)
        prices = prices[np.isfinite(prices) & (prices > 0)]
        if len(prices) >= FEWEST_PRICES:
            found[str(resource)] = Price(mean_of(prices), _cv(prices), len(prices))
    return found


def _cv(prices: NDArray[np.float64]) -> Estimate:
    """Interval as of a lognormal: the law that the simulation draws prices from."""
    cv = float(prices.std(ddof=1) / prices.mean())
    if cv < 1e-3:
        return Estimate(0.0, 0.0, 0.0, len(prices))
    logs = np.log(prices)
    spread = float(logs.std(ddof=1))
    n = len(prices)
    own = math.sqrt(math.expm1(min(spread**2, 20.0)))
    # d ln cv / d ln σ for the lognormal, and σ's relative error 1/√(2(n − 1)), more where tails are heavy
    slope = spread**2 * math.exp(min(spread**2, 20.0)) / math.expm1(min(spread**2, 20.0)) if spread > 1e-6 else 1.0
    kurtosis = float(np.mean(((logs - logs.mean()) / spread) ** 4)) if spread > 1e-6 else 3.0
    error = slope * math.sqrt(max(kurtosis - 1.0, 0.5) / 4 / (n - 1))
    return on_scale(own, error, n)


def _stock(episodes: pd.DataFrame, last: int) -> dict[str, Stock]:
    there = episodes[(episodes["start"] < last) & (episodes["slut"] >= last)]
    return {
        str(resource): stock_of(own["start"].to_numpy(), last)
        for resource, own in there.groupby("resurs_sist", sort=True)
    }


def stock_of(start: Days, last: int) -> Stock:
    """Those under way at the beginning of day `last`."""
    return Stock(len(start), tuple(float(days) for days in np.sort(last - start)))


def _dygn(rows: pd.DataFrame, window: Window) -> dict[int, float]:
    """Vårddygn by whole calendar year: the day of arrival counts, that of leaving does not."""
    start, end = day_numbers(rows["start"]), day_numbers(rows["slut"])
    found = {}
    for year in whole_years(window):
        first, after = day_number(date(year, 1, 1)), day_number(date(year + 1, 1, 1))
        found[year] = float(np.maximum(np.minimum(end, after) - np.maximum(start, first), 0).sum())
    return found


def whole_years(window: Window) -> list[int]:
    first = window.fran.year + (window.fran.timetuple().tm_yday > 1)
    last = window.till.year - ((window.till.month, window.till.day) != (12, 31))
    return list(range(first, last + 1))
