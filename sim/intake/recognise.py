"""What a table is: which list, and which of its columns is what. Headings propose, the cells decide."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.errors import HemmaplanError, nearest
from sim.intake import cells
from sim.intake.cells import Distinct, is_nothing, month_number
from sim.intake.columns import FIELDS, FILE_WORDS, IDS, Kind, fields_for, plain, rank
from sim.intake.mapping import NAME, Fil
from sim.intake.privacy import has_personnummer
from sim.intake.tables import Table

_LOOKED_AT = 2000
"""Different cells of a column that decide what it holds."""
_MOST_WORDS = 400
_PERSONNUMMER_HEADINGS = re.compile(
    r"^(?:person(?:nr|nummer)|p(?:ers)?nr|fodelse(?:nr|nummer)|samordnings(?:nr|nummer)|ssn|pnr)"
)


@dataclass(frozen=True, repr=False)
class Recognised:
    """A table that is one of our lists."""

    table: Table
    fil: Fil
    lista: str
    places: Mapping[str, int]
    """The column of each of our fields."""
    doubtful: Mapping[str, tuple[str, ...]]
    """Headings that could also have been a field."""

    @cached_property
    def columns(self) -> dict[str, Distinct]:
        """The cells of our fields; of the others nothing is kept."""
        return {field: self.table.column(place) for field, place in self.places.items()}

    @property
    def thrown(self) -> tuple[str, ...]:
        """Headings of the columns that are thrown away, as they may be shown."""
        taken = set(self.places.values())
        return tuple(
            shown_heading(self.table, place) for place in range(len(self.table.headings)) if place not in taken
        )


def shown_heading(table: Table, place: int) -> str:
    """A heading as it may be shown: short, and nothing that could be somebody's number."""
    heading = table.headings[place]
    if not heading or len(heading) > 50 or re.search(r"\d{6}", heading):
        return f"kolumn {column_letter(place)}"
    return heading


