"""Figures that Matplotlib's own axes lay out: those of the analyses and of a municipality's own lists."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sim.figures_look import GRID, PNG_DPI, TEXT
from sim.figures_png import write_png
from sim.figures_text import drawable

LOOK: dict[str, Any] = {
    "font.size": TEXT,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "svg.hashsalt": "hemmaplan",
    "axes.axisbelow": True,
    "text.hinting": "none",
    "text.parse_math": False,
}


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


def svg_text(made: Callable[[], Figure], title: str) -> bytes:
    """As `write_figure`, kept in memory and without the PNG."""
    text = BytesIO()
    with mpl.rc_context(rc=LOOK):  # type: ignore[arg-type]
        _write_svg(made(), title, text)
    return text.getvalue()


def _write_svg(figure: Figure, title: str, to: Path | BytesIO) -> None:
    vectors: Any = FigureCanvasSVG(figure)
    vectors.print_svg(to, metadata={"Date": None, "Title": drawable(title)})
