"""Measures split by målgrupp, resource, steg and ending, of logs written by hand and counted one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enhet.made_logs import NAN, made
from enhet.test_measures import DAYS, FIRST_DAYS, MONTH_OF, TID, UT, active_months, quarter_days
from hjalp import kommun
from sim.calendars import half_years, months, years
from sim.measures import measure
from sim.runs import Rows, Run
from sim.simulation import simulate
from sim.visits import ALDERSGRANS, AVHOPP, HEMTAGEN, RESERV

many = settings(max_examples=60, deadline=None, derandomize=True, database=None)

TVA = {"utfall": {"bra": {"andel": 0.5, "tid": TID, "nasta": {"avslut": 0.5, "hem": 0.5}},
                  "avbrott": {"andel": 0.5, "tid": TID, "nasta": {"avslut": 1.0}}}}  # fmt: skip
KOMMUN = kommun(
    {
        "lag": {"typ": "team", "arsarbetare": 2, "arendetak": 10},
        "hus": {"typ": "boende", "platser": 4},
        "arbete": {"typ": "boende", "platser": 4, "vardplats": False},
        "utan": {"typ": "extern", "dygnskostnad_kr": {"medel": 0}},
        "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1900}},
    },
    {
        "in": {
            "per_ar": 100,
            "forsta_steg": "bistand",
            "malgrupper": {"ung": 0.5, "vuxen": 0.5},
            "alder": {"ung": {"medel": 20, "cv": 0.1}, "vuxen": {"medel": 40, "cv": 0.1}},
        }
    },
    {
        "bistand": {"bistand_kr_per_manad": 8000, **TVA},
        "introduktion": {"bistand_kr_per_manad": 9000, **UT},
        "beredskap": {
            "bistand_kr_per_manad": 8000,
            "behov": {"plats": ["arbete"], "reserv": "utan", "vanta_hogst_dagar": 0, "hemtagning": {}},
            **UT,
        },
        "boende": {
            "behov": {"plats": ["hus"], "reserv": "kopt", "vanta_hogst_dagar": 14, "hemtagning": {}},
            "uppfoljning": {"team": "lag", "vikt": 0.3},
            "till_alder": {"ar": 65, "nasta": {"hem": 1.0}},
            **TVA,
        },
        "jour": {"behov": {"plats": ["hus"]}, **UT},
        "hem": {"uppfoljning": {"team": "lag", "vikt": 0.2}, **UT},
        "paus": UT,
    },
    "2019-12-31",
)
YEAR_OF = MONTH_OF // 12
HALF_OF = MONTH_OF // 6


def rows_of(run: Run, periods: Any = months) -> Rows:
    network = run.network
    return measure(run, periods(network.start, network.end), months(network.start, network.end))


@st.composite
def stays(draw: st.DrawFn, steg: str, **where: Any) -> list[dict[str, Any]]:
    """A few persons of two målgrupper, each with stays that follow one another, the last one perhaps under way."""
    found = []
    for fall in range(draw(st.integers(1, 4))):
        group = draw(st.sampled_from(["ung", "vuxen"]))
        moments = sorted(draw(st.lists(quarter_days, min_size=1, max_size=6, unique=True)))
        for besok, start in enumerate(moments[::2]):
            left = moments[2 * besok + 1] if 2 * besok + 1 < len(moments) else NAN
            stay = {"fall": fall, "malgrupp": group, "steg": steg, "besok": besok, "start": start, "slappt": left}
            found.append(stay | where)
    return found


def days_of(stay: dict[str, Any]) -> range:
    left = DAYS if np.isnan(stay["slappt"]) else int(np.floor(stay["slappt"]))
    return range(max(int(np.floor(stay["start"])), 0), left)


def persons_day_by_day(visits: list[dict[str, Any]], period_of: np.ndarray, group: str | None) -> list[int]:
    found: list[set[int]] = [set() for _ in range(period_of[-1] + 1)]
    for stay in visits:
        for day in days_of(stay) if group in (None, stay["malgrupp"]) else ():
            found[period_of[day]].add(stay["fall"])
    return [len(who) for who in found]


@many
@given(stays("boende", resurs="hus"))
def test_persons_are_counted_once_in_each_period_also_by_malgrupp(visits: list[dict[str, Any]]) -> None:
    run = made(KOMMUN, visits)
    for periods, period_of in ((months, MONTH_OF), (half_years, HALF_OF), (years, YEAR_OF)):
        rows = rows_of(run, periods)
        for group, suffix in ((None, ""), ("ung", " malgrupp=ung"), ("vuxen", " malgrupp=vuxen")):
            expected = persons_day_by_day(visits, period_of, group)
            assert rows["v", "placerade", f"hus{suffix}"].tolist() == expected
            assert rows["v", "placerade", suffix.strip()].tolist() == expected
            assert rows["v", "personer", f"boende{suffix}"].tolist() == expected


@many
@given(stays("bistand"))
def test_benefit_by_malgrupp_counted_day_by_day(visits: list[dict[str, Any]]) -> None:
    rows, by_year = rows_of(made(KOMMUN, visits)), rows_of(made(KOMMUN, visits), years)
    for group in ("ung", "vuxen"):
        mine = [stay for stay in visits if stay["malgrupp"] == group]
        active = [active_months(mine, fall) for fall in {stay["fall"] for stay in mine}]
        part = f"bistand malgrupp={group}"
        paid = [sum(month in each for each in active) for month in range(24)]
        assert rows["v", "bidragsmanader", part].tolist() == paid
        begun = [sum(a <= stay["start"] < b for stay in mine) for a, b in zip(FIRST_DAYS, FIRST_DAYS[1:], strict=False)]
        assert rows["v", "nya_hushall", part].tolist() == begun
        for year in (0, 1):
            each = [sum(month // 12 == year for month in months_) for months_ in active]
            households = [count for count in each if count]
            assert by_year["v", "hushall", part][year] == len(households)
            if households:
                long_term = sum(count >= 10 for count in households) / len(households)
                assert by_year["v", "andel_langvarigt", part][year] == long_term
                ratio = by_year["v", "bidragsmanader_per_hushall", part][year]
                assert ratio == pytest.approx(sum(households) / len(households))


def test_a_month_shared_by_two_benefit_stegs_is_counted_once_in_the_first() -> None:
    visits = [
        {"fall": 1, "steg": "introduktion", "start": 2, "slappt": 40},
        {"fall": 1, "steg": "bistand", "start": 40, "slappt": 70},
    ]
    rows = rows_of(made(KOMMUN, visits))
    assert rows["v", "bidragsmanader", "introduktion"][:4].tolist() == [1, 1, 0, 0]
    assert rows["v", "bidragsmanader", "bistand"][:4].tolist() == [0, 0, 1, 0]
    assert rows["v", "bidragsmanader", ""][:4].tolist() == [1, 1, 1, 0]
    assert rows["v", "hushall", "bistand"][:4].tolist() == [0, 1, 1, 0], "it had benefit there on some of the days"
    assert rows["v", "hushall", ""][:4].tolist() == [1, 1, 1, 0]


def in_beredskap(besked: float) -> list[dict[str, Any]]:
    """Benefit in the reserv from day 10, a place from day 40, and out on `besked`."""
    first = {"fall": 1, "steg": "beredskap", "start": 10, "slut": NAN, "slappt": 40, "resurs": "utan"}
    second = {
        "fall": 1,
        "steg": "beredskap",
        "del_": 1,
        "begaran": 10,
        "start": 40,
        "slappt": besked,
        "resurs": "arbete",
    }
    return [first | {"flaggor": RESERV}, second | {"flaggor": HEMTAGEN}]


def test_a_place_with_benefit_as_reserv_ends_the_benefit() -> None:
    rows = rows_of(made(KOMMUN, in_beredskap(125)))
    assert rows["v", "bidragsmanader", "beredskap"][:5].tolist() == [1, 1, 0, 0, 0]
    assert rows["v", "avslutade_hushall", "beredskap"][:5].tolist() == [0, 1, 0, 0, 0]
    assert rows["v", "bidragstid_medel", "beredskap"][1] == 30
    assert rows["v", "avslutade", "beredskap"][:5].tolist() == [0, 0, 0, 0, 1], "the stay itself goes on"


def test_a_steg_may_say_that_benefit_is_paid_in_the_place_too() -> None:
    said = KOMMUN.model_dump(mode="python", exclude_unset=True)
    said["verksamheter"]["v"]["steg"]["beredskap"]["bistand_pa_plats"] = True
    rows = rows_of(made(type(KOMMUN).model_validate(said), in_beredskap(125)))
    assert rows["v", "bidragsmanader", "beredskap"][:5].tolist() == [1, 1, 1, 1, 1]
    assert rows["v", "nya_hushall", "beredskap"][:5].tolist() == [1, 0, 0, 0, 0]
    assert rows["v", "avslutade_hushall", "beredskap"][:5].tolist() == [0, 0, 0, 0, 1]
    assert rows["v", "bidragstid_medel", "beredskap"][4] == 115


def test_benefit_of_a_simulated_queue_to_beredskap_is_that_of_the_days_in_the_reserv() -> None:
    """Months with a day in the reserv, from the visit log, household by household."""
    steg = {
        "beredskap": {
            "bistand_kr_per_manad": 8000,
            "behov": {"plats": ["arbete"], "reserv": "utan", "vanta_hogst_dagar": 0, "hemtagning": {}},
            "utfall": {"klar": {"tid": {"medel": 120, "cv": 0.5}, "nasta": {"avslut": 1.0}}},
        }
    }
    resurser = {
        "arbete": {"typ": "boende", "platser": 4, "vardplats": False},
        "utan": {"typ": "extern", "dygnskostnad_kr": {"medel": 0}},
    }
    flow = simulate(kommun(resurser, {"in": {"per_ar": 40, "forsta_steg": "beredskap"}}, steg, "2019-12-31"))
    log = flow.visits
    assert set(log["resurs"]) == {"arbete", "utan"} and log["hemtagen"].any()
    paid: set[tuple[int, int]] = set()
    for stay in log[log["resurs"] == "utan"].itertuples():
        left = DAYS if np.isnan(stay.slappt) else int(np.floor(stay.slappt))
        paid |= {(stay.fall, int(MONTH_OF[day])) for day in range(int(np.floor(stay.start)), left)}
    matt = flow.matt[(flow.matt["matt"] == "kostnad") & (flow.matt["del"] == "bistand")]
    kronor = matt[(matt["verksamhet"] == "v") & matt["period"].isin(["2018", "2019"])]["varde"].sum()
    assert kronor == 8000 * len(paid)


def test_endings_are_shares_of_those_who_left_and_not_of_those_who_withdrew() -> None:
    """Of five who left in the first half of 2018, two by outcome 1 (bra), two by 0 (avbrott), one by age."""
    ended = [("bra", "hem"), ("bra", None), ("avbrott", None), ("avbrott", None), ("alder", "hem")]
    visits: list[dict[str, Any]] = [{"steg": "boende", "begaran": 0, "slappt": 12, "slut": NAN, "flaggor": AVHOPP}]
    for way, target in ended:
        stay = {"steg": "boende", "start": 0, "slappt": 50, "resurs": "hus", "utfall": 1 if way == "bra" else 0}
        stay |= {"flaggor": ALDERSGRANS} if way == "alder" else {}
        visits.append(stay | ({"nasta": target} if target else {}))
    rows = rows_of(made(KOMMUN, visits), half_years)
    found = {part: values[0] for (_, matt, part), values in rows.items() if matt == "andel_utfall"}
    assert {part: value for part, value in found.items() if part.startswith("boende ")} == {
        "boende utfall=avbrott": 0.4,
        "boende utfall=bra": 0.4,
        "boende utfall=aldersgrans": 0.2,
    }
    assert rows["v", "andel_nasta", "boende nasta=hem"][0] == 0.4
    assert rows["v", "andel_nasta", "boende nasta=avslut"][0] == 0.6
    assert np.isnan(rows["v", "andel_nasta", "boende nasta=hem"][1]), "nobody left in the second half"


def test_endings_of_benefit_are_split_by_malgrupp_and_said_for_half_years_only() -> None:
    visits = [
        {"steg": "bistand", "start": 0, "slappt": 20, "malgrupp": group, "utfall": outcome}
        for group, outcome in (("ung", 0), ("ung", 1), ("ung", 1), ("vuxen", 0))
    ]
    rows = rows_of(made(KOMMUN, visits), half_years)
    assert rows["v", "andel_utfall", "bistand utfall=bra malgrupp=ung"][0] == pytest.approx(2 / 3)
    assert rows["v", "andel_utfall", "bistand utfall=bra malgrupp=vuxen"][0] == 0
    monthly = rows_of(made(KOMMUN, visits))["v", "andel_utfall", "bistand utfall=bra"]
    assert np.isnan(monthly).all()


def test_dygn_of_a_shared_resource_are_split_on_the_stegs_that_share_it() -> None:
    visits = [
        {"steg": "boende", "start": 0, "slappt": 10, "resurs": "hus"},
        {"steg": "jour", "start": 5, "slappt": 8, "resurs": "hus"},
    ]
    rows = rows_of(made(KOMMUN, visits))
    assert [rows["v", "varddygn", part][0] for part in ("hus", "hus steg=boende", "hus steg=jour")] == [13, 10, 3]
    assert ("v", "varddygn", "kopt steg=boende") not in rows, "only one steg uses it"


def test_share_who_have_lived_somewhere_for_two_years() -> None:
    """At the end of 2018: one since 2016, one since January 2018, one who has left."""
    visits = [
        {"steg": "boende", "start": -690, "resurs": "hus"},
        {"steg": "boende", "start": 3, "resurs": "hus"},
        {"steg": "boende", "start": -900, "slappt": 100, "resurs": "hus"},
    ]
    share = rows_of(made(KOMMUN, visits), years)["v", "andel_bott_over_tva_ar", "hus"]
    assert share.tolist() == [0.5, 0.5]
    monthly = rows_of(made(KOMMUN, visits))["v", "andel_bott_over_tva_ar", "hus"]
    assert monthly[0] == pytest.approx(1 / 3), "730 days on 31 January only for the one from 900 days before"
    assert np.isnan(rows_of(made(KOMMUN, []))["v", "andel_bott_over_tva_ar", "hus"]).all()


def test_cases_and_places_for_each_post() -> None:
    """Two posts: two in a place and one at home, all followed up, for the whole of January."""
    visits = [
        {"steg": "boende", "start": 0, "resurs": "hus"},
        {"steg": "boende", "start": 0, "resurs": "kopt"},
        {"steg": "hem", "start": 0},
        {"steg": "jour", "start": 0, "resurs": "hus"},
    ]
    rows = rows_of(made(KOMMUN, visits))
    assert rows["v", "pagaende_per_handlaggare", "lag"][0] == 1.5, "nobody follows up the jour steg"
    assert rows["v", "platser_per_handlaggare", "lag"][0] == 1.0


def test_open_care_beside_the_placements() -> None:
    """One at home all January, one for half of it, one in a bought place; who pauses is in no care."""
    visits = [
        {"fall": 1, "steg": "hem", "start": 0},
        {"fall": 2, "steg": "hem", "start": 0, "slappt": 15.5},
        {"fall": 3, "steg": "boende", "start": 0, "resurs": "kopt"},
        {"fall": 4, "steg": "paus", "start": 0},
        {"fall": 5, "steg": "beredskap", "start": 0, "resurs": "arbete"},
    ]
    rows = {row[1]: values[0] for row, values in rows_of(made(KOMMUN, visits)).items() if row[2] == ""}
    assert rows["pagaende_oppenvard"] == pytest.approx(1.5)
    assert rows["personer_oppenvard"] == 2
    assert rows["andel_oppenvard"] == pytest.approx(1.5 / 2.5)
    assert rows["andel_hemmaplan_insatser"] == pytest.approx(2 / 3)
    assert (rows["andel_extern_dygn"], rows["andel_hemmaplan_dygn"]) == (1, 0)


moments = st.lists(st.tuples(quarter_days, st.integers(0, 300).map(lambda n: n / 4)), max_size=25)


@many
@given(moments)
def test_statistics_of_waiting_are_those_of_numpy_in_every_period(waits: list[tuple[float, float]]) -> None:
    visits = [{"steg": "jour", "begaran": start - wait, "start": start, "resurs": "hus"} for start, wait in waits]
    run = made(KOMMUN, visits)
    for periods, period_of in ((months, MONTH_OF), (half_years, HALF_OF), (years, YEAR_OF)):
        rows = rows_of(run, periods)
        for period in range(period_of[-1] + 1):
            mine = [wait for start, wait in waits if start >= 0 and period_of[int(start)] == period]
            expected = [np.mean(mine), *np.quantile(mine, [0.5, 0.9])] if mine else [np.nan] * 3
            found = [rows["v", f"vantetid_{what}", "jour"][period] for what in ("medel", "median", "p90")]
            assert found == pytest.approx(expected, nan_ok=True)
