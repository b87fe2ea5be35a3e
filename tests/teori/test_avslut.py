"""Guaranteed closings are servers: stays without queues that end form a Poisson stream, so closings are M/M/g."""

from __future__ import annotations

import numpy as np
import pytest

from hjalp import kommun, network_of
from sim.randomness import Purpose
from teori_hjalp import (
    ALWAYS,
    Control,
    Path,
    Replication,
    assert_agrees,
    assert_unbiased,
    birth_and_death,
    control,
    erlang_c,
    exponential_tid,
    number_path,
    replications,
    step_weights,
    surplus,
    visits_in,
)

EMPLOYED = 5.0
AT_ONCE = 0.5
GUARANTEED = 2
"""floor(5 × 0.5)"""
PER_DAY = 1.2
MEAN_STAY, MEAN_CLOSING = 3.0, 1.0
WINDOW = (150.0, 1400.0)
EXPECTED = PER_DAY * (WINDOW[1] - WINDOW[0])
NUMBER = np.arange(200)
WAITING = np.maximum(NUMBER - GUARANTEED, 0)
CHAIN = birth_and_death(PER_DAY, np.minimum(NUMBER, GUARANTEED) / MEAN_CLOSING)
"""Of the number of stays that wait for closing or are being closed."""


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    """A team so loaded that nothing fits: only what is guaranteed is closed."""
    closing = {"fordelning": "exponential", "medel": MEAN_CLOSING}
    network = network_of(
        kommun(
            {"team": {"typ": "team", "arsarbetare": EMPLOYED, "arendetak": 0.001, "avslut_samtidiga": AT_ONCE}},
            {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a"}},
            {
                "a": {
                    "uppfoljning": {"team": "team", "vikt": 0.3},
                    "avslut": {"team": "team", "vikt": 1.0, "tid": closing},
                    "utfall": {"klar": exponential_tid(MEAN_STAY)},
                }
            },
            slut="2021-12-31",
        )
    )
    return replications(network, 26, engine)


@pytest.fixture(scope="module")
def controls(runs: list[Replication]) -> list[Control]:
    """Surplus of stays that are over and of closings that are over, by what each means for the queue to come."""
    up, down = step_weights(CHAIN.worth(WAITING))

    def to_close(run: Replication) -> Path:
        over = ~np.isnan(run.log.slut)
        return number_path(*run.intervals(over, "slut"))

    def over(run: Replication) -> float:
        return surplus(run.arrivals + run.lengths(), PER_DAY, ALWAYS, [to_close(run)], WINDOW, up)

    def closed(run: Replication) -> float:
        (steg,) = run.network.base_steg
        assert steg.closing_time is not None
        begun = ~np.isnan(run.log.avslut_start)
        start = run.log.avslut_start[begun]
        end = start + run.times(Purpose.AVSLUT_TID, steg.closing_time, keys=run.log.fall[begun])
        return surplus(end, 1 / MEAN_CLOSING, (start, end), [to_close(run)], WINDOW, down)

    return [control(runs, 0.0, over), control(runs, 0.0, closed)]


def test_controls_of_closings_have_the_means_they_are_said_to_have(controls: list[Control]) -> None:
    assert_unbiased(controls)


def test_mean_wait_to_be_closed_is_erlangs(runs: list[Replication], controls: list[Control]) -> None:
    load = PER_DAY * MEAN_CLOSING
    theory = erlang_c(GUARANTEED, load) * MEAN_CLOSING / (GUARANTEED - load)
    values = []
    for run in runs:
        waits = (run.log.avslut_start - run.log.slut)[visits_in(run.log.slut, WINDOW)]
        values.append(waits.sum() / EXPECTED)
    assert_agrees("guaranteed closings, mean wait", theory, values, controls)
