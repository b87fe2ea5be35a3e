"""Lengths of stay: families tried on spells that are partly unseen, and the numbers of the best one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logit

from sim.intake.estimates import gradient, hessian, on_scale, share_on_scale
from sim.intake.fitted import Estimate, Length, Tried
from sim.intake.laws import LEAST_CV, MIXTURES, MOST_CV, SIMPLE, Family, Floats
from sim.intake.survival import Sample, Spells, kaplan_meier, log_likelihood, sample

FEWEST = 10
"""Ended stays below which only the one-parameter family is tried."""
FEWEST_FOR_TWO = 60
"""Ended stays below which no mixture is tried."""
RANGE = 12.0
PENALTY = 1e-3
"""Pull towards the start, in log-likelihood per unit² of a parameter: keeps an optimiser from infinity, no more."""


@dataclass(frozen=True)
class Fit:
    family: Family
    at: Floats
    covariance: Floats
    log_likelihood: float
    criterion: float
    """BIC, of the number of stays."""


def fitted_length(observed: Spells, mixtures: bool = True) -> Length:
    """The law of the lengths. Where next to nothing has ended, exponential with what can be said of its mean."""
    fits = tried(observed, mixtures)
    best = fits[0]
    weights = np.array([math.exp(-(fit.criterion - best.criterion) / 2) for fit in fits])
    law = best.family
    described = law.described(best.at)
    return Length(
        fordelning=described,
        tal={path: _number(best, path, len(observed)) for path in paths(described)},
        medel=_averaged(fits, weights, "mean", len(observed)),
        median=_averaged(fits, weights, "median", len(observed)),
        naivt_medel=observed.naive_mean,
        n=len(observed),
        oppna=int((~observed.ended).sum()),
        trunkerade=int((observed.entry > 0).sum()),
        forsokta=tuple(Tried(family_name(fit.family), fit.family.parameters, fit.criterion) for fit in fits),
        overlevnad=kaplan_meier(observed),
        anmarkning=_remark(observed, best),
    )


def family_name(family: Family) -> str:
    return family.name if len(family.parts) == 1 else f"blandning av två {family.parts[0].name}"


def tried(observed: Spells, mixtures: bool = True) -> list[Fit]:
    """Every family that the data have enough of, the best first."""
    families: Sequence[Family] = SIMPLE[:1] if observed.events < FEWEST else SIMPLE
    if mixtures and observed.events >= FEWEST_FOR_TWO:
        families = (*families, *MIXTURES)
    made = sample(observed)
    mean = observed.exposure / max(observed.events, 0.5)
    fits: list[Fit] = []
    for family in families:
        found = [fit_family(family, made, start, len(observed)) for start in _starts(family, mean)]
        best = max(found, key=lambda each: each.log_likelihood)
        if _sane(best):
            fits.append(best)
    return sorted(fits, key=lambda each: each.criterion)


def _starts(family: Family, mean: float) -> list[Floats]:
    if len(family.parts) == 1:
        return [family.parts[0].start(mean, 1.0)]
    first, second = family.parts
    splits = ((0.5, 0.25, 1.75), (0.3, 0.1, 1.4))
    return [
        np.concatenate([[math.log(p / (1 - p))], first.start(a * mean, 0.8), second.start(b * mean, 0.8)])
        for p, a, b in splits
    ]


def fit_family(family: Family, made: Sample, start: Floats, n: int) -> Fit:
    def loss(at: Floats) -> float:
        if np.any(np.abs(at - start) > RANGE):
            return 1e12
        found = -log_likelihood(made, family.survival(at, made.times))
        return found + PENALTY * float(np.sum((at - start) ** 2)) if math.isfinite(found) else 1e12

    found = minimize(loss, start, method="BFGS", options={"gtol": 1e-3, "maxiter": 200})
    at = np.asarray(found.x, dtype=np.float64)
    reached = log_likelihood(made, family.survival(at, made.times))
    covariance = np.linalg.pinv(hessian(loss, at), hermitian=True).astype(np.float64)
    return Fit(family, at, covariance, reached, family.parameters * math.log(max(n, 2)) - 2 * reached)


def _sane(fit: Fit) -> bool:
    """Whether a kommun's file could hold it, and the data pin it down; a part with nobody in it is no part."""
    if not np.all(np.linalg.eigvalsh(fit.covariance) > 0):
        return len(fit.family.parts) == 1
    for path, value in numbers(fit).items():
        if path.endswith("cv") and not LEAST_CV <= value <= MOST_CV:
            return len(fit.family.parts) == 1
        if path.endswith("andel") and not 0.02 <= value <= 0.98:
            return False
    return True


def paths(described: dict[str, object]) -> list[str]:
    """Of every number in a description: `medel`, `delar.kort.andel` …"""
    found = []
    for key, value in described.items():
        if isinstance(value, dict):
            found += [f"{key}.{path}" for path in paths(value)]
        elif isinstance(value, float):
            found.append(key)
    return found


def numbers(fit: Fit) -> dict[str, float]:
    described = fit.family.described(fit.at)
    return {path: value_at(described, path) for path in paths(described)}


def value_at(described: dict[str, object], path: str) -> float:
    value: object = described
    for key in path.split("."):
        assert isinstance(value, dict)
        value = value[key]
    assert isinstance(value, float)
    return value


def _number(fit: Fit, path: str, n: int) -> Estimate:
    value = value_at(fit.family.described(fit.at), path)
    if not path.endswith("andel"):
        error = _error(fit, lambda at: math.log(value_at(fit.family.described(at), path)))
        return on_scale(value, error, n)
    error = _error(fit, lambda at: float(logit(value_at(fit.family.described(at), path))))
    return share_on_scale(value, error, n)


def _error(fit: Fit, function: Callable[[Floats], float]) -> float:
    slope = gradient(function, fit.at)
    return math.sqrt(max(float(slope @ fit.covariance @ slope), 0.0))


def _averaged(fits: Sequence[Fit], weights: Floats, what: str, n: int) -> Estimate:
    """The best family's mean or median; its interval holds also what the others say, by their weight (Buckland)."""
    logs = [math.log(getattr(fit.family, what)(fit.at)) for fit in fits]
    share = weights / weights.sum()
    error = 0.0
    for fit, value, weight in zip(fits, logs, share, strict=True):
        if weight < 1e-3:
            continue
        own = _error(fit, _log_of(fit.family, what))
        error += float(weight) * math.hypot(own, value - logs[0])
    return on_scale(math.exp(logs[0]), error, n)


def _log_of(family: Family, what: str) -> Callable[[Floats], float]:
    return lambda at: math.log(getattr(family, what)(at))


def _remark(observed: Spells, best: Fit) -> str:
    said = []
    if observed.events < FEWEST:
        said.append(
            f"Bara {observed.events} har avslutats: för få för att se fördelningens form; exponentiell är antagen."
        )
    longest = float((observed.length * observed.unit).max()) if len(observed) else 0.0
    if len(observed) and float(best.family.survival(best.at, np.array(longest))) > 0.2:
        said.append("Över en femtedel är längre än vad listan visar: medelvärdet vilar på fördelningens form.")
    return " ".join(said)
