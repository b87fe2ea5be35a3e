"""The templates: what is filled in under their headings is read, with nothing more said."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sim.errors import HemmaplanError
from sim.intake.columns import FIELDS
from sim.intake.reading import read_folder
from sim.intake.templates import SHEET, template_columns, write_templates

JAN, FEB = datetime(2024, 1, 2), datetime(2024, 2, 3)
ROWS: dict[str, dict[str, Any]] = {
    "placeringar": {"Klientnr": "7", "Verksamhet": "missbruk", "Form": "HVB", "Start": JAN, "Slut": FEB},
    "arenden": {"Klientnr": "7", "Verksamhet": "missbruk", "Inkom": JAN, "Beslut": FEB},
    "utbetalningar": {"Hushållsid": "H7", "Månad": "2024-01", "Belopp (kr)": 900},
    "volymer": {"Verksamhet": "missbruk", "Slag": "platser", "Namn": "Solgården", "År": 2024, "Värde": 16},
}  # fmt: skip


def test_a_filled_in_template_is_read(tmp_path: Path) -> None:
    for path in write_templates(tmp_path):
        book = openpyxl.load_workbook(path)
        sheet = book[SHEET]
        headings = [cell.value for cell in sheet[1]]
        assert set(ROWS[path.stem]) <= set(headings)
        for heading, value in ROWS[path.stem].items():
            sheet.cell(2, headings.index(heading) + 1, value)
        book.save(path)
    read = read_folder(tmp_path)
    for lista in FIELDS:
        assert len(getattr(read.lists, lista)) == 1, lista
    assert read.lists.volymer.iloc[0][["slag", "namn", "ar", "manad", "varde"]].tolist() == [
        "platser",
        "solgarden",
        2024,
        0,
        16,
    ]
    assert read.lists.placeringar["person"].tolist() == read.lists.arenden["person"].tolist()
    assert {source.kastade for source in read.sources} == {()}
    assert {remark.kod for remark in read.remarks} == {"for_fa", "inga_rubriker"}


def test_each_column_is_explained_and_checked(tmp_path: Path) -> None:
    for path in write_templates(tmp_path):
        book = openpyxl.load_workbook(path)
        explained = {row[0]: row[2] for row in book["Förklaring"].iter_rows(min_row=5, values_only=True)}
        sheet = book[SHEET]
        assert [cell.value for cell in sheet[1]] == list(explained)
        assert all(explained.values())
        assert len(sheet.data_validations.dataValidation) == len(template_columns(path.stem))
        assert all(cell.comment for cell in sheet[1])


def test_no_file_is_written_over(tmp_path: Path) -> None:
    write_templates(tmp_path)
    with pytest.raises(HemmaplanError, match=r"placeringar.xlsx.*finns redan"):
        write_templates(tmp_path)
