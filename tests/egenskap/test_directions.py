"""Directions that are theorems: they hold for every single run, not only on average."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hjalp import kommun, log_of, network_of
from sim.cases import draw_cases
from sim.network import Network

LENGTH = 30.0
PLACES = range(0, 13)
REPLICATIONS = range(4)


def housing(places: int, **behov: Any) -> Network:
    """Nobody waits; who finds no place goes to the reserv and comes home the instant a place is free."""
    resurser = {
        "hus": {"typ": "boende", "platser": places},
        "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1900}},
    }
    need = {"plats": ["hus"], "vanta_hogst_dagar": 0, "reserv": "kopt", "hemtagning": {}, **behov}
    stay = {"tid": {"fordelning": "konstant", "medel": LENGTH}, "nasta": {"avslut": 1.0}}
    return network_of(
        kommun(
            resurser,
            {"in": {"per_ar": 73, "forsta_steg": "boende"}},
            {"boende": {"behov": need, "utfall": {"klar": stay}}},
            "2018-12-31",
        )
    )


def external_days(network: Network, replication: int) -> np.ndarray:
    """Vårddygn outside on each day, counted from the log."""
    log = log_of(network, replication=replication)
    outside = log.resurs == network.resource_number("kopt")
    left = np.where(np.isnan(log.slappt), network.end, log.slappt)
    days = np.zeros(int(network.end))
    for first, last in zip(np.floor(log.start[outside]), np.floor(left[outside]), strict=True):
        days[int(first) : int(last)] += 1
    return days


def there_at_midnight(network: Network, replication: int) -> np.ndarray:
    """All who are in the steg at the end of each day, from the arrival times alone."""
    arrivals = draw_cases(network, 1, replication).arrivals.time
    midnight = np.arange(1, network.end + 1)[:, None]
    return ((arrivals < midnight) & (midnight <= arrivals + LENGTH)).sum(axis=1)


@pytest.mark.parametrize("replication", REPLICATIONS)
def test_external_days_are_those_above_the_places_each_single_day(replication: int) -> None:
    there = there_at_midnight(housing(0), replication)
    assert there.max() > 8
    for places in PLACES:
        days = external_days(housing(places), replication)
        assert days.tolist() == np.maximum(there - places, 0).tolist(), places


@pytest.mark.parametrize("replication", REPLICATIONS)
def test_more_places_never_increases_external_days(replication: int) -> None:
    """Also with a spread of lengths, since lengths go with the person and not with the place."""
    totals = []
    for places in PLACES:
        network = housing(places, hemmamojlig={"andel": 0.8})
        totals.append(external_days(network, replication).sum())
    assert totals == sorted(totals, reverse=True)
    assert totals[0] > totals[-1]


def team(arsarbetare: float) -> Network:
    resurser = {"lag": {"typ": "team", "arsarbetare": arsarbetare, "arendetak": 1}}
    work = {"tid": {"medel": 20, "cv": 1.0}, "nasta": {"avslut": 1.0}}
    steg = {"utredning": {"behov": {"team": "lag"}, "utfall": {"klar": work}}}
    return network_of(kommun(resurser, {"in": {"per_ar": 73, "forsta_steg": "utredning"}}, steg, "2018-12-31"))


@pytest.mark.parametrize("replication", REPLICATIONS)
def test_more_handlaggare_never_delays_anyones_start(replication: int) -> None:
    """First come first served and lengths that go with the case: Kiefer and Wolfowitz, path by path."""
    starts = [np.nan_to_num(log_of(team(size), replication=replication).start, nan=np.inf) for size in range(2, 9)]
    for fewer, more in zip(starts, starts[1:], strict=False):
        assert np.all(more <= fewer)
    assert np.any(starts[-1] < starts[0])


def followed_up(arsarbetare: float) -> Network:
    """Bought stays that a team follows up and closes; nobody waits to begin, so it can only be late with closing."""
    resurser = {
        "lag": {"typ": "team", "arsarbetare": arsarbetare, "arendetak": 4},
        "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1900}},
    }
    stay = {
        "behov": {"plats": ["kopt"]},
        "uppfoljning": {"team": "lag", "vikt": 1.0},
        "avslut": {"team": "lag", "vikt": 1.0, "tid": {"fordelning": "konstant", "medel": 7}},
        "utfall": {"klar": {"tid": {"medel": 60, "cv": 0.8}, "nasta": {"avslut": 1.0}}},
    }
    inflow = {"in": {"per_ar": 110, "forsta_steg": "placering"}}
    return network_of(kommun(resurser, inflow, {"placering": stay}, "2018-12-31"))


@pytest.mark.parametrize("replication", REPLICATIONS)
def test_fewer_handlaggare_never_close_any_stay_earlier_and_placements_cost_more(replication: int) -> None:
    """The mechanism of staff alone: the same people in the same placements, each closed as late or later."""
    networks = [followed_up(size) for size in (8, 6, 5, 4, 3)]
    closed = [np.nan_to_num(log_of(n, replication=replication).avslut_start, nan=np.inf) for n in networks]
    for more, fewer in zip(closed, closed[1:], strict=False):
        assert np.all(fewer >= more)
    dygn = [external_days(n, replication).sum() for n in networks]
    assert dygn == sorted(dygn)
    assert dygn[-1] > 1.2 * dygn[0]


@pytest.mark.parametrize("replication", REPLICATIONS)
def test_a_longer_waiting_limit_never_sends_more_to_the_reserv(replication: int) -> None:
    """One place, equal lengths, nobody taken home: the n-th start at home is never later, by induction."""
    bought = []
    for limit in (0, 1, 3, 10, 30, 100):
        network = housing(1, vanta_hogst_dagar=limit, hemtagning=None)
        log = log_of(network, replication=replication)
        bought.append(int((log.resurs == network.resource_number("kopt")).sum()))
    assert bought == sorted(bought, reverse=True)
