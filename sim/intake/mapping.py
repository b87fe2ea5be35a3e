"""`las-in.yaml`: what the program cannot see for itself in the files of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.errors import HemmaplanError, nearest
from sim.files import read_yaml
from sim.intake.columns import FIELDS
from sim.intake.records import Window
from sim.messages import validated
from sim.units import Datum, Modell, Namn, Text

NAME = "las-in.yaml"
Lista = Literal["placeringar", "arenden", "utbetalningar", "volymer"]


class Kommunen(Modell):
    """Which municipality the lists are of."""

    id: Namn
    namn: Text
    kommunkod: Annotated[str, Field(pattern=r"^\d{4}$")] | None = None


class Fonster(Modell):
    """What a list covers, both days included."""

    fran: Datum
    till: Datum

    @model_validator(mode="after")
    def _ordered(self) -> Fonster:
        if self.till <= self.fran:
            raise ValueError("till ska vara en senare dag än fran")
        return self

    @property
    def window(self) -> Window:
        return Window(self.fran, self.till)


class Fil(Modell):
    """One file, or those whose names fit a pattern (`placeringar_*.csv`)."""

    lista: Lista | None = None
    fonster: Fonster | None = None
    kolumner: dict[Text, str] = {}
    """The file's own heading → our column."""
    varden: dict[str, dict[Text, str]] = {}
    """The file's own words → our keys, by column."""
    fast: dict[str, Namn] = {}
    """What every row has where the file has no such column: verksamhet, form, utforare …"""
    bortse: tuple[Text, ...] = ()
    """Columns that are thrown away unseen."""
    hoppa_over: bool = False
    """The file is not read."""


class LasIn(Modell):
    """The whole mapping file."""

    kommun: Kommunen | None = None
    basar: Annotated[int, Field(strict=True, ge=1990, le=2100)] | None = None
    sla_ihop: bool = True
    """Rows of the same person in the same form that follow on each other are one placement."""
    filer: dict[Text, Fil] = {}

    def of(self, name: str) -> Fil:
        """What is said of a file: the entries that fit its name together, later ones over earlier."""
        said: dict[str, Any] = {}
        for pattern, entry in self.filer.items():
            if pattern == name or fnmatchcase(name.casefold(), pattern.casefold()):
                for key in entry.model_fields_set:
                    value = getattr(entry, key)
                    before = said.get(key)
                    if before and isinstance(value, Mapping):
                        value = {**before, **value}
                    elif before and isinstance(value, tuple):
                        value = (*before, *value)
                    said[key] = value
        return Fil.model_construct(**said)


def read_mapping(folder: Path, files: Sequence[str]) -> LasIn:
    """The folder's mapping file, or an empty one. Raises HemmaplanError naming key, value and what is allowed."""
    path = folder / NAME
    if not path.is_file():
        other = next((each.name for each in sorted(folder.iterdir()) if each.stem == "las-in"), None)
        if other:
            raise HemmaplanError(f"{other}: filen ska heta {NAME}")
        return LasIn()
    mapping = validated(LasIn, read_yaml(path), lambda _: NAME)
    problems = [line for pattern, entry in mapping.filer.items() for line in _problems(pattern, entry, files)]
    if problems:
        raise HemmaplanError("\n".join(problems))
    return mapping


def _problems(pattern: str, entry: Fil, files: Sequence[str]) -> list[str]:
    at = f"{NAME}: filer.{pattern}"
    found = []
    if not any(fnmatchcase(name.casefold(), pattern.casefold()) or name == pattern for name in files):
        found.append(f"{at}: filen finns inte i mappen; {nearest(pattern, files)}")
    lists = [entry.lista] if entry.lista else list(FIELDS)
    fields = {name for lista in lists for name in FIELDS[lista]}
    words = {name for lista in lists for name, field in FIELDS[lista].items() if field.kind == "word"}
    for heading, field in entry.kolumner.items():
        if field not in fields:
            found.append(f"{at}.kolumner.{heading} = {field}: finns inte; {nearest(field, fields)}")
        if heading in entry.bortse:
            found.append(f"{at}.kolumner.{heading}: står också under bortse; välj ett av dem")
    for part, named in (("varden", entry.varden), ("fast", entry.fast)):
        for field in named:
            if field not in words:
                found.append(f"{at}.{part}.{field}: är ingen kolumn med ord; {nearest(field, words)}")
    for field, values in entry.varden.items():
        for word, key in values.items():
            if field == "utforare" and key not in ("egen", "extern", ""):
                found.append(f"{at}.varden.{field}.{word} = {key}: ska vara egen eller extern")
            elif key and not _is_key(key):
                found.append(
                    f"{at}.varden.{field}.{word} = {key}: ska bara ha a-z, 0-9 och understreck, först en bokstav"
                )
    return found


def _is_key(text: str) -> bool:
    return text.isascii() and text.replace("_", "a").isalnum() and text == text.lower() and text[0].isalpha()
