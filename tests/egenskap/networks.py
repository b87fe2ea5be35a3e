"""Random small municipalities: few cases, little room, many things at the same instant."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st

from egenskap.checker import Account
from hjalp import kommun, scenario
from sim.build import build_network
from sim.cases import Cases, draw_cases
from sim.config import Kommun, Scenario
from sim.engine import run
from sim.errors import HemmaplanError
from sim.network import Network
from sim.runs import Run
from sim.scenario import Plan, make_plan
from sim.visits import VisitLog

TEAMS = ("lag_a", "lag_b")
HOUSES = ("hus_a", "hus_b", "hus_c")
BOUGHT = ("kopt", "kopt_tak")
SLUT = date(2018, 7, 15)
AGE, AGE_LIMIT = 17.95, 18.001
"""Years at arrival, and when some stegs end: after some eighteen days, and not a whole number of ticks."""
SEED = int(os.environ.get("HEMMAPLAN_EXEMPEL", "2019"))
"""Which examples are drawn. Another number draws others, to look further than every day's tests do."""


@dataclass(frozen=True, eq=False)
class Prov:
    """A drawn municipality, as the arguments of `hjalp.kommun`, with the changes of a scenario."""

    resurser: dict[str, Any]
    inflode: dict[str, Any]
    steg: dict[str, Any]
    nulage: dict[str, Any]
    changes: Sequence[dict[str, Any]]
    seed: int
    verksamhet: dict[str, Any] = field(default_factory=dict)
    """What the verksamhet has besides its inflows and stegs."""
    drivare: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def kommun(self) -> Kommun:
        more = {"nulage": {"v": self.nulage}, "v": self.verksamhet, "drivare": self.drivare}
        return kommun(self.resurser, self.inflode, self.steg, str(SLUT), **copy.deepcopy(more))

    @cached_property
    def scenario(self) -> Scenario | None:
        return scenario(*self.changes) if self.changes else None

    @cached_property
    def plan(self) -> Plan:
        return make_plan(self.kommun, self.scenario)

    @cached_property
    def network(self) -> Network:
        return build_network(self.plan)

    @cached_property
    def cases(self) -> Cases:
        return draw_cases(self.network, self.seed, 0)

    @cached_property
    def log(self) -> VisitLog:
        return run(self.network, self.cases, self.seed, 0)

    @cached_property
    def run(self) -> Run:
        return Run(self.plan, self.network, self.log)

    @cached_property
    def account(self) -> Account:
        return Account(self.plan, self.network, self.log)

    def changed(self, *changes: Mapping[str, Any]) -> Prov:
        """The same municipality under further changes."""
        return replace(self, changes=[*self.changes, *map(dict, changes)])


def _konstant(days: float) -> dict[str, Any]:
    return {"fordelning": "konstant", "medel": days}


def _lengths(*days: float) -> st.SearchStrategy[dict[str, Any]]:
    """Mostly constants, so that much happens at once; sometimes a spread."""
    spread = [{"fordelning": "exponential", "medel": max(days)}, {"medel": max(days), "cv": 0.8}]
    return st.sampled_from([_konstant(d) for d in days] * 2 + spread)


@st.composite
def _routing(draw: st.DrawFn, later: list[str], earlier: list[str]) -> dict[str, float]:
    if later and draw(st.integers(0, 5)):
        target = draw(st.sampled_from(later))
        return draw(st.sampled_from([{target: 1.0}, {target: 0.5, "avslut": 0.5}]))
    if earlier and draw(st.booleans()):
        return {draw(st.sampled_from(earlier)): 0.5, "avslut": 0.5}
    return {"avslut": 1.0}


