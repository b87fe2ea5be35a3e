"""Places, reserv, taking home and blocking: runs short enough to compute in the head."""

from __future__ import annotations

from typing import Any

import pytest

from enhet.script import AWAY, EXTERN, Played, days, house, patience, played, steg, team

HUS = {"plats": ["hus"]}
OWN = {"hus": house(1), "kopt": EXTERN}
SCARCE = {"hus": house(1), "lya": house(1), "kopt": EXTERN}


def test_a_place_that_falls_free_goes_to_the_first_in_line() -> None:
    people = {"anna": (1, "boende"), "bo": (2, "boende"), "cia": (3, "boende")}
    run = played({"hus": house(1)}, {"boende": steg(10, behov=HUS)}, people)
    assert run.starts("boende") == {"anna": 1, "bo": 11, "cia": 21}


def test_of_several_free_places_the_first_in_the_cases_own_list_is_taken() -> None:
    stegs = {"boende": steg(10, behov={"plats": ["o_hus", "a_hus"]})}
    run = played({"a_hus": house(1), "o_hus": house(1)}, stegs, {"anna": (1, "boende"), "bo": (2, "boende")})
    assert [run.stay(name, "boende").resurs for name in ("anna", "bo")] == ["o_hus", "a_hus"]


def test_who_waits_for_several_places_takes_the_one_that_falls_free_first() -> None:
    stegs = {
        "boende": steg(10, behov={"plats": ["ett", "tva"]}),
        "kort": steg(3, behov={"plats": ["tva"]}),
    }
    people = {"anna": (1, "boende"), "bo": (2, "kort"), "cia": (3, "boende")}
    run = played({"ett": house(1), "tva": house(1)}, stegs, people)
    cia = run.stay("cia", "boende")
    assert (cia.start, cia.resurs) == (5, "tva")


def test_half_a_place_is_room_for_nobody() -> None:
    run = played({"hus": house(1.5)}, {"boende": steg(10, behov=HUS)}, {"anna": (1, "boende"), "bo": (2, "boende")})
    assert run.starts("boende") == {"anna": 1, "bo": 11}


def test_a_house_that_closes_moves_nobody_and_takes_nobody() -> None:
    change = {"mal": "resurser.hus.platser", "satt": 0, "fran": "2018-01-04", "till": "2018-01-20"}
    run = played(
        {"hus": house(1)}, {"boende": steg(10, behov=HUS)}, {"anna": (1, "boende"), "bo": (2, "boende")}, [change]
    )
    assert run.stay("anna", "boende").slappt == 11
    assert run.starts("boende")["bo"] == 20


def test_stock_above_capacity_stays_and_keeps_others_out() -> None:
    nulage = {"i_steg": {"boende": {"hus": {"antal": 3}}}}
    run = played({"hus": house(1)}, {"boende": steg(10, behov=HUS)}, {"anna": (1, "boende")}, nulage=nulage)
    stock = run.frame.query("fran_nulage and steg == 'v.boende'")
    assert len(stock) == 3
    assert run.starts("boende")["anna"] == max(1, stock.slut.max())


def test_who_has_waited_to_the_limit_takes_the_reserv() -> None:
    stegs = {"boende": steg(20, behov={**HUS, "reserv": "kopt", "vanta_hogst_dagar": 3})}
    run = played(OWN, stegs, {"anna": (1, "boende"), "bo": (2, "boende")})
    bo = run.stay("bo", "boende")
    assert (bo.start, bo.resurs, bo.reserv) == (5, "kopt", True)


def test_a_place_that_falls_free_at_the_very_limit_is_taken() -> None:
    stegs = {"boende": steg(4, behov={**HUS, "reserv": "kopt", "vanta_hogst_dagar": 3})}
    run = played(OWN, stegs, {"anna": (1, "boende"), "bo": (2, "boende")})
    bo = run.stay("bo", "boende")
    assert (bo.start, bo.resurs) == (5, "hus")


def test_a_limit_of_0_still_lets_releases_of_that_instant_come_first() -> None:
    run = played(OWN, {"boende": steg(4, behov=HUS | AWAY)}, {"anna": (1, "boende"), "bo": (5, "boende")})
    assert run.stay("bo", "boende").resurs == "hus"


def test_the_limit_comes_before_patience_at_the_same_instant() -> None:
    behov = {**HUS, "reserv": "kopt", "vanta_hogst_dagar": 3}
    run = played(OWN, {"boende": steg(20, behov=behov, **patience(3))}, {"anna": (1, "boende"), "bo": (2, "boende")})
    bo = run.stay("bo", "boende")
    assert (bo.start, bo.resurs, bo.avhopp) == (5, "kopt", False)


