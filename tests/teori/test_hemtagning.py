"""Immediate hemtagning with the same lengths at home and outside: the reserv holds what does not fit.

All cases together are M/G/∞, so their number N is Poisson(a); (N − c)⁺ of them are in the reserv at any moment.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hjalp import kommun, network_of
from teori_hjalp import (
    Control,
    Floats,
    Replication,
    assert_agrees,
    assert_unbiased,
    control,
    number_path,
    poisson_mean,
    replications,
    time_average,
)

LOAD = 6.0
PLACES = 6
WINDOW = (60.0, 365.0)
COUNT = 40


def runs_with(places: int, engine: str) -> list[Replication]:
    behov = {
        "plats": ["egna"],
        "vanta_hogst_dagar": 0,
        "reserv": "kopta",
        "hemtagning": {"tidigast_dagar": 0, "uppsagning_dagar": 0},
    }
    tid = {"fordelning": "lognormal", "medel": 1.0, "cv": 1.0}
    network = network_of(
        kommun(
            {
                "egna": {"typ": "boende", "platser": places},
                "kopta": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}},
            },
            {"in": {"per_ar": LOAD * 365.25, "forsta_steg": "a"}},
            {"a": {"behov": behov, "utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}}},
            slut="2018-12-31",
        )
    )
    return replications(network, COUNT, engine)


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    return runs_with(PLACES, engine)


@pytest.fixture(scope="module")
def runs_with_one_more(engine: str) -> list[Replication]:
    return runs_with(PLACES + 1, engine)


@pytest.fixture(scope="module")
def controls(runs: list[Replication]) -> list[Control]:
    """Arrivals, and the first moments of the number present: not the excess itself."""

    def moment(power: int) -> Control:
        def value(run: Replication) -> float:
            return time_average(run.arrivals, run.arrivals + run.lengths(), WINDOW, lambda n: n**power)

        return control(runs, poisson_mean(LOAD, lambda n: n**power), value)

    return [moment(1), moment(2), moment(3)]


def mean_outside(runs: list[Replication]) -> Floats:
    """Mean number in the reserv in the window, for each replication."""
    bought = runs[0].network.resource_number("kopta")
    return np.array([time_average(*run.intervals(run.log.resurs == bought), WINDOW) for run in runs])


def test_controls_of_hemtagning_have_the_means_they_are_said_to_have(controls: list[Control]) -> None:
    assert_unbiased(controls)


def test_mean_outside_is_the_poisson_excess(runs: list[Replication], controls: list[Control]) -> None:
    theory = poisson_mean(LOAD, lambda n: np.maximum(n - PLACES, 0))
    assert_agrees("hemtagning, mean outside", theory, mean_outside(runs), controls)


def test_one_more_place_takes_home_as_many_as_the_probability_that_all_are_taken(
    runs: list[Replication], runs_with_one_more: list[Replication], controls: list[Control]
) -> None:
    theory = float(stats.poisson.sf(PLACES, LOAD))
    values = mean_outside(runs) - mean_outside(runs_with_one_more)
    assert_agrees("hemtagning, value of one more place", theory, values, controls)


def test_the_number_outside_is_at_every_moment_what_does_not_fit(runs: list[Replication]) -> None:
    for run in runs:
        outside = number_path(*run.intervals(run.log.resurs == run.network.resource_number("kopta")))
        present = number_path(*run.intervals(np.ones(len(run.log), dtype=bool)))
        moments = present.times
        assert np.array_equal(outside.after(moments), np.maximum(present.after(moments) - PLACES, 0))
