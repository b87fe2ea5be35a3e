"""Visit log → measures for each period, by code that knows nothing of the engine.

A measure is a row (verksamhet, matt, del) with one value for each period; NaN where there is nothing to measure. What
is split by målgrupp, steg, utfall or nästa steg says so in its `del`: "bistand malgrupp=under_25".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim import config
from sim.benefits import benefit_rows
from sim.build import at_epoch
from sim.calendars import DAYS_PER_YEAR, Period
from sim.care import care_rows
from sim.intervals import count_at, per_day, time_between
from sim.network import EXIT, THOUSAND
from sim.periods import Floats, Grid, make_grid, ratio
from sim.runs import Ints, Rows, Run, persons, split
from sim.teams import team_rows, waiting
from sim.visits import ALDERSGRANS, AVHOPP, HEMTAGEN

LONG_STAY_DAYS = 730.0
"""Who has lived somewhere longer than this, two years, is counted apart."""


def measure(run: Run, periods: Sequence[Period], monthly: Sequence[Period]) -> Rows:
    """All measures but kronor, for periods made of whole months. `monthly` are the run's calendar months."""
    grid = make_grid(periods, monthly)
    rows: Rows = {}
    for number, resource in enumerate(run.network.resources):
        if resource.kind == "team":
            rows |= team_rows(run, number, grid)
        else:
            rows |= _place(run, number, grid)
    for steg in range(len(run.network.steg_names)):
        rows |= _steg(run, steg, grid)
    for area in sorted(run.plan.kommun.verksamheter):
        rows |= benefit_rows(run, area, grid)
    return rows | care_rows(run, grid)


def _place(run: Run, number: int, grid: Grid) -> Rows:
    log, network = run.log, run.network
    resource = network.resources[number]
    name = resource.name
    area = run.plan.epoker[0].kommun.resurser[name].verksamhet
    here = run.of_resource[number]
    start, left = log.start[here], run.left[here]
    taken = occupied_places(run, number)
    over = np.fmax(log.slut[here], np.fmax(log.avslutad[here], start))
    blocked = ~np.isnan(log.slut[here]) & (~run.closing_asked[here] | ~np.isnan(log.avslutad[here]))
    present, long = _at_end(start, left, grid), _at_end(start + LONG_STAY_DAYS, left, grid)
    rows: Rows = {
        (area, "varddygn", name): grid.daily(per_day(start, left, int(network.end))),
        (area, "arsplatser", name): grid.daily(taken) / grid.days,
        (area, "blockerade", name): grid.mean(over[blocked], left[blocked]),
        (area, "andel_bott_over_tva_ar", name): ratio(long, present),
    }
    rows |= _persons_rows(run, here, grid, (area, "placerade", name))
    users = [steg for steg, spec in enumerate(network.steg[0]) if number in (*spec.places, spec.reserve)]
    for steg in users if len(users) > 1 else ():
        mine = here[log.steg[here] == steg]
        dygn = per_day(log.start[mine], run.left[mine], int(network.end))
        rows[area, "varddygn", split(name, steg=run.steg_area(steg)[1])] = grid.daily(dygn)
    if resource.capacity is not None:
        available = place_days(run, number)
        rows[area, "platser", name] = grid.daily(available) / grid.days
        rows[area, "belaggning", name] = ratio(grid.daily(taken), grid.daily(available))
        rows[area, "tomdygn", name] = grid.daily(np.maximum(available - taken, 0))
        rows[area, "hemtagningar", name] = grid.count(start[log.has(HEMTAGEN)[here]])
    return rows


def _at_end(starts: Floats, ends: Floats, grid: Grid) -> Floats:
    """How many intervals [start, end) hold the end of each period; who is still there at the end of the run does."""
    still = np.where(ends >= grid.edges[-1], np.inf, ends)
    held = starts < still
    return count_at(starts[held], still[held], grid.ends)


