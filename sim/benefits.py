"""Measures of economic assistance: households and months, not stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period
from sim.intervals import count_between
from sim.runs import Floats, Rows, Run, by_period, edges_of, statistic

LONG_TERM_MONTHS = 10
"""Long-term: months of the year with benefit, at least."""
RETURN_DAYS = 365.0


def gives_benefit(run: Run, number: int) -> bool:
    area, name = run.steg_area(number)
    return run.plan.kommun.verksamheter[area].steg[name].bistand_kr_per_manad is not None


@dataclass(frozen=True)
class BenefitMonths:
    """For each benefit stay, its first and last calendar month (numbers in the run), months shared with the
    household's stay before counted once; `last` < `first` where nothing is left."""

    case: NDArray[np.uint64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def per_month(self, count: int) -> Floats:
        real = self.last >= self.first
        change = np.bincount(self.first[real], minlength=count + 1) - np.bincount(
            self.last[real] + 1, minlength=count + 1
        )
        return np.cumsum(change)[:count].astype(np.float64)


def benefit_months(run: Run, number: int, monthly: Sequence[Period]) -> BenefitMonths:
    """A household counts in each calendar month in which it is active at least one day."""
    log = run.log
    chosen = (log.steg == number) & ~np.isnan(log.start)
    start = np.maximum(np.floor(log.start[chosen]), 0.0)
    end = np.floor(run.left[chosen])
    case = log.fall[chosen]
    order = np.lexsort((start, case))
    case, start, end = case[order], start[order], end[order]
    active = end > start
    case, start, end = case[active], start[active], end[active]
    edges = edges_of(monthly)
    first = np.searchsorted(edges, start, side="right") - 1
    last = np.searchsorted(edges, end - 1, side="right") - 1
    again = np.concatenate([[False], (case[1:] == case[:-1]) & (first[1:] == last[:-1])]) if len(case) else first > 0
    return BenefitMonths(case, first + again, last)


def benefit_rows(run: Run, number: int, periods: Sequence[Period], monthly: Sequence[Period]) -> Rows:
    log = run.log
    area, name = run.steg_area(number)
    edges = edges_of(periods)
    spans = benefit_months(run, number, monthly)
    per_month = spans.per_month(len(monthly))
    month_edges = edges_of(monthly)
    inside = [(month_edges[:-1] >= p.first) & (month_edges[:-1] < p.last) for p in periods]
    households = np.empty(len(periods))
    long_term = np.full(len(periods), np.nan)
    for index, months_in in enumerate(inside):
        first, last = np.flatnonzero(months_in)[[0, -1]]
        active = np.minimum(spans.last, last) - np.maximum(spans.first, first) + 1
        there = active > 0
        cases, position = np.unique(spans.case[there], return_inverse=True)
        months_each = np.bincount(position, weights=active[there]) if there.any() else np.empty(0)
        households[index] = len(cases)
        if months_in.sum() == 12 and len(cases):
            long_term[index] = float(np.mean(months_each >= LONG_TERM_MONTHS))
    chosen = (log.steg == number) & ~np.isnan(log.start)
    ended = log.slappt[chosen]
    done = ~np.isnan(ended)
    lengths = by_period(ended[done], (ended - log.start[chosen])[done], edges)
    return {
        (area, "hushall", name): households,
        (area, "bidragsmanader", name): np.array([per_month[months_in].sum() for months_in in inside]),
        (area, "nya_hushall", name): count_between(log.start[chosen], edges),
        (area, "avslutade_hushall", name): count_between(ended, edges),
        (area, "andel_langvarigt", name): long_term,
        (area, "andel_ej_aterkomna", name): _not_returned(run, chosen, edges),
        (area, "bidragstid_medel", name): statistic(lengths, "medel"),
    }


def _not_returned(run: Run, chosen: NDArray[np.bool_], edges: Floats) -> Floats:
    """Of the stays left in each period, the share whose household does not start anew within a year.

    NaN for periods that cannot be followed for a whole year inside the run.
    """
    case, start, left = run.log.fall[chosen], run.log.start[chosen], run.log.slappt[chosen]
    order = np.lexsort((start, case))
    case, start, left = case[order], start[order], left[order]
    following = np.full(len(case), np.inf)
    same = case[1:] == case[:-1]
    following[:-1][same] = start[1:][same]
    done = ~np.isnan(left)
    stayed_away = (following - left > RETURN_DAYS)[done].astype(np.float64)
    groups = by_period(left[done], stayed_away, edges)
    followed = edges[1:] + RETURN_DAYS <= run.network.end
    return np.where(followed, statistic(groups, "medel"), np.nan)
