"""Numbers and dates as a Swedish reader expects them: decimal comma, hard spaces, true minus."""

from __future__ import annotations

import math
from datetime import date

from babel.numbers import format_decimal

HARD_SPACE = "\u00a0"
MINUS = "\u2212"
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def tal(value: float, decimals: int = 0, sign: bool = False) -> str:
    """A number; `sign` writes + before positive ones. NaN is an en dash: nothing to show."""
    if not math.isfinite(value):
        return "–"
    rounded = round(value, decimals) + 0.0
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(abs(rounded), format=pattern, locale="sv_SE").replace(" ", HARD_SPACE)
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if sign and rounded > 0 else text


def datum(day: date) -> str:
    return f"{day.day}{HARD_SPACE}{MONTHS[day.month - 1]}{HARD_SPACE}{day.year}"


def manad(day: date) -> str:
    """jul 2019"""
    return f"{MONTHS[day.month - 1]}{HARD_SPACE}{day.year}"


def uppraknat(words: list[str]) -> str:
    """a, b och c"""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} och {words[-1]}" if words else ""


def gement(name: str) -> str:
    """A name inside a sentence: its capitals small, but not those of an abbreviation such as LSS."""
    return " ".join(word if word[1:2].isupper() else word.lower() for word in name.split(" "))
