"""Sections of what other commands have found, where their tables lie in the folder of results or are brought there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sim.config import Kommun
from sim.errors import HemmaplanError
from sim.labels import LABELS
from sim.report.document import Block, Cell, Inline, Paragraph, Table
from sim.report.extra_rows import Row, drawn, inline, interval_in, number_in, read_rows, value_in
from sim.report.extra_tests import backtest
from sim.report.extra_worth import goal, worth
from sim.report.numbers import Shown, shown_as

MOST = 12
"""So many assumptions are shown."""
Sections = Mapping[str, tuple[str, Callable[[Sequence[Row], Path, Kommun], Sequence[Block]]]]
"""By the verb whose table it is: `varde.csv`."""


def extra_sections(folder: Path, kommun: Kommun, which: Sections) -> list[tuple[str, Sequence[Block]]]:
    """(title, parts) of each table that is there, with its figure where that is there too. Raises HemmaplanError."""
    found = []
    for verb, (title, blocks_of) in which.items():
        path = folder / f"{verb}.csv"
        if not path.is_file():
            continue
        try:
            blocks = blocks_of(read_rows(path), folder, kommun)
        except (KeyError, ValueError, IndexError) as error:
            text = f"är inte en tabell som den här versionen av hemmaplan {verb} skriver ({error}); kör det igen"
            raise HemmaplanError(f"{path}: {text}") from None
        if blocks:
            found.append((title, blocks))
    return found


def bring(source: Path, folder: Path) -> None:
    """Copy what a command has found into the folder of a study of the same kommun. Raises HemmaplanError."""
    found = [verb for verb in {**EXTRAS, **TESTS} if (source / f"{verb}.csv").is_file()]
    if not found:
        names = ", ".join({**EXTRAS, **TESTS})
        raise HemmaplanError(f"--med = {source}: är inte en resultatmapp av något av {names}")
    (verb,) = found
    if source.resolve().parent.name != f"{folder.resolve().parent.name}_{verb}":
        raise HemmaplanError(f"--med = {source}: hör inte till samma kommun som {folder}")
    for old in folder.glob(f"{verb}[._]*"):
        old.unlink()
    for path in source.iterdir():
        if path.suffix in {".csv", ".svg", ".png"} and path.stem.split("_")[0] == verb:
            shutil.copyfile(path, folder / path.name)


def _asked(row: Row, kommun: Kommun) -> tuple[str, Shown]:
    """What a figure is called, and how it is shown."""
    area = (
        kommun.verksamheter[row["verksamhet"]].namn if row["verksamhet"] in kommun.verksamheter else "alla verksamheter"
    )
    label = LABELS[row["matt"]]
    how = shown_as(row["matt"])
    unit = "tkr" if label.enhet == "kr" else "procent" if how.percent else label.enhet
    return f"{label.namn}, {area}, {row['period']}, {unit}", how


def _waterfall(rows: Sequence[Row], folder: Path, kommun: Kommun) -> Sequence[Block]:
    """`varfor.csv`: each cause alone, and what is lost without it; the figure asked for, which stands first."""
    first = rows[0]
    rows = [row for row in rows if all(row[key] == first[key] for key in ("verksamhet", "matt", "del", "period"))]
    what, how = _asked(first, kommun)
    table: list[tuple[Cell, ...]] = []
    alt: list[Inline] = [f"Vattenfall. {what}."]
    for row in rows:
        alone, without = number_in(row, "ensam", how, sign=True), number_in(row, "utan", how, sign=True)
        sure = interval_in(row, "ki95_lag", "ki95_hog", how)
        table.append((row["orsak"], alone, sure, without, interval_in(row, "utan_lag", "utan_hog", how)))
        alt += [f" {row['orsak']}: ", inline(alone), "."]
    header = ("Orsak", "Ensam", "95-procentsintervall", "Faller bort", "95-procentsintervall, bortfallet")
    compared = ""
    if first.get("scenario_namn"):
        against = first["mot_namn"]
        compared = f"{first['scenario_namn']} jämfört med {'nuläget' if against == 'Nuläge' else against}. "
    return [
        Paragraph(
            (
                f"{compared}Ensam är skillnaden om bara den ändringen görs. Faller bort är hur mycket av helheten som "
                "försvinner om just den stryks och de andra görs. Samverkan är det som blir kvar när var och en är "
                "räknad ensam, så att delarna tillsammans är hela skillnaden.",
            )
        ),
        Table("varfor", f"{what}: skillnaden delad på orsaker", header, tuple(table)),
        *drawn(folder, "varfor", f"{what}, orsak för orsak", alt),
    ]


def _tornado(rows: Sequence[Row], folder: Path, kommun: Kommun) -> Sequence[Block]:
    """`kanslighet.csv`: what each assumption does to the answer over its range, the largest first."""
    found: list[Block] = []
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        mine = [row for row in rows if row["scenario"] == scenario and row["svangning"]]
        mine.sort(key=lambda row: -abs(value_in(row, "svangning")))
        name = mine[0]["scenario_namn"]
        what, how = _asked(mine[0], kommun)
        written = number_in(mine[0], "skillnad_skrivet", how, sign=True)
        table: list[tuple[Cell, ...]] = []
        alt: list[Inline] = [f"Tornado för {name}. {what}. Med talen som de står: ", inline(written), "."]
        for row in mine[:MOST]:
            low, high = (number_in(row, f"skillnad_{end}", how, sign=True) for end in ("lag", "hog"))
            ends = interval_in(row, "lag_ande", "hog_ande", Shown(1.0, 3 if value_in(row, "hog_ande") < 10 else 0))
            table.append((row["namn"], ends, low, high, number_in(row, "svangning", how, sign=True)))
            alt += [f" {row['namn']}: ", inline(low), " till ", inline(high), "."]
        header = ("Antagande", "Prövat spann", "Skillnad, lågt", "Skillnad, högt", "Svängning")
        caption = f"{name}, vad svaret vilar på: skillnad i {what[0].lower()}{what[1:]}"
        note: tuple[Inline, ...] = (
            "Varje antagande är prövat i båda ändar av sitt spann, ett i taget. Med talen som de står är skillnaden ",
            *(inline(written), "."),
        )
        found.append(Table(f"kanslighet_{scenario}", caption, header, tuple(table), note))
        found += drawn(folder, f"kanslighet_{scenario}", caption, alt)
    return found


EXTRAS: Sections = {
    "varfor": ("Varför scenarierna skiljer sig", _waterfall),
    "varde": ("Vad fler är värda", worth),
    "malsok": ("Hur många som behövs", goal),
    "kanslighet": ("Vad svaret vilar på", _tornado),
}
TESTS: Sections = {"backtest": ("Backtest", backtest)}
"""What stands beside the reconciliation."""
