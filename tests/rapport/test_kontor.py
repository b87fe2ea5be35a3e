"""The files as LibreOffice sees them: Word as tagged PDF, Excel without repair. Run with `make test-kontor`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from rapport.pdf import assert_tagged

pytestmark = pytest.mark.kontor
TAGGED = (
    "pdf:writer_pdf_Export:"
    '{"UseTaggedPDF":{"type":"boolean","value":"true"},"PDFUACompliance":{"type":"boolean","value":"true"}}'
)


def converted(path: Path, how: str, to: Path) -> list[Path]:
    assert shutil.which("soffice"), "LibreOffice saknas: sudo apt-get install libreoffice-writer libreoffice-calc"
    profile = f"-env:UserInstallation=file://{to / 'profil'}"
    words = ["soffice", profile, "--headless", "--convert-to", how, "--outdir", str(to / "ut"), str(path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    found = sorted((to / "ut").glob("*"))
    assert found, done.stderr
    return found


@pytest.mark.parametrize("which", ["folder", "hostile"])
def test_word_becomes_a_tagged_pdf(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder: Path = request.getfixturevalue(which)
    (pdf,) = converted(folder / "bilaga.docx", TAGGED, tmp_path)
    assert_tagged(pdf)


# In the charts LibreOffice writes what months are called where openpyxl asks for their days; the cells are compared.
@pytest.mark.filterwarnings("ignore:Unable to read chart:UserWarning")
@pytest.mark.parametrize("which", ["folder", "hostile"])
def test_excel_opens_with_the_same_values(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Read by LibreOffice and written again, with the fifteen digits that it writes, every cell is the same."""
    folder: Path = request.getfixturevalue(which)
    (again,) = converted(folder / "bilaga.xlsx", "xlsx", tmp_path)
    ours, theirs = (openpyxl.load_workbook(path) for path in (folder / "bilaga.xlsx", again))
    assert theirs.sheetnames == ours.sheetnames
    for name in ours.sheetnames:
        for row in ours[name].iter_rows():
            for cell in row:
                seen, value = theirs[name][cell.coordinate].value, cell.value
                same = pytest.approx(value, rel=1e-14) if isinstance(value, float) else value
                assert seen == same, (name, cell.coordinate)


def test_excel_prints_on_lying_pages_few_enough_to_read(folder: Path, tmp_path: Path) -> None:
    """A page or some for each sheet: the data, which would be hundreds, are printed only if asked for."""
    (pdf,) = converted(folder / "bilaga.xlsx", "pdf", tmp_path)
    sheets = len(openpyxl.load_workbook(folder / "bilaga.xlsx").sheetnames)
    with pikepdf.open(pdf) as printed:
        assert sheets <= len(printed.pages) <= 2 * sheets
        for page in printed.pages:
            wide, high = (float(page.mediabox[place]) for place in (2, 3))
            assert (wide, high) == pytest.approx((842, 595), abs=1)
