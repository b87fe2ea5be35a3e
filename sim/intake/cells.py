"""Cells as dates, months and numbers, however Swedish systems write them. Each different cell is read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Cell = Any
"""What a file's cell is: text, or in a workbook also a number, a date or a truth value."""

FINE, EMPTY, OPEN, BAD = 0, 1, 2, 3
"""How a cell was read: as asked for, nothing in it, «goes on», or not to be read."""

NAT = np.datetime64("NaT", "s")
_EPOCH = date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 1900, 2089
_NOTHING = {
    "",
    "-",
    "–",
    "—",
    "null",
    "none",
    "nan",
    "nat",
    "n/a",
    "saknas",
    "uppgift saknas",
    "okänt",
    "okänd",
    "?",
    ".",
}
_ERRORS = re.compile(
    r"#(?:N/A|REF|VALUE|DIV/0|NAME|NUM|NULL|VÄRDEFEL|REFERENS|SAKNAS|DIVISION/0|NAMN|OGILTIGT)[!?#]?", re.I
)
_GOES_ON = {
    "pågående", "pagaende", "pågår", "tills vidare", "tillsvidare", "tv", "t.v.", "löpande", "öppen", "öppet",
    "ej avslutad", "ej avslutat", "aktiv", "aktuell",
}  # fmt: skip
_NO_DATE = {(1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1)}
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan januari", "feb febr februari", "mar mars", "apr april", "maj may", "jun juni", "jul juli",
         "aug augusti", "sep sept september", "okt oct oktober", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_INVISIBLE = {0xFEFF: None, 0x200B: None, 0x00AD: None, 0xE000: None}
_CLOCK = r"(?:[T ]+\d{1,2}[:.]\d{2}\S*(?: ?[AP]M)?)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}$")
_COMPACT = re.compile(rf"((?:19|20|99)\d{{2}})(\d{{2}})(\d{{2}}){_CLOCK}$")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})[-/., ]+(\d{{4}}){_CLOCK}$")
_SLASH = re.compile(r"(\d{1,2})([/.])(\d{1,2})[-/. ]+(\d{2})$")
_SHORT = re.compile(r"(\d{2})-(\d{2})-(\d{2})$")
_SIX = re.compile(r"(\d{2})(\d{2})(\d{2})$")
_WORDS = re.compile(r"(?:den )?(\d{1,2})(?::[ae])?[-. ]*([a-zåäö]{3,9})\.?[-., ]*(\d{4}|\d{2})$")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?$")
_YEAR_MONTH = re.compile(r"(\d{4})[-/. ]?m?(\d{1,2})$")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/. ](\d{4})$")
_MONTH_NAME = re.compile(r"([a-zåäö]{3,9})\.?[-., ]*(\d{4}|\d{2})$")
_NAME_MONTH = re.compile(r"(\d{4})[-., ]*([a-zåäö]{3,9})\.?$")


@dataclass(frozen=True, repr=False)
class Distinct:
    """A column as its different cells and which of them each row has."""

    codes: NDArray[np.int64]
    texts: list[str]
    """The different cells as text."""
    cells: list[Cell]

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """What was worked out for each different cell, by row."""
        return values[self.codes]


def distinct(column: Sequence[Cell]) -> Distinct:
    """The different cells of a column."""
    array = np.empty(len(column), dtype=object)
    array[:] = column
    codes, different = pd.factorize(array, use_na_sentinel=False)
    return Distinct(codes, [text_of(cell) for cell in different], list(different))


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without decimals, hard and odd spaces as plain ones."""
    if isinstance(cell, str):
        text = cell
    elif cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell)
    elif isinstance(cell, float):
        return "" if cell != cell else str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    else:
        text = str(cell)
    return " ".join((text if text.isascii() else text.translate(_INVISIBLE)).split())


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing in it, or that Excel could not work it out."""
    return text.casefold() in _NOTHING or _ERRORS.fullmatch(text) is not None


@dataclass(frozen=True, repr=False)
class Column:
    """A column after reading: values and how each cell was read, by row."""

    values: NDArray[Any]
    how: NDArray[np.int8]

    def rows(self, how: int) -> NDArray[np.int64]:
        return np.flatnonzero(self.how == how)


