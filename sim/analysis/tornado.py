"""Which assumptions decide the answer: each moved over its range, one at a time, with the fitted figures kept.

At each end the fitted numbers are solved again, so that the kommun still gives the published figures it is fitted to:
by the stored surface where there is one, else by one made here in the same way. Everything is on the same people and
years, so that what an assumption does to a scenario's difference is a paired difference too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.analysis.assumption_ends import Calibration, Tried, Untried, counterparts_in, ends_to_try, lines_inside
from sim.analysis.scope import part_of, touched_areas
from sim.analysis.wanted import figure_asked, row_of
from sim.config import Kommun
from sim.costs import ALL_AREAS
from sim.experiment import Progress, Study, run_study
from sim.periods import Floats
from sim.reconcile import ACCEPTABLE, Line
from sim.scenario import make_plan, with_values
from sim.statistics import mean_interval
from sim.summary import KeyFigure
from sim.trials import figure_samples

DECIDING = 3


@dataclass(frozen=True)
class Question:
    """All that is decided before the trials. `study`: of the verksamheter that the scenarios touch."""

    study: Study
    figure: KeyFigure
    tried: tuple[Tried, ...]
    untried: tuple[Untried, ...]
    counterparts: tuple[str, ...]
    lines: tuple[Line, ...]
    """Published figures that are to stay as they are."""
    limits: bool


@dataclass(frozen=True)
class Effect:
    """What an assumption does. `level`: the figure in nuläge, shape (2 ends, replications); `change`: each scenario's
    difference from nuläge, shape (2 ends, scenarios, replications). `moved`: how far the fitted figures move, the one
    that moves most, as a share of itself, at either end."""

    tried: Tried
    level: Floats
    change: Floats
    moved: tuple[float, float]

    @property
    def fits(self) -> bool:
        """Whether the kommun still gives what it is fitted to, at both ends."""
        return max(self.moved) <= ACCEPTABLE

    def swing(self, scenario: int) -> Floats:
        """From the low end to the high one, in each replication."""
        return np.asarray(self.change[1, scenario] - self.change[0, scenario])

    def size(self, scenario: int) -> float:
        """How far the assumption moves the mean difference."""
        return abs(interval(self.swing(scenario))[0])


@dataclass(frozen=True)
class Flip:
    """At one end two courses of action change places: `better` is the one that was the lower as written. `fits`: the
    kommun still gives there what it is fitted to."""

    tried: Tried
    end: int
    fits: bool
    better: str
    worse: str
    written: tuple[float, float, float]
    found: tuple[float, float, float]
    """worse − better, mean and 95 % interval, with the numbers as written and at the end."""

    @property
    def sure(self) -> bool:
        return not any(low <= 0 <= high for _, low, high in (self.written, self.found))


@dataclass(frozen=True)
class Tornado:
    """`effects`: hemmamöjlig first, then those that move a difference most; with it what was not tried, and why."""

    question: Question
    names: tuple[str, ...]
    """Of the scenarios."""
    level: Floats
    change: Floats
    effects: tuple[Effect, ...]
    flips: tuple[Flip, ...]
    klara: int

    def deciding(self, scenario: int) -> list[Effect]:
        """The assumptions that move a scenario's difference most, surely, at most three, where the fit still holds."""
        return [effect for effect in self.moving(scenario) if effect.fits][:DECIDING]

    def moving(self, scenario: int) -> list[Effect]:
        """Those that move a scenario's difference surely, most first."""
        found = [effect for effect in self.effects if _sure(effect.swing(scenario))]
        return sorted(found, key=lambda effect: -effect.size(scenario))


def interval(values: Floats) -> tuple[float, float, float]:
    """Mean over the replications in which it is known, and its 95 % interval."""
    mean, low, high = mean_interval(values[:, None])
    return float(mean[0]), float(low[0]), float(high[0])


def _sure(values: Floats) -> bool:
    mean, low, high = interval(values)
    return mean != 0 and not low <= 0 <= high


