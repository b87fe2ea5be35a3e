"""SimPy's environment with the model's order of simultaneous events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import simpy

from sim.engine.order import Happening

STARTED = -2
"""A case that was let in acts at once …"""
SERVE = -1
"""… and then the queues are served again, before anything else at that instant."""
OPENING = 1
"""After SimPy's own start of processes (priority 0), before any `Happening`."""


class Clock(simpy.Environment):
    """Days from the start of the run."""

    def at(
        self,
        time: float,
        what: Happening,
        key: int = 0,
        visit: int = 0,
        then: Callable[[Any], None] | None = None,
    ) -> simpy.Event:
        """An event at `time`; among simultaneous ones ordered by kind, then case key, then visit."""
        return self.plan(time, (what << 96) | (key << 32) | visit, then)

    def plan(self, time: float, priority: int, then: Callable[[Any], None] | None = None) -> simpy.Event:
        event = simpy.Event(self)
        event._ok = True
        event._value = None
        if then is not None and event.callbacks is not None:
            event.callbacks.append(then)
        self.schedule(event, priority=priority, delay=time - self.now)  # type: ignore[arg-type]
        return event

    def move_alarm(self, alarm: simpy.Event, time: float, what: Happening, key: int, visit: int) -> simpy.Event:
        """Let those who wait for `alarm` wait for a new moment instead."""
        later = self.at(time, what, key, visit)
        assert later.callbacks is not None
        assert alarm.callbacks is not None
        later.callbacks.extend(alarm.callbacks)
        alarm.callbacks.clear()
        return later

    def fire(self, event: simpy.Event, value: object) -> None:
        """Wake the process that waits for `event`, before the queues are served again."""
        event._ok = True
        event._value = value
        self.schedule(event, priority=STARTED)  # type: ignore[arg-type]
