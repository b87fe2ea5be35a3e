"""Exact values of well-known queues. Loads are offered erlangs: arrivals a day × mean days of service.

Servers can be a fraction: Erlang's formulas are then continued between the whole numbers (Jagerman 1974), where they
are exact. By recursions and sums of positive terms, so that nothing is lost for thousands of servers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad
from scipy.special import pdtrc


def erlang_b(servers: float, load: float) -> float:
    """Share lost in M/G/c/c: 1/B(c) = 1 + c/a × 1/B(c − 1), from 1/B(f) = ∫ e⁻ˢ (1 + s/a)ᶠ ds for the fraction f."""
    _check(servers, load)
    if load == 0:
        return 0.0 if servers else 1.0
    fraction = servers - math.floor(servers)
    inverse = 1.0
    if fraction:
        inverse = float(quad(lambda s: math.exp(-s) * (1 + s / load) ** fraction, 0, math.inf, epsabs=1e-13)[0])
    for number in range(1, math.floor(servers) + 1):
        inverse = 1 + (number + fraction) / load * inverse
    return 1 / inverse


def erlang_c(servers: float, load: float) -> float:
    """Share that waits in M/M/c; 1 where the load is not below the servers."""
    if load >= servers:
        return 1.0
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


def mean_queue(servers: float, load: float, service_cv: float = 1.0, arrival_cv: float = 1.0) -> float:
    """Mean number waiting: exact for M/M/c (cv 1), else Allen and Cunneen's approximation; ∞ where it only grows."""
    if load >= servers:
        return math.inf
    return erlang_c(servers, load) * load / (servers - load) * (service_cv**2 + arrival_cv**2) / 2


def impatient_queue(servers: float, load: float, patience: float) -> tuple[float, float]:
    """Erlang A, M/M/c+M: (mean number waiting, share who leave the queue). `patience`: mean, in mean service times."""
    _check(servers, load)
    if not patience > 0:
        raise ValueError("patience must be above 0")
    none_waiting = erlang_b(servers, load)
    if load == 0 or none_waiting == 0:
        return 0.0, 0.0
    most = max(load - servers, 0.0) * patience + 12 * math.sqrt(load * patience) + 60
    number = np.arange(1, math.ceil(most) + 1)
    chances = np.cumsum(math.log(load) - np.log(servers + number / patience))  # ln P(c + n) / P(c)
    largest = max(float(chances.max()), -math.log(none_waiting))
    weights = np.exp(chances - largest)
    queue = float(weights @ number) / (math.exp(-math.log(none_waiting) - largest) + float(weights.sum()))
    return queue, queue / patience / load


def share_beyond_limit(servers: float, load: float, limit: float) -> float:
    """M/M/c+D: the share who have waited `limit` (in mean service times) and go elsewhere. Limit 0 is Erlang B.

    F. Baccelli and G. Hébuterne, "On queues with impatient customers" (1981); all is scaled so that nothing overflows.
    """
    _check(servers, load)
    if servers < 1 or load == 0 or limit == 0:
        return erlang_b(servers, load)
    fewer, rise = erlang_b(servers - 1, load), load - servers
    if fewer == 0:
        return 0.0
    scale = math.exp(-max(rise * limit, 0.0))
    waited = limit if rise == 0 else -math.expm1(-abs(rise) * limit) / abs(rise)
    waited += math.exp(min(rise * limit, 0.0)) / servers
    return max(scale + rise * waited, 0.0) / (scale / fewer + load * waited)


@dataclass(frozen=True)
class Shared:
    """N cases ~ Poisson(load) of which at most `places` are at home: how many at home and outside, on average."""

    home: float
    outside: float


def with_immediate_return(places: int, load: float) -> Shared:
    """Whoever is outside comes home the moment a place falls free: E min(N, c) and E(N − c)⁺."""
    _check(places, load)
    at_least = 1.0 if places == 0 else float(pdtrc(places - 1, load))
    outside = load * at_least - places * float(pdtrc(places, load)) if load else 0.0
    return Shared(load - outside, max(outside, 0.0))


def with_no_return(places: float, load: float, limit: float = 0.0) -> Shared:
    """Whoever goes outside stays there: Erlang B, or M/M/c+D where they wait for a limit first."""
    lost = share_beyond_limit(places, load, limit)
    return Shared(load * (1 - lost), load * lost)


def _check(servers: float, load: float) -> None:
    if not (0 <= servers < math.inf and 0 <= load < math.inf):
        raise ValueError("servers and load must be finite numbers, 0 or more")


def sd_of_mean_present(beyond: np.ndarray, nodes: np.ndarray, weights: np.ndarray, window: float) -> float:
    """Standard deviation of M/G/∞'s mean number present over a window of days, in steady state.

    Var = 2/T² ∫ (T − s) R(s) ds over (0, T), where R(s) = λ E(L − s)⁺ is the covariance at distance s; `beyond` is R at
    the nodes of a quadrature rule on (0, T).
    """
    return math.sqrt(max(2 / window**2 * float(weights @ ((window - nodes) * beyond)), 0.0))
