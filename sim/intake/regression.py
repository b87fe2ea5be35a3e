"""Counts by month, log-linear: season, trend and a driver, with good and bad months and years.

The variance of a month is `overdispersion` × its mean, and each year adds a random factor of mean 1. How much years
differ, how they hang together, and which of the driver's columns is meant, is not chosen but averaged over: every
choice is fitted, all in one batch, and weighed by how well it accounts for the months.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from sim.intake.estimates import mixture
from sim.intake.fitted import Estimate
from sim.intake.laws import Floats

SEASON = 12
YEAR_CV = (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.32, 0.4)
YEAR_CV_PRIOR = 0.1
"""Half-normal: an assumption, that years seldom differ more than the documents show (10-20 %)."""
YEAR_RHO = (0.0, 0.3, 0.6)
SEASON_PRIOR = 0.5
"""Standard deviation of a month's log factor before anything is known: holds months without arrivals in place."""
STEPS, ENOUGH = 30, 1e-6
MOST_STEP, MOST_LOG = 1.0, 20.0


@dataclass(frozen=True)
class Counts:
    """One element a month. `month` 0-11; `offset`: logarithm of the exposure, in years."""

    count: Floats
    month: NDArray[np.int64]
    year: NDArray[np.int64]
    offset: Floats
    time: Floats | None
    """Years from where the level is told; None where no trend is asked for."""


@dataclass(frozen=True)
class Regression:
    """All choices, with weights that sum to 1. Columns of `at`: twelve months, then trend, then driver."""

    at: Floats
    covariance: Floats
    weights: Floats
    cv: Floats
    driver: NDArray[np.int64]
    trend: bool
    overdispersion: Estimate

    def mixed(self, values: Floats, slopes: Floats, n: int) -> Estimate:
        """Mean and 2.5-97.5 % of a number that is near normal under each choice; slopes: its gradient."""
        variances = np.einsum("ci,cij,cj->c", slopes, self.covariance, slopes)
        errors = np.sqrt(np.maximum(variances, 1e-12))
        low, high = mixture(values, errors, self.weights)
        return Estimate(float(self.weights @ values), low, high, n)

    def column(self, number: int, n: int) -> Estimate:
        slopes = np.zeros_like(self.at)
        slopes[:, number] = 1.0
        return self.mixed(self.at[:, number], slopes, n)

    def log_level(self, n: int) -> Estimate:
        """Of the mean month."""
        slopes = np.zeros_like(self.at)
        slopes[:, :SEASON] = self._season() / SEASON
        return self.mixed(np.log(np.exp(self.at[:, :SEASON]).mean(axis=1)), slopes, n)

    def log_factor(self, month: int, n: int) -> Estimate:
        """Of a month over the mean month."""
        season = self._season()
        slopes = np.zeros_like(self.at)
        slopes[:, :SEASON] = -season / SEASON
        slopes[:, month] += 1.0
        return self.mixed(np.log(season[:, month]), slopes, n)

    def year_cv(self, n: int) -> Estimate:
        """The interval is read off the steps that were tried, each reaching half-way to its neighbours."""
        steps = np.array(YEAR_CV)
        mass = np.array([self.weights[self.cv == cv].sum() for cv in YEAR_CV])
        edges = np.concatenate([[0.0], [0.0], (steps[2:] + steps[1:-1]) / 2, [steps[-1] * 1.1]])
        cumulative = np.concatenate([[0.0], np.cumsum(mass)])
        low, high = (float(np.interp(level, cumulative, edges)) for level in (0.025, 0.975))
        return Estimate(float(mass @ steps), low, high, n)

    def _season(self) -> Floats:
        """Factors of mean 1, shape (choices, 12)."""
        season = np.exp(self.at[:, :SEASON] - self.at[:, :SEASON].max(axis=1, keepdims=True))
        found: Floats = season / season.mean(axis=1, keepdims=True)
        return found


def regression(counts: Counts, drivers: Floats | None) -> Regression:
    """`drivers`: columns of which one is meant, shape (months, columns); the coefficient is the elasticity."""
    base = np.eye(SEASON)[counts.month]
    if counts.time is not None:
        base = np.column_stack([base, counts.time])
    overdispersion = _overdispersion(counts)
    effects = [(cv, rho) for cv, rho in product(YEAR_CV, YEAR_RHO) if cv or not rho]
    if counts.time is None:
        effects = effects[:1]
    columns = range(1 if drivers is None else drivers.shape[1])
    choices = [(column, cv, rho) for column in columns for cv, rho in effects]
    of = np.array([column for column, _, _ in choices])
    cv, rho = (np.array([choice[at] for choice in choices]) for at in (1, 2))
    designs = np.stack([base if drivers is None else np.column_stack([base, drivers[:, each]]) for each in columns])
    at, covariance, evidence = _posteriors(counts, designs[of], overdispersion.varde, cv, rho)
    logs = evidence - 0.5 * (cv / YEAR_CV_PRIOR) ** 2 - np.where(cv > 0, math.log(len(YEAR_RHO)), 0.0)
    weights = np.exp(logs - logs.max())
    return Regression(at, covariance, weights / weights.sum(), cv, of, counts.time is not None, overdispersion)


