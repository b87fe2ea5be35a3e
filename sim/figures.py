"""Figures in Swedish, as SVG and PNG. The only module that imports Matplotlib.

Legible without colour: nuläge is a solid black line with a grey band, scenarios differ in line style and marker, and
every line is named at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.markers import TICKDOWN, TICKLEFT
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from sim.figures_content import AgainstBudget, Content, Differences, Fan, OverTime, Panel, Who
from sim.figures_png import write_png
from sim.figures_text import drawable, with_drawable_text
from sim.swedish import tal

WIDTH, HEIGHT = 6.3, 3.5
"""Inches: the text width of a Word page."""
PNG_DPI = 300
INCH = 72.0
"""Points."""
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
TITLE, TEXT, SMALL, NOTE = 10.0, 9.0, 8.0, 7.5
"""Sizes of type, points."""
BOLD = 1.15
"""How much wider bold type is."""
LINE = 1.2
"""Between lines of text, as a multiple of their size."""
GREY = "#404040"
BEHIND = {"facecolor": "#F3F3F3", "edgecolor": "none", "pad": 0.5}
"""Of a word that a line may cross."""
SHADES = ("#DCDCDC", "#B4B4B4")
"""Of a fan's bands, the widest first."""
BUDGET = "#7A1F1F"
LIMIT = "Tidsgräns"
NEAR = 1.5
"""A limit farther off than so many times the values is told, not drawn."""
LOOK: dict[str, Any] = {
    "font.size": TEXT,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "svg.hashsalt": "hemmaplan",
    "axes.axisbelow": True,
    "text.hinting": "none",
    "text.parse_math": False,
}


def draw(content: Content, folder: Path) -> Path:
    """One figure, as SVG (which is returned) and PNG."""
    return write_figure(lambda: _figure(content), content.title, folder / f"{content.file}.svg")


def write_figure(made: Callable[[], Figure], title: str, path: Path) -> Path:
    """Draw with the project's look, as SVG at the path (which is returned) and as PNG beside it."""
    with mpl.rc_context(rc=LOOK):  # type: ignore[arg-type]
        figure = made()
        _write_svg(figure, title, path)
        figure.set_layout_engine("none")  # the layout stays as the first drawing made it
        figure.set_dpi(PNG_DPI)
        pixels: Any = FigureCanvasAgg(figure)
        pixels.draw()
        write_png(path.with_suffix(".png"), np.asarray(pixels.buffer_rgba()), PNG_DPI)
    return path


def svg(content: Content) -> bytes:
    """One figure, as the text of an SVG file."""
    return svg_text(lambda: _figure(content), content.title)


def svg_text(made: Callable[[], Figure], title: str) -> bytes:
    """As `write_figure`, kept in memory and without the PNG."""
    text = BytesIO()
    with mpl.rc_context(rc=LOOK):  # type: ignore[arg-type]
        _write_svg(made(), title, text)
    return text.getvalue()


def _figure(content: Content) -> Figure:
    shown = with_drawable_text(content)
    if isinstance(shown, OverTime):
        return _over_time(shown)
    if isinstance(shown, Fan):
        return _fan(shown)
    return _against_budget(shown) if isinstance(shown, AgainstBudget) else _differences(shown)


def _write_svg(figure: Figure, title: str, to: Path | BytesIO) -> None:
    vectors: Any = FigureCanvasSVG(figure)
    vectors.print_svg(to, metadata={"Date": None, "Title": drawable(title)})


def _look(who: Who) -> tuple[str, str | tuple[int, tuple[float, ...]], str]:
    """Colour, dashes and marker."""
    return STYLES[(who.number - 1) % len(STYLES)] if who.number else ("black", "-", "o")


@cache
def _width(text: str, size: float) -> float:
    """Of the longest line, points."""
    face = FontProperties(family=LOOK["font.family"], size=size)
    return max(text_to_path.get_text_width_height_descent(line, face, False)[0] for line in text.split("\n"))


