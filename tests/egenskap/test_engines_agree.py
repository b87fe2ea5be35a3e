"""The two engines agree visit for visit: every column of the log to the last bit."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from egenskap.logs import different_columns
from egenskap.networks import Prov, examples, provs
from hjalp import kommun, log_of, network_of
from sim.build import build_network
from sim.cases import draw_cases
from sim.engine import ENGINES, run, simpy_engine
from sim.engine.clock import Clock
from sim.engine.order import Happening
from sim.errors import HemmaplanError
from sim.loading import load_kommun, load_scenario
from sim.network import Network
from sim.scenario import make_plan
from sim.visits import (
    ALDERSGRANS,
    AVHOPP,
    CENSURERAD,
    EJ_HEMMAMOJLIG,
    FRAN_NULAGE,
    HEMTAGEN,
    RESERV,
    VisitLog,
)

ROOT = Path(__file__).resolve().parents[2]
KOMMUNER = sorted(path.stem for path in (ROOT / "conf" / "kommun").glob("*.yaml"))
SCENARIOS = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
FLAGS = {
    "i reserven": RESERV,
    "ej hemmamojlig": EJ_HEMMAMOJLIG,
    "hemtagen": HEMTAGEN,
    "avhopp": AVHOPP,
    "censurerad": CENSURERAD,
    "fran nulage": FRAN_NULAGE,
    "aldersgrans": ALDERSGRANS,
}


def both(network: Network, seed: int, replication: int = 0) -> tuple[VisitLog, VisitLog]:
    cases = draw_cases(network, seed, replication)
    return run(network, cases, seed, replication, "simpy"), run(network, cases, seed, replication, "snabb")


@pytest.mark.parametrize("name", KOMMUNER)
def test_on_every_shipped_kommun_and_scenario(name: str) -> None:
    """The kommun alone, and with each scenario that fits it."""
    kommun = load_kommun(name)
    for scenario in [None, *SCENARIOS]:
        try:
            plan = make_plan(kommun, load_scenario(scenario) if scenario else None)
        except HemmaplanError:
            assert scenario is not None
            continue
        reference, fast = both(build_network(plan), seed=1)
        assert len(reference) > 100
        assert (scenario, different_columns(reference, fast)) == (scenario, [])


@examples(300)
@given(provs())
def test_on_random_networks(prov: Prov) -> None:
    cases = prov.cases
    reference = run(prov.network, cases, prov.seed, 0, "simpy")
    assert different_columns(reference, run(prov.network, cases, prov.seed, 0, "snabb")) == []


class CountingClock(Clock):
    """Notes what happened at each instant."""

    happened: Counter[tuple[float, Happening]]

    def step(self) -> None:
        time, priority, _, _ = self._queue[0]
        if int(priority) >> 96 > 0:
            self.happened[time, Happening(int(priority) >> 96)] += 1
        super().step()


@pytest.mark.slow
def test_two_thousand_random_networks_meet_everything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each flag on at least 1 000 visits, and each kind of event at one instant with those of other kinds."""
    seen: Counter[str] = Counter()
    clocks: list[CountingClock] = []

    def clock(begin: float) -> CountingClock:
        clocks.append(CountingClock(begin))
        clocks[-1].happened = Counter()
        return clocks[-1]

    monkeypatch.setattr(simpy_engine, "Clock", clock)

    @examples(2300)
    @given(provs())
    def agree(prov: Prov) -> None:
        cases = prov.cases
        reference = run(prov.network, cases, prov.seed, 0, "simpy")
        assert different_columns(reference, run(prov.network, cases, prov.seed, 0, "snabb")) == []
        seen["networks"] += 1
        seen.update(features(prov.network, reference))
        seen.update(coincidences(clocks.pop()))

    agree()
    with capsys.disabled():
        sys.stdout.writelines(f"\n{name:30} {count:8}" for name, count in sorted(seen.items()))
    assert seen["networks"] >= 2000
    wanted = [*FLAGS, "avslutade", "kvar efter tiden", "vantade", "uppfoljning", "syskon", "kohort", "delad plats"]
    assert [name for name in wanted if seen[name] < 1000] == []
    for what in Happening:
        met = sum(
            count for pair, count in seen.items() if what.name in pair.split(" + ") and len(set(pair.split())) == 3
        )
        assert met >= 10, what.name


