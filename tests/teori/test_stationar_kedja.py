"""Stationary start where outcomes differ by målgrupp and by resource, in a chain, and where an age limit ends stays.

Nobody waits, so that every number is Poisson with mean visits × mean length, and visits follow from the shares.
"""

from __future__ import annotations

import math

import pytest

from hjalp import kommun, network_of
from sim.visits import FRAN_NULAGE
from teori_hjalp import Control, Replication, assert_agrees, assert_unbiased, control, replications, visits_in

PER_DAY = 30.0
GROUPS = ("lindrig", "svar")
ARRIVE = {"lindrig": 0.5, "svar": 0.5}
HOME = {"lindrig": 0.8, "svar": 0.3}
"""Shares that can be helped at home."""
LENGTH = {"hem": 20.0, "kopt": 40.0}
ONWARD = {("lindrig", "hem"): 0.8, ("svar", "hem"): 0.5, ("lindrig", "kopt"): 0.4, ("svar", "kopt"): 0.4}
"""Shares that go on to the next steg; in the reserv the resource's word counts."""
NEXT_LENGTH = {"lindrig": 100.0, "svar": 60.0}
FIRST = {
    (g, place): PER_DAY * ARRIVE[g] * (HOME[g] if place == "hem" else 1 - HOME[g]) * LENGTH[place]
    for g in GROUPS
    for place in LENGTH
}
"""How many there are of a målgrupp in a resource of the first steg."""
SECOND = {g: NEXT_LENGTH[g] * sum(FIRST[g, p] / LENGTH[p] * ONWARD[g, p] for p in LENGTH) for g in GROUPS}
MOMENTS = (0.0, 20.0, 50.0)


def exponential(mean: float) -> dict[str, object]:
    return {"fordelning": "exponential", "medel": mean}


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    onward = {
        "andel": 0.8,
        "tid": exponential(LENGTH["hem"]),
        "nasta": {"b": 1.0},
        "malgrupper": {"svar": {"andel": 0.5}},
        "resurser": {"kopt": {"andel": 0.4, "tid": exponential(LENGTH["kopt"])}},
    }
    out = {
        "andel": 0.2,
        "tid": exponential(LENGTH["hem"]),
        "nasta": {"avslut": 1.0},
        "malgrupper": {"svar": {"andel": 0.5}},
        "resurser": {"kopt": {"andel": 0.6, "tid": exponential(LENGTH["kopt"])}},
    }
    hemmamojlig = {"andel": HOME["lindrig"], "malgrupper": {"svar": HOME["svar"]}}
    later = {
        "tid": exponential(NEXT_LENGTH["lindrig"]),
        "nasta": {"avslut": 1.0},
        "malgrupper": {"svar": {"tid": exponential(NEXT_LENGTH["svar"])}},
    }
    steg = {
        "a": {
            "behov": {"plats": ["hem"], "vanta_hogst_dagar": 0.0, "reserv": "kopt", "hemmamojlig": hemmamojlig},
            "utfall": {"vidare": onward, "ut": out},
        },
        "b": {"utfall": {"klar": later}},
    }
    counts = {place: round(sum(FIRST[g, place] for g in GROUPS)) for place in LENGTH}
    i_steg = {
        "a": {place: {"antal": count} for place, count in counts.items()},
        "b": {"utan_resurs": {"antal": round(sum(SECOND.values()))}},
    }
    resurser = {
        "hem": {"typ": "boende", "platser": 10_000.0},
        "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}},
    }
    inflode = {"in": {"per_ar": PER_DAY * 365.25, "forsta_steg": "a", "malgrupper": ARRIVE}}
    made = kommun(resurser, inflode, steg, slut="2018-02-21", nulage={"v": {"i_steg": i_steg}})
    return replications(network_of(made), 90, engine)


def number(run: Replication, moment: float, steg: str, group: str | None = None, place: str | None = None) -> float:
    log, network = run.log, run.network
    chosen = log.steg == network.steg_number(f"v.{steg}")
    if group is not None:
        chosen &= log.malgrupp == network.groups.index(group)
    if place is not None:
        chosen &= log.resurs == network.resource_number(place)
    start, left = run.intervals(chosen)
    return float(((start <= moment) & (left > moment)).sum())


