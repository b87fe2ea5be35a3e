"""Over the replications of a scenario: the mean, how sure it is, and how far possible years spread.

Two kinds of spread, never mixed: P10-P90 is how much possible years differ; the 95 % interval of a mean is how much
is left of simulation error with this many replications.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.periods import Floats
from sim.runs import Row
from sim.tables import Table

AT_ONCE, FEWEST_AT_ONCE = 1024, 16
"""Cells of a table that are worked on at a time: with their replications they fit in a processor's cache."""
MOST_NUMBERS = 2**20
"""Worked on at a time, where replications are so many that fewer cells do."""

LEVELS = ("medel", "ki95_lag", "ki95_hog", "p10", "p50", "p90")
DIFFERENCES = ("skillnad", "ki95_lag", "ki95_hog", "p10", "p90", "sannolikhet", "sannolikhet_minskar")


@dataclass(frozen=True)
class Series:
    """A measure over the periods in which there was anything to measure, in order of their labels."""

    periods: tuple[str, ...]
    columns: Mapping[str, Floats]
    """Each of shape (periods,)."""

    def __getitem__(self, column: str) -> Floats:
        return self.columns[column]

    def __len__(self) -> int:
        return len(self.periods)

    def only(self, wanted: Callable[[str], object]) -> Series:
        """The periods whose label is wanted."""
        kept = [number for number, period in enumerate(self.periods) if wanted(period)]
        return Series(tuple(self.periods[number] for number in kept), {n: c[kept] for n, c in self.columns.items()})

    def at(self, period: str) -> dict[str, float] | None:
        """One period's columns; None where there was nothing to measure."""
        if period not in self.periods:
            return None
        place = self.periods.index(period)
        return {name: float(column[place]) for name, column in self.columns.items()}


@dataclass(frozen=True)
class Statistics:
    """One scenario's measures. Rows and periods stand in order of their labels.

    `columns[name]` has shape (rows, periods). Where the first of them is NaN there was nothing to measure.
    """

    scenario: str
    rows: tuple[Row, ...]
    periods: tuple[str, ...]
    columns: Mapping[str, Floats]

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Where there was anything to measure; shape (rows, periods)."""
        return np.asarray(~np.isnan(next(iter(self.columns.values()))))

    @cached_property
    def _places(self) -> dict[Row, int]:
        return {row: place for place, row in enumerate(self.rows)}

    def of(self, row: Row) -> Series:
        """A measure; without periods if it is not there."""
        place = self._places.get(row)
        if place is None:
            return Series((), {name: np.empty(0) for name in self.columns})
        known = self.known[place]
        periods = tuple(period for period, there in zip(self.periods, known.tolist(), strict=True) if there)
        return Series(periods, {name: column[place, known] for name, column in self.columns.items()})


def levels(table: Table) -> Statistics:
    """`LEVELS` of each measure."""
    return _statistics(table, LEVELS, _level_columns(table))


def differences(table: Table, base: Table) -> Statistics:
    """`DIFFERENCES`, scenario minus nuläge within each replication, of the measures that both have."""
    if table.rows != base.rows:
        table, base = (each.only([row for row in table.rows if row in set(base.rows)]) for each in (table, base))
    pairs = zip(_in_parts(table.values), _in_parts(base.values), strict=True)
    found = np.concatenate([_differences(mine - theirs) for mine, theirs in pairs], axis=1)
    return _statistics(table, DIFFERENCES, found)


def compared(tables: Sequence[Table]) -> tuple[list[Statistics], list[Statistics]]:
    """`levels` of all tables, and `differences` of all but the first from the first.

    Most cells of a scenario are nuläge's to the last bit in every replication: nothing is worked out anew for those.
    """
    base, *others = tables
    with ThreadPoolExecutor() as threads:
        own, still = threads.submit(_level_columns, base), threads.submit(_still_columns, base)
        found = list(threads.map(lambda table: _moved(table, base), others))
    all_levels, all_differences = [_statistics(base, LEVELS, own.result())], []
    for table, moved in zip(others, found, strict=True):
        if moved is None:
            all_levels.append(levels(table))
            all_differences.append(differences(table, base))
            continue
        for columns, unmoved in ((moved.levels, own.result()), (moved.differences, still.result())):
            columns[:, moved.same] = unmoved[:, moved.same]
        all_levels.append(_statistics(table, LEVELS, moved.levels))
        all_differences.append(_statistics(table, DIFFERENCES, moved.differences))
    return all_levels, all_differences


class Moved(NamedTuple):
    """Which of a scenario's cells are nuläge's in every replication, and the columns of the others."""

    same: NDArray[np.bool_]
    levels: Floats
    differences: Floats


def _moved(table: Table, base: Table) -> Moved | None:
    """None where the tables do not have the same cells."""
    if (table.rows, table.periods, table.replications) != (base.rows, base.periods, base.replications):
        return None
    cells = len(base.rows) * len(base.periods)
    moved = Moved(np.empty(cells, bool), np.empty((len(LEVELS), cells)), np.empty((len(DIFFERENCES), cells)))
    last = 0
    for mine, theirs in zip(_in_parts(table.values), _in_parts(base.values), strict=True):
        first, last = last, last + mine.shape[1]
        moved.same[first:last] = (mine.view(np.int64) == theirs.view(np.int64)).all(axis=0)
        places = np.flatnonzero(~moved.same[first:last])
        if len(places):
            places = np.resize(places, max(len(places), 2))  # NumPy adds up a single column in another order
            values = mine.take(places, axis=1)
            moved.levels[:, first + places] = _levels(values)
            moved.differences[:, first + places] = _differences(values - theirs.take(places, axis=1))
    return moved


def _still_columns(base: Table) -> Floats:
    """The columns of the differences, if there were none: they depend only on how many replications are known."""
    count = np.concatenate([_count(~np.isnan(part)) for part in _in_parts(base.values)])
    most = len(base.replications)
    zeros = np.where(np.arange(most)[:, np.newaxis] < np.arange(most + 1), 0.0, np.nan)
    return _differences(zeros)[:, count]


def _level_columns(table: Table) -> Floats:
    return np.concatenate([_levels(part) for part in _in_parts(table.values)], axis=1)


def _levels(values: Floats) -> Floats:
    """The columns of cells, of shape (replications, cells)."""
    return np.stack([*mean_interval(values), *quantiles_over(values, (0.1, 0.5, 0.9))])


def _differences(values: Floats) -> Floats:
    """The columns of cells' differences, of shape (replications, cells)."""
    count = _count(~np.isnan(values))
    with np.errstate(invalid="ignore"):
        more, less = _count(values > 0) / count, _count(values < 0) / count
    return np.stack([*mean_interval(values), *quantiles_over(values, (0.1, 0.9)), more, less])


