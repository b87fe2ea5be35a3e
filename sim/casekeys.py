"""Keys of cases, and what is a case's own from the start: its latent weight and its age."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendars import DAYS_PER_YEAR
from sim.distributions import quantiles
from sim.kernel import kernel
from sim.paths import tick_floor
from sim.randomness import Purpose, Word, uniforms
from sim.special import normal_quantiles

NAME_BITS, MONTH_BITS, LAYER_BITS, CANDIDATE_BITS, SIBLING_BITS = 22, 11, 17, 11, 3
"""A case's key: 64 bits in all."""


def case_keys(name: int, month: int, layer: NDArray[np.int64], candidate: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Unique 64-bit keys from an inflow's name, a month, a layer and the candidate's number in it."""
    head = (name >> (64 - NAME_BITS)) << (64 - NAME_BITS)
    head += (month % 2**MONTH_BITS) << (LAYER_BITS + CANDIDATE_BITS + SIBLING_BITS)
    tail = (layer.astype(np.uint64) << np.uint64(CANDIDATE_BITS)) + candidate.astype(np.uint64)
    return np.uint64(head) + (tail << np.uint64(SIBLING_BITS))


@kernel
def case_key(name: Word, month: int, layer: int, candidate: int) -> Word:
    """One of `case_keys`, for compiled code."""
    head = (name >> np.uint64(64 - NAME_BITS)) << np.uint64(64 - NAME_BITS)
    head += np.uint64(month % 2**MONTH_BITS) << np.uint64(LAYER_BITS + CANDIDATE_BITS + SIBLING_BITS)
    tail = (np.uint64(layer) << np.uint64(CANDIDATE_BITS)) + np.uint64(candidate)
    return head + (tail << np.uint64(SIBLING_BITS))


def weights(key: NDArray[np.uint64], seed: int, replication: int) -> NDArray[np.float64]:
    """A case's latent weight, kept through all its visits: standard normal."""
    return np.asarray(normal_quantiles(uniforms(seed, replication, key, 0, 0, Purpose.TYNGD)))


def ages(
    distributions: tuple[NDArray[np.float64] | None, ...],
    steg_key: int,
    key: NDArray[np.uint64],
    group: NDArray[np.int64],
    seed: int,
    replication: int,
    visit: int = 0,
) -> NDArray[np.float64]:
    """Age in days by the målgrupp's distribution of years; NaN where none is given."""
    found = np.full(len(key), np.nan)
    if all(distribution is None for distribution in distributions):
        return found
    draw = uniforms(seed, replication, key, steg_key, visit, Purpose.ALDER)
    for number, distribution in enumerate(distributions):
        if distribution is not None:
            found[group == number] = quantiles(distribution, draw[group == number]) * DAYS_PER_YEAR
    return np.where(np.isnan(found), np.nan, tick_floor(np.nan_to_num(found)))
