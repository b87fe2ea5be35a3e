"""How the compiled engine keeps things: records in arrays, by number. The fields are those of `network` and `stays`."""

from __future__ import annotations

import numpy as np

_TIMES = ("requested", "start", "end", "unlimited_end", "closing_start", "closed")
_NUMBERS = (
    *("serial", "case", "steg", "visit", "asked_spec", "spec", "part", "resource", "began_in", "outcome", "target"),
    *(
        "flags",
        "nodes",
        "closing_node",
        "hold",
        "holds_made",
        "hold_before",
        "hold_after",
        "held",
        "alarm",
        "next_free",
    ),
)
_YES_OR_NO = (
    *("home_possible", "from_stock", "waiting", "in_reserve", "eligible", "blocked", "following"),
    "lines",
)

# As small as they can be: with many cases present, the engine's time is spent fetching records from memory.
STAY = np.dtype(
    [(name, "f8") for name in (*_TIMES, "price")]
    + [(name, "i4") for name in _NUMBERS]
    + [(name, "i1") for name in _YES_OR_NO],
    align=True,
)
"""`lines`: which queues the stay stands in, one of the constants below. `nodes`: its entries there, linked by
`of_stay`. `hold_before`, `hold_after`: the holds of a place, oldest first. `held`: the stay that keeps its place while
this one waits. `alarm`: which of its end events counts."""

CASE = np.dtype(
    [
        ("key", "u8"),
        ("family", "u8"),
        ("weight", "f8"),
        ("born", "f8"),
        ("inflow", "i4"),
        ("group", "i4"),
        ("next_free", "i4"),
    ],
    align=True,
)
NODE = np.dtype(
    [
        ("priority", "i8"),
        ("time", "f8"),
        ("key", "u8"),
        ("rank", "i4"),
        ("stay", "i4"),
        ("resource", "i4"),
        ("child", "i4"),
        ("before", "i4"),
        ("after", "i4"),
        ("of_stay", "i4"),
    ],
    align=True,
)
"""A stay's entry in a queue, which is a pairing heap; a free node is linked by `after`."""

EVENT = np.dtype(
    [
        ("time", "f8"),
        ("key", "u8"),
        ("visit", "i4"),
        ("stay", "i4"),
        ("serial", "i4"),
        ("token", "i4"),
        ("what", "i4"),
        ("next", "i4"),
    ]
)
"""`serial` and `token` say whether the event still counts. `next`: of the same day, or the next free event."""

NOWHERE, FOR_TEAM, AT_HOME, AT_RESERVE, EVERYWHERE = range(5)
"""The queues a stay can stand in: none, its team's, those of its places, of its reserv, of places and reserv."""


FINISHED, MORE_STAYS, MORE_CASES, MORE_NODES, MORE_EVENTS, MORE_LOG = range(6)
"""Why a run stops: it is over, or an array must grow before it can go on."""
