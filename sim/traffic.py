"""How many visits a year begin in each steg and resource, by målgrupp: the base case's traffic equations.

v = inflow + Pᵀv for each målgrupp, where P follows the outcomes as they are for it in each resource. Which resource
stays begin in is not in the configuration; it is taken from today's stock, which in a steady state is visits × mean
length. Assumptions: nobody leaves a queue or is taken home, age limits are met as if every steg were the first, and
those who can be helped at home spread over the resources alike in every målgrupp.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim import config
from sim.blocking import usable_places
from sim.calendars import DAYS_PER_YEAR
from sim.distributions import mean, quantiles
from sim.durations import from_config

Floats = NDArray[np.float64]
Rates = dict[str, dict[str, Floats]]
"""Visits a year by steg, resource and målgrupp (arrays in order of målgrupp)."""
_GRID = (np.arange(256) + 0.5) / 256
_FOR_EVER = 1e-9
"""Of visits that go round in a ring for ever, the share that leaves; no visible trace in any other."""
_ROUNDS = 200


def home_share(behov: object, group: str) -> float:
    """Share of a målgrupp's cases that can be helped at home."""
    if not isinstance(behov, config.PlatsBehov) or behov.hemmamojlig is None:
        return 1.0
    return behov.hemmamojlig.malgrupper.get(group, behov.hemmamojlig.andel)


