"""Text that would do something, if it were not text, comes out as text in every file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pikepdf
from docx import Document as open_word

from rapport.conftest import HOSTILE
from rapport.pdf import assert_tagged

FORMULA, HTML, TYPST, LONG, EMOJI, SUM = HOSTILE


def word_text(path: Path) -> str:
    word = open_word(str(path))
    cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


def test_word_has_it_letter_by_letter(hostile: Path) -> None:
    text = word_text(hostile / "bilaga.docx")
    for each in (FORMULA, HTML, TYPST, LONG, SUM, "🏠", "漢字"):
        assert each in text, each
    with zipfile.ZipFile(hostile / "bilaga.docx") as packed:
        assert "<script>" not in packed.read("word/document.xml").decode()


def test_excel_has_it_as_text_and_no_formula(hostile: Path) -> None:
    book = openpyxl.load_workbook(hostile / "bilaga.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = {str(cell.value) for cell in cells}
    assert FORMULA in texts and any(text.startswith(FORMULA) for text in texts)
    for each in (HTML, TYPST, SUM, LONG):
        assert any(each in text for text in texts), each
    with zipfile.ZipFile(hostile / "bilaga.xlsx") as packed:
        sheets = "".join(packed.read(name).decode() for name in packed.namelist() if name.startswith("xl/worksheets/"))
    assert "<f>" not in sheets and 'TargetMode="External"' not in sheets


def test_the_pdf_stays_tagged_and_links_nowhere(hostile: Path) -> None:
    assert_tagged(hostile / "bilaga.pdf")
    with pikepdf.open(hostile / "bilaga.pdf") as pdf:
        actions = [a for page in pdf.pages for a in page.get("/Annots", []) if "/A" in a and "/URI" in a.A]
        titles = [str(item.title) for item in pdf.open_outline().root]
    assert actions == []
    assert "Slutsatser" in titles
