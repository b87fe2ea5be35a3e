"""How a workbook's sheets are laid out: their names, how wide their columns are, and what a printed page holds.

Widths are in characters, lengths in pixels of a screen (96 to an inch). Pages are A4 on their side.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.report.document import Cell, Interval, Number, Table, cell_text
from sim.report.text import clean

ROW, COLUMN = 20, 64
"""Excel's own row and column."""
HEADER_ROW = 2
"""Below the title and the way back."""
SCREEN, SCREEN_PIXELS = 165, 1300
"""So much of a row does a laptop's screen of 1366 pixels show: characters in cells, and pixels."""
MOST_WIDE, LEAST_WIDE, SHRUNK = 100, 10, 24
BUTTON = 3
"""The button of a filter covers the end of a header."""
ONE_LINE = 13
"""A header that is no longer than so is not set on two."""
BOLD = 1.05
"""So much wider are its letters."""
LONGEST_NAME = 31
NO_END = {"och", "i", "på", "mot", "per", "av", "som", "till", "från", "för", "det", "den", "så", "vad", "eller", "om"}
"""A name that is cut does not end so."""
MARGINS = {"left": 0.5, "right": 0.5, "top": 0.75, "bottom": 0.65}
"""Inches."""
PAGE_WIDE, PAGE_HIGH = 1026, 655
"""Between them."""
SMALLEST = 0.55
"""Letters of eleven points are six on paper."""


def sheet_name(number: str, caption: str) -> str:
    """«Tabell 2 Utfall, budget»: as much as Excel takes, of the marks that it takes; rather a clause than more."""
    marks = (mark if mark.isalnum() or mark in " ,%+-–−()" else ";" for mark in clean(caption) if ord(mark) < 0x10000)
    words = re.sub(r"[;(]", " ; ", "".join(marks).replace(")", "")).split()
    kept, clause = [number], 1
    for word in words:
        mark = word == ";" or word.endswith(",")
        if len(" ".join([*kept, word]).rstrip(",;")) > LONGEST_NAME:
            break
        if word == ";":
            clause = len(kept)
            continue
        kept.append(word)
        clause = len(kept) if mark else clause
    else:
        clause = len(kept)
    if clause > 1:
        kept = kept[:clause]
    while len(kept) > 1 and (kept[-1].lower() in NO_END or not re.search(r"[\w%]", kept[-1])):
        kept.pop()
    return " ".join(kept).rstrip(",")


LETTERS = {
    0.5: "'ijlI.,;: \u00a0",
    0.67: "f-()Jtr|!",
    0.8: 'szcL/"',
    0.95: "xvykFSZgaåäETYe",
    1.15: "RBVAÅÄKPCX",
    1.32: "DHGNUOÖQ&",
    1.7: "wmMW%@Æ—…",
    2.0: "\u2003",
}
"""How wide those of Calibri are, in digits; every other is about as wide as a digit, but those of the Far East."""
WIDTH_OF = {letter: width for width, letters in LETTERS.items() for letter in letters}
FAR = 0x2E7F
SAFE = 0.97
"""Of a line that is counted on."""


def text_width(text: str) -> float:
    """In characters of the width of a digit."""
    return sum(WIDTH_OF.get(letter, 1.04 if ord(letter) < FAR else 2.0) for letter in text)


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes; a word that no line can hold is broken."""
    lines, reached = 1, 0.0
    width *= SAFE
    for word in text.split(" "):
        length = text_width(word)
        if reached and reached + length > width:
            lines, reached = lines + 1, 0.0
        if length > width:
            lines, length = lines + int(length // width), length % width
        reached += length + WIDTH_OF[" "]
    return lines


@dataclass(frozen=True)
class Columns:
    """Of a sheet: where each of the table's columns begins, its titles, and how wide it is."""

    first: tuple[int, ...]
    """The sheet's column of each of the table's: an interval takes two."""
    spans: tuple[bool, ...]
    titles: tuple[str, ...]
    numeric: tuple[bool, ...]
    widths: tuple[int, ...]
    filtered: bool

    @property
    def pixels(self) -> int:
        return sum(map(pixels, self.widths))

    @property
    def header_lines(self) -> int:
        pairs = zip(self.titles, self.widths, strict=True)
        return max(lines_of(title, (width - 1 - BUTTON * self.filtered) / BOLD) for title, width in pairs)

    def lines(self, row: Sequence[Cell]) -> int:
        """How many lines a row of the table takes; its text may be set on several."""
        texts = [(place, cell) for place, cell in zip(self.first, row, strict=True) if isinstance(cell, str)]
        return max((lines_of(clean(text), self.widths[place] - 1) for place, text in texts), default=1)

    def end(self, place: int, last: bool) -> int:
        """The sheet's column of a column's number, or of the low or high end where it holds intervals."""
        return self.first[place] + (last and self.spans[place])


def pixels(width: float) -> int:
    """Of Calibri 11."""
    return int(7 * width + 5)


