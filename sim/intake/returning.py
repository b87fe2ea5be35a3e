"""Who comes back, and when: a share that ever does, and the law of their time away. The rest never come."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import expit

from sim.intake.estimates import gradient, on_scale, share_on_scale
from sim.intake.fitted import Estimate, Length, Returns, Tried
from sim.intake.laws import SIMPLE, Family, Floats
from sim.intake.lengths import Fit, fit_family, paths, value_at
from sim.intake.survival import Spells, kaplan_meier, sample

FEWEST = 10
"""Seen returns below which no law is fitted."""
YEAR_DAYS = 365.25


def fitted_returns(observed: Spells) -> tuple[Returns, Fit | None]:
    """Of times away, `ended` by coming back. The fit's first parameter is the logit of the share that ever comes."""
    curve = kaplan_meier(observed)
    inside = within(curve, YEAR_DAYS, len(observed))
    if observed.events < FEWEST:
        return Returns(inside, inside, None), None
    made = sample(observed)
    typical = max(float(observed.length[observed.ended].mean() * observed.unit), 1.0)
    fits = []
    for family in SIMPLE:
        cured = _with_never(family)
        start = np.concatenate([[0.0], family.parts[0].start(typical, 1.0)])
        fits.append(fit_family(cured, made, start, len(observed)))
    fits.sort(key=lambda fit: fit.criterion)
    best = fits[0]
    error = math.sqrt(max(float(best.covariance[0, 0]), 0.0))
    share = share_on_scale(float(expit(best.at[0])), error, len(observed))
    return Returns(inside, share, _length(best, fits, observed, curve)), best


def within(curve: tuple[Floats, Floats, Floats, Floats], days: float, n: int) -> Estimate:
    """Share that has ended by then, by Kaplan-Meier."""
    at = int(np.searchsorted(curve[0], days, side="right")) - 1
    return Estimate(1 - float(curve[1][at]), 1 - float(curve[3][at]), 1 - float(curve[2][at]), n)


def _with_never(family: Family) -> Family:
    def survival(at: Floats, time: Floats) -> Floats:
        found: Floats = 1.0 - expit(at[0]) * (1.0 - family.survival(at[1:], time))
        return found

    return Family(family.name, family.parameters + 1, survival, family.parts)


def _length(best: Fit, fits: list[Fit], observed: Spells, curve: tuple[Floats, Floats, Floats, Floats]) -> Length:
    law = Family(best.family.name, best.family.parameters - 1, best.family.parts[0].survival, best.family.parts)
    described = law.described(best.at[1:])

    def estimate(value: float, of: Callable[[Floats], float]) -> Estimate:
        slope = gradient(lambda at: math.log(of(at[1:])), best.at)
        error = math.sqrt(max(float(slope @ best.covariance @ slope), 0.0))
        return on_scale(value, error, observed.events)

    def number(path: str) -> Estimate:
        return estimate(value_at(described, path), lambda at: value_at(law.described(at), path))

    return Length(
        fordelning=described,
        tal={path: number(path) for path in paths(described)},
        medel=estimate(law.mean(best.at[1:]), law.mean),
        median=estimate(law.median(best.at[1:]), law.median),
        naivt_medel=observed.naive_mean,
        n=len(observed),
        oppna=int((~observed.ended).sum()),
        trunkerade=0,
        forsokta=tuple(Tried(fit.family.name, fit.family.parameters, fit.criterion) for fit in fits),
        overlevnad=curve,
        anmarkning="Tiden gäller dem som kommer tillbaka; överlevnadskurvan gäller alla som lämnat.",
    )
