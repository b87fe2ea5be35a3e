"""What happens to cases in the compiled engine, from steg to steg: the counterpart of `simpy_engine`."""

from __future__ import annotations

import math

import numpy as np

from sim.distributions import duration, round_duration
from sim.engine import memory
from sim.engine.heaps import push_event
from sim.engine.holdings import (
    ask_closing,
    drop_hold,
    follow,
    hope_for_home,
    join,
    leave_lines,
    occupy,
    open_at_once,
    reset_stay,
    stop_following,
    uses_reserve,
    vacate,
)
from sim.engine.layout import AT_HOME, AT_RESERVE, EVERYWHERE, FOR_TEAM, NOWHERE
from sim.engine.memory import World
from sim.engine.order import Happening
from sim.engine.outcomes import (
    choose,
    decide,
    draw,
    end_after,
    gives_up_at,
    heed_age,
    length,
    params_of,
    route,
    set_price,
    spec_at,
    variant_of,
)
from sim.flat import ABSENT
from sim.kernel import inlined, kernel, spliced
from sim.network import EXIT, FOREVER, NONE
from sim.paths import operational
from sim.randomness import Purpose
from sim.special import coupled
from sim.visits import (
    ALDERSGRANS,
    AVHOPP,
    CENSURERAD,
    EJ_HEMMAMOJLIG,
    FRAN_NULAGE,
    HEMTAGEN,
    RESERV,
    UNKNOWN,
)

_END, _CLOSED = int(Happening.END), int(Happening.CLOSED)
_LIMIT, _PATIENCE = int(Happening.LIMIT), int(Happening.PATIENCE)
_HEMMA, _UTFALL, _LANGD = int(Purpose.HEMMA), int(Purpose.UTFALL), int(Purpose.LANGD)
_AVSLUT_TID = int(Purpose.AVSLUT_TID)
_HEM_UTFALL, _HEM_LANGD = int(Purpose.HEM_UTFALL), int(Purpose.HEM_LANGD)


@inlined
def new_case(world: World, person: int) -> int:
    number = world.cases_free
    if number != ABSENT:
        world.cases_free = memory.case(world, number).next_free
    else:
        number = world.cases_used
        world.cases_used += 1
    case = memory.case(world, number)
    case.key = memory.person_key(world)[person]
    case.family = memory.person_family(world)[person]
    case.inflow = memory.person_inflow(world)[person]
    case.group = memory.person_group(world)[person]
    case.weight = memory.person_weight(world)[person]
    case.born = memory.person_born(world)[person]
    for steg in range(world.stegs):
        memory.visits(world)[number, steg] = 0
    return int(number)


@inlined
def new_stay(world: World, case: int, steg: int, asked: float) -> int:
    number = world.stays_free
    if number != ABSENT:
        world.stays_free = memory.stay(world, number).next_free
    else:
        number = world.stays_used
        world.stays_used += 1
    reset_stay(world, number)
    world.serial += 1
    stay = memory.stay(world, number)
    stay.serial = world.serial
    stay.case = case
    stay.steg = steg
    stay.visit = memory.visits(world)[case, steg]
    memory.visits(world)[case, steg] += 1
    stay.asked_spec = spec_at(world, steg, asked)
    stay.requested = asked
    stay.outcome = stay.target = UNKNOWN
    return int(number)


@inlined
def ask(world: World, case: int, steg: int, asked: float) -> int:
    i = new_stay(world, case, steg, asked)
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.asked_spec)
    share = memory.group(world, spec.groups_at + memory.case(world, case).group).home_share
    if share < 1.0:
        u = coupled(decide(world, i, _HEMMA), memory.case(world, case).weight, spec.weight_home)
        stay.home_possible = u < share
    return i


@inlined
def begins_at_once(world: World, i: int, now: float) -> bool:
    """Whether a stay that has been asked for need not wait, and then it has what it takes; otherwise it queues. Who
    keeps a place until this stay begins is blocked while it waits."""
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.asked_spec)
    if spec.team == NONE and spec.places_at == spec.places_end:
        return True
    if stay.held != ABSENT:
        block(world, memory.whole(stay.held))
    lines = FOR_TEAM if spec.team != NONE else AT_HOME if stay.home_possible else AT_RESERVE
    chosen = open_at_once(world, i, lines)
    if chosen != ABSENT:
        stay.resource = chosen
        occupy(world, i)
        return True
    _queue(world, i, lines, now)
    return False


