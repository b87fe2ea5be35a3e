"""What a change saves, month by month in each possible future: bought dygn, and kronor gross, for itself, and net."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from sim.calendars import is_month
from sim.costs import ALL_AREAS
from sim.errors import HemmaplanError
from sim.periods import Floats
from sim.runs import Row
from sim.statistics import mean_interval, quantiles_over
from sim.tables import Table

BOUGHT = "varddygn_extern"
NET: Row = (ALL_AREAS, "nettokostnad", "")


@dataclass(frozen=True)
class Estimate:
    """Over replications (the first axis of what was estimated): the mean, its 95 % interval, and the spread."""

    medel: Floats
    ki95_lag: Floats
    ki95_hog: Floats
    p10: Floats
    p90: Floats

    def at(self, place: int) -> Estimate:
        """One of several that were estimated together."""
        return Estimate(*(getattr(self, each.name)[place] for each in fields(self)))


def estimate(values: Floats) -> Estimate:
    """`values`: (replications, any number of things); the columns are of shape (things,)."""
    return Estimate(*mean_interval(values), *quantiles_over(values, (0.1, 0.9)))


@dataclass(frozen=True)
class Effect:
    """What is saved against another table, in each replication and month. Arrays of shape (replications, months).

    `dygn`: bought dygn. `cost`: kronor that the change costs by itself. `net`: kronor in all, so that what it saves
    before its own cost is `gross`.
    """

    months: tuple[str, ...]
    dygn: Floats
    cost: Floats
    net: Floats

    @property
    def gross(self) -> Floats:
        return self.net + self.cost

    def since(self, month: str) -> Effect:
        """From a month on."""
        kept = [number for number, label in enumerate(self.months) if label >= month]
        if not kept:
            raise HemmaplanError(f"{month}: ligger utanför körningen, {self.months[0]} till {self.months[-1]}")
        values = (getattr(self, name)[:, kept] for name in ("dygn", "cost", "net"))
        return Effect(tuple(self.months[number] for number in kept), *values)


def effect(base: Table, changed: Table, cost: Row | None) -> Effect:
    """`cost`: the row that holds what the change costs by itself, beside other things that it leaves alone."""
    return Effect(
        month_labels(base),
        _bought(base) - _bought(changed),
        monthly(changed, cost) - monthly(base, cost),
        monthly(base, NET) - monthly(changed, NET),
    )


def _bought(table: Table) -> Floats:
    """Bought dygn of all verksamheter."""
    areas = [row for row in table.rows if row[1] == BOUGHT and row[2] == "" and row[0] != ALL_AREAS]
    return np.sum([monthly(table, row) for row in areas], axis=0) if areas else monthly(table, None)


def month_labels(table: Table) -> tuple[str, ...]:
    return tuple(period for period in table.periods if is_month(period))


def monthly(table: Table, row: Row | None) -> Floats:
    """A measure by month, (replications, months); 0 where there is none."""
    places = [number for number, period in enumerate(table.periods) if is_month(period)]
    if row is None or row not in table.rows:
        return np.zeros((len(table.values), len(places)))
    return np.nan_to_num(table.values[:, table.rows.index(row)][:, places])


def yearly(months: Sequence[str], values: Floats) -> tuple[tuple[str, ...], Floats]:
    """Sums by calendar year: labels, and (replications, years)."""
    labels = tuple(dict.fromkeys(month[:4] for month in months))
    sums = [values[:, [month[:4] == year for month in months]].sum(axis=1) for year in labels]
    return labels, np.stack(sums, axis=1)
