"""Pace changed while stays are under way: a stay of length L has ended when its operational time has reached L."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hjalp import kommun, network_of, scenario
from scipy import stats
from scipy.integrate import quad
from teori_hjalp import (
    Control,
    Replication,
    assert_agrees,
    assert_unbiased,
    control,
    replications,
    visits_in,
)

from sim.randomness import Purpose

pytestmark = pytest.mark.slow

ARRIVING = 700.0
"""Expected, all of them in January."""
MEAN, CV = 40.0, 0.8
PACE = 1.5
FASTER_FROM = 38
ELASTICITY, SHARE_OF_INFLOW = 0.9, 0.0
UNEMPLOYMENT, HIGHER = 0.065, 0.13
HIGHER_FROM, LAG = 50, 8
MOMENTS = (37.0, 50.0, 57.0, 70.0, 100.0)
"""Before any change, after the faster pace, and after unemployment has slowed it."""
LENGTHS = stats.gamma(CV**-2, scale=MEAN * CV**2)


def operational(day: float) -> float:
    """Operational days from the start until `day`."""
    slower = (HIGHER / UNEMPLOYMENT) ** (-ELASTICITY * (1 - SHARE_OF_INFLOW))
    effect = HIGHER_FROM + LAG
    return (
        min(day, FASTER_FROM)
        + max(min(day, effect) - FASTER_FROM, 0) * PACE
        + max(day - effect, 0) * PACE * slower
    )


def share_ended(day: float) -> float:
    """Of those who arrived in January."""
    last = min(day, 31.0)
    return quad(lambda s: LENGTHS.cdf(operational(day) - operational(s)), 0, last)[0] / 31


def day_of(number: int) -> date:
    return date.fromordinal(date(2018, 1, 1).toordinal() + number)


@pytest.fixture(scope="module")
def runs() -> list[Replication]:
    tid = {"fordelning": "gamma", "medel": MEAN, "cv": CV}
    effect = {
        "elasticitet": ELASTICITY,
        "andel_inflode": SHARE_OF_INFLOW,
        "lag_dagar": LAG,
        "steg": ["a"],
    }
    content = kommun(
        {},
        {
            "in": {
                "per_ar": ARRIVING / 31 / 12 * 365.25,
                "forsta_steg": "a",
                "sasong": (12.0, *(0.0,) * 11),
            }
        },
        {"a": {"takt": 1.0, "utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}}},
        slut="2018-05-31",
        v={"drivare": {"arbetsloshet": effect}},
        drivare={
            "arbetsloshet": {
                "namn": "Arbetslöshet",
                "omrade": "riket",
                "bas": UNEMPLOYMENT,
                "varde": UNEMPLOYMENT,
            }
        },
    )
    changes = scenario(
        {"mal": "verksamheter.v.steg.a.takt", "ganger": PACE, "fran": day_of(FASTER_FROM)},
        {"mal": "drivare.arbetsloshet.varde", "satt": HIGHER, "fran": day_of(HIGHER_FROM)},
    )
    return replications(network_of(content, changes), 60)


def controls_at(runs: list[Replication], moment: float) -> list[Control]:
    """How many arrive, and how many of them draw a number below that of a stay from the middle of January."""
    middle = float(LENGTHS.cdf(operational(moment) - operational(15.5)))
    found = [control(runs, ARRIVING, lambda run: len(run.arrivals))]
    for share in (middle - 0.12, middle - 0.06, middle, middle + 0.06, middle + 0.12):
        if 0 < share < 1:
            found.append(
                control(
                    runs,
                    ARRIVING * share,
                    lambda run, share=share: (run.uniforms(Purpose.LANGD) < share).sum(),
                )
            )
    early = (0.0, 15.5)
    found.append(control(runs, ARRIVING / 2, lambda run: visits_in(run.arrivals, early).sum()))
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_share_of_stays_that_have_ended_follows_operational_time(
    runs: list[Replication], moment: float
) -> None:
    values = [(run.log.slappt <= moment).sum() / ARRIVING for run in runs]
    controls = controls_at(runs, moment)
    assert_unbiased(controls)
    assert_agrees(f"pace, ended by day {moment:g}", share_ended(moment), values, controls)
