"""How many persons there are of many kinds in each period, a person once however many stays he has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.book import Block, Book, Counted, Sum, total
from sim.intervals import Cuts
from sim.kernel import kernel
from sim.periods import Floats, Grid, Ints
from sim.setting import Setting
from sim.stays import Stays


class Kinds(NamedTuple):
    """Of which kinds a stay is: `first` and `after` by steg and resource (the last one: none) point into `kinds`.

    By kind: in which row of persons it is counted, and whether one row further for each number of målgrupp.
    """

    first: Ints
    after: Ints
    kinds: Ints
    row: Ints
    by_group: Ints


@dataclass(frozen=True)
class PersonSeries:
    months: Cuts
    grid: Grid
    kinds: Kinds
    persons: Block

    def count(self, stays: Stays, order: Ints, counted: Counted) -> None:
        """`order`: the records by person and start."""
        _persons(stays, order, self.months, self.grid.of_month, self.kinds, self.persons.of(counted))


@kernel
def _persons(stays: Stays, order: Ints, months: Cuts, of_month: Ints, kinds: Kinds, found: Floats) -> None:
    """Whole days count: a stay is in the months from that of its first day to that of its last."""
    edges = months.edges
    change = np.zeros((found.shape[0], found.shape[1] + len(of_month)))  # one more for each stretch, after its last
    latest = np.full(len(kinds.row), -1)
    until = np.full((len(kinds.row), len(of_month)), -1)
    for i in order:
        if np.isnan(stays.start[i]):
            continue
        here, there = stays.steg[i], stays.resource[i]
        begin, end = max(np.floor(stays.start[i]), edges[0]), min(np.floor(stays.left[i]), edges[-1])
        if not end > begin or kinds.first[here, there] == kinds.after[here, there]:
            continue
        month = months.of_day[int(begin - edges[0])]
        last_month = months.of_day[int(end - edges[0]) - 1]
        for entry in range(kinds.first[here, there], kinds.after[here, there]):
            kind = kinds.kinds[entry]
            row = kinds.row[kind] + (stays.group[i] if kinds.by_group[kind] else 0)
            same = latest[kind] >= 0 and stays.case[latest[kind]] == stays.case[i]
            latest[kind] = i
            for stretch in range(len(of_month)):
                first, last = of_month[stretch, month], of_month[stretch, last_month]
                if same and first == until[kind, stretch]:
                    first += 1
                until[kind, stretch] = last
                if last >= first:
                    change[row, first + stretch] += 1.0
                    change[row, last + 1 + stretch] -= 1.0
    for stretch in range(len(of_month)):
        first, last = of_month[stretch, 0], of_month[stretch, -1]
        for row in range(found.shape[0]):
            level = 0.0
            for period in range(first, last + 1):
                level += change[row, period + stretch]
                found[row, period] = level


Belongs = Callable[[int, int], bool]
"""Whether stays in a steg and resource (-1: none) are of a kind."""


@dataclass
class Persons:
    """Kinds of persons to be counted, being listed. What a kind is depends on steg and resource alone."""

    setting: Setting
    stays: list[Belongs] = field(default_factory=list)
    groups: list[list[int]] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)

    def kind(self, area: str, groups: list[int], belongs: Belongs) -> int:
        """Number of a new kind: those with a begun stay in a steg and resource that belong.

        `area`: a verksamhet of the part of the kommun in which they all are.
        """
        self.stays.append(belongs)
        self.groups.append(groups)
        self.areas.append(area)
        return len(self.stays) - 1

    def series(self, book: Book) -> PersonSeries:
        stegs, resources, groups = (
            len(self.setting.stegs),
            len(self.setting.resources),
            len(self.setting.network.groups),
        )
        first = np.zeros((stegs, resources + 1), dtype=np.int64)
        after, kinds = first.copy(), list[int]()
        for steg in range(stegs):
            for resource in range(-1, resources):
                first[steg, resource] = len(kinds)
                kinds += [kind for kind, belongs in enumerate(self.stays) if belongs(steg, resource)]
                after[steg, resource] = len(kinds)
        rows = [groups if some else 1 for some in self.groups]
        owners = [self.setting.areas.index(area) for area in self.areas]
        return PersonSeries(
            self.setting.months,
            self.setting.grid,
            Kinds(
                first,
                after,
                np.array(kinds, dtype=np.int64),
                np.cumsum([0, *rows[:-1]]),
                np.array([bool(some) for some in self.groups]).astype(np.int64),
            ),
            book.by_period(np.repeat(np.array(owners, dtype=np.int64), rows)),
        )

    def all(self, series: PersonSeries, *kinds: int) -> Sum:
        """Of some kinds between them: nobody is of two."""
        counts = [(int(series.kinds.row[kind]), len(self._groups) if self.groups[kind] else 1) for kind in kinds]
        return total(series.persons[row + number] for row, count in counts for number in range(count))

    def of_group(self, series: PersonSeries, *kinds: int, group: int) -> Sum:
        return total(series.persons[int(series.kinds.row[kind]) + group] for kind in kinds)

    @property
    def _groups(self) -> tuple[str, ...]:
        return self.setting.network.groups
