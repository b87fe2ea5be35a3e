"""Backtest: a kommun fitted on year t, and what it then says of the next year.

Year t was one year with its own luck. Each possible future therefore gets the level that makes *its* year t come out
as published, under its own good or bad year and its own draw of the assumptions; then the next year is simulated from
there. What year t cannot tell about the level is so in the interval of the next, and so is how years hang together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.backtest_files import Case, Figure
from sim.balance import in_balance
from sim.calibration import Tell, bounds_of, fit, newton_step
from sim.config import Kommun, Scenario
from sim.config_kalibrering import Kalibrering, counterparts_of, values_of
from sim.engine import FASTEST
from sim.experiment import Study, run_study
from sim.forecast_scores import Prediction, from_samples, last_trend, last_value
from sim.reconcile import Line
from sim.scenario import with_values
from sim.trials import (
    EVERYWHERE,
    Bench,
    Floats,
    figure_samples,
    island_of_line,
    island_of_paths,
    islands,
    log_ratio,
)
from sim.uncertainty import Assumption, draw

FIT_STEPS = 2
"""Steps of the fit to the mean of year t. It need not be close: each possible future is then solved by itself."""
ROUNDS = 3
"""How often each possible future's level is solved. It follows its slopes but for whole numbers of people."""
MODEL, GIVEN, LAST, TREND = "modell", "givet", "senaste", "trend"
METHODS = (MODEL, GIVEN, LAST, TREND)


@dataclass(frozen=True)
class Levels:
    """A kommun for each replication: its numbers by path."""

    values: tuple[Mapping[str, float], ...]
    counterparts: tuple[str, ...]
    jamvikt: tuple[str, ...] = ()

    def kommun(self, kommun: Kommun, seed: int, replication: int) -> Kommun:
        """The kommun of one replication."""
        return in_balance(with_values(kommun, self.values[replication], self.counterparts), self.jamvikt)


@dataclass(frozen=True)
class Conditioned:
    """Levels under which each replication's year is the published one, but for `off`: ln(model ÷ document) of the
    fitted figures, shape (replications, figures).
    """

    levels: Levels
    off: Floats


def drawn_samples(bench: Bench, levels: Levels, *scenarios: Scenario) -> list[Floats]:
    """Each figure in each replication, its kommun its own; without a scenario, then under each of them."""
    study = Study(
        bench.kommun, scenarios, len(levels.values), bench.fro, bench.slut, bench.motor, bench.arbetare, levels
    )
    return [figure_samples(bench.kommun, table, bench.lines) for table in run_study(study).tables]


def condition(
    bench: Bench,
    plan: Kalibrering,
    slopes: Floats,
    centre: Mapping[str, float],
    document: Floats,
    drawn: Sequence[Assumption],
    replications: int,
    tell: Tell = lambda _: None,
) -> Conditioned:
    """Solve the free numbers anew in each replication, so that its year gives the document's figures.

    `slopes`: elasticities, shape (figures, parameters), around `centre`, the factors of the fit. The pull towards the
    fit is that of `kalibrera`. A replication keeps the best of what was tried, for each group of figures by itself.
    """
    middle = np.log([centre[name] for name in plan.parametrar])
    bounds = np.array([bounds_of(fri) for fri in plan.parametrar.values()]).T - middle
    weights = np.array([siffra.vikt for siffra in plan.siffror])
    counterparts = counterparts_of(plan.parametrar)
    assumed = [{each.path: draw(each, bench.fro, number) for each in drawn} for number in range(replications)]

    def levels(moved: Floats) -> Levels:
        values = []
        for row, own in zip(moved, assumed, strict=True):
            factors = dict(zip(plan.parametrar, np.exp(middle + row).tolist(), strict=True))
            values.append(values_of(plan.parametrar, factors) | own)
        return Levels(tuple(values), counterparts, bench.jamvikt)

    figure_island, parameter_island = _islands(bench, plan)
    best = np.zeros((replications, len(plan.parametrar)))
    best_off = np.full((replications, len(document)), np.inf)
    moved, lengths = best.copy(), np.ones((replications, 1 + max(*figure_island, *parameter_island)))
    for number in range(ROUNDS + 1):
        off = log_ratio(np.nan_to_num(drawn_samples(bench, levels(moved))[0]), document)
        for island in range(lengths.shape[1]):
            figures, parameters = figure_island == island, parameter_island == island
            better = _misfit(off[:, figures], weights[figures]) < _misfit(best_off[:, figures], weights[figures])
            best[np.ix_(better, parameters)] = moved[np.ix_(better, parameters)]
            best_off[np.ix_(better, figures)] = off[np.ix_(better, figures)]
            lengths[~better, island] /= 2
        tell(f"det inpassade året skiljer {100 * float(np.sqrt(np.mean(best_off**2))):.1f} %".replace(".", ","))
        if number < ROUNDS:
            steps = [newton_step(slopes, row, weights, at, *bounds) for row, at in zip(best_off, best, strict=True)]
            moved = np.clip(best + lengths[:, parameter_island] * np.array(steps), *bounds)
    return Conditioned(levels(best), best_off)