def column_letter(place: int) -> str:
    """A, B … Z, AA …, as Excel calls the columns."""
    return (column_letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def check_personnummer(table: Table, fil: Fil) -> None:
    """Raises HemmaplanError where columns that are not marked to be ignored look like personnummer."""
    ignored = {plain(heading) for heading in fil.bortse}
    found = [
        shown_heading(table, place)
        for place, heading in enumerate(table.headings)
        if plain(heading) not in ignored and _of_personnummer(heading, table.column(place).texts)
    ]
    if found:
        those = " och ".join(f"«{heading}»" for heading in found)
        name = table.fil.split(", blad")[0]
        raise HemmaplanError(
            f"{table.fil}: kolumnen {those} ser ut att innehålla personnummer, och inget har lästs in. Ta bort den ur "
            f"filen, eller skriv i {NAME} att den ska kastas: filer: {{{name}: {{bortse: [{', '.join(found)}]}}}}. "
            "Behövs den för att veta vilka rader som gäller samma person: byt den mot ett löpnummer före uttaget."
        )


def _of_personnummer(heading: str, texts: Sequence[str]) -> bool:
    named = _PERSONNUMMER_HEADINGS.match(plain(heading)) is not None
    return has_personnummer(texts) or (named and any(len(re.sub(r"\D", "", text)) >= 6 for text in texts))


def recognise(table: Table, fil: Fil) -> Recognised | None:
    """The list that the table is, or None. Raises HemmaplanError where it is one but lacks a column that is needed."""
    candidates: list[str] = [fil.lista] if fil.lista else list(FIELDS)
    looked = _Looked(table)
    found = [(lista, *_assigned(looked, table, fil, lista)) for lista in candidates]
    scores = {lista: len(places) - 3 * len(_missing(lista, places, fil)) for lista, places, _ in found}
    words = plain(table.fil)
    named = {lista for lista in scores if any(word in words for word in FILE_WORDS[lista])}
    best = max(scores, key=lambda lista: (scores[lista] + 0.5 * (lista in named), -candidates.index(lista)))
    places, doubtful = next((places, doubtful) for lista, places, doubtful in found if lista == best)
    missing = _missing(best, places, fil)
    if missing:
        if not fil.lista and len(places) < 3:
            return None
        raise HemmaplanError(_missing_text(table, best, missing, places))
    return Recognised(table, fil, best, places, doubtful)


def check_headings(table: Table, fil: Fil) -> None:
    """That the headings which the mapping file names stand in the file. Raises HemmaplanError."""
    there = {plain(heading) for heading in table.headings}
    for part, named in (("kolumner", fil.kolumner), ("bortse", fil.bortse)):
        for heading in named:
            if plain(heading) not in there:
                shown = [shown_heading(table, place) for place in range(len(table.headings))]
                raise HemmaplanError(
                    f"{NAME}: {part}.{heading}: kolumnen finns inte i {table.fil}; {nearest(heading, shown)}"
                )


class _Looked:
    """Columns of a table, each looked through once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.said: dict[tuple[int, Kind], bool] = {}

    def agrees(self, place: int, kind: Kind) -> bool:
        """Whether at least half of a column's different cells can be read as what it should be."""
        if (place, kind) not in self.said:
            self.said[place, kind] = self._agrees(place, kind)
        return self.said[place, kind]

    def _agrees(self, place: int, kind: Kind) -> bool:
        column = self.table.column(place)
        filled = [at for at, text in enumerate(column.texts) if not is_nothing(text)][:_LOOKED_AT]
        if not filled or kind == "id":
            return True
        if kind == "word":
            dates = cells.dates(_part(column, filled))
            return len(filled) <= _MOST_WORDS and (dates.how == cells.FINE).mean() < 0.5
        part = _part(column, filled)
        if kind == "date":
            return bool((cells.dates(part).how != cells.BAD).mean() >= 0.5)
        if kind == "month":
            fine = (cells.months(part).how != cells.BAD) | [month_number(text) > 0 for text in part.texts]
            return bool(fine.mean() >= 0.5)
        return bool((cells.numbers(part).how != cells.BAD).mean() >= 0.5)


def _part(column: Distinct, places: Sequence[int]) -> Distinct:
    some = [column.texts[place] for place in places]
    return Distinct(np.arange(len(some)), some, [column.cells[place] for place in places])


def _assigned(looked: _Looked, table: Table, fil: Fil, lista: str) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """Columns of the fields: first what the mapping file says, then the best heading whose cells agree."""
    own = {plain(heading): field for heading, field in fil.kolumner.items() if field in FIELDS[lista]}
    ignored = {plain(heading) for heading in fil.bortse}
    places: dict[str, int] = {}
    for place, heading in enumerate(table.headings):
        if plain(heading) in own:
            places.setdefault(own[plain(heading)], place)
    offers = sorted(
        (order, rank(lista, field, heading), place, field)
        for place, heading in enumerate(table.headings)
        if heading and plain(heading) not in ignored and plain(heading) not in own
        for order, field in enumerate(fields_for(lista, heading))
        if looked.agrees(place, FIELDS[lista][field].kind)
    )
    also: dict[str, list[str]] = {}
    for _, _, place, field in offers:
        if field not in places and place not in places.values():
            places[field] = place
        elif field in places and place not in places.values():
            also.setdefault(field, []).append(shown_heading(table, place))
    return {field: places[field] for field in FIELDS[lista] if field in places}, {k: tuple(v) for k, v in also.items()}


def _missing(lista: str, places: Mapping[str, int], fil: Fil) -> list[str]:
    needed = [
        name for name, field in FIELDS[lista].items() if field.needed and name not in places and name not in fil.fast
    ]
    if lista == "utbetalningar" and not any(each in places for each in IDS):
        needed.insert(0, "hushallsid")
    return needed


def _missing_text(table: Table, lista: str, missing: Sequence[str], places: Mapping[str, int]) -> str:
    rest = [
        shown_heading(table, place)
        for place, heading in enumerate(table.headings)
        if heading and place not in places.values()
    ]
    what = " och ".join(
        f"«{name}» ({FIELDS[lista][name].meaning[0].lower()}{FIELDS[lista][name].meaning[1:]})" for name in missing
    )
    left = f"Rubriker som inte kändes igen: {', '.join(rest[:15])}." if rest else "Alla rubriker kändes igen."
    return (
        f"{table.fil}: liknar listan {lista} men saknar {what}. {left} Säg vilken det är i {NAME}: filer: "
        f"{{{table.fil.split(', blad')[0]}: {{lista: {lista}, kolumner: {{Rubriken i filen: {missing[0]}}}}}}}."
    )
