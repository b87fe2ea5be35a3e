"""Sections of what other commands have found, where their tables lie in the folder of results (or are copied there)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sim.config import Kommun
from sim.labels import LABELS
from sim.report.document import Block, Cell, Figure, Inline, Interval, Number, Table
from sim.report.numbers import Shown, shown_as

MOST = 12
"""So many assumptions are shown."""
Row = Mapping[str, str]


def extra_sections(folder: Path, kommun: Kommun) -> list[tuple[str, Sequence[Block]]]:
    """(title, parts) of each table that is there, with its figure where that is there too."""
    return [
        (title, blocks_of(rows, folder, kommun))
        for name, title, blocks_of in EXTRAS
        if (folder / name).is_file() and (rows := _rows(folder / name))
    ]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _number(text: str, how: Shown, sign: bool = False) -> Number | None:
    if not text:
        return None
    value = float(text.replace(",", ".")) * how.factor
    return Number(value, how.decimals, sign, how.percent, how.unit)


def _interval(row: Row, low: str, high: str, how: Shown) -> Interval | None:
    ends = _number(row[low], how), _number(row[high], how)
    return Interval(ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None


def _figures(folder: Path, pattern: str, caption: str, alt: tuple[Inline, ...]) -> list[Block]:
    drawn = sorted(path for path in folder.glob(pattern) if path.with_suffix(".png").is_file())
    return [Figure(path.stem, path, alt, caption) for path in drawn]


def _waterfall(rows: Sequence[Row], folder: Path, kommun: Kommun) -> Sequence[Block]:
    """`varfor.csv`: each cause alone, and what is lost without it; the figure asked for, which stands first."""
    first = rows[0]
    rows = [row for row in rows if all(row[key] == first[key] for key in ("verksamhet", "matt", "del", "period"))]
    area = kommun.verksamheter[first["verksamhet"]].namn if first["verksamhet"] in kommun.verksamheter else "alla"
    how, label = shown_as(first["matt"]), LABELS[first["matt"]]
    unit = "tkr" if label.enhet == "kr" else label.enhet
    what = f"{label.namn}, {area}, {first['period']}, {unit}"
    table: list[tuple[Cell, ...]] = []
    alt: list[Inline] = [f"Vattenfall. {what}."]
    for row in rows:
        alone, without = _number(row["ensam"], how, sign=True), _number(row["utan"], how, sign=True)
        sure = _interval(row, "ki95_lag", "ki95_hog", how)
        table.append((row["orsak"], alone, sure, without, _interval(row, "utan_lag", "utan_hog", how)))
        alt += [f" {row['orsak']}: ", "–" if alone is None else alone, "."]
    header = ("Orsak", "Ensam", "95-procentsintervall", "Utan den", "95-procentsintervall, utan")
    return [
        Table("varfor", f"{what}: skillnaden delad på orsaker", header, tuple(table), (0.32, 0.13, 0.21, 0.13, 0.21)),
        *_figures(folder, "varfor.svg", f"{what}, orsak för orsak", tuple(alt)),
    ]


def _tornado(rows: Sequence[Row], folder: Path, kommun: Kommun) -> Sequence[Block]:
    """`kanslighet.csv`: what each assumption does to the answer over its range, the largest first."""
    found: list[Block] = []
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        mine = [row for row in rows if row["scenario"] == scenario and row["svangning"]]
        mine.sort(key=lambda row: -abs(float(row["svangning"].replace(",", "."))))
        largest = max((abs(float(row["svangning"].replace(",", "."))) for row in mine), default=0.0)
        how = Shown(1.0, 0 if largest >= 100 else 2)
        table: list[tuple[Cell, ...]] = []
        alt: list[Inline] = [f"Tornado för {scenario}."]
        for row in mine[:MOST]:
            low, high = _number(row["skillnad_lag"], how, sign=True), _number(row["skillnad_hog"], how, sign=True)
            ends = _interval(row, "lag_ande", "hog_ande", Shown(1.0, 3))
            table.append((row["namn"], ends, low, high, _number(row["svangning"], how)))
            alt += [f" {row['namn']}: ", "–" if low is None else low, " till ", "–" if high is None else high, "."]
        header = ("Antagande", "Prövat från och till", "Svar vid lågt", "Svar vid högt", "Svängning")
        caption = f"Vad svaret för {scenario} vilar på, i måttets egen enhet"
        found.append(Table(f"kanslighet_{scenario}", caption, header, tuple(table), (0.40, 0.22, 0.13, 0.13, 0.12)))
        found += _figures(folder, f"kanslighet_{scenario}.svg", caption, tuple(alt))
    return found


EXTRAS: tuple[tuple[str, str, Callable[[Sequence[Row], Path, Kommun], Sequence[Block]]], ...] = (
    ("varfor.csv", "Varför scenarierna skiljer sig", _waterfall),
    ("kanslighet.csv", "Vad svaret vilar på", _tornado),
)
