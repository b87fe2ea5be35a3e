"""The same people in every scenario: what a change leaves alone stays the same to the last bit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from egenskap.logs import by_name, cut, different_columns, of_cases
from egenskap.networks import Prov, examples, provs
from hjalp import kommun, log_of, network_of, scenario
from sim.build import build_network
from sim.cases import draw_cases
from sim.engine import run
from sim.loading import load_kommun

UNLIMITED = [{"mal": f"resurser.{team}.arsarbetare", "satt": 1e6} for team in ("lag_a", "lag_b")] + [
    {"mal": f"resurser.{house}.platser", "satt": 1e6} for house in ("hus_a", "hus_b", "hus_c")
]
SODERTALJE_UNLIMITED = [
    {"mal": "resurser.handlaggare_beroende.arsarbetare", "satt": 1e6},
    {"mal": "resurser.handlaggare_forsorjning.arsarbetare", "satt": 1e6},
    {"mal": "resurser.stodboende.platser", "satt": 1e6},
    {"mal": "resurser.sociala_kontrakt.platser", "satt": 1e6},
]
MORE = [
    {"mal": "verksamheter.v.inflode.in.per_ar", "ganger": 1.1},
    {"mal": "verksamheter.v.inflode.in.per_ar", "plus": 50},
]


@pytest.mark.parametrize("more", MORE, ids=["ganger", "plus"])
@examples(30)
@given(provs(changes=False))
def test_added_arrivals_touch_nobody_else_when_there_is_room(more: Mapping[str, Any], prov: Prov) -> None:
    before = prov.changed(*UNLIMITED, {"mal": "resurser.kopt_tak.tak", "satt": 1e6})
    after = before.changed(more)
    assert len(after.cases.arrivals.key) >= len(before.cases.arrivals.key)
    assert different_columns(before.log, of_cases(after.log, np.unique(before.log.fall))) == []


@pytest.mark.parametrize(("inflode", "more"), [("missbruk", {"ganger": 1.1}), ("forsorjningsstod", {"plus": 100})])
def test_added_arrivals_touch_nobody_else_in_sodertalje(inflode: str, more: Mapping[str, Any]) -> None:
    sodertalje, end = load_kommun("sodertalje_2019"), date(2019, 3, 31)
    before = log_of(network_of(sodertalje, scenario(*SODERTALJE_UNLIMITED), end))
    added = {"mal": f"verksamheter.{inflode}.inflode.ansokan.per_ar", **more}
    after = log_of(network_of(sodertalje, scenario(*SODERTALJE_UNLIMITED, added), end))
    assert len(np.unique(after.fall)) > len(np.unique(before.fall))
    assert different_columns(before, of_cases(after, np.unique(before.fall))) == []


@examples(40)
@given(provs())
def test_an_unrelated_addition_changes_nobody(prov: Prov) -> None:
    """A steg nobody comes to, a resource nobody uses and a verksamhet of its own, named to come first and last."""
    house = {"typ": "boende", "platser": 3}
    unused = {"utfall": {"klar": {"tid": {"medel": 5, "cv": 1.0}, "nasta": {"avslut": 1.0}}}}
    more = replace(
        prov,
        resurser={"a_hus": house, **prov.resurser, "o_hus": house},
        steg={"a_steg": unused, **prov.steg, "z_steg": unused},
    )
    assert by_name(more.log, more.network) == by_name(prov.log, prov.network)


def test_a_second_verksamhet_changes_nobody_in_the_first() -> None:
    both = load_kommun("sodertalje_2019")
    alone = both.model_copy(
        update={
            name: {key: value for key, value in getattr(both, name).items() if belongs(name, key, value)}
            for name in ("resurser", "verksamheter", "nulage", "planerat", "drivare")
        }
    )
    networks = [network_of(each, end=date(2018, 9, 30)) for each in (both, alone)]
    together, one = (by_name(log_of(network), network) for network in networks)
    steg = [field.name for field in fields(log_of(networks[1]))].index("steg")
    assert [record for record in together if record[steg].startswith("missbruk.")] == one


def belongs(name: str, key: str, value: Any) -> bool:
    if name == "resurser":
        return value.verksamhet == "missbruk"
    if name == "planerat":
        return "missbruk" in value.mal
    return key == "missbruk"


def shuffled(content: Any, order: list[int]) -> Any:
    """The same dicts with their keys in another order, at every level."""
    if isinstance(content, Mapping):
        keys = sorted(content)
        keys = [key for _, key in sorted(zip(order * (len(keys) // len(order) + 1), keys, strict=False))]
        return {key: shuffled(content[key], order) for key in keys}
    return content


@examples(40)
@given(provs(), st.permutations(range(8)))
def test_the_order_of_keys_changes_nobody(prov: Prov, order: list[int]) -> None:
    other = replace(prov, **{name: shuffled(getattr(prov, name), order) for name in ("resurser", "inflode", "steg")})
    assert by_name(other.log, other.network) == by_name(prov.log, prov.network)


CAPACITIES = [
    {"mal": "resurser.hus_a.platser", "plus": 1},
    {"mal": "resurser.hus_c.platser", "plus": 2},
    {"mal": "resurser.lag_a.arsarbetare", "plus": 1},
    {"mal": "resurser.lag_b.arendetak", "ganger": 2},
]


@examples(40)
@given(provs(), st.sampled_from(CAPACITIES))
def test_capacity_does_not_change_who_arrives(prov: Prov, change: dict[str, Any]) -> None:
    before, after = prov.cases.arrivals, prov.changed(change).cases.arrivals
    assert all(
        getattr(before, field.name).tobytes() == getattr(after, field.name).tobytes() for field in fields(before)
    )


@examples(40)
@given(provs(), st.sampled_from(CAPACITIES))
def test_capacity_does_not_change_what_is_drawn_for_a_visit(prov: Prov, change: dict[str, Any]) -> None:
    """Outcome, whether helped at home, length, and the price where the resource is the same.

    Who comes home to a place with a length of its own (`langd: ny`) has both drawn anew there, and is left out.
    """
    before, after = (
        {(v.fall, v.steg, v.besok): v for v in each.account.visits} for each in (prov, prov.changed(change))
    )
    for key in before.keys() & after.keys():
        old, new = before[key], after[key]
        assert old.ej_hemmamojlig == new.ej_hemmamojlig
        if old.parts and new.parts:
            steg = prov.kommun.verksamheter["v"].steg[old.steg]
            recall = getattr(steg.behov, "hemtagning", None)
            anew = recall is not None and recall.langd == "ny" and any(p.hemtagen for p in old.parts + new.parts)
            if not anew and not any(utfall.resurser for utfall in steg.utfall.values()):
                assert old.utfall == new.utfall
                same_pace = prov.network.pace[prov.network.steg_number(f"v.{old.steg}")] is None
                whole = same_pace and not (old.aldersgrans or new.aldersgrans)
                if whole and max(old.slut, new.slut) < np.inf:
                    assert old.slut - old.start == new.slut - new.start
            if old.parts[0].resurs == new.parts[0].resurs:
                assert old.prisfaktor == new.prisfaktor


@examples(40)
@given(provs(), st.sampled_from([date(2018, 2, 1), date(2018, 3, 14), date(2018, 6, 30)]))
def test_a_longer_horizon_leaves_what_came_before_alone(prov: Prov, end: date) -> None:
    network = build_network(prov.plan, end)
    short = run(network, draw_cases(network, prov.seed, 0), prov.seed, 0)
    assert different_columns(short, cut(prov.log, prov.network, network.end)) == []


def test_a_longer_horizon_leaves_the_month_effect_of_a_cut_month_alone() -> None:
    """The month's good or bad luck must not depend on a change that is planned after the shorter run has ended."""
    prov = plain(overspridning=3.0)
    planned = {"mer": {"mal": "verksamheter.v.inflode.in.per_ar", "ganger": 5, "fran": "2018-01-20"}}
    made = prov.kommun.model_validate(prov.kommun.model_dump(exclude_unset=True) | {"planerat": planned})
    short, long = (draw_cases(network_of(made, end=date(2018, 1, day)), 1, 0).arrivals for day in (15, 31))
    assert short.key.tolist() == long.key[long.time < 15].tolist()


