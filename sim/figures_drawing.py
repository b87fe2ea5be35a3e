"""A drawing as a list of its parts: laid out once, and then written as SVG and as pixels.

All places and lengths are points (72 to an inch), from the drawing's lower left corner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.periods import Floats

Cap = Literal["butt", "projecting"]


@dataclass(frozen=True)
class Stroke:
    """Lines drawn with one pen, each of shape (points, 2); corners are rounded."""

    lines: tuple[Floats, ...]
    color: str
    width: float
    dashes: tuple[float, ...] = ()
    """Lengths of dash and gap by turns, as multiples of the width; none = a whole line."""
    cap: Cap = "butt"


@dataclass(frozen=True)
class Area:
    """A filled polygon; `corners` of shape (corners, 2)."""

    corners: Floats
    color: str


@dataclass(frozen=True)
class Marks:
    """A marker, by Matplotlib's name of its shape, at each of `places`, of shape (marks, 2)."""

    places: Floats
    shape: str
    size: float
    color: str
    face: str


@dataclass(frozen=True)
class Words:
    """A line of text that begins at (x, y), on its baseline."""

    x: float
    y: float
    text: str
    size: float
    color: str
    bold: bool = False
    upwards: bool = False


Part = Stroke | Area | Marks | Words


@dataclass(frozen=True)
class Drawing:
    """On white; later parts lie over earlier ones."""

    width: float
    height: float
    title: str
    parts: tuple[Part, ...]


class Outline(NamedTuple):
    """Of a letter or a marker: `vertices` of shape (vertices, 2), and what each is, as Matplotlib numbers it."""

    vertices: Floats
    codes: NDArray[np.uint8]


def rectangle(left: float, bottom: float, right: float, top: float, color: str) -> Area:
    return Area(np.array([[left, bottom], [right, bottom], [right, top], [left, top]]), color)


def segments(starts: Floats, ends: Floats) -> tuple[Floats, ...]:
    """Straight lines between places, both of shape (lines, 2)."""
    return tuple(np.stack([starts, ends], axis=1))


def unbroken(points: Floats) -> Iterator[slice]:
    """Where points of shape (points, …) follow one another without a gap (NaN)."""
    there = np.isfinite(points).all(axis=tuple(range(1, points.ndim)))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield slice(first, last)


def band(x: Floats, low: Floats, high: Floats, color: str) -> Iterator[Area]:
    """What lies between two curves; x, low and high of shape (points,)."""
    for part in unbroken(np.stack([low, high], axis=1)):
        across = np.concatenate([x[part], x[part][::-1]])
        yield Area(np.stack([across, np.concatenate([high[part], low[part][::-1]])], axis=1), color)
