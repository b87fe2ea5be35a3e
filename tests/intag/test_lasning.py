"""Folders of exports as typed lists: the same placements however they are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.errors import HemmaplanError
from sim.intake.reading import read_folder
from sim.intake.records import SCHEMAS, Window
from sim.intake.templates import write_templates
from uttag import ARENDEN, PLACERINGAR, UTBETALNINGAR, placements, write_csv, write_xlsx


def swedish(value: Any) -> Any:
    return str(value).replace(".", ",") if isinstance(value, float) else value


def slashed(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:,.2f} kr".replace(",", "\u00a0").replace(".", ",")
    return f"{value.day}/{value.month} {value.year}" if isinstance(value, date) else value


def compact(value: Any) -> Any:
    return f"{value:%Y%m%d}" if isinstance(value, date) else swedish(value)


def rewritten(rows: list[tuple[Any, ...]], how: Callable[[Any], Any]) -> list[list[Any]]:
    return [[how(cell) for cell in row] for row in rows]


def semicolon(path: Path) -> None:
    write_csv(path / "placeringar.csv", PLACERINGAR, rewritten(placements(), swedish))


def old_windows(path: Path) -> None:
    write_csv(path / "placeringar.csv", PLACERINGAR, rewritten(placements(), slashed), encoding="cp1252")


def tabbed_utf16(path: Path) -> None:
    write_csv(path / "placeringar.txt", PLACERINGAR, rewritten(placements(), compact), "\t", "utf-16")


def comma(path: Path) -> None:
    write_csv(path / "placeringar.csv", PLACERINGAR, placements(), ",", "utf-8")


def workbook(path: Path) -> None:
    write_xlsx(path / "placeringar.xlsx", PLACERINGAR, placements(), [("Placeringar",), (), ("Uttag", "2025-01-01")])


WAYS = (semicolon, old_windows, tabbed_utf16, comma, workbook)


@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__)
def test_however_it_is_written_the_same_is_read(write: Callable[[Path], None], tmp_path: Path) -> None:
    write(tmp_path)
    frame = read_folder(tmp_path).lists.placeringar
    truth = placements()
    right = [row for row in truth if row[5] is None or row[5] >= row[4]]  # some end before they start, on purpose
    right = [row for row in right if row[5] is None or row[5] >= min(r[5] for r in truth if r[5]).replace(day=1)]
    assert [day.date() for day in frame["start"]] == [row[4] for row in right]
    assert [None if pd.isna(day) else day.date() for day in frame["slut"]] == [row[5] for row in right]
    assert frame["dygnspris_kr"].tolist() == [row[6] for row in right]
    keys = {"Familjehem": "familjehem", "HVB-hem": "hvb", "Stödboende": "stodboende"}
    assert frame["form"].tolist() == [keys[row[2]] for row in right]
    assert frame["utforare"].tolist() == [{"Egen regi": "egen", "Köpt": "extern"}[row[3]] for row in right]
    assert frame["verksamhet"].tolist() == [{"Missbruk": "missbruk"}.get(row[1], "barn_och_ungdom") for row in right]
    same = np.equal.outer([row[0] for row in right], [row[0] for row in right])
    assert (np.equal.outer(frame["person"].to_numpy(), frame["person"].to_numpy()) == same).all()


def test_every_list_has_its_schema(tmp_path: Path) -> None:
    semicolon(tmp_path)
    lists = read_folder(tmp_path).lists
    for lista, columns in SCHEMAS.items():
        frame = getattr(lists, lista)
        assert list(frame) == list(columns)
        assert {name: str(frame[name].dtype) for name in frame} == {
            name: column.dtype for name, column in columns.items()
        }


def test_rows_keep_the_numbers_that_excel_shows(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "utbetalningar.csv",
        UTBETALNINGAR,
        [
            ("11", "2024-01", "100"),
            ("", "", ""),
            ("12", "2024-01", "200"),
            ("Summa", "", "300"),
            ("13", "2024-02", "50"),
        ],
    )
    read = read_folder(tmp_path)
    assert read.lists.utbetalningar["rad"].tolist() == [2, 4, 6]
    assert [(remark.kod, remark.rader) for remark in read.remarks] == [("summarad", (5,))]


def test_payments_of_a_household_and_month_are_summed(tmp_path: Path) -> None:
    rows = [("11", "2024-01", "1 000,50"), ("11", "202401", "500"), ("12", "jan 2024", "70"), ("12", "2024-02", "-70")]
    write_csv(tmp_path / "bistånd.csv", UTBETALNINGAR, rows)
    read = read_folder(tmp_path)
    assert read.lists.utbetalningar["belopp_kr"].tolist() == [1500.5, 70.0]
    assert {remark.kod for remark in read.remarks} == {"flera_i_manaden", "inget_belopp"}
    assert read.lists.fonster["utbetalningar"] == Window(date(2024, 1, 1), date(2024, 1, 31))


def test_a_person_is_the_same_in_all_lists(tmp_path: Path) -> None:
    """Numbers of the run, whatever the order of the rows; zeros that Excel drops do not count."""
    write_csv(tmp_path / "placeringar.csv", PLACERINGAR, placements(40))
    numbers = [row[0] for row in placements(40)][::-1]
    cases = [(f"0{number}", "Barn", "Anmälan", "2020-01-05", "2020-01-09", "2020-04-01", "HVB") for number in numbers]
    write_csv(tmp_path / "ärenden.csv", ARENDEN, cases)
    lists = read_folder(tmp_path).lists
    who = dict(zip(numbers, lists.arenden["person"], strict=False))
    kept = [placements(40)[row - 2][0] for row in lists.placeringar["rad"]]
    assert lists.placeringar["person"].tolist() == [who[number] for number in kept]


def test_a_case_leads_to_its_client(tmp_path: Path) -> None:
    """Where one list has both numbers, another may have only the case's."""
    write_csv(
        tmp_path / "ärenden.csv",
        ("Ärendenr", "Klientnr", "Inkom", "Beslutsdatum"),
        [
            ("A1", "K1", "2020-01-01", "2020-03-01"),
            ("A2", "K1", "2021-01-01", "2021-03-01"),
            ("A3", "K2", "2021-01-01", ""),
        ],
    )
    write_csv(
        tmp_path / "placeringar.csv",
        ("Ärendenr", "Form", "Start", "Slut"),
        [
            ("A2", "HVB", "2021-03-01", "2021-04-01"),
            ("A1", "HVB", "2020-03-01", "2020-04-01"),
            ("A3", "HVB", "2021-03-01", ""),
        ],
    )
    lists = read_folder(tmp_path).lists
    first, second = lists.placeringar["person"].tolist()[:2], lists.arenden["person"].tolist()[:2]
    assert {*first, *second} == {lists.arenden["person"].iloc[0]}
    assert lists.placeringar["person"].iloc[2] == lists.arenden["person"].iloc[2] != first[0]


