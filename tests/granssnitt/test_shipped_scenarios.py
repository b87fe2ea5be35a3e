"""Every shipped scenario says which kommuner it fits: a sound plan that changes something there, refused elsewhere."""

from __future__ import annotations

import re
from functools import cache

import pytest

from granssnitt.rot import REPO
from sim.build import build_network
from sim.config import Kommun
from sim.errors import HemmaplanError
from sim.files import kommun_ids, scenario_ids
from sim.loading import load_kommun, load_scenario
from sim.scenario import make_plan

SCENARIOS = scenario_ids(REPO)


@cache
def kommun_of(name: str) -> Kommun:
    return load_kommun(name, REPO)


def fits(name: str) -> list[str]:
    """The kommuner on the second line of the file."""
    second = (REPO / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[1]
    said = re.fullmatch(r"# Passar: ([a-z0-9_]+(?:, [a-z0-9_]+)*)", second)
    assert said, f"{name}: line 2 says which kommuner the scenario fits: # Passar: <kommun>, <kommun>"
    return said[1].split(", ")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_a_sound_plan_where_it_says_it_fits(name: str) -> None:
    scenario = load_scenario(name, REPO)
    for kommun_id in fits(name):
        plan = make_plan(kommun_of(kommun_id), scenario)
        build_network(plan)
        assert any(epoch.kommun != epoch.bas for epoch in plan.epoker)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_refused_in_words_where_it_does_not_fit(name: str) -> None:
    scenario = load_scenario(name, REPO)
    for kommun_id in set(kommun_ids(REPO)) - set(fits(name)):
        with pytest.raises(HemmaplanError, match=rf"scenario {name}, ändring \d+: \w+ = "):
            make_plan(kommun_of(kommun_id), scenario)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_says_its_question_and_what_the_answer_rests_on(name: str) -> None:
    scenario = load_scenario(name, REPO)
    assert "?" in scenario.motiv
    assert scenario.forbehall
    assert len(scenario.namn) <= 40


def test_no_two_scenarios_have_the_same_name() -> None:
    names = [load_scenario(name, REPO).namn for name in SCENARIOS]
    assert len(set(names)) == len(names)
