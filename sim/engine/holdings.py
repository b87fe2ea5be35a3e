"""What stays hold and queue for in the compiled engine: the counterparts of `queues` and `resources`."""

from __future__ import annotations

import numpy as np

from sim.distributions import round_duration
from sim.engine import memory
from sim.engine.heaps import free_node, meld, new_node, node_before, push_event, unlink
from sim.engine.layout import AT_HOME, AT_RESERVE, EVERYWHERE, FOR_TEAM, NOWHERE
from sim.engine.memory import World
from sim.engine.order import Happening
from sim.flat import ABSENT
from sim.kernel import inlined, kernel
from sim.network import NONE, UNLIMITED

_NOTICE, _ELIGIBLE = int(Happening.NOTICE), int(Happening.ELIGIBLE)


@kernel
def uses_reserve(world: World, i: int) -> bool:
    stay = memory.stay(world, i)
    return bool(stay.resource != NONE and stay.resource == memory.spec(world, stay.asked_spec).reserve)


@inlined
def awaited(world: World, number: int) -> bool:
    """Whether anybody stands in line, to be let in or to be closed."""
    resource = memory.resource(world, number)
    return bool(resource.line != ABSENT or resource.closing_line != ABSENT)


@kernel
def touch(world: World, number: int) -> None:
    """This queue may have something to serve once the present event is over, if anybody stands in it."""
    if awaited(world, number):
        memory.resource(world, number).touched = 1
        world.lowest = min(world.lowest, number)


@inlined
def need_of(world: World, i: int, number: int) -> int:
    """What the stay takes of its team or of its place, in thousandths."""
    spec = memory.spec(world, memory.stay(world, i).asked_spec)
    return int(spec.weight if memory.resource(world, number).is_team else spec.part)


@kernel
def occupy(world: World, i: int) -> None:
    number = memory.stay(world, i).resource
    if number != NONE:
        memory.resource(world, number).used += need_of(world, i, number)


@inlined
def vacate(world: World, i: int) -> None:
    number = memory.stay(world, i).resource
    if number != NONE:
        memory.resource(world, number).used -= need_of(world, i, number)
        touch(world, number)


@inlined
def follow(world: World, i: int) -> None:
    """Forced load: follow-up starts at once, even above capacity."""
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.spec)
    if spec.follow_team != NONE and not stay.following:
        stay.following = 1
        memory.resource(world, spec.follow_team).used += spec.follow_weight


@inlined
def stop_following(world: World, i: int) -> None:
    stay = memory.stay(world, i)
    if stay.following:
        spec = memory.spec(world, stay.spec)
        stay.following = 0
        memory.resource(world, spec.follow_team).used -= spec.follow_weight
        touch(world, spec.follow_team)


@kernel
def _stand_in_line(world: World, i: int, number: int) -> None:
    stay, resource = memory.stay(world, i), memory.resource(world, number)
    spec = memory.spec(world, stay.asked_spec)
    case = memory.case(world, stay.case)
    at = new_node(world, i, number)
    node = memory.node(world, at)
    node.rank = spec.recall_rank if stay.in_reserve else 1
    node.priority = memory.group(world, spec.groups_at + case.group).priority
    node.time = stay.requested
    node.key = case.key
    node.of_stay = stay.nodes
    stay.nodes = at
    resource.line = meld(world, resource.line, at)


@inlined
def line_count(world: World, i: int) -> int:
    """How many queues the stay stands in."""
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.asked_spec)
    if stay.lines == NOWHERE:
        return 0
    if stay.lines == FOR_TEAM or stay.lines == AT_RESERVE:
        return 1
    return int(spec.places_end - spec.places_at + (1 if stay.lines == EVERYWHERE else 0))


@inlined
def line_number(world: World, i: int, index: int) -> int:
    """The resource of one of the stay's queues, in the order of its own list."""
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.asked_spec)
    if stay.lines == FOR_TEAM:
        return int(spec.team)
    if stay.lines == AT_RESERVE or spec.places_at + index == spec.places_end:
        return int(spec.reserve)
    return int(memory.places(world)[spec.places_at + index])


