"""Visit log → measures for each period, by code that knows nothing of the engine.

A measure is a row (verksamhet, matt, del) with one value for each period; NaN where there is nothing to measure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim import config
from sim.benefits import benefit_rows, gives_benefit
from sim.build import at_epoch
from sim.calendars import DAYS_PER_YEAR, Period
from sim.intervals import count_at, count_between, excess_time, per_day, time_between
from sim.network import NONE, THOUSAND
from sim.paths import step_function
from sim.runs import Floats, Rows, Run, by_period, edges_of, epoch_numbers, statistic
from sim.visits import AVHOPP, HEMTAGEN


def measure(run: Run, periods: Sequence[Period], monthly: Sequence[Period]) -> Rows:
    """All measures but kronor, for periods that follow one another. `monthly` are the run's calendar months."""
    rows: Rows = {}
    for number, resource in enumerate(run.network.resources):
        if resource.kind == "team":
            rows |= _team(run, number, periods)
        else:
            rows |= _place(run, number, periods)
    for steg in range(len(run.network.steg_names)):
        rows |= _steg(run, steg, periods)
        if gives_benefit(run, steg):
            rows |= benefit_rows(run, steg, periods, monthly)
    for area in sorted(run.plan.kommun.verksamheter):
        rows |= _homeward(run, area, periods)
    return rows


def follow_up_intervals(run: Run, team: int) -> tuple[Floats, Floats, Floats]:
    """(start, end, weight) of all load on a team: cases, follow-up and closing."""
    log, network, left = run.log, run.network, run.left
    starts, ends, weights = ([np.empty(0)] for _ in range(3))

    def add(chosen: NDArray[np.bool_], first: Floats, last: Floats, weight: int) -> None:
        starts.append(first[chosen])
        ends.append(np.where(np.isnan(last), network.end, last)[chosen])
        weights.append(np.full(int(chosen.sum()), weight / THOUSAND))

    begun = ~np.isnan(log.start)
    asked = epoch_numbers(network, log.begaran)
    started = epoch_numbers(network, log.began)
    for epoch, stegs in enumerate(network.steg):
        for number, steg in enumerate(stegs):
            here = begun & (log.steg == number)
            if steg.team == team:
                add(here & (asked == epoch), log.start, left, steg.weight)
            now = here & (started == epoch)
            if steg.follow_team == team:
                first_closing = np.where(np.isnan(log.avslut_start), left, log.avslut_start)
                add(now, log.start, np.minimum(first_closing, left), steg.follow_weight)
                again = now & ~np.isnan(log.avslutad)
                add(again, np.fmax(log.avslutad, log.start), left, steg.follow_weight)
            if steg.closing_team == team:
                closing = now & ~np.isnan(log.avslut_start)
                closing &= ~(log.has(HEMTAGEN) & (log.avslutad <= log.start))
                add(closing, log.avslut_start, log.avslutad, steg.closing_weight)
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(weights)


def _team(run: Run, number: int, periods: Sequence[Period]) -> Rows:
    log, network = run.log, run.network
    resource = network.resources[number]
    epochs = run.plan.epoker
    area = epochs[0].kommun.resurser[resource.name].verksamhet
    edges = edges_of(periods)
    days = np.diff(edges)
    starts, ends, weights = follow_up_intervals(run, number) if len(log) else (np.empty(0),) * 3
    load = time_between(starts, ends, edges, weights) / days
    assert resource.capacity is not None
    limit = resource.capacity.arrays()
    capacity = np.array([resource.capacity.integral(p.first, p.last) for p in periods]) / THOUSAND / days

    def posts(time: float) -> float:
        team = at_epoch(epochs, time).kommun.resurser[resource.name]
        assert isinstance(team, config.Team)
        return team.arsarbetare

    employed_path = step_function((epoch.fran_dag for epoch in epochs), posts)
    employed = np.array([employed_path.integral(p.first, p.last) for p in periods]) / days
    waits = _waiting_intervals(run, np.array([steg.team == number for steg in network.steg[0]]))
    weights_asked = np.array([[steg.weight for steg in stegs] for stegs in network.steg]) / THOUSAND
    queue_weight = weights_asked[epoch_numbers(network, log.begaran), log.steg][waits[2]]
    waiting = time_between(waits[0], waits[1], edges) / days
    queued = time_between(waits[0], waits[1], edges, queue_weight) / days
    closing_here = np.array([steg.closing_team == number for steg in network.steg[0]])
    closes = closing_here[log.steg] & ~np.isnan(log.slut) & _closing_asked(run)
    closing_begun = np.where(np.isnan(log.avslut_start), run.left, log.avslut_start)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_post = np.where(employed > 0, load / employed, np.nan)
        needed = np.where(capacity > 0, (load + queued) / capacity * employed, np.nan)
    name = resource.name
    return {
        (area, "arsarbetare", name): employed,
        (area, "arsarbetare_behov", name): needed,
        (area, "kapacitet_arenden", name): capacity,
        (area, "belastning_arenden", name): load,
        (area, "arenden_per_handlaggare", name): per_post,
        (area, "ofordelade", name): waiting,
        (area, "vantar_pa_avslut", name): time_between(log.slut[closes], closing_begun[closes], edges) / days,
        (area, "overbelastning_arendedygn", name): excess_time(
            starts, ends, weights, (limit[0], limit[1] / THOUSAND), edges
        ),
    }


