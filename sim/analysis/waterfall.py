"""The difference between two scenarios, split by cause: what each does alone, and what they do to each other.

Each cause is simulated alone and left out of the whole, on the same people and years. The parts add up exactly within
each possible future, since what is left when each has been counted alone is a part of its own: the interaction. An
average over all orders of the causes (Shapley) also adds up, but answers no question that a planner can ask, and hides
the interaction in the shares; "alone" and "left out" are runs that anyone can make again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.analysis.scope import part_of, touched_areas
from sim.analysis.wanted import exact, figure_asked, figures_of, units
from sim.build import build_network
from sim.config import Andring, Kommun, Scenario
from sim.costs import ALL_AREAS
from sim.describe import change_text
from sim.errors import HemmaplanError
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.form import form_of
from sim.periods import Floats
from sim.scenario import NULAGE, make_plan, share_group
from sim.statistics import mean_interval
from sim.summary import KeyFigure

WHOLE, FROM = "helheten", "fran"
"""Ids of the scenario to be explained, and of the one it is compared with where that is not nuläge."""


@dataclass(frozen=True)
class Cause:
    """`undone`: changes of the first scenario that are taken away; `done`: changes of the second that are made."""

    name: str
    undone: tuple[Andring, ...]
    done: tuple[Andring, ...]


def causes_of(kommun: Kommun, first: Scenario | None, second: Scenario) -> tuple[Cause, ...]:
    """What differs between nuläge (None) or a first scenario and a second, in the order of the second's changes.

    Changes with the same `orsak` are one cause; otherwise each change is. What the two do to the same number, or to
    shares of the same whole, is one cause. Raises HemmaplanError where nothing differs.
    """
    before, after = first.andringar if first else (), second.andringar
    theirs = [(False, change) for change in _differing(before, after)] + [
        (True, change) for change in _differing(after, before)
    ]
    if not theirs:
        raise HemmaplanError("scenarierna gör samma ändringar; det finns ingen skillnad att förklara")
    group = list(range(len(theirs)))
    for one, (made, change) in enumerate(theirs):
        for other, (also_made, earlier) in enumerate(theirs[:one]):
            named = change.orsak is not None and change.orsak == earlier.orsak
            if named or (made != also_made and _whole(change) == _whole(earlier)):
                group = [group[one] if number == group[other] else number for number in group]
    order = sorted(set(group), key=lambda number: min(_rank(theirs, group, number)))
    return tuple(_cause(kommun, [theirs[at] for at in range(len(theirs)) if group[at] == number]) for number in order)


def _rank(theirs: Sequence[tuple[bool, Andring]], group: Sequence[int], number: int) -> Iterable[tuple[bool, int]]:
    return ((not theirs[at][0], at) for at in range(len(theirs)) if group[at] == number)


def _differing(mine: Sequence[Andring], others: Sequence[Andring]) -> list[Andring]:
    """My changes that the others do not make, or to which they have something to add."""
    plain, theirs = [_plain(change) for change in mine], [_plain(change) for change in others]
    unequal = {_whole(c) for c in plain if c not in theirs} | {_whole(c) for c in theirs if c not in plain}
    return [change for change in mine if _whole(change) in unequal]


def _plain(change: Andring) -> Andring:
    return change.model_copy(update={"orsak": None})


def _whole(change: Andring) -> str:
    """What is changed: a number, or all the shares that make one whole."""
    return share_group(change.mal) or change.mal


def _cause(kommun: Kommun, changes: Sequence[tuple[bool, Andring]]) -> Cause:
    undone, done = (tuple(change for made, change in changes if made is which) for which in (False, True))
    named = next((change.orsak for _, change in changes if change.orsak), None)
    old, new = ("; ".join(change_text(change, kommun) for change in part) for part in (undone, done))
    told = f"{new}, i stället för {old}" if old and new else new or f"inte längre: {old}"
    return Cause(named or told, undone, done)


@dataclass(frozen=True)
class Split:
    """A figure split by cause. Arrays in whole `units(figure)`, so that they add up exactly.

    `total`: the difference, shape (replications,). `alone`: what each cause does by itself, and `without`: what the
    whole loses without it, shape (causes, replications). NaN in a replication in which the figure cannot be measured in
    some of the runs.
    """

    figure: KeyFigure
    total: Floats
    alone: Floats
    without: Floats

    @property
    def interaction(self) -> Floats:
        """What the causes do to each other; shape (replications,). 0 where there is one cause."""
        return np.asarray(self.total - self.alone.sum(axis=0))

    @property
    def parts(self) -> Floats:
        """Each cause alone, then the interaction: they sum to the total. Shape (causes + 1, replications)."""
        return np.concatenate([self.alone, self.interaction[None]])

    def interval(self, values: Floats) -> tuple[float, float, float]:
        """Mean and its 95 % interval, in the figure's own unit (kronor where it is shown in mnkr)."""
        mean, low, high = mean_interval(values[:, None] / units(self.figure))
        return float(mean[0]), float(low[0]), float(high[0])


