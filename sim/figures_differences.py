"""The figure of differences: a small plot for each key figure, with the scenarios one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from sim.figures_content import Differences, Panel, Who
from sim.figures_drawing import Drawing, Marks, Part, Stroke, rectangle
from sim.figures_frame import ACROSS, EDGE, THIN, TICK
from sim.figures_look import BLACK, GREY, GRID, HEAD, INCH, LINE, NOTE, STYLES, TEXT, TITLE, wrapped
from sim.figures_text import folded, width, words
from sim.swedish import tal

MOST_PANELS = 3
"""Beside one another."""
ROOM = 0.25
"""On each side of what is shown, as a share of it."""
EACH = 0.45 * INCH
"""Height of a scenario in a plot."""
BETWEEN = 12.0
"""Plots, at least."""
ABOVE = 7.0
"""A point, its number."""


class Plot(NamedTuple):
    """A key figure's part of the x axis: ends, ticks and what is written at them."""

    panel: Panel
    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def share(self, value: float) -> float:
        """How far along the axis."""
        return (value - self.low) / (self.high - self.low)

    def beyond(self, across: float) -> tuple[float, float]:
        """How far the labels reach outside a plot so many points wide, on its left and on its right."""
        halves = [
            (width(label, TEXT) / 2, self.share(tick)) for tick, label in zip(self.ticks, self.labels, strict=True)
        ]
        left = max((half - share * across for half, share in halves), default=0.0)
        return max(left, 0.0), max((half - (1 - share) * across for half, share in halves), default=0.0)


def differences(content: Differences) -> Drawing:
    names = [wrapped(who.name, 22) for who in content.scenarios]
    note = folded(content.note, ACROSS - 2 * EDGE, NOTE)
    title = folded(content.title, ACROSS - 2 * EDGE, TITLE, bold=True)
    plots = [_plot(panel) for panel in content.panels]
    rows = [plots[first : first + MOST_PANELS] for first in range(0, len(plots), MOST_PANELS)]
    left = EDGE + max(width(name, TEXT) for name in names) + 6
    across, apart = _columns(rows, left)
    heads = [[f"{wrapped(plot.panel.figure.name, 24)}\n({plot.panel.figure.unit})" for plot in row] for row in rows]
    lines = [max(head.count("\n") + 1 for head in row) for row in heads]
    inside = EACH * (len(names) + 0.2)
    above = [8 + LINE * HEAD * count + 4 for count in lines]
    below = TICK + 4 + LINE * TEXT
    top_room, bottom_room = 6 + LINE * TITLE * (title.count("\n") + 1), 8 + LINE * NOTE * (note.count("\n") + 1)
    height = top_room + sum(above) + len(rows) * (inside + below) + bottom_room
    parts: list[Part] = [*words(title, EDGE, height - 5, TITLE, bold=True, up="top")]
    parts += words(note, EDGE, 4, NOTE, GREY, up="bottom")
    top = height - top_room
    for row, head, room in zip(rows, heads, above, strict=True):
        top -= room
        heights = [top - EACH * (number + 0.6) for number in range(len(names))]
        for name, up in zip(names, heights, strict=True):
            parts += words(name, left - 6, up, TEXT, across="right")
        for number, (plot, text) in enumerate(zip(row, head, strict=True)):
            beginning = left + number * (across + apart)
            parts += words(text, beginning + across / 2, top + 4, HEAD, across="center", up="bottom")
            parts += _shown(plot, content.scenarios, heights, (beginning, top - inside, beginning + across, top))
        top -= inside + below
    return Drawing(ACROSS, height, content.title, tuple(parts))


def _plot(panel: Panel) -> Plot:
    """Zero and everything that is shown, with room for the numbers."""
    columns = ("p10", "p90", "ki95_lag", "ki95_hog", "skillnad")
    known = [row for row in panel.changes if row is not None]
    ends = [0.0, *(row[name] * panel.figure.factor for row in known for name in columns if np.isfinite(row[name]))]
    low, high = min(ends), max(ends)
    room = ROOM * (high - low) or 1.0
    low, high = low - room, high + room
    ticks: Any = MaxNLocator(3, integer=True).tick_values(low, high)
    inside = [float(tick) for tick in ticks if low <= tick <= high]
    return Plot(panel, low, high, tuple(inside), tuple(tal(tick) for tick in inside))


def _columns(rows: Sequence[Sequence[Plot]], left: float) -> tuple[float, float]:
    """Width of a plot, and how far apart they stand so that no labels meet."""
    count = max(map(len, rows))
    apart, right = BETWEEN, 8.0
    across = 0.0
    for _ in range(3):
        across = (ACROSS - left - right - (count - 1) * apart) / count
        beyond = [[plot.beyond(across) for plot in row] for row in rows]
        meeting = [here[1] + after[0] + 6 for row in beyond for here, after in zip(row, row[1:], strict=False)]
        apart = max([BETWEEN, *meeting])
        right = max(8.0, *(row[-1][1] + 4 for row in beyond))
    return across, apart


def _shown(
    plot: Plot, scenarios: Sequence[Who], heights: Sequence[float], box: tuple[float, float, float, float]
) -> Iterator[Part]:
    """What a plot shows; `box`: its left, bottom, right and top."""
    left, bottom, right, top = box

    def at(value: float) -> float:
        return left + plot.share(value) * (right - left)

    def line(x: tuple[float, float], y: tuple[float, float], color: str, wide: float) -> Stroke:
        return Stroke((np.array([[x[0], y[0]], [x[1], y[1]]]),), color, wide)

    figure = plot.panel.figure
    for tick, label in zip(plot.ticks, plot.labels, strict=True):
        yield line((at(tick), at(tick)), (bottom, top), GRID, 0.6)
        yield line((at(tick), at(tick)), (bottom, bottom - TICK), BLACK, THIN)
        yield from words(label, at(tick), bottom - TICK - 3, TEXT, across="center", up="top")
    yield line((at(0), at(0)), (bottom, top), BLACK, THIN)
    yield Stroke((np.array([[left, top], [left, bottom], [right, bottom]]),), BLACK, THIN)
    for who, row, up in zip(scenarios, plot.panel.changes, heights, strict=True):
        if row is None:
            continue
        color, _, shape = STYLES[(who.number - 1) % len(STYLES)]
        for low, high, wide in (("p10", "p90", 1.0), ("ki95_lag", "ki95_hog", 4.0)):
            ends = at(row[low] * figure.factor), at(row[high] * figure.factor)
            if np.isfinite(ends).all():
                yield line(ends, (up, up), color, wide)
        value = row["skillnad"] * figure.factor
        yield Marks(np.array([[at(value), up]]), shape, 5, color, color)
        yield from _number(
            tal(value, figure.decimals, sign=True) if row["skillnad"] else "oförändrat", at, value, up, box
        )


def _number(text: str, at: Any, value: float, up: float, box: tuple[float, float, float, float]) -> Iterator[Part]:
    """Above a point, on the side of zero where the point is, and within the plot; lines behind it give way."""
    wide = width(text, NOTE)
    left = at(value) - wide / 2
    if value < 0 or (value == 0 and at(0) + 2 + wide > box[2]):
        left = min(left, at(0) - 2 - wide)
    else:
        left = max(left, at(0) + 2)
    left = min(max(left, box[0] + 2), box[2] - wide)
    low = up + ABOVE
    yield rectangle(left - 1, low - 0.5, left + wide + 1, low + NOTE, "#FFFFFF")
    yield from words(text, left, low, NOTE, up="bottom")
