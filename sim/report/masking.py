"""Small numbers of persons, hidden so that they cannot be worked out from what is shown.

A number from 1 to `below` − 1 is hidden (primary). Where totals are shown, others are hidden with it (secondary): a
hidden number is found out exactly when no ring of hidden numbers goes through it, each number tying its row's sum to
its column's. Zero is shown: it is nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Counts = Sequence[Sequence[float]]
Hidden = list[list[bool]]
Place = tuple[int, int]
Line = tuple[str, int]
MANY = 1e6
"""More persons than any cell has."""
FREE: Line = ("fri", 0)
"""A line whose sum is not shown ties nothing."""


def hidden_in(counts: Counts, row_totals: bool, column_totals: bool, below: int = 5) -> Hidden:
    """Which cells to hide, with the totals as a last row and a last column where they are shown.

    `counts` are the inner cells, shape (rows, columns). Sums are worked out here. `below` 0 or 1 hides nothing.
    """
    cells = _with_totals(counts, row_totals, column_totals)
    ends = {
        (row, column): (("rad", row) if row_totals else FREE, ("kolumn", column) if column_totals else FREE)
        for row, line in enumerate(cells)
        for column in range(len(line))
    }
    hidden = {place for place in ends if 0 < cells[place[0]][place[1]] < below}
    last = len(cells) - 1 if column_totals else None, len(cells[0]) - 1 if row_totals and cells else None

    def cost(place: Place) -> float:
        """Of hiding a cell: rather few persons than many, rather somebody than nobody, and totals last of all."""
        value = cells[place[0]][place[1]]
        is_total = place[0] == last[0] or place[1] == last[1]
        return 0.0 if place in hidden else 1 + value + MANY * (value == 0) + MANY**2 * is_total

    for place in sorted(hidden, key=lambda place: cells[place[0]][place[1]]):
        hidden |= _ring(place, ends, cost)
    return [[(row, column) in hidden for column in range(len(line))] for row, line in enumerate(cells)]


def hidden_in_row(counts: Sequence[float], total: bool, below: int = 5) -> list[bool]:
    """The same for one row of numbers, whose total may be known."""
    return hidden_in([counts], total, False, below)[0][: len(counts)] if counts else []


def _with_totals(counts: Counts, row_totals: bool, column_totals: bool) -> list[list[float]]:
    cells = [[*row, sum(row)] if row_totals else list(row) for row in counts]
    if column_totals and cells:
        cells.append([sum(column) for column in zip(*cells, strict=True)])
    return cells


def _ring(place: Place, ends: Mapping[Place, tuple[Line, Line]], cost: Callable[[Place], float]) -> set[Place]:
    """The cells that close a ring through a hidden one: the cheapest way from one of its sums to the other."""
    start, end = ends[place]
    best: dict[Line, tuple[float, frozenset[Place]]] = {start: (0.0, frozenset())}
    done: set[Line] = set()
    while end not in done:
        here = min((line for line in best if line not in done), key=lambda line: (best[line][0], line))
        done.add(here)
        so_far, way = best[here]
        for other, (one, two) in ends.items():
            if other == place or here not in (one, two):
                continue
            there = two if here == one else one
            if there not in best or so_far + cost(other) < best[there][0]:
                best[there] = so_far + cost(other), way | {other}
    return set(best[end][1])
