"""Text that the typeface of the figures can show. What it lacks is said by its number in Unicode."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import matplotlib as mpl
from matplotlib.ft2font import FT2Font

FACE = "DejaVuSans.ttf"
Shown = TypeVar("Shown")


def font_folder() -> Path:
    """Where the typeface of the figures lies."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def covered(typeface: Path) -> frozenset[int]:
    """The characters that a typeface has, by their numbers in Unicode."""
    return frozenset(FT2Font(typeface).get_charmap())


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
