"""The kommun as it would be if an assumption stood at either end of its range, the calibration kept where it can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.calibration_files import load_uncertainty
from sim.config import Kommun
from sim.errors import HemmaplanError, tal_text
from sim.scenario import with_values
from sim.sources import numbers
from sim.uncertainty import Uncertainty

WRITTEN = "som det står"


@dataclass(frozen=True)
class Stance:
    """A kommun with some assumptions at one place: `name` in Swedish, and their values by path.

    `kept`: whether the fitted numbers followed, so that the published figures still come out.
    """

    name: str
    values: Mapping[str, float]
    kommun: Kommun
    kept: bool


def surface_of(root: Path, kommun: Kommun) -> tuple[Uncertainty | None, str]:
    """How the fitted numbers follow the assumptions; or None, and why in Swedish."""
    try:
        return load_uncertainty(root, kommun, kommun.model_dump(mode="python", exclude_unset=True)), ""
    except HemmaplanError as error:
        return None, str(error)


def stances(kommun: Kommun, paths: Sequence[str], surface: Uncertainty | None) -> tuple[Stance, ...]:
    """As written first; then all the paths at their low ends, and at their high. Only the first where none has a range.

    Raises HemmaplanError for a path that is no number.
    """
    content = kommun.model_dump(mode="python", exclude_unset=True)
    listed = {number.path: number for number in numbers(content, kommun.kallor)}
    for path in paths:
        if path not in listed:
            raise HemmaplanError(f"antagande = {path}: är inte ett tal i kommunens filer")
    spans = {path: span for path in paths if (span := listed[path].span) and span[0] < span[1]}
    found = [Stance(WRITTEN, {path: listed[path].value for path in spans}, kommun, True)]
    for end, name in enumerate(("lågt", "högt")) if spans else ():
        values = {path: _share(path, span[end]) for path, span in spans.items()}
        kept = surface is not None and set(values) <= set(surface.surface)
        moved = surface.kommun_at(kommun, values) if surface and kept else with_values(kommun, values)
        found.append(Stance(name, values, moved, kept))
    return tuple(found)


def _share(path: str, value: float) -> float:
    """A range given as a factor can end above 1, which no share can."""
    return min(value, 1.0) if path.split(".")[-1] == "andel" else value


def values_text(values: Mapping[str, float]) -> str:
    """The values of an assumption's paths, each once."""
    return " och ".join(dict.fromkeys(tal_text(round(value, 4)) for value in values.values()))
