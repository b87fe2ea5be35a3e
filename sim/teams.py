"""Measures of a team: load, queue, closings, and how many cases and places there are for each årsarbetare."""

from __future__ import annotations

import numpy as np

from sim import config
from sim.build import at_epoch
from sim.intervals import excess_time, time_between
from sim.network import THOUSAND
from sim.paths import StepFunction, step_function
from sim.periods import Floats, Grid, ratio
from sim.runs import Ints, Rows, Run


def team_rows(run: Run, number: int, grid: Grid) -> Rows:
    log, network = run.log, run.network
    resource = network.resources[number]
    name = resource.name
    area = run.plan.epoker[0].kommun.resurser[name].verksamhet
    loads, own = run.loads, run.loads.of[number]
    starts, ends, weights = loads.starts[own], loads.ends[own], loads.weights[own]
    assert resource.capacity is not None
    limit = resource.capacity.arrays()
    capacity = _mean_of(resource.capacity, grid) / THOUSAND
    employed = _mean_of(_posts(run, name), grid)
    load = grid.mean(starts, ends, weights)
    asks = [steg for steg, spec in enumerate(network.steg[0]) if spec.team == number]
    waits = np.concatenate([waiting(run, steg) for steg in asks]) if asks else np.empty(0, dtype=np.int64)
    weights_asked = np.array([[steg.weight for steg in stegs] for stegs in network.steg]) / THOUSAND
    queue_weight = weights_asked[run.asked_in[waits], log.steg[waits]]
    queued = grid.mean(log.begaran[waits], run.served[waits], queue_weight)
    closing_here = np.array([steg.closing_team == number for steg in network.steg[0]])
    closes = closing_here[log.steg] & ~np.isnan(log.slut) & run.closing_asked
    closing_begun = np.where(np.isnan(log.avslut_start), run.left, log.avslut_start)[closes]
    over = excess_time(starts, ends, weights, (limit[0], limit[1] / THOUSAND), grid.edges)
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(capacity > 0, (load + queued) / capacity * employed, np.nan)
    rows = {
        (area, "arsarbetare", name): employed,
        (area, "arsarbetare_behov", name): needed,
        (area, "kapacitet_arenden", name): capacity,
        (area, "belastning_arenden", name): load,
        (area, "arenden_per_handlaggare", name): ratio(load, employed),
        (area, "ofordelade", name): grid.mean(log.begaran[waits], run.served[waits]),
        (area, "vantar_pa_avslut", name): grid.mean(log.slut[closes], closing_begun),
        (area, "overbelastning_arendedygn", name): grid.total(over),
    }
    return rows | _per_post(run, number, (area, name), employed, grid)


def _per_post(run: Run, number: int, key: tuple[str, str], employed: Floats, grid: Grid) -> Rows:
    """Unweighted: cases that the team has or follows up, and the places they have, for each årsarbetare."""
    area, name = key
    stegs = run.network.steg[0]
    served = [steg for steg, spec in enumerate(stegs) if number in (spec.team, spec.follow_team)]
    if not served:
        return {}
    here = np.concatenate([run.of_steg[steg] for steg in served])
    here = here[~np.isnan(run.log.start[here])]
    cases = grid.total(time_between(run.log.start[here], run.left[here], grid.edges)) / grid.days
    rows = {(area, "pagaende_per_handlaggare", name): ratio(cases, employed)}
    if any(stegs[steg].places for steg in served):
        kinds = np.array([resource.kind != "team" for resource in run.network.resources] + [False])
        placed = here[kinds[run.log.resurs[here]]]
        places = grid.mean(run.log.start[placed], run.left[placed], run.parts[placed])
        rows[area, "platser_per_handlaggare", name] = ratio(places, employed)
    return rows


def _posts(run: Run, name: str) -> StepFunction:
    def posts(time: float) -> float:
        team = at_epoch(run.plan.epoker, time).kommun.resurser[name]
        assert isinstance(team, config.Team)
        return team.arsarbetare

    return step_function((epoch.fran_dag for epoch in run.plan.epoker), posts)


def _mean_of(path: StepFunction, grid: Grid) -> Floats:
    times, values = path.arrays()
    before = np.concatenate([[0.0], np.cumsum(values[:-1] * np.diff(times))])
    piece = np.maximum(np.searchsorted(times, grid.edges, side="right") - 1, 0)
    return grid.total(np.diff(before[piece] + values[piece] * (grid.edges - times[piece]))) / grid.days


def waiting(run: Run, steg: int) -> Ints:
    """The records of those who wait, or waited, for the first part of a stay in a steg."""
    log, here = run.log, run.of_steg[steg]
    return np.asarray(here[(log.del_[here] == 0) & (run.served[here] > log.begaran[here])])
