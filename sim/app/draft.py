"""What a planner wonders: a kommun, what is moved from when, and a ready scenario to start from. Fits in a link."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sim.app.levers import Lever
from sim.config import Andring, Kommun, Scenario
from sim.errors import HemmaplanError, tal_text
from sim.messages import validated
from sim.scenario import NULAGE

FROM, START, NAME = "fran", "utgang", "namn"
"""What a link calls the day from which, the ready scenario, and the scenario's name."""
LONGEST_NAME = 80
MOST_SCENARIOS = 4
"""Side by side."""
OWN = "egen"
"""The id of what stands on the page and is not saved."""
MOTIVE = "Ställd på webbsidan"


@dataclass(frozen=True)
class Draft:
    """`moved`: values as shown, of those that differ from the kommun's own, by path."""

    kommun: str
    fran: date
    moved: tuple[tuple[str, float], ...] = ()
    utgang: str | None = None
    namn: str = ""

    def query(self, **more: str) -> str:
        """As a link writes it."""
        pairs = [(FROM, self.fran.isoformat())]
        pairs += [(START, self.utgang)] if self.utgang else []
        pairs += [(NAME, self.namn)] if self.namn else []
        pairs += [(path, repr(value).removesuffix(".0").replace(".", ",")) for path, value in self.moved]
        return urlencode([*pairs, *more.items()])

    def value(self, lever: Lever) -> float:
        """What the lever stands at."""
        return dict(self.moved).get(lever.path, lever.value)

    @property
    def empty(self) -> bool:
        return not self.moved and not self.utgang


def number_from(text: str, what: str) -> float:
    """A number as a Swedish planner writes it. Raises HemmaplanError."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace("\u2212", "-").replace(",", ".")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", bare):
        raise HemmaplanError(f"{what} = {text[:40]}: ska vara ett tal, till exempel 12,5")
    return float(bare)


def first_day(kommun: Kommun) -> date:
    """From when things are changed if nothing is said: the first planning year."""
    return min(date(kommun.basar + 1, 1, 1), kommun.slut)


def draft_from(
    pairs: Iterable[tuple[str, str]], kommun: Kommun, levers: Sequence[Lever], scenarios: Iterable[str]
) -> Draft:
    """Of a form or a link. Unknown words are ignored, since a link may be older than the kommun's files.

    Raises HemmaplanError with a line for each value that is wrong.
    """
    given = {key: value.strip() for key, value in pairs}
    wrong: list[str] = []
    moved: list[tuple[str, float]] = []
    for lever in levers:
        text = given.get(lever.path, "")
        if not text:
            continue
        try:
            value = number_from(text, lever.name)
            if not lever.lowest <= value <= largest(lever):
                span = f"{tal_text(lever.lowest)} till {tal_text(largest(lever))}"
                raise HemmaplanError(f"{lever.name} = {text}: ska vara {span}")
        except HemmaplanError as error:
            wrong.append(str(error))
            continue
        if not math.isclose(value, lever.value, rel_tol=1e-9, abs_tol=1e-9):
            moved.append((lever.path, value))
    start = given.get(START) or None
    if start is not None and start not in set(scenarios):
        wrong.append(f"scenariot {start[:40]}: finns inte för {kommun.namn}")
    try:
        day = _day_from(given.get(FROM, ""), kommun)
    except HemmaplanError as error:
        wrong.append(str(error))
        day = first_day(kommun)
    if wrong:
        raise HemmaplanError("\n".join(wrong))
    return Draft(kommun.id, day, tuple(moved), start, " ".join(given.get(NAME, "").split())[:LONGEST_NAME])


def largest(lever: Lever) -> float:
    """The largest number that can be written beside the slider."""
    return 100.0 if lever.unit == "procent" else max(10 * lever.high, 1000.0)


def _day_from(text: str, kommun: Kommun) -> date:
    if not text:
        return first_day(kommun)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise HemmaplanError(f"från = {text[:40]}: ska vara ett datum, ÅÅÅÅ-MM-DD") from None
    if not kommun.start <= day <= kommun.slut:
        raise HemmaplanError(f"från = {day}: ska ligga mellan {kommun.start} och {kommun.slut}")
    return day


def scenario_of(draft: Draft, levers: Sequence[Lever], ready: Mapping[str, Scenario]) -> Scenario | None:
    """The changes of the ready scenario, then those of the levers; None where nothing is changed."""
    if draft.empty:
        return None
    start = ready[draft.utgang] if draft.utgang else None
    by_path = {lever.path: lever for lever in levers}
    changes: list[Andring] = list(start.andringar) if start else []
    for path, value in draft.moved:
        changes.append(_change(by_path[path], value, draft.fran))
    if start and not draft.moved:
        return start.model_copy(update={"id": OWN, **({"namn": draft.namn} if draft.namn else {})})
    content: dict[str, Any] = {
        "id": OWN,
        "namn": draft.namn or (f"{start.namn} och egna ändringar" if start else "Egna ändringar"),
        "motiv": MOTIVE,
        "forbehall": start.forbehall if start else None,
        "andringar": [change.model_dump(exclude_none=True) for change in changes],
    }
    return validated(Scenario, content)


def _change(lever: Lever, value: float, day: date) -> Andring:
    if lever.added:
        return Andring(mal=lever.path, plus=round((value - lever.value) / lever.scale, 9), fran=day)
    return Andring(mal=lever.path, satt=round(value / lever.scale, 9), fran=day)


def numbered(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Each with an id of its own and a name that no other has, to stand side by side."""
    found: list[Scenario] = []
    for number, scenario in enumerate(scenarios, start=1):
        names = {other.namn for other in found} | {NULAGE}
        name = scenario.namn if scenario.namn not in names else f"{scenario.namn} ({number})"
        found.append(scenario.model_copy(update={"id": f"{OWN}_{number}", "namn": name}))
    return tuple(found)


def without(draft: Draft, path: str) -> Draft:
    """With one lever back where it was."""
    return replace(draft, moved=tuple(pair for pair in draft.moved if pair[0] != path))
