"""How many are needed for a condition to hold, or how much inflow today's means can carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from sim.analysis.condition import Condition, margins, parse_condition, settled, values_of
from sim.analysis.scope import part_of, touched_areas
from sim.analysis.search import BATCHES, Found, Judge, search
from sim.analysis.target import Target, now_of, target_of, unit_scenarios
from sim.build import build_network
from sim.calendars import DAYS_PER_YEAR
from sim.config import Andring, Kommun, Scenario
from sim.costs import ALL_AREAS
from sim.errors import HemmaplanError, nearest, tal_text
from sim.experiment import Study, StudyResult, run_study
from sim.form import form_of
from sim.periods import Floats
from sim.scenario import make_plan
from sim.swedish import tal

USUAL = 0.9
"""The share of futures in which the condition is to hold, where none is asked for."""
INFLOW_STEP = 0.01
MOST_TRIED = 10_000
"""Numbers to choose between."""
BETWEEN_BATCHES = 2**32
"""From the seed of one batch of futures to the next: no other study is likely to use them."""
MOST_SEEDS = 2**63


@dataclass(frozen=True)
class Goal:
    """What is searched: `amounts` in the order in which the condition becomes easier, and the scenario of each.

    `kommun`: the part of the municipality that the question reaches. `years`: those judged. `p`: the share of futures
    in which the condition must hold, None where its mean must. `words`: what the amounts are of. `fewer`: whether a
    smaller amount makes it easier (an inflow).
    """

    kommun: Kommun
    condition: Condition
    years: tuple[str, ...]
    p: float | None
    since: date
    words: str
    target: Target | None
    now: float | None
    amounts: tuple[float, ...]
    scenarios: tuple[Scenario | None, ...]
    fewer: bool = False


def unit_goal(
    kommun: Kommun, path: str, condition: str, p: float | None, since: date, most: float, step: float, years: str | None
) -> Goal:
    """0, `step`, 2 × `step`, … and at most `most` more of what stands at a path, from a day on."""
    target = target_of(kommun, path)
    now = now_of(kommun, path)
    if step <= 0 or most < step:
        raise HemmaplanError(f"--hogst = {tal_text(most)}: ska vara minst ett steg, {tal_text(step)}")
    count = int(round(most / step, 9))
    if count > MOST_TRIED:
        raise HemmaplanError(f"--hogst = {tal_text(most)}: ger fler än {tal(MOST_TRIED)} antal att välja på")
    amounts = tuple(step * number for number in range(count + 1))
    scenarios = (None, *unit_scenarios(target, amounts[1:], since))
    asked, kept = _asked(kommun, condition, target.area, [Andring(mal=path, plus=step)])
    judged = judged_years(kommun, years, since)
    return Goal(kept, asked, judged, _share(p, asked), since, target.words, target, now, amounts, scenarios)


def inflow_goal(
    kommun: Kommun, inflow: str, condition: str, p: float | None, since: date, most: float, years: str | None
) -> Goal:
    """Factors on an inflow, from `most` down by hundredths; `inflow` as "missbruk.ansokan", or all of a verksamhet."""
    area, _, name = inflow.partition(".")
    if area not in kommun.verksamheter:
        raise HemmaplanError(f"--inflode = {inflow}: {area} finns inte; {nearest(area, kommun.verksamheter)}")
    there = kommun.verksamheter[area].inflode
    if name and name not in there:
        raise HemmaplanError(f"--inflode = {inflow}: {name} finns inte i {area}; {nearest(name, there)}")
    if not 0 < most <= 100:
        raise HemmaplanError(f"--hogst = {tal_text(most)}: ska vara en faktor över 0, högst 100; 2 är dubbla inflödet")
    chosen = [name] if name else list(there)
    steps = round(most / INFLOW_STEP)
    factors = tuple(round(INFLOW_STEP * number, 6) for number in range(steps, 0, -1))
    scenarios = tuple(
        Scenario(
            id=f"gange_{number}",
            namn=f"Inflödet gånger {tal_text(factor)}",
            motiv=f"Inflödet gånger {tal_text(factor)} från {since}.",
            andringar=tuple(
                Andring(mal=f"verksamheter.{area}.inflode.{each}.per_ar", ganger=factor, fran=since) for each in chosen
            ),
        )
        if factor != 1
        else None
        for number, factor in enumerate(factors)
    )
    asked, kept = _asked(kommun, condition, area, [each for made in scenarios[:2] if made for each in made.andringar])
    words = ", ".join(there[each].namn for each in chosen)
    judged = judged_years(kommun, years, since)
    return Goal(kept, asked, judged, _share(p, asked), since, words, None, None, factors, scenarios, fewer=True)


def _asked(kommun: Kommun, text: str, prefer: str | None, changes: Sequence[Andring]) -> tuple[Condition, Kommun]:
    """The condition, and the part of the kommun that it is about and the changes reach."""
    plan = make_plan(kommun)
    condition = settled(parse_condition(text), form_of(plan, build_network(plan)).sheet.rows, prefer)
    area = condition.row[0]
    return condition, kommun if area == ALL_AREAS else part_of(kommun, touched_areas(kommun, changes), area)


def _share(p: float | None, condition: Condition) -> float | None:
    if condition.share is None:
        if p is not None:
            raise HemmaplanError("--sakerhet: ett villkor i medel gäller medelvärdet; ta bort --sakerhet eller i medel")
        return None
    return USUAL if p is None else p


def share_from(text: str) -> float:
    """0,9 or 90 % as a share. Raises HemmaplanError."""
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(%?)\s*", text)
    share = float(found[1].replace(",", ".")) * (0.01 if found[2] else 1.0) if found else 0.0
    if not 0 < share < 1:
        raise HemmaplanError(f"--sakerhet = {text}: ska vara mellan 0 och 1, till exempel 0,9 eller 90 %")
    return share


def judged_years(kommun: Kommun, text: str | None, since: date) -> tuple[str, ...]:
    """Whole calendar years: those asked for ("2016" or "2015-2016"), else the last."""
    first = kommun.start.year + (kommun.start > date(kommun.start.year, 1, 1))
    last = kommun.slut.year - (kommun.slut < date(kommun.slut.year, 12, 31))
    if last < first:
        raise HemmaplanError(f"--ar: körningen, {kommun.start} till {kommun.slut}, har inget helt år att bedöma")
    if text is None:
        return (str(max(last, first)),)
    found = re.fullmatch(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?", text.strip())
    if not found:
        raise HemmaplanError(f"--ar = {text}: ska vara ett år eller två, till exempel {last} eller {first}-{last}")
    begin, end = int(found[1]), int(found[2] or found[1])
    if not first <= begin <= end <= last:
        raise HemmaplanError(f"--ar = {text}: ska ligga inom körningens hela år, {first} till {last}")
    return tuple(str(year) for year in range(begin, end + 1))


@dataclass(frozen=True)
class Sought:
    """`values` of the measure in the periods judged, by number: mean over futures and periods."""

    goal: Goal
    found: Found
    values: dict[int, float]

    @property
    def answer(self) -> float | None:
        return None if self.found.least is None else self.goal.amounts[self.found.least]


def batches_of(most: int) -> tuple[int, ...]:
    """The usual batches, so many that there are `most` futures together; the last may be smaller or go on doubling."""
    found: list[int] = []
    while (left := most - sum(found)) > 0:
        usual = BATCHES[len(found)] if len(found) < len(BATCHES) else sum(found)
        found.append(min(usual, left))
    return tuple(found)


def usual_most(kommun: Kommun) -> int:
    """So many futures of an amount at most, where nothing else is asked for: fewer where each takes long."""
    years = (kommun.slut - kommun.start).days / DAYS_PER_YEAR
    arriving = sum(each.per_ar for area in kommun.verksamheter.values() for each in area.inflode.values()) * years
    return next((sum(BATCHES[:count]) for count, many in ((4, 1500), (3, 3500)) if arriving < many), sum(BATCHES[:2]))


def seek(
    goal: Goal,
    study: Study,
    batches: Sequence[int] = BATCHES,
    run: Callable[[Study], StudyResult] = run_study,
) -> Sought:
    """Search. `study`: seed, engine and workers; each batch of futures is its own seed, the same for every number."""
    judge = Judge(goal.p, len(batches))
    seen: dict[int, list[Floats]] = {}

    def trial(numbers: Sequence[int], batch: int) -> list[Floats]:
        result = run(batch_study(goal, study, [goal.scenarios[number] for number in numbers], batch, batches[batch]))
        tables = {scenario.id: table for scenario, table in zip(result.study.scenarios, result.tables[1:], strict=True)}
        found = []
        for number in numbers:
            scenario = goal.scenarios[number]
            values = values_of(tables[scenario.id] if scenario else result.tables[0], goal.condition, goal.years)
            seen.setdefault(number, []).append(values)
            found.append(margins(goal.condition, values))
        return found

    found = search(len(goal.amounts) - 1, trial, judge)
    means = {number: float(np.nanmean(np.concatenate(values))) for number, values in sorted(seen.items())}
    return Sought(goal, found, means)


def batch_study(goal: Goal, study: Study, scenarios: Sequence[Scenario | None], batch: int, replications: int) -> Study:
    return replace(
        study,
        kommun=goal.kommun,
        scenarios=tuple(each for each in scenarios if each is not None),
        replikationer=replications,
        fro=(study.fro + batch * BETWEEN_BATCHES) % MOST_SEEDS,
    )