def test_patience_before_the_limit_leaves_the_queue() -> None:
    behov = {**HUS, "reserv": "kopt", "vanta_hogst_dagar": 3}
    run = played(OWN, {"boende": steg(20, behov=behov, **patience(2))}, {"anna": (1, "boende"), "bo": (2, "boende")})
    bo = run.stay("bo", "boende")
    assert (bo.start, bo.slappt, bo.avhopp) == (None, 4, True)


def test_a_place_at_the_very_instant_patience_ends_is_taken() -> None:
    run = played(OWN, {"boende": steg(4, behov=HUS, **patience(3))}, {"anna": (1, "boende"), "bo": (2, "boende")})
    assert run.stay("bo", "boende").start == 5


def test_a_full_reserv_is_queued_for_beside_the_place() -> None:
    stegs = {"boende": steg(10, behov=HUS | AWAY)}
    people = {"anna": (1, "boende"), "bo": (2, "boende"), "cia": (3, "boende"), "dag": (4, "boende")}
    run = played({"hus": house(1), "kopt": EXTERN | {"tak": 1}}, stegs, people)
    places = [(run.stay(name, "boende").start, run.stay(name, "boende").resurs) for name in people]
    assert places == [(1, "hus"), (2, "kopt"), (11, "hus"), (12, "kopt")]


def test_who_cannot_be_helped_at_home_never_takes_a_free_place_there() -> None:
    behov = {**HUS, "reserv": "kopt", "vanta_hogst_dagar": 50, "hemmamojlig": {"andel": 0.0}, "hemtagning": {}}
    run = played(OWN, {"boende": steg(10, behov=behov)}, {"anna": (1, "boende")})
    anna = run.stay("anna", "boende")
    assert (anna.start, anna.slappt, anna.resurs, anna.ej_hemmamojlig) == (1, 11, "kopt", True)


def homecoming(
    length: float, notice: float = 3, earliest: float = 5, prio: str = "sist", **more: Any
) -> dict[str, Any]:
    recall = {"tidigast_dagar": earliest, "uppsagning_dagar": notice, "prio": prio}
    return steg(length, behov=HUS | AWAY | {"hemtagning": recall}, **more)


def taken_home(length: float, changes: tuple[dict[str, Any], ...] = (), **more: Any) -> Played:
    """Anna has the place until day 11; Bo is in the reserv from day 2, and may come home from day 7."""
    stegs = {"kort": steg(10, behov=HUS), "boende": homecoming(length, **more)}
    return played(OWN, stegs, {"anna": (1, "kort"), "bo": (2, "boende")}, changes)


def test_a_case_taken_home_is_two_linked_records() -> None:
    away, home = taken_home(30).stays("bo", "boende")
    assert (away.start, away.slut, away.slappt, away.resurs, away.reserv) == (2, None, 14, "kopt", True)
    assert (home.start, home.slut, home.slappt, home.resurs, home.hemtagen) == (14, 32, 32, "hus", True)


def test_the_offered_place_is_held_during_the_notice() -> None:
    stegs = {"kort": steg(10, behov=HUS), "boende": homecoming(30)}
    run = played(OWN, stegs, {"anna": (1, "kort"), "bo": (2, "boende"), "cia": (12, "kort")})
    assert run.starts("kort")["cia"] == 32


def test_a_free_place_is_offered_when_the_case_becomes_eligible() -> None:
    stegs = {"kort": steg(3, behov=HUS), "boende": homecoming(30)}
    run = played(OWN, stegs, {"anna": (1, "kort"), "bo": (2, "boende")})
    assert [part.start for part in run.stays("bo", "boende")] == [2, 7 + 3]


def test_who_is_not_yet_eligible_is_passed_over() -> None:
    stegs = {"kort": steg(3, behov=HUS), "boende": homecoming(30)}
    run = played(OWN, stegs, {"anna": (1, "kort"), "bo": (2, "boende"), "cia": (6, "kort")})
    assert run.starts("kort")["cia"] == 6
    assert [part.start for part in run.stays("bo", "boende")] == [2, 9 + 3]


def test_without_notice_the_move_is_immediate() -> None:
    assert [part.start for part in taken_home(30, notice=0).stays("bo", "boende")] == [2, 11]