def occupied_places(run: Run, number: int) -> Floats:
    """Places taken on each day of the run. Shape (days,)."""
    here = run.of_resource[number]
    return per_day(run.log.start[here], run.left[here], int(run.network.end), run.parts[here])


def place_days(run: Run, number: int) -> Floats:
    """Available places on each day of the run. Shape (days,)."""
    capacity = run.network.resources[number].capacity
    assert capacity is not None
    times, values = capacity.arrays()
    at = np.searchsorted(times, np.arange(int(run.network.end)), side="right") - 1
    return np.asarray(values[np.maximum(at, 0)] / THOUSAND)


def _persons_rows(run: Run, records: Ints, grid: Grid, row: tuple[str, str, str]) -> Rows:
    """Persons in the records, and the same by målgrupp where the verksamhet has several."""
    area, matt, part = row
    groups = run.groups_of(area)
    names = run.network.groups
    by_group = persons(run, records, grid, len(names) if groups else 0)
    rows: Rows = {row: by_group.sum(axis=0)}
    return rows | {(area, matt, split(part, malgrupp=names[group])): by_group[group] for group in groups}


def _steg(run: Run, number: int, grid: Grid) -> Rows:
    log = run.log
    area, name = run.steg_area(number)
    steg = run.plan.epoker[0].kommun.verksamheter[area].steg[name]
    here = run.of_steg[number]
    visits = here[log.del_[here] == 0]
    begun = here[~np.isnan(log.start[here])]
    gone = here[~np.isnan(log.slappt[here]) & ~log.has(AVHOPP)[here] & run.last_part[here]]
    rows: Rows = {
        (area, "begarda", name): grid.count(log.begaran[visits]),
        (area, "startade", name): grid.count(log.start[visits]),
        (area, "avslutade", name): grid.count(log.slappt[gone]),
        (area, "pagaende", name): grid.mean(log.start[begun], run.left[begun]),
    }
    rows |= _persons_rows(run, begun, grid, (area, "personer", name))
    rows |= _ending_rows(run, number, gone, grid)
    if steg.timmar is not None:
        rows[area, "timmar", name] = grid.total(hours(run, number, grid.edges))
    if steg.behov is not None:
        rows |= _queue(run, number, steg, visits, grid)
    if steg.frist is not None:
        done = visits[~np.isnan(log.slut[visits]) & (log.slut[visits] >= 0)]
        since = log.begaran if steg.frist.fran == "begaran" else log.start
        ended, times = log.slut[done], (log.slut - log.begaran)[done]
        within = ((log.slut - since)[done] <= steg.frist.dagar).astype(np.float64)
        rows[area, "utredningstid_medel", name] = grid.means(ended, times)
        rows[area, "utredningstid_median", name] = grid.quantiles(ended, times, (0.5,))[0]
        rows[area, "andel_inom_frist", name] = grid.means(ended, within)
    return rows


def _queue(run: Run, number: int, steg: config.Steg, visits: Ints, grid: Grid) -> Rows:
    log = run.log
    area, name = run.steg_area(number)
    begun = visits[log.start[visits] >= 0]
    times, waits = log.start[begun], (log.start - log.begaran)[begun]
    median, p90 = grid.quantiles(times, waits, (0.5, 0.9))
    queue = waiting(run, number)
    since, until = log.begaran[queue], run.served[queue]
    rows: Rows = {
        (area, "vantetid_medel", name): grid.means(times, waits),
        (area, "vantetid_median", name): median,
        (area, "vantetid_p90", name): p90,
        (area, "avhopp", name): grid.count(log.slappt[visits[log.has(AVHOPP)[visits]]]),
        (area, "ko", name): grid.mean(since, until),
    }
    if steg.ej_verkstallt_efter is not None:
        late = since + steg.ej_verkstallt_efter
        rows[area, "ej_verkstallda", name] = _at_end(late, until, grid)
        rows[area, "ej_verkstallda_nya", name] = grid.count(late[late < until])
    return rows


