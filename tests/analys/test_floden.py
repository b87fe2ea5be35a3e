"""What a year asks of each resource, queues as flows without chance, and what only grows: by hand, and by an ODE."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from hjalp import kommun, scenario
from sim.analysis.fluid import fluid
from sim.analysis.overload import Overload, overloads
from sim.build import build_network
from sim.config import Kommun, Scenario
from sim.flows import Span, flows_in, kommun_in, station_load, stations, team_loads
from sim.network import Network
from sim.scenario import Plan, make_plan

YEAR = 365.25
TEAM = {"typ": "team", "arsarbetare": 1, "arendetak": 10}
EXTERN = {"typ": "extern", "dygnskostnad_kr": {"medel": 1000}}


def made(kommun: Kommun, change: Scenario | None = None) -> tuple[Plan, Network]:
    plan = make_plan(kommun, change)
    return plan, build_network(plan)


def steg(days: float, nasta: dict[str, float] | None = None, **more: Any) -> dict[str, Any]:
    tid = {"fordelning": "exponential", "medel": days}
    return {"utfall": {"klar": {"tid": tid, "nasta": nasta or {"avslut": 1.0}}}, **more}


def one_team(per_day: float, **more: Any) -> Kommun:
    """Ten cases at a time of twenty days each: half a case a day."""
    inflode = {"in": {"per_ar": per_day * YEAR, "forsta_steg": "a"}}
    full = {"v": {"i_steg": {"a": {"t": {"antal": 10}}}}}
    return kommun({"t": TEAM}, inflode, {"a": steg(20.0, behov={"team": "t"})}, nulage=full, **more)


def found(kommun: Kommun, change: Scenario | None = None) -> list[Overload]:
    return overloads(*made(kommun, change))


def test_a_queue_of_a_quarter_too_much_passes_three_months_after_fifteen() -> None:
    """Who begins on day t came on day 0.5 t / 0.625, 90 days before: t = 90 × 1.25 / 0.25."""
    (only,) = found(one_team(0.625))
    assert (only.names, only.stegs, only.years) == (("t",), (("v", "a"),), ("2018", "2019"))
    assert (only.load, only.capacity) == pytest.approx((12.5, 10.0))
    assert only.ratio == pytest.approx(1.25)
    assert only.waited == pytest.approx(450, abs=1)


def test_a_queue_at_the_start_is_in_the_way() -> None:
    """45 who are in the queue are 90 days of work: the last of them has waited 90 days when it begins."""
    waiting = {
        "v": {"i_steg": {"a": {"t": {"antal": 10}}}, "ko": {"a": {"antal": 45, "vantat": {"medel": 1, "cv": 1}}}}
    }
    content = one_team(0.625).model_dump(exclude_unset=True) | {"nulage": waiting}
    plan, network = made(Kommun.model_validate(content))
    late = fluid(plan, network).waited("v.a")
    assert late == pytest.approx(90, abs=1)


def test_what_there_is_room_for_does_not_grow() -> None:
    plan, network = made(one_team(0.499))
    assert overloads(plan, network) == []
    assert fluid(plan, network).queue("v.a").max() == pytest.approx(0, abs=1e-9)


def test_a_change_that_relieves_is_seen_year_by_year() -> None:
    more = scenario({"mal": "resurser.t.arsarbetare", "plus": 1, "fran": "2019-01-01"})
    (only,) = found(one_team(0.625), more)
    assert only.scenario == "prov"
    assert only.years == ("2018",)
    assert only.waited is None


def test_all_the_work_of_a_case_is_counted_where_it_ends_up() -> None:
    """A case a day: 20 days × 0.5, four of ten followed up for 100 days × 0.1 and closed in 10 days × 0.2."""
    follow = {
        "uppfoljning": {"team": "t", "vikt": 0.1},
        "avslut": {"team": "t", "vikt": 0.2, "tid": {"fordelning": "konstant", "medel": 10}},
    }
    stegs = {"a": steg(20.0, {"b": 0.4, "avslut": 0.6}, behov={"team": "t", "vikt": 0.5}), "b": steg(100.0, **follow)}
    plan, network = made(kommun({"t": TEAM}, {"in": {"per_ar": YEAR, "forsta_steg": "a"}}, stegs))
    span = Span(0.0, 365.0)
    load = team_loads(kommun_in(plan, network, span), network, flows_in(plan, network, span), span)["t"]
    assert (load.need, load.forced, load.closing) == pytest.approx((10.0, 4.0, 0.8))
    by_steg = {flow.steg: flow for flow in flows_in(plan, network, span)}
    assert by_steg["b"].present == pytest.approx(0.4 * 110)


def test_a_driver_acts_on_the_inflow_and_on_the_pace() -> None:
    """Twice the driver and an elasticity of one: twice as many present, √2 from each side."""
    driven = {"drivare": {"d": {"namn": "D", "omrade": "riket", "bas": 0.07, "varde": 0.07}}}
    acts = {"drivare": {"d": {"elasticitet": 1.0, "andel_inflode": 0.5, "inflode": ["in"], "steg": ["a"]}}}
    base = kommun({"t": TEAM}, {"in": {"per_ar": YEAR, "forsta_steg": "a"}}, {"a": steg(20.0)}, v=acts, **driven)
    plan, network = made(base, scenario({"mal": "drivare.d.varde", "ganger": 2.0}))
    (flow,) = flows_in(plan, network, Span(0.0, 365.0))
    assert (flow.per_day, flow.days, flow.present) == pytest.approx((2**0.5, 20 * 2**0.5, 40.0))


PLACES = {"typ": "boende", "platser": 4}


@pytest.mark.parametrize(
    ("behov", "more", "asked"),
    [
        ({}, {}, 5.0),
        ({"reserv": "kopt", "vanta_hogst_dagar": 7}, {}, 0.0),
        ({"reserv": "kopt", "hemmamojlig": {"andel": 0.9}}, {}, 4.5),
        ({"andel_plats": 0.5}, {}, 2.5),
        ({}, {"tar_tillbaka": {"tid": {"medel": 50, "cv": 1}}, "nasta_vid_avhopp": "avslut"}, 0.0),
    ],
    ids=["utan_reserv", "reserv", "reserv_utan_grans", "del_av_plats", "talamod"],
)
def test_only_who_must_have_a_place_can_overload_it(behov: dict[str, Any], more: dict[str, Any], asked: float) -> None:
    """Five would be there in the long run, of whom some may go elsewhere."""
    stegs = {"a": steg(50.0, behov={"plats": ["hem"], **behov}, **more)}
    of = kommun({"hem": PLACES, "kopt": EXTERN}, {"in": {"per_ar": 0.1 * YEAR, "forsta_steg": "a"}}, stegs)
    plan, network = made(of)
    (station,) = stations(of)
    assert station_load(of, flows_in(plan, network, Span(0.0, 365.0)), station) == pytest.approx(asked, rel=1e-6)
    assert [each.names for each in overloads(plan, network)] == ([("hem",)] if asked > 4 else [])


def test_places_that_the_same_steg_asks_for_are_one_station() -> None:
    both, one = {"behov": {"plats": ["hem", "hus"]}}, {"behov": {"plats": ["hus"]}}
    stegs = {"a": steg(50.0, **both), "b": steg(50.0, **one), "c": steg(50.0, behov={"plats": ["annat"]})}
    of = kommun(dict.fromkeys(("hem", "hus", "annat"), PLACES), {"in": {"per_ar": 1.0, "forsta_steg": "a"}}, stegs)
    assert [(each.places, each.stegs) for each in stations(of)] == [
        (("annat",), (("v", "c"),)),
        (("hem", "hus"), (("v", "a"), ("v", "b"))),
    ]


def test_follow_up_crowds_out_as_in_the_differential_equation() -> None:
    """A team that also follows up what it has begun, from an empty start; the queue against SciPy's own solution."""
    stegs = {"a": steg(20.0, {"b": 1.0}, behov={"team": "t"}), "b": steg(200.0, uppfoljning={"team": "t", "vikt": 0.1})}
    plan, network = made(kommun({"t": TEAM}, {"in": {"per_ar": 0.4 * YEAR, "forsta_steg": "a"}}, stegs))
    queue = fluid(plan, network, 4).queue("v.a")

    def until_full(_: float, state: np.ndarray) -> list[float]:
        return [0.4 - state[0] / 20, state[0] / 20 - state[1] / 200]

    def full(_: float, state: np.ndarray) -> float:
        return 10 - state[0] - 0.1 * state[1]

    full.terminal = True  # type: ignore[attr-defined]
    first = solve_ivp(until_full, (0, 2000), [0.0, 0.0], events=full, rtol=1e-9)

    def when_full(_: float, state: np.ndarray) -> list[float]:
        done, left = state[0] / 20, state[1] / 200
        begin = done - 0.1 * (done - left)
        return [begin - done, done - left, 0.4 - begin]

    later = solve_ivp(when_full, (first.t[-1], 1800), [*first.y[:, -1], 0.0], dense_output=True, rtol=1e-9)
    for day in (600, 1000, 1700):
        assert queue[day - 1] == pytest.approx(float(later.sol(day)[2]), rel=0.01)


def test_impatience_keeps_a_queue_in_bounds() -> None:
    """Who comes either begins or gives up: 0.625 a day = 0.5 + queue / 40."""
    impatient = {"tar_tillbaka": {"tid": {"fordelning": "exponential", "medel": 40}}, "nasta_vid_avhopp": "avslut"}
    stegs = {"a": steg(20.0, behov={"team": "t"}, **impatient)}
    plan, network = made(kommun({"t": TEAM}, {"in": {"per_ar": 0.625 * YEAR, "forsta_steg": "a"}}, stegs))
    assert fluid(plan, network, 2).queue("v.a")[-1] == pytest.approx(5.0, rel=0.03)
    assert overloads(plan, network) == []
