"""Years of warm-up: the same people whatever its length, the same stock in every scenario, in both engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from egenskap.logs import cut, different_columns
from egenskap.networks import Prov, examples, provs
from hjalp import kommun, log_of, network_of, scenario
from sim.build import build_network
from sim.cases import Arrivals, draw_cases
from sim.config import Kommun
from sim.effects import year_effects
from sim.engine import ENGINES, engine_named, run
from sim.experiment import measured
from sim.loading import checked_kommun, load_kommun
from sim.network import Network
from sim.runs import Row, Run
from sim.scenario import make_plan
from sim.visits import FRAN_NULAGE, VisitLog

ROOT = Path(__file__).resolve().parents[2]
KOMMUNER = sorted(path.stem for path in (ROOT / "conf" / "kommun").glob("*.yaml"))
TIMES = ("begaran", "start", "slut", "avslut_start", "avslutad", "slappt")
WITHOUT = ("nulage", "planerat", "arseffekt", "trend_per_ar")
"""What tells the basår from an earlier year: the stock, and what counts from it."""


def earlier(made: Kommun, years: int) -> tuple[Kommun, Kommun]:
    """The same kommun with years of warm-up, and with a basår so many years before; neither has a stock."""

    def without(node: Any) -> Any:
        if isinstance(node, Mapping):
            return {key: without(value) for key, value in node.items() if key not in WITHOUT}
        return [without(value) for value in node] if isinstance(node, list | tuple) else node

    content = without(made.model_dump(mode="python", exclude_unset=True))
    return (
        checked_kommun(content | {"uppvarmning_ar": years}),
        checked_kommun(content | {"basar": made.basar - years}),
    )


def moved(log: VisitLog, days: float) -> VisitLog:
    """Times counted from so many days later, and only the stays that are not over by then."""
    at = {name: getattr(log, name) - days for name in TIMES}
    stay = list(zip(log.fall.tolist(), log.steg.tolist(), log.besok.tolist(), strict=True))
    lasts = {key for key, left in zip(stay, at["slappt"].tolist(), strict=True) if not left < 0}
    there = np.array([key in lasts for key in stay], dtype=bool)
    flags = log.flaggor | np.where(at["begaran"] < 0, FRAN_NULAGE, 0).astype(np.int32)
    return replace(log, **at, flaggor=flags).select(there)


def runs_of(warmed: Network, early: Network, seed: int) -> Iterator[tuple[str, VisitLog, VisitLog]]:
    """By each engine: with a warm-up, and as a run from the earlier basår."""
    days = float((warmed.start - early.start).days)
    for engine in ENGINES:
        first, second = log_of(warmed, seed, engine=engine), log_of(early, seed, engine=engine)
        yield engine, first, moved(second, days)


@examples(40)
@given(provs(changes=False), st.sampled_from([1, 3]))
def test_a_warm_up_is_a_run_from_an_earlier_basar(prov: Prov, years: int) -> None:
    warmed, early = (network_of(made, end=date(2018, 3, 10)) for made in earlier(prov.kommun, years))
    logs = list(runs_of(warmed, early, prov.seed))
    for engine, log, expected in logs:
        assert (engine, different_columns(log, expected)) == (engine, [])
    assert different_columns(logs[0][1], logs[1][1]) == []


@pytest.mark.parametrize("name", KOMMUNER)
def test_a_warm_up_of_a_shipped_kommun_is_a_run_from_an_earlier_basar(name: str) -> None:
    made = load_kommun(name)
    warmed, early = (network_of(each, end=date(made.basar, 3, 31)) for each in earlier(made, 1))
    for engine, log, expected in runs_of(warmed, early, 1):
        assert (engine, different_columns(log, expected)) == (engine, [])
        assert log.has(FRAN_NULAGE).sum() > 20


def rows_from(made: Kommun, end: date, seed: int) -> dict[tuple[Row, str], float]:
    """Every measure and cost of the last year, by period."""
    plan = make_plan(made)
    network = build_network(plan, end)
    found = measured(Run(plan, network, log_of(network, seed, engine="snabb")), seed, 0)
    labels = [label for label in found.periods if label[:4] == str(end.year)]
    columns = [found.periods.index(label) for label in labels]
    return {
        (row, label): value
        for row, values in zip(found.rows, found.values[:, columns].tolist(), strict=True)
        for label, value in zip(labels, values, strict=True)
    }


@pytest.mark.parametrize("name", KOMMUNER)
def test_measures_and_costs_are_those_of_a_run_from_an_earlier_basar(name: str) -> None:
    """What was over before day 0 leaves no trace in them, and what began before it the same."""
    made = load_kommun(name)
    found, expected = (rows_from(each, date(made.basar, 12, 31), 1) for each in earlier(made, 1))
    assert found == pytest.approx(expected, rel=1e-9, abs=0.011, nan_ok=True)


@examples(25)
@given(provs(changes=False))
def test_measures_and_costs_of_random_networks_are_those_of_a_run_from_an_earlier_basar(prov: Prov) -> None:
    found, expected = (rows_from(each, date(2018, 6, 30), prov.seed) for each in earlier(prov.kommun, 1))
    assert found == pytest.approx(expected, rel=1e-9, abs=0.011, nan_ok=True)


def with_everything(years: int) -> Kommun:
    """Season, trend, random months and years, siblings and ages."""
    inflow = {
        "per_ar": 200,
        "forsta_steg": "s",
        "sasong": [1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.5, 0.7, 1.0, 1.2, 1.2, 1.1],
        "trend_per_ar": -0.1,
        "overspridning": 2.0,
        "arseffekt": {"cv": 0.3, "rho": 0.6},
        "malgrupper": {"barn": 0.4, "unga": 0.6},
        "syskon": [0.7, 0.3],
        "alder": {"barn": {"medel": 9, "cv": 0.3}},
    }
    steg = {"s": {"utfall": {"klar": {"tid": {"medel": 40, "cv": 1.0}, "nasta": {"avslut": 1.0}}}}}
    return kommun({}, {"in": inflow}, steg, slut="2019-12-31", uppvarmning_ar=years)


@pytest.mark.parametrize("replication", range(4))
def test_a_longer_warm_up_leaves_later_people_alone(replication: int) -> None:
    drawn: list[Arrivals] = []
    networks = [network_of(with_everything(years)) for years in (0, 1, 4)]
    for network in networks:
        drawn.append(draw_cases(network, 1, replication).arrivals)
    for (shorter, network), longer in zip(zip(drawn, networks, strict=True), drawn[1:], strict=False):
        later = longer.time >= network.begin
        assert 0 < len(shorter.time) == later.sum() < len(later)
        for field in fields(Arrivals):
            assert getattr(shorter, field.name).tobytes() == getattr(longer, field.name)[later].tobytes()


def test_people_of_the_warm_up_are_nobody_else() -> None:
    keys = draw_cases(network_of(with_everything(30)), 1, 0).arrivals.key
    assert len(np.unique(keys)) == len(keys) > 5000


def test_season_and_trend_go_on_backwards_from_the_basar() -> None:
    (inflow,) = network_of(with_everything(2)).inflows
    by_day = 200 / 365.25
    assert inflow.rate.at(0.0) == pytest.approx(by_day * 1.3)
    assert inflow.rate.at(-1.0) == pytest.approx(by_day * 1.1 * 0.9 ** (-1 / 12))
    assert inflow.rate.at(-365.0) == pytest.approx(by_day * 1.3 / 0.9)
    assert inflow.rate.at(-730.0) == pytest.approx(by_day * 1.3 / 0.9**2)


def test_year_effects_before_and_after_the_basar_are_one_stationary_chain() -> None:
    """Logarithms: mean −σ²/2, variance σ² = log(1 + cv²), correlation ρ^|years apart| across the basår too."""
    cv, rho, count = 0.4, 0.7, 6000
    args = (np.uint64(7), 2015, 2018, 2020, cv, rho)
    logs = np.log([year_effects(*args, np.uint64(1), np.uint64(r)) for r in range(count)])
    variance = np.log1p(cv**2)
    assert logs.mean(axis=0) == pytest.approx(-variance / 2, abs=4 * np.sqrt(variance / count))
    assert logs.var(axis=0) == pytest.approx(variance, rel=4 * np.sqrt(2 / count))
    apart = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    assert np.corrcoef(logs.T) == pytest.approx(rho**apart, abs=4 / np.sqrt(count))


@examples(40)
@given(provs())
def test_a_scenario_leaves_the_warm_up_alone(prov: Prov) -> None:
    """Also one that changes something without a date: its change holds from day 0."""
    base = checked_kommun(earlier(prov.kommun, 1)[0].model_dump(mode="python", exclude_unset=True))
    undated = {"verksamheter.v.inflode.in.per_ar": 1.5, "resurser.lag_a.arsarbetare": 2.5, "resurser.hus_a.platser": 3}
    changes = [*prov.changes, *({"mal": path, "ganger": times} for path, times in undated.items())]
    changes = [change for change in changes if not change["mal"].startswith("nulage.")]
    networks = [build_network(make_plan(base, each), date(2018, 2, 28)) for each in (None, scenario(*changes))]
    before = []
    for network in networks:
        cases = draw_cases(network, prov.seed, 0)
        whole = engine_named("snabb")(network, cases, prov.seed, 0)
        before.append(cut(whole, network, 0.0))
        reference = run(network, cases, prov.seed, 0, "simpy")
        assert different_columns(whole.from_day_0(), reference) == []
    assert different_columns(*before) == []
