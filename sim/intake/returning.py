"""Who comes back, and when: a share that ever does, and the law of their time away. The rest never come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import expit, logit

from sim.intake.fits import Fit, averaged, fit_family, weights
from sim.intake.fitted import Estimate, Returns
from sim.intake.laws import EXPONENTIAL, SIMPLE, Family, Floats, WithNever
from sim.intake.lengths import length_of
from sim.intake.survival import Spells, kaplan_meier, reached_at, sample

FEWEST = 10
"""Seen returns below which no law is fitted."""
YEAR_DAYS = 365.25
OF_WHOM = "Tiden gäller dem som kommer tillbaka; överlevnadskurvan gäller alla som lämnat."


def fitted_returns(observed: Spells) -> tuple[Returns, Sequence[Fit]]:
    """Of times away, `ended` by coming back; and the fits, the best first (none where too few have come back).

    The shortest breaks show in no list of months. An exponential would say that they are the most common, on the word
    of the longer ones alone: it is not tried there.
    """
    if observed.events < FEWEST:
        inside = within(kaplan_meier(observed), YEAR_DAYS, len(observed))
        return Returns(inside, inside, None), ()
    made, n = sample(observed), len(observed)
    typical = max(float(observed.length[observed.ended].mean() * observed.unit), 1.0)
    unseen_start = observed.unit > 1
    laws = [law for law in SIMPLE if not (unseen_start and law.parts == (EXPONENTIAL,))]
    starts = [np.append(0.0, law.parts[0].start(typical, 1.0)) for law in laws]
    fits = [fit_family(WithNever.of(law), made, [at], n) for law, at in zip(laws, starts, strict=True)]
    fits.sort(key=lambda fit: fit.criterion)
    ever = averaged(fits, lambda _, at: float(expit(at[0])), logit, expit, n)
    away = replace(length_of(fits, observed, all_end=False), anmarkning=OF_WHOM)
    by_law = averaged(fits, _within_a_year, logit, expit, n)
    inside = by_law if unseen_start else within(away.overlevnad, YEAR_DAYS, n)
    return Returns(inside, ever, away), fits


def _within_a_year(family: Family, at: Floats) -> float:
    return 1.0 - float(family.survival(at, np.array(YEAR_DAYS)))


def too_soon(fits: Sequence[Fit], units: int, observed: Spells) -> Floats:
    """How often an end is followed by a new stay after 0, 1 … units − 1: what a list of whole units cannot tell.

    The mean over what was tried, by how well it accounts for the data.
    """
    ends = np.arange(units + 1)
    made = sample(replace(observed, length=ends, ended=np.zeros(units + 1, dtype=bool), entry=np.zeros_like(ends)))
    reached = [reached_at(fit.family.survival(fit.at, made.times), made) for fit in fits]
    found: Floats = -np.diff(weights(fits) @ np.array(reached))
    return found


def late_returns(fits: Sequence[Fit], lags: Floats) -> Floats:
    """Share of all ends that are followed by a return after more than so many days."""
    late = [fit.family.survival(fit.at, np.maximum(lags, 1e-9)) - (1.0 - float(expit(fit.at[0]))) for fit in fits]
    found: Floats = weights(fits) @ np.array(late)
    return found


def within(curve: tuple[Floats, Floats, Floats, Floats], days: float, n: int) -> Estimate:
    """Share that has ended by then, by Kaplan-Meier."""
    at = int(np.searchsorted(curve[0], days, side="right")) - 1
    return Estimate(1 - float(curve[1][at]), 1 - float(curve[3][at]), 1 - float(curve[2][at]), n)