def _closing_asked(run: Run) -> NDArray[np.bool_]:
    """Stays whose outcome is to be closed, the last part of each."""
    closing = {
        (number, outcome)
        for number, steg in enumerate(run.network.steg[0])
        for outcome, ends in enumerate(steg.outcomes)
        if ends.closing
    }
    pairs = zip(run.log.steg.tolist(), run.log.utfall.tolist(), strict=True)
    asked = np.array([pair in closing for pair in pairs], dtype=bool)
    return asked & ~(run.log.has(HEMTAGEN) & (run.log.slut < run.log.start))


def _waiting_intervals(run: Run, stegs: NDArray[np.bool_]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """(from, to, chosen) of waiting for the first part of a stay in the chosen stegs."""
    log = run.log
    chosen = stegs[log.steg] & (log.del_ == 0)
    until = np.where(np.isnan(log.start), run.left, log.start)
    chosen &= until > log.begaran
    return log.begaran[chosen], until[chosen], chosen


def _place(run: Run, number: int, periods: Sequence[Period]) -> Rows:
    log, network = run.log, run.network
    resource = network.resources[number]
    area = run.plan.epoker[0].kommun.resurser[resource.name].verksamhet
    edges = edges_of(periods)
    here = log.resurs == number
    left = run.left
    occupied = per_day(log.start[here], left[here], int(network.end))
    dygn = _sum_days(occupied, edges)
    taken = per_day(log.start[here], left[here], int(network.end), run.parts[here])
    name = resource.name
    rows: Rows = {
        (area, "varddygn", name): dygn,
        (area, "arsplatser", name): _sum_days(taken, edges) / np.diff(edges),
    }
    over = np.fmax(log.slut, np.fmax(log.avslutad, log.start))
    blocked = here & ~np.isnan(log.slut) & (~_closing_asked(run) | ~np.isnan(log.avslutad))
    rows[area, "blockerade", name] = time_between(over[blocked], left[blocked], edges) / np.diff(edges)
    if resource.capacity is not None:
        available = place_days(run, number)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = _sum_days(taken, edges) / _sum_days(available, edges)
        rows[area, "belaggning", name] = np.where(np.isfinite(share), share, np.nan)
        rows[area, "tomdygn", name] = _sum_days(np.maximum(available - taken, 0), edges)
        moved = here & log.has(HEMTAGEN)
        rows[area, "hemtagningar", name] = count_between(log.start[moved], edges)
    return rows


def place_days(run: Run, number: int) -> Floats:
    """Available places on each day of the run. Shape (days,)."""
    capacity = run.network.resources[number].capacity
    assert capacity is not None
    times, values = capacity.arrays()
    at = np.searchsorted(times, np.arange(int(run.network.end)), side="right") - 1
    return np.asarray(values[np.maximum(at, 0)] / THOUSAND)


def _sum_days(daily: Floats, edges: Floats) -> Floats:
    cumulative = np.concatenate([[0.0], np.cumsum(daily)])
    return np.diff(cumulative[edges.astype(np.int64)])


def _steg(run: Run, number: int, periods: Sequence[Period]) -> Rows:
    log = run.log
    area, name = run.steg_area(number)
    edges = edges_of(periods)
    steg = run.plan.epoker[0].kommun.verksamheter[area].steg[name]
    first = (log.steg == number) & (log.del_ == 0)
    visits = log.select(first)
    last_left = _last_left(run, number)
    rows: Rows = {
        (area, "begarda", name): count_between(visits.begaran, edges),
        (area, "startade", name): count_between(visits.start, edges),
        (area, "avslutade", name): count_between(last_left, edges),
    }
    if steg.timmar is not None:
        rows[area, "timmar", name] = hours(run, number, edges)
    if steg.behov is not None:
        begun = ~np.isnan(visits.start) & (visits.start >= 0)
        waits = by_period(visits.start[begun], (visits.start - visits.begaran)[begun], edges)
        for what in ("medel", "median", "p90"):
            rows[area, f"vantetid_{what}", name] = statistic(waits, what)
        rows[area, "avhopp", name] = count_between(visits.slappt[visits.has(AVHOPP)], edges)
        waiting = _waiting_intervals(run, np.arange(len(run.network.steg_names)) == number)
        rows[area, "ko", name] = time_between(waiting[0], waiting[1], edges) / np.diff(edges)
        if steg.ej_verkstallt_efter is not None:
            late = waiting[0] + steg.ej_verkstallt_efter
            still = np.isnan(log.start) & np.isnan(log.slappt)
            until = np.where(still[waiting[2]], np.inf, waiting[1])
            rows[area, "ej_verkstallda", name] = count_at(late[late < until], until[late < until], edges[1:])
            rows[area, "ej_verkstallda_nya", name] = count_between(late[late < waiting[1]], edges)
    if steg.frist is not None:
        done = ~np.isnan(visits.slut) & (visits.slut >= 0)
        since = visits.begaran if steg.frist.fran == "begaran" else visits.start
        times = by_period(visits.slut[done], (visits.slut - since)[done], edges)
        from_request = by_period(visits.slut[done], (visits.slut - visits.begaran)[done], edges)
        rows[area, "utredningstid_medel", name] = statistic(from_request, "medel")
        rows[area, "utredningstid_median", name] = statistic(from_request, "median")
        limit = steg.frist.dagar
        rows[area, "andel_inom_frist", name] = np.array(
            [float(np.mean(group <= limit)) if len(group) else np.nan for group in times]
        )
    return rows


def _last_left(run: Run, number: int) -> Floats:
    """When stays that had begun were left for good (not when they moved home, not when they withdrew)."""
    log = run.log
    here = (log.steg == number) & ~np.isnan(log.slappt) & ~log.has(AVHOPP) & log.last_part
    return np.asarray(log.slappt[here])


def _homeward(run: Run, area: str, periods: Sequence[Period]) -> Rows:
    """How much of the care is given at home (own places) and how much is bought, in one verksamhet."""
    log, network = run.log, run.network
    kommun = run.plan.kommun
    kinds = [_kind_of_care(kommun.resurser[r.name], area) for r in network.resources]
    own = np.array([*(kind == "boende" for kind in kinds), False])[log.resurs]
    bought = np.array([*(kind == "extern" for kind in kinds), False])[log.resurs]
    if "boende" not in kinds and "extern" not in kinds:
        return {}
    edges = edges_of(periods)
    left, days = run.left, int(network.end)
    at_home = _sum_days(per_day(log.start[own], left[own], days), edges)
    outside = _sum_days(per_day(log.start[bought], left[bought], days), edges)
    decided = (log.del_ == 0) & (log.resurs != NONE)
    home_starts = count_between(log.start[own & decided], edges)
    all_starts = count_between(log.start[(own | bought) & decided], edges)
    persons = np.full(len(periods), np.nan)
    for index, period in enumerate(periods):
        there = (np.floor(log.start) < period.last) & (np.floor(left) > period.first)
        placed = np.unique(log.fall[there & (own | bought)])
        away = np.unique(log.fall[there & bought])
        persons[index] = 1 - len(away) / len(placed) if len(placed) else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        share = at_home / (at_home + outside)
        decisions = home_starts / all_starts
    return {
        (area, "varddygn_intern", ""): at_home,
        (area, "varddygn_extern", ""): outside,
        (area, "andel_hemmaplan_dygn", ""): share,
        (area, "andel_hemmaplan_beslut", ""): decisions,
        (area, "andel_hemmaplan_personer", ""): persons,
    }


def _kind_of_care(resurs: config.Resurs, area: str) -> str:
    if resurs.verksamhet != area or (isinstance(resurs, config.Boende) and not resurs.vardplats):
        return ""
    return resurs.typ


def hours(run: Run, number: int, edges: Floats) -> Floats:
    """Hours given in a steg between edges: days of stay × hours a month, by the hours in force from day to day."""
    area, name = run.steg_area(number)
    inner = [epoch.fran_dag for epoch in run.plan.epoker if edges[0] < epoch.fran_dag < edges[-1]]
    pieces = np.unique(np.concatenate([edges, inner]))
    here = (run.log.steg == number) & ~np.isnan(run.log.start)
    days = time_between(np.floor(run.log.start[here]), np.floor(run.left[here]), pieces)
    a_day = []
    for first in pieces[:-1].tolist():
        timmar = at_epoch(run.plan.epoker, first).kommun.verksamheter[area].steg[name].timmar
        a_day.append(timmar.per_manad * 12 / DAYS_PER_YEAR if timmar else 0.0)
    of_period = np.searchsorted(edges, pieces[:-1], side="right") - 1
    return np.bincount(of_period, weights=days * np.array(a_day), minlength=len(edges) - 1).astype(np.float64)
