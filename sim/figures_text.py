"""Text in the typeface of the figures: what it can show, how wide it is, and the outlines of its letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, cast

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import get_font
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.textpath import TextToPath

from sim.figures_drawing import Outline, Words
from sim.figures_look import BLACK, LINE, TEXT, pieces

FACE, BOLD_FACE = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
ASCENT, DESCENT = 0.76, 0.24
"""Above and below the baseline, as multiples of the size, as the typeface says."""
Shown = TypeVar("Shown")


def font_folder() -> Path:
    """Where the typeface of the figures lies."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def covered(typeface: Path) -> frozenset[int]:
    """The characters that a typeface has, by their numbers in Unicode."""
    return frozenset(FT2Font(typeface).get_charmap())


@cache
def advances(typeface: Path) -> Mapping[int, float]:
    """How far each character of a typeface takes the line, as a share of the size of type."""
    font = FT2Font(typeface)
    unscaled = LoadFlags.NO_SCALE
    return {code: font.load_char(code, flags=unscaled).horiAdvance / font.units_per_EM for code in font.get_charmap()}


def drawable(text: str) -> str:
    """The text with [U+1F3E0] for what the figures' typeface lacks."""
    known = covered(font_folder() / FACE)
    return "".join(mark if ord(mark) in known or mark == "\n" else f"[U+{ord(mark):04X}]" for mark in text)


def with_drawable_text(content: Shown) -> Shown:
    """A dataclass with all its texts drawable, those of its parts too."""
    found: Any = content
    if isinstance(content, str):
        found = drawable(content)
    elif isinstance(content, tuple):
        found = tuple(map(with_drawable_text, content))
    elif is_dataclass(content) and not isinstance(content, type):
        texts = {field.name: getattr(content, field.name) for field in fields(content)}
        kept = {name: with_drawable_text(value) for name, value in texts.items() if name != "file"}
        found = replace(content, **kept)
    return cast("Shown", found)


class Line(NamedTuple):
    """A line of text as it stands at a size of `SET_AT` points."""

    glyphs: tuple[tuple[str, float, float], ...]
    """Name and place of each letter's drawing."""
    outline: Outline
    """All of them together."""
    width: float


SET_AT = TextToPath.FONT_SCALE


@cache
def letters(bold: bool) -> dict[str, Outline]:
    """The outlines of the letters that have been set so far, by name, at `SET_AT` points."""
    return {}


@lru_cache(maxsize=4096)
def line_of(text: str, bold: bool = False) -> Line:
    """Set a text without line breaks. The same few are asked for again and again."""
    known: Any = letters(bold)
    setter = TextToPath()
    font = get_font(str(font_folder() / (BOLD_FACE if bold else FACE)))
    font.set_size(SET_AT, setter.DPI)
    set_glyphs, new, _ = setter.get_glyphs_with_font(font, text, glyph_map=known, return_new_glyphs_only=True)
    known.update({name: Outline(*found) for name, found in new.items()})
    glyphs = tuple((name, float(x), float(y)) for name, x, y, _ in set_glyphs)
    shown = [(known[name], x, y) for name, x, y in glyphs if len(known[name].vertices)]
    if not shown:
        return Line((), Outline(np.empty((0, 2)), np.empty(0, dtype=np.uint8)), 0.0)
    corners = np.concatenate([outline.vertices + np.array([x, y]) for outline, x, y in shown])
    codes = np.concatenate([outline.codes for outline, _, _ in shown])
    return Line(glyphs, Outline(corners, codes), max(0.0, float(corners[:, 0].max())))


def width(text: str, size: float, bold: bool = False) -> float:
    """Of the longest line, points."""
    return max(line_of(line, bold).width for line in text.split("\n")) * size / SET_AT


def folded(text: str, room: float, size: float, bold: bool = False) -> str:
    """With lines that are wider than so many points broken between words, and in words that no figure has room for."""
    lines: list[str] = []
    space = width("n n", size, bold) - 2 * width("n", size, bold)
    for line in text.split("\n"):
        lines.append(line)
        if width(line, size, bold) <= room:
            continue
        lines[-1], used = "", 0.0
        letters = int(len(line) * room / width(line, size, bold) * 0.9)
        for part, word in ((part, word) for each in line.split(" ") for part, word in enumerate(pieces(each, letters))):
            wide = width(word, size, bold)
            if part or (lines[-1] and used + space + wide > room):
                lines.append(word)
                used = wide
            else:
                lines[-1] = f"{lines[-1]} {word}".lstrip(" ")
                used += space + wide
    return "\n".join(lines)


def words(
    text: str,
    x: float,
    y: float,
    size: float = TEXT,
    color: str = BLACK,
    bold: bool = False,
    across: Literal["left", "center", "right"] = "left",
    up: Literal["top", "center", "bottom", "level"] = "center",
) -> Iterator[Words]:
    """A text of one or more lines beside a place: `across` and `up` say what of the text is there.

    `level`: half the height of a capital or a digit.
    """
    lines = text.split("\n")
    between = LINE - 1 if len(lines) > 1 else 0.0
    height = len(lines) * (1 + between)
    first = ASCENT + between / 2
    top = {"top": 0.0, "center": height / 2, "bottom": height, "level": ASCENT / 2}[up]
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[across]
    for number, line in enumerate(lines):
        left = x - share * width(line, size, bold)
        yield Words(left, y + size * (top - first - number * LINE), line, size, color, bold)
