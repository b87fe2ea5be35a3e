"""Who is let in next: the queues of all resources, served one start at a time until nothing moves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sim.distributions import round_duration
from sim.engine.clock import OPENING, SERVE, Clock
from sim.engine.order import Happening
from sim.engine.resources import Place, Team
from sim.engine.stays import Stay
from sim.network import NONE, Network


class Queues:
    """Teams and places by number, and the order in which their queues are served.

    `moved_home(stay, place)` is called when a case comes home from the reserv, its new place already taken.
    """

    def __init__(self, network: Network, clock: Clock, moved_home: Callable[[Stay, Place], None]) -> None:
        self.network = network
        self.clock = clock
        self.moved_home = moved_home
        self.teams: dict[int, Team] = {}
        self.places: dict[int, Place] = {}
        self.touched: set[int] = set()
        self.planned = True
        for number, resource in enumerate(network.resources):
            first = None if resource.capacity is None else int(resource.capacity.at(clock.now))
            if resource.kind == "team":
                assert resource.closings is not None and first is not None
                self.teams[number] = Team(number, first, int(resource.closings.at(clock.now)), resource.closings_first)
            else:
                self.places[number] = Place(number, first)
        self._plan_capacities()
        clock.plan(clock.now, OPENING, self._open)

    def _open(self, _: object) -> None:
        """The stock is in place: from now on queues are served."""
        self.planned = False
        self.touch(*self.teams, *self.places)

    def occupy(self, stay: Stay) -> None:
        """Take what the stay's resource gives it, whether there is room or not."""
        if stay.resource in self.teams:
            self.teams[stay.resource].load += stay.asked_spec.weight
        elif stay.resource in self.places:
            self.places[stay.resource].occupied += stay.asked_spec.part

    def vacate(self, stay: Stay) -> None:
        if stay.resource in self.teams:
            self.teams[stay.resource].load -= stay.asked_spec.weight
            self.touch(stay.resource)
        elif stay.resource in self.places:
            self.places[stay.resource].occupied -= stay.asked_spec.part
            self.touch(stay.resource)

    def follow(self, stay: Stay) -> None:
        """Forced load: follow-up starts at once, even above capacity."""
        assert stay.spec is not None
        if stay.spec.follow_team != NONE and not stay.following:
            stay.following = True
            self.teams[stay.spec.follow_team].load += stay.spec.follow_weight

    def stop_following(self, stay: Stay) -> None:
        if stay.following:
            assert stay.spec is not None
            stay.following = False
            self.teams[stay.spec.follow_team].load -= stay.spec.follow_weight
            self.touch(stay.spec.follow_team)

    def join(self, stay: Stay, numbers: tuple[int, ...]) -> None:
        """Stand in the queues of these resources, besides those the stay stands in already."""
        for number in numbers:
            if number not in stay.lines:
                resource = self.teams.get(number) or self.places[number]
                resource.line.add(stay.line_key(), stay)
        stay.lines = numbers
        self.touch(*numbers)

    def leave_lines(self, stay: Stay) -> None:
        for number in stay.lines:
            resource = self.teams.get(number) or self.places[number]
            resource.line.remove(stay.line_key(), stay)
        self.touch(*stay.lines)
        stay.lines = ()

    def ask_closing(self, stay: Stay) -> None:
        assert stay.spec is not None
        team = self.teams[stay.spec.closing_team]
        team.closing_line.add(stay.closing_key(), stay)
        self.touch(team.number)

    def closed(self, stay: Stay) -> None:
        assert stay.spec is not None
        team = self.teams[stay.spec.closing_team]
        team.load -= stay.spec.closing_weight
        team.closings -= 1
        self.touch(team.number)

    def touch(self, *numbers: int) -> None:
        """These queues may have something to serve once the present event is over."""
        self.touched.update(numbers)
        if not self.planned and self.touched:
            self.planned = True
            self.clock.plan(self.clock.now, SERVE, self._serve)

    def _serve(self, _: object) -> None:
        """Start one case from the lowest touched queue that can; it acts before the next is served."""
        self.planned = False
        while self.touched:
            number = min(self.touched)
            moved = self._serve_team(self.teams[number]) if number in self.teams else self._serve_place(number)
            if moved:
                self.touch(number)
                return
            self.touched.discard(number)

    def _serve_team(self, team: Team) -> bool:
        closing = team.closing_candidate()
        if closing is not None:
            self._start_closing(team, closing)
            return True
        stay = team.candidate()
        if stay is None:
            return False
        self._start(stay, team.number)
        return True

    def _serve_place(self, number: int) -> bool:
        stay = self.places[number].candidate()
        if stay is None:
            return False
        chosen = self._first_choice(stay, number)
        if stay.in_reserve:
            self._offer_home(stay, self.places[chosen])
        else:
            self._start(stay, chosen)
        return True

    def _first_choice(self, stay: Stay, otherwise: int) -> int:
        """Of several places free at one instant, the first in the case's own list."""
        return next((number for number in stay.lines if self.places[number].candidate() is stay), otherwise)

    def _start(self, stay: Stay, number: int) -> None:
        assert stay.signal is not None
        self.leave_lines(stay)
        stay.waiting = False
        stay.resource = number
        self.occupy(stay)
        self.clock.fire(stay.signal, True)

    def _start_closing(self, team: Team, stay: Stay) -> None:
        """Closing takes over the load of follow-up."""
        assert stay.signal is not None and stay.spec is not None
        team.closing_line.remove(stay.closing_key(), stay)
        self.stop_following(stay)
        team.load += stay.spec.closing_weight
        team.closings += 1
        stay.closing_start = self.clock.now
        self.clock.fire(stay.signal, True)

    def hope_for_home(self, stay: Stay) -> None:
        """In the reserv, but the case stands in the queues at home; eligible after a while."""
        spec = stay.asked_spec
        stay.in_reserve = True
        stay.eligible = False
        self.join(stay, spec.places)
        time = self.clock.now + (float(round_duration(spec.recall_earliest)) if spec.recall_earliest else 0.0)
        self.clock.at(time, Happening.ELIGIBLE, stay.case.key, stay.visit, lambda _: self._becomes_eligible(stay))

    def _becomes_eligible(self, stay: Stay) -> None:
        stay.eligible = True
        self.touch(*stay.lines)

    def _offer_home(self, stay: Stay, place: Place) -> None:
        """Hold the place during the notice, unless the stay ends within it."""
        spec = stay.asked_spec
        home = self.clock.now + (float(round_duration(spec.recall_notice)) if spec.recall_notice else 0.0)
        self.leave_lines(stay)
        if not stay.blocked and stay.end <= home:
            return
        place.held += spec.part
        place.holds.append(stay)
        stay.hold = place.number
        stay.holds_made += 1
        made = stay.holds_made
        self.clock.at(home, Happening.NOTICE, stay.case.key, stay.visit, lambda _: self._notice_over(stay, made))

    def _notice_over(self, stay: Stay, made: int) -> None:
        if stay.hold == NONE or stay.holds_made != made:
            return
        place = self.places[stay.hold]
        self.drop_hold(stay)
        self.vacate(stay)
        self.moved_home(stay, place)
        self.occupy(stay)

    def drop_hold(self, stay: Stay) -> None:
        place = self.places[stay.hold]
        place.held -= stay.asked_spec.part
        place.holds.remove(stay)
        stay.hold = NONE
        self.touch(place.number)

    def _plan_capacities(self) -> None:
        for number, resource in enumerate(self.network.resources):
            paths = [path for path in (resource.capacity, resource.closings) if path is not None]
            for time in sorted({t for path in paths for t in path.times if self.clock.now < t < self.network.end}):
                self.clock.at(time, Happening.CAPACITY, number, 0, partial(self._change_capacity, number))

    def _change_capacity(self, number: int, _: object) -> None:
        """Nobody is moved when capacity falls; offers that no longer fit are taken back, the newest first."""
        resource = self.network.resources[number]
        assert resource.capacity is not None
        capacity = int(resource.capacity.at(self.clock.now))
        if number in self.teams:
            assert resource.closings is not None
            self.teams[number].capacity = capacity
            self.teams[number].guaranteed = int(resource.closings.at(self.clock.now))
        else:
            place = self.places[number]
            place.capacity = capacity
            while place.holds and place.overbooked:
                stay = place.holds[-1]
                self.drop_hold(stay)
                self.join(stay, stay.asked_spec.places)
        self.touch(number)
