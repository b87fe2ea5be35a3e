"""Scenarios in words, derived from their changes, so that the text cannot drift from the content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sim.config import Andring, Kommun, Scenario
from sim.swedish import datum, tal

WORDS = {
    "arsarbetare": "årsarbetare",
    "arendetak": "ärendetak",
    "varde": "",
    "per_ar": "antal per år",
    "nasta": "vidare till",
    "andel": "andel",
    "hemmamojlig": "kan få insatsen på hemmaplan",
    "tid": "tid",
    "medel": "medel",
    "dygnskostnad_kr": "kronor per dygn",
    "lon_tkr": "lön, tkr",
    "sjukfranvaro": "sjukfrånvaro",
    "budget_tkr": "budget, tkr",
}
HIDDEN = {"resurser", "verksamheter", "steg", "inflode", "drivare", "utfall", "behov"}


def change_text(change: Andring, kommun: Kommun) -> str:
    """One change as a sentence part: what, from what value to what, and when."""
    name, value = path_text(change.mal, kommun)
    return f"{name}: {_operation(change, value)}{_when(change.fran, change.till)}"


def path_text(path: str, kommun: Kommun) -> tuple[str, Any]:
    """What a number is called, and what stands there."""
    names: list[str] = []
    node: Any = kommun.model_dump(mode="python")
    for part in path.split("."):
        node = node[int(part) - 1] if isinstance(node, list | tuple) else node[part]
        called = node.get("namn") if isinstance(node, Mapping) else None
        if called:
            names.append(str(called))
        elif part not in HIDDEN and (word := WORDS.get(part, part.replace("_", " "))):
            names.append(word)
    return ", ".join(names), node


def _operation(change: Andring, old: Any) -> str:
    share = "andel" in change.mal or "arbetsloshet" in change.mal
    known = isinstance(old, int | float)
    if change.ganger is not None:
        return f"{_percent_change(change.ganger)}{f' (från {_value(old, share)})' if known else ''}"
    if change.plus is not None:
        target = f" (från {_value(old, share)} till {_value(old + change.plus, share)})" if known else ""
        return f"{tal(change.plus, _decimals(change.plus), sign=True)}{target}"
    assert change.satt is not None
    return f"{_value(old, share)} blir {_value(change.satt, share)}" if known else f"blir {_value(change.satt, share)}"


def _percent_change(factor: float) -> str:
    percent = 100 * (factor - 1)
    return f"{tal(percent, _decimals(percent), sign=True)} %"


def _value(value: float, share: bool) -> str:
    return f"{tal(100 * value, _decimals(100 * value))} %" if share else tal(value, _decimals(value))


def _decimals(value: float) -> int:
    return next((places for places in range(3) if abs(value - round(value, places)) < 1e-9), 3)


def _when(start: date | None, end: date | None) -> str:
    first = f" från {datum(start)}" if start else " hela perioden" if not end else ""
    return f"{first} till och med {datum(end)}" if end else first


def scenario_lines(scenario: Scenario, kommun: Kommun) -> list[str]:
    return [change_text(change, kommun) for change in scenario.andringar]
