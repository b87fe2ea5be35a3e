"""Measures of logs written by hand, counted day by day or month by month."""

from __future__ import annotations

import calendar
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enhet.made_logs import NAN, made
from hjalp import kommun, scenario
from sim.calendars import months, years
from sim.measures import measure
from sim.runs import Rows, Run
from sim.visits import AVHOPP, HEMTAGEN, RESERV

many = settings(max_examples=60, deadline=None, derandomize=True, database=None)

TID = {"medel": 30, "cv": 1.0}
UT = {"utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}}}
KOMMUN = kommun(
    {
        "lag": {"typ": "team", "arsarbetare": 2, "arendetak": 1},
        "hus": {"typ": "boende", "platser": 2},
        "lya": {"typ": "boende", "platser": 1, "vardplats": False},
        "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1900}},
    },
    {"in": {"per_ar": 100, "forsta_steg": "utredning"}},
    {
        "utredning": {"behov": {"team": "lag", "vikt": 1.0}, "frist": {"dagar": 30, "fran": "begaran"}, **UT},
        "boende": {
            "behov": {"plats": ["hus"], "reserv": "kopt", "vanta_hogst_dagar": 14, "hemtagning": {}},
            "uppfoljning": {"team": "lag", "vikt": 1.0},
            "avslut": {"team": "lag", "vikt": 0.5, "tid": TID},
            "kvar": True,
            "ej_verkstallt_efter": 90,
            "utfall": {"klar": {"tid": TID, "nasta": {"kontrakt": 0.5, "avslut": 0.5}}},
        },
        "kontrakt": {"behov": {"plats": ["lya"]}, "tar_tillbaka": {"tid": TID}, "nasta_vid_avhopp": "avslut", **UT},
        "bistand": {"bistand_kr_per_manad": 9135, **UT},
    },
    "2019-12-31",
)
DAYS = 730
FIRST_DAYS = np.cumsum([0, *(calendar.monthrange(y, m)[1] for y in (2018, 2019) for m in range(1, 13))])
MONTH_OF = np.searchsorted(FIRST_DAYS, np.arange(DAYS), side="right") - 1


def by_month(run: Run) -> Rows:
    periods = months(run.network.start, run.network.end)
    return measure(run, periods, periods)


def by_year(run: Run) -> Rows:
    return measure(run, years(run.network.start, run.network.end), months(run.network.start, run.network.end))


quarter_days = st.integers(-100, DAYS * 4 - 1).map(lambda n: n / 4)


@st.composite
def benefit_stays(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few households, each with stays that follow one another, the last one perhaps under way."""
    stays = []
    for fall in range(draw(st.integers(1, 3))):
        moments = sorted(draw(st.lists(quarter_days, min_size=1, max_size=6, unique=True)))
        for besok, start in enumerate(moments[::2]):
            left = moments[2 * besok + 1] if 2 * besok + 1 < len(moments) else NAN
            stays.append({"fall": fall, "steg": "bistand", "besok": besok, "start": start, "slappt": left})
    return stays


def active_months(stays: list[dict[str, Any]], fall: int) -> set[int]:
    """Calendar months with at least one day of benefit, day by day."""
    found = set()
    for stay in stays:
        if stay["fall"] == fall:
            left = DAYS if np.isnan(stay["slappt"]) else int(np.floor(stay["slappt"]))
            found |= {int(MONTH_OF[day]) for day in range(max(int(np.floor(stay["start"])), 0), left)}
    return found


@many
@given(benefit_stays())
def test_bidragsmanader_counted_day_by_day(stays: list[dict[str, Any]]) -> None:
    active = [active_months(stays, fall) for fall in {stay["fall"] for stay in stays}]
    expected = [sum(month in each for each in active) for month in range(24)]
    assert by_month(made(KOMMUN, stays))["v", "bidragsmanader", "bistand"].tolist() == expected


@many
@given(benefit_stays())
def test_households_and_long_term_benefit_of_a_year_counted_day_by_day(stays: list[dict[str, Any]]) -> None:
    active = [active_months(stays, fall) for fall in {stay["fall"] for stay in stays}]
    rows = by_year(made(KOMMUN, stays))
    for year in (0, 1):
        in_year = [sum(month // 12 == year for month in each) for each in active]
        households = sum(count > 0 for count in in_year)
        assert rows["v", "hushall", "bistand"][year] == households
        long_term = rows["v", "andel_langvarigt", "bistand"][year]
        if households:
            assert long_term == sum(count >= 10 for count in in_year) / households
        else:
            assert np.isnan(long_term)


def test_a_household_back_in_the_same_month_is_one_bidragsmanad() -> None:
    stays = [
        {"fall": 1, "steg": "bistand", "start": 2, "slappt": 10},
        {"fall": 1, "steg": "bistand", "besok": 1, "start": 20, "slappt": 40},
    ]
    assert by_month(made(KOMMUN, stays))["v", "bidragsmanader", "bistand"][:3].tolist() == [1, 1, 0]


def test_the_day_of_leaving_is_no_day_of_benefit() -> None:
    stays = [{"steg": "bistand", "start": 30, "slappt": 31.9}]
    assert by_month(made(KOMMUN, stays))["v", "bidragsmanader", "bistand"][:2].tolist() == [1, 0]


def test_share_not_back_within_a_year() -> None:
    """Of three who leave in 2018, one is back after 100 days, one after 400 and one never."""
    stays = [
        {"fall": 1, "steg": "bistand", "start": 0, "slappt": 50},
        {"fall": 1, "steg": "bistand", "besok": 1, "start": 150},
        {"fall": 2, "steg": "bistand", "start": 0, "slappt": 60},
        {"fall": 2, "steg": "bistand", "besok": 1, "start": 460},
        {"fall": 3, "steg": "bistand", "start": 0, "slappt": 70},
    ]
    shares = by_year(made(KOMMUN, stays))["v", "andel_ej_aterkomna", "bistand"]
    assert shares[0] == pytest.approx(2 / 3)
    assert np.isnan(shares[1]), "nobody can be followed for a year after 2019"


waits = st.lists(
    st.tuples(quarter_days, st.integers(0, 1500).map(lambda n: n / 4), st.sampled_from(["start", "avhopp", "vantar"])),
    max_size=8,
)


def waiting(spans: list[tuple[float, float, str]]) -> list[dict[str, Any]]:
    visits = []
    for begaran, length, how in spans:
        until = begaran + length
        if how == "vantar" or until >= DAYS:
            visits.append({"steg": "boende", "begaran": begaran})
        elif how == "avhopp":
            visits.append({"steg": "boende", "begaran": begaran, "slappt": until, "slut": NAN, "flaggor": AVHOPP})
        else:
            visits.append({"steg": "boende", "begaran": begaran, "start": until, "resurs": "hus"})
    return visits


def waits_until(visit: dict[str, Any]) -> float:
    return min(visit.get("start", np.inf), visit.get("slappt", np.inf))


@many
@given(waits)
def test_ej_verkstallda_are_those_who_at_the_end_of_a_period_have_waited_too_long(
    spans: list[tuple[float, float, str]],
) -> None:
    visits = waiting(spans)
    expected = [sum(visit["begaran"] + 90 <= end < waits_until(visit) for visit in visits) for end in FIRST_DAYS[1:]]
    assert by_month(made(KOMMUN, visits))["v", "ej_verkstallda", "boende"].tolist() == expected


@many
@given(waits)
def test_new_ej_verkstallda_are_those_who_pass_the_limit_in_the_period(spans: list[tuple[float, float, str]]) -> None:
    visits = waiting(spans)
    expected = [
        sum(a <= visit["begaran"] + 90 < min(b, waits_until(visit)) for visit in visits)
        for a, b in zip(FIRST_DAYS, FIRST_DAYS[1:], strict=False)
    ]
    assert by_month(made(KOMMUN, visits))["v", "ej_verkstallda_nya", "boende"].tolist() == expected


def test_ej_verkstallda_on_the_last_day_of_the_run_are_counted() -> None:
    run = made(KOMMUN, [{"steg": "boende", "begaran": 500}])
    assert by_year(run)["v", "ej_verkstallda", "boende"].tolist() == [0, 1]


def test_waiting_times_are_of_those_who_began_in_the_period() -> None:
    visits = [
        {"steg": "utredning", "begaran": begaran, "start": start, "resurs": "lag"}
        for begaran, start in ((-10, 5), (0, 10), (20, 40), (25, 35), (30, 50), (31, 57))
    ]
    rows = by_month(made(KOMMUN, visits))
    assert rows["v", "vantetid_medel", "utredning"][:2].tolist() == [12.5, 19]
    assert rows["v", "vantetid_median", "utredning"][:2].tolist() == [12.5, 20]
    assert rows["v", "vantetid_p90", "utredning"][1] == pytest.approx(20 + 0.7 * 6)


def test_time_to_decision_counts_from_the_request_and_against_the_limit() -> None:
    visits = [
        {"steg": "utredning", "begaran": begaran, "start": start, "slappt": slut, "resurs": "lag"}
        for begaran, start, slut in ((0, 10, 30), (0, 5, 30.25), (-20, 5, 15), (-5, 0, 20))
    ]
    rows = by_month(made(KOMMUN, visits))
    assert rows["v", "utredningstid_medel", "utredning"][0] == (30 + 30.25 + 35 + 25) / 4
    assert rows["v", "andel_inom_frist", "utredning"][0] == 0.5


def test_varddygn_count_the_day_of_arrival_and_not_the_day_of_leaving() -> None:
    visits = [{"steg": "boende", "start": 5.9, "slappt": 8.1, "resurs": "hus"}]
    assert by_month(made(KOMMUN, visits))["v", "varddygn", "hus"][0] == 3


def test_a_place_taken_and_left_within_a_day_gives_no_varddygn() -> None:
    visits = [{"steg": "boende", "start": 5.1, "slappt": 5.9, "resurs": "hus"}]
    assert by_month(made(KOMMUN, visits))["v", "varddygn", "hus"][0] == 0


def test_empty_days_are_those_below_the_capacity_and_never_negative() -> None:
    visits = [{"steg": "boende", "start": 0, "slappt": 10, "resurs": "hus"} for _ in range(3)]
    rows = by_month(made(KOMMUN, visits))
    assert rows["v", "tomdygn", "hus"][0] == 21 * 2
    assert rows["v", "belaggning", "hus"][0] == pytest.approx(30 / 62)


def test_waiting_for_closing_is_apart_from_being_blocked() -> None:
    """Ready on day 5, closed from 7 to 9, blocked until 15."""
    stay = {"start": 0, "slut": 5, "avslut_start": 7, "avslutad": 9, "slappt": 15}
    rows = by_month(made(KOMMUN, [{"steg": "boende", "resurs": "hus", **stay}]))
    assert rows["v", "vantar_pa_avslut", "lag"][0] * 31 == pytest.approx(2)
    assert rows["v", "blockerade", "hus"][0] * 31 == pytest.approx(6)


MOVED = [
    {
        "fall": 1,
        "start": 0,
        "slut": 5,
        "avslut_start": 5,
        "avslutad": 9,
        "slappt": 15,
        "resurs": "kopt",
        "flaggor": RESERV,
    },
    {"fall": 1, "del_": 1, "begaran": 0, "start": 15, "slut": 5, "avslut_start": 5, "avslutad": 9, "slappt": 20}
    | {"resurs": "hus", "flaggor": HEMTAGEN},
]


def test_load_of_a_case_that_moved_home_blocked_is_counted_once() -> None:
    """Follow-up 1.0 for days 0-5 and 9-20, closing 0.5 for days 5-9."""
    run = made(KOMMUN, [{"steg": "boende", **part} for part in MOVED])
    assert by_month(run)["v", "belastning_arenden", "lag"][0] * 31 == pytest.approx(5 + 11 + 2)


def test_overload_of_a_case_that_moved_home_blocked_is_counted_once() -> None:
    """Beside it a load of 2, which is the capacity: every bit of it is above."""
    others = [{"steg": "utredning", "start": 0, "resurs": "lag"} for _ in range(2)]
    run = made(KOMMUN, [{"steg": "boende", **part} for part in MOVED] + others)
    assert by_month(run)["v", "overbelastning_arendedygn", "lag"][0] == pytest.approx(5 + 11 + 2)


FROM_FEBRUARY = "2018-02-01"


def test_follow_up_weighs_what_it_weighed_at_the_start_also_after_a_move_home() -> None:
    change = {"mal": "verksamheter.v.steg.boende.uppfoljning.vikt", "satt": 0.5, "fran": FROM_FEBRUARY}
    away = {"fall": 1, "steg": "boende", "start": 0, "slut": NAN, "slappt": 40, "resurs": "kopt", "flaggor": RESERV}
    home = {"fall": 1, "steg": "boende", "del_": 1, "begaran": 0, "start": 40, "resurs": "hus", "flaggor": HEMTAGEN}
    run = made(KOMMUN, [away, home], scenario(change))
    assert by_month(run)["v", "belastning_arenden", "lag"][:3].tolist() == [1, 1, 1]


def test_posts_needed_weigh_a_waiting_case_as_it_weighed_when_it_asked() -> None:
    """From February a case weighs 2: one that waits needs two posts that carry 1 each."""
    change = {"mal": "verksamheter.v.steg.utredning.behov.vikt", "satt": 2, "fran": FROM_FEBRUARY}
    run = made(KOMMUN, [{"steg": "utredning", "begaran": 31}], scenario(change))
    assert by_month(run)["v", "arsarbetare_behov", "lag"][1] == 2


def test_cases_per_handlaggare_and_posts_needed() -> None:
    """Three cases and one in the queue on two posts that carry one each."""
    visits = [{"steg": "utredning", "start": 0, "resurs": "lag"} for _ in range(3)] + [
        {"steg": "utredning", "begaran": 0}
    ]
    rows = by_month(made(KOMMUN, visits))
    assert rows["v", "arenden_per_handlaggare", "lag"][0] == 1.5
    assert rows["v", "ofordelade", "lag"][0] == 1
    assert rows["v", "arsarbetare_behov", "lag"][0] == 4


def test_a_team_that_nobody_comes_to_has_no_load() -> None:
    lag = {"typ": "team", "arsarbetare": 2, "arendetak": 1}
    run = made(kommun({"lag": lag}, {"in": {"per_ar": 1, "forsta_steg": "a"}}, {"a": UT}), [])
    assert by_month(run)["v", "belastning_arenden", "lag"].tolist() == [0] * 24


def test_hemmaplan_shares_of_days_decisions_and_persons() -> None:
    """Three persons: ten days at home, twenty outside, and ten outside then ten at home. A lease is no care."""
    visits = [
        {"fall": 1, "steg": "boende", "start": 0, "slappt": 10, "resurs": "hus"},
        {"fall": 1, "steg": "kontrakt", "start": 10, "slappt": 20, "resurs": "lya"},
        {"fall": 2, "steg": "boende", "start": 0, "slappt": 20, "resurs": "kopt"},
        {"fall": 3, "steg": "boende", "start": 0, "slappt": 10, "slut": NAN, "resurs": "kopt"},
        {"fall": 3, "steg": "boende", "del_": 1, "begaran": 0, "start": 10, "slappt": 20, "resurs": "hus"}
        | {"flaggor": HEMTAGEN},
    ]
    rows = {row[1]: values[0] for row, values in by_month(made(KOMMUN, visits)).items() if row[2] == ""}
    assert rows["andel_hemmaplan_dygn"] == 20 / 50
    assert rows["andel_hemmaplan_beslut"] == 1 / 3
    assert rows["andel_hemmaplan_personer"] == pytest.approx(1 / 3)
    assert (rows["varddygn_intern"], rows["varddygn_extern"]) == (20, 30)


def test_a_move_home_is_neither_a_new_start_nor_an_end() -> None:
    visits = [
        {"fall": 3, "steg": "boende", "start": 0, "slappt": 10, "slut": NAN, "resurs": "kopt"},
        {"fall": 3, "steg": "boende", "del_": 1, "begaran": 0, "start": 10, "slappt": 20, "resurs": "hus"}
        | {"flaggor": HEMTAGEN},
    ]
    rows = by_month(made(KOMMUN, visits))
    assert [rows["v", name, "boende"][0] for name in ("begarda", "startade", "avslutade")] == [1, 1, 1]
    assert rows["v", "hemtagningar", "hus"][0] == 1


def test_who_leaves_the_queue_is_counted_as_that_and_not_as_an_end() -> None:
    visits = [{"steg": "boende", "begaran": 0, "slappt": 12, "slut": NAN, "flaggor": AVHOPP}]
    rows = by_month(made(KOMMUN, visits))
    assert [rows["v", name, "boende"][0] for name in ("avhopp", "avslutade", "startade")] == [1, 0, 0]
