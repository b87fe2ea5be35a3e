"""The search for the smallest number: its stated confidence, with made-up futures whose probabilities are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from sim.analysis.search import BATCHES, Found, Judge, clopper_pearson, search

Floats = np.ndarray


def searched(holds: Floats, p: float, seed: int, last: int | None = None) -> Found:
    """`holds`: the probability of each number; the same futures for all, so that more never hurts where it rises."""
    draws = [np.random.default_rng([seed, batch]).uniform(size=size) for batch, size in enumerate(BATCHES)]

    def trial(numbers: Sequence[int], batch: int) -> list[Floats]:
        return [holds[number] - draws[batch] for number in numbers]

    return search(len(holds) - 1 if last is None else last, trial, Judge(p, len(BATCHES)))


def rising(random: np.random.Generator) -> tuple[Floats, float]:
    middle, steep = random.uniform(5, 50), random.uniform(0.1, 1.5)
    return 1 / (1 + np.exp(-(np.arange(61) - middle) * steep)), random.uniform(0.6, 0.95)


def test_a_number_that_is_said_to_hold_does_so_as_often_as_is_said() -> None:
    """At most 5 of 100 may be wrong; what is said to be the smallest and the greatest that fails, likewise."""
    wrong = wrong_below = exact = 0
    count = 150
    for seed in range(count):
        holds, p = rising(np.random.default_rng([1, seed]))
        found = searched(holds, p, seed)
        true = next((number for number in range(61) if holds[number] >= p), None)
        wrong += found.least is not None and (true is None or found.least < true)
        wrong_below += found.fails is not None and holds[found.fails] >= p
        exact += found.settled
        assert not found.turns
    assert stats.binomtest(wrong, count, 0.05, alternative="greater").pvalue > 0.001
    assert stats.binomtest(wrong_below, count, 0.05, alternative="greater").pvalue > 0.001
    assert exact > 0.2 * count


def test_a_clear_border_is_found_exactly_and_with_few_futures() -> None:
    for border in (1, 7, 30, 59, 60):
        found = searched((np.arange(61) >= border) * 1.0, 0.8, border)
        assert (found.least, found.fails, found.settled) == (border, border - 1, True)
        assert max(len(margins) for margins in found.margins.values()) == BATCHES[0]


def test_what_holds_already_needs_no_more_and_what_never_does_has_no_answer() -> None:
    assert searched(np.ones(61), 0.8, 1).least == 0
    never = searched(np.zeros(61), 0.8, 1)
    assert never.least is None
    assert 60 in never.margins
    assert searched(np.array([0.0]), 0.8, 1).least is None


def test_a_condition_that_holds_only_between_two_numbers_is_found_and_said() -> None:
    """As a budget does: too few places buy dear dygn, too many stand empty."""
    number = np.arange(61)
    found = searched(np.where((number >= 10) & (number <= 40), 0.99, 0.01), 0.9, 3)
    assert found.least == 10
    assert any(one <= 40 < other for one, other in found.turns)


def test_a_peak_between_the_numbers_first_tried_is_looked_for() -> None:
    distance = np.abs(np.arange(61) - 22)
    found = searched(np.clip(1 - distance / 20, 0, 1) ** 0.5 * 0.9999, 0.93, 5)
    assert found.least is not None
    assert 19 <= found.least <= 22


def test_a_mean_is_judged_by_its_interval() -> None:
    random = np.random.default_rng(1)
    batches = [random.normal(size=size) for size in BATCHES]

    def trial(numbers: Sequence[int], batch: int) -> list[Floats]:
        return [number - 12.5 + batches[batch] for number in numbers]

    found = search(40, trial, Judge(None, len(BATCHES)))
    assert (found.least, found.fails) == (13, 12)


def test_limits_of_a_share_are_clopper_and_pearsons() -> None:
    for successes, count in ((0, 40), (3, 40), (40, 40), (291, 320)):
        exact = stats.binomtest(successes, count).proportion_ci(0.95, method="exact")
        assert clopper_pearson(successes, count, 0.025) == pytest.approx((exact.low, exact.high))


def test_futures_without_anything_to_measure_are_left_out_of_a_mean() -> None:
    judge = Judge(None, 1)
    assert judge.score(np.array([1.0, np.nan, 3.0])) == 2.0
    assert judge.verdict(np.full(5, np.nan)) == "oavgjort"
