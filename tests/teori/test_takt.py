"""Pace changed while stays are under way: a stay of length L has ended when its operational time has reached L."""

from __future__ import annotations

from datetime import date

import pytest
from scipy import stats
from scipy.integrate import quad

from hjalp import kommun, network_of, scenario
from sim.randomness import Purpose
from teori_hjalp import (
    Control,
    Replication,
    Window,
    assert_agrees,
    assert_unbiased,
    control,
    replications,
    visits_in,
)

ARRIVING = 850.0
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
    return min(day, FASTER_FROM) + max(min(day, effect) - FASTER_FROM, 0) * PACE + max(day - effect, 0) * PACE * slower


def share_ended(day: float) -> float:
    """Of those who arrived in January."""
    last = min(day, 31.0)
    return quad(lambda s: LENGTHS.cdf(operational(day) - operational(s)), 0, last)[0] / 31


def day_of(number: int) -> date:
    return date.fromordinal(date(2018, 1, 1).toordinal() + number)


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
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
    return replications(network_of(content, changes), 50, engine)


def controls_at(runs: list[Replication], moment: float) -> list[Control]:
    """How many arrive in each quarter of January, and how many of them would have ended had they come in its middle."""
    found = []
    for first in (0.0, 7.75, 15.5, 23.25):
        quarter = (first, first + 7.75)
        share = float(LENGTHS.cdf(operational(moment) - operational(first + 7.75 / 2)))

        def short(run: Replication, quarter: Window = quarter, share: float = share) -> float:
            return float((run.uniforms(Purpose.LANGD)[visits_in(run.arrivals, quarter)] < share).sum())

        found.append(control(runs, ARRIVING / 4, lambda run, q=quarter: visits_in(run.arrivals, q).sum()))
        found.append(control(runs, ARRIVING / 4 * share, short))
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_share_of_stays_that_have_ended_follows_operational_time(runs: list[Replication], moment: float) -> None:
    values = [(run.log.slappt <= moment).sum() / ARRIVING for run in runs]
    controls = controls_at(runs, moment)
    assert_unbiased(controls)
    assert_agrees(f"pace, ended by day {moment:g}", share_ended(moment), values, controls)
