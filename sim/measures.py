"""Visit log → measures for each period, by code that knows nothing of the engine.

A measure is a row (verksamhet, matt, del) with one value for each period; NaN where there is nothing to measure. What
is split by målgrupp, steg, utfall or nästa steg says so in its `del`: "bistand malgrupp=under_25".
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.calendars import Period
from sim.runs import Rows, Run
from sim.sheet import sheet_of


def measure(run: Run, periods: Sequence[Period], monthly: Sequence[Period]) -> Rows:
    """All measures but kronor, for periods made of whole months. `monthly` are the run's calendar months."""
    sheet = sheet_of(run.plan, run.network, periods, monthly)
    values = sheet.values(run.log, 0, 0)  # only kronor depend on what is drawn
    return dict(list(zip(sheet.rows, values, strict=True))[: sheet.measures])
