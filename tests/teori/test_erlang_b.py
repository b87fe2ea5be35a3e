"""Places with a reserv, no waiting and no taking home are M/G/c/c: Erlang B, whatever the lengths' distribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hjalp import kommun, network_of
from sim.network import Network
from sim.randomness import Purpose
from teori_hjalp import (
    ALWAYS,
    Control,
    Floats,
    Replication,
    Window,
    assert_agrees,
    assert_unbiased,
    control,
    erlang_b,
    number_path,
    poisson_mean,
    replications,
    surplus,
    time_average,
    visits_in,
)

PLACES = 4
LOAD = 4.0
HOME_SHARE = 0.75
COUNT = 40


def network(tid: dict[str, Any], slut: str, **more: Any) -> Network:
    behov = {"plats": ["egna"], "reserv": "kopta", "vanta_hogst_dagar": 0, **more}
    return network_of(
        kommun(
            {
                "egna": {"typ": "boende", "platser": PLACES},
                "kopta": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}},
            },
            {"in": {"per_ar": LOAD * 365.25, "forsta_steg": "a"}},
            {"a": {"behov": behov, "utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}}},
            slut=slut,
        )
    )


def share_in_reserv(runs: list[Replication], window: Window) -> list[float]:
    expected = LOAD * (window[1] - window[0])
    bought = runs[0].network.resource_number("kopta")
    return [(visits_in(run.log.begaran, window) & (run.log.resurs == bought)).sum() / expected for run in runs]


def all_taken(number: Floats) -> Floats:
    return (number >= PLACES) * 1.0


def controls_of(runs: list[Replication], window: Window, home_share: float) -> list[Control]:
    """Arrivals and lengths of those who can be helped at home, and how many they would be with endless room.

    The last two: the lengths of those who got a place, and how often those who come find all places taken.
    """
    load = LOAD * home_share
    days = window[1] - window[0]
    network = runs[0].network
    own = network.resource_number("egna")

    def drawn(run: Replication) -> tuple[Floats, Floats]:
        home = run.uniforms(Purpose.HEMMA) < home_share
        return run.arrivals[home], run.lengths()[home]

    def arriving(run: Replication) -> float:
        return visits_in(drawn(run)[0], window).sum() / load / days

    def work(run: Replication) -> float:
        arrivals, lengths = drawn(run)
        return lengths[visits_in(arrivals, window)].sum() / load / days

    def average(function: Callable[[Floats], Floats]) -> Control:
        def value(run: Replication) -> float:
            arrivals, lengths = drawn(run)
            return time_average(arrivals, arrivals + lengths, window, function)

        return control(runs, poisson_mean(load, function), value)

    def excess_length(run: Replication) -> float:
        chosen = (run.log.resurs == own) & visits_in(run.log.start, window)
        return (run.lengths(keys=run.log.fall[chosen]) - 1.0).sum() / load / days

    def excess_of_taken(run: Replication) -> float:
        places = run.intervals(run.log.resurs == own)
        return surplus(drawn(run)[0], load, ALWAYS, [number_path(*places)], window, all_taken) / load

    found = [
        control(runs, 1.0, arriving),
        average(all_taken),
        average(lambda n: np.maximum(n - PLACES, 0)),
        control(runs, 0.0, excess_of_taken),
    ]
    if len(np.unique(runs[0].lengths())) > 1:
        found += [control(runs, 1.0, work), control(runs, 0.0, excess_length)]
    return found


@pytest.mark.parametrize(
    ("tid", "slut", "warm_up"),
    [
        ({"fordelning": "lognormal", "medel": 1.0, "cv": 1.5}, "2019-06-30", 60.0),
        ({"fordelning": "konstant", "medel": 1.0}, "2018-09-30", 10.0),
    ],
    ids=["lognormal", "konstant"],
)
def test_share_in_reserv_is_erlangs_whatever_the_distribution(
    tid: dict[str, Any], slut: str, warm_up: float, engine: str
) -> None:
    net = network(tid, slut)
    window = (warm_up, net.end)
    runs = replications(net, COUNT, engine)
    controls = controls_of(runs, window, 1.0)
    assert_unbiased(controls)
    values = share_in_reserv(runs, window)
    assert_agrees(f"Erlang B, {tid['fordelning']}", erlang_b(PLACES, LOAD), values, controls)


def test_those_who_cannot_be_helped_at_home_go_to_the_reserv_and_leave_the_places_to_the_others(engine: str) -> None:
    share = {"hemmamojlig": {"andel": HOME_SHARE}}
    net = network({"fordelning": "konstant", "medel": 1.0}, "2018-09-30", **share)
    window = (10.0, net.end)
    runs = replications(net, COUNT, engine)
    controls = controls_of(runs, window, HOME_SHARE)
    everyone = LOAD * (window[1] - window[0])
    controls.append(control(runs, 1.0, lambda run: visits_in(run.arrivals, window).sum() / everyone))
    assert_unbiased(controls)
    theory = 1 - HOME_SHARE + HOME_SHARE * erlang_b(PLACES, LOAD * HOME_SHARE)
    assert_agrees("Erlang B, hemmamöjlig", theory, share_in_reserv(runs, window), controls)
