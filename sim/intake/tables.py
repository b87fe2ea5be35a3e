"""Files as tables: where the headings are, and the columns below them. Knows headings, not what cells mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.intake.cells import Distinct, distinct, text_of
from sim.intake.columns import FIELDS, fields_for, plain
from sim.intake.csv_files import DELIMITERS, decoded, rows_of
from sim.intake.remarks import Remark, remark_of
from sim.intake.workbooks import SUFFIXES, sheets

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".skv")
_HEADER_WITHIN = 60
"""How far down the headings may stand."""
_ENOUGH = 2
"""Headings that must be known for a row to be the headings."""


@dataclass(frozen=True, repr=False)
class Grid:
    """A text file, or a sheet of a workbook: rows of cells, those without anything left out."""

    fil: str
    kodning: str
    """How it was read, in Swedish."""
    rows: list[list[Any]]
    numbers: NDArray[np.int32]
    """The row of each, as Excel counts."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, repr=False)
class Table:
    """Headings, and the cells below each."""

    fil: str
    kodning: str
    header_row: int
    headings: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]
    numbers: NDArray[np.int32]
    remarks: tuple[Remark, ...]

    @cached_property
    def _distinct(self) -> dict[int, Distinct]:
        return {}

    def column(self, place: int) -> Distinct:
        """The different cells of a column, worked out once."""
        if place not in self._distinct:
            self._distinct[place] = distinct(self.columns[place])
        return self._distinct[place]

    @property
    def height(self) -> int:
        return len(self.numbers)


def grids(path: Path) -> Iterator[Grid]:
    """What a file holds. Raises HemmaplanError where it cannot be read."""
    if path.suffix.lower() not in SUFFIXES:
        yield _text_grid(path)
        return
    seen = [(name, rows) for name, hidden, rows in sheets(path) if not hidden]
    for name, rows in seen:
        label = path.name if len(seen) == 1 else f"{path.name}, blad {[each for each, _ in seen].index(name) + 1}"
        yield _grid(label, "Excel", rows, ())


def _text_grid(path: Path) -> Grid:
    text = decoded(path.read_bytes())
    rows = rows_of(text.text)
    mended = [
        remark_of(kod, "", path.name, (), said, "Kontrollera några rader.", "upplysning")
        for kod, said in (("kodning_lagad", text.lagad), ("citattecken", rows.lagad))
        if said
    ]
    how = f"{text.kodning}, {DELIMITERS.get(rows.avgransare, repr(rows.avgransare))}"
    return _grid(path.name, how, rows.rows, tuple(mended))


def _grid(fil: str, kodning: str, rows: Sequence[list[Any]], remarks: tuple[Remark, ...]) -> Grid:
    kept = [(number, row) for number, row in enumerate(rows, start=1) if any(cell not in ("", None) for cell in row)]
    numbers = np.fromiter((number for number, _ in kept), np.int32, len(kept))
    return Grid(fil, kodning, [row for _, row in kept], numbers, remarks)


@dataclass(frozen=True)
class Header:
    """Where the headings stand: `first` and `last` are places in the grid's rows."""

    first: int
    last: int
    headings: tuple[str, ...]
    known: int


def find_header(grid: Grid, own: Mapping[str, str]) -> Header | None:
    """The row, or the two rows, with the most headings that we know; `own`: headings that the mapping file names."""
    names = {plain(heading) for heading in own}
    texts = [[text_of(cell) for cell in row] for row in grid.rows[: _HEADER_WITHIN + 1]]
    best: Header | None = None
    for place, row in enumerate(texts[:_HEADER_WITHIN]):
        for found in (_header(place, place, row, names), *_double(place, texts, names)):
            better = best is None or (found.known, found.first - found.last) > (best.known, best.first - best.last)
            if found.known >= _ENOUGH and better:
                best = found
    return best


def _double(place: int, texts: Sequence[list[str]], own: set[str]) -> Iterator[Header]:
    """Headings on two rows: groups above («Utredning»), parts below («Start», «Slut»)."""
    if place + 1 < len(texts):
        upper, lower = texts[place], texts[place + 1]
        if sum(map(bool, upper)) > 1:
            yield _header(place, place + 1, _joined(upper, lower), own)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    joined, group = [], ""
    for column in range(max(len(upper), len(lower))):
        above = upper[column] if column < len(upper) else ""
        below = lower[column] if column < len(lower) else ""
        group = above or group
        both = f"{group} {below}".strip() if below and below != group else above
        alone = _count([below], set()) and not _count([both], set())
        joined.append(below if alone else both)
    return joined


def _header(first: int, last: int, row: Sequence[str], own: set[str]) -> Header:
    return Header(first, last, tuple(row), _count(row, own))


def _count(headings: Sequence[str], own: set[str]) -> int:
    """How many different fields the headings are, in the list that knows the most of them."""
    mine = {plain(heading) for heading in headings if heading} & own
    return max(
        len({fields_for(lista, heading)[0] for heading in headings if heading and fields_for(lista, heading)} | mine)
        for lista in FIELDS
    )


def table_of(grid: Grid, header: Header) -> Table:
    """The columns below the headings. Rows longer than the headings are left out, and said."""
    width = max((place + 1 for place, heading in enumerate(header.headings) if heading), default=0)
    body, numbers = grid.rows[header.last + 1 :], grid.numbers[header.last + 1 :]
    long = np.fromiter((any(cell not in ("", None) for cell in row[width:]) for row in body), bool, len(body))
    remarks = list(grid.remarks)
    if long.any():
        text = "Raden har fler celler än rubriker: ett skiljetecken i en text flyttar resten."
        remarks.append(
            remark_of("for_manga_celler", "", grid.fil, numbers[long], text, "Raderna är utelämnade.", "fel")
        )
    kept = [row for row, extra in zip(body, long, strict=True) if not extra]
    even = [row if len(row) == width else [*row[:width], *[""] * (width - len(row))] for row in kept]
    columns = tuple(zip(*even, strict=True)) if even else ((),) * width
    return Table(
        grid.fil,
        grid.kodning,
        int(grid.numbers[header.last]),
        header.headings[:width],
        columns,
        numbers[~long],
        tuple(remarks),
    )
