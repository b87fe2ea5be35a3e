"""Assumptions one at a time: worked out by hand where the answer follows from an assumption by a straight line."""

from __future__ import annotations

from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import pytest

from analys.hand import PRICE, constant, scenario
from hjalp import kommun
from kalibrering import line, own_and_bought, plan
from sim.analysis.assumption_ends import Calibration
from sim.analysis.tornado import Tornado, interval, question, tornado
from sim.analysis.tornado_text import COLUMNS, effect_rows, tornado_lines, untried_rows, value_text
from sim.calibration_files import free_assumptions
from sim.config import Kommun
from sim.experiment import Study, run_study
from sim.scenario import with_values
from sim.trials import Bench
from sim.uncertainty import Ends, Uncertainty, assumptions, centre_of

HOME = "verksamheter.v.steg.a.behov.hemmamojlig.andel"
BOUGHT = "resurser.kopt.dygnskostnad_kr.medel"
OWN = "resurser.hem.fast_kostnad_kr_per_plats_och_dygn"
MORE = scenario("plats", {"mal": "resurser.hem.platser", "plus": 1})


def house(**kallor: Any) -> Kommun:
    """One place at 100 kr. Five come at once, stay 40 days; one gets the place, and four are bought one at 1 000 kr."""
    return kommun(
        {
            "hem": {"typ": "boende", "platser": 1, "fast_kostnad_kr_per_plats_och_dygn": 100.0},
            "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE}},
        },
        {"in": {"per_ar": 0.0, "forsta_steg": "a", "kohorter": {"k": {"datum": "2018-02-01", "antal": 5}}}},
        {
            "a": {
                "behov": {
                    "plats": ["hem"],
                    "vanta_hogst_dagar": 0.0,
                    "reserv": "kopt",
                    "hemmamojlig": {"andel": 1.0},
                },
                "utfall": constant(40),
            }
        },
        slut="2018-12-31",
        kallor={"test": {"galler": ["**"], "typ": "egna_data", "text": "påhittat"}, **kallor},
    )


def source(path: str, **more: Any) -> dict[str, Any]:
    return {"galler": [path], "typ": "antagande", "text": "påhittat", **more}


EVEN = {"fordelning": "likformig"}


def made(of: Kommun, *scenarios: Any, calibration: Calibration | None = None, **more: Any) -> Tornado:
    return tornado(question(Study(of, scenarios or (MORE,), 2, arbetare=1), calibration, **more))


def test_a_straight_line_is_followed_to_both_ends() -> None:
    """One place more: 365 × 100 kr, less 40 dygn at the price. P10 and P90 of an even 500 to 1 500: 600 and 1 400."""
    found = made(house(pris=source(BOUGHT, spann=[500.0, 1500.0], **EVEN)))
    (effect,) = found.effects
    assert effect.tried.ends == pytest.approx((600.0, 1400.0))
    assert found.change.tolist() == [[36_500.0 - 40_000.0] * 2]
    assert effect.change[:, 0].tolist() == [pytest.approx([36_500.0 - 40 * end] * 2) for end in (600.0, 1400.0)]
    assert effect.swing(0) == pytest.approx([-32_000.0] * 2)
    assert effect.level == pytest.approx(np.array([[36_500.0 + 160 * end] * 2 for end in (600.0, 1400.0)]))
    limits = made(house(pris=source(BOUGHT, spann=[500.0, 1500.0], **EVEN)), limits=True).effects[0]
    assert limits.swing(0) == pytest.approx([-40_000.0] * 2)


def test_the_sign_flips_where_the_line_crosses_zero() -> None:
    """The place pays from 912.50 kr a dygn: at 600 it does not."""
    found = made(house(pris=source(BOUGHT, spann=[500.0, 1500.0], **EVEN)))
    (flip,) = found.flips
    assert (flip.end, flip.better, flip.worse, flip.sure) == (0, "Plats", "Nuläge", True)
    assert flip.written[0] == pytest.approx(3_500.0)
    assert flip.found[0] == pytest.approx(-12_500.0)
    text = "\n".join(tornado_lines(found))
    assert "kronor per dygn, medel = 600 blir Plats dyrare än Nuläge, i stället för billigare, med 0,01 mnkr." in text
    narrow = made(house(pris=source(BOUGHT, spann=[950.0, 1500.0], **EVEN)))
    assert narrow.flips == ()
    assert "Nej. Ordningen" in "\n".join(tornado_lines(narrow))


