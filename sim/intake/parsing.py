"""A recognised table as typed rows, with what had to be left out. Words are still the file's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake import cells
from sim.intake.cells import BAD, EMPTY, FINE, OPEN, Column, is_nothing, month_number, text_of
from sim.intake.columns import FIELDS, IDS, plain
from sim.intake.privacy import Identities
from sim.intake.recognise import Recognised, shown_heading
from sim.intake.remarks import Remark, remark_of
from sim.intake.tables import Table
from sim.intake.words import KEY

NOBODY = -1
_SUM = re.compile(
    r"(?:del|slut|total|år|månads)?(?:summa|totalt|total|totalsumma|medelvärde|medel|genomsnitt|antal rader)\b",
    re.IGNORECASE,
)
_LONGEST_SUM = 40
_DATE_FORM = "ett datum, till exempel 2024-03-31"
_MONTH_FORM = "en månad, till exempel 2024-03"
_YEAR_FORM = "ett årtal, till exempel 2024"
_NUMBER_FORM = "ett tal, till exempel 1 234,50"
Mask = NDArray[np.bool_]


@dataclass(frozen=True, repr=False)
class Parsed:
    """Rows of one table: fil, rad, the three kinds of numbers (NOBODY where none), words as text, dates, numbers."""

    lista: str
    frame: pd.DataFrame
    remarks: tuple[Remark, ...]
    skipped: int
    """Rows left out: sums, repeated headings, footnotes, and those that could not be read."""


def parse(found: Recognised, people: Identities) -> Parsed:
    """Every row read, or said why not."""
    return _Parser(found, people).parse()


class _Parser:
    def __init__(self, found: Recognised, people: Identities) -> None:
        self.found, self.people = found, people
        self.table: Table = found.table
        self.left_out: Mask = np.zeros(self.table.height, dtype=bool)
        self.remarks: list[Remark] = []

    def parse(self) -> Parsed:
        read = {
            field: self._column(field)
            for field in self.found.places
            if FIELDS[self.found.lista][field].kind not in ("id", "word")
        }
        self._decorations({field: column for field, column in read.items() if FIELDS[self.found.lista][field].needed})
        frame: dict[str, Any] = {"fil": self.table.fil, "rad": self.table.numbers}
        for field in IDS:
            if field in FIELDS[self.found.lista]:
                frame[field] = self._identities(field)
        for field, about in FIELDS[self.found.lista].items():
            if about.kind == "word":
                frame[field] = self._words(field)
            elif field in read:
                self._check(field, read[field])
                frame[field] = read[field].values
        if self.found.lista != "volymer":
            self._nobody(np.logical_and.reduce([frame[field] == NOBODY for field in IDS]) & ~self.left_out)
        if not self.table.height:
            text, treated = "Listan har rubriker men inga rader.", "Den hoppas över."
            self.remarks.append(remark_of("inga_rader", self.found.lista, self.table.fil, (), text, treated))
        rows = pd.DataFrame(frame)[~self.left_out].reset_index(drop=True)
        return Parsed(self.found.lista, rows, tuple(self.remarks), int(self.left_out.sum()))

    def _column(self, field: str) -> Column:
        column = self.found.columns[field]
        kind = FIELDS[self.found.lista][field].kind
        if kind == "month":
            return self._months(field)
        return {"date": cells.dates, "year": cells.years}.get(kind, cells.numbers)(column)

    def _months(self, field: str) -> Column:
        """Months; where the year stands in a column of its own, of their numbers or names."""
        column = self.found.columns[field]
        read = cells.months(column)
        number = column.spread(np.array([month_number(text) for text in column.texts], dtype=np.int64))
        if self.found.lista == "volymer":
            since = read.values.astype("datetime64[M]").astype(int) % 12 + 1
            return Column(
                np.where(number > 0, number, np.where(read.how == FINE, since, 0)), np.where(number > 0, FINE, read.how)
            )
        if "ar" not in self.found.places:
            return read
        years = cells.years(self.found.columns["ar"])
        plain_number = (number > 0) & (years.how == FINE)
        values, how = read.values.copy(), read.how.copy()
        since = (years.values[plain_number].astype(int) - 1970) * 12 + number[plain_number] - 1
        values[plain_number] = since.astype("datetime64[M]").astype("datetime64[s]")
        how[plain_number] = FINE
        return Column(values, how)

    def _decorations(self, needed: dict[str, Column]) -> None:
        """Rows that are no rows: sums, headings again, footnotes."""
        doubtful = np.zeros(self.table.height, dtype=bool)
        for column in needed.values():
            doubtful |= (column.how == BAD) | (column.how == EMPTY)
        sums = self._sums(doubtful)
        again = np.zeros(self.table.height, dtype=bool)
        foot = np.zeros(self.table.height, dtype=bool)
        headings = [plain(heading) for heading in self.table.headings]
        for row in np.flatnonzero(doubtful & ~sums).tolist():
            texts = [text_of(column[row]) for column in self.table.columns]
            filled = [place for place, text in enumerate(texts) if text]
            again[row] = sum(plain(texts[place]) == headings[place] for place in filled) >= max(2, len(filled) // 2)
            foot[row] = not again[row] and len(filled) == 1 and len(self.table.headings) > 2
        self._leave_out(sums, "summarad", "Raden är en summa.", "Den räknas inte.", "upplysning")
        self._leave_out(again, "upprepad_rubrik", "Rubrikerna står en gång till.", "Raden hoppas över.", "upplysning")
        self._leave_out(foot, "fotnot", "Raden har bara en ifylld cell.", "Den hoppas över.", "upplysning")

    def _sums(self, doubtful: Mask) -> Mask:
        """By the words in doubtful rows, and by the first column and the columns of numbers in the others."""
        sums = np.zeros(self.table.height, dtype=bool)
        for row in np.flatnonzero(doubtful).tolist():
            sums[row] = any(_is_sum(text_of(column[row])) for column in self.table.columns)
        for place in {0, *(self.found.places[field] for field in IDS if field in self.found.places)}:
            if place < len(self.table.columns):
                column = self.table.column(place)
                sums |= column.spread(np.array([_is_sum(text) for text in column.texts], dtype=bool))
        return sums

    def _leave_out(self, rows: Mask, kod: str, text: str, treated: str, weight: Any = "fel") -> None:
        rows = rows & ~self.left_out
        self._remark(rows, kod, text, treated, weight)
        self.left_out |= rows

    def _remark(self, rows: Mask, kod: str, text: str, treated: str, weight: Any = "varning") -> None:
        if rows.any():
            numbers = self.table.numbers[rows]
            self.remarks.append(remark_of(kod, self.found.lista, self.table.fil, numbers, text, treated, weight))

    def _check(self, field: str, column: Column) -> None:
        """What a column's unreadable cells mean for their rows."""
        heading = shown_heading(self.table, self.found.places[field])
        about = FIELDS[self.found.lista][field]
        form = {"date": _DATE_FORM, "month": _MONTH_FORM, "year": _YEAR_FORM}.get(about.kind, _NUMBER_FORM)
        if about.kind == "date" and cells.day_or_month_first(self.found.columns[field]):
            text = f"Kolumnen «{heading}» skriver dagar som 3/4/2024, och inget visar om dag eller månad står först."
            self._remark(column.how == FINE, f"tvetydig_{field}", text, "Dagen läses först.")
        if about.kind == "number" and cells.thousands_or_decimals(self.found.columns[field]):
            text = (
                f"Kolumnen «{heading}» skriver tal som 1.234 eller 1,234, och inget visar om tecknet skiljer tusental."
            )
            self._remark(column.how == FINE, f"tvetydig_{field}", text, "Det läses som tusental.")
        bad, empty = column.how == BAD, column.how == EMPTY
        goes_on = column.how == OPEN
        ends = field in ("slut", "beslut")
        if about.needed and not ends:
            self._leave_out(
                empty | goes_on, f"saknar_{field}", f"Kolumnen «{heading}» är tom.", "Raderna är utelämnade."
            )
            self._leave_out(bad, f"olaslig_{field}", f"Kolumnen «{heading}» ska vara {form}.", "Raderna är utelämnade.")
        elif ends:
            text = f"Kolumnen «{heading}» ska vara {form}, eller tom."
            self._leave_out(bad, f"olaslig_{field}", text, "Raderna är utelämnade: det går inte att se om de pågår.")
        else:
            self._remark(
                bad & ~self.left_out,
                f"olaslig_{field}",
                f"Kolumnen «{heading}» ska vara {form}.",
                "Cellerna räknas som tomma.",
            )

    def _identities(self, field: str) -> NDArray[np.int32]:
        if field not in self.found.places:
            return np.full(self.table.height, NOBODY, dtype=np.int32)
        column = self.found.columns[field]
        numbers = [NOBODY if is_nothing(text) else self.people.number(text) for text in column.texts]
        lossy = column.spread(
            np.array([bool(re.fullmatch(r"\d[.,]\d+[eE]\+?\d+", text)) for text in column.texts], dtype=bool)
        )
        heading = shown_heading(self.table, self.found.places[field])
        text = f"Numren i «{heading}» står i exponentform (1,23E+11): siffror har gått förlorade i Excel."
        self._leave_out(
            lossy, "exponentform", text, "Raderna är utelämnade. Ta ut filen på nytt med kolumnen som text."
        )
        return column.spread(np.array(numbers, dtype=np.int32)) if numbers else np.zeros(0, dtype=np.int32)

    def _nobody(self, rows: Mask) -> None:
        if any(field in self.found.places for field in IDS):
            text = "Raden säger inte vem den gäller."
        else:
            text = "Filen har ingen kolumn med klient-, hushålls- eller ärendenummer."
        self._remark(rows, "saknar_nummer", text, "Raderna räknas som en person var; återkomst kan inte ses för dem.")

    def _words(self, field: str) -> NDArray[Any]:
        if field not in self.found.places:
            fast = self.found.fil.fast.get(field)
            return np.full(self.table.height, KEY + fast if fast else "", dtype=object)
        column = self.found.columns[field]
        heading = self.table.headings[self.found.places[field]]
        own = {plain(word): KEY + key for word, key in self.found.fil.varden.get(field, {}).items()}
        words = [
            own.get(plain(text), word)
            for text, word in zip(column.texts, _yes_and_no(heading, column.texts), strict=True)
        ]
        return column.spread(np.array(words, dtype=object))


def _is_sum(text: str) -> bool:
    """«Summa», «Totalt 2024»; not a story that begins so."""
    return len(text) <= _LONGEST_SUM and _SUM.match(text) is not None


def _yes_and_no(heading: str, texts: Sequence[str]) -> list[str]:
    """«Egen regi: ja» as the word egen; nothing where nothing is said."""
    flat = plain(heading)
    yes = "egen" if "egen" in flat else "extern" if "extern" in flat or "kopt" in flat else ""
    no = {"egen": "extern", "extern": "egen"}.get(yes, "")
    if not yes or "egenextern" in flat or "internextern" in flat:
        return ["" if is_nothing(text) else text for text in texts]
    said = {"ja": yes, "j": yes, "true": yes, "1": yes, "x": yes, "nej": no, "n": no, "false": no, "0": no}
    return [said.get(text.casefold(), "" if is_nothing(text) else text) for text in texts]
