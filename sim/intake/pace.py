"""Whether households stay longer on benefit when unemployment is high: the pace of leaving, spell by spell.

A spell ends when its operational time is used up, and that runs at (unemployment/bas)^(−e), as in the simulation.
Spells that are alike (begun in the same month, as long) are counted together.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize

from sim.intake.episodes import Runs
from sim.intake.estimates import hessian, on_scale
from sim.intake.fitted import Estimate
from sim.intake.laws import Family, Floats
from sim.intake.survival import MONTH_DAYS

NODES = 3
MOST = 5.0
"""Elasticities beyond this are not looked for."""
TINY = 1e-300


def length_elasticity(runs: Runs, law: Family, at: Floats, column: Floats) -> Estimate:
    """Percent longer per percent of unemployment. `law` at `at`: the lengths, as if the pace were constant; `column`:
    ln(unemployment/bas) by month of the window, with its lag."""
    known = runs.first > 0
    first, last = runs.first[known], runs.last[known]
    ended = last < runs.months - 1
    cells = np.zeros((2, runs.months, runs.months))
    np.add.at(cells, (ended.astype(np.int64), first, last - first), 1.0)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    before = (1 - nodes) / 2  # part of the first month that is left when the spell begins

    def loss(both: Floats) -> float:
        if abs(both[-1]) > MOST:
            return 1e12
        run = np.exp(-both[-1] * column) * MONTH_DAYS
        passed = np.concatenate([[0.0], np.cumsum(run)])
        begins = passed[1:, None] - before * run[:, None]
        reach = passed[None, :, None] - begins[:, None, :]
        left = law.survival(both[:-1], np.maximum(reach, 1e-6)) @ (weights / 2)
        found = 0.0
        for month in range(1, runs.months):
            # P(D ≥ k) for a spell begun in this month: still there when month + k begins
            reached = np.concatenate([[1.0], left[month, month + 1 :]])
            gone, there = cells[1, month], cells[0, month]
            size = len(reached) - 1
            found += float(gone[:size] @ np.log(np.maximum(reached[:-1] - reached[1:], TINY)))
            found += float(there[: size + 1] @ np.log(np.maximum(reached, TINY)[: len(there)]))
        return -found if math.isfinite(found) else 1e12

    start = np.append(at, 0.0)
    found = minimize(loss, start, method="BFGS", options={"gtol": 1e-2, "maxiter": 60})
    best = np.asarray(found.x, dtype=np.float64)
    variance = float(np.linalg.pinv(hessian(loss, best), hermitian=True)[-1, -1])
    return on_scale(float(best[-1]), math.sqrt(max(variance, 1e-12)), int(known.sum()), positive=False)
