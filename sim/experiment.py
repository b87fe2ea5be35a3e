"""Replications × scenarios on common random numbers: the same people and the same good and bad years in all."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.build import build_network
from sim.calendars import last_of_month
from sim.cases import draw_cases
from sim.config import Kommun, Scenario
from sim.engine import FASTEST, engine_named, is_ready, is_shareable, run
from sim.errors import HemmaplanError
from sim.form import Form, form_of
from sim.form import measured as measured
from sim.network import Network
from sim.periods import Floats
from sim.replication import Posed, posed, replicated
from sim.scenario import Plan, make_plan
from sim.tables import Replicate, Table, empty_table
from sim.uncertainty import Draws
from sim.workers import Shared, count_of

Progress = Callable[[int, int], None]
"""Called with (finished, all) runs."""


@dataclass(frozen=True)
class Study:
    """One question: a kommun, scenarios beside nuläge, a horizon, and how many possible futures to draw."""

    kommun: Kommun
    scenarios: tuple[Scenario, ...]
    replikationer: int = 40
    fro: int = 1
    slut: date | None = None
    motor: str = FASTEST
    arbetare: int = 0
    """Processes at work; 0 = one per core. Results do not depend on it."""
    osakerhet: Draws | None = None
    """Where given, each replication is of a kommun with its own draw of the assumptions, the same in every scenario."""
    forsta_replikation: int = 0
    """The number of the first: what more there is of a study that has been simulated in part."""

    def numbers(self) -> range:
        """Their numbers."""
        return range(self.forsta_replikation, self.forsta_replikation + self.replikationer)


@dataclass(frozen=True)
class StudyResult:
    """`tables`: nuläge first, then the scenarios; `klara` replications of `begarda`, the same ones in all."""

    study: Study
    plans: tuple[Plan, ...]
    tables: tuple[Table, ...]
    klara: int
    begarda: int

    def table(self, scenario: str) -> Table:
        return next(table for table in self.tables if table.scenario == scenario)


def plans_of(study: Study) -> tuple[Plan, ...]:
    """Nuläge first, then the scenarios in the order asked for. Raises HemmaplanError before anything is simulated."""
    ids = [scenario.id for scenario in study.scenarios]
    doubled = sorted({scenario_id for scenario_id in ids if ids.count(scenario_id) > 1})
    if doubled:
        raise HemmaplanError(f"scenarios: {', '.join(doubled)} står två gånger")
    if study.slut is not None and not study.kommun.start < study.slut <= study.kommun.slut:
        raise HemmaplanError(
            f"studie.slut = {study.slut}: ligger utanför körningen, {study.kommun.start} till {study.kommun.slut}"
        )
    engine_named(study.motor)
    base = make_plan(study.kommun)
    return (base, *(make_plan(study.kommun, scenario, base) for scenario in study.scenarios))


def replicate(form: Form, network: Network, seed: int, replication: int, engine: str) -> Replicate:
    """Simulate once and measure."""
    return form.filled(
        run(network, draw_cases(network, seed, replication), seed, replication, engine), seed, replication
    )


def run_study(study: Study, progress: Progress = lambda done, total: None) -> StudyResult:
    """Simulate a study. An interrupt (Ctrl-C) keeps the replications that are finished in every scenario."""
    plans = plans_of(study)
    if not is_ready(study.motor):
        _compile(plans[0], study)
    drawing = Drawing(plans, study.slut, study.osakerhet) if study.osakerhet else None
    asked = Asked(posed(plans, study.slut), drawing)
    tables = [
        empty_table(plan.id, study.numbers(), each.form.sheet.rows, each.form.periods)
        for plan, each in zip(plans, asked.scenarios, strict=True)
    ]
    finished = np.zeros((len(plans), study.replikationer), dtype=bool)
    try:
        for number, replication, values in _work(study, asked):
            place = replication - study.forsta_replikation
            tables[number].values[place] = values
            finished[number, place] = True
            progress(int(finished.sum()), finished.size)
    except KeyboardInterrupt:
        if not finished.all(axis=0).any():
            raise
    complete = (np.flatnonzero(finished.all(axis=0)) + study.forsta_replikation).tolist()
    return StudyResult(
        study, plans, tuple(table.kept(complete) for table in tables), len(complete), study.replikationer
    )


def workers_of(study: Study) -> int:
    """Processes at work: one alone where the others would each have to compile the engine."""
    return count_of(study.arbetare) if is_shareable(study.motor) else 1


def load_engine() -> None:
    """Load what a process needs to simulate: this module, and the engine."""
    engine_named(FASTEST)


def _compile(plan: Plan, study: Study) -> None:
    """Let the engine be compiled once, before the workers begin: by a month of nuläge."""
    network = build_network(plan, last_of_month(study.kommun.start))
    replicate(form_of(plan, network), network, study.fro, 0, study.motor)


class Drawing(NamedTuple):
    """Scenarios (nuläge first) whose every replication has its own draw of the assumptions."""

    plans: tuple[Plan, ...]
    slut: date | None
    uncertainty: Draws

    def own_plans(self, seed: int, replication: int) -> list[Plan]:
        """The scenarios as they act on the kommun of one replication."""
        base = make_plan(self.uncertainty.kommun(self.plans[0].kommun, seed, replication))
        return [base, *(make_plan(base.kommun, plan.scenario, base) for plan in self.plans[1:])]

    def posed(self, seed: int, replication: int) -> list[Posed]:
        return posed(self.own_plans(seed, replication), self.slut)


class Asked(NamedTuple):
    """The scenarios to be simulated, nuläge first, and how their assumptions are drawn, if they are."""

    scenarios: list[Posed]
    drawing: Drawing | None

    def measured(self, seed: int, replication: int, engine: str) -> Iterator[Floats]:
        """One replication in each scenario, of shape (rows, periods)."""
        if self.drawing is None:
            return replicated(self.scenarios, seed, replication, engine)
        drawn = self.drawing.posed(seed, replication)
        for own, written in zip(drawn, self.scenarios, strict=True):
            assert (own.form.sheet.rows, own.form.periods) == (written.form.sheet.rows, written.form.periods)
        return replicated(drawn, seed, replication, engine)

    def packed(self) -> bytes:
        """To be sent with every job. Scenarios have most in common, so it can be made several times smaller."""
        worked_out = [each._replace(network=each.network.worked_out()) for each in self.scenarios]
        return zlib.compress(pickle.dumps(self._replace(scenarios=worked_out)), 1)


Found = tuple[int, int, Floats]
"""The number of a scenario, that of a replication, and what was measured: (rows, periods)."""


def _work(study: Study, asked: Asked) -> Iterator[Found]:
    """Finished runs in any order; which process did what leaves no trace in them."""
    workers = workers_of(study)
    packed = asked.packed() if workers > 1 else b""

    def here(batch: range) -> Iterator[Found]:
        return _runs(asked, study.fro, batch, study.motor)

    def there(batch: range) -> tuple[object, ...]:
        return _run_elsewhere, packed, study.fro, batch, study.motor

    batches = _batches(study.numbers(), len(asked.scenarios), workers)
    shared: Shared[range, Found] = Shared(workers, batches, there)
    return shared.done(here)


MOST_AT_ONCE = 4
"""Runs that a process does before it reports, if one replication is not more."""


def _batches(replications: range, plans: int, workers: int) -> list[range]:
    """Replications to do at a time, each in every scenario: several only where they are sent to another process."""
    most = max(MOST_AT_ONCE // plans, 1)
    size = 1 if workers == 1 else min(max(len(replications) // (8 * workers), 1), most)
    return [replications[first : first + size] for first in range(0, len(replications), size)]


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> Asked:
    """Kept for the next batch: to unpack the scenarios takes as long as to simulate one of them."""
    asked: Asked = pickle.loads(zlib.decompress(packed))
    return asked


def _run_elsewhere(packed: bytes, seed: int, batch: range, engine: str) -> list[Found]:
    """In another process."""
    return list(_runs(_unpacked(packed), seed, batch, engine))


def _runs(asked: Asked, seed: int, batch: range, engine: str) -> Iterator[Found]:
    """A replication in every scenario, then the next one."""
    for replication in batch:
        for number, values in enumerate(asked.measured(seed, replication, engine)):
            yield number, replication, values
