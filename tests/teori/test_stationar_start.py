"""Started at its stationary stock a steg stays there: what leaves the stock is replaced by what arrives.

The stock has målgrupper and outcomes in proportion to share × mean length, and what remains of a stay has density
P(length > x) / mean.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.integrate import quad

from hjalp import kommun, network_of
from sim.randomness import Purpose, uniforms
from sim.visits import FRAN_NULAGE
from teori_hjalp import (
    SEED,
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

PER_DAY = 10.0
CV = 1.5
KINDS = {
    ("unga", "fullfoljd"): (0.3, 100.0),
    ("unga", "sammanbrott"): (0.2, 80.0),
    ("vuxna", "fullfoljd"): (0.3, 200.0),
    ("vuxna", "sammanbrott"): (0.2, 80.0),
}
"""Share of the arrivals and mean length, by målgrupp and outcome."""
PRESENT = {kind: PER_DAY * share * mean for kind, (share, mean) in KINDS.items()}
COUNT = 1220
"""10 × (0.3 × 100 + 0.2 × 80 + 0.3 × 200 + 0.2 × 80)"""
LOW = 0.6
THRESHOLDS = (0.3, LOW, 0.75)
MOMENTS = (0.0, 30.0, 90.0, 170.0)
EARLY_MOMENTS = (30.0, 60.0, 100.0, 130.0)
"""Later too few of the stock remain for an interval of a per cent."""


def still_there(mean: float, day: float) -> float:
    """Share of a stock with this mean length that remains after so many days: ∫ₜ^∞ P(length > x) dx / mean."""
    variance = math.log1p(CV**2)
    lengths = stats.lognorm(math.sqrt(variance), scale=mean * math.exp(-variance / 2))
    gone = quad(lambda x: float(lengths.sf(x)), 0, day, epsabs=1e-9, limit=200)[0]
    return 1 - gone / mean


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    def tid(mean: float) -> dict[str, Any]:
        return {"fordelning": "lognormal", "medel": mean, "cv": CV}

    utfall = {
        "fullfoljd": {
            "andel": 0.6,
            "tid": tid(200.0),
            "malgrupper": {"unga": {"tid": tid(100.0)}},
            "nasta": {"avslut": 1.0},
        },
        "sammanbrott": {"andel": 0.4, "tid": tid(80.0), "nasta": {"avslut": 1.0}},
    }
    malgrupper = {"unga": 0.5, "vuxna": 0.5}
    network = network_of(
        kommun(
            {},
            {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a", "malgrupper": malgrupper}},
            {"a": {"utfall": utfall}},
            slut="2018-06-30",
            nulage={"v": {"i_steg": {"a": {"utan_resurs": {"antal": COUNT}}}}},
        )
    )
    return replications(network, 90, engine)


def present_at(run: Replication, moment: float) -> NDArray[np.bool_]:
    start, left = run.intervals(np.ones(len(run.log), dtype=bool))
    return (start <= moment) & (left > moment)


def arrival_controls(runs: list[Replication], moment: float) -> list[Control]:
    """How many arrive in each half of the time, and how many of them draw low numbers."""
    if not moment:
        return []
    found = []
    (inflow,) = runs[0].network.inflows
    for window in ((0.0, moment / 2), (moment / 2, moment)):
        expected = PER_DAY * moment / 2
        found.append(control(runs, expected, lambda run, w=window: visits_in(run.arrivals, w).sum()))
        for purpose in (Purpose.UTFALL, Purpose.LANGD):

            def low(run: Replication, window: Window = window, purpose: Purpose = purpose) -> float:
                return float((run.uniforms(purpose)[visits_in(run.arrivals, window)] < LOW).sum())

            found.append(control(runs, expected * LOW, low))

        def young(run: Replication, window: Window = window) -> float:
            keys = run.cases.arrivals.key[visits_in(run.arrivals, window)]
            return float((uniforms(SEED, run.number, keys, inflow.key, 0, Purpose.MALGRUPP) < LOW).sum())

        found.append(control(runs, expected * LOW, young))
    return found


def stock_controls(runs: list[Replication]) -> list[Control]:
    """How many in the stock draw low numbers, and for length and elapsed time their product."""

    def drawn(run: Replication, purpose: Purpose) -> Floats:
        (present,) = run.cases.present
        return run.uniforms(purpose, keys=present.key)

    def product(run: Replication) -> float:
        return float(drawn(run, Purpose.NULAGE_LANGD) @ drawn(run, Purpose.NULAGE_VANTAN))

    found = [control(runs, COUNT / 4, product)]
    for purpose in (Purpose.MALGRUPP, Purpose.NULAGE, Purpose.NULAGE_LANGD, Purpose.NULAGE_VANTAN):
        for share in THRESHOLDS:
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
    theory = sum(count for (_, outcome), count in PRESENT.items() if outcome == "fullfoljd")
    controls = arrival_controls(runs, moment) + stock_controls(runs)
    assert_agrees(f"stationary start, fullföljd on day {moment:g}", theory, values, controls)


@pytest.mark.parametrize("moment", MOMENTS)
def test_mix_of_malgrupper_is_flat_from_day_0(runs: list[Replication], moment: float) -> None:
    number = runs[0].network.groups.index("vuxna")
    values = [(present_at(run, moment) & (run.log.malgrupp == number)).sum() for run in runs]
    theory = sum(count for (group, _), count in PRESENT.items() if group == "vuxna")
    controls = arrival_controls(runs, moment) + stock_controls(runs)
    assert_agrees(f"stationary start, vuxna on day {moment:g}", theory, values, controls)


@pytest.mark.parametrize("moment", EARLY_MOMENTS)
def test_what_remains_of_the_stock_is_the_stationary_residual(runs: list[Replication], moment: float) -> None:
    theory = sum(PRESENT[kind] * still_there(mean, moment) for kind, (_, mean) in KINDS.items())
    values = [(present_at(run, moment) & run.log.has(FRAN_NULAGE)).sum() for run in runs]
    assert_agrees(f"stationary start, stock left on day {moment:g}", theory, values, stock_controls(runs))
