"""Today's stock by hand: elapsed times given one by one, a backlog of closings, age limits, caseloads from hours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from hjalp import kommun, log_of, network_of
from sim.build import team_capacity
from sim.cases import draw_cases
from sim.errors import HemmaplanError
from sim.paths import TICK
from sim.visits import ALDERSGRANS, FRAN_NULAGE

UT = {"avslut": 1.0}
NONE_COME: dict[str, Any] = {"i": {"per_ar": 0.0, "forsta_steg": "s"}}


def constant(days: float) -> dict[str, Any]:
    return {"fordelning": "konstant", "medel": days}


def with_stock(steg: dict[str, Any], held: dict[str, Any], resurser: dict[str, Any] | None = None, **more: Any) -> Any:
    nulage = {"i_steg": {"s": held}, **more.pop("nulage", {})}
    inflode = more.pop("inflode", NONE_COME)
    return kommun(resurser or {}, inflode, {"s": steg, **more.pop("steg", {})}, nulage={"v": nulage}, **more)


def test_stays_end_so_long_after_they_began_as_given() -> None:
    """Stays of 100 days that have gone on for 10, 40 and 99.5 days end on day 90, 60 and 0.5."""
    steg = {"utfall": {"klar": {"tid": constant(100), "nasta": UT}}}
    log = log_of(network_of(with_stock(steg, {"utan_resurs": {"antal": 3, "pagatt_dagar": [99.5, 10, 40]}})))
    assert sorted(log.start.tolist()) == [-99.5, -40, -10]
    assert sorted(log.slut.tolist()) == [0.5, 60, 90]


def test_the_remainder_is_drawn_given_that_the_stay_is_longer() -> None:
    """Exponential: what remains is as a whole stay. Lognormal: P(L > t | L > 200) = S(t)/S(200)."""
    count, cv, sigma = 4000, 1.0, np.sqrt(np.log(2.0))
    lognormal = stats.lognorm(sigma, scale=100 * np.exp(-(sigma**2) / 2))
    for tid, rest in (
        ({"fordelning": "exponential", "medel": 100.0}, lambda t: 1 - np.exp(-t / 100)),
        ({"medel": 100.0, "cv": cv}, lambda t: 1 - lognormal.sf(200 + t) / lognormal.sf(200)),
    ):
        steg = {"utfall": {"klar": {"tid": tid, "nasta": UT}}}
        held = {"utan_resurs": {"antal": count, "pagatt_dagar": [200.0] * count}}
        (present,) = draw_cases(network_of(with_stock(steg, held)), 1, 0).present
        assert set(present.elapsed.tolist()) == {200.0}
        assert stats.kstest(present.length - 200, rest).pvalue > 0.001


def test_who_has_been_there_longer_than_one_outcome_can_last_has_the_other() -> None:
    """After 50 days a breakdown of 30 days is out of the question; after 20 it is the share of those who come."""
    utfall = {
        "klar": {"andel": 0.5, "tid": constant(100), "nasta": UT},
        "avbrott": {"andel": 0.5, "tid": constant(30), "nasta": UT},
    }
    held = {"utan_resurs": {"antal": 4000, "pagatt_dagar": [50.0] * 2000 + [20.0] * 2000}}
    network = network_of(with_stock({"utfall": utfall}, held))
    (present,) = draw_cases(network, 1, 0).present
    broken = present.outcome == network.outcome_names[0].index("avbrott")
    assert broken[present.elapsed == 50].sum() == 0
    assert broken[present.elapsed == 20].mean() == pytest.approx(0.5, abs=0.04)


def test_malgrupp_is_drawn_given_how_long_the_stay_has_gone_on() -> None:
    """Equal inflow, exponential of 50 and 200 days: after 100 days exp(−2) : exp(−1/2), so 82 % are of the slow."""
    tid = {"fordelning": "exponential", "medel": 200.0}
    fast = {"tid": {"fordelning": "exponential", "medel": 50.0}}
    utfall = {"klar": {"tid": tid, "nasta": UT, "malgrupper": {"snabb": fast}}}
    inflode = {"i": {"per_ar": 100.0, "forsta_steg": "s", "malgrupper": {"snabb": 0.5, "sen": 0.5}}}
    held = {"utan_resurs": {"antal": 4000, "pagatt_dagar": [100.0] * 4000}}
    network = network_of(with_stock({"utfall": utfall}, held, inflode=inflode))
    (present,) = draw_cases(network, 1, 0).present
    slow = np.exp(-0.5) / (np.exp(-0.5) + np.exp(-2))
    assert (present.group == network.groups.index("sen")).mean() == pytest.approx(slow, abs=0.025)


def refused(steg: dict[str, Any], held: dict[str, Any], **more: Any) -> str:
    with pytest.raises(HemmaplanError) as caught:
        with_stock(steg, held, **more)
    return str(caught.value)


def test_elapsed_times_that_do_not_fit_the_stock_are_refused() -> None:
    steg = {"utfall": {"klar": {"tid": constant(100), "nasta": UT}}}
    text = refused(steg, {"utan_resurs": {"antal": 3, "pagatt_dagar": [1.0, 2.0]}})
    assert text == ("nulage.v.i_steg.s.utan_resurs.pagatt_dagar: ska ha 3 värden, ett för varje pågående, har 2")
    text = refused(steg, {"utan_resurs": {"antal": 2, "pagatt_dagar": [99.0, 1000.0]}})
    assert text == (
        "nulage.v.i_steg.s.utan_resurs.pagatt_dagar.2 = 1\u00a0000: så länge kan ingen vara där enligt stegets tider"
    )


CLOSED = {
    "avslut": {"team": "lag", "vikt": 1.0, "tid": constant(5)},
    "utfall": {"klar": {"tid": constant(100), "nasta": UT}},
}


def test_a_backlog_of_closings_is_worked_off_one_by_one() -> None:
    """Three wait, the team has room for one at a time: closed on day 5, 10 and 15, who has waited longest first."""
    lag = {"lag": {"typ": "team", "arsarbetare": 1.0, "arendetak": 1.0}}
    vantat = {"fordelning": "empirisk", "varden": [10.0, 20.0, 30.0], "andelar": [0.4, 0.3, 0.3]}
    waits = {"vantar_pa_avslut": {"hosten": {"steg": "s", "i": "utan_resurs", "antal": 3, "vantat": vantat}}}
    k = with_stock(CLOSED, {"utan_resurs": {"antal": 4, "pagatt_dagar": [0.0]}}, lag, nulage=waits)
    log = log_of(network_of(k))
    order = np.argsort(log.slappt)
    assert log.slappt[order].tolist() == pytest.approx([5, 10, 15, 105], abs=10 * TICK)
    waited = -(log.start[order][:3] + 100)
    assert waited.tolist() == sorted(waited.tolist(), reverse=True)
    assert log.has(FRAN_NULAGE).sum() == 4


def test_a_backlog_where_nothing_is_to_be_closed_is_refused() -> None:
    steg = {"utfall": {"klar": {"tid": constant(100), "nasta": UT}}}
    waits = {"vantar_pa_avslut": {"h": {"steg": "s", "i": "utan_resurs", "antal": 2, "vantat": constant(3)}}}
    text = refused(steg, {"utan_resurs": {"antal": 2}}, nulage=waits)
    assert text == "nulage.v.vantar_pa_avslut.h: s har inget avslut att vänta på"


def test_a_backlog_of_what_never_happens_there_is_refused() -> None:
    """Both outcomes exist, but in this resource all fare as the one that is not closed."""
    klar = {"tid": constant(100), "nasta": UT}
    fewer = {"andel": 0.5, "resurser": {"utan_resurs": {"andel": 0.0}}, **klar}
    more = {"andel": 0.5, "resurser": {"utan_resurs": {"andel": 1.0}}, "avslut": False, **klar}
    steg = CLOSED | {"utfall": {"klar": fewer, "bruten": more}}
    waits = {"vantar_pa_avslut": {"h": {"steg": "s", "i": "utan_resurs", "antal": 1, "vantat": constant(3)}}}
    lag = {"lag": {"typ": "team", "arsarbetare": 1.0, "arendetak": 1.0}}
    text = refused(steg, {"utan_resurs": {"antal": 2}}, resurser=lag, nulage=waits)
    assert text == "nulage.v.vantar_pa_avslut.h: inget utfall med avslut har någon andel för den som är i utan_resurs"


def test_more_closings_than_there_are_is_refused() -> None:
    lag = {"lag": {"typ": "team", "arsarbetare": 1.0, "arendetak": 1.0}}
    waits = {"vantar_pa_avslut": {"h": {"steg": "s", "i": "utan_resurs", "antal": 3, "vantat": constant(3)}}}
    text = refused(CLOSED, {"utan_resurs": {"antal": 2}}, resurser=lag, nulage=waits)
    assert "nulage.v.vantar_pa_avslut.h.antal" in text and "än de 2 som finns där" in text


def limited(age: float) -> dict[str, Any]:
    return {
        "steg": {
            "till_alder": {"ar": 18, "nasta": UT},
            "utfall": {"klar": {"tid": {"fordelning": "exponential", "medel": 3 * 365.25}, "nasta": UT}},
        },
        "inflode": {"i": {"per_ar": 50.0, "forsta_steg": "s", "alder": {"alla": constant(age)}}},
    }


def test_nobody_in_the_stock_is_past_the_age_limit() -> None:
    """All come at 17: who is there has come within the last year, evenly by P(longer), at most a year ago."""
    made = limited(17.0)
    k = with_stock(made["steg"], {"utan_resurs": {"antal": 3000}}, inflode=made["inflode"])
    network = network_of(k)
    (present,) = draw_cases(network, 1, 0).present
    rate, year = 1 / (3 * 365.25), 365.25
    assert present.elapsed.max() < year
    theory = lambda t: (1 - np.exp(-rate * np.clip(t, 0, year))) / (1 - np.exp(-rate * year))  # noqa: E731
    assert stats.kstest(present.elapsed, theory).pvalue > 0.001
    assert present.born.tolist() == (-present.elapsed - 17 * 365.25).tolist()


def test_a_stock_of_the_too_old_is_refused_when_drawn() -> None:
    made = limited(19.0)
    k = with_stock(made["steg"], {"utan_resurs": {"antal": 5}}, inflode=made["inflode"])
    with pytest.raises(HemmaplanError, match=r"nulage\.v\.s\.utan_resurs: så gott som alla där skulle redan ha nått"):
        draw_cases(network_of(k), 1, 0)


def test_who_reaches_the_limit_leaves_by_it() -> None:
    made = limited(17.9)
    k = with_stock(made["steg"], {"utan_resurs": {"antal": 200}}, inflode=made["inflode"])
    log = log_of(network_of(k))
    stock = log.has(FRAN_NULAGE)
    assert log.slut[stock].max() < 0.1 * 365.25
    assert log.has(ALDERSGRANS)[stock].mean() > 0.9


def test_caseload_follows_from_hours_a_case() -> None:
    """1600 hours a year and 40 a case are 40 cases a year; open for 120 days each, 40 × 120/365.25 at a time."""
    hours = {"timmar_per_arende": 40.0, "produktiva_timmar_per_ar": 1600.0, "arendetid_dagar": 120.0}
    lag = {"lag": {"typ": "team", "arsarbetare": 2.0, "sjukfranvaro": 0.1, **hours}}
    steg = {"s": {"behov": {"team": "lag"}, "utfall": {"klar": {"tid": constant(10), "nasta": UT}}}}
    k = kommun(lag, NONE_COME, steg)
    assert team_capacity(k.resurser["lag"], 1) == pytest.approx(2 * 0.9 * 40 * 120 / 365.25)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "resurser.lag.arendetak: saknas; ange det, eller timmar_per_arende, produktiva_timmar_per_ar och"),
        ({"timmar_per_arende": 40.0, "arendetid_dagar": 10.0}, "resurser.lag.produktiva_timmar_per_ar: saknas; "),
        ({"arendetak": 5.0, "arendetid_dagar": 10.0}, "resurser.lag.arendetak: anges antingen självt eller genom"),
    ],
)
def test_a_caseload_that_is_not_given_in_one_way_is_refused(given: dict[str, Any], text: str) -> None:
    steg = {"s": {"behov": {"team": "lag"}, "utfall": {"klar": {"tid": constant(10), "nasta": UT}}}}
    with pytest.raises(HemmaplanError, match=text):
        kommun({"lag": {"typ": "team", "arsarbetare": 2.0, **given}}, NONE_COME, steg)
