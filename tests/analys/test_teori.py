"""Theory beside simulation: loads by hand, the right formula for each part, agreement where it is near, and why not."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hjalp import kommun
from sim.analysis.queues import erlang_b, impatient_queue, mean_queue, with_immediate_return
from sim.analysis.theory import Beside, Known, beside, known_queues, place_in
from sim.analysis.theory_text import theory_lines, theory_rows
from sim.build import build_network
from sim.calendars import years
from sim.config import Kommun
from sim.experiment import Study, run_study
from sim.scenario import make_plan

YEAR = 365.25
EXTERN = {"typ": "extern", "dygnskostnad_kr": {"medel": 1000}}


def steg(days: float, nasta: str = "avslut", **more: Any) -> dict[str, Any]:
    tid = {"fordelning": "exponential", "medel": days}
    return {"utfall": {"klar": {"tid": tid, "nasta": {nasta: 1.0}}}, **more}


def known(of: Kommun) -> dict[tuple[str, str], Known]:
    """By name and measure, of the first year; where two formulas speak of the same, the last."""
    plan = make_plan(of)
    network = build_network(plan)
    found = known_queues(place_in(plan, network, years(network.start, network.end)[0]))
    return {(each.name, each.what): each for each in found}


def one(
    resurser: dict[str, Any], per_day: float, days: float, inflode: dict[str, Any] | None = None, **more: Any
) -> Kommun:
    """One steg `a`, warmed up for two years."""
    inflow = {"per_ar": per_day * YEAR, "forsta_steg": "a", **(inflode or {})}
    return kommun(resurser, {"in": inflow}, {"a": steg(days, **more)}, slut="2018-12-31", uppvarmning_ar=2)


FREE = one({}, 2.0, 10.0)
TEAM = one({"t": {"typ": "team", "arsarbetare": 1, "arendetak": 12}}, 10.0, 2.0, behov={"team": "t", "vikt": 0.5})
PLACES = {"hem": {"typ": "boende", "platser": 5}, "kopt": EXTERN}
ERLANG_B = one(PLACES, 0.5, 10.0, behov={"plats": ["hem"], "reserv": "kopt", "vanta_hogst_dagar": 0})
ERLANG_C = one({"hem": PLACES["hem"]}, 0.35, 10.0, behov={"plats": ["hem"]})
PATIENCE = {"tar_tillbaka": {"tid": {"fordelning": "exponential", "medel": 15}}, "nasta_vid_avhopp": "avslut"}
ERLANG_A = one({"hem": PLACES["hem"]}, 0.6, 10.0, behov={"plats": ["hem"]}, **PATIENCE)


def test_each_part_has_its_formula_and_its_load() -> None:
    """Loads by Little's law; a team of 12 with cases that weigh a half has 24 servers."""
    free = known(FREE)["a", "pågående i medel"]
    assert (free.queue, free.load, free.theory) == ("M/G/∞", pytest.approx(20.0), pytest.approx(20.0))
    team = known(TEAM)["t", "ofördelade ärenden"]
    assert (team.load, team.servers) == pytest.approx((20.0, 24.0))
    assert team.theory == pytest.approx(mean_queue(24, 20.0))
    assert known(TEAM)["t", "belastning, viktade ärenden"].theory == pytest.approx(10.0)
    lost = erlang_b(5, 5.0)
    assert known(ERLANG_B)["hem", "beläggning, andel"].theory == pytest.approx(1 - lost)
    assert known(ERLANG_B)["kopt", "årsplatser i reserven"].theory == pytest.approx(5 * lost)
    assert known(ERLANG_C)["hem", "i kö"].theory == pytest.approx(mean_queue(5, 3.5))
    assert known(ERLANG_A)["hem", "i kö"].theory == pytest.approx(impatient_queue(5, 6.0, 1.5)[0])


def test_who_cannot_be_helped_at_home_is_in_the_reserv_beside_those_there_is_no_room_for() -> None:
    behov = {"plats": ["hem"], "reserv": "kopt", "vanta_hogst_dagar": 0, "hemmamojlig": {"andel": 0.8}}
    found = known(one(PLACES, 0.5, 10.0, behov=behov))
    assert found["hem", "beläggning, andel"].load == pytest.approx(4.0)
    assert found["kopt", "årsplatser i reserven"].theory == pytest.approx(1.0 + 4.0 * erlang_b(5, 4.0))


