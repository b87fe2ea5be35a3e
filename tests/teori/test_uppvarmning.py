"""From an empty start a year of warm-up is enough for short stays: from day 0 all is as in a stationary system."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from hjalp import kommun, network_of
from teori_hjalp import (
    Control,
    Replication,
    Window,
    assert_agrees,
    assert_unbiased,
    control,
    erlang_c,
    exponential_tid,
    replications,
    single_server_waits,
    visits_in,
)

PER_DAY, MEAN, CV = 8.0, 60.0, 0.6
STATIONARY = PER_DAY * MEAN
MOMENTS = (0.0, 45.0, 180.0)
LENGTHS = stats.gamma(CV**-2, scale=MEAN * CV**2)

SERVERS, LOAD = 2, 1.6
DRAIN = SERVERS - LOAD
WAITING = erlang_c(SERVERS, LOAD)
WINDOW = (0.0, 2100.0)
EXPECTED = LOAD * (WINDOW[1] - WINDOW[0])


@pytest.fixture(scope="module")
def open_steg(engine: str) -> list[Replication]:
    tid = {"fordelning": "gamma", "medel": MEAN, "cv": CV}
    made = kommun(
        {},
        {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a"}},
        {"a": {"utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}}},
        slut="2018-07-31",
        uppvarmning_ar=1,
    )
    return replications(network_of(made), 62, engine)


def controls_at(runs: list[Replication], moment: float) -> list[Control]:
    """How many arrive in each stretch of time, and how many of them would be there had they come in its middle."""
    found = []
    for stretch in (
        (moment - a, moment - b) for a, b in ((150, 110), (110, 80), (80, 60), (60, 40), (40, 20), (20, 0))
    ):
        least = moment - sum(stretch) / 2
        expected = PER_DAY * (stretch[1] - stretch[0])

        def long(run: Replication, stretch: Window = stretch, least: float = least) -> float:
            return float((run.drawn_lengths[visits_in(run.arrivals, stretch)] > least).sum())

        found.append(control(runs, expected, lambda run, s=stretch: visits_in(run.arrivals, s).sum()))
        found.append(control(runs, expected * float(LENGTHS.sf(least)), long))
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_mean_occupancy_is_the_stationary_one_from_day_0(open_steg: list[Replication], moment: float) -> None:
    """M/G/∞: ∫ rate × P(length > t) dt over the warm-up, which is rate × mean but for two millionths."""
    theory = PER_DAY * quad(LENGTHS.sf, 0, 365 + moment, limit=200)[0]
    assert theory == pytest.approx(STATIONARY, rel=1e-5)
    intervals = [run.intervals(np.ones(len(run.log), dtype=bool)) for run in open_steg]
    values = np.array([((start <= moment) & (left > moment)).sum() for start, left in intervals])
    controls = controls_at(open_steg, moment)
    assert_unbiased(controls)
    assert_agrees(f"M/G/∞ after warm-up, day {moment:g}", theory, values, controls)


@pytest.fixture(scope="module")
def team(engine: str) -> list[Replication]:
    made = kommun(
        {"team": {"typ": "team", "arsarbetare": SERVERS, "arendetak": 1.0}},
        {"in": {"per_ar": LOAD * 365.25, "forsta_steg": "a"}},
        {"a": {"behov": {"team": "team"}, "utfall": {"klar": exponential_tid(1.0)}}},
        slut="2023-12-31",
        uppvarmning_ar=1,
    )
    return replications(network_of(made), 72, engine)


@pytest.fixture(scope="module")
def queue_controls(team: list[Replication]) -> list[Control]:
    """Arrivals, work, and M/M/1 with the same arrivals and work, from the first day of the warm-up."""
    waits = []
    for run in team:
        wait = single_server_waits(run.arrivals, run.lengths() / SERVERS)
        waits.append(wait[visits_in(run.arrivals, WINDOW)])
    found = [
        control(team, 1.0, lambda run: visits_in(run.arrivals, WINDOW).sum() / EXPECTED),
        control(team, 1.0, lambda run: run.lengths()[visits_in(run.arrivals, WINDOW)].sum() / EXPECTED),
        (np.array([wait.sum() for wait in waits]) / EXPECTED, LOAD / SERVERS / DRAIN),
    ]
    for limit in (0.0, 0.25, 0.5, 1.0):
        longer = np.array([(wait > limit).sum() for wait in waits]) / EXPECTED
        found.append((longer, LOAD / SERVERS * math.exp(-DRAIN * limit)))
    return found


def waits_of(run: Replication) -> np.ndarray:
    return (run.log.start - run.log.begaran)[visits_in(run.log.begaran, WINDOW)]


def test_mean_wait_is_erlangs_from_day_0(team: list[Replication], queue_controls: list[Control]) -> None:
    assert_unbiased(queue_controls)
    values = [waits_of(run).sum() / EXPECTED for run in team]
    assert_agrees("M/M/c after warm-up, mean wait", WAITING / DRAIN, values, queue_controls[:3])


def test_share_that_waits_is_erlangs_from_day_0(team: list[Replication], queue_controls: list[Control]) -> None:
    values = [(waits_of(run) > 0).sum() / EXPECTED for run in team]
    assert_agrees("M/M/c after warm-up, share waiting", WAITING, values, queue_controls)
