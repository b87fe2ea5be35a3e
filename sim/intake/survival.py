"""Lengths as lists show them: some not ended yet, some begun before the list, all in whole days or months.

A stay that begins at a moment of a day and ends at another passes so many midnights: D. That D is at least k is then
the share still there, averaged over the k-th day: no length of 0 and no half-day correction is needed, and months of
payments, of which a spell touches D + 1, are the same thing with a longer unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.intake.fitted import Estimate
from sim.intake.laws import Floats

MONTH_DAYS = 365.25 / 12
FAR = 2**40
"""Number of a day that has not come."""
Days = NDArray[np.int64]
Z95 = float(ndtri(0.975))


@dataclass(frozen=True)
class Spells:
    """One row a stay. `length` and `entry` in units passed; `entry` > 0: begun so long before it could be seen."""

    length: NDArray[np.int64]
    ended: NDArray[np.bool_]
    entry: NDArray[np.int64]
    unit: float = 1.0
    """Days."""
    late: float = 0.0
    """Days that a stay must reach into a unit before the unit is counted."""

    def __len__(self) -> int:
        return len(self.length)

    def where(self, chosen: NDArray[np.bool_]) -> Spells:
        return replace(self, length=self.length[chosen], ended=self.ended[chosen], entry=self.entry[chosen])

    @property
    def events(self) -> int:
        return int(self.ended.sum())

    @property
    def exposure(self) -> float:
        """Days seen."""
        return float(np.maximum(self.length - self.entry, 0.5).sum() * self.unit)

    @property
    def naive_mean(self) -> float:
        """Days, of those that ended, as if the rest did not exist."""
        return float(self.length[self.ended].mean() * self.unit) if self.events else float("nan")


def spells(start: Days, end: Days, first: int, last: int) -> Spells:
    """Stays from numbers of days, `end` FAR while they go on, seen from day `first` to the beginning of day `last`.

    Those that ended before or begin after are left out.
    """
    known = (start < last) & (end >= first)
    start, end = start[known], end[known]
    ended = end < last
    length = np.maximum(np.where(ended, end, last) - start, 0)
    return Spells(length, ended, np.minimum(np.maximum(first - start, 0), length))


def kaplan_meier(observed: Spells) -> tuple[Floats, Floats, Floats, Floats]:
    """Days, share still there just after, and its 95 % interval (of log(−log)), at each length where someone ended.

    Late entry: who began before the list is at risk from the length at which the list first sees them.
    """
    times, ends = np.unique(observed.length[observed.ended], return_counts=True)
    entered = np.searchsorted(np.sort(observed.entry), times, side="right")
    left = np.searchsorted(np.sort(observed.length), times, side="left")
    at_risk = np.maximum(entered - left, ends).astype(np.float64)
    share = np.cumprod(1.0 - ends / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ends / (at_risk * (at_risk - ends)))
        half = Z95 * np.sqrt(greenwood) / np.abs(np.log(share))
        low, high = share ** np.exp(half), share ** np.exp(-half)
    gone = ~np.isfinite(low)
    low, high = np.where(gone, 0.0, low), np.where(gone, np.minimum(share, 1.0), high)
    start = np.zeros(1), np.ones(1)
    return (
        np.concatenate([start[0], times * observed.unit]),
        np.concatenate([start[1], share]),
        np.concatenate([start[1], low]),
        np.concatenate([start[1], high]),
    )


def seen_median(curve: tuple[Floats, Floats, Floats, Floats], otherwise: Estimate) -> Estimate:
    """Where the Kaplan-Meier curve and its band pass one half; `otherwise` where they do not.

    The share just after D whole days is that at D + 1/2 days, as whole days stand for all lengths around them.
    """
    days, *shares = curve
    value, low, high = (_passes_half(days + 0.5, share) for share in shares)
    if value is None or low is None:
        return otherwise
    return Estimate(value, low, max(otherwise.hog, value) if high is None else high, otherwise.n)


def _passes_half(days: Floats, share: Floats) -> float | None:
    under = np.flatnonzero(share <= 0.5)
    if not len(under) or under[0] == 0:
        return None
    after = under[0]
    part = (share[after - 1] - 0.5) / (share[after - 1] - share[after])
    return float(days[after - 1] + part * (days[after] - days[after - 1]))


@dataclass(frozen=True)
class Sample:
    """Spells as what the likelihood needs: the distinct numbers of units, and how many spells use each.

    `points`: distinct k for which P(D ≥ k) is asked, with 0 first. The rest are places in it, and counts.
    """

    points: NDArray[np.int64]
    ended_at: NDArray[np.int64]
    ended_after: NDArray[np.int64]
    ended: Floats
    going: NDArray[np.int64]
    going_count: Floats
    entered: NDArray[np.int64]
    entered_count: Floats
    times: Floats
    """Days at which the share still there is asked, shape (points - 1, nodes)."""
    weights: Floats
    breaks: Floats | None


def sample(observed: Spells, breaks: Floats | None = None) -> Sample:
    """`breaks`: how often an end is followed by a new stay after 0, 1 … units, too soon to be seen as another."""
    ended, ended_count = np.unique(observed.length[observed.ended], return_counts=True)
    going, going_count = np.unique(observed.length[~observed.ended], return_counts=True)
    entered, entered_count = np.unique(observed.entry[observed.entry > 0], return_counts=True)
    points = np.unique(np.concatenate([[0], ended, ended + 1, going, entered]))
    if breaks is not None:
        points = np.arange(points[-1] + 1)
    nodes, weights = np.polynomial.legendre.leggauss(1 if observed.unit < 7 else 6)
    times = np.maximum((points[1:, None] - 0.5 + nodes[None, :] / 2) * observed.unit + observed.late, 1e-6)
    places = (np.searchsorted(points, each) for each in (ended, ended + 1, going, entered))
    at, after, open_at, entry_at = places
    return Sample(
        points,
        at,
        after,
        ended_count.astype(np.float64),
        open_at,
        going_count.astype(np.float64),
        entry_at,
        entered_count.astype(np.float64),
        times,
        weights / 2,
        breaks,
    )


def log_likelihood(made: Sample, survival: Floats) -> float:
    """Of shares still there at `made.times`."""
    reached = reached_at(survival, made)
    if made.breaks is not None:
        reached = _with_breaks(reached, made.breaks)
    tiny = 1e-300
    found = made.ended @ np.log(np.maximum(reached[made.ended_at] - reached[made.ended_after], tiny))
    found += made.going_count @ np.log(np.maximum(reached[made.going], tiny))
    found -= made.entered_count @ np.log(np.maximum(reached[made.entered], tiny))
    return float(found)


MOST_JOINED = 8


def _with_breaks(reached: Floats, breaks: Floats) -> Floats:
    """P(D ≥ k) where some that ended began anew and are seen as one: D + break + D' + …, a geometric number of them."""
    size = len(reached)
    own = reached - np.append(reached[1:], 0.0)
    own[-1] = 0.0  # what lies beyond the last point stays there
    again = np.convolve(own, breaks)[:size]
    term = (1.0 - breaks.sum()) * own
    found = term.copy()
    for _ in range(MOST_JOINED):
        term = np.convolve(term, again)[:size]
        found += term
    return np.concatenate([[1.0], 1.0 - np.cumsum(found)[:-1]])


def reached_at(survival: Floats, made: Sample) -> Floats:
    """P(D ≥ k) at `made.points`, from shares still there at `made.times`."""
    found: Floats = np.concatenate([[1.0], survival @ made.weights])
    return found