def _in_parts(values: Floats) -> Iterator[Floats]:
    """All cells, some at a time; each time of shape (replications, cells)."""
    flat = values.reshape(len(values), -1)
    cells = min(max(MOST_NUMBERS // max(len(values), 1), FEWEST_AT_ONCE), AT_ONCE)
    for first in range(0, flat.shape[1], cells):
        yield flat[:, first : first + cells]


def _statistics(table: Table, names: Sequence[str], found: Floats) -> Statistics:
    """The columns of a table's cells, of shape (columns, cells), in order of the labels."""
    shape = len(table.rows), len(table.periods)
    rows = sorted(range(shape[0]), key=table.rows.__getitem__)
    periods = sorted(range(shape[1]), key=table.periods.__getitem__)
    ordered = found.reshape(len(names), *shape)[:, rows][:, :, periods]
    return Statistics(
        table.scenario,
        tuple(table.rows[row] for row in rows),
        tuple(table.periods[period] for period in periods),
        dict(zip(names, ordered, strict=True)),
    )


def _count(where: NDArray[np.bool_]) -> NDArray[np.int32]:
    """In how many replications (the first axis)."""
    return np.asarray(np.sum(where, axis=0, dtype=np.int32))  # several times quicker than with the usual int64


def mean_interval(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean over replications (the first axis) and its 95 % interval, which is NaN below two replications.

    Student's t-interval; and on the side of a long tail, where that ends too soon, out to the limit that Hall's
    correction for skewness gives. How often it covers what is true is tried in `scripts/tackning.py`.
    """
    known = ~np.isnan(values)
    whole = bool(known.all())
    count = _count(known)
    quantiles = np.full(len(values) + 1, np.nan)
    quantiles[2:] = stdtrit(np.arange(1, len(values)), 0.975)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.sum(values if whole else np.where(known, values, 0.0), axis=0) / count
        centred = values - mean if whole else np.where(known, values - mean, 0.0)
        squared = centred * centred
        squares, cubes = np.sum(squared, axis=0), np.sum(squared * centred, axis=0)
        skewness = np.where(squares > 0, cubes / count / (squares / count) ** 1.5, 0.0)
        student = quantiles[count] / np.sqrt(count)
        deviation = np.sqrt(squares / (count - 1))
    below = np.maximum(student, _without_skewness(student, skewness, count))
    above = np.maximum(student, -_without_skewness(-student, skewness, count))
    return mean, mean - deviation * below, mean + deviation * above


SYMMETRIC = 1e-6
"""A skewness too small to divide by, and to matter."""


def _without_skewness(limit: Floats, skewness: Floats, count: NDArray[np.int32]) -> Floats:
    """How many standard deviations the mean is off where Hall's transformation, which is not skewed, has its limit.

    P. Hall, On the removal of skewness by transformation, J. R. Statist. Soc. B 54 (1992): the cubic, inverted.
    """
    even = np.abs(skewness) < SYMMETRIC
    g = np.where(even, 1.0, skewness)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(even, limit, 3 / g * (np.cbrt(1 + g * (limit - g / (6 * count))) - 1))


def quantiles_over(values: Floats, wanted: Sequence[float]) -> list[Floats]:
    """Quantiles over the first axis, interpolated linearly, without what is not a number."""
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1)
    last = np.maximum(_count(~np.isnan(values)) - 1, 0)
    cells = np.arange(len(ordered))
    found = []
    for level in wanted:
        position = level * last
        below = np.floor(position).astype(np.int64)
        low, high = ordered[cells, below], ordered[cells, np.minimum(below + 1, last)]
        part = position - below
        found.append(np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part)))
    return found
