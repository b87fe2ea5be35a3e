"""The figure of what each unit is worth: what it saves and costs, and its net with the range of an assumption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.analysis.assumption import values_text
from sim.analysis.marginal_text import MNKR, Valued, tal_amount
from sim.figures_axes import svg_text, write_figure
from sim.figures_look import GREY, NOTE, SMALL, TITLE, WIDTH, wrapped
from sim.swedish import tal

HEIGHT = 3.5
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "black", "marker": "o", "linestyle": "-"},
    {"color": "#D55E00", "marker": "v", "linestyle": (0, (1, 1))},
    {"color": "#0072B2", "marker": "^", "linestyle": (0, (5, 1.5))},
)
"""As written, low and high: told apart by line and marker too."""
SHARE_OF_TITLE = 62
"""Letters in a line of the title."""


def draw_value(made: Valued, folder: Path) -> Path:
    """`varde.svg` and PNG: net of each unit, mnkr a year."""
    title = _title(made)
    return write_figure(lambda: _value(made, title), title, folder / "varde.svg")


def value_svg(made: Valued) -> bytes:
    """The same as the text of an SVG file."""
    title = _title(made)
    return svg_text(lambda: _value(made, title), title)


def _title(made: Valued) -> str:
    return f"Vad är fler värda? {made.written.question.target.words}"


def _value(made: Valued, title: str) -> Figure:
    of = made.written
    numbers = np.array(of.question.amounts)
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = figure.subplots()
    axes.axhline(0, color="black", linewidth=0.8)
    low, high = of.netto.ki95_lag * MNKR, of.netto.ki95_hog * MNKR
    axes.vlines(numbers, low, high, color="black", linewidth=3.0)
    several = len(made.stances) > 1
    ends = []
    for (stance, each), look in zip(made.stances, LOOKS, strict=False):
        net = each.netto.medel * MNKR
        axes.plot(numbers, net, markersize=4, linewidth=1.4, **look)
        name = f"{stance.name.capitalize()}: {values_text(stance.values)}" if several else "Netto"
        ends.append((float(net[-1]), wrapped(name, 16), look["color"]))
    room = float(np.ptp(axes.get_ylim()))
    at = -np.inf
    for value, name, color in sorted(ends):
        lines = name.count("\n") + 1
        at = max(value, at + 0.055 * room * (lines + 0.2))
        axes.annotate(
            name,
            (1.01, at),
            xycoords=("axes fraction", "data"),
            color=color,
            fontsize=SMALL,
            va="center",
            annotation_clip=False,
        )
    axes.set_ylabel("Netto, mnkr om året och enhet", fontsize=SMALL)
    axes.set_xlabel(f"{of.question.target.unit.capitalize()} nr", fontsize=SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(min(len(numbers), 10), integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tal_amount(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tal(value, 2)))
    figure.suptitle(wrapped(title, SHARE_OF_TITLE), fontsize=TITLE, fontweight="bold", x=0.01, ha="left")
    note = "Över noll: enheten sparar mer än den kostar. Lodrätt streck: 95-procentsintervall, talen som de står."
    if several:
        note += "\nÖvriga linjer: antagandet i spannets ändar, de publicerade siffrorna " + (
            "kvar." if all(stance.kept for stance, _ in made.stances) else "inte kvar."
        )
    figure.supxlabel(note, fontsize=NOTE, x=0.01, ha="left", color=GREY)
    return figure