def test_a_stay_that_ends_within_the_notice_is_not_moved() -> None:
    bo = taken_home(11).stay("bo", "boende")
    assert (bo.slappt, bo.resurs) == (13, "kopt")


def test_a_stay_that_ends_exactly_with_the_notice_is_not_moved() -> None:
    bo = taken_home(12).stay("bo", "boende")
    assert (bo.slappt, bo.resurs) == (14, "kopt")


def test_a_stay_that_ends_after_the_notice_is_moved() -> None:
    away, home = taken_home(12.5).stays("bo", "boende")
    assert (away.slappt, home.slappt) == (14, 14.5)


@pytest.mark.parametrize("length", [11, 12], ids=["within the notice", "exactly with it"])
def test_a_stay_not_moved_leaves_its_place_to_the_next(length: float) -> None:
    stegs = {"kort": steg(10, behov=HUS), "slut": homecoming(length), "lang": homecoming(40)}
    run = played(OWN, stegs, {"anna": (1, "kort"), "bo": (2, "slut"), "cia": (3, "lang")})
    assert run.stay("bo", "slut").resurs == "kopt"
    assert [part.start for part in run.stays("cia", "lang")] == [3, 14]


def test_a_house_that_closes_during_the_notice_cancels_the_offer() -> None:
    """Offered on day 11, closed from day 13 through day 19, offered anew on day 20."""
    closed = {"mal": "resurser.hus.platser", "satt": 0, "fran": "2018-01-14", "till": "2018-01-20"}
    away, home = taken_home(30, (closed,)).stays("bo", "boende")
    assert (away.slappt, home.start, home.slut) == (23, 23, 32)


def test_a_cancelled_offer_leaves_the_case_its_old_place_in_the_queue() -> None:
    stegs = {"kort": steg(10, behov=HUS), "boende": homecoming(60)}
    closed = {"mal": "resurser.hus.platser", "satt": 0, "fran": "2018-01-14", "till": "2018-01-20"}
    run = played(OWN, stegs, {"anna": (1, "kort"), "bo": (2, "boende"), "cia": (3, "boende")}, [closed])
    assert [part.start for part in run.stays("bo", "boende")] == [2, 23]
    assert [part.start for part in run.stays("cia", "boende")] == [3]


@pytest.mark.parametrize(("prio", "first"), [("sist", "cia"), ("tur", "bo"), ("forst", "bo")])
def test_prio_says_whether_the_one_in_the_reserv_or_the_one_without_a_place_comes_first(prio: str, first: str) -> None:
    """Bo asked on day 2 and Cia, who can only wait, on day 5."""
    stegs = {"kort": steg(10, behov=HUS), "boende": homecoming(60, notice=0, prio=prio)}
    run = played(OWN, stegs, {"anna": (1, "kort"), "bo": (2, "boende"), "cia": (5, "kort")})
    got = {"cia": run.starts("kort")["cia"], "bo": run.stays("bo", "boende")[-1].start}
    assert got[first] == 11


def test_by_time_of_request_an_earlier_one_without_a_place_goes_before_the_one_in_the_reserv() -> None:
    stegs = {"kort": steg(10, behov=HUS), "boende": homecoming(60, notice=0, prio="tur")}
    run = played(OWN, stegs, {"anna": (1, "kort"), "cia": (2, "kort"), "bo": (5, "boende")})
    assert run.starts("kort")["cia"] == 11


def test_forst_puts_the_one_in_the_reserv_before_an_earlier_request() -> None:
    stegs = {"kort": steg(10, behov=HUS), "boende": homecoming(60, notice=0, prio="forst")}
    run = played(OWN, stegs, {"anna": (1, "kort"), "cia": (2, "kort"), "bo": (5, "boende")})
    assert run.stays("bo", "boende")[-1].start == 11


CHAIN = {"kontrakt": steg(10, behov={"plats": ["lya"]}, **patience(1000))}


def test_kvar_holds_the_place_until_the_next_steg_has_started() -> None:
    """Xerxes has the flat until day 12, so Anna, ready on day 6, keeps Bo out until then."""
    stegs = CHAIN | {"boende": steg(5, "kontrakt", behov=HUS, kvar=True)}
    run = played(SCARCE, stegs, {"xerxes": (2, "kontrakt"), "anna": (1, "boende"), "bo": (3, "boende")})
    anna = run.stay("anna", "boende")
    assert (anna.slut, anna.slappt) == (6, 12)
    assert run.starts("kontrakt")["anna"] == 12
    assert run.starts("boende")["bo"] == 12


