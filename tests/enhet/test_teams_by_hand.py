"""Teams: runs short enough to compute in the head."""

from __future__ import annotations

import pytest

from enhet.script import days, house, patience, played, steg, team


def utredning(length: float, vikt: float = 1.0, **more: object) -> dict[str, object]:
    return steg(length, behov={"team": "lag", "vikt": vikt}, **more)


def test_a_full_team_takes_its_cases_one_by_one() -> None:
    run = played(
        {"lag": team(1)}, {"u": utredning(5)}, {"anna": (1, "u"), "bo": (2, "u"), "cia": (3, "u"), "dag": (30, "u")}
    )
    assert run.starts("u") == {"anna": 1, "bo": 6, "cia": 11, "dag": 30}


def test_a_light_case_waits_behind_a_heavy_one_that_does_not_fit() -> None:
    stegs = {"tung": utredning(5, vikt=1.5), "latt": utredning(5, vikt=0.5)}
    run = played({"lag": team(2)}, stegs, {"anna": (1, "tung"), "bo": (2, "tung"), "cia": (3, "latt")})
    assert run.starts("tung") == {"anna": 1, "bo": 6}
    assert run.starts("latt") == {"cia": 6}


def test_lower_prio_goes_first_whatever_the_time_of_request() -> None:
    stegs = {"brattom": utredning(5, prio=-1), "vanlig": utredning(5)}
    run = played({"lag": team(1)}, stegs, {"anna": (1, "vanlig"), "bo": (2, "vanlig"), "cia": (3, "brattom")})
    assert run.starts("brattom") == {"cia": 6}
    assert run.starts("vanlig") == {"anna": 1, "bo": 11}


def test_requests_of_one_instant_are_taken_in_order_of_case_key() -> None:
    run = played({"lag": team(1)}, {"u": utredning(5)}, {"anna": (2, "u"), "bo": (2, "u"), "cia": (2, "u")})
    in_order = [run.people[key] for key in sorted(run.people)]
    assert [run.starts("u")[person] for person in in_order] == [2, 7, 12]


def test_capacity_that_falls_throws_nobody_out() -> None:
    change = {"mal": "resurser.lag.arsarbetare", "satt": 0.5, "fran": "2018-01-04"}
    people = {"anna": (1, "u"), "bo": (1.5, "u"), "cia": (2, "u"), "dag": (2.5, "u")}
    run = played({"lag": team(2)}, {"u": utredning(5)}, people, [change])
    assert run.starts("u") == {"anna": 1, "bo": 1.5, "cia": 6.5, "dag": 11.5}
    assert run.stay("anna", "u").slut == 6


def test_capacity_follows_the_month() -> None:
    profile = [1.0, 0.0, 2.0, *[1.0] * 9]
    people = {"anna": (25, "u"), "bo": (40, "u"), "cia": (41, "u"), "dag": (42, "u")}
    run = played({"lag": team(1, semesterprofil=profile)}, {"u": utredning(10)}, people)
    march = 31 + 28
    assert run.starts("u") == {"anna": 25, "bo": march, "cia": march, "dag": march + 10}


def test_absence_and_vacancy_take_their_share_of_the_capacity() -> None:
    lag = {"typ": "team", "arsarbetare": 4, "arendetak": 1, "sjukfranvaro": 0.25, "vakans": 0.25}
    run = played({"lag": lag}, {"u": utredning(5)}, dict.fromkeys(("anna", "bo", "cia"), (1, "u")))
    assert sorted(run.starts("u").values()) == [1, 1, 6]


def test_follow_up_starts_at_once_above_capacity_and_keeps_new_cases_out() -> None:
    stegs = {"stod": steg(10, uppfoljning={"team": "lag", "vikt": 1.0}), "u": utredning(5)}
    run = played({"lag": team(1)}, stegs, {"anna": (1, "stod"), "bo": (2, "stod"), "cia": (3, "u")})
    assert run.starts("stod") == {"anna": 1, "bo": 2}
    assert run.starts("u") == {"cia": 12}


CLOSING = {"team": "lag", "vikt": 1.0, "tid": days(5)}


def test_a_stay_runs_on_until_it_is_closed() -> None:
    stegs = {"boende": steg(10, "hemma", behov={"plats": ["hus"]}, avslut=CLOSING), "hemma": steg(3)}
    run = played({"lag": team(1), "hus": house(1)}, stegs, {"anna": (1, "boende"), "bo": (2, "boende")})
    anna = run.stay("anna", "boende")
    assert (anna.slut, anna.avslut_start, anna.avslutad, anna.slappt) == (11, 11, 16, 16)
    assert run.stay("anna", "hemma").begaran == 16
    assert run.starts("boende")["bo"] == 16


