"""What is said of the lists: one remark for each kind of trouble in a file, never with what stands in its cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MOST_ROWS = 20
"""Row numbers that a remark names; the rest are counted."""

Weight = Literal["fel", "varning", "upplysning"]


@dataclass(frozen=True)
class Remark:
    """Something that a planner should know of a list, in Swedish."""

    kod: str
    """What kind of trouble: an ASCII key, the same for every file."""
    lista: str
    """placeringar, arenden, utbetalningar, volymer; empty where it concerns a whole file or the folder."""
    fil: str
    rader: tuple[int, ...]
    """Row numbers as Excel counts, at most MOST_ROWS."""
    antal: int
    """How many rows in all (or how many of what the text says)."""
    text: str
    """What is wrong."""
    behandling: str
    """What was done about it."""
    allvar: Weight = "varning"
    """fel: rows are left out; varning: kept or changed, and may matter; upplysning: for the record."""
    andel_rader: float = float("nan")
    """Share of the list's rows."""
    andel_vikt: float = float("nan")
    """Share of the list's dygn (placeringar) or kronor (utbetalningar); NaN where neither can be told."""

    def __str__(self) -> str:
        rows = rows_text(self.rader, self.antal)
        where = f"{self.fil}{', ' + rows if rows else ''}"
        return f"{where}: {self.text} {self.behandling}".strip()


def remark_of(
    kod: str,
    lista: str,
    fil: str,
    rows: Iterable[int],
    text: str,
    behandling: str,
    allvar: Weight = "varning",
    andel_vikt: float = float("nan"),
) -> Remark:
    """A remark about some rows of a file; its share of the list's rows is set when the whole list is known."""
    numbers = sorted({int(row) for row in rows})
    return Remark(
        kod, lista, fil, tuple(numbers[:MOST_ROWS]), len(numbers), text, behandling, allvar, andel_vikt=andel_vikt
    )


def rows_text(rows: tuple[int, ...], count: int) -> str:
    """«rad 7», «rad 7, 9 och 12», «rad 7, 9, 12 … (140 rader)»."""
    if not rows:
        return ""
    numbers = [str(row) for row in rows]
    if count > len(rows):
        return f"rad {', '.join(numbers[:5])} … ({count} rader)"
    return f"rad {numbers[0]}" if len(numbers) == 1 else f"rad {', '.join(numbers[:-1])} och {numbers[-1]}"
