"""The lines of a book that are made of other lines: ratios of kronor and volumes, and who keeps within budget."""

from __future__ import annotations

from collections.abc import Collection

from sim.book import Book, total
from sim.runs import Row

Ratio = tuple[Row, list[Row], list[Row]]
"""A row, and the rows whose sums it is the ratio of: above, below."""


def ratio_rows(rows: Collection[Row]) -> list[Ratio]:
    """Mean prices, the share of cost at home and bought, and the mean benefit."""
    found: list[Ratio] = []
    for area, matt, part in rows:
        here = (area, matt, part)
        if matt == "varddygn" and (area, "kostnad_resurs", part) in rows:
            found.append(((area, "snittpris", part), [(area, "kostnad_resurs", part)], [here]))
        if matt == "bidragsmanader":
            found.append(((area, "medelbistand", part), [(area, "utbetalt_bistand", part)], [here]))
        if matt == "varddygn_extern":
            bought = [row for row in [(area, "kostnad", "extern")] if row in rows]
            own = [row for row in [(area, "kostnad_vardplatser", "")] if row in rows]
            found.append(((area, "snittpris_extern", ""), bought, [here]))
            found.append(((area, "snittpris_intern", ""), own, [(area, "varddygn_intern", "")]))
            found.append(((area, "andel_hemmaplan_kostnad", ""), own, own + bought))
            found.append(((area, "andel_extern_kostnad", ""), bought, own + bought))
    return found


def write_ratios(book: Book) -> None:
    for row, above, below in ratio_rows(dict(book.lines)):
        over, under = (total(book.lines[each].above for each in some) for some in (above, below))
        book.line(row, over, under)


def write_within_budget(book: Book) -> None:
    """1 where a whole calendar year ends within budget, else 0: the mean over replications is the probability."""
    for (area, matt, part), line in list(book.lines.items()):
        if matt == "avvikelse":
            book.line((area, "inom_budget", part), line.above, where=book.grid.whole_year, reached=True)
