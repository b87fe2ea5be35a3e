"""Text from a configuration, made fit for any file: nothing that is not text, and no word too long for a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

LONGEST = 30
"""A longer word may be broken anywhere."""
PIECE = 10
BREAK = "\u200b"
"""A place where a line may end, without width."""


def clean(text: str) -> str:
    """Without control characters, half characters, and marks that turn the direction of writing. A per cent sign stays
    with its number."""
    fit = "".join(
        " " if unicodedata.category(mark) in {"Cc", "Cs", "Cf", "Cn"} and mark != "\u00ad" else mark for mark in text
    )
    return re.sub(r"(?<=\d) (?=%)", "\u00a0", fit)


def typeset(text: str) -> str:
    """A sentence typed with a hyphen from one number to another, x for times, and spaces in numbers and before their
    units where a line could end, as it is to be printed."""
    spans = re.sub(r"(?<![\d-])(\d+(?:,\d+)?)-(\d+(?:,\d+)?)(?![\d-])", "\\1–\\2", text)
    times = re.sub(r"(?<=\w) x (?=\w)", " × ", spans)
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d)|(?:mnkr|tkr|kr|dygn|procent)\b)", "\u00a0", times)


def broken(text: str) -> str:
    """Words that no line can hold, with places to break them."""
    return re.sub(rf"\S{{{LONGEST + 1},}}", lambda word: BREAK.join(re.findall(rf".{{1,{PIECE}}}", word[0])), text)


def spelled(text: str, known: Container[int]) -> str:
    """Characters that no font at hand has, by their number in Unicode."""
    return "".join(mark if ord(mark) in known or mark == BREAK else f"[U+{ord(mark):04X}]" for mark in text)
