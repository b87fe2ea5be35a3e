"""A drawing as pixels, by the part of Matplotlib that fills and strokes paths: nothing is laid out anew."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from sim.figures_drawing import Area, Drawing, Marks, Part, Stroke
from sim.figures_look import INCH
from sim.figures_markers import marker
from sim.figures_text import SET_AT, line_of
from sim.periods import Floats


def pixels_of(drawing: Drawing, dpi: int) -> NDArray[np.uint8]:
    """Shape (height, width, 4): red, green, blue, and one that says nothing; or (height, width) where all is grey."""
    scale = dpi / INCH
    made: Any = RendererAgg
    renderer = made(round(drawing.width * scale), round(drawing.height * scale), dpi)
    found = np.asarray(renderer.buffer_rgba())
    found.fill(255)
    place = Affine2D.from_values(scale, 0, 0, scale, 0, 0)
    for part in drawing.parts:
        _draw(renderer, part, place, scale)
    return found[:, :, 0] if all(map(_is_grey, drawing.parts)) else found


def _is_grey(part: Part) -> bool:
    colors = (part.color, part.face) if isinstance(part, Marks) else (part.color,)
    return all(len(set(to_rgba(color)[:3])) == 1 for color in colors)


def _draw(renderer: Any, part: Part, place: Affine2D, scale: float) -> None:
    pen = renderer.new_gc()
    if isinstance(part, Stroke):
        pen.set_foreground(part.color)
        pen.set_linewidth(part.width)
        pen.set_capstyle(part.cap)
        if part.dashes:
            pen.set_dashes(0, [length * part.width for length in part.dashes])
        renderer.draw_path(pen, _outline(part.lines), place)
        return
    if isinstance(part, Marks):
        pen.set_foreground(part.color)
        shape = marker(part.shape)
        pen.set_joinstyle(shape.corners)
        pen.set_snap(part.size * scale >= shape.whole)
        grown = Affine2D.from_values(part.size * scale, 0, 0, part.size * scale, 0, 0)
        renderer.draw_markers(pen, Path(*shape.outline), grown, Path(part.places), place, to_rgba(part.face))
        return
    pen.set_linewidth(0)
    if isinstance(part, Area):
        renderer.draw_path(pen, Path(part.corners), place, to_rgba(part.color))
        return
    outline = line_of(part.text, part.bold).outline
    if len(outline.vertices):
        pen.set_snap(False)
        size, x, y = part.size * scale / SET_AT, part.x * scale, part.y * scale
        turned = (0, size, -size, 0, x, y) if part.upwards else (size, 0, 0, size, x, y)
        renderer.draw_path(pen, Path(*outline), Affine2D.from_values(*turned), to_rgba(part.color))


def _outline(lines: tuple[Floats, ...]) -> Path:
    if len(lines) == 1:
        return Path(lines[0])
    codes = np.full(sum(map(len, lines)), Path.LINETO, dtype=Path.code_type)
    codes[np.cumsum([0, *map(len, lines[:-1])])] = Path.MOVETO
    return Path(np.concatenate(lines), codes)
