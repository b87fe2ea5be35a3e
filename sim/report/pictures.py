"""The study's figures as parts of a document: what each shows, said with its numbers, and the numbers themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.calendars import is_month
from sim.chain import description
from sim.config import Kommun
from sim.costs import ALL_AREAS
from sim.figure_list import Line, lines_of
from sim.figures_content import BANDS, AgainstBudget, Content, Differences, Fan, OverTime
from sim.periods import Floats
from sim.report.document import Block, Cell, Chart, Figure, Heading, Inline, Month, Number, Paragraph, Table
from sim.report.numbers import MNKR, Numbers, Shown
from sim.runs import Row
from sim.scenario import NULAGE, Plan
from sim.swedish import gement

MONTH_NAMES = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
THIN_LINES = "De tunna linjerna är nulägets P10 och P90: ett år av tio hamnar under, ett av tio över."
"""Of a workbook's charts."""
ALWAYS = ("externa_dygn_", "kostnad_mot_budget_")
"""Figures that stand in the bilaga also where no scenario differs."""


def pictures(numbers: Numbers, contents: Sequence[Content], folder: Path) -> tuple[list[Block], list[Block]]:
    """(the fan of cost and the differences, the figures of each verksamhet): what a scenario moves, and what always is.

    `folder` holds the drawings.
    """
    kommun = numbers.made.resultat.study.kommun
    by_file = {line.file: line for line in lines_of(numbers.made)}
    first: list[Block] = []
    areas: dict[str, list[Block]] = {area: [] for area in sorted(kommun.verksamheter)}
    for content in contents:
        path = folder / f"{content.file}.svg"
        if isinstance(content, Fan):
            first.insert(0, _fan(numbers, content, path))
        elif isinstance(content, Differences):
            first.append(_differences(numbers, content, path))
        elif isinstance(content, AgainstBudget):
            area = content.file.removeprefix("kostnad_mot_budget_")
            areas[area].insert(0, _against_budget(numbers, content, area, path))
        elif len(content.curves) > 1 or content.file.startswith(ALWAYS):
            line = by_file[content.file]
            areas[line.area].append(_over_time(numbers, content, line, path))
    blocks: list[Block] = []
    for area, figures in areas.items():
        if figures:
            blocks += [Heading(kommun.verksamheter[area].namn, 2), *figures]
    blocks.append(Paragraph((_left_out(contents, blocks),), "note"))
    return first, blocks


def _left_out(contents: Sequence[Content], blocks: Sequence[Block]) -> str:
    shown = {block.key for block in blocks if isinstance(block, Figure)}
    count = sum(content.file not in shown and not isinstance(content, Differences | Fan) for content in contents)
    if not count:
        return "Alla figurer finns också som SVG och PNG i resultatmappen."
    return (
        f"Ytterligare {count} figurer, där inget scenario skiljer sig från nuläget, finns i resultatmappen (figurer). "
        "Där finns också alla figurer i bilagan, som SVG och som PNG med 300 punkter per tum."
    )


def _places(values: Floats) -> int:
    """Decimals that suit the size of numbers."""
    largest = float(np.nanmax(np.abs(values))) if len(values) else 0.0
    return 0 if largest >= 100 else 1 if largest >= 5 else 2


def month_text(period: str) -> str:
    return f"{MONTH_NAMES[int(period[5:]) - 1]} {period[:4]}"


def _over_time(numbers: Numbers, content: OverTime, line: Line, path: Path) -> Figure:
    made = numbers.made
    row = line.area, line.measure, line.part
    months = made.levels(NULAGE, row).only(is_month).periods
    percent = line.unit == "procent"
    factor = 1.0 if percent else line.factor
    places = _places(content.curves[0].means)
    how = Shown(factor, min(places, 1) if percent else places, percent=percent)
    first, last = months[0], months[-1]
    unit = "" if percent else f" {content.unit}"
    alt: list[Inline] = [
        f"Linjediagram, {month_text(first)} till {month_text(last)}. {content.title}. Nuläget går från ",
        *_shown(numbers.level(row, first, how)),
        f"{unit} i {month_text(first)} till ",
        *_shown(numbers.level(row, last, how)),
        f"{unit} i {month_text(last)}, då P10–P90 är ",
        *_shown(numbers.spread(row, last, how)),
        ".",
    ]
    if content.limit is not None:
        alt += [" Tidsgränsen är ", Number(content.limit), " dygn."]
    plans = [plan for plan in made.resultat.plans[1:] if any(c.who.name == plan.namn for c in content.curves[1:])]
    for plan in plans:
        alt += [f" {plan.namn}: ", *_shown(numbers.level(row, last, how, plan.id)), f" i {month_text(last)}."]
    if not plans and len(made.resultat.plans) > 1:
        alt.append(" Inget scenario skiljer sig synligt från nuläget.")
    table = _month_table(numbers, content, row, months, plans, how)
    series = (1, *range(4, len(table.header)))
    chart = Chart("line", table, series, content.unit, spans=((1, 2, 3),))
    return Figure(content.file, path, tuple(alt), content.title, chart)


