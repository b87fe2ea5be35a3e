"""Ratios between kronor and volumes, and what the dearest placements cost, over the same periods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim import config
from sim.calendars import Period
from sim.care import ALL_AREAS
from sim.costs import cost_path
from sim.periods import Grid, ratio
from sim.runs import Rows, Run

DEAREST_SHARE = 0.15
"""The dearest placements: this share of the bought dygn."""


def ratios(rows: Rows) -> Rows:
    """Mean prices, the share of cost at home and bought, and the mean benefit."""
    found: Rows = {}
    for (area, matt, part), below in rows.items():
        if matt == "varddygn" and (area, "kostnad_resurs", part) in rows:
            found[area, "snittpris", part] = ratio(rows[area, "kostnad_resurs", part], below)
        if matt == "bidragsmanader":
            found[area, "medelbistand", part] = ratio(rows[area, "utbetalt_bistand", part], below)
        if matt == "varddygn_extern":
            none = np.zeros(len(below))
            bought = rows.get((area, "kostnad", "extern"), none)
            own = rows.get((area, "kostnad_vardplatser", ""), none)
            found[area, "snittpris_extern", ""] = ratio(bought, below)
            found[area, "snittpris_intern", ""] = ratio(own, rows[area, "varddygn_intern", ""])
            found[area, "andel_hemmaplan_kostnad", ""] = ratio(own, own + bought)
            found[area, "andel_extern_kostnad", ""] = ratio(bought, own + bought)
    return found


def within_budget(rows: Rows, grid: Grid) -> Rows:
    """1 where a whole calendar year ends within budget, else 0: the mean over replications is the probability."""
    return {
        (area, "inom_budget", part): np.where(grid.whole_year, (values >= 0).astype(np.float64), np.nan)
        for (area, matt, part), values in rows.items()
        if matt == "avvikelse"
    }


def dearest(run: Run, grid: Grid, monthly: Sequence[Period], drawn: tuple[int, int]) -> Rows:
    """Of the bought dygn of each period of half a year or more, the dearest ones: share of the cost, and mean price.

    `drawn`: seed and replication. A placement counts with its own mean price per dygn in the period; one that straddles
    the limit counts in part.
    """
    kommun = run.plan.kommun
    by_area: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for number, resource in enumerate(run.network.resources):
        resurs = kommun.resurser[resource.name]
        if isinstance(resurs, config.Extern):
            here = run.of_resource[number]
            start, left = np.floor(run.log.start[here]), np.floor(run.left[here])
            days = np.maximum(np.minimum(left[:, None], grid.ends) - np.maximum(start[:, None], grid.starts), 0.0)
            at, paid = cost_path(run, resurs.verksamhet, number, monthly, drawn)
            until, since = np.minimum(left[:, None], grid.ends), np.maximum(start[:, None], grid.starts)
            kronor = np.where(days > 0, np.interp(until, at, paid) - np.interp(since, at, paid), 0.0)
            pair = (days, kronor * run.log.prisfaktor[here][:, None])
            for area in (resurs.verksamhet, ALL_AREAS):
                by_area.setdefault(area, []).append(pair)
    rows: Rows = {}
    for area, pairs in by_area.items():
        days, kronor = (np.concatenate(column) for column in zip(*pairs, strict=True))
        share, price = np.full(len(grid), np.nan), np.full(len(grid), np.nan)
        for period in np.flatnonzero(grid.long & (days.sum(axis=0) > 0)).tolist():
            share[period], price[period] = _dearest(days[:, period], kronor[:, period])
        rows |= {(area, "andel_kostnad_dyraste", ""): share, (area, "snittpris_dyraste", ""): price}
    return rows


def _dearest(days: np.ndarray, kronor: np.ndarray) -> tuple[float, float]:
    there = days > 0
    days, kronor = days[there], kronor[there]
    order = np.argsort(-kronor / days, kind="stable")
    limit = DEAREST_SHARE * days.sum()
    cost = float(np.interp(limit, np.append(0.0, np.cumsum(days[order])), np.append(0.0, np.cumsum(kronor[order]))))
    return cost / kronor.sum() if kronor.sum() > 0 else np.nan, cost / limit
