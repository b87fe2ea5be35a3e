"""Places with a reserv, no waiting and no taking home are M/G/c/c: Erlang B, whatever the lengths' distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hjalp import kommun, network_of
from teori_hjalp import (
    Control,
    Replication,
    Window,
    assert_agrees,
    assert_unbiased,
    control,
    erlang_b,
    poisson_mean,
    replications,
    time_average,
    visits_in,
)

from sim.network import Network
from sim.randomness import Purpose

pytestmark = pytest.mark.slow

PLACES = 4
LOAD = 4.0
HOME_SHARE = 0.75


def network(tid: dict[str, Any], **more: Any) -> Network:
    behov = {"plats": ["egna"], "reserv": "kopta", "vanta_hogst_dagar": 0, **more}
    return network_of(
        kommun(
            {
                "egna": {"typ": "boende", "platser": PLACES},
                "kopta": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}},
            },
            {"in": {"per_ar": LOAD * 365.25, "forsta_steg": "a"}},
            {"a": {"behov": behov, "utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}}},
        )
    )


def share_in_reserv(runs: list[Replication], window: Window) -> list[float]:
    expected = LOAD * (window[1] - window[0])
    bought = runs[0].network.resource_number("kopta")
    return [
        (visits_in(run.log.begaran, window) & (run.log.resurs == bought)).sum() / expected for run in runs
    ]


def infinite_server_controls(runs: list[Replication], window: Window, home_share: float) -> list[Control]:
    """Arrivals and work of those who can be helped at home, and how many of them there would be with endless room."""
    load = LOAD * home_share
    expected = load * (window[1] - window[0])

    def drawn(run: Replication) -> tuple[np.ndarray, np.ndarray]:
        home = run.uniforms(Purpose.HEMMA) < home_share
        return run.arrivals[home], run.lengths()[home]

    def arriving(run: Replication) -> float:
        return visits_in(drawn(run)[0], window).sum() / expected

    def work(run: Replication) -> float:
        arrivals, lengths = drawn(run)
        return lengths[visits_in(arrivals, window)].sum() / expected

    def average(function: Any) -> Control:
        def value(run: Replication) -> float:
            arrivals, lengths = drawn(run)
            return time_average(arrivals, arrivals + lengths, window, function)

        return control(runs, poisson_mean(load, function), value)

    return [
        control(runs, 1.0, arriving),
        control(runs, 1.0, work),
        average(lambda n: (n >= PLACES) * 1.0),
        average(lambda n: np.maximum(n - PLACES, 0)),
    ]


@pytest.mark.parametrize(
    ("tid", "window", "count"),
    [
        ({"fordelning": "lognormal", "medel": 1.0, "cv": 1.5}, (60.0, 730.0), 90),
        ({"fordelning": "konstant", "medel": 1.0}, (10.0, 730.0), 32),
    ],
    ids=["lognormal", "konstant"],
)
def test_share_in_reserv_is_erlangs_whatever_the_distribution(
    tid: dict[str, Any], window: Window, count: int
) -> None:
    runs = replications(network(tid), count)
    controls = infinite_server_controls(runs, window, 1.0)
    assert_unbiased(controls)
    assert_agrees(
        f"Erlang B, {tid['fordelning']}",
        erlang_b(PLACES, LOAD),
        share_in_reserv(runs, window),
        controls,
    )


def test_those_who_cannot_be_helped_at_home_go_to_the_reserv_and_leave_the_places_to_the_others() -> None:
    window = (10.0, 730.0)
    share = {"hemmamojlig": {"andel": HOME_SHARE}}
    runs = replications(network({"fordelning": "konstant", "medel": 1.0}, **share), 32)
    controls = infinite_server_controls(runs, window, HOME_SHARE)
    everyone = LOAD * (window[1] - window[0])
    controls.append(control(runs, 1.0, lambda run: visits_in(run.arrivals, window).sum() / everyone))
    assert_unbiased(controls)
    theory = 1 - HOME_SHARE + HOME_SHARE * erlang_b(PLACES, LOAD * HOME_SHARE)
    assert_agrees("Erlang B, hemmamöjlig", theory, share_in_reserv(runs, window), controls)