def test_closing_takes_over_the_load_of_follow_up() -> None:
    """0.4 of follow-up becomes 0.6 of closing: 0.4 is left for a new case, before that 0.6 was."""
    avslut = {"team": "lag", "vikt": 0.6, "tid": days(5)}
    stegs = {
        "boende": steg(10, uppfoljning={"team": "lag", "vikt": 0.4}, avslut=avslut),
        "latt": utredning(1, vikt=0.4),
        "mellan": utredning(1, vikt=0.5),
    }
    people = {"anna": (1, "boende"), "bo": (5, "mellan"), "cia": (12, "latt"), "dag": (14, "mellan")}
    run = played({"lag": team(1)}, stegs, people)
    assert run.stay("anna", "boende").avslut_start == 11
    assert run.starts("mellan") == {"bo": 5, "dag": 16}
    assert run.starts("latt") == {"cia": 12}


def test_two_closings_fit_since_each_takes_over_its_own_follow_up() -> None:
    """1.5 of 2 is used; each closing adds 0.75 and takes away 0.5. Only one would be guaranteed."""
    avslut = {"team": "lag", "vikt": 0.75, "tid": days(5)}
    stegs = {
        "boende": steg(10, uppfoljning={"team": "lag", "vikt": 0.5}, avslut=avslut),
        "u": utredning(50, vikt=0.5),
    }
    run = played({"lag": team(2)}, stegs, {"erik": (0.5, "u"), "anna": (1, "boende"), "bo": (1, "boende")})
    assert [run.stay(name, "boende").avslut_start for name in ("anna", "bo")] == [11, 11]


def test_closings_under_overload_are_as_many_as_guaranteed() -> None:
    """Half a closing for each of four årsarbetare: two at once, though the team is full."""
    stegs = {"boende": steg(10, avslut=CLOSING), "u": utredning(50, vikt=4)}
    people = {"erik": (1, "u")} | dict.fromkeys(("anna", "bo", "cia"), (2, "boende"))
    run = played({"lag": team(4, arsarbetare=4)}, stegs, people)
    closings = [run.stay(name, "boende").avslut_start for name in ("anna", "bo", "cia")]
    assert sorted(closings) == [12, 12, 17]  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("order", "prio", "closing", "new"),
    [("forst", 0, 21, 22), ("i_ko", 0, 22, 21), ("i_ko", -1, 21, 22), ("i_ko", 1, 22, 21)],
)
def test_closings_before_new_cases_or_in_one_queue_with_them(order: str, prio: int, closing: int, new: int) -> None:
    """Erik fills the team until day 21; one closing at a time is guaranteed (anna's from 12, bo's from 17).

    On day 21 half of it falls free. Doris has asked since day 11, cia's stay has waited to be closed since day 14.
    """
    stegs = {"boende": steg(10, avslut=CLOSING, prio=prio), "tung": utredning(20, vikt=2), "latt": utredning(5)}
    people = {"erik": (1, "tung"), "anna": (2, "boende"), "bo": (3, "boende"), "cia": (4, "boende")}
    run = played({"lag": team(2, avslutsordning=order)}, stegs, people | {"doris": (11, "latt")})
    assert [run.stay(name, "boende").avslut_start for name in ("anna", "bo", "cia")] == [12, 17, closing]
    assert run.starts("latt") == {"doris": new}


def test_a_closing_in_the_queue_waits_behind_a_new_case_that_does_not_fit() -> None:
    """Doris needs two thirds of the team; the third that falls free on day 21 could have closed cia's stay."""
    stegs = {"boende": steg(10, avslut=CLOSING), "tung": utredning(20, vikt=2), "langre": utredning(40)}
    people = {"erik": (1, "tung"), "fia": (1, "langre"), "anna": (2, "boende"), "bo": (3, "boende")}
    people |= {"cia": (4, "boende"), "doris": (11, "tyngre")}
    lag = team(3, avslutsordning="i_ko")
    run = played({"lag": lag}, stegs | {"tyngre": utredning(5, vikt=2)}, people)
    assert [run.stay(name, "boende").avslut_start for name in ("anna", "bo", "cia")] == [12, 17, 22]
    assert run.starts("tyngre") == {"doris": 27}


def test_one_closing_is_guaranteed_however_small_the_team() -> None:
    stegs = {"boende": steg(10, avslut=CLOSING), "u": utredning(50)}
    run = played({"lag": team(1)}, stegs, {"erik": (1, "u"), "anna": (2, "boende"), "bo": (3, "boende")})
    assert [run.stay(name, "boende").avslutad for name in ("anna", "bo")] == [17, 22]


def test_vacancies_guarantee_no_closings() -> None:
    """Of four posts two are vacant: one closing at a time."""
    stegs = {"boende": steg(10, avslut=CLOSING), "u": utredning(50, vikt=2)}
    people = {"erik": (1, "u"), "anna": (2, "boende"), "bo": (3, "boende")}
    run = played({"lag": team(4, arsarbetare=4, vakans=0.5)}, stegs, people)
    assert [run.stay(name, "boende").avslut_start for name in ("anna", "bo")] == [12, 17]


