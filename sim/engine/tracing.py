"""The reference engine with somebody watching: the same run, and besides its log all that happened, in order.

Every method here calls the one it replaces and then notes what happened. It changes nothing and draws nothing, so a
run that is watched gives the same log; one that is not watched pays nothing.
"""

from __future__ import annotations

from typing import Any

from sim.cases import Cases
from sim.engine.queues import Queues
from sim.engine.resources import Place, Team
from sim.engine.simpy_engine import Simulation
from sim.engine.stays import Case, Stay
from sim.events import Event, State, What
from sim.network import NONE, Network
from sim.visits import VisitLog


def run_and_trace(network: Network, cases: Cases, seed: int, replication: int) -> tuple[VisitLog, list[Event]]:
    """One replication by the reference engine: its log, and what happened."""
    simulation = _Watched(network, cases, seed, replication)
    return simulation.run(), simulation.watched.events


class _WatchedQueues(Queues):
    """`note` writes down an event, with the state of the resources named."""

    def __init__(self, *settings: Any) -> None:
        self.events: list[Event] = []
        self._moving = False
        self._opened = False
        super().__init__(*settings)

    def note(self, what: What, stay: Stay | None, *resources: int, moment: float = 0.0, at: int | None = None) -> None:
        """`at`: its place among the events; after all others unless told."""
        states = tuple(self._state(number) for number in resources if number != NONE)
        event = Event(self.clock.now, what, states)
        if stay is not None:
            event = Event(
                self.clock.now,
                what,
                states,
                stay.case.key,
                stay.case.inflow,
                stay.case.group,
                stay.steg,
                stay.visit,
                stay.resource,
                stay.outcome,
                stay.target,
                stay.home_possible,
                stay.flags,
                moment,
            )
        self.events.insert(len(self.events) if at is None else at, event)

    def _state(self, number: int) -> State:
        team = self.teams.get(number)
        if team is not None:
            return State(number, True, team.load, 0, team.capacity, len(team.line), len(team.closing_line))
        place = self.places[number]
        return State(number, False, place.occupied, place.held, place.capacity, len(place.line), 0)

    def _open(self, event: object) -> None:
        self._opened = True
        super()._open(event)

    def occupy(self, stay: Stay) -> None:
        """Before the queues are opened it is the stock that takes its places."""
        super().occupy(stay)
        if not self._opened:
            self.note(What.PRESENT, stay, stay.resource, moment=stay.start)

    def follow(self, stay: Stay) -> None:
        before = stay.following
        super().follow(stay)
        if stay.following and not before:
            assert stay.spec is not None
            self.note(What.FOLLOWED, stay, stay.spec.follow_team)

    def stop_following(self, stay: Stay) -> None:
        before = stay.following
        super().stop_following(stay)
        if before:
            assert stay.spec is not None
            self.note(What.UNFOLLOWED, stay, stay.spec.follow_team)

    def join(self, stay: Stay, numbers: tuple[int, ...]) -> None:
        new = [number for number in numbers if number not in stay.lines]
        super().join(stay, numbers)
        what = What.QUEUES_HOME if stay.in_reserve else What.QUEUES
        self.note(what, stay, *new, moment=stay.requested)

    def ask_closing(self, stay: Stay) -> None:
        super().ask_closing(stay)
        assert stay.spec is not None
        self.note(What.ENDS, stay, stay.spec.closing_team)

    def _start_closing(self, team: Team, stay: Stay) -> None:
        super()._start_closing(team, stay)
        self.note(What.CLOSING, stay, team.number)

    def _becomes_eligible(self, stay: Stay) -> None:
        if stay.lines:
            self.note(What.ELIGIBLE, stay, *stay.lines)
        super()._becomes_eligible(stay)

    def _offer_home(self, stay: Stay, place: Place) -> None:
        super()._offer_home(stay, place)
        if stay.hold == NONE:
            self.note(What.STAYS_OUT, stay, place.number)
        else:
            home = self.clock.now + stay.asked_spec.recall_notice
            self.note(What.OFFERED, stay, place.number, moment=home)

    def _notice_over(self, stay: Stay, made: int) -> None:
        part = stay.part
        self._moving = True
        super()._notice_over(stay, made)
        self._moving = False
        if stay.part > part:
            self.note(What.HOME, stay, stay.resource)

    def drop_hold(self, stay: Stay) -> None:
        number = stay.hold
        super().drop_hold(stay)
        if not self._moving:
            self.note(What.TAKEN_BACK, stay, number)

    def _change_capacity(self, number: int, event: object) -> None:
        before, at = self._state(number).capacity, len(self.events)
        super()._change_capacity(number, event)
        if self._state(number).capacity != before:
            self.note(What.CAPACITY, None, number, at=at)


class _Watched(Simulation):
    def _new_queues(self) -> Queues:
        self.watched = _WatchedQueues(self.network, self.clock, self._moved_home)
        return self.watched

    def _ask(self, case: Case, steg: int, asked: float, from_stock: bool = False) -> Stay:
        new = not case.visits and not from_stock
        stay = super()._ask(case, steg, asked, from_stock)
        if new:
            self.watched.note(What.ARRIVES, stay)
        return stay

    def _limit_reached(self, stay: Stay) -> None:
        if stay.waiting:
            self.watched.note(What.LIMIT, stay)
        super()._limit_reached(stay)

    def _give_up(self, stay: Stay) -> None:
        lines, waiting = stay.lines, stay.waiting
        super()._give_up(stay)
        if waiting:
            self.watched.note(What.GIVES_UP, stay, *lines)

    def _begin(self, stay: Stay) -> None:
        self.watched.note(What.STARTS, stay, stay.resource)
        super()._begin(stay)

    def _route(self, stay: Stay) -> int:
        steg = super()._route(stay)
        if self._outcome(stay).closing:
            assert stay.spec is not None
            self.watched.note(What.CLOSED, stay, stay.spec.closing_team)
        else:
            self.watched.note(What.ENDS, stay, stay.resource)
        return steg

    def _block(self, stay: Stay) -> None:
        if not stay.blocked:
            self.watched.note(What.BLOCKED, stay, stay.resource)
        super()._block(stay)

    def _leave(self, stay: Stay) -> None:
        super()._leave(stay)
        self.watched.note(What.LEAVES, stay, stay.resource)