@kernel
def _queue(world: World, i: int, lines: int, now: float) -> None:
    """Stand in line, until it is the stay's turn, it has waited as long as it may, or it gives up."""
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.asked_spec)
    join(world, i, lines)
    stay.waiting = 1
    key = memory.case(world, stay.case).key
    if lines == AT_HOME and spec.wait_limit < FOREVER:
        limit = round_duration(spec.wait_limit) if spec.wait_limit != 0.0 else 0.0
        time = max(now, stay.requested + limit)
        if time < world.end:
            push_event(world, time, _LIMIT, key, i, 0)
    if spec.patience != ABSENT:
        time = gives_up_at(world, i, now)
        if time < world.end:
            push_event(world, time, _PATIENCE, key, i, 0)


@inlined
def begin(world: World, i: int, now: float) -> None:
    """The stay starts: outcome, length and price are drawn once, for the resource it starts in."""
    stay = memory.stay(world, i)
    spec = spec_at(world, stay.steg, now)
    stay.spec = spec
    stay.start = now
    stay.began_in = stay.resource
    shares = memory.variant(world, variant_of(world, i, spec, stay.resource)).shares
    stay.outcome = choose(world, i, shares, _UTFALL)
    stay.end = end_after(world, stay.steg, now, length(world, i, _LANGD))
    heed_age(world, i, now)
    set_price(world, i)
    follow(world, i)
    if stay.home_possible and memory.spec(world, stay.asked_spec).recall and uses_reserve(world, i):
        hope_for_home(world, i, now)
    if stay.held != ABSENT:
        leave(world, memory.whole(stay.held), now)
        stay.held = ABSENT
    set_alarm(world, i)


@inlined
def set_alarm(world: World, i: int) -> None:
    """The stay's time is up at its `end`, and at no moment said before."""
    stay = memory.stay(world, i)
    stay.alarm += 1
    if stay.end < world.end:
        push_event(world, stay.end, _END, memory.case(world, stay.case).key, i, stay.alarm)


@inlined
def to_be_closed(world: World, i: int) -> bool:
    """Whether a stay whose time is up is closed before it is over: then it waits for that from now on."""
    stay = memory.stay(world, i)
    closing = memory.outcome(world, memory.spec(world, stay.spec).outcomes_at + stay.outcome).closing
    if closing:
        leave_lines(world, i)
        ask_closing(world, i)
    return bool(closing)


@kernel
def plan_end_of_closing(world: World, i: int, now: float) -> None:
    stay = memory.stay(world, i)
    params = params_of(world, memory.spec(world, stay.spec).closing_time)
    time = now + duration(params, draw(world, i, _AVSLUT_TID))
    if time < world.end:
        push_event(world, time, _CLOSED, memory.case(world, stay.case).key, i, 0)


@inlined
def move_on(world: World, i: int, now: float) -> None:
    """To the next steg; where the outcome says so, the place is kept until that begins."""
    stay = memory.stay(world, i)
    case = memory.whole(stay.case)
    stays = memory.outcome(world, memory.spec(world, stay.spec).outcomes_at + stay.outcome).stays
    steg = route(world, i, now)
    held = i
    if not stays or steg == EXIT:
        leave(world, i, now)
        held = ABSENT
    go(world, case, steg, held)


@inlined
def go(world: World, case: int, steg: int, held: int) -> None:
    """The case asks for a steg as soon as this event is over; until that begins, the stay `held` keeps its place."""
    if steg != EXIT:
        world.goes, world.goes_to, world.goes_from = case, steg, held
    else:
        memory.case(world, case).next_free = world.cases_free
        world.cases_free = case


@kernel
def limit_reached(world: World, i: int) -> None:
    """Has waited as long as allowed for a place: the reserv will do too."""
    if memory.stay(world, i).waiting:
        join(world, i, EVERYWHERE)


@kernel
def give_up(world: World, i: int, now: float) -> None:
    stay = memory.stay(world, i)
    if not stay.waiting:
        return
    stay.waiting = 0
    stay.flags |= AVHOPP
    stay.target = memory.spec(world, stay.asked_spec).patience_next
    case, steg, held = memory.whole(stay.case), memory.whole(stay.target), memory.whole(stay.held)
    leave_lines(world, i)
    write(world, i, now)
    if steg == EXIT and held != ABSENT:
        leave(world, held, now)
    go(world, case, steg, held)


