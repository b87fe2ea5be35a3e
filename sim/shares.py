"""Choices among alternatives from one uniform draw, moving as few cases as possible when shares change."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ShareTable:
    """A choice among alternatives from one uniform draw: alternative `choices[i]` below `cuts[i]`."""

    cuts: tuple[float, ...]
    choices: tuple[int, ...]

    @property
    def widths(self) -> list[tuple[float, int]]:
        """(share, alternative) of each piece, in order."""
        edges = [0.0, *self.cuts, 1.0]
        return [(high - low, choice) for low, high, choice in zip(edges, edges[1:], self.choices, strict=False)]

    def share_of(self, choice: int) -> float:
        return sum(width for width, number in self.widths if number == choice)

    def pick(self, u: float) -> int:
        return self.choices[bisect_right(self.cuts, u)]

    def picks(self, u: NDArray[np.float64]) -> NDArray[np.int64]:
        """`pick` of each draw."""
        return np.array(self.choices, dtype=np.int64)[np.searchsorted(self.cuts, u, side="right")]


def share_table(base: dict[str, float], now: dict[str, float], numbers: dict[str, int]) -> ShareTable:
    """Shares as a table over one uniform, moving as few cases as possible from `base` to `now`.

    The base shares lie side by side in order of name. Where an alternative shrinks, the upper end of its interval
    goes to those that grow, in proportion: exactly Σ|now − base|/2 of the cases change.
    """
    order = sorted(base, key=lambda name: name.encode())
    gains = {name: max(now[name] - base[name], 0.0) for name in order}
    gained = sum(gains.values())
    pieces: list[tuple[float, int]] = []
    for name in order:
        kept = min(base[name], now[name])
        lost = base[name] - kept
        pieces.append((kept, numbers[name]))
        if lost > 0:
            pieces += [(lost * gain / gained, numbers[other]) for other, gain in gains.items() if gain > 0]
    merged: list[tuple[float, int]] = []
    for width, number in pieces:
        if width <= 0:
            continue
        if merged and merged[-1][1] == number:
            merged[-1] = (merged[-1][0] + width, number)
        else:
            merged.append((width, number))
    cuts = np.cumsum([width for width, _ in merged])[:-1]
    return ShareTable(tuple(float(c) for c in cuts), tuple(number for _, number in merged))
