"""Two places after one another with `kvar`: a Markov chain with blocking, solved numerically."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from hjalp import kommun, network_of
from sim.randomness import Purpose
from sim.visits import AVHOPP
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
    integral,
    number_path,
    replications,
    surplus,
)

FIRST, SECOND = 3, 2
PER_DAY = 2.6
MEAN_FIRST, MEAN_SECOND = 1.0, 0.9
PATIENCE_FIRST, PATIENCE_SECOND = 2.0, 1.5
WINDOW = (60.0, 365.0)
LONGEST = 40
"""Cases that wait for or stay in the first place, not blocked: more than these never are."""
SHAPE = (LONGEST + 1, FIRST + 1, SECOND + 1)
UNBLOCKED, BLOCKED, IN_SECOND = np.indices(SHAPE)
"""The state: how many wait for or stay in the first place, how many are blocked there, how many are in the second."""
WAITING = np.maximum(UNBLOCKED + BLOCKED - FIRST, 0)
FULL = IN_SECOND == SECOND
Step = tuple[int, int, int]


def moved(values: Floats, step: Step) -> Floats:
    """Values one step further on; those beyond the last state are as in the last."""
    first = np.clip(UNBLOCKED + step[0], 0, LONGEST)
    second = np.clip(BLOCKED + step[1], 0, FIRST)
    return values[first, second, np.clip(IN_SECOND + step[2], 0, SECOND)]


def after_arrival(values: Floats) -> Floats:
    return moved(values, (1, 0, 0))


def after_patience_first(values: Floats) -> Floats:
    return moved(values, (-1, 0, 0))


def after_end_first(values: Floats) -> Floats:
    return np.where(FULL, moved(values, (-1, 1, 0)), moved(values, (-1, 0, 1)))


def after_end_second(values: Floats) -> Floats:
    return np.where(BLOCKED > 0, moved(values, (0, -1, 0)), moved(values, (0, 0, -1)))


def after_patience_second(values: Floats) -> Floats:
    return moved(values, (0, -1, 0))


EVENTS = {
    after_arrival: np.full(SHAPE, PER_DAY) * (UNBLOCKED < LONGEST),
    after_patience_first: WAITING / PATIENCE_FIRST,
    after_end_first: np.minimum(UNBLOCKED, FIRST - BLOCKED) / MEAN_FIRST,
    after_end_second: IN_SECOND / MEAN_SECOND,
    after_patience_second: BLOCKED / PATIENCE_SECOND,
}
"""Rate of each event in each state, by what it leads to."""


@cache
def chain() -> tuple[Chain, np.ndarray]:
    """The chain, and which states it has: someone is blocked only while the second place is full."""
    states = np.flatnonzero((BLOCKED == 0) | FULL)
    number = np.full(UNBLOCKED.size, -1)
    number[states] = np.arange(len(states))
    rates = np.zeros((len(states), len(states)))
    everywhere = np.arange(UNBLOCKED.size).reshape(SHAPE)
    for after, rate in EVENTS.items():
        to = number[after(everywhere).ravel()[states]]
        possible = rate.ravel()[states] > 0
        np.add.at(rates, (np.flatnonzero(possible), to[possible]), rate.ravel()[states][possible])
    return Chain(rates), states


def mean(values: np.ndarray) -> float:
    found, states = chain()
    return found.mean(values.ravel()[states])


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
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
            slut="2018-12-31",
        )
    )
    return replications(network, 36, engine)


def blocked(run: Replication) -> Path:
    return number_path(*run.intervals((run.log.steg == 0) & ~np.isnan(run.log.slut), "slut"))


def in_second(run: Replication) -> Path:
    return number_path(*run.intervals((run.log.steg == 1) & ~np.isnan(run.log.start)))


def state(run: Replication) -> tuple[Path, Path, Path]:
    here = run.log.steg == 0
    _, left = run.intervals(here)
    unblocked = number_path(run.log.begaran[here], np.fmin(run.log.slut[here], left))
    return unblocked, blocked(run), in_second(run)


def controls(runs: list[Replication], values: np.ndarray) -> list[Control]:
    """Surplus of each kind of event, by what it means for `values` to come."""
    found, states = chain()
    worth = np.zeros(UNBLOCKED.size)
    worth[states] = found.worth(values.ravel()[states].astype(float))
    worth = worth.reshape(SHAPE)

    def weight(after: Callable[[Floats], Floats]) -> Callable[..., Floats]:
        step = after(worth) - worth
        return lambda n, b, j: step[n.astype(int).clip(max=LONGEST), b.astype(int), j.astype(int)]

    def arrivals(run: Replication) -> float:
        return surplus(run.arrivals, PER_DAY, ALWAYS, state(run), WINDOW, weight(after_arrival))

    def ends(run: Replication, steg: int, mean: float, after: Callable[[Floats], Floats]) -> float:
        begun = (run.log.steg == steg) & ~np.isnan(run.log.start)
        start = run.log.start[begun]
        end = start + run.lengths(run.network.steg_names[steg], run.log.fall[begun])
        return surplus(end, 1 / mean, (start, end), state(run), WINDOW, weight(after))

    def tired(run: Replication, steg: int, mean: float, after: Callable[[Floats], Floats]) -> float:
        params = run.network.base_steg[steg].patience
        assert params is not None
        here = run.log.steg == steg
        asked = run.log.begaran[here]
        patience = run.times(Purpose.TALAMOD, params, run.network.steg_names[steg], run.log.fall[here])
        waits = np.fmin(patience, run.log.start[here] - asked)
        at_risk = (asked, asked + waits)
        gives_up = (asked + patience)[waits == patience]
        return surplus(gives_up, 1 / mean, at_risk, state(run), WINDOW, weight(after))

    return [
        control(runs, 0.0, arrivals),
        control(runs, 0.0, lambda run: ends(run, 0, MEAN_FIRST, after_end_first)),
        control(runs, 0.0, lambda run: ends(run, 1, MEAN_SECOND, after_end_second)),
        control(runs, 0.0, lambda run: tired(run, 0, PATIENCE_FIRST, after_patience_first)),
        control(runs, 0.0, lambda run: tired(run, 1, PATIENCE_SECOND, after_patience_second)),
    ]


def assert_mean(what: str, runs: list[Replication], values: np.ndarray, path: Callable[[Replication], Path]) -> None:
    found = controls(runs, values)
    assert_unbiased(found)
    days = WINDOW[1] - WINDOW[0]
    simulated = [integral([path(run)], WINDOW, lambda n: n) / days for run in runs]
    assert_agrees(f"tandem, mean {what}", mean(values), simulated, found)


def test_mean_blocked_is_the_chains(runs: list[Replication]) -> None:
    assert_mean("blocked", runs, BLOCKED, blocked)


def test_mean_waiting_for_the_first_place_is_the_chains(runs: list[Replication]) -> None:
    def waiting(run: Replication) -> Path:
        here = run.log.steg == 0
        _, left = run.intervals(here)
        return number_path(run.log.begaran[here], np.fmin(run.log.start[here], left))

    assert_mean("waiting", runs, WAITING, waiting)


def test_mean_in_the_second_place_is_the_chains(runs: list[Replication]) -> None:
    assert_mean("in the second", runs, IN_SECOND, in_second)


def test_share_that_gives_up_behind_the_block_is_the_chains(runs: list[Replication]) -> None:
    found = controls(runs, BLOCKED)
    days = WINDOW[1] - WINDOW[0]
    gave_up = [run.log.slappt[(run.log.steg == 1) & run.log.has(AVHOPP)] for run in runs]
    values = [((times >= WINDOW[0]) & (times < WINDOW[1])).sum() / days for times in gave_up]
    assert_agrees("tandem, giving up a day", mean(BLOCKED) / PATIENCE_SECOND, values, found)