@kernel
def join(world: World, i: int, lines: int) -> None:
    """Stand in these queues, besides those the stay stands in already. Who may not come home yet is left out of
    the queues until then."""
    stay = memory.stay(world, i)
    before = line_count(world, i)
    stay.lines = lines
    for index in range(line_count(world, i)):
        number = line_number(world, i, index)
        if index >= before and (stay.eligible or not stay.in_reserve):
            _stand_in_line(world, i, number)
        touch(world, number)


@inlined
def leave_lines(world: World, i: int) -> None:
    if memory.stay(world, i).lines != NOWHERE:
        _leave_lines(world, i)


@kernel
def _leave_lines(world: World, i: int) -> None:
    stay = memory.stay(world, i)
    for index in range(line_count(world, i)):
        touch(world, line_number(world, i, index))
    at = stay.nodes
    while at != ABSENT:
        node = memory.node(world, at)
        following = node.of_stay
        resource = memory.resource(world, node.resource)
        resource.line = unlink(world, resource.line, at)
        free_node(world, at)
        at = following
    stay.nodes = ABSENT
    stay.lines = NOWHERE


@kernel
def become_eligible(world: World, i: int) -> None:
    """From now on the stay may come home: it stands in the queues that it was left out of."""
    stay = memory.stay(world, i)
    stay.eligible = 1
    for index in range(line_count(world, i)):
        number = line_number(world, i, index)
        _stand_in_line(world, i, number)
        touch(world, number)


@inlined
def _is_closings_turn(world: World, number: int) -> bool:
    """The first stay to be closed goes before the first new case."""
    team = memory.resource(world, number)
    if team.closing_line == ABSENT or team.closings_first or team.line == ABSENT:
        return bool(team.closing_line != ABSENT)
    return node_before(world, team.closing_line, team.line)


@inlined
def candidate(world: World, number: int) -> int:
    """The stay that can begin in a team or a place, the first in line, or ABSENT. Nobody overtakes."""
    resource = memory.resource(world, number)
    if resource.line == ABSENT or _is_closings_turn(world, number):
        return ABSENT
    i = memory.node(world, resource.line).stay
    return int(i) if has_room(world, i, number) else ABSENT


@inlined
def has_room(world: World, i: int, number: int) -> bool:
    resource = memory.resource(world, number)
    room = resource.used + resource.held + need_of(world, i, number) <= resource.capacity
    return bool(room or resource.capacity == UNLIMITED)


@inlined
def open_at_once(world: World, i: int, lines: int) -> int:
    """Where a stay that asks for these begins, if nobody stands before it there or is to be served before; else ABSENT.

    Most stays begin at once, and to stand in line only to be fetched from it is half the work of a start.
    """
    if not world.opened:
        return ABSENT
    chosen, first = ABSENT, world.resource_count
    stay = memory.stay(world, i)
    stay.lines = lines
    for index in range(line_count(world, i)):
        number = line_number(world, i, index)
        if awaited(world, number):
            first = world.resource_count
            break
        if has_room(world, i, number):
            chosen = number if chosen == ABSENT else chosen
            first = min(first, number)
    stay.lines = NOWHERE
    return int(chosen) if first <= world.lowest and first < world.resource_count else ABSENT


@kernel
def first_choice(world: World, i: int, otherwise: int) -> int:
    """Of several places free at one instant, the first in the case's own list."""
    for index in range(line_count(world, i)):
        number = line_number(world, i, index)
        if candidate(world, number) == i:
            return number
    return otherwise


@kernel
def ask_closing(world: World, i: int) -> None:
    stay = memory.stay(world, i)
    number = memory.spec(world, stay.spec).closing_team
    case, team = memory.case(world, stay.case), memory.resource(world, number)
    at = new_node(world, i, number)
    node = memory.node(world, at)
    node.rank = 1
    node.priority = memory.group(world, memory.spec(world, stay.asked_spec).groups_at + case.group).priority
    node.time = stay.end
    node.key = case.key
    stay.closing_node = at
    team.closing_line = meld(world, team.closing_line, at)
    touch(world, number)


@inlined
def closing_candidate(world: World, number: int) -> int:
    """The first stay to be closed, if a guaranteed place is free, or if it is its turn and its load fits."""
    team = memory.resource(world, number)
    if not team.is_team or team.closing_line == ABSENT:
        return ABSENT
    i = memory.node(world, team.closing_line).stay
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.spec)
    own = spec.follow_weight if stay.following and spec.follow_team == number else 0
    fits = _is_closings_turn(world, number) and team.used - own + spec.closing_weight <= team.capacity
    return int(i) if fits or team.closings < team.guaranteed else ABSENT


