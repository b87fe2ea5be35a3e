"""A team that is offered ten per cent more than it can carry goes on closing cases, in every single run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hjalp import kommun, log_of, network_of
from sim.network import NONE, Network
from sim.visits import VisitLog

REPLICATIONS = range(4)
EMPLOYED, CASES_EACH = 5, 10
CAPACITY = EMPLOYED * CASES_EACH
GUARANTEED = 2
"""floor(0.5 × 5)"""
OFFERED = 1.1
CLOSING = 7.0
QUARTER = 91.0
WARM_UP = 3 * 365.0


def network_with(per_day: float, stegs: dict[str, Any], first: str, order: str = "forst") -> Network:
    resurser = {
        "lag": {
            "typ": "team",
            "arsarbetare": EMPLOYED,
            "arendetak": CASES_EACH,
            "avslut_samtidiga": 0.5,
            "avslutsordning": order,
        },
        "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1900}},
    }
    inflow = {"in": {"per_ar": per_day * 365.25, "forsta_steg": first}}
    return network_of(kommun(resurser, inflow, stegs, "2025-12-31"))


def care(follow_up: float, length: float) -> dict[str, Any]:
    return {
        "behov": {"plats": ["kopt"]},
        "uppfoljning": {"team": "lag", "vikt": follow_up},
        "avslut": {"team": "lag", "vikt": follow_up, "tid": {"fordelning": "konstant", "medel": CLOSING}},
        "utfall": {"klar": {"tid": {"medel": length, "cv": 1.0}, "nasta": {"avslut": 1.0}}},
    }


def investigated_first(order: str = "forst") -> tuple[Network, float]:
    """Cases are investigated, then followed up and closed; and how many a day the team can carry through (Little)."""
    work = 60 * 1.0 + (200 + CLOSING) * 0.5
    investigation = {
        "behov": {"team": "lag"},
        "utfall": {"klar": {"tid": {"medel": 60, "cv": 0.7}, "nasta": {"insats": 1.0}}},
    }
    stegs = {"utredning": investigation, "insats": care(0.5, 200)}
    return network_with(OFFERED * CAPACITY / work, stegs, "utredning", order), CAPACITY / work


def forced_only(per_day: float) -> Network:
    """Nobody is investigated: all load is forced, and the team can never turn it away."""
    return network_with(per_day, {"insats": care(1.0, 180)}, "insats")


def closed_by_quarter(log: VisitLog, end: float) -> np.ndarray:
    edges = np.arange(WARM_UP, end, QUARTER)
    return np.histogram(log.avslutad[~np.isnan(log.avslutad)], edges)[0]


def floor_holds(log: VisitLog, network: Network) -> np.ndarray:
    """Whenever a stay waits to be closed, at least as many as are guaranteed are being closed.

    Returns the quarters in which some stay waits all the time.
    """
    end = network.end
    closes = np.array([steg.closing_team != NONE for steg in network.steg[0]])[log.steg]
    over = closes & ~np.isnan(log.slut)
    until = np.where(np.isnan(log.avslut_start[over]), end, log.avslut_start[over])
    begun = log.avslut_start[~np.isnan(log.avslut_start)]
    closed = log.avslutad[~np.isnan(log.avslutad)]
    times = np.unique(np.concatenate([log.slut[over], begun, closed]))
    moments = (times[1:] + times[:-1]) / 2
    waiting = np.searchsorted(np.sort(log.slut[over]), moments) - np.searchsorted(np.sort(until), moments)
    under_way = np.searchsorted(np.sort(begun), moments) - np.searchsorted(np.sort(closed), moments)
    assert np.any(waiting > 0)
    assert np.all(under_way[waiting > 0] >= GUARANTEED)
    edges = np.arange(WARM_UP, end, QUARTER)
    none_waits = np.histogram(moments[waiting == 0], edges)[0]
    return np.flatnonzero(none_waits == 0)


@pytest.mark.parametrize("engine", ["simpy", "snabb"])
@pytest.mark.parametrize("replication", REPLICATIONS)
def test_closings_go_on_at_the_teams_pace(replication: int, engine: str) -> None:
    """New cases wait in a growing queue, and what comes out is what the team can carry, every year to the end."""
    network, pace = investigated_first()
    log = log_of(network, replication=replication, engine=engine)
    closed = closed_by_quarter(log, network.end)
    assert np.isnan(log.start).sum() > 50, "ten per cent too much for years leaves a queue"
    assert closed.min() > 0.5 * pace * QUARTER
    for year in closed[: len(closed) // 4 * 4].reshape(-1, 4).sum(axis=1):
        assert year == pytest.approx(pace * 4 * QUARTER, rel=0.2)


@pytest.mark.parametrize("engine", ["simpy", "snabb"])
@pytest.mark.parametrize("replication", REPLICATIONS)
def test_closings_in_one_queue_with_new_cases_go_on_as_guaranteed(replication: int, engine: str) -> None:
    """Stays in wait of closing keep their follow-up, which crowds out all else; what is guaranteed goes on."""
    network, _ = investigated_first("i_ko")
    log = log_of(network, replication=replication, engine=engine)
    busy = floor_holds(log, network)
    closed = closed_by_quarter(log, network.end)
    assert len(busy) > len(closed) / 2
    assert closed[busy].min() >= GUARANTEED * (QUARTER // CLOSING - 1), "two at a time, a week each"


@pytest.mark.parametrize("engine", ["simpy", "snabb"])
@pytest.mark.parametrize("replication", REPLICATIONS)
def test_closings_go_on_though_forced_load_alone_is_too_much(replication: int, engine: str) -> None:
    """Follow-up of 1.1 times the capacity: nothing fits, and what is guaranteed is closed."""
    per_day = OFFERED * CAPACITY / (180 + CLOSING)
    assert per_day * CLOSING > GUARANTEED, "more than the guaranteed closings can take"
    network = forced_only(per_day)
    log = log_of(network, replication=replication, engine=engine)
    busy = floor_holds(log, network)
    closed = closed_by_quarter(log, network.end)
    assert len(busy) > 0
    assert closed[busy].min() >= GUARANTEED * (QUARTER // CLOSING - 1), "two at a time, a week each"
    assert closed.min() > GUARANTEED * QUARTER / CLOSING / 2


@pytest.mark.parametrize("engine", ["simpy", "snabb"])
@pytest.mark.parametrize("replication", REPLICATIONS)
def test_a_backlog_of_closings_drains_when_the_guarantee_suffices(replication: int, engine: str) -> None:
    """0.9 of what is guaranteed comes, to a team whose follow-up is above capacity: the wait has no trend."""
    per_day = 0.9 * GUARANTEED / CLOSING
    stegs = {"insats": care(1.0, 1.1 * CAPACITY / per_day - CLOSING)}
    network = network_with(per_day, stegs, "insats")
    log = log_of(network, replication=replication, engine=engine)
    floor_holds(log, network)
    begun = ~np.isnan(log.avslut_start) & (log.slut > WARM_UP)
    waits = (log.avslut_start - log.slut)[begun]
    assert waits.max() < 365
    assert closed_by_quarter(log, network.end).min() > 0
