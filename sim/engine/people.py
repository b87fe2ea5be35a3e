"""Arrivals and stock of one replication as the arrays that the compiled engine reads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.cases import Cases
from sim.flat import Floats, Ints, Keys
from sim.network import NONE

STAY_UNDER_WAY, BLOCKED, QUEUED = range(3)
KINDS = {"stay": STAY_UNDER_WAY, "blocked": BLOCKED, "queue": QUEUED}
"""`stock_kind`."""


class People(NamedTuple):
    """Arrivals in order of time and key, and after them the stock at the start (`person_*` has both)."""

    seed: int
    replication: int
    arrival_time: Floats
    person_key: Keys
    person_family: Keys
    person_inflow: Ints
    person_group: Ints
    person_weight: Floats
    person_born: Floats
    stock_kind: Ints
    stock_steg: Ints
    stock_resource: Ints
    stock_target: Ints
    stock_home: Ints
    stock_outcome: Ints
    stock_length: Floats
    stock_elapsed: Floats


def people_of(cases: Cases, seed: int, replication: int) -> People:
    """Arrivals and stock of one replication as arrays."""
    arrivals, stocks = cases.arrivals, cases.present

    def every(column: str) -> Any:
        return np.concatenate([getattr(arrivals, column), *(getattr(present, column) for present in stocks)])

    def of_stock(value: Any) -> Ints:
        parts = [np.full(len(present.key), value(present.stock), dtype=np.int64) for present in stocks]
        return np.concatenate([*parts, np.empty(0, dtype=np.int64)])

    def drawn(column: str) -> Any:
        return np.concatenate([np.empty(0), *(getattr(present, column) for present in stocks)])

    key = every("key")
    from_stock = key[len(arrivals.key) :]
    index = [np.arange(len(present.key)) for present in stocks]
    return People(
        seed,
        replication,
        arrivals.time,
        key,
        np.concatenate([arrivals.family, from_stock]),
        np.concatenate([arrivals.inflow, np.full(len(from_stock), NONE)]),
        every("group"),
        every("weight"),
        every("born"),
        of_stock(lambda stock: KINDS[stock.kind]),
        of_stock(lambda stock: stock.steg),
        of_stock(lambda stock: stock.resource),
        of_stock(lambda stock: stock.target),
        (np.concatenate([*index, np.empty(0, dtype=np.int64)]) < of_stock(lambda stock: stock.home_possible)) * 1,
        drawn("outcome").astype(np.int64),
        drawn("length"),
        drawn("elapsed"),
    )
