"""Every number has a source: matching the numbers of a kommun with its `kallor`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.config import Kalla
from sim.errors import tal_text
from sim.files import leaves

UNSOURCED = {"basar", "kommunkod", "uppvarmning_ar"}
"""Numbers that say what is described and how it is simulated, not how it is."""


@dataclass(frozen=True)
class Number:
    """One number of the configuration with its source; `kalla` is None where none was given."""

    path: str
    value: float
    kalla_id: str | None
    kalla: Kalla | None

    @property
    def span(self) -> tuple[float, float] | None:
        """The range of an assumption in the number's own unit."""
        if self.kalla is None:
            return None
        if self.kalla.spann is not None:
            return self.kalla.spann
        if self.kalla.spann_relativt is not None:
            low, high = (self.value * factor for factor in self.kalla.spann_relativt)
            return min(low, high), max(low, high)
        return None


def pattern_matches(pattern: str, path: str) -> bool:
    """`*` stands for one name, `**` for any number of names, anything else for itself."""
    return _expression(pattern).fullmatch(path) is not None


def _expression(pattern: str) -> re.Pattern[str]:
    parts = []
    for name in pattern.split("."):
        parts.append(r"[^.]+(?:\.[^.]+)*" if name == "**" else re.escape(name).replace(r"\*", "[^.]*"))
    return re.compile(r"\.".join(parts))


def _exactness(pattern: str) -> tuple[int, int]:
    names = pattern.split(".")
    return sum("*" not in name for name in names), len(pattern)


def numbers(content: Mapping[str, Any], kallor: Mapping[str, Kalla]) -> list[Number]:
    """All numbers of a kommun's content as written. Where several patterns match, the most exact one counts.

    Of those that are alike exact, `kalibrerad` does: what was an assumption until `kalibrera` fitted it.
    """
    patterns = sorted(
        ((pattern, kalla_id) for kalla_id, kalla in kallor.items() for pattern in kalla.galler),
        key=lambda pair: (_exactness(pair[0]), kallor[pair[1]].typ == "kalibrerad", pair),
        reverse=True,
    )
    expressions = [(_expression(pattern).fullmatch, kalla_id) for pattern, kalla_id in patterns]
    found = []
    for where, value in leaves(content):
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if where[0] == "kallor" or where[-1] in UNSOURCED:
            continue
        path = ".".join(where)
        kalla_id = next((kalla_id for fits, kalla_id in expressions if fits(path)), None)
        found.append(Number(path, float(value), kalla_id, kallor[kalla_id] if kalla_id else None))
    return found


def source_problems(content: Mapping[str, Any], kallor: Mapping[str, Kalla]) -> list[tuple[str, str]]:
    """(path, Swedish text) for numbers without a source or outside their range, and patterns that match nothing."""
    problems = []
    listed = numbers(content, kallor)
    for number in listed:
        if number.kalla is None:
            problems.append((number.path, f"{tal_text(number.value)}: källa saknas; lägg till den under kallor"))
        elif number.span and not number.span[0] <= number.value <= number.span[1]:
            low, high = number.span
            problems.append(
                (
                    number.path,
                    f"{tal_text(number.value)}: ligger utanför spannet {tal_text(low)} till {tal_text(high)}"
                    f" i kallor.{number.kalla_id}",
                )
            )
    for kalla_id, kalla in kallor.items():
        for pattern in kalla.galler:
            fits = _expression(pattern).fullmatch
            if not any(fits(number.path) for number in listed):
                problems.append((f"kallor.{kalla_id}.galler", f"{pattern}: passar inte på något tal"))
    return problems
