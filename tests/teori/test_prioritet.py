"""Priority without interruption in a team that takes one case at a time: Cobham's mean waits.

A. Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from hjalp import kommun, network_of
from teori_hjalp import (
    ALWAYS,
    Chain,
    Control,
    Floats,
    Path,
    Replication,
    assert_agrees,
    assert_unbiased,
    control,
    exponential_tid,
    number_path,
    replications,
    surplus,
    visits_in,
)

PER_DAY = 0.3
"""Of each kind."""
WINDOW = (150.0, 1430.0)
EXPECTED = PER_DAY * (WINDOW[1] - WINDOW[0])
RESIDUAL = 2 * PER_DAY
"""Mean work left in service that an arrival meets: Σ rate × E S² / 2, lengths exponential with mean 1."""
COBHAM = {"bradskande": RESIDUAL / (1 - PER_DAY), "ovriga": RESIDUAL / (1 - PER_DAY) / (1 - 2 * PER_DAY)}
STEG = {name: number for number, name in enumerate(COBHAM)}

MOST_URGENT, MOST_OTHER = 12, 30
SHAPE = (MOST_URGENT + 1, MOST_OTHER + 1, 3)
URGENT, OTHER, SERVED = np.indices(SHAPE)
"""The state: how many of each kind wait, and what is served: 0 nothing, 1 urgent, 2 another."""
QUEUE = {"bradskande": URGENT, "ovriga": OTHER}


def state(urgent: NDArray[np.int64], other: NDArray[np.int64], served: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of states; those beyond the last are as the last."""
    return np.ravel_multi_index((urgent, other, served), SHAPE, mode="clip")


ARRIVAL = {
    "bradskande": np.where(SERVED == 0, state(URGENT, OTHER, SERVED + 1), state(URGENT + 1, OTHER, SERVED)),
    "ovriga": np.where(SERVED == 0, state(URGENT, OTHER, SERVED + 2), state(URGENT, OTHER + 1, SERVED)),
}
IDLE, URGENT_NEXT, OTHER_NEXT = (np.full(SHAPE, served) for served in range(3))
END = np.where(
    URGENT > 0,
    state(URGENT - 1, OTHER, URGENT_NEXT),
    np.where(OTHER > 0, state(URGENT, OTHER - 1, OTHER_NEXT), state(URGENT, OTHER, IDLE)),
)
"""What each event leads to."""
POSSIBLE = np.flatnonzero((SERVED > 0) | (URGENT + OTHER == 0))
"""Nobody waits while nothing is served."""


@cache
def chain() -> Chain:
    number = np.full(SERVED.size, -1)
    number[POSSIBLE] = np.arange(len(POSSIBLE))
    rates = np.zeros((len(POSSIBLE), len(POSSIBLE)))
    here = np.arange(len(POSSIBLE))
    for to in ARRIVAL.values():
        rates[here, number[to.ravel()[POSSIBLE]]] += PER_DAY
    busy = SERVED.ravel()[POSSIBLE] > 0
    rates[here[busy], number[END.ravel()[POSSIBLE][busy]]] += 1.0
    return Chain(rates)


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    network = network_of(
        kommun(
            {"team": {"typ": "team", "arsarbetare": 1, "arendetak": 1.0}},
            {name: {"per_ar": PER_DAY * 365.25, "forsta_steg": name} for name in COBHAM},
            {
                name: {
                    "behov": {"team": "team"},
                    "prio": number,
                    "utfall": {"klar": exponential_tid(1.0)},
                }
                for name, number in STEG.items()
            },
            slut="2021-12-31",
        )
    )
    return replications(network, 36, engine)


def paths(run: Replication) -> tuple[Path, ...]:
    """Waiting and served of each kind."""
    found = []
    for number in STEG.values():
        here = run.log.steg == number
        _, left = run.intervals(here)
        found.append(number_path(run.log.begaran[here], np.fmin(run.log.start[here], left)))
    for number in STEG.values():
        found.append(number_path(*run.intervals((run.log.steg == number) & ~np.isnan(run.log.start))))
    return tuple(found)


def controls(runs: list[Replication], name: str) -> list[Control]:
    """Surplus of each kind of event, by what it means for the queue of one kind to come."""
    worth = np.zeros(SERVED.size)
    worth[POSSIBLE] = chain().worth(QUEUE[name].ravel()[POSSIBLE].astype(float))

    def weight(to: NDArray[np.int64]) -> Callable[..., Floats]:
        step = (worth[to] - worth[np.arange(SERVED.size).reshape(SHAPE)]).ravel()

        def at(urgent: Floats, other: Floats, urgent_served: Floats, other_served: Floats) -> Floats:
            served = urgent_served + 2 * other_served
            return step[state(urgent.astype(int), other.astype(int), served.astype(int))]

        return at

    def arrivals(run: Replication, kind: str) -> float:
        inflow = [inflow.name for inflow in run.network.inflows].index(f"v.{kind}")
        times = run.arrivals[run.cases.arrivals.inflow == inflow]
        return surplus(times, PER_DAY, ALWAYS, paths(run), WINDOW, weight(ARRIVAL[kind]))

    def ends(run: Replication) -> float:
        begun = ~np.isnan(run.log.start)
        start = run.log.start[begun]
        length = np.zeros(len(start))
        for kind, number in STEG.items():
            chosen = run.log.steg[begun] == number
            length[chosen] = run.lengths(f"v.{kind}", run.log.fall[begun][chosen])
        return surplus(start + length, 1.0, (start, start + length), paths(run), WINDOW, weight(END))

    return [
        *(control(runs, 0.0, lambda run, kind=kind: arrivals(run, kind)) for kind in COBHAM),
        control(runs, 0.0, ends),
    ]


@pytest.mark.parametrize("name", list(COBHAM))
def test_mean_wait_by_priority_is_cobhams(runs: list[Replication], name: str) -> None:
    found = controls(runs, name)
    assert_unbiased(found)
    values = []
    for run in runs:
        chosen = visits_in(run.log.begaran, WINDOW) & (run.log.steg == STEG[name])
        values.append((run.log.start - run.log.begaran)[chosen].sum() / EXPECTED)
    assert_agrees(f"Cobham, mean wait of {name}", COBHAM[name], values, found)
