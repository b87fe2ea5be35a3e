"""Little's law on the sample path, and conservation: in every run, to the tick, whatever happens in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest

from hjalp import kommun, scenario
from sim.build import build_network
from sim.calendars import months
from sim.cases import Cases, draw_cases
from sim.config import Kommun, Scenario
from sim.engine import run
from sim.intervals import time_between
from sim.loading import load_kommun, load_scenario
from sim.measures import measure
from sim.network import EXIT, Network
from sim.paths import TICK
from sim.runs import Run, edges_of
from sim.scenario import make_plan
from sim.visits import UNKNOWN, VisitLog

SEED = 1


@dataclass(frozen=True)
class Flow:
    """A run and what came into it. Times in whole ticks from here on: Python's integers make no rounding errors."""

    run: Run
    cases: Cases

    @property
    def network(self) -> Network:
        return self.run.network

    @property
    def log(self) -> VisitLog:
        return self.run.log

    @property
    def edges(self) -> list[int]:
        return ticks(edges_of(months(self.network.start, self.network.end)))


def flow_of(kommun: Kommun, change: Scenario | None, replication: int, engine: str, end: date | None = None) -> Flow:
    plan = make_plan(kommun, change)
    network = build_network(plan, end)
    cases = draw_cases(network, SEED, replication)
    return Flow(Run(plan, network, run(network, cases, SEED, replication, engine)), cases)


def everything() -> tuple[Kommun, Scenario]:
    """Every mechanism at once, tight: teams, places, reserv, hemtagning, kvar, patience, closing, returns, stock."""

    def tid(mean: float) -> dict[str, Any]:
        return {"fordelning": "gamma", "medel": mean, "cv": 0.8}

    resurser = {
        "team": {"typ": "team", "arsarbetare": 4, "arendetak": 6, "semesterprofil": [1.0] * 6 + [0.5] + [1.0] * 5},
        "hus": {"typ": "boende", "platser": 9},
        "kontrakt": {"typ": "boende", "platser": 4},
        "kopta": {"typ": "extern", "dygnskostnad_kr": {"medel": 2000.0, "cv": 0.4}},
    }
    steg = {
        "utredning": {
            "behov": {"team": "team", "vikt": 1.0},
            "utfall": {"klar": {"tid": tid(30), "nasta": {"boende": 0.5, "oppen": 0.2, "avslut": 0.3}}},
        },
        "boende": {
            "behov": {
                "plats": ["hus"],
                "vanta_hogst_dagar": 10,
                "reserv": "kopta",
                "hemmamojlig": {"andel": 0.8},
                "hemtagning": {"tidigast_dagar": 15, "uppsagning_dagar": 7},
            },
            "uppfoljning": {"team": "team", "vikt": 0.3},
            "avslut": {"team": "team", "vikt": 0.5, "tid": tid(5)},
            "kvar": True,
            "utfall": {
                "klar": {"andel": 0.7, "tid": tid(60), "nasta": {"kontrakt": 0.6, "avslut": 0.4}},
                "brott": {
                    "andel": 0.3,
                    "tid": tid(20),
                    "nasta": {"oppen": 1.0},
                    "kvar": False,
                    "avslut": False,
                },
            },
        },
        "kontrakt": {
            "behov": {"plats": ["kontrakt"]},
            "tar_tillbaka": {"tid": tid(60)},
            "nasta_vid_avhopp": "oppen",
            "utfall": {"klar": {"tid": tid(90), "nasta": {"oppen": 0.2, "avslut": 0.8}}},
        },
        "oppen": {
            "uppfoljning": {"team": "team", "vikt": 0.1},
            "utfall": {"klar": {"tid": tid(40), "nasta": {"utredning": 0.4, "avslut": 0.6}}},
        },
    }
    nulage = {
        "i_steg": {
            "utredning": {"team": {"antal": 12}},
            "boende": {"hus": {"antal": 9}, "kopta": {"antal": 3, "hemmamojliga": 2}},
            "oppen": {"utan_resurs": {"antal": 8}},
        },
        "blockerade": {"vantar": {"steg": "boende", "i": "hus", "till": "kontrakt", "antal": 2, "vantat": tid(30)}},
        "ko": {"utredning": {"antal": 5, "vantat": tid(20)}},
    }
    inflode = {"in": {"per_ar": 150, "forsta_steg": "utredning", "overspridning": 1.5}}
    changes = scenario(
        {"mal": "resurser.hus.platser", "plus": -3, "fran": "2018-05-10"},
        {"mal": "verksamheter.v.steg.boende.takt", "ganger": 1.3, "fran": "2018-09-01"},
    )
    steg["boende"]["takt"] = 1.0
    return kommun(resurser, inflode, steg, nulage={"v": nulage}), changes


