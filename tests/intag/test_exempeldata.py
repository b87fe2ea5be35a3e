"""Made-up exports say what the lists say, in each system's way, and nobody in them exists."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml

from sim.cli import main
from sim.intake.example import Size, example_kommun
from sim.intake.example_files import write_exports
from sim.intake.example_folder import Example, _large
from sim.intake.example_lists import example_lists
from sim.intake.example_people import FIRST_NAMES, SURNAMES
from sim.intake.example_public import write_public
from sim.intake.example_styles import STYLES
from sim.intake.kolada import read_kolada
from sim.intake.records import Lists
from sim.intake.scb import population, unemployment

CODINGS = {"combine": "utf-8-sig", "procapita": "cp1252", "treserva": "utf-16"}
Rows = list[list[Any]]


@pytest.fixture(scope="module")
def lists() -> Lists:
    return example_lists(example_kommun(3, ar=2, size=Size(volume=0.25)), 3)


def _rows(path: Path, system: str) -> Rows:
    """A file's rows, the lines above the headings too, by the simplest reading of its kind."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        return [list(row) for row in sheet.iter_rows(values_only=True)]
    text = path.read_bytes().decode(CODINGS[system])
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if system == "treserva" else ";"))


def _column(rows: Rows, header: int, heading: str) -> list[Any]:
    return [row[rows[header].index(heading)] for row in rows[header + 1 :]]


def _number(text: str) -> float:
    return float(re.sub(r"[^\d,-]", "", text).replace(",", "."))


@pytest.mark.parametrize(
    ("system", "name", "header", "start", "end", "price", "written"),
    [
        ("combine", "placeringar_combine.csv", 0, "Startdatum", "Avslutsdatum", "Dygnskostnad (kr)", "%Y-%m-%d"),
        ("procapita", "PLACERING.CSV", 0, "From", "Tom", "Dygnspris", "%Y%m%d"),
        ("treserva", "treserva_vistelser.txt", 0, "Verkställd from", "Verkställd tom", "À-pris", "%Y-%m-%d 00:00:00"),
        ("lifecare", "Insatser Lifecare.xlsx", 4, "Från", "Till", "Dygn", ""),
    ],
)
def test_placements_are_written_as_they_are(
    lists: Lists, tmp_path: Path, system: str, name: str, header: int, start: str, end: str, price: str, written: str
) -> None:
    write_exports(lists, tmp_path, system, 3, clean=True)
    rows = _rows(tmp_path / name, system)
    if system in ("lifecare", "procapita"):
        assert rows.pop()[0] == "Summa"
    placed = lists.placeringar
    for heading, column in ((start, "start"), (end, "slut")):
        told = [each or None for each in _column(rows, header, heading)]
        if written:
            told = [each and datetime.strptime(each, written) for each in told]
        assert told == [None if pd.isna(day) else day.to_pydatetime() for day in placed[column]]
    prices = [each if isinstance(each, float | int) or each is None else _number(each) if each else None
              for each in _column(rows, header, price)]  # fmt: skip
    assert prices == [None if pd.isna(each) else each for each in placed["dygnspris_kr"]]


@pytest.mark.parametrize("system", STYLES)
def test_payments_sum_to_the_same_kronor_and_people_are_the_same_in_all_files(
    lists: Lists, tmp_path: Path, system: str
) -> None:
    filer, faults = write_exports(lists, tmp_path, system, 3, clean=True)
    assert faults == [] and {path.name for path in tmp_path.iterdir()} == set(filer)
    of = STYLES[system]
    rows = {
        lista: _rows(tmp_path / style.filer[lista], style.namn) for lista, style in of.items() if lista != "volymer"
    }
    tables: dict[str, Sequence[Sequence[Any]]] = {}
    for lista, found in rows.items():
        above = len(of[lista].ingress) + (2 if "|" in of[lista].kolumner[lista][0][0] else 1)
        tables[lista] = found[above : len(found) - of[lista].summarad]
        assert len(tables[lista]) == len(getattr(lists, lista))
    amounts = [row[-1] if isinstance(row[-1], float | int) else _number(row[-1]) for row in tables["utbetalningar"]]
    assert sum(amounts) == lists.utbetalningar["belopp_kr"].sum()
    who = {
        lista: [row[[source for _, source in of[lista].kolumner[lista]].index("klientnr")] for row in table]
        for lista, table in tables.items()
    }
    for lista, column in (("placeringar", "person"), ("arenden", "person"), ("utbetalningar", "hushall")):
        frame = getattr(lists, lista)
        assert len(set(zip(map(str, who[lista]), frame[column], strict=True))) == frame[column].nunique()
    placed = {
        str(number): person for number, person in zip(who["placeringar"], lists.placeringar["person"], strict=True)
    }
    cases = {str(number): person for number, person in zip(who["arenden"], lists.arenden["person"], strict=True)}
    both = placed.keys() & cases.keys()
    assert len(both) > 20 and all(placed[number] == cases[number] for number in both)


def test_nobody_has_the_numbers_and_the_names(lists: Lists, tmp_path: Path) -> None:
    """A personnummer's birth number is 001 to 999; these have 000, and yet a date and a check digit that pass."""
    write_exports(lists, tmp_path, "combine", 3, clean=False)
    for name in ("placeringar_combine.csv", "arenden_combine.csv", "utbetalningar_combine.csv"):
        for row in _rows(tmp_path / name, "combine")[1:]:
            number = re.fullmatch(r"(\d{4})(\d\d)(\d\d)-000(\d)", row[0])
            assert number and date(*map(int, number.groups()[:3])) > date(1900, 1, 1)
            doubled = [int(digit) * (1 + (place % 2 == 0)) for place, digit in enumerate(row[0][2:8] + row[0][9:])]
            assert sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0
            first, last = row[1].split(" ")
            assert first in FIRST_NAMES and last in SURNAMES