def test_two_scenarios_can_change_places_with_each_other() -> None:
    """One place more saves 3 500; two save 7 000 unless a place costs more: at 120 kr each loses, the second too."""
    two = scenario("platser", {"mal": "resurser.hem.platser", "plus": 2})
    found = made(house(egen=source(OWN, spann=[80.0, 130.0], **EVEN)), MORE, two)
    assert found.change.tolist() == [[-3_500.0] * 2, [-7_000.0] * 2]
    assert {(flip.end, flip.better, flip.worse) for flip in found.flips} == {
        (1, "Plats", "Nuläge"),
        (1, "Platser", "Nuläge"),
        (1, "Platser", "Plats"),
    }


def test_hemmamojlig_stands_first_and_then_the_largest() -> None:
    """Also where it moves nothing."""
    of = house(
        hem=source(HOME, spann=[0.999, 1.0], fordelning="triangel"),
        egen=source(OWN, spann=[99.0, 101.0], **EVEN),
        pris=source(BOUGHT, spann=[500.0, 1500.0], **EVEN),
    )
    found = made(of)
    assert [effect.tried.assumption.path for effect in found.effects] == [HOME, BOUGHT, OWN]
    assert [effect.tried.assumption.path for effect in found.deciding(0)] == [BOUGHT, OWN]
    text = "\n".join(tornado_lines(found))
    assert "**Avgör mest, av de 3 prövade:** 1) kopt, kronor per dygn, medel; 2) hem, fast" in text


def test_what_has_no_distribution_is_told_and_tried_when_asked_for() -> None:
    """As if triangular over its range: P10 of 60 to 140 with its top at 100 is 60 + √(0.1 · 80 · 40)."""
    of = house(egen=source(OWN, spann=[60.0, 140.0]))
    told = made(of)
    assert told.effects == ()
    assert (OWN, 100.0, "egen") in [row[:3] for row in untried_rows(told)]
    assert "1 tal: har ett spann men ingen fördelning; prövas med --alla." in "\n".join(tornado_lines(told))
    (effect,) = made(of, every=True).effects
    low = 60 + sqrt(0.1 * 80 * 40)
    assert effect.tried.ends == pytest.approx((low, 200 - low))
    assert effect.swing(0) == pytest.approx([365 * (200 - 2 * low)] * 2, abs=0.2)  # öre are rounded month by month


def test_numbers_without_a_range_are_counted_by_what_they_rest_on() -> None:
    lines = tornado_lines(made(house()))
    assert any("tal: har inget spann: kommunens egna data." in line for line in lines)
    assert any(line.startswith("Inget antagande flyttar skillnaden") for line in lines)


def fitted(of: Kommun, surface: dict[str, Ends] | None) -> Calibration:
    """Bought dygn of the year are known; the inflow is fitted to them."""
    wanted = plan(["varddygn"], {"inflode": {"mal": INFLOW, "start": 150.0, "spann": [50.0, 400.0]}}, 24)
    content = of.model_dump(mode="python", exclude_unset=True)
    known = None
    if surface is not None:
        drawn = assumptions(content, of.kallor)
        known = Uncertainty(drawn, wanted.parametrar, centre_of(of, wanted.parametrar), surface)
    dygn = line("varddygn", "kopt", 1.0)
    assert free_assumptions(content, of, wanted) == assumptions(content, of.kallor)
    return Calibration(wanted, (dygn,), known)


INFLOW = "verksamheter.v.inflode.nya.per_ar"
SHARE = "verksamheter.v.steg.vard.behov.hemmamojlig.andel"
PLACES = scenario("platser", {"mal": "resurser.egen.platser", "plus": 5})


def test_the_stored_surface_moves_the_fitted_numbers() -> None:
    """Ends of the surface are the ends of the range: at the limits the inflow is 150 × e^0,2 and 150 × e^−0,1."""
    of = own_and_bought(spann=[0.45, 0.75], fordelning="likformig")
    known = fitted(of, {SHARE: Ends({"inflode": 0.2}, {"inflode": -0.1})})
    asked = question(Study(of, (PLACES,), 2, arbetare=1, slut=date(2018, 12, 31)), known, limits=True)
    (tried,) = asked.tried
    assert tried.values[0] == pytest.approx({SHARE: 0.45, INFLOW: 150 * np.exp(0.2)})
    assert tried.values[1] == pytest.approx({SHARE: 0.75, INFLOW: 150 * np.exp(-0.1)})


