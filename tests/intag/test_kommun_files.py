"""Estimates made by hand as a kommun: that it loads, that every number is sourced, and that it does what was fitted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from intag.handgjort import YEARS, about, benefit, care, handling, inflow, length, lists, stock, whole, with_series
from sim import load_kommun, load_scenario, simulate
from sim.config import Kommun
from sim.intake.about import About
from sim.intake.facts import facts, facts_csv, reconciliation_text
from sim.intake.file_lengths import averaged, shares_tree, shown_count, stock_tree
from sim.intake.first_questions import first_questions
from sim.intake.fitted import Elasticity, Estimate, Fitted, Returns
from sim.intake.ground import days_within, last_whole_year, until
from sim.intake.kommun_files import Ground, ground_of, kommun_files
from sim.intake.records import Lists, Window
from sim.reconcile import load_reconciliation
from sim.scenario import make_plan
from sim.sources import numbers

ABOUT = About("provby_2025", "Provby", "0199")
NOTHING = Fitted({}, {}, {}, None, {})


def written(given: Lists, fitted: Fitted, root: Path) -> Kommun:
    for name, text in kommun_files(ground_of(given, fitted), ABOUT).texts.items():
        path = root / "conf" / "kommun" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_kommun(ABOUT.id, root)


def yearly(kommun: Kommun, replications: int, *wanted: tuple[str, str, str]) -> list[tuple[float, float]]:
    """(mean, standard error) of measures in the basår: (verksamhet, matt, del)."""
    year = str(kommun.basar)
    found = []
    for number in range(replications):
        matt = simulate(kommun, seed=1, replikation=number, slut=f"{year}-12-31").matt
        matt = matt[matt["period"] == year].set_index(["verksamhet", "matt", "del"])["varde"]
        found.append([float(matt[row]) for row in wanted])
    values = np.array(found)
    return list(zip(values.mean(0).tolist(), (values.std(0, ddof=1) / replications**0.5).tolist(), strict=True))


def near(found: tuple[float, float], expected: float, slack: float = 0.0) -> bool:
    """Within four standard errors, and `slack` of the value for what the start from a stock is not exact about."""
    return abs(found[0] - expected) < 4 * found[1] + slack * expected


def test_the_whole_kommun_is_loaded_and_does_what_was_fitted(tmp_path: Path) -> None:
    given, fitted = whole()
    kommun = written(with_series(given), fitted, tmp_path)
    assert kommun.basar == 2025 and kommun.kommunkod == "0199"
    months = 304.375 / 30.4375 + 1  # a spell of ten months begins in the midst of one, and so touches eleven
    expected = {
        ("barn_och_ungdom", "begarda", "forhandsbedomning"): 600,
        ("barn_och_ungdom", "startade", "utredning"): 300,
        ("barn_och_ungdom", "startade", "hvb"): 36.525,
        ("barn_och_ungdom", "varddygn", "hvb_solgarden"): 3652.5,
        ("barn_och_ungdom", "varddygn", "hvb_kopt"): 3652.5,
        ("missbruk", "varddygn", "stodboende_eget"): 12 * 365,
        ("missbruk", "varddygn", "stodboende_kopt"): 6 * 365,
        ("forsorjningsstod", "nya_hushall", "bistand"): 365.25,
        ("forsorjningsstod", "bidragsmanader", "bistand"): 365.25 * months,
        ("barn_och_ungdom", "kostnad", "extern"): 3652.5 * 3000,
        ("forsorjningsstod", "kostnad", "bistand"): 365.25 * months * 9000,
    }
    for (row, value), found in zip(expected.items(), yearly(kommun, 8, *expected), strict=True):
        assert near(found, value, 0.06), (row, value, found)


def test_nobody_waits_for_a_team_whose_size_follows_from_the_lists(tmp_path: Path) -> None:
    given, fitted = whole()
    kommun = written(given, fitted, tmp_path)
    (waiting,) = yearly(kommun, 4, ("barn_och_ungdom", "ofordelade", "handlaggare_barn_och_ungdom"))
    assert waiting[0] < 3


def test_every_number_has_a_source_and_what_the_lists_do_not_say_is_an_assumption(tmp_path: Path) -> None:
    given, fitted = whole()
    kommun = written(given, fitted, tmp_path)
    listed = {each.path: each for each in numbers(kommun.model_dump(mode="python", exclude_unset=True), kommun.kallor)}
    assert all(each.kalla for each in listed.values())
    kinds = {
        "verksamheter.barn_och_ungdom.steg.hvb.behov.hemmamojlig.andel": "antagande",
        "resurser.handlaggare_barn_och_ungdom.arendetak": "antagande",
        "resurser.handlaggare_barn_och_ungdom.arsarbetare": "egna_data",
        "resurser.hvb_solgarden.platser": "egna_data",
        "resurser.hvb_kopt.dygnskostnad_kr.medel": "egna_data",
        "verksamheter.barn_och_ungdom.steg.utredning.frist.dagar": "lag",
        "nulage.barn_och_ungdom.i_steg.hvb.hvb_kopt.antal": "egna_data",
    }
    assert {path: listed[path].kalla.typ for path in kinds} == kinds  # type: ignore[union-attr]
    assert listed["resurser.hvb_kopt.dygnskostnad_kr.medel"].span == (2700.0, 3301.0)  # outwards from 2700 to 3300


def test_own_places_that_are_full_stay_as_full(tmp_path: Path) -> None:
    """12 places, 11 used, 9 bought: by Erlang's formula more could have been at home than there was room for."""
    fitted = replace(
        NOTHING,
        vard={"v": {"boende": care(365.25, 20, "huset", 0.55)}},
        direkt={"v": {"boende": inflow(20)}},
    )
    given = lists({("v", "boende"): (11, 9)}, [("v", "platser", "huset", 12.0)])
    kommun = written(given, fitted, tmp_path)
    behov = kommun.verksamheter["v"].steg["boende"].behov
    assert behov is not None and behov.hemmamojlig.andel > 0.8  # type: ignore[union-attr]
    own, bought = yearly(kommun, 12, ("v", "arsplatser", "huset"), ("v", "arsplatser", "boende_kopt"))
    assert near(own, 11, 0.03) and near(bought, 9, 0.05)


