"""The visit log: one record per stay, the only thing an engine returns and all that measures and costs read."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.kernel import fetch_ahead, kernel
from sim.network import Network

if TYPE_CHECKING:
    import pandas as pd

RESERV, EJ_HEMMAMOJLIG, HEMTAGEN, AVHOPP, CENSURERAD, FRAN_NULAGE, ALDERSGRANS = 1, 2, 4, 8, 16, 32, 64
"""Flags of a record: in the reserv; cannot be helped at home; second part after hemtagning; left the queue;
still under way at the end of the run; was there at the start; ended by an age limit."""
UNKNOWN = -2
"""Routing target or outcome not yet decided."""


@dataclass(frozen=True)
class VisitLog:
    """One record a stay, sorted by (fall, steg, besok, del). Arrays of shape (stays,). Times in days, NaN = not yet.

    A stay asks (`begaran`), starts, has its time up (`slut`), begins to be closed (`avslut_start`), is closed
    (`avslutad`) and leaves (`slappt`). A stay moved home from a reserv is two records with `del` 0 and 1.
    """

    fall: NDArray[np.uint64]
    inflode: NDArray[np.int32]
    malgrupp: NDArray[np.int32]
    steg: NDArray[np.int32]
    besok: NDArray[np.int32]
    del_: NDArray[np.int32]
    begaran: NDArray[np.float64]
    start: NDArray[np.float64]
    slut: NDArray[np.float64]
    avslut_start: NDArray[np.float64]
    avslutad: NDArray[np.float64]
    slappt: NDArray[np.float64]
    resurs: NDArray[np.int32]
    utfall: NDArray[np.int32]
    nasta: NDArray[np.int32]
    prisfaktor: NDArray[np.float64]
    tyngd: NDArray[np.float64]
    flaggor: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.fall)

    def has(self, flag: int) -> NDArray[np.bool_]:
        return np.asarray((self.flaggor & flag) != 0)

    @property
    def began(self) -> NDArray[np.float64]:
        """When the stay that a record belongs to began: for a part at home, when it began in the reserv."""
        return np.asarray(self.start[np.arange(len(self)) - self.del_])

    @property
    def last_part(self) -> NDArray[np.bool_]:
        """Records that no later part of the same stay follows."""
        followed = np.zeros(len(self), dtype=bool)
        followed[:-1] = self.del_[1:] > self.del_[:-1]
        for column in (self.fall, self.steg, self.besok):
            followed[:-1] &= column[1:] == column[:-1]
        return ~followed

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> VisitLog:
        return VisitLog(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def with_others(self, others: VisitLog) -> VisitLog:
        """This log and one of other cases as one, in the canonical order."""
        order = np.argsort(np.concatenate([self.fall, others.fall]), kind="stable")
        both = {field.name: (getattr(self, field.name), getattr(others, field.name)) for field in fields(self)}
        return VisitLog(**{name: np.concatenate(pair).take(order) for name, pair in both.items()})

    def from_day_0(self) -> VisitLog:
        """The log without stays that were over before day 0; stays asked for before it are flagged as from nuläge."""
        before = self.begaran < 0
        flagged = replace(self, flaggor=self.flaggor | np.where(before, FRAN_NULAGE, 0).astype(np.int32))
        first_part = np.arange(len(self)) - self.del_
        lasts = np.zeros(len(self), dtype=bool)
        np.logical_or.at(lasts, first_part, ~(self.slappt < 0))
        return flagged.select(lasts[first_part])

    def frame(self, network: Network) -> pd.DataFrame:
        """The log with names instead of numbers. Keys of cases are running numbers within the run."""
        import pandas as pd

        resources = np.array([resource.name for resource in network.resources] + [""], dtype=object)
        stegs = np.array([*network.steg_names, "?", "avslut"], dtype=object)
        inflows = np.array([inflow.name for inflow in network.inflows] + ["nulage"], dtype=object)
        outcomes = [
            "" if outcome < 0 else network.outcome_names[steg][outcome]
            for steg, outcome in zip(self.steg.tolist(), self.utfall.tolist(), strict=True)
        ]
        return pd.DataFrame(
            {
                "fall": np.unique(self.fall, return_inverse=True)[1],
                "inflode": inflows[self.inflode],
                "malgrupp": np.array(network.groups, dtype=object)[self.malgrupp],
                "steg": stegs[self.steg],
                "besok": self.besok,
                "del": self.del_,
                "begaran": self.begaran,
                "start": self.start,
                "slut": self.slut,
                "avslut_start": self.avslut_start,
                "avslutad": self.avslutad,
                "slappt": self.slappt,
                "resurs": resources[self.resurs],
                "utfall": outcomes,
                "nasta": stegs[self.nasta],
                "prisfaktor": self.prisfaktor,
                "tyngd": self.tyngd,
                "reserv": self.has(RESERV),
                "ej_hemmamojlig": self.has(EJ_HEMMAMOJLIG),
                "hemtagen": self.has(HEMTAGEN),
                "avhopp": self.has(AVHOPP),
                "censurerad": self.has(CENSURERAD),
                "fran_nulage": self.has(FRAN_NULAGE),
                "aldersgrans": self.has(ALDERSGRANS),
            }
        )


Record = tuple[int, int, int, int, int, int, float, float, float, float, float, float, int, int, int, float, float, int]


_VALUES, _NUMBERS = 8, 9
RECORD = np.dtype([("key", "u8"), ("values", "f8", (_VALUES,)), ("numbers", "i4", (_NUMBERS,))], align=True)
"""A record as it is written: what is of one type in the order of the columns of `VisitLog`."""


def visit_log(records: list[Record]) -> VisitLog:
    """Records in any order as a log in the canonical order."""
    rows = np.empty(len(records), RECORD)
    kinds = [str(field.type) for field in fields(VisitLog)]
    for name, kind in (("key", "uint64"), ("values", "float64"), ("numbers", "int32")):
        chosen = [column for column, of in enumerate(kinds) if kind in of]
        found = np.array([[record[column] for column in chosen] for record in records], dtype=kind)
        rows[name] = found.reshape(rows[name].shape)
    return sorted_log(rows)


def sorted_log(rows: NDArray[Any]) -> VisitLog:
    """As `visit_log`, from an array of `RECORD`."""
    key, values, numbers = _in_order(np.argsort(rows["key"]), rows["key"], rows["values"], rows["numbers"])
    columns = {"uint64": iter([key]), "float64": iter(values), "int32": iter(numbers)}
    named: dict[str, Any] = {
        field.name: next(column for kind, column in columns.items() if kind in str(field.type))
        for field in fields(VisitLog)
    }
    return VisitLog(**{name: next(column) for name, column in named.items()})


_AHEAD = 16
"""So many records before its turn a record is fetched."""
_STEG, _VISIT, _PART = 2, 3, 4
"""Places in `numbers`."""


@kernel
def _in_order(
    order: NDArray[np.int64], key: NDArray[np.uint64], values: NDArray[np.float64], numbers: NDArray[np.int32]
) -> tuple[NDArray[np.uint64], NDArray[np.float64], NDArray[np.int32]]:
    """Columns in the canonical order, given the order of the keys: key (records,), values (8, records), numbers (9,
    records). A case at a time, since a record lies together: column by column it would be fetched 18 times. How many
    columns there are is said in constants, which makes it two or three times as quick."""
    count = len(order)
    keys, ranks = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.int64)
    floats, ints = np.empty((_VALUES, count)), np.empty((_NUMBERS, count), dtype=np.int32)
    first = after = 0
    beginning, size = key.ctypes.data, key.strides[0]
    while first < count:
        while after < count and key[order[after]] == key[order[first]]:
            if after + _AHEAD < count:
                soon = beginning + order[after + _AHEAD] * size
                fetch_ahead(soon)
                fetch_ahead(soon + 64)
            new, place = order[after], after
            rank = (np.int64(numbers[new, _STEG]) << 40) + (np.int64(numbers[new, _VISIT]) << 8) + numbers[new, _PART]
            while place > first and ranks[place - 1] > rank:  # a case has few records: insertion
                order[place], ranks[place] = order[place - 1], ranks[place - 1]
                place -= 1
            order[place], ranks[place] = new, rank
            after += 1
        for at in range(first, after):
            row = order[at]
            keys[at] = key[row]
            for column in range(_VALUES):
                floats[column, at] = values[row, column]
            for column in range(_NUMBERS):
                ints[column, at] = numbers[row, column]
        first = after
    return keys, floats, ints