def test_without_kvar_the_place_is_left_at_once() -> None:
    stegs = CHAIN | {"boende": steg(5, "kontrakt", behov=HUS)}
    run = played(SCARCE, stegs, {"xerxes": (2, "kontrakt"), "anna": (1, "boende"), "bo": (3, "boende")})
    assert run.stay("anna", "boende").slappt == 6
    assert run.starts("boende")["bo"] == 6


def test_an_outcome_can_leave_where_the_steg_keeps() -> None:
    outcomes = {"avbrott": {"tid": days(5), "nasta": {"kontrakt": 1.0}, "kvar": False}}
    stegs = CHAIN | {"boende": {"behov": HUS, "kvar": True, "utfall": outcomes}}
    run = played(SCARCE, stegs, {"xerxes": (2, "kontrakt"), "anna": (1, "boende")})
    assert run.stay("anna", "boende").slappt == 6


def test_who_gives_up_the_next_steg_leaves_the_blocked_place() -> None:
    stegs = {
        "kontrakt": steg(10, behov={"plats": ["lya"]}, **patience(3)),
        "boende": steg(5, "kontrakt", behov=HUS, kvar=True),
    }
    run = played(SCARCE, stegs, {"xerxes": (2, "kontrakt"), "anna": (1, "boende"), "bo": (3, "boende")})
    assert run.stay("anna", "boende").slappt == 9
    assert run.starts("boende")["bo"] == 9


def test_who_gives_up_one_queue_for_another_stays_blocked() -> None:
    stegs = CHAIN | {
        "dyr": steg(10, behov={"plats": ["villa"]}, **patience(3, "kontrakt")),
        "boende": steg(5, "dyr", behov=HUS, kvar=True),
    }
    run = played(SCARCE | {"villa": house(0)}, stegs, {"xerxes": (2, "kontrakt"), "anna": (1, "boende")})
    assert run.stay("anna", "kontrakt").begaran == 9
    assert run.stay("anna", "boende").slappt == 12


def test_closing_comes_before_blocking() -> None:
    avslut = {"team": "lag", "vikt": 1.0, "tid": days(2)}
    stegs = CHAIN | {"boende": steg(5, "kontrakt", behov=HUS, kvar=True, avslut=avslut)}
    run = played(SCARCE | {"lag": team(1)}, stegs, {"xerxes": (2, "kontrakt"), "anna": (1, "boende")})
    anna = run.stay("anna", "boende")
    assert (anna.slut, anna.avslutad, anna.slappt) == (6, 8, 12)
    assert run.stay("anna", "kontrakt").begaran == 8


def test_follow_up_is_back_when_a_closed_case_is_blocked() -> None:
    """Full follow-up until 6, half while it is closed until 8, full again until the flat is free on day 12."""
    avslut = {"team": "lag", "vikt": 0.5, "tid": days(2)}
    uppfoljning = {"team": "lag", "vikt": 1.0}
    stegs = CHAIN | {
        "boende": steg(5, "kontrakt", behov=HUS, kvar=True, avslut=avslut, uppfoljning=uppfoljning),
        "u": steg(1, behov={"team": "lag", "vikt": 0.5}),
    }
    people = {"xerxes": (2, "kontrakt"), "anna": (1, "boende"), "bo": (3, "u"), "cia": (8.5, "u")}
    assert played(SCARCE | {"lag": team(1)}, stegs, people).starts("u") == {"bo": 6, "cia": 12}


def blocked_away() -> dict[str, Any]:
    """Four days, then blocked; may come home after five days, at three days' notice."""
    recall = {"tidigast_dagar": 5, "uppsagning_dagar": 3}
    return steg(4, "kontrakt", behov=HUS | AWAY | {"hemtagning": recall}, kvar=True)


def test_a_case_blocked_in_the_reserv_may_be_taken_home() -> None:
    """Bo is ready on day 6 but waits for the flat; the house has room from day 11, the move is on day 14."""
    stegs = {
        "kort": steg(10, behov=HUS),
        "boende": blocked_away(),
        "kontrakt": steg(30, behov={"plats": ["lya"]}, **patience(1000)),
    }
    run = played(SCARCE, stegs, {"anna": (1, "kort"), "bo": (2, "boende"), "xerxes": (1, "kontrakt")})
    away, home = run.stays("bo", "boende")
    assert (away.slut, away.slappt) == (6, 14)
    assert (home.start, home.slappt, home.resurs) == (14, 31, "hus")


