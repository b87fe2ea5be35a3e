"""From files or a plain dict to a checked Kommun or Scenario. The only way in, with or without Hydra."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.config import Kommun, Scenario
from sim.errors import HemmaplanError
from sim.files import file_of, project_root, read_kommun, read_scenario
from sim.messages import validated
from sim.sources import source_problems
from sim.validation import problems, start_problems

RESERVED = "nulage"
"""The id of the base case, which no scenario can have (`sim.scenario.NULAGE`)."""


def checked_kommun(
    content: Mapping[str, Any],
    place: Callable[[tuple[str, ...]], str | None] = lambda _: None,
    where: str = "",
) -> Kommun:
    """A dict as a Kommun, all cross references checked. Raises HemmaplanError with a line for each problem."""
    prefix = f"{where}: " if where else ""
    try:
        kommun = validated(Kommun, content, place)
    except HemmaplanError as error:
        raise HemmaplanError("\n".join(prefix + line for line in str(error).splitlines())) from None
    raise_problems(start_problems(kommun), place, prefix)
    raise_problems(problems(kommun), place, prefix)
    return kommun


def raise_problems(
    found: list[tuple[str, str]], place: Callable[[tuple[str, ...]], str | None] = lambda _: None, prefix: str = ""
) -> None:
    """Raise HemmaplanError with a line for each (path, Swedish text), or go on where there is none."""
    lines = []
    for path, text in found:
        file = place(tuple(path.split(".")))
        joint = " = " if re.match(r"(?!kvar:)(?:[^\s:]|\u00a0)+: ", text) else ": "
        lines.append(f"{prefix}{path}{joint}{text}" + (f" ({file})" if file else ""))
    if lines:
        raise HemmaplanError("\n".join(lines))


def kommun_from(content: Mapping[str, Any], root: Path | None = None) -> Kommun:
    """A complete kommun's content, checked including that every number has a source."""
    kommun_id = str(content.get("id", ""))

    def place(path: tuple[str, ...]) -> str | None:
        return file_of(root, kommun_id, path) if root else None

    kommun = checked_kommun(content, place)
    raise_problems(source_problems(content, kommun.kallor), place)
    return kommun


def load_kommun(kommun_id: str, root: Path | None = None) -> Kommun:
    """The kommun in `conf/kommun/<kommun_id>/`. Raises HemmaplanError with the file, the key and what is allowed."""
    base = root or project_root()
    return kommun_from(read_kommun(base, kommun_id), base)


def scenario_from(content: Any, scenario_id: str) -> Scenario:
    """A scenario's content, checked; its id comes from the name of its file or of its key, never from the content."""
    if scenario_id == RESERVED:
        raise HemmaplanError(f"scenarios.{scenario_id}: namnet är upptaget; välj ett annat")
    whole = {**content, "id": scenario_id} if isinstance(content, Mapping) else content
    return validated(Scenario, whole, prefix=f"scenarios.{scenario_id}")


def load_scenario(scenario_id: str, root: Path | None = None) -> Scenario:
    """The scenario in `scenarios/<scenario_id>.yaml`."""
    return scenario_from(read_scenario(root or project_root(), scenario_id), scenario_id)
