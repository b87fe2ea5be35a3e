"""Fitting: free numbers moved so that chosen figures come out, on the same possible years in every trial.

A damped Gauss–Newton in logarithms, where Little's law (what is present = what arrives × how long it stays) is a
plane: u = ln(number ÷ start), r = ln(model ÷ document). Slopes by central differences; each step is a bounded least
squares (SciPy's `lsq_linear`) with a weak pull towards the start, so that what the figures say nothing about stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import lsq_linear

from sim.config_kalibrering import Fri, Kalibrering, counterparts_of, values_of
from sim.errors import HemmaplanError
from sim.trials import (
    Bench,
    Floats,
    Move,
    covariance_of,
    island_of_paths,
    islands,
    log_ratio,
    mean_of,
    responses,
    with_seed,
)

STEP = 0.08
"""Half the distance in ln over which slopes are measured: wide enough for whole numbers of people to move."""
PULL = 0.01
"""The weight of staying at the start, against 1 for a figure."""
CLOSE = 0.003
"""Figures nearer than this (0.3 %) are left as they are."""
MOST_STEPS = 6
SHORTEST = 0.3
"""Two steps in a row that make nothing better: what is left is whole numbers of people."""
LONGEST = 0.7
"""The longest step in ln: at most a doubling or halving at a time."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Fit:
    """A calibration done. Figures have the order of `figures`, parameters that of `parameters`.

    `slopes` are elasticities d ln figure / d ln parameter, shape (figures, parameters), measured within `STEP` of the
    values found.
    `check` are means over other possible years. `error` is the standard error of `after`, a mean over `years` possible
    years, and `covariance` that of ln figure between those years, shape (figures, figures).
    """

    figures: tuple[str, ...]
    parameters: tuple[str, ...]
    document: Floats
    before: Floats
    after: Floats
    check: Floats
    error: Floats
    covariance: Floats
    years: int
    slopes: Floats
    factors: dict[str, float]
    values: dict[str, float]


def bounds_of(fri: Fri) -> tuple[float, float]:
    """The range of ln(number ÷ start)."""
    return float(np.log(fri.spann[0] / fri.start)), float(np.log(fri.spann[1] / fri.start))


def logs(means: Floats, document: Floats, names: Sequence[str]) -> Floats:
    """ln(model ÷ document). Raises HemmaplanError where they have not the same sign, and the ratio no logarithm."""
    for name, model, published in zip(names, means, document, strict=True):
        if not model * published > 0:
            raise HemmaplanError(
                f"{name}: {model:g} i modellen mot {published:g}; siffror med olika tecken kan inte passas in"
            )
    return np.asarray(np.log(means / document))


@dataclass(frozen=True)
class _Problem:
    bench: Bench
    plan: Kalibrering
    names: tuple[str, ...]
    document: Floats

    def values(self, u: Floats, rounded: bool = False) -> dict[str, float]:
        factors = dict(zip(self.plan.parametrar, np.exp(u), strict=True))
        return values_of(self.plan.parametrar, factors, rounded)

    def residuals(self, u: Floats) -> Floats:
        """One possible year less of each figure than the document says gives a negative number."""
        found = self.bench.means(self.values(u), self.plan.replikationer, counterparts_of(self.plan.parametrar))
        return logs(found, self.document, self.names)

    def slopes(self, u: Floats) -> Floats:
        return slopes(
            self.bench, self.values(u), _parameter_moves(self, u), self.plan.replikationer_lutning, self.counterparts
        )

    @property
    def counterparts(self) -> tuple[str, ...]:
        return counterparts_of(self.plan.parametrar)


def _parameter_moves(problem: _Problem, u: Floats) -> list[tuple[Move, Move, float]]:
    """For each parameter: down, up, and the distance between them in ln."""
    area_island = islands(problem.bench.kommun, problem.bench.lines)
    found = []
    for number, (name, fri) in enumerate(problem.plan.parametrar.items()):
        low, high = bounds_of(fri)
        down, up = max(u[number] - STEP, low), min(u[number] + STEP, high)
        island = island_of_paths(problem.bench.kommun, [fri.mal, *fri.foljer], area_island)
        moves = [Move(island, values_of({name: fri}, {name: float(np.exp(end))})) for end in (down, up)]
        found.append((moves[0], moves[1], up - down))
    return found


