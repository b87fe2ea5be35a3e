"""Mechanisms one by one, each in a made-up municipality small enough to reckon by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import holidays
import numpy as np
import pytest
from scipy import stats

from hjalp import kommun, log_of, network_of, scenario
from sim.calendars import working_time
from sim.cases import draw_cases
from sim.engine import run
from sim.experiment import measured
from sim.runs import Run
from sim.scenario import make_plan
from sim.visits import ALDERSGRANS, EJ_HEMMAMOJLIG, HEMTAGEN, RESERV

KONSTANT_10 = {"fordelning": "konstant", "medel": 10.0}
UT = {"avslut": 1.0}


def constant(days: float, **more: Any) -> dict[str, Any]:
    return {"klar": {"tid": {"fordelning": "konstant", "medel": days}, "nasta": UT, **more}}


def only(**inflode: Any) -> dict[str, Any]:
    return {"i": {"per_ar": 0.0, "forsta_steg": "s", **inflode}}


def values(k: Any, measure: str, part: str, period: str) -> float:
    plan = make_plan(k)
    network = network_of(k)
    result = measured(Run(plan, network, log_of(network)), 1, 0)
    return float(result.values[result.rows.index(("v", measure, part)), result.periods.index(period)])


def test_cohort_arrives_whole_on_its_day_with_its_group() -> None:
    k = kommun(
        {},
        only(
            malgrupper={"a": 0.5, "b": 0.5},
            kohorter={
                "hosten": {"datum": "2018-09-01", "antal": 7, "malgrupp": "b"},
                "blandad": {"datum": "2018-03-01", "antal": 5},
            },
        ),
        {"s": {"utfall": constant(10)}},
    )
    network = network_of(k)
    log = log_of(network)
    autumn = log.begaran == (date(2018, 9, 1) - date(2018, 1, 1)).days
    assert autumn.sum() == 7
    assert {network.groups[g] for g in log.malgrupp[autumn]} == {"b"}
    assert (log.begaran == 59).sum() == 5


def test_a_larger_cohort_adds_cases_and_moves_none() -> None:
    k = kommun(
        {}, only(per_ar=50.0, kohorter={"ko": {"datum": "2018-09-01", "antal": 7}}), {"s": {"utfall": constant(10)}}
    )
    more = scenario({"mal": "verksamheter.v.inflode.i.kohorter.ko.antal", "plus": 3})
    before, after = draw_cases(network_of(k), 1, 0), draw_cases(network_of(k, more), 1, 0)
    assert len(after.arrivals.key) == len(before.arrivals.key) + 3
    assert set(before.arrivals.key.tolist()) < set(after.arrivals.key.tolist())


def test_siblings_arrive_together_decide_together_and_stay_their_own_time() -> None:
    utfall = {
        "x": {"andel": 0.5, "tid": {"fordelning": "exponential", "medel": 30.0}, "nasta": UT},
        "y": {"andel": 0.5, "tid": {"fordelning": "exponential", "medel": 30.0}, "nasta": UT},
    }
    k = kommun({}, only(per_ar=3000.0, syskon=[0.5, 0.3, 0.2]), {"s": {"utfall": utfall}}, slut="2018-12-31")
    network = network_of(k)
    arrivals = draw_cases(network, 1, 0).arrivals
    log = log_of(network)
    family = dict(zip(arrivals.key.tolist(), arrivals.family.tolist(), strict=True))
    of_log = np.array([family[key] for key in log.fall.tolist()])
    counts = np.unique(of_log, return_counts=True)[1]
    expected = np.array([0.5, 0.3, 0.2]) * len(counts)
    assert stats.chisquare(np.bincount(counts, minlength=4)[1:], expected).pvalue > 0.001
    assert len(log) == pytest.approx(3000, rel=0.08)
    lengths = []
    for each in np.unique(of_log)[:200]:
        members = of_log == each
        assert len(set(log.begaran[members])) == 1
        assert len(set(log.utfall[members])) == 1
        lengths.append(len(set(log.slut[members & ~np.isnan(log.slut)])))
    assert max(lengths) > 1


def test_stay_ends_on_the_birthday_with_the_age_limits_own_routing() -> None:
    steg = {
        "s": {"till_alder": {"ar": 18, "nasta": {"efter": 1.0}}, "utfall": constant(100_000)},
        "efter": {"utfall": constant(5)},
    }
    alder = {"alla": {"fordelning": "konstant", "medel": 17.0}}
    k = kommun({}, only(alder=alder, kohorter={"ko": {"datum": "2018-02-01", "antal": 3}}), steg, slut="2019-12-31")
    network = network_of(k)
    log = log_of(network)
    first = log.steg == network.steg_number("v.s")
    assert log.slut[first].tolist() == [31 + 365.25] * 3
    assert log.has(ALDERSGRANS)[first].all()
    assert (log.begaran[~first] == 31 + 365.25).all()
    assert (~first).sum() == 3


def test_who_is_too_old_already_leaves_at_once() -> None:
    steg = {"s": {"till_alder": {"ar": 18, "nasta": UT}, "utfall": constant(50)}}
    alder = {"alla": {"fordelning": "konstant", "medel": 20.0}}
    k = kommun({}, only(alder=alder, kohorter={"ko": {"datum": "2018-02-01", "antal": 1}}), steg)
    log = log_of(network_of(k))
    assert log.slut[0] - log.start[0] == 2.0**-20


def test_two_half_places_share_one_place() -> None:
    resurser = {"p": {"typ": "boende", "platser": 1.0, "fast_kostnad_kr_per_plats_och_dygn": 100.0}}
    steg = {"s": {"behov": {"plats": ["p"], "andel_plats": 0.5}, "utfall": constant(100)}}
    k = kommun(resurser, only(kohorter={"ko": {"datum": "2018-01-01", "antal": 3}}), steg, slut="2018-12-31")
    log = log_of(network_of(k))
    assert sorted(log.start.tolist()) == [0.0, 0.0, 100.0]
    assert values(k, "varddygn", "p", "2018") == 300
    assert values(k, "belaggning", "p", "2018") == pytest.approx(150 / 365)
    assert values(k, "tomdygn", "p", "2018") == 365 - 150
    assert values(k, "kostnad", "egna_platser", "2018") == 365 * 100


def test_hours_cost_by_the_month_of_stay() -> None:
    steg = {"s": {"timmar": {"per_manad": 30.4375, "pris_per_timme": 200.0}, "utfall": constant(100)}}
    k = kommun({}, only(kohorter={"ko": {"datum": "2018-01-11", "antal": 2}}), steg, slut="2018-12-31")
    assert values(k, "timmar", "s", "2018") == pytest.approx(200)
    assert values(k, "timmar", "s", "2018-01") == pytest.approx(42)
    assert values(k, "kostnad", "timmar", "2018") == pytest.approx(40_000)


def test_waiting_costs_from_its_day_and_a_fee_from_a_later_one() -> None:
    steg = {
        "s": {
            "behov": {"plats": ["p"]},
            "under_vantan": {"kr_per_dag": 10.0, "fran_dag": 3.0},
            "sarskild_avgift": {"kr_per_dag": 7.0, "fran_dag": 90.0},
            "utfall": constant(100),
        }
    }
    resurser = {"p": {"typ": "boende", "platser": 1.0}}
    k = kommun(resurser, only(kohorter={"ko": {"datum": "2018-01-01", "antal": 2}}), steg, slut="2018-12-31")
    assert values(k, "kostnad", "vantan", "2018") == 97 * 10
    assert values(k, "kostnad", "avgift", "2018") == 10 * 7


def test_income_price_index_and_investment_make_the_net_cost() -> None:
    steg = {"s": {"behov": {"plats": ["p"]}, "utfall": constant(10)}}
    resurser = {
        "p": {"typ": "boende", "platser": 2.0, "fast_kostnad_kr_per_plats_och_dygn": 50.0, "intakt_kr_per_dygn": 5.0}
    }
    v = {
        "prisindex": 1.1,
        "intakt_tkr": 3.0,
        "investeringar": {"hus": {"tkr": 365.25, "fran": "2018-07-01", "ar": 10.0}},
    }
    k = kommun(resurser, only(kohorter={"ko": {"datum": "2018-01-01", "antal": 1}}), steg, slut="2018-12-31", v=v)
    net = 2 * 365 * 50 * 1.1 - 3000 - 10 * 5 + 184 * 100
    assert values(k, "nettokostnad", "", "2018") == pytest.approx(net, abs=0.06)


def test_outcomes_differ_by_group_and_by_the_resource_actually_used() -> None:
    utfall = {
        "klar": {
            "tid": KONSTANT_10,
            "nasta": UT,
            "malgrupper": {"b": {"tid": {"fordelning": "konstant", "medel": 20.0}}},
            "resurser": {"e": {"tid": {"fordelning": "konstant", "medel": 40.0}}},
        }
    }
    resurser = {"p": {"typ": "boende", "platser": 1.0}, "e": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}}}
    steg = {"s": {"behov": {"plats": ["p"], "vanta_hogst_dagar": 0.0, "reserv": "e"}, "utfall": utfall}}
    kohorter = {
        "k1": {"datum": "2018-01-01", "antal": 2, "malgrupp": "a"},
        "k2": {"datum": "2018-06-01", "antal": 2, "malgrupp": "b"},
    }
    k = kommun(resurser, only(malgrupper={"a": 0.5, "b": 0.5}, kohorter=kohorter), steg)
    log = log_of(network_of(k))
    lengths = sorted(zip((log.slut - log.start).tolist(), log.has(RESERV).tolist(), strict=True))
    assert lengths == [(10.0, False), (20.0, False), (40.0, True), (40.0, True)]


@pytest.mark.parametrize(("langd", "end"), [("kvarvarande", 17.5), ("ny", 20.0)])
def test_after_coming_home_what_remains_is_scaled_or_a_new_stay_begins(langd: str, end: float) -> None:
    """Home stays are 10 days, reserv stays 40: at home on day 10, 30 days remain, that is 7.5; or a new stay of 10."""
    resurser = {"p": {"typ": "boende", "platser": 1.0}, "e": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}}}
    tid = {"tid": KONSTANT_10, "nasta": UT, "resurser": {"e": {"tid": {"fordelning": "konstant", "medel": 40.0}}}}
    behov = {"plats": ["p"], "vanta_hogst_dagar": 0.0, "reserv": "e", "hemtagning": {"langd": langd}}
    k = kommun(
        resurser,
        only(kohorter={"ko": {"datum": "2018-01-01", "antal": 2}}),
        {"s": {"behov": behov, "utfall": {"klar": tid}}},
    )
    log = log_of(network_of(k))
    home = log.has(HEMTAGEN)
    assert log.start[home].tolist() == [10.0]
    assert log.slut[home].tolist() == [end]


def test_priority_by_group_decides_who_is_let_in() -> None:
    steg = {"s": {"behov": {"plats": ["p"]}, "prio_malgrupper": {"b": -1}, "utfall": constant(10)}}
    kohorter = {
        "forst": {"datum": "2018-01-01", "antal": 2, "malgrupp": "a"},
        "sedan": {"datum": "2018-01-02", "antal": 1, "malgrupp": "b"},
    }
    k = kommun({"p": {"typ": "boende", "platser": 1.0}}, only(malgrupper={"a": 0.5, "b": 0.5}, kohorter=kohorter), steg)
    network = network_of(k)
    log = log_of(network)
    order = [network.groups[g] for g in log.malgrupp[np.argsort(log.start)]]
    assert order == ["a", "b", "a"]


def test_working_days_are_those_a_civil_servant_counts() -> None:
    """June 2018: 21 weekdays, less National Day (the 6th) and Midsummer's Eve (the 22nd)."""
    path = working_time(date(2018, 1, 1), 365)
    start = (date(2018, 6, 1) - date(2018, 1, 1)).days
    assert path.integral(start, start + 30) == 21 - 2
    free = holidays.country_holidays("SE", years=2018, include_sundays=False)
    days = [date(2018, 1, 1) + timedelta(days=n) for n in range(365)]
    eves = 3
    assert path.integral(0, 365) == sum(d.weekday() < 5 and d not in free for d in days) - eves


