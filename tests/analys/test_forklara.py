"""Who fares differently, and why: runs worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from analys.hand import PRICE, cohort, constant, scenario
from hjalp import kommun
from sim.analysis.explain import NULAGE, SCENARIO, Difference, Explanation, Kind, explain
from sim.analysis.explain_text import PRICE_ALONE, Teller, case_rows, explain_lines
from sim.config import Kommun
from sim.events import What
from sim.experiment import Study, run_study
from sim.loading import load_kommun, load_scenario
from sim.selection import only_area
from sim.swedish import HARD_SPACE

FEB, MAR, APR = 31, 59, 90
"""The first day of the month, from 1 January."""


def one_place(limit: float | None, *cohorts: tuple[str, int]) -> Kommun:
    """A place at home, and so many who come on some days and stay 40 days; after `limit` days a place is bought."""
    waiting = {} if limit is None else {"vanta_hogst_dagar": limit, "reserv": "kopt"}
    return kommun(
        {"hem": {"typ": "boende", "platser": 1}, "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE}}},
        {f"in_{n}": cohort(day, count, "a") for n, (day, count) in enumerate(cohorts)},
        {"a": {"behov": {"plats": ["hem"], **waiting}, "utfall": constant(40)}},
        slut="2018-12-31",
    )


def made(of: Kommun, *changes: dict[str, Any]) -> Explanation:
    return explain(Study(of, (scenario("andrat", *changes),), 2, arbetare=1))


def firsts(found: Explanation) -> list[Difference]:
    """The first difference of each case."""
    return [each[0] for each in found.differences.values()]


def told(found: Explanation) -> str:
    """With ordinary spaces."""
    return "\n".join(explain_lines(found, 20)).replace(HARD_SPACE, " ")


def test_one_more_place_is_the_reason_of_the_one_who_gets_it() -> None:
    """Three come on 1 February: one at home, two bought. With one more place one of them saves 40 dygn."""
    found = made(one_place(0.0, ("2018-02-01", 3)), {"mal": "resurser.hem.platser", "plus": 1})
    ((case, (each, *_)),) = found.differences.items()
    assert (each.acting, each.event.what, each.event.time, each.kind) == (SCENARIO, What.STARTS, FEB, Kind.NEW_ROOM)
    assert each.instead is not None and each.instead.time == FEB
    moved = found.moved[case]
    assert (moved.bought_dygn, moved.kronor, moved.own_dygn, moved.waited_dygn) == (-40.0, -40_000.0, 40.0, 0.0)
    assert found.chain(case) == [each]
    text = told(found)
    assert "| fick plats i hem i stället för i kopt (V, a) | 1 | −40 | −40 | +40 | 0 |" in text
    assert "- eftersom det fanns fler platser i scenariot; i nuläget var det fullt." in text


def test_a_place_for_three_weeks_helps_who_comes_long_after() -> None:
    """One place. A has it 1 Feb to 13 Mar, B (asks 10 Feb) to 22 Apr, C (asks 10 Apr) waits until then.

    With a second place in February B has it at once, has left by 22 Mar, and C need not wait: B's place is the reason
    for C, and the second place for B.
    """
    of = one_place(None, ("2018-02-01", 1), ("2018-02-10", 1), ("2018-04-10", 1))
    extra = {"mal": "resurser.hem.platser", "plus": 1, "fran": "2018-02-10", "till": "2018-02-28"}
    found = made(of, extra)
    b, c = firsts(found)
    assert (b.kind, b.event.time, b.instead and b.instead.time) == (Kind.NEW_ROOM, FEB + 9, FEB + 40)
    assert (c.kind, c.event.time, c.instead and c.instead.time) == (Kind.OTHERS, APR + 9, FEB + 80)
    assert c.because is not None
    assert (c.because.case, c.because.left, c.because.came, c.because.leaves) == (b.case, FEB + 49, FEB + 40, FEB + 80)
    assert found.chain(c.case) == [c, b]
    assert [found.moved[each.case].waited_dygn for each in (b, c)] == [-31.0, -12.0]
    text = told(found)
    assert (
        "**Fall 3** fick plats i hem 10 apr 2018 i scenariot; i nuläget: fick plats i hem 22 apr 2018. "
        "(0 köpta dygn, 0 tkr)\n"
        "- eftersom fall 2 hade lämnat sin plats där 22 mar 2018 i scenariot, men hade platsen i nuläget "
        "till 22 apr 2018;\n"
        "- fall 2 fick plats i hem 10 feb 2018 i scenariot; i nuläget: fick plats i hem 13 mar 2018;\n"
        "- eftersom det fanns fler platser i scenariot; i nuläget var det fullt."
    ) in text
    assert "**2 fall klarade sig annorlunda.** 1 berördes direkt av ändringen, 1 för att något" in text


def test_one_more_who_comes_takes_the_place_of_another() -> None:
    """One comes on 10 February and finds the place empty, unless another has come on 1 February."""
    of = one_place(0.0, ("2018-02-01", 0), ("2018-02-10", 1))
    found = made(of, {"mal": "verksamheter.v.inflode.in_0.kohorter.k.antal", "plus": 1})
    new, other = firsts(found)
    assert (new.kind, new.acting, other.kind, other.acting) == (Kind.ONLY, SCENARIO, Kind.OTHERS, NULAGE)
    assert other.because is not None and (other.because.case, other.because.left) == (new.case, None)
    text = told(found)
    assert "nytt fall 1 hade platsen i scenariot, från 1 feb 2018 till 13 mar 2018, men inte i nuläget" in text
    assert "fick plats i kopt i stället för i hem (V, a)" in text


def test_a_longer_stay_concerns_the_case_itself() -> None:
    found = made(one_place(0.0, ("2018-02-01", 2)), {"mal": "verksamheter.v.steg.a.utfall.klar.tid.medel", "plus": 5.0})
    assert {each.kind for each in firsts(found)} == {Kind.ITSELF}
    assert sorted(moved.bought_dygn for moved in found.moved.values()) == [0.0, 5.0]
    assert "annan längd, eller går en annan väg (V, a)" in told(found)


def test_another_price_moves_kronor_and_nothing_else() -> None:
    found = made(one_place(0.0, ("2018-02-01", 3)), {"mal": "resurser.kopt.dygnskostnad_kr.medel", "plus": 100.0})
    assert dict(found.differences) == {}
    assert [moved.kronor for moved in found.moved.values()] == pytest.approx([4_000.0, 4_000.0])
    assert f"| {PRICE_ALONE} | 2 | 0 | +8 | 0 | 0 |" in told(found)


def test_nothing_differs_where_the_change_comes_to_nothing() -> None:
    found = made(one_place(0.0, ("2018-02-01", 1)), {"mal": "resurser.hem.platser", "plus": 1})
    assert dict(found.moved) == {}
    assert "Inget fall klarar sig annorlunda" in explain_lines(found, 20)[-1]


def closings(staff: float) -> Kommun:
    """Two stay 10 days and must then be closed; closing takes 8 days, one at a time for one årsarbetare."""
    closing = {"team": "team", "vikt": 1.0, "tid": {"fordelning": "konstant", "medel": 8.0}}
    return kommun(
        {
            "team": {"typ": "team", "arsarbetare": staff, "arendetak": 1},
            "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE}},
        },
        {"in": cohort("2018-02-01", 2, "a")},
        {"a": {"behov": {"plats": ["kopt"]}, "avslut": closing, "utfall": constant(10)}},
        slut="2018-12-31",
    )


def test_closing_sooner_ends_a_stay_sooner() -> None:
    """Until 19 Feb one is closed, then the other; with two årsarbetare both at once, 8 dygn less for the other."""
    found = made(closings(1.0), {"mal": "resurser.team.arsarbetare", "plus": 1.0})
    ((case, (each, *_)),) = found.differences.items()
    assert (each.event.what, each.event.time, each.kind) == (What.CLOSING, FEB + 10, Kind.NEW_ROOM)
    assert each.instead is not None and each.instead.time == FEB + 18
    assert (found.moved[case].bought_dygn, found.moved[case].kronor) == (-8.0, -8_000.0)
    text = told(found)
    assert "| avslutades tidigare, av team (V, a) | 1 | −8 | −8 | 0 | 0 |" in text
    assert "- eftersom handläggarna hann med fler i scenariot; i nuläget var de fullbelagda." in text


def test_what_bought_dygn_come_of_is_told_where_it_is_not_the_first_difference() -> None:
    """Two steg, each with a place of its own, 40 days in the first and 30 in the second, bought at once where full.

    A (1 Feb) and B (10 Feb) want the same first place; B waits for it until 13 Mar, unless there is a second one. Both
    want the second place: A has it 13 Mar to 12 Apr. B, with the second first place, asks for it on 22 Mar and finds it
    taken: a bought one until 21 Apr. As it is B asks on 22 Apr and finds it empty. The first difference is that B need
    not wait, but the 30 bought dygn come of A being there.
    """
    of = kommun(
        {
            "hem": {"typ": "boende", "platser": 1},
            "nasta": {"typ": "boende", "platser": 1},
            "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE}},
        },
        {f"in_{n}": cohort(day, 1, "a") for n, day in enumerate(("2018-02-01", "2018-02-10"))},
        {
            "a": {"behov": {"plats": ["hem"]}, "utfall": constant(40, "b")},
            "b": {"behov": {"plats": ["nasta"], "vanta_hogst_dagar": 0.0, "reserv": "kopt"}, "utfall": constant(30)},
        },
        slut="2018-12-31",
    )
    found = made(of, {"mal": "resurser.hem.platser", "plus": 1})
    ((case, (first, *_)),) = found.differences.items()
    told_of = found.told(case)
    assert (first.event.time, first.kind) == (FEB + 9, Kind.NEW_ROOM)
    assert told_of is not None
    assert (told_of.acting, told_of.event.time, told_of.kind) == (NULAGE, FEB + 80, Kind.ANOTHER_DAY)
    assert found.chain(case) == [told_of, first]
    assert found.moved[case].bought_dygn == 30.0
    text = told(found)
    assert "| fick plats i kopt i stället för i nasta (V, b) | 1 | +30 | +30 | −30 | −31 |" in text
    assert "- eftersom fall 2 kom dit en annan dag i scenariot;\n- fall 2 fick plats i hem 10 feb 2018" in text


@pytest.mark.parametrize("name", ["stodboende_5", "handlaggare_4"])
def test_what_the_cases_move_is_what_the_measures_say(name: str) -> None:
    """Bought dygn and own dygn exactly, kronor to the öre of each month; every chain ends in the change itself."""
    part, asked = only_area(load_kommun("sodertalje_2019"), "missbruk"), load_scenario(name)
    study = Study(part, (asked,), 2, arbetare=1)
    found = explain(study)
    nulage, changed = run_study(study).tables
    years = [str(year) for year in range(2018, 2022)]

    def change(measure: str, kind: str = "") -> float:
        row = ("missbruk", measure, kind)
        return sum(float(changed.of(row, year)[0] - nulage.of(row, year)[0]) for year in years)

    moved = list(found.moved.values())
    assert sum(each.bought_dygn for each in moved) == change("varddygn_extern") != 0
    assert sum(each.own_dygn for each in moved) == change("varddygn_intern")
    assert sum(each.kronor for each in moved) == pytest.approx(change("kostnad", "extern"), abs=2.0)
    assert {found.chain(case)[-1].kind for case in found.differences} <= {Kind.NEW_ROOM, Kind.ORDER, Kind.ITSELF}
    bought = {case for case, each in found.moved.items() if each.bought_dygn}
    assert any(found.told(case) != found.differences[case][0] for case in bought)
    times = [[each.event.time for each in found.chain(case)] for case in found.differences]
    assert all(chain == sorted(chain, reverse=True) for chain in times)
    assert len(list(case_rows(found))) == len(found.moved) == sum(len(each.cases) for each in Teller(found).groups())
