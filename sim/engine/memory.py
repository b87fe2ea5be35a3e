"""The arrays of the compiled engine, seen from one record that holds their addresses.

Numba counts references of every array that is passed from function to function, which costs more than the simulation
itself; a record is passed as one pointer. `World` says where everything is and how far the run has come; the
functions below give the arrays, or one record of them. Who builds a world (`compiled.run`) keeps the arrays alive.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.engine.layout import CASE, EVENT, NODE, STAY
from sim.engine.people import People
from sim.flat import BY_GROUP, CHANGE, ENDING, OUTCOME, RESOURCE, SPEC, VARIANT, Flat, Floats, Ints, Keys, Records
from sim.kernel import array_at, fetch_ahead, inlined, kernel, record_at
from sim.visits import RECORD

World: TypeAlias = Any
"""A record of dtype `WORLD`."""


class State(NamedTuple):
    """All that changes while a run is under way; arrays may be longer than what is used of them."""

    stays: Records
    cases: Records
    visits: NDArray[np.int32]
    nodes: Records
    events: Records
    days: NDArray[np.int32]
    heap_time: Floats
    heap_event: NDArray[np.int32]
    resources: Records
    log: Records


STAY_SIZE, CASE_SIZE = STAY.itemsize, CASE.itemsize
WHOLE = 2**31
"""As length of an array whose length nobody asks for: indices are not checked in compiled code."""
ADDRESSES = tuple(dict.fromkeys((*Flat._fields[4:], *People._fields[2:], *State._fields)))

WORLD = np.dtype(
    [(name, "i8") for name in ADDRESSES]
    + [
        ("begin", "f8"),
        ("end", "f8"),
        ("stegs", "i8"),
        ("resource_count", "i8"),
        ("epoch_count", "i8"),
        ("change_count", "i8"),
        ("seed", "u8"),
        ("replication", "u8"),
        ("arrivals", "i8"),
        ("stock_count", "i8"),
        ("now", "f8"),
        ("epoch", "i8"),
        ("opened", "i8"),
        ("next_stock", "i8"),
        ("next_arrival", "i8"),
        ("next_change", "i8"),
        ("handled", "i8"),
        ("serial", "i8"),
        ("lowest", "i8"),
        ("goes", "i8"),
        ("goes_to", "i8"),
        ("goes_from", "i8"),
        ("day", "i8"),
        ("heap_size", "i8"),
        ("log_size", "i8"),
        ("log_room", "i8"),
    ]
    + [(f"{name}_{what}", "i8") for name in ("stays", "cases", "nodes", "events") for what in ("used", "free", "room")]
)
"""Addresses; then what never changes; then how far the run has come; then how far each array is used, where its list
of free records begins, and how long it is. `opened`: the stock is in place, and queues are
served. `lowest`: no queue with a lower number is touched. `goes`: the case that asks for the steg `goes_to` next.
`day`: events up to then are in the heap."""


@inlined
def whole(number: Any) -> Any:
    """A number as the functions of the engine take it. Records keep 32 bits; a function would be compiled for each."""
    return np.int64(number)


@kernel
def steg_keys(world: World) -> Keys:
    return array_at(world.steg_keys, WHOLE, np.uint64)


@kernel
def epochs(world: World) -> Floats:
    return array_at(world.epochs, WHOLE, np.float64)


@kernel
def places(world: World) -> Ints:
    return array_at(world.places, WHOLE, np.int64)


@kernel
def prices(world: World) -> Ints:
    return array_at(world.prices, WHOLE, np.int64)


@kernel
def variant_numbers(world: World) -> Ints:
    return array_at(world.variant_numbers, WHOLE, np.int64)


@kernel
def tables_at(world: World) -> Ints:
    return array_at(world.tables_at, WHOLE, np.int64)


@kernel
def choices(world: World) -> Ints:
    return array_at(world.choices, WHOLE, np.int64)


@kernel
def params_at(world: World) -> Ints:
    return array_at(world.params_at, WHOLE, np.int64)


@kernel
def paces_at(world: World) -> Ints:
    return array_at(world.paces_at, WHOLE, np.int64)


@kernel
def first_steg(world: World) -> Ints:
    return array_at(world.first_steg, WHOLE, np.int64)


@kernel
def person_inflow(world: World) -> Ints:
    return array_at(world.person_inflow, WHOLE, np.int64)


@kernel
def person_group(world: World) -> Ints:
    return array_at(world.person_group, WHOLE, np.int64)


@kernel
def stock_kind(world: World) -> Ints:
    return array_at(world.stock_kind, WHOLE, np.int64)


@kernel
def stock_steg(world: World) -> Ints:
    return array_at(world.stock_steg, WHOLE, np.int64)


@kernel
def stock_resource(world: World) -> Ints:
    return array_at(world.stock_resource, WHOLE, np.int64)


@kernel
def stock_target(world: World) -> Ints:
    return array_at(world.stock_target, WHOLE, np.int64)


@kernel
def stock_home(world: World) -> Ints:
    return array_at(world.stock_home, WHOLE, np.int64)


@kernel
def stock_outcome(world: World) -> Ints:
    return array_at(world.stock_outcome, WHOLE, np.int64)


@kernel
def days(world: World) -> NDArray[np.int32]:
    """The first event of each day that is still to come, by days from the beginning of the run."""
    return array_at(world.days, WHOLE, np.int32)


@kernel
def heap_event(world: World) -> NDArray[np.int32]:
    return array_at(world.heap_event, WHOLE, np.int32)


@kernel
def cuts(world: World) -> Floats:
    return array_at(world.cuts, WHOLE, np.float64)


@kernel
def params(world: World) -> Floats:
    return array_at(world.params, WHOLE, np.float64)


@kernel
def pace_times(world: World) -> Floats:
    return array_at(world.pace_times, WHOLE, np.float64)


@kernel
def pace_values(world: World) -> Floats:
    return array_at(world.pace_values, WHOLE, np.float64)


@kernel
def arrival_time(world: World) -> Floats:
    return array_at(world.arrival_time, WHOLE, np.float64)


@kernel
def person_weight(world: World) -> Floats:
    return array_at(world.person_weight, WHOLE, np.float64)


@kernel
def person_born(world: World) -> Floats:
    return array_at(world.person_born, WHOLE, np.float64)


@kernel
def stock_length(world: World) -> Floats:
    return array_at(world.stock_length, WHOLE, np.float64)


@kernel
def stock_elapsed(world: World) -> Floats:
    return array_at(world.stock_elapsed, WHOLE, np.float64)


@kernel
def heap_time(world: World) -> Floats:
    return array_at(world.heap_time, WHOLE, np.float64)


@kernel
def person_key(world: World) -> Keys:
    return array_at(world.person_key, WHOLE, np.uint64)


@kernel
def person_family(world: World) -> Keys:
    return array_at(world.person_family, WHOLE, np.uint64)


@kernel
def visits(world: World) -> NDArray[np.int32]:
    """Times each case has been in each steg. Shape (cases, stegs)."""
    return array_at(world.visits, (WHOLE, world.stegs), np.int32)


@kernel
def stay(world: World, number: int) -> Any:
    return record_at(world.stays, number, STAY)


@kernel
def fetch_stay(world: World, number: int) -> None:
    """The stay is soon looked at: with many cases present it must be fetched from far away."""
    for line in range(0, STAY_SIZE, 64):
        fetch_ahead(world.stays + number * STAY_SIZE + line)


@kernel
def fetch_case(world: World, number: int) -> None:
    """As `fetch_stay`; how often it has been where is needed too."""
    fetch_ahead(world.cases + number * CASE_SIZE)
    fetch_ahead(world.visits + number * world.stegs * 4)


@kernel
def spec(world: World, number: int) -> Any:
    return record_at(world.specs, number, SPEC)


@kernel
def resource(world: World, number: int) -> Any:
    return record_at(world.resources, number, RESOURCE)


@kernel
def case(world: World, number: int) -> Any:
    return record_at(world.cases, number, CASE)


@kernel
def node(world: World, number: int) -> Any:
    return record_at(world.nodes, number, NODE)


@kernel
def event(world: World, number: int) -> Any:
    return record_at(world.events, number, EVENT)


@kernel
def variant(world: World, number: int) -> Any:
    return record_at(world.variants, number, VARIANT)


@kernel
def ending(world: World, number: int) -> Any:
    return record_at(world.endings, number, ENDING)


@kernel
def outcome(world: World, number: int) -> Any:
    return record_at(world.outcomes, number, OUTCOME)


@kernel
def change(world: World, number: int) -> Any:
    return record_at(world.changes, number, CHANGE)


@kernel
def group(world: World, number: int) -> Any:
    return record_at(world.groups, number, BY_GROUP)


@kernel
def record(world: World, number: int) -> Any:
    """A line of the visit log."""
    return record_at(world.log, number, RECORD)
