"""Started at its stationary stock a steg stays there: what leaves the stock is replaced by what arrives.

The stock has two outcomes in proportion to share × mean length, and what remains of a stay has density
P(length > x) / mean.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.integrate import quad

from hjalp import kommun, network_of
from sim.randomness import Purpose
from sim.visits import FRAN_NULAGE
from teori_hjalp import (
    Control,
    Floats,
    Replication,
    Window,
    assert_agrees,
    assert_unbiased,
    control,
    replications,
    visits_in,
)

pytestmark = pytest.mark.slow

SHARES = {"fullfoljd": 0.6, "sammanbrott": 0.4}
MEANS = {"fullfoljd": 200.0, "sammanbrott": 80.0}
CV = 1.5
PER_DAY = 5.0
PRESENT = {outcome: PER_DAY * SHARES[outcome] * MEANS[outcome] for outcome in SHARES}
COUNT = 760
"""5 × (0.6 × 200 + 0.4 × 80)"""
LOW = 0.6
MOMENTS = (0.0, 30.0, 100.0, 250.0)
EARLY_MOMENTS = (30.0, 60.0, 100.0, 150.0)
"""Later too few of the stock remain for an interval of a per cent."""


def survival(outcome: str, x: float) -> float:
    variance = math.log1p(CV**2)
    scale = MEANS[outcome] * math.exp(-variance / 2)
    return float(stats.lognorm.sf(x, math.sqrt(variance), scale=scale))


def still_there(outcome: str, day: float) -> float:
    """Share of the stock with this outcome that remains after so many days: ∫ₜ^∞ P(length > x) dx / mean."""
    gone = quad(lambda x: survival(outcome, x), 0, day, epsabs=1e-9, limit=200)[0]
    return 1 - gone / MEANS[outcome]


@pytest.fixture(scope="module")
def runs() -> list[Replication]:
    utfall = {
        outcome: {
            "andel": SHARES[outcome],
            "tid": {"fordelning": "lognormal", "medel": MEANS[outcome], "cv": CV},
            "nasta": {"avslut": 1.0},
        }
        for outcome in SHARES
    }
    network = network_of(
        kommun(
            {},
            {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a"}},
            {"a": {"utfall": utfall}},
            slut="2018-09-30",
            nulage={"v": {"i_steg": {"a": {"utan_resurs": {"antal": COUNT}}}}},
        )
    )
    return replications(network, 100)


def present_at(run: Replication, moment: float) -> NDArray[np.bool_]:
    start, left = run.intervals(np.ones(len(run.log), dtype=bool))
    return (start <= moment) & (left > moment)


def arrival_controls(runs: list[Replication], moment: float) -> list[Control]:
    """How many arrive in each half of the time, and how many of them draw a low number for outcome and length."""
    found = []
    for window in ((0.0, moment / 2), (moment / 2, moment)):
        expected = PER_DAY * moment / 2
        found.append(control(runs, expected, lambda run, w=window: visits_in(run.arrivals, w).sum()))
        for purpose in (Purpose.UTFALL, Purpose.LANGD):

            def low(run: Replication, window: Window = window, purpose: Purpose = purpose) -> float:
                return float((run.uniforms(purpose)[visits_in(run.arrivals, window)] < LOW).sum())

            found.append(control(runs, expected * LOW, low))
    return found


def stock_controls(runs: list[Replication]) -> list[Control]:
    """How many in the stock draw low numbers for outcome, length and elapsed time, and the product of the last two."""

    def drawn(run: Replication, purpose: Purpose) -> Floats:
        (present,) = run.cases.present
        return run.uniforms(purpose, keys=present.key)

    def product(run: Replication) -> float:
        return float(drawn(run, Purpose.NULAGE_LANGD) @ drawn(run, Purpose.NULAGE_VANTAN))

    found = [control(runs, COUNT / 4, product)]
    for purpose in (Purpose.NULAGE, Purpose.NULAGE_LANGD, Purpose.NULAGE_VANTAN):
        for share in (0.3, LOW, 0.79):
            found.append(
                control(
                    runs,
                    COUNT * share,
                    lambda run, purpose=purpose, share=share: (drawn(run, purpose) < share).sum(),
                )
            )
    return found


def test_nobody_is_missing_on_day_0(runs: list[Replication]) -> None:
    for run in runs:
        assert run.log.has(FRAN_NULAGE).sum() == COUNT


@pytest.mark.parametrize("moment", MOMENTS[1:])
def test_occupancy_is_flat_from_day_0(runs: list[Replication], moment: float) -> None:
    controls = arrival_controls(runs, moment) + stock_controls(runs)
    assert_unbiased(controls)
    values = [present_at(run, moment).sum() for run in runs]
    assert_agrees(f"stationary start, occupancy on day {moment:g}", COUNT, values, controls)


@pytest.mark.parametrize("moment", MOMENTS)
def test_mix_of_outcomes_is_flat_from_day_0(runs: list[Replication], moment: float) -> None:
    number = runs[0].network.outcome_names[0].index("fullfoljd")
    values = [(present_at(run, moment) & (run.log.utfall == number)).sum() for run in runs]
    theory = PRESENT["fullfoljd"]
    controls = arrival_controls(runs, moment) + stock_controls(runs) if moment else []
    assert_agrees(f"stationary start, fullföljd on day {moment:g}", theory, values, controls)


@pytest.mark.parametrize("moment", EARLY_MOMENTS)
def test_what_remains_of_the_stock_is_the_stationary_residual(runs: list[Replication], moment: float) -> None:
    theory = sum(PRESENT[outcome] * still_there(outcome, moment) for outcome in SHARES)
    values = [(present_at(run, moment) & run.log.has(FRAN_NULAGE)).sum() for run in runs]
    controls = stock_controls(runs)
    assert_agrees(f"stationary start, stock left on day {moment:g}", theory, values, controls)
