"""Backtest: a made-up kommun whose next year is known, the shipped files, and what must not be seen beforehand."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from hjalp import kommun
from kalibrering import bought, line, plan
from sim.backtest import (
    LAST,
    MODEL,
    TREND,
    Backtested,
    Judged,
    condition,
    drawn_samples,
    other_changes,
    predicted,
)
from sim.backtest_files import Figure, Published, backtest_ids, load_cases, only_concerned
from sim.backtest_report import grade_of, grade_text, together_lines
from sim.balance import in_balance
from sim.config import Kommun
from sim.config_backtest import Provsiffra
from sim.errors import HemmaplanError
from sim.experiment import Study, run_study
from sim.files import project_root, read_kommun
from sim.forecast_scores import Interval, Prediction, exact_interval, from_samples
from sim.loading import load_kommun
from sim.reconcile import Line
from sim.trials import Bench, figure_samples

ROOT = project_root()
INFLOW = "verksamheter.v.inflode.nya.per_ar"
FREE = {"mal": INFLOW, "start": 280.0, "spann": [50.0, 1600.0]}
YEARS = date(2018, 12, 31), date(2019, 12, 31)


def good_and_bad_years(per_ar: float = 280.0) -> Kommun:
    """Bought places, 100 days each, with years that differ much more than by chance alone."""
    content = bought(per_ar, 77).model_dump(mode="python", exclude_unset=True)
    content["verksamheter"]["v"]["inflode"]["nya"]["arseffekt"] = {"cv": 0.2, "rho": 0.3}
    return Kommun.model_validate(content)


def dygn(value: float, year: int) -> Line:
    """The year's published dygn."""
    found = line("varddygn", "kopt", value)
    return Line(found.uppgift.model_copy(update={"ar": year}), value, "dygn", "utfall", "")


def predictions(truth: Kommun, number: int, replications: int) -> tuple[np.ndarray, float]:
    """What a backtest says of the second year of a made-up truth, and what that year was."""
    lines = (dygn(1.0, 2018), dygn(1.0, 2019))
    seen = Bench(truth, lines, 1_000 + number, YEARS[1]).samples({}, 1)[0]
    believed = good_and_bad_years()
    bench = Bench(believed, lines[:1], 1, YEARS[0], jamvikt=("v",))
    wanted = plan(["varddygn"], {"inflode": FREE})
    found = condition(bench, wanted, np.ones((1, 1)), {"inflode": 1.0}, seen[:1], (), replications)
    assert np.sqrt(np.mean(found.off**2)) < 0.03
    return predicted(bench, found.levels, lines[1:], YEARS[1])[0][:, 0], float(seen[1])


def covered(truths: int, replications: int) -> dict[float, int]:
    """In how many made-up truths, of levels from 0.7 to 1.4, the second year lies within the intervals."""
    hits = dict.fromkeys((0.8, 0.95), 0)
    for number in range(truths):
        level = 280.0 * 2.0 ** ((number + 0.5) / truths - 0.5)
        truth = in_balance(good_and_bad_years(level), ["v"])
        samples, outcome = predictions(truth, number, replications)
        for probability, interval in from_samples(samples).intervall.items():
            hits[probability] += interval.covers(outcome)
    return hits


def test_a_made_up_kommuns_next_year_is_covered_as_stated() -> None:
    """The exact interval of the coverage found must hold the stated one (its finite sample's for so few futures)."""
    truths, replications = 10, 12
    hits = covered(truths, replications)
    stated = 0.8 * (replications - 1) / (replications + 1)
    assert exact_interval(hits[0.8], truths, 0.99).covers(stated)
    assert hits[0.95] >= hits[0.8]


@pytest.mark.slow
def test_many_made_up_kommuner_are_covered_as_stated() -> None:
    """Quantiles of n samples, interpolated, cover p·(n − 1)/(n + 1) of what comes from the same distribution."""
    truths, replications = 60, 40
    hits = covered(truths, replications)
    for probability, found in hits.items():
        stated = probability * (replications - 1) / (replications + 1)
        exact = exact_interval(found, truths, 0.99)
        assert exact.covers(stated), f"{found} of {truths} at {probability}"
        assert exact.width < 0.3


def test_each_possible_future_has_the_level_that_its_own_luck_asks_for() -> None:
    """A good year explains many dygn with fewer people: level and luck make up for each other."""
    bench = Bench(good_and_bad_years(), (dygn(1.0, 2018),), 1, YEARS[0], jamvikt=("v",))
    wanted = plan(["varddygn"], {"inflode": FREE})
    document = np.array([29_000.0])
    found = condition(bench, wanted, np.ones((1, 1)), {"inflode": 1.0}, document, (), 12)
    again = drawn_samples(bench, found.levels)[0][:, 0]
    assert again == pytest.approx(document[0] * np.exp(found.off[:, 0]))
    assert np.abs(found.off).max() < 0.05
    same_level = bench.samples({INFLOW: 290.0}, 12)[:, 0]
    levels = np.array([values[INFLOW] for values in found.levels.values])
    assert np.ptp(levels) > 40
    assert np.corrcoef(np.log(levels), np.log(same_level))[0, 1] < -0.9


