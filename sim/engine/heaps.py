"""The queues of the compiled engine: what is to happen, and waiting stays in pairing heaps that share one array.

The events of the day that has come lie in a binary heap; those of each later day in a list, in no order. A heap of all
would be so large that every step down it waits for memory, and cost the more the more cases there are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine import memory
from sim.engine.memory import World
from sim.flat import ABSENT
from sim.kernel import inlined, kernel, spliced


@kernel
def _event_before(world: World, a: int, b: int) -> bool:
    """Order among simultaneous events: what happens, then case key, then visit."""
    x, y = memory.event(world, a), memory.event(world, b)
    if x.what != y.what:
        return bool(x.what < y.what)
    if x.key != y.key:
        return bool(x.key < y.key)
    return bool(x.visit < y.visit)


@spliced
def push_event(world: World, time: float, what: int, key: Any, stay: int, token: int) -> None:
    """`key` and the stay's visit decide the order among simultaneous events of a kind."""
    number = world.events_free
    if number != ABSENT:
        world.events_free = memory.event(world, number).next
    else:
        number = world.events_used
        world.events_used += 1
    event = memory.event(world, number)
    event.time = time
    event.what = what
    event.key = key
    event.visit = memory.stay(world, stay).visit
    event.stay = stay
    event.serial = memory.stay(world, stay).serial
    event.token = token
    day = int(time - world.begin)
    if day <= world.day:
        _into_heap(world, number)
    else:
        event.next = memory.days(world)[day]
        memory.days(world)[day] = number


@inlined
def next_event_at(world: World, latest: float) -> float:
    """The time of the first event, if any is no later than that; the heap is filled a day at a time."""
    last_day = int(latest - world.begin)
    while world.heap_size == 0 and world.day < last_day:
        world.day += 1
        number = memory.days(world)[world.day]
        while number != ABSENT:
            event = memory.event(world, number)
            following = event.next
            memory.fetch_stay(world, memory.whole(event.stay))
            _into_heap(world, number)
            number = following
        for place in range(world.heap_size):
            soon = memory.event(world, memory.whole(memory.heap_event(world)[place])).stay
            memory.fetch_case(world, memory.whole(memory.stay(world, soon).case))
    return memory.heap_time(world)[0] if world.heap_size > 0 else np.inf


@kernel
def _into_heap(world: World, number: int) -> None:
    heap_time, heap_event = memory.heap_time(world), memory.heap_event(world)
    time = memory.event(world, number).time
    at = world.heap_size
    world.heap_size += 1
    while at > 0:
        above = (at - 1) >> 1
        if heap_time[above] < time:
            break
        if heap_time[above] == time and not _event_before(world, number, heap_event[above]):
            break
        heap_time[at], heap_event[at] = heap_time[above], heap_event[above]
        at = above
    heap_time[at], heap_event[at] = time, number


@inlined
def pop_event(world: World) -> int:
    """The number of the first event, no longer in the heap; its record stays as it is until the next push."""
    heap_time, heap_event = memory.heap_time(world), memory.heap_event(world)
    first = heap_event[0]
    size = world.heap_size - 1
    world.heap_size = size
    time, number = heap_time[size], heap_event[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        right = below + 1
        if right < size and (
            heap_time[right] < heap_time[below]
            or (heap_time[right] == heap_time[below] and _event_before(world, heap_event[right], heap_event[below]))
        ):
            below = right
        if time < heap_time[below]:
            break
        if time == heap_time[below] and not _event_before(world, heap_event[below], number):
            break
        heap_time[at], heap_event[at] = heap_time[below], heap_event[below]
        at = below
    heap_time[at], heap_event[at] = time, number
    return int(first)


@inlined
def free_event(world: World, number: int) -> None:
    memory.event(world, number).next = world.events_free
    world.events_free = number


@kernel
def new_node(world: World, stay: int, resource: int) -> int:
    number = world.nodes_free
    if number != ABSENT:
        world.nodes_free = memory.node(world, number).after
    else:
        number = world.nodes_used
        world.nodes_used += 1
    node = memory.node(world, number)
    node.stay = stay
    node.resource = resource
    node.child = node.before = node.after = node.of_stay = ABSENT
    return int(number)


@kernel
def free_node(world: World, number: int) -> None:
    memory.node(world, number).after = world.nodes_free
    world.nodes_free = number


@kernel
def node_before(world: World, a: int, b: int) -> bool:
    """Order in a queue: kind, prio, time, case key."""
    x, y = memory.node(world, a), memory.node(world, b)
    if x.rank != y.rank:
        return bool(x.rank < y.rank)
    if x.priority != y.priority:
        return bool(x.priority < y.priority)
    if x.time != y.time:
        return bool(x.time < y.time)
    return bool(x.key < y.key)


@kernel
def meld(world: World, a: int, b: int) -> int:
    """The root of two heaps made one. `before` is the parent of a first child, otherwise the sibling before."""
    if a == ABSENT:
        return b
    if b == ABSENT:
        return a
    if node_before(world, b, a):
        a, b = b, a
    first = memory.node(world, a).child
    memory.node(world, b).before = a
    memory.node(world, b).after = first
    if first != ABSENT:
        memory.node(world, first).before = b
    memory.node(world, a).child = b
    return a


@kernel
def _meld_children(world: World, first: int) -> int:
    """One heap of a list of siblings: in pairs, then the pairs from the last to the first."""
    pairs = ABSENT
    while first != ABSENT:
        a, b = first, memory.node(world, first).after
        first = ABSENT
        memory.node(world, a).before = memory.node(world, a).after = ABSENT
        if b != ABSENT:
            first = memory.node(world, b).after
            memory.node(world, b).before = memory.node(world, b).after = ABSENT
            a = meld(world, a, b)
        memory.node(world, a).after = pairs
        pairs = a
    root = ABSENT
    while pairs != ABSENT:
        a = pairs
        pairs = memory.node(world, a).after
        memory.node(world, a).after = ABSENT
        root = meld(world, root, a)
    return root


@kernel
def unlink(world: World, root: int, number: int) -> int:
    """The root of the heap without a node."""
    rest = _meld_children(world, memory.node(world, number).child)
    if number == root:
        return rest
    before, after = memory.node(world, number).before, memory.node(world, number).after
    if memory.node(world, before).child == number:
        memory.node(world, before).child = after
    else:
        memory.node(world, before).after = after
    if after != ABSENT:
        memory.node(world, after).before = before
    return meld(world, root, rest)
