"""A waterfall in words and as tables, in Swedish."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.analysis.wanted import units
from sim.analysis.waterfall import Split, Waterfall
from sim.periods import Floats
from sim.swedish import tal

INTERACTION, TOGETHER = "Samverkan mellan ändringarna", "Tillsammans"
COLUMNS = (
    "verksamhet",
    "matt",
    "del",
    "period",
    "orsak",
    "ensam",
    "ki95_lag",
    "ki95_hog",
    "utan",
    "utan_lag",
    "utan_hog",
    "scenario_namn",
    "mot_namn",
)
FUTURES = ("replikation", "verksamhet", "matt", "del", "period", "orsak", "varde")


def waterfall_lines(made: Waterfall) -> list[str]:
    """The figure asked for as a table, what the interaction means, and how to read it."""
    asked = made.splits[0]
    figure = asked.figure
    return [
        f"# {made.kommun.namn}: varför skiljer sig {made.second} från {_low(made.first)}?",
        "",
        f"{figure.name}, {figure.unit}, {figure.period}. {made.result.klara} möjliga framtider, med samma människor "
        "och samma goda och dåliga år i alla körningar.",
        "",
        "| Orsak | Ensam | Faller bort om den stryks |",
        "|---|--:|--:|",
        *(f"| {name} | {alone} | {without} |" for name, alone, without in _cells(made, asked)),
        "",
        *_interaction(asked),
        "*Ensam*: skillnaden om bara den ändringen görs. *Faller bort om den stryks*: hur mycket av helheten som "
        "försvinner om just den tas bort och de andra görs. *Samverkan* är det som blir kvar när var och en räknats "
        "ensam, så att delarna tillsammans är precis hela skillnaden, i varje möjlig framtid för sig. Inom parentes "
        "95-procentsintervallet för medelvärdet; osäkerheten i antagandena kommer därtill.",
    ]


def _low(name: str) -> str:
    return "nuläget" if name == "Nuläge" else name


def _cells(made: Waterfall, asked: Split) -> Iterator[tuple[str, str, str]]:
    several = len(made.causes) > 1
    for cause, alone, without in zip(made.causes, asked.alone, asked.without, strict=True):
        yield cause.name, told(asked, alone), told(asked, without) if several else ""
    if several:
        yield INTERACTION, told(asked, asked.interaction), ""
    yield f"**{TOGETHER}**", f"**{told(asked, asked.total)}**", ""


def told(asked: Split, values: Floats) -> str:
    """+1,2 (0,8 till 1,6), or that nothing differs."""
    if not np.any(values):
        return "oförändrat"
    scale, places = asked.figure.factor, asked.figure.decimals
    mean, low, high = (value * scale for value in asked.interval(values))
    return f"{tal(mean, places, sign=True)} ({tal(low, places)} till {tal(high, places)})"


def _interaction(asked: Split) -> list[str]:
    """What the interaction says, where it can be told from zero."""
    if len(asked.alone) < 2:
        return []
    mean, low, high = asked.interval(asked.interaction)
    if not np.any(asked.interaction):
        return ["Ändringarna påverkar inte varandra: tillsammans ger de precis summan av var och en.", ""]
    if low <= 0 <= high or not np.isfinite(low):
        return ["Om ändringarna förstärker eller tar ut varandra går inte att säga med så här många framtider.", ""]
    alone = asked.interval(asked.alone.sum(axis=0))[0]
    if mean * alone < 0:
        return ["Ändringarna tar delvis ut varandra: tillsammans ger de mindre än summan av var och en.", ""]
    return ["Ändringarna förstärker varandra: tillsammans ger de mer än summan av var och en.", ""]


def part_rows(made: Waterfall) -> Iterator[tuple[object, ...]]:
    """`COLUMNS`: every figure that differs, each part with its interval, in the measure's own unit."""
    between = made.second, made.first
    for each in made.splits:
        figure = each.figure
        what = figure.area, figure.measure, figure.part, figure.period
        for cause, alone, without in zip(made.causes, each.alone, each.without, strict=True):
            yield (*what, cause.name, *each.interval(alone), *each.interval(without), *between)
        for name, values in ((INTERACTION, each.interaction), (TOGETHER, each.total)):
            yield (*what, name, *each.interval(values), None, None, None, *between)


def future_rows(made: Waterfall) -> Iterator[tuple[object, ...]]:
    """`FUTURES`: the parts of the figure asked for in every possible future, which sum to the difference there."""
    asked = made.splits[0]
    figure = asked.figure
    names = [*(cause.name for cause in made.causes), INTERACTION, TOGETHER]
    for at, replication in enumerate(made.result.tables[0].replications):
        for name, values in zip(names, [*asked.parts, asked.total], strict=True):
            value = float(values[at]) / units(figure)
            yield replication, figure.area, figure.measure, figure.part, figure.period, name, value
