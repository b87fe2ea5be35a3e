"""Kronor by period, verksamhet and kostnadsslag, in whole öre: months sum to years and types to totals exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim import config
from sim.benefits import benefit_stegs, months_of, paid_records
from sim.build import at_epoch
from sim.calendars import DAYS_PER_YEAR, Period, day_number, days_in_year
from sim.care import ALL_AREAS as ALL_AREAS
from sim.effects import price_effects
from sim.intervals import time_between
from sim.measures import hours, occupied_places, place_days
from sim.periods import Floats, edges_of, make_grid
from sim.runs import Rows, Run, split

ORE = 100.0


def costs(run: Run, monthly: Sequence[Period], seed: int, replication: int) -> Rows:
    """Kronor per calendar month: `kostnad` by kostnadsslag, `nettokostnad`, `budget`, `avvikelse`, and their parts.

    Every line is rounded to whole öre before it is summed, each resource and each målgrupp's benefit too.
    """
    areas = sorted(run.plan.kommun.verksamheter)
    parts = whole_ore(_by_resource(run, monthly, seed, replication) | _benefits(run, monthly))
    rows: Rows = {}
    for area in areas:
        rows |= _of_area(run, area, monthly, parts)
    for _, matt, part in list(rows):
        of_all = [rows[area, matt, part] for area in areas if (area, matt, part) in rows]
        rows[ALL_AREAS, matt, part] = np.round(sum(np.round(values * ORE) for values in of_all)) / ORE
    return rows | parts


def whole_ore(rows: Rows) -> Rows:
    return {row: np.round(values * ORE) / ORE for row, values in rows.items()}


def _of_area(run: Run, area: str, monthly: Sequence[Period], parts: Rows) -> Rows:
    """Sums of a verksamhet, and of its resources that are care."""
    kommun = run.plan.kommun
    none = np.zeros(len(monthly))
    rows: Rows = {}
    total, compared, budget = none.copy(), none.copy(), none.copy()
    budgeted = kommun.verksamheter[area].budget_tkr
    for line, amounts in _lines(kommun, area):
        whole = np.round(amounts(run, area, monthly, parts) * ORE)
        total += whole
        rows[area, "kostnad", line] = whole / ORE
        if line in budgeted:
            compared += whole
            budget += np.round(_budget(run, area, line, monthly) * ORE)
    own, bought = _resources(run, area, config.Boende), _resources(run, area, config.Extern)
    care = [name for _, name in own if getattr(kommun.resurser[name], "vardplats", False)]
    if own:
        rows[area, "kostnad_vardplatser", ""] = _sum_of(parts, area, care, none)
    if care or bought:
        rows[area, "kostnad_placeringar", ""] = _sum_of(parts, area, [*care, *(name for _, name in bought)], none)
    rows[area, "nettokostnad", ""] = total / ORE
    if budgeted:
        rows[area, "budget", ""] = budget / ORE
        rows[area, "avvikelse", ""] = (budget - compared) / ORE
    return rows


def _sum_of(parts: Rows, area: str, resources: Sequence[str], none: Floats) -> Floats:
    whole = [np.round(parts[area, "kostnad_resurs", name] * ORE) for name in resources]
    return np.asarray(sum(whole, none) / ORE)


def _budget(run: Run, area: str, line: config.Kostnadsslag, monthly: Sequence[Period]) -> Floats:
    return _daily(run, monthly, lambda kommun: kommun.verksamheter[area].budget_tkr[line] * 1000, per_year=True)


Amounts = Callable[[Run, str, Sequence[Period], Rows], Floats]
"""Kronor a month of one kostnadsslag; the rows are those by resource and by benefit steg."""


def _lines(kommun: config.Kommun, area: str) -> list[tuple[config.Kostnadsslag, Amounts]]:
    """The kostnadsslag that a verksamhet can have, by what it is made of (never by what a run happened to give)."""
    kinds = {type(resurs) for resurs in kommun.resurser.values() if resurs.verksamhet == area}
    verksamhet = kommun.verksamheter[area]
    gives_benefit = any(steg.bistand_kr_per_manad is not None for steg in verksamhet.steg.values())
    stegs = list(verksamhet.steg.values())
    income = verksamhet.intakt_tkr or any(
        getattr(resurs, "intakt_kr_per_dygn", 0.0) for resurs in kommun.resurser.values() if resurs.verksamhet == area
    )
    possible: list[tuple[config.Kostnadsslag, Amounts, bool]] = [
        ("egna_platser", partial(_placements, config.Boende), config.Boende in kinds),
        ("extern", partial(_placements, config.Extern), config.Extern in kinds),
        ("bistand", _all_benefits, gives_benefit),
        ("timmar", _hours, any(steg.timmar for steg in stegs)),
        ("handlaggare", _staff, config.Team in kinds),
        ("vantan", partial(_waiting, "under_vantan"), any(steg.under_vantan for steg in stegs)),
        ("avgift", partial(_waiting, "sarskild_avgift"), any(steg.sarskild_avgift for steg in stegs)),
        ("investering", _investments, bool(verksamhet.investeringar)),
        ("intakter", _income, bool(income)),
        ("ovrigt", _other, True),
    ]
    return [(line, amounts) for line, amounts, there in possible if there or line in verksamhet.budget_tkr]


def to_years(rows: Rows, monthly: Sequence[Period], periods: Sequence[Period]) -> Rows:
    """Sums of months for years, or for any periods made of whole months, exact to the öre."""
    grid = make_grid(periods, monthly)
    return {row: grid.total(np.round(values * ORE)) / ORE for row, values in rows.items()}


def _segments(run: Run, monthly: Sequence[Period]) -> tuple[Floats, NDArray[np.int64]]:
    """Edges of months and epochs together, and the month that each piece between them belongs to."""
    edges = edges_of(monthly)
    inner = [epoch.fran_dag for epoch in run.plan.epoker if 0 < epoch.fran_dag < edges[-1]]
    all_edges = np.unique(np.concatenate([edges, inner]))
    return all_edges, np.searchsorted(edges, all_edges[:-1], side="right") - 1


def _to_months(pieces: Floats, month: NDArray[np.int64], count: int) -> Floats:
    return np.bincount(month, weights=pieces, minlength=count).astype(np.float64)


def _daily(
    run: Run, monthly: Sequence[Period], amount: Callable[[config.Kommun], float], per_year: bool = False
) -> Floats:
    """An amount per day (or per calendar year) that is in force from epoch to epoch, summed by month."""
    edges, month = _segments(run, monthly)
    pieces = np.empty(len(month))
    for index, (first, last) in enumerate(zip(edges, edges[1:], strict=False)):
        year = int(monthly[int(month[index])].label[:4])
        rate = amount(at_epoch(run.plan.epoker, float(first)).kommun)
        pieces[index] = rate * (last - first) / (days_in_year(year) if per_year else 1)
    return _to_months(pieces, month, len(monthly))


def _resources(run: Run, area: str, kind: type) -> list[tuple[int, str]]:
    return [
        (number, resource.name)
        for number, resource in enumerate(run.network.resources)
        if isinstance(run.plan.kommun.resurser[resource.name], kind)
        and run.plan.kommun.resurser[resource.name].verksamhet == area
    ]


def _by_resource(run: Run, monthly: Sequence[Period], seed: int, replication: int) -> Rows:
    """What each own and bought resource costs."""
    rows: Rows = {}
    for area in run.plan.kommun.verksamheter:
        for number, name in _resources(run, area, config.Boende):
            rows[area, "kostnad_resurs", name] = _own_places(run, area, number, monthly)
        for number, name in _resources(run, area, config.Extern):
            rows[area, "kostnad_resurs", name] = _bought(run, area, number, monthly, (seed, replication))
    return rows


def _placements(kind: type, run: Run, area: str, monthly: Sequence[Period], parts: Rows) -> Floats:
    names = [name for _, name in _resources(run, area, kind)]
    return _sum_of(parts, area, names, np.zeros(len(monthly)))


def _own_places(run: Run, area: str, number: int, monthly: Sequence[Period]) -> Floats:
    """Own places are paid for whether used or not: max of available and occupied, each day."""
    name = run.network.resources[number].name
    edges, month = _segments(run, monthly)
    occupied = occupied_places(run, number)
    paid = np.maximum(place_days(run, number), occupied)
    pieces = np.empty(len(month))
    for index, (first, last) in enumerate(zip(edges.astype(int), edges[1:].astype(int), strict=False)):
        resurs = at_epoch(run.plan.epoker, float(first)).kommun.resurser[name]
        assert isinstance(resurs, config.Boende)
        pieces[index] = _index(run, area, float(first)) * (
            paid[first:last].sum() * resurs.fast_kostnad_kr_per_plats_och_dygn
            + occupied[first:last].sum() * resurs.rorlig_kostnad_kr_per_dygn
        )
    return _to_months(pieces, month, len(monthly))


def _bought(run: Run, area: str, number: int, monthly: Sequence[Period], drawn: tuple[int, int]) -> Floats:
    """Bought dygn at the placement's own price: price of the day × the placement's factor."""
    edges, month = _segments(run, monthly)
    here = run.of_resource[number]
    start, left = np.floor(run.log.start[here]), np.floor(run.left[here])
    dygn = time_between(start, left, edges, run.log.prisfaktor[here])
    return _to_months(dygn * day_prices(run, area, number, monthly, drawn), month, len(monthly))


def day_prices(run: Run, area: str, number: int, monthly: Sequence[Period], drawn: tuple[int, int]) -> Floats:
    """Kronor per dygn in each piece between months and epochs: mean price × price index × the year's effect."""
    name = run.network.resources[number].name
    edges, month = _segments(run, monthly)
    base = run.plan.kommun.resurser[name]
    assert isinstance(base, config.Extern)
    effect = base.arseffekt
    by_year = price_effects(run.network, name, effect.cv if effect else 0.0, effect.rho if effect else 0.0, *drawn)
    prices = np.empty(len(month))
    for index, first in enumerate(edges[:-1].tolist()):
        resurs = at_epoch(run.plan.epoker, first).kommun.resurser[name]
        assert isinstance(resurs, config.Extern)
        in_year = by_year[int(monthly[int(month[index])].label[:4])] * _index(run, area, first)
        prices[index] = resurs.dygnskostnad_kr.medel * in_year
    return prices


