"""The normal, gamma and Poisson kernels against SciPy and values computed with 40 digits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats

from sim import distributions as d
from sim.kernel import kernel
from sim.special import poisson_from_table, poisson_table

LARGEST_U = 1.0 - 2.0**-53


def many_u() -> NDArray[np.float64]:
    rng = np.random.default_rng(5)
    small = 10.0 ** rng.uniform(-12, 0, 400)
    near_half = 0.5 + rng.choice([-1, 1], 100) * 10.0 ** rng.uniform(-12, -1, 100)
    chosen = [1e-12, 0.075, 0.5, 0.925, 1 - 1e-12]
    u = np.concatenate([small, 1.0 - small, near_half, rng.random(600), chosen])
    return u[(u >= 1e-12) & (u <= 1.0 - 1e-12)]


DOUBLES = st.one_of(
    st.floats(2.0**-54, LARGEST_U),
    st.floats(-54.0, -1.0).map(lambda e: 2.0**e),
    st.floats(-52.0, -1.0).map(lambda e: 1.0 - 2.0**e),
    st.sampled_from([0.075, 0.5, 0.925, math.exp(-25.0), 1.0 - math.exp(-25.0)]),
)


def following(u: float, stride: int) -> NDArray[np.float64]:
    """u and the doubles that follow, `stride` doubles apart, below 1; starts a little before u."""
    bits = np.float64(u).view(np.int64) + stride * np.arange(-100, 300)
    chain = bits.view(np.float64)
    return chain[chain < 1.0]


def test_normal_quantile_is_scipys() -> None:
    u = np.concatenate([many_u(), 10.0 ** -np.arange(13.0, 300.0, 7.0), [2.0**-54, LARGEST_U]])
    mine = [d.normal_quantile(value) for value in u]
    np.testing.assert_allclose(mine, special.ndtri(u), rtol=3e-14, atol=0)
    assert d.normal_quantile(0.5) == 0.0


# (shape, x, P, Q) computed with 40 digits in mpmath from the power series of P.
REFERENCE = [
    (0.01, 1e-30, 0.5040472728599954, 0.49595272714000455),
    (0.01, 2.0, 0.9995033354627815, 0.0004966645372185268),
    (0.5, 12.5, 0.9999994266968563, 5.733031437583878e-07),
    (30.0, 11.0, 1.6882167999280856e-06, 0.9999983117832001),
    (1e4, 9400.0, 4.64852460812127e-10, 0.9999999995351475),
    (1e4, 10600.0, 0.9999999980378075, 1.962192482133047e-09),
    (1e6, 995000.0, 2.749580359270071e-07, 0.9999997250419641),
    (1e6, 1e6, 0.5001329807608725, 0.4998670192391274),
    (1e6, 1006000.0, 0.9999999989402603, 1.0597397352843812e-09),
]


@pytest.mark.parametrize(("shape", "x", "lower", "upper"), REFERENCE)
def test_incomplete_gamma_is_right_to_14_digits(shape: float, x: float, lower: float, upper: float) -> None:
    assert d.lower_gamma(shape, x) == pytest.approx(lower, rel=2e-14)
    root = d.gamma_quantile(shape, lower if lower < 0.5 else 1.0 - upper)
    assert root == pytest.approx(x, rel=1e-9 if upper < 1e-6 else 1e-12)


@pytest.mark.parametrize("shape", [1e-3, 0.2, 0.9999, 1.0, 1.7, 9.999, 10.0, 60.0, 3000.0])
def test_incomplete_gamma_is_scipys(shape: float) -> None:
    x = np.concatenate([shape * np.linspace(0.2, 3.0, 57), [1e-9, 0.5, 1.0 - 1e-9, 1.0, shape, shape + 1.0]])
    mine = [d.lower_gamma(shape, value) for value in x.tolist()]
    np.testing.assert_allclose(mine, special.gammainc(shape, x), rtol=5e-13, atol=1e-30)
    assert d.lower_gamma(shape, 0.0) == 0.0
    assert d.lower_gamma(shape, 1e9) == 1.0


@pytest.mark.parametrize("mean", [1e-9, 0.01, 0.3, 1.0, 7.75, 29.9, 100.0, 1234.5, 10_000.0])
def test_poisson_quantile_is_scipys(mean: float) -> None:
    u = many_u()[::3]
    # From the tail in which u is exact; SciPy's isf of a count is the least k with P(N > k) <= 1 - u.
    reference = stats.poisson(mean)
    expected = np.where(u <= 0.5, reference.ppf(np.minimum(u, 0.5)), reference.isf(1.0 - np.maximum(u, 0.5)))
    assert [d.poisson_quantile(mean, value) for value in u.tolist()] == expected.tolist()


def test_poisson_quantile_at_its_own_steps() -> None:
    for mean in (0.5, 4.0, 250.0):
        for k in range(int(mean + 3 * math.sqrt(mean))):
            step = float(stats.poisson.cdf(k, mean))
            if step > 1e-10:
                assert d.poisson_quantile(mean, step * (1 - 1e-9)) == k
                assert d.poisson_quantile(mean, step + min(step, 1 - step) * 1e-9) == k + 1


@pytest.mark.parametrize("mean", [1e-3, 0.25 * 28, 0.25 * 31, 60.0, 300.0])
def test_poisson_table_gives_the_same_numbers(mean: float) -> None:
    u = np.concatenate([np.random.default_rng(4).random(2000), 10.0 ** np.linspace(-300, -1, 100)])
    u = np.concatenate([u, 1.0 - u, [0.5, 1.0 - 2.0**-53]])
    table = poisson_table(mean)
    assert [poisson_from_table(table, value) for value in u.tolist()] == poisson_quantiles(mean, u).tolist()


def test_poisson_quantile_without_a_mean() -> None:
    assert [d.poisson_quantile(mean, 0.999) for mean in (0.0, -1.0, math.nan, math.inf)] == [0, 0, 0, 0]


@kernel
def normal_quantiles(u: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty(u.size)
    for i in range(u.size):
        out[i] = d.normal_quantile(u[i])
    return out


@kernel
def poisson_quantiles(mean: float, u: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.empty(u.size)
    for i in range(u.size):
        out[i] = d.poisson_quantile(mean, u[i])
    return out


@settings(max_examples=300, deadline=None)
@given(u=DOUBLES, stride=st.sampled_from([1, 1, 2, 7, 61, 1009]))
def test_normal_quantile_never_falls(u: float, stride: int) -> None:
    assert np.all(np.diff(normal_quantiles(following(u, stride))) >= 0.0)


@settings(max_examples=30, deadline=None)
@given(mean=st.floats(0.01, 300.0), k=st.integers(0, 400))
def test_poisson_quantile_never_falls_at_its_steps(mean: float, k: int) -> None:
    step = float(stats.poisson.cdf(k, mean))
    if 1e-15 < step < 1.0:
        assert np.all(np.diff(poisson_quantiles(mean, following(step, 1))) >= 0.0)
