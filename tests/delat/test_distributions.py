"""Distributions against SciPy, numerical integration and other solvers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, optimize, stats

from sim import distributions as d
from sim.quantiles import with_table

Params = NDArray[np.float64]

CVS = [0.05, 0.1, 0.3, 0.7, 1.0, 1.3, 2.0, 5.0, 10.0]
LARGEST_U = 1.0 - 2.0**-53


def many_u() -> NDArray[np.float64]:
    rng = np.random.default_rng(5)
    small = 10.0 ** rng.uniform(-12, 0, 400)
    near_half = 0.5 + rng.choice([-1, 1], 100) * 10.0 ** rng.uniform(-12, -1, 100)
    chosen = [1e-12, 0.075, 0.5, 0.925, 1 - 1e-12]
    u = np.concatenate([small, 1.0 - small, near_half, rng.random(600), chosen])
    return u[(u >= 1e-12) & (u <= 1.0 - 1e-12)]


def scipys(frozen: Any, u: NDArray[np.float64]) -> Any:
    """SciPy's quantiles, from the tail in which u is exact."""
    return np.where(u <= 0.5, frozen.ppf(np.minimum(u, 0.5)), frozen.isf(1.0 - np.maximum(u, 0.5)))


def frozen(params: Params) -> Any:
    """SciPy's distribution with the same parameters."""
    kind, *numbers = params.tolist()
    families: dict[int, Callable[..., Any]] = {
        1: lambda mean: stats.expon(scale=mean),
        2: lambda mu, sigma: stats.lognorm(sigma, scale=math.exp(mu)),
        3: lambda shape, scale: stats.weibull_min(shape, scale=scale),
        4: lambda shape, scale: stats.gamma(shape, scale=scale),
        5: lambda shape, power, scale: stats.gengamma(shape, power, scale=scale),
    }
    return families[int(kind)](*numbers)


def mixture_cdf(parts: list[tuple[float, Params]], x: NDArray[np.float64]) -> Any:
    return np.sum([w * (frozen(p).cdf(x) if p[0] else x >= p[1]) for w, p in parts], axis=0)


SIMPLE = {
    "exponential": d.exponential(3.0),
    **{f"lognormal {cv}": d.lognormal(120.0, cv) for cv in CVS},
    **{f"weibull {cv}": d.weibull(120.0, cv) for cv in CVS},
    **{f"gamma {cv}": d.gamma(120.0, cv) for cv in CVS},
    "gamma 0.01": d.gamma(120.0, 0.01),
    **{f"biased weibull {cv}": d.length_biased(d.weibull(120.0, cv)) for cv in CVS},
    "lognormal, quantiles": d.lognormal_from_quantiles(45.0, 100.0),
    "weibull, quantiles": d.weibull_from_quantiles(45.0, 100.0),
    "gamma, quantiles": d.gamma_from_quantiles(45.0, 100.0),
}
MIXTURES = {
    "two lengths": [(0.4, d.lognormal(100.0, 1.0)), (0.6, d.lognormal(700.0, 0.5))],
    "far apart": [(0.5, d.lognormal(1.0, 0.05)), (0.5, d.lognormal(1e6, 0.05))],
    "inside one another": [(0.5, d.exponential(10.0)), (0.5, d.gamma(10.0, 0.01))],
    "atoms": [(0.3, d.konstant(1.0)), (0.2, d.konstant(30.1)), (0.5, d.exponential(20.0))],
    "atom at 0": [(0.3, d.konstant(0.0)), (0.7, d.weibull(10.0, 3.0))],
    "all kinds": [
        (0.1, d.konstant(30.0)),
        (0.2, d.exponential(20.0)),
        (0.3, d.gamma(100.0, 1.2)),
        (0.2, d.weibull(300.0, 0.4)),
        (0.2, d.lognormal(700.0, 0.5)),
    ],
    "twins": [(0.25, d.gamma(1.0, 0.5)), (0.75, d.gamma(1.0, 0.5))],
}
TABLE = d.empirisk([10.0, 5.0, 30.5], [0.5, 0.2, 0.3])
ALL = {
    **SIMPLE,
    **{name: d.blandning(parts) for name, parts in MIXTURES.items()},
    **{f"biased {name}": d.length_biased(d.blandning(parts)) for name, parts in MIXTURES.items()},
    "table": TABLE,
    "constant": d.konstant(7.0),
    "gamma 50": d.gamma(1.0, 50.0),
    "lognormal 0.002": d.lognormal(1.0, 0.002),
    "weibull 0.002": d.weibull(1.0, 0.002),
}


