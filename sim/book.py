"""A book of measures: which series are counted in a run, and how each row of the result is made from them.

It is written once for a plan and its periods. Each replication then only counts, and all rows are worked out together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.periods import Floats, Grid, ratio
from sim.runs import Row

Numbers = NDArray[np.int64]

EVERYBODY = -1
"""The owner of a series that is not of one verksamhet alone."""
MONTHLY, AT_END, BY_PERIOD, FIXED = range(4)
"""What a series holds: amounts of months, to be summed; how it is at the end of each month, of which the last one
counts; something of its own for each period; or what is the same in every replication."""


@dataclass(frozen=True)
class Sum:
    """Series added (and subtracted), in units of which so many make one: (kind, number, sign) of each."""

    terms: tuple[tuple[int, int, float], ...] = ()
    unit: float = 1.0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.terms + other.terms, self._unit_with(other))

    def __sub__(self, other: Sum) -> Sum:
        away = tuple((kind, number, -sign) for kind, number, sign in other.terms)
        return Sum(self.terms + away, self._unit_with(other))

    def _unit_with(self, other: Sum) -> float:
        units = {each.unit for each in (self, other) if each.terms}
        assert len(units) <= 1, units
        return units.pop() if units else self.unit


NOTHING = Sum()


def total(sums: Iterable[Sum]) -> Sum:
    return sum(sums, NOTHING)


@dataclass(frozen=True)
class Block:
    """Series of one kind that are counted together: numbers `first` up to `first + count`."""

    kind: int
    first: int
    count: int
    unit: float

    def __getitem__(self, number: int) -> Sum:
        assert 0 <= number < self.count
        return Sum(((self.kind, self.first + number, 1.0),), self.unit)

    def of(self, counted: Counted) -> Floats:
        """The part of what is counted that is this block's own, to be filled."""
        return counted.series[self.kind][self.first : self.first + self.count]


@dataclass(frozen=True)
class Counted:
    """What is counted in one run: by kind, arrays of shape (series, months) or, for BY_PERIOD, (series, periods)."""

    series: tuple[Floats, Floats, Floats]

    def take(self, other: Counted, owners: Sequence[Numbers], taken: NDArray[np.bool_]) -> None:
        """Let the series of some owners be as in another run. `taken`: by number of owner, the last one `EVERYBODY`."""
        for mine, its, whose in zip(self.series, other.series, owners, strict=True):
            mine[taken[whose]] = its[taken[whose]]


@dataclass(frozen=True)
class _Line:
    row: Row
    above: Sum
    below: Sum | None
    times: Sum | None
    where: NDArray[np.bool_] | None
    rest: bool
    reached: bool