def arrivals(runs: list[Replication], moment: float) -> list[Control]:
    """How many arrive in each third of the time."""
    thirds = [(moment * i / 3, moment * (i + 1) / 3) for i in range(3)] if moment else []
    return [control(runs, PER_DAY * moment / 3, lambda run, w=w: visits_in(run.arrivals, w).sum()) for w in thirds]


@pytest.mark.parametrize("moment", MOMENTS)
def test_malgrupper_in_the_second_steg_are_as_the_shares_of_the_first_send_them(
    runs: list[Replication], moment: float
) -> None:
    controls = arrivals(runs, moment)
    assert_unbiased(controls)
    values = [number(run, moment, "b", "lindrig") for run in runs]
    assert_agrees(f"chain, lindrig in b on day {moment:g}", SECOND["lindrig"], values, controls)


@pytest.mark.parametrize("moment", MOMENTS[1:])
def test_occupancy_of_both_stegs_is_flat_from_day_0(runs: list[Replication], moment: float) -> None:
    controls = arrivals(runs, moment)
    for steg, theory in (("a", sum(FIRST.values())), ("b", sum(SECOND.values()))):
        values = [number(run, moment, steg) for run in runs]
        assert_agrees(f"chain, all in {steg} on day {moment:g}", theory, values, controls)


def test_malgrupper_in_a_resource_are_as_who_can_be_helped_there(runs: list[Replication]) -> None:
    values = [number(run, 0.0, "a", "svar", "kopt") for run in runs]
    assert_agrees("chain, svar in the reserv on day 0", FIRST["svar", "kopt"], values)


LIMIT, AGES, MEAN = 18.0, (15.0, 17.0), 1000.0
YEAR = 365.25


def spent(days: float) -> float:
    """Mean days in a stay that ends at the latest after so many: ∫₀ P(longer)."""
    return MEAN * (1 - math.exp(-days / MEAN))


COUNT = 1500
LIMITED_PER_DAY = COUNT / sum(spent((LIMIT - age) * YEAR) / len(AGES) for age in AGES)


@pytest.fixture(scope="module")
def limited(engine: str) -> list[Replication]:
    alder = {"fordelning": "empirisk", "varden": list(AGES), "andelar": [0.5, 0.5]}
    inflode = {"per_ar": LIMITED_PER_DAY * YEAR, "forsta_steg": "a", "alder": {"alla": alder}}
    steg = {
        "till_alder": {"ar": LIMIT, "nasta": {"avslut": 1.0}},
        "utfall": {"klar": {"tid": exponential(MEAN), "nasta": {"avslut": 1.0}}},
    }
    nulage = {"v": {"i_steg": {"a": {"utan_resurs": {"antal": COUNT}}}}}
    made = kommun({}, {"in": inflode}, {"a": steg}, slut="2018-05-15", nulage=nulage)
    return replications(network_of(made), 60, engine)


def test_stock_under_an_age_limit_has_come_lately(limited: list[Replication]) -> None:
    """On day 0: all who came within a year and stay are still under the limit, λ ∫₀ P(longer) over a year."""
    values = [(run.log.start[run.log.has(FRAN_NULAGE)] > -YEAR).sum() for run in limited]
    assert_agrees("age limit, came within a year", LIMITED_PER_DAY * spent(YEAR), values)


@pytest.mark.parametrize("moment", [1.0, 60.0, 120.0])
def test_occupancy_under_an_age_limit_is_flat_from_day_0(limited: list[Replication], moment: float) -> None:
    arrived = control(limited, LIMITED_PER_DAY * moment, lambda run: visits_in(run.arrivals, (0.0, moment)).sum())
    values = [number(run, moment, "a") for run in limited]
    assert_agrees(f"age limit, all on day {moment:g}", COUNT, values, [arrived])
