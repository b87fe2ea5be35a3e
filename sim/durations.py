"""A planner's description of a length of time → the parameters that the quantile kernels read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import distributions
from sim.units import Fordelning


def from_config(spec: Fordelning) -> NDArray[np.float64]:
    """Parameters of a distribution in days, with exactly the mean or quantiles asked for."""
    if spec.delar is not None:
        return distributions.blandning([(part.andel, from_config(part)) for part in spec.delar.values() if part.andel])
    if spec.varden is not None and spec.andelar is not None:
        return distributions.empirisk(spec.varden, spec.andelar)
    if spec.median is not None and spec.p90 is not None:
        by_quantiles = {
            "lognormal": distributions.lognormal_from_quantiles,
            "weibull": distributions.weibull_from_quantiles,
            "gamma": distributions.gamma_from_quantiles,
        }
        return by_quantiles[spec.fordelning](spec.median, spec.p90)
    assert spec.medel is not None
    if spec.fordelning == "konstant":
        return distributions.konstant(spec.medel)
    if spec.fordelning == "exponential":
        return distributions.exponential(spec.medel)
    by_mean = {
        "lognormal": distributions.lognormal,
        "weibull": distributions.weibull,
        "gamma": distributions.gamma,
    }
    assert spec.cv is not None
    return by_mean[spec.fordelning](spec.medel, spec.cv)