def test_taking_home_has_two_bounds_and_is_not_near() -> None:
    recall = {"tidigast_dagar": 5, "uppsagning_dagar": 5}
    behov = {"plats": ["hem"], "reserv": "kopt", "vanta_hogst_dagar": 0, "hemtagning": recall}
    last = known(one(PLACES, 0.5, 10.0, behov=behov))["kopt", "årsplatser i reserven"]
    assert last.theory == pytest.approx(with_immediate_return(5, 5.0).outside)
    assert not last.near
    assert any("hemtagning tidigast efter 5 dygn" in reason.text for reason in last.reasons)


def test_what_only_grows_has_no_value() -> None:
    found = known(one({"hem": PLACES["hem"]}, 0.6, 10.0, behov={"plats": ["hem"]}))["hem", "i kö"]
    assert found.theory == math.inf
    ((*_, theory, _, _, _, _, _, _, _),) = theory_rows([Beside(found, 1.0, 0.5, 1.5)])
    assert math.isnan(theory)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "count"),
    [(FREE, 60), (TEAM, 60), (ERLANG_B, 60), (ERLANG_C, 120), (ERLANG_A, 60)],
    ids=["fri", "team", "erlang_b", "erlang_c", "erlang_a"],
)
def test_where_it_is_near_the_simulation_agrees(of: Kommun, count: int) -> None:
    """Within one and a half times the 95 % interval (99.7 %), and the interval is narrow enough to tell."""
    table = run_study(Study(of, (), count, arbetare=1)).tables[0]
    made = beside(list(known(of).values()), table, "2018")
    assert made
    for each in made:
        assert each.known.near, each.known
        half = (each.high - each.low) / 2
        assert abs(each.simulated - each.known.theory) <= 1.55 * half, each
        assert half <= 0.35 * each.known.theory, each
    text = "\n".join(theory_lines(made, of, "Nuläge", "2018", count))
    assert "| Skillnad | Nära |" in text
    assert len(list(theory_rows(made))) == len(made)


@pytest.mark.parametrize(
    ("inflode", "said", "breaks"),
    [
        ({"sasong": [0.5] * 6 + [1.5] * 6}, "inflödet varierar över året, 50–149 % av medel", ""),
        ({"arseffekt": {"cv": 0.2, "rho": 0.5}}, "goda och dåliga år (cv 20 %)", "spridning"),
        ({"overspridning": 2.0}, "månaderna varierar mer än slumpen (överspridning 2,0)", "spridning"),
        ({"syskon": [0.5, 0.5]}, "syskon kommer samtidigt", "spridning"),
    ],
)
def test_what_the_formula_leaves_out_is_said(inflode: dict[str, Any], said: str, breaks: str) -> None:
    found = known(one({}, 2.0, 10.0, inflode))
    reasons = {reason.text: reason.breaks for reason in found["a", "pågående i medel"].reasons}
    assert reasons[said] == breaks
    assert found["a", "pågående i medel"].near
    assert found["a", "spridning mellan framtider, pågående i december"].near == (breaks == "")


def test_stays_that_began_before_the_run_make_it_far() -> None:
    """Stays of a year, without warm-up: e^(−½) = 61 % of the long run's came before, at the middle of the year."""
    of = kommun({}, {"in": {"per_ar": YEAR, "forsta_steg": "a"}}, {"a": steg(365.0)}, slut="2018-12-31")
    found = known(of)["a", "pågående i medel"]
    assert any(reason.text.startswith("61 % av dem som på sikt är där kom före start") for reason in found.reasons)
    assert not found.near


def test_follow_up_takes_servers_and_is_said() -> None:
    """A team of 24 that follows up 10 × 0.6 has 18 left: not near."""
    team = {"t": {"typ": "team", "arsarbetare": 1, "arendetak": 24}}
    stegs = {
        "a": steg(10.0, "b", behov={"team": "t"}),
        "b": steg(10.0, uppfoljning={"team": "t", "vikt": 0.6}),
    }
    of = kommun(team, {"in": {"per_ar": YEAR, "forsta_steg": "a"}}, stegs, slut="2018-12-31", uppvarmning_ar=1)
    found = known(of)["t", "ofördelade ärenden"]
    assert found.servers == pytest.approx(18.0)
    assert not found.near
    assert known(of)["t", "belastning, viktade ärenden"].near
