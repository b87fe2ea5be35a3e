"""Dated changes: what holds on which day, and what is said of a change that cannot be made."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from hjalp import kommun, network_of, scenario
from sim import load_kommun, load_scenario
from sim.config import Kommun
from sim.describe import scenario_lines
from sim.errors import HemmaplanError
from sim.scenario import Plan, make_plan

TID = {"medel": 30, "cv": 1.0}
NASTA = {"boende": 0.2, "hemma": 0.3, "avslut": 0.5}
STEGS: dict[str, Any] = {
    "utredning": {"behov": {"team": "lag"}, "utfall": {"klar": {"tid": TID, "nasta": NASTA}}},
    "boende": {
        "behov": {"plats": ["hus"], "reserv": "kopt", "vanta_hogst_dagar": 14, "hemmamojlig": {"andel": 0.6}},
        "takt": 1.0,
        "utfall": {
            "klar": {"andel": 0.7, "tid": TID, "nasta": {"avslut": 1.0}},
            "avbrott": {
                "andel": 0.3,
                "tid": {
                    "fordelning": "blandning",
                    "delar": {"kort": {"andel": 0.25, **TID}, "lang": {"andel": 0.75, **TID}},
                },
                "nasta": {"hemma": 1.0},
            },
        },
    },
    "hemma": {"utfall": {"ater": {"tid": TID, "nasta": {"avslut": 1.0}}}},
}
INFLODE: dict[str, Any] = {
    "ansokan": {
        "per_ar": 100,
        "forsta_steg": "utredning",
        "malgrupper": {"ung": 0.2, "vuxen": 0.8},
        "overspridning": 1.5,
        "arseffekt": {"cv": 0.1, "rho": 0.5},
        "sasong": [1.0] * 12,
    }
}
HUS = "resurser.hus.platser"
NASTA_PATH = "verksamheter.v.steg.utredning.utfall.klar.nasta"


def grund(**more: Any) -> Kommun:
    resurser = {
        "lag": {"typ": "team", "arsarbetare": 5, "arendetak": 10, "vakans": 0.1},
        "hus": {"typ": "boende", "platser": 10},
        "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1900, "cv": 0.3}, "arseffekt": {"cv": 0.1}},
    }
    return kommun(resurser, INFLODE, STEGS, **more)


def planned(*changes: dict[str, Any], **more: Any) -> Plan:
    return make_plan(grund(**more), scenario(*changes))


def on(plan: Plan, day: date) -> Kommun:
    number = (day - plan.kommun.start).days
    return [epoch.kommun for epoch in plan.epoker if epoch.fran_dag <= number][-1]


def platser(plan: Plan, day: date) -> float:
    return on(plan, day).resurser["hus"].platser  # type: ignore[union-attr]


@pytest.mark.parametrize(("how", "expected"), [({"satt": 3}, 3), ({"plus": -4}, 6), ({"ganger": 1.5}, 15)])
def test_a_number_is_set_added_to_or_multiplied(how: dict[str, float], expected: float) -> None:
    assert platser(planned({"mal": HUS, **how}), date(2018, 1, 1)) == expected


def test_a_change_without_dates_holds_all_the_time() -> None:
    plan = planned({"mal": HUS, "satt": 3})
    assert [platser(plan, day) for day in (date(2018, 1, 1), date(2019, 12, 31))] == [3, 3]


def test_a_change_holds_from_its_first_day() -> None:
    plan = planned({"mal": HUS, "plus": 5, "fran": "2019-07-01"})
    assert [platser(plan, date(2019, 6, 30)), platser(plan, date(2019, 7, 1))] == [10, 15]


def test_a_change_holds_through_the_whole_of_its_last_day() -> None:
    plan = planned({"mal": HUS, "plus": 5, "fran": "2019-03-01", "till": "2019-03-31"})
    days = (date(2019, 2, 28), date(2019, 3, 1), date(2019, 3, 31), date(2019, 4, 1))
    assert [platser(plan, day) for day in days] == [10, 15, 15, 10]


def test_a_change_with_only_a_last_day_holds_from_the_start() -> None:
    plan = planned({"mal": HUS, "satt": 0, "till": "2018-01-31"})
    assert [platser(plan, date(2018, 1, 1)), platser(plan, date(2018, 2, 1))] == [0, 10]


def test_changes_of_one_number_follow_one_another() -> None:
    assert platser(planned({"mal": HUS, "plus": 2}, {"mal": HUS, "ganger": 2}), date(2018, 1, 1)) == 24


def test_a_scenario_comes_upon_what_is_planned() -> None:
    planerat = {"bygge": {"mal": HUS, "satt": 20, "fran": "2019-01-01"}}
    plan = planned({"mal": HUS, "ganger": 1.5}, planerat=planerat)
    assert [platser(plan, date(2018, 12, 31)), platser(plan, date(2019, 1, 1))] == [15, 30]


def test_the_base_knows_what_is_planned_but_not_the_scenario() -> None:
    planerat = {"bygge": {"mal": HUS, "satt": 20, "fran": "2019-01-01"}}
    plan = planned({"mal": HUS, "satt": 0}, planerat=planerat)
    assert [epoch.bas.resurser["hus"].platser for epoch in plan.epoker] == [10, 20]  # type: ignore[union-attr]


def test_the_kommun_itself_is_left_as_it_was() -> None:
    made = grund()
    before = made.model_dump()
    make_plan(made, scenario({"mal": HUS, "satt": 3}, {"mal": f"{NASTA_PATH}.boende", "plus": 0.1}))
    assert made.model_dump() == before


def test_one_month_of_a_profile_can_be_changed() -> None:
    plan = planned({"mal": "verksamheter.v.inflode.ansokan.sasong.7", "satt": 1.06})
    season = on(plan, date(2018, 1, 1)).verksamheter["v"].inflode["ansokan"].sasong
    assert season == (*[1.0] * 6, 1.06, *[1.0] * 5)


def test_the_rest_of_a_changed_share_is_taken_by_the_others_in_proportion() -> None:
    plan = planned({"mal": f"{NASTA_PATH}.boende", "satt": 0.4})
    nasta = on(plan, date(2018, 1, 1)).verksamheter["v"].steg["utredning"].utfall["klar"].nasta
    assert nasta == pytest.approx({"boende": 0.4, "hemma": 0.225, "avslut": 0.375})


def test_a_counterpart_takes_the_whole_rest() -> None:
    plan = planned({"mal": f"{NASTA_PATH}.boende", "plus": 0.1, "motpart": f"{NASTA_PATH}.hemma"})
    nasta = on(plan, date(2018, 1, 1)).verksamheter["v"].steg["utredning"].utfall["klar"].nasta
    assert nasta == pytest.approx({"boende": 0.3, "hemma": 0.2, "avslut": 0.5})


def test_shares_of_outcomes_malgrupper_and_mixtures_are_rescaled_too() -> None:
    avbrott = "verksamheter.v.steg.boende.utfall.avbrott"
    plan = planned(
        {"mal": f"{avbrott}.andel", "satt": 0.4},
        {"mal": f"{avbrott}.tid.delar.kort.andel", "satt": 0.5},
        {"mal": "verksamheter.v.inflode.ansokan.malgrupper.ung", "satt": 0.5},
    )
    verksamhet = on(plan, date(2018, 1, 1)).verksamheter["v"]
    assert verksamhet.steg["boende"].utfall["klar"].andel == pytest.approx(0.6)
    delar = verksamhet.steg["boende"].utfall["avbrott"].tid.delar
    assert delar is not None
    assert delar["lang"].andel == pytest.approx(0.5)
    assert verksamhet.inflode["ansokan"].malgrupper["vuxen"] == pytest.approx(0.5)


def test_a_share_that_stands_alone_is_not_rescaled() -> None:
    plan = planned({"mal": "verksamheter.v.steg.boende.behov.hemmamojlig.andel", "satt": 0.9})
    behov = on(plan, date(2018, 1, 1)).verksamheter["v"].steg["boende"].behov
    assert behov.hemmamojlig.andel == 0.9  # type: ignore[union-attr]


def test_shares_return_after_the_last_day() -> None:
    plan = planned({"mal": f"{NASTA_PATH}.boende", "satt": 0.4, "fran": "2019-03-01", "till": "2019-03-31"})
    nasta = on(plan, date(2019, 4, 1)).verksamheter["v"].steg["utredning"].utfall["klar"].nasta
    assert dict(nasta) == NASTA


DRIVARE = {
    "drivare": {
        "arbetsloshet": {
            "namn": "A",
            "omrade": "riket",
            "bas": 0.05,
            "varde": {"2017-01-01": 0.05, "2018-07-01": 0.06, "2019-07-01": 0.08},
        }
    },
    "v": {"drivare": {"arbetsloshet": {"elasticitet": 1.0, "andel_inflode": 1.0, "inflode": ["ansokan"]}}},
}


def intensity(plan_of: Kommun, *changes: dict[str, Any], lag: float = 0) -> list[float]:
    """Cases per day, times 365.25 and divided by 100: the factor of the driver, at five days of the run."""
    rate = network_of(plan_of, scenario(*changes) if changes else None).inflows[0].rate
    days = (0, 180, 181, 545, 546)
    return [rate.at(day + lag) * 365.25 / 100 for day in days]


def test_a_dated_driver_acts_from_its_days() -> None:
    assert intensity(grund(**DRIVARE)) == pytest.approx([1, 1, 1.2, 1.2, 1.6])


def test_a_scenario_multiplies_the_whole_dated_path() -> None:
    change = {"mal": "drivare.arbetsloshet.varde", "ganger": 2}
    assert intensity(grund(**DRIVARE), change) == pytest.approx([2, 2, 2.4, 2.4, 3.2])


def test_a_scenario_replaces_the_dated_path_from_a_day() -> None:
    change = {"mal": "drivare.arbetsloshet.varde", "satt": 0.1, "fran": "2018-07-01"}
    assert intensity(grund(**DRIVARE), change) == pytest.approx([1, 1, 2, 2, 2])


def test_a_driver_acts_after_its_lag_also_when_a_scenario_moves_it() -> None:
    lagged = {
        **DRIVARE,
        "v": {"drivare": {"arbetsloshet": {**DRIVARE["v"]["drivare"]["arbetsloshet"], "lag_dagar": 40.0}}},
    }
    change = {"mal": "drivare.arbetsloshet.varde", "satt": 0.1, "fran": "2018-07-01"}
    assert intensity(grund(**lagged), change, lag=40) == pytest.approx([1, 1, 2, 2, 2])


def test_the_elasticity_is_an_exponent_shared_between_inflow_and_pace() -> None:
    """e = 1.5, of which 40 % on the inflow: intensity × 1.6^0.6, pace × 1.6^-0.9."""
    effect = {
        "elasticitet": 1.5,
        "andel_inflode": 0.4,
        "inflode": ["ansokan"],
        "steg": ["hemma"],
    }
    network = network_of(grund(**{**DRIVARE, "v": {"drivare": {"arbetsloshet": effect}}}))
    assert network.inflows[0].rate.at(600) * 365.25 / 100 == pytest.approx(1.6**0.6)
    pace = network.pace[network.steg_number("v.hemma")]
    assert pace is not None
    assert pace.at(600) == pytest.approx(1.6**-0.9)


def test_month_and_year_effects_are_those_of_the_base() -> None:
    network = network_of(grund(), scenario({"mal": "verksamheter.v.inflode.ansokan.per_ar", "ganger": 2}))
    assert network.inflows[0].rate.at(0) == 2 * network.inflows[0].base_rate.at(0)


def test_a_count_may_be_changed_in_the_stock_at_the_start() -> None:
    nulage = {"v": {"i_steg": {"boende": {"hus": {"antal": 4}}}}}
    plan = planned({"mal": "nulage.v.i_steg.boende.hus.antal", "plus": 2}, nulage=nulage)
    assert on(plan, date(2018, 1, 1)).nulage["v"].i_steg["boende"]["hus"].antal == 6


def error(*changes: dict[str, Any], **more: Any) -> str:
    with pytest.raises(HemmaplanError) as caught:
        planned(*changes, **more)
    return str(caught.value)


def test_an_unknown_path_is_told_the_nearest_one() -> None:
    text = error({"mal": "resurser.hus.plaster", "satt": 3})
    assert "ändring 1" in text
    assert "resurser.hus.plaster" in text
    assert "menade du resurser.hus.platser?" in text


def test_an_unknown_counterpart_is_told_the_nearest_one() -> None:
    text = error({"mal": f"{NASTA_PATH}.boende", "satt": 0.3, "motpart": f"{NASTA_PATH}.hema"})
    assert f"{NASTA_PATH}.hema" in text
    assert f"menade du {NASTA_PATH}.hemma?" in text


def test_the_number_of_the_change_is_said() -> None:
    text = error({"mal": HUS, "satt": 3}, {"mal": "resurser.hus.plaster", "satt": 3})
    assert "scenario prov, ändring 2" in text


def test_text_is_no_number_to_change() -> None:
    assert "resurser.hus.namn" in error({"mal": "resurser.hus.namn", "satt": 3})


@pytest.mark.parametrize(("key", "day"), [("fran", "2020-01-01"), ("fran", "2017-12-31"), ("till", "2020-01-01")])
def test_a_date_outside_the_run_is_refused(key: str, day: str) -> None:
    text = error({"mal": HUS, "satt": 3, key: day})
    assert f"{key} = {day}" in text
    assert "2018-01-01 till 2019-12-31" in text


def test_the_last_day_of_the_run_is_inside_it() -> None:
    assert platser(planned({"mal": HUS, "satt": 3, "fran": "2019-12-31"}), date(2019, 12, 31)) == 3


@pytest.mark.parametrize(
    "mal",
    [
        "verksamheter.v.inflode.ansokan.overspridning",
        "verksamheter.v.inflode.ansokan.arseffekt.cv",
        "resurser.kopt.arseffekt.cv",
        "basar",
        "kallor.gissat.spann.1",
    ],
)
def test_what_is_the_same_in_all_scenarios_is_not_changed_by_one(mal: str) -> None:
    kallor = {"gissat": {"galler": ["**"], "typ": "antagande", "text": "t", "spann": [0, 1]}}
    text = error({"mal": mal, "satt": 2}, kallor=kallor)
    assert f"{mal}: kan inte ändras" in text


def test_a_planned_change_is_not_changed_but_what_it_changes() -> None:
    """It would be applied as first written, and the scenario silently do nothing."""
    planerat = {"bygge": {"mal": HUS, "satt": 20, "fran": "2019-01-01"}}
    assert "planerat.bygge.satt" in error({"mal": "planerat.bygge.satt", "satt": 30}, planerat=planerat)


def test_the_stock_at_the_start_has_no_other_date() -> None:
    nulage = {"v": {"i_steg": {"boende": {"hus": {"antal": 4}}}}}
    mal = "nulage.v.i_steg.boende.hus.antal"
    assert mal in error({"mal": mal, "satt": 2, "fran": "2018-06-01"}, nulage=nulage)


def test_a_result_outside_its_bounds_is_told_with_its_path_and_value() -> None:
    text = error({"mal": HUS, "plus": -12, "fran": "2018-03-01"})
    assert "2018-03-01" in text
    assert f"{HUS} = -2" in text
    assert "minst 0" in text


def test_shares_that_cannot_sum_to_1_are_refused() -> None:
    text = error({"mal": f"{NASTA_PATH}.boende", "satt": 0.8}, {"mal": f"{NASTA_PATH}.hemma", "satt": 0.7})
    assert NASTA_PATH in text
    assert "ska bli 1" in text


def test_a_counterpart_that_has_too_little_is_refused() -> None:
    text = error({"mal": f"{NASTA_PATH}.boende", "satt": 0.6, "motpart": f"{NASTA_PATH}.hemma"})
    assert NASTA_PATH in text
    assert "ska bli 1" in text


def test_a_counterpart_must_belong_to_the_same_shares() -> None:
    other = "verksamheter.v.inflode.ansokan.malgrupper.ung"
    text = error({"mal": f"{NASTA_PATH}.boende", "satt": 0.3, "motpart": other})
    assert other in text


def test_only_a_share_has_a_counterpart() -> None:
    text = error({"mal": HUS, "satt": 3, "motpart": f"{NASTA_PATH}.hemma"})
    assert HUS in text


def test_half_a_person_is_refused() -> None:
    nulage = {"v": {"i_steg": {"boende": {"hus": {"antal": 5}}}}}
    text = error({"mal": "nulage.v.i_steg.boende.hus.antal", "ganger": 0.5}, nulage=nulage)
    assert "nulage.v.i_steg.boende.hus.antal = 2.5" in text
    assert "heltal" in text


@pytest.mark.parametrize(
    ("name", "scenario_id", "expected"),
    [
        ("varmdo_2014", "alvsbyn_forsenat", ["−12 (från 38 till 26) från 1\u00a0jan\u00a02016"]),
        (
            "varmdo_2014",
            "stodboende_5_om_aret",
            ["+5 (från 33 till 38) från 1\u00a0jan\u00a02015", "+5 (från 43 till 48) från 1\u00a0jan\u00a02016"],
        ),
        ("karlskrona_2013", "utan_beredskapsplatser", ["20 blir 0 från 1\u00a0jan\u00a02012"]),
    ],
)
def test_a_change_is_told_from_what_is_in_force_when_it_comes(name: str, scenario_id: str, expected: list[str]) -> None:
    """What is planned for that day, and the scenario's own changes before it, are in force; the plan ends up there."""
    described, asked = load_kommun(name), load_scenario(scenario_id)
    assert [line.split(": ", 1)[1] for line in scenario_lines(asked, described)] == expected
    (resource,) = {change.mal.split(".")[1] for change in asked.andringar}
    last = make_plan(described, asked).epoker[-1].kommun.resurser[resource]
    (told,) = re.findall(r"(?:till|blir) (\d+)", expected[-1])
    assert last.platser == float(told)  # type: ignore[union-attr]
