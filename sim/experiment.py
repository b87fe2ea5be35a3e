"""Replications × scenarios on common random numbers: the same people and the same good and bad years in all."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.build import build_network
from sim.calendars import last_of_month
from sim.cases import draw_cases
from sim.config import Kommun, Scenario
from sim.engine import FASTEST, engine_named, is_ready, is_shareable, run
from sim.errors import HemmaplanError
from sim.form import Form, form_of
from sim.form import measured as measured
from sim.garbage import uncollected
from sim.network import Network
from sim.periods import Floats
from sim.precision import Aim, planning_period
from sim.replication import Posed, posed, replicated
from sim.scenario import Plan, make_plan
from sim.stopping import FEWEST, Look, Rule
from sim.store import InMemory, Keeper, Kept
from sim.tables import Replicate, Table
from sim.uncertainty import Draws
from sim.workers import Crew, Local, Shared, count_of

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
    precision: tuple[Aim, ...] = ()
    """How sure the differences are to be. `replikationer` is then where looking begins, `hogst` where it ends."""
    hogst: int = 1000
    forsta_replikation: int = 0
    """The number of the first: what more there is of a study that has been simulated in part."""
    adress: str | None = None
    """Of a Dask cluster that does the work; else this machine does."""


@dataclass(frozen=True)
class StudyResult:
    """`tables`: nuläge first, then the scenarios; `klara` replications of `begarda`, the same ones in all.

    With a precision asked for, `begarda` is where the study ended, or as far as it meant to go when it was interrupted.
    """

    study: Study
    plans: tuple[Plan, ...]
    tables: tuple[Table, ...]
    klara: int
    begarda: int
    omstarter: int = 0
    """How often a process that shared the work was gone, and its part done again. The answer is the same."""

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


class Ready(NamedTuple):
    """A study made out: its plans, nuläge first, and each of them ready to be simulated."""

    study: Study
    plans: tuple[Plan, ...]
    scenarios: list[Posed]


def ready_of(study: Study) -> Ready:
    """Raises HemmaplanError, as `plans_of`."""
    plans = plans_of(study)
    with uncollected():
        return Ready(study, plans, posed(plans, study.slut))


def replicate(form: Form, network: Network, seed: int, replication: int, engine: str) -> Replicate:
    """Simulate once and measure."""
    return form.filled(
        run(network, draw_cases(network, seed, replication), seed, replication, engine), seed, replication
    )


def run_study(
    asked_for: Study | Ready, progress: Progress = lambda done, total: None, keeper: Keeper = InMemory
) -> StudyResult:
    """Simulate a study. An interrupt (Ctrl-C) keeps the replications that are finished in every scenario.

    `keeper` makes what finished replications are kept in; those that are in it already are not simulated again.
    """
    study, plans, scenarios = asked_for if isinstance(asked_for, Ready) else ready_of(asked_for)
    with _crew(study) as crew:
        if crew.helped and not is_ready(study.motor):
            _compile(plans[0], study)
        drawing = Drawing(plans, study.slut, study.osakerhet) if study.osakerhet else None
        with uncollected():
            asked = Asked(scenarios, drawing)
            packed = asked.packed() if crew.others else b""
        forms = [each.form for each in asked.scenarios]
        kept = keeper([(len(form.sheet.rows), len(form.periods)) for form in forms])
        wanted, first, restarts = study.replikationer, study.forsta_replikation, 0
        try:
            for wanted in _looks(study, forms, kept):
                kept.room_for(wanted)
                left = [first + int(place) for place in np.flatnonzero(~_whole(kept, wanted))]
                shared = _shared(study, asked, packed, left, crew)
                for number, replication, values in shared.done(partial(_runs, asked, study.fro, engine=study.motor)):
                    kept.put(number, replication - first, values)
                    progress(int(kept.finished()[:, :wanted].sum()), wanted * len(plans))
                restarts += shared.losses
        except KeyboardInterrupt:
            crew.end()
            if not _whole(kept, wanted).any():
                raise
    complete = [first + int(place) for place in np.flatnonzero(_whole(kept, wanted))]
    numbers = tuple(range(first, complete[-1] + 1))
    tables = (
        Table(plan.id, numbers, form.sheet.rows, form.periods, kept.values(number, len(numbers))).kept(complete)
        for number, (plan, form) in enumerate(zip(plans, forms, strict=True))
    )
    return StudyResult(study, plans, tuple(tables), len(complete), wanted, restarts)


def _whole(kept: Kept, count: int) -> NDArray[np.bool_]:
    """Which of the first so many replications are finished in every scenario."""
    return np.asarray(kept.finished()[:, :count].all(axis=0))


def _looks(study: Study, forms: Sequence[Form], kept: Kept) -> Iterator[int]:
    """How many replications there are to be, again and again until the differences are as sure as asked for.

    It looks at all replications up to a number and at none after, so which process did what leaves no trace.
    """
    if not study.precision or not study.scenarios:
        yield study.replikationer
        return
    first = max(study.replikationer, FEWEST)
    rule = Rule(tuple(aim.target for _ in study.scenarios for aim in study.precision), first, study.hogst)
    period = planning_period(forms[0].periods)
    look: Look | None = Look(first)
    while look is not None:
        yield look.replications
        values = [
            [aim.values(form.sheet.rows, period, kept.values(number, look.replications)) for aim in study.precision]
            for number, form in enumerate(forms)
        ]
        look = rule.after(
            look, [mine - base for each in values[1:] for mine, base in zip(each, values[0], strict=True)]
        )


@contextmanager
def _crew(study: Study) -> Iterator[Crew]:
    """Who does the work."""
    if study.adress is None:
        local = Local(workers_of(study))
        try:
            yield local
        except KeyboardInterrupt:
            local.end()
            raise
        return
    from sim.cluster import connected

    with connected(study.adress) as crew:
        yield crew


def workers_of(study: Study) -> int:
    """Processes at work: one alone where the others would each have to compile the engine."""
    return count_of(study.arbetare) if is_shareable(study.motor) else 1


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


def _shared(study: Study, asked: Asked, packed: bytes, left: Sequence[int], crew: Crew) -> Shared[Sequence[int], Found]:
    """The replications that are left, as work that processes share; which did what leaves no trace in what is found."""

    def there(batch: Sequence[int]) -> tuple[object, ...]:
        return _run_elsewhere, packed, study.fro, batch, study.motor

    return Shared(crew, _batches(left, len(asked.scenarios), crew), there)


MOST_AT_ONCE = 4
"""Runs that a process does before it reports, if one replication is not more."""


def _batches(left: Sequence[int], plans: int, crew: Crew) -> list[Sequence[int]]:
    """Replications to do at a time, each in every scenario: several only where they are sent to another process."""
    most = max(MOST_AT_ONCE // plans, 1)
    size = min(max(len(left) // (8 * (crew.others + 1)), 1), most) if crew.others else 1
    return [left[first : first + size] for first in range(0, len(left), size)]


@lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> Asked:
    """Kept for the next batch: to unpack the scenarios takes as long as to simulate one of them."""
    asked: Asked = pickle.loads(zlib.decompress(packed))
    return asked


def _run_elsewhere(packed: bytes, seed: int, batch: Sequence[int], engine: str) -> list[Found]:
    """In another process."""
    return list(_runs(_unpacked(packed), seed, batch, engine))


def _runs(asked: Asked, seed: int, batch: Sequence[int], engine: str) -> Iterator[Found]:
    """A replication in every scenario, then the next one."""
    for replication in batch:
        for number, values in enumerate(asked.measured(seed, replication, engine)):
            yield number, replication, values
