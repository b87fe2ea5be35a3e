"""Measures of own and bought places: days in them, who is blocked there, what is empty, who comes home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.book import Block, Book, Counted, Sum
from sim.intervals import Cuts, add_at_ends, add_time, no_time, run_on, stretch_of, time_of
from sim.kernel import kernel
from sim.network import THOUSAND, Network
from sim.periods import Floats, Ints
from sim.runs import split
from sim.setting import Setting
from sim.stays import Stays
from sim.visits import HEMTAGEN

LONG_STAY_DAYS = 730.0
"""Who has lived somewhere longer than this, two years, is counted apart."""

LIVING, BLOCKED = range(2)
"""Time in the place, and of it when ready to leave, each for all resources."""
DECIDED, CAME_HOME = range(2)
"""New stays that began, and those that came home from the reserv, each for all resources."""


class Rooms(NamedTuple):
    """Places in thousandths. `available` by resource and day, −1 if unlimited; `taken` by a stay, by epoch and steg.

    `steg_row`: where days of a steg in a resource are counted apart, −1 where they are not.
    """

    is_place: Ints
    available: Floats
    taken: Floats
    steg_row: Ints


@dataclass(frozen=True)
class PlaceUse:
    """Of each piece of time, in days: those in each resource (and in some, by steg), and the same at each stay's price;
    and place-days in thousandths, by resource: taken, and taken or available, whichever is more."""

    dygn: Floats
    priced: Floats
    taken: Floats
    kept: Floats


@dataclass(frozen=True)
class PlaceSeries:
    resources: int
    months: Cuts
    pieces: Cuts
    first_piece: Ints
    rooms: Rooms
    time: Block
    counts: Block
    dygn: Block
    taken: Block
    empty: Block
    present: Block
    long: Block

    def time_in(self, what: int, resource: int) -> Sum:
        return self.time[what * self.resources + resource]

    def of(self, what: int, resource: int) -> Sum:
        return self.counts[what * self.resources + resource]

    def count(self, stays: Stays, counted: Counted) -> PlaceUse:
        found = (block.of(counted) for block in (self.time, self.counts, self.present, self.long))
        _places(stays, self.months, self.rooms, *found)
        dygn, priced, taken, kept, empty = _days(stays, self.pieces, self.rooms, self.dygn.count)
        for block, pieces in ((self.dygn, dygn), (self.taken, taken), (self.empty, empty)):
            block.of(counted)[:] = np.add.reduceat(pieces, self.first_piece, axis=1)
        return PlaceUse(dygn, priced, taken, kept)


@kernel
def _places(
    stays: Stays, months: Cuts, rooms: Rooms, time: Floats, counts: Floats, present: Floats, long: Floats
) -> None:
    resources, count = len(rooms.is_place), counts.shape[1]
    lived = no_time(2 * resources, months)
    there, so_long = np.zeros((resources, count + 1)), np.zeros((resources, count + 1))
    for i in range(len(stays.case)):
        r, start, left = stays.resource[i], stays.start[i], stays.left[i]
        if r < 0 or not rooms.is_place[r] or np.isnan(start):
            continue
        add_time(lived, LIVING * resources + r, months, start, left, 1.0)
        add_at_ends(there, r, months, start, left)
        add_at_ends(so_long, r, months, start + LONG_STAY_DAYS, left)
        closed = not np.isnan(stays.closed[i])
        if not np.isnan(stays.ended[i]) and (closed or not stays.to_close[i]):
            ready = max(stays.ended[i], start)
            ready = max(ready, stays.closed[i]) if closed else ready
            add_time(lived, BLOCKED * resources + r, months, ready, left, 1.0)
        month = stretch_of(months, start)
        if 0 <= month < count:
            if stays.part[i] == 0:
                counts[DECIDED * resources + r, month] += 1.0
            if (stays.flags[i] & HEMTAGEN) != 0:
                counts[CAME_HOME * resources + r, month] += 1.0
    time_of(lived, months, time)
    run_on(there, present)
    run_on(so_long, long)


@kernel
def _days(stays: Stays, pieces: Cuts, rooms: Rooms, rows: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Whole days [floor start, floor left): see `PlaceUse`; and place-days that are empty."""
    resources, count, days = len(rooms.is_place), len(pieces.edges) - 1, len(pieces.of_day) - 1
    dygn, priced = np.empty((rows, count)), np.empty((resources, count))
    stayed, paid = no_time(rows, pieces), no_time(resources, pieces)
    change = np.zeros((resources, days + 1))
    for i in range(len(stays.case)):
        s, r = stays.steg[i], stays.resource[i]
        if r < 0 or not rooms.is_place[r] or np.isnan(stays.start[i]):
            continue
        start, left = np.floor(stays.start[i]), np.floor(stays.left[i])
        add_time(stayed, r, pieces, start, left, 1.0)
        add_time(paid, r, pieces, start, left, stays.price[i])
        if rooms.steg_row[s, r] >= 0:
            add_time(stayed, rooms.steg_row[s, r], pieces, start, left, 1.0)
        part = rooms.taken[stays.asked_in[i], s]
        change[r, int(min(max(start - pieces.edges[0], 0.0), days))] += part
        change[r, int(min(max(left - pieces.edges[0], 0.0), days))] -= part
    time_of(stayed, pieces, dygn)
    time_of(paid, pieces, priced)
    taken, kept, empty = np.zeros((resources, count)), np.zeros((resources, count)), np.zeros((resources, count))
    for r in range(resources):
        level = 0.0
        for day in range(days):
            level += change[r, day]
            piece = pieces.of_day[day]
            taken[r, piece] += level
            kept[r, piece] += max(rooms.available[r, day], level)
            empty[r, piece] += max(rooms.available[r, day] - level, 0.0)
    return dygn, priced, taken, kept, empty


