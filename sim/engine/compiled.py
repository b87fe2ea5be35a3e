"""The fast engine: the reference engine's semantics as one loop in machine code, visit for visit the same.

No Python object a case: stays, cases, queues and events are records in arrays that grow when they must (`_grown`), and
freed records are used again, so memory follows the number of cases present.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.cases import Cases
from sim.distributions import round_duration
from sim.engine import memory
from sim.engine.heaps import free_event, next_event_at, pop_event
from sim.engine.holdings import (
    become_eligible,
    candidate,
    change_capacity,
    closing_candidate,
    end_closing,
    first_choice,
    follow,
    join,
    leave_lines,
    occupy,
    offer_home,
    start_closing,
    touch,
    uses_reserve,
)
from sim.engine.layout import (
    AT_HOME,
    CASE,
    EVENT,
    FINISHED,
    MORE_CASES,
    MORE_EVENTS,
    MORE_LOG,
    MORE_NODES,
    MORE_STAYS,
    NODE,
    STAY,
)
from sim.engine.lives import (
    ask,
    begin,
    begins_at_once,
    give_up,
    go,
    limit_reached,
    move_on,
    new_case,
    new_stay,
    notice_over,
    plan_end_of_closing,
    record,
    set_alarm,
    to_be_closed,
)
from sim.engine.memory import WORLD, State, World
from sim.engine.order import Happening
from sim.engine.outcomes import end_after, heed_age, set_price
from sim.engine.people import BLOCKED, QUEUED, People, people_of
from sim.flat import ABSENT, Flat, Records
from sim.kernel import inlined, is_cached, is_kept, is_python, kernel
from sim.network import Network
from sim.visits import RECORD, VisitLog, sorted_log

_END, _CLOSED, _NOTICE = int(Happening.END), int(Happening.CLOSED), int(Happening.NOTICE)
_ELIGIBLE, _LIMIT, _PATIENCE = int(Happening.ELIGIBLE), int(Happening.LIMIT), int(Happening.PATIENCE)

_SPARE = 8
"""How many stays, cases, events and records one event or one start can need at most."""
_FIRST_SIZE = 1024
_STEPS = 1_000_000
"""Events between looks at the outside world, so that Ctrl-C is heeded."""


def run(network: Network, cases: Cases, seed: int, replication: int) -> VisitLog:
    """Simulate one replication. Pure: the same arguments give the same log as the reference engine."""
    flat = network.flat
    people = people_of(cases, seed, replication)
    state = _new_state(flat, len(people.person_key))
    world = _new_world(flat, people, state)
    status = _proceed(world, _STEPS)
    while status != FINISHED:
        state = _grown(state, status)
        _tell(world, state)
        status = _proceed(world, _STEPS)
    size = int(world[0]["log_size"])
    return sorted_log(state.log[:size])


def can_run() -> bool:
    return not is_python(_proceed)


def is_kept_for_others() -> bool:
    """Whether other processes can load what this one has compiled."""
    return is_kept(_proceed)


def is_compiled() -> bool:
    """Whether machine code from this very source lies ready on this machine."""
    return is_cached(_proceed)


def _new_state(flat: Flat, persons: int) -> State:
    records = _FIRST_SIZE + 2 * persons
    return State(
        stays=np.empty(_FIRST_SIZE, STAY),
        cases=np.empty(_FIRST_SIZE, CASE),
        visits=np.empty((_FIRST_SIZE, flat.stegs), dtype=np.int32),
        nodes=np.empty(_FIRST_SIZE, NODE),
        events=np.empty(2 * _FIRST_SIZE, EVENT),
        days=np.full(int(flat.end - flat.begin) + 1, ABSENT, dtype=np.int32),
        heap_time=np.empty(2 * _FIRST_SIZE),
        heap_event=np.empty(2 * _FIRST_SIZE, dtype=np.int32),
        resources=flat.resources.copy(),
        log=np.empty(records, RECORD),
    )


def _new_world(flat: Flat, people: People, state: State) -> Records:
    """A record (in an array of one) of where everything is and of a run that has not begun."""
    arrays = flat._asdict() | people._asdict()
    assert all(value.flags.c_contiguous for value in arrays.values() if isinstance(value, np.ndarray))
    named = {name: value.ctypes.data if isinstance(value, np.ndarray) else value for name, value in arrays.items()}
    begun = {
        "epoch_count": len(flat.epochs),
        "change_count": len(flat.changes),
        "arrivals": len(people.arrival_time),
        "stock_count": len(people.stock_kind),
        "now": flat.begin,
        "lowest": flat.resource_count,
        "goes": ABSENT,
        **{f"{name}_free": ABSENT for name in ("stays", "cases", "nodes", "events")},
    }
    world = np.array([tuple((dict.fromkeys(WORLD.names or (), 0) | named | begun).values())], WORLD)
    _tell(world, state)
    return world


def _tell(world: Records, state: State) -> None:
    """Where the arrays of the state are, and how long."""
    for name, array in state._asdict().items():
        world[name] = array.ctypes.data
    for name in ("stays", "cases", "nodes", "events"):
        world[f"{name}_room"] = len(getattr(state, name))
    world["log_room"] = len(state.log)


_ARRAYS = {
    MORE_STAYS: ("stays",),
    MORE_CASES: ("cases", "visits"),
    MORE_NODES: ("nodes",),
    MORE_EVENTS: ("events", "heap_time", "heap_event"),
    MORE_LOG: ("log",),
}


def _grown(state: State, status: int) -> State:
    """The same state with room for twice as many of something."""
    larger: dict[str, Any] = {}
    for name in _ARRAYS.get(status, ()):
        array = getattr(state, name)
        larger[name] = np.empty((2 * len(array), *array.shape[1:]), array.dtype)
        larger[name][: len(array)] = array
    return state._replace(**larger)


@inlined
def _shortage(world: World) -> int:
    """What there may be too little of for one more event; FINISHED if nothing."""
    if world.stays_used + _SPARE > world.stays_room:
        return MORE_STAYS
    if world.cases_used + _SPARE > world.cases_room:
        return MORE_CASES
    if world.nodes_used + _SPARE + 2 * world.resource_count > world.nodes_room:
        return MORE_NODES
    if world.events_used + _SPARE > world.events_room:
        return MORE_EVENTS
    if world.log_size + _SPARE > world.log_room:
        return MORE_LOG
    return FINISHED


@kernel
def _proceed(worlds: Records, steps: int) -> int:
    """Go on where the run stands, until it is over (FINISHED), an array is too small, or for so many events (-1).

    Round by round one thing happens: somebody of the stock is put where he is, a queue is served, or else time goes on
    to the next event. Who is to go on from it asks below, and who can begin begins below: each in one place, so that
    it is part of the loop.
    """
    world = worlds[0]
    while True:
        status = _shortage(world)
        if status != FINISHED:
            return status
        i, begins = ABSENT, False
        if not world.opened:
            i = _next_of_stock(world)
        else:
            number = _touched(world)
            if number != ABSENT:
                i = _served(world, number)
                begins = i != ABSENT
            else:
                if steps == 0:
                    return ABSENT
                steps -= 1
                if not _next_event(world):
                    break
        if world.goes != ABSENT:
            i = ask(world, world.goes, world.goes_to, world.now)
            memory.stay(world, i).held = world.goes_from
            world.goes = ABSENT
        if i != ABSENT and (begins or begins_at_once(world, i, world.now)):
            begin(world, i, world.now)
    for i in range(world.stays_used):
        if world.log_size + _SPARE > world.log_room:
            return MORE_LOG
        if memory.stay(world, i).serial > 0:
            record(world, i, np.nan, False)
            memory.stay(world, i).serial = 0
    return FINISHED


@inlined
def _touched(world: World) -> int:
    """The lowest queue that may have somebody to serve, from now on not touched any more; ABSENT if there is none."""
    number = ABSENT
    while number == ABSENT and world.lowest < world.resource_count:
        if memory.resource(world, world.lowest).touched:
            number = world.lowest
            memory.resource(world, number).touched = 0
        else:
            world.lowest += 1
    return number


@inlined
def _served(world: World, number: int) -> int:
    """The first in a queue, if it can begin and now has what it waited for; ABSENT if nobody can, or if what happened
    was a closing or an offer of a place at home. A queue where something happened may have more to serve, and is
    touched again: by who leaves it, or here."""
    now, begins = world.now, ABSENT
    i = closing_candidate(world, number)
    if i != ABSENT:
        start_closing(world, i, number, now)
        plan_end_of_closing(world, i, now)
        touch(world, number)
    else:
        i = candidate(world, number)
        if i != ABSENT:
            chosen = number if memory.resource(world, number).is_team else first_choice(world, i, number)
            stay = memory.stay(world, i)
            if stay.in_reserve:
                offer_home(world, i, chosen, now)
            else:
                leave_lines(world, i)
                stay.waiting = 0
                stay.resource = chosen
                occupy(world, i)
                begins = i
    return begins


@inlined
def _next_event(world: World) -> bool:
    """Changes of capacity first, arrivals last among those at one instant. False when the run is over."""
    change, arrival = world.next_change, world.next_arrival
    at_change = memory.change(world, change).time if change < world.change_count else np.inf
    at_arrival = memory.arrival_time(world)[arrival] if arrival < world.arrivals else np.inf
    at_event = next_event_at(world, min(at_change, at_arrival, world.end))
    now = min(at_change, at_event, at_arrival)
    if now >= world.end:
        return False
    world.now = now
    world.handled += 1
    while world.epoch + 1 < world.epoch_count and memory.epochs(world)[world.epoch + 1] <= now:
        world.epoch += 1
    if at_change == now:
        world.next_change += 1
        change_capacity(world, change)
    elif at_event == now:
        number = pop_event(world)
        event = memory.event(world, number)
        i, what, token = memory.whole(event.stay), event.what, event.token
        current = memory.stay(world, i).serial == event.serial
        free_event(world, number)
        if current:
            _happen(world, i, what, token, now)
    else:
        world.next_arrival += 1
        go(world, new_case(world, arrival), memory.first_steg(world)[memory.person_inflow(world)[arrival]], ABSENT)
    return True


@inlined
def _happen(world: World, i: int, what: int, token: int, now: float) -> None:
    over = False
    if what == _END:
        over = memory.stay(world, i).alarm == token and not to_be_closed(world, i)
    elif what == _CLOSED:
        end_closing(world, i, now)
        over = True
    elif what == _NOTICE:
        notice_over(world, i, token, now)
    elif what == _ELIGIBLE:
        become_eligible(world, i)
    elif what == _LIMIT:
        limit_reached(world, i)
    elif what == _PATIENCE:
        give_up(world, i, now)
    if over:
        move_on(world, i, now)


@kernel
def _next_of_stock(world: World) -> int:
    """Put the next case of the stock where it is; if it waits, the stay it has asked for. After the last one the
    queues are served."""
    if world.next_stock == world.stock_count:
        world.opened = 1
        for number in range(world.resource_count):
            touch(world, number)
        return ABSENT
    index = world.next_stock
    world.next_stock += 1
    case = new_case(world, world.arrivals + index)
    kind, steg, elapsed = (
        memory.stock_kind(world)[index],
        memory.stock_steg(world)[index],
        memory.stock_elapsed(world)[index],
    )
    held = ABSENT
    if kind != QUEUED:
        held = _resume(world, case, index)
        if kind != BLOCKED:
            set_alarm(world, held)
            return ABSENT
        steg = memory.stay(world, held).target = memory.stock_target(world)[index]
    i = ask(world, case, steg, -elapsed if held == ABSENT else memory.stay(world, held).end)
    memory.stay(world, i).from_stock = 1
    memory.stay(world, i).held = held
    return i


@kernel
def _resume(world: World, case: int, index: int) -> int:
    """A stay that began before the run, with its place and its follow-up load."""
    steg, length, elapsed = (
        memory.stock_steg(world)[index],
        memory.stock_length(world)[index],
        memory.stock_elapsed(world)[index],
    )
    i = new_stay(world, case, steg, 0.0)
    stay = memory.stay(world, i)
    stay.from_stock = 1
    stay.spec = stay.asked_spec
    spec = memory.spec(world, stay.spec)
    stay.outcome = memory.stock_outcome(world)[index]
    stay.resource = stay.began_in = memory.stock_resource(world)[index]
    if memory.stock_kind(world)[index] == BLOCKED:
        stay.end = -elapsed
        stay.start = -elapsed - length
        if memory.outcome(world, spec.outcomes_at + stay.outcome).closing:
            stay.closing_start = stay.closed = stay.end
    else:
        stay.start = -elapsed
        stay.end = end_after(world, steg, 0.0, round_duration(length - elapsed))
        heed_age(world, i, 0.0)
    stay.requested = stay.start
    occupy(world, i)
    set_price(world, i)
    follow(world, i)
    if uses_reserve(world, i):
        stay.home_possible = memory.stock_home(world)[index]
        if stay.home_possible and spec.recall:
            stay.in_reserve = 1
            join(world, i, AT_HOME)
    return i
