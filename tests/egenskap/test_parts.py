"""What a scenario leaves alone is taken from nuläget: every measure is as if the scenario had been run by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egenskap.networks import SLUT, Prov, examples, provs
from hjalp import KALLA, kommun, scenario
from sim.config import Kommun, Scenario
from sim.errors import HemmaplanError
from sim.experiment import replicate
from sim.files import kommun_ids, project_root, scenario_ids
from sim.loading import checked_kommun, load_kommun, load_scenario
from sim.parts import Changed, parts_of
from sim.replication import Posed, posed, replicated
from sim.scenario import make_plan


def posed_beside(made: Kommun, *scenarios: Scenario, end: date | None = None) -> list[Posed]:
    base = make_plan(made)
    return posed([base, *(make_plan(made, each, base) for each in scenarios)], end)


def assert_as_alone(scenarios: Sequence[Posed], seed: int) -> None:
    together = replicated(scenarios, seed, 0, "snabb")
    for each, values in zip(scenarios, together, strict=True):
        alone = replicate(each.form, each.network, seed, 0, "snabb").values
        assert values.tobytes() == alone.tobytes()


@pytest.mark.parametrize("name", kommun_ids(project_root()))
def test_every_shipped_scenario_beside_nulaget_is_as_alone(name: str) -> None:
    made, fitting = load_kommun(name), []
    for each in map(load_scenario, scenario_ids(project_root())):
        try:
            make_plan(made, each)
        except HemmaplanError:
            continue
        fitting.append(each)
    assert fitting
    assert_as_alone(posed_beside(made, *fitting, end=date(made.basar + 1, 8, 31)), seed=3)


def test_only_the_parts_that_a_shipped_scenario_touches_are_simulated_again() -> None:
    asked = [load_scenario(name) for name in ("stodboende_5", "arbetsloshet_11")]
    _, places, unemployment = posed_beside(load_kommun("sodertalje_2019"), *asked)
    assert places.changed == Changed(frozenset({"missbruk"}), people=False)
    assert unemployment.changed == Changed(frozenset({"forsorjningsstod", "arbetsmarknad"}), people=True)


NAMES = re.compile(r"\b(lag_a|lag_b|hus_a|hus_b|hus_c|kopt_tak|kopt)\b")
ACTS = (
    {"mal": "resurser.lag_a.arsarbetare", "satt": 1},
    {"mal": "resurser.hus_b.platser", "plus": 2, "fran": "2018-03-01"},
    {"mal": "resurser.kopt.dygnskostnad_kr.medel", "ganger": 1.1, "fran": "2018-02-01", "till": "2018-04-30"},
    {"mal": "resurser.hus_a_w.platser", "plus": 1},
    {"mal": "verksamheter.v.inflode.in.per_ar", "ganger": 1.2, "fran": "2018-02-14"},
    {"mal": "verksamheter.w.prisindex", "satt": 1.2, "fran": "2018-04-01"},
    {"mal": "verksamheter.w.inflode.in.malgrupper.ung", "plus": 0.1},
)


def both(first: Prov, second: Prov) -> Kommun:
    """Two municipalities as the verksamheter `v` and `w` of one, with the drivers in common and nothing else."""
    one = first.kommun.model_dump(mode="json", exclude_unset=True)
    text = json.dumps(second.kommun.model_dump(mode="json", exclude_unset=True))
    other = json.loads(NAMES.sub(r"\1_w", text).replace('"verksamhet": "v"', '"verksamhet": "w"'))
    content: dict[str, Any] = {key: one[key] for key in ("id", "namn", "basar", "slut")}
    content["resurser"] = one["resurser"] | other["resurser"]
    content["verksamheter"] = one["verksamheter"] | {"w": other["verksamheter"]["v"]}
    content["nulage"] = one["nulage"] | {"w": other["nulage"]["v"]}
    content["drivare"] = one.get("drivare", {}) | other.get("drivare", {})
    return checked_kommun({**content, "kallor": KALLA})


@examples(20)
@given(provs(), provs(changes=False), st.lists(st.sampled_from(ACTS), max_size=2, unique_by=str))
def test_a_scenario_beside_nulaget_is_as_alone(first: Prov, second: Prov, acts: list[Mapping[str, Any]]) -> None:
    made = both(first, second)
    assert parts_of(made) == (("v",), ("w",))
    changes = [*first.changes, *acts]
    if made.drivare:
        changes.append({"mal": "drivare.arbetsloshet.varde", "ganger": 1.3, "fran": "2018-05-01"})
    asked = [scenario(*changes)] if changes else []
    assert_as_alone(posed_beside(made, *asked, end=SLUT), first.seed)


TEAM = {"typ": "team", "arsarbetare": 1, "arendetak": 2}
HOUSE = {"typ": "boende", "platser": 1}
HOURS = {"per_manad": 7, "pris_per_timme": 450.5}


def steg(**more: Any) -> dict[str, Any]:
    return {"utfall": {"klar": {"tid": {"medel": 20, "cv": 1.0}, "nasta": {"avslut": 1.0}}}, **more}


def two_areas(other_uses: str) -> Kommun:
    """`v` works in working days; `w` gives notice when it takes home, and uses a team of its own or that of `v`."""
    home = {"tidigast_dagar": 0, "uppsagning_dagar": 3}
    place = {"plats": ["hus"], "vanta_hogst_dagar": 0, "reserv": "kopt", "hemtagning": home}
    teams = {"lag_v": TEAM, "lag_w": {**TEAM, "verksamhet": "w"}}
    bought = {"typ": "extern", "dygnskostnad_kr": {"medel": 1000, "cv": 0.3}, "verksamhet": "w"}
    inflow = {"namn": "in", "per_ar": 60, "forsta_steg": "s"}
    far = {"namn": "s", **steg(behov=place, uppfoljning={"team": other_uses, "vikt": 0.5})}
    content = kommun(
        {**teams, "hus": {**HOUSE, "verksamhet": "w"}, "kopt": bought},
        {"in": inflow},
        {"s": steg()},
        "2018-12-31",
        verksamheter={
            "v": {
                "namn": "V",
                "inflode": {"in": inflow},
                "steg": {"s": {"namn": "s", **steg(arbetsdagar=True, timmar=HOURS)}},
            },
            "w": {"namn": "W", "inflode": {"in": inflow}, "steg": {"s": far}},
        },
    )
    return content


def test_verksamheter_that_use_the_same_team_are_one_part() -> None:
    assert parts_of(two_areas("lag_w")) == (("v",), ("w",))
    assert parts_of(two_areas("lag_v")) == (("v", "w"),)
    assert parts_of(two_areas("lag_w"), [("w", "v")]) == (("v", "w"),)


def test_a_longer_notice_elsewhere_touches_working_days_which_are_known_for_longer() -> None:
    notice = "verksamheter.w.steg.s.behov.hemtagning.uppsagning_dagar"
    asked = [scenario({"mal": notice, "satt": days}) for days in (2, 60)]
    scenarios = posed_beside(two_areas("lag_w"), *asked)
    assert [each.changed and each.changed.areas for each in scenarios] == [None, {"w"}, {"v", "w"}]
    assert_as_alone(scenarios, seed=1)


def test_a_scenario_that_changes_nothing_is_nulaget() -> None:
    made = two_areas("lag_v")
    scenarios = posed_beside(made, scenario({"mal": "resurser.hus.platser", "satt": 1}))
    assert scenarios[1].changed == Changed(frozenset(), people=False)
    assert_as_alone(scenarios, seed=2)


def test_a_date_within_a_month_is_as_alone_to_the_last_bit() -> None:
    """Hours are then summed before and after the date, in every verksamhet."""
    change = {"mal": "resurser.hus.platser", "plus": 1, "fran": "2018-03-13"}
    scenarios = posed_beside(two_areas("lag_w"), scenario(change))
    assert scenarios[1].changed == Changed(frozenset({"w"}), people=False)
    for seed in range(5):
        assert_as_alone(scenarios, seed)


def test_a_driver_that_moves_nothing_but_the_inflow_touches_its_verksamheter() -> None:
    effect = {"elasticitet": 0.6, "andel_inflode": 1.0, "inflode": ["ansokan"]}
    made = load_kommun("sodertalje_2019").model_dump(mode="json", exclude_unset=True)
    made["verksamheter"]["missbruk"]["drivare"] = {"arbetsloshet": effect}
    raised = scenario({"mal": "drivare.arbetsloshet.varde", "ganger": 1.2})
    (_, found) = posed_beside(checked_kommun(made), raised, end=date(2018, 3, 31))
    assert found.changed == Changed(frozenset({"arbetsmarknad", "forsorjningsstod", "missbruk"}), people=True)
    assert_as_alone([*posed_beside(checked_kommun(made), raised, end=date(2018, 3, 31))], seed=1)