def test_a_closing_goes_before_a_new_case_that_asked_earlier() -> None:
    """Erik's case ends at 11, but the room goes to nobody while Bo waits to be closed; then Frida."""
    stegs = {"boende": steg(1, avslut=CLOSING), "u": utredning(10)}
    people = {"erik": (1, "u"), "frida": (1.5, "u"), "anna": (2, "boende"), "bo": (3, "boende"), "cia": (4, "boende")}
    run = played({"lag": team(1)}, stegs, people)
    assert [run.stay(name, "boende").avslut_start for name in ("anna", "bo", "cia")] == [3, 8, 13]
    assert run.starts("u") == {"erik": 1, "frida": 18}


def test_a_new_case_that_would_fit_waits_behind_a_closing_that_does_not() -> None:
    """Half a case of room from day 3, but Bo waits to be closed, with 1.5, until Anna is, on day 8."""
    stegs = {"boende": steg(1, avslut={**CLOSING, "vikt": 1.5}), "u": utredning(10, vikt=0.5)}
    run = played({"lag": team(2)}, stegs, {"anna": (2, "boende"), "bo": (3, "boende"), "erik": (5, "u")})
    assert [run.stay(name, "boende").avslut_start for name in ("anna", "bo")] == [3, 8]
    assert run.starts("u") == {"erik": 8}


def test_an_outcome_that_needs_no_closing_is_left_at_once() -> None:
    outcomes = {"avbrott": {"tid": days(4), "nasta": {"avslut": 1.0}, "avslut": False}}
    run = played({"lag": team(1)}, {"boende": {"utfall": outcomes, "avslut": CLOSING}}, {"anna": (1, "boende")})
    anna = run.stay("anna", "boende")
    assert (anna.avslut_start, anna.slappt) == (None, 5)


def test_a_case_that_tires_of_waiting_goes_where_it_is_said_to_go() -> None:
    stegs = {"u": utredning(10, **patience(3, "hemma")), "hemma": steg(2)}
    run = played({"lag": team(1)}, stegs, {"anna": (1, "u"), "bo": (2, "u")})
    bo = run.stay("bo", "u")
    assert (bo.start, bo.slappt, bo.avhopp, bo.nasta) == (None, 5, True, "v.hemma")
    assert run.stay("bo", "hemma").start == 5


def test_room_at_the_very_instant_patience_ends_is_taken() -> None:
    run = played({"lag": team(1)}, {"u": utredning(4, **patience(3))}, {"anna": (1, "u"), "bo": (2, "u")})
    bo = run.stay("bo", "u")
    assert (bo.start, bo.avhopp) == (5, False)


def test_pace_changes_stays_under_way() -> None:
    """Ten days at pace 1, then the ten that are left at pace 2."""
    change = {"mal": "verksamheter.v.steg.stod.takt", "ganger": 2, "fran": "2018-01-12"}
    run = played({}, {"stod": steg(20, takt=1.0)}, {"anna": (1, "stod"), "bo": (20, "stod")}, [change])
    assert run.stay("anna", "stod").slut == 11 + 5
    assert run.stay("bo", "stod").slut == 30


def test_a_changed_length_acts_on_stays_that_start_after_it() -> None:
    change = {"mal": "verksamheter.v.steg.stod.utfall.klar.tid.medel", "satt": 5, "fran": "2018-01-12"}
    run = played({}, {"stod": steg(20)}, {"anna": (1, "stod"), "bo": (11, "stod")}, [change])
    assert [run.stay(name, "stod").slut for name in ("anna", "bo")] == [21, 16]


def test_a_changed_weight_acts_on_requests_made_after_it() -> None:
    change = {"mal": "verksamheter.v.steg.u.behov.vikt", "satt": 2, "fran": "2018-01-05"}
    people = {"anna": (1, "u"), "bo": (2, "u"), "cia": (5, "u"), "dag": (6, "u")}
    run = played({"lag": team(2)}, {"u": utredning(10)}, people, [change])
    assert run.starts("u") == {"anna": 1, "bo": 2, "cia": 12, "dag": 22}


def test_a_return_to_a_steg_is_a_visit_of_its_own() -> None:
    outcomes = {"klar": {"tid": days(5), "nasta": {"hemma": 1 - 1e-6, "avslut": 1e-6}}}
    stegs = {"u": {"behov": {"team": "lag"}, "utfall": outcomes}, "hemma": steg(20, "u")}
    run = played({"lag": team(1)}, stegs, {"anna": (1, "u")})
    assert [run.stay("anna", "u", visit).begaran for visit in range(3)] == [1, 26, 51]
