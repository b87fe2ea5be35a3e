"""Exact theory against simulation: replications in parallel, control variates and intervals.

A check is sharp only if the interval is narrow, so what is simulated is regressed on control variates: sums of the
very arrivals and lengths that the engine was given, as they would be without any queue, whose means are known. They
are drawn here from the same pure functions as in the engine, and never read from the log: an engine that is wrong
cannot move them. Two kinds look at the log (`seen_by_arrivals`, and the drawn lengths of those that were let in), and have mean 0 under any rule, right
or wrong, that does not look ahead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hjalp import log_of
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import stats

from sim.cases import Cases, draw_cases
from sim.distributions import Params, quantiles
from sim.network import Network
from sim.randomness import Purpose, uniforms
from sim.visits import VisitLog

Floats = NDArray[np.float64]
Window = tuple[float, float]
Control = tuple[Floats, float]
"""One value for each replication, and their exact mean."""

SEED = 1
LEVEL = 0.999
PRECISION = 0.01
"""Greatest half-width accepted, as a share of the theoretical value."""
WORKERS = 2

_log = logging.getLogger("teori")


@dataclass(frozen=True)
class Replication:
    """One run, and the draws that went into it."""

    network: Network
    number: int
    cases: Cases
    log: VisitLog

    @cached_property
    def arrivals(self) -> Floats:
        return self.cases.arrivals.time

    def uniforms(self, purpose: Purpose, steg: str = "v.a", keys: NDArray[np.uint64] | None = None) -> Floats:
        """The number that each arriving case draws for a purpose at its first visit to a steg."""
        keys = self.cases.arrivals.key if keys is None else keys
        steg_key = self.network.steg_keys[self.network.steg_number(steg)]
        return uniforms(SEED, self.number, keys, steg_key, 0, purpose)

    def lengths(self, steg: str = "v.a", keys: NDArray[np.uint64] | None = None) -> Floats:
        """How long each case will stay at its first visit to a steg with one outcome; by default all that arrive."""
        (outcome,) = self.network.base_steg[self.network.steg_number(steg)].outcomes
        return quantiles(outcome.length, self.uniforms(Purpose.LANGD, steg, keys))

    def times(self, purpose: Purpose, params: Params, steg: str = "v.a") -> Floats:
        return quantiles(params, self.uniforms(purpose, steg))

    def intervals(self, chosen: NDArray[np.bool_], start: str = "start") -> tuple[Floats, Floats]:
        """From start (or begaran) until left, the end of the run where not left, of chosen records in the log."""
        left = np.where(np.isnan(self.log.slappt), self.network.end, self.log.slappt)
        return getattr(self.log, start)[chosen], left[chosen]


def replications(network: Network, count: int) -> list[Replication]:
    """Independent runs 0, 1, …, in order, shared between the processors."""
    logs = Parallel(n_jobs=WORKERS)(delayed(log_of)(network, SEED, number) for number in range(count))
    return [
        Replication(network, number, draw_cases(network, SEED, number), log) for number, log in enumerate(logs)
    ]


@dataclass(frozen=True)
class Estimate:
    value: float
    half_width: float


def estimate(values: Floats, controls: Sequence[Control] = ()) -> Estimate:
    """Mean of independent replications, adjusted by linear regression to the known means of the controls.

    Half the width of the interval by Student's t with one degree of freedom less for each control (Lavenberg and
    Welch, "A perspective on the use of control variables", Management Science 27 (1981)).
    """
    columns = [np.ones(len(values))]
    for observed, mean in controls:
        scale = float(np.std(observed))
        columns.append((observed - mean) / scale)
    design = np.column_stack(columns)
    q, r = np.linalg.qr(design)
    coefficients = np.linalg.solve(r, q.T @ values)
    residuals = values - design @ coefficients
    freedom = len(values) - design.shape[1]
    first = np.linalg.solve(r.T, np.eye(design.shape[1])[0])
    error = np.sqrt(residuals @ residuals / freedom * (first @ first))
    return Estimate(float(coefficients[0]), float(error * stats.t.ppf((1 + LEVEL) / 2, freedom)))


def assert_agrees(
    what: str, theory: float, values: Sequence[float] | Floats, controls: Sequence[Control] = ()
) -> None:
    """The theoretical value lies inside the interval, and the interval is narrow."""
    found = estimate(np.asarray(values, dtype=np.float64), controls)
    text = (
        f"{what}: theory {theory:.6g}, simulated {found.value:.6g} ± {found.half_width:.2g}"
        f" ({found.half_width / theory:.2%})"
    )
    _log.info(text)
    assert abs(found.value - theory) <= found.half_width, text
    assert found.half_width <= PRECISION * theory, text


def assert_unbiased(controls: Sequence[Control]) -> None:
    """The means that the controls are said to have are the means they have."""
    level = 1 - (1 - LEVEL) / 2 / max(len(controls), 1)
    for number, (observed, mean) in enumerate(controls):
        error = float(np.std(observed, ddof=1)) / np.sqrt(len(observed))
        far = abs(float(np.mean(observed)) - mean) / error
        assert far <= stats.t.ppf(level, len(observed) - 1), f"control {number}: {far:.1f} errors from {mean:g}"


def control(runs: Sequence[Replication], mean: float, value: Callable[[Replication], float]) -> Control:
    return np.array([value(run) for run in runs]), mean


def visits_in(times: Floats, window: Window) -> NDArray[np.bool_]:
    return (times >= window[0]) & (times < window[1])


def exponential_tid(mean: float, nasta: str = "avslut") -> dict[str, Any]:
    """An outcome: exponential length with this mean, then to `nasta`."""
    return {"tid": {"fordelning": "exponential", "medel": mean}, "nasta": {nasta: 1.0}}


def time_average(
    starts: Floats, ends: Floats, window: Window, function: Callable[[Floats], Floats] = lambda n: n
) -> float:
    """Average over the window of a function of the number of intervals [start, end) that hold a moment."""
    times = np.concatenate([starts, ends])
    order = np.argsort(times, kind="stable")
    number = np.concatenate([[0.0], np.cumsum(np.repeat([1.0, -1.0], [len(starts), len(ends)])[order])])
    times = times[order]
    first, last = window
    moments = np.concatenate([[first], times[(times > first) & (times < last)], [last]])
    here = number[np.searchsorted(times, moments[:-1], side="right")]
    return float(function(here) @ np.diff(moments) / (last - first))


def number_just_before(starts: Floats, ends: Floats, moments: Floats) -> Floats:
    """How many intervals (start, end] hold each moment."""
    begun = np.searchsorted(np.sort(starts), moments, side="left")
    return (begun - np.searchsorted(np.sort(ends), moments, side="left")).astype(np.float64)


def seen_by_arrivals(
    arrivals: Floats,
    per_day: float,
    intervals: tuple[Floats, Floats],
    window: Window,
    function: Callable[[Floats], Floats],
) -> float:
    """What Poisson arrivals see, per arrival expected, less the average over time: mean 0 (PASTA, Wolff 1982).

    They see a function of how many intervals [start, end) hold the moment.
    """
    seen = function(number_just_before(*intervals, arrivals[visits_in(arrivals, window)]))
    expected = per_day * (window[1] - window[0])
    return float(seen.sum() / expected - time_average(*intervals, window, function))


def poisson_mean(load: float, function: Callable[[Floats], Floats]) -> float:
    """E f(N), N Poisson with mean `load`."""
    n = np.arange(int(load + 20 * np.sqrt(load) + 50), dtype=np.float64)
    return float(function(n) @ stats.poisson.pmf(n, load))


def single_server_waits(arrivals: Floats, services: Floats) -> Floats:
    """Waits in a queue with one server, first come first served (Lindley's recursion)."""
    steps = np.concatenate([[0.0], np.cumsum(services[:-1] - np.diff(arrivals))])
    return steps - np.minimum.accumulate(steps)


def erlang_b(servers: int, load: float) -> float:
    """Share lost in M/G/c/c: B(c) = aB(c−1) / (c + aB(c−1))."""
    lost = 1.0
    for c in range(1, servers + 1):
        lost = load * lost / (c + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """Share that waits in M/M/c."""
    lost = erlang_b(servers, load)
    return servers * lost / (servers - load * (1 - lost))


def stationary(generator: NDArray[np.float64]) -> Floats:
    """Stationary distribution of a finite Markov chain with the given rates (the diagonal is filled in)."""
    rates = generator.copy()
    np.fill_diagonal(rates, 0.0)
    np.fill_diagonal(rates, -rates.sum(axis=1))
    equations = np.vstack([rates.T, np.ones(len(rates))])
    right = np.zeros(len(rates) + 1)
    right[-1] = 1.0
    return np.linalg.lstsq(equations, right, rcond=None)[0]
