"""What a study has measured: one array a scenario, and the same as a tidy table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.labels import LABELS
from sim.periods import Floats
from sim.runs import Row

if TYPE_CHECKING:
    import pandas as pd

LONG = ("scenario", "replikation", "period", "verksamhet", "matt", "del", "varde", "enhet")


@dataclass(frozen=True)
class Replicate:
    """All measures of one replication of one scenario. `values` has shape (rows, periods)."""

    rows: tuple[Row, ...]
    periods: tuple[str, ...]
    values: Floats


@dataclass(frozen=True)
class Table:
    """All measures of all replications of one scenario.

    `values` has shape (replications, rows, periods); NaN where there was nothing to measure.
    """

    scenario: str
    replications: tuple[int, ...]
    rows: tuple[Row, ...]
    periods: tuple[str, ...]
    values: Floats

    def of(self, row: Row, period: str) -> Floats:
        """One measure in each replication; KeyError if it is not there."""
        if row not in self.rows or period not in self.periods:
            raise KeyError(row, period)
        return np.asarray(self.values[:, self.rows.index(row), self.periods.index(period)])

    def only(self, rows: Sequence[Row]) -> Table:
        """The same with these rows, in this order."""
        place = {row: number for number, row in enumerate(self.rows)}
        return replace(self, rows=tuple(rows), values=self.values[:, [place[row] for row in rows]])

    def kept(self, replications: Sequence[int]) -> Table:
        """The same with these replications."""
        if len(replications) == len(self.replications):
            return self
        kept = [self.replications.index(number) for number in replications]
        return replace(self, replications=tuple(replications), values=self.values[kept])

    def pieces(self, size: int) -> Iterator[Table]:
        """The same, so many replications at a time."""
        for first in range(0, len(self.replications), size):
            part = slice(first, first + size)
            yield replace(self, replications=self.replications[part], values=self.values[part])

    def long(self, periods: Sequence[str] | None = None, coded: bool = False) -> pd.DataFrame:
        """Tidy, with the columns `LONG` and without empty cells, for some or all of the periods.

        `coded`: texts as categories, which is quicker and takes less room.
        """
        import pandas as pd

        chosen = [self.periods.index(period) for period in (self.periods if periods is None else periods)]
        values = self.values[:, :, chosen]
        shape = values.shape
        areas, measures, parts = zip(*self.rows, strict=True)
        columns: dict[str, tuple[int, Sequence[object]]] = {
            "scenario": (0, [self.scenario] * shape[0]),
            "replikation": (0, list(self.replications)),
            "period": (2, [self.periods[number] for number in chosen]),
            "verksamhet": (1, areas),
            "matt": (1, measures),
            "del": (1, parts),
            "enhet": (1, [LABELS[measure].enhet for measure in measures]),
        }
        known = ~np.isnan(values.ravel())
        frame = {name: _column(shape, axis, content, known, coded) for name, (axis, content) in columns.items()}
        return pd.DataFrame({**frame, "varde": values.ravel()[known]})[list(LONG)]


def _column(shape: tuple[int, ...], axis: int, content: Sequence[object], known: np.ndarray, coded: bool) -> Any:
    """What stands along one axis, for each known cell."""
    import pandas as pd

    along = [1, 1, 1]
    along[axis] = shape[axis]
    names = sorted(set(map(str, content)))
    if isinstance(content[0], int):
        each = np.array(content, dtype=np.int64)
    elif coded:
        each = np.array([names.index(str(value)) for value in content], dtype=np.int32)
    else:
        each = np.array(content, dtype=object)
    found = np.broadcast_to(each.reshape(along), shape).ravel()[known]
    return pd.Categorical.from_codes(found, categories=pd.Index(names)) if each.dtype == np.int32 else found


def table_of(scenario: str, replicates: dict[int, Replicate]) -> Table:
    """Replications by number as one table; a measure that some of them lack is empty there."""
    numbers = tuple(sorted(replicates))
    first = replicates[numbers[0]]
    rows = tuple(dict.fromkeys(row for number in numbers for row in replicates[number].rows))
    if all(replicates[number].rows == rows for number in numbers):
        values = np.stack([replicates[number].values for number in numbers])
    else:
        values = np.full((len(numbers), len(rows), len(first.periods)), np.nan)
        place = {row: at for at, row in enumerate(rows)}
        for at, number in enumerate(numbers):
            values[at, [place[row] for row in replicates[number].rows]] = replicates[number].values
    return Table(scenario, numbers, rows, first.periods, values)