@st.composite
def _steg(draw: st.DrawFn, number: int, count: int) -> dict[str, Any]:
    names = [f"s{n}" for n in range(count)]
    later, earlier = names[number + 1 :], names[:number]
    kind = draw(st.sampled_from(["team", "team", "plats", "plats", "plats", "inget"] if number else ["team", "plats"]))
    steg: dict[str, Any] = {"prio": draw(st.sampled_from([0, 0, 1]))}
    outcome = {"tid": draw(_lengths(1, 5, 10, 12.5)), "nasta": draw(_routing(later, earlier))}
    steg["utfall"] = {"klar": outcome}
    if draw(st.booleans()):
        outcome["andel"] = 0.75
        short = {"andel": 0.25, "tid": draw(_lengths(1, 5)), "nasta": {"avslut": 1.0}}
        steg["utfall"]["avbrott"] = short | draw(
            st.sampled_from([{}, {"avslut": False, "kvar": False}, {"kvar": True}])
        )
    if kind == "team":
        steg["behov"] = {
            "team": draw(st.sampled_from(["lag_a", *TEAMS])),
            "vikt": draw(st.sampled_from([1.0, 0.5, 0.5, 1.5])),
        }
    elif kind == "plats":
        steg["behov"] = draw(_places())
    if kind != "inget":
        steg |= {"ej_verkstallt_efter": 5, "frist": {"dagar": 10}, "under_vantan": {"kr_per_dag": 100.1, "fran_dag": 2}}
    if kind != "inget" and draw(st.booleans()):
        steg["tar_tillbaka"] = {"tid": draw(_lengths(5, 15))}
        steg["nasta_vid_avhopp"] = draw(st.sampled_from([*later, "avslut"]))
    if draw(st.integers(0, 2)):
        steg["uppfoljning"] = {
            "team": draw(st.sampled_from(TEAMS)),
            "vikt": draw(st.sampled_from([0.1, 0.25, 1.0])),
        }
    if draw(st.booleans()):
        steg["avslut"] = {
            "team": draw(st.sampled_from(["lag_a", *TEAMS])),
            "vikt": draw(st.sampled_from([0.5, 1.0, 1.5])),
            "tid": draw(_lengths(2, 8)),
        }
    steg["kvar"] = draw(st.booleans())
    if kind == "inget" and draw(st.booleans()):
        steg["bistand_kr_per_manad"] = 9135
    if draw(st.integers(0, 2)) == 0:
        steg |= draw(_details(steg, later))
    return steg


@st.composite
def _details(draw: st.DrawFn, steg: Mapping[str, Any], later: list[str]) -> dict[str, Any]:
    """What a steg seldom has: other lengths by målgrupp and resource, weight, age limit, working days, hours."""
    reserve = steg.get("behov", {}).get("reserv")
    outcomes = {name: dict(each) for name, each in steg["utfall"].items()}
    if draw(st.booleans()):
        _differ(outcomes, "malgrupper", "ung", draw(_deviation(len(outcomes), later, (2, 8))))
    if reserve and draw(st.booleans()):
        _differ(outcomes, "resurser", reserve, draw(_deviation(len(outcomes), later, (4, 20))))
    found: dict[str, Any] = {"utfall": outcomes}
    if draw(st.integers(0, 2)) == 0:
        found["takt"] = draw(st.sampled_from([0.5, 1.1]))
    if "under_vantan" in steg and draw(st.booleans()):
        found["sarskild_avgift"] = {"kr_per_dag": 333.3, "fran_dag": 5}
    if draw(st.booleans()):
        found["tyngd"] = {"langd": 0.4, "pris": 0.6, "hemma": 0.5}
    if draw(st.booleans()):
        found["prio_malgrupper"] = {"ung": draw(st.sampled_from([-1, 2]))}
    if draw(st.integers(0, 2)) == 0:
        found["till_alder"] = {"ar": AGE_LIMIT, "nasta": {draw(st.sampled_from([*later[-1:], "avslut"])): 1.0}}
    if draw(st.integers(0, 3)) == 0:
        found["arbetsdagar"] = True
    if draw(st.booleans()):
        found["timmar"] = {"per_manad": 20, "pris_per_timme": 450.5}
    return found


@st.composite
def _deviation(draw: st.DrawFn, outcomes: int, later: list[str], days: tuple[int, int]) -> dict[str, Any]:
    """What differs in the outcome `klar`: length, share, routing, at least one of them."""
    found = {"tid": draw(_lengths(*days)), "nasta": {later[-1] if later else "avslut": 1.0}}
    if outcomes > 1:
        found["andel"] = draw(st.sampled_from([0.0, 0.5, 1.0]))
    chosen = draw(st.lists(st.sampled_from(sorted(found)), min_size=1, unique=True))
    return {name: found[name] for name in chosen}


