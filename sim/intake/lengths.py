"""Lengths of stay: families tried on spells that are partly unseen, and the numbers of the best one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import logit

from sim.intake.estimates import on_scale, share_on_scale
from sim.intake.fits import Fit, averaged, fit_family, standard_error
from sim.intake.fitted import Estimate, Length, Tried
from sim.intake.laws import LEAST_CV, MIXTURES, MOST_CV, SIMPLE, Family, Floats
from sim.intake.survival import Spells, kaplan_meier, sample, seen_median

FEWEST = 10
"""Ended stays below which only the one-parameter family is tried."""
FAR_BEHIND = 14.0
"""In BIC: one in a thousand against the best."""
LEAST_PART = 0.02
ASSUMED_DAYS, ASSUMED_RANGE = 365.25, (30.0, 3650.0)
FEWEST_FOR_TWO = 60
"""Ended stays below which no mixture is tried."""


def fitted_length(observed: Spells, mixtures: bool = True, breaks: Floats | None = None) -> Length:
    """The law of the lengths; `breaks` as in `survival.sample`.

    Where next to nothing has ended, exponential with what can be said of its mean.
    """
    return length_of(tried(observed, mixtures, breaks), observed)


def _unseen() -> Length:
    """Where no stay can be seen from its beginning: an assumption, said as such."""
    low, high = ASSUMED_RANGE
    medel = Estimate(ASSUMED_DAYS, low, high, 0)
    nothing = np.zeros(1)
    return Length(
        fordelning={"fordelning": "exponential", "medel": ASSUMED_DAYS},
        tal={"medel": medel},
        medel=medel,
        median=Estimate(math.log(2) * ASSUMED_DAYS, math.log(2) * low, math.log(2) * high, 0),
        naivt_medel=math.nan,
        n=0,
        oppna=0,
        trunkerade=0,
        forsokta=(),
        overlevnad=(nothing, nothing + 1.0, nothing, nothing + 1.0),
        anmarkning="Ingen har börjat under tiden som listan täcker: ett år är antaget.",
    )


def length_of(fits: Sequence[Fit], observed: Spells, all_end: bool = True) -> Length:
    """What the best of some fits says. The median is the list's own where that can be seen and `all_end` some time."""
    if not len(observed):
        return _unseen()
    best = fits[0]
    law = best.family
    described = law.described(best.at)
    curve = kaplan_meier(observed)
    median = averaged(fits, lambda family, at: family.median(at), np.log, np.exp, len(observed))
    return Length(
        fordelning=described,
        tal={path: _number(best, path, len(observed)) for path in paths(described)},
        medel=averaged(fits, lambda family, at: family.mean(at), np.log, np.exp, len(observed)),
        median=seen_median(curve, median) if all_end and observed.unit <= 1 else median,
        naivt_medel=observed.naive_mean,
        n=len(observed),
        oppna=int((~observed.ended).sum()),
        trunkerade=int((observed.entry > 0).sum()),
        forsokta=_tried_families(fits),
        overlevnad=curve,
        anmarkning=_remark(observed, best),
    )


def _tried_families(fits: Sequence[Fit]) -> tuple[Tried, ...]:
    """Each once, as its best fit."""
    found: dict[str, Tried] = {}
    for fit in fits:
        name = family_name(fit.family)
        found.setdefault(name, Tried(name, fit.family.parameters, fit.criterion))
    return tuple(found.values())


def slower(length: Length, factor: float) -> Length:
    """The same with all times so much longer; the Kaplan-Meier curve and the naive mean stay as they were seen."""

    def times(estimate: Estimate) -> Estimate:
        return replace(estimate, varde=estimate.varde * factor, lag=estimate.lag * factor, hog=estimate.hog * factor)

    def described(numbers: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: described(value) if isinstance(value, Mapping) else value * factor if key == "medel" else value
            for key, value in numbers.items()
        }

    tal = {path: times(each) if path.endswith("medel") else each for path, each in length.tal.items()}
    return replace(
        length,
        fordelning=described(length.fordelning),
        tal=tal,
        medel=times(length.medel),
        median=times(length.median),
    )


def family_name(family: Family) -> str:
    return family.name if len(family.parts) == 1 else f"blandning av två {family.parts[0].name}"


def tried(observed: Spells, mixtures: bool = True, breaks: Floats | None = None) -> list[Fit]:
    """Every family that the data have enough of, the best first.

    Of mixtures the first is tried first: where it is far behind, so are the others. None of no stays.
    """
    if not len(observed):
        return []
    made, n = sample(observed, breaks), len(observed)
    mean = observed.exposure / max(observed.events, 0.5)
    families = SIMPLE[:1] if observed.events < FEWEST else SIMPLE
    fits = sorted(
        (fit_family(family, made, _starts(family, mean), n) for family in families), key=lambda fit: fit.criterion
    )
    if mixtures and observed.events >= FEWEST_FOR_TWO:
        for family in MIXTURES:
            fit = fit_family(family, made, _starts(family, mean), n)
            if fit.criterion > fits[0].criterion + FAR_BEHIND:
                return [*fits, fit]
            if _is_two(fit):
                fits = sorted([*fits, fit], key=lambda each: each.criterion)
    return fits


def _starts(family: Family, mean: float) -> list[Floats]:
    if len(family.parts) == 1:
        return [family.parts[0].start(mean, 1.0)]
    first, second = family.parts
    splits = ((0.5, 0.25, 1.75), (0.3, 0.1, 1.4))
    return [
        np.concatenate([[math.log(p / (1 - p))], first.start(a * mean, 0.8), second.start(b * mean, 0.8)])
        for p, a, b in splits
    ]


def _is_two(fit: Fit) -> bool:
    """Whether a kommun's file could hold it, and the data pin it down; a part with nobody in it is no part."""
    found = numbers(fit)
    return all(
        LEAST_CV <= value <= MOST_CV
        if path.endswith("cv")
        else LEAST_PART <= value <= 1 - LEAST_PART
        if path.endswith("andel")
        else True
        for path, value in found.items()
    ) and bool(np.all(np.linalg.eigvalsh(fit.covariance) > 0))


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
        error = standard_error(fit, lambda at: math.log(value_at(fit.family.described(at), path)))
        return on_scale(value, error, n)
    error = standard_error(fit, lambda at: float(logit(value_at(fit.family.described(at), path))))
    return share_on_scale(value, error, n)


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