@kernel
def start_closing(world: World, i: int, number: int, now: float) -> None:
    """Closing takes over the load of follow-up."""
    stay, team = memory.stay(world, i), memory.resource(world, number)
    team.closing_line = unlink(world, team.closing_line, stay.closing_node)
    free_node(world, stay.closing_node)
    stay.closing_node = ABSENT
    stop_following(world, i)
    team.used += memory.spec(world, stay.spec).closing_weight
    team.closings += 1
    stay.closing_start = now


@kernel
def end_closing(world: World, i: int, now: float) -> None:
    stay = memory.stay(world, i)
    spec = memory.spec(world, stay.spec)
    stay.closed = now
    memory.resource(world, spec.closing_team).used -= spec.closing_weight
    memory.resource(world, spec.closing_team).closings -= 1
    touch(world, spec.closing_team)


@kernel
def hope_for_home(world: World, i: int, now: float) -> None:
    """In the reserv, but the case stands in the queues at home; eligible after a while."""
    stay = memory.stay(world, i)
    stay.in_reserve = 1
    stay.eligible = 0
    join(world, i, AT_HOME)
    earliest = memory.spec(world, stay.asked_spec).recall_earliest
    time = now + (round_duration(earliest) if earliest != 0.0 else 0.0)
    if time < world.end:
        push_event(world, time, _ELIGIBLE, memory.case(world, stay.case).key, i, 0)


@kernel
def offer_home(world: World, i: int, number: int, now: float) -> None:
    """Hold the place during the notice, unless the stay ends within it."""
    stay, place = memory.stay(world, i), memory.resource(world, number)
    spec = memory.spec(world, stay.asked_spec)
    home = now + (round_duration(spec.recall_notice) if spec.recall_notice != 0.0 else 0.0)
    leave_lines(world, i)
    if not stay.blocked and stay.end <= home:
        return
    place.held += spec.part
    stay.hold_before = place.newest_hold
    stay.hold_after = ABSENT
    if place.newest_hold != ABSENT:
        memory.stay(world, place.newest_hold).hold_after = i
    place.newest_hold = i
    stay.hold = number
    stay.holds_made += 1
    if home < world.end:
        push_event(world, home, _NOTICE, memory.case(world, stay.case).key, i, stay.holds_made)


@kernel
def drop_hold(world: World, i: int) -> None:
    stay = memory.stay(world, i)
    place = memory.resource(world, stay.hold)
    place.held -= memory.spec(world, stay.asked_spec).part
    if stay.hold_after == ABSENT:
        place.newest_hold = stay.hold_before
    else:
        memory.stay(world, stay.hold_after).hold_before = stay.hold_before
    if stay.hold_before != ABSENT:
        memory.stay(world, stay.hold_before).hold_after = stay.hold_after
    touch(world, stay.hold)
    stay.hold = NONE


@kernel
def change_capacity(world: World, change: int) -> None:
    """Nobody is moved when capacity falls; offers that no longer fit are taken back, the newest first."""
    number = memory.change(world, change).resource
    resource = memory.resource(world, number)
    resource.capacity = memory.change(world, change).capacity
    resource.guaranteed = memory.change(world, change).guaranteed
    while resource.newest_hold != ABSENT and resource.used + resource.held > resource.capacity:
        i = resource.newest_hold
        drop_hold(world, i)
        join(world, i, AT_HOME)
    touch(world, number)


@inlined
def reset_stay(world: World, i: int) -> None:
    """A stay as it is before anything is known of it, but for its serial number."""
    stay = memory.stay(world, i)
    stay.spec = ABSENT
    stay.part = 0
    stay.start = stay.end = stay.unlimited_end = stay.closing_start = stay.closed = np.nan
    stay.resource = stay.began_in = stay.hold = NONE
    stay.price = 1.0
    stay.flags = 0
    stay.home_possible = stay.eligible = 1
    stay.from_stock = stay.waiting = stay.in_reserve = stay.blocked = stay.following = 0
    stay.lines = NOWHERE
    stay.nodes = stay.closing_node = stay.hold_before = stay.hold_after = stay.held = ABSENT
    stay.holds_made = stay.alarm = 0
