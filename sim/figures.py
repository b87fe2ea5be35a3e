"""Figures in Swedish, as SVG and PNG, from the comparison's tables. The only module that imports Matplotlib.

Legible without colour: nuläge is a solid black line with a grey band, scenarios differ in line style and marker, and
every line is named at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator

from sim.calendars import is_month
from sim.comparison import Comparison
from sim.costs import ALL_AREAS
from sim.figure_list import Line, lines_of
from sim.labels import KOSTNADSSLAG
from sim.scenario import NULAGE
from sim.summary import KeyFigure, Lookup, key_figures, planning_periods, row_of
from sim.swedish import tal

WIDTH, HEIGHT = 6.3, 3.5
"""Inches: the text width of a Word page."""
PNG_DPI = 300
MOST_PANELS = 3
"""Beside one another."""
STYLES = (
    ("#0072B2", (0, (5, 1.5)), "o"),
    ("#D55E00", (0, (1, 1)), "s"),
    ("#007A5A", (0, (6, 1.5, 1, 1.5)), "^"),
    ("#8A4F7D", (0, (3, 1, 1, 1, 1, 1)), "D"),
    ("#5A5A00", (0, (8, 3)), "v"),
    ("#444444", (0, (2, 3)), "P"),
)
LOOK: dict[str, Any] = {
    "font.size": 9.0,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "svg.hashsalt": "hemmaplan",
    "axes.axisbelow": True,
}


def draw_all(made: Comparison, folder: Path) -> list[Path]:
    """Every figure of a study. Returns the SVG files; each has a PNG of 300 dpi beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with mpl.rc_context(rc=LOOK):  # type: ignore[arg-type]
        for line in lines_of(made):
            figure = over_time(made, line)
            if figure is not None:
                written.append(_save(figure, folder / line.file))
        for area in sorted(made.resultat.study.kommun.verksamheter):
            figure = against_budget(made, area)
            if figure is not None:
                written.append(_save(figure, folder / f"kostnad_mot_budget_{area}"))
        if len(made.resultat.plans) > 1:
            written.append(_save(differences(made), folder / "skillnader"))
    return written