def test_stay_in_working_days_ends_after_so_many() -> None:
    """From Friday 1 June 2018: ten working days, with a weekend and National Day between, end with Friday the 15th."""
    steg = {"s": {"arbetsdagar": True, "utfall": constant(10)}}
    k = kommun({}, only(kohorter={"ko": {"datum": "2018-06-01", "antal": 1}}), steg)
    log = log_of(network_of(k))
    assert log.slut[0] == (date(2018, 6, 16) - date(2018, 1, 1)).days


def test_copula_keeps_the_margins_and_gives_the_correlations_asked_for() -> None:
    behov = {"plats": ["p"], "vanta_hogst_dagar": 0.0, "reserv": "e", "hemmamojlig": {"andel": 0.6}}
    tid = {"fordelning": "lognormal", "medel": 100.0, "cv": 0.8}
    steg = {
        "s": {
            "behov": behov,
            "tyngd": {"langd": 0.5, "pris": 0.7, "hemma": 0.4},
            "utfall": {"k": {"tid": tid, "nasta": UT}},
        }
    }
    resurser = {
        "p": {"typ": "boende", "platser": 0.0},
        "e": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0, "cv": 0.5}},
    }
    k = kommun(resurser, only(kohorter={"ko": {"datum": "2018-01-01", "antal": 20_000}}), steg, slut="2028-12-31")
    log = run(network := network_of(k), draw_cases(network, 1, 0), 1, 0)
    done = ~np.isnan(log.slut)
    length, price, weight = (log.slut - log.start)[done], log.prisfaktor[done], log.tyngd[done]
    sigma = np.sqrt(np.log(1 + 0.8**2))
    assert stats.kstest(length, stats.lognorm(sigma, scale=100 * np.exp(-(sigma**2) / 2)).cdf).pvalue > 0.001
    assert np.mean(price) == pytest.approx(1.0, abs=0.015)
    assert np.corrcoef(weight, np.log(length))[0, 1] == pytest.approx(0.5, abs=0.025)
    assert np.corrcoef(weight, np.log(price))[0, 1] == pytest.approx(0.7, abs=0.025)
    cannot = log.has(EJ_HEMMAMOJLIG)[done]
    assert cannot.mean() == pytest.approx(0.4, abs=0.012)
    biserial = (weight[cannot].mean() - weight[~cannot].mean()) * 0.6 * 0.4 / stats.norm.pdf(stats.norm.ppf(0.6))
    assert biserial == pytest.approx(0.4, abs=0.03)


def test_stock_of_heavy_cases_is_heavier_than_the_inflow() -> None:
    """Length-biased: E[weight] = ρ σ for a lognormal length, since length bias shifts the log length by σ²."""
    tid = {"fordelning": "lognormal", "medel": 100.0, "cv": 0.8}
    steg = {"s": {"tyngd": {"langd": 0.5}, "utfall": {"k": {"tid": tid, "nasta": UT}}}}
    k = kommun({}, only(), steg, nulage={"v": {"i_steg": {"s": {"utan_resurs": {"antal": 10_000}}}}}, slut="2018-12-31")
    log = log_of(network_of(k))
    assert np.mean(log.tyngd) == pytest.approx(0.5 * np.sqrt(np.log(1 + 0.8**2)), abs=0.04)
