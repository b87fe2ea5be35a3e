"""Replications × scenarios on common random numbers: the same people and the same good and bad years in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import joblib
import numpy as np
import pandas as pd

from sim.build import build_network
from sim.calendars import Period, half_years, months, years
from sim.cases import draw_cases
from sim.config import Kommun, Scenario
from sim.costs import costs, to_years
from sim.engine import engine_named, run
from sim.errors import HemmaplanError
from sim.labels import LABELS
from sim.measures import measure
from sim.network import Network
from sim.periods import Floats, make_grid
from sim.ratios import dearest, ratios, within_budget
from sim.runs import Row, Run
from sim.scenario import Plan, make_plan

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
    motor: str = "simpy"
    arbetare: int = 0
    """Processes at work; 0 = one per core. Results do not depend on it."""


@dataclass(frozen=True)
class Replicate:
    """All measures of one replication of one scenario. `values` has shape (rows, periods)."""

    rows: tuple[Row, ...]
    periods: tuple[str, ...]
    values: Floats


@dataclass(frozen=True)
class StudyResult:
    """`matt` is long: scenario, replikation, period, verksamhet, matt, del, varde, enhet. `klara` of `begarda`."""

    study: Study
    plans: tuple[Plan, ...]
    matt: pd.DataFrame
    klara: int
    begarda: int


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
    return (make_plan(study.kommun), *(make_plan(study.kommun, scenario) for scenario in study.scenarios))


def replicate(plan: Plan, network: Network, seed: int, replication: int, engine: str) -> Replicate:
    """Simulate once and measure: months, calendar years, and the planning years together."""
    log = run(network, draw_cases(network, seed, replication), seed, replication, engine)
    return measured(Run(plan, network, log), seed, replication)


def measured(finished: Run, seed: int, replication: int) -> Replicate:
    """Every measure of a finished run: months, calendar years, the planning years together, and half-years."""
    start, end = finished.network.start, finished.network.end
    monthly, yearly, halves = months(start, end), years(start, end), half_years(start, end)
    periods = [*monthly, *yearly, *halves]
    grid = make_grid(periods, monthly)
    rows = measure(finished, periods, monthly)
    rows |= to_years(costs(finished, monthly, seed, replication), monthly, periods)
    rows |= ratios(rows) | within_budget(rows, grid) | dearest(finished, grid, monthly, (seed, replication))
    values = np.array(list(rows.values()))
    by_year = values[:, len(monthly) : len(monthly) + len(yearly)]
    adds_up = np.array([LABELS[matt].over_tid == "summa" for _, matt, _ in rows])
    planning = planning_label(yearly)
    together = np.where(adds_up[:, None], by_year[:, 1:].sum(axis=1, keepdims=True), np.nan)[:, : len(planning)]
    before = len(monthly) + len(yearly)
    labels = [period.label for period in periods]
    return Replicate(
        tuple(rows),
        (*labels[:before], *planning, *labels[before:]),
        np.concatenate([values[:, :before], together, values[:, before:]], axis=1),
    )


def planning_label(yearly: Sequence[Period]) -> list[str]:
    """The planning years as one period, "2019–2021"; nothing where there is only the basår."""
    return [f"{yearly[1].label}–{yearly[-1].label}"] if len(yearly) > 2 else []


def run_study(study: Study, progress: Progress = lambda done, total: None) -> StudyResult:
    """Simulate a study. An interrupt (Ctrl-C) keeps the replications that are finished in every scenario."""
    plans = plans_of(study)
    networks = [build_network(plan, study.slut) for plan in plans]
    tasks = [(number, replication) for replication in range(study.replikationer) for number in range(len(plans))]
    finished: dict[tuple[int, int], Replicate] = {}
    try:
        for task, result in _work(study, plans, networks, tasks):
            finished[task] = result
            progress(len(finished), len(tasks))
    except KeyboardInterrupt:
        if not any(all((number, r) in finished for number in range(len(plans))) for r in range(study.replikationer)):
            raise
    complete = [r for r in range(study.replikationer) if all((number, r) in finished for number in range(len(plans)))]
    table = pd.concat([long_table(plans[n].id, r, finished[n, r]) for n in range(len(plans)) for r in complete])
    return StudyResult(study, plans, table.reset_index(drop=True), len(complete), study.replikationer)


def _work(
    study: Study, plans: Sequence[Plan], networks: Sequence[Network], tasks: Sequence[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], Replicate]]:
    """Finished tasks in any order; which worker did what leaves no trace in them."""
    workers = study.arbetare or joblib.cpu_count()
    if workers == 1:
        for number, replication in tasks:
            yield (number, replication), replicate(plans[number], networks[number], study.fro, replication, study.motor)
        return
    jobs = (
        joblib.delayed(_task)(plans[number], networks[number], study.fro, replication, study.motor, number)
        for number, replication in tasks
    )
    yield from joblib.Parallel(n_jobs=workers, return_as="generator_unordered")(jobs)


def _task(
    plan: Plan, network: Network, seed: int, replication: int, engine: str, number: int
) -> tuple[tuple[int, int], Replicate]:
    return (number, replication), replicate(plan, network, seed, replication, engine)


def long_table(scenario: str, replication: int, result: Replicate) -> pd.DataFrame:
    """One replication as a tidy table, without the cells where there was nothing to measure."""
    rows, periods = len(result.rows), len(result.periods)
    areas, measures, parts = (
        np.repeat(np.array(column, dtype=object), periods) for column in zip(*result.rows, strict=True)
    )
    frame = pd.DataFrame(
        {
            "scenario": scenario,
            "replikation": replication,
            "period": np.tile(np.array(result.periods, dtype=object), rows),
            "verksamhet": areas,
            "matt": measures,
            "del": parts,
            "varde": result.values.ravel(),
            "enhet": np.repeat(np.array([LABELS[row[1]].enhet for row in result.rows], dtype=object), periods),
        }
    )
    return frame[frame["varde"].notna()]
