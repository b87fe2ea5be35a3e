"""Exact theory against simulation: replications in parallel, control variates and intervals.

A check is sharp only if the interval is narrow, so what is simulated is regressed on control variates whose means are
known whatever the engine does:

- sums of the arrivals and lengths that the engine was given, as they would be without any queue. They are drawn
  here from the same pure functions as in the engine, never read from the log: a wrong engine cannot move them;
- how much more often than expected something happens (`surplus`): arrivals, ends of stays, ends of patience, weighted
  by the state just before. Mean 0 under any rule, right or wrong, that does not look ahead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import stats

from hjalp import log_of
from sim.cases import Cases, draw_cases
from sim.distributions import Params, quantiles
from sim.network import Network
from sim.paths import TICK
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
TIMES_AS_MANY = {"snabb": 4, "simpy": 1}
"""Replications for each one asked for: the fast engine has time for more, so that its intervals are half as wide."""

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
        (variant,) = self.network.base_steg[self.network.steg_number(steg)].variants
        (length,) = variant.lengths
        return self.times(Purpose.LANGD, length, steg, keys)

    @cached_property
    def drawn_lengths(self) -> Floats:
        """`lengths` of all that arrive, in the first steg."""
        return self.lengths()

    def times(
        self, purpose: Purpose, params: Params, steg: str = "v.a", keys: NDArray[np.uint64] | None = None
    ) -> Floats:
        """Durations, in whole ticks as the model rounds them."""
        ticks = np.rint(quantiles(params, self.uniforms(purpose, steg, keys)) / TICK)
        return np.maximum(ticks, 1.0) * TICK

    def intervals(self, chosen: NDArray[np.bool_], start: str = "start") -> tuple[Floats, Floats]:
        """From start (or begaran) until left, the end of the run where not left, of chosen records in the log."""
        left = np.where(np.isnan(self.log.slappt), self.network.end, self.log.slappt)
        return getattr(self.log, start)[chosen], left[chosen]


def replications(network: Network, count: int, engine: str) -> list[Replication]:
    """Independent runs 0, 1, …, in order. The slow engine's are shared between the processors."""
    numbers = range(count * TIMES_AS_MANY[engine])
    workers = WORKERS if engine == "simpy" else 1
    logs = Parallel(n_jobs=workers)(delayed(log_of)(network, SEED, number, engine) for number in numbers)
    return [Replication(network, number, draw_cases(network, SEED, number), log) for number, log in enumerate(logs)]


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


def assert_agrees(what: str, theory: float, values: Sequence[float] | Floats, controls: Sequence[Control] = ()) -> None:
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


@dataclass(frozen=True)
class Path:
    """A step function of time: `values[i]` from `times[i - 1]` until `times[i]`."""

    times: Floats
    values: Floats

    def before(self, moments: Floats) -> Floats:
        return self.values[np.searchsorted(self.times, moments, side="left")]

    def after(self, moments: Floats) -> Floats:
        return self.values[np.searchsorted(self.times, moments, side="right")]


def number_path(starts: Floats, ends: Floats) -> Path:
    """How many intervals [start, end) hold each moment."""
    times = np.concatenate([starts, ends])
    steps = np.repeat([1.0, -1.0], [len(starts), len(ends)])
    order = np.argsort(times, kind="stable")
    return Path(times[order], np.concatenate([[0.0], np.cumsum(steps[order])]))


def integral(paths: Sequence[Path], window: Window, function: Callable[..., Floats]) -> float:
    """∫ function(path, path, …) dt over the window."""
    times = np.concatenate([path.times for path in paths])
    moments = np.unique(np.concatenate([window, times[(times > window[0]) & (times < window[1])]]))
    return float(function(*(path.after(moments[:-1]) for path in paths)) @ np.diff(moments))


def time_average(
    starts: Floats, ends: Floats, window: Window, function: Callable[[Floats], Floats] = lambda n: n
) -> float:
    """Average over the window of a function of how many intervals [start, end) hold a moment."""
    return integral([number_path(starts, ends)], window, function) / (window[1] - window[0])


def surplus(
    events: Floats,
    rate: float,
    at_risk: tuple[Floats, Floats],
    state: Sequence[Path],
    window: Window,
    weight: Callable[..., Floats],
) -> float:
    """Σ weight over the events of the window, less its expectation, a day: a martingale, so its mean is 0.

    Each of the intervals `at_risk` has events at `rate` a day, whatever has happened so far. `weight` is a function of
    the state just before the event.
    """
    inside = events[visits_in(events, window)]
    found = weight(*(path.before(inside) for path in state)).sum()
    expected = rate * integral([number_path(*at_risk), *state], window, lambda number, *rest: number * weight(*rest))
    return float(found - expected) / (window[1] - window[0])


ALWAYS = (np.array([-1.0]), np.array([np.inf]))
"""At risk all the time: the surplus of Poisson arrivals (PASTA, Wolff 1982)."""


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


@dataclass(frozen=True)
class Chain:
    """A finite Markov chain with the given rates between states."""

    rates: Floats

    @cached_property
    def generator(self) -> Floats:
        rates = self.rates.copy()
        np.fill_diagonal(rates, 0.0)
        np.fill_diagonal(rates, -rates.sum(axis=1))
        return rates

    @cached_property
    def shares(self) -> Floats:
        """Stationary distribution."""
        equations = self.generator.T.copy()
        equations[0] = 1.0
        return np.linalg.solve(equations, np.eye(len(equations))[0])

    def mean(self, values: Floats) -> float:
        return float(self.shares @ values)

    def worth(self, values: Floats) -> Floats:
        """How much more of `values` there will ever be when starting in each state (Poisson's equation).

        Its steps are the weights that make a `surplus` the best control of the time average of `values`.
        """
        equations = self.generator.copy()
        right = self.mean(values) - values
        equations[0], right[0] = self.shares, 0.0
        return np.linalg.solve(equations, right)


def birth_and_death(up: float, down: Floats) -> Chain:
    """States 0, 1, …: one more at rate `up`, one less at rate `down[state]`."""
    rates = np.zeros((len(down), len(down)))
    number = np.arange(len(down))
    rates[number[:-1], number[1:]] = up
    rates[number[1:], number[:-1]] = down[1:]
    return Chain(rates)


def step_weights(worth: Floats) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """What one more and one less mean for the time to come, as functions of the number before."""
    steps = np.append(np.diff(worth), 0.0)

    def up(number: Floats) -> Floats:
        return steps[np.minimum(number, len(steps) - 1).astype(int)]

    def down(number: Floats) -> Floats:
        return -up(np.maximum(number - 1, 0))

    return up, down
