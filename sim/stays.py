"""The visit log as what measures count: its columns, and what follows from each record alone or from its stay."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernel import kernel
from sim.network import Network
from sim.visits import HEMTAGEN, VisitLog

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Stays(NamedTuple):
    """One of each for every record of the log, in its order. Times in days; NaN = not yet, but for `left`, `served`.

    `left`: when it was left, the end of the run for who is still there. `served`: when the wait was over, at the start
    or when the queue was left, else the end of the run. `last`: no later part of the same stay follows. `to_close`: its
    outcome is to be closed, and this is the part in which that is done. `asked_in`, `began_in`: the epochs in which the
    stay was asked for and began (0 if it has not begun).
    """

    case: NDArray[np.uint64]
    group: Codes
    steg: Codes
    part: Codes
    asked: Floats
    start: Floats
    ended: Floats
    closing: Floats
    closed: Floats
    gone: Floats
    resource: Codes
    outcome: Codes
    target: Codes
    price: Floats
    flags: Codes
    left: Floats
    served: Floats
    last: Flags
    to_close: Flags
    asked_in: Ints
    began_in: Ints

    def of(self, chosen: Flags) -> Stays:
        columns: tuple[Any, ...] = self
        places = np.flatnonzero(chosen)
        return Stays(*(column.take(places) for column in columns))

    def with_others(self, others: Stays) -> Stays:
        """These and those of other cases together, in the order of a log of all of them."""
        order = np.argsort(np.concatenate([self.case, others.case]), kind="stable")
        pairs: Any = zip(self, others, strict=True)
        return Stays(*(np.concatenate(pair).take(order) for pair in pairs))


class Closings(NamedTuple):
    """What tells the epochs and closings of a network's stays: `closes` by steg and outcome, the last one unknown."""

    end: float
    epochs: Floats
    closes: Flags


def closings_of(network: Network) -> Closings:
    stegs = network.steg[0]
    closes = np.zeros((len(stegs), max(len(steg.outcomes) for steg in stegs) + 1), dtype=bool)
    for number, steg in enumerate(stegs):
        closes[number, : len(steg.outcomes)] = [outcome.closing for outcome in steg.outcomes]
    return Closings(float(network.end), np.array(network.epochs), closes)


def stays_of(log: VisitLog, closings: Closings) -> Stays:
    derived = _derived(
        *(log.fall, log.steg, log.besok, log.del_, log.begaran, log.start, log.slut, log.slappt),
        *(log.utfall, log.flaggor, closings),
    )
    return Stays(
        *(log.fall, log.malgrupp, log.steg, log.del_, log.begaran, log.start, log.slut, log.avslut_start),
        *(log.avslutad, log.slappt, log.resurs, log.utfall, log.nasta, log.prisfaktor, log.flaggor),
        *derived,
    )


@kernel
def _derived(
    case: NDArray[np.uint64],
    steg: Codes,
    visit: Codes,
    part: Codes,
    asked: Floats,
    start: Floats,
    ended: Floats,
    gone: Floats,
    outcome: Codes,
    flags: Codes,
    closings: Closings,
) -> tuple[Floats, Floats, Flags, Flags, Ints, Ints]:
    count = len(case)
    left, served = np.empty(count), np.empty(count)
    last, to_close = np.empty(count, dtype=np.bool_), np.empty(count, dtype=np.bool_)
    asked_in, began_in = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    for i in range(count):
        left[i] = closings.end if np.isnan(gone[i]) else gone[i]
        served[i] = left[i] if np.isnan(start[i]) else start[i]
        j = i + 1
        last[i] = not (
            j < count and part[j] > part[i] and case[j] == case[i] and steg[j] == steg[i] and visit[j] == visit[i]
        )
        ended_before = (flags[i] & HEMTAGEN) != 0 and ended[i] < start[i]
        to_close[i] = closings.closes[steg[i], max(outcome[i], -1)] and not ended_before
        asked_in[i] = _epoch(closings.epochs, asked[i])
        began_in[i] = _epoch(closings.epochs, start[i - part[i]])
    return left, served, last, to_close, asked_in, began_in


@kernel
def _epoch(epochs: Floats, time: float) -> int:
    found = 0
    while found + 1 < len(epochs) and epochs[found + 1] <= time:
        found += 1
    return found