def _save(figure: Figure, path: Path) -> Path:
    """Drawn once for each format: `savefig` would draw everything twice, and lay it out anew."""
    svg = path.with_suffix(".svg")
    vectors: Any = FigureCanvasSVG(figure)
    vectors.print_svg(svg, metadata={"Date": None, "Title": figure.get_suptitle() or path.name})
    figure.set_layout_engine("none")  # the layout stays as the first drawing made it
    figure.set_dpi(PNG_DPI)
    pixels: Any = FigureCanvasAgg(figure)
    pixels.print_png(path.with_suffix(".png"), metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return svg


def _series(lookup: Lookup, line: Line, scenario: str) -> pd.DataFrame:
    """The months of a measure, in order."""
    lines = lookup(scenario, (line.area, line.measure, line.part))
    return lines[lines["period"].map(is_month)]


def _years(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[lines["period"].str.fullmatch(r"\d{4}")]


BARELY = 0.01
"""A scenario whose mean never leaves nuläge by more than this share of its level is named, not drawn."""


def shown_and_not(made: Comparison, line: Line) -> tuple[dict[str, int], list[str], list[str]]:
    """Scenarios to draw, each with its first month of difference; those barely different; and those equal to nuläge."""
    level = float(_series(made.levels, line, NULAGE)["medel"].abs().mean())
    drawn: dict[str, int] = {}
    barely, equal = [], []
    for plan in made.resultat.plans[1:]:
        series = _series(made.changes, line, plan.id)
        apart = (series[["skillnad", "p10", "p90"]].abs() > 1e-12).any(axis=1).to_numpy()
        if not apart.any():
            equal.append(plan.namn)
        elif float(series["skillnad"].abs().max()) < BARELY * level:
            barely.append(plan.namn)
        else:
            drawn[plan.id] = int(np.argmax(apart))
    return drawn, barely, equal


def style_of(made: Comparison, scenario: str) -> tuple[str, tuple[int, tuple[float, ...]], str]:
    """A scenario looks the same in every figure of a study."""
    order = [plan.id for plan in made.resultat.plans[1:]]
    return STYLES[order.index(scenario) % len(STYLES)]


def over_time(made: Comparison, line: Line) -> Figure | None:
    """Months on the x axis: nuläge with P10-P90, and the mean of each scenario that differs."""
    base = _series(made.levels, line, NULAGE)
    if base.empty:
        return None
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = figure.subplots()
    time = _mid_months(base["period"])
    axes.fill_between(
        time,
        base["p10"] * line.factor,
        base["p90"] * line.factor,
        color="#D0D0D0",
        linewidth=0,
        label="P10–P90, nuläge",
    )
    axes.plot(time, base["medel"] * line.factor, color="black", linewidth=1.6)
    ends = [("Nuläge", float(base["medel"].iloc[-1] * line.factor), "black")]
    names = {plan.id: plan.namn for plan in made.resultat.plans}
    drawn, barely, equal = shown_and_not(made, line)
    for scenario, first_month in drawn.items():
        series = _series(made.levels, line, scenario).iloc[max(first_month - 1, 0) :]
        color, dashes, marker = style_of(made, scenario)
        values = series["medel"] * line.factor
        axes.plot(
            _mid_months(series["period"]),
            values,
            color=color,
            linestyle=dashes,
            linewidth=1.6,
            marker=marker,
            markevery=6,
            markersize=3.5,
        )
        ends.append((names[scenario], float(values.iloc[-1]), color))
    first = int(str(base["period"].iloc[0])[:4])
    _time_axis(axes, first, float(time[-1]))
    axes.yaxis.set_major_formatter(SwedishTicks())
    axes.set_ylabel(line.unit)
    axes.set_title(line.title)
    _name_ends(axes, ends, float(time[-1]))
    note = "Linjer: medel av möjliga framtider. Grått band: P10–P90 för nuläget."
    without = [f"Oförändrat: {', '.join(equal)}."] if equal else []
    without += [f"Skiljer sig mindre än en procent: {', '.join(barely)}."] if barely else []
    if without:
        note += "\n" + " ".join(without)
    _note(figure, note)
    return figure


def _mid_months(periods: pd.Series) -> np.ndarray:
    return np.array([int(p[:4]) + (int(p[5:]) - 0.5) / 12 for p in periods])


def _time_axis(axes: Axes, first_year: int, last: float) -> None:
    years = list(range(first_year, int(last) + 1))
    axes.set_xlim(first_year, int(last) + 1)
    axes.set_xticks([*years, int(last) + 1], labels=[""] * (len(years) + 1))
    axes.set_xticks([year + 0.5 for year in years], labels=[str(year) for year in years], minor=True)
    axes.tick_params(axis="x", which="minor", length=0)
    axes.axvspan(first_year, first_year + 1, color="#F3F3F3", zorder=-1)
    axes.text(
        first_year + 0.03, 0.985, "basår", transform=axes.get_xaxis_transform(), fontsize=8, color="#595959", va="top"
    )


class SwedishTicks(Formatter):
    """As few decimals as say the ticks exactly, at most two."""

    def __call__(self, value: float, pos: int | None = None) -> str:
        return tal(value, 2)

    def format_ticks(self, values: Any) -> list[str]:
        found = (places for places in (0, 1) if np.allclose(values, np.round(values, places), atol=1e-9))
        places = next(found, 2)
        return [tal(float(value), places) for value in values]


def _name_ends(axes: Axes, ends: Sequence[tuple[str, float, str]], last: float) -> None:
    """Name each line at its right end, moved apart where they would overlap."""
    low, high = axes.get_ylim()
    line_height = 0.058 * (high - low)
    placed: list[tuple[float, str, str, float]] = []
    top = -np.inf
    for name, value, color in sorted(ends, key=lambda end: end[1]):
        height = line_height * _wrapped(name).count("\n") + line_height
        at = max(value, top + height / 2)
        top = at + height / 2
        placed.append((at, name, color, value))
    over = max(top - high, 0.0)
    placed = [(at - over, name, color, value) for at, name, color, value in placed]
    right = axes.get_xlim()[1]
    for at, name, color, value in placed:
        axes.annotate(
            _wrapped(name),
            xy=(last, value),
            xytext=(right + 0.06, at),
            color=color,
            fontsize=8,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.5, "shrinkA": 1, "shrinkB": 1},
        )


def _wrapped(name: str, width: int = 18) -> str:
    lines = [""]
    for word in name.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _note(figure: Figure, text: str) -> None:
    figure.supxlabel(text, fontsize=7.5, x=0.01, ha="left", color="#404040")


def against_budget(made: Comparison, area: str) -> Figure | None:
    """Outcome of the budgeted kostnadsslag each year, with P10-P90, beside the budget."""
    budget = _years(made.levels(NULAGE, (area, "budget", "")))
    if budget.empty:
        return None
    verksamhet = made.resultat.study.kommun.verksamheter[area]
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = figure.subplots()
    years = budget["period"].tolist()
    against = (area, "avvikelse", "")
    plans = [
        plan
        for plan in made.resultat.plans
        if plan.id == NULAGE or (made.changes(plan.id, against)["skillnad"] != 0).any()
    ]
    width = 0.8 / len(plans)
    for index, (_, row) in enumerate(budget.iterrows()):
        axes.plot(
            [index - 0.45, index + 0.45],
            [row["medel"] * 1e-6] * 2,
            color="black",
            linewidth=2.4,
            label="Budget" if index == 0 else None,
            solid_capstyle="butt",
        )
    for number, plan in enumerate(plans):
        rows = _years(made.levels(plan.id, against))
        money = budget["medel"].to_numpy() * 1e-6
        middle = money - rows["medel"].to_numpy() * 1e-6
        high, low = money - rows["p10"].to_numpy() * 1e-6, money - rows["p90"].to_numpy() * 1e-6
        at = np.arange(len(years)) - 0.4 + width * (number + 0.5)
        color, marker = (
            ("black", "o") if plan.id == NULAGE else (style_of(made, plan.id)[0], style_of(made, plan.id)[2])
        )
        axes.vlines(at, low, high, color=color, linewidth=1.6)
        axes.plot(
            at,
            middle,
            linestyle="none",
            marker=marker,
            color=color,
            markersize=5,
            label=_wrapped(plan.namn),
            markerfacecolor="white" if number == 0 else color,
        )
    axes.set_xticks(range(len(years)), labels=years)
    axes.set_xlim(-0.6, len(years) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(SwedishTicks())
    axes.set_ylabel("mnkr")
    what = ", ".join(KOSTNADSSLAG[line].lower() for line in verksamhet.budget_tkr)
    figure.suptitle(f"{verksamhet.namn}: {what} mot budget", fontsize=10, fontweight="bold", x=0.01, ha="left")
    figure.legend(loc="outside right center", fontsize=8, frameon=False)
    equal = [plan.namn for plan in made.resultat.plans if plan not in plans]
    note = "Punkt: medel av möjliga år. Streck: P10–P90, spridningen mellan möjliga år."
    _note(figure, f"{note}\nOförändrat: {', '.join(equal)}." if equal else note)
    return figure


def differences(made: Comparison) -> Figure:
    """Each scenario against nuläge over the planning years: mean difference, its 95 % interval, and P10-P90."""
    planning, last_year = planning_periods(made)
    wanted = {"nettokostnad", "varddygn_extern", "bidragsmanader"}
    panels = [
        figure
        for figure in key_figures(made.resultat.study.kommun, planning, last_year)
        if figure.measure in wanted and (figure.measure != "nettokostnad" or figure.area == ALL_AREAS)
    ]
    plans = made.resultat.plans[1:]
    differing = [panel for panel in panels if any(_moves(made, panel, plan.id) for plan in plans)]
    panels = differing or panels[:1]
    rows = -(-len(panels) // MOST_PANELS)
    figure = Figure(figsize=(WIDTH, 0.6 + rows * (0.9 + 0.45 * len(plans))), layout="constrained")
    grid = figure.subplots(rows, min(len(panels), MOST_PANELS), sharey=True, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        _difference_panel(made, axes, panel)
        axes.set_ylim(len(plans) - 0.4, -0.6)
        axes.set_yticks(range(len(plans)), labels=[_wrapped(plan.namn, 22) for plan in plans])
        axes.tick_params(axis="y", length=0)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    figure.suptitle(f"Skillnad mot nuläget, {planning}", fontsize=10, fontweight="bold", x=0.01, ha="left")
    _note(
        figure,
        "Punkt och siffra: medelskillnad. Tjockt streck: 95-procentsintervall för medelskillnaden.\n"
        "Tunt streck: P10–P90, spridningen mellan möjliga framtider.",
    )
    return figure


def _moves(made: Comparison, panel: KeyFigure, scenario: str) -> bool:
    row = row_of(made.changes, panel, scenario)
    return row is not None and bool(abs(row["p10"]) + abs(row["p90"]) + abs(row["skillnad"]) > 0)


def _difference_panel(made: Comparison, axes: Axes, panel: KeyFigure) -> None:
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_title(f"{_wrapped(panel.name, 24)}\n({panel.unit})", fontsize=8.5, loc="center", fontweight="normal")
    texts: list[tuple[int, float, str]] = []
    for index, plan in enumerate(made.resultat.plans[1:]):
        row = row_of(made.changes, panel, plan.id)
        if row is None:
            continue
        color, _, marker = style_of(made, plan.id)
        scale = panel.factor
        axes.hlines(index, row["p10"] * scale, row["p90"] * scale, color=color, linewidth=1.0)
        axes.hlines(index, row["ki95_lag"] * scale, row["ki95_hog"] * scale, color=color, linewidth=4.0)
        axes.plot(row["skillnad"] * scale, index, marker=marker, color=color, markersize=5)
        texts.append((index, float(row["skillnad"] * scale), "oförändrat" if row["skillnad"] == 0 else ""))
    axes.margins(x=0.25)
    if all(at == 0 for _, at, _ in texts):
        axes.set_xlim(-1, 1)
    low, high = axes.get_xlim()
    for index, at, text in texts:
        share = (at - low) / (high - low)
        side: Literal["left", "center", "right"] = "left" if share < 0.3 else "right" if share > 0.7 else "center"
        axes.annotate(
            text or tal(at, panel.decimals, sign=True),
            (at, index),
            ({"left": 3, "center": 0, "right": -3}[side], 7),
            textcoords="offset points",
            ha=side,
            fontsize=7.5,
        )
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tal(value)))
