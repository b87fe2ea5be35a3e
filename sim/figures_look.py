"""What the figures have in common: measures of the page, sizes of type, colours and line styles."""

from __future__ import annotations

WIDTH, HEIGHT = 6.3, 2.65
"""Inches: the text width of a Word page, and so high that three stand on one with their captions."""
PNG_DPI = 300
INCH = 72.0
"""Points."""
STYLES: tuple[tuple[str, tuple[float, ...], str], ...] = (
    ("#0072B2", (5, 1.5), "o"),
    ("#D55E00", (1, 1), "s"),
    ("#007A5A", (6, 1.5, 1, 1.5), "^"),
    ("#8A4F7D", (3, 1, 1, 1, 1, 1), "D"),
    ("#5A5A00", (8, 3), "v"),
    ("#444444", (2, 3), "P"),
)
"""Of the scenarios: colour, dashes (in widths of the line) and marker."""
TITLE, HEAD, TEXT, SMALL, NOTE = 10.0, 8.5, 9.0, 8.0, 7.5
"""Sizes of type, points."""
LINE = 1.2
"""Between lines of text, as a multiple of their size."""
BLACK, GREY, GRID = "#000000", "#404040", "#DDDDDD"
BEHIND = "#F3F3F3"
"""The base year's field."""
BAND, SHADES = "#D0D0D0", ("#DCDCDC", "#B4B4B4")
"""Of nuläge's P10-P90; and of a fan's bands, the widest first."""
BUDGET = "#7A1F1F"
LONGEST = 40
"""Letters of a word that is never divided."""


def pieces(word: str, length: int) -> list[str]:
    """A word that no figure has room for, in parts of so many letters; any other whole."""
    whole = len(word) <= LONGEST
    return [word] if whole else [word[start : start + length] for start in range(0, len(word), length)]


def wrapped(name: str, width: int = 18) -> str:
    """On lines of at most so many letters, but for longer words that a figure has room for."""
    lines = [""]
    for word in name.split(" "):
        first, *rest = pieces(word, width)
        if lines[-1] and len(lines[-1]) + 1 + len(first) > width:
            lines.append(first)
        else:
            lines[-1] = f"{lines[-1]} {first}".strip()
        lines += rest
    return "\n".join(lines)
