"""Whoever pressed Ctrl-C is to have the prompt back soon: whether there is time to write what is finished."""

from __future__ import annotations

import math
import time

MEASURABLE = 0.02
"""Processor seconds after which the pace is known."""


class Hurry:
    """So many seconds from now; without any, as long as it needs."""

    def __init__(self, seconds: float = math.inf) -> None:
        self._seconds = seconds
        self._began, self._worked = time.monotonic(), time.process_time()

    @property
    def on(self) -> bool:
        return self._seconds < math.inf

    def allows(self, work: float) -> bool:
        """Whether there is time for so many processor seconds more, at the pace so far: others may use the machine."""
        gone, worked = time.monotonic() - self._began, time.process_time() - self._worked
        pace = max(gone / worked, 1.0) if worked > MEASURABLE else 1.0
        return gone + work * pace <= self._seconds