def _month_table(
    numbers: Numbers, content: OverTime, row: Row, months: Sequence[str], plans: Sequence[Plan], how: Shown
) -> Table:
    header = ["Månad", "Nuläge, medel", "Nuläge, P10", "Nuläge, P90", *(f"{plan.namn}, medel" for plan in plans)]
    limit: list[Cell] = []
    if content.limit is not None:
        header.append("Tidsgräns")
        limit.append(Number(content.limit))
    rows: list[tuple[Cell, ...]] = []
    for month in months:
        base = [numbers.level(row, month, how, NULAGE, column) for column in ("medel", "p10", "p90")]
        means = [numbers.level(row, month, how, plan.id) for plan in plans]
        rows.append((Month(int(month[:4]), int(month[5:])), *base, *means, *limit))
    return Table(content.file, f"{content.title} ({content.unit})", tuple(header), tuple(rows), (THIN_LINES,))


def _shown(cell: Cell) -> list[Inline]:
    return ["–"] if cell is None else [cell]


def _against_budget(numbers: Numbers, content: AgainstBudget, area: str, path: Path) -> Figure:
    budget, left = (area, "budget", ""), (area, "avvikelse", "")
    names = {each.who.name for each in content.outcomes}
    plans = [plan for plan in numbers.made.resultat.plans if plan.namn in names]
    alt: list[Inline] = [f"Punktdiagram med en punkt för varje år. {content.title}, i miljoner kronor."]
    for year in content.years:
        alt += [f" År {year} är budgeten ", *_shown(numbers.level(budget, year, MNKR))]
        for plan in plans:
            ends = [numbers.against(budget, left, year, MNKR, plan.id, column) for column in ("p90", "p10")]
            outcome = _shown(numbers.against(budget, left, year, MNKR, plan.id))
            alt += [f", och utfallet i {gement(plan.namn)} blir i medel ", *outcome]
            alt += [" med P10–P90 från ", *_shown(ends[0]), " till ", *_shown(ends[1])]
        alt.append(".")
    header = ["År", "Budget"]
    for plan in plans:
        header += [f"{plan.namn}, medel", f"{plan.namn}, P10", f"{plan.namn}, P90"]
    rows: list[tuple[Cell, ...]] = []
    for year in content.years:
        cells: list[Cell] = [year, numbers.level(budget, year, MNKR)]
        for plan in plans:
            cells += [numbers.against(budget, left, year, MNKR, plan.id, column) for column in ("medel", "p90", "p10")]
        rows.append(tuple(cells))
    note = "Strecken på staplarna går från P10 till P90: ett år av tio hamnar under, ett av tio över."
    table = Table(content.file, f"{content.title} (mnkr)", tuple(header), tuple(rows), (note,))
    means = tuple(range(2, len(header), 3))
    spans = tuple((place, place + 1, place + 2) for place in means)
    chart = Chart("column", table, (1, *means), "mnkr", spans=spans)
    return Figure(content.file, path, tuple(alt), content.title, chart)


def _fan(numbers: Numbers, content: Fan, path: Path) -> Figure:
    budget, left = (ALL_AREAS, "budget", ""), (ALL_AREAS, "avvikelse", "")
    names = {curve.who.name for curve in content.curves}
    plans = [plan for plan in numbers.made.resultat.plans if plan.namn in names]
    bands = [(high, low) for low, high in BANDS]  # a high avvikelse is a low cost
    alt: list[Inline] = [f"Solfjädersdiagram. {content.title}, i miljoner kronor."]
    rows: list[tuple[Cell, ...]] = []
    for year in content.years:
        money = numbers.level(budget, year, MNKR)
        means = [numbers.against(budget, left, year, MNKR, plan.id) for plan in plans]
        ends = [[numbers.against(budget, left, year, MNKR, column=name) for name in pair] for pair in bands]
        alt += [f" År {year} är budgeten ", *_shown(money), " och kostnaden i nuläget i medel ", *_shown(means[0])]
        alt += [", i åtta år av tio från ", *_shown(ends[0][0]), " till ", *_shown(ends[0][1])]
        for plan, mean in zip(plans[1:], means[1:], strict=True):
            alt += [f"; {gement(plan.namn)} ", *_shown(mean)]
        alt.append(".")
        rows.append((year, money, *means, *(end for pair in ends for end in pair)))
    header = ["År", "Budget", *(f"{plan.namn}, medel" for plan in plans)]
    header += [f"Nuläge, {name.upper()}" for pair in BANDS for name in pair]
    table = Table(content.file, f"{content.title} (mnkr)", tuple(header), tuple(rows), (THIN_LINES,))
    caption = f"{content.title}: nulägets spridning år för år, och scenariernas medel"
    low = 2 + len(plans)  # the widest band; the other would crowd a chart of lines
    chart = Chart("line", table, tuple(range(1, low)), "mnkr", spans=((2, low, low + 1),))
    return Figure(content.file, path, tuple(alt), caption, chart)


