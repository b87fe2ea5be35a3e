"""Places with a limit to waiting, then the reserv, are M/M/c+D: patience that is the same for all.

Formulas of Baccelli and Hébuterne (1981) as written by Zeltyn and Mandelbaum, "Call centers with impatient customers",
Queueing Systems 51 (2005), with H(x) = min(x, limit).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from hjalp import kommun, network_of
from teori_hjalp import (
    ALWAYS,
    Control,
    Path,
    Replication,
    assert_agrees,
    assert_unbiased,
    birth_and_death,
    control,
    erlang_b,
    exponential_tid,
    number_path,
    replications,
    step_weights,
    surplus,
    visits_in,
)

PLACES = 3
PER_DAY = 3.0
MEAN = 1.0
LIMIT = 0.5
WINDOW = (40.0, 360.0)
EXPECTED = PER_DAY * (WINDOW[1] - WINDOW[0])
NUMBER = np.arange(40)
WAITING = np.maximum(NUMBER - PLACES, 0)


def share_in_reserv() -> float:
    drain = PLACES / MEAN
    integral = quad(lambda x: math.exp(PER_DAY * x - drain * x), 0, LIMIT)[0]
    integral += math.exp(PER_DAY * LIMIT - drain * LIMIT) / drain
    idle = 1 / erlang_b(PLACES - 1, PER_DAY * MEAN)
    return (1 + (PER_DAY - drain) * integral) / (idle + PER_DAY * integral)


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    behov = {"plats": ["egna"], "reserv": "kopta", "vanta_hogst_dagar": LIMIT}
    network = network_of(
        kommun(
            {
                "egna": {"typ": "boende", "platser": PLACES},
                "kopta": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}},
            },
            {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a"}},
            {"a": {"behov": behov, "utfall": {"klar": exponential_tid(MEAN)}}},
            slut="2018-12-31",
        )
    )
    return replications(network, 36, engine)


@pytest.fixture(scope="module")
def controls(runs: list[Replication]) -> list[Control]:
    """Surplus of arrivals and of ends in own places, by what they would mean if patience were exponential."""
    chain = birth_and_death(PER_DAY, np.minimum(NUMBER, PLACES) / MEAN + WAITING / LIMIT)
    up, down = step_weights(chain.worth(WAITING))
    own = runs[0].network.resource_number("egna")

    def present(run: Replication) -> Path:
        """In an own place or waiting."""
        asked, left = run.intervals(np.ones(len(run.log), dtype=bool), "begaran")
        return number_path(asked, np.where(run.log.resurs == own, left, np.fmin(run.log.start, left)))

    def arrivals(run: Replication) -> float:
        return surplus(run.arrivals, PER_DAY, ALWAYS, [present(run)], WINDOW, up)

    def ends(run: Replication) -> float:
        begun = run.log.resurs == own
        start = run.log.start[begun]
        end = start + run.lengths(keys=run.log.fall[begun])
        return surplus(end, 1 / MEAN, (start, end), [present(run)], WINDOW, down)

    return [
        control(runs, 0.0, arrivals),
        control(runs, 0.0, ends),
        control(runs, 1.0, lambda run: visits_in(run.arrivals, WINDOW).sum() / EXPECTED),
    ]


def test_controls_of_the_limit_have_the_means_they_are_said_to_have(controls: list[Control]) -> None:
    assert_unbiased(controls)


def test_share_that_waits_out_the_limit_is_that_of_constant_patience(
    runs: list[Replication], controls: list[Control]
) -> None:
    bought = runs[0].network.resource_number("kopta")
    values = [((run.log.resurs == bought) & visits_in(run.log.begaran, WINDOW)).sum() / EXPECTED for run in runs]
    assert_agrees("M/M/c+D share in reserv", share_in_reserv(), values, controls)


def test_whoever_goes_to_the_reserv_has_waited_the_limit_to_the_tick(runs: list[Replication]) -> None:
    for run in runs:
        outside = run.log.resurs == run.network.resource_number("kopta")
        assert np.all((run.log.start - run.log.begaran)[outside] == LIMIT)