def test_without_a_stored_surface_the_fitted_figure_is_kept_all_the_same() -> None:
    """Bought dygn stay within 5 % at both ends, where the assumption alone moves them by more than a tenth."""
    of = own_and_bought(spann=[0.45, 0.75])
    asked = question(Study(of, (PLACES,), 2, arbetare=1, slut=date(2018, 12, 31)), fitted(of, None), every=True)
    (tried,) = asked.tried
    bench = Bench(of, (line("varddygn", "kopt", 1.0),), 1, date(2018, 12, 31))
    still = bench.means({}, 24)[0]
    for values in tried.values:
        assert set(values) == {SHARE, INFLOW}
        assert bench.means(values, 24)[0] == pytest.approx(still, rel=0.05)
        assert abs(bench.means({SHARE: values[SHARE]}, 24)[0] / still - 1) > 0.1


def test_an_assumption_that_breaks_the_fit_does_not_decide() -> None:
    """Nothing is solved again, so that bought dygn move by more than a tenth."""
    of = own_and_bought(spann=[0.45, 0.75], fordelning="likformig")
    study = Study(of, (PLACES,), 6, arbetare=1, slut=date(2018, 12, 31))
    found = tornado(question(study, fitted(of, None), limits=True))
    (effect,) = found.moving(0)
    dygn = []
    for share in (0.45, 0.6, 0.75):
        table = run_study(Study(with_values(of, {SHARE: share}), (), 6, arbetare=1, slut=study.slut)).tables[0]
        dygn.append(table.of(("v", "varddygn", "kopt"), "2018").mean())
    assert effect.moved == pytest.approx((dygn[0] / dygn[1] - 1, 1 - dygn[2] / dygn[1]))
    assert not effect.fits
    assert found.deciding(0) == []
    text = "\n".join(tornado_lines(found))
    assert "| rubbas, " in text
    assert "går de publicerade siffrorna inte att behålla: V, vard, kan få insatsen på hemmaplan, andel." in text


def test_the_paired_swing_is_that_of_two_studies_made_by_hand() -> None:
    of = own_and_bought(spann=[0.45, 0.75], fordelning="likformig")
    study = Study(of, (PLACES,), 6, arbetare=1, slut=date(2018, 12, 31))
    found = tornado(question(study, None, ("v", "varddygn_extern", ""), limits=True))
    differences = []
    for share in (0.45, 0.75):
        there = Study(with_values(of, {SHARE: share}), (PLACES,), 6, arbetare=1, slut=study.slut)
        nulage, more = (each.of(("v", "varddygn_extern", ""), "2018") for each in run_study(there).tables)
        differences.append(more - nulage)
    assert (found.effects[0].swing(0) == differences[1] - differences[0]).all()
    row = dict(zip(COLUMNS, next(effect_rows(found)), strict=True))
    swing = [row[name] for name in ("svangning", "svangning_ki95_lag", "svangning_ki95_hog")]
    assert swing == pytest.approx(interval(differences[1] - differences[0]))


@pytest.mark.parametrize(
    ("value", "text"), [(0.85477, "0,855"), (1900.0, "1\u00a0900"), (2283.27, "2\u00a0280"), (12.0, "12"), (0.0, "0")]
)
def test_three_digits_count(value: float, text: str) -> None:
    assert value_text(value) == text


def test_an_interrupt_keeps_the_assumptions_that_are_finished() -> None:
    of = house(
        egen=source(OWN, spann=[99.0, 101.0], **EVEN),
        pris=source(BOUGHT, spann=[500.0, 1500.0], **EVEN),
    )

    def stop(done: int, total: int) -> None:
        assert total == 5
        if done == 3:
            raise KeyboardInterrupt

    asked = question(Study(of, (MORE,), 2, arbetare=1), None)
    found = tornado(asked, stop)
    first, second = (each.assumption.path for each in asked.tried)
    assert [effect.tried.assumption.path for effect in found.effects] == [first]
    assert (second, "hann inte prövas") in [(row[0], row[3]) for row in untried_rows(found)]