def _fitted(title: str, room: float) -> tuple[str, bool]:
    """A title that stands above the plot where there is room, or else from the figure's left edge, on as many lines as
    it takes. Returns whether it is the former."""
    if BOLD * _width(title, TITLE) <= room:
        return title, True
    letters = len(title)
    while letters > 20 and BOLD * _width(wrapped(title, letters), TITLE) > WIDTH * INCH - 12:
        letters -= 1
    return wrapped(title, letters), False


class _Frame:
    """A figure with one plot, laid out by what is to be written around it; Matplotlib's own axes are several times
    slower. Places are in the units of the data, with distances from them in points."""

    def __init__(
        self, title: str, unit: str, note: str, x: tuple[float, float], y: tuple[float, float], right: float, ticks: int
    ) -> None:
        """`right`: points to leave for what is written there; `ticks`: at most so many on the y axis."""
        middle, half = (y[0] + y[1]) / 2, max((y[1] - y[0]) / 2, 1e-6 * abs(y[0] + y[1]), 1e-9) * 1.1
        self.x, self.y = x, (middle - half, middle + half)
        levels: Any = MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]).tick_values(*self.y)
        levels = levels[(levels >= self.y[0]) & (levels <= self.y[1])]
        labels = _labels(levels)
        left = 16 + LINE * TEXT + max((_width(label, TEXT) for label in labels), default=0.0)
        bottom = 14 + LINE * (TEXT + NOTE * (note.count("\n") + 1))
        across, up = WIDTH * INCH, HEIGHT * INCH
        title, beside = _fitted(title, across - left - 10)
        self.height = up - bottom - LINE * TITLE * (title.count("\n") + 1) - 10
        self.figure = Figure(figsize=(WIDTH, HEIGHT))
        self.axes = self.figure.add_axes(
            (left / across, bottom / up, 1 - (left + right) / across, self.height / up), xlim=x, ylim=self.y
        )
        self.axes.set_axis_off()
        self.axes.hlines(levels, *x, color=LOOK["grid.color"], linewidth=LOOK["grid.linewidth"], zorder=0.5)
        self.line([x[0], x[0], x[1]], [self.y[1], self.y[0], self.y[0]], linewidth=0.8)
        self.line([x[0]] * len(levels), levels, linestyle="none", marker=TICKLEFT, markersize=3.5, markeredgewidth=0.8)
        for level, label in zip(levels, labels, strict=True):
            self.text(x[0], level, label, -6, 0, ha="right", va="center_baseline")
        self.figure.text(0.01, (bottom + self.height / 2) / up, unit, rotation=90, va="center")
        self.text(x[0], self.y[1], title, 0 if beside else 6 - left, 6, fontsize=TITLE, fontweight="bold", va="bottom")
        self.figure.text(0.01, 4 / up, note, fontsize=NOTE, color=GREY, va="bottom")

    def line(self, x: Any, y: Any, **look: Any) -> None:
        self.axes.plot(x, y, **{"color": "black", "clip_on": False, "solid_capstyle": "butt", **look})

    def text(self, x: float, y: float, text: str, right: float, up: float, **look: Any) -> None:
        """So many points to the right of a place and above it."""
        apart = ScaledTranslation(right / INCH, up / INCH, self.figure.dpi_scale_trans)
        self.axes.text(x, y, text, transform=self.axes.transData + apart, **look)

    def x_names(self, places: Sequence[float], names: Sequence[str], ticks: Sequence[float]) -> None:
        low = [self.y[0]] * len(ticks)
        self.line(ticks, low, linestyle="none", marker=TICKDOWN, markersize=3.5, markeredgewidth=0.8)
        for place, name in zip(places, names, strict=True):
            self.text(place, self.y[0], name, 0, -6, ha="center", va="top")


def _labels(values: Any) -> list[str]:
    """As few decimals as say the values exactly, at most two."""
    found = (places for places in (0, 1) if np.allclose(values, np.round(values, places), atol=1e-9))
    places = next(found, 2)
    return [tal(float(value), places) for value in values]


