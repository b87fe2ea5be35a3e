"""PNG files, written quickly: most of a figure is white, so that each row is said by how it differs from the last."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LEVEL = 3
"""Of zlib: higher ones take much longer and save little."""
GREY, COLOUR = 0, 2
"""PNG's types of colour."""
UP = 2
"""PNG's filter type: the difference from the row above."""


def write_png(path: Path, pixels: NDArray[np.uint8], dpi: int) -> None:
    """`pixels` has shape (height, width) in greyscale, or (height, width, at least 3): red, green, blue.

    Anything more is left out.
    """
    height, width = pixels.shape[:2]
    grey = pixels.ndim == 2
    rows = pixels if grey else np.empty((height, 3 * width), dtype=np.uint8)
    for colour in () if grey else range(3):  # several times quicker than all at once
        rows[:, colour::3] = pixels[:, :, colour]
    filtered = np.empty((height, 1 + rows.shape[1]), dtype=np.uint8)
    filtered[:, 0] = UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    per_metre = round(dpi / 0.0254)
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for name, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, GREY if grey else COLOUR, 0, 0, 0)),
            (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
            (b"IDAT", zlib.compress(filtered.data, LEVEL)),
            (b"IEND", b""),
        ):
            file.write(struct.pack(">I", len(content)) + name + content)
            file.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(name))))
