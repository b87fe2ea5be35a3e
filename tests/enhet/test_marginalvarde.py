"""What units are worth and what a delay costs, from tables written by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from hjalp import kommun
from sim.analysis.assumption import stances
from sim.analysis.delay import delay, delayed, last_day, late_of, later
from sim.analysis.effect import Estimate
from sim.analysis.marginal import ask, break_even, marginal, payback, verdict
from sim.analysis.marginal_text import answer
from sim.analysis.target import home_share_paths, target_of, until
from sim.config import Kommun
from sim.errors import HemmaplanError
from sim.experiment import Study, StudyResult
from sim.tables import Table

MONTHS = tuple(f"2019-{month:02d}" for month in range(1, 13))
NET, OWN, BOUGHT_KR = ("alla", "nettokostnad", ""), ("v", "kostnad_resurs", "hus"), ("v", "kostnad_resurs", "kopt")
DYGN, BOUGHT_DYGN, TAKEN = ("v", "varddygn_extern", ""), ("v", "varddygn", "kopt"), ("v", "arsplatser", "hus")
ROWS = (NET, OWN, BOUGHT_KR, DYGN, BOUGHT_DYGN, TAKEN)
YEAR = 365 / 365.25
PRICE = 1000.0


def made(**more: object) -> Kommun:
    behov = {"plats": ["hus"], "reserv": "kopt", "vanta_hogst_dagar": 0, "hemmamojlig": {"andel": 0.5}}
    days = {"fordelning": "konstant", "medel": 10}
    return kommun(
        {
            "hus": {"typ": "boende", "platser": 4, "fast_kostnad_kr_per_plats_och_dygn": 300},
            "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE}},
        },
        {"in": {"per_ar": 10, "forsta_steg": "a"}},
        {"a": {"behov": behov, "utfall": {"klar": {"tid": days, "nasta": {"avslut": 1.0}}}}},
        **more,
    )


def table(dygn: list[float], places: float) -> Table:
    """A future for each number of bought dygn a month. Own places cost 300 kr a day, 30 days a month."""
    values = np.zeros((len(dygn), len(ROWS), 12))
    for future, bought in enumerate(dygn):
        own = 300 * 30 * places
        values[future] = np.array([own + PRICE * bought, own, PRICE * bought, bought, bought, 3.0])[:, None]
    return Table("x", tuple(range(len(dygn))), ROWS, MONTHS, values)


def result(*tables: Table) -> StudyResult:
    return StudyResult(Study(made(slut="2019-12-31"), ()), (), tables, len(tables[0].values), len(tables[0].values))


def test_each_unit_is_against_the_one_before_and_net_is_gross_less_its_own_cost() -> None:
    """One place more spares 15 and 25 dygn a month in two futures, the next 2 and 4; each costs 9 000 kr a month."""
    question = ask(target_of(made(), "resurser.hus.platser"), 2, 1.0, date(2019, 1, 1))
    found = marginal(result(table([60, 80], 4), table([45, 55], 5), table([43, 51], 6)), question)
    assert found.dygn.medel == pytest.approx(np.array([20, 3]) * 12 / YEAR)
    assert found.brutto.medel == pytest.approx(np.array([20, 3]) * 12 * PRICE / YEAR)
    assert found.kostnad.medel == pytest.approx([9000 * 12 / YEAR] * 2)
    assert found.netto.medel == pytest.approx(found.brutto.medel - found.kostnad.medel)
    assert found.netto_sammanlagt.medel == pytest.approx(np.cumsum(found.netto.medel))
    half = 12.706205 * np.sqrt(50 / 2) * 12 / YEAR
    assert found.dygn.ki95_hog[0] - found.dygn.medel[0] == pytest.approx(half)
    assert found.ar == ("2019",)
    assert found.netto_per_ar[:, 0] == pytest.approx(found.netto.medel * YEAR)
    assert found.krav is not None and found.krav.share == pytest.approx(0.3)
    assert found.ersatt == pytest.approx(found.dygn.medel / 365.25)


def test_steps_of_several_units_are_told_by_the_unit() -> None:
    question = ask(target_of(made(), "resurser.hus.platser"), 1, 4.0, date(2019, 1, 1))
    found = marginal(result(table([60, 80], 4), table([40, 60], 8)), question)
    assert found.dygn.medel == pytest.approx([20 * 12 / 4 / YEAR])


def test_break_even_is_where_a_place_costs_as_much_as_the_dygn_it_replaces() -> None:
    """Fixed 300, 50 more when lived in, fees of 20 taken off both: 300 = b (1000 − 20 − 30)."""
    content = made(slut="2019-12-31").model_dump(mode="python", exclude_unset=True)
    content["resurser"]["hus"] |= {"rorlig_kostnad_kr_per_dygn": 50.0, "intakt_kr_per_dygn": 20.0}
    content["resurser"]["kopt"] |= {"intakt_kr_per_dygn": 20.0}
    changed = Kommun.model_validate(content)
    one = table([60, 80], 4)
    asked = StudyResult(Study(changed, ()), (), (one,), 2, 2)
    question = ask(target_of(changed, "resurser.hus.platser"), 1, 1.0, date(2019, 1, 1))
    found = break_even(asked, question)
    assert found is not None
    assert (found.place, found.dygn, found.bought) == pytest.approx((300, 30, 980))
    assert found.share == pytest.approx(300 / 950)
    of_posts = ask(target_of(changed, "verksamheter.v.inflode.in.per_ar"), 1, 1.0, date(2019, 1, 1))
    assert break_even(asked, of_posts) is None


def test_payback_is_the_month_in_which_the_savings_reach_the_investment() -> None:
    """Net 11 000 kr a month in the mean, 6 000 and 16 000 in the two futures."""
    question = ask(target_of(made(), "resurser.hus.platser"), 1, 1.0, date(2019, 1, 1))
    found = marginal(result(table([60, 80], 4), table([45, 55], 5)), question)
    (paid,) = payback(found, 60_000)
    assert (paid.manad, paid.tidig, paid.sen) == ("2019-06", "2019-04", "2019-10")
    assert paid.ar == pytest.approx(0.5)
    (later_on,) = payback(found, 264_000)
    assert (later_on.manad, later_on.ar) == (None, pytest.approx(2.0))
    dear = marginal(result(table([60, 80], 4), table([58, 78], 5)), question)
    assert payback(dear, 1_000)[0].ar is None


def estimated(*low_and_high: tuple[float, float]) -> Estimate:
    low, high = np.array(low_and_high).T
    return Estimate((low + high) / 2, low, high, low, high)


def test_the_verdict_is_only_as_sure_as_the_intervals() -> None:
    net = estimated((1, 3), (0.5, 2), (-1, 2), (-3, -1), (-4, -2))
    together = estimated((1, 3), (2, 5), (2, 6), (0, 4), (-3, 1))
    found = verdict(net, together)
    assert (found.enheter, found.bast) == (("ja", "ja", "oavgjort", "nej", "nej"), 3)
    none = verdict(estimated((-3, -1), (-2, 1), (-3, -1)), estimated((-3, -1), (-5, 0), (-8, -1)))
    assert (none.enheter, none.bast) == (("nej", "oavgjort", "nej"), 0)
    every = verdict(estimated((1, 2)), estimated((1, 2)))
    assert (every.enheter, every.bast) == (("ja",), 1)


def test_the_answer_says_which_units_pay() -> None:
    question = ask(target_of(made(), "resurser.hus.platser"), 3, 1.0, date(2019, 1, 1))
    tables = [table([60, 80], 4), table([30, 50], 5), table([20.5, 41.5], 6), table([20.5, 41.5], 7)]
    text = answer(marginal(result(*tables), question))
    assert text.startswith("Plats 1 betalar sig, för plats 2 kan det inte avgöras, från plats 3 betalar sig ingen.")


@pytest.mark.parametrize(
    ("bought", "said"),
    [
        ([[45, 65], [45, 65], [44, 64]], "Ingen plats betalar sig: redan den första kostar"),
        ([[20, 40], [5, 25], [-5, 15]], "Alla betalar sig: var och en sparar mer än den kostar."),
        (
            [[43, 63], [28, 48], [23, 43]],
            "Plats 1 betalar sig inte, plats 2 betalar sig, från plats 3 betalar sig ingen.",
        ),
        ([[43, 63], [41, 61], [21, 61]], "Plats 1–2 betalar sig inte, för plats 3 kan det inte avgöras."),
        (
            [[43, 63], [23, 63], [8, 48]],
            "Plats 1 betalar sig inte, för plats 2 kan det inte avgöras, plats 3 betalar sig.",
        ),
    ],
)
def test_each_unit_is_judged_by_its_own_interval(bought: list[list[float]], said: str) -> None:
    """A place costs 9 000 kr a month, as much as nine bought dygn; without any more, 45 and 65 dygn are bought."""
    question = ask(target_of(made(), "resurser.hus.platser"), 3, 1.0, date(2019, 1, 1))
    tables = [table([45, 65], 4), *(table(each, 5 + k) for k, each in enumerate(bought))]
    assert answer(marginal(result(*tables), question)).startswith(said)


def test_a_delay_moves_what_is_planned_and_keeps_the_rest() -> None:
    planned = {
        "nytt": {"mal": "resurser.hus.platser", "plus": 2, "fran": date(2019, 1, 31), "till": date(2019, 11, 30)}
    }
    before = made(slut="2019-12-31", planerat=planned)
    late = late_of(before, "nytt", 1)
    assert (late.day, last_day(late)) == (date(2019, 2, 28), date(2022, 12, 31))
    moved = delayed(before, late).planerat["nytt"]
    assert (moved.fran, moved.till, moved.plus) == (date(2019, 2, 28), date(2019, 12, 30), 2)
    assert "nytt" not in delayed(before, late_of(before, "nytt", 12)).planerat
    assert later(date(2020, 2, 29), 12) == date(2021, 2, 28)
    assert last_day(late_of(until(before, date(2020, 12, 31)), "nytt", 12)) == date(2022, 12, 31)
    with pytest.raises(HemmaplanError, match="menade du nytt"):
        late_of(before, "nytta", 1)


def test_a_delay_costs_what_is_bought_and_saves_what_is_not_there() -> None:
    before = made(
        slut="2019-12-31", planerat={"nytt": {"mal": "resurser.hus.platser", "plus": 1, "fran": "2019-01-31"}}
    )
    found = delay(result(table([45, 55], 5)), result(table([60, 80], 4)), late_of(before, "nytt", 12))
    assert float(found.dygn.medel) == pytest.approx(20 * 12)
    assert float(found.brutto.medel) == pytest.approx(20 * 12 * PRICE)
    assert float(found.kostnad.medel) == pytest.approx(9000 * 12)
    assert float(found.netto.medel) == pytest.approx(20 * 12 * PRICE - 9000 * 12)


def test_an_assumption_stands_at_the_ends_of_its_range() -> None:
    content = made().model_dump(mode="python", exclude_unset=True)
    path = "verksamheter.v.steg.a.behov.hemmamojlig.andel"
    source = {"galler": [path], "typ": "antagande", "text": "påhittat", "spann_relativt": [0.6, 2.4]}
    content["kallor"] = {**content["kallor"], "hemma": source}
    there = Kommun.model_validate(content)
    paths = home_share_paths(there, target_of(there, "resurser.hus.platser"))
    assert paths == [path]
    written, low, high = stances(there, paths, None)
    assert [each.values[path] for each in (written, low, high)] == pytest.approx([0.5, 0.3, 1.0])
    behov = low.kommun.verksamheter["v"].steg["a"].behov
    assert behov is not None and behov.hemmamojlig.andel == pytest.approx(0.3)
    assert (written.kept, low.kept) == (True, False)
    assert len(stances(made(), paths, None)) == 1
