"""A made-up export as a workbook: dates and numbers as such, headings on two rows where they have groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.errors import HemmaplanError

FONT = {"font_name": "Calibri", "font_size": 11}
FORMATS = {"manad": "mmm yyyy", "ar": "0", "varde": "0.00", "dygnspris_kr": "# ##0.00", "belopp_kr": "# ##0.00"}
DATE = "yyyy-mm-dd"
MADE = datetime(2025, 1, 15)
"""When the file says that it was made: the same whenever it is."""


def write_workbook(
    path: Path,
    ingress: Sequence[str],
    headings: Sequence[str],
    columns: Sequence[tuple[str, Sequence[Any]]],
    totals: Sequence[str],
) -> int:
    """Lines, headings ("group|heading" for two rows), columns by what they hold, and a last row in bold if any.

    Returns the rows above the first one of the columns. Raises HemmaplanError where XlsxWriter is not installed.
    """
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise HemmaplanError(
            "exempeldata: Excelfiler kräver paketet XlsxWriter; installera det med pip install hemmaplan[bilaga], "
            "eller välj --system combine"
        ) from None
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": path.stem, "author": "exempeldata", "created": MADE})
    bold = book.add_format(FONT | {"bold": True})
    formats = {what: book.add_format(FONT | {"num_format": FORMATS.get(what, DATE)}) for what, _ in columns}
    sheet = book.add_worksheet("Uttag")
    for row, line in enumerate(ingress):
        sheet.write_string(row, 0, line, bold)
    above = _headings(sheet, headings, len(ingress), bold)
    height = len(columns[0][1])
    for row in range(height):
        for column, (what, values) in enumerate(columns):
            _cell(sheet, above + row, column, values[row], formats[what])
    for column, cell in enumerate(totals):
        sheet.write_string(above + height, column, cell, bold)
    book.close()
    return above


def _cell(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, form)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value, form)


def _headings(sheet: Any, headings: Sequence[str], row: int, bold: Any) -> int:
    """Headings from a row on; returns the first row below them."""
    groups = [heading.partition("|")[0] for heading in headings if "|" in heading]
    for place, group in enumerate(groups):
        if place and groups[place - 1] == group:
            continue
        last = place + next((step for step, other in enumerate(groups[place:]) if other != group), len(groups) - place)
        if last - 1 > place:
            sheet.merge_range(row, place, row, last - 1, group, bold)
        else:
            sheet.write_string(row, place, group, bold)
    below = row + 1 if groups else row
    for place, heading in enumerate(headings):
        sheet.write_string(below, place, heading.rpartition("|")[2], bold)
    return below + 1