def test_the_stock_in_balance_is_littles_law() -> None:
    """73.05 a year for 100 days is 20 present; with own places for 12 of them, 8 are in the reserv."""
    found = in_balance(bought(73.05, 3), ["v"])
    assert found.nulage["v"].i_steg["vard"]["kopt"].antal == 20
    assert in_balance(bought(73.05, 3), []).nulage["v"].i_steg["vard"]["kopt"].antal == 3
    both = kommun(
        {"egen": {"typ": "boende", "platser": 12}, "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1.0}}},
        {"nya": {"per_ar": 73.05, "forsta_steg": "vard"}},
        {
            "vard": {
                "behov": {"plats": ["egen"], "vanta_hogst_dagar": 0.0, "reserv": "kopt"},
                "utfall": {"klar": {"tid": {"medel": 100.0, "cv": 0.5}, "nasta": {"avslut": 1.0}}},
            }
        },
        nulage={"v": {"i_steg": {"vard": {"egen": {"antal": 9}, "kopt": {"antal": 1}}}}},
    )
    held = in_balance(both, ["v"]).nulage["v"].i_steg["vard"]
    assert (held["egen"].antal, held["kopt"].antal) == (12, 8)


@pytest.mark.parametrize("kommun_id", backtest_ids(ROOT))
def test_no_shipped_case_knows_the_year_that_it_predicts(kommun_id: str) -> None:
    shipped = load_kommun(kommun_id, ROOT)
    for case in load_cases(ROOT, kommun_id):
        year, prov = case.prov.ar, case.prov
        assert case.kommun.basar == year and case.kommun.slut == date(year + 1, 12, 31)
        known = {name for name, event in prov.handelser.items() if event.kand == "i_forvag"}
        assert set(case.kommun.planerat) <= known | set(prov.planerat)
        assert prov.planerat == () or shipped.basar == year
        later = [event for event in prov.handelser.values() if event.kand == "under_aret"]
        assert (case.given is not None) == bool(later)
        for figure in case.figures:
            assert figure.line.uppgift.ar == year and figure.next_line.uppgift.ar == year + 1
            assert figure.line.dokument == figure.ar.varde
        assert len(case.plan.parametrar) == sum(figure.fitted for figure in case.figures)


def test_figures_are_those_of_the_documents_table() -> None:
    """By hand from conf/underlag/nyckeltal.csv, with the lines they stand on."""
    (case,) = load_cases(ROOT, "sodertalje_2019")
    by_name = {figure.asked.siffra: figure for figure in case.figures}
    dygn = by_name["missbruk.varddygn_extern"]
    assert (dygn.ar.varde, dygn.facit.varde, dygn.fore) == (3836, 4778, None)
    rows = (ROOT / "conf" / "underlag" / "nyckeltal.csv").read_text(encoding="utf-8").splitlines()
    assert rows[dygn.facit.rad - 1].startswith("sodertalje_vp_2019,Södertälje,2018,helår,missbruk,varddygn_extern,")
    assert not by_name["missbruk.snittpris_extern"].counted
    paid = by_name["forsorjningsstod.utbetalt_bistand_snitt"]
    assert paid.ar.varde == pytest.approx(14648 / (1 - 0.062))
    assert paid.ar.varde * 12 - 14648 * 12 == pytest.approx(11_600, rel=0.01)
    half = load_cases(ROOT, "varmdo_2014")[1]
    assert [figure.fore.varde for figure in half.figures if figure.fore] == [385, 3.87, 9457]
    assert half.ends == (date(2013, 6, 30), date(2014, 6, 30))


def test_a_naive_interval_leaves_the_figure_itself_out() -> None:
    case = load_cases(ROOT, "varmdo_2014")[1]
    of_households = other_changes(case.figures[0], case.figures)
    wanted = np.log([4.02 / 4.04, 4.04 / 3.87, 12835 / 10257, 10257 / 9457])
    assert of_households == pytest.approx(wanted.tolist())


def test_what_no_figure_concerns_can_be_left_out() -> None:
    """The same people, and the same dygn and kronor, whether the other verksamheter are there or not."""
    content = read_kommun(ROOT, "varmdo_2014")
    case = load_cases(ROOT, "varmdo_2014")[0]
    lines = [figure.line for figure in case.figures if figure.line.uppgift.verksamhet == "barn_och_ungdom"]
    lines = [Line(each.uppgift.model_copy(update={"ar": 2014}), 1.0, "", "utfall", "") for each in lines]
    less = only_concerned(content, lines)
    assert set(less["verksamheter"]) == {"barn_och_ungdom"}
    found = []
    for one in (content, less):
        whole = Kommun.model_validate(one)
        table = run_study(Study(whole, (), 2, slut=date(2014, 6, 30), arbetare=1)).tables[0]
        found.append(figure_samples(whole, table, lines))
    assert found[0].tobytes() == found[1].tobytes()


def test_assumptions_are_drawn_anew_in_each_future_but_not_those_that_are_fitted() -> None:
    (case,) = load_cases(ROOT, "karlskrona_2013")
    drawn = {each.path for each in case.drawn}
    turned = {path for fri in case.plan.parametrar.values() for path in (fri.mal, *fri.foljer)}
    assert drawn and not drawn & turned
    assert "verksamheter.barn_och_ungdom.steg.institution.behov.hemmamojlig.andel" in turned


def judged(outcome: float, year: float, said: dict[str, Prediction], follows: bool = False) -> Judged:
    asked = Provsiffra.model_validate({"siffra": "v.dygn", **({"foljer": "av en annan"} if follows else {})})
    figure = Figure(asked, dygn(year, 2018), dygn(outcome, 2019), None, Published(year, 2), Published(outcome, 3))
    return Judged(figure, said, 0.5)


def said_by(point: float, *ends: float) -> Prediction:
    """80 % from the first to the second, 95 % from the third to the fourth."""
    return Prediction(point, {0.8: Interval(*ends[:2]), 0.95: Interval(*ends[2:])})


def test_the_grade_of_several_figures_by_hand() -> None:
    """Within, and 10 below 80 % but within 95 %; what follows from others is not counted."""
    found = [
        judged(100, 100, {MODEL: said_by(110, 90, 130, 80, 140), LAST: said_by(100, 50, 200, 40, 250)}),
        judged(80, 200, {MODEL: said_by(100, 90, 120, 70, 130)}),
        judged(500, 100, {MODEL: said_by(100, 90, 120, 70, 130)}, follows=True),
    ]
    grade = grade_of(found, MODEL)
    assert grade is not None
    assert (grade.siffror, grade.inom) == (2, (1, 2))
    assert grade.medianfel == pytest.approx((0.10 + 0.25) / 2)
    assert grade.bredd == pytest.approx(((40 / 100 + 30 / 200) / 2, (60 / 100 + 60 / 200) / 2))
    assert grade.poang == pytest.approx(((40 / 100 + (30 + 10 * 10) / 200) / 2, (60 / 100 + 60 / 200) / 2))
    assert grade_of(found, LAST) is not None and grade_of(found, TREND) is None
    (case,) = load_cases(ROOT, "sodertalje_2019")
    tested = [Backtested(case, tuple(found), 100, 0.01, {})]
    text = "\n".join(together_lines(tested))
    low, high = binomtest(1, 2).proportion_ci(method="exact")
    assert "samma som året innan i 1 av 1 siffror vid 80 procent och 1 vid 95" in text
    assert f"1 av 2 | {100 * low:.0f}–{100 * high:.0f} %" in text and "Mot kommunens egna prognoser" not in text
    assert grade_text(tested).startswith("Backtest: av 2 utfall låg 1 inom modellens 80-procentsintervall")
    assert grade_text([]) == ""


def with_changed(tmp_path: Path, old: str, new: str, name: str = "varmdo_2014") -> Path:
    """A root whose backtest of a kommun reads otherwise."""
    root = tmp_path / "rot"
    shutil.copytree(ROOT / "conf", root / "conf")
    path = root / "conf" / "backtest" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("forsorjningsstod.hushall}", "forsorjningsstod.hushal}", "menade du forsorjningsstod.hushall?"),
        ("forsorjningsstod.hushall}", "forsorjningsstod.prognosavvikelse}", "finns inte i nyckeltal.csv"),
        ("inpassning: [forsorjning_langa]", "inpassning: [forsorjning_lang]", "menade du forsorjning_langa?"),
        ("jamvikt: [forsorjningsstod,", "jamvikt: [forsorjning,", "jamvikt = forsorjning: finns inte"),
        ("fran: 2014-01-01", "fran: 2013-07-01", "ska ha fran i det förutsagda året, 2014"),
        ("mal: verksamheter.forsorjningsstod.inflode.ansokan", "mal: verksamheter.x", "finns inte i kommunen"),
        ("kand: under_aret", "kand: efterat", "kand = efterat"),
        ('galler: ["prov.*.kommun.**"]', 'galler: ["prov.ar_2013.kommun.**"]', "källa saknas"),
        ("{siffra: forsorjningsstod.hushall}", "{siffra: barn_och_ungdom.placeringsdygn}", "står två gånger"),
    ],
)
def test_a_mistake_is_said(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(HemmaplanError, match=r"backtest/varmdo_2014.yaml") as told:
        load_cases(with_changed(tmp_path, old, new), "varmdo_2014")
    assert said in str(told.value)


def test_a_kommun_without_a_file_is_said() -> None:
    with pytest.raises(HemmaplanError, match="sodertalje_omsorg_2014: har ingen fil i conf/backtest"):
        load_cases(ROOT, "sodertalje_omsorg_2014")
