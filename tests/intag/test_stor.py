"""A large municipality's ten years: 20 000 placements, 60 000 cases, 300 000 payments, as text and as a workbook."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from sim.intake.reading import read_folder
from uttag import ARENDEN, PLACERINGAR, UTBETALNINGAR, write_csv

SIZES = {"placeringar": 20_000, "arenden": 60_000, "utbetalningar": 300_000}
SECONDS, MEBIBYTES = 25, 1536
MEASURED = """
import json, resource, sys, time
from pathlib import Path
from sim.intake.reading import read_folder
begun = time.process_time()
lists = read_folder(Path(sys.argv[1])).lists
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
read = [len(lists.placeringar), len(lists.arenden), len(lists.utbetalningar)]
print(json.dumps([time.process_time() - begun, peak, *read]))
"""


def rows(share: float) -> dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Headings and rows of the three lists, each person in a place at a time, with names and stories beside."""
    dice = random.Random(1)
    first = date(2015, 1, 1)

    def day(number: int) -> str:
        return str(first + timedelta(number))

    placed = [
        (
            f"{at:06d}",
            "Barn och ungdom",
            "HVB-hem",
            "Köpt",
            day(at % 3000),
            day(at % 3000 + at % 500),
            "1 234,50",
            "Namn N",
            "text",
        )
        for at in range(int(share * SIZES["placeringar"]))
    ]
    cases = [
        (
            f"{at:06d}",
            "Barn",
            "Anmälan",
            day(at % 3300),
            day(at % 3300 + 9),
            day(at % 3300 + 90),
            "Avslut",
            f"Namn {at}",
        )
        for at in range(int(share * SIZES["arenden"]))
    ]
    paid = [
        (
            f"H{at % 15_000:06d}",
            f"{2015 + at // 180_000}-{1 + at // 15_000 % 12:02d}",
            f"{dice.randrange(10**6) / 100}".replace(".", ","),
            f"Namn {at}",
        )
        for at in range(int(share * SIZES["utbetalningar"]))
    ]
    return {
        "placeringar": ((*PLACERINGAR, "Namn", "Anteckning"), placed),
        "arenden": ((*ARENDEN, "Namn"), cases),
        "utbetalningar": ((*UTBETALNINGAR, "Namn"), paid),
    }


def as_text(folder: Path, share: float) -> None:
    for lista, (headings, table) in rows(share).items():
        write_csv(folder / f"{lista}.csv", headings, table, encoding="cp1252")


def as_workbooks(folder: Path, share: float) -> None:
    for lista, (headings, table) in rows(share).items():
        book = xlsxwriter.Workbook(str(folder / f"{lista}.xlsx"), {"constant_memory": True})
        sheet = book.add_worksheet()
        for number, row in enumerate((headings, *table)):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
        book.close()


def test_every_row_of_a_small_part_is_read(tmp_path: Path) -> None:
    as_text(tmp_path, 0.01)
    lists = read_folder(tmp_path).lists
    assert {lista: len(getattr(lists, lista)) for lista in SIZES} == {
        lista: size // 100 for lista, size in SIZES.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("write", [as_text, as_workbooks])
def test_ten_years_are_read_in_time_and_memory(write: object, tmp_path: Path) -> None:
    assert callable(write)
    write(tmp_path, 1.0)
    done = subprocess.run([sys.executable, "-c", MEASURED, str(tmp_path)], capture_output=True, text=True, check=True)
    seconds, peak, *read = json.loads(done.stdout)
    assert read == list(SIZES.values())
    assert seconds < SECONDS
    assert peak < MEBIBYTES