def slopes(
    bench: Bench,
    base: Mapping[str, float],
    pairs: Sequence[tuple[Move, Move, float]],
    replications: int,
    counterparts: Sequence[str],
) -> Floats:
    """Elasticities d ln figure / d ln number by differences between two ends, shape (figures, pairs)."""
    ends = [move for down, up, _ in pairs for move in (down, up)]
    found = responses(bench, base, ends, replications, counterparts)
    distances = np.array([distance for _, _, distance in pairs])
    return np.asarray(log_ratio(found[1::2], found[::2]).T / distances)


def fit(
    bench: Bench,
    plan: Kalibrering,
    names: Sequence[str],
    document: Floats,
    tell: Tell = lambda _: None,
    most_steps: int = MOST_STEPS,
) -> Fit:
    """Find the free numbers. Deterministic: the same kommun and plan give the same numbers, wherever they stood."""
    problem = _Problem(bench, plan, tuple(names), document)
    parameters = plan.parametrar
    low, high = np.array([bounds_of(fri) for fri in parameters.values()]).T
    weights = np.array([siffra.vikt for siffra in plan.siffror])
    before = bench.means({}, plan.replikationer)
    u = np.zeros(len(parameters))
    residual = problem.residuals(u)
    measured: tuple[Floats, Floats] | None = None
    length = 1.0
    for _ in range(most_steps):
        if np.abs(residual).max() < CLOSE:
            break
        tell(f"största avvikelse {100 * np.abs(residual).max():.1f} %".replace(".", ","))
        if measured is None or np.abs(u - measured[0]).max() > STEP:
            measured, length = (u, problem.slopes(u)), 1.0
        step = length * newton_step(measured[1], residual, weights, u, low, high)
        tried = problem.residuals(u + step)
        if _misfit(tried, weights, u + step) < _misfit(residual, weights, u):
            u, residual = u + step, tried
        else:
            length /= 2
        if np.abs(step).max() < CLOSE / 10 or length < SHORTEST:
            break
    if measured is None or np.abs(u - measured[0]).max() > STEP:
        measured = u, problem.slopes(u)
    return _report(problem, u, before, measured[1])


def _misfit(residual: Floats, weights: Floats, u: Floats) -> float:
    return float(np.sum((weights * residual) ** 2) + np.sum((PULL * u) ** 2))


def newton_step(slope: Floats, residual: Floats, weights: Floats, u: Floats, low: Floats, high: Floats) -> Floats:
    """The step that would make the figures come out if they followed their slopes, within the ranges."""
    matrix = np.vstack([weights[:, None] * slope, PULL * np.eye(len(u))])
    wanted = -np.concatenate([weights * residual, PULL * u])
    shortest = 1e-9
    at_least = np.minimum(np.maximum(low - u, -LONGEST), -shortest)
    at_most = np.maximum(np.minimum(high - u, LONGEST), shortest)
    return np.asarray(lsq_linear(matrix, wanted, (at_least, at_most)).x)


def _report(problem: _Problem, u: Floats, before: Floats, slope: Floats) -> Fit:
    """All that is said of the values found, measured at the numbers as they are written."""
    plan, bench = problem.plan, problem.bench
    values = problem.values(u, rounded=True)
    samples = bench.samples(values, plan.replikationer, problem.counterparts)
    other = with_seed(bench, bench.fro + 1)
    known = np.sum(~np.isnan(samples), axis=0)
    return Fit(
        problem.names,
        tuple(plan.parametrar),
        problem.document,
        before,
        mean_of(samples),
        other.means(values, plan.replikationer, problem.counterparts),
        np.nanstd(samples, axis=0, ddof=1) / np.sqrt(known),
        covariance_of(samples),
        plan.replikationer,
        slope,
        dict(zip(plan.parametrar, map(float, np.exp(u)), strict=True)),
        values,
    )
