"""Step functions and operational time, by hand and by adding up small steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from sim.paths import TICK, StepFunction, advance, merge_breaks, step_function, tick_floor

many = settings(max_examples=200, deadline=None, derandomize=True, database=None)

PATH = StepFunction((0.0, 10.0, 15.0), (2.0, 0.5, 4.0))


@pytest.mark.parametrize(("time", "value"), [(-5, 2), (0, 2), (9.99, 2), (10, 0.5), (14.99, 0.5), (15, 4), (1e9, 4)])
def test_a_value_holds_from_its_time_on_and_the_first_one_also_before(time: float, value: float) -> None:
    assert PATH.at(time) == value


@pytest.mark.parametrize(
    ("start", "end", "area"), [(0, 10, 20), (8, 12, 5), (-1, 1, 4), (10, 15, 2.5), (9, 16, 8.5), (3, 3, 0)]
)
def test_the_integral_by_hand(start: float, end: float, area: float) -> None:
    assert PATH.integral(start, end) == area


steps = st.lists(st.integers(0, 80), min_size=1, max_size=5, unique=True).map(sorted)
heights = st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0]), min_size=5, max_size=5)


def path_of(times: list[int], values: list[float]) -> StepFunction:
    return StepFunction(tuple(map(float, times)), tuple(values[: len(times)]))


@many
@given(steps, heights, st.floats(-5, 90), st.floats(0, 50))
def test_the_integral_is_scipys(times: list[int], values: list[float], start: float, length: float) -> None:
    path = path_of(times, values)
    inner = [t for t in times if start < t < start + length]
    pieces = [start, *inner, start + length]
    area = sum(integrate.quad(path.at, a, b)[0] for a, b in zip(pieces, pieces[1:], strict=False))
    assert path.integral(start, start + length) == pytest.approx(area, abs=1e-6)


def test_equal_neighbours_are_one_step() -> None:
    path = step_function([30, 10, 20, 40], lambda t: 1.0 if t < 20 else 2.0)
    assert (path.times, path.values) == ((0.0, 20), (1.0, 2.0))


def test_breaks_before_the_first_time_are_left_out() -> None:
    assert step_function([-10, 5], lambda t: t).times == (0.0, 5)


def test_breaks_of_several_paths_are_merged() -> None:
    assert merge_breaks([PATH, StepFunction((3.0, 10.0), (1.0, 2.0))]) == {0, 3, 10, 15}


def ended(path: StepFunction, start: float, work: float) -> float:
    return float(advance(*path.arrays(), start, work))


@pytest.mark.parametrize(
    ("start", "work", "end"),
    [
        (0, 10, 5),  # all at pace 2
        (0, 20, 10),  # exactly to the change
        (0, 21, 12),  # 20 by day 10, then 1 at pace 0.5
        (8, 8, 15.375),  # 4 by day 10, 2.5 by day 15, 1.5 at pace 4
        (10, 1, 12),  # starts at the change
        (20, 40, 30),  # after the last change
        (-4, 6, -1),  # before the first time its value holds
        (-4, 29, 12),  # 28 by day 10
    ],
)
def test_the_end_of_a_stay_by_hand(start: float, work: float, end: float) -> None:
    assert ended(PATH, start, work) == end


@many
@given(steps, heights, st.integers(0, 90 * 8), st.floats(0.01, 100))
def test_operational_time_until_the_end_is_the_work(
    times: list[int], values: list[float], start: int, work: float
) -> None:
    path = path_of(times, values)
    end = ended(path, start / 8, work)
    assert path.integral(start / 8, end) == pytest.approx(work, abs=4 * TICK)


def test_an_end_is_found_where_small_steps_find_it() -> None:
    step = 1e-3
    clock = np.arange(8, 40, step)
    passed = np.cumsum([PATH.at(t + step / 2) * step for t in clock])
    assert ended(PATH, 8, 8) == pytest.approx(clock[np.searchsorted(passed, 8)] + step, abs=2 * step)


@many
@given(steps, heights, st.integers(0, 90 * 2**20), st.floats(1e-7, 100))
def test_an_end_is_a_whole_number_of_ticks_after_the_start(
    times: list[int], values: list[float], start: int, work: float
) -> None:
    end = ended(path_of(times, values), start * TICK, work)
    ticks = (end - start * TICK) / TICK
    assert ticks == int(ticks) >= 1


def test_times_are_rounded_down_to_ticks() -> None:
    assert tick_floor(np.array([0.0, 1.5 * TICK, 3 - TICK / 3, -TICK / 2])).tolist() == [0, TICK, 3 - TICK, -TICK]
