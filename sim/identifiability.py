"""How firmly one year's figures settle the free numbers, and what they leave open.

A document is one of the years that were possible. Had it been another, other numbers would have been fitted: with
u = ln number, J the elasticities of the figures and S the covariance of ln figure between possible years, u varies as
G S Gᵀ, where G = J⁻¹ (weighted least squares, as in the fit) along what the figures settle. The rest is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.special import stdtrit

from sim.calibration import Fit
from sim.config_kalibrering import Kalibrering
from sim.trials import Floats

SHOWN = 0.05
"""Elasticities below this are not worth a reader's time."""
WEAK = 0.1
"""Singular value below which a direction is not determined: 10 % along it moves the figures by less than 1 %."""
WIDE = 0.5
"""Standard deviation in ln above which a direction counts as open: 95 % is then a factor of 2.7 either way."""
NEARLY = 0.1
"""A product whose exponents, as a unit vector, have less than this in the open directions is settled."""


@dataclass(frozen=True)
class Settled:
    """A product of powers of free numbers, and the standard deviation of its logarithm between possible years."""

    exponents: Mapping[str, float]
    sd: float


@dataclass(frozen=True)
class Firmness:
    """`covariance` of ln number between the years that could have been published, along what the figures settle.

    `open_directions`: orthonormal, shape (directions, parameters). `settled`: a product for each direction that is
    settled, with one number alone where that can be. `left`: the range, as factors of the number fitted, of each number
    that is not settled alone, when the others make up for it within their ranges and the figures stay.
    """

    parameters: tuple[str, ...]
    covariance: Floats
    open_directions: Floats
    settled: tuple[Settled, ...]
    left: Mapping[str, tuple[float, float]]
    years: int

    def sd(self, exponents: Mapping[str, float]) -> float | None:
        """Of the logarithm of a product of powers; None where the figures leave it open."""
        wanted = np.array([exponents.get(name, 0.0) for name in self.parameters])
        if np.linalg.norm(self.open_directions @ wanted) > NEARLY * np.linalg.norm(wanted):
            return None
        return _sd(self.covariance, wanted)

    def margin(self, sd: float, level: float) -> float:
        """Half the interval of a logarithm at a level (0.95)."""
        return _times(self.years, level) * sd


def _times(years: int, level: float) -> float:
    """Student's t, for the covariance is an estimate; and the model's mean, over so many years, is not exact."""
    return float(stdtrit(years - 1, (1 + level) / 2) * np.sqrt(1 + 1 / years))


def firmness(plan: Kalibrering, fitted: Fit) -> Firmness:
    """What the figures settle and what they leave open, at the numbers fitted."""
    count = len(fitted.parameters)
    answers = np.zeros((count, len(fitted.figures)))
    determined: list[tuple[Floats, float]] = []
    outside: list[Floats] = []
    products: list[Floats] = []
    weights = np.array([siffra.vikt for siffra in plan.siffror])
    for figures, parameters in groups(fitted.slopes):
        vary = fitted.covariance[np.ix_(figures, figures)]
        here = _group(fitted.slopes[np.ix_(figures, parameters)], vary, weights[figures])
        place = np.eye(count)[parameters]
        answers[np.ix_(parameters, figures)] = here.answers
        determined += [(direction @ place, sd) for direction, sd in here.measured]
        outside += [direction @ place for direction in here.outside]
        products += [row @ place for row in settled_products(here.outside)]
    covariance = answers @ fitted.covariance @ answers.T
    found = Firmness(fitted.parameters, covariance, np.array(outside).reshape(-1, count), (), {}, fitted.years)
    limits = [(direction, found.margin(sd, 0.95)) for direction, sd in determined]
    settled = [_named(found, row) for row in products]
    alone = {name for each in settled for name in each.exponents if len(each.exponents) == 1}
    left = {name: _range(plan, fitted, n, limits) for n, name in enumerate(fitted.parameters) if name not in alone}
    settled.sort(key=lambda each: [fitted.parameters.index(name) for name in each.exponents])
    return replace(found, settled=tuple(settled), left=left)


def _named(found: Firmness, row: Floats) -> Settled:
    """The number that the product is of comes first, then those that stand for open directions."""
    order = sorted(np.flatnonzero(row).tolist(), key=lambda number: (row[number] != 1.0, number))
    return Settled({found.parameters[number]: float(row[number]) for number in order}, _sd(found.covariance, row))


def _sd(covariance: Floats, row: Floats) -> float:
    return float(np.sqrt(max(float(row @ covariance @ row), 0.0)))