def years(column: Distinct) -> Column:
    """Years of this century and the one before, as numbers."""
    read = numbers(column)
    no_year = (read.how == FINE) & ~(
        (read.values >= _FIRST_YEAR) & (read.values <= _LAST_YEAR) & (read.values % 1 == 0)
    )
    return Column(np.where(no_year, np.nan, read.values), np.where(no_year, np.int8(BAD), read.how))


def _read(column: Distinct, one: Callable[[str, Cell], tuple[Any, int]], empty: Any, dtype: str) -> Column:
    values = np.full(len(column.texts), empty, dtype=dtype)
    how = np.zeros(len(column.texts), dtype=np.int8)
    for place, (text, cell) in enumerate(zip(column.texts, column.cells, strict=True)):
        value, how[place] = one(text, cell)
        if how[place] == FINE:
            values[place] = value
    return Column(column.spread(values), column.spread(how))


def dates(column: Distinct) -> Column:
    """Days. Where day and month can be told apart only by the column, they are; else day comes first."""
    month_first = _month_first(column.texts)
    return _read(column, lambda text, cell: _date(text, cell, month_first), NAT, "datetime64[s]")


def months(column: Distinct) -> Column:
    """First days of months."""
    return _read(column, _month, NAT, "datetime64[s]")


def numbers(column: Distinct) -> Column:
    """Numbers with decimal comma or point; what separates thousands is seen from the column."""
    point, comma = _separators(
        [text for text, cell in zip(column.texts, column.cells, strict=True) if isinstance(cell, str)]
    )
    return _read(column, lambda text, cell: _number(text, cell, point, comma), np.nan, "float64")


def day_or_month_first(column: Distinct) -> bool:
    """Whether a column has days as 3/4/2024 and nothing in it tells which of the two is the month."""
    pairs = [(m.group(1), m.group(3)) for m in map(_DAY_FIRST.match, column.texts) if m and m.group(2) == "/"]
    return any(a != b for a, b in pairs) and all(int(a) <= 12 and int(b) <= 12 for a, b in pairs)


def thousands_or_decimals(column: Distinct) -> bool:
    """Whether a column has numbers as 1.234 or 1,234 and nothing in it tells if the sign parts thousands."""
    texts = [text for text, cell in zip(column.texts, column.cells, strict=True) if isinstance(cell, str)]
    signed = [text for text in texts if re.search(r"\d[.,]\d", text)]
    return bool(signed) and all(re.fullmatch(r"[-\u2212]?[1-9]\d{0,2}[.,]\d{3}", text) for text in signed)


def _month_first(texts: Sequence[str]) -> bool:
    """Whether 1/31/2024 stands somewhere and 31/1/2024 nowhere."""
    pairs = [(int(m.group(1)), int(m.group(3))) for text in texts for m in [_DAY_FIRST.match(text)] if m]
    return any(b > 12 for _, b in pairs) and not any(a > 12 for a, _ in pairs)


def _day(year: int, month: int, day: int) -> tuple[Any, int]:
    if (year, month, day) in _NO_DATE or (month == 0 and day == 0):
        return None, EMPTY
    if year > _LAST_YEAR:
        return None, OPEN
    if year < _FIRST_YEAR:
        return None, BAD
    try:
        return np.datetime64(date(year, month, day), "s"), FINE
    except ValueError:
        return None, BAD


def _full(year: str) -> int:
    """A year of two digits is of this century up to 49."""
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 50 else 1900)


def _date(text: str, cell: Cell, month_first: bool) -> tuple[Any, int]:
    if isinstance(cell, datetime | date):
        return _day(cell.year, cell.month, cell.day)
    low = text.casefold()
    if is_nothing(low) or low == "0":
        return None, EMPTY
    if low in _GOES_ON:
        return None, OPEN
    if found := _ISO.match(text) or _COMPACT.match(text):
        return _day(*map(int, found.groups()))
    if found := _DAY_FIRST.match(text):
        first, second, year = int(found.group(1)), int(found.group(3)), int(found.group(4))
        return _day(year, first, second) if month_first else _day(year, second, first)
    if found := _SLASH.match(text):
        return _day(_full(found.group(4)), int(found.group(3)), int(found.group(1)))
    if found := _SHORT.match(text) or _SIX.match(text):
        return _day(_full(found.group(1)), int(found.group(2)), int(found.group(3)))
    if _SERIAL.match(text):
        return _serial(float(text.replace(",", ".")))
    if (found := _WORDS.match(low)) and found.group(2) in _MONTHS:
        return _day(_full(found.group(3)), _MONTHS[found.group(2)], int(found.group(1)))
    return None, BAD


