"""Months of a run, and the periods made of whole months: how values of months become values of periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period

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
        found = monthly[..., self.first]
        longer = np.flatnonzero(self.after - self.first > 1)
        if len(longer):
            padded = np.concatenate([monthly, np.zeros((*monthly.shape[:-1], 1))], axis=-1)
            spans = np.stack([self.first[longer], self.after[longer]], axis=1).ravel()
            found[..., longer] = np.add.reduceat(padded, spans, axis=-1)[..., ::2]
        return found

    @cached_property
    def of_month(self) -> Ints:
        """The period that each month is in, by stretch; -1 where in none. Shape (stretches, months)."""
        found = np.full((len(self.stretches), len(self.edges) - 1), -1)
        for number, stretch in enumerate(self.stretches):
            for period in range(stretch.start, stretch.stop):
                found[number, self.first[period] : self.after[period]] = period
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


def ratio(above: Floats, below: Floats) -> Floats:
    """NaN where there is nothing below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