def _posteriors(
    counts: Counts, design: Floats, dispersion: float, cv: Floats, rho: Floats
) -> tuple[Floats, Floats, Floats]:
    """Coefficients, their covariance and the log evidence of each choice, by Fisher scoring.

    Relative to its mean μ a month has the variance φ/μ, and its year adds cv² (correlated with other years): the
    inverse of that is diagonal but for a matrix of the size of the years (Woodbury).
    """
    names, year = np.unique(counts.year, return_inverse=True)
    of_year = np.eye(len(names))[year]
    apart = np.abs(names[:, None] - names[None, :])
    together = cv[:, None, None] ** 2 * np.where(apart == 0, 1.0, rho[:, None, None] ** apart)
    prior = np.zeros((design.shape[2], design.shape[2]))
    prior[:SEASON, :SEASON] = (np.eye(SEASON) - 1 / SEASON) / SEASON_PRIOR**2
    at = np.tile(_start(counts, design.shape[2]), (len(cv), 1))
    unit = np.eye(len(names))
    turned = design.transpose(0, 2, 1)
    for step in range(STEPS + 1):
        mean = np.exp(np.clip(np.einsum("cnp,cp->cn", design, at) + counts.offset, -MOST_LOG, MOST_LOG))
        weight, rest = mean / dispersion, counts.count / mean - 1.0
        weighted = turned * weight[:, None, :]
        per_year = weighted @ of_year
        load = weight @ of_year
        common = unit + together * load[:, None, :]
        inner = np.linalg.solve(common, together)
        information = weighted @ design - per_year @ inner @ per_year.transpose(0, 2, 1) + prior
        pulled = (weight * rest) @ of_year
        if step == STEPS:
            break
        score = np.einsum("cpn,cn->cp", weighted, rest) - at @ prior
        score -= np.einsum("cpy,cyz,cz->cp", per_year, inner, pulled)
        move = np.clip(np.linalg.solve(information, score[:, :, None])[:, :, 0], -MOST_STEP, MOST_STEP)
        if np.abs(move).max() < ENOUGH:
            break
        at = at + move
    quadratic = np.sum(weight * rest**2, axis=1) - np.einsum("cy,cyz,cz->c", pulled, inner, pulled)
    log_spread = np.linalg.slogdet(common)[1] - np.log(weight).sum(axis=1)
    log_information = np.linalg.slogdet(information)[1]
    of_prior = np.einsum("ci,ij,cj->c", at, prior, at)
    evidence = -0.5 * (quadratic + log_spread + 2 * np.log(mean).sum(axis=1) + log_information + of_prior)
    return at, np.linalg.inv(information), evidence


def _start(counts: Counts, size: int) -> Floats:
    level = math.log(max(float(counts.count.sum()), 0.5) / float(np.exp(counts.offset).sum()))
    return np.concatenate([np.full(SEASON, level), np.zeros(size - SEASON)])


def _overdispersion(counts: Counts) -> Estimate:
    """Pearson's, about season and a level for each year, so that good and bad years are no part of it."""
    n = len(counts.count)
    unknown = Estimate(1.0, 1.0, float("nan"), n)
    names = np.unique(counts.year)
    design = np.hstack([np.eye(SEASON)[counts.month], (counts.year[:, None] == names[None, 1:]).astype(np.float64)])
    none = np.zeros(1)
    at, covariance, _ = _posteriors(counts, design[None], 1.0, none, none)
    mean = np.exp(np.clip(design @ at[0] + counts.offset, -MOST_LOG, MOST_LOG))
    free = n - float(np.trace(covariance[0] @ (design.T @ (mean[:, None] * design))))
    if free < 3 or counts.count.sum() < SEASON:
        return unknown
    found = float(np.sum((counts.count - mean) ** 2 / mean)) / free
    above = max(found, 1.0)
    # a negative binomial's kurtosis makes the sum of squares vary more than a chi-square's
    kurtosis = float(np.mean((6 * (above - 1.0) + 1 / above) / np.maximum(mean, 0.2)))
    worth = free * 2 / (2 + kurtosis)
    low, high = (worth * found / float(chdtri(worth, tail)) for tail in (0.025, 0.975))
    return Estimate(above, max(low, 1.0), max(high, 1.0), n)
