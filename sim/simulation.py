"""One replication of a kommun as a library user meets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sim.build import build_network
from sim.cases import draw_cases
from sim.config import Kommun, Scenario
from sim.engine import FASTEST, run
from sim.experiment import measured
from sim.runs import Run
from sim.scenario import make_plan
from sim.tables import table_of
from sim.visits import VisitLog

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Flow:
    """A finished replication. `visits`: one row a stay; `matt`: long table of measures."""

    run: Run
    log: VisitLog
    visits: pd.DataFrame
    matt: pd.DataFrame


def simulate(
    kommun: Kommun,
    scenario: Scenario | None = None,
    seed: int = 1,
    replikation: int = 0,
    slut: str | date | None = None,
    engine: str = FASTEST,
) -> Flow:
    """Simulate one possible future of a kommun, with or without a scenario, through the whole of `slut`."""
    end = date.fromisoformat(slut) if isinstance(slut, str) else slut
    plan = make_plan(kommun, scenario)
    network = build_network(plan, end)
    log = run(network, draw_cases(network, seed, replikation), seed, replikation, engine)
    finished = Run(plan, network, log)
    table = table_of(plan.id, {replikation: measured(finished, seed, replikation)}).long()
    return Flow(finished, log, log.frame(network), table)
