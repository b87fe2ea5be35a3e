"""Who is there when the run begins: the stock, drawn as a stationary system would hold it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.casekeys import CANDIDATE_BITS, ages, case_keys
from sim.distributions import cdfs, length_biased, mean, quantiles
from sim.errors import HemmaplanError
from sim.network import Network, Outcome, Stock, Variant
from sim.paths import TICK, tick_floor
from sim.quantiles import with_table
from sim.randomness import Purpose, uniforms
from sim.special import BELOW_ONE, normal_quantiles

Floats = NDArray[np.float64]
MOST_DRAWS = 1000
"""So often a case is drawn anew while its age limit lies behind it."""


@dataclass(frozen=True)
class Present:
    """Cases there at the start, for one `Stock`, in order of key. Arrays have shape (stock.count,), days.

    `length` is the whole stay in operational time, `elapsed` the part of it before the start; for queues and
    blocked cases `elapsed` is how long they have waited. To the engine a stay that waits to be closed is one that
    ends in the first moments of the run, who has waited longest first.
    """

    stock: Stock
    key: NDArray[np.uint64]
    group: NDArray[np.int64]
    outcome: NDArray[np.int64]
    length: Floats
    elapsed: Floats
    weight: Floats
    born: Floats


def draw_present(network: Network, stock: Stock, seed: int, replication: int) -> Present:
    """Målgrupp and outcome in proportion to share × mean length, length by its length-biased distribution.

    Where it is given how long each stay has gone on, in proportion to share × P(length > that), and length given
    that it is longer. Nobody is there whose age limit has passed: such a case is drawn anew, so that age, målgrupp,
    outcome and length are as among those who remain. Raises HemmaplanError where hardly anybody can remain.
    """
    index = np.arange(stock.count)
    key = case_keys(stock.key, 0, index >> CANDIDATE_BITS, index % 2**CANDIDATE_BITS)
    limit = network.base_steg[stock.steg].age_limit
    found = _draw(network, stock, key, index, 0, seed, replication)
    for attempt in range(1, MOST_DRAWS):
        again = np.flatnonzero(found.born + limit <= _last_moment(found))
        if not len(again):
            break
        anew = _draw(network, stock, key[again], index[again], attempt, seed, replication)
        for field in fields(Present)[1:]:
            getattr(found, field.name)[again] = getattr(anew, field.name)
    else:
        raise HemmaplanError(f"{stock.name}: så gott som alla där skulle redan ha nått åldersgränsen (till_alder)")
    if stock.kind != "closing":
        return found
    elapsed = found.length + found.elapsed
    turn = np.empty(stock.count)
    turn[np.lexsort((found.key, -found.elapsed))] = np.arange(stock.count)
    return replace(found, stock=replace(stock, kind="stay"), elapsed=elapsed, length=elapsed + (turn + 1) * TICK)


def _last_moment(found: Present) -> Floats:
    """By when an age limit would have ended the stay: its end, where that is over, else the start of the run."""
    if found.stock.kind == "queue":
        return np.full(len(found.elapsed), -np.inf)
    return -found.elapsed if found.stock.kind == "blocked" else np.zeros(len(found.elapsed))


def _draw(
    network: Network, stock: Stock, key: NDArray[np.uint64], index: NDArray[np.int64], visit: int, seed: int, rep: int
) -> Present:
    """The cases with these keys and numbers, drawn for the `visit`th time (from 0)."""
    steg, steg_key = network.base_steg[stock.steg], network.steg_keys[stock.steg]
    purposes = (Purpose.MALGRUPP, Purpose.NULAGE, Purpose.NULAGE_LANGD, Purpose.NULAGE_VANTAN, Purpose.TYNGD)
    draw = {purpose: uniforms(seed, rep, key, steg_key, visit, purpose) for purpose in purposes}
    under_way, waited = stock.kind == "stay", stock.waited
    gone_on = None
    if under_way and waited is not None:
        gone_on = tick_floor(quantiles(waited, (index + 0.5) / stock.count))
    shape = network.stock_shapes[stock.name] if gone_on is None else _shape(network, stock, gone_on)
    variants, weights = shape.variants, shape.weights
    group = _choose(shape.group_weights, draw[Purpose.MALGRUPP])
    outcome, length, latent = np.empty(len(key), dtype=np.int64), np.empty(len(key)), np.empty(len(key))
    for number in _occurring(group):
        here = group == number
        mine = weights[number][:, here] if gone_on is not None else weights[number]
        outcome[here] = _choose(mine, draw[Purpose.NULAGE][here])
        for choice in _occurring(outcome[here]):
            chosen = here & (outcome == choice)
            params = variants[number].lengths[choice]
            u = draw[Purpose.NULAGE_LANGD][chosen]
            if gone_on is None:
                length[chosen] = quantiles(shape.lengths[number][choice], u)
            else:
                before = _reached(params, gone_on[chosen])
                length[chosen] = quantiles(params, np.minimum(before + u * (1 - before), BELOW_ONE))
            latent[chosen] = _weights_given(params, length[chosen], draw[Purpose.TYNGD][chosen], steg.weight_length)
    if gone_on is not None:
        elapsed = gone_on
    elif waited is not None:
        elapsed = quantiles(waited, draw[Purpose.NULAGE_VANTAN])
    else:
        elapsed = length * (1 - draw[Purpose.NULAGE_VANTAN])
    elapsed = np.maximum(tick_floor(elapsed), 0.0)
    length = np.maximum(tick_floor(length), 2 * TICK)
    start = -elapsed - length if stock.kind in {"blocked", "closing"} else -elapsed
    born = start - ages(stock.ages, steg_key, key, group, seed, rep, visit)
    return Present(stock, key, group, outcome, length, elapsed, latent, born)


@dataclass(frozen=True)
class Shape:
    """What a stock is drawn from: by målgrupp its variant, its weight, its outcomes' weights and their lengths."""

    variants: tuple[Variant, ...]
    group_weights: Floats
    weights: Floats
    lengths: tuple[tuple[Floats, ...], ...]


