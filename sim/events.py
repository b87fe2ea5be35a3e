"""What happens in a run that is watched, event by event. The visit log is made without it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from sim.network import NONE


class What(Enum):
    """Something that happened."""

    ARRIVES = auto()
    PRESENT = auto()
    """Is there when the run begins."""
    QUEUES = auto()
    QUEUES_HOME = auto()
    """Has a reserv, and stands in the queue for a place at home."""
    LIMIT = auto()
    """Has waited as long as allowed: will queue for the reserv too."""
    STARTS = auto()
    FOLLOWED = auto()
    UNFOLLOWED = auto()
    ENDS = auto()
    """The time is up; a stay that must be closed asks for that, and its `target` is not yet known."""
    CLOSING = auto()
    CLOSED = auto()
    BLOCKED = auto()
    ELIGIBLE = auto()
    OFFERED = auto()
    STAYS_OUT = auto()
    """Would end within the notice, and is not moved."""
    TAKEN_BACK = auto()
    """An offer no longer holds."""
    HOME = auto()
    GIVES_UP = auto()
    LEAVES = auto()
    CAPACITY = auto()


@dataclass(frozen=True, slots=True)
class State:
    """A resource after an event. Thousandths, but for the numbers that wait for it and that wait to be closed."""

    resource: int
    is_team: bool
    used: int
    held: int
    capacity: int | None
    waiting: int
    closings: int


@dataclass(frozen=True, slots=True)
class Event:
    """`states`: the resources it concerns, afterwards. What follows is about the case, if any, and its stay.

    `time` and `moment` in days. `moment`: when the stay asked, where it queues; when it started, where it is there at
    the start of the run; when it will be moved, where it is offered a place.
    """

    time: float
    what: What
    states: tuple[State, ...]
    case: int = NONE
    inflow: int = NONE
    group: int = NONE
    steg: int = NONE
    visit: int = NONE
    resource: int = NONE
    outcome: int = NONE
    target: int = NONE
    home_possible: bool = True
    flags: int = 0
    moment: float = 0.0
