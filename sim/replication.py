"""One replication in every scenario. What a scenario leaves as it is in nuläget is neither simulated nor counted again.

That changes no result, only the time: parts of a kommun have nothing to do with one another (`sim.parts`), and all
that is drawn for a case is a function of the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.book import Counted
from sim.build import build_networks
from sim.cases import Cases, draw_cases
from sim.engine import run
from sim.form import Form, form_of
from sim.network import Network
from sim.parts import Changed, changed
from sim.periods import Floats
from sim.scenario import Plan
from sim.stays import Stays, stays_of
from sim.visits import VisitLog


class Posed(NamedTuple):
    """A scenario ready to be simulated. `changed`: what is not as in nuläget, None where this is nuläget."""

    form: Form
    network: Network
    changed: Changed | None


def posed(plans: Sequence[Plan], end: date | None) -> list[Posed]:
    """Nuläge, which comes first, and scenarios, to the end of a day."""
    networks = build_networks(plans, end)
    made = [Posed(form_of(plan, network), network, None) for plan, network in zip(plans, networks, strict=True)]
    differing = (changed(plan, plans[0], each.network, networks[0]) for plan, each in zip(plans, made, strict=True))
    return [made[0], *(each._replace(changed=found) for each, found in list(zip(made, differing, strict=True))[1:])]


class _Nulage(NamedTuple):
    """Nuläget's finished replication, from which scenarios take what they have in common with it."""

    form: Form
    cases: Cases
    log: VisitLog
    stays: Stays
    counted: Counted


def replicated(scenarios: Sequence[Posed], seed: int, replication: int, engine: str) -> Iterator[Floats]:
    """Every measure in nuläget and then in each scenario, of shape (rows, periods), as they are finished."""
    form, network, _ = scenarios[0]
    cases = draw_cases(network, seed, replication)
    log = run(network, cases, seed, replication, engine)
    stays = stays_of(log, form.sheet.closings)
    base = _Nulage(form, cases, log, stays, form.sheet.count(stays, seed, replication))
    yield form.values(base.counted)
    for each in scenarios[1:]:
        yield _in_scenario(each, base, seed, replication, engine)


def _in_scenario(scenario: Posed, base: _Nulage, seed: int, replication: int, engine: str) -> Floats:
    form, network, differs = scenario
    assert differs is not None
    if differs.people:
        cases = draw_cases(network, seed, replication, differs.areas)
    else:
        cases = base.cases.within(network, differs.areas)
    log = run(network, cases, seed, replication, engine)
    stegs = np.array([network.area_of(steg) in differs.areas for steg in range(len(network.steg_names))])
    if not form.sheet.counts_as(base.form.sheet):
        whole = base.log.select(~stegs[base.log.steg]).with_others(log)
        return form.filled(whole, seed, replication).values
    stays, sheet = stays_of(log, form.sheet.closings), form.sheet
    counted = sheet.count(stays, seed, replication, _placements(stays, base, stegs))
    counted.take(
        base.counted, sheet.lines.owners, np.array([*(area not in differs.areas for area in sheet.areas), False])
    )
    return form.values(counted)


def _placements(stays: Stays, base: _Nulage, stegs: NDArray[np.bool_]) -> Stays:
    """Those of the parts that are simulated again, and those of the others."""
    dearest = base.form.sheet.dearest
    others = dearest.placements(base.stays) & ~stegs[base.stays.steg]
    return stays.of(dearest.placements(stays)).with_others(base.stays.of(others))
