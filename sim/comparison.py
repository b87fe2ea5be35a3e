"""Scenarios against nuläge, on the same people: levels, paired differences, and how sure each is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.config import Kommun, Scenario
from sim.engine import FASTEST
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.labels import LABELS
from sim.runs import Row
from sim.statistics import DIFFERENCES, LEVELS, Series, Statistics, compared
from sim.tables import Table

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["period", "verksamhet", "matt", "del", "enhet"]


@dataclass(frozen=True)
class Comparison:
    """Nuläge first in `niva`, then the scenarios; `andring` holds the scenarios' differences from nuläge.

    The same as tables with one row for each scenario, period and measure: `nivaer` with medel, ki95_lag, ki95_hog,
    p10, p50, p90, and `skillnader` with skillnad (scenario − nuläge), ki95_lag, ki95_hog, p10, p90, sannolikhet (share
    of the possible futures in which the difference is above zero) and sannolikhet_minskar. `budget`: probability of
    ending within budget, by scenario, year and verksamhet.
    """

    resultat: StudyResult
    niva: tuple[Statistics, ...]
    andring: tuple[Statistics, ...]
    inom_budget: tuple[Chance, ...]

    def levels(self, scenario: str, row: Row) -> Series:
        """A measure's level in each period."""
        return self._levels[scenario].of(row)

    def changes(self, scenario: str, row: Row) -> Series:
        """A measure's difference from nuläge in each period."""
        return self._changes[scenario].of(row)

    @cached_property
    def _levels(self) -> dict[str, Statistics]:
        return {each.scenario: each for each in self.niva}

    @cached_property
    def _changes(self) -> dict[str, Statistics]:
        return {each.scenario: each for each in self.andring}

    @cached_property
    def nivaer(self) -> pd.DataFrame:
        return _frame(self.niva, LEVELS)

    @cached_property
    def skillnader(self) -> pd.DataFrame:
        return _frame(self.andring, DIFFERENCES)

    @cached_property
    def budget(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(self.inom_budget, columns=list(Chance._fields))


class Chance(NamedTuple):
    """The probability that a year ends within budget."""

    scenario: str
    period: str
    verksamhet: str
    inom_budget: float


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


def run_comparison(study: Study, progress: Progress) -> Comparison:
    return comparison(run_study(study, progress))


def comparison(result: StudyResult) -> Comparison:
    """All comparisons of a finished study."""
    found, differing = compared(result.tables)
    chances = (chance for table in result.tables for chance in _within_budget(table))
    return Comparison(result, tuple(found), tuple(differing), tuple(chances))


def _frame(scenarios: Sequence[Statistics], columns: Sequence[str]) -> pd.DataFrame:
    """One line for each scenario, period and measure, in order of `KEYS` within each scenario."""
    import pandas as pd

    frames = [
        pd.DataFrame(
            {
                "scenario": each.scenario,
                "period": np.repeat(np.array(each.periods, dtype=object), len(each.rows)),
                **{name: np.tile(column, len(each.periods)) for name, column in texts_of(each.rows).items()},
                **{name: each.columns[name].T.ravel() for name in columns},
            }
        )[each.known.T.ravel()]
        for each in scenarios
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["scenario", *KEYS, *columns])


def texts_of(rows: Sequence[Row]) -> dict[str, NDArray[np.object_]]:
    """What the rows are called, as columns."""
    areas, measures, parts = (np.array([row[number] for row in rows], dtype=object) for number in range(3))
    units = np.array([LABELS[measure].enhet for measure in measures], dtype=object)
    return {"verksamhet": areas, "matt": measures, "del": parts, "enhet": units}


def _within_budget(table: Table) -> Iterator[Chance]:
    """Probability that a whole calendar year ends within budget."""
    for period in sorted(period for period in table.periods if len(period) == 4):
        for row in sorted(row for row in table.rows if row[1] == "inom_budget" and row[2] == ""):
            values = table.of(row, period)
            values = values[~np.isnan(values)]
            if len(values):
                yield Chance(table.scenario, period, row[0], float(np.mean(values)))


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
