"""A figure with one plot: what stands around it, and its own units as places in the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.ticker import MaxNLocator

from sim.figures_drawing import Cap, Drawing, Marks, Part, Stroke, Words, band, rectangle, segments, unbroken
from sim.figures_look import BEHIND, BLACK, GREY, GRID, HEIGHT, INCH, LINE, NOTE, SMALL, TEXT, TITLE, WIDTH
from sim.figures_text import ASCENT, folded, width, words
from sim.periods import Floats
from sim.swedish import tal

ACROSS, UP = WIDTH * INCH, HEIGHT * INCH
EDGE = 0.01 * ACROSS
"""Left of what stands at the figure's edge."""
TICK = 3.5
THIN = 0.8
"""Of axes and ticks."""


class Frame:
    """Laid out by what is to be written around the plot. x and y are in the units of the data, distances in points."""

    def __init__(
        self, title: str, unit: str, note: str, x: tuple[float, float], y: tuple[float, float], right: float, ticks: int
    ) -> None:
        """`right`: points to leave for what is written there; `ticks`: at most so many on the y axis."""
        y = y if any(y) else (0.0, 1.0)
        middle, half = (y[0] + y[1]) / 2, max((y[1] - y[0]) / 2, 1e-6 * abs(y[0] + y[1])) * 1.1
        self.x, self.y = x, (middle - half, middle + half)
        levels: Any = MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]).tick_values(*self.y)
        levels = levels[(levels >= self.y[0]) & (levels <= self.y[1])]
        labels = labels_of(levels)
        note = folded(note, ACROSS - 2 * EDGE, NOTE)
        self.left = 16 + LINE * TEXT + max((width(label, TEXT) for label in labels), default=0.0)
        self.bottom = 14 + LINE * (TEXT + NOTE * (note.count("\n") + 1))
        self.width = ACROSS - self.left - right
        self._title = title
        beside = width(title, TITLE, bold=True) <= ACROSS - self.left - 10
        title = title if beside else folded(title, ACROSS - 12, TITLE, bold=True)
        self.height = UP - self.bottom - LINE * TITLE * (title.count("\n") + 1) - 10
        self.top = self.bottom + self.height
        self._under: list[Part] = []
        self._parts: list[Part] = []
        self._words: list[Part] = []
        ends = np.stack([np.full((len(levels), 2), x), np.repeat(levels[:, None], 2, axis=1)], axis=2)
        self._under.append(Stroke(tuple(self.at(end[:, 0], end[:, 1]) for end in ends), GRID, 0.6))
        self.line([x[0], x[0], x[1]], [self.y[1], self.y[0], self.y[0]], width=THIN)
        starts = self.at(np.full(len(levels), x[0]), levels)
        self._parts.append(Stroke(segments(starts, starts - (TICK, 0)), BLACK, THIN))
        for level, label in zip(levels, labels, strict=True):
            self.text(label, x[0], level, (-6, 0), across="right", up="level")
        beginning = self.bottom + (self.height - width(unit, TEXT)) / 2
        self._words.append(Words(EDGE + ASCENT * TEXT, beginning, unit, TEXT, BLACK, upwards=True))
        self._words += words(title, self.left if beside else 6, self.top + 6, TITLE, bold=True, up="bottom")
        self._words += words(note, EDGE, 4, NOTE, GREY, up="bottom")

    def drawing(self) -> Drawing:
        return Drawing(ACROSS, UP, self._title, (*self._under, *self._parts, *self._words))

    def at(self, x: Any, y: Any) -> Floats:
        """Places in the drawing, of shape (points, 2)."""
        across = self.left + (np.asarray(x, dtype=float) - self.x[0]) * (self.width / (self.x[1] - self.x[0]))
        up = self.bottom + (np.asarray(y, dtype=float) - self.y[0]) * (self.height / (self.y[1] - self.y[0]))
        return np.stack([across, up], axis=-1)

    def line(
        self,
        x: Any,
        y: Any,
        color: str = BLACK,
        width: float = 1.6,
        dashes: tuple[float, ...] = (),
        cap: Cap = "butt",
    ) -> None:
        """Through points; broken where y is NaN."""
        points = self.at(x, y)
        lines = tuple(points[part] for part in unbroken(points))
        if lines:
            self._parts.append(Stroke(lines, color, width, dashes, cap))

    def upright(self, x: Any, low: Any, high: Any, color: str, width: float = 1.6) -> None:
        """A line at each x from low to high, none where either is NaN."""
        starts, ends = self.at(x, low), self.at(x, high)
        there = np.isfinite(starts + ends).all(axis=1)
        self._parts.append(Stroke(segments(starts[there], ends[there]), color, width))

    def marks(self, x: Any, y: Any, shape: str, size: float, color: str, face: str | None = None) -> None:
        places = self.at(x, y)
        places = places[np.isfinite(places).all(axis=1)]
        self._parts.append(Marks(places, shape, size, color, face or color))

    def band(self, x: Floats, low: Floats, high: Floats, color: str) -> None:
        """Under all lines."""
        points, top = self.at(x, low), self.at(x, high)
        self._under += band(points[:, 0], points[:, 1], top[:, 1], color)

    def base_year(self, first: float, shown: Sequence[tuple[Any, Any]]) -> None:
        """A field of one unit along the x axis, behind everything, and its name at its top, or at its bottom where what
        is `shown` (x and y of each line, x rising) leaves more room."""
        low, high = self.at([first, first + 1], self.y).tolist()
        self._under.insert(0, rectangle(low[0], low[1], high[0], high[1], BEHIND))
        name, left = "basår", low[0] + 2
        right = left + width(name, SMALL)
        places = np.linspace(self.x[0], self.x[0] + (right - self.left) * (self.x[1] - self.x[0]) / self.width, 9)
        taken = np.array([np.interp(places, x, y, left=np.nan, right=np.nan) for x, y in shown]).ravel()
        heights = self.at(np.zeros(taken.size), taken)[:, 1][np.isfinite(taken)]
        above, below = self.top - heights.max(initial=self.bottom), heights.min(initial=self.top) - self.bottom
        top = self.top - 2 if above >= min(below, SMALL + 4) else self.bottom + SMALL + 3
        self._words += words(name, left, top, SMALL, "#595959", up="top")

    def text(
        self,
        text: str,
        x: float,
        y: float,
        apart: tuple[float, float],
        size: float = TEXT,
        color: str = BLACK,
        across: Literal["left", "center", "right"] = "left",
        up: Literal["top", "center", "bottom", "level"] = "center",
    ) -> None:
        """So many points to the right of a place and above it."""
        right, above = (self.at(x, y) + apart).tolist()
        self._words += words(text, right, above, size, color, across=across, up=up)

    def x_names(self, places: Sequence[float], names: Sequence[str], ticks: Sequence[float]) -> None:
        starts = self.at(ticks, [self.y[0]] * len(ticks))
        self._parts.append(Stroke(segments(starts, starts - (0, TICK)), BLACK, THIN))
        for place, name in zip(places, names, strict=True):
            self.text(name, place, self.y[0], (0, -6), across="center", up="top")

    def name_ends(self, last: float, ends: Sequence[tuple[float, str, str]]) -> None:
        """Name each line at its right end, moved apart where they would overlap. `ends`: height, name and colour."""
        low, high = self.y
        line_height = LINE * SMALL / self.height * (high - low)
        placed: list[tuple[float, float, str, str]] = []
        top = -np.inf
        for value, name, color in sorted(ends, key=lambda end: end[0]):
            height = line_height * (name.count("\n") + 1)
            at = max(value, top + height / 2)
            top = at + height / 2
            placed.append((at, value, name, color))
        right, ceiling = self.x[1], high
        beside = right + 0.012 * (right - self.x[0])
        for at, value, name, color in reversed(placed):
            height = line_height * (name.count("\n") + 1)
            level = min(at, ceiling - height / 2)
            ceiling = level - height / 2
            self.line([last, beside], [value, level], color, width=0.5)
            self.text(name, beside, level, (2, 0), SMALL, color)

    def legend(self, entries: Sequence[tuple[str, str, str | None, str]]) -> None:
        """To the right of the plot: name, colour, marker (None = a thick line) and the marker's face."""
        beside, handle, between = self.left + self.width + 10, 16.0, 4.0
        heights = [SMALL * (1 if "\n" not in name else LINE * (name.count("\n") + 1)) for name, *_ in entries]
        top = self.bottom + (self.height + sum(heights) + between * (len(entries) - 1)) / 2
        for (name, color, shape, face), height in zip(entries, heights, strict=True):
            middle = top - height / 2
            level = middle + 0.1 * SMALL  # of letters, most of which are low
            if shape is None:
                ends = np.array([[beside, level], [beside + handle, level]])
                self._parts.append(Stroke((ends,), color, 2.4))
            else:
                self._parts.append(Marks(np.array([[beside + handle / 2, level]]), shape, 5, color, face))
            self._words += words(name, beside + handle + 6.4, middle, SMALL)
            top -= height + between


def labels_of(values: Any) -> list[str]:
    """As few decimals as say evenly spaced values exactly."""
    close = 1e-3 * float(np.min(np.diff(values))) if len(values) > 1 else 1e-9
    found = (places for places in range(9) if np.abs(values - np.round(values, places)).max(initial=0.0) <= close)
    places = next(found, 9)
    return [tal(float(value), places) for value in values]
