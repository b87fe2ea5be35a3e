"""Workbooks in the older formats, as LibreOffice writes them. Run with `make test-kontor`."""

from __future__ import annotations

from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from rapport.test_kontor import converted
from sim.intake.reading import read_folder
from uttag import PLACERINGAR, placements, write_xlsx

pytestmark = pytest.mark.kontor


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_the_same_list_in_every_format(kind: str, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    write_xlsx(plain / "placeringar.xlsx", PLACERINGAR, placements(), [("Placeringar",), ()])
    converted(plain / "placeringar.xlsx", kind, tmp_path)
    expected, found = (read_folder(folder).lists.placeringar for folder in (plain, tmp_path / "ut"))
    assert_frame_equal(found.drop(columns="fil"), expected.drop(columns="fil"))
