"""What a kommun may not refer to or be: one message for each, with path, value and the nearest right word."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from enhet.content import put
from hjalp import kommun
from sim.build import build_network
from sim.errors import HemmaplanError
from sim.scenario import make_plan

TID = {"medel": 30, "cv": 1.0}
RESURSER: dict[str, Any] = {
    "lag": {"typ": "team", "arsarbetare": 5, "arendetak": 10},
    "hus": {"typ": "boende", "platser": 10},
    "lya": {"typ": "boende", "platser": 5},
    "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1900}},
}
INFLODE: dict[str, Any] = {"ansokan": {"per_ar": 100, "forsta_steg": "utredning"}}
STEG: dict[str, Any] = {
    "utredning": {"behov": {"team": "lag"}, "utfall": {"klar": {"tid": TID, "nasta": {"boende": 1.0}}}},
    "boende": {
        "behov": {"plats": ["hus"], "reserv": "kopt", "vanta_hogst_dagar": 14},
        "kvar": True,
        "utfall": {"klar": {"tid": TID, "nasta": {"kontrakt": 0.5, "avslut": 0.5}}},
    },
    "kontrakt": {
        "behov": {"plats": ["lya"]},
        "tar_tillbaka": {"tid": TID},
        "nasta_vid_avhopp": "avslut",
        "utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}},
    },
}
NULAGE: dict[str, Any] = {
    "v": {
        "i_steg": {"boende": {"hus": {"antal": 8}, "kopt": {"antal": 4, "hemmamojliga": 2}}},
        "blockerade": {"vantar": {"steg": "boende", "i": "hus", "till": "kontrakt", "antal": 3, "vantat": TID}},
        "ko": {"kontrakt": {"antal": 3, "vantat": TID}},
    }
}


def content() -> dict[str, Any]:
    return copy.deepcopy({"resurser": RESURSER, "inflode": INFLODE, "steg": STEG, "nulage": NULAGE})


def text_of(made: dict[str, Any]) -> str:
    with pytest.raises(HemmaplanError) as caught:
        kommun(made["resurser"], made["inflode"], made["steg"], nulage=made["nulage"])
    return str(caught.value)


def said(path: str, value: Any) -> str:
    return text_of(put(content(), path, value))


def test_a_sound_kommun_passes() -> None:
    made = content()
    kommun(made["resurser"], made["inflode"], made["steg"], nulage=made["nulage"])


AREA = "verksamheter.v"
UNKNOWN = [
    ("resurser.hus.verksamhet", "w", "resurser.hus.verksamhet", "tillåtet: v"),
    ("inflode.ansokan.forsta_steg", "utredningen", f"{AREA}.inflode.ansokan.forsta_steg", "menade du utredning?"),
    ("steg.utredning.behov.team", "lagg", f"{AREA}.steg.utredning.behov.team", "menade du lag?"),
    ("steg.utredning.behov.team", "hus", f"{AREA}.steg.utredning.behov.team", "tillåtet: lag"),
    ("steg.boende.behov.plats", ["huss"], f"{AREA}.steg.boende.behov.plats", "menade du hus?"),
    ("steg.boende.behov.plats", ["lag"], f"{AREA}.steg.boende.behov.plats", "menade du lya?"),
    ("steg.boende.behov.reserv", "kop", f"{AREA}.steg.boende.behov.reserv", "menade du kopt?"),
    ("steg.utredning.utfall.klar.nasta.boendet", 0, f"{AREA}.steg.utredning.utfall.klar.nasta", "menade du boende?"),
    ("steg.boende.uppfoljning", {"team": "lagg", "vikt": 1}, f"{AREA}.steg.boende.uppfoljning.team", "menade du lag?"),
    (
        "steg.boende.avslut",
        {"team": "lagg", "vikt": 1, "tid": TID},
        f"{AREA}.steg.boende.avslut.team",
        "menade du lag?",
    ),
    ("steg.kontrakt.nasta_vid_avhopp", "avsluta", f"{AREA}.steg.kontrakt.nasta_vid_avhopp", "menade du avslut?"),
    ("nulage.w", {}, "nulage.w", "tillåtet: v"),
    ("nulage.v.i_steg.boendet", {}, "nulage.v.i_steg.boendet", "menade du boende?"),
    ("nulage.v.i_steg.boende.huss", {"antal": 1}, "nulage.v.i_steg.boende", "menade du hus?"),
    ("nulage.v.ko.kontraktet", {"antal": 1, "vantat": TID}, "nulage.v.ko.kontraktet", "menade du kontrakt?"),
    ("nulage.v.blockerade.vantar.steg", "boendet", "nulage.v.blockerade.vantar.steg", "menade du boende?"),
    ("nulage.v.blockerade.vantar.till", "kontraktet", "nulage.v.blockerade.vantar.till", "menade du kontrakt?"),
]


@pytest.mark.parametrize(("where", "value", "path", "help"), UNKNOWN, ids=[f"{w} {v}" for w, v, _, _ in UNKNOWN])
def test_an_unknown_name_is_told_where_and_the_nearest_right_one(where: str, value: Any, path: str, help: str) -> None:
    text = said(where, value)
    assert path in text
    assert help in text
    if isinstance(value, list):
        (value,) = value
    if isinstance(value, dict):
        value = value.get("team")
    assert f" = {value or where.rsplit('.', 1)[-1]}: " in text


def test_an_unknown_malgrupp_is_told_the_nearest_one() -> None:
    made = put(content(), "inflode.ansokan.malgrupper", {"ung": 0.5, "vuxen": 0.5})
    text = text_of(put(made, "steg.boende.behov.hemmamojlig", {"andel": 0.5, "malgrupper": {"unga": 0.2}}))
    assert "hemmamojlig.malgrupper" in text
    assert "unga" in text
    assert "menade du ung?" in text


SUMS = [
    ("inflode.ansokan.malgrupper", {"ung": 0.5, "vuxen": 0.6}, "inflode.ansokan.malgrupper", "1,1"),
    ("steg.boende.utfall.klar.nasta", {"avslut": 0.9}, "steg.boende.utfall.klar.nasta", "0,9"),
    ("steg.boende.utfall.klar.andel", 0.8, "steg.boende.utfall", "0,8"),
]


@pytest.mark.parametrize(("where", "value", "path", "total"), SUMS, ids=[where for where, *_ in SUMS])
def test_shares_that_do_not_sum_to_1_are_told_their_sum(where: str, value: Any, path: str, total: str) -> None:
    text = said(where, value)
    assert f"{AREA}.{path}" in text
    assert "ska bli 1" in text
    assert total in text


def test_shares_that_sum_to_1_but_for_rounding_pass() -> None:
    made = put(content(), "inflode.ansokan.malgrupper", {"a": 0.1, "b": 0.2, "c": 0.7})
    kommun(made["resurser"], made["inflode"], made["steg"])


def test_a_season_must_have_mean_1() -> None:
    text = said("inflode.ansokan.sasong", [1.1] * 12)
    assert f"{AREA}.inflode.ansokan.sasong" in text
    assert "1,100" in text


@pytest.mark.parametrize("key", ["vanta_hogst_dagar", "hemmamojlig", "hemtagning"])
def test_what_needs_a_reserv_is_refused_without_one(key: str) -> None:
    behov = {"vanta_hogst_dagar": 14, "hemmamojlig": {"andel": 0.5}, "hemtagning": {}}
    text = said("steg.kontrakt.behov", {"plats": ["lya"], key: behov[key]})
    assert f"{AREA}.steg.kontrakt.behov.{key}" in text
    assert "reserv" in text


def test_a_resource_stands_once_in_a_list_of_places() -> None:
    assert f"{AREA}.steg.boende.behov.plats" in said("steg.boende.behov.plats", ["hus", "lya", "hus"])


def test_the_reserv_is_not_one_of_the_places() -> None:
    assert f"{AREA}.steg.boende.behov.plats" in said("steg.boende.behov.reserv", "hus")


@pytest.mark.parametrize("key", ["tar_tillbaka", "nasta_vid_avhopp"])
def test_patience_and_where_it_leads_belong_together(key: str) -> None:
    text = said(f"steg.kontrakt.{key}", ...)
    assert f"{AREA}.steg.kontrakt" in text
    assert "tar_tillbaka" in text
    assert "nasta_vid_avhopp" in text


def test_nobody_leaves_a_queue_that_is_not_there() -> None:
    hemma = {
        "tar_tillbaka": {"tid": TID},
        "nasta_vid_avhopp": "avslut",
        "utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}},
    }
    assert f"{AREA}.steg.hemma.tar_tillbaka" in said("steg.hemma", hemma)


def test_avslut_is_no_name_for_a_steg() -> None:
    assert f"{AREA}.steg.avslut" in said("steg.avslut", STEG["utredning"])


def test_kvar_before_a_place_without_a_way_out_is_refused() -> None:
    made = put(content(), "steg.kontrakt.tar_tillbaka", ...)
    text = text_of(put(made, "steg.kontrakt.nasta_vid_avhopp", ...))
    assert f"{AREA}.steg.kontrakt" in text
    assert "boende håller kvar" in text


def test_resources_that_wait_for_each_other_in_a_ring_are_named() -> None:
    made = put(content(), "steg.kontrakt.kvar", True)
    text = text_of(put(made, "steg.kontrakt.utfall.klar.nasta", {"boende": 0.5, "avslut": 0.5}))
    assert "hus → lya → hus" in text or "lya → hus → lya" in text


def test_a_ring_of_stegs_where_nobody_keeps_a_place_passes() -> None:
    made = put(content(), "steg.kontrakt.utfall.klar.nasta", {"boende": 0.5, "avslut": 0.5})
    kommun(made["resurser"], made["inflode"], made["steg"])


def test_kvar_before_a_team_that_its_own_follow_up_fills_is_refused() -> None:
    """Ten blocked places of follow-up 1 fill a team of 5 for ever, and the next steg waits for that team."""
    stegs = {
        "boende": {
            "behov": {"plats": ["hus"]},
            "uppfoljning": {"team": "lag", "vikt": 1.0},
            "kvar": True,
            "utfall": {"klar": {"tid": TID, "nasta": {"utredning": 1.0}}},
        },
        "utredning": {"behov": {"team": "lag"}, "utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}}},
    }
    lag = {"typ": "team", "arsarbetare": 1, "arendetak": 5}
    with pytest.raises(HemmaplanError):
        kommun({"lag": lag, "hus": RESURSER["hus"]}, {"i": {"per_ar": 100, "forsta_steg": "boende"}}, stegs)


def test_more_blocked_than_there_are_is_refused() -> None:
    text = said("nulage.v.blockerade.vantar.antal", 9)
    assert "nulage.v.blockerade.vantar.antal" in text
    assert "8" in text


def test_blocked_in_two_entries_are_counted_together() -> None:
    more = dict(NULAGE["v"]["blockerade"]["vantar"], antal=6)
    assert "nulage.v.blockerade.fler.antal" in said("nulage.v.blockerade.fler", more)


def test_blocked_where_nobody_is_are_refused() -> None:
    assert "nulage.v.blockerade.vantar.antal" in said("nulage.v.blockerade.vantar.i", "lya")


def test_nobody_is_blocked_in_a_steg_that_does_not_keep() -> None:
    text = said("steg.boende.kvar", False)
    assert "nulage.v.blockerade.vantar" in text
    assert "kvar" in text


def test_only_the_reserv_has_some_who_could_come_home() -> None:
    text = said("nulage.v.i_steg.boende.hus", {"antal": 8, "hemmamojliga": 1})
    assert "nulage.v.i_steg.boende.hus.hemmamojliga" in text


def test_no_more_could_come_home_than_there_are() -> None:
    text = said("nulage.v.i_steg.boende.kopt.hemmamojliga", 5)
    assert "nulage.v.i_steg.boende.kopt.hemmamojliga" in text


def test_a_steg_without_a_need_has_no_queue() -> None:
    made = put(content(), "steg.hemma", {"utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}}})
    assert "nulage.v.ko.hemma" in text_of(put(made, "nulage.v.ko.hemma", {"antal": 1, "vantat": TID}))


def test_all_problems_are_told_at_once() -> None:
    made = put(content(), "inflode.ansokan.forsta_steg", "utredningen")
    assert len(text_of(put(made, "steg.utredning.behov.team", "lagg")).splitlines()) == 2


def test_a_ring_that_nobody_ever_leaves_is_refused() -> None:
    stegs = {
        "inne": {"utfall": {"klar": {"tid": TID, "nasta": {"ute": 1.0}}}},
        "ute": {"utfall": {"klar": {"tid": TID, "nasta": {"inne": 1.0}}}},
    }
    nulage = {"v": {"i_steg": {"inne": {"utan_resurs": {"antal": 3}}}}}
    with pytest.raises(HemmaplanError):
        build_network(make_plan(kommun({}, {"i": {"per_ar": 1, "forsta_steg": "inne"}}, stegs, nulage=nulage)))


def test_blocked_in_a_steg_that_needs_nothing_can_be_built() -> None:
    stegs = {
        "hemma": {"kvar": True, "utfall": {"klar": {"tid": TID, "nasta": {"utredning": 1.0}}}},
        "utredning": {"behov": {"team": "lag"}, "utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}}},
    }
    nulage = {
        "i_steg": {"hemma": {"utan_resurs": {"antal": 3}}},
        "blockerade": {"b": {"steg": "hemma", "i": "utan_resurs", "till": "utredning", "antal": 1, "vantat": TID}},
    }
    lag = {"lag": RESURSER["lag"]}
    made = kommun(lag, {"i": {"per_ar": 1, "forsta_steg": "hemma"}}, stegs, nulage={"v": nulage})
    assert {stock.kind for stock in build_network(make_plan(made)).stock} == {"stay", "blocked"}


def test_a_blocked_entry_of_nobody_in_an_unknown_place_is_refused() -> None:
    none = dict(NULAGE["v"]["blockerade"]["vantar"], antal=0, i="finns_inte")
    assert "nulage.v.blockerade.vantar" in said("nulage.v.blockerade.vantar", none)


@pytest.mark.parametrize("ring", [["inne"], ["inne", "ute"]], ids=["itself", "two"])
def test_age_limits_that_lead_round_in_a_ring_are_refused(ring: list[str]) -> None:
    """Who is too old would go round it a million times a day, and the run never end."""
    stegs: dict[str, Any] = {}
    for name, after in zip(ring, [*ring[1:], ring[0]], strict=True):
        stegs[name] = {
            "till_alder": {"ar": 18, "nasta": {after: 1.0}},
            "utfall": {"klar": {"tid": TID, "nasta": {"avslut": 1.0}}},
        }
    inflode = {"per_ar": 1, "forsta_steg": "inne", "alder": {"alla": {"fordelning": "konstant", "medel": 19}}}
    with pytest.raises(HemmaplanError):
        kommun({}, {"i": inflode}, stegs)


@pytest.mark.parametrize(("slut", "text"), [("9999-12-31", "får vara högst 2068-12-31"), ("2069-01-01", "50 år efter")])
def test_a_run_of_more_than_fifty_years_is_refused(slut: str, text: str) -> None:
    made = content()
    with pytest.raises(HemmaplanError, match=f"slut = {slut}: .*{text}"):
        kommun(made["resurser"], made["inflode"], made["steg"], slut=slut)
    assert kommun(made["resurser"], made["inflode"], made["steg"], slut="2068-12-31").basar == 2018


def test_a_driver_without_a_value_is_refused() -> None:
    made = content()
    driver = {"namn": "D", "omrade": "riket", "bas": 1.0, "varde": {}}
    with pytest.raises(HemmaplanError, match=r"drivare\.d\.varde: ska ha minst 1 värden, har 0"):
        kommun(made["resurser"], made["inflode"], made["steg"], drivare={"d": driver})


def test_a_malgrupp_that_can_never_leave_is_named() -> None:
    """Everybody else goes on, but for the young each stay leads to another."""
    klar = {"tid": TID, "nasta": {"avslut": 1.0}, "malgrupper": {"ung": {"nasta": {"s": 1.0}}}}
    inflode = {"i": {"per_ar": 10, "forsta_steg": "s", "malgrupper": {"ung": 0.5, "vuxen": 0.5}}}
    with pytest.raises(HemmaplanError, match=r"steg\.s: härifrån kan ingen i målgruppen ung lämna"):
        kommun({}, inflode, {"s": {"utfall": {"klar": klar}}})
