"""The response surface: how the fitted numbers must move when an assumption does, for the fitted figures to stay.

At each end of each assumption's range the figures are simulated, the fitted numbers are solved by the slopes of the
fit, and once more from where that led, by slopes put right: what stays is the figure, not its first-order forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.calibration import newton_step
from sim.config_kalibrering import Kalibrering, counterparts_of, values_of
from sim.trials import Bench, Floats, Move, island_of_paths, islands, log_ratio, responses
from sim.uncertainty import Assumption, Ends, Uncertainty

ROUNDS = 2
"""How often the fitted numbers are solved at each end."""


def make_surface(
    bench: Bench, plan: Kalibrering, values: Mapping[str, float], slope: Floats, drawn: Sequence[Assumption]
) -> dict[str, Ends]:
    """Moves in ln of the fitted numbers at both ends of each assumption, from the fitted `values` by path.

    `slope`: elasticities d ln figure / d ln parameter there, shape (figures, parameters).
    """
    centre = {name: values[fri.mal] for name, fri in plan.parametrar.items()}
    low, high = (
        np.array([np.log(fri.spann[end] / centre[name]) for name, fri in plan.parametrar.items()]) for end in (0, 1)
    )
    weights = np.array([siffra.vikt for siffra in plan.siffror])
    counterparts, area_island = counterparts_of(plan.parametrar), islands(bench.kommun, bench.lines)
    still = bench.means(values, plan.replikationer_lutning, counterparts)
    ends = [(each, value) for each in drawn for value in (each.lag, each.hog)]
    moved = np.zeros((len(ends), len(plan.parametrar)))
    slopes = np.repeat(slope[None], len(ends), axis=0)
    before: tuple[Floats, Floats] | None = None
    for _ in range(ROUNDS):
        moves = [
            Move(
                island_of_paths(bench.kommun, [each.path], area_island),
                _solved(plan, centre, row) | {each.path: value},
            )
            for (each, value), row in zip(ends, moved, strict=True)
        ]
        residuals = log_ratio(_responses(bench, values, moves, plan, counterparts), still)
        if before is not None:
            slopes = _secant(slopes, moved - before[0], residuals - before[1])
        before = moved.copy(), residuals
        for number, residual in enumerate(residuals):
            step = newton_step(slopes[number], residual, weights, moved[number], low, high)
            moved[number] += np.where(np.abs(step) > 1e-6, step, 0.0)
    pairs = [dict(zip(plan.parametrar, map(float, row), strict=True)) for row in moved]
    return {each.path: Ends(pairs[2 * number], pairs[2 * number + 1]) for number, each in enumerate(drawn)}


def _secant(slopes: Floats, moved: Floats, answered: Floats) -> Floats:
    """Slopes at each end put right by what the last step did (Broyden). Shape (ends, figures, parameters)."""
    length = np.maximum(np.sum(moved**2, axis=1), 1e-12)
    missed = answered - np.einsum("efp,ep->ef", slopes, moved)
    return np.asarray(slopes + missed[:, :, None] * moved[:, None, :] / length[:, None, None])


def _solved(plan: Kalibrering, centre: Mapping[str, float], moved: Floats) -> dict[str, float]:
    """The fitted numbers that are moved at all, and what follows them."""
    turned = {name: fri for (name, fri), move in zip(plan.parametrar.items(), moved, strict=True) if move}
    factors = {
        name: centre[name] * float(np.exp(move)) / fri.start
        for (name, fri), move in zip(plan.parametrar.items(), moved, strict=True)
        if move
    }
    return values_of(turned, factors)


def _responses(
    bench: Bench, base: Mapping[str, float], moves: Sequence[Move], plan: Kalibrering, counterparts: Sequence[str]
) -> Floats:
    if not moves:
        return np.empty((0, len(bench.lines)))
    return responses(bench, base, moves, plan.replikationer_lutning, counterparts)


def drawn_deviations(bench: Bench, uncertainty: Uncertainty, draws: int, replications: int) -> Floats:
    """ln(figure under a draw ÷ figure as fitted), on the same possible years. Shape (draws, figures)."""
    counterparts = counterparts_of(uncertainty.parameters)
    written = uncertainty.values_at({each.path: each.varde for each in uncertainty.assumptions})
    still = bench.means(written, replications, counterparts)
    rows = [bench.means(uncertainty.values(bench.fro, draw), replications, counterparts) for draw in range(draws)]
    return np.array([log_ratio(row, still) for row in rows])


def compensation(each: Assumption, ends: Ends) -> dict[str, float]:
    """Per cent that each fitted number moves when the assumption rises by one per cent, over its whole range."""
    if not 0 < each.lag < each.hog:
        return {}
    across = float(np.log(each.hog / each.lag))
    return {name: (ends.hog[name] - ends.lag[name]) / across for name in ends.hog}
