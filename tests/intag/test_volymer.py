"""Tables of volumes in every shape that people make them in: the same numbers, one a row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.intake.reading import read_folder
from uttag import write_csv

LONG = [("Missbruk", "Platser", "Solgården", 2023, 16), ("Missbruk", "Platser", "Solgården", 2024, 18)]
MONTHS = ("Jan", "Feb", "Mars", "April", "Maj", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov", "Dec")
SHAPES: dict[str, tuple[str, Sequence[str], Sequence[Sequence[Any]]]] = {
    "long": ("volymer.csv", ("Verksamhet", "Slag", "Namn", "År", "Värde"), LONG),
    "years": (
        "volymer.csv",
        ("Verksamhet", "Nyckeltal", "Resurs", "2023", "2024"),
        [("Missbruk", "Platser", "Solgården", 16, 18)],
    ),
    "kinds": (
        "volymer.csv",
        ("Verksamhet", "Resurs", "År", "Antal platser"),
        [("Missbruk", "Solgården", 2023, 16), ("Missbruk", "Solgården", 2024, 18)],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_however_it_is_laid_out_the_same_numbers_are_read(shape: str, tmp_path: Path) -> None:
    name, headings, rows = SHAPES[shape]
    write_csv(tmp_path / name, headings, rows)
    frame = read_folder(tmp_path).lists.volymer
    assert frame[["verksamhet", "slag", "namn"]].drop_duplicates().to_numpy().tolist() == [
        ["missbruk", "platser", "solgarden"]
    ]
    assert frame[["ar", "manad", "varde"]].to_numpy().tolist() == [[2023, 0, 16], [2024, 0, 18]]


def test_months_as_columns_take_the_year_from_the_name_of_the_file(tmp_path: Path) -> None:
    rows = [("Missbruk", "Kostnad (tkr)", *(f"{100 + month},5" for month in range(12)), "9 999")]
    write_csv(tmp_path / "bokslut 2024.csv", ("Verksamhet", "Kontoslag", *MONTHS, "Totalt"), rows)
    frame = read_folder(tmp_path).lists.volymer
    assert frame["slag"].unique().tolist() == ["kostnad_tkr"]
    assert frame[["ar", "manad", "varde"]].to_numpy().tolist() == [
        [2024, month + 1, 100.5 + month] for month in range(12)
    ]


def test_months_as_numbers_names_and_dates(tmp_path: Path) -> None:
    rows = [("Missbruk", "dygn", 2024, month, 7) for month in ("1", "februari", "2024-03", "")]
    write_csv(tmp_path / "volymer.csv", ("Verksamhet", "Slag", "År", "Månad", "Värde"), rows)
    assert read_folder(tmp_path).lists.volymer["manad"].tolist() == [1, 2, 3, 0]