def _over_time(content: OverTime) -> Figure:
    """Months on the x axis."""
    time = content.curves[0].months
    first, last = int(time[0]), int(time[-1]) + 1
    every = np.concatenate([content.low, content.high, *(curve.means for curve in content.curves)])
    names = [wrapped(curve.who.name) for curve in content.curves]
    right = 14 + max(_width(name, SMALL) for name in ([*names, LIMIT] if content.limit is not None else names))
    inside = float(np.nanmin(every)), float(np.nanmax(every))
    near = content.limit is not None and inside[0] / NEAR <= content.limit <= inside[1] * NEAR
    if content.limit is not None and near:
        inside = min(inside[0], content.limit), max(inside[1], content.limit)
    frame = _Frame(content.title, content.unit, content.note, (first, last), inside, right, 9)
    axes = frame.axes
    if content.limit is not None and near:
        frame.line([first, last], [content.limit] * 2, color=GREY, linestyle=(0, (2, 2)), linewidth=1.2)
    _mark_basar(frame, first)
    axes.fill_between(time, content.low, content.high, color="#D0D0D0", linewidth=0)
    for curve in content.curves:
        color, dashes, marker = _look(curve.who)
        look: dict[str, Any] = {"marker": marker, "markevery": 6, "markersize": 3.5} if curve.who.number else {}
        axes.plot(curve.months, curve.means, color=color, linestyle=dashes, linewidth=1.6, **look)
    frame.x_names(
        [year + 0.5 for year in range(first, last)], [str(y) for y in range(first, last)], range(first, last + 1)
    )
    ends = [
        (float(curve.means[-1]), name, _look(curve.who)[0]) for curve, name in zip(content.curves, names, strict=True)
    ]
    if content.limit is not None and near:
        ends.append((content.limit, LIMIT, GREY))
    _name_ends(frame, float(time[-1]), ends)
    return frame.figure


def _mark_basar(frame: _Frame, first: float) -> None:
    frame.axes.axvspan(first, first + 1, color="#F3F3F3", zorder=-1, linewidth=0)
    frame.text(first, frame.y[1], "basår", 2, -2, fontsize=SMALL, color="#595959", va="top", bbox=BEHIND)


def _name_ends(frame: _Frame, last: float, ends: Sequence[tuple[float, str, str]]) -> None:
    """Name each line at its right end, moved apart where they would overlap."""
    low, high = frame.y
    line_height = LINE * SMALL / frame.height * (high - low)
    placed: list[tuple[float, float, str, str]] = []
    top = -np.inf
    for value, name, color in sorted(ends, key=lambda end: end[0]):
        height = line_height * (name.count("\n") + 1)
        at = max(value, top + height / 2)
        top = at + height / 2
        placed.append((at, value, name, color))
    over = max(top - high, 0.0)
    right = frame.x[1]
    for at, value, name, color in placed:
        beside = right + 0.012 * (right - frame.x[0])
        frame.line([last, beside], [value, at - over], color=color, linewidth=0.5)
        frame.text(beside, at - over, name, 2, 0, color=color, fontsize=SMALL, va="center")


def wrapped(name: str, width: int = 18) -> str:
    lines = [""]
    for word in name.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _against_budget(content: AgainstBudget) -> Figure:
    """Outcome of the budgeted kostnadsslag each year, with P10-P90, beside the budget."""
    outcomes, count = content.outcomes, len(content.years)
    every = np.concatenate([content.budget, *(part for each in outcomes for part in (each.low, each.high))])
    names = [wrapped(each.who.name) for each in outcomes]
    right = 44 + max(_width(name, SMALL) for name in ("Budget", *names))
    inside = float(np.nanmin(every)), float(np.nanmax(every))
    frame = _Frame(content.title, "mnkr", content.note, (-0.6, count - 0.4), inside, right, 6)
    axes = frame.axes
    for year, money in enumerate(content.budget.tolist()):
        label = "Budget" if year == 0 else None
        frame.line([year - 0.45, year + 0.45], [money] * 2, linewidth=2.4, label=label)
    width = 0.8 / len(outcomes)
    for number, (each, name) in enumerate(zip(outcomes, names, strict=True)):
        at = np.arange(count) - 0.4 + width * (number + 0.5)
        color, _, marker = _look(each.who)
        axes.vlines(at, each.low, each.high, color=color, linewidth=1.6)
        face = color if each.who.number else "white"
        axes.plot(at, each.means, marker, color=color, markersize=5, label=name, markerfacecolor=face)
    frame.x_names(range(count), content.years, range(count))
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=SMALL, frameon=False)
    return frame.figure


