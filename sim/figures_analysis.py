"""Figures of the analyses: what a difference is made of, and which assumptions move it. In greyscale too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.analysis.tornado import Effect, Tornado, interval
from sim.analysis.tornado_text import called, value_text
from sim.analysis.waterfall import Waterfall
from sim.analysis.waterfall_text import INTERACTION, TOGETHER
from sim.figures_axes import svg_text, write_figure
from sim.figures_look import GREY, NOTE, SMALL, TITLE, WIDTH, wrapped
from sim.swedish import tal

NAMES = 30
"""Letters in a line of what stands beside a bar."""
LINE_INCHES, ROW_INCHES, AROUND_INCHES = 0.135, 0.26, 1.2
LOOKS: tuple[dict[str, Any], ...] = (
    {"facecolor": "#E69F6B", "hatch": "///"},
    {"facecolor": "#0072B2"},
    {"facecolor": "white", "hatch": "..."},
    {"facecolor": "#595959"},
)
MORE, LESS, MIXED, ALL = LOOKS
"""A part that adds, one that takes away, the interaction, and the whole: told apart by hatching too."""


def draw_waterfall(made: Waterfall, folder: Path) -> Path:
    """`varfor.svg` and PNG: each cause from where the one above ended, then the whole."""
    title = _against(made)
    return write_figure(lambda: _waterfall(made, title), title, folder / "varfor.svg")


def waterfall_svg(made: Waterfall) -> bytes:
    """The same as the text of an SVG file."""
    title = _against(made)
    return svg_text(lambda: _waterfall(made, title), title)


def _against(made: Waterfall) -> str:
    return f"{made.second} mot {'nuläget' if made.first == 'Nuläge' else made.first}"


def _waterfall(made: Waterfall, title: str) -> Figure:
    asked = made.splits[0]
    figure = asked.figure
    several = len(made.causes) > 1
    parts = [*asked.alone, *([asked.interaction] if several else []), asked.total]
    names = [wrapped(cause.name, NAMES) for cause in made.causes]
    names += [wrapped(INTERACTION, NAMES)] * several + [TOGETHER]
    heights = [ROW_INCHES + LINE_INCHES * (name.count("\n") + 1) for name in names]
    drawing = Figure(figsize=(WIDTH, AROUND_INCHES + sum(heights)), layout="constrained")
    axes = drawing.subplots()
    middles = np.cumsum(heights) - np.array(heights) / 2
    reached = 0.0
    ends = []
    for number, (values, middle) in enumerate(zip(parts, middles.tolist(), strict=True)):
        mean, low, high = (value * figure.factor for value in asked.interval(values))
        last = number == len(parts) - 1
        start = 0.0 if last else reached
        look = ALL if last else MIXED if several and number == len(made.causes) else MORE if mean > 0 else LESS
        axes.barh(middle, mean, left=start, height=0.24, edgecolor="black", linewidth=0.7, **look)
        if low < high:
            axes.hlines(middle + 0.17, start + low, start + high, color="black", linewidth=1.6)
        reached = start + mean
        ends += [start, start + mean, start + low, start + high]
        if not last:
            axes.vlines(reached, middle, middles[number + 1], color=GREY, linewidth=0.6, linestyle=(0, (2, 2)))
        text = tal(mean, figure.decimals, sign=True) if np.any(values) else "oförändrat"
        axes.annotate(
            text, (max(start, start + mean, start + high), middle), (4, 0), textcoords="offset points", va="center"
        )
    axes.set_ylim(float(np.sum(heights)) + 0.06, 0.0)
    axes.set_yticks(middles.tolist(), labels=names, fontsize=SMALL)
    _horizontal(axes, [0.0, *ends], f"{figure.name}, {figure.period} ({figure.unit})")
    drawing.suptitle(title, fontsize=TITLE, fontweight="bold", x=0.01, ha="left")
    note = "Stapel: medelskillnad av möjliga framtider. Streck under: 95-procentsintervall för den delen."
    drawing.supxlabel(note, fontsize=NOTE, x=0.01, ha="left", color=GREY)
    return drawing


FAR = 2.0
"""Zero farther off than so many times what all bars span is left out, so that the bars can be seen."""
SHOWN = 10
"""Bars of a tornado."""


def draw_tornado(made: Tornado, folder: Path) -> list[Path]:
    """`kanslighet_<scenario>.svg` and PNG for each scenario that some assumption moves."""
    found = []
    for number, scenario in enumerate(made.question.study.scenarios):
        shown = [each for each in made.effects if each.change[:, number].any()][:SHOWN]
        if shown:
            title, path = f"{scenario.namn}: vad svaret vilar på", folder / f"kanslighet_{scenario.id}.svg"
            found.append(write_figure(partial(_tornado, made, number, shown, title), title, path))
    return found


def _tornado(made: Tornado, number: int, shown: Sequence[Effect], title: str) -> Figure:
    figure, kommun = made.question.figure, made.question.study.kommun
    names = [wrapped(f"{called(each.tried, kommun)}{'' if each.fits else ' *'}", NAMES) for each in shown]
    heights = [ROW_INCHES + LINE_INCHES * (name.count("\n") + 1) for name in names]
    drawing = Figure(figsize=(WIDTH, AROUND_INCHES + 0.15 + sum(heights)), layout="constrained")
    axes = drawing.subplots()
    middles = (np.cumsum(heights) - np.array(heights) / 2).tolist()
    written = interval(made.change[number])[0] * figure.factor
    ends = [written]
    for each, middle in zip(shown, middles, strict=True):
        found = [interval(each.change[end, number])[0] * figure.factor for end in (0, 1)]
        for end, value in enumerate(found):
            look = (MIXED, ALL)[end]
            axes.barh(middle, value - written, left=written, height=0.22, edgecolor="black", linewidth=0.7, **look)
            beyond = value > written or (value == written and end == 1)
            axes.annotate(
                value_text(each.tried.ends[end]),
                (value, middle),
                (3 if beyond else -3, 0),
                textcoords="offset points",
                va="center",
                ha="left" if beyond else "right",
                fontsize=NOTE,
            )
        ends += found
    axes.set_ylim(sum(heights) + 0.06, 0.0)
    axes.set_yticks(middles, labels=names, fontsize=SMALL)
    near = min(map(abs, ends)) <= FAR * (max(ends) - min(ends)) or min(ends) <= 0 <= max(ends)
    label = f"Skillnad mot nuläget: {figure.name}, {figure.period} ({figure.unit})"
    _horizontal(axes, [0.0, *ends] if near else ends, label, both=True)
    axes.axvline(written, color="black", linewidth=0.8, linestyle=(0, (4, 2)))
    drawing.suptitle(title, fontsize=TITLE, fontweight="bold", x=0.01, ha="left")
    zero = " Heldragen: noll." if near else ""
    note = (
        f"Streckad linje: talen som de står ({tal(written, figure.decimals, sign=True)}).{zero}\n"
        "Prickig stapel: antagandets låga ände. Mörk: den höga. Siffran vid stapeln är antagandets värde där."
    )
    if not all(each.fits for each in shown):
        note += "\n* Där står kommunens publicerade siffror inte kvar."
    drawing.supxlabel(note, fontsize=NOTE, x=0.01, ha="left", color=GREY)
    return drawing


def _horizontal(axes: Axes, ends: list[float], label: str, both: bool = False) -> None:
    """Zero as a line where it is within, room for numbers at the right (or at both sides), Swedish numbers below."""
    low, high = min(ends), max(ends)
    room = (high - low) or 1.0
    axes.set_xlim(low - (0.16 if both else 0.05) * room, high + (0.16 if both else 0.2) * room)
    if low <= 0 <= high:
        axes.axvline(0, color="black", linewidth=0.8)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label, fontsize=SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))


def _short(value: float) -> str:
    """As few decimals as say it, at most two."""
    return tal(value, next((places for places in (0, 1) if abs(value - round(value, places)) < 1e-9), 2))
