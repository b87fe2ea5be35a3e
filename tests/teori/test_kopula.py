"""Tyngd: a Gaussian copula ties length, price and not being hemmamöjlig together, and leaves each as it was asked for.

Given the latent weight W, each of the three is a function of r W + √(1 − r²) N with its own N, so that normal scores of
length and price correlate as the product of their r, and E[W | not hemmamöjlig] = r φ(z) / P(not), z = Φ⁻¹(P(home)).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from hjalp import kommun, network_of
from sim.randomness import Purpose
from sim.visits import EJ_HEMMAMOJLIG, RESERV
from teori_hjalp import LEVEL, PRECISION, Control, Floats, Replication, assert_agrees, control, replications

LENGTH, PRICE, AWAY = 0.8, 0.9, 0.9
"""Correlations with the latent weight."""
HOME = 0.6
MEAN, CV, PRICE_CV = 10.0, 0.8, 0.5
CASES, RUNS = 5000, 30
LENGTHS = stats.gamma(CV**-2, scale=MEAN * CV**2)
SIGMA = math.sqrt(math.log1p(PRICE_CV**2))
PRICES = stats.lognorm(SIGMA, scale=math.exp(-(SIGMA**2) / 2))
Z = float(stats.norm.ppf(HOME))
HEAVIER = AWAY * float(stats.norm.pdf(Z)) / (1 - HOME)
"""E[W | not hemmamöjlig]"""


@pytest.fixture(scope="module")
def runs(engine: str) -> list[Replication]:
    behov = {"plats": ["hem"], "vanta_hogst_dagar": 0.0, "reserv": "kopt", "hemmamojlig": {"andel": HOME}}
    tid = {"fordelning": "gamma", "medel": MEAN, "cv": CV}
    steg = {
        "behov": behov,
        "tyngd": {"langd": LENGTH, "pris": PRICE, "hemma": AWAY},
        "utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}},
    }
    inflode = {"per_ar": 0.0, "forsta_steg": "a", "kohorter": {"k": {"datum": "2018-01-01", "antal": CASES}}}
    resurser = {
        "hem": {"typ": "boende", "platser": 0.0},
        "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1000.0, "cv": PRICE_CV}},
    }
    made = replications(network_of(kommun(resurser, {"in": inflode}, {"a": steg}, slut="2018-12-31")), RUNS, engine)
    for run in made:
        assert len(run.log) == CASES
        assert run.log.has(RESERV).all() and not np.isnan(run.log.slut).any()
    return made


def length(run: Replication) -> Floats:
    return run.log.slut - run.log.start


def score(values: Floats, margin: stats.rv_continuous) -> Floats:
    return np.asarray(stats.norm.ppf(margin.cdf(values)))


def pooled(runs: list[Replication], name: str) -> Floats:
    return np.concatenate([length(run) if name == "length" else getattr(run.log, name) for run in runs])


@pytest.mark.parametrize(
    ("name", "margin"),
    [("length", LENGTHS), ("prisfaktor", PRICES), ("tyngd", stats.norm)],
    ids=["length", "price", "W"],
)
def test_margin_is_the_one_asked_for(runs: list[Replication], name: str, margin: stats.rv_continuous) -> None:
    """Kolmogorov and Smirnov, with so many that the 99.9 % limit is a distance of at most a per cent."""
    values = pooled(runs, name)
    limit = float(stats.kstwo.isf(1 - LEVEL, len(values)))
    assert limit <= PRECISION
    assert stats.kstest(values, margin.cdf).statistic <= limit


def test_share_hemmamojliga_is_the_one_asked_for(runs: list[Replication]) -> None:
    assert_agrees("copula, hemmamöjliga", HOME, [1 - run.log.has(EJ_HEMMAMOJLIG).mean() for run in runs])


def test_length_and_price_are_tied_to_the_weight(runs: list[Replication]) -> None:
    for what, theory, scores in (
        ("length", LENGTH, [score(length(run), LENGTHS) for run in runs]),
        ("price", PRICE, [score(run.log.prisfaktor, PRICES) for run in runs]),
    ):
        found = [np.corrcoef(run.log.tyngd, each)[0, 1] for run, each in zip(runs, scores, strict=True)]
        assert_agrees(f"copula, weight and {what}", theory, found)


def test_length_and_price_are_tied_to_each_other(runs: list[Replication]) -> None:
    """By their normal scores, and by ranks alone: Spearman's 6/π asin(r/2)."""
    r = LENGTH * PRICE
    pairs = [(length(run), run.log.prisfaktor) for run in runs]
    scores = [np.corrcoef(score(a, LENGTHS), score(b, PRICES))[0, 1] for a, b in pairs]
    assert_agrees("copula, length and price", r, scores)
    ranks = [stats.spearmanr(a, b).statistic for a, b in pairs]
    assert_agrees("copula, ranks of length and price", 6 / math.pi * math.asin(r / 2), ranks)


def away_controls(runs: list[Replication]) -> list[Control]:
    """The mean weight of all, and how many cannot be helped at home."""
    return [
        control(runs, 0.0, lambda run: run.log.tyngd.mean()),
        control(runs, 1 - HOME, lambda run: run.log.has(EJ_HEMMAMOJLIG).mean()),
    ]


def test_who_cannot_be_helped_at_home_is_heavier_and_stays_longer(runs: list[Replication]) -> None:
    away = [run.log.has(EJ_HEMMAMOJLIG) for run in runs]
    weights = [run.log.tyngd[chosen].mean() for run, chosen in zip(runs, away, strict=True)]
    assert_agrees("copula, weight of who is away", HEAVIER, weights, away_controls(runs))
    longer = [score(length(run), LENGTHS)[chosen].mean() for run, chosen in zip(runs, away, strict=True)]

    def own_part(run: Replication) -> float:
        """What the lengths of those away owe to their own draws, which tell nothing of the weight."""
        chosen = run.log.fall[run.log.has(EJ_HEMMAMOJLIG)]
        return float(stats.norm.ppf(run.uniforms(Purpose.LANGD, keys=chosen)).mean())

    controls = [*away_controls(runs), control(runs, 0.0, own_part)]
    assert_agrees("copula, length of who is away", LENGTH * HEAVIER, longer, controls)
