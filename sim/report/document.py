"""A document as plain data: headings, text, tables and figures, and nothing of what they are about or how they look.

Numbers stay numbers until a writer shows them, and carry where they come from, so that they can be recomputed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sim.swedish import tal

SHORT = 12
"""Rows of a table that is not divided between pages."""


@dataclass(frozen=True)
class Ref:
    """A cell of the saved tables. `kind`: `nivå` (a column of nivaer.csv) or `skillnad` (of skillnader.csv)."""

    kind: Literal["nivå", "skillnad"]
    scenario: str
    period: str
    verksamhet: str
    matt: str
    del_: str
    column: str


@dataclass(frozen=True)
class Number:
    """`value` in the unit shown; a share that is shown as per cent is still a share. `ref` × `factor` is the value.

    `offset`: a second cell that the first is taken from (budget − avvikelse).
    """

    value: float
    decimals: int = 0
    sign: bool = False
    percent: bool = False
    unit: str = ""
    ref: Ref | None = None
    factor: float = 1.0
    offset: Ref | None = None

    @property
    def text(self) -> str:
        """As a Swedish reader expects it, with its unit."""
        number = tal(100 * self.value if self.percent else self.value, self.decimals, self.sign)
        unit = "%" if self.percent else self.unit
        return f"{number}\u00a0{unit}" if unit else number


@dataclass(frozen=True)
class Interval:
    """From one number to another."""

    low: Number
    high: Number

    @property
    def text(self) -> str:
        return f"{self.low.text}\u00a0till\u00a0{self.high.text}"


@dataclass(frozen=True)
class Strong:
    """Text that stands out."""

    text: str


@dataclass(frozen=True)
class Masked:
    """What stands where a number would: one that is not shown, since it is of too few persons, or several."""

    text: str = "färre än 5"


@dataclass(frozen=True)
class Month:
    """A month of a calendar."""

    year: int
    month: int

    @property
    def text(self) -> str:
        return f"{self.year}-{self.month:02d}"


Inline = str | Number | Interval | Strong | Masked | Month
Cell = str | Number | Interval | Masked | Month | None


@dataclass(frozen=True)
class Heading:
    text: str
    level: Literal[1, 2, 3] = 1
    wide: bool = False
    """On a page on its side, with what follows."""


@dataclass(frozen=True)
class Paragraph:
    """`kind`: `lead` introduces the document, `note` is small print, `box` stands out."""

    parts: tuple[Inline, ...]
    kind: Literal["body", "lead", "note", "box"] = "body"


@dataclass(frozen=True)
class Finding:
    """A conclusion: a number to see from afar with a few words under it, and what it means. `sure`: it is not zero."""

    title: str
    number: Strong | Number
    label: str
    parts: tuple[Inline, ...]
    sure: bool = True


@dataclass(frozen=True)
class Bullets:
    items: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True)
class Table:
    """`key` names its sheet. Columns of numbers stand to the right; how wide columns are is a matter of what they hold.

    `small`: a long table in smaller type.
    """

    key: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: tuple[Inline, ...] = ()
    small: bool = False

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.header)]
        if wrong:
            raise ValueError(f"{self.key}: {wrong[0]} has not {len(self.header)} cells")

    def without_empty(self) -> Table:
        """The same without columns that no row has anything in."""
        kept = [place for place in range(len(self.header)) if any(row[place] is not None for row in self.rows)]
        return replace(
            self,
            header=tuple(self.header[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in self.rows),
        )

    @property
    def short(self) -> bool:
        """Whether it is to be kept on one page."""
        return len(self.rows) <= SHORT

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers, and nothing but numbers where they are not empty."""
        columns = [[cell for cell in column if cell is not None] for column in zip(*self.rows, strict=True)]
        return tuple(
            bool(column) and all(isinstance(cell, Number | Interval | Masked) for cell in column) for column in columns
        ) or (False,) * len(self.header)


@dataclass(frozen=True)
class Chart:
    """What stands behind a figure, and how a workbook may draw it.

    `series`: columns that are drawn, as places in the table's header; `names`: the column along the axis.
    """

    kind: Literal["line", "column", "bar"]
    table: Table
    series: tuple[int, ...]
    unit: str
    names: int = 0
    spans: tuple[tuple[int, int, int], ...] = ()
    """(series, column of the low end, column of the high end), the same column where it holds intervals."""
    groups: tuple[tuple[str, str, int, int], ...] = ()
    """Where all rows do not share a unit: (title, unit, first row, row after the last) of each chart."""


@dataclass(frozen=True)
class Figure:
    """`path`: its SVG, with a PNG of the same name beside it. `alt` says what it shows, with its numbers; the first
    sentence says what kind of drawing it is."""

    key: str
    path: Path
    alt: tuple[Inline, ...]
    caption: str
    chart: Chart | None = None
    width: float = 1.0
    """As a share of the text's width."""
    wide: bool = False
    """On a page on its side."""

    @property
    def alt_text(self) -> str:
        return text_of(self.alt)


Block = Heading | Paragraph | Finding | Bullets | Table | Figure


@dataclass(frozen=True)
class Document:
    """`first_page` stands on a page of its own, before the list of contents."""

    title: str
    subtitle: str
    footer: str
    date: str
    """ISO 8601, of the study; so that the same study gives the same document."""
    first_page: tuple[Block, ...]
    blocks: tuple[Block, ...]
    sheets: tuple[Table, ...] = ()
    """Tables that only the workbook has."""
    readme: tuple[Paragraph, ...] = ()
    """What the workbook's first sheet says."""
    publisher: str = ""
    """Whose document it is."""

    @property
    def every_block(self) -> tuple[Block, ...]:
        return self.first_page + self.blocks


def text_of(parts: tuple[Inline, ...]) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in parts)


def cell_text(cell: Cell) -> str:
    """An empty cell is said to be empty."""
    return "–" if cell is None else cell if isinstance(cell, str) else cell.text


def inlines_of(document: Document) -> Iterator[Inline]:
    """Everything that is written, in order."""
    for block in document.every_block:
        if isinstance(block, Paragraph):
            yield from block.parts
        elif isinstance(block, Finding):
            yield from (block.number, *block.parts)
        elif isinstance(block, Bullets):
            yield from (part for item in block.items for part in item)
        elif isinstance(block, Table):
            yield from (cell for row in block.rows for cell in row if cell is not None)
            yield from block.note
        elif isinstance(block, Figure):
            yield from block.alt


def numbers_of(document: Document) -> Iterator[Number]:
    """Every number that is written, both ends of intervals among them."""
    for part in inlines_of(document):
        if isinstance(part, Interval):
            yield from (part.low, part.high)
        elif isinstance(part, Number):
            yield part