def _differ(outcomes: dict[str, Any], by: str, name: str, deviation: dict[str, Any]) -> None:
    """The deviation in `klar`; the other outcome takes what is left, whichever of two deviations speaks."""
    outcomes["klar"][by] = {name: deviation}
    if "andel" in deviation and "avbrott" in outcomes:
        outcomes["avbrott"][by] = {name: {"andel": 1 - deviation["andel"]}}


@st.composite
def _around(draw: st.DrawFn, steg: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What surrounds the inflows and stegs: prices, investments and a driver that changes, and acts later."""
    verksamhet: dict[str, Any] = {"prisindex": draw(st.sampled_from([1.0, 1.03])), "ovrigt_tkr": 12.3}
    if draw(st.booleans()):
        verksamhet["investeringar"] = {"hus": {"tkr": 500.5, "fran": str(_day(40)), "ar": 10}}
        verksamhet["intakt_tkr"] = 77.7
    if draw(st.booleans()):
        return verksamhet, {}
    effect = {"elasticitet": draw(st.sampled_from([-0.5, 0.6])), "andel_inflode": draw(st.sampled_from([0.0, 0.4]))}
    effect |= {"lag_dagar": draw(st.sampled_from([0, 20, 30.5])), "inflode": ["in"]}
    effect["steg"] = draw(st.lists(st.sampled_from(sorted(steg)), unique=True))
    verksamhet["drivare"] = {"arbetsloshet": effect}
    path = {"2017-12-01": 8.0, str(_day(30)): 10.0, str(_day(100)): 6.0}
    driver = {"namn": "Arbetslöshet", "omrade": "riket", "bas": 8.0, "varde": path}
    return verksamhet, {"arbetsloshet": driver}


@st.composite
def _places(draw: st.DrawFn, reserve: bool = False) -> dict[str, Any]:
    behov: dict[str, Any] = {"plats": draw(st.lists(st.sampled_from(HOUSES), min_size=1, max_size=2, unique=True))}
    behov["andel_plats"] = draw(st.sampled_from([1.0, 1.0, 1.0, 0.5]))
    if reserve or draw(st.integers(0, 3)):
        behov["reserv"] = draw(st.sampled_from(["kopt", "kopt", "kopt_tak"]))
        if draw(st.integers(0, 3)):
            behov["vanta_hogst_dagar"] = draw(st.sampled_from([0, 2, 5]))
        if draw(st.integers(0, 4)):
            behov["hemtagning"] = {
                "tidigast_dagar": draw(st.sampled_from([0, 3])),
                "uppsagning_dagar": draw(st.sampled_from([0, 2])),
                "prio": draw(st.sampled_from(["sist", "tur", "forst"])),
                "langd": draw(st.sampled_from(["kvarvarande", "kvarvarande", "ny"])),
            }
        if draw(st.integers(0, 2)) == 0:
            behov["hemmamojlig"] = {"andel": 0.7, "malgrupper": {"ung": 0.4}}
    return behov


def _lock_in(first: dict[str, Any], second: dict[str, Any], behov: dict[str, Any]) -> None:
    """Make the first steg wait in its places, own or bought, for the few places of the second."""
    first["behov"] = behov | {"plats": [house for house in behov["plats"] if house != "hus_c"] or ["hus_a"]}
    first["kvar"] = True
    first["utfall"]["klar"]["nasta"] = {"s1": 1.0}
    for outcome in (*first["utfall"].values(), *second["utfall"].values()):
        outcome.pop("resurser", None)
    second["behov"] = {"plats": ["hus_c"]}
    second["tar_tillbaka"] = {"tid": _konstant(15)}
    second["nasta_vid_avhopp"] = "avslut"
    second["kvar"] = False


@st.composite
def _nulage(draw: st.DrawFn, steg: Mapping[str, Any]) -> dict[str, Any]:
    i_steg: dict[str, Any] = {}
    ko: dict[str, Any] = {}
    blockerade: dict[str, Any] = {}
    vantar_pa_avslut: dict[str, Any] = {}
    for name, each in steg.items():
        behov = each.get("behov", {})
        where = [behov["team"]] if "team" in behov else behov.get("plats", ["utan_resurs"])[:1]
        where = [*where, *([behov["reserv"]] if "reserv" in behov else [])]
        present: dict[str, dict[str, Any]] = {
            place: {"antal": draw(st.integers(0, 3))} for place in where if draw(st.booleans())
        }
        if behov.get("reserv") in present:
            present[behov["reserv"]]["hemmamojliga"] = draw(st.integers(0, present[behov["reserv"]]["antal"]))
        if present:
            i_steg[name] = present
        if behov and draw(st.booleans()):
            ko[name] = {"antal": draw(st.integers(0, 3)), "vantat": draw(_lengths(1, 5))}
        onward = [target for target in each["utfall"]["klar"]["nasta"] if target != "avslut"]
        held = next((place for place in present if place != "utan_resurs"), None)
        if each["kvar"] and onward and held and _happens(each, held, "kvar") and draw(st.booleans()):
            count = draw(st.integers(0, present[held]["antal"]))
            blockerade[name] = {"steg": name, "i": held, "till": onward[0], "antal": count, "vantat": _konstant(3)}
            if held == behov.get("reserv"):
                present[held]["hemmamojliga"] = min(
                    present[held].get("hemmamojliga", 0), present[held]["antal"] - count
                )
        left = {place: held_["antal"] for place, held_ in present.items()}
        if name in blockerade:
            left[held] -= blockerade[name]["antal"]
        closable = [place for place in sorted(left) if each.get("avslut") and _happens(each, place, "avslut")]
        if closable and draw(st.booleans()):
            place = draw(st.sampled_from(closable))
            count = draw(st.integers(0, left[place]))
            left[place] -= count
            waits = {"steg": name, "i": place, "antal": count, "vantat": draw(_lengths(1, 5))}
            vantar_pa_avslut[name] = waits
        for place, count in left.items():
            if draw(st.integers(0, 2)) == 0:
                present[place]["pagatt_dagar"] = [0.25 + 0.125 * number for number in range(count)]
            if "hemmamojliga" in present[place]:
                present[place]["hemmamojliga"] = min(present[place]["hemmamojliga"], count)
    return {"i_steg": i_steg, "ko": ko, "blockerade": blockerade, "vantar_pa_avslut": vantar_pa_avslut}


def _happens(steg: Mapping[str, Any], place: str, what: str) -> bool:
    """Somebody in this resource has an outcome with `kvar`, or with `avslut`."""
    return any(
        outcome.get("resurser", {}).get(place, {}).get("andel", outcome.get("andel", 1.0)) > 0
        for outcome in steg["utfall"].values()
        if outcome.get(what, True)
    )


@st.composite
def _changes(draw: st.DrawFn, paced: list[str]) -> tuple[dict[str, Any], ...]:
    found = []
    for _ in range(draw(st.integers(0, 2))):
        path, values = draw(
            st.sampled_from(
                [("resurser.lag_a.arsarbetare", [0, 1, 3]), ("resurser.kopt_tak.tak", [0, 2])]
                + [(f"resurser.{house}.platser", [0, 1, 4]) for house in HOUSES] * 2
                + [(f"verksamheter.v.steg.{name}.takt", [0.8, 2.0]) for name in paced]
            )
        )
        first = draw(st.sampled_from([1, 30, 60, 90]))
        change = {"mal": path, "satt": draw(st.sampled_from(values)), "fran": str(_day(first))}
        if draw(st.booleans()):
            change["till"] = str(_day(first + draw(st.sampled_from([1, 29, 45]))))
        found.append(change)
    return tuple(found)


def _day(number: int) -> date:
    return date(2018, 1, 1) + timedelta(days=number)


@lru_cache(maxsize=400)
def known(text: str) -> Prov:
    """One object for each description, so that tests that draw the same examples run each of them once."""
    return Prov(**json.loads(text))


@st.composite
def provs(draw: st.DrawFn, changes: bool = True) -> Prov:
    """A municipality that passes validation; `kvar` is given up where it could lock.

    A share that differs by målgrupp and one that differs by resource can speak against each other; then the latter
    is given up too.
    """
    count = draw(st.integers(1, 4))
    steg = {f"s{n}": draw(_steg(n, count)) for n in range(count)}
    if count > 1 and draw(st.booleans()):
        _lock_in(steg["s0"], steg["s1"], draw(_places(reserve=True)))
    for each in steg.values():
        if "plats" in each.get("behov", {}) and "reserv" not in each["behov"] and "tar_tillbaka" not in each:
            each |= {"tar_tillbaka": {"tid": _konstant(15)}, "nasta_vid_avhopp": "avslut"}
    resurser: dict[str, Any] = {}
    for name in TEAMS:
        resurser[name] = {
            "typ": "team",
            "arsarbetare": draw(st.sampled_from([1, 2, 3])),
            "arendetak": draw(st.sampled_from([1, 1.5, 3])),
            "vakans": draw(st.sampled_from([0.0, 0.1])),
            "semesterprofil": [1, 1, 1, 1, 1, 1, 0.5, 0.5, 1, 1, 1, 1],
            "avslut_samtidiga": draw(st.sampled_from([0.5, 1.0])),
            "avslutsordning": draw(st.sampled_from(["forst", "i_ko"])),
            "lon_tkr": 620,
        }
    for name in HOUSES:
        resurser[name] = {
            "typ": "boende",
            "platser": draw(st.integers(0, 3)),
            "fast_kostnad_kr_per_plats_och_dygn": 660.5,
            "rorlig_kostnad_kr_per_dygn": 33.3,
        }
    for name in BOUGHT:
        price = {"medel": 1900, "cv": 0.35}
        resurser[name] = {"typ": "extern", "dygnskostnad_kr": price, "intakt_kr_per_dygn": 111.1}
    resurser["kopt_tak"]["tak"] = draw(st.integers(0, 2))
    inflode = {
        "in": {
            "per_ar": draw(st.sampled_from([20, 60, 120, 200])),
            "forsta_steg": "s0",
            "malgrupper": {"ung": 0.3, "vuxen": 0.7},
            "overspridning": draw(st.sampled_from([1.0, 2.0])),
            "arseffekt": {"cv": 0.1, "rho": 0.5},
            "syskon": draw(st.sampled_from([[1.0], [1.0], [0.6, 0.3, 0.1]])),
            "alder": {"ung": _konstant(AGE)},
        }
    }
    if draw(st.booleans()):
        kohort = {"datum": str(_day(45)), "antal": draw(st.integers(0, 5))}
        inflode["in"]["kohorter"] = {"k": kohort | draw(st.sampled_from([{}, {"malgrupp": "ung"}]))}
    verksamhet, drivare = draw(_around(steg))
    content = {
        "verksamhet": verksamhet,
        "drivare": drivare,
        "resurser": resurser,
        "inflode": inflode,
        "steg": steg,
        "nulage": draw(_nulage(steg)),
        "changes": draw(_changes([name for name, each in steg.items() if "takt" in each])) if changes else (),
        "seed": draw(st.integers(0, 999)),
    }
    prov = known(json.dumps(content))
    if not _sound(prov):
        content |= {"steg": {name: _one_deviation(each) for name, each in steg.items()}}
        prov = known(json.dumps(content))
    if not _sound(prov):
        steg = content["steg"]
        free = {name: {**each, "kvar": False, "utfall": _moving(each["utfall"])} for name, each in steg.items()}
        content |= {"steg": free, "nulage": _unblocked(content["nulage"])}
        prov = known(json.dumps(content))
        _ = prov.kommun
    return prov


def _unblocked(nulage: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody is blocked; how long stays have gone on, one for each of the others, is then not said either."""
    i_steg = {
        name: {place: {k: v for k, v in held.items() if k != "pagatt_dagar"} for place, held in places.items()}
        for name, places in nulage["i_steg"].items()
    }
    return {**nulage, "i_steg": i_steg, "blockerade": {}}


def _sound(prov: Prov) -> bool:
    try:
        return bool(prov.kommun)
    except HemmaplanError:
        return False


def _one_deviation(steg: Mapping[str, Any]) -> dict[str, Any]:
    """Where shares differ by målgrupp, nothing differs by resource."""
    outcomes = steg["utfall"]
    if not any("andel" in each for outcome in outcomes.values() for each in outcome.get("malgrupper", {}).values()):
        return dict(steg)
    return {**steg, "utfall": {n: {k: v for k, v in o.items() if k != "resurser"} for n, o in outcomes.items()}}


def _moving(outcomes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {k: v for k, v in each.items() if k != "kvar"} for name, each in outcomes.items()}


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The same `count` examples for every test that draws the same things, run after run."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        chosen = settings(
            max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=quiet
        )
        return seed(SEED)(chosen(test))

    return decorate
