"""What the scripts say comes from late closing, and what they recalibrate, against days counted by hand."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from enhet.script import EXTERN, Played, days, house, patience, played, steg, team
from sim.calendars import months
from sim.comparison import compare
from sim.config import Team
from sim.costs import costs
from sim.loading import load_kommun, load_scenario
from sim.selection import only_area
from sim.simulation import simulate

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
CLOSING = {"team": "lag", "vikt": 1.0, "tid": days(5)}
PRICE = 1900
BOUGHT = {"plats": ["kopt"]}


@pytest.fixture
def handlaggare(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("handlaggare")


@pytest.fixture
def nya_platser(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("nya_platser")


def bought(**more: Any) -> Played:
    """Two bought stays of ten days, and a team that can close one at a time: the second waits from day 12 to 16."""
    stegs = {"vard": steg(10, behov=BOUGHT, avslut=CLOSING, **more)}
    return played({"lag": team(1), "kopt": EXTERN}, stegs, {"anna": (1, "vard"), "bo": (2, "vard")})


def kronor(handlaggare: ModuleType, run: Any, line: str) -> float:
    rows = costs(run, months(run.network.start, run.network.end), 1, 0)
    return float(rows["v", "kostnad", line].sum())


def test_waits_to_be_closed_are_the_days_until_the_team_has_room(handlaggare: ModuleType) -> None:
    waits = handlaggare.closing_waits(bought().run)
    assert sorted((waits.until - waits.since).tolist()) == [0, 4]


def test_the_cost_of_late_closing_is_its_days_at_the_price(handlaggare: ModuleType) -> None:
    run = bought().run
    late = kronor(handlaggare, run, "extern") - kronor(handlaggare, handlaggare.without_waits(run), "extern")
    assert late == 4 * PRICE


def test_who_still_waits_at_the_end_of_the_run_has_waited_until_then(handlaggare: ModuleType) -> None:
    """The second stay's time is up on day 85; the first is closed on days 80 to 110, past the end (90 days)."""
    slow = {**CLOSING, "tid": days(30)}
    stegs = {"vard": steg(10, behov=BOUGHT, avslut=slow)}
    run = played({"lag": team(1), "kopt": EXTERN}, stegs, {"anna": (70, "vard"), "bo": (75, "vard")}).run
    waits = handlaggare.closing_waits(run)
    assert sorted((waits.until - waits.since).tolist()) == [0, 5]
    late = kronor(handlaggare, run, "extern") - kronor(handlaggare, handlaggare.without_waits(run), "extern")
    assert late == 5 * PRICE


def test_late_closing_costs_nothing_for_who_would_have_been_blocked_anyway(handlaggare: ModuleType) -> None:
    """Bo is closed on day 21 and then blocked until Anna leaves the only lägenhet on day 46."""
    stegs = {
        "vard": steg(10, "lagenhet", behov=BOUGHT, avslut=CLOSING, kvar=True),
        "lagenhet": steg(30, behov={"plats": ["hus"]}, **patience(200)),
    }
    resurser = {"lag": team(1), "kopt": EXTERN, "hus": house(1)}
    made = played(resurser, stegs, {"anna": (1, "vard"), "bo": (2, "vard")})
    assert made.stay("bo", "vard").slappt == 46
    run = made.run
    assert kronor(handlaggare, run, "extern") == kronor(handlaggare, handlaggare.without_waits(run), "extern")


def test_a_month_of_benefit_is_added_only_when_the_wait_reaches_into_it(handlaggare: ModuleType) -> None:
    """Bo's benefit would have ended on 30 January (day 29) after prompt closing; the wait carries it into February."""
    stegs = {"bistand": steg(10, bistand_kr_per_manad=8000, avslut=CLOSING)}
    run = played({"lag": team(1)}, stegs, {"anna": (13, "bistand"), "bo": (14, "bistand")}).run
    late = kronor(handlaggare, run, "bistand") - kronor(handlaggare, handlaggare.without_waits(run), "bistand")
    assert late == 8000


def test_without_closing_no_stay_waits_to_be_closed_and_the_rest_is_the_same(handlaggare: ModuleType) -> None:
    kommun = load_kommun("karlskrona_2013")
    plain = handlaggare.without_closing(kommun)
    assert all(steg.avslut is None for area in plain.verksamheter.values() for steg in area.steg.values())
    assert any(steg.avslut for area in kommun.verksamheter.values() for steg in area.steg.values())
    for key, area in kommun.verksamheter.items():
        for name, steg_of in area.steg.items():
            assert plain.verksamheter[key].steg[name] == steg_of.model_copy(update={"avslut": None})
    assert plain.resurser == kommun.resurser
    assert any(isinstance(resurs, Team) for resurs in plain.resurser.values())


