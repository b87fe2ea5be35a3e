"""The resource types of the SimPy engine: teams with weighted load, and places with a reserv and taking home.

SimPy's own resources grant each request by an event of its own, at the moment of the request. Here the order
in which queues are served is part of the model, so a resource only answers one question, `candidate`: who is the
next that can begin. The simulation starts one at a time, lowest resource first, until nothing moves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from sim.engine.stays import Stay


class Line:
    """A queue kept in the order of its entries' keys."""

    def __init__(self) -> None:
        self._keys: list[tuple[float, ...]] = []
        self._stays: list[Stay] = []

    def __len__(self) -> int:
        return len(self._stays)

    def __iter__(self) -> Iterator[Stay]:
        return iter(self._stays)

    def add(self, key: tuple[float, ...], stay: Stay) -> None:
        place = bisect_left(self._keys, key)
        self._keys.insert(place, key)
        self._stays.insert(place, stay)

    def remove(self, key: tuple[float, ...], stay: Stay) -> None:
        place = bisect_left(self._keys, key)
        while self._stays[place] is not stay:
            place += 1
        del self._keys[place], self._stays[place]


class Team:
    """Handläggare. `load` and `capacity` are thousandths of a case.

    A closing goes before new cases while fewer than `guaranteed` are under way; the rest do so where `closings_first`,
    and otherwise stand in one queue with new cases.
    """

    def __init__(self, number: int, capacity: int, guaranteed: int, closings_first: bool) -> None:
        self.number = number
        self.capacity = capacity
        self.guaranteed = guaranteed
        self.closings_first = closings_first
        self.load = 0
        self.closings = 0
        self.line = Line()
        self.closing_line = Line()

    def closing_candidate(self) -> Stay | None:
        """The first stay to be closed, if a guaranteed place is free, or if it is its turn and its load fits."""
        for stay in self.closing_line:
            assert stay.spec is not None
            own = stay.spec.follow_weight if stay.following and stay.spec.follow_team == self.number else 0
            fits = self._is_closings_turn() and self.load - own + stay.spec.closing_weight <= self.capacity
            return stay if fits or self.closings < self.guaranteed else None
        return None

    def candidate(self) -> Stay | None:
        """The first new case, if it is its turn and it fits. Nobody overtakes."""
        if self._is_closings_turn():
            return None
        for stay in self.line:
            return stay if self.load + stay.asked_spec.weight <= self.capacity else None
        return None

    def _is_closings_turn(self) -> bool:
        """The first stay to be closed goes before the first new case."""
        if not len(self.closing_line) or self.closings_first or not len(self.line):
            return bool(len(self.closing_line))
        return next(iter(self.closing_line)).closing_key() < next(iter(self.line)).line_key()


class Place:
    """Own or bought places. `capacity` is None where unlimited; an offered place is held during the notice."""

    def __init__(self, number: int, capacity: int | None) -> None:
        self.number = number
        self.capacity = capacity
        self.occupied = 0
        self.held = 0
        self.line = Line()
        self.holds: list[Stay] = []

    def has_room(self, part: int) -> bool:
        return self.capacity is None or self.occupied + self.held + part <= self.capacity

    @property
    def overbooked(self) -> bool:
        return self.capacity is not None and self.occupied + self.held > self.capacity

    def first(self) -> Stay | None:
        """First in line, passing over those in the reserv who may not come home yet."""
        return next((stay for stay in self.line if stay.eligible), None)

    def candidate(self) -> Stay | None:
        """The first in line, if there is room. Nobody overtakes."""
        stay = self.first()
        return stay if stay is not None and self.has_room(stay.asked_spec.part) else None
