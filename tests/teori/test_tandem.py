"""Two places after one another with `kvar`: a Markov chain with blocking, solved numerically."""

from __future__ import annotations

from itertools import product

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

pytestmark = pytest.mark.slow

FIRST, SECOND = 3, 2
PER_DAY = 2.6
MEAN_FIRST, MEAN_SECOND = 1.0, 0.9
PATIENCE_FIRST, PATIENCE_SECOND = 2.0, 1.5
WINDOW = (60.0, 500.0)
LONGEST = 40
"""Cases that wait for or stay in the first place, not blocked: more than these never are."""


def chain() -> tuple[list[tuple[int, int, int]], Floats]:
    """States (waiting for or staying in the first, blocked there, in the second) and their probabilities.

    Someone is blocked only while the second is full.
    """
    states = [
        (n, b, j)
        for n, b, j in product(range(LONGEST + 1), range(FIRST + 1), range(SECOND + 1))
        if b == 0 or j == SECOND
    ]
    number = {state: index for index, state in enumerate(states)}
    rates = np.zeros((len(states), len(states)))

    def move(state: tuple[int, int, int], to: tuple[int, int, int], rate: float) -> None:
        if rate > 0 and to in number:
            rates[number[state], number[to]] += rate

    for state in states:
        n, b, j = state
        staying = min(n, FIRST - b)
        move(state, (n + 1, b, j), PER_DAY)
        move(state, (n - 1, b, j), (n - staying) / PATIENCE_FIRST)
        after = (n - 1, b, j + 1) if j < SECOND else (n - 1, b + 1, j)
        move(state, after, staying / MEAN_FIRST)
        move(state, (n, b - 1, j) if b else (n, b, j - 1), j / MEAN_SECOND)
        move(state, (n, b - 1, j), b / PATIENCE_SECOND)
    return states, stationary(rates)


@pytest.fixture(scope="module")
def runs() -> list[Replication]:
    def steg(place: str, patience: float, mean: float, after: str, kvar: bool) -> dict[str, object]:
        return {
            "behov": {"plats": [place]},
            "tar_tillbaka": {"tid": {"fordelning": "exponential", "medel": patience}},
            "nasta_vid_avhopp": "avslut",
            "kvar": kvar,
            "utfall": {"klar": exponential_tid(mean, after)},
        }

    network = network_of(
        kommun(
            {
                "forsta": {"typ": "boende", "platser": FIRST},
                "andra": {"typ": "boende", "platser": SECOND},
            },
            {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a"}},
            {
                "a": steg("forsta", PATIENCE_FIRST, MEAN_FIRST, "b", kvar=True),
                "b": steg("andra", PATIENCE_SECOND, MEAN_SECOND, "avslut", kvar=False),
            },
            slut="2019-06-30",
        )
    )
    return replications(network, 40)


@pytest.fixture(scope="module")
def controls(runs: list[Replication]) -> list[Control]:
    """Arrivals, lengths in both, and how many there would be in each with endless room."""
    expected = PER_DAY * (WINDOW[1] - WINDOW[0])

    def sum_over_arrivals(run: Replication, values: Floats) -> float:
        return float(values[visits_in(run.arrivals, WINDOW)].sum() / expected)

    def excess(places: int) -> object:
        return lambda number: np.maximum(number - places, 0)

    def first(run: Replication) -> float:
        return time_average(run.arrivals, run.arrivals + run.lengths(), WINDOW, excess(FIRST))

    def second(run: Replication) -> float:
        moved = run.arrivals + run.lengths()
        return time_average(moved, moved + run.lengths("v.b"), WINDOW, excess(SECOND))

    def both(run: Replication) -> float:
        after = run.arrivals + run.lengths() + run.lengths("v.b")
        return time_average(run.arrivals, after, WINDOW, excess(FIRST + SECOND))

    def excess_of_busy(run: Replication) -> float:
        present = run.intervals(run.log.steg == 0, "begaran")
        return seen_by_arrivals(run.arrivals, PER_DAY, present, WINDOW, excess(FIRST))

    load_first, load_second = PER_DAY * MEAN_FIRST, PER_DAY * MEAN_SECOND
    return [
        control(runs, 1.0, lambda run: sum_over_arrivals(run, np.ones(len(run.arrivals)))),
        control(runs, MEAN_FIRST, lambda run: sum_over_arrivals(run, run.lengths())),
        control(runs, MEAN_SECOND, lambda run: sum_over_arrivals(run, run.lengths("v.b"))),
        control(runs, poisson_mean(load_first, excess(FIRST)), first),
        control(runs, poisson_mean(load_second, excess(SECOND)), second),
        control(runs, poisson_mean(load_first + load_second, excess(FIRST + SECOND)), both),
        control(runs, 0.0, excess_of_busy),
    ]


def test_controls_of_the_tandem_have_the_means_they_are_said_to_have(controls: list[Control]) -> None:
    assert_unbiased(controls)


def test_mean_blocked_is_the_chains(runs: list[Replication], controls: list[Control]) -> None:
    states, shares = chain()
    theory = sum(share * b for (_, b, _), share in zip(states, shares, strict=True))
    values = []
    for run in runs:
        done = (run.log.steg == 0) & ~np.isnan(run.log.slut)
        values.append(time_average(*run.intervals(done, "slut"), WINDOW))
    assert_agrees("tandem, mean blocked", theory, values, controls)


def test_mean_waiting_for_the_first_place_is_the_chains(
    runs: list[Replication], controls: list[Control]
) -> None:
    states, shares = chain()
    theory = sum(share * max(n + b - FIRST, 0) for (n, b, _), share in zip(states, shares, strict=True))
    values = []
    for run in runs:
        here = run.log.steg == 0
        _, left = run.intervals(here)
        until = np.where(np.isnan(run.log.start[here]), left, run.log.start[here])
        values.append(time_average(run.log.begaran[here], until, WINDOW))
    assert_agrees("tandem, mean waiting", theory, values, controls)


def test_mean_in_the_second_place_is_the_chains(runs: list[Replication], controls: list[Control]) -> None:
    states, shares = chain()
    theory = sum(share * j for (_, _, j), share in zip(states, shares, strict=True))
    values = []
    for run in runs:
        stayed = (run.log.steg == 1) & ~np.isnan(run.log.start)
        values.append(time_average(*run.intervals(stayed), WINDOW))
    assert_agrees("tandem, mean in the second", theory, values, controls)
