"""How the compiled engine keeps things: records in arrays, by number. The fields are those of `network` and `stays`."""

from __future__ import annotations

import numpy as np

STAY = np.dtype(
    [
        ("serial", "i8"),
        ("case", "i8"),
        ("steg", "i8"),
        ("visit", "i8"),
        ("asked_spec", "i8"),
        ("spec", "i8"),
        ("part", "i8"),
        ("requested", "f8"),
        ("start", "f8"),
        ("end", "f8"),
        ("unlimited_end", "f8"),
        ("closing_start", "f8"),
        ("closed", "f8"),
        ("resource", "i8"),
        ("began_in", "i8"),
        ("outcome", "i8"),
        ("target", "i8"),
        ("price", "f8"),
        ("flags", "i8"),
        ("home_possible", "i1"),
        ("from_stock", "i1"),
        ("waiting", "i1"),
        ("in_reserve", "i1"),
        ("eligible", "i1"),
        ("blocked", "i1"),
        ("following", "i1"),
        ("lines", "i1"),
        ("nodes", "i8"),
        ("closing_node", "i8"),
        ("hold", "i8"),
        ("holds_made", "i8"),
        ("hold_before", "i8"),
        ("hold_after", "i8"),
        ("held", "i8"),
        ("alarm", "i8"),
        ("next_free", "i8"),
    ],
    align=True,
)
"""`lines`: which queues the stay stands in, one of the constants below. `nodes`: its entries there, linked by
`of_stay`. `hold_before`, `hold_after`: the holds of a place, oldest first. `held`: the stay that keeps its place while
this one waits. `alarm`: which of its end events counts."""

CASE = np.dtype(
    [
        ("key", "u8"),
        ("family", "u8"),
        ("inflow", "i8"),
        ("group", "i8"),
        ("weight", "f8"),
        ("born", "f8"),
        ("next_free", "i8"),
    ]
)
NODE = np.dtype(
    [
        ("stay", "i8"),
        ("resource", "i8"),
        ("rank", "i8"),
        ("priority", "i8"),
        ("time", "f8"),
        ("key", "u8"),
        ("child", "i8"),
        ("before", "i8"),
        ("after", "i8"),
        ("of_stay", "i8"),
    ]
)
"""A stay's entry in a queue, which is a pairing heap; a free node is linked by `after`."""

EVENT = np.dtype([("what", "i8"), ("key", "u8"), ("visit", "i8"), ("stay", "i8"), ("serial", "i8"), ("token", "i8")])
"""`serial` and `token` say whether the event still counts; a free event is linked by `stay`."""

NOWHERE, FOR_TEAM, AT_HOME, AT_RESERVE, EVERYWHERE = range(5)
"""The queues a stay can stand in: none, its team's, those of its places, of its reserv, of places and reserv."""


FINISHED, MORE_STAYS, MORE_CASES, MORE_NODES, MORE_EVENTS, MORE_LOG = range(6)
"""Why a run stops: it is over, or an array must grow before it can go on."""
