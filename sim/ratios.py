"""What is made of measures and kronor together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.calendars import Period
from sim.periods import Grid, ratio
from sim.ratio_lines import ratio_rows
from sim.runs import Rows, Run
from sim.setting import Setting
from sim.sheet import make_sheet


def ratios(rows: Rows) -> Rows:
    """Mean prices, the share of cost at home and bought, and the mean benefit."""
    none = np.zeros_like(next(iter(rows.values())))
    return {
        row: ratio(*(np.asarray(sum((rows[each] for each in some), none)) for some in (above, below)))
        for row, above, below in ratio_rows(rows)
    }


def dearest(run: Run, grid: Grid, monthly: Sequence[Period], drawn: tuple[int, int]) -> Rows:
    """Share of the cost, and mean price, of the dearest bought dygn; `drawn`: seed and replication."""
    sheet = make_sheet(Setting(run.plan, run.network, tuple(monthly), grid))
    values = sheet.values(run.log, *drawn)
    wanted = {"andel_kostnad_dyraste", "snittpris_dyraste"}
    return {row: its for row, its in zip(sheet.rows, values, strict=True) if row[1] in wanted}
