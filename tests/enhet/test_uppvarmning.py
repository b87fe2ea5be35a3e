"""Warm-up by hand: who is there on day 0, what is counted, what is refused, what is said."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from egenskap.logs import different_columns
from hjalp import kommun, log_of, network_of, scenario
from sim.calendars import months
from sim.cases import draw_cases
from sim.cautions import watched
from sim.comparison import compare
from sim.config import Kommun
from sim.distributions import exponential, lognormal
from sim.engine import ENGINES, trace
from sim.errors import HemmaplanError
from sim.experiment import ready_of
from sim.measures import measure
from sim.runs import Run
from sim.scenario import make_plan
from sim.summary import summary_text
from sim.trace import Selection, trace_heading
from sim.visits import FRAN_NULAGE
from sim.warmup import missing_share, warmup_text, warmup_warnings

STAY, PLACES = 50.0, 3
HOUSE = {"hus": {"typ": "boende", "platser": PLACES}}
UT = {"avslut": 1.0}


def house(years: int, **more: Any) -> Kommun:
    """Three places, stays of fifty days, twenty-one applications a year: 96 per cent of the room."""
    tid = {"fordelning": "konstant", "medel": STAY}
    steg = {
        "s": {"behov": {"plats": ["hus"]}, "ej_verkstallt_efter": 30, "utfall": {"klar": {"tid": tid, "nasta": UT}}}
    }
    inflode = {"i": {"per_ar": 21, "forsta_steg": "s"}}
    return kommun(HOUSE, inflode, steg, **{"slut": "2018-12-31", "uppvarmning_ar": years, **more})


def by_hand(arrivals: np.ndarray) -> list[tuple[float, float, float]]:
    """(asked, begun, left): each takes the place that is free first (Kiefer and Wolfowitz)."""
    free = [-np.inf] * PLACES
    found = []
    for asked in arrivals.tolist():
        free.sort()
        begun = max(asked, free[0])
        free[0] = begun + STAY
        found.append((asked, begun, free[0]))
    return found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("replication", range(3))
def test_who_is_there_on_day_0_has_come_since_the_empty_start(engine: str, replication: int) -> None:
    network = network_of(house(4))
    assert network.begin == -(date(2018, 1, 1) - date(2014, 1, 1)).days
    expected = [line for line in by_hand(draw_cases(network, 1, replication).arrivals.time) if not line[2] < 0]
    log = log_of(network, 1, replication, engine)
    order = np.argsort(log.begaran)
    begun = np.where(np.isnan(log.start), np.inf, log.start)[order]
    left = np.where(np.isnan(log.slappt), np.inf, log.slappt)[order]
    assert [line[0] for line in expected] == log.begaran[order].tolist()
    assert [line[1] if line[1] < 365 else np.inf for line in expected] == begun.tolist()
    assert [line[2] if line[2] < 365 else np.inf for line in expected] == left.tolist()
    assert (log.has(FRAN_NULAGE) == (log.begaran < 0)).all()
    assert 0 < log.has(FRAN_NULAGE).sum() < len(log)


def test_the_trace_begins_on_day_0_and_gives_the_same_log() -> None:
    network = network_of(house(4))
    log, events = trace(network, draw_cases(network, 1, 0), 1, 0)
    assert different_columns(log, log_of(network)) == []
    assert 0 <= min(event.time for event in events) < 10
    headings = [
        trace_heading(make_plan(made), network_of(made), 1, 0, Selection(), len(events))
        for made in (house(4), house(0))
    ]
    assert ["Uppvärmningen visas inte" in "".join(lines) for lines in headings] == [True, False]


def test_measures_count_from_day_0_and_clocks_from_when_they_began() -> None:
    plan = make_plan(house(4))
    network = network_of(house(4))
    lines = by_hand(draw_cases(network, 1, 0).arrivals.time)
    run = Run(plan, network, log_of(network))
    monthly = months(network.start, network.end)
    rows = measure(run, monthly, monthly)
    for number, month in enumerate(monthly):
        days = range(int(month.first), int(month.last))
        nights = sum(np.floor(begun) <= day < np.floor(left) for _, begun, left in lines for day in days)
        assert rows["v", "varddygn", "hus"][number] == nights
        late = sum(asked + 30 < month.last < begun for asked, begun, _ in lines)
        assert rows["v", "ej_verkstallda", "s"][number] == late
        waits = [begun - asked for asked, begun, _ in lines if month.first <= begun < month.last]
        assert rows["v", "vantetid_medel", "s"][number] == pytest.approx(np.mean(waits))
        assert rows["v", "begarda", "s"][number] == sum(month.first <= asked < month.last for asked, _, _ in lines)
    assert max(begun - asked for asked, begun, _ in lines if asked < 0 <= begun) > 0


def test_what_is_planned_with_a_date_begins_on_it_and_what_has_none_holds_all_along() -> None:
    planerat = {
        "dagligt": {"mal": "resurser.hus.platser", "plus": 2},
        "daterat": {"mal": "resurser.hus.platser", "plus": 5, "fran": "2018-01-01"},
    }
    (resource,) = network_of(house(2, planerat=planerat)).resources
    assert resource.capacity is not None
    assert [resource.capacity.at(day) for day in (-700.0, -1.0, 0.0)] == [5000, 5000, 10000]


def test_a_driver_holds_its_first_value_before_its_first_date() -> None:
    drivare = {"d": {"namn": "D", "omrade": "riket", "bas": 1.0, "varde": {"2017-07-01": 2.0, "2018-01-01": 3.0}}}
    effect = {"elasticitet": 1.0, "andel_inflode": 1.0, "inflode": ["i"]}
    (inflow,) = network_of(house(2, drivare=drivare, v={"drivare": {"d": effect}})).inflows
    rates = [inflow.rate.at(day) * 365.25 / 21 for day in (-730.0, -200.0, -184.0, -1.0, 0.0)]
    assert rates == pytest.approx([2, 2, 2, 2, 3])


def test_a_change_without_a_date_acts_from_day_0() -> None:
    network = network_of(house(2), scenario({"mal": "resurser.hus.platser", "satt": 9}))
    (resource,) = network.resources
    assert resource.capacity is not None
    assert [resource.capacity.at(day) for day in (-730.0, -1.0, 0.0)] == [3000, 3000, 9000]


def refused(**more: Any) -> str:
    with pytest.raises(HemmaplanError) as caught:
        house(**more)
    return str(caught.value)


def test_a_known_stock_and_a_warm_up_are_refused_together() -> None:
    stock = {"v": {"i_steg": {"s": {"hus": {"antal": 1}}}}}
    text = refused(years=2, nulage=stock)
    assert text.startswith("uppvarmning_ar = 2: ")
    assert "nuläget är känt, och det är det för v" in text
    assert house(0, nulage=stock).uppvarmning_ar == 0
    assert house(2, nulage={"v": {}}).uppvarmning_ar == 2


@pytest.mark.parametrize(("years", "allowed"), [(51, "högst 50"), (-1, "minst 0"), (1.5, "heltal")])
def test_so_many_years_are_refused(years: Any, allowed: str) -> None:
    text = refused(years=years)
    assert "uppvarmning_ar" in text
    assert allowed in text


def test_a_scenario_cannot_change_the_warm_up() -> None:
    with pytest.raises(HemmaplanError, match="uppvarmning_ar: kan inte ändras av ett scenario"):
        make_plan(house(2), scenario({"mal": "uppvarmning_ar", "satt": 3}))


def test_what_is_missing_after_a_warm_up_is_the_tail_of_the_residual_life() -> None:
    """Exponential: e^(−t/m). Lognormal: ∫ₜ^∞ P(L > x) dx / m. Mixed by how often they begin."""
    assert missing_share([(3.0, exponential(200.0))], 500.0) == pytest.approx(np.exp(-2.5))
    sigma = np.sqrt(np.log1p(1.5**2))
    law = stats.lognorm(sigma, scale=300 * np.exp(-(sigma**2) / 2))
    tail = quad(law.sf, 700, np.inf, limit=400)[0]
    assert missing_share([(1.0, lognormal(300.0, 1.5))], 700.0) == pytest.approx(tail / 300, rel=1e-6)
    mixed = missing_share([(3.0, exponential(200.0)), (1.0, lognormal(300.0, 1.5))], 700.0)
    assert mixed == pytest.approx((3 * 200 * np.exp(-3.5) + tail) / (3 * 200 + 300), rel=1e-6)


def steg_of(mean: float, **more: Any) -> dict[str, Any]:
    return {"utfall": {"klar": {"tid": {"fordelning": "exponential", "medel": mean}, "nasta": UT}}, **more}


def open_care(mean: float, years: int, **more: Any) -> Kommun:
    return kommun({}, {"i": {"per_ar": 50, "forsta_steg": "s"}}, {"s": steg_of(mean, **more)}, uppvarmning_ar=years)


def test_a_short_warm_up_is_warned_about_with_how_long_it_should_be() -> None:
    """Mean 365 days: e^(−731/365) = 0.135 is missing after two years; a hundredth remains after 4.6."""
    (text,) = warmup_warnings(open_care(365.0, 2))
    assert "kort, 2 år" in text
    assert "s (V)" in text
    assert "saknas minst 13 %" in text
    assert "minst 5 år" in text
    assert warmup_warnings(open_care(365.0, 5)) == []


def test_a_slower_pace_needs_a_longer_warm_up() -> None:
    (text,) = warmup_warnings(open_care(365.0, 5, takt=0.5))
    assert "minst 10 år" in text


def test_the_warm_up_is_said_in_the_summary() -> None:
    made = compare(open_care(365.0, 2), [], replikationer=2)
    text = summary_text(made, watched(ready_of(made.resultat.study)).before())
    assert "Inget nuläge är angivet: varje körning börjar tom 1\u00a0jan\u00a02016 och har 2 års uppvärmning" in text
    assert "saknas minst 13 %" in text
    assert warmup_text(open_care(365.0, 0)) == []
