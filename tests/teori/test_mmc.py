"""A team with weight 1 is M/M/c, first come first served: Erlang C."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hjalp import kommun, network_of
from teori_hjalp import (
    Control,
    Replication,
    assert_agrees,
    assert_unbiased,
    control,
    erlang_c,
    exponential_tid,
    replications,
    single_server_waits,
    visits_in,
)

SERVERS = 2
PER_DAY = 1.6
MEAN = 1.0
LOAD = PER_DAY * MEAN
DRAIN = (SERVERS - LOAD) / MEAN
"""The wait of those who wait is exponential with this rate, per day."""
WAITING = erlang_c(SERVERS, LOAD)
P90 = math.log(WAITING / 0.1) / DRAIN
WINDOW = (400.0, 2500.0)
EXPECTED = PER_DAY * (WINDOW[1] - WINDOW[0])


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    network = network_of(
        kommun(
            {"team": {"typ": "team", "arsarbetare": SERVERS, "arendetak": 1.0}},
            {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a"}},
            {"a": {"behov": {"team": "team"}, "utfall": {"klar": exponential_tid(MEAN)}}},
            slut="2024-12-31",
        )
    )
    return replications(network, 72, engine)


def single_server(run: Replication) -> np.ndarray:
    """Waits of those who arrive in the window at one handläggare who works as fast as them all."""
    waits = single_server_waits(run.arrivals, run.lengths() / SERVERS)
    return waits[visits_in(run.arrivals, WINDOW)]


@pytest.fixture(scope="module")
def controls(runs: list[Replication]) -> list[Control]:
    """Arrivals, work, and M/M/1 with the same arrivals and the same work."""
    waits = [single_server(run) for run in runs]
    busy = LOAD / SERVERS
    found = [
        control(runs, 1.0, lambda run: visits_in(run.arrivals, WINDOW).sum() / EXPECTED),
        control(runs, MEAN, lambda run: run.lengths()[visits_in(run.arrivals, WINDOW)].sum() / EXPECTED),
        (np.array([wait.sum() for wait in waits]) / EXPECTED, busy / DRAIN),
    ]
    for limit in (0.0, 0.25, 0.5, 1.0, P90 - 0.5, P90, P90 + 0.25, P90 + 0.5, P90 + 0.75, P90 + 1.25):
        longer = np.array([(wait > limit).sum() for wait in waits]) / EXPECTED
        found.append((longer, busy * math.exp(-DRAIN * limit)))
    return found


def waits_of(run: Replication) -> np.ndarray:
    return (run.log.start - run.log.begaran)[visits_in(run.log.begaran, WINDOW)]


def test_controls_of_mmc_have_the_means_they_are_said_to_have(controls: list[Control]) -> None:
    assert_unbiased(controls)


def test_mean_wait_is_erlangs(runs: list[Replication], controls: list[Control]) -> None:
    values = [waits_of(run).sum() / EXPECTED for run in runs]
    assert_agrees("M/M/c mean wait", WAITING / DRAIN, values, controls[:3])


def test_share_that_waits_is_erlangs(runs: list[Replication], controls: list[Control]) -> None:
    values = [(waits_of(run) > 0).sum() / EXPECTED for run in runs]
    assert_agrees("M/M/c share waiting", WAITING, values, controls[:7])


def test_p90_of_the_wait_is_erlangs(runs: list[Replication], controls: list[Control]) -> None:
    """Bahadur's representation: a quantile is its exact value plus the excess of the tail over the density there."""
    density = 0.1 * DRAIN
    tails = np.array([(waits_of(run) > P90).sum() / EXPECTED for run in runs])
    assert_agrees("M/M/c P90 of the wait", P90, P90 + (tails - 0.1) / density, controls[:3] + controls[7:])