def columns_of(table: Table, filtered: bool, most: float = SCREEN) -> Columns:
    """Wide enough for what they hold; text is set on more lines where all would be wider than `most`."""
    spans = tuple(any(isinstance(row[place], Interval) for row in table.rows) for place in range(len(table.header)))
    first = tuple(place + sum(spans[:place]) for place in range(len(spans)))
    titles: list[str] = []
    numeric: list[bool] = []
    for title, span, is_numeric in zip(table.header, spans, table.numeric, strict=True):
        ends = (f"{title} från", f"{title} till") if span else (title,)
        titles += [clean(end).replace(" %", "\u00a0%") for end in ends]
        numeric += [is_numeric] * len(ends)
    least = [max(LEAST_WIDE, _header_width(title, filtered) + 2 + BUTTON * filtered) for title in titles]
    widths = [min(width, MOST_WIDE) for width in least]
    for place, cells in zip(first, zip(*table.rows, strict=True), strict=bool(table.rows)):
        for end, length in enumerate(_lengths(cells), start=place):
            widths[end] = max(widths[end], min(length + 2, MOST_WIDE))
    while sum(widths) > most:
        can = [place for place, yes in enumerate(numeric) if not yes and widths[place] > max(SHRUNK, least[place])]
        if not can:
            break
        widths[max(can, key=widths.__getitem__)] -= 1
    return Columns(first, spans, tuple(titles), tuple(numeric), tuple(widths), filtered)


def _header_width(title: str, filtered: bool) -> int:
    """Of its longest word, or of all of it where it is short."""
    whole, longest = text_width(title), max(map(text_width, title.split(" ")))
    return math.ceil(BOLD * (longest if filtered or whole > ONE_LINE else whole))


def _lengths(cells: Sequence[Cell]) -> tuple[int, ...]:
    """The longest cell of a column; where it holds intervals, also the longest high end."""
    between = [cell for cell in cells if isinstance(cell, Interval)]
    numbers = [cell for cell in cells if isinstance(cell, Number)] + [cell.low for cell in between]
    texts = {cell_text(cell) for cell in cells if not isinstance(cell, Number | Interval)}
    longest = max(
        max(map(_length, numbers), default=0),
        max((math.ceil(text_width(clean(text))) + 1 for text in texts), default=0),
    )
    return (longest, max(_length(cell.high) for cell in between)) if between else (longest,)


def _length(number: Number) -> int:
    """About; with a sign and a thousands' space for each."""
    shown = 100 * number.value if number.percent else number.value
    return len(f"{shown:+,.{number.decimals}f}") + (len(number.unit) + 1 if number.unit else 2 * number.percent)


def column_at(length: float, widths: Sequence[int]) -> int:
    """The column in which a length from the left ends."""
    column, reached = 0, 0
    while True:
        reached += pixels(widths[column]) if column < len(widths) else COLUMN
        if reached >= length:
            return column
        column += 1


def title_pixels(text: str) -> int:
    """Of a title: bold, of fourteen points."""
    return int(7 * BOLD * text_width(text) * 14 / 11)


@dataclass(frozen=True)
class Place:
    """Of a chart: where it begins, `left` pixels to the right of the beginning of a cell."""

    row: int
    column: int
    left: int
    width: int
    height: int


@dataclass(frozen=True)
class Charts:
    """Where a sheet's charts stand, the row after the last, how far to the right they reach, and on which rows a new
    page may begin."""

    places: tuple[Place, ...]
    after: int
    right: int
    breaks: tuple[int, ...] = ()


LONG = 12
"""A chart stands beside a longer table, below a shorter one; several stand below, two by two."""
GAP = 20


def place_charts(count: int, rows: int, after: int, columns: Columns) -> Charts:
    """`after`: the first empty row below the table and its note."""
    if count == 1 and rows > LONG:
        width = min(780, max(620, SCREEN_PIXELS - columns.pixels - COLUMN))
        height, top = 440, HEADER_ROW + 1
        place = Place(top, len(columns.widths) + 1, 0, width, height)
        return Charts((place,), max(after, top + height // ROW + 1), columns.pixels + COLUMN + width)
    width, height = (1000, 400) if count == 1 else (610, 340)
    step, top = height // ROW + 1, after + 1
    places = tuple(
        Place(top + step * (place // 2), 0, (width + GAP) * (place % 2), width, height) for place in range(count)
    )
    lines = -(-count // 2)
    right = max(columns.pixels, width if count == 1 else 2 * width + GAP)
    return Charts(places, top + step * lines, right, tuple(top + step * line for line in range(lines)))


@dataclass(frozen=True)
class Paper:
    """`whole`: all on one page. `scale`: per cent; 0 where a page's width decides it. `breaks`: rows with which pages
    begin."""

    whole: bool = False
    scale: int = 0
    breaks: tuple[int, ...] = ()


def paper_of(width: int, rows: int, charts: Charts | None) -> Paper:
    """One page where it can be read so; else such pages that no chart is divided. `rows`: rows that are printed."""
    scale = min(1.0, PAGE_WIDE / width)
    if charts is not None and min(scale, PAGE_HIGH / (rows * ROW)) >= SMALLEST:
        return Paper(whole=True)
    if charts is None or not charts.breaks:
        return Paper()
    fits = PAGE_HIGH / scale / ROW
    breaks: list[int] = []
    begun = 0
    for row, end in zip(charts.breaks, (*charts.breaks[1:], charts.after), strict=True):
        if end - begun > fits:
            breaks.append(row)
            begun = row
    return Paper(scale=int(97 * scale), breaks=tuple(breaks))