def test_who_comes_back_is_not_counted_twice(tmp_path: Path) -> None:
    """Three spells of ten lead to another: 280 new households a year begin 400 spells."""
    fitted = replace(NOTHING, bistand=benefit(280, months=3, returning=0.3))
    kommun = written(lists({("v", "boende"): (5, 5)}), fitted, tmp_path)
    assert kommun.verksamheter["forsorjningsstod"].inflode["nya_hushall"].per_ar == pytest.approx(280)
    (began,) = yearly(kommun, 6, ("forsorjningsstod", "nya_hushall", "bistand"))
    assert near(began, 400, 0.05)


def test_cases_that_come_back_are_not_counted_twice(tmp_path: Path) -> None:
    back = Returns(about(0.2), about(0.25), length(150))
    fitted = replace(NOTHING, arenden={"v": replace(handling(300, 0.5, avslut=1.0), aterkomst=back)})
    kommun = written(lists({("v", "boende"): (5, 5)}), fitted, tmp_path)
    (came,) = yearly(kommun, 6, ("v", "begarda", "forhandsbedomning"))
    assert near(came, 400, 0.05)  # 300 and a quarter of 400


def test_cases_of_benefit_lead_to_as_many_spells_as_were_paid(tmp_path: Path) -> None:
    cases = replace(handling(800), forhandsbedomning=None, leder_till_utredning=None)
    cases = replace(cases, utredning=length(15), oppna_utredningar=stock(33, 15))
    fitted = replace(NOTHING, bistand=benefit(280, months=3, returning=0.3), arenden={"forsorjningsstod": cases})
    kommun = written(lists({("v", "boende"): (5, 5)}), fitted, tmp_path)
    wanted = ("forsorjningsstod", "begarda", "utredning"), ("forsorjningsstod", "nya_hushall", "bistand")
    asked, began = yearly(kommun, 6, *wanted)
    assert near(asked, 800, 0.05) and near(began, 400, 0.07)


def test_shares_sum_to_one_whatever_their_rounding() -> None:
    told = {"a": about(1 / 3), "b": about(1 / 7, n=3), "c": about(0.4, n=2), "d": about(0.2, n=1)}
    shares = {key: sourced.varde for key, sourced in shares_tree(told, "avslut", "Prov.").items()}
    assert sum(shares.values()) == pytest.approx(1, abs=1e-9)
    assert all(0 <= share <= 1 for share in shares.values())
    assert {key: sourced.varde for key, sourced in shares_tree({}, "avslut", "Prov.").items()} == {"avslut": 1}


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 0), (2, 3), (3, 3), (4, 3), (5, 5), (6, 6), (317, 317)])
def test_small_numbers_of_persons_are_rounded_to_threes(count: int, shown: int) -> None:
    assert shown_count(count) == shown


