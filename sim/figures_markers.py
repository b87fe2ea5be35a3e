"""Markers by Matplotlib's names of their shapes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path

from sim.figures_drawing import Outline


class Marker(NamedTuple):
    """Of size 1, around (0, 0)."""

    outline: Outline
    corners: str
    """How they are joined."""
    whole: float
    """From how many pixels its edges are to lie on whole ones."""


@lru_cache(maxsize=16)
def marker(shape: str) -> Marker:
    style: Any = MarkerStyle(shape)
    path = style.get_path()
    codes = path.codes
    if codes is None:
        codes = [Path.MOVETO, *[Path.LINETO] * (len(path.vertices) - 1)]
    vertices = style.get_transform().transform(path.vertices)
    whole = style.get_snap_threshold()
    return Marker(
        Outline(np.asarray(vertices, dtype=float), np.asarray(codes, dtype=np.uint8)),
        str(style.get_joinstyle()),
        np.inf if whole is None else float(whole),
    )
