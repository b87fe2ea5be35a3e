"""Figures of a study in Swedish, as SVG and PNG.

Legible without colour: nuläge is a solid black line with a grey band, scenarios differ in line style and marker, and
every line is named at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.figures_content import AgainstBudget, Content, Curve, Fan, OverTime, Who
from sim.figures_differences import differences
from sim.figures_drawing import Drawing
from sim.figures_frame import Frame
from sim.figures_look import BAND, BLACK, BUDGET, GREY, PNG_DPI, SHADES, SMALL, STYLES, wrapped
from sim.figures_pixels import pixels_of
from sim.figures_png import write_png
from sim.figures_svg import svg_of
from sim.figures_text import width, with_drawable_text

LIMIT = "Tidsgräns"
NEAR = 1.5
"""A limit farther off than so many times the values is told, not drawn."""


def draw(content: Content, folder: Path) -> Path:
    """One figure, as SVG (which is returned) and PNG."""
    drawing, path = drawing_of(content), folder / f"{content.file}.svg"
    path.write_text(svg_of(drawing), encoding="utf-8", newline="\n")
    write_png(path.with_suffix(".png"), pixels_of(drawing, PNG_DPI), PNG_DPI)
    return path


def svg(content: Content) -> bytes:
    """One figure, as the text of an SVG file."""
    return svg_of(drawing_of(content)).encode()


def drawing_of(content: Content) -> Drawing:
    shown = with_drawable_text(content)
    if isinstance(shown, OverTime):
        return _over_time(shown)
    if isinstance(shown, Fan):
        return _fan(shown)
    return _against_budget(shown) if isinstance(shown, AgainstBudget) else differences(shown)


def _over_time(content: OverTime) -> Drawing:
    """Months on the x axis."""
    time = content.curves[0].months
    first, last = int(time[0]), int(time[-1]) + 1
    every = np.concatenate([content.low, content.high, *(curve.means for curve in content.curves)])
    names = [wrapped(curve.who.name) for curve in content.curves]
    right = 14 + max(width(name, SMALL) for name in ([*names, LIMIT] if content.limit is not None else names))
    inside = float(np.nanmin(every)), float(np.nanmax(every))
    near = content.limit is not None and inside[0] / NEAR <= content.limit <= inside[1] * NEAR
    if content.limit is not None and near:
        inside = min(inside[0], content.limit), max(inside[1], content.limit)
    frame = Frame(content.title, content.unit, content.note, (first, last), inside, right, 6)
    shown: list[tuple[Any, Any]] = [(time, content.low), (time, content.high)]
    shown += [(curve.months, curve.means) for curve in content.curves]
    if content.limit is not None and near:
        shown.append(([first, last], [content.limit] * 2))
        frame.line(*shown[-1], GREY, 1.2, (2, 2))
    frame.base_year(first, shown)
    frame.band(time, content.low, content.high, BAND)
    for curve in content.curves:
        _draw_curve(frame, curve, every=6, size=3.5)
    years = range(first, last)
    frame.x_names([year + 0.5 for year in years], list(map(str, years)), range(first, last + 1))
    ends = _ends(content.curves, names)
    if content.limit is not None and near:
        ends.append((content.limit, LIMIT, GREY))
    frame.name_ends(float(time[-1]), ends)
    return frame.drawing()


def _look(who: Who) -> tuple[str, tuple[float, ...], str]:
    """Colour, dashes and marker."""
    return STYLES[(who.number - 1) % len(STYLES)] if who.number else (BLACK, (), "o")


def _draw_curve(frame: Frame, curve: Curve, every: int, size: float) -> None:
    color, dashes, shape = _look(curve.who)
    frame.line(curve.months, curve.means, color, dashes=dashes, cap="butt" if dashes else "projecting")
    if curve.who.number or every == 1:
        frame.marks(curve.months[::every], curve.means[::every], shape, size, color)


def _ends(curves: Sequence[Curve], names: Sequence[str]) -> list[tuple[float, str, str]]:
    return [(float(curve.means[-1]), name, _look(curve.who)[0]) for curve, name in zip(curves, names, strict=True)]


def _against_budget(content: AgainstBudget) -> Drawing:
    """Outcome of the budgeted kostnadsslag each year, with P10-P90, beside the budget."""
    outcomes, count = content.outcomes, len(content.years)
    every = np.concatenate([content.budget, *(part for each in outcomes for part in (each.low, each.high))])
    names = [wrapped(each.who.name) for each in outcomes]
    right = 44 + max(width(name, SMALL) for name in ("Budget", *names))
    inside = float(np.nanmin(every)), float(np.nanmax(every))
    frame = Frame(content.title, "mnkr", content.note, (-0.6, count - 0.4), inside, right, 6)
    for year, money in enumerate(content.budget.tolist()):
        frame.line([year - 0.45, year + 0.45], [money] * 2, width=2.4)
    legend: list[tuple[str, str, str | None, str]] = [("Budget", BLACK, None, BLACK)]
    step = 0.8 / len(outcomes)
    for number, (each, name) in enumerate(zip(outcomes, names, strict=True)):
        at = np.arange(count) - 0.4 + step * (number + 0.5)
        color, _, shape = _look(each.who)
        face = color if each.who.number else "#FFFFFF"
        frame.upright(at, each.low, each.high, color)
        frame.marks(at, each.means, shape, 5, color, face)
        legend.append((name, color, shape, face))
    frame.x_names(range(count), content.years, range(count))
    frame.legend(legend)
    return frame.drawing()


def _fan(content: Fan) -> Drawing:
    """Bands between years; the budget as a step, which changes from one year to the next."""
    count = len(content.years)
    time = content.curves[0].months
    parts = [content.budget, *(end for band in content.bands for end in band), *(c.means for c in content.curves)]
    every = np.concatenate(parts)
    names = [wrapped(curve.who.name) for curve in content.curves]
    right = 14 + max(width(name, SMALL) for name in ("Budget", *names))
    inside = float(np.nanmin(every)), float(np.nanmax(every))
    frame = Frame(content.title, "mnkr", content.note, (-0.5, count - 0.5), inside, right, 7)
    steps = np.repeat(np.arange(count + 1) - 0.5, 2)[1:-1]
    shown = [(time, end) for band in content.bands for end in band]
    shown += [(steps, np.repeat(content.budget, 2)), *((curve.months, curve.means) for curve in content.curves)]
    frame.base_year(-0.5, shown)
    for (low, high), grey in zip(content.bands, SHADES, strict=True):
        frame.band(time, low, high, grey)
    frame.line(steps, np.repeat(content.budget, 2), BUDGET, 2.4)
    for curve in content.curves:
        _draw_curve(frame, curve, every=1, size=4.5)
    frame.x_names(range(count), content.years, range(count))
    frame.name_ends(float(time[-1]), [*_ends(content.curves, names), (float(content.budget[-1]), "Budget", BUDGET)])
    return frame.drawing()