def test_elapsed_days_are_shared_by_at_least_five_and_keep_their_mean() -> None:
    days = [float(day) for day in (3, 3000, 41, 55, 60, 62, 700, 701, 702, 703, 90, 12, 13)]
    saved = averaged(days, 10_000)
    assert len(saved) == len(days) and sum(saved) == pytest.approx(sum(days), abs=len(days))
    assert min(saved.count(day) for day in saved) >= 5
    assert not set(saved) & {int(day) for day in days}


def test_few_persons_have_no_elapsed_days() -> None:
    tree = stock_tree([stock(4, 100)], length(100), "Prov.")
    assert tree is not None and set(tree) == {"antal"} and tree["antal"].varde == 3
    assert stock_tree([stock(1, 100)], length(100), "Prov.") is None


def test_nobody_has_been_there_longer_than_the_law_lets_them(tmp_path: Path) -> None:
    """A weibull of small spread ends early: what is longer is written as the longest there is."""
    short = length(100, 0.1, "weibull")
    tree = stock_tree([stock(10, 4000)], short, "Prov.")
    assert tree is not None and max(tree["pagatt_dagar"].varde) < 150


def test_few_observations_are_rounded_and_said_to_be_an_assumption(tmp_path: Path) -> None:
    few = care(200, 36.525)
    few = replace(few, pris={"extern": replace(few.pris["extern"], medel=about(4321, n=3), n=3)})
    fitted = replace(NOTHING, vard={"v": {"hvb": few}}, direkt={"v": {"hvb": inflow(36.525)}})
    text = kommun_files(ground_of(lists({("v", "hvb"): (0, 20)}), fitted), ABOUT).texts["provby_2025/v.yaml"]
    assert "medel: 4000.0" in text and "4321" not in text and "Färre än 5 iakttagelser" in text


@pytest.mark.parametrize(
    ("trend", "expected"),
    [(Estimate(0.03, 0.01, 0.05, 400), (100 * 1.03**0.5, 0.03)), (Estimate(0.03, -0.01, 0.07, 400), (100.0, 0.0))],
)
def test_only_a_trend_that_is_sure_goes_on(trend: Estimate, expected: tuple[float, float], tmp_path: Path) -> None:
    """From the middle of the last year to its end is half a year."""
    came = replace(inflow(100), trend_per_ar=trend)
    fitted = replace(NOTHING, vard={"v": {"hvb": care(200, 100)}}, direkt={"v": {"hvb": came}})
    found = written(lists({("v", "hvb"): (0, 20)}), fitted, tmp_path).verksamheter["v"].inflode["hvb"]
    assert (found.per_ar, found.trend_per_ar) == pytest.approx(expected, rel=1e-3)


def test_elasticity_that_the_lists_cannot_tell_is_an_assumption_of_its_own(tmp_path: Path) -> None:
    given, fitted = whole()
    unsure = Elasticity(Estimate(0.1, -0.5, 0.7, 60), None, 90.0, False, 0.08)
    fitted = replace(fitted, elasticitet={"forsorjningsstod": unsure, "missbruk": unsure})
    kommun = written(with_series(given), fitted, tmp_path)
    assert kommun.verksamheter["forsorjningsstod"].drivare["arbetsloshet"].elasticitet == 0.5
    assert "arbetsloshet" not in kommun.verksamheter["missbruk"].drivare


def test_elasticity_of_inflow_and_length_make_that_of_the_volume(tmp_path: Path) -> None:
    given, fitted = whole()
    found = written(with_series(given), fitted, tmp_path).verksamheter["forsorjningsstod"].drivare["arbetsloshet"]
    assert found.elasticitet == pytest.approx(0.7) and found.andel_inflode == pytest.approx(0.4 / 0.7, abs=1e-3)
    assert found.steg == ("bistand",) and found.inflode == ("nya_hushall",)


def test_two_verksamheter_with_the_same_form_have_resources_of_their_own(tmp_path: Path) -> None:
    forms = {"boende": care(200, 40, "huset", 0.5)}
    fitted = replace(
        NOTHING, vard={"a": forms, "b": forms}, direkt={"a": {"boende": inflow(40)}, "b": {"boende": inflow(40)}}
    )
    kommun = written(lists({("a", "boende"): (10, 10), ("b", "boende"): (10, 10)}), fitted, tmp_path)
    assert {"a_huset", "b_huset", "a_boende_kopt", "b_boende_kopt"} == set(kommun.resurser)


def test_the_same_estimates_make_the_same_texts() -> None:
    assert kommun_files(ground_of(*whole()), ABOUT) == kommun_files(ground_of(*whole()), ABOUT)


