"""Months of a run, and the periods made of whole months: how values of months become values of periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period
from sim.intervals import count_between, distinct_between, numbers_of, quantiles_between, time_between

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def edges_of(periods: Sequence[Period]) -> Floats:
    return np.array([period.first for period in periods] + [periods[-1].last])


@dataclass(frozen=True)
class Grid:
    """`edges` of the months, shape (months + 1,); period p is the months `first[p]` up to `after[p]`.

    `stretches`: ranges of periods that follow one another without a gap. Periods may overlap between stretches.
    """

    edges: Floats
    first: Ints
    after: Ints
    days: Floats
    stretches: tuple[slice, ...]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def long(self) -> NDArray[np.bool_]:
        """The periods of at least half a year."""
        return np.asarray(self.after - self.first >= 6)

    @property
    def whole_year(self) -> NDArray[np.bool_]:
        return np.asarray(self.after - self.first == 12)

    @property
    def starts(self) -> Floats:
        return np.asarray(self.edges[self.first])

    @property
    def ends(self) -> Floats:
        return np.asarray(self.edges[self.after])

    def total(self, monthly: Floats) -> Floats:
        """Sums over the months of each period, of the last axis."""
        padded = np.concatenate([monthly, np.zeros((*monthly.shape[:-1], 1))], axis=-1)
        return np.add.reduceat(padded, self._spans, axis=-1)[..., ::2]

    @cached_property
    def of_month(self) -> Ints:
        """The period that each month is in, by stretch; -1 where in none. Shape (stretches, months)."""
        found = np.full((len(self.stretches), len(self.edges) - 1), -1)
        for number, stretch in enumerate(self.stretches):
            for period in range(stretch.start, stretch.stop):
                found[number, self.first[period] : self.after[period]] = period
        return found

    @cached_property
    def _spans(self) -> Ints:
        return np.stack([self.first, self.after], axis=1).ravel()

    def count(self, times: Floats) -> Floats:
        """How many times fall in each period."""
        return self.total(count_between(times, self.edges))

    def mean(self, starts: Floats, ends: Floats, weights: Floats | None = None) -> Floats:
        """Mean (weighted) number of intervals under way in each period."""
        return self.total(time_between(starts, ends, self.edges, weights)) / self.days

    def daily(self, values: Floats) -> Floats:
        """Sums of a value for each day of the run."""
        cumulative = np.concatenate([[0.0], np.cumsum(values)])
        return self.total(np.asarray(np.diff(cumulative[self.edges.astype(np.int64)])))

    def means(self, times: Floats, values: Floats) -> Floats:
        """Mean of the values whose time falls in each period; NaN where there are none."""
        at = numbers_of(self.edges, times)
        inside = (at >= 0) & (at < len(self.edges) - 1)
        at, months = at[inside], len(self.edges) - 1
        sums = self.total(np.bincount(at, values[inside], minlength=months).astype(np.float64))
        counts = self.total(np.bincount(at, minlength=months).astype(np.float64))
        return ratio(sums, counts)

    def quantiles(self, times: Floats, values: Floats, levels: Sequence[float]) -> Floats:
        """Quantiles of the values whose time falls in each period, interpolated linearly; NaN where there are none.

        Shape (levels, periods).
        """
        found = np.full((len(levels), len(self)), np.nan)
        by_value = np.argsort(values)
        times, values = times[by_value], values[by_value]
        for stretch in self.stretches:
            edges = np.append(self.starts[stretch], self.ends[stretch][-1])
            found[:, stretch] = quantiles_between(edges, times, values, np.array(levels))
        return found

    def distinct(self, case: NDArray[np.uint64], starts: Floats, ends: Floats, group: Ints, groups: int) -> Floats:
        """How many cases have at least one whole day [floor start, floor end) in each period, by group.

        Intervals are sorted by case and start, and those of a case follow one another. Shape (groups, periods).
        """
        found = np.zeros((groups, len(self)))
        for stretch in self.stretches:
            edges = np.append(self.starts[stretch], self.ends[stretch][-1])
            found[:, stretch] = distinct_between(edges, case, starts, ends, group, groups)
        return found


def make_grid(periods: Sequence[Period], monthly: Sequence[Period]) -> Grid:
    """`periods` begin and end where some of the months do, and one or more times go through the whole run."""
    edges = edges_of(monthly)
    starts = np.array([period.first for period in periods])
    ends = np.array([period.last for period in periods])
    breaks = [0, *(np.flatnonzero(starts[1:] != ends[:-1]) + 1).tolist(), len(periods)]
    return Grid(
        edges,
        np.searchsorted(edges, starts),
        np.searchsorted(edges, ends),
        ends - starts,
        tuple(slice(first, last) for first, last in zip(breaks, breaks[1:], strict=False)),
    )


def whole_days(starts: Floats, ends: Floats, edges: Floats) -> tuple[NDArray[np.intp], Ints, Ints]:
    """The intervals with at least one whole day [floor start, floor end), and the first and last period of each."""
    begin, end = np.maximum(np.floor(starts), edges[0]), np.minimum(np.floor(ends), edges[-1])
    active = np.flatnonzero(end > begin)
    return active, numbers_of(edges, begin[active]), numbers_of(edges, end[active] - 0.5)


def period_spans(
    case: NDArray[np.uint64], starts: Floats, ends: Floats, edges: Floats
) -> tuple[NDArray[np.intp], Ints, Ints]:
    """For intervals sorted by case and start: which are kept, and the first and last period with a whole day of each.

    A period shared with the case's interval before counts there only; an interval that then has none is left out.
    """
    active, first, last = whole_days(starts, ends, edges)
    first[1:] += (case[active][1:] == case[active][:-1]) & (first[1:] == last[:-1])
    some = last >= first
    return active[some], first[some], last[some]


def ratio(above: Floats, below: Floats) -> Floats:
    """NaN where there is nothing below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