@pytest.fixture(scope="module")
def flows(engine: str) -> dict[str, Flow]:
    made_up, changes = everything()
    real = load_kommun("sodertalje_2019")
    return {
        **{f"everything {number}": flow_of(made_up, None, number, engine) for number in range(3)},
        **{f"everything changed {number}": flow_of(made_up, changes, number, engine) for number in range(3)},
        "Södertälje": flow_of(real, load_scenario("stodboende_5"), 0, engine, date(2019, 12, 31)),
    }


def ticks(times: Iterable[float]) -> list[int]:
    """Whole ticks. Fails if a time is not one: then nothing below is exact."""
    found = [float(time) / TICK for time in times]
    assert all(tick.is_integer() for tick in found)
    return [int(tick) for tick in found]


def area_under_number(starts: list[int], ends: list[int], edges: list[int]) -> list[int]:
    """∫ number dt in each period, event by event."""
    events = sorted([(time, 1) for time in starts] + [(time, -1) for time in ends] + [(time, 0) for time in edges])
    areas = dict.fromkeys(edges[:-1], 0)
    number, then, period = 0, events[0][0], None
    for time, step in events:
        if period is not None:
            areas[period] += number * (time - then)
        if time in areas:
            period = time
        elif time >= edges[-1]:
            period = None
        number += step
        then = time
    return list(areas.values())


def time_inside(starts: list[int], ends: list[int], edges: list[int]) -> list[int]:
    """Σ time of each stay inside each period."""
    return [
        sum(max(min(end, last) - max(start, first), 0) for start, end in zip(starts, ends, strict=True))
        for first, last in zip(edges[:-1], edges[1:], strict=True)
    ]


def waiting(flow: Flow, steg: int) -> tuple[list[int], list[int]]:
    """From the request until the start, or until giving up, or until the end of the run."""
    log = flow.log
    here = (log.steg == steg) & (log.del_ == 0)
    left = np.where(np.isnan(log.slappt), flow.network.end, log.slappt)
    until = np.where(np.isnan(log.start), left, log.start)
    return ticks(log.begaran[here]), ticks(until[here])


def staying(flow: Flow, steg: int) -> tuple[list[int], list[int]]:
    log = flow.log
    here = (log.steg == steg) & ~np.isnan(log.start)
    left = np.where(np.isnan(log.slappt), flow.network.end, log.slappt)
    return ticks(log.start[here]), ticks(left[here])


def stegs(flow: Flow) -> range:
    return range(len(flow.network.steg_names))


def test_area_under_the_queue_is_the_time_waited(flows: dict[str, Flow]) -> None:
    for name, flow in flows.items():
        for steg in stegs(flow):
            intervals = waiting(flow, steg)
            assert area_under_number(*intervals, flow.edges) == time_inside(*intervals, flow.edges), name


def test_area_under_the_number_present_is_the_time_stayed(flows: dict[str, Flow]) -> None:
    for name, flow in flows.items():
        for steg in stegs(flow):
            intervals = staying(flow, steg)
            assert area_under_number(*intervals, flow.edges) == time_inside(*intervals, flow.edges), name


def test_intervals_sum_time_as_an_event_by_event_count_does(flows: dict[str, Flow]) -> None:
    for name, flow in flows.items():
        edges = np.array(flow.edges) * TICK
        for steg in stegs(flow):
            for starts, ends in (waiting(flow, steg), staying(flow, steg)):
                found = time_between(np.array(starts) * TICK, np.array(ends) * TICK, edges)
                assert ticks(found) == area_under_number(starts, ends, flow.edges), name


def test_measured_queue_is_the_area_under_the_queue(flows: dict[str, Flow]) -> None:
    for name, flow in flows.items():
        periods = months(flow.network.start, flow.network.end)
        rows = measure(flow.run, periods, periods)
        for steg, label in enumerate(flow.network.steg_names):
            if flow.network.base_steg[steg].needs_nothing:
                continue
            areas = area_under_number(*waiting(flow, steg), flow.edges)
            days = [period.days for period in periods]
            exact = [area * TICK / day for area, day in zip(areas, days, strict=True)]
            area, steg_name = label.split(".")
            assert rows[area, "ko", steg_name].tolist() == pytest.approx(exact, rel=1e-12, abs=1e-12), name