def plain(**inflode: Any) -> Prov:
    tid = {"tid": {"medel": 10, "cv": 1.0}, "nasta": {"avslut": 1.0}}
    inflow = {"per_ar": 730, "forsta_steg": "s0", **inflode}
    return Prov({}, {"in": inflow}, {"s0": {"utfall": {"klar": tid}}}, {}, [], 1)


@examples(20)
@given(provs())
def test_the_same_seed_gives_the_same_log(prov: Prov) -> None:
    assert different_columns(prov.log, replace(prov).log) == []


@pytest.mark.parametrize(("seed", "replication"), [(2, 0), (1, 1)], ids=["seed", "replication"])
def test_another_seed_or_replication_gives_other_people(seed: int, replication: int) -> None:
    network = plain().network
    first, second = draw_cases(network, 1, 0).arrivals, draw_cases(network, seed, replication).arrivals
    assert not set(first.time.tolist()) & set(second.time.tolist())


DIGEST = """
import hashlib
from dataclasses import fields
from datetime import date
from sim.build import build_network
from sim.cases import draw_cases
from sim.engine import run
from sim.loading import load_kommun, load_scenario
from sim.scenario import make_plan
plan = make_plan(load_kommun("sodertalje_2019"), load_scenario("stodboende_5"))
network = build_network(plan, date(2018, 6, 30))
log = run(network, draw_cases(network, 1, 0), 1, 0)
print(hashlib.sha256(b"".join(getattr(log, f.name).tobytes() for f in fields(log))).hexdigest())
"""


