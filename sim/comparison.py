"""Scenarios against nuläge, on the same people: levels, paired differences, and how sure each is.

Two kinds of spread, never mixed: P10-P90 is how much possible years differ; the 95 % interval of a mean is how much
is left of simulation error with this many replications.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.config import Kommun, Scenario
from sim.engine import FASTEST
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.labels import LABELS
from sim.periods import Floats
from sim.runs import Row
from sim.tables import Table

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

    def levels(self, scenario: str, row: Row) -> pd.DataFrame:
        """The lines of `nivaer` for a measure, one for each period, in order of their labels."""
        return self.nivaer.iloc[self._levels.get((scenario, *row), [])]

    def changes(self, scenario: str, row: Row) -> pd.DataFrame:
        """The lines of `skillnader` for a measure, one for each period, in order of their labels."""
        return self.skillnader.iloc[self._changes.get((scenario, *row), [])]

    @cached_property
    def _levels(self) -> dict[tuple[str, ...], np.ndarray]:
        return _places(self.nivaer)

    @cached_property
    def _changes(self) -> dict[tuple[str, ...], np.ndarray]:
        return _places(self.skillnader)


def compare(
    kommun: Kommun,
    scenarios: Sequence[Scenario],
    replikationer: int = 40,
    seed: int = 1,
    arbetare: int = 0,
    engine: str = FASTEST,
) -> Comparison:
    """Simulate nuläge and the scenarios, and compare them."""
    study = Study(kommun, tuple(scenarios), replikationer, seed, motor=engine, arbetare=arbetare)
    return comparison(run_study(study))


def _places(table: pd.DataFrame) -> dict[tuple[str, ...], np.ndarray]:
    """Where the lines of each scenario and measure are."""
    grouped = table.groupby(["scenario", "verksamhet", "matt", "del"], sort=False, observed=True)
    found: Any = grouped.indices if len(table) else {}
    return dict(found)


def run_comparison(study: Study, progress: Progress) -> Comparison:
    return comparison(run_study(study, progress))


def comparison(result: StudyResult) -> Comparison:
    """All comparisons of a finished study."""
    base = result.tables[0]
    differences = [_differences(table, base) for table in result.tables[1:]]
    return Comparison(
        result,
        pd.concat([_levels(table) for table in result.tables], ignore_index=True),
        pd.concat(differences, ignore_index=True) if differences else _differences(base, base).iloc[:0],
        pd.concat([_within_budget(table) for table in result.tables], ignore_index=True),
    )


def _frame(scenario: str, rows: Sequence[Row], periods: Sequence[str], columns: Mapping[str, Floats]) -> pd.DataFrame:
    """One line for each measure and period, in order of `KEYS`. The columns have shape (rows, periods)."""
    areas, measures, parts = ([row[number] for row in rows] for number in range(3))
    across, down = len(periods), len(rows)
    frame = pd.DataFrame(
        {
            "scenario": scenario,
            "period": list(periods) * down,
            "verksamhet": np.repeat(np.array(areas, dtype=object), across),
            "matt": np.repeat(np.array(measures, dtype=object), across),
            "del": np.repeat(np.array(parts, dtype=object), across),
            "enhet": np.repeat(np.array([LABELS[measure].enhet for measure in measures], dtype=object), across),
            **{name: values.ravel() for name, values in columns.items()},
        }
    )
    return frame[frame.iloc[:, 1 + len(KEYS)].notna()].sort_values(KEYS, ignore_index=True)


def _mean_interval(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean over replications (the first axis) and its 95 % t-interval, which is NaN below two replications."""
    count = np.sum(~np.isnan(values), axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.nansum(values, axis=0) / count
        squares = np.nansum((values - mean) ** 2, axis=0)
        spread = np.sqrt(squares / (count - 1) / count)
    quantiles = np.full(len(values) + 1, np.nan)
    quantiles[2:] = stdtrit(np.arange(1, len(values)), 0.975)
    half = np.where(count > 1, quantiles[count] * spread, np.nan)
    return mean, mean - half, mean + half


def quantiles_over(values: Floats, levels: Sequence[float]) -> list[Floats]:
    """Quantiles over the first axis, interpolated linearly, without what is not a number."""
    ordered = np.sort(values, axis=0)
    count = np.sum(~np.isnan(values), axis=0)
    found = []
    for level in levels:
        position = level * np.maximum(count - 1, 0)
        below = np.floor(position).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(count - 1, 0))
        low, high = (np.take_along_axis(ordered, place[None], axis=0)[0] for place in (below, above))
        part = position - below
        found.append(np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part)))
    return found


def _levels(table: Table) -> pd.DataFrame:
    mean, low, high = _mean_interval(table.values)
    p10, p50, p90 = quantiles_over(table.values, (0.1, 0.5, 0.9))
    columns = {"medel": mean, "ki95_lag": low, "ki95_hog": high, "p10": p10, "p50": p50, "p90": p90}
    return _frame(table.scenario, table.rows, table.periods, columns)


def _differences(table: Table, base: Table) -> pd.DataFrame:
    """Scenario minus nuläge within each replication."""
    place = {row: number for number, row in enumerate(base.rows)}
    rows = [row for row in table.rows if row in place]
    mine = {row: number for number, row in enumerate(table.rows)}
    values = table.values[:, [mine[row] for row in rows]] - base.values[:, [place[row] for row in rows]]
    mean, low, high = _mean_interval(values)
    p10, p90 = quantiles_over(values, (0.1, 0.9))
    count = np.sum(~np.isnan(values), axis=0)
    with np.errstate(invalid="ignore"):
        more, less = np.sum(values > 0, axis=0) / count, np.sum(values < 0, axis=0) / count
    columns = {"skillnad": mean, "ki95_lag": low, "ki95_hog": high, "p10": p10, "p90": p90}
    return _frame(table.scenario, rows, table.periods, columns | {"sannolikhet": more, "sannolikhet_minskar": less})


def _within_budget(table: Table) -> pd.DataFrame:
    """Probability that a calendar year ends within budget: avvikelse at least zero."""
    found = []
    for period in sorted(period for period in table.periods if len(period) == 4):
        for row in sorted(row for row in table.rows if row[1] == "avvikelse" and row[2] == ""):
            values = table.of(row, period)
            values = values[~np.isnan(values)]
            if len(values):
                found.append((table.scenario, period, row[0], float(np.mean(values >= 0))))
    return pd.DataFrame(found, columns=["scenario", "period", "verksamhet", "inom_budget"])


def variance_ratio(
    result: StudyResult, scenario: str, area: str, measure: str, period: str
) -> tuple[float, float, float]:
    """Variance of the paired difference, of one with independent seeds, and their ratio.

    Independent: replication r of the scenario against replication r + 1 (cyclically) of nuläge, which share no draws.
    """
    row = (area, measure, "")
    with_it, without = result.table(scenario).of(row, period), result.tables[0].of(row, period)
    paired = float(np.var(with_it - without, ddof=1))
    independent = float(np.var(with_it - np.roll(without, 1), ddof=1))
    return paired, independent, paired / independent
