"""Three kinds of uncertainty, kept apart: between years, from the assumptions, and what is left of simulation error.

A study with parameter uncertainty is run twice on the same people and the same good and bad years: with the numbers as
written, and with each replication's own draw. The first shows how years differ. The difference between the two within
a replication is the work of the assumptions alone. The interval of the mean is simulation error.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.calendars import is_month
from sim.comparison import KEYS, Comparison, texts_of
from sim.experiment import StudyResult
from sim.periods import Floats
from sim.scenario import NULAGE
from sim.statistics import mean_interval, quantiles_over
from sim.summary import KeyFigure, key_figures, planning_periods
from sim.swedish import tal
from sim.tables import Table

if TYPE_CHECKING:
    import pandas as pd

LEVEL, CHANGE = "nivå", "skillnad"
COLUMNS = (
    "medel",
    "ar_p10",
    "ar_p90",
    "antaganden_p10",
    "antaganden_p90",
    "ki95_lag",
    "ki95_hog",
    "tillsammans_p10",
    "tillsammans_p90",
)


def three_spreads(drawn: StudyResult, written: StudyResult) -> pd.DataFrame:
    """Levels of nuläge and every scenario's difference from it, for years and half-years.

    `ar_*`: P10 and P90 with the numbers as written. `antaganden_*`: P10 and P90 of the mean plus what the draw alone
    did in each possible future. `tillsammans_*`: both at once. `ki95_*`: the 95 % interval of `medel`, both at once.
    """
    import pandas as pd

    tables = [_Pair(*pair) for pair in zip(drawn.tables, written.tables, strict=True)]
    base = tables[0]
    frames = [_frame(base, LEVEL, base.drawn, base.written)]
    for pair in tables[1:]:
        frames.append(_frame(pair, CHANGE, *_changes(pair, base)))
    return pd.concat(frames, ignore_index=True)


class _Pair:
    """A scenario with and without draws, in the rows, periods and replications that both have."""

    def __init__(self, drawn: Table, written: Table) -> None:
        both = set(written.rows)
        self.scenario = drawn.scenario
        self.rows = [row for row in drawn.rows if row in both]
        self.periods = [period for period in drawn.periods if not is_month(period)]
        common = sorted(set(drawn.replications) & set(written.replications))
        self.drawn, self.written = (self._chosen(table, common) for table in (drawn, written))

    def _chosen(self, table: Table, replications: Sequence[int]) -> Floats:
        place = {row: number for number, row in enumerate(table.rows)}
        chosen = np.ix_(
            [table.replications.index(number) for number in replications],
            [place[row] for row in self.rows],
            [table.periods.index(period) for period in self.periods],
        )
        return np.asarray(table.values[chosen])


def _changes(pair: _Pair, base: _Pair) -> tuple[Floats, Floats]:
    """Scenario − nuläge within each replication; NaN where nuläge has no such row."""
    place = {row: number for number, row in enumerate(base.rows)}
    found = []
    for mine, other in ((pair.drawn, base.drawn), (pair.written, base.written)):
        values = np.full_like(mine, np.nan)
        for number, row in enumerate(pair.rows):
            if row in place:
                values[:, number] = mine[:, number] - other[:, place[row]]
        found.append(values)
    return found[0], found[1]


def _frame(pair: _Pair, kind: str, drawn: Floats, written: Floats) -> pd.DataFrame:
    import pandas as pd

    drawn, written = (values.reshape(len(values), -1) for values in (drawn, written))
    mean, low, high = mean_interval(drawn)
    years = quantiles_over(written, (0.1, 0.9))
    alone = drawn - written
    centred = alone - mean_interval(alone)[0] + mean
    values = [mean, *years, *quantiles_over(centred, (0.1, 0.9)), low, high, *quantiles_over(drawn, (0.1, 0.9))]
    across = len(pair.periods)
    frame = pd.DataFrame(
        {
            "scenario": pair.scenario,
            "slag": kind,
            "period": pair.periods * len(pair.rows),
            **{name: np.repeat(column, across) for name, column in texts_of(pair.rows).items()},
            **dict(zip(COLUMNS, values, strict=True)),
        }
    )
    return frame[frame["medel"].notna()].sort_values(KEYS, ignore_index=True)


def spread_lines(made: Comparison, spreads: pd.DataFrame) -> list[str]:
    """The key figures as a Markdown table with the three kinds apart."""
    planning, last_year = planning_periods(made)
    figures = key_figures(made.resultat.study.kommun, planning, last_year)
    names = {plan.id: plan.namn for plan in made.resultat.plans}
    lines = [
        "",
        "## Tre sorters osäkerhet",
        "",
        "| Nyckeltal | Enhet | Period | Vad | Medel | Mellan år | Antaganden | Simuleringsfel |",
        "|---|---|---|---|--:|--:|--:|--:|",
    ]
    keys = spreads[["scenario", "verksamhet", "matt", "del", "period"]].itertuples(index=False, name=None)
    by_key = dict(zip(keys, spreads.to_dict("records"), strict=True))
    for figure in figures:
        for scenario, name in names.items():
            key = (scenario, figure.area, figure.measure, figure.part, figure.period)
            row = by_key.get(key)
            if row is not None and (scenario == NULAGE or _differs(row)):
                lines.append(_line(figure, name, row, sign=scenario != NULAGE))
    return [
        *lines,
        "",
        "*Mellan år*: P10–P90 med talen som de står i konfigurationen; så olika är möjliga år. *Antaganden*: P10–P90 "
        "av vad dragningen av antagandena ensam gör, på samma människor och samma goda och dåliga år; de inpassade "
        "siffrorna hålls kvar. *Simuleringsfel*: 95-procentsintervallet för medel. Bara antaganden som har en "
        "fördelning i `kallor` dras.",
    ]


def _differs(row: Mapping[Hashable, Any]) -> bool:
    return bool(row["medel"] != 0 or row["tillsammans_p10"] != row["tillsammans_p90"])


def _line(figure: KeyFigure, name: str, row: Mapping[Hashable, Any], sign: bool) -> str:
    def between(low: str, high: str) -> str:
        return f"{number(row[low])} till {number(row[high])}"

    def number(value: float) -> str:
        return tal(value * figure.factor, figure.decimals)

    mean = tal(row["medel"] * figure.factor, figure.decimals, sign=sign)
    cells = [
        figure.name,
        figure.unit,
        figure.period,
        name,
        mean,
        between("ar_p10", "ar_p90"),
        between("antaganden_p10", "antaganden_p90"),
        between("ki95_lag", "ki95_hog"),
    ]
    return f"| {' | '.join(cells)} |"