def test_the_faults_are_where_the_truth_says(lists: Lists, tmp_path: Path) -> None:
    _, faults = write_exports(lists, tmp_path, "combine", 3, clean=False)
    kinds = {(fault["fil"].split("_")[0], fault["fel"]) for fault in faults}
    assert len(kinds) == len(faults) >= 10
    for fault in faults:
        rows = _rows(tmp_path / fault["fil"], "combine")
        for number in fault["rader"]:
            row, before = dict(zip(rows[0], rows[number - 1], strict=True)), rows[number - 2]
            first, last = ("Startdatum", "Avslutsdatum") if "Startdatum" in row else ("Inkom", "Beslutsdatum")
            match fault["fel"]:
                case "dubblett":
                    assert rows[number - 1] == before
                case "slut_fore_start" | "beslut_fore_inkom":
                    assert row[last] and row[last] < row[first]
                case "utan_start" | "utan_inkom":
                    assert row[first] == "" and row["Klientnr"]
                case "utan_manad":
                    assert row["Avser månad"] == ""
                case "utan_pris":
                    assert row["Dygnskostnad (kr)"] == ""
                case "tills_vidare":
                    assert row["Avslutsdatum"] == "9999-12-31"
                case "delad":
                    assert before[2] == row["Klientnr"] and before[9] == row["Startdatum"]
                case "tva_utbetalningar":
                    assert before[2:4] == [row["Hushållsnr"], row["Avser månad"]]
                case "stavning":
                    assert row["Placeringsform"] != row["Placeringsform"].strip().capitalize()
                case other:
                    pytest.fail(other)


def test_public_statistics_tell_the_unemployment_and_what_one_counts_in_the_lists(lists: Lists, tmp_path: Path) -> None:
    write_public(lists, "Exempelby", tmp_path, 3)
    series = unemployment(tmp_path / "arbetsloshet.json", "0199")
    assert lists.arbetsloshet is not None and series.tolist() == pytest.approx(lists.arbetsloshet.tolist())
    assert (series.index == lists.arbetsloshet.index).all()
    people = population(tmp_path / "befolkning.json", "0199")
    kolada = read_kolada(tmp_path / "kolada.json")
    assert len(kolada.kommuner) == 16 and set(kolada.varden["kommun"]) == set(kolada.kommuner)
    mine = kolada.varden[(kolada.varden["kommun"] == "0199") & (kolada.varden["ar"] == 2018)].set_index("kpi")["varde"]
    paid = lists.utbetalningar[lists.utbetalningar["manad"].dt.year == 2018]
    assert mine["N31910"] == len(set(paid["hushall"]))
    assert mine["N31849"] == pytest.approx(paid["belopp_kr"].sum() / len(set(paid["hushall"])), abs=0.1)
    assert mine["N31001"] == pytest.approx(paid["belopp_kr"].sum() / people[2018], abs=1)
    assert mine["U33401"] > 30 and 1000 < mine["N35025"] < 4000


def test_same_seed_same_bytes(lists: Lists, tmp_path: Path) -> None:
    made = []
    for name, seed in (("en", 3), ("tva", 3), ("tre", 4)):
        (tmp_path / name).mkdir()
        said = write_exports(lists, tmp_path / name, "blandat", seed, clean=False)
        made.append((said, {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}))
    assert made[0] == made[1] and made[0] != made[2]


def test_the_command_writes_a_folder_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["exempeldata", str(tmp_path / "en"), "--ar", "1", "--fro", "7", "--kommun", "provstad_2024"]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "blandat-stil" in told and "placeringar" in told and "födelsenummer 000" in told
    one = {path.name: path.read_bytes() for path in (tmp_path / "en").iterdir()}
    assert {"las-in.yaml", "sanning.yaml"} < set(one)
    mapping, truth = (yaml.safe_load(one[name]) for name in ("las-in.yaml", "sanning.yaml"))
    assert mapping["kommun"] == {"id": "provstad_2024", "namn": "Provstad 2024", "kommunkod": "0199"}
    assert set(mapping["filer"]) == {name for name in one if not name.endswith((".yaml", ".json"))}
    assert {"arbetsloshet.json", "befolkning.json", "kolada.json"} < set(one)
    assert truth["sanning"]["vard.missbruk.hvb.langd.medel"] > 50 and truth["smuts"]
    assert "vard.missbruk.stodboende.resurser.stodboende_extern" not in truth["sanning"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--system", "combin"], "--system = combin: finns inte; menade du combine"),
        (["--ar", "0"], "--ar = 0: ska vara 1 till 15"),
        (["--fro", "-1"], "--fro = -1: ska vara 0 eller större"),
        (["--kommun", "Åby"], "--kommun = Åby: ska bara ha a-z"),
        ([], "finns redan och är inte tom"),
    ],
)
def test_bad_words_are_said_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "min.txt").write_text("mitt", encoding="utf-8")
    assert main(["exempeldata", str(tmp_path / "full"), *words]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "min.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_large_municipality_is_large(seed: int) -> None:
    size = _large(Example("combine", seed, 10, "stor", True, True), 2015)
    lists = example_lists(example_kommun(seed, 10, 2015, size), seed)
    assert 20_000 <= len(lists.placeringar) <= 26_000 and 300_000 <= len(lists.utbetalningar) <= 400_000
