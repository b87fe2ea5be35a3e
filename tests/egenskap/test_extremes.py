"""Extreme municipalities: nothing, everything, one kind of people, everybody stuck, nobody who waits.

In each the run ends, every rule of the log holds, and what must obviously come out does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from egenskap import checker
from egenskap.networks import AGE, AGE_LIMIT, Prov, examples, provs
from hjalp import kommun, log_of, network_of
from sim.calendars import DAYS_PER_YEAR, months
from sim.config import PlatsBehov
from sim.measures import measure
from sim.paths import TICK
from sim.runs import Run
from sim.scenario import make_plan

MANY = 1_000_000


def everything_wrong(prov: Prov) -> list[str]:
    account = prov.account
    found = checker.chains_broken(account, prov.cases.arrivals.time.tolist())
    found += checker.age_limits_passed(account, (AGE_LIMIT - AGE) * DAYS_PER_YEAR)
    for rule in (
        checker.times_out_of_order,
        checker.lengths_wrong,
        checker.team_over_capacity,
        checker.team_queue_jumped,
        checker.team_idle,
        checker.places_over_capacity,
        checker.place_queue_jumped,
        checker.place_idle,
        checker.limits_broken,
        checker.patience_broken,
        checker.homecomings_wrong,
        checker.homecomings_missed,
    ):
        found += rule(account)
    return found


def with_capacity(prov: Prov, amount: float) -> Prov:
    """Teams, houses and the limited seller all have this capacity, for the whole run."""
    key = {"team": "arsarbetare", "boende": "platser"}
    resurser = {name: dict(resurs) for name, resurs in prov.resurser.items()}
    for resurs in resurser.values():
        if resurs["typ"] in key:
            resurs[key[resurs["typ"]]] = amount
        elif "tak" in resurs:
            resurs["tak"] = amount
    return replace(prov, resurser=resurser, changes=())


@examples(40)
@given(provs())
def test_with_no_capacity_nobody_starts_but_with_an_unlimited_seller(prov: Prov) -> None:
    prov = with_capacity(prov, 0)
    assert everything_wrong(prov) == []
    for visit in prov.account.visits:
        asked = prov.account.asked(visit)
        if asked.behov is None or visit.was_there:
            continue
        if visit.parts:
            assert visit.parts[0].resurs == "kopt"
            assert len(visit.parts) == 1
        else:
            could = isinstance(asked.behov, PlatsBehov) and asked.behov.reserv == "kopt"
            due = prov.account.in_line_from(visit, "kopt") if could else math.inf
            assert visit.waits_until == math.inf or visit.avhopp
            assert due >= min(visit.waits_until, prov.account.end)


@examples(40)
@given(provs())
def test_with_capacity_for_all_nobody_waits(prov: Prov) -> None:
    prov = with_capacity(prov, MANY)
    assert everything_wrong(prov) == []
    for visit in prov.account.visits:
        if not visit.was_there:
            assert visit.start == max(visit.begaran, 0.0)
            assert not visit.avhopp
        if visit.slut < math.inf and visit.slut >= 0:
            assert visit.slappt == prov.account.finished(visit)
            assert visit.avslut_start in (visit.slut, math.inf)


@examples(40)
@given(provs())
def test_with_one_malgrupp_all_are_of_it(prov: Prov) -> None:
    inflode = {"in": {**prov.inflode["in"], "malgrupper": {"ung": 1.0}}}
    prov = replace(prov, inflode=inflode)
    assert everything_wrong(prov) == []
    assert prov.network.groups == ("ung",)
    assert set(prov.log.malgrupp.tolist()) <= {0}


def impatient(steg: Mapping[str, Any]) -> dict[str, Any]:
    if not steg.get("behov"):
        return dict(steg)
    return {**steg, "tar_tillbaka": {"tid": {"fordelning": "konstant", "medel": 1e-9}}, "nasta_vid_avhopp": "avslut"}


@examples(40)
@given(provs())
def test_with_no_patience_who_does_not_start_at_once_leaves_at_once(prov: Prov) -> None:
    prov = replace(prov, steg={name: impatient(each) for name, each in prov.steg.items()})
    left = 0
    for visit in prov.account.visits:
        if prov.account.asked(visit).behov is None or visit.was_there:
            continue
        asked = max(visit.begaran, 0.0)
        assert asked <= min(visit.waits_until, prov.account.end) <= asked + TICK
        left += visit.avhopp
        assert not visit.avhopp or visit.nasta == "avslut"
    assert left == (prov.log.flaggor & 8 > 0).sum()
    assert checker.times_out_of_order(prov.account) == []
    assert checker.chains_broken(prov.account, prov.cases.arrivals.time.tolist()) == []
    assert checker.team_over_capacity(prov.account) == checker.places_over_capacity(prov.account) == []


BLOCKED_FROM = 5.0
PLACES = 3


def test_when_all_are_stuck_the_house_is_full_of_them_for_ever() -> None:
    """Three places, stays of five days, and nowhere to go: three ever begin, all others wait, and the run ends."""
    tid = {"fordelning": "konstant", "medel": BLOCKED_FROM}
    steg = {
        "s": {"behov": {"plats": ["hus"]}, "kvar": True, "utfall": {"klar": {"tid": tid, "nasta": {"t": 1.0}}}},
        "t": {
            "behov": {"plats": ["lya"]},
            "tar_tillbaka": {"tid": {"fordelning": "konstant", "medel": 100_000.0}},
            "nasta_vid_avhopp": "avslut",
            "utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}},
        },
    }
    resurser = {"hus": {"typ": "boende", "platser": float(PLACES)}, "lya": {"typ": "boende", "platser": 0.0}}
    inflode = {"i": {"per_ar": 0.0, "forsta_steg": "s", "kohorter": {"k": {"datum": "2018-01-01", "antal": 50}}}}
    k = kommun(resurser, inflode, steg, slut="2018-12-31")
    network = network_of(k)
    log = log_of(network)
    first = log.steg == network.steg_number("v.s")
    began = first & ~np.isnan(log.start)
    assert log.start[began].tolist() == [0.0] * PLACES
    assert log.slut[began].tolist() == [BLOCKED_FROM] * PLACES
    assert np.isnan(log.slappt).all()
    assert (first & np.isnan(log.start)).sum() == 50 - PLACES
    assert np.isnan(log.start[~first]).all() and (~first).sum() == PLACES
    periods = months(network.start, network.end)
    rows = measure(Run(make_plan(k), network, log), periods, periods)
    assert rows["v", "blockerade", "hus"].tolist() == pytest.approx([PLACES * 26 / 31, *[PLACES] * 11])
    assert rows["v", "ko", "s"].tolist() == pytest.approx([50 - PLACES] * 12)
    assert rows["v", "varddygn", "hus"].sum() == PLACES * 365
