"""The smallest number of places and of handläggare against Erlang B and C, in random cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from hjalp import kommun
from sim.analysis.goal import Sought, batches_of, inflow_goal, seek, unit_goal
from sim.calendars import DAYS_PER_YEAR
from sim.config import Kommun
from sim.experiment import Study
from teori_hjalp import erlang_b, erlang_c, exponential_tid

SLUT = "2019-12-31"
"""The first year is for the start to be forgotten (stays last a day), the second is judged."""
SINCE = date(2018, 1, 1)
MOST = 12
CASES = 20
NOT_EXACT = 1
"""So many of the cases may stand so near their border that it is not told which side they are on."""


@dataclass(frozen=True)
class Case:
    """`load` a day, a limit that the condition sets, the number at the start, and the exact answer."""

    load: float
    limit: float
    start: int
    exact: int


def places_case(random: np.random.Generator) -> Case:
    """The share that finds no room is to be at most `limit`, which lies between that of two numbers of places."""
    load, exact = float(random.uniform(2, 5)), int(random.integers(2, 9))
    above, below = erlang_b(exact - 1, load), erlang_b(exact, load)
    return Case(load, float(np.exp(random.uniform(np.log(below), np.log(above)))), 1, exact)


def mean_wait(servers: int, load: float) -> float:
    """M/M/c with stays of a day: Erlang C."""
    return erlang_c(servers, load) / (servers - load)


def team_case(random: np.random.Generator) -> Case:
    """The mean wait is to be at most `limit` days."""
    load = float(random.uniform(2, 5))
    start = int(np.ceil(load / 0.9))
    exact = start + int(random.integers(1, 4))
    above, below = mean_wait(exact - 1, load), mean_wait(exact, load)
    return Case(load, float(np.exp(random.uniform(np.log(below), np.log(above)))), start, exact)


def places(case: Case) -> Kommun:
    behov = {"plats": ["egna"], "reserv": "kopta", "vanta_hogst_dagar": 0}
    return kommun(
        {
            "egna": {"typ": "boende", "platser": case.start},
            "kopta": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}},
        },
        {"in": {"per_ar": case.load * DAYS_PER_YEAR, "forsta_steg": "a"}},
        {"a": {"behov": behov, "utfall": {"klar": exponential_tid(1.0)}}},
        slut=SLUT,
    )


def team(case: Case) -> Kommun:
    return kommun(
        {"lag": {"typ": "team", "arsarbetare": case.start, "arendetak": 1.0}},
        {"in": {"per_ar": case.load * DAYS_PER_YEAR, "forsta_steg": "a"}},
        {"a": {"behov": {"team": "lag"}, "utfall": {"klar": exponential_tid(1.0)}}},
        slut=SLUT,
    )


def sought(made: Kommun, path: str, condition: str, most: int) -> Sought:
    goal = unit_goal(made, path, condition, None, SINCE, MOST, 1, "2019")
    return seek(goal, Study(made, (), arbetare=1), batches_of(most))


def places_answer(case: Case, most: int) -> Sought:
    return sought(places(case), "resurser.egna.platser", f"andel_extern_dygn v <= {case.limit:.9f} i medel", most)


def team_answer(case: Case, most: int) -> Sought:
    return sought(team(case), "resurser.lag.arsarbetare", f"vantetid_medel v.a <= {case.limit:.9f} i medel", most)


KINDS = {"platser": (places_case, places_answer), "handläggare": (team_case, team_answer)}


def wrongs(kind: str, seeds: range, most: int) -> tuple[int, int]:
    """How many are not the exact number, and how many are said to hold though they do not."""
    draw, answer = KINDS[kind]
    inexact = false = 0
    for seed in seeds:
        case = draw(np.random.default_rng(seed))
        found = answer(case, most)
        number = None if found.answer is None else case.start + int(found.answer)
        inexact += number != case.exact
        false += number is not None and number < case.exact
    return inexact, false


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_found_is_erlangs(kind: str) -> None:
    """Two cases that are not near their border."""
    assert wrongs(kind, range(2, 4), 80) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_number_found_is_erlangs_in_random_cases(kind: str) -> None:
    """Exact in at least 19 of 20, and what is said to hold does."""
    inexact, false = wrongs(kind, range(100, 100 + CASES), 5120)
    assert inexact <= NOT_EXACT
    assert false == 0


def test_the_inflow_that_today_can_carry_is_erlangs() -> None:
    """Six places and at most a tenth bought: the load at which Erlang B says so."""
    case = Case(3.0, 0.1, 6, 6)
    low, high = 0.0, 20.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if erlang_b(6, middle) <= case.limit else (low, middle)
    made = places(case)
    goal = inflow_goal(made, "v", "andel_extern_dygn <= 10 % i medel", None, SINCE, 1.6, "2019")
    found = seek(goal, Study(made, (), arbetare=1), batches_of(80))
    assert found.answer is not None
    assert found.answer <= low / case.load
    assert found.answer == pytest.approx(low / case.load, rel=0.05)