def _misfit(off: Floats, weights: Floats) -> Floats:
    return np.asarray(np.sum((weights * off) ** 2, axis=1))


def _islands(bench: Bench, plan: Kalibrering) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which figures and which parameters can touch each other, by number; all can where one touches everything."""
    area_island = islands(bench.kommun, bench.lines)
    figures = [island_of_line(line, area_island) for line in bench.lines]
    parameters = [island_of_paths(bench.kommun, [f.mal, *f.foljer], area_island) for f in plan.parametrar.values()]
    if EVERYWHERE in (*figures, *parameters):
        figures, parameters = [0] * len(figures), [0] * len(parameters)
    return np.array(figures), np.array(parameters)


@dataclass(frozen=True)
class Judged:
    """A figure's outcome and what each method said of it; a method that could say nothing is not there.

    `andel_under`: the share of the model's possible futures that lie below the outcome.
    """

    figure: Figure
    said: Mapping[str, Prediction]
    andel_under: float


@dataclass(frozen=True)
class Backtested:
    """A case run. `kvar`: what is left between year t in the replications and as published, root mean square, a share.

    `fitted`: the free numbers of the fit, by path.
    """

    case: Case
    judged: tuple[Judged, ...]
    replikationer: int
    kvar: float
    fitted: Mapping[str, float]


def run_case(
    case: Case,
    replications: int | None = None,
    workers: int = 0,
    seed: int | None = None,
    motor: str = FASTEST,
    tell: Tell = lambda _: None,
) -> Backtested:
    """Fit year t, solve each possible future's level, predict the next year, and judge. Deterministic, given `seed`."""
    plan = case.plan if seed is None else case.plan.model_copy(update={"fro": seed})
    replications = replications or case.replikationer
    fitted_figures = [figure for figure in case.figures if figure.fitted]
    lines = tuple(figure.line for figure in fitted_figures)
    document = np.array([line.dokument for line in lines])
    this_year, next_year = case.ends
    bench = Bench(case.kommun, lines, plan.fro, this_year, motor, workers, case.prov.jamvikt)
    tell(f"passar in {case.prov.ar}")
    found = fit(bench, plan, [siffra.namn for siffra in plan.siffror], document, tell, FIT_STEPS)
    tell("löser nivån i varje möjlig framtid")
    conditioned = condition(bench, plan, found.slopes, found.factors, document, case.drawn, replications, tell)
    tell("simulerar nästa år")
    samples = predicted(bench, conditioned.levels, [figure.next_line for figure in case.figures], next_year, case.given)
    judged = tuple(
        Judged(
            figure,
            _said(figure, case.figures, [of_method[:, number] for of_method in samples]),
            float(np.mean(samples[0][:, number] < figure.facit.varde)),
        )
        for number, figure in enumerate(case.figures)
    )
    kvar = float(np.sqrt(np.mean(conditioned.off**2)))
    return Backtested(case, judged, replications, kvar, found.values)


def predicted(
    bench: Bench, levels: Levels, lines: Sequence[Line], until: date, given: Scenario | None = None
) -> list[Floats]:
    """Figures of the next year in each replication, shape (replications, figures); then the same given its inflow."""
    scenarios = (given,) if given else ()
    return drawn_samples(replace(bench, lines=tuple(lines), slut=until), levels, *scenarios)


def _said(figure: Figure, all_figures: Sequence[Figure], samples: Sequence[Floats]) -> dict[str, Prediction]:
    """By method, what it said of a figure."""
    changes = other_changes(figure, all_figures)
    said: dict[str, Prediction | None] = {
        method: from_samples(values[~np.isnan(values)]) for method, values in zip((MODEL, GIVEN), samples, strict=False)
    }
    said[LAST] = last_value(figure.ar.varde, changes)
    if figure.fore is not None:
        said[TREND] = last_trend(figure.fore.varde, figure.ar.varde, changes)
    return {method: prediction for method, prediction in said.items() if prediction is not None}


def other_changes(figure: Figure, all_figures: Sequence[Figure]) -> list[float]:
    """Changes from year to year, in ln, of the document's other figures: to the predicted year, and to year t."""
    found = []
    for other in all_figures:
        if other is figure or not other.counted:
            continue
        found.append(float(np.log(other.facit.varde / other.ar.varde)))
        if other.fore is not None:
            found.append(float(np.log(other.ar.varde / other.fore.varde)))
    return found