@dataclass
class Book:
    """Being written. `line` says what a row is; rows come in the order in which they are written.

    Series are counted for their owners, one for each: numbers of verksamheter, in each of which the part of the kommun
    lies whose stays decide the series.
    """

    grid: Grid
    owners: list[list[int]] = field(default_factory=lambda: [[], [], []])
    fixed: list[Floats] = field(default_factory=list)
    lines: dict[Row, _Line] = field(default_factory=dict)

    def monthly(self, owners: Numbers, unit: float = 1.0) -> Block:
        return self._block(MONTHLY, owners, unit)

    def at_end(self, owners: Numbers) -> Block:
        return self._block(AT_END, owners, 1.0)

    def by_period(self, owners: Numbers) -> Block:
        return self._block(BY_PERIOD, owners, 1.0)

    def constant(self, values: Floats, unit: float = 1.0) -> Sum:
        """A series that is the same in every replication. Shape (periods,)."""
        self.fixed.append(values)
        return Sum(((FIXED, len(self.fixed) - 1, 1.0),), unit)

    @cached_property
    def days(self) -> Sum:
        """Days of each period."""
        return self.constant(self.grid.days)

    def _block(self, kind: int, owners: Numbers, unit: float) -> Block:
        block = Block(kind, len(self.owners[kind]), len(owners), unit)
        self.owners[kind] += owners.tolist()
        return block

    def line(
        self,
        row: Row,
        above: Sum,
        below: Sum | None = None,
        times: Sum | None = None,
        where: NDArray[np.bool_] | None = None,
        rest: bool = False,
        reached: bool = False,
    ) -> None:
        """above, or above / below (NaN where nothing is below), × times.

        If `rest`, 1 minus that; if `reached`, 1 where that is at least zero, else 0. NaN in the periods not in `where`.
        """
        assert row not in self.lines, row
        self.lines[row] = _Line(row, above, below, times, where, rest, reached)

    def closed(self) -> Lines:
        """What is written, as arrays."""
        lines = list(self.lines.values())
        none = len(self.fixed)
        firsts = np.cumsum([0, *map(len, self.owners)]).tolist()

        def gather(sums: list[Sum]) -> _Sums:
            at, signs, first = list[int](), list[float](), list[int]()
            for each in sums:
                first.append(len(at))
                for kind, number, sign in each.terms or ((FIXED, none, 1.0),):
                    at.append(firsts[kind] + number)
                    signs.append(sign)
            units = np.array([each.unit for each in sums])
            in_units = np.flatnonzero(units != 1.0)
            return _Sums(
                np.array(at, dtype=np.int64),
                np.flatnonzero(np.array(signs) < 0),
                np.array(first, dtype=np.int64),
                in_units,
                units[in_units, None],
            )

        divided = [(number, line.below) for number, line in enumerate(lines) if line.below is not None]
        scaled = [(number, line.times) for number, line in enumerate(lines) if line.times is not None]
        hidden = np.array([np.zeros(len(self.grid), dtype=bool) if x.where is None else ~x.where for x in lines])
        return Lines(
            self.grid,
            tuple(np.array(owners, dtype=np.int64) for owners in self.owners),
            tuple(line.row for line in lines),
            np.array([*self.fixed, np.zeros(len(self.grid))]),
            gather([line.above for line in lines]),
            np.array([number for number, _ in divided], dtype=np.int64),
            gather([below for _, below in divided]),
            np.array([number for number, _ in scaled], dtype=np.int64),
            gather([times for _, times in scaled]),
            np.flatnonzero([line.rest for line in lines]),
            np.flatnonzero([line.reached for line in lines]),
            hidden,
        )


@dataclass(frozen=True)
class _Sums:
    """Several `Sum`s: the series of each follow one another from its `first`. `taken_away`: places of those subtracted.

    `in_units`: the sums whose unit is not one, and their `units`.
    """

    at: Numbers
    taken_away: Numbers
    first: Numbers
    in_units: Numbers
    units: Floats

    def of(self, series: Floats) -> Floats:
        if not len(self.first):
            return np.empty((0, series.shape[1]))
        terms = series[self.at]
        terms[self.taken_away] *= -1.0
        found = np.add.reduceat(terms, self.first, axis=0)
        found[self.in_units] /= self.units
        return np.asarray(found)


@dataclass(frozen=True)
class Lines:
    """How all rows are made from what is counted. `owners` of the series that are counted, by kind."""

    grid: Grid
    owners: tuple[Numbers, ...]
    rows: tuple[Row, ...]
    fixed: Floats
    above: _Sums
    divided: Numbers
    below: _Sums
    scaled: Numbers
    times: _Sums
    rest: Numbers
    reached: Numbers
    hidden: NDArray[np.bool_]

    def empty(self) -> Counted:
        """Nothing counted yet."""
        months = len(self.grid.edges) - 1
        monthly, at_end, by_period = map(len, self.owners)
        return Counted((np.zeros((monthly, months)), np.zeros((at_end, months)), np.zeros((by_period, len(self.grid)))))

    def values(self, counted: Counted) -> Floats:
        """Shape (rows, periods)."""
        monthly, at_end, by_period = counted.series
        series = np.concatenate([self.grid.total(monthly), at_end[:, self.grid.after - 1], by_period, self.fixed])
        found = self.above.of(series)
        found[self.divided] = ratio(found[self.divided], self.below.of(series))
        found[self.scaled] *= self.times.of(series)
        found[self.rest] = 1 - found[self.rest]
        found[self.reached] = found[self.reached] >= 0
        found[self.hidden] = np.nan
        return found