def test_another_process_gives_the_same_bytes() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": hashing},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashing in ("1", "2")
    }
    assert len(digests) == 1


SHARES = """
import json, sys
from sim.config import Scenario
from sim.loading import checked_kommun
from sim.scenario import make_plan
kommun, scenario = json.loads(sys.argv[1])
plan = make_plan(checked_kommun(kommun), Scenario.model_validate(scenario))
print({k: v.hex() for k, v in plan.epoker[0].kommun.verksamheter["v"].steg["a"].utfall["klar"].nasta.items()})
"""


def test_another_process_gives_the_same_shares() -> None:
    """Text has another hash in each process: no sum may follow the order of a set."""
    ended = {"utfall": {"klar": {"tid": {"medel": 5, "cv": 1.0}, "nasta": {"avslut": 1.0}}}}
    steg = dict.fromkeys("bcde", ended)
    nasta = {"b": 0.1, "c": 0.2, "d": 0.3, "e": 0.25, "avslut": 0.15}
    steg["a"] = {"utfall": {"klar": {"tid": {"medel": 5, "cv": 1.0}, "nasta": nasta}}}
    made = kommun({}, {"i": {"per_ar": 1, "forsta_steg": "a"}}, steg)
    change = scenario({"mal": "verksamheter.v.steg.a.utfall.klar.nasta.avslut", "satt": 0.35})
    content = json.dumps([each.model_dump(mode="json", exclude_unset=True) for each in (made, change)])
    shares = {
        subprocess.run(
            [sys.executable, "-c", SHARES, content],
            env=os.environ | {"PYTHONHASHSEED": str(hashing)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashing in range(5)
    }
    assert len(shares) == 1


@pytest.mark.parametrize("name", ["sodertalje_2010", "sodertalje_2019"])
def test_who_comes_at_one_moment_comes_in_order_of_key(name: str) -> None:
    arrivals = draw_cases(network_of(load_kommun(name)), 1, 0).arrivals
    assert np.lexsort((arrivals.key, arrivals.time)).tolist() == list(range(len(arrivals.key)))
    together = set(np.unique(arrivals.time, return_counts=True)[1].tolist())
    assert {2, 3} <= together
    assert name != "sodertalje_2010" or max(together) > 16
