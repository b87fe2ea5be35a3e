"""Replications × scenarios on common random numbers: the same people and the same good and bad years in all."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import joblib

from sim.build import build_network
from sim.calendars import last_of_month
from sim.cases import draw_cases
from sim.config import Kommun, Scenario
from sim.engine import FASTEST, engine_named, is_ready, run
from sim.errors import HemmaplanError
from sim.form import Form, form_of
from sim.form import measured as measured
from sim.network import Network
from sim.scenario import Plan, make_plan
from sim.tables import Replicate, Table, table_of

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
    finished: dict[tuple[int, int], Replicate] = {}
    total = study.replikationer * len(plans)
    try:
        for number, found in _work(study, plans):
            finished |= {(number, replication): result for replication, result in found.items()}
            progress(len(finished), total)
    except KeyboardInterrupt:
        if not _complete(finished, len(plans), study.replikationer):
            raise
    complete = _complete(finished, len(plans), study.replikationer)
    tables = tuple(
        table_of(plan.id, {replication: finished.pop((number, replication)) for replication in complete})
        for number, plan in enumerate(plans)
    )
    return StudyResult(study, plans, tables, len(complete), study.replikationer)


def _compile(plan: Plan, study: Study) -> None:
    """Let the engine be compiled once, before the workers begin: by a month of nuläge."""
    network = build_network(plan, last_of_month(study.kommun.start))
    replicate(form_of(plan, network), network, study.fro, 0, study.motor)


def _complete(finished: Mapping[tuple[int, int], Replicate], plans: int, replications: int) -> list[int]:
    """The replications that are finished in every scenario."""
    return [r for r in range(replications) if all((number, r) in finished for number in range(plans))]


Found = tuple[int, dict[int, Replicate]]
"""The number of a scenario, and some of its replications."""


def _work(study: Study, plans: Sequence[Plan]) -> Iterator[Found]:
    """Finished replications in any order; which worker did what leaves no trace in them."""
    networks = [build_network(plan, study.slut) for plan in plans]
    scenarios = [(form_of(plan, network), network) for plan, network in zip(plans, networks, strict=True)]
    workers = study.arbetare or joblib.cpu_count()
    batches = _batches(study.replikationer, len(plans), workers)
    if workers == 1:
        for batch in batches:
            for number, scenario in enumerate(scenarios):
                yield _task(number, scenario, study.fro, batch, study.motor)
        return
    packed = [pickle.dumps((form, network.worked_out())) for form, network in scenarios]
    jobs = (
        joblib.delayed(_task)(number, packed[number], study.fro, batch, study.motor)
        for batch in batches
        for number in range(len(plans))
    )
    yield from joblib.Parallel(n_jobs=workers, return_as="generator_unordered")(jobs)


MOST_AT_ONCE = 10
"""Replications that a worker does before it reports."""


def _batches(replications: int, plans: int, workers: int) -> list[range]:
    """A worker gets several replications at a time, since sending it a scenario costs as much as simulating one."""
    size = 1 if workers == 1 else min(max(replications * plans // (8 * workers), 1), MOST_AT_ONCE)
    return [range(first, min(first + size, replications)) for first in range(0, replications, size)]


def _task(number: int, sent: bytes | tuple[Form, Network], seed: int, batch: range, engine: str) -> Found:
    form, network = pickle.loads(sent) if isinstance(sent, bytes) else sent
    return number, {replication: replicate(form, network, seed, replication, engine) for replication in batch}
