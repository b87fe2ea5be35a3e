"""Kronor of logs written by hand, worked out day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enhet.made_logs import NAN, made
from enhet.test_measures import FIRST_DAYS, MONTH_OF, quarter_days
from hjalp import kommun, scenario
from sim.calendars import months, years
from sim.config import Kommun
from sim.costs import costs, to_years
from sim.experiment import measured
from sim.runs import Run

many = settings(max_examples=60, deadline=None, derandomize=True, database=None)

TID = {"medel": 30, "cv": 1.0}
UT = {"utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}}}
DAYS = 730


def grund(**more: Any) -> Kommun:
    return kommun(
        {
            "lag": {"typ": "team", "arsarbetare": 4, "arendetak": 10, "vakans": 0.25, "lon_tkr": 600},
            "hus": {
                "typ": "boende",
                "platser": 2,
                "fast_kostnad_kr_per_plats_och_dygn": 660.5,
                "rorlig_kostnad_kr_per_dygn": 33.25,
            },
            "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1900, "cv": 0.35}},
        },
        {"in": {"per_ar": 100, "forsta_steg": "boende"}},
        {
            "boende": {"behov": {"plats": ["hus"], "reserv": "kopt", "vanta_hogst_dagar": 14}, **UT},
            "utredning": {"behov": {"team": "lag"}, **UT},
            "bistand": {"bistand_kr_per_manad": 9135, **UT},
        },
        "2019-12-31",
        **more,
    )


def kronor(run: Run) -> dict[tuple[str, str, str], np.ndarray]:
    return costs(run, months(run.network.start, run.network.end), 1, 0)


def line(run: Run, kind: str) -> np.ndarray:
    return kronor(run)["v", "kostnad", kind]


def yearly(run: Run) -> dict[tuple[str, str, str], np.ndarray]:
    network = run.network
    return to_years(kronor(run), months(network.start, network.end), years(network.start, network.end))


def by_month(daily: np.ndarray) -> np.ndarray:
    return np.bincount(MONTH_OF, weights=daily, minlength=24)


@st.composite
def stays(draw: st.DrawFn, resource: str) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(0, 6))):
        start, left = sorted((draw(quarter_days), draw(quarter_days)))
        left = draw(st.sampled_from([left, left, NAN]))
        factor = draw(st.sampled_from([0.75, 1.0, 2.5]))
        found.append({"steg": "boende", "start": start, "slappt": left, "resurs": resource, "prisfaktor": factor})
    return found


def days_of(stay: dict[str, Any]) -> range:
    left = DAYS if np.isnan(stay["slappt"]) else int(np.floor(stay["slappt"]))
    return range(max(int(np.floor(stay["start"])), 0), left)


def occupied(visits: list[dict[str, Any]]) -> np.ndarray:
    """Prisfaktor of all who are there, and how many they are, day by day."""
    found = np.zeros((2, DAYS))
    for stay in visits:
        for day in days_of(stay):
            found[:, day] += (1, stay["prisfaktor"])
    return found


@many
@given(stays("hus"))
def test_own_places_are_paid_for_whether_used_or_not(visits: list[dict[str, Any]]) -> None:
    """Also those above the number of places; from 11 June 2018 there are four."""
    change = {"mal": "resurser.hus.platser", "satt": 4, "fran": "2018-06-11"}
    places = np.where(np.arange(DAYS) < 161, 2, 4)
    there = occupied(visits)[0]
    daily = np.maximum(places, there) * 660.5 + there * 33.25
    assert line(made(grund(), visits, scenario(change)), "egna_platser") == pytest.approx(by_month(daily), abs=0.005)


@many
@given(stays("kopt"))
def test_a_bought_dygn_costs_the_price_of_the_day_times_the_placements_factor(visits: list[dict[str, Any]]) -> None:
    """1 900 kr, and 2 000 kr from 11 June 2018."""
    change = {"mal": "resurser.kopt.dygnskostnad_kr.medel", "plus": 100, "fran": "2018-06-11"}
    price = np.where(np.arange(DAYS) < 161, 1900, 2000)
    daily = occupied(visits)[1] * price
    assert line(made(grund(), visits, scenario(change)), "extern") == pytest.approx(by_month(daily), abs=0.005)


def test_a_year_effect_multiplies_the_price_of_a_whole_year() -> None:
    resurs = {"typ": "extern", "dygnskostnad_kr": {"medel": 1000}, "arseffekt": {"cv": 0.2, "rho": 0.5}}
    steg = {"boende": {"behov": {"plats": ["kopt"]}, **UT}}
    bought = kommun({"kopt": resurs}, {"in": {"per_ar": 1, "forsta_steg": "boende"}}, steg, "2019-12-31")
    run = made(bought, [{"steg": "boende", "start": 0, "resurs": "kopt"}])
    per_day = line(run, "extern") / np.diff(FIRST_DAYS)
    assert np.ptp(per_day[:12]) == pytest.approx(0, abs=0.01)
    assert np.ptp(per_day[12:]) == pytest.approx(0, abs=0.01)
    assert abs(per_day[0] - per_day[12]) > 1


def test_benefit_is_paid_by_the_month_at_the_amount_of_the_month() -> None:
    """Two months of 9 135 kr, then three of 10 000 kr."""
    change = {"mal": "verksamheter.v.steg.bistand.bistand_kr_per_manad", "satt": 10_000, "fran": "2018-03-01"}
    run = made(grund(), [{"steg": "bistand", "start": 20, "slappt": 125.5}], scenario(change))
    assert line(run, "bistand")[:6].tolist() == [9135, 9135, 10_000, 10_000, 10_000, 0]


def test_a_vacancy_saves_its_pay() -> None:
    """Three of four posts at 600 tkr, spread over the days of each year."""
    pay = line(made(grund(), []), "handlaggare")
    assert pay == pytest.approx(3 * 600_000 * np.diff(FIRST_DAYS) / 365, abs=0.005)


def test_posts_are_paid_from_the_day_they_come() -> None:
    change = {"mal": "resurser.lag.arsarbetare", "plus": 4, "fran": "2018-01-11"}
    pay = line(made(grund(), [], scenario(change)), "handlaggare")
    assert pay[0] == pytest.approx((3 * 10 + 6 * 21) * 600_000 / 365, abs=0.005)


def test_what_is_not_simulated_is_spread_over_the_year() -> None:
    other = line(made(grund(v={"ovrigt_tkr": 365}), []), "ovrigt")
    assert other.tolist() == [1000 * days for days in np.diff(FIRST_DAYS)]


def test_a_budget_is_that_of_the_calendar_year() -> None:
    planerat = {"nytt": {"mal": "verksamheter.v.budget_tkr.extern", "satt": 8253, "fran": "2019-01-01"}}
    rows = yearly(made(grund(v={"budget_tkr": {"extern": 6023}}, planerat=planerat), []))
    assert rows["v", "budget", ""] == pytest.approx([6_023_000, 8_253_000], abs=0.1)


def test_a_budget_moved_within_a_year_counts_by_days() -> None:
    planerat = {"flytt": {"mal": "verksamheter.v.budget_tkr.extern", "plus": 365, "fran": "2018-12-01"}}
    rows = kronor(made(grund(v={"budget_tkr": {"extern": 365}}, planerat=planerat), []))
    assert rows["v", "budget", ""][10:12].tolist() == [30_000, 62_000]


def test_the_deviation_is_budget_minus_outcome_of_the_same_kinds_of_cost() -> None:
    """Ten bought dygn against a budget for these alone: pay and own places do not count."""
    visits = [{"steg": "boende", "start": 0, "slappt": 10, "resurs": "kopt"}]
    rows = kronor(made(grund(v={"budget_tkr": {"extern": 365}}), visits))
    assert rows["v", "avvikelse", ""][:2].tolist() == [31_000 - 19_000, 28_000]


def test_the_total_is_all_kinds_of_cost() -> None:
    visits = [
        {"steg": "boende", "start": 0, "slappt": 10, "resurs": "kopt", "prisfaktor": 1.0001},
        {"steg": "boende", "start": 3, "resurs": "hus"},
        {"steg": "bistand", "start": 3},
    ]
    rows = kronor(made(grund(v={"ovrigt_tkr": 123.4567}), visits))
    kinds = [values for (area, name, _), values in rows.items() if (area, name) == ("v", "kostnad")]
    assert len(kinds) == 5
    assert rows["v", "nettokostnad", ""] == pytest.approx(sum(kinds), abs=0.001)


def test_mean_price_and_share_of_cost_at_home() -> None:
    """Ten dygn at 1 900 and ten at 3 800, against January's own places."""
    visits = [
        {"steg": "boende", "start": 0, "slappt": 10, "resurs": "kopt", "prisfaktor": factor} for factor in (1.0, 2.0)
    ]
    found = measured(made(grund(), visits), 1, 0)
    values = dict(zip(found.rows, found.values, strict=True))
    january, february = (found.periods.index(month) for month in ("2018-01", "2018-02"))
    assert values["v", "snittpris_extern", ""][january] == 2850
    assert np.isnan(values["v", "snittpris_extern", ""][february])
    own = 31 * 2 * 660.5
    shares = values["v", "andel_hemmaplan_kostnad", ""][[january, february]]
    assert shares == pytest.approx([own / (own + 57_000), 1])
