"""A steg that needs nothing is M/G/∞, also when the rate varies: ∫ rate(s) · P(length > t − s) ds are there at t."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from hjalp import kommun, network_of, scenario
from sim.cases import draw_cases
from sim.network import Network
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

PER_YEAR = 3000.0
SEASON = (1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.5, 0.7, 1.0, 1.2, 1.2, 1.1)
TREND = 0.2
ELASTICITY = 0.8
UNEMPLOYMENT = 0.065
HIGHER = 0.11
CHANGE = date(2018, 7, 10)
LAG = 36
MEAN, CV = 60.0, 0.6
START = date(2018, 1, 1)
EFFECT = (CHANGE - START).days + LAG
MOMENTS = (59.0, 150.0, 220.0, 250.0, 320.0)
"""In winter, in spring, at the lowest of summer, soon after the driver's effect in August, late in autumn."""
SEASONS = (0.0, 59.0, 120.0, 181.0, float(EFFECT), 304.0)

MONTHS = np.array([(date(2018 + m // 12, m % 12 + 1, 1) - START).days for m in range(13)], dtype=np.float64)
BREAKS = np.unique(np.append(MONTHS, EFFECT))


def rate(day: float) -> float:
    """Arrivals per day, from the planner's words."""
    month = int(np.searchsorted(MONTHS, day, side="right")) - 1
    risen = day >= EFFECT
    driver = (HIGHER / UNEMPLOYMENT) ** ELASTICITY if risen else 1.0
    return PER_YEAR / 365.25 * SEASON[month] * (1 + TREND) ** (month / 12) * driver


def arriving(first: float, last: float) -> float:
    edges = np.unique(np.concatenate([[first, last], BREAKS[(first < BREAKS) & (last > BREAKS)]]))
    return float(sum(rate(a) * (b - a) for a, b in zip(edges[:-1], edges[1:], strict=True)))


def occupancy(moment: float) -> float:
    lengths = stats.gamma(CV**-2, scale=MEAN * CV**2)
    edges = np.append(BREAKS[moment > BREAKS], moment)
    return sum(
        rate(a) * quad(lambda s: lengths.sf(moment - s), a, b)[0] for a, b in zip(edges[:-1], edges[1:], strict=True)
    )


def network(per_year: float) -> Network:
    effect = {"elasticitet": ELASTICITY, "andel_inflode": 1.0, "lag_dagar": LAG, "inflode": ["in"]}
    tid = {"fordelning": "gamma", "medel": MEAN, "cv": CV}
    content = kommun(
        {},
        {"in": {"per_ar": per_year, "forsta_steg": "a", "sasong": SEASON, "trend_per_ar": TREND}},
        {"a": {"utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}}},
        slut="2018-11-30",
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
    rise = scenario({"mal": "drivare.arbetsloshet.varde", "satt": HIGHER, "fran": CHANGE})
    return network_of(content, rise)


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    return replications(network(PER_YEAR), 62, engine)


def controls_at(runs: list[Replication], moment: float) -> list[Control]:
    """How many arrive in each stretch of time, and how many of them would be there had they come in its middle."""
    edges = np.unique(np.maximum(moment - np.array([150.0, 110.0, 80.0, 60.0, 40.0, 20.0, 0.0]), 0.0))
    lengths = stats.gamma(CV**-2, scale=MEAN * CV**2)
    found = []
    for stretch in zip(edges[:-1], edges[1:], strict=True):
        least = moment - (stretch[0] + stretch[1]) / 2

        def long(run: Replication, stretch: Window = stretch, least: float = least) -> float:
            return float((run.drawn_lengths[visits_in(run.arrivals, stretch)] > least).sum())

        expected = arriving(*stretch)
        found.append(control(runs, expected, lambda run, s=stretch: visits_in(run.arrivals, s).sum()))
        found.append(control(runs, expected * lengths.sf(least), long))
    return found


def present_at(run: Replication, moment: float) -> float:
    start, left = run.intervals(np.ones(len(run.log), dtype=bool))
    return float(((start <= moment) & (left > moment)).sum())


def test_mean_arrivals_are_the_integral_of_the_rate() -> None:
    """On their own, with no controls: below, arrivals are controls."""
    many = 16.0
    net = network(PER_YEAR * many)
    drawn = [draw_cases(net, SEED, number).arrivals.time for number in range(56)]
    for stretch in pairwise(SEASONS):
        values = [visits_in(times, stretch).sum() for times in drawn]
        assert_agrees(f"arrivals from day {stretch[0]:g}", many * arriving(*stretch), values)


@pytest.mark.parametrize("moment", MOMENTS)
def test_mean_occupancy_is_that_of_m_g_infinity(runs: list[Replication], moment: float) -> None:
    values: Floats = np.array([present_at(run, moment) for run in runs])
    controls = controls_at(runs, moment)
    assert_unbiased(controls)
    assert_agrees(f"M/G/∞ occupancy on day {moment:g}", occupancy(moment), values, controls)
