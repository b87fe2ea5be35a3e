"""The smallest number for which something holds, found on common random numbers, with a stated confidence.

Nothing here knows what is simulated: a trial gives, for some numbers and a batch of futures (the same ones for all),
how far within its condition each future is. Numbers are tried in a few places, then where the answer must lie between,
and the two at the border again with more futures until it is shown that one holds and the other does not.

Each further batch is one more look at the same question, so that the error allowed is shared between the looks.
Between numbers nothing need be shared: if more never hurts, a number that falsely seems to hold makes every greater
one that does not hold seem so in the same futures, and it is the last of these that is allowed to err so often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaincinv, stdtrit

from sim.periods import Floats

Trial = Callable[[Sequence[int], int], Sequence[Floats]]
"""Some numbers, and which batch → how far within the condition each future of that batch is, by number."""
Verdict = Literal["haller", "haller inte", "oavgjort"]
BATCHES = (40, 40, 80, 160)
"""Futures in each batch."""
CONFIDENCE = 0.95
FIRST = 5
"""So many numbers are tried first, and `BETWEEN` at a time after that."""
BETWEEN = 3
DOUBT = 0.001
"""One more is said to hurt where chance would do so this seldom."""


@dataclass(frozen=True)
class Judge:
    """Whether the condition holds in at least the share `p` of all futures; `p` None: whether its mean does."""

    p: float | None
    looks: int
    confidence: float = CONFIDENCE

    def verdict(self, margins: Floats) -> Verdict:
        low, high = self.bounds(margins)
        limit = 0.0 if self.p is None else self.p
        return "haller" if low >= limit else "haller inte" if high < limit else "oavgjort"

    def leans(self, margins: Floats) -> bool:
        """What seems so far to be the case."""
        return bool(self.score(margins) >= (0.0 if self.p is None else self.p))

    def score(self, margins: Floats) -> float:
        """The share that holds, or the mean margin."""
        known = margins[~np.isnan(margins)]
        return float(np.mean(known if self.p is None else known >= 0)) if len(known) else 0.0

    def bounds(self, margins: Floats, level: float | None = None) -> tuple[float, float]:
        """One-sided limits of the score, each at the level; by default what one of the looks may err.

        Clopper and Pearson's for a share, Student's t for a mean.
        """
        error = (1 - self.confidence) / self.looks if level is None else level
        known = margins[~np.isnan(margins)]
        count = len(known)
        if self.p is None:
            if count < 2:
                return -np.inf, np.inf
            half = -float(stdtrit(count - 1, error)) * float(np.std(known, ddof=1)) / np.sqrt(count)
            return float(known.mean()) - half, float(known.mean()) + half
        return clopper_pearson(int(np.sum(known >= 0)), count, error)


def clopper_pearson(successes: int, count: int, error: float) -> tuple[float, float]:
    """Limits of a share, each of them wrong at most so often."""
    low = float(betaincinv(successes, count - successes + 1, error)) if successes else 0.0
    high = float(betaincinv(successes + 1, count - successes, 1 - error)) if successes < count else 1.0
    return low, high


@dataclass(frozen=True)
class Found:
    """`margins` of each number that was tried, by number. `least`: the smallest shown to hold; `fails`: the greatest
    below it that is shown not to. `turns`: pairs of numbers where the greater is shown to do worse."""

    judge: Judge
    margins: dict[int, Floats]
    least: int | None
    fails: int | None
    turns: tuple[tuple[int, int], ...]

    @property
    def seems(self) -> int:
        """The smallest number that seems to hold, whether it is shown or not; the last where none does."""
        leaning = (number for number, margins in self.margins.items() if self.judge.leans(margins))
        return min(leaning, default=max(self.margins))

    @property
    def settled(self) -> bool:
        """Whether the answer is shown to be the smallest number."""
        return self.least is not None and self.fails == self.least - 1

    def verdict(self, number: int) -> Verdict:
        return self.judge.verdict(self.margins[number])


class _Search:
    """What has been tried: `batches[number]`, the margins of each batch so far."""

    def __init__(self, last: int, trial: Trial, judge: Judge) -> None:
        self.last, self.trial, self.judge = last, trial, judge
        self.batches: dict[int, list[Floats]] = {}

    def more(self, numbers: Sequence[int]) -> None:
        """One further batch of each, those at the same one together."""
        by_batch: dict[int, list[int]] = {}
        for number in numbers:
            by_batch.setdefault(len(self.batches.get(number, [])), []).append(number)
        for batch, mine in sorted(by_batch.items()):
            for number, margins in zip(mine, self.trial(mine, batch), strict=True):
                self.batches.setdefault(number, []).append(margins)

    def margins(self, number: int) -> Floats:
        return np.concatenate(self.batches[number])

    def verdict(self, number: int) -> Verdict:
        return self.judge.verdict(self.margins(number))

    def can_go_on(self, number: int) -> bool:
        """Not yet tried, or undecided with futures left."""
        if number not in self.batches:
            return True
        return self.verdict(number) == "oavgjort" and len(self.batches[number]) < self.judge.looks

    def next_numbers(self) -> list[int]:
        """What to try next; nothing when done."""
        good = [number for number in sorted(self.batches) if self.judge.leans(self.margins(number))]
        if not good:
            return self._where_best()
        high = good[0]
        low = max((number for number in self.batches if number < high), default=-1)
        if between := _spread(low + 1, high - 1, BETWEEN):
            return between
        if undecided := [number for number in (low, high) if number >= 0 and self.can_go_on(number)]:
            return undecided
        return self._upwards(high)

    def _upwards(self, border: int) -> list[int]:
        """The border is settled, or as settled as it can be: if it is not shown to hold, the least above it that is.

        Up to the first above it of which anything is shown: beyond one that fails, more does worse.
        """
        told = {number: self.verdict(number) for number in sorted(self.batches) if number >= border}
        top = min((number for number, verdict in told.items() if verdict != "oavgjort"), default=self.last + 1)
        done = [number for number in told if number < top and not self.can_go_on(number)]
        return _spread(max(done, default=border - 1) + 1, top - 1, BETWEEN)

    def _where_best(self) -> list[int]:
        """Nothing seems to hold: look beside the number that comes nearest, and then closer at it."""
        tried = sorted(self.batches)
        best = max(tried, key=lambda number: (float(np.nanmean(self.margins(number))), number))
        place = tried.index(best)
        around = [*tried[max(place - 1, 0) : place], *tried[place + 1 : place + 2]]
        beside = {(best + other) // 2 for other in around} | {(best + other + 1) // 2 for other in around}
        if untried := sorted(beside - set(tried)):
            return untried[:BETWEEN]
        return [best] if self.can_go_on(best) else []


def _spread(first: int, last: int, count: int) -> list[int]:
    """At most so many whole numbers, evenly over a range; none where it is empty."""
    if last < first:
        return []
    return sorted({round(float(place)) for place in np.linspace(first, last, min(count, last - first + 1) + 2)[1:-1]})


def search(last: int, trial: Trial, judge: Judge) -> Found:
    """The smallest of 0, …, `last` for which the condition holds."""
    found = _Search(last, trial, judge)
    found.more(sorted({round(float(place)) for place in np.linspace(0, last, FIRST)}))
    while numbers := found.next_numbers():
        found.more(numbers)
    margins = {number: found.margins(number) for number in sorted(found.batches)}
    holding = [number for number in margins if judge.verdict(margins[number]) == "haller"]
    least = min(holding, default=None)
    below = [
        number
        for number in margins
        if (least is None or number < least) and judge.verdict(margins[number]) == "haller inte"
    ]
    return Found(judge, margins, least, max(below, default=None), _turns(margins))


def _turns(margins: dict[int, Floats]) -> tuple[tuple[int, int], ...]:
    """Neighbours where the greater holds in fewer of the futures that both were tried in, beyond chance (sign test)."""
    found = []
    tried = sorted(margins)
    for one, other in zip(tried, tried[1:], strict=False):
        common = min(len(margins[one]), len(margins[other]))
        before, after = (margins[number][:common] >= 0 for number in (one, other))
        lost, gained = int(np.sum(before & ~after)), int(np.sum(after & ~before))
        if lost > gained and clopper_pearson(lost, lost + gained, DOUBT)[0] > 0.5:
            found.append((one, other))
    return tuple(found)
