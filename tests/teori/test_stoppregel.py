"""The stopping rule on made-up studies with a known true difference: its interval holds it at least 93 times of 100."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from sim.periods import Floats
from sim.statistics import mean_interval
from sim.stopping import Look, Rule, Target, judged, replications_for, skewness

Draw = Callable[[np.random.Generator, int], Floats]


class Kind(NamedTuple):
    """Differences with a mean and a standard deviation that are known."""

    draw: Draw
    mean: float
    sd: float


KINDS = {
    "normal": Kind(lambda rng, count: rng.normal(-3.0, 2.0, count), -3.0, 2.0),
    "snett, gamma 4": Kind(lambda rng, count: rng.gamma(4.0, 1.0, count), 4.0, 2.0),
    "mycket snett, exponential": Kind(lambda rng, count: rng.exponential(1.0, count), 1.0, 1.0),
    "med många nollor": Kind(lambda rng, count: np.maximum(rng.normal(0.0, 1.0, count), 0.0), 0.3989423, 0.5838),
}
STUDIES = 2000
MOST = 1000


def stopped(rule: Rule, values: Floats) -> int:
    """Where the rule stops when it sees these differences from the beginning."""
    look: Look | None = Look(rule.first)
    while look is not None:
        last = look
        look = rule.after(last, [values[: last.replications]] * len(rule.targets))
        assert look is None or last.replications < look.replications <= rule.most
    return last.replications


def coverage(kind: Kind, target: Target, studies: int, first: int = 20) -> tuple[float, float]:
    """The share of studies whose interval holds the truth, and how many replications they took, in the mean."""
    rule = Rule((target,), first, MOST)
    held, taken = 0, 0
    for study in range(studies):
        values = kind.draw(np.random.default_rng((7, study)), MOST)
        count = stopped(rule, values)
        _, low, high = mean_interval(values[:count])
        held += bool(low <= kind.mean <= high)
        taken += count
    return held / studies, taken / studies


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("mycket snett, exponential", 60),
        *(pytest.param(name, needed, marks=pytest.mark.slow) for name in KINDS for needed in (15, 60, 200)),
    ],
)
def test_the_interval_holds_the_true_difference(name: str, needed: int) -> None:
    """`needed`: replications that the precision asked for takes if the spread is known."""
    kind = KINDS[name]
    found, taken = coverage(kind, Target(1.96 * kind.sd / np.sqrt(needed)), STUDIES)
    assert found >= 0.93
    assert taken >= needed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["normal", "mycket snett, exponential"])
def test_relative_precision_holds_too(name: str) -> None:
    kind = KINDS[name]
    found, _ = coverage(kind, Target(1.96 * kind.sd / np.sqrt(100) / abs(kind.mean), relative=True), STUDIES)
    assert found >= 0.93


@pytest.mark.parametrize("count", [100, 400])
@pytest.mark.parametrize("name", KINDS)
def test_a_fixed_number_covers_as_it_says(name: str, count: int) -> None:
    kind = KINDS[name]
    rng = np.random.default_rng(11)
    values = np.array([kind.draw(rng, count) for _ in range(STUDIES)]).T
    _, low, high = mean_interval(values)
    assert 0.935 <= np.mean((low <= kind.mean) & (kind.mean <= high)) <= 0.965


def test_it_ends_within_what_was_asked_for_or_at_the_most() -> None:
    for study in range(200):
        values = np.random.default_rng(study).normal(0.0, 1.0, 300)
        count = stopped(Rule((Target(0.2),), 20, 300), values)
        assert count == 300 or judged(Target(0.2), values[:count]).reached


def test_what_never_differs_is_known_at_the_first_look() -> None:
    rule = Rule((Target(0.5), Target(0.05, relative=True)), 20, 1000)
    assert rule.after(Look(20), [np.zeros(20), np.full(20, -3.0)]) is None


def test_the_hardest_target_decides() -> None:
    values = np.random.default_rng(3).normal(0.0, 1.0, MOST)
    hard, easy = Target(0.1), Target(10.0)
    assert stopped(Rule((hard, easy), 20, MOST), values) == stopped(Rule((hard,), 20, MOST), values)


def test_a_rare_and_large_difference_is_waited_for() -> None:
    """One of twenty differs: the interval is narrow enough, and says next to nothing."""
    values = np.zeros(20)
    values[7] = 1.0
    assert Rule((Target(10.0),), 20, 1000).after(Look(20), [values]) is not None


def test_a_difference_that_is_missing_everywhere_runs_to_the_end() -> None:
    assert stopped(Rule((Target(1.0),), 20, 90), np.full(90, np.nan)) == 90


def test_skewness_by_hand() -> None:
    """0, 0, 3: mean 1, second central moment 2, third 2."""
    assert skewness(np.array([0.0, 0.0, 3.0])) == pytest.approx(2 / 2**1.5)
    assert skewness(np.full(5, 3.25)) == 0.0


@pytest.mark.parametrize(("spread", "width"), [(1.0, 10.0), (1.0, 0.5), (2.5, 0.5), (60.0, 0.5)])
def test_the_fewest_replications_are_enough_and_one_less_is_not(spread: float, width: float) -> None:
    count = replications_for(spread, width)

    def half_width(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n))

    assert half_width(count) <= width
    assert count == 2 or half_width(count - 1) > width