def shapes_of(network: Network) -> dict[str, Shape]:
    """By name of stock, where it is not known how long each stay has gone on."""
    return {stock.name: _shape(network, stock, None) for stock in network.stock}


def _shape(network: Network, stock: Stock, gone_on: Floats | None) -> Shape:
    steg, under_way = network.base_steg[stock.steg], stock.kind == "stay"
    variants = tuple(steg.variant(group, stock.resource) for group in range(len(network.groups)))
    possible = [_can_be_here(stock.kind, outcome) for outcome in steg.outcomes]
    weights = np.stack([_outcome_weights(variant, possible, under_way, gone_on) for variant in variants])
    lengths = tuple(
        tuple(
            with_table(length_biased(length) if under_way and here and float(mean(length)) > 0 else length)
            for length, here in zip(variant.lengths, possible, strict=True)
        )
        for variant in variants
    )
    return Shape(variants, np.array(stock.group_shares)[:, None] * weights.sum(axis=1), weights, lengths)


def _can_be_here(kind: str, outcome: Outcome) -> bool:
    return {"blocked": outcome.stays, "closing": outcome.closing}.get(kind, True)


def _outcome_weights(variant: Variant, possible: list[bool], under_way: bool, gone_on: Floats | None) -> Floats:
    """Share × mean length for stays under way, share × P(longer than it has gone on) where that is known, share for
    those who wait or have finished. Shape (outcomes, cases), or (outcomes, 1) where alike for all."""
    rows = []
    for number, length in enumerate(variant.lengths):
        factor = np.ones(1)
        if gone_on is not None:
            factor = 1 - _reached(length, gone_on)
        elif under_way:
            factor = np.array([mean(length)])
        rows.append(variant.shares.share_of(number) * factor if possible[number] else np.zeros_like(factor))
    return np.stack(rows)


def _choose(weights: Floats, draw: Floats) -> NDArray[np.int64]:
    """A row of `weights` (alternatives, cases or 1) for each draw."""
    edges = np.cumsum(weights / weights.sum(axis=0), axis=0)[:-1]
    return np.asarray((edges <= draw).sum(axis=0), dtype=np.int64)


def _occurring(numbers: NDArray[np.int64]) -> list[int]:
    """Which small numbers there are, in order."""
    found: list[int] = np.flatnonzero(np.bincount(numbers)).tolist()
    return found


def _reached(params: Floats, days: Floats) -> Floats:
    """P(length ≤ days)."""
    return cdfs(params, days)


def _weights_given(params: Floats, length: Floats, draw: Floats, correlation: float) -> Floats:
    """Latent weights conditioned on the lengths, as the copula ties them: long stays are heavy."""
    own = normal_quantiles(draw)
    if correlation == 0.0:
        return own
    score = normal_quantiles(np.clip(_reached(params, length), 1e-12, 1 - 1e-12))
    return np.asarray(correlation * score + np.sqrt(1 - correlation**2) * own)
