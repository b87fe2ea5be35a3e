"""A start in mid-year by hand, and the forecast that begins there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import skew

from hjalp import kommun, network_of, scenario
from sim.build import build_network
from sim.cases import draw_cases
from sim.comparison import compare
from sim.config import Kommun
from sim.config_prognos import Prognosunderlag
from sim.errors import HemmaplanError
from sim.experiment import Study, run_study
from sim.files import project_root
from sim.forecast import Forecast, forecast, forecast_lines, forecast_study, load_forecast, notes
from sim.loading import load_kommun
from sim.scenario import make_plan
from sim.summary import summary_text

UT = {"avslut": 1.0}
LONG = {"fordelning": "konstant", "medel": 4000.0}
JULY, DAYS_LEFT = "2018-07-01", 184


def home(antal: int = 3, per_ar: float = 0.0, **more: Any) -> Kommun:
    """Bought places at 1 000 kr a dygn, and 730 tkr a year besides."""
    held = {"antal": antal, "pagatt_dagar": [100.0] * antal}
    return kommun(
        {"kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1000, "cv": 0}}},
        {"i": {"per_ar": per_ar, "forsta_steg": "s"}},
        {"s": {"behov": {"plats": ["kopt"]}, "utfall": {"klar": {"tid": LONG, "nasta": UT}}}},
        **{"v": {"ovrigt_tkr": 730}, "nulage": {"v": {"i_steg": {"s": {"kopt": held}}}}, **more},
    )


def underlag(*rader: dict[str, Any], **more: Any) -> Prognosunderlag:
    rows = rader or ({"namn": "V", "poster": [post()], "utfall_hittills": 1000, "budget": 2000, "dokument": 1900},)
    content = {"startdag": JULY, "rader": rows, "kallor": {}, **more}
    return Prognosunderlag.model_validate(content)


def post(matt: str = "nettokostnad", part: str = "", area: str = "v") -> dict[str, str]:
    return {"verksamhet": area, "matt": matt, "del": part}


def made(kommun: Kommun, given: Prognosunderlag, replikationer: int = 4) -> Forecast:
    study = forecast_study(Study(kommun, (), replikationer, arbetare=1), given)
    return forecast(given, run_study(study))


def test_the_year_is_the_outcome_so_far_and_the_days_that_are_left() -> None:
    """Three placed for 184 days at 1 000 kr is 552 tkr, and 184/365 of 730 tkr is 368."""
    found = made(home(), underlag())
    row = found.tabell.iloc[0]
    assert row["simulerad_rest"] == pytest.approx(552 + 368)
    assert row["prognos"] == pytest.approx(1920)
    assert row["avvikelse"] == pytest.approx(80)
    assert row["framskrivning"] == pytest.approx(1000 * 365 / 181)
    assert row["skillnad_mot_dokument"] == pytest.approx(20 / 1900)
    assert found.ovrigt_tkr == pytest.approx(368)
    assert np.isnan(row["p10"]) and np.isnan(row["sannolikhet_inom_budget"])


def test_the_stock_of_the_day_takes_the_place_of_the_kommuns() -> None:
    nulage = {"v": {"i_steg": {"s": {"kopt": {"antal": 5, "pagatt_dagar": [10.0] * 5}}}}}
    found = made(home(), underlag(nulage=nulage))
    assert found.tabell.iloc[0]["simulerad_rest"] == pytest.approx(5 * 184 + 368)
    assert "Beståndet den 1\u00a0jul\u00a02018 är givet för V." in "\n".join(notes(found))
    assert "antas vara kommunens nuläge för V." in "\n".join(notes(made(home(), underlag())))


def test_rows_are_summed_but_for_parts_of_them_and_what_is_not_simulated_is_declared() -> None:
    rader = (
        {"namn": "Placeringar", "poster": [post("kostnad", "extern")], "utfall_hittills": 500, "budget": 1000},
        {"namn": "hälften", "darav": True, "poster": [post("kostnad", "extern")], "utfall_hittills": 250},
        {"namn": "Gemensamt", "ovrigt_tkr": 365, "utfall_hittills": 200, "budget": 400},
    )
    volymer = [{"namn": "Dygn", "poster": [post("varddygn_extern")], "utfall_hittills": 500}]
    found = made(home(), underlag(*rader, volymer=volymer))
    table = found.tabell.set_index("rad")
    assert table["prognos"].to_dict() == pytest.approx(
        {"Placeringar": 1052, "hälften": 802, "Gemensamt": 384, "Summa": 1436, "Dygn": 500 + 3 * 184}
    )
    assert table.loc["Summa", ["budget", "utfall_hittills"]].tolist() == [1400, 700]
    assert np.isnan(table.loc["Summa", "dokument"])
    assert found.ovrigt_tkr == pytest.approx(184)


def test_spread_and_probability_are_those_of_the_replications() -> None:
    given = underlag({"namn": "V", "poster": [post()], "utfall_hittills": 1000, "budget": 3000})
    study = forecast_study(Study(home(per_ar=40), (), 60, arbetare=1), given)
    result = run_study(study)
    found = forecast(given, result)
    (table,) = result.tables
    months = [p for p in table.periods if len(p) == 7]
    assert months == [f"2018-{month:02d}" for month in range(7, 13)]
    years = 1000 + sum(table.of(("v", "nettokostnad", ""), month) for month in months) / 1000
    for _, row in found.tabell.iterrows():
        assert row["prognos"] == pytest.approx(years.mean())
        assert [row["p10"], row["p90"]] == pytest.approx(np.quantile(years, [0.1, 0.9]).tolist())
        assert row["sannolikhet_inom_budget"] == np.mean(years <= 3000)
    assert 0 < np.mean(years <= 3000) < 1
    student, g = 2.0010 / np.sqrt(60), float(skew(years))
    halls = [
        -brentq(lambda w, at=at: w + g * w**2 / 3 + g**2 * w**3 / 27 + g / 360 - at, -1, 1)
        for at in (student, -student)
    ]
    expected = years.mean() + years.std(ddof=1) * np.array([min(-student, halls[0]), max(student, halls[1])])
    assert found.mellan_tkr == pytest.approx(tuple(expected), rel=1e-6)


def test_what_is_simulated_but_in_no_row_is_said() -> None:
    found = made(home(), underlag({"namn": "Annat", "ovrigt_tkr": 10, "utfall_hittills": 5}))
    assert "Simuleras men står inte i någon rad: V." in "\n".join(forecast_lines(found))


def test_a_kommun_that_ends_before_the_year_is_refused() -> None:
    with pytest.raises(HemmaplanError, match="slut = 2018-10-31: kommunen kan inte simuleras till årets slut"):
        forecast_study(Study(home(slut="2018-10-31"), ()), underlag())


def test_a_start_in_july_has_the_people_of_july() -> None:
    """Season, trend, month effects and keys are the calendar's, not the run's."""
    inflow = {"per_ar": 300, "forsta_steg": "s", "trend_per_ar": 0.2, "overspridning": 2.0, "sasong": [0.5, 1.5] * 6}
    stegs = {"s": {"utfall": {"klar": {"tid": LONG, "nasta": UT}}}}
    arseffekt = {"arseffekt": {"cv": 0.3, "rho": 0.5}}
    whole, half = (
        draw_cases(network_of(kommun({}, {"i": inflow | arseffekt}, stegs, **start)), 1, 0).arrivals
        for start in ({}, {"startdag": JULY})
    )
    later = whole.time >= 181
    assert whole.key[later].tolist() == half.key.tolist()
    assert (whole.time[later] - 181).tolist() == half.time.tolist()
    assert len(half.key) > 300


def test_what_was_planned_before_the_start_is_in_force_from_it() -> None:
    planerat = {
        "mars": {"mal": "verksamheter.v.ovrigt_tkr", "satt": 100, "fran": "2018-03-01"},
        "vår": {"mal": "verksamheter.v.prisindex", "satt": 2, "fran": "2018-03-01", "till": "2018-05-31"},
        "oktober": {"mal": "verksamheter.v.ovrigt_tkr", "plus": 7, "fran": "2018-10-01"},
    }
    planerat = {key.replace("å", "a"): value for key, value in planerat.items()}
    base = {"ovrigt_tkr": 730.0, "prisindex": 1.0}
    plan = make_plan(home(startdag=JULY, planerat=planerat, v=base))
    assert [epoch.fran_dag for epoch in plan.epoker] == [0.0, 92.0]
    areas = [epoch.kommun.verksamheter["v"] for epoch in plan.epoker]
    assert [(area.ovrigt_tkr, area.prisindex) for area in areas] == [(100, 1), (107, 1)]


def test_a_scenario_cannot_change_what_was_before_the_start() -> None:
    change = {"mal": "verksamheter.v.ovrigt_tkr", "satt": 1, "fran": "2018-06-30"}
    with pytest.raises(HemmaplanError, match="2018-06-30: ligger utanför körningen, 2018-07-01"):
        make_plan(home(startdag=JULY), scenario(change))


def test_a_warm_up_goes_back_from_the_day_of_the_start() -> None:
    made_kommun = home(startdag=JULY, uppvarmning_ar=1, nulage={})
    assert made_kommun.borjan == date(2017, 7, 1)
    network = build_network(make_plan(made_kommun))
    assert (network.start, network.begin) == (date(2018, 7, 1), -365.0)


def test_the_shipped_forecast_has_the_published_totals() -> None:
    """Figures of the document, as in conf/underlag/nyckeltal.csv."""
    root: Path = project_root()
    given = load_forecast(root, "varmdo_2014")
    assert (given.startdag, given.summa.utfall_hittills) == (date(2014, 7, 1), 149989)
    assert (given.summa.budget, given.summa.dokument) == (280139, 305216)
    found = made(load_kommun("varmdo_2014"), given, replikationer=2)
    (total,) = found.tabell[found.tabell["slag"] == "summa"].to_dict("records")
    assert total["prognos"] == pytest.approx(149989 + total["simulerad_rest"])


def test_the_part_of_a_year_is_said_and_has_no_probability_of_ending_within_budget() -> None:
    """The budget of a year cannot be kept or broken in half of it."""
    placed = home(startdag=JULY, v={"budget_tkr": {"extern": 1100}})
    found = compare(placed, [], replikationer=2, arbetare=1)
    assert set(found.budget["period"]) == {"2019"}
    assert set(found.budget["inom_budget"]) == {1.0}
    assert "Basår 2018 från 1\u00a0jul\u00a02018, så att dess siffror gäller en del av året" in summary_text(found)
