"""What was written is what is read back: every number to the last bit, under its own names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.labels import LABELS
from sim.report.saved import _statistics, _tables
from sim.results import write_long, write_statistics
from sim.statistics import DIFFERENCES, LEVELS, compared
from sim.tables import Table

MEASURES = list(LABELS)[:2]
ROWS = [(area, measure, part) for part in ("", 'b;"x"', "Å", "a\u00a0b") for measure in MEASURES for area in ("ö", "z")]
PERIODS = ("2019", "2018", "2018–2019", "2018H1")


def tables(names: tuple[str, ...]) -> list[Table]:
    """Some numbers are missing, of some rows all; the last scenario measures something that the others do not."""
    random = np.random.default_rng(3)
    found = []
    for name in names:
        rows = ROWS if name == names[-1] else ROWS[:-1]
        values = random.lognormal(0, 9, (6, len(rows), len(PERIODS)))
        values[random.random(values.shape) < 0.2] = np.nan
        values[:, 2], values[1:, 3] = np.nan, np.nan
        found.append(Table(name, (3, 4, 5, 7, 8, 100_000_000_000), tuple(rows), PERIODS, values))
    return found


@pytest.mark.parametrize("names", [("nulage",), ("nulage", "mer"), ("nulage", "b", "a")])
def test_all_that_was_measured_is_read_back(names: tuple[str, ...], tmp_path: Path) -> None:
    written = tables(names)
    write_long(written, PERIODS, tmp_path / "matt.parquet")
    read = _tables(tmp_path / "matt.parquet", names)
    for old, new in zip(written, read, strict=True):
        assert (new.scenario, new.replications, new.periods) == (old.scenario, old.replications, tuple(sorted(PERIODS)))
        assert list(new.rows) == sorted(row for row in old.rows if row != old.rows[2])
        for row in new.rows:
            for period in PERIODS:
                assert new.of(row, period).tobytes() == old.of(row, period).tobytes()
    levels, differences = compared(written)
    for kept, columns in ((levels, LEVELS), (differences, DIFFERENCES)):
        write_statistics(kept, columns, tmp_path / "x.csv")
        for old, new in zip(
            kept, _statistics(tmp_path / "x.csv", [each.scenario for each in kept], columns), strict=True
        ):
            assert list(new.rows) == [row for row in old.rows if old.of(row).periods]
            for row in new.rows:
                mine, theirs = new.of(row), old.of(row)
                assert mine.periods == theirs.periods
                for name in columns:
                    assert np.array_equal(mine[name], theirs[name], equal_nan=True)