def features(network: Network, log: VisitLog) -> Counter[str]:
    counted: Counter[str] = Counter({name: int(log.has(flag).sum()) for name, flag in FLAGS.items()})
    counted["avslutade"] = int((log.avslutad > 0).sum())
    counted["kvar efter tiden"] = int(((log.slappt > log.slut) & ~(log.avslutad > 0)).sum())
    counted["vantade"] = int((log.start > log.begaran).sum())
    specs = network.steg[0]
    counted["uppfoljning"] = int(sum((log.steg == n).sum() for n, spec in enumerate(specs) if spec.follow_team >= 0))
    counted["delad plats"] = int(
        sum((log.steg == n).sum() for n, spec in enumerate(specs) if spec.places and spec.part != 1000)
    )
    siblings = [len(inflow.siblings) > 1 for inflow in network.inflows] + [False]
    counted["syskon"] = int(sum(siblings[number] for number in log.inflode.tolist()))
    cohorts = {(n, cohort.day) for n, inflow in enumerate(network.inflows) for cohort in inflow.cohorts}
    counted["kohort"] = sum(pair in cohorts for pair in zip(log.inflode.tolist(), log.begaran.tolist(), strict=True))
    return counted


def coincidences(clock: CountingClock) -> Counter[str]:
    """How many instants had two events of these kinds."""
    at: dict[float, list[tuple[Happening, int]]] = {}
    for (time, what), count in clock.happened.items():
        at.setdefault(time, []).append((what, count))
    counted: Counter[str] = Counter()
    for kinds in at.values():
        kinds.sort()
        for number, (what, count) in enumerate(kinds):
            counted[f"{what.name} + {what.name}"] += count > 1
            counted.update(f"{what.name} + {other.name}" for other, _ in kinds[number + 1 :])
    return +counted


@pytest.mark.parametrize("engine", ENGINES)
def test_who_has_finished_asks_before_who_arrives_at_that_instant(engine: str) -> None:
    """Anna's ten days are up on day 15, when Bo arrives: the only place is hers."""
    stay = {"fordelning": "konstant", "medel": 10}
    stegs = {
        "hemma": {"utfall": {"klar": {"tid": stay, "nasta": {"boende": 1.0}}}},
        "boende": {"behov": {"plats": ["hus"]}, "utfall": {"klar": {"tid": stay, "nasta": {"avslut": 1.0}}}},
    }
    inflows = {
        "anna": {"per_ar": 0, "forsta_steg": "hemma", "kohorter": {"a": {"datum": "2018-01-06", "antal": 1}}},
        "bo": {"per_ar": 0, "forsta_steg": "boende", "kohorter": {"b": {"datum": "2018-01-16", "antal": 1}}},
    }
    network = network_of(kommun({"hus": {"typ": "boende", "platser": 1}}, inflows, stegs, "2018-03-31"))
    frame = log_of(network, engine=engine).frame(network).query("steg == 'v.boende'").set_index("inflode")
    assert frame.start.to_dict() == {"v.anna": 15.0, "v.bo": 25.0}


def test_the_arrays_grow_when_they_must(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as many people as the arrays begin with room for, and again with the run cut into small pieces."""
    from sim.engine import compiled

    network = build_network(make_plan(load_kommun("sodertalje_2019")))
    cases = draw_cases(network, 1, 0)
    whole: Any = compiled.run(network, cases, 1, 0)
    monkeypatch.setattr(compiled, "_FIRST_SIZE", 32)
    monkeypatch.setattr(compiled, "_STEPS", 777)
    assert different_columns(whole, compiled.run(network, cases, 1, 0)) == []
