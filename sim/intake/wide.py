"""Tables of volumes with years, months or kinds of number as columns, turned to one number a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.intake.cells import is_nothing, month_number, text_of
from sim.intake.columns import fields_for, plain
from sim.intake.tables import Table
from sim.intake.words import KNOWN

_MOST = 400
"""Rows above which a table is no table of volumes."""


class Spread(NamedTuple):
    """What a column's heading says of the numbers below it."""

    place: int
    ar: str
    manad: str
    slag: str


def lengthened(table: Table) -> Table | None:
    """The same numbers, one a row; None where the columns are no years, months or kinds of number."""
    found = [each for place, heading in enumerate(table.headings) for each in _spread(place, heading)]
    if not found or table.height > _MOST:
        return None
    spread = _one_kind(found)
    year = _year_of(table) if not any(each.ar for each in spread) else ""
    has_year = any("ar" in fields_for("volymer", heading) for heading in table.headings)
    if len(spread) < 2 and not (has_year and spread[0].slag):
        return None
    taken = {each.place for each in spread}
    kept = [place for place in range(len(table.headings)) if place not in taken]
    rows = [
        (row, each)
        for row in range(table.height)
        for each in spread
        if not is_nothing(text_of(table.columns[each.place][row]))
    ]
    columns: list[Sequence[object]] = [[table.columns[place][row] for row, _ in rows] for place in kept]
    headings = [table.headings[place] for place in kept]
    for name, said in (
        ("ar", [each.ar or year for _, each in rows]),
        ("manad", [each.manad for _, each in rows]),
        ("slag", [each.slag for _, each in rows]),
    ):
        if any(said):
            columns.append(said)
            headings.append(name)
    columns.append([table.columns[each.place][row] for row, each in rows])
    numbers = table.numbers[np.array([row for row, _ in rows], dtype=int)]
    return replace(table, headings=(*headings, "varde"), columns=tuple(columns), numbers=numbers)


def _spread(place: int, heading: str) -> list[Spread]:
    """What a heading says, if it is a year, a month or a kind of number."""
    flat = plain(heading)
    if re.fullmatch(r"(?:ar|bokslut|utfall|budget)?(?:19|20)\d\d", flat):
        slag = {"bokslut": "kostnad_tkr", "utfall": "kostnad_tkr", "budget": "budget_tkr"}.get(flat[:-4], "")
        return [Spread(place, flat[-4:], "", slag)]
    month = re.fullmatch(r"([a-z]{3,9}?)((?:19|20)\d\d)?", flat)
    if month and month_number(month.group(1)):
        return [Spread(place, month.group(2) or "", str(month_number(month.group(1))), "")]
    bare = plain(re.sub(r"\(.*?\)", "", heading))
    slag = KNOWN["slag"].get(flat) or KNOWN["slag"].get(bare, "")
    return [Spread(place, "", "", slag)] if slag else []


def _one_kind(found: Sequence[Spread]) -> list[Spread]:
    """Months before years before kinds of number: those that are fewer are columns of their own."""
    for kind in ("manad", "ar", "slag"):
        those = [each for each in found if getattr(each, kind)]
        if len(those) > 1:
            return those
    return list(found)


def _year_of(table: Table) -> str:
    """A year in the name of the file, where only one stands there."""
    years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", table.fil))
    return years.pop() if len(years) == 1 else ""