def question(
    study: Study,
    calibration: Calibration | None,
    figure: tuple[str, str, str] = (ALL_AREAS, "nettokostnad", ""),
    every: bool = False,
    limits: bool = False,
) -> Question:
    """What is to be tried for the study's scenarios: `figure` is verksamhet, mått and del; else as `ends_to_try`.

    Raises HemmaplanError in Swedish where a scenario or the figure does not fit.
    """
    for scenario in study.scenarios:
        make_plan(study.kommun, scenario)
    figure_asked(study, *figure)
    areas = touched_areas(study.kommun, [change for scenario in study.scenarios for change in scenario.andringar])
    within = replace(study, kommun=part_of(study.kommun, areas, figure[0]))
    tried, untried = ends_to_try(within, study.kommun, calibration, every, limits)
    told = counterparts_in(within.kommun, calibration), lines_inside(within.kommun, calibration)
    return Question(within, figure_asked(within, *figure), tuple(tried), tuple(untried), *told, limits)


def tornado(asked: Question, progress: Progress = lambda done, total: None) -> Tornado:
    """Run the study as written and at both ends of each assumption.

    An interrupt keeps the assumptions that are finished, where there are any; the others are told as not tried.
    """
    study, tried = asked.study, asked.tried
    total = 1 + 2 * len(tried)
    written, figures = _measured(asked, study)
    progress(1, total)
    effects: list[Effect] = []
    try:
        for number, each in enumerate(tried):
            ends = [_measured(asked, replace(study, kommun=_kommun(asked, values))) for values in each.values]
            found = np.array([values for values, _ in ends])
            moved = [_furthest(there, figures) for _, there in ends]
            effects.append(Effect(each, found[:, 0], found[:, 1:] - found[:, :1], (moved[0], moved[1])))
            progress(3 + 2 * number, total)
    except KeyboardInterrupt:
        if not effects:
            raise
        left = [
            Untried(each.assumption.path, each.assumption.varde, "", "hann inte prövas")
            for each in tried[len(effects) :]
        ]
        asked = replace(asked, tried=tried[: len(effects)], untried=(*asked.untried, *left))
    names = tuple(scenario.namn for scenario in study.scenarios)
    change = written[1:] - written[0]
    effects.sort(key=lambda each: (not each.tried.is_home, -max(each.size(s) for s in range(len(names)))))
    return Tornado(
        asked, names, written[0], change, tuple(effects), _flips(names, change, effects), study.replikationer
    )


def _kommun(asked: Question, values: dict[str, float]) -> Kommun:
    """The part with other numbers at some paths."""
    return with_values(asked.study.kommun, values, asked.counterparts)


def _measured(asked: Question, study: Study) -> tuple[Floats, Floats]:
    """The figure in nuläge and in each scenario, shape (1 + scenarios, replications), and the fitted figures' means."""
    result = run_study(study)
    if result.klara < result.begarda:
        raise KeyboardInterrupt
    values = np.array([table.of(row_of(asked.figure), asked.figure.period) for table in result.tables])
    fitted = figure_samples(study.kommun, result.tables[0], asked.lines) if asked.lines else np.empty((1, 0))
    return values, np.mean(fitted, axis=0)


def _furthest(found: Floats, base: Floats) -> float:
    """The greatest change of a fitted figure, as a share of what it is; what is not known is left out."""
    known = np.isfinite(found) & np.isfinite(base) & (base != 0)
    return float(np.abs(found[known] / base[known] - 1).max(initial=0.0))


def _flips(names: Sequence[str], change: Floats, effects: Sequence[Effect]) -> tuple[Flip, ...]:
    """Every pair, nuläge too, that changes places at some end."""
    called = ("Nuläge", *names)
    nobody = np.zeros((1, change.shape[1]))
    written = np.concatenate([nobody, change])
    found = []
    for effect in effects:
        for end in (0, 1):
            there, fits = np.concatenate([nobody, effect.change[end]]), effect.moved[end] <= ACCEPTABLE
            for one in range(len(called)):
                for other in range(one):
                    before, after = (interval(values[one] - values[other]) for values in (written, there))
                    if before[0] * after[0] < 0:
                        better, worse = (other, one) if before[0] > 0 else (one, other)
                        told = [_worse_less_better(each, before[0] > 0) for each in (before, after)]
                        found.append(Flip(effect.tried, end, fits, called[better], called[worse], told[0], told[1]))
    return tuple(found)


def _worse_less_better(each: tuple[float, float, float], as_it_is: bool) -> tuple[float, float, float]:
    """The interval of a difference, or of the same with its sign changed."""
    mean, low, high = each
    return each if as_it_is else (-mean, -high, -low)