def cost_path(
    run: Run, area: str, number: int, monthly: Sequence[Period], drawn: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Times, and what a placement of factor 1 that began at the start of the run has cost by then."""
    edges, _ = _segments(run, monthly)
    prices = day_prices(run, area, number, monthly, drawn)
    return edges, np.concatenate([[0.0], np.cumsum(prices * np.diff(edges))])


def _benefits(run: Run, monthly: Sequence[Period]) -> Rows:
    """`utbetalt_bistand` by steg and målgrupp, and by målgrupp over the stegs: bidragsmånader × the month's benefit."""
    rows: Rows = {}
    for area in run.plan.kommun.verksamheter:
        stegs = benefit_stegs(run, area)
        if not stegs:
            continue
        found = months_of(run, paid_records(run, area), edges_of(monthly))
        for number in stegs:
            name = run.steg_area(number)[1]
            here = found.select(run.log.steg[found.record] == number)
            amounts = np.array(
                [
                    (
                        at_epoch(run.plan.epoker, p.first).kommun.verksamheter[area].steg[name].bistand_kr_per_manad
                        or 0.0
                    )
                    * _index(run, area, p.first)
                    for p in monthly
                ]
            )
            paid = {"": here.per_month(len(monthly)) * amounts}
            for group in run.groups_of(area):
                mine = here.select(run.log.malgrupp[here.record] == group)
                paid[split("", malgrupp=run.network.groups[group])] = mine.per_month(len(monthly)) * amounts
            for part, kronor in paid.items():
                rows[area, "utbetalt_bistand", " ".join(filter(None, (name, part)))] = kronor
                if len(stegs) > 1:
                    before = rows.get((area, "utbetalt_bistand", part), np.zeros(len(monthly)))
                    rows[area, "utbetalt_bistand", part] = before + kronor
    return rows


def _all_benefits(run: Run, area: str, monthly: Sequence[Period], parts: Rows) -> Floats:
    names = [run.steg_area(number)[1] for number in benefit_stegs(run, area)]
    return np.asarray(sum(parts[area, "utbetalt_bistand", name] for name in names))


def _staff(run: Run, area: str, monthly: Sequence[Period], parts: Rows) -> Floats:
    """Pay for employed årsarbetare; a vacancy saves its pay."""
    total = np.zeros(len(monthly))
    for _, name in _resources(run, area, config.Team):

        def pay(kommun: config.Kommun, name: str = name) -> float:
            team = kommun.resurser[name]
            assert isinstance(team, config.Team)
            return team.arsarbetare * (1 - team.vakans) * team.lon_tkr * 1000 * kommun.verksamheter[area].prisindex

        total += _daily(run, monthly, pay, per_year=True)
    return total


def _other(run: Run, area: str, monthly: Sequence[Period], parts: Rows) -> Floats:
    """What the verksamhet costs outside the model, declared as not simulated."""
    return _daily(run, monthly, lambda kommun: kommun.verksamheter[area].ovrigt_tkr * 1000, per_year=True)


def _index(run: Run, area: str, time: float) -> float:
    return at_epoch(run.plan.epoker, time).kommun.verksamheter[area].prisindex


def _hours(run: Run, area: str, monthly: Sequence[Period], parts: Rows) -> Floats:
    """Hours × the price of an hour."""
    edges, month = _segments(run, monthly)
    total = np.zeros(len(monthly))
    for number in range(len(run.network.steg_names)):
        steg_area, name = run.steg_area(number)
        if steg_area != area or run.plan.kommun.verksamheter[area].steg[name].timmar is None:
            continue
        prices = []
        for first in edges[:-1].tolist():
            timmar = at_epoch(run.plan.epoker, first).kommun.verksamheter[area].steg[name].timmar
            prices.append((timmar.pris_per_timme if timmar else 0.0) * _index(run, area, first))
        total += _to_months(hours(run, number, edges) * np.array(prices), month, len(monthly))
    return total


def _waiting(
    which: Literal["under_vantan", "sarskild_avgift"],
    run: Run,
    area: str,
    monthly: Sequence[Period],
    parts: Rows,
) -> Floats:
    """Kronor for days of waiting beyond the first ones: an interim cost (a hospital bed) or a fee."""
    edges, month = _segments(run, monthly)
    log = run.log
    total = np.zeros(len(monthly))
    for number in range(len(run.network.steg_names)):
        steg_area, name = run.steg_area(number)
        if steg_area != area:
            continue
        here = run.of_steg[number]
        waits = here[log.del_[here] == 0]
        pieces = np.zeros(len(month))
        for index, first in enumerate(edges[:-1].tolist()):
            cost = getattr(at_epoch(run.plan.epoker, first).kommun.verksamheter[area].steg[name], which)
            if cost is not None:
                days = time_between(log.begaran[waits] + cost.fran_dag, run.served[waits], edges[index : index + 2])
                pieces[index] = float(days[0]) * cost.kr_per_dag
        total += _to_months(pieces, month, len(monthly))
    return total


def _investments(run: Run, area: str, monthly: Sequence[Period], parts: Rows) -> Floats:
    """Outlays spread evenly over their years."""
    edges = edges_of(monthly)
    total = np.zeros(len(monthly))
    for name in run.plan.kommun.verksamheter[area].investeringar:
        outlay = at_epoch(run.plan.epoker, edges[-1]).kommun.verksamheter[area].investeringar[name]
        first = day_number(run.plan.kommun.start, outlay.fran)
        days = outlay.ar * DAYS_PER_YEAR
        total += time_between(np.array([first]), np.array([first + days]), edges) * outlay.tkr * 1000 / days
    return total


def _income(run: Run, area: str, monthly: Sequence[Period], parts: Rows) -> Floats:
    """State grants by the year and fees by the dygn, as a negative cost."""
    total = -_daily(run, monthly, lambda kommun: kommun.verksamheter[area].intakt_tkr * 1000, per_year=True)
    edges, month = _segments(run, monthly)
    for number, name in (*_resources(run, area, config.Boende), *_resources(run, area, config.Extern)):
        here = run.of_resource[number]
        dygn = time_between(np.floor(run.log.start[here]), np.floor(run.left[here]), edges)
        fees = [
            getattr(at_epoch(run.plan.epoker, first).kommun.resurser[name], "intakt_kr_per_dygn", 0.0)
            for first in edges[:-1].tolist()
        ]
        total -= _to_months(dygn * np.array(fees), month, len(monthly))
    return total