def place_series(book: Book, setting: Setting) -> PlaceSeries:
    network = setting.network
    resources = len(network.resources)
    available = np.array([_available(network, number, setting.months) for number in range(resources)])
    steg_row = np.full((len(setting.stegs), resources), -1)
    owners = setting.area_of_resource
    dygn_owners = owners.tolist()
    for number, resource in enumerate(network.resources):
        users = users_of(network, number) if resource.kind != "team" else []
        for steg in users if len(users) > 1 else []:
            steg_row[steg, number] = len(dygn_owners)
            dygn_owners.append(owners[number])
    return PlaceSeries(
        resources,
        setting.months,
        setting.pieces,
        setting.first_piece,
        Rooms(
            np.array([resource.kind != "team" for resource in network.resources]).astype(np.int64),
            available.reshape(resources, len(setting.months.of_day) - 1),
            np.array([[float(steg.part) for steg in stegs] for stegs in network.steg]),
            steg_row,
        ),
        time=book.monthly(np.tile(owners, 2)),
        counts=book.monthly(np.tile(owners, 2)),
        dygn=book.monthly(np.array(dygn_owners)),
        taken=book.monthly(owners, unit=THOUSAND),
        empty=book.monthly(owners, unit=THOUSAND),
        present=book.at_end(owners),
        long=book.at_end(owners),
    )


def users_of(network: Network, number: int) -> list[int]:
    """The stegs that give a place in a resource."""
    return [steg for steg, spec in enumerate(network.steg[0]) if number in (*spec.places, spec.reserve)]


def _available(network: Network, number: int, months: Cuts) -> Floats:
    """Thousandths of places on each day; −1 where there is no limit."""
    days = np.arange(months.edges[0], months.edges[-1])
    capacity = network.resources[number].capacity
    if capacity is None:
        return np.full(len(days), -1.0)
    times, values = capacity.arrays()
    return values[np.maximum(np.searchsorted(times, days, side="right") - 1, 0)]


def write_place(book: Book, setting: Setting, series: PlaceSeries, number: int) -> None:
    """The lines of a resource, but for the persons in it."""
    network = setting.network
    area, name, _ = setting.resources[number]
    book.line((area, "varddygn", name), series.dygn[number])
    book.line((area, "arsplatser", name), series.taken[number], book.days)
    book.line((area, "blockerade", name), series.time_in(BLOCKED, number), book.days)
    book.line((area, "andel_bott_over_tva_ar", name), series.long[number], series.present[number])
    for steg in users_of(network, number):
        row = int(series.rooms.steg_row[steg, number])
        if row >= 0:
            book.line((area, "varddygn", split(name, steg=setting.stegs[steg][1])), series.dygn[row])
    if network.resources[number].capacity is not None:
        first_days = (setting.months.edges[:-1] - setting.months.edges[0]).astype(np.int64)
        by_month = np.add.reduceat(series.rooms.available[number], first_days)
        available = book.constant(book.grid.total(by_month), THOUSAND)
        book.line((area, "platser", name), available, book.days)
        book.line((area, "belaggning", name), series.taken[number], available)
        book.line((area, "tomdygn", name), series.empty[number])
        book.line((area, "hemtagningar", name), series.of(CAME_HOME, number))
