"""What each page needs to be drawn: kommuner, levers in groups, changes in words, and how far an answer has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.analysis.scope import touched_areas
from sim.app.draft import Draft, scenario_of
from sim.app.levers import Lever, levers_of
from sim.blocking import warnings_of
from sim.chain import description
from sim.config import Kommun, Scenario
from sim.describe import scenario_lines
from sim.errors import HemmaplanError
from sim.files import kommun_ids, read_kommun, read_scenario, scenario_ids
from sim.grade_files import Antalen, load_grade
from sim.loading import kommun_from, scenario_from
from sim.scenario import make_plan
from sim.swedish import uppraknat
from sim.warmup import warmup_warnings


@dataclass(frozen=True)
class Loaded:
    """A kommun as the page uses it."""

    kommun: Kommun
    levers: tuple[Lever, ...]
    ready: Mapping[str, Scenario]
    """Scenarios in files that fit the kommun, by id."""

    @cached_property
    def groups(self) -> list[tuple[str, list[Lever]]]:
        found: dict[str, list[Lever]] = {}
        for lever in self.levers:
            found.setdefault(lever.group, []).append(lever)
        return list(found.items())

    @cached_property
    def warnings(self) -> list[str]:
        return [*warnings_of(self.kommun), *warmup_warnings(self.kommun)]

    def scenario(self, draft: Draft) -> Scenario | None:
        """What is moved, as a scenario that can be simulated. Raises HemmaplanError."""
        scenario = scenario_of(draft, self.levers, self.ready)
        if scenario is not None:
            make_plan(self.kommun, scenario)
        return scenario

    def chains(self, scenarios: Sequence[Scenario]) -> list[tuple[str, str, str]]:
        """The vårdkedjor that are touched: verksamhet, its name, and the chain in words."""
        changes = [change for scenario in scenarios for change in scenario.andringar]
        areas = touched_areas(self.kommun, changes) if changes else tuple(self.kommun.verksamheter)
        return [(area, self.kommun.verksamheter[area].namn, description(self.kommun, area)) for area in areas]

    def words(self, scenario: Scenario | None) -> list[str]:
        """Each change in words."""
        return scenario_lines(scenario, self.kommun) if scenario else []


def load(root: Path, kommun_id: str) -> Loaded:
    """Raises HemmaplanError."""
    content = read_kommun(root, kommun_id)
    kommun = kommun_from(content, root)
    ready = {}
    for name in scenario_ids(root):
        try:
            scenario = scenario_from(read_scenario(root, name), name)
            make_plan(kommun, scenario)
        except HemmaplanError:
            continue
        ready[name] = scenario
    return Loaded(kommun, levers_of(kommun, content), ready)


@dataclass(frozen=True)
class Listed:
    """A kommun on the start page. `grade`: sentences, each with a few words that lead it."""

    id: str
    namn: str
    basar: int
    verksamheter: tuple[str, ...]
    grade: tuple[tuple[str, str], ...]
    problem: str


def listed(root: Path) -> list[Listed]:
    """Every kommun; one whose files cannot be read is shown with what is wrong."""
    found = []
    for kommun_id in kommun_ids(root):
        try:
            content = read_kommun(root, kommun_id)
            kommun = kommun_from(content, root)
            grade = tuple(grade_lines(root, kommun_id, content))
        except HemmaplanError as error:
            found.append(Listed(kommun_id, kommun_id, 0, (), (), str(error)))
            continue
        areas = tuple(each.namn for each in kommun.verksamheter.values())
        found.append(Listed(kommun_id, kommun.namn, kommun.basar, areas, grade, ""))
    return found


def grade_lines(root: Path, kommun_id: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """How well the kommun's basår comes out, as it was last reconciled: (what, in words)."""
    found = load_grade(root, kommun_id, content)
    if found is None:
        yield "Avstämning", "inte stämd av mot publicerade siffror."
        return
    if found.stale:
        yield "Obs", f"betyget är äldre än kommunens filer; kör hemmaplan avstam {kommun_id} --skriv."
    betyg = found.betyg
    yield "Prövar modellen", _counted(betyg.inte_inpassade, "ingen siffra som modellen inte är inpassad mot.")
    yield "Inpassade", _counted(betyg.inpassade, "inga siffror är inpassade.")
    if betyg.foljer.alla:
        yield "Följer av dem", _counted(betyg.foljer, "")


def _counted(counts: Antalen, none: str) -> str:
    """How many figures, and how many of each grade that there is."""
    if not counts.alla:
        return none
    parts = [("bra", "bra", counts.bra), ("godtagbar", "godtagbara", counts.godtagbar), ("svag", "svaga", counts.svag)]
    graded = [f"{number} {one if number == 1 else several}" for one, several, number in parts if number]
    return f"{counts.alla} {'siffra' if counts.alla == 1 else 'siffror'}: {uppraknat(graded)}."


def shown(value: float) -> str:
    """As a number field shows it: decimal comma, no spaces, no more decimals than it has."""
    return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")