def by_name(table: Mapping[str, object]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", table)


@by_name(SIMPLE)
def test_quantiles_are_scipys(name: str) -> None:
    u = many_u()
    expected = scipys(frozen(SIMPLE[name]), u)
    normal = expected > 1e-290
    np.testing.assert_allclose(d.quantiles(SIMPLE[name], u)[normal], expected[normal], rtol=1e-10)


@by_name(SIMPLE)
def test_cdf_is_scipys_and_undoes_the_quantile(name: str) -> None:
    params = SIMPLE[name]
    u = many_u()[::5]
    x = d.quantiles(params, u)
    x, u = x[x > 1e-290], u[x > 1e-290]
    mine = np.array([d.cdf(params, value) for value in x])
    np.testing.assert_allclose(mine, frozen(params).cdf(x), rtol=1e-10)
    np.testing.assert_allclose(mine, u, atol=1e-12, rtol=0)
    assert d.cdf(params, 0.0) == d.cdf(params, -1.0) == 0.0
    assert d.cdf(params, 1e300) == 1.0


@pytest.mark.parametrize("cv", CVS)
@pytest.mark.parametrize("family", [d.lognormal, d.weibull, d.gamma])
def test_mean_and_spread_are_those_asked_for(family: Callable[[float, float], Params], cv: float) -> None:
    params = family(42.0, cv)
    assert d.mean(params) == pytest.approx(42.0, rel=1e-13)
    reference = frozen(params)
    assert reference.mean() == pytest.approx(42.0, rel=1e-10)
    assert reference.std() == pytest.approx(42.0 * cv, rel=1e-9)


@pytest.mark.parametrize(("median", "p90"), [(45, 100), (10, 10.2), (100, 101), (1, 900), (0.02, 0.03)])
@pytest.mark.parametrize("family", ["lognormal", "weibull", "gamma"])
def test_quantiles_are_those_asked_for(family: str, median: float, p90: float) -> None:
    params = getattr(d, f"{family}_from_quantiles")(median, p90)
    assert frozen(params).cdf([median, p90]) == pytest.approx([0.5, 0.9], rel=1e-11)
    assert [d.quantile(params, 0.5), d.quantile(params, 0.9)] == pytest.approx([median, p90], rel=1e-11)


def integral_of_quantiles(params: Params) -> float:
    """The mean as the integral of the quantile over u, with u = Phi(z) so that both tails are seen."""
    u_of_z = stats.norm.cdf

    def piece(z: float) -> float:
        return d.quantile(params, float(u_of_z(z))) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    return float(integrate.quad(piece, -8.0, 8.0, limit=500, epsabs=0, epsrel=1e-9)[0])


@pytest.mark.parametrize(
    "name", ["exponential", "lognormal 0.7", "weibull 1.3", "gamma 1.3", "biased weibull 0.7", "two lengths"]
)
def test_the_mean_is_the_integral_of_the_quantile(name: str) -> None:
    assert integral_of_quantiles(ALL[name]) == pytest.approx(d.mean(ALL[name]), rel=1e-8)


def test_means_of_mixtures_tables_and_constants() -> None:
    assert d.mean(d.blandning([(0.25, d.konstant(8)), (0.75, d.exponential(4))])) == pytest.approx(5.0)
    assert d.mean(TABLE) == pytest.approx(0.5 * 10 + 0.2 * 5 + 0.3 * 30.5)
    assert d.mean(d.konstant(7)) == 7.0


@pytest.mark.parametrize(
    "name", ["exponential", "lognormal 1.3", "weibull 0.3", "weibull 2.0", "gamma 0.7", "gamma 2.0"]
)
def test_length_biased_density_is_x_times_the_density_over_the_mean(name: str) -> None:
    params = SIMPLE[name]
    reference, biased = frozen(params), d.length_biased(params)
    mean = float(reference.mean())
    for u in (0.1, 0.5, 0.95):
        x = d.quantile(biased, u)
        area = integrate.quad(lambda v: v * float(reference.pdf(v)) / mean, 0, x, limit=200, epsrel=1e-11)[0]
        assert area == pytest.approx(u, rel=1e-8)


def test_length_biasing_twice_weighs_by_the_square() -> None:
    params = d.weibull(10.0, 0.6)
    reference, biased = frozen(params), d.length_biased(d.length_biased(params))
    second = float(reference.moment(2))
    x = d.quantile(biased, 0.4)
    area = integrate.quad(lambda v: v * v * float(reference.pdf(v)) / second, 0, x, epsrel=1e-11)[0]
    assert area == pytest.approx(0.4, rel=1e-8)


def test_length_biased_mixture() -> None:
    parts = [(0.3, d.konstant(30.0)), (0.3, d.gamma(100.0, 1.2)), (0.4, d.lognormal(700.0, 0.5))]
    mean = 0.3 * 30 + 0.3 * 100 + 0.4 * 700
    biased = d.length_biased(d.blandning(parts))
    for x in (10.0, 29.9, 30.0, 31.0, 400.0, 2000.0):
        below = 0.3 * 30 * (x >= 30)
        for weight, params in parts[1:]:
            pdf = frozen(params).pdf
            below += weight * integrate.quad(lambda v, pdf=pdf: v * float(pdf(v)), 0, x, epsrel=1e-11)[0]
        assert d.cdf(biased, x) == pytest.approx(below / mean, rel=1e-8)


def test_length_biased_table_and_constant() -> None:
    biased = d.length_biased(d.empirisk([0.0, 1.0, 3.0], [0.2, 0.4, 0.4]))
    assert [d.cdf(biased, x) for x in (0.0, 1.0, 2.9, 3.0)] == pytest.approx([0.0, 0.25, 0.25, 1.0])
    assert d.quantile(biased, 1e-12) == 1.0
    assert d.length_biased(d.konstant(7.0)).tolist() == d.konstant(7.0).tolist()
    mixed = d.length_biased(d.blandning([(0.5, d.konstant(0.0)), (0.5, d.exponential(2.0))]))
    assert d.mean(mixed) == pytest.approx(4.0)


@pytest.mark.parametrize(
    "name",
    ["exponential", "lognormal 0.7", "weibull 1.3", "gamma 0.3", "all kinds", "atoms"],
)
def test_stationary_residual_has_the_renewal_mean(name: str) -> None:
    params = ALL[name]
    parts = MIXTURES.get(name, [(1.0, params)])
    first = sum(w * (float(frozen(p).mean()) if p[0] else p[1]) for w, p in parts)
    second = sum(w * (float(frozen(p).moment(2)) if p[0] else p[1] ** 2) for w, p in parts)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    u1 = (nodes + 1) / 2
    whole = integral_of_quantiles(d.length_biased(params))
    residual = float(np.sum(weights / 2 * u1)) * whole
    assert residual == pytest.approx(second / (2 * first), rel=1e-6)


@by_name(MIXTURES)
def test_mixture_quantile_solves_its_equation(name: str) -> None:
    parts = MIXTURES[name]
    params = d.blandning(parts)
    atoms = [float(p[1]) for _, p in parts if p[0] == 0]
    u = many_u()
    x = d.quantiles(params, u)
    smooth = ~np.isin(x, atoms)
    np.testing.assert_allclose([d.cdf(params, value) for value in x[smooth]], u[smooth], atol=1e-12, rtol=0)
    np.testing.assert_allclose(mixture_cdf(parts, x[smooth]), u[smooth], atol=1e-12, rtol=0)
    assert np.all(mixture_cdf(parts, np.nextafter(x[~smooth], -1.0)) < u[~smooth] + 1e-12)
    assert np.all(mixture_cdf(parts, x[~smooth]) > u[~smooth] - 1e-12)


@by_name(MIXTURES)
def test_a_table_makes_no_quantile_another(name: str) -> None:
    params = d.blandning(MIXTURES[name])
    u = np.concatenate([many_u(), np.random.default_rng(1).random(2000)])
    assert d.quantiles(with_table(params), u).tobytes() == d.quantiles(params, u).tobytes()


@pytest.mark.parametrize("name", [*sorted(MIXTURES), "1e-06", "0.01", "1", "10000.0", "1e8"])
def test_a_duration_is_the_quantile_in_whole_ticks(name: str) -> None:
    """Also where ticks are finer than a quantile can be told, and where they are larger than the quantile."""
    parts = (
        MIXTURES[name]
        if name in MIXTURES
        else [
            (0.3, d.lognormal(float(name), 1.0)),
            (0.3, d.gamma(7 * float(name), 0.5)),
            (0.4, d.exponential(float(name))),
        ]
    )
    params = with_table(d.blandning(parts))
    for u in np.concatenate([many_u(), np.random.default_rng(2).random(1000), [1e-300, LARGEST_U]]).tolist():
        assert d.duration(params, u) == d.round_duration(d.quantile(params, u))


@pytest.mark.parametrize("name", ["two lengths", "all kinds", "far apart"])
def test_mixture_quantile_is_another_solvers(name: str) -> None:
    parts = MIXTURES[name]
    atoms = [float(p[1]) for _, p in parts if p[0] == 0]
    for u in (1e-6, 0.01, 0.2, 0.45, 0.7, 0.99, 1 - 1e-6):
        x = d.quantile(d.blandning(parts), u)
        if x not in atoms:
            root = optimize.brentq(lambda y, u=u: mixture_cdf(parts, np.exp(y)) - u, -20, 20, xtol=1e-14)
            assert x == pytest.approx(math.exp(root), rel=1e-8)


def test_mixture_keeps_its_atoms_exactly() -> None:
    params = ALL["atoms"]
    share_before = 0.5 * -math.expm1(-1 / 20)
    assert d.quantile(params, share_before + 1e-9) == 1.0
    assert d.quantile(params, share_before + 0.3 - 1e-9) == 1.0
    assert 0.999 < d.quantile(params, share_before - 1e-6) < 1.0
    assert 1.0 < d.quantile(params, share_before + 0.3 + 1e-6) < 1.001
    assert d.quantile(params, 0.3 + 0.5 * -math.expm1(-30.1 / 20) + 0.1) == 30.1
    assert d.quantile(ALL["atom at 0"], 0.29) == 0.0
    only = d.blandning([(0.5, d.konstant(2.0)), (0.25, d.konstant(1.0)), (0.25, d.konstant(9.0))])
    assert [d.quantile(only, u) for u in (0.2, 0.26, 0.74, 0.76)] == [1.0, 2.0, 2.0, 9.0]


def test_table_is_numpys_weighted_quantile() -> None:
    rng = np.random.default_rng(2)
    values, shares = rng.gamma(1.0, 50.0, 37), rng.dirichlet(np.ones(37))
    u = rng.random(500)
    expected = np.quantile(values, u, method="inverted_cdf", weights=shares)
    params = d.empirisk(values, shares)
    assert d.quantiles(params, u).tolist() == expected.tolist()
    for x in (-1.0, values.min(), 50.0, values.max()):
        assert d.cdf(params, float(x)) == pytest.approx(shares[values <= x].sum())
    # Seven sevenths add up to 4e-16 less than 1; what has no share must not come out all the same.
    sevenths = d.empirisk([*range(1, 8), 9, 0], [1 / 7] * 7 + [0, 0])
    assert [d.quantile(sevenths, u) for u in (1e-300, 0.14, 0.15, LARGEST_U)] == [1.0, 1.0, 2.0, 7.0]


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


@by_name(ALL)
@settings(max_examples=30, deadline=None)
@given(u=DOUBLES, stride=st.sampled_from([1, 1, 2, 7, 61, 1009]))
def test_quantile_never_falls_between_neighbouring_u(name: str, u: float, stride: int) -> None:
    assert np.all(np.diff(d.quantiles(ALL[name], following(u, stride))) >= 0.0)


@by_name(ALL)
def test_quantile_never_falls(name: str) -> None:
    u = np.sort(np.concatenate([many_u(), np.random.default_rng(8).random(3000)]))
    x = d.quantiles(ALL[name], u)
    assert np.all(np.diff(x) >= 0.0)
    assert len(set(x.tolist())) > 1 or name == "constant"


@by_name(ALL)
def test_python_and_kernels_get_the_same_bits(name: str) -> None:
    u = many_u()[::10]
    assert d.quantiles(ALL[name], u).tolist() == [d.quantile(ALL[name], value) for value in u.tolist()]


@by_name(ALL)
def test_quantiles_are_finite_at_both_ends(name: str) -> None:
    ends = [d.quantile(ALL[name], u) for u in (0.0, 2.0**-54, LARGEST_U, 1.0)]
    assert all(0.0 <= x < math.inf for x in ends)
    assert ends == sorted(ends)


def test_quantiles_are_read_from_a_slice_of_a_pool() -> None:
    pool = np.concatenate(list(ALL.values()))
    start = 0
    for params in ALL.values():
        assert d.quantile(pool[start : start + params.size], 0.3) == d.quantile(params, 0.3)
        start += params.size


@given(st.floats(0.0, 1e6) | st.integers(0, 2**40).map(lambda n: (n + 0.5) * 2.0**-20))
def test_round_duration_takes_the_nearest_tick(x: float) -> None:
    ticks = d.round_duration(x) * 2**20
    assert ticks == int(ticks) >= 1
    assert abs(ticks - x * 2**20) <= 0.5 or ticks == 1 > x * 2**20


def test_round_duration_of_small_and_whole_numbers() -> None:
    assert d.round_duration(0.0) == d.round_duration(1e-300) == d.round_duration(-3.0) == 2.0**-20
    assert d.round_duration(1.4 * 2.0**-20) == 2.0**-20
    assert d.round_duration(1.6 * 2.0**-20) == 2.0**-19
    assert d.round_duration(365.0) == 365.0
    assert d.round_duration(0.1) == 104858 / 2**20


def test_no_spread_is_a_constant() -> None:
    for family in (d.lognormal, d.weibull, d.gamma):
        assert family(12, 0).tolist() == d.konstant(12).tolist() == [0.0, 12.0]
    assert d.quantile(d.konstant(12), 0.9) == 12.0
    assert d.konstant(12).dtype == d.exponential(12).dtype == np.float64


@pytest.mark.parametrize(
    "make",
    [
        lambda: d.konstant(-1.0),
        lambda: d.konstant(math.inf),
        lambda: d.exponential(0.0),
        lambda: d.exponential(math.nan),
        lambda: d.lognormal(0.0, 1.0),
        lambda: d.lognormal(1.0, -0.1),
        lambda: d.lognormal(1.0, math.nan),
        lambda: d.weibull(1.0, 1e-4),
        lambda: d.gamma(1.0, 1e4),
        lambda: d.gamma(-1.0, 0.0),
        lambda: d.lognormal_from_quantiles(10.0, 10.0),
        lambda: d.weibull_from_quantiles(10.0, 9.0),
        lambda: d.gamma_from_quantiles(0.0, 9.0),
        lambda: d.gamma_from_quantiles(1.0, 1e6),
        lambda: d.blandning([]),
        lambda: d.blandning([(0.5, d.konstant(1.0)), (0.4, d.konstant(2.0))]),
        lambda: d.blandning([(1.5, d.konstant(1.0)), (-0.5, d.konstant(2.0))]),
        lambda: d.blandning([(1.0, TABLE)]),
        lambda: d.blandning([(1.0, ALL["twins"])]),
        lambda: d.empirisk([], []),
        lambda: d.empirisk([1.0, 2.0], [1.0]),
        lambda: d.empirisk([1.0, -2.0], [0.5, 0.5]),
        lambda: d.empirisk([1.0, 2.0], [0.5, 0.6]),
        lambda: d.length_biased(d.empirisk([0.0], [1.0])),
    ],
)
def test_what_is_no_distribution_is_refused(make: Callable[[], Params]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        make()
