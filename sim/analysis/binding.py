"""What stands in the way of a goal that more units do not reach: each other limit is taken away by itself, to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.analysis.condition import margins, values_of
from sim.analysis.goal import Sought, batch_study
from sim.analysis.search import Judge
from sim.config import Andring, Boende, Extern, Kommun, PlatsBehov, Scenario, Team
from sim.experiment import Study, StudyResult, run_study
from sim.periods import Floats
from sim.scenario import numeric_paths
from sim.statistics import mean_interval

TIMES = 3.0
"""As many times more of a team or a place as takes the limit away."""
FUTURES = 40
ALL = "alla på en gång"


@dataclass(frozen=True)
class Limit:
    """`words`: what is taken away. `score`: the share of futures in which it then holds (or the mean margin).
    `gain`: how much the measure comes nearer, beyond doubt (its 95 % interval is above 0)."""

    words: str
    score: float
    holds: bool
    gain: float
    value: float


@dataclass(frozen=True)
class Obstacles:
    """At the amount that came nearest: the measure's mean, and what binds, the greatest first."""

    amount: float
    value: float
    score: float
    limits: tuple[Limit, ...]


def candidates(kommun: Kommun, skip: str | None) -> list[tuple[str, tuple[Andring, ...]]]:
    """Every limit of a kommun in words, and the changes that take it away."""
    paths = set(numeric_paths(kommun.model_dump(mode="python", exclude_unset=True)))
    found: list[tuple[str, tuple[Andring, ...]]] = []
    for name, held in kommun.resurser.items():
        what, words = "", held.namn
        if isinstance(held, Team):
            what, words = "arsarbetare", f"{held.namn}: tre gånger så många årsarbetare"
        elif isinstance(held, Boende):
            what, words = "platser", f"{held.namn}: tre gånger så många platser"
        elif isinstance(held, Extern) and held.tak is not None:
            what, words = "tak", f"{held.namn}: tre gånger så många platser att köpa"
        path = f"resurser.{name}.{what}"
        if what and path in paths and path != skip:
            found.append((words, (Andring(mal=path, ganger=TIMES),)))
    for area, verksamhet in kommun.verksamheter.items():
        for name, steg in verksamhet.steg.items():
            if isinstance(steg.behov, PlatsBehov) and steg.behov.hemmamojlig is not None:
                at = f"verksamheter.{area}.steg.{name}.behov.hemmamojlig."
                mine = sorted(path for path in paths if path.startswith(at))
                words = f"{steg.namn}: alla kan få insatsen på hemmaplan (hemmamojlig = 1)"
                found.append((words, tuple(Andring(mal=path, satt=1.0) for path in mine)))
    return found


def obstacles(sought: Sought, study: Study, run: Callable[[Study], StudyResult] = run_study) -> Obstacles:
    """Of a search without an answer."""
    goal, tried = sought.goal, sought.found.margins
    nearest = max(tried, key=lambda number: (float(np.nanmean(tried[number])), number))
    there = goal.scenarios[nearest]
    before = there.andringar if there else ()
    limits = [
        (words, tuple(change.model_copy(update={"fran": goal.since}) for change in changes))
        for words, changes in candidates(goal.kommun, goal.target.path if goal.target else None)
    ]
    if len(limits) > 1:
        limits.append((ALL, tuple(change for _, changes in limits for change in changes)))
    scenarios = [
        Scenario(id=f"utan_{number}", namn=words, motiv=words, andringar=(*before, *changes))
        for number, (words, changes) in enumerate(limits)
    ]
    result = run(batch_study(goal, study, [there, *scenarios], 0, FUTURES))
    tables = result.tables if there is None else result.tables[1:]
    values = [values_of(table, goal.condition, goal.years) for table in tables]
    left = [margins(goal.condition, each) for each in values]
    judge = Judge(goal.p, 1)
    found = [
        Limit(words, judge.score(after), judge.leans(after), _gain(left[0], after), float(np.nanmean(value)))
        for (words, _), after, value in zip(limits, left[1:], values[1:], strict=True)
    ]
    binding = sorted((each for each in found if each.gain > 0), key=lambda each: (each.words == ALL, -each.gain))
    return Obstacles(goal.amounts[nearest], float(np.nanmean(values[0])), judge.score(left[0]), tuple(binding))


def _gain(before: Floats, after: Floats) -> float:
    """Mean gain where it is beyond doubt, else 0."""
    known = ~np.isnan(before) & ~np.isnan(after) & np.isfinite(before) & np.isfinite(after)
    if known.sum() < 2:
        return 0.0
    mean, low, _ = mean_interval((after - before)[known][:, None])
    return float(mean[0]) if low[0] > 0 else 0.0
