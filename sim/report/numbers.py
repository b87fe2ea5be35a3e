"""Numbers of a comparison, each with the cell that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sim.comparison import Comparison
from sim.labels import LABELS
from sim.report.document import Interval, Number, Ref
from sim.runs import Row
from sim.scenario import NULAGE
from sim.statistics import LEVELS

Kind = Literal["nivå", "skillnad"]


@dataclass(frozen=True)
class Shown:
    """How a measure is shown: in what unit (`factor` of its own), with how many decimals, and whether as per cent."""

    factor: float = 1.0
    decimals: int = 0
    unit: str = ""
    percent: bool = False


TKR = Shown(1e-3, 0)
MNKR = Shown(1e-6, 1)


def shown_as(measure: str, unit: bool = False) -> Shown:
    """The measure's own unit: kronor as tkr, shares as per cent. `unit`: say it."""
    label = LABELS[measure]
    if label.enhet == "kr":
        return Shown(1e-3, 0, "tkr" if unit else "")
    if label.enhet == "andel":
        return Shown(1.0, 1 if label.decimaler > 2 else 0, percent=True)
    return Shown(1.0, label.decimaler, label.enhet if unit else "")


@dataclass(frozen=True)
class Numbers:
    """Looks up the levels and differences of a comparison. None where there was nothing to measure."""

    made: Comparison

    def level(self, row: Row, period: str, how: Shown, scenario: str = NULAGE, column: str = "medel") -> Number | None:
        return self._number("nivå", scenario, row, period, column, how)

    def change(
        self, scenario: str, row: Row, period: str, how: Shown, column: str = "skillnad", sign: bool = True
    ) -> Number | None:
        return self._number("skillnad", scenario, row, period, column, how, sign)

    def spread(self, row: Row, period: str, how: Shown, scenario: str = NULAGE) -> Interval | None:
        """P10 to P90 of a level."""
        return _interval(*(self.level(row, period, how, scenario, column) for column in ("p10", "p90")))

    def sureness(self, scenario: str, row: Row, period: str, how: Shown) -> Interval | None:
        """The 95 % interval of a mean difference."""
        ends = ("ki95_lag", "ki95_hog")
        return _interval(*(self.change(scenario, row, period, how, column, sign=False) for column in ends))

    def possible(self, scenario: str, row: Row, period: str, how: Shown) -> Interval | None:
        """P10 to P90 of a difference."""
        return _interval(*(self.change(scenario, row, period, how, column, sign=False) for column in ("p10", "p90")))

    def against(
        self, whole: Row, part: Row, period: str, how: Shown, scenario: str = NULAGE, column: str = "medel"
    ) -> Number | None:
        """One level less another: budget − avvikelse is what the budget is compared with. `column` is of `part`; it may
        be any percentile (`p25`) of a whole year."""
        first, second = self._cells("nivå", scenario, whole, period), self._cells("nivå", scenario, part, period)
        if first is None or second is None:
            return None
        taken = second[column] if column in LEVELS else self._quantile(scenario, part, period, column)
        return Number(
            (first["medel"] - taken) * how.factor,
            how.decimals,
            unit=how.unit,
            ref=Ref("nivå", scenario, period, *part, column),
            factor=how.factor,
            offset=Ref("nivå", scenario, period, *whole, "medel"),
        )

    def _quantile(self, scenario: str, row: Row, period: str, column: str) -> float:
        table = next(table for table in self.made.resultat.tables if table.scenario == scenario)
        return float(np.quantile(table.of(row, period), int(column[1:]) / 100))

    def differs(self, scenario: str, row: Row, period: str) -> bool:
        """Whether a scenario changes a measure at all, in any of the possible futures."""
        cells = self._cells("skillnad", scenario, row, period)
        return cells is not None and bool(cells["skillnad"] != 0 or cells["ki95_lag"] != cells["ki95_hog"])

    def sure(self, scenario: str, row: Row, period: str) -> bool:
        """Whether a mean difference can be told from zero."""
        cells = self._cells("skillnad", scenario, row, period)
        return cells is not None and not cells["ki95_lag"] <= 0 <= cells["ki95_hog"]

    def _cells(self, kind: Kind, scenario: str, row: Row, period: str) -> Mapping[str, float] | None:
        if kind == "skillnad" and scenario == NULAGE:
            return None
        lookup = self.made.levels if kind == "nivå" else self.made.changes
        return lookup(scenario, row).at(period)

    def _number(
        self, kind: Kind, scenario: str, row: Row, period: str, column: str, how: Shown, sign: bool = False
    ) -> Number | None:
        cells = self._cells(kind, scenario, row, period)
        if cells is None or cells[column] != cells[column]:
            return None
        ref = Ref(kind, scenario, period, *row, column)
        return Number(cells[column] * how.factor, how.decimals, sign, how.percent, how.unit, ref, how.factor)


def _interval(low: Any, high: Any) -> Interval | None:
    return None if low is None or high is None else Interval(low, high)
