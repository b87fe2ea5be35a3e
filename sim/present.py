"""Who is there when the run begins: the stock, drawn as a stationary system would hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.casekeys import CANDIDATE_BITS, ages, case_keys
from sim.distributions import cdf, length_biased, mean, normal_quantile, quantiles
from sim.network import Network, Stock, Variant
from sim.paths import TICK, tick_floor
from sim.randomness import Purpose, uniforms


@dataclass(frozen=True)
class Present:
    """Cases there at the start, for one `Stock`, in order of key. Arrays have shape (stock.count,), days.

    `length` is the whole stay in operational time, `elapsed` the part of it before the start; for queues and
    blocked cases `elapsed` is how long they have waited.
    """

    stock: Stock
    key: NDArray[np.uint64]
    group: NDArray[np.int64]
    outcome: NDArray[np.int64]
    length: NDArray[np.float64]
    elapsed: NDArray[np.float64]
    weight: NDArray[np.float64]
    born: NDArray[np.float64]


def draw_present(network: Network, stock: Stock, seed: int, replication: int) -> Present:
    """Målgrupp and outcome in proportion to share × mean length, length by its length-biased distribution."""
    index = np.arange(stock.count)
    key = case_keys(stock.key, 0, index >> CANDIDATE_BITS, index % 2**CANDIDATE_BITS)
    steg = network.base_steg[stock.steg]
    purposes = (Purpose.MALGRUPP, Purpose.NULAGE, Purpose.NULAGE_LANGD, Purpose.NULAGE_VANTAN, Purpose.TYNGD)
    draw = {p: uniforms(seed, replication, key, network.steg_keys[stock.steg], 0, p) for p in purposes}
    under_way = stock.kind == "stay"
    can_be_here = [stock.kind != "blocked" or outcome.stays for outcome in steg.outcomes]
    weights = [
        _outcome_weights(steg.variant(group, stock.resource), can_be_here, under_way)
        for group in range(len(network.groups))
    ]
    group_weights = np.array(stock.group_shares) * [w.sum() for w in weights]
    group = _choose(group_weights, draw[Purpose.MALGRUPP])
    outcome = np.empty(stock.count, dtype=np.int64)
    length, latent = np.empty(stock.count), np.empty(stock.count)
    for number in np.unique(group):
        here = group == number
        variant = steg.variant(int(number), stock.resource)
        outcome[here] = _choose(weights[number], draw[Purpose.NULAGE][here])
        for choice in np.unique(outcome[here]):
            chosen = here & (outcome == choice)
            params = variant.lengths[choice]
            drawn = quantiles(length_biased(params) if under_way else params, draw[Purpose.NULAGE_LANGD][chosen])
            length[chosen] = drawn
            latent[chosen] = _weights_given(params, drawn, draw[Purpose.TYNGD][chosen], steg.weight_length)
    if stock.waited is not None:
        elapsed = quantiles(stock.waited, draw[Purpose.NULAGE_VANTAN])
    else:
        elapsed = length * (1 - draw[Purpose.NULAGE_VANTAN])
    elapsed = np.maximum(tick_floor(elapsed), 0.0)
    born = -elapsed - ages(stock.ages, network.steg_keys[stock.steg], key, group, seed, replication)
    return Present(stock, key, group, outcome, np.maximum(tick_floor(length), 2 * TICK), elapsed, latent, born)


def _outcome_weights(variant: Variant, can_be_here: list[bool], under_way: bool) -> NDArray[np.float64]:
    """Share × mean length for stays under way, share for those who wait."""
    return np.array(
        [
            variant.shares.share_of(number) * (float(mean(length)) if under_way else 1.0) if possible else 0.0
            for number, (length, possible) in enumerate(zip(variant.lengths, can_be_here, strict=True))
        ]
    )


def _choose(weights: NDArray[np.float64], draw: NDArray[np.float64]) -> NDArray[np.int64]:
    edges = np.cumsum(weights / weights.sum())[:-1]
    return np.searchsorted(edges, draw, side="right").astype(np.int64)


def _weights_given(
    params: NDArray[np.float64], length: NDArray[np.float64], draw: NDArray[np.float64], correlation: float
) -> NDArray[np.float64]:
    """Latent weights conditioned on the lengths, as the copula ties them: long stays are heavy."""
    own = np.array([float(normal_quantile(u)) for u in draw.tolist()])
    if correlation == 0.0:
        return own
    inside = [min(max(float(cdf(params, x)), 1e-12), 1 - 1e-12) for x in length.tolist()]
    score = np.array([float(normal_quantile(u)) for u in inside])
    return np.asarray(correlation * score + np.sqrt(1 - correlation**2) * own)
