"""Assumptions drawn from their ranges: how they are drawn, that fitted figures stay, and that scenarios spread."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import stats

from hjalp import scenario
from kalibrering import bench, line, own_and_bought, plan
from medel import by_hand
from sim.calibration import Fit, fit
from sim.config import Kalla, Kommun
from sim.config_kalibrering import Kalibrering
from sim.experiment import Drawing, Study, run_study
from sim.scenario import make_plan
from sim.spread import three_spreads
from sim.surface import drawn_deviations, make_surface
from sim.tables import Table
from sim.trials import Bench
from sim.uncertainty import Assumption, Ends, Uncertainty, assumptions, draw, quantile

HOME = "verksamheter.v.steg.vard.behov.hemmamojlig.andel"
INFLOW = "verksamheter.v.inflode.nya.per_ar"
FREE = {"inflode": {"mal": INFLOW, "start": 150.0, "spann": [50.0, 400.0]}}
MORE_PLACES = scenario({"mal": "resurser.egen.platser", "plus": 5})


def assumption(**more: Any) -> Assumption:
    given = {"path": "a.b", "varde": 1.0, "lag": 0.5, "hog": 3.0, "fordelning": "triangel", "relativt": False}
    return Assumption(**(given | more))


@pytest.mark.parametrize(
    ("one", "cdf"),
    [
        (assumption(), stats.triang(0.2, 0.5, 2.5).cdf),
        (assumption(fordelning="likformig"), stats.uniform(0.5, 2.5).cdf),
        (assumption(fordelning="likformig", relativt=True), stats.loguniform(0.5, 3.0).cdf),
        (
            assumption(lag=0.5, hog=2.0, relativt=True),
            lambda x: stats.triang(0.5, np.log(0.5), np.log(4)).cdf(np.log(x)),
        ),
        (assumption(varde=0.5), stats.triang(0.0, 0.5, 2.5).cdf),
        (assumption(varde=3.0), stats.triang(1.0, 0.5, 2.5).cdf),
    ],
)
def test_draws_follow_the_distribution(one: Assumption, cdf: Any) -> None:
    drawn = np.array([draw(one, 7, replication) for replication in range(4000)])
    assert drawn.min() >= one.lag
    assert drawn.max() <= one.hog
    assert stats.kstest(drawn, cdf).pvalue > 0.001
    shares = np.linspace(0.01, 0.99, 50)
    assert [float(cdf(quantile(one, share))) for share in shares] == pytest.approx(shares, abs=1e-9)


def test_a_draw_depends_on_seed_replication_and_path_alone() -> None:
    one, other = assumption(), assumption(path="a.c")
    assert draw(one, 1, 5) == draw(replace(one), 1, 5)
    assert len({draw(one, 1, 5), draw(one, 1, 6), draw(one, 2, 5), draw(other, 1, 5)}) == 4


def test_numbers_with_a_distribution_are_those_that_are_drawn() -> None:
    kommun = own_and_bought(spann=[0.3, 0.9], fordelning="likformig")
    content = kommun.model_dump(mode="python", exclude_unset=True)
    assert assumptions(content, kommun.kallor) == (Assumption(HOME, 0.6, 0.3, 0.9, "likformig", False),)
    assert assumptions(content, own_and_bought().kallor) == ()


def test_only_an_assumption_is_drawn() -> None:
    with pytest.raises(ValidationError, match="bara ett antagande kan dras"):
        Kalla(galler=("a",), typ="dokument", text="t", fordelning="triangel")


def test_moves_add_in_logarithms_and_stay_in_range() -> None:
    wanted = plan(["varddygn"], FREE)
    first, second = (
        assumption(path="x", relativt=True, lag=0.5, hog=2.0),
        assumption(path="y", lag=0.0, varde=1.0, hog=2.0),
    )
    surface = {"x": Ends({"inflode": 0.4}, {"inflode": -0.2}), "y": Ends({"inflode": 0.0}, {"inflode": 0.6})}
    made = Uncertainty((first, second), wanted.parametrar, {"inflode": 200.0}, surface)
    # through (-ln 2, 0.4), (0, 0) and (ln 2, -0.2): -0.3 t + 0.1 t² with t in ln 2; through (-1, 0), (0, 0), (1, 0.6):
    # 0.3 t + 0.3 t²
    moved = -0.3 * 0.5 + 0.1 * 0.25 + 0.3 * 0.5 + 0.3 * 0.25
    assert made.values_at({"x": np.sqrt(2.0), "y": 1.5})[INFLOW] == pytest.approx(200 * np.exp(moved))
    one_sided = replace(first, lag=1.0)
    alone = replace(made, assumptions=(one_sided,), surface={"x": Ends({"inflode": 0.0}, {"inflode": -0.2})})
    assert alone.values_at({"x": np.sqrt(2.0)})[INFLOW] == pytest.approx(200 * np.exp(-0.1))
    assert made.values_at({"x": 1.0, "y": 1.0})[INFLOW] == pytest.approx(200.0)
    assert made.values_at({"x": 0.5, "y": 2.0})[INFLOW] == 400.0


@pytest.fixture(scope="module")
def fitted() -> tuple[Bench, Kalibrering, Fit, Uncertainty]:
    """Bought dygn are known; who can be helped at home is not."""
    kommun = own_and_bought(spann=[0.45, 0.75], fordelning="likformig")
    dygn = float(bench(kommun, line("varddygn", "kopt", 1.0)).means({}, 60)[0])
    wanted = plan(["varddygn"], FREE)
    trial = bench(kommun, line("varddygn", "kopt", dygn))
    found = fit(trial, wanted, ["varddygn"], np.array([dygn]))
    drawn = assumptions(kommun.model_dump(mode="python", exclude_unset=True), kommun.kallor)
    surface = make_surface(trial, wanted, found.values, found.slopes, drawn)
    centre = {name: found.values[fri.mal] for name, fri in wanted.parametrar.items()}
    return trial, wanted, found, Uncertainty(drawn, wanted.parametrar, centre, surface)


def test_the_fitted_figure_stays_in_every_draw(fitted: tuple[Bench, Kalibrering, Fit, Uncertainty]) -> None:
    """Within 4 %, where the same draws without solving again move it by more than a tenth."""
    trial, _, _, made = fitted
    still = drawn_deviations(trial, made, 6, 60)
    frozen = replace(made, surface={HOME: Ends({"inflode": 0.0}, {"inflode": 0.0})})
    loose = drawn_deviations(trial, frozen, 6, 60)
    assert np.abs(still).max() < 0.04
    assert np.abs(loose).max() > 0.1
    assert np.abs(loose).mean() > 4 * np.abs(still).mean()


def study(kommun: Kommun, made: Uncertainty | None, workers: int = 1, count: int = 16) -> Study:
    return Study(kommun, (MORE_PLACES,), count, 1, date(2018, 12, 31), arbetare=workers, osakerhet=made)


def test_the_scenario_spreads_though_the_figure_stays(fitted: tuple[Bench, Kalibrering, Fit, Uncertainty]) -> None:
    trial, _, _, made = fitted
    drawn, written = (run_study(study(trial.kommun, each, count=40)) for each in (made, None))
    rows = three_spreads(drawn, written).set_index(["slag", "matt", "del", "period"])
    change = rows.loc[("skillnad", "varddygn", "kopt", "2018")]
    assert change["medel"] < 0
    assert change["antaganden_p90"] - change["antaganden_p10"] > 0.3 * abs(change["medel"])


def test_nobody_sees_how_many_worked_nor_what_else_was_asked(
    fitted: tuple[Bench, Kalibrering, Fit, Uncertainty],
) -> None:
    trial, _, _, made = fitted
    alone = run_study(replace(study(trial.kommun, made), scenarios=()))
    both = [run_study(study(trial.kommun, made, workers)) for workers in (1, 2)]
    assert both[0].tables[0].values.tobytes() == alone.tables[0].values.tobytes()
    for one, two in zip(both[0].tables, both[1].tables, strict=True):
        assert one.values.tobytes() == two.values.tobytes()


def test_every_scenario_has_the_same_draw(fitted: tuple[Bench, Kalibrering, Fit, Uncertainty]) -> None:
    trial, _, _, made = fitted
    plans = [make_plan(trial.kommun, asked) for asked in (None, MORE_PLACES)]
    drawn = Drawing(tuple(plans), None, made).own_plans(1, 3)
    assert drawn[0].kommun == drawn[1].kommun != trial.kommun
    assert drawn[1].epoker[0].kommun.resurser["egen"].model_dump()["platser"] == 25


def table(name: str, values: np.ndarray) -> Table:
    return Table(name, tuple(range(len(values))), (("v", "nettokostnad", ""),), ("2018", "2018-01"), values)


def test_three_spreads_against_numpy() -> None:
    random = np.random.default_rng(5)
    written = [random.normal(size=(30, 1, 2)) for _ in range(2)]
    drawn = [values + random.normal(size=(30, 1, 2)) for values in written]
    results = [
        SimpleNamespace(tables=[table(name, values) for name, values in zip(("nulage", "s"), each, strict=True)])
        for each in (drawn, written)
    ]
    found: Any = three_spreads(*results)  # type: ignore[arg-type]
    assert found["period"].tolist() == ["2018", "2018"]
    change = found[found["slag"] == "skillnad"].iloc[0]
    both, alone = (each[1][:, 0, 0] - each[0][:, 0, 0] for each in (drawn, written))
    assert change["medel"] == pytest.approx(both.mean())
    assert [change["ar_p10"], change["ar_p90"]] == pytest.approx(np.quantile(alone, [0.1, 0.9]))
    work = both - alone
    expected = np.quantile(work, [0.1, 0.9]) - work.mean() + both.mean()
    assert [change["antaganden_p10"], change["antaganden_p90"]] == pytest.approx(expected)
    assert [change["tillsammans_p10"], change["tillsammans_p90"]] == pytest.approx(np.quantile(both, [0.1, 0.9]))
    assert [change["ki95_lag"], change["ki95_hog"]] == pytest.approx(by_hand(both))
