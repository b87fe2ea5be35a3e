"""How firmly one year's figures settle the fitted numbers: against formulas, least squares in NumPy, and by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats

from hjalp import kommun
from kalibrering import line, plan
from sim.calibration import Fit, fit
from sim.config_kalibrering import Kalibrering
from sim.identifiability import Firmness, firmness, settled_products
from sim.identifiability_report import firmness_lines, firmness_table, product_text
from sim.trials import Bench, covariance_of

A, B, C = "resurser.a.x", "resurser.b.x", "resurser.c.x"
"""Where made-up free numbers stand; nothing is simulated."""


def made_fit(slopes: Any, covariance: Any, values: tuple[float, ...] = (100.0, 100.0, 100.0), years: int = 41) -> Fit:
    """A fit with given elasticities and a given covariance of ln figure."""
    matrix = np.array(slopes, dtype=np.float64)
    figures, count = matrix.shape
    ones = np.ones(figures)
    return Fit(
        tuple("fgh"[:figures]),
        tuple("abc"[:count]),
        *(ones,) * 5,
        np.array(covariance, dtype=np.float64),
        years,
        matrix,
        dict.fromkeys("abc"[:count], 1.0),
        dict(zip((A, B, C)[:count], values[:count], strict=True)),
    )


def made_plan(fitted: Fit, spans: tuple[tuple[float, float], ...] = ((10.0, 1000.0),) * 3) -> Kalibrering:
    free = {
        name: {"mal": path, "start": value, "spann": span}
        for (path, value), name, span in zip(fitted.values.items(), fitted.parameters, spans, strict=False)
    }
    return plan(list(fitted.figures), free)


def found(slopes: Any, covariance: Any, **more: Any) -> Firmness:
    fitted = made_fit(slopes, covariance, **more)
    return firmness(made_plan(fitted), fitted)


def sds(of: Firmness) -> dict[str, float]:
    return {product_text(each.exponents): each.sd for each in of.settled}


def test_as_many_figures_as_numbers_are_inverted() -> None:
    """Starts (a) and dygn (a × b): the length is dygn ÷ starts."""
    covariance = np.array([[0.04, 0.01], [0.01, 0.02]])
    firm = found([[1, 0], [1, 1]], covariance)
    assert sds(firm) == pytest.approx({"a": 0.2, "b": math.sqrt(0.02 + 0.04 - 2 * 0.01)})
    assert firm.sd({"a": 1.0, "b": 1.0}) == pytest.approx(math.sqrt(0.02))
    assert firm.left == {}


def test_more_figures_than_numbers_vary_as_least_squares_does() -> None:
    """Drawn years, each fitted by NumPy's own least squares with the figures' weights."""
    rng = np.random.default_rng(1)
    slopes, weights = rng.normal(size=(3, 2)), np.array([1.0, 2.0, 0.5])
    root = 0.1 * rng.normal(size=(3, 3))
    fitted = made_fit(slopes, root @ root.T)
    wanted = made_plan(fitted)
    siffror = tuple(each.model_copy(update={"vikt": float(w)}) for each, w in zip(wanted.siffror, weights, strict=True))
    firm = firmness(wanted.model_copy(update={"siffror": siffror}), fitted)
    years = root @ rng.normal(size=(3, 40_000))
    numbers = np.linalg.lstsq(weights[:, None] * slopes, weights[:, None] * years, rcond=None)[0]
    assert firm.covariance == pytest.approx(np.cov(numbers), rel=0.03, abs=1e-5)


def test_a_product_is_settled_where_its_numbers_are_not() -> None:
    firm = found([[1.0, 1.0]], [[0.01]])
    assert sds(firm) == pytest.approx({"a × b": 0.1})
    assert firm.sd({"a": 1.0}) is None
    assert firm.sd({"a": 2.0, "b": 2.0}) == pytest.approx(0.2)
    assert set(firm.left) == {"a", "b"}


def test_what_the_figures_leave_open_ends_where_the_other_number_meets_its_span() -> None:
    """a × b lies within 95 % of 100 × 100, a in 10 to 1 000, b in 20 to 250: b at 250 takes a down to 40, and so on."""
    fitted = made_fit([[1.0, 1.0]], [[0.01]])
    firm = firmness(made_plan(fitted, ((10.0, 1000.0), (20.0, 250.0))), fitted)
    margin = math.exp(stats.t.ppf(0.975, 40) * math.sqrt(1 + 1 / 41) * 0.1)
    assert firm.left["a"] == pytest.approx((0.4 / margin, 5.0 * margin))
    assert firm.left["b"] == pytest.approx((0.2, 2.5))


def test_a_number_that_no_figure_moves_keeps_its_span() -> None:
    firm = found([[1.0, 0.0]], [[0.01]])
    assert sds(firm) == pytest.approx({"a": 0.1})
    assert firm.left["b"] == pytest.approx((0.1, 10.0))


def test_a_number_that_figures_hardly_settle_counts_as_open() -> None:
    """Elasticity 0,2 and a figure that varies by 20 %: a standard deviation of 1 in ln is a factor of 7 either way."""
    firm = found([[0.2]], [[0.04]])
    assert firm.settled == ()
    reach = math.exp(stats.t.ppf(0.975, 40) * math.sqrt(1 + 1 / 41))
    assert firm.left["a"] == pytest.approx((max(0.1, 1 / reach), min(10.0, reach)))


def test_a_figure_that_is_the_same_every_year_settles_exactly() -> None:
    firm = found([[1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.04]])
    assert sds(firm) == pytest.approx({"a": 0.0, "b": 0.2}, abs=1e-9)


def test_numbers_in_different_figures_keep_the_correlation_of_the_figures() -> None:
    firm = found(np.eye(2), [[0.04, 0.03], [0.03, 0.04]])
    assert firm.sd({"a": 1.0, "b": -1.0}) == pytest.approx(math.sqrt(0.04 + 0.04 - 0.06))


@pytest.mark.parametrize(
    ("directions", "expected"),
    [
        ([[1, -1]], [[1, 1]]),
        ([[1, -0.5, 0]], [[1, 2, 0], [0, 0, 1]]),
        ([[0, 0, 1], [1, -1, 0]], [[1, 1, 0]]),
        (np.zeros((0, 2)), np.eye(2)),
        (np.eye(2), np.zeros((0, 2))),
    ],
)
def test_products_are_as_simple_as_can_be(directions: Any, expected: Any) -> None:
    wide = np.array(directions, dtype=np.float64)
    orthonormal = wide / np.linalg.norm(wide, axis=1, keepdims=True) if len(wide) else wide
    assert settled_products(orthonormal) == pytest.approx(np.array(expected, dtype=np.float64))


def test_products_stay_where_open_directions_go() -> None:
    rng = np.random.default_rng(2)
    for count in range(1, 5):
        directions = np.linalg.qr(rng.normal(size=(6, count)))[0].T
        products = settled_products(directions)
        assert products.shape == (6 - count, 6)
        assert np.linalg.matrix_rank(products) == 6 - count
        kept = np.abs(products @ directions.T)
        assert kept.max() < 0.1, "an exponent below 0,05 is left out"


def test_the_covariance_is_that_of_figures_relative_to_their_means() -> None:
    samples = np.random.default_rng(3).gamma(4.0, size=(50, 3)) * [1.0, 100.0, -5.0]
    assert covariance_of(samples) == pytest.approx(np.cov((samples / samples.mean(axis=0)).T))
    holed = samples.copy()
    holed[:10, 1] = np.nan
    assert covariance_of(holed)[1, 1] == pytest.approx(np.var(samples[10:, 1] / samples[10:, 1].mean(), ddof=1))
    assert covariance_of(holed)[0, 2] == pytest.approx(covariance_of(samples)[0, 2])


LENGTH, INFLOW = 40.0, 300.0
YEAR = 365.0


def test_bought_care_varies_as_the_formulas_of_m_m_infinity_say() -> None:
    """Starts are Poisson; a year's dygn are the integral of a stationary stock with exponential stays.

    With N present, λ a day, m days and T days: Var ∫N = 2λm²(T − m(1 − e^(−T/m))), and each start is followed by
    E min(L, T − t) dygn in the year, so that Cov(starts, ∫N) = λm(T − m(1 − e^(−T/m))).
    """
    made = kommun(
        {"kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1000.0}}},
        {"nya": {"per_ar": INFLOW, "forsta_steg": "vard"}},
        {
            "vard": {
                "behov": {"plats": ["kopt"]},
                "utfall": {"klar": {"tid": {"fordelning": "exponential", "medel": LENGTH}, "nasta": {"avslut": 1.0}}},
            }
        },
        slut="2018-12-31",
        uppvarmning_ar=1,
    )
    free = {
        "inflode": {"mal": "verksamheter.v.inflode.nya.per_ar", "start": 300.0, "spann": [50.0, 2000.0]},
        "langd": {"mal": "verksamheter.v.steg.vard.utfall.klar.tid.medel", "start": 40.0, "spann": [5.0, 400.0]},
    }
    rate = INFLOW / 365.25
    document = np.array([rate * YEAR, rate * LENGTH * YEAR])
    lines = (line("startade", "vard", document[0]), line("varddygn", "kopt", document[1]))
    wanted = plan(["startade", "varddygn"], free, 120)
    fitted = fit(Bench(made, lines, 1, date(2018, 12, 31)), wanted, ["startade", "varddygn"], document)
    firm = firmness(wanted, fitted)
    inside = YEAR - LENGTH * (1 - math.exp(-YEAR / LENGTH))
    dygn = 2 * rate * LENGTH**2 * inside / document[1] ** 2
    starts = 1 / document[0]
    both = rate * LENGTH * inside / (document[0] * document[1])
    expected = {"inflode": starts, "langd": dygn + starts - 2 * both}
    for each in firm.settled:
        ((name, _),) = each.exponents.items()
        assert each.sd == pytest.approx(math.sqrt(expected[name]), rel=0.15)
    stock = firm.sd({"inflode": 1.0, "langd": 1.0})
    assert stock == pytest.approx(math.sqrt(dygn), rel=0.15)


def test_the_report_names_what_is_settled_and_what_is_not() -> None:
    fitted = made_fit([[1.0, 0.5, 0.0], [0.0, 0.0, 1.0]], [[0.01, 0.0], [0.0, 0.0004]])
    wanted = made_plan(fitted)
    firm = firmness(wanted, fitted)
    text = "\n".join(firmness_lines(wanted, fitted, firm))
    assert "| a × b^0,5 | – | – | – | −18,5 % till +22,7 % |" in text.replace("\u00a0", " ")
    assert "| c | 100 | 97,4–103 | 96–104 | −4,0 % till +4,2 % |" in text
    assert "| b | 100 | 10–1 000 | 10–1 000 |" in text.replace("\u00a0", " ")
    table = firmness_table(firm).set_index("storhet")
    assert table["bestamt"].to_dict() == {"a × b^0,5": "ja", "c": "ja", "a": "nej", "b": "nej"}
    assert table.loc["c", "hog95_procent"] == pytest.approx(100 * (math.exp(firm.margin(0.02, 0.95)) - 1))
    assert firm.margin(0.02, 0.95) == pytest.approx(0.02 * stats.t.ppf(0.975, 40) * math.sqrt(42 / 41))


def test_a_figure_that_was_not_reached_is_told() -> None:
    fitted = made_fit(np.eye(2), 0.01 * np.eye(2))
    wanted = made_plan(fitted)
    firm = firmness(wanted, fitted)
    assert "Obs:" not in "\n".join(firmness_lines(wanted, fitted, firm))
    missed = replace(fitted, after=np.array([1.02, 0.9]))
    assert "Obs: g kom inte inom 3 procent av dokumentet" in "\n".join(firmness_lines(wanted, missed, firm))


def test_products_are_written_as_one_reads_them() -> None:
    assert product_text({"a": 1.0, "b": 0.62, "c": -1.0}) == "a × b^0,6 ÷ c"
    assert product_text({"a": -0.97}) == "1 ÷ a"
