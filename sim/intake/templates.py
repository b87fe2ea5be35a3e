"""An Excel workbook for each list, for who has no export: known headings, explained, with an example."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.errors import HemmaplanError
from sim.intake.columns import FIELDS
from sim.intake.words import KEYS

SHEET = "Lista"
_TITLES = {
    "placeringar": "Placeringar: en rad för varje placering som pågått någon gång under tiden, även de som pågår än",
    "arenden": "Ärenden: en rad för varje ärende som kommit in eller varit öppet under tiden",
    "utbetalningar": "Utbetalningar: en rad för varje hushåll och månad med försörjningsstöd",
    "volymer": "Volymer: ett tal på varje rad, för ett år eller en månad",
}
_HEADINGS = {
    "klientnr": "Klientnr", "hushallsid": "Hushållsid", "arendenr": "Ärendenr", "verksamhet": "Verksamhet",
    "malgrupp": "Målgrupp", "form": "Form", "utforare": "Utförare", "resurs": "Resurs", "start": "Start",
    "slut": "Slut", "dygnspris_kr": "Dygnspris (kr)", "typ": "Typ", "inkom": "Inkom", "inledd": "Inledd",
    "beslut": "Beslut", "utfall": "Utfall", "manad": "Månad", "ar": "År", "belopp_kr": "Belopp (kr)", "slag": "Slag",
    "namn": "Namn", "varde": "Värde",
}  # fmt: skip
_EXAMPLES: dict[str, dict[str, Any]] = {
    "placeringar": {
        "klientnr": "K0001", "verksamhet": "barn och ungdom", "malgrupp": "unga", "form": "HVB", "utforare": "extern",
        "start": date(2024, 2, 12), "slut": date(2024, 9, 1), "dygnspris_kr": 5200,
    },
    "arenden": {
        "klientnr": "K0001", "verksamhet": "barn och ungdom", "malgrupp": "unga", "typ": "anmälan",
        "inkom": date(2023, 11, 2), "inledd": date(2023, 11, 14), "beslut": date(2024, 2, 9), "utfall": "HVB",
    },
    "utbetalningar": {"hushallsid": "H0001", "manad": "2024-01", "belopp_kr": 9350},
    "volymer": {"verksamhet": "missbruk", "slag": "platser", "namn": "Solgården", "ar": 2024, "varde": 16},
}  # fmt: skip
_LEFT_OUT = {
    "utbetalningar": ("ar", "klientnr", "arendenr"),
    "placeringar": ("hushallsid",),
    "arenden": ("hushallsid",),
}
"""Columns that exports may have and a template does not need."""
_ROWS = 5000
"""Rows that are checked as they are filled in."""
_PRIVACY = (
    "Skriv inga personnummer, namn eller anteckningar. Klientnr är ett löpnummer som ni själva ger: samma person ska "
    "ha samma nummer i alla listor."
)
_NEEDED, _WISHED = "behövs", "om det finns"


def write_templates(folder: Path) -> list[Path]:
    """A workbook for each list. Raises HemmaplanError where one is there already, or XlsxWriter is not installed."""
    paths = [folder / f"{lista}.xlsx" for lista in FIELDS]
    there = [path.name for path in paths if path.exists()]
    if there:
        raise HemmaplanError(f"{folder}: {', '.join(there)} finns redan; välj en annan mapp, så att inget skrivs över")
    folder.mkdir(parents=True, exist_ok=True)
    for lista, path in zip(FIELDS, paths, strict=True):
        scratch = path.with_name(f".{path.name}.ny")
        try:
            _write(lista, scratch)
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
    return paths


def template_columns(lista: str) -> list[str]:
    """Our columns that the template has, in order."""
    return [name for name in FIELDS[lista] if name not in _LEFT_OUT.get(lista, ())]


def _write(lista: str, path: Path) -> None:
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ImportError:
        how = "kör make bilaga, eller installera med pip install -e '.[bilaga]'"
        raise HemmaplanError(f"mallarna behöver biblioteket xlsxwriter; {how}") from None
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": _TITLES[lista], "author": "hemmaplan", "created": datetime(2025, 1, 1)})
    looks = {
        "head": book.add_format({"bold": True, "bg_color": "#E9F0F5", "bottom": 1, "text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
        "kr": book.add_format({"num_format": "#,##0.00"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    columns = template_columns(lista)
    _list_sheet(book.add_worksheet(SHEET), lista, columns, looks)
    _words_sheet(book.add_worksheet("Förklaring"), lista, columns, looks)
    book.close()


def _list_sheet(sheet: Any, lista: str, columns: Sequence[str], looks: dict[str, Any]) -> None:
    """Headings only, so that the list can be read as it is: the example stands on the other sheet."""
    for place, name in enumerate(columns):
        field = FIELDS[lista][name]
        sheet.write_string(0, place, _HEADINGS[name], looks["head"])
        sheet.write_comment(0, place, f"{field.meaning} ({_needed(lista, name)})")
        look = {"date": "date", "number": "kr", "id": "text", "month": "text"}.get(field.kind)
        sheet.set_column(place, place, 18, looks[look] if look else None)
        sheet.data_validation(1, place, _ROWS, place, _validation(lista, name))
    sheet.freeze_panes(1, 0)


def _validation(lista: str, name: str) -> dict[str, Any]:
    """What Excel asks of a cell as it is filled in."""
    field = FIELDS[lista][name]
    told = {"input_title": _HEADINGS[name], "input_message": field.meaning[:250], "ignore_blank": True}
    if field.kind == "date":
        allowed: dict[str, Any] = {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1950, 1, 1),
            "maximum": date(2100, 1, 1),
        }
        return told | allowed | {"error_title": "Datum", "error_message": "Skriv ett datum, till exempel 2024-03-31."}
    if field.kind == "number":
        return told | {"validate": "decimal", "criteria": ">=", "value": -1e9, "error_message": "Skriv ett tal."}
    if field.kind == "year":
        return told | {
            "validate": "integer",
            "criteria": "between",
            "minimum": 1990,
            "maximum": 2100,
            "error_message": "Skriv ett årtal.",
        }
    words = _words(name)
    if words and name in ("utforare", "slag", "typ"):
        listed = {"validate": "list", "source": words, "error_type": "information"}
        return told | listed | {"error_message": "Andra ord går, men programmet kan dem kanske inte."}
    return told | {"validate": "any"}


def _words(name: str) -> list[str]:
    """The first word for each key: those that the reading knows."""
    return list(KEYS[name]) if name in KEYS else []


def _needed(lista: str, name: str) -> str:
    who = {"utbetalningar": "hushallsid", "volymer": ""}.get(lista, "klientnr")
    return _NEEDED if FIELDS[lista][name].needed or name == who else _WISHED


def _words_sheet(sheet: Any, lista: str, columns: Sequence[str], looks: dict[str, Any]) -> None:
    """What each column is, an example, and the words that are known."""
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, 60)
    sheet.set_column(3, 3, 20)
    sheet.set_column(4, 4, 70)
    sheet.write_string(0, 0, _TITLES[lista], looks["title"])
    sheet.merge_range(1, 0, 1, 4, _PRIVACY if lista != "volymer" else "Inga uppgifter om enskilda.", looks["wrap"])
    sheet.set_row(1, 32)
    for place, title in enumerate(("Kolumn", "Behövs den", "Vad den är", "Exempel", "Ord som programmet kan")):
        sheet.write_string(3, place, title, looks["head"])
    for row, name in enumerate(columns, start=4):
        example = _EXAMPLES[lista].get(name, "")
        for place, text in enumerate(
            (_HEADINGS[name], _needed(lista, name), FIELDS[lista][name].meaning, str(example), ", ".join(_words(name)))
        ):
            sheet.write_string(row, place, text, looks["wrap"])
