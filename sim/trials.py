"""Trial kommuner and the published figures that they give, on the same people and years in every trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.balance import in_balance
from sim.config import Kommun
from sim.costs import ALL_AREAS
from sim.engine import FASTEST
from sim.errors import HemmaplanError
from sim.experiment import Study, run_study
from sim.parts import parts_of
from sim.reconcile import Line, in_document, samples_of
from sim.scenario import with_values
from sim.tables import Table

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bench:
    """What every trial has in common. Trials with the same `fro` see the same people."""

    kommun: Kommun
    lines: tuple[Line, ...]
    fro: int
    slut: date | None = None
    motor: str = FASTEST
    arbetare: int = 1
    jamvikt: tuple[str, ...] = ()
    """Verksamheter whose stock is set anew in each trial, as in the long run (`in_balance`)."""

    def samples(self, values: Mapping[str, float], replications: int, counterparts: Sequence[str] = ()) -> Floats:
        """Each figure in the document's terms in each possible year. Shape (replications, figures)."""
        kommun = in_balance(with_values(self.kommun, values, counterparts), self.jamvikt)
        study = Study(kommun, (), replications, self.fro, self.slut, self.motor, self.arbetare)
        return figure_samples(kommun, run_study(study).tables[0], self.lines)

    def means(self, values: Mapping[str, float], replications: int, counterparts: Sequence[str] = ()) -> Floats:
        return mean_of(self.samples(values, replications, counterparts))


def mean_of(samples: Floats) -> Floats:
    """Mean over replications, without the years in which there was nothing to measure."""
    return np.asarray(np.nanmean(samples, axis=0))


def covariance_of(samples: Floats) -> Floats:
    """Covariance of ln figure between possible years, to first order. Shape (figures, figures).

    That of the figure ÷ its mean, so that a year with none of it counts too.
    """
    known = ~np.isnan(samples)
    away = np.where(known, samples / mean_of(samples) - 1, 0.0)
    pairs = known.astype(np.float64).T @ known
    return np.asarray(away.T @ away / np.maximum(pairs - 1, 1))


def figure_samples(kommun: Kommun, table: Table, lines: Sequence[Line]) -> Floats:
    """What answers to each published figure, in its terms, in each replication. Shape (replications, figures)."""
    columns = []
    for line in lines:
        uppgift = line.uppgift
        values = samples_of(line, kommun, table)
        if values is None:
            what = f"{uppgift.verksamhet} {uppgift.matt} {uppgift.del_} {uppgift.period_in_model}"
            raise HemmaplanError(f"{uppgift.namn}: måttet {what} finns inte i körningen")
        columns.append([in_document(uppgift, value) for value in values])
    return np.array(columns, dtype=np.float64).T


NEXT_TO_NOTHING = 0.02


def log_ratio(found: Floats, base: Floats) -> Floats:
    """ln(found ÷ base); a figure that has gone through zero counts as nearly nothing left of it."""
    return np.asarray(np.log(np.maximum(found / base, NEXT_TO_NOTHING)))


def islands(kommun: Kommun, lines: Sequence[Line] = ()) -> dict[str, int]:
    """A number for each verksamhet; those with different numbers share no resource, and no figure of the lines."""
    parts = parts_of(kommun, [line.verksamheter for line in lines])
    return {area: number for number, part in enumerate(parts) for area in part}


EVERYWHERE = -1
"""The island of what touches several verksamheter that otherwise have nothing to do with each other."""


def island_of_paths(kommun: Kommun, paths: Sequence[str], area_island: Mapping[str, int]) -> int:
    """The island that the numbers at some paths touch."""
    touched = set()
    for path in paths:
        first, second = path.split(".")[:2]
        area = kommun.resurser[second].verksamhet if first == "resurser" else second
        touched.add(area_island.get(area, EVERYWHERE) if first != "drivare" else EVERYWHERE)
    return touched.pop() if len(touched) == 1 else EVERYWHERE


def island_of_line(line: Line, area_island: Mapping[str, int]) -> int:
    area = line.verksamheter[0] if line.verksamheter else line.uppgift.verksamhet
    return EVERYWHERE if area is None or area == ALL_AREAS else area_island[area]


@dataclass(frozen=True)
class Move:
    """Some numbers changed together, all in one island."""

    island: int
    values: Mapping[str, float]


def responses(
    bench: Bench, base: Mapping[str, float], moves: Sequence[Move], replications: int, counterparts: Sequence[str]
) -> Floats:
    """Means of all figures under each move, shape (moves, figures).

    Moves in islands that cannot touch each other are tried together; a figure of the whole kommun, or a move that
    touches everything, makes one island of them all.
    """
    area_island = islands(bench.kommun, bench.lines)
    of_line = [island_of_line(line, area_island) for line in bench.lines]
    together = EVERYWHERE in of_line or any(move.island == EVERYWHERE for move in moves)
    waiting: dict[int, list[int]] = {}
    for number, move in enumerate(moves):
        waiting.setdefault(0 if together else move.island, []).append(number)
    still = bench.means(base, replications, counterparts)
    found = np.tile(still, (len(moves), 1))
    for rank in range(max(map(len, waiting.values()), default=0)):
        batch = [numbers[rank] for numbers in waiting.values() if rank < len(numbers)]
        values = dict(base)
        for number in batch:
            values |= moves[number].values
        means = bench.means(values, replications, counterparts)
        for number in batch:
            mine = [together or island == moves[number].island for island in of_line]
            found[number, mine] = means[mine]
    return found


def with_seed(bench: Bench, seed: int) -> Bench:
    """The same, for other possible years."""
    return replace(bench, fro=seed)
