"""A drawing as SVG. Letters are drawn by their outlines, so that it looks the same where the typeface is not there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from matplotlib.path import Path
from numpy.typing import NDArray

from sim.figures_drawing import Area, Drawing, Marks, Stroke, Words
from sim.figures_markers import marker
from sim.figures_text import SET_AT, letters, line_of
from sim.periods import Floats

COMMANDS = {
    int(code): letter
    for code, letter in zip(
        (Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE4, Path.CLOSEPOLY), ("M", "L", "Q", "C", "Z"), strict=True
    )
}
POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 1}
"""Vertices of each command of Matplotlib's; Z has one that says nothing."""
CAPS = {"butt": "", "projecting": ' stroke-linecap="square"'}
FINE = 64
"""Letters are drawn so many times larger, in whole numbers, as the typeface has them."""


def svg_of(drawing: Drawing) -> str:
    """The text of a file. Same drawing, same text."""
    across, up = _short(drawing.width), _short(drawing.height)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8" standalone="no"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
            f'width="{across}pt" height="{up}pt" viewBox="0 0 {across} {up}" role="img" '
            'fill="none" stroke-linejoin="round">',
            f"<title>{escape(drawing.title)}</title>",
            "<defs>",
            *_letters(drawing),
            "</defs>",
            f'<path d="M0 0H{across}V{up}H0Z" fill="#ffffff"/>',
            *(line for part in drawing.parts for line in _written(part, drawing.height)),
            "</svg>",
            "",
        ]
    )


def _written(part: Stroke | Area | Marks | Words, height: float) -> Iterator[str]:
    if isinstance(part, Stroke):
        dashes = " ".join(_short(length * part.width) for length in part.dashes)
        yield (
            f'<path d="{"".join(_line(line, height) for line in part.lines)}" stroke="{part.color}" '
            f'stroke-width="{_short(part.width)}"'
            + (f' stroke-dasharray="{dashes}"' if dashes else "")
            + f"{CAPS[part.cap]}/>"
        )
    elif isinstance(part, Area):
        yield f'<path d="{_line(part.corners, height)}Z" fill="{part.color}"/>'
    elif isinstance(part, Marks):
        yield f'<g stroke="{part.color}" fill="{part.face}">'
        outline = _marker(part.shape, part.size)
        for x, y in part.places.tolist():
            yield f'<path transform="translate({_short(x)} {_short(height - y)})" d="{outline}"/>'
        yield "</g>"
    else:
        scale = part.size / SET_AT / FINE
        turned = " rotate(-90)" if part.upwards else ""
        place = f"translate({_short(part.x)} {_short(height - part.y)}){turned} scale({scale:.6g} {-scale:.6g})"
        yield f'<g aria-label={quoteattr(part.text)} fill="{part.color}" transform="{place}">'
        for name, x, y in line_of(part.text, part.bold).glyphs:
            yield f'<use xlink:href="#{name}" x="{round(x * FINE)}" y="{round(y * FINE)}"/>'
        yield "</g>"


def _letters(drawing: Drawing) -> Iterator[str]:
    """The drawing of each letter that occurs, once."""
    texts = [part for part in drawing.parts if isinstance(part, Words)]
    used = dict.fromkeys((name, part.bold) for part in texts for name, _, _ in line_of(part.text, part.bold).glyphs)
    for name, bold in used:
        yield f'<path id="{name}" d="{_letter(name, bold)}"/>'


@lru_cache(maxsize=1024)
def _letter(name: str, bold: bool) -> str:
    outline = letters(bold)[name]
    return _path(outline.vertices * FINE, outline.codes, 0)


@lru_cache(maxsize=64)
def _marker(shape: str, size: float) -> str:
    """Around (0, 0), downwards."""
    outline = marker(shape).outline
    return _path(outline.vertices * (size, -size), outline.codes, 2)


def _path(vertices: Floats, codes: NDArray[np.uint8], decimals: int) -> str:
    found = []
    points, marks = vertices.tolist(), [COMMANDS[code] for code in codes.tolist()]
    at = 0
    while at < len(points):
        mark = marks[at]
        part = points[at : at + POINTS[mark]] if mark != "Z" else []
        found.append(mark + " ".join(f"{_short(x, decimals)} {_short(y, decimals)}" for x, y in part))
        at += POINTS[mark]
    return "".join(found)


def _line(points: Floats, height: float) -> str:
    return "M" + "L".join(f"{_short(x)} {_short(height - y)}" for x, y in points.tolist())


def _short(value: float, decimals: int = 2) -> str:
    """A hundredth of a point is a twentieth of a pixel in print."""
    return f"{round(value, decimals) + 0.0:.7g}"