def test_a_variant_changes_only_what_it_says(nya_platser: ModuleType) -> None:
    kommun = load_kommun("varmdo_2014")
    same = nya_platser.variant_kommun(kommun, nya_platser.as_configured(kommun, 0.68))
    assert same.verksamheter["missbruk"] == kommun.verksamheter["missbruk"]
    other = nya_platser.variant_kommun(kommun, nya_platser.Variant(0.3, 0.25, 100, True))
    steg_of = other.verksamheter["missbruk"].steg
    assert steg_of["boende"].behov.hemmamojlig.andel == 0.3
    assert steg_of["utredning"].utfall["klar"].nasta == {
        "boende": 0.25,
        "oppenvard": 0.45,
        "avslut": pytest.approx(0.3),
    }
    assert steg_of["boende"].utfall["klar"].resurser["stodboende_extern"].tid.medel == 100


def test_recalibration_finds_the_documented_dygn(nya_platser: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fitted on a made-up answer that is known: dygn in proportion to decisions and days, full above a threshold."""
    kommun = load_kommun("varmdo_2014")

    def answer(_: Any, variant: Any, *rest: Any) -> dict[str, float]:
        own = min(1.0, variant.beslut * variant.hemmamojlig * 1000 / 70)
        return {"externa_dygn": variant.beslut * variant.kopt_dygn * 150, "belaggning": own}

    monkeypatch.setattr(nya_platser, "base_means", answer)
    fitted = nya_platser.recalibrated(kommun, 0.3, 2, 1, "simpy")
    assert fitted.beslut * 0.3 * 1000 / 70 == pytest.approx(nya_platser.FULL, rel=0.01)
    assert fitted.beslut * fitted.kopt_dygn * 150 == pytest.approx(nya_platser.DOCUMENTED_DYGN, rel=0.02)
    full_already = nya_platser.recalibrated(kommun, 1.0, 2, 1, "simpy")
    assert full_already.beslut == 0.136


def test_kronor_are_counted_once(handlaggare: ModuleType) -> None:
    """Anna is there on days 1 to 16 and Bo on days 2 to 21: 34 bought dygn, however many rows tell of them."""
    run = bought().run
    rows = costs(run, months(run.network.start, run.network.end), 1, 0)
    found = handlaggare._kronor(rows, [True, True, True])
    assert found["extern"] * 1e6 == pytest.approx((15 + 19) * PRICE)
    assert found["netto"] * 1e6 == pytest.approx((15 + 19) * PRICE)


def test_text_and_numbers_are_saved_where_it_is_said(
    handlaggare: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tabell = importlib.import_module("tabell")
    monkeypatch.setattr(tabell, "project_root", lambda: tmp_path)
    folder = tabell.save("prov", "svar", ["# Å"], pd.DataFrame({"namn": ["ö"], "varde": [0.5]}))
    assert folder.parent == tmp_path / "results" / "prov"
    assert (folder / "svar.md").read_text(encoding="utf-8") == "# Å\n"
    assert (folder / "svar.csv").read_text(encoding="utf-8-sig") == "namn;varde\nö;0,5\n"


def test_an_answer_is_the_mean_difference_over_the_whole_kommun(monkeypatch: pytest.MonkeyPatch) -> None:
    """One verksamhet alone in the script; here the whole kommun, and the mean taken by hand."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    fragor = importlib.import_module("fragor")
    question = next(each for each in fragor.QUESTIONS if each.area == "missbruk" and each.kommun == "varmdo_2014")
    kommun, scenario = load_kommun(question.kommun), load_scenario(question.scenarios[0])
    days = []
    for number in range(2):
        both = [simulate(kommun, which, seed=1, replikation=number).matt for which in (scenario, None)]
        found = [m[(m["matt"] == "varddygn_extern") & (m["verksamhet"] == "missbruk") & (m["del"] == "")] for m in both]
        first, last = (each[each["period"].isin(["2015", "2016"])]["varde"].sum() for each in found)
        days.append(first - last)
    made = compare(only_area(kommun, "missbruk"), [scenario], replikationer=2, arbetare=1)
    assert fragor.answer(made, question, scenario.id, fragor.OUTSIDE)[0] == pytest.approx(sum(days) / 2)
    assert sum(days) > 0
