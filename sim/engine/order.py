"""The order of simultaneous events, the same in both engines."""

from __future__ import annotations

from enum import IntEnum


class Happening(IntEnum):
    """What happens at an instant, in this order (modell.md 6)."""

    CAPACITY = 1
    END = 2
    CLOSED = 3
    NOTICE = 4
    ELIGIBLE = 5
    LIMIT = 6
    PATIENCE = 7
    ARRIVAL = 8
