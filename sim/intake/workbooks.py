"""Workbooks (xlsx, xls, xlsm, xlsb, ods) as rows of cells; merged cells hold what they show everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.errors import HemmaplanError

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_OLE = b"\xd0\xcf\x11\xe0"


def sheets(path: Path) -> Iterator[tuple[str, bool, list[list[Any]]]]:
    """Each sheet with rows: its name, whether it is hidden, and its rows from the first one.

    Raises HemmaplanError where the file is not a workbook, is protected or broken.
    """
    try:
        import python_calamine as calamine
    except ImportError:
        how = "kör make bilaga, eller installera med pip install -e '.[bilaga]'"
        raise HemmaplanError(f"{path.name}: Excelfiler behöver biblioteket python-calamine; {how}") from None
    with path.open("rb") as file:
        head = file.read(4096)
    if b"<html" in head.lower() or b"<table" in head.lower() or head.lstrip().startswith(b"<?xml"):
        raise HemmaplanError(
            f"{path.name}: filen heter som en Excelfil men är en webbsida eller XML. Öppna den i Excel och spara om "
            "den som xlsx."
        )
    if not head.startswith((b"PK", _OLE)):
        why = "filen är tom" if not head else "filen är inte en Excelfil"
        raise HemmaplanError(
            f"{path.name}: {why}. Är den en textfil ska namnet sluta på .csv; annars: spara om den som xlsx i Excel."
        )
    problem, book = "", None
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError:
        problem = "filen är skyddad med lösenord. Spara den utan."
    except Exception:
        problem = "Excelfilen är trasig eller skyddad. Öppna den i Excel och spara om den som xlsx utan lösenord."
    if book is None:
        raise HemmaplanError(f"{path.name}: {problem}")
    for about in book.sheets_metadata:
        if about.typ == calamine.SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(about.name)
            rows: list[list[Any]] = list(sheet.iter_rows())
            if rows:
                first = sheet.start[1] if sheet.start else 0
                _spread(rows, sheet.merged_cell_ranges or [], first)
                yield about.name, about.visible != calamine.SheetVisibleEnum.Visible, rows


def _spread(rows: list[list[Any]], ranges: list[tuple[tuple[int, int], tuple[int, int]]], first: int) -> None:
    for (top, left), (bottom, right) in ranges:
        if top < len(rows) and left >= first and left - first < len(rows[top]):
            value = rows[top][left - first]
            for row in rows[top : bottom + 1]:
                row[left - first : right + 1 - first] = [value] * (min(right + 1 - first, len(row)) - (left - first))