def _serial(days: float) -> tuple[Any, int]:
    """A day as Excel counts them."""
    if not 20_000 <= days < 70_000:
        return None, BAD
    that = _EPOCH + timedelta(days=int(days))
    return _day(that.year, that.month, that.day)


def _month(text: str, cell: Cell) -> tuple[Any, int]:
    low = re.split(r" (?:-|–|—|till|t o m|tom) ", text.casefold())[0]
    if not isinstance(cell, datetime | date):
        if found := _YEAR_MONTH.match(low):
            year, month = int(found.group(1)), int(found.group(2))
            return _day(year, month, 1) if 1 <= month <= 12 else (None, BAD)
        if found := _MONTH_YEAR.match(low):
            return _day(int(found.group(2)), int(found.group(1)), 1)
        if (found := _MONTH_NAME.match(low)) and found.group(1) in _MONTHS:
            return _day(_full(found.group(2)), _MONTHS[found.group(1)], 1)
        if (found := _NAME_MONTH.match(low)) and found.group(2) in _MONTHS:
            return _day(int(found.group(1)), _MONTHS[found.group(2)], 1)
    value, how = _date(low, cell, False)
    return (value.astype("datetime64[M]").astype("datetime64[s]") if how == FINE else None), how


def month_number(text: str) -> int:
    """1-12 of a month's number or name; 0 where it is neither."""
    low = text.casefold().rstrip(".")
    return int(low) if low.isdigit() and 1 <= int(low) <= 12 else _MONTHS.get(low, 0)


_THOUSANDS_POINT = re.compile(r"[-−(]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?\D*$")
_THOUSANDS_COMMA = re.compile(r"[-−(]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?\D*$")


def _separators(texts: Sequence[str]) -> tuple[str, str]:
    """What "." and "," stand for in a column: each "decimal" or "thousands"."""
    with_point = [text for text in texts if "." in text and any(map(str.isdigit, text))]
    with_comma = [text for text in texts if "," in text and any(map(str.isdigit, text))]
    point = "thousands" if with_point and all(map(_THOUSANDS_POINT.match, with_point)) else "decimal"
    comma = "thousands" if with_comma and all(map(_THOUSANDS_COMMA.match, with_comma)) else "decimal"
    if any("," in text and "." in text for text in texts):  # the later of the two is the decimal sign
        both = next(text for text in texts if "," in text and "." in text)
        return ("decimal", "thousands") if both.rfind(".") > both.rfind(",") else ("thousands", "decimal")
    return point, comma


_USUAL = re.compile(r"-?\d+(?:,\d+)?$")
_APART = re.compile(r"\D*\d{1,3}(?:[ '’]\d{3})+(?![\d '’])")
_UNIT = re.compile(r"(?:kr(?:onor)?|sek|:-|,-|st|dygn|%|/ ?dygn|per dygn)\.?$", re.IGNORECASE)


def _number(text: str, cell: Cell, point: str, comma: str) -> tuple[Any, int]:
    if isinstance(cell, bool):
        return None, BAD
    if isinstance(cell, int | float):
        return (float(cell), FINE) if np.isfinite(cell) else (None, EMPTY)
    if comma == "decimal" and _USUAL.match(text):
        return float(text.replace(",", ".")), FINE
    if is_nothing(text):
        return None, EMPTY
    plain = text
    while (shorter := _UNIT.sub("", plain).strip()) != plain:
        plain = shorter
    if re.search(r"\d[ '’]\d", plain) and not _APART.match(plain):
        return None, BAD
    plain = re.sub(r"[ '’]", "", plain).replace("\u2212", "-").replace("\u2013", "-").replace(":", "§")
    if negative := re.fullmatch(r"\((.*)\)|(.*\d)-", plain):
        plain = "-" + (negative.group(1) or negative.group(2) or "")
    if any(
        re.search(rf"[{sign}](?!\d{{3}}(?:\D|$))", plain)
        for sign, what in ((".", point), (",", comma))
        if what == "thousands"
    ):
        return None, BAD  # else 999.50 would be read as a hundred times as much beside 1.234,50
    plain = plain.replace(".", "" if point == "thousands" else ".")
    plain = plain.replace(",", "" if comma == "thousands" else ".").replace("§", ".")
    return (float(plain), FINE) if re.fullmatch(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d{1,2})?", plain) else (None, BAD)
