"""Files of exports for tests, written by hand and not by what the program itself writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

PLACERINGAR = ("Klientnr", "Verksamhet", "Insats", "Regi", "Startdatum", "Slutdatum", "Dygnskostnad")
ARENDEN = ("Klientnr", "Verksamhet", "Ärendetyp", "Inkom", "Utredning inledd", "Beslutsdatum", "Resultat")
UTBETALNINGAR = ("Hushållsid", "Avser månad", "Belopp")


def write_csv(
    path: Path,
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    delimiter: str = ";",
    encoding: str = "utf-8-sig",
) -> Path:
    """Cells as they are, without quotes."""
    lines = [delimiter.join("" if cell is None else str(cell) for cell in row) for row in (headings, *rows)]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def write_xlsx(
    path: Path, headings: Sequence[str], rows: Sequence[Sequence[Any]], above: Sequence[Sequence[Any]] = ()
) -> Path:
    """One sheet; `above`: rows before the headings."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (*above, headings, *rows):
        sheet.append([datetime.combine(cell, datetime.min.time()) if isinstance(cell, date) else cell for cell in row])
    book.save(path)
    return path


def placements(number: int = 60) -> list[tuple[Any, ...]]:
    """Some placements of 30 people, typed; every fifth still there."""
    forms = ("Familjehem", "HVB-hem", "Stödboende")
    return [
        (
            f"{7000 + place % 30}",
            "Barn och ungdom" if place % 3 else "Missbruk",
            forms[(place + place // 30) % 3],
            "Egen regi" if place % 2 else "Köpt",
            date(2019 + place % 5, 1 + place % 12, 1 + place % 28),
            None if place % 5 == 0 else date(2020 + place % 5, 1 + place % 12, 1 + (place * 7) % 28),
            1000.5 + place,
        )
        for place in range(number)
    ]