class _Group(NamedTuple):
    """`answers`: d ln number / d ln figure along what is settled. `measured`: directions that pull a figure, and sd."""

    answers: Floats
    measured: list[tuple[Floats, float]]
    outside: Floats


def _group(slopes: Floats, vary: Floats, weights: Floats) -> _Group:
    """What some figures say of some numbers."""
    _, weak = weak_directions(slopes)
    still = np.array(weak).reshape(-1, slopes.shape[1])
    _, _, every = np.linalg.svd(still, full_matrices=True)
    inside = every[len(still) :].T
    inverse = np.linalg.pinv(weights[:, None] * slopes @ inside) * weights
    variances, turned = np.linalg.eigh(inverse @ vary @ inverse.T)
    sds, axes = np.sqrt(np.maximum(variances, 0.0)), (inside @ turned).T
    narrow = axes[sds <= WIDE]
    measured = [(axis, float(sd)) for axis, sd in zip(axes, sds, strict=True)]
    return _Group(narrow.T @ narrow @ inside @ inverse, measured, np.vstack([still, axes[sds > WIDE]]))


def settled_products(open_directions: Floats) -> Floats:
    """Exponents of products that no open direction changes, shape (settled, parameters), as simple as can be.

    Each open direction is given one number that stands for it, the last of those that move much; every other number
    is then settled together with those that stand for the directions that move it.
    """
    reduced, stands = _reduced(open_directions)
    rows = []
    for number in range(open_directions.shape[1]):
        if number in stands:
            continue
        row = np.eye(open_directions.shape[1])[number]
        row[stands] = np.where(np.abs(reduced[:, number]) >= SHOWN, -reduced[:, number], 0.0)
        rows.append(row)
    return np.array(rows).reshape(-1, open_directions.shape[1])


def _reduced(directions: Floats) -> tuple[Floats, list[int]]:
    """The same directions combined so that each has 1 in a column of its own and 0 in those of the others."""
    rows, stands = directions.copy(), list[int]()
    for done in range(len(rows)):
        largest = np.abs(rows[done:]).max(axis=0)
        column = int(np.flatnonzero(largest >= 0.5 * largest.max())[-1])
        here = done + int(np.abs(rows[done:, column]).argmax())
        rows[[done, here]] = rows[[here, done]]
        rows[done] /= rows[done, column]
        others = np.arange(len(rows)) != done
        rows[others] -= np.outer(rows[others, column], rows[done])
        stands.append(column)
    return rows, stands


def _range(plan: Kalibrering, fitted: Fit, number: int, limits: Sequence[tuple[Floats, float]]) -> tuple[float, float]:
    """How far a number can go, as factors, within all spans and with every settled direction within its 95 %."""
    centre = [fitted.values[fri.mal] for fri in plan.parametrar.values()]
    box = [
        (min(float(np.log(fri.spann[0] / at)), 0.0), max(float(np.log(fri.spann[1] / at)), 0.0))
        for fri, at in zip(plan.parametrar.values(), centre, strict=True)
    ]
    rows = [sign * direction for direction, _ in limits for sign in (1.0, -1.0)]
    most = [margin for _, margin in limits for _ in range(2)]
    goal = np.eye(len(box))[number]
    low, high = (linprog(sign * goal, A_ub=rows or None, b_ub=most or None, bounds=box).x @ goal for sign in (1, -1))
    return float(np.exp(low)), float(np.exp(high))


def groups(slopes: Floats) -> list[tuple[list[int], list[int]]]:
    """Figures and parameters that hang together by an elasticity worth showing."""
    linked = np.abs(slopes) >= SHOWN
    left, found = set(range(slopes.shape[1])), []
    while left:
        parameters, figures = {min(left)}, set[int]()
        while True:
            figures = {int(f) for f in np.flatnonzero(linked[:, sorted(parameters)].any(axis=1))}
            more = parameters | {int(p) for p in np.flatnonzero(linked[sorted(figures)].any(axis=0))}
            if more == parameters:
                break
            parameters = more
        left -= parameters
        found.append((sorted(figures), sorted(parameters)))
    return found


def weak_directions(matrix: Floats) -> tuple[Floats, list[Floats]]:
    """Singular values of elasticities, shape (figures, parameters), and the directions that they leave undetermined."""
    if not matrix.size:
        return np.zeros(matrix.shape[1]), list(np.eye(matrix.shape[1]))
    _, values, directions = np.linalg.svd(matrix, full_matrices=True)
    padded = np.concatenate([values, np.zeros(matrix.shape[1] - len(values))])
    weak = [directions[number] for number, value in enumerate(padded) if value < WEAK]
    return padded, weak
