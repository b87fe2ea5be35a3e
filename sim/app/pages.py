"""What each page needs to be drawn: kommuner, levers in groups, changes in words, and how far an answer has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sim.analysis.scope import touched_areas
from sim.app.draft import Draft, scenario_of
from sim.app.levers import Lever, levers_of
from sim.blocking import warnings_of
from sim.chain import description
from sim.config import Kommun, Scenario
from sim.describe import scenario_lines
from sim.errors import HemmaplanError
from sim.files import kommun_ids, read_kommun, read_scenario, scenario_ids
from sim.loading import kommun_from, scenario_from
from sim.scenario import make_plan
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
    """A kommun on the start page."""

    id: str
    namn: str
    basar: int
    verksamheter: tuple[str, ...]
    grade: str
    problem: str


def listed(root: Path) -> list[Listed]:
    """Every kommun; one whose files cannot be read is shown with what is wrong."""
    found = []
    for kommun_id in kommun_ids(root):
        try:
            kommun = kommun_from(read_kommun(root, kommun_id), root)
        except HemmaplanError as error:
            found.append(Listed(kommun_id, kommun_id, 0, (), "", str(error)))
            continue
        areas = tuple(each.namn for each in kommun.verksamheter.values())
        found.append(Listed(kommun_id, kommun.namn, kommun.basar, areas, grade_of(root, kommun), ""))
    return found


def grade_of(root: Path, kommun: Kommun) -> str:
    """What is known about how well the kommun's basår comes out, in a few words."""
    from sim.calibration_files import calibration_path, load_calibration

    if not calibration_path(root, kommun.id).is_file():
        return "Inte kalibrerad mot publicerade siffror."
    plan, lines = load_calibration(root, kommun)
    return f"{len(plan.parametrar)} tal är inpassade mot {len(lines)} publicerade siffror."


def shown(value: float) -> str:
    """As a number field shows it: decimal comma, no spaces, no more decimals than it has."""
    return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")
