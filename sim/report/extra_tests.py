"""How good the model's predictions of published years have been, as a section of the bilaga."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from sim.backtest import LAST, MODEL
from sim.backtest_report import grade_words
from sim.config import Kommun
from sim.report.document import Block, Cell, Paragraph, Table
from sim.report.extra_rows import Row, interval_in, number_in, suited, value_in
from sim.report.numbers import Shown

AGAINST = {"utfall": "utfall", "prognos": "kommunens prognos"}


def backtest(rows: Sequence[Row], folder: Path, kommun: Kommun) -> Sequence[Block]:
    """`backtest.csv`: what the model, fitted to one year, said of the next, beside what came."""
    mine = [row for row in rows if row["kommun"] == kommun.id]
    model = [row for row in mine if row["metod"] == MODEL]
    if not model:
        return []
    table: list[tuple[Cell, ...]] = []
    for row in model:
        how = suited([value_in(row, "utfall")])
        table.append(
            (
                row["namn"] + ("" if row["raknas"] == "ja" else " *"),
                row["enhet"],
                str(int(value_in(row, "ar")) + 1),
                number_in(row, "forutsagt", how),
                interval_in(row, "lag_80", "hog_80", how),
                number_in(row, "utfall", how),
                AGAINST[row["slag"]],
                number_in(row, "fel", Shown(1.0, 0, percent=True), sign=True),
                row["inom_80"],
            )
        )
    note = "Förutsagt är mitten av de möjliga framtiderna."
    if any(row["raknas"] != "ja" for row in model):
        note += " * Följer av andra siffror och räknas inte."
    header = ("Siffra", "Enhet", "År", "Förutsagt", "80-procentsintervall", "Blev", "Mot", "Fel", "Inom")
    return [
        Paragraph((f"Modellen är inpassad mot ett år och har fått förutsäga nästa. {_grade(mine)}".strip(),)),
        Table("backtest", "Förutsägelser av publicerade år", header, tuple(table), (note,)),
    ]


def _grade(rows: Sequence[Row]) -> str:
    """Of outcomes that count, as `hemmaplan backtest` says it; nothing where there are none."""
    counted = [row for row in rows if row["slag"] == "utfall" and row["raknas"] == "ja"]
    model, naive = ([row for row in counted if row["metod"] == method] for method in (MODEL, LAST))
    if not model or not naive:
        return ""
    errors = [median(abs(value_in(row, "fel")) for row in some) for some in (model, naive)]
    words = grade_words(len(model), sum(row["inom_80"] == "ja" for row in model), *errors)
    return f"{words[0].upper()}{words[1:]}"
