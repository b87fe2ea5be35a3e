"""What the dearest placements cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim import config
from sim.book import EVERYBODY, Block, Book, Counted
from sim.care import ALL_AREAS
from sim.intervals import Cuts
from sim.kernel import kernel
from sim.periods import Floats, Grid, Ints
from sim.setting import Setting
from sim.stays import Flags, Stays

DEAREST_SHARE = 0.15
"""The dearest placements: this share of the bought dygn."""


@dataclass(frozen=True)
class DearestSeries:
    """Of the bought dygn of each period of half a year or more, the dearest ones: share of the cost, and mean price.

    By verksamhet that buys, and for all. A placement counts with its own mean price per dygn in the period; one that
    straddles the limit counts in part.
    """

    areas: tuple[str, ...]
    area_of_resource: Ints
    pieces: Cuts
    grid: Grid
    share: Block
    price: Block

    def placements(self, stays: Stays) -> Flags:
        """Which of the stays are placements."""
        return np.asarray(self.area_of_resource[stays.resource] >= 0)

    def count(self, stays: Stays, prices: Floats, counted: Counted) -> None:
        """`prices`: per bought dygn, by resource and piece."""
        share, price = self.share.of(counted), self.price.of(counted)
        share[:], price[:] = np.nan, np.nan
        long = np.flatnonzero(self.grid.long)
        starts, ends = self.grid.starts[long], self.grid.ends[long]
        begin, paid_by = float(self.pieces.edges[0]), _paid_by(self.pieces, prices)
        _dearest(stays, self.area_of_resource, begin, paid_by, starts, ends, long, share, price)


def _paid_by(pieces: Cuts, prices: Floats) -> Floats:
    """What a placement of factor 1 that began with the first piece has cost by each day from there, by resource."""
    until = np.concatenate([np.zeros((len(prices), 1)), np.cumsum(prices * np.diff(pieces.edges), axis=1)], axis=1)
    days = np.arange(len(pieces.of_day)) + pieces.edges[0]
    after_last = np.zeros((len(prices), 1))
    since = np.concatenate([prices, after_last], axis=1)[:, pieces.of_day] * (days - pieces.edges[pieces.of_day])
    return np.asarray(until[:, pieces.of_day] + since)


@kernel
def _dearest(
    stays: Stays,
    area_of: Ints,
    begin: float,
    paid_by: Floats,
    starts: Floats,
    ends: Floats,
    long: Ints,
    share: Floats,
    price: Floats,
) -> None:
    """`paid_by`: by resource and day from `begin`."""
    areas, spans = len(share), len(starts)
    number = np.zeros(areas * spans + 1, dtype=np.int64)
    for fill in (False, True):
        if fill:
            for place in range(1, len(number)):
                number[place] += number[place - 1]
            days, kronor = np.empty(number[-1]), np.empty(number[-1])
            filled = number.copy()
        else:
            days, kronor, filled = np.empty(0), np.empty(0), number
        for i in range(len(stays.case)):
            area = area_of[stays.resource[i]]
            if area < 0 or np.isnan(stays.start[i]):
                continue
            start, left = np.floor(stays.start[i]), np.floor(stays.left[i])
            for span in range(spans):
                since, until = max(start, starts[span]), min(left, ends[span])
                if not until > since:
                    continue
                resource = stays.resource[i]
                paid = paid_by[resource, int(until - begin)] - paid_by[resource, int(since - begin)]
                for at in (area, areas - 1):
                    place = at * spans + span
                    if not fill:
                        filled[place + 1] += 1
                        continue
                    days[filled[place]], kronor[filled[place]] = until - since, paid * stays.price[i]
                    filled[place] += 1
        for place in range(len(number) - 1 if fill else 0):
            if number[place + 1] > number[place]:
                here = slice(number[place], number[place + 1])
                found = _dearest_of(days[here], kronor[here])
                share[place // spans, long[place % spans]], price[place // spans, long[place % spans]] = found


@kernel
def _dearest_of(days: Floats, kronor: Floats) -> tuple[float, float]:
    """(share of the cost, mean price) of the dearest dygn."""
    limit, cost, reached, all_kronor = DEAREST_SHARE * days.sum(), 0.0, 0.0, 0.0
    for i in np.argsort(-kronor / days):
        part = min(max(limit - reached, 0.0), days[i])
        cost += kronor[i] * (part / days[i])
        reached += days[i]
        all_kronor += kronor[i]
    return cost / all_kronor if all_kronor > 0 else np.nan, cost / limit


def dearest_series(book: Book, setting: Setting) -> DearestSeries:
    buys = [area if isinstance(resurs, config.Extern) else "" for area, _, resurs in setting.resources]
    areas = (*dict.fromkeys(area for area in buys if area), ALL_AREAS) if any(buys) else ()
    owners = np.array([EVERYBODY if area == ALL_AREAS else setting.areas.index(area) for area in areas], dtype=np.int64)
    return DearestSeries(
        areas,
        np.array([areas.index(area) if area else -1 for area in (*buys, "")], dtype=np.int64),
        setting.pieces,
        setting.grid,
        book.by_period(owners),
        book.by_period(owners),
    )


def write_dearest(book: Book, series: DearestSeries) -> None:
    for number, area in enumerate(series.areas):
        book.line((area, "andel_kostnad_dyraste", ""), series.share[number])
        book.line((area, "snittpris_dyraste", ""), series.price[number])
