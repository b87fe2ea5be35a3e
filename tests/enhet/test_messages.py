"""What a planner is told of a mistake in a file: path, value and what is right, in Swedish."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from enhet.content import put
from sim.errors import HemmaplanError, nearest
from sim.loading import checked_kommun, kommun_from, scenario_from

TID = {"median": 45, "p90": 100}
KOMMUN: dict[str, Any] = {
    "id": "prov",
    "namn": "Prov",
    "kommunkod": "0180",
    "basar": 2018,
    "slut": "2019-12-31",
    "resurser": {
        "lag": {"typ": "team", "namn": "Lag", "verksamhet": "v", "arsarbetare": 5, "arendetak": 18},
        "hus": {"typ": "boende", "namn": "Hus", "verksamhet": "v", "platser": 10},
        "kopt": {"typ": "extern", "namn": "Köpt", "verksamhet": "v", "dygnskostnad_kr": {"medel": 1900}},
    },
    "verksamheter": {
        "v": {
            "namn": "V",
            "inflode": {"ansokan": {"namn": "Ansökan", "per_ar": 100, "forsta_steg": "boende"}},
            "steg": {
                "boende": {
                    "namn": "Boende",
                    "behov": {"plats": ["hus"], "vanta_hogst_dagar": 14, "reserv": "kopt"},
                    "utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}},
                },
                "utredning": {
                    "namn": "Utredning",
                    "behov": {"team": "lag", "vikt": 1.0},
                    "utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}},
                },
            },
        }
    },
    "kallor": {"egna": {"galler": ["**"], "typ": "egna_data", "text": "påhittat"}},
}
STEG = "verksamheter.v.steg"


def anew(content: dict[str, Any]) -> Any:
    return json.loads(json.dumps(content))


def said(path: str, value: Any) -> list[str]:
    with pytest.raises(HemmaplanError) as caught:
        checked_kommun(put(anew(KOMMUN), path, value))
    return str(caught.value).splitlines()


def only(path: str, value: Any) -> str:
    (line,) = said(path, value)
    return line


def test_a_sound_file_passes() -> None:
    assert checked_kommun(KOMMUN).slut == date(2019, 12, 31)


@pytest.mark.parametrize(("written", "right"), [("8,1", "8.1"), ("1 234,5", "1234.5"), ("−3,5", "-3.5")])
def test_a_decimal_comma_is_shown_with_a_point(written: str, right: str) -> None:
    line = only("resurser.hus.platser", written)
    assert line.startswith(f"resurser.hus.platser = {written}: ")
    assert line.endswith(f"med punkt: {right}")


def test_a_number_in_quotes_is_text() -> None:
    line = only("resurser.hus.platser", "8")
    assert "resurser.hus.platser = 8" in line
    assert "text" in line


@pytest.mark.parametrize("value", [True, False])
def test_yes_and_no_are_not_numbers(value: bool) -> None:
    line = only("resurser.hus.platser", value)
    assert line.startswith("resurser.hus.platser = ")
    assert "ja eller nej" in line


UNKNOWN_KEYS = [
    ("resurser.hus.plaster", "menade du platser?"),
    ("resurser.lag.arendetack", "menade du arendetak?"),
    (f"{STEG}.boende.uppfoljing", "menade du uppfoljning?"),
    (f"{STEG}.boende.behov.vanta_dagar", "menade du vanta_hogst_dagar?"),
    (f"{STEG}.utredning.behov.vikten", "menade du vikt?"),
    (f"{STEG}.boende.utfall.klar.tid.medelvarde", "menade du medel?"),
    ("verksamheter.v.inflode.ansokan.per_aret", "menade du per_ar?"),
    ("verksamheter.v.budget", "menade du budget_tkr?"),
    ("resurs", "menade du resurser?"),
]


@pytest.mark.parametrize(("path", "help"), UNKNOWN_KEYS, ids=[path for path, _ in UNKNOWN_KEYS])
def test_an_unknown_key_is_told_the_nearest_one(path: str, help: str) -> None:
    line = only(path, 1)
    assert line.startswith(path)
    assert line.endswith(help)


def test_a_missing_key_is_named() -> None:
    assert only("resurser.lag.arsarbetare", ...) == "resurser.lag.arsarbetare: saknas"


BOUNDS = [
    ("resurser.hus.platser", -3, "minst 0"),
    ("resurser.lag.arendetak", 0, "större än 0"),
    ("resurser.lag.sjukfranvaro", 1.2, "högst 1"),
    ("verksamheter.v.inflode.ansokan.overspridning", 0.5, "minst 1"),
    ("verksamheter.v.inflode.ansokan.trend_per_ar", 1, "mindre än 1"),
    ("basar", 1999, "minst 2001"),
]


@pytest.mark.parametrize(("path", "value", "bound"), BOUNDS, ids=[path for path, *_ in BOUNDS])
def test_a_value_out_of_bounds_is_told_the_bound(path: str, value: float, bound: str) -> None:
    line = only(path, value)
    assert line.startswith(f"{path} = {value}: ")
    assert bound in line


@pytest.mark.parametrize("written", ["2019-02-30", "31 december 2019", "19-12-31", "2019-13-01", "2019"])
def test_what_is_no_date_is_told_how_dates_are_written(written: str) -> None:
    line = only("slut", written)
    assert f"slut = {written}" in line
    assert "ÅÅÅÅ-MM-DD" in line


@pytest.mark.parametrize("number", [20191231, 2019, 1577750400])
def test_a_number_is_no_date(number: int) -> None:
    assert "ÅÅÅÅ-MM-DD" in only("slut", number)


@pytest.mark.parametrize("day", ["2017-12-31", "2016-01-01"])
def test_a_run_that_ends_before_it_begins_is_refused(day: str) -> None:
    line = only("slut", day)
    assert "slut" in line
    assert "2018" in line


@pytest.mark.parametrize("number", [180, 184, 1480])
def test_a_kommunkod_is_text(number: int) -> None:
    """YAML reads 0180 as 180, 0123 as octal 83."""
    line = only("kommunkod", number)
    assert f"kommunkod = {number}" in line
    assert "'0180'" in line


def test_a_kommunkod_has_four_digits() -> None:
    line = only("kommunkod", "180")
    assert "kommunkod = 180" in line
    assert "fyra siffror" in line


def test_a_name_with_swedish_letters_is_told_what_is_allowed() -> None:
    line = only("resurser.träning", KOMMUN["resurser"]["hus"])
    assert "träning" in line
    assert "a-z" in line


def test_an_unknown_type_of_resource_is_told_the_nearest_one() -> None:
    line = only("resurser.hus.typ", "boenden")
    assert line.startswith("resurser.hus")
    assert "boenden" in line
    assert "menade du boende?" in line


def test_an_unknown_distribution_is_told_the_nearest_one() -> None:
    line = only(f"{STEG}.boende.utfall.klar.tid", {"fordelning": "lognormalt", **TID})
    assert line.startswith(f"{STEG}.boende.utfall.klar.tid.fordelning = lognormalt: ")
    assert "menade du lognormal?" in line


def test_the_year_profile_has_twelve_values() -> None:
    line = only("verksamheter.v.inflode.ansokan.sasong", [1.0] * 11)
    assert line.startswith("verksamheter.v.inflode.ansokan.sasong")
    assert "12" in line
    assert "11" in line


def test_places_in_a_list_count_from_1() -> None:
    line = only("verksamheter.v.inflode.ansokan.sasong", [1.0] * 6 + ["1,2"] + [1.0] * 5)
    assert line.startswith("verksamheter.v.inflode.ansokan.sasong.7 = 1,2: ")


@pytest.mark.parametrize("tid", [{"medel": 10}, {"median": 10}, {"median": 10, "cv": 1.0}, {}])
def test_a_half_described_distribution_is_told_what_is_needed(tid: dict[str, float]) -> None:
    line = only(f"{STEG}.boende.utfall.klar.tid", tid)
    assert line.startswith(f"{STEG}.boende.utfall.klar.tid")
    assert "cv och medel eller median och p90" in line


def test_p90_lies_above_the_median() -> None:
    assert "p90" in only(f"{STEG}.boende.utfall.klar.tid", {"median": 50, "p90": 40})


IMPOSSIBLE = [
    (f"{STEG}.boende.utfall.klar.tid", {"medel": 30, "cv": 0.0005}),
    (f"{STEG}.boende.utfall.klar.tid", {"medel": 30, "cv": 200}),
    (f"{STEG}.boende.utfall.klar.tid", {"median": 30, "p90": 30.1}),
    (f"{STEG}.boende.utfall.klar.tid", {"median": 30, "p90": 60_000}),
    ("resurser.kopt.dygnskostnad_kr", {"medel": 1900, "cv": 0.0005}),
]


@pytest.mark.parametrize(("path", "value"), IMPOSSIBLE, ids=[str(value) for _, value in IMPOSSIBLE])
def test_a_spread_that_no_distribution_has_is_refused_when_loaded(path: str, value: dict[str, float]) -> None:
    assert only(path, value).startswith(path)


def test_text_where_keys_are_expected_is_told_so() -> None:
    line = only("resurser.hus", "tio platser")
    assert line.startswith("resurser.hus")


def test_every_problem_has_its_line() -> None:
    made = put(anew(KOMMUN), "resurser.hus.platser", "8,1")
    put(made, "resurser.lag.arendetak", -1)
    with pytest.raises(HemmaplanError) as caught:
        checked_kommun(made)
    assert [line.split(" = ")[0] for line in str(caught.value).splitlines()] == [
        "resurser.lag.arendetak",
        "resurser.hus.platser",
    ]


def test_the_file_is_named_where_it_is_known() -> None:
    made = put(anew(KOMMUN), "resurser.hus.platser", -3)
    with pytest.raises(HemmaplanError) as caught:
        checked_kommun(made, lambda where: f"conf/{where[0]}.yaml")
    assert str(caught.value) == "resurser.hus.platser = -3: måste vara minst 0 (conf/resurser.yaml)"


def test_a_number_without_a_source_stops_the_loading() -> None:
    made = put(anew(KOMMUN), "kallor.egna.galler", ["verksamheter.**", "resurser.lag.**", "resurser.kopt.**"])
    with pytest.raises(HemmaplanError) as caught:
        kommun_from(made)
    assert str(caught.value) == "resurser.hus.platser = 10: källa saknas; lägg till den under kallor"


SCENARIO = {
    "id": "fem",
    "namn": "Fem",
    "motiv": "Vad händer?",
    "andringar": [{"mal": "resurser.hus.platser", "plus": 5}],
}


def scenario_said(path: str, value: Any) -> str:
    with pytest.raises(HemmaplanError) as caught:
        scenario_from(put(anew(SCENARIO), path, value), "fem")
    return str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"mal": "resurser.hus.platser"},
        {"mal": "resurser.hus.platser", "satt": 1, "plus": 2},
        {"mal": "resurser.hus.platser", "satt": 1, "plus": 2, "ganger": 3},
    ],
    ids=["none", "two", "three"],
)
def test_a_change_does_exactly_one_thing(change: dict[str, Any]) -> None:
    text = scenario_said("andringar", [change])
    assert "scenarios.fem.andringar.1" in text
    assert "precis ett av satt, plus och ganger" in text


def test_a_change_that_ends_before_it_begins_is_refused() -> None:
    change = {"mal": "resurser.hus.platser", "plus": 5, "fran": "2019-07-01", "till": "2019-06-30"}
    text = scenario_said("andringar", [change])
    assert "2019-06-30" in text
    assert "2019-07-01" in text


def test_an_unknown_key_in_a_change_is_told_the_nearest_one() -> None:
    text = scenario_said("andringar", [{"mal": "resurser.hus.platser", "plus": 5, "fram": "2019-07-01"}])
    assert "scenarios.fem.andringar.1.fram" in text
    assert "menade du fran?" in text


def test_a_scenario_without_changes_is_refused() -> None:
    assert "scenarios.fem.andringar" in scenario_said("andringar", [])


@pytest.mark.parametrize(
    ("word", "allowed", "text"),
    [
        ("plaster", ["platser", "pris"], "menade du platser?"),
        ("xyz", ["b", "a"], "tillåtet: a, b"),
        ("xyz", [], "inget finns att välja på"),
        ("q", list("abcdefghijklmno"), "tillåtet: a, b, c, d, e, f, g, h, i, j, k, l …"),
    ],
)
def test_the_nearest_word_or_the_allowed_ones(word: str, allowed: list[str], text: str) -> None:
    assert nearest(word, allowed) == text