@kernel
def block(world: World, i: int) -> None:
    """Finished, but keeps its place: follow-up goes on, and from a reserv it may still come home."""
    stay = memory.stay(world, i)
    if stay.blocked:
        return
    stay.blocked = 1
    follow(world, i)
    if stay.in_reserve and stay.lines == NOWHERE and stay.hold == NONE:
        join(world, i, AT_HOME)


@spliced
def leave(world: World, i: int, now: float) -> None:
    """Give back everything the stay holds, and write its record."""
    leave_lines(world, i)
    if memory.stay(world, i).hold != NONE:
        drop_hold(world, i)
    stop_following(world, i)
    vacate(world, i)
    write(world, i, now)


@inlined
def write(world: World, i: int, now: float) -> None:
    """Write the stay's record; from here on its number is free."""
    record(world, i, now, False)
    stay = memory.stay(world, i)
    stay.serial = 0
    stay.next_free = world.stays_free
    world.stays_free = i


@spliced
def record(world: World, i: int, released: float, moved: bool) -> None:
    """The stay as a line of the visit log; `moved`: only the part in the reserv that ends now."""
    stay = memory.stay(world, i)
    case = memory.case(world, stay.case)
    flags = stay.flags
    if uses_reserve(world, i):
        flags |= RESERV
    if not stay.home_possible:
        flags |= EJ_HEMMAMOJLIG
    if stay.from_stock:
        flags |= FRAN_NULAGE
    if math.isnan(released) and not flags & AVHOPP:
        flags |= CENSURERAD
    row = memory.record(world, world.log_size)
    world.log_size += 1
    row.key = case.key
    over = stay.end < world.end and (stay.blocked or not moved)
    times, numbers = row.values, row.numbers
    times[0], times[1], times[2] = stay.requested, stay.start, stay.end if over else np.nan
    times[3], times[4], times[5] = stay.closing_start, stay.closed, released
    times[6], times[7] = stay.price, case.weight
    numbers[0], numbers[1], numbers[2] = case.inflow, case.group, stay.steg
    numbers[3], numbers[4], numbers[5] = stay.visit, stay.part, stay.resource
    numbers[6], numbers[7], numbers[8] = stay.outcome, stay.target, flags


@kernel
def notice_over(world: World, i: int, made: int, now: float) -> None:
    """The stay goes on at home, as a second record."""
    stay = memory.stay(world, i)
    if stay.hold == NONE or stay.holds_made != made:
        return
    home = stay.hold
    drop_hold(world, i)
    vacate(world, i)
    record(world, i, now, True)
    stay.part += 1
    stay.flags |= HEMTAGEN
    stay.start = now
    stay.resource = home
    stay.in_reserve = 0
    set_price(world, i)
    if not stay.blocked:
        length_at_home(world, i, now)
    occupy(world, i)


@kernel
def length_at_home(world: World, i: int, now: float) -> None:
    """A new length where the home has its own; otherwise what remains, times the ratio of the mean lengths."""
    stay = memory.stay(world, i)
    before = variant_of(world, i, stay.spec, stay.began_in)
    home = variant_of(world, i, stay.spec, stay.resource)
    if memory.spec(world, stay.asked_spec).recall_new:
        stay.outcome = choose(world, i, memory.variant(world, home).shares, _HEM_UTFALL)
        finish = end_after(world, stay.steg, now, length(world, i, _HEM_LANGD))
        stay.began_in = stay.resource
    elif home != before:
        mean_home = memory.ending(world, memory.variant(world, home).ends_at + stay.outcome).mean
        ratio = mean_home / memory.ending(world, memory.variant(world, before).ends_at + stay.outcome).mean
        first, last = memory.paces_at(world)[stay.steg], memory.paces_at(world)[stay.steg + 1]
        if first == last:
            left = stay.unlimited_end - now
        else:
            left = operational(
                memory.pace_times(world)[first:last], memory.pace_values(world)[first:last], now, stay.unlimited_end
            )
        finish = end_after(world, stay.steg, now, round_duration(left * ratio))
    else:
        return
    stay.flags &= ~ALDERSGRANS
    stay.end = finish
    heed_age(world, i, now)
    set_alarm(world, i)
