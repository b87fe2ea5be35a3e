"""A network as arrays of numbers, which is what compiled code can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.distributions import lognormal, mean
from sim.network import UNLIMITED, Network, Resource, Steg, Variant
from sim.paths import StepFunction
from sim.quantiles import with_table
from sim.shares import ShareTable

Records: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Keys: TypeAlias = NDArray[np.uint64]

ABSENT = -1
"""No parameters, no table, no record: what a number is when there is nothing."""

SPEC = np.dtype(
    [
        ("team", "i8"),
        ("weight", "i8"),
        ("places_at", "i8"),
        ("places_end", "i8"),
        ("part", "i8"),
        ("wait_limit", "f8"),
        ("reserve", "i8"),
        ("recall", "i8"),
        ("recall_earliest", "f8"),
        ("recall_notice", "f8"),
        ("recall_rank", "i8"),
        ("recall_new", "i8"),
        ("follow_team", "i8"),
        ("follow_weight", "i8"),
        ("closing_team", "i8"),
        ("closing_weight", "i8"),
        ("closing_time", "i8"),
        ("patience", "i8"),
        ("patience_next", "i8"),
        ("outcomes_at", "i8"),
        ("variants_at", "i8"),
        ("groups_at", "i8"),
        ("prices_at", "i8"),
        ("weight_length", "f8"),
        ("weight_price", "f8"),
        ("weight_home", "f8"),
        ("age_limit", "f8"),
        ("age_routing", "i8"),
    ]
)
"""A steg in an epoch, number epoch × stegs + steg."""

BY_GROUP = np.dtype([("home_share", "f8"), ("priority", "i8")])
OUTCOME = np.dtype([("closing", "i8"), ("stays", "i8")])
VARIANT = np.dtype([("shares", "i8"), ("ends_at", "i8")])
ENDING = np.dtype([("length", "i8"), ("mean", "f8"), ("routing", "i8")])
CHANGE = np.dtype([("time", "f8"), ("resource", "i8"), ("capacity", "i8"), ("guaranteed", "i8")])

RESOURCE = np.dtype(
    [
        ("is_team", "i8"),
        ("capacity", "i8"),
        ("used", "i8"),
        ("held", "i8"),
        ("guaranteed", "i8"),
        ("closings_first", "i8"),
        ("closings", "i8"),
        ("line", "i8"),
        ("closing_line", "i8"),
        ("newest_hold", "i8"),
        ("touched", "i8"),
    ]
)


class Flat(NamedTuple):
    """A network as arrays. A distribution p is `params[params_at[p]:params_at[p + 1]]`, and so for share tables."""

    begin: float
    end: float
    stegs: int
    resource_count: int
    steg_keys: Keys
    epochs: Floats
    specs: Records
    places: Ints
    groups: Records
    prices: Ints
    variant_numbers: Ints
    variants: Records
    endings: Records
    outcomes: Records
    tables_at: Ints
    cuts: Floats
    choices: Ints
    params_at: Ints
    params: Floats
    paces_at: Ints
    pace_times: Floats
    pace_values: Floats
    resources: Records
    changes: Records
    first_steg: Ints


def flatten(network: Network) -> Flat:
    return _Builder(network).flat()


class _Pieces:
    """Arrays of different lengths laid end to end; equal ones once."""

    def __init__(self) -> None:
        self.at = [0]
        self._parts: list[NDArray[np.float64]] = []
        self._known: dict[bytes, int] = {}

    def add(self, values: NDArray[np.float64]) -> int:
        name = values.tobytes()
        if name not in self._known:
            self._known[name] = len(self._parts)
            self._parts.append(values)
            self.at.append(self.at[-1] + len(values))
        return self._known[name]

    def whole(self) -> NDArray[np.float64]:
        return np.concatenate([*self._parts, np.empty(0)])


class _Builder:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.params = _Pieces()
        self.tables: dict[ShareTable, int] = {}
        self.places: list[int] = []
        self.groups: list[tuple[float, int]] = []
        self.prices: list[int] = []
        self.variant_numbers: list[int] = []
        self.variants: list[tuple[int, int]] = []
        self.endings: list[tuple[int, float, int]] = []
        self.outcomes: list[tuple[int, int]] = []

    def flat(self) -> Flat:
        network = self.network
        specs = [self._spec(steg) for stegs in network.steg for steg in stegs]
        tables = list(self.tables)
        paces = [((), ()) if path is None else (path.times, path.values) for path in network.pace]
        return Flat(
            begin=float(network.begin),
            end=float(network.end),
            stegs=len(network.steg_names),
            resource_count=len(network.resources),
            steg_keys=np.array(network.steg_keys, dtype=np.uint64),
            epochs=np.array(network.epochs, dtype=np.float64),
            specs=records(SPEC, specs),
            places=ints(self.places),
            groups=records(BY_GROUP, self.groups),
            prices=ints(self.prices),
            variant_numbers=ints(self.variant_numbers),
            variants=records(VARIANT, self.variants),
            endings=records(ENDING, self.endings),
            outcomes=records(OUTCOME, self.outcomes),
            tables_at=offsets(table.choices for table in tables),
            cuts=np.array([cut for table in tables for cut in (*table.cuts, 1.0)], dtype=np.float64),
            choices=ints([choice for table in tables for choice in table.choices]),
            params_at=ints(self.params.at),
            params=self.params.whole(),
            paces_at=offsets(times for times, _ in paces),
            pace_times=np.array([time for times, _ in paces for time in times], dtype=np.float64),
            pace_values=np.array([value for _, values in paces for value in values], dtype=np.float64),
            resources=records(RESOURCE, [_resource(resource, network.begin) for resource in network.resources]),
            changes=records(CHANGE, sorted(_changes(network.resources, network.begin, network.end))),
            first_steg=ints([inflow.first_steg for inflow in network.inflows]),
        )

    def _spec(self, steg: Steg) -> tuple[Any, ...]:
        named: dict[str, Any] = {
            "team": steg.team,
            "weight": steg.weight,
            "places_at": len(self.places),
            "places_end": len(self.places) + len(steg.places),
            "part": steg.part,
            "wait_limit": steg.wait_limit,
            "reserve": steg.reserve,
            "recall": steg.recall,
            "recall_earliest": steg.recall_earliest,
            "recall_notice": steg.recall_notice,
            "recall_rank": steg.recall_rank,
            "recall_new": steg.recall_new,
            "follow_team": steg.follow_team,
            "follow_weight": steg.follow_weight,
            "closing_team": steg.closing_team,
            "closing_weight": steg.closing_weight,
            "closing_time": self._distribution(steg.closing_time),
            "patience": self._distribution(steg.patience),
            "patience_next": steg.patience_next,
            "outcomes_at": len(self.outcomes),
            "variants_at": len(self.variant_numbers),
            "groups_at": len(self.groups),
            "prices_at": len(self.prices),
            "weight_length": steg.weight_length,
            "weight_price": steg.weight_price,
            "weight_home": steg.weight_home,
            "age_limit": steg.age_limit,
            "age_routing": self._table(steg.age_routing),
        }
        self.places += steg.places
        self.outcomes += [(outcome.closing, outcome.stays) for outcome in steg.outcomes]
        self.groups += zip(steg.home_share, steg.priority, strict=True)
        self.prices += [ABSENT if cv == 0 else self.params.add(lognormal(1.0, cv)) for cv in steg.price_cv]
        first = len(self.variants)
        self.variant_numbers += [first + number for row in steg.variant_number for number in row]
        self.variants += [self._variant(variant) for variant in steg.variants]
        return tuple(named[name] for name in SPEC.names or ())

    def _variant(self, variant: Variant) -> tuple[int, int]:
        ends_at = len(self.endings)
        self.endings += [
            (self._distribution(length), float(mean(length)), self._table(routing))
            for length, routing in zip(variant.lengths, variant.routings, strict=True)
        ]
        return self._table(variant.shares), ends_at

    def _distribution(self, params: NDArray[np.float64] | None) -> int:
        return ABSENT if params is None else self.params.add(with_table(params))

    def _table(self, table: ShareTable | None) -> int:
        return ABSENT if table is None else self.tables.setdefault(table, len(self.tables))


def _resource(resource: Resource, begin: float) -> tuple[int, ...]:
    named = dict.fromkeys(RESOURCE.names or (), 0) | {
        "is_team": int(resource.kind == "team"),
        "capacity": _at(resource.capacity, begin),
        "guaranteed": _at(resource.closings, begin),
        "closings_first": int(resource.closings_first),
        "line": ABSENT,
        "closing_line": ABSENT,
        "newest_hold": ABSENT,
    }
    return tuple(named.values())


def _at(path: StepFunction | None, time: float) -> int:
    return UNLIMITED if path is None else int(path.at(time))


def _changes(resources: Sequence[Resource], begin: float, end: float) -> Iterable[tuple[float, int, int, int]]:
    for number, resource in enumerate(resources):
        paths = [path for path in (resource.capacity, resource.closings) if path is not None]
        for time in {time for path in paths for time in path.times if begin < time < end}:
            yield time, number, _at(resource.capacity, time), _at(resource.closings, time)


def records(dtype: np.dtype[Any], rows: Sequence[tuple[Any, ...]]) -> Records:
    return np.array(rows, dtype=dtype)


def ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def offsets(parts: Iterable[Sequence[Any]]) -> Ints:
    return np.cumsum([0, *(len(part) for part in parts)])
