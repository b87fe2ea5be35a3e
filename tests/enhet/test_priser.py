"""Mean prices, shares of cost and the dearest placements, worked out by hand; and kronor by resource and målgrupp."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enhet.made_logs import NAN, made
from enhet.test_measures import TID, UT, quarter_days
from hjalp import kommun
from sim import load_kommun
from sim.calendars import half_years, months, years
from sim.config import Kommun
from sim.costs import costs
from sim.experiment import measured
from sim.runs import Run
from sim.simulation import simulate

many = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def grund(**more: Any) -> Kommun:
    return kommun(
        {
            "hus": {"typ": "boende", "platser": 2, "fast_kostnad_kr_per_plats_och_dygn": 600},
            "gard": {"typ": "boende", "platser": 1, "rorlig_kostnad_kr_per_dygn": 900},
            "lya": {"typ": "boende", "platser": 1, "vardplats": False, "fast_kostnad_kr_per_plats_och_dygn": 40},
            "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1000, "cv": 0.5}},
            "dyr": {"typ": "extern", "dygnskostnad_kr": {"medel": 5000}},
        },
        {"in": {"per_ar": 100, "forsta_steg": "boende", "malgrupper": {"ung": 0.5, "vuxen": 0.5}}},
        {
            "boende": {"behov": {"plats": ["hus", "gard"], "reserv": "kopt", "vanta_hogst_dagar": 14}, **UT},
            "behandling": {"behov": {"plats": ["dyr"]}, **UT},
            "kontrakt": {"behov": {"plats": ["lya"]}, "tar_tillbaka": {"tid": TID}, "nasta_vid_avhopp": "avslut", **UT},
            "bistand": {"bistand_kr_per_manad": 8000, **UT},
            "introduktion": {"bistand_kr_per_manad": 9000, **UT},
        },
        "2019-12-31",
        **more,
    )


def measures(run: Run) -> dict[tuple[str, str, str, str], float]:
    result = measured(run, 1, 0)
    return {
        (*row, period): float(value)
        for row, values in zip(result.rows, result.values, strict=True)
        for period, value in zip(result.periods, values, strict=True)
    }


def test_what_each_resource_costs_and_its_mean_price() -> None:
    """January: house 31 × 2 × 600 for 10 + 31 dygn; farm 4 × 900; bought 10 × 1000 × 1.5 and 20 × 5000."""
    visits = [
        {"steg": "boende", "start": 0, "slappt": 10, "resurs": "hus"},
        {"steg": "boende", "start": 0, "slappt": 31, "resurs": "hus"},
        {"steg": "boende", "start": 2, "slappt": 6, "resurs": "gard"},
        {"steg": "kontrakt", "start": 0, "resurs": "lya"},
        {"steg": "boende", "start": 0, "slappt": 10, "resurs": "kopt", "prisfaktor": 1.5},
        {"steg": "behandling", "start": 5, "slappt": 25, "resurs": "dyr"},
    ]
    found = measures(made(grund(), visits))
    kronor = {"hus": 37_200, "gard": 3600, "lya": 1240, "kopt": 15_000, "dyr": 100_000}
    dygn = {"hus": 41, "gard": 4, "lya": 31, "kopt": 10, "dyr": 20}
    for name, cost in kronor.items():
        assert found["v", "kostnad_resurs", name, "2018-01"] == cost
        assert found["v", "snittpris", name, "2018-01"] == pytest.approx(cost / dygn[name])
    own, bought = 37_200 + 3600, 115_000
    assert found["v", "kostnad_placeringar", "", "2018-01"] == own + bought
    assert found["v", "kostnad", "egna_platser", "2018-01"] == own + 1240, "leases are own places but no care"
    assert found["v", "snittpris_intern", "", "2018-01"] == pytest.approx(own / 45)
    assert found["v", "snittpris_extern", "", "2018-01"] == pytest.approx(bought / 30)
    for area in ("v", "alla"):
        assert found[area, "andel_extern_kostnad", "", "2018-01"] == pytest.approx(bought / (own + bought))
        assert found[area, "andel_extern_dygn", "", "2018-01"] == pytest.approx(30 / 75)
        assert found[area, "andel_extern_beslut", "", "2018-01"] == pytest.approx(2 / 5)
        assert found[area, "andel_hemmaplan_beslut", "", "2018-01"] == pytest.approx(3 / 5)


def test_benefit_by_steg_and_malgrupp() -> None:
    """Two months of 8 000 for a young household; one of 9 000, then one of 8 000, for an older one."""
    visits = [
        {"fall": 1, "steg": "bistand", "malgrupp": "ung", "start": 0, "slappt": 59},
        {"fall": 2, "steg": "introduktion", "malgrupp": "vuxen", "start": 0, "slappt": 31},
        {"fall": 2, "steg": "bistand", "malgrupp": "vuxen", "start": 31, "slappt": 59},
    ]
    found = measures(made(grund(), visits))
    paid = {
        "bistand": 24_000,
        "introduktion": 9000,
        "": 33_000,
        "bistand malgrupp=ung": 16_000,
        "bistand malgrupp=vuxen": 8000,
        "introduktion malgrupp=vuxen": 9000,
        "introduktion malgrupp=ung": 0,
        "malgrupp=vuxen": 17_000,
        "malgrupp=ung": 16_000,
    }
    for part, kronor in paid.items():
        for period in ("2018", "2018H1"):
            assert found["v", "utbetalt_bistand", part, period] == kronor
    assert found["v", "kostnad", "bistand", "2018"] == 33_000
    assert found["v", "medelbistand", "", "2018"] == pytest.approx(33_000 / 4)
    assert found["v", "medelbistand", "malgrupp=vuxen", "2018"] == 8500
    assert np.isnan(found["v", "medelbistand", "introduktion malgrupp=ung", "2018"])


def test_the_dearest_fifteen_percent_of_the_bought_dygn() -> None:
    """100 dygn: 10 at 5 000, 20 at 2 000, 70 at 1 000: the dearest 15 are the first 10 and 5 of the next."""
    visits = [
        {"steg": "behandling", "start": 0, "slappt": 10, "resurs": "dyr"},
        {"steg": "boende", "start": 0, "slappt": 20, "resurs": "kopt", "prisfaktor": 2.0},
        {"steg": "boende", "start": 0, "slappt": 70, "resurs": "kopt"},
        {"steg": "boende", "start": 0, "resurs": "hus"},
    ]
    found = measures(made(grund(), visits))
    for area in ("v", "alla"):
        assert found[area, "andel_kostnad_dyraste", "", "2018"] == pytest.approx(60_000 / 160_000)
        assert found[area, "snittpris_dyraste", "", "2018"] == pytest.approx(4000)
        assert np.isnan(found[area, "andel_kostnad_dyraste", "", "2019"]), "nobody is bought a place in 2019"
        assert np.isnan(found[area, "andel_kostnad_dyraste", "", "2018-01"]), "said for half a year or more"


@st.composite
def placements(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(1, 8))):
        start, left = sorted((draw(quarter_days), draw(quarter_days)))
        resurs = draw(st.sampled_from(["kopt", "dyr"]))
        steg = "boende" if resurs == "kopt" else "behandling"
        factor = draw(st.sampled_from([0.5, 1.0, 3.0]))
        stay = {"steg": steg, "start": start, "slappt": draw(st.sampled_from([left, NAN])), "resurs": resurs}
        found.append(stay | {"prisfaktor": factor})
    return found


@many
@given(placements())
def test_the_dearest_against_a_list_of_every_dygn(visits: list[dict[str, Any]]) -> None:
    """Each dygn with its price, sorted; the last one in part. From June 2018 everything costs a quarter more."""
    planerat = {"upp": {"mal": "verksamheter.v.prisindex", "satt": 1.25, "fran": "2018-06-01"}}
    run = made(grund(planerat=planerat, v={"prisindex": 1.0}), visits)
    periods = [*half_years(run.network.start, run.network.end), *years(run.network.start, run.network.end)]
    found = measures(run)
    for period in periods:
        dygn: list[tuple[float, float]] = []
        for stay in visits:
            left = 730 if np.isnan(stay["slappt"]) else int(np.floor(stay["slappt"]))
            days = range(max(int(np.floor(stay["start"])), int(period.first)), min(left, int(period.last)))
            base = (1000 if stay["resurs"] == "kopt" else 5000) * stay["prisfaktor"]
            kronor = [base * (1.25 if day >= 151 else 1.0) for day in days]
            dygn += [(sum(kronor) / len(kronor), 1.0) for _ in days]
        share = found["v", "andel_kostnad_dyraste", "", period.label]
        if not dygn:
            assert np.isnan(share)
            continue
        prices = sorted((price for price, _ in dygn), reverse=True)
        limit = 0.15 * len(prices)
        whole = int(limit)
        cost = sum(prices[:whole]) + (limit - whole) * (prices[whole] if whole < len(prices) else 0)
        assert share == pytest.approx(cost / sum(prices))
        assert found["v", "snittpris_dyraste", "", period.label] == pytest.approx(cost / limit)


def test_within_budget_is_of_whole_years_and_its_mean_the_probability() -> None:
    visits = [{"steg": "boende", "start": 0, "slappt": 10, "resurs": "kopt"}]
    budget = {"budget_tkr": {"extern": 5}}
    found = measures(made(grund(v=budget), visits))
    assert [found["v", "inom_budget", "", year] for year in ("2018", "2019")] == [0, 1]
    assert np.isnan(found["v", "inom_budget", "", "2018H1"])
    deviations = [found["alla", "avvikelse", "", year] for year in ("2018", "2019")]
    assert deviations == pytest.approx([-5000, 5000], abs=0.1), "a year's budget in months of whole öre"


@pytest.fixture(scope="module")
def shipped() -> dict[tuple[str, str, str, str], float]:
    return measures(simulate(load_kommun("sodertalje_2019"), slut="2018-12-31").run)


def test_alla_is_the_sum_of_the_verksamheter(shipped: dict[tuple[str, str, str, str], float]) -> None:
    summed = {"nettokostnad", "avvikelse", "budget", "kostnad_placeringar", "varddygn_extern", "varddygn_intern"}
    parts = {(matt, part) for area, matt, part, _ in shipped if matt in summed | {"kostnad"}}
    assert {matt for matt, _ in parts} == summed | {"kostnad"}
    for matt, part in parts:
        for period in ("2018-03", "2018H2", "2018"):
            areas = [v for (a, m, d, p), v in shipped.items() if (m, d, p) == (matt, part, period) and a != "alla"]
            assert shipped["alla", matt, part, period] == pytest.approx(sum(areas), abs=0.01)


def test_resources_sum_to_their_kostnadsslag_and_malgrupper_to_their_steg_exactly(
    shipped: dict[tuple[str, str, str, str], float],
) -> None:
    resurser = load_kommun("sodertalje_2019").resurser
    for area in ("missbruk", "barn_och_ungdom", "socialpsykiatri"):
        for kind, line in (("boende", "egna_platser"), ("extern", "extern")):
            names = [name for name, r in resurser.items() if (r.typ, r.verksamhet) == (kind, area)]
            ore = sum(round(shipped[area, "kostnad_resurs", name, "2018"] * 100) for name in names)
            assert round(shipped[area, "kostnad", line, "2018"] * 100) == ore
    for matt in ("bidragsmanader", "hushall", "nya_hushall", "avslutade_hushall", "utbetalt_bistand"):
        groups = [shipped["forsorjningsstod", matt, f"bistand malgrupp={g}", "2018"] for g in ("under_25", "fran_25")]
        assert shipped["forsorjningsstod", matt, "bistand", "2018"] == sum(groups)


def test_kronor_by_month_have_the_same_rows_whatever_happened() -> None:
    """Rows come from what a kommun is made of: a run in which nobody came has them all."""
    empty, some = made(grund(), []), made(grund(), [{"steg": "boende", "start": 0, "resurs": "kopt"}])
    monthly = months(empty.network.start, empty.network.end)
    assert list(costs(empty, monthly, 1, 0)) == list(costs(some, monthly, 1, 0))
    assert measured(empty, 1, 0).rows == measured(some, 1, 0).rows
