"""What is drawn for a stay in the compiled engine: outcome, length, price, patience, where next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.distributions import cdf, duration, quantile
from sim.engine import memory
from sim.engine.memory import World
from sim.flat import ABSENT
from sim.kernel import inlined, kernel, spliced
from sim.network import NONE
from sim.paths import TICK, advance
from sim.quantiles import KONSTANT
from sim.randomness import Purpose, uniform
from sim.special import coupled
from sim.visits import ALDERSGRANS

_NASTA, _PRIS, _TALAMOD = int(Purpose.NASTA), int(Purpose.PRIS), int(Purpose.TALAMOD)


@kernel
def params_of(world: World, number: int) -> NDArray[np.float64]:
    return memory.params(world)[memory.params_at(world)[number] : memory.params_at(world)[number + 1]]


@inlined
def pick(world: World, table: int, u: float) -> int:
    """The alternative that a draw falls on."""
    at, last = memory.tables_at(world)[table], memory.tables_at(world)[table + 1] - 1
    while at < last and memory.cuts(world)[at] <= u:
        at += 1
    return int(memory.choices(world)[at])


@inlined
def choose(world: World, i: int, table: int, purpose: int) -> int:
    """An alternative of a table; nothing is drawn where there is one only."""
    at = memory.tables_at(world)[table]
    if memory.tables_at(world)[table + 1] - at == 1:
        chosen = int(memory.choices(world)[at])
    else:
        chosen = pick(world, table, decide(world, i, purpose))
    return chosen


@inlined
def spec_at(world: World, steg: int, time: float) -> int:
    """The number of what a steg is at a time that has come."""
    epoch = world.epoch
    while epoch > 0 and memory.epochs(world)[epoch] > time:
        epoch -= 1
    return int(epoch * world.stegs + steg)


@inlined
def variant_of(world: World, i: int, spec: int, resource: int) -> int:
    group = memory.case(world, memory.stay(world, i).case).group
    return int(
        memory.variant_numbers(world)[
            memory.spec(world, spec).variants_at + group * (world.resource_count + 1) + resource + 1
        ]
    )


@spliced
def draw(world: World, i: int, purpose: int) -> float:
    """The case's own draw for a purpose at this visit."""
    stay = memory.stay(world, i)
    key = memory.case(world, stay.case).key
    steg = memory.steg_keys(world)[stay.steg]
    return uniform(world.seed, world.replication, key, steg, np.uint64(stay.visit), np.uint64(purpose))


@spliced
def decide(world: World, i: int, purpose: int) -> float:
    """A draw that siblings share: decisions are made for the family."""
    stay = memory.stay(world, i)
    family = memory.case(world, stay.case).family
    steg = memory.steg_keys(world)[stay.steg]
    return uniform(world.seed, world.replication, family, steg, np.uint64(stay.visit), np.uint64(purpose))


@kernel
def gives_up_at(world: World, i: int, now: float) -> float:
    """When patience ends, given that it has lasted until now."""
    stay = memory.stay(world, i)
    params = params_of(world, memory.spec(world, stay.asked_spec).patience)
    u = draw(world, i, _TALAMOD)
    waited = now - stay.requested
    if waited > 0:
        lasted = cdf(params, waited)
        u = min(lasted + u * (1.0 - lasted), 1.0 - 2.0**-53)
    gives_up: float = max(now, stay.requested + duration(params, u))
    return gives_up


@inlined
def length(world: World, i: int, purpose: int) -> float:
    """Operational days, for the målgrupp and the resource the stay is in."""
    stay = memory.stay(world, i)
    weight = memory.case(world, stay.case).weight
    u = coupled(draw(world, i, purpose), weight, memory.spec(world, stay.spec).weight_length)
    variant = memory.variant(world, variant_of(world, i, stay.spec, stay.resource))
    return duration(params_of(world, memory.ending(world, variant.ends_at + stay.outcome).length), u)


@inlined
def heed_age(world: World, i: int, now: float) -> None:
    """The stay ends at the latest on the day of an age limit; at once if that has passed."""
    stay = memory.stay(world, i)
    stay.unlimited_end = stay.end
    limit = memory.case(world, stay.case).born + memory.spec(world, stay.spec).age_limit
    if stay.end > limit:
        stay.end = max(limit, now + TICK)
        stay.flags |= ALDERSGRANS


@inlined
def end_after(world: World, steg: int, start: float, work: float) -> float:
    first, last = memory.paces_at(world)[steg], memory.paces_at(world)[steg + 1]
    if first == last:
        return start + work
    return advance(memory.pace_times(world)[first:last], memory.pace_values(world)[first:last], start, work)


@inlined
def set_price(world: World, i: int) -> None:
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.spec)
    price = ABSENT if stay.resource == NONE else memory.prices(world)[spec.prices_at + stay.resource]
    if price == ABSENT:
        stay.price = 1.0
    else:
        params = params_of(world, price)
        if params[0] == KONSTANT:
            stay.price = params[1]
        else:
            u = coupled(draw(world, i, _PRIS), memory.case(world, stay.case).weight, spec.weight_price)
            stay.price = quantile(params, u)


@inlined
def route(world: World, i: int, now: float) -> int:
    """Where next, by the shares of the day."""
    stay = memory.stay(world, i)
    number = spec_at(world, stay.steg, now)
    variant = memory.variant(world, variant_of(world, i, number, stay.began_in))
    table = memory.ending(world, variant.ends_at + stay.outcome).routing
    if stay.flags & ALDERSGRANS and memory.spec(world, number).age_routing != ABSENT:
        table = memory.spec(world, number).age_routing
    stay.target = choose(world, i, table, _NASTA)
    where: int = memory.whole(stay.target)
    return where