@dataclass(frozen=True)
class Waterfall:
    """`splits`: first the figure asked for, then the key figures that differ. `kommun`: the part that was simulated."""

    kommun: Kommun
    first: str
    second: str
    causes: tuple[Cause, ...]
    splits: tuple[Split, ...]
    result: StudyResult


@dataclass(frozen=True)
class Question:
    """All that is decided before anything is simulated."""

    study: Study
    first: Scenario | None
    second: Scenario
    causes: tuple[Cause, ...]
    figures: tuple[KeyFigure, ...]


def question(study: Study, area: str = ALL_AREAS, measure: str = "nettokostnad", part: str = "") -> Question:
    """Why the study's last scenario differs from nuläge, or from the first where two are given.

    Only the verksamheter that the scenarios touch will be simulated: the others differ in nothing. Raises
    HemmaplanError in Swedish where there is no such figure, where nothing differs, or where a cause cannot be had by
    itself.
    """
    *firsts, second = study.scenarios
    first = firsts[0] if firsts else None
    causes = causes_of(study.kommun, first, second)
    changes = [change for scenario in study.scenarios for change in scenario.andringar]
    for scenario in study.scenarios:
        make_plan(study.kommun, scenario)
    figure_asked(study, area, measure, part)  # its words are those of the whole kommun
    kommun = part_of(study.kommun, touched_areas(study.kommun, changes), area)
    within = replace(study, kommun=kommun, scenarios=())
    asked = figure_asked(within, area, measure, part)
    plan = make_plan(kommun)
    others = figures_of(within, form_of(plan, build_network(plan, study.slut)))
    same = (asked.area, asked.measure, asked.part)
    figures = (asked, *(each for each in others if (each.area, each.measure, each.part) != same))
    runs = _runs(first, second, causes)
    for number, cause in enumerate(causes, 1):
        for scenario in runs:
            if scenario.id in {_alone(number), _without(number)}:
                _check(kommun, scenario, cause)
    return Question(replace(within, scenarios=runs), first, second, causes, figures)


def _alone(number: int) -> str:
    return f"{WHOLE}_bara_{number}"


def _without(number: int) -> str:
    return f"{WHOLE}_utan_{number}"


def _check(kommun: Kommun, scenario: Scenario, cause: Cause) -> None:
    try:
        make_plan(kommun, scenario)
    except HemmaplanError as error:
        told = str(error).removeprefix(f"scenario {scenario.id}").lstrip(", ")
        raise HemmaplanError(
            f"{cause.name}: går inte att skilja från de andra ändringarna ({told}); ge dem som hör ihop samma orsak"
        ) from None


def _runs(first: Scenario | None, second: Scenario, causes: Sequence[Cause]) -> tuple[Scenario, ...]:
    """What has to be simulated beside nuläge: the two, each cause alone, and the whole without each."""
    before, after = first.andringar if first else (), second.andringar
    wanted = {FROM: before, WHOLE: after}
    if len(causes) > 1:
        for number, cause in enumerate(causes, 1):
            wanted[_alone(number)] = (*(c for c in before if c not in cause.undone), *cause.done)
            wanted[_without(number)] = (*cause.undone, *(c for c in after if c not in cause.done))
    if len(causes) == 2:  # the whole without the one is the other alone
        del wanted[_without(1)], wanted[_without(2)]
    return tuple(
        second.model_copy(update={"id": scenario, "andringar": changes})
        for scenario, changes in wanted.items()
        if changes
    )


def waterfall(asked: Question, progress: Progress = lambda done, total: None) -> Waterfall:
    """Simulate and split."""
    return split_result(asked, run_study(asked.study, progress))


def split_result(asked: Question, result: StudyResult) -> Waterfall:
    """The finished runs of a question, split by cause."""
    splits = [split(result, figure, len(asked.causes)) for figure in asked.figures]
    moved = [each for each in splits[1:] if np.any(np.nan_to_num(each.parts) != 0)]
    first, second = asked.first.namn if asked.first else "Nuläge", asked.second.namn
    return Waterfall(asked.study.kommun, first, second, asked.causes, (splits[0], *moved), result)


def split(result: StudyResult, figure: KeyFigure, causes: int) -> Split:
    """A figure of the finished runs of a question."""
    there = {table.scenario: table for table in result.tables}

    def of(scenario: str) -> Floats:
        return exact(there.get(scenario, there[NULAGE]), figure)

    first, whole = of(FROM), of(WHOLE)
    numbers = range(1, causes + 1)
    if causes == 1:
        alone = without = (whole - first)[None]
    else:
        alone = np.array([of(_alone(number)) for number in numbers]) - first
        if causes == 2:
            without = (whole - first) - alone[::-1]
        else:
            without = whole - np.array([of(_without(number)) for number in numbers])
    unknown = np.isnan(alone).any(axis=0) | np.isnan(without).any(axis=0) | np.isnan(whole - first)
    return Split(figure, *(np.where(unknown, np.nan, values) for values in (whole - first, alone, without)))
