"""Scenarios against nuläge, on the same people: levels, paired differences, and how sure each is.

Two kinds of spread, never mixed: P10-P90 is how much possible years differ; the 95 % interval of a mean is how much
is left of simulation error with this many replications.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from sim.config import Kommun, Scenario
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.scenario import NULAGE

KEYS = ["period", "verksamhet", "matt", "del", "enhet"]


@dataclass(frozen=True)
class Comparison:
    """Tables with one row for each scenario, period and measure.

    `nivaer`: medel, ki95_lag, ki95_hog, p10, p50, p90. `skillnader`: skillnad (scenario − nuläge), ki95_lag, ki95_hog,
    p10, p90, sannolikhet (share of the possible futures in which the difference is above zero) and
    sannolikhet_minskar. `budget`: probability of ending within budget, by scenario, year and verksamhet.
    """

    resultat: StudyResult
    nivaer: pd.DataFrame
    skillnader: pd.DataFrame
    budget: pd.DataFrame


def compare(
    kommun: Kommun,
    scenarios: Sequence[Scenario],
    replikationer: int = 40,
    seed: int = 1,
    arbetare: int = 0,
    engine: str = "simpy",
) -> Comparison:
    """Simulate nuläge and the scenarios, and compare them."""
    study = Study(kommun, tuple(scenarios), replikationer, seed, motor=engine, arbetare=arbetare)
    return comparison(run_study(study))


def run_comparison(study: Study, progress: Progress) -> Comparison:
    return comparison(run_study(study, progress))


def comparison(result: StudyResult) -> Comparison:
    """All comparisons of a finished study, from its long table."""
    order = [plan.id for plan in result.plans]
    wide = result.matt.pivot(index=["scenario", *KEYS], columns="replikation", values="varde")
    by_scenario = {scenario: _of(wide, scenario) for scenario in order}
    base = by_scenario[NULAGE]
    differences = [_differences(by_scenario[scenario], base, scenario) for scenario in order if scenario != NULAGE]
    return Comparison(
        result,
        pd.concat([_levels(table, scenario) for scenario, table in by_scenario.items()], ignore_index=True),
        pd.concat(differences, ignore_index=True) if differences else _differences(base.iloc[:0], base, NULAGE),
        _within_budget(result.matt, order),
    )


def _of(wide: pd.DataFrame, scenario: str) -> pd.DataFrame:
    chosen = wide.xs(scenario, level="scenario")
    assert isinstance(chosen, pd.DataFrame)
    return chosen


def _mean_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over replications and its 95 % t-interval, row by row; the interval is NaN below two replications."""
    count = np.sum(~np.isnan(values), axis=1)
    mean = np.nansum(values, axis=1) / count
    squares = np.nansum((values - mean[:, None]) ** 2, axis=1)
    spread = np.full(len(mean), np.nan)
    several = count > 1
    spread[several] = np.sqrt(squares[several] / (count[several] - 1) / count[several])
    half = np.full(len(mean), np.nan)
    half[several] = stats.t.ppf(0.975, count[several] - 1) * spread[several]
    return mean, mean - half, mean + half


def _levels(wide: pd.DataFrame, scenario: str) -> pd.DataFrame:
    frame = wide.index.to_frame(index=False)
    values = wide.to_numpy(dtype=float)
    mean, low, high = _mean_interval(values)
    p10, p50, p90 = np.nanquantile(values, [0.1, 0.5, 0.9], axis=1)
    frame.insert(0, "scenario", scenario)
    return frame.assign(medel=mean, ki95_lag=low, ki95_hog=high, p10=p10, p50=p50, p90=p90)


def _differences(wide: pd.DataFrame, base: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """Scenario minus nuläge within each replication."""
    both = wide.sub(base).dropna(how="all")
    frame = both.index.to_frame(index=False)
    values = both.to_numpy(dtype=float)
    frame.insert(0, "scenario", scenario)
    if not len(values):
        empty = ["skillnad", "ki95_lag", "ki95_hog", "p10", "p90", "sannolikhet", "sannolikhet_minskar"]
        return frame.assign(**dict.fromkeys(empty, np.empty(0)))
    mean, low, high = _mean_interval(values)
    p10, p90 = np.nanquantile(values, [0.1, 0.9], axis=1)
    count = np.sum(~np.isnan(values), axis=1)
    return frame.assign(
        skillnad=mean,
        ki95_lag=low,
        ki95_hog=high,
        p10=p10,
        p90=p90,
        sannolikhet=np.sum(values > 0, axis=1) / count,
        sannolikhet_minskar=np.sum(values < 0, axis=1) / count,
    )


def _within_budget(table: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Probability that a calendar year ends within budget: avvikelse at least zero."""
    chosen = table[(table["matt"] == "avvikelse") & (table["period"].str.len() == 4)]
    within = chosen.assign(inom_budget=chosen["varde"] >= 0)
    grouped = within.groupby(["scenario", "period", "verksamhet"])["inom_budget"].mean().reset_index()
    rank = grouped["scenario"].map({scenario: number for number, scenario in enumerate(order)})
    return (
        grouped.assign(_rank=rank)
        .sort_values(["_rank", "period", "verksamhet"])
        .drop(columns="_rank")
        .reset_index(drop=True)
    )


def variance_ratio(
    result: StudyResult, scenario: str, area: str, measure: str, period: str
) -> tuple[float, float, float]:
    """Variance of the paired difference, of one with independent seeds, and their ratio.

    Independent: replication r of the scenario against replication r + 1 (cyclically) of nuläge, which share no draws.
    """
    table = result.matt
    chosen = table[
        (table["verksamhet"] == area) & (table["matt"] == measure) & (table["del"] == "") & (table["period"] == period)
    ]
    values = chosen.pivot(index="replikation", columns="scenario", values="varde")
    with_it, without = values[scenario].to_numpy(), values[NULAGE].to_numpy()
    paired = float(np.var(with_it - without, ddof=1))
    independent = float(np.var(with_it - np.roll(without, 1), ddof=1))
    return paired, independent, paired / independent
