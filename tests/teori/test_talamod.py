"""A team with exponential patience is M/M/c+M (Erlang A): its birth-death chain solved numerically."""

from __future__ import annotations

import numpy as np
import pytest

from hjalp import kommun, network_of
from sim.randomness import Purpose
from sim.visits import AVHOPP
from teori_hjalp import (
    ALWAYS,
    Control,
    Path,
    Replication,
    assert_agrees,
    assert_unbiased,
    birth_and_death,
    control,
    exponential_tid,
    number_path,
    replications,
    step_weights,
    surplus,
    visits_in,
)

SERVERS = 3
PER_DAY = 3.6
MEAN = 1.0
PATIENCE = 2.0
WINDOW = (60.0, 340.0)
EXPECTED = PER_DAY * (WINDOW[1] - WINDOW[0])
NUMBER = np.arange(81)
WAITING = np.maximum(NUMBER - SERVERS, 0)


CHAIN = birth_and_death(PER_DAY, np.minimum(NUMBER, SERVERS) / MEAN + WAITING / PATIENCE)
"""Of the number of cases that wait or are served."""


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
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
            slut="2018-12-31",
        )
    )
    return replications(network, 24, engine)


@pytest.fixture(scope="module")
def controls(runs: list[Replication]) -> list[Control]:
    """Surplus of arrivals, of ends of stays and of ends of patience, by what each means for the queue to come."""
    up, down = step_weights(CHAIN.worth(WAITING))

    def arrivals(run: Replication) -> float:
        return surplus(run.arrivals, PER_DAY, ALWAYS, present(run), WINDOW, up)

    def ends(run: Replication) -> float:
        begun = ~np.isnan(run.log.start)
        start = run.log.start[begun]
        end = start + run.lengths(keys=run.log.fall[begun])
        return surplus(end, 1 / MEAN, (start, end), present(run), WINDOW, down)

    def tired(run: Replication) -> float:
        (steg,) = run.network.base_steg
        assert steg.patience is not None
        asked = run.log.begaran
        patience = run.times(Purpose.TALAMOD, steg.patience, keys=run.log.fall)
        waits = np.fmin(patience, run.log.start - asked)
        at_risk = (asked, asked + waits)
        return surplus((asked + patience)[waits == patience], 1 / PATIENCE, at_risk, present(run), WINDOW, down)

    return [control(runs, 0.0, value) for value in (arrivals, ends, tired)]


def present(run: Replication) -> list[Path]:
    return [number_path(*run.intervals(np.ones(len(run.log), dtype=bool), "begaran"))]


def test_controls_of_patience_have_the_means_they_are_said_to_have(controls: list[Control]) -> None:
    assert_unbiased(controls)


def test_share_that_leaves_the_queue_is_erlang_as(runs: list[Replication], controls: list[Control]) -> None:
    theory = CHAIN.mean(WAITING) / PATIENCE / PER_DAY
    values = [(run.log.has(AVHOPP) & visits_in(run.log.begaran, WINDOW)).sum() / EXPECTED for run in runs]
    assert_agrees("Erlang A share that leaves", theory, values, controls)


def test_mean_wait_with_patience_is_erlang_as(runs: list[Replication], controls: list[Control]) -> None:
    theory = CHAIN.mean(WAITING) / PER_DAY
    values = []
    for run in runs:
        until = np.where(run.log.has(AVHOPP), run.log.slappt, run.log.start)
        values.append((until - run.log.begaran)[visits_in(run.log.begaran, WINDOW)].sum() / EXPECTED)
    assert_agrees("Erlang A mean wait", theory, values, controls)
