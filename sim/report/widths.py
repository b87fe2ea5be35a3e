"""How wide the columns of a table are to be, from what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np

from sim.periods import Floats
from sim.report.document import Table, cell_text
from sim.report.text import LONGEST

SMALL, NORMAL = 8.0, 9.0
"""Sizes of type in tables, points."""
PADDING = 10.0
"""Beside the text of a cell, both sides together, with a little to spare."""
BOLD = 1.07
"""How much wider a header's type is."""
USUAL = 0.95
"""So large a share of a column's cells are to stand on one line where there is room; the longest may break."""
MOVES, MOST_MOVES = (4.0, 12.0, 36.0), 40
"""Points that are tried to be moved from a column to another, and how many times."""
WRAPPED = 1.03
"""Lines are not filled to the last point."""
UNKNOWN = 0.6
"""Of a character that the typeface lacks, as a share of the size."""


def typeface() -> Path:
    """That the PDF is set in; Word's is as wide or somewhat narrower."""
    import font_source_sans_pro  # type: ignore[import-untyped]

    return Path(font_source_sans_pro.__file__).parent / "files" / "SourceSansPro-Regular.ttf"


def letter_widths() -> Mapping[int, float]:
    """Of each character of the typeface, as a share of the size of type."""
    from sim.figures_text import advances

    return advances(typeface())


@dataclass(frozen=True)
class Columns:
    """`widths` in points. `tight`: some word has no room, and has to be divided."""

    widths: tuple[float, ...]
    tight: bool


def columns_of(table: Table, room: float, advances: Mapping[int, float]) -> Columns:
    """Together they are `room`, points. `advances`: how wide each character is, as a share of the size of type.

    Every column has room for its longest word, and numbers are never broken; what is left goes first to the columns
    that would else take more lines. Words that no line can hold are left to be broken.
    """
    size = SMALL if table.small else NORMAL

    def wide(text: str, bold: bool = False) -> float:
        return size * sum(advances.get(ord(mark), UNKNOWN) for mark in text) * (BOLD if bold else 1.0)

    least, wanted, columns = [], [], []
    for place, (title, is_number) in enumerate(zip(table.header, table.numeric, strict=True)):
        cells = [cell_text(row[place]) for row in table.rows]
        columns.append([wide(cell) for cell in cells])
        lines = sorted(columns[-1])
        usual = lines[min(int(USUAL * len(lines)), len(lines) - 1)] if lines else 0.0
        words = [min(max(wide(part, True) for part in parts) for parts in _in_two(title))]
        words += [wide(cell) for cell in cells] if is_number else [wide(word) for c in set(cells) for word in _words(c)]
        least.append(max(words, default=0.0) + PADDING)
        wanted.append(max(usual + PADDING, least[-1]))
    shared = _shared(least, wanted, room)
    if sum(least) < room < sum(wanted):
        shared = _settled(shared, least, np.array(columns).T)
    return Columns(shared, sum(least) > room)


def _in_two(title: str) -> list[tuple[str, ...]]:
    """The ways to write a header on one line or two."""
    words = _words(title)
    return [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))] or [(title,)]


def _words(text: str) -> list[str]:
    """What stands on one line; of what is to be broken anywhere, a piece that a line can hold."""
    return [word[:LONGEST] for word in re.split(r"[ \u2003]|(?<=[-/])", text) if word]


def _shared(least: Sequence[float], wanted: Sequence[float], room: float) -> tuple[float, ...]:
    """What is wanted and more where there is room; else what is needed and a part of the rest."""
    if sum(wanted) <= room:
        return tuple(each + (room - sum(wanted)) / len(wanted) for each in wanted)
    if sum(least) >= room:
        return tuple(each * room / sum(least) for each in least)
    part = (room - sum(least)) / (sum(wanted) - sum(least))
    return tuple(low + part * (high - low) for low, high in zip(least, wanted, strict=True))


def _settled(widths: Sequence[float], least: Sequence[float], lines: Floats) -> tuple[float, ...]:
    """Room moved between columns as long as the table grows shorter by it. `lines`: how long each cell is on one line,
    points, shape (rows, columns)."""

    def rows(tried: Floats) -> float:
        return float(np.ceil(WRAPPED * lines / (tried - PADDING)).max(axis=1).sum())

    found = np.array(widths)
    best = rows(found)
    for _ in range(MOST_MOVES):
        moves = []
        for size in MOVES:
            for giver, taker in permutations(range(len(found)), 2):
                if found[giver] - size >= least[giver]:
                    tried = found.copy()
                    tried[giver] -= size
                    tried[taker] += size
                    moves.append((rows(tried), size, giver, taker))
        if not moves or min(moves)[0] >= best:
            break
        best, size, giver, taker = min(moves)
        found[giver] -= size
        found[taker] += size
    return tuple(found.tolist())
