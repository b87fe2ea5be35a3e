"""Small numbers of persons stay hidden: against linear algebra, which finds all that follows from what is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.report.masking import hidden_in, hidden_in_row


def sums(counts: list[list[int]], row_totals: bool, column_totals: bool) -> NDArray[np.float64]:
    """The table with its totals."""
    cells = np.array(counts, dtype=float)
    if row_totals:
        cells = np.hstack([cells, cells.sum(axis=1, keepdims=True)])
    if column_totals:
        cells = np.vstack([cells, cells.sum(axis=0, keepdims=True)])
    return cells


def found_out(hidden: NDArray[np.bool_], row_totals: bool, column_totals: bool) -> list[int]:
    """The hidden cells that the sums leave no freedom: their unit vectors lie in the span of the equations."""
    rows, columns = hidden.shape
    equations = []
    for row in range(rows if row_totals else 0):
        equation = np.zeros((rows, columns))
        equation[row, :-1], equation[row, -1] = 1, -1
        equations.append(equation.ravel())
    for column in range(columns if column_totals else 0):
        equation = np.zeros((rows, columns))
        equation[:-1, column], equation[-1, column] = 1, -1
        equations.append(equation.ravel())
    unknown = np.flatnonzero(hidden.ravel())
    if not equations or not len(unknown):
        return []
    matrix = np.array(equations)[:, unknown]
    rank = np.linalg.matrix_rank(matrix)
    return [
        int(place)
        for place, unit in zip(unknown, np.eye(len(unknown)), strict=True)
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank
    ]


COUNTS = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 4, 5, 9, 40]), min_size=width, max_size=width), min_size=1, max_size=4
    )
)


@given(COUNTS, st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_hidden_number_follows_from_what_is_shown(
    counts: list[list[int]], row_totals: bool, column_totals: bool
) -> None:
    hidden = np.array(hidden_in(counts, row_totals, column_totals))
    cells = sums(counts, row_totals, column_totals)
    assert hidden.shape == cells.shape
    assert hidden[(cells > 0) & (cells < 5)].all()
    assert found_out(hidden, row_totals, column_totals) == []


@given(COUNTS, st.booleans(), st.booleans())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_nothing_is_hidden_where_nothing_is_small(
    counts: list[list[int]], row_totals: bool, column_totals: bool
) -> None:
    large = [[0 if value == 0 else value + 5 for value in row] for row in counts]
    assert not np.array(hidden_in(large, row_totals, column_totals)).any()
    assert not np.array(hidden_in(counts, row_totals, column_totals, below=0)).any()


def test_the_smallest_other_number_is_hidden_with_it() -> None:
    assert hidden_in_row([3, 12, 7, 0], total=True) == [True, False, True, False]


def test_nothing_is_hidden_with_it_where_no_total_is_known() -> None:
    assert hidden_in_row([3, 12, 7], total=False) == [True, False, False]


def test_a_number_alone_takes_its_total_with_it() -> None:
    assert hidden_in([[3]], row_totals=True, column_totals=False) == [[True, True]]


@pytest.mark.parametrize("below", [0, 1])
def test_masking_can_be_turned_off(below: int) -> None:
    assert hidden_in_row([1, 2, 3], total=True, below=below) == [False] * 3


def test_a_row_without_numbers_has_nothing_to_hide() -> None:
    assert hidden_in_row([], total=True) == []
