"""Document against model: which period answers, complements of shares, and grades."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from pydantic import ValidationError

from sim.comparison import Comparison
from sim.errors import HemmaplanError
from sim.reconcile import Line, Uppgift, reconciliation_lines, reconciliation_table
from sim.statistics import Statistics


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
