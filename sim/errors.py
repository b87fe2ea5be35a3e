"""Errors that a planner can act on: Swedish text naming what is wrong, what is allowed and the nearest right word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HemmaplanError(Exception):
    """Bad input. The text is Swedish, complete sentences, one problem a line."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with what is to be said of it instead of that nothing was finished."""


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A Swedish clause with the nearest allowed word, or the allowed words when none is near."""
    words = sorted(set(allowed))
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"menade du {close[0]}?"
    if not words:
        return "inget finns att välja på"
    shown = ", ".join(words[:12]) + (" …" if len(words) > 12 else "")
    return f"tillåtet: {shown}"


def tal_text(value: float) -> str:
    """A number as a Swedish reader writes it: decimal comma, thousands apart, never with an exponent."""
    rounded = float(f"{value:.10g}")
    text = f"{rounded:,.15f}".rstrip("0").rstrip(".") if abs(rounded) < 1e15 else f"{rounded:,.0f}"
    return text.replace(",", "\u00a0").replace(".", ",").replace("-", "\u2212")