def _fan(content: Fan) -> Figure:
    """Bands between years; the budget as a step, which changes from one year to the next."""
    count = len(content.years)
    time = content.curves[0].months
    parts = [content.budget, *(end for band in content.bands for end in band), *(c.means for c in content.curves)]
    every = np.concatenate(parts)
    names = [wrapped(curve.who.name) for curve in content.curves]
    right = 14 + max(_width(name, SMALL) for name in ("Budget", *names))
    inside = float(np.nanmin(every)), float(np.nanmax(every))
    frame = _Frame(content.title, "mnkr", content.note, (-0.5, count - 0.5), inside, right, 7)
    _mark_basar(frame, -0.5)
    for (low, high), grey in zip(content.bands, SHADES, strict=True):
        frame.axes.fill_between(time, low, high, color=grey, linewidth=0)
    steps = np.repeat(np.arange(count + 1) - 0.5, 2)[1:-1]
    frame.line(steps, np.repeat(content.budget, 2), color=BUDGET, linewidth=2.4)
    for curve in content.curves:
        color, dashes, marker = _look(curve.who)
        look: dict[str, Any] = {"marker": marker, "markersize": 4.5}
        frame.axes.plot(curve.months, curve.means, color=color, linestyle=dashes, linewidth=1.6, **look)
    frame.x_names(range(count), content.years, range(count))
    ends = [
        (float(curve.means[-1]), name, _look(curve.who)[0]) for curve, name in zip(content.curves, names, strict=True)
    ]
    _name_ends(frame, float(time[-1]), [*ends, (float(content.budget[-1]), "Budget", BUDGET)])
    return frame.figure


def _differences(content: Differences) -> Figure:
    scenarios, panels = content.scenarios, content.panels
    rows = -(-len(panels) // MOST_PANELS)
    figure = Figure(figsize=(WIDTH, 0.6 + rows * (0.9 + 0.45 * len(scenarios))), layout="constrained")
    grid = figure.subplots(rows, min(len(panels), MOST_PANELS), sharey=True, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        _difference_panel(axes, panel, scenarios)
        axes.set_ylim(len(scenarios) - 0.4, -0.6)
        axes.set_yticks(range(len(scenarios)), labels=[wrapped(who.name, 22) for who in scenarios])
        axes.tick_params(axis="y", length=0)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    figure.suptitle(content.title, fontsize=TITLE, fontweight="bold", x=0.01, ha="left")
    figure.supxlabel(content.note, fontsize=NOTE, x=0.01, ha="left", color=GREY)
    return figure


def _difference_panel(axes: Axes, panel: Panel, scenarios: Sequence[Who]) -> None:
    figure = panel.figure
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_title(f"{wrapped(figure.name, 24)}\n({figure.unit})", fontsize=8.5)
    texts: list[tuple[int, float, str]] = []
    for index, (who, row) in enumerate(zip(scenarios, panel.changes, strict=True)):
        if row is None:
            continue
        color, _, marker = _look(who)
        scale = figure.factor
        axes.hlines(index, row["p10"] * scale, row["p90"] * scale, color=color, linewidth=1.0)
        axes.hlines(index, row["ki95_lag"] * scale, row["ki95_hog"] * scale, color=color, linewidth=4.0)
        axes.plot(row["skillnad"] * scale, index, marker=marker, color=color, markersize=5)
        texts.append((index, row["skillnad"] * scale, "oförändrat" if row["skillnad"] == 0 else ""))
    axes.margins(x=0.25)
    if all(at == 0 for _, at, _ in texts):
        axes.set_xlim(-1, 1)
    low, high = axes.get_xlim()
    for index, at, text in texts:
        share = (at - low) / (high - low)
        side: Literal["left", "center", "right"] = "left" if share < 0.3 else "right" if share > 0.7 else "center"
        axes.annotate(
            text or tal(at, figure.decimals, sign=True),
            (at, index),
            ({"left": 3, "center": 0, "right": -3}[side], 7),
            textcoords="offset points",
            ha=side,
            fontsize=NOTE,
        )
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tal(value)))