def _differences(numbers: Numbers, content: Differences, path: Path) -> Figure:
    plans = numbers.made.resultat.plans[1:]
    alt: list[Inline] = [f"Punktdiagram med intervall. {content.title}."]
    rows: list[tuple[Cell, ...]] = []
    groups: list[tuple[str, str, int, int]] = []
    for panel in content.panels:
        figure = panel.figure
        row = figure.area, figure.measure, figure.part
        how = Shown(figure.factor, figure.decimals)
        alt.append(f" {figure.name}, {figure.unit}:")
        for place, plan in enumerate(plans):
            alt.append(" " if place == 0 else "; ")
            if not numbers.differs(plan.id, row, figure.period):
                alt.append(f"{gement(plan.namn)} oförändrat")
            else:
                change = numbers.change(plan.id, row, figure.period, how)
                sure = numbers.sureness(plan.id, row, figure.period, how)
                alt += [f"{gement(plan.namn)} ", *_shown(change), " (", *_shown(sure), ")"]
            rows.append((figure.name, plan.namn, figure.unit, *_row(numbers, plan.id, row, figure.period, how)))
        alt.append(".")
        groups.append((f"{figure.name}, skillnad", figure.unit, len(rows) - len(plans), len(rows)))
    header = ("Vad", "Scenario", "Enhet", "Skillnad", "95-procentsintervall", "P10–P90")
    note = (
        "Strecken på staplarna är 95-procentsintervallet för medelskillnaden. Når det över noll kan skillnaden inte "
        "skiljas från noll."
    )
    table = Table(content.file, content.title, header, tuple(rows), (note,))
    caption = f"{content.title}, med 95-procentsintervall och P10–P90"
    chart = Chart("bar", table, (3,), "", names=1, spans=((3, 4, 4),), groups=tuple(groups))
    return Figure(content.file, path, tuple(alt), caption, chart)


def _row(numbers: Numbers, scenario: str, row: Row, period: str, how: Shown) -> Iterator[Cell]:
    yield numbers.change(scenario, row, period, how)
    yield numbers.sureness(scenario, row, period, how)
    yield numbers.possible(scenario, row, period, how)


@dataclass(frozen=True)
class Chain:
    """A drawing of a vårdkedja; its size in its own units."""

    area: str
    path: Path
    width: float
    height: float


UPRIGHT, SIDEWAYS = 900.0, 1400.0
"""The widths of a drawing that fill the text's width, on a page that stands and on one that lies."""
LYING_PAGE, CAPTION, HEADING = 985.0, 62.0, 90.0
"""Heights in the units of a drawing: a page that lies, a figure's caption with its space, the heading."""


def chain_blocks(title: str, kommun: Kommun, chains: Sequence[Chain]) -> list[Block]:
    """Each vårdkedja: small ones on a page that stands, then the wide ones on pages on their side, with the last of the
    small ones where there is room; all on their side where that takes no more pages."""
    wide, small = ([chain for chain in chains if (chain.width > UPRIGHT) is lies] for lies in (True, False))
    pages, every = _packed(wide, 0.0), _packed([*wide, *small], HEADING)
    if wide and len(every) == len(pages):
        pages, small = every, []
    while len(small) > 1 and _placed(small[-1], pages):
        small.pop()
    lying = [chain for _, there in pages for chain in there]
    return [
        Heading(title, wide=not small),
        *(_chain_figure(kommun, chain, wide=False) for chain in small),
        *(_chain_figure(kommun, chain, wide=True) for chain in lying),
    ]


def _packed(chains: Sequence[Chain], begun: float) -> list[tuple[float, list[Chain]]]:
    """Pages on their side: the room left on each, and what is there. `begun`: what is taken of the first."""
    pages: list[tuple[float, list[Chain]]] = []
    for chain in chains:
        if not _placed(chain, pages):
            pages.append((LYING_PAGE - (0.0 if pages else begun) - _height(chain), [chain]))
    return pages


def _height(chain: Chain) -> float:
    """On a page on its side, with its caption."""
    return chain.height * min(1.0, SIDEWAYS / chain.width) + CAPTION


def _placed(chain: Chain, pages: list[tuple[float, list[Chain]]]) -> bool:
    """Put on the first page that has room, if one has. `pages`: the room left and what is there."""
    for place, (room, there) in enumerate(pages):
        if room >= _height(chain):
            pages[place] = (room - _height(chain), [*there, chain])
            return True
    return False


def _chain_figure(kommun: Kommun, chain: Chain, wide: bool) -> Figure:
    return Figure(
        f"vardkedja_{chain.area}",
        chain.path,
        (f"Flödesdiagram. {description(kommun, chain.area)}",),
        f"Vårdkedjan, {gement(kommun.verksamheter[chain.area].namn)}",
        width=min(1.0, chain.width / (SIDEWAYS if wide else UPRIGHT)),
        wide=wide,
    )