def _ending_rows(run: Run, number: int, gone: Ints, grid: Grid) -> Rows:
    """How stays ended and where they led, as shares of those that ended, for periods of half a year or more.

    Where a steg gives benefit, also by målgrupp.
    """
    log, network = run.log, run.network
    area, name = run.steg_area(number)
    steg = run.plan.kommun.verksamheter[area].steg[name]
    outcomes = list(network.outcome_names[number]) + [AGE] * (steg.till_alder is not None)
    by_age = log.has(ALDERSGRANS)[gone]
    outcome = np.where(by_age, len(outcomes) - 1, log.utfall[gone]).astype(np.int64)
    targets = [config.AVSLUT, *(other.split(".", 1)[1] for other in network.steg_names)]
    leads_to = {target for way in _ways_out(steg) for target in way}
    chosen = {"": np.ones(len(gone), dtype=bool)}
    if steg.bistand_kr_per_manad is not None:
        chosen |= {network.groups[group]: log.malgrupp[gone] == group for group in run.groups_of(area)}
    rows: Rows = {}
    for group, mine in chosen.items():
        by = {"malgrupp": group} if group else {}
        times = log.slappt[gone[mine]]
        if len(outcomes) > 1:
            shares = _shares(times, outcome[mine], len(outcomes), grid)
            rows |= {
                (area, "andel_utfall", split(name, utfall=way, **by)): shares[code] for code, way in enumerate(outcomes)
            }
        if len(leads_to) > 1:
            shares = _shares(times, log.nasta[gone[mine]].astype(np.int64) - EXIT, len(targets), grid)
            rows |= {
                (area, "andel_nasta", split(name, nasta=target, **by)): shares[code]
                for code, target in enumerate(targets)
                if target in leads_to and (code == 0 or run.steg_area(code - 1)[0] == area)
            }
    return rows


AGE = "aldersgrans"
"""The ending of those who reached the age limit of a steg, whatever outcome they had ahead of them."""


def _ways_out(steg: config.Steg) -> list[Mapping[str, float]]:
    """Every routing that stays in a steg can follow."""
    ways: list[Mapping[str, float]] = [steg.till_alder.nasta] if steg.till_alder else []
    for utfall in steg.utfall.values():
        others = (*utfall.malgrupper.values(), *utfall.resurser.values())
        ways += [utfall.nasta, *(other.nasta for other in others if other.nasta)]
    return ways


def _shares(times: Floats, codes: Ints, count: int, grid: Grid) -> Floats:
    """For each code below `count`, its share of the times in each period of half a year or more."""
    months = len(grid.edges) - 1
    at = np.searchsorted(grid.edges, times, side="right") - 1
    inside = (at >= 0) & (codes >= 0)
    table = np.bincount(codes[inside] * months + at[inside], minlength=count * months).reshape(count, months)
    totals = grid.total(table.astype(np.float64))
    return np.where(grid.long, ratio(totals, totals.sum(axis=0)), np.nan)


def hours(run: Run, number: int, edges: Floats) -> Floats:
    """Hours given in a steg between edges: days of stay × hours a month, by the hours in force from day to day."""
    area, name = run.steg_area(number)
    inner = [epoch.fran_dag for epoch in run.plan.epoker if edges[0] < epoch.fran_dag < edges[-1]]
    pieces = np.unique(np.concatenate([edges, inner]))
    here = run.of_steg[number]
    here = here[~np.isnan(run.log.start[here])]
    days = time_between(np.floor(run.log.start[here]), np.floor(run.left[here]), pieces)
    a_day = []
    for first in pieces[:-1].tolist():
        timmar = at_epoch(run.plan.epoker, first).kommun.verksamheter[area].steg[name].timmar
        a_day.append(timmar.per_manad * 12 / DAYS_PER_YEAR if timmar else 0.0)
    of_period = np.searchsorted(edges, pieces[:-1], side="right") - 1
    return np.bincount(of_period, weights=days * np.array(a_day), minlength=len(edges) - 1).astype(np.float64)
