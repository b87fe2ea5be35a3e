"""Document against model: which period answers, complements of shares, and grades."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from pydantic import ValidationError

from sim.comparison import Comparison
from sim.errors import HemmaplanError
from sim.files import project_root
from sim.reconcile import Line, Uppgift, load_reconciliation, reconciliation_lines, reconciliation_table
from sim.statistics import Statistics, levels
from sim.swedish import tal
from sim.tables import Table


def uppgift(**more: Any) -> Uppgift:
    given = {
        "namn": "Andel",
        "omrade": "v",
        "nyckeltal": "andel",
        "ar": 2014,
        "verksamhet": "v",
        "matt": "andel_extern_dygn",
    }
    return Uppgift.model_validate(given | more)


def made(period: str, **values: float) -> Any:
    """A comparison that knows of one measure in one period."""
    columns = {name: np.array([[value]]) for name, value in values.items()}
    levels = Statistics("nulage", (("v", "andel_extern_dygn", ""),), (period,), columns)
    return Comparison(cast(Any, None), (levels,), (), ())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "2014"),
        ({"period": "helår"}, "2014"),
        ({"period": "per månad"}, "2014"),
        ({"period": "31 oktober"}, "2014"),
        ({"period": "jan-jun"}, "2014H1"),
        ({"period": "jul-dec"}, "2014H2"),
        ({"period": "07"}, "2014-07"),
        ({"period": "jan-jun", "modellar": 2015}, "2015H1"),
        ({"period": "31 oktober", "modellperiod": "2014-10"}, "2014-10"),
    ],
)
def test_the_documents_period_says_the_models(said: dict[str, Any], expected: str) -> None:
    assert uppgift(**said).period_in_model == expected


def test_a_complement_is_one_minus_the_share_with_its_spread_the_right_way_round() -> None:
    line = Line(uppgift(komplement=True, period="jan-jun"), 0.75, "andel", "utfall", "")
    table = reconciliation_table([line], made("2014H1", medel=0.2, p10=0.1, p90=0.4))
    assert table.loc[0, ["modell", "p10", "p90"]].tolist() == pytest.approx([0.8, 0.6, 0.9])
    assert table.loc[0, "skillnad"] == pytest.approx(0.05 / 0.75)
    assert table.loc[0, "betyg"] == "godtagbar"


def test_a_complement_has_no_factor() -> None:
    with pytest.raises(ValidationError, match="komplement och faktor"):
        uppgift(komplement=True, faktor=0.5)


def test_a_period_that_the_run_does_not_hold_is_an_error_that_names_it() -> None:
    line = Line(uppgift(period="jul-dec"), 0.75, "andel", "utfall", "")
    with pytest.raises(HemmaplanError, match="2014H2 finns inte"):
        reconciliation_table([line], made("2014", medel=0.2, p10=0.1, p90=0.4))


def test_the_table_says_which_half_or_month() -> None:
    shares = {"medel": 0.2, "p10": 0.1, "p90": 0.4}
    for period, model, shown in (("jan-jun", "2014H1", "2014 jan–jun"), ("07", "2014-07", "2014-07")):
        line = Line(uppgift(period=period), 0.75, "andel", "utfall", "")
        table = reconciliation_table([line], made(model, **shares))
        assert f"| Andel | {shown} | andel |" in reconciliation_lines(table, "V", 2)[-1]


REPLICATIONS = {
    ("a", "kostnad", "extern"): [1.0, 2.0, 6.0],
    ("b", "kostnad", "extern"): [3.0, 2.0, 0.0],
    ("a", "kostnad_placeringar", ""): [5.0, 8.0, 10.0],
    ("b", "kostnad_placeringar", ""): [5.0, 2.0, 5.0],
    ("c", "kostnad_placeringar", ""): [10.0, 10.0, 5.0],
    ("a", "andel_extern_kostnad", ""): [0.2, 0.25, 0.6],
    ("b", "andel_extern_kostnad", ""): [0.6, 1.0, 0.0],
}
"""By hand: what three replications of three verksamheter gave in 2014."""


def three_years() -> Any:
    values = np.array(list(REPLICATIONS.values())).T[:, :, None]
    table = Table("nulage", (0, 1, 2), tuple(REPLICATIONS), ("2014",), values)
    kommun = SimpleNamespace(verksamheter=dict.fromkeys("abc"))
    result = cast(Any, SimpleNamespace(tables=(table,), study=SimpleNamespace(kommun=kommun)))
    return Comparison(result, (levels(table),), (), ())


def of_enhet(areas: str, dokument: float = 0.25, **more: Any) -> Any:
    line = Line(uppgift(verksamhet="e", **more), dokument, "andel", "utfall", "", tuple(areas))
    return reconciliation_table([line], three_years()).loc[0]


def test_an_enhet_is_the_sum_of_its_verksamheter_in_each_year() -> None:
    """4, 4 and 6: the spread is that of the sums, not the sum of the spreads."""
    row = of_enhet("ab", dokument=5.0, matt="kostnad", del_="extern", faktor=10.0)
    assert row["modell"] == pytest.approx(10 * 14 / 3)
    assert [row["p10"], row["p90"]] == pytest.approx([40, 10 * (4 + 0.8 * 2)])


def test_a_share_of_an_enhet_is_one_sum_divided_by_another() -> None:
    """(1 + 3)/20, 4/20 and 6/20; one of the three verksamheter buys nothing."""
    row = of_enhet("abc", matt="kostnad", del_="extern", delat_med={"matt": "kostnad_placeringar"})
    assert row["modell"] == pytest.approx(0.7 / 3)
    assert row["betyg"] == "godtagbar"


def test_shares_of_verksamheter_are_not_summed() -> None:
    with pytest.raises(HemmaplanError, match="andel_extern_kostnad: kan inte summeras över verksamheter"):
        of_enhet("ab", matt="andel_extern_kostnad")


def test_an_enhet_of_unknown_verksamheter_and_a_measure_that_is_not_there_are_told() -> None:
    with pytest.raises(HemmaplanError, match=r"enheter\.e = x: verksamheten finns inte"):
        of_enhet("ax", matt="kostnad", del_="extern")
    with pytest.raises(HemmaplanError, match="måttet e kostnad bistand 2014 finns inte"):
        of_enhet("ab", matt="kostnad", del_="bistand")


def test_figures_of_whole_units_in_varmdo_are_graded() -> None:
    root = Path(__file__).resolve().parents[2]
    lines = [line for line in load_reconciliation(root, "varmdo_2014") if line.verksamheter]
    assert {line.uppgift.nyckeltal for line in lines} == {
        "andel_kostnad_extern",
        "andel_kostnad_extern_hogst",
        "nettokostnad",
        "nettokostnad_arbete_och_forsorjning",
    }
    (graded,) = [line for line in lines if line.uppgift.ograderad is None]
    assert graded.dokument == 0.35


def test_a_share_is_never_shown_as_nothing() -> None:
    """Published shares lie between 0 and 1: without decimals they would all read 0 or 1."""
    for kommun in ("sodertalje_2019", "sodertalje_omsorg_2014", "varmdo_2014"):
        lines = load_reconciliation(project_root(), kommun)
        shares = [line for line in lines if line.enhet == "andel"]
        assert shares and all(line.decimaler >= 2 for line in shares)
    [jobless] = [
        line
        for line in load_reconciliation(project_root(), "sodertalje_2019")
        if line.uppgift.nyckeltal == "arbetsloshet_prognos_riket"
    ]
    assert tal(jobless.dokument, jobless.decimaler) == "0,065"
