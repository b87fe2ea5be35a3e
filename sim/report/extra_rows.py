"""Rows of the tables that other commands write, as cells of a document."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.report.document import Block, Figure, Inline, Interval, Number
from sim.report.numbers import Shown

Row = Mapping[str, str]


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def value_in(row: Row, column: str) -> float:
    """A number with a decimal comma. ValueError where there is none."""
    return float(row[column].replace(",", "."))


def number_in(row: Row, column: str, how: Shown, sign: bool = False) -> Number | None:
    """None where the cell is empty."""
    if not row[column]:
        return None
    return Number(value_in(row, column) * how.factor, how.decimals, sign, how.percent, how.unit)


def interval_in(row: Row, low: str, high: str, how: Shown) -> Interval | None:
    ends = number_in(row, low, how), number_in(row, high, how)
    return Interval(ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None


def inline(cell: Inline | None) -> Inline:
    return "–" if cell is None else cell


def drawn(folder: Path, name: str, caption: str, alt: Sequence[Inline]) -> list[Block]:
    """The figure of a table, where it lies beside it as SVG and PNG."""
    path = folder / f"{name}.svg"
    there = path.is_file() and path.with_suffix(".png").is_file()
    return [Figure(name, path, tuple(alt), caption)] if there else []


def suited(values: Sequence[float]) -> Shown:
    """Decimals that suit the size of numbers."""
    largest = max(map(abs, values), default=0.0)
    return Shown(1.0, 0 if largest >= 100 else 1 if largest >= 10 else 2)