def test_lists_to_the_middle_of_a_year_are_used_to_the_end_of_the_one_before() -> None:
    given = lists({("v", "boende"): (2, 3)})
    later = replace(given, fonster={"placeringar": Window(given.fonster["placeringar"].fran, YEARS_END)})
    assert last_whole_year(later) == 2023
    cut = until(later, 2023)
    assert cut.fonster["placeringar"].till.isoformat() == "2023-12-31"
    assert cut.placeringar["start"].max().year == 2023 and not (cut.placeringar["slut"].dt.year > 2023).any()
    before = given.placeringar
    assert days_within(cut.placeringar, 2023).sum() == days_within(before, 2023).sum() == 5 * 365


YEARS_END = date(2024, 6, 30)


def ground() -> Ground:
    return ground_of(*whole())


def test_yearly_figures_are_those_of_the_lists() -> None:
    """Ten own and ten bought places, all days of the year; a leap year has one more."""
    found = {(fact.nyckeltal, fact.ar): fact.varde for fact in facts(ground(), "barn_och_ungdom")}
    assert found["varddygn_hvb_solgarden", 2023] == found["varddygn_hvb_kopt", 2023] == 10 * 365
    assert found["varddygn_hvb_solgarden", 2024] == 10 * 366
    assert found["startade_hvb", 2024] == 20
    assert found["kostnad_extern", 2023] == pytest.approx(10 * 365 * 3000 / 1000)
    assert {ar for _, ar in found} == set(YEARS)


def test_figures_of_fewer_than_five_persons_are_left_out() -> None:
    given, fitted = whole()
    given = replace(given, placeringar=lists({("missbruk", "stodboende"): (12, 2)}).placeringar)
    found = {fact.nyckeltal for fact in facts(ground_of(given, fitted), "missbruk")}
    assert "varddygn_stodboende_eget" in found
    assert not {"varddygn_stodboende_kopt", "kostnad_extern"} & found


def test_the_figures_can_be_reconciled(tmp_path: Path) -> None:
    made = ground()
    found = [fact for area in ("barn_och_ungdom", "missbruk") for fact in facts(made, area)]
    (tmp_path / "conf" / "underlag").mkdir(parents=True)
    (tmp_path / "conf" / "avstamning").mkdir()
    (tmp_path / "conf" / "underlag" / "provby_2025.csv").write_text(facts_csv(found, ABOUT.id, ABOUT.namn), "utf-8")
    text = reconciliation_text(found, made, ABOUT.id)
    (tmp_path / "conf" / "avstamning" / "provby_2025.yaml").write_text(text, "utf-8")
    lines = {line.uppgift.namn: line for line in load_reconciliation(tmp_path, ABOUT.id)}
    line = lines["HVB-hem, köpt, vårddygn"]
    assert line.dokument == 3660 and line.uppgift.period_in_model == "2025"
    assert set(lines) == {fact.namn for fact in found}


def test_the_first_questions_fit_the_kommun(tmp_path: Path) -> None:
    given, fitted = whole()
    kommun = written(with_series(given), fitted, tmp_path)
    (tmp_path / "scenarios").mkdir()
    texts = first_questions(kommun)
    assert set(texts) == {f"provby_2025_{name}" for name in ("platser", "arbetsloshet", "fler_arenden")}
    for name, text in texts.items():
        (tmp_path / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")
        assert text.startswith(f"# @package scenarios.{name}\n")
        make_plan(kommun, load_scenario(name, tmp_path))


def test_a_share_that_few_persons_make_is_rounded() -> None:
    """Three decisions of 170 are three persons, though the share rests on all of them."""
    tree = shares_tree({"hvb": about(3 / 170, n=170), "familjehem": about(30 / 170, n=170)}, "avslut", "Prov.")
    assert tree["hvb"].varde == 0.02 and "Färre än 5" in tree["hvb"].kalla.text
    assert tree["familjehem"].varde == round(30 / 170, 4)


def test_an_inflow_that_may_as_well_not_follow_leaves_all_to_the_length(tmp_path: Path) -> None:
    given, fitted = whole()
    effect = Elasticity(Estimate(-0.1, -0.5, 0.3, 60), about(0.3), 90.0, True, 0.08)
    fitted = replace(fitted, elasticitet={"forsorjningsstod": effect})
    found = written(with_series(given), fitted, tmp_path).verksamheter["forsorjningsstod"].drivare["arbetsloshet"]
    assert (found.elasticitet, found.andel_inflode, found.steg) == (0.3, 0.0, ("bistand",))
