"""A team with exponential patience is M/M/c+M (Erlang A): its birth-death chain solved numerically."""

from __future__ import annotations

import numpy as np
import pytest
from hjalp import kommun, network_of
from teori_hjalp import (
    Control,
    Floats,
    Replication,
    assert_agrees,
    assert_unbiased,
    control,
    exponential_tid,
    poisson_mean,
    replications,
    seen_by_arrivals,
    stationary,
    time_average,
    visits_in,
)

from sim.randomness import Purpose
from sim.visits import AVHOPP

pytestmark = pytest.mark.slow

SERVERS = 3
PER_DAY = 3.6
MEAN = 1.0
PATIENCE = 2.0
LOAD = PER_DAY * MEAN
WINDOW = (60.0, 500.0)
EXPECTED = PER_DAY * (WINDOW[1] - WINDOW[0])
HIGHEST = 80
NUMBER = np.arange(HIGHEST + 1)
WAITING = np.maximum(NUMBER - SERVERS, 0)


def probabilities() -> Floats:
    """Of the number of cases that wait or are served."""
    rates = np.zeros((HIGHEST + 1, HIGHEST + 1))
    rates[NUMBER[:-1], NUMBER[1:]] = PER_DAY
    rates[NUMBER[1:], NUMBER[:-1]] = (np.minimum(NUMBER, SERVERS) / MEAN + WAITING / PATIENCE)[1:]
    return stationary(rates)


@pytest.fixture(scope="module")
def runs() -> list[Replication]:
    steg = {
        "behov": {"team": "team"},
        "tar_tillbaka": {"tid": {"fordelning": "exponential", "medel": PATIENCE}},
        "nasta_vid_avhopp": "avslut",
        "utfall": {"klar": exponential_tid(MEAN)},
    }
    network = network_of(
        kommun(
            {"team": {"typ": "team", "arsarbetare": SERVERS, "arendetak": 1.0}},
            {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a"}},
            {"a": steg},
            slut="2019-06-30",
        )
    )
    return replications(network, 40)


@pytest.fixture(scope="module")
def controls(runs: list[Replication]) -> list[Control]:
    """Arrivals, lengths, patience, and how many there would be if all were served at once, or slowly."""

    def served_at_once(slower: float) -> Control:
        limit = SERVERS * slower

        def excess(number: Floats) -> Floats:
            return np.maximum(number - limit, 0)

        def value(run: Replication) -> float:
            return time_average(run.arrivals, run.arrivals + slower * run.lengths(), WINDOW, excess)

        return control(runs, poisson_mean(LOAD * slower, excess), value)

    def sum_over_arrivals(run: Replication, values: Floats) -> float:
        return float(values[visits_in(run.arrivals, WINDOW)].sum() / EXPECTED)

    def excess_of_busy(run: Replication) -> float:
        present = run.intervals(run.log.fall >= 0, "begaran")
        return seen_by_arrivals(run.arrivals, PER_DAY, present, WINDOW, lambda n: np.maximum(n - SERVERS, 0))

    patience = runs[0].network.base_steg[0].patience
    return [
        control(runs, 1.0, lambda run: sum_over_arrivals(run, np.ones(len(run.arrivals)))),
        control(runs, MEAN, lambda run: sum_over_arrivals(run, run.lengths())),
        control(
            runs, PATIENCE, lambda run: sum_over_arrivals(run, run.times(Purpose.TALAMOD, patience))
        ),
        served_at_once(1.0),
        served_at_once(2.0),
        control(runs, 0.0, excess_of_busy),
    ]


def test_controls_of_patience_have_the_means_they_are_said_to_have(controls: list[Control]) -> None:
    assert_unbiased(controls)


def test_share_that_leaves_the_queue_is_erlang_as(runs: list[Replication], controls: list[Control]) -> None:
    theory = float(WAITING @ probabilities()) / PATIENCE / PER_DAY
    values = [(run.log.has(AVHOPP) & visits_in(run.log.begaran, WINDOW)).sum() / EXPECTED for run in runs]
    assert_agrees("Erlang A share that leaves", theory, values, controls)


def test_mean_wait_with_patience_is_erlang_as(runs: list[Replication], controls: list[Control]) -> None:
    theory = float(WAITING @ probabilities()) / PER_DAY
    values = []
    for run in runs:
        until = np.where(run.log.has(AVHOPP), run.log.slappt, run.log.start)
        values.append((until - run.log.begaran)[visits_in(run.log.begaran, WINDOW)].sum() / EXPECTED)
    assert_agrees("Erlang A mean wait", theory, values, controls)