def test_what_the_mapping_file_says_goes_first(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "uttag.csv",
        ("Kod", "Vad", "Drift", "In", "Ut", "Personnummer"),
        [("1", "B12", "Villa Ek AB", "2024-01-01", "2024-02-01", "19121212-1212")] * 2,
    )
    (tmp_path / "las-in.yaml").write_text(
        """
filer:
  uttag.csv:
    lista: placeringar
    fonster: {fran: 2023-01-01, till: 2024-12-31}
    kolumner: {Kod: klientnr, Vad: form, In: start, Ut: slut}
    varden: {form: {B12: jourhem}}
    fast: {verksamhet: barn_och_ungdom}
    bortse: [Personnummer]
""",
        encoding="utf-8",
    )
    read = read_folder(tmp_path)
    frame = read.lists.placeringar
    assert (frame["form"].tolist(), frame["utforare"].tolist(), frame["verksamhet"].tolist()) == (
        ["jourhem"],
        ["extern"],
        ["barn_och_ungdom"],
    )
    assert read.lists.fonster["placeringar"] == Window(date(2023, 1, 1), date(2024, 12, 31))
    assert (read.lists.namn["jourhem"], read.seen["placeringar"]) == ("B12", False)


def test_what_is_wrong_in_all_files_is_told_at_once(tmp_path: Path) -> None:
    rows = [("19121212-1212", *row[1:], "20000101-2384") for row in placements(5)]
    write_csv(tmp_path / "a.csv", ("Pnr", *PLACERINGAR[1:], "Vårdnadshavare"), rows)
    write_csv(tmp_path / "b.csv", PLACERINGAR[:5], [row[:5] for row in placements(5)])
    with pytest.raises(HemmaplanError) as refused:
        read_folder(tmp_path)
    first, second = str(refused.value).split("\n")
    assert (
        first.startswith("a.csv: kolumnen «Pnr» och «Vårdnadshavare» ser ut")
        and "bortse: [Pnr, Vårdnadshavare]" in first
    )
    assert second.startswith("b.csv: liknar listan placeringar men saknar «slut»")
    assert refused.value.__context__ is None


def test_empty_lists_say_so(tmp_path: Path) -> None:
    write_templates(tmp_path)
    with pytest.raises(HemmaplanError) as refused:
        read_folder(tmp_path)
    told = str(refused.value).split("\n")
    assert told[0] == "Ingen rad blev kvar av listorna."
    assert len(told) == 5 and all("Listan har rubriker men inga rader." in line for line in told[1:])


def test_one_entry_may_be_of_many_files_of_which_some_lack_a_column(tmp_path: Path) -> None:
    for year, headings in ((2022, ("Pnr", *PLACERINGAR)), (2023, PLACERINGAR)):
        rows = [("", *row) for row in placements(4)] if year == 2022 else placements(8)[4:]
        write_csv(tmp_path / f"placeringar_{year}.csv", headings, rows)
    every = "'placeringar_*.csv': {bortse: [Pnr], varden: {utforare: {Köpt: egen}}}"
    said = f"filer: {{{every}, '*2022*': {{bortse: [Dygnskostnad]}}}}"
    (tmp_path / "las-in.yaml").write_text(said, encoding="utf-8")
    frame = read_folder(tmp_path).lists.placeringar
    assert set(frame["utforare"]) == {"egen"}
    assert set(frame.loc[frame["dygnspris_kr"].isna(), "fil"]) == {"placeringar_2022.csv"}


def test_personnummer_stop_the_reading(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "placeringar.csv", ("Pnr", *PLACERINGAR[1:]), [("19121212-1212", *row[1:]) for row in placements(5)]
    )
    with pytest.raises(
        HemmaplanError, match=r"placeringar.csv: kolumnen «Pnr» ser ut att innehålla personnummer"
    ) as stopped:
        read_folder(tmp_path)
    assert "1212" not in str(stopped.value)
    assert stopped.value.__context__ is None
