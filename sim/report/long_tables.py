"""All measures of all years, as the workbook's last sheets: the same numbers as the saved tables, to the last digit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.calendars import is_month
from sim.comparison import Comparison
from sim.describe import part_text
from sim.labels import LABELS
from sim.report.document import Cell, Number, Table
from sim.statistics import Statistics

LEVELS = {"medel": "Medel", "ki95_lag": "95 % från", "ki95_hog": "95 % till", "p10": "P10", "p50": "P50", "p90": "P90"}
CHANGES = {
    "skillnad": "Medelskillnad",
    "ki95_lag": "95 % från",
    "ki95_hog": "95 % till",
    "p10": "P10",
    "p90": "P90",
    "sannolikhet": "Andel över noll",
    "sannolikhet_minskar": "Andel under noll",
}
SHARES = {"sannolikhet", "sannolikhet_minskar"}
"""Of the possible futures, whatever the measure's unit."""
TEXTS = ("Scenario", "Period", "Verksamhet", "Mått", "Del", "Enhet")


def long_tables(made: Comparison) -> tuple[Table, ...]:
    """Nivåer, and Skillnader where there are scenarios and something differs. Whole years and the planning years."""
    tables = [_table(made, "Nivåer", "Alla mått per år, möjliga framtider", made.niva, LEVELS, every=True)]
    if made.andring:
        caption = "Skillnader mot nuläget per år, de mått som något scenario ändrar"
        tables.append(_table(made, "Skillnader", caption, made.andring, CHANGES, every=False))
    return tuple(table for table in tables if table.rows)


def _table(
    made: Comparison, key: str, caption: str, found: Sequence[Statistics], columns: dict[str, str], every: bool
) -> Table:
    names = {plan.id: plan.namn for plan in made.resultat.plans}
    kommun = made.resultat.study.kommun
    areas = {area: verksamhet.namn for area, verksamhet in kommun.verksamheter.items()} | {"alla": "Alla"}
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        values = {name: each.columns[name] for name in columns}
        wanted = [place for place, period in enumerate(each.periods) if not is_month(period) and "H" not in period]
        moved = np.any([np.nan_to_num(values[name]) != 0 for name in columns], axis=0)
        for line, (area, measure, part) in enumerate(each.rows):
            called = part_text(kommun, area, part)
            label = LABELS[measure]
            for place in wanted:
                if not each.known[line, place] or not (every or moved[line, place]):
                    continue
                texts = (
                    names[each.scenario],
                    each.periods[place],
                    areas.get(area, area),
                    label.namn,
                    called,
                    label.enhet,
                )
                numbers = (_number(float(values[name][line, place]), name, label.enhet) for name in columns)
                rows.append((*texts, *numbers))
    header = (*TEXTS, *columns.values())
    return Table(key, caption, header, tuple(rows))


def _number(value: float, column: str, unit: str) -> Cell:
    if value != value:
        return None
    if column in SHARES:
        return Number(value, 1, percent=True)
    return Number(value, 0 if unit.startswith("kr") else 3 if unit == "andel" else 2)