class Ways:
    """`way_on`, worked out once for each steg, målgrupp (all of whose ages are as its verksamhet says) and resource."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str], tuple[config.Steg, tuple[float, dict[str, float]]]] = {}

    def on(self, steg: config.Steg, group: str, place: str, age: Floats | None) -> tuple[float, dict[str, float]]:
        key = id(steg), group, place
        if key not in self._known:
            self._known[key] = steg, way_on(steg, group, place, age)
        return self._known[key][1]


def visit_rates(
    kommun: config.Kommun, area: str, groups: Sequence[str], ages: Sequence[Floats | None], ways: Ways | None = None
) -> tuple[Rates, dict[str, Floats]]:
    """(visits a year by steg and resource, those that can be helped at home by steg), each by målgrupp.

    `ages`: distribution of years at arrival by målgrupp, None where not known. `ways`: what is worked out already.
    """
    ways = ways or Ways()
    verksamhet = kommun.verksamheter[area]
    stegs = verksamhet.steg
    number = {name: i for i, name in enumerate(stegs)}
    places = {name: usable_places(steg) for name, steg in stegs.items()}
    home = {name: np.array([home_share(steg.behov, group) for group in groups]) for name, steg in stegs.items()}
    arriving = {group for inflode in verksamhet.inflode.values() for group in inflode.malgrupper}
    lengths = {name: np.zeros((len(places[name]), len(groups))) for name in stegs}
    routing = {name: np.zeros((len(places[name]), len(groups), len(stegs))) for name in stegs}
    for name, steg in stegs.items():
        for p, place in enumerate(places[name]):
            for g, group in enumerate(groups):
                if group not in arriving:
                    continue
                lengths[name][p, g], shares = ways.on(steg, group, place, ages[g])
                for target, share in shares.items():
                    if target != config.AVSLUT:
                        routing[name][p, g, number[target]] += share
    inflow = np.zeros((len(stegs), len(groups)))
    for inflode in verksamhet.inflode.values():
        for group, share in inflode.malgrupper.items():
            inflow[number[inflode.forsta_steg], list(groups).index(group)] += inflode.per_ar * share
    counts = {name: _under_way(kommun, area, name, places[name]) for name in stegs}
    spread = {name: _first_guess(counts[name]) for name in stegs}
    for _ in range(_ROUNDS):
        begun = {name: _begun(spread[name], home[name]) for name in stegs}
        visits = _solve(inflow, np.stack([(begun[n][:, :, None] * routing[n]).sum(axis=0) for n in stegs]))
        after = {name: _spread(counts[name], visits[number[name]], home[name], lengths[name]) for name in stegs}
        moved = max(float(np.abs(after[name] - spread[name]).max()) for name in stegs)
        spread = after
        if moved < 1e-12:
            break
    rates = {n: dict(zip(places[n], begun[n] * visits[number[n]], strict=True)) for n in stegs}
    return rates, {name: visits[number[name]] * home[name] for name in stegs}


def stationary_counts(
    kommun: config.Kommun, area: str, groups: Sequence[str], ages: Sequence[Floats | None]
) -> dict[str, dict[str, float]]:
    """How many would be in each steg and resource in the end: visits × mean length (Little's law)."""
    rates, _ = visit_rates(kommun, area, groups, ages)
    stegs = kommun.verksamheter[area].steg
    return {
        name: {
            place: sum(
                rate * way_on(stegs[name], group, place, age)[0] / DAYS_PER_YEAR
                for rate, group, age in zip(by_group.tolist(), groups, ages, strict=True)
            )
            for place, by_group in places.items()
        }
        for name, places in rates.items()
    }


def _solve(inflow: Floats, routing: Floats) -> Floats:
    """Visits of shape (stegs, målgrupper), from the routing (from, målgrupp, to)."""
    found = np.empty_like(inflow)
    for g in range(inflow.shape[1]):
        found[:, g] = np.linalg.solve(np.eye(len(inflow)) - (1 - _FOR_EVER) * routing[:, g].T, inflow[:, g])
    return found


def way_on(steg: config.Steg, group: str, place: str, age: Floats | None) -> tuple[float, dict[str, float]]:
    """Mean length in days of stays that begin there, and where they lead."""
    outcomes = [utfall.resolved(group, place) for utfall in steg.utfall.values()]
    limited = age is not None and steg.till_alder is not None
    if limited:
        assert age is not None and steg.till_alder is not None
        left = np.maximum(steg.till_alder.ar - quantiles(age, _GRID), 0.0) * DAYS_PER_YEAR
    days, targets = 0.0, dict[str, float]()
    for utfall in outcomes:
        params = from_config(utfall.tid)
        length, in_time = mean(params), 1.0
        if limited:
            whole = quantiles(params, _GRID)
            length = float(np.minimum.outer(whole, left).mean())
            in_time = float(np.less_equal.outer(whole, left).mean())
        days += utfall.andel * length
        ways = [(utfall.nasta, in_time), (steg.till_alder.nasta if steg.till_alder else {}, 1 - in_time)]
        for nasta, chance in ways:
            for target, share in nasta.items():
                targets[target] = targets.get(target, 0.0) + utfall.andel * chance * share
    return days, targets


def _under_way(kommun: config.Kommun, area: str, steg: str, places: list[str]) -> Floats:
    """Today's stock under way in each resource of a steg."""
    nulage = kommun.nulage.get(area, config.Nulage())
    held = nulage.i_steg.get(steg, {})
    return np.array([held[p].antal - nulage.finished(steg, p) if p in held else 0 for p in places], dtype=np.float64)


def _first_guess(counts: Floats) -> Floats:
    return np.asarray(counts / counts.sum() if counts.any() else np.eye(len(counts))[0])


def _begun(spread: Floats, home: Floats) -> Floats:
    """Shares of the visits that begin in each resource, (resources, målgrupper); the reserv stands last."""
    shares = spread[:, None] * home
    shares[-1] += 1 - home
    return np.asarray(shares)


def _spread(counts: Floats, visits: Floats, home: Floats, lengths: Floats) -> Floats:
    """How those who can be helped at home spread over the resources, so that the stock is as visits × mean length:

    c × count = spread × Σ (visits × home × length), and in the reserv Σ (visits × (1 − home) × length) more.
    """
    if not counts.any():
        return _first_guess(counts)
    per_share = np.maximum((visits * home * lengths).sum(axis=1), 1e-300)
    forced = np.zeros(len(counts))
    forced[-1] = (visits * (1 - home) * lengths[-1]).sum()
    scale = (1 + (forced / per_share).sum()) / (counts / per_share).sum()
    found = np.maximum(scale * counts - forced, 0.0) / per_share
    total = found.sum()
    return np.asarray(found / total) if 0 < total < np.inf else _first_guess(counts)
