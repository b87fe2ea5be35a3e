"""Exact queues against what their code did not make: Markov chains solved as linear equations, tables, and limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from sim.analysis.queues import (
    erlang_b,
    erlang_c,
    impatient_queue,
    mean_queue,
    sd_of_mean_present,
    share_beyond_limit,
    with_immediate_return,
    with_no_return,
)
from teori_hjalp import birth_and_death

CASES = [(1, 0.5), (4, 4.0), (7, 3.2), (20, 24.0)]


@pytest.mark.parametrize(("servers", "load"), CASES)
def test_the_share_lost_is_that_of_the_markov_chain(servers: int, load: float) -> None:
    chain = birth_and_death(load, np.arange(servers + 1.0))
    assert erlang_b(servers, load) == pytest.approx(chain.shares[-1], rel=1e-10)


@pytest.mark.parametrize(
    ("servers", "lost", "load"), [(5, 0.01, 1.361), (10, 0.01, 4.461), (20, 0.01, 12.031), (100, 0.01, 84.064)]
)
def test_erlangs_published_table(servers: int, lost: float, load: float) -> None:
    """Offered traffic at one per cent lost, to the table's three decimals."""
    assert erlang_b(servers, load) == pytest.approx(lost, rel=2e-3)


def test_thousands_of_servers_are_no_trouble() -> None:
    """Against the Poisson distribution: B = P(N = c) / P(N ≤ c)."""
    poisson = stats.poisson(2950.0)
    assert erlang_b(3000, 2950.0) == pytest.approx(poisson.pmf(3000) / poisson.cdf(3000), rel=1e-9)
    assert erlang_b(20_000, 10.0) == 0.0
    assert impatient_queue(20_000, 10.0, 1.0) == (0.0, 0.0)
    assert share_beyond_limit(20_000, 10.0, 1.0) == 0.0


@pytest.mark.parametrize("servers", [0.5, 3.25, 60.8])
def test_a_part_of_a_server_lies_between_the_whole_ones_as_the_integral_says(servers: float) -> None:
    """1/B = a ∫ e⁻ᵃᵗ (1 + t)ᶜ dt (Fortet's integral)."""
    load = 0.9 * servers
    inverse = quad(lambda t: load * math.exp(servers * math.log1p(t) - load * t), 0, np.inf, limit=200)[0]
    assert erlang_b(servers, load) == pytest.approx(1 / inverse, rel=1e-8)
    assert erlang_b(math.floor(servers), load) > erlang_b(servers, load) > erlang_b(math.ceil(servers), load)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (4, 3.0), (12, 10.5)])
def test_waiting_is_that_of_the_markov_chain(servers: int, load: float) -> None:
    number = np.arange(600)
    chain = birth_and_death(load, np.minimum(number, servers).astype(float))
    assert erlang_c(servers, load) == pytest.approx(chain.mean(number >= servers), rel=1e-8)
    assert mean_queue(servers, load) == pytest.approx(chain.mean(np.maximum(number - servers, 0)), rel=1e-8)


def test_one_server_waits_as_pollaczek_and_khinchin_say() -> None:
    """Exact for one server with any length: ρ²(1 + cv²)/2(1 − ρ)."""
    for cv in (0.0, 0.6, 2.0):
        assert mean_queue(1, 0.8, cv) == pytest.approx(0.8**2 * (1 + cv**2) / 2 / 0.2)


def test_what_is_not_below_capacity_only_grows() -> None:
    assert erlang_c(4, 4.0) == 1.0
    assert mean_queue(4, 4.0) == mean_queue(4, 5.0) == math.inf


@pytest.mark.parametrize(("servers", "load", "patience"), [(4, 3.0, 2.0), (4, 9.0, 0.5), (10, 10.0, 30.0), (3, 0.2, 1)])
def test_impatience_is_that_of_the_markov_chain(servers: int, load: float, patience: float) -> None:
    number = np.arange(700)
    down = np.minimum(number, servers) + np.maximum(number - servers, 0) / patience
    chain = birth_and_death(load, down)
    queue, leaving = impatient_queue(servers, load, patience)
    assert queue == pytest.approx(chain.mean(np.maximum(number - servers, 0)), rel=1e-8)
    assert leaving == pytest.approx(1 - chain.mean(np.minimum(number, servers)) / load, abs=1e-9)


def test_impatience_far_above_capacity_leaves_what_cannot_be_served() -> None:
    """Fluid limit: all but c of every a leave."""
    queue, leaving = impatient_queue(1000, 4000.0, 50.0)
    assert leaving == pytest.approx(0.75, rel=1e-9)
    assert queue == pytest.approx(3000 * 50.0, rel=1e-9)


@pytest.mark.parametrize(("servers", "load"), [(3, 3.0), (3, 2.0), (5, 7.5)])
@pytest.mark.parametrize("limit", [0.3, 2.0])
def test_a_limit_to_waiting_is_that_of_the_virtual_wait(servers: int, load: float, limit: float) -> None:
    """The wait ahead of a case, were it to wait for ever, by level crossing, integrated numerically.

    Its density is a p(c − 1) e^((a − c)x) up to the limit, and falls as e^(−cx) beyond it, since nobody joins there.
    """
    chain = birth_and_death(load, np.arange(servers + 0.0))
    shorter = quad(lambda x: load * math.exp((load - servers) * x), 0, limit)[0]
    longer = quad(lambda x: load * math.exp((load - servers) * limit - servers * (x - limit)), limit, np.inf)[0]
    share = longer / (chain.shares.sum() / chain.shares[-1] + shorter + longer)
    assert share_beyond_limit(servers, load, limit) == pytest.approx(share, rel=1e-7)


def test_a_limit_of_nothing_is_erlang_b_and_one_of_years_loses_what_there_is_no_room_for() -> None:
    assert share_beyond_limit(5, 4.0, 0.0) == erlang_b(5, 4.0)
    assert share_beyond_limit(5, 4.0, 1e-12) == pytest.approx(erlang_b(5, 4.0))
    assert share_beyond_limit(5, 4.0, 1e4) == pytest.approx(0.0, abs=1e-12)
    assert share_beyond_limit(5, 8.0, 1e4) == pytest.approx(3 / 8)
    assert share_beyond_limit(0, 2.0, 7.0) == 1.0


def test_with_immediate_return_all_is_poisson() -> None:
    n = np.arange(400)
    share = stats.poisson.pmf(n, 31.0)
    found = with_immediate_return(33, 31.0)
    assert found.outside == pytest.approx(share @ np.maximum(n - 33, 0), rel=1e-9)
    assert found.home == pytest.approx(share @ np.minimum(n, 33), rel=1e-9)
    assert with_immediate_return(0, 5.0).outside == pytest.approx(5.0)
    assert with_no_return(33, 31.0).outside > found.outside


def test_the_spread_of_a_mean_present_is_known_for_exponential_lengths() -> None:
    """R(s) = a e^(−s/m): Var = 2a(m/T)² (T/m − 1 + e^(−T/m)); and over a moment it is Poisson's."""
    load, mean = 12.0, 40.0
    for window in (31.0, 0.001):
        nodes, weights = np.polynomial.legendre.leggauss(40)
        nodes, weights = window * (nodes + 1) / 2, window * weights / 2
        found = sd_of_mean_present(load * np.exp(-nodes / mean), nodes, weights, window)
        exact = 2 * load * (mean / window) ** 2 * (window / mean + math.expm1(-window / mean))
        assert found == pytest.approx(math.sqrt(exact) if window > 1 else math.sqrt(load), rel=1e-4)