def test_the_place_that_waits_for_a_blocked_case_is_free_again_when_it_moves_on() -> None:
    """Offered on day 11 with notice until 14, but the flat is free on day 12: Cia takes the place in the house."""
    stegs = {
        "kort": steg(10, behov=HUS),
        "boende": blocked_away(),
        "kontrakt": steg(10, behov={"plats": ["lya"]}, **patience(1000)),
    }
    people = {"anna": (1, "kort"), "bo": (2, "boende"), "xerxes": (2, "kontrakt"), "cia": (11.5, "kort")}
    run = played(SCARCE, stegs, people)
    assert run.stay("bo", "boende").slappt == 12
    assert run.starts("kort")["cia"] == 12


def test_stock_said_to_be_blocked_waits_from_before_the_start() -> None:
    nulage = {
        "i_steg": {"boende": {"hus": {"antal": 1}}, "kontrakt": {"lya": {"antal": 1}}},
        "blockerade": {"ko": {"steg": "boende", "i": "hus", "till": "kontrakt", "antal": 1, "vantat": days(20)}},
    }
    stegs = CHAIN | {"boende": steg(5, "kontrakt", behov=HUS, kvar=True)}
    run = played(SCARCE, stegs, {"anna": (1, "boende")}, nulage=nulage)
    flat = run.frame.query("steg == 'v.kontrakt'").sort_values("start")
    assert flat.begaran.iloc[1] == -20
    assert flat.start.iloc[1] == flat.slappt.iloc[0] == run.starts("boende")["anna"]


def test_stock_in_the_reserv_comes_home_only_if_said() -> None:
    nulage = {"i_steg": {"boende": {"kopt": {"antal": 3, "hemmamojliga": 1}}}}
    stegs = {"boende": homecoming(1000, notice=3, earliest=50)}
    run = played({"hus": house(3), "kopt": EXTERN}, stegs, {"anna": (80, "boende")}, nulage=nulage)
    home = run.frame.query("hemtagen")
    assert home.start.tolist() == [3]


def test_a_queue_at_the_start_has_waited_as_long_as_said() -> None:
    nulage = {"ko": {"boende": {"antal": 2, "vantat": days(7)}}}
    stegs = {"boende": steg(10, behov={**HUS, "reserv": "kopt", "vanta_hogst_dagar": 9})}
    run = played(OWN, stegs, {"anna": (50, "boende")}, nulage=nulage)
    queued = run.frame.query("fran_nulage and steg == 'v.boende'").sort_values("start")
    assert queued.begaran.tolist() == [-7, -7]
    assert queued.start.tolist() == [0, 2]


def test_an_age_limit_that_bound_in_the_reserv_does_not_shorten_what_remains_at_home() -> None:
    """Of 40 days in the reserv 28 remain on day 14; at home stays are half as long: 14, well before the birthday."""
    behov = HUS | AWAY | {"hemtagning": {"tidigast_dagar": 5, "uppsagning_dagar": 3}}
    outcome = {"tid": days(20), "nasta": {"avslut": 1.0}, "resurser": {"kopt": {"tid": days(40)}}}
    birthday = {"till_alder": {"ar": 10.1, "nasta": {"avslut": 1.0}}}
    stegs = {"kort": steg(10, behov=HUS), "boende": {"behov": behov, "utfall": {"klar": outcome}, **birthday}}
    people = {"anna": (1, "kort"), "bo": (2, "boende")}
    run = played(OWN, stegs, people, inflode={"alder": {"alla": days(10)}})
    away, home = run.stays("bo", "boende")
    assert (away.slappt, home.slut) == (14, 28)


def test_weekends_after_the_end_of_the_run_count_too() -> None:
    """Bo's five working days from Tuesday 2 January end on Tuesday 9, past the notice, also in a run that ends on 5."""
    recall = {"tidigast_dagar": 0, "uppsagning_dagar": 4}
    stegs = {
        "kort": steg(2, behov=HUS),
        "boende": steg(5, behov=HUS | AWAY | {"hemtagning": recall}, arbetsdagar=True),
    }
    people = {"anna": (1, "kort"), "bo": (1.25, "boende"), "cia": (4, "kort")}
    starts = {
        slut: played(OWN, stegs, people, slut=slut).starts("kort")["cia"] for slut in ("2018-01-05", "2018-01-31")
    }
    assert starts["2018-01-05"] is None
    assert starts["2018-01-31"] > 5