def test_measured_load_is_the_area_under_all_that_weighs_on_the_team(engine: str) -> None:
    """In a team that only investigates, where load is the number of cases."""
    steg = {
        "behov": {"team": "team", "vikt": 0.5},
        "utfall": {"klar": {"tid": {"fordelning": "exponential", "medel": 20.0}, "nasta": {"avslut": 1.0}}},
    }
    team = {"typ": "team", "arsarbetare": 2, "arendetak": 5}
    flow = flow_of(kommun({"team": team}, {"in": {"per_ar": 300, "forsta_steg": "a"}}, {"a": steg}), None, 0, engine)
    periods = months(flow.network.start, flow.network.end)
    load = measure(flow.run, periods, periods)["v", "belastning_arenden", "team"]
    areas = area_under_number(*staying(flow, 0), flow.edges)
    exact = [0.5 * area * TICK / period.days for area, period in zip(areas, periods, strict=True)]
    assert load.tolist() == pytest.approx(exact, rel=1e-12)


def test_varddygn_are_the_nights_of_each_stay(flows: dict[str, Flow]) -> None:
    for name, flow in flows.items():
        periods = months(flow.network.start, flow.network.end)
        rows = measure(flow.run, periods, periods)
        log = flow.log
        left = np.where(np.isnan(log.slappt), flow.network.end, log.slappt)
        for number, resource in enumerate(flow.network.resources):
            here = (log.resurs == number) & ~np.isnan(log.start)
            first = np.floor(log.start[here]).astype(int).tolist()
            last = np.floor(left[here]).astype(int).tolist()
            nights = time_inside(first, last, [int(edge * TICK) for edge in flow.edges])
            row = next(
                (row for (_, what, part), row in rows.items() if (what, part) == ("varddygn", resource.name)),
                None,
            )
            if row is not None:
                assert row.tolist() == nights, name


def test_every_case_that_came_or_was_there_has_left_or_is_present(flows: dict[str, Flow]) -> None:
    for name, flow in flows.items():
        came = set(flow.cases.arrivals.key.tolist())
        there = {key for present in flow.cases.present for key in present.key.tolist()}
        log = flow.log
        present = set(log.fall[np.isnan(log.slappt)].tolist())
        left = set(log.fall[~np.isnan(log.slappt) & (log.nasta == EXIT)].tolist())
        assert not came & there, name
        assert not present & left, name
        assert present | left == came | there, name
        assert len(present) + len(left) == len(came) + len(there), name


def test_visits_to_a_steg_are_those_that_were_sent_there(flows: dict[str, Flow]) -> None:
    """From inflöden, from the stock and from other stegs."""
    for name, flow in flows.items():
        log = flow.log
        sent: Counter[int] = Counter()
        for inflow in flow.cases.arrivals.inflow.tolist():
            sent[flow.network.inflows[inflow].first_steg] += 1
        for stock in flow.network.stock:
            sent[stock.steg] += stock.count
        visits = list(zip(log.fall.tolist(), log.steg.tolist(), log.besok.tolist(), strict=True))
        last = dict(zip(visits, log.nasta.tolist(), strict=True))
        for target in last.values():
            if target not in (EXIT, UNKNOWN):
                sent[target] += 1
        assert Counter(steg for _, steg, _ in last) == sent, name


def test_a_case_is_in_one_steg_at_a_time_or_blocked_behind_the_next(flows: dict[str, Flow]) -> None:
    for name, flow in flows.items():
        log = flow.log
        done = np.fmax(np.where(np.isnan(log.slut), log.slappt, log.slut), log.avslutad)
        asked: dict[int, list[float]] = {}
        over: dict[int, list[float]] = {}
        sent_on = (log.nasta != EXIT) & (log.nasta != UNKNOWN)
        for case, time in zip(log.fall[sent_on].tolist(), done[sent_on].tolist(), strict=True):
            over.setdefault(case, []).append(time)
        first = log.del_ == 0
        for case, time in zip(log.fall[first].tolist(), log.begaran[first].tolist(), strict=True):
            asked.setdefault(case, []).append(time)
        for case, times in asked.items():
            assert sorted(times)[1:] == sorted(set(over.get(case, []))), name
