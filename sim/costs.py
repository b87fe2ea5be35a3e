"""Kronor by period, verksamhet and kostnadsslag, in whole öre: months sum to years and types to totals exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim import config
from sim.benefits import benefit_months
from sim.build import at_epoch
from sim.calendars import DAYS_PER_YEAR, Period, day_number, days_in_year
from sim.cases import price_effects
from sim.intervals import per_day, time_between
from sim.measures import hours, place_days
from sim.runs import Floats, Rows, Run, edges_of

ORE = 100.0
ALL_AREAS = "alla"
"""The row that sums the verksamheter."""


def costs(run: Run, monthly: Sequence[Period], seed: int, replication: int) -> Rows:
    """Kronor per calendar month: `kostnad` by kostnadsslag, `nettokostnad`, `budget`, `avvikelse`."""
    areas = sorted(run.plan.kommun.verksamheter)
    rows: Rows = {}
    grand = np.zeros(len(monthly))
    for area in areas:
        lines = {
            line: amounts(run, area, monthly, seed, replication) for line, amounts in _lines(run.plan.kommun, area)
        }
        total = np.zeros(len(monthly))
        compared = np.zeros(len(monthly))
        budget = np.zeros(len(monthly))
        budgeted = run.plan.kommun.verksamheter[area].budget_tkr
        for line, amount in lines.items():
            whole = np.round(amount * ORE)
            total += whole
            rows[area, "kostnad", line] = whole / ORE
            if line in budgeted:
                compared += whole
                budget += np.round(_budget(run, area, line, monthly) * ORE)
        if _resources(run, area, config.Boende):
            care = _own_places(run, area, monthly, seed, replication, only_care=True)
            rows[area, "kostnad_vardplatser", ""] = np.round(care * ORE) / ORE
        rows[area, "nettokostnad", ""] = total / ORE
        grand += total
        if budgeted:
            rows[area, "budget", ""] = budget / ORE
            rows[area, "avvikelse", ""] = (budget - compared) / ORE
    rows[ALL_AREAS, "nettokostnad", ""] = grand / ORE
    return rows


def _budget(run: Run, area: str, line: config.Kostnadsslag, monthly: Sequence[Period]) -> Floats:
    return _daily(run, monthly, lambda kommun: kommun.verksamheter[area].budget_tkr[line] * 1000, per_year=True)


Amounts = Callable[[Run, str, Sequence[Period], int, int], Floats]


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
        ("egna_platser", _own_places, config.Boende in kinds),
        ("extern", _bought, config.Extern in kinds),
        ("bistand", _benefits, gives_benefit),
        ("timmar", _hours, any(steg.timmar for steg in stegs)),
        ("handlaggare", _staff, config.Team in kinds),
        ("vantan", partial(_waiting, "under_vantan"), any(steg.under_vantan for steg in stegs)),
        ("avgift", partial(_waiting, "sarskild_avgift"), any(steg.sarskild_avgift for steg in stegs)),
        ("investering", _investments, bool(verksamhet.investeringar)),
        ("intakter", _income, bool(income)),
        ("ovrigt", _other, True),
    ]
    return [(line, amounts) for line, amounts, there in possible if there or line in verksamhet.budget_tkr]


def ratios(rows: Rows) -> Rows:
    """Ratios between kronor and dygn, from sums over the same periods."""
    found: Rows = {}
    for (area, matt, _), outside in rows.items():
        if matt != "varddygn_extern":
            continue
        bought = rows.get((area, "kostnad", "extern"), np.zeros(len(outside)))
        own = rows.get((area, "kostnad_vardplatser", ""), np.zeros(len(outside)))
        with np.errstate(divide="ignore", invalid="ignore"):
            found[area, "snittpris_extern", ""] = np.where(outside > 0, bought / outside, np.nan)
            found[area, "andel_hemmaplan_kostnad", ""] = np.where(own + bought > 0, own / (own + bought), np.nan)
    return found


def to_years(rows: Rows, monthly: Sequence[Period], yearly: Sequence[Period]) -> Rows:
    """Sums of months, exact to the öre."""
    member = [np.array([month.label[:4] == year.label for month in monthly]) for year in yearly]
    return {
        row: np.array([float(np.round(values[chosen] * ORE).sum()) / ORE for chosen in member])
        for row, values in rows.items()
    }


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


def _own_places(
    run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int, only_care: bool = False
) -> Floats:
    """Own places are paid for whether used or not: max of available and occupied, each day."""
    total = np.zeros(len(monthly))
    edges, month = _segments(run, monthly)
    for number, name in _resources(run, area, config.Boende):
        place = run.plan.kommun.resurser[name]
        if only_care and isinstance(place, config.Boende) and not place.vardplats:
            continue
        here = run.log.resurs == number
        occupied = per_day(run.log.start[here], run.left[here], int(run.network.end), run.parts[here])
        paid = np.maximum(place_days(run, number), occupied)
        pieces = np.empty(len(month))
        for index, (first, last) in enumerate(zip(edges.astype(int), edges[1:].astype(int), strict=False)):
            resurs = at_epoch(run.plan.epoker, float(first)).kommun.resurser[name]
            assert isinstance(resurs, config.Boende)
            pieces[index] = _index(run, area, float(first)) * (
                paid[first:last].sum() * resurs.fast_kostnad_kr_per_plats_och_dygn
                + occupied[first:last].sum() * resurs.rorlig_kostnad_kr_per_dygn
            )
        total += _to_months(pieces, month, len(monthly))
    return total


def _bought(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
    """Bought dygn at the placement's own price: mean price of the day × the placement's factor × the year's effect."""
    total = np.zeros(len(monthly))
    edges, month = _segments(run, monthly)
    for number, name in _resources(run, area, config.Extern):
        base = run.plan.kommun.resurser[name]
        assert isinstance(base, config.Extern)
        effect = base.arseffekt
        by_year = price_effects(
            run.network, name, effect.cv if effect else 0.0, effect.rho if effect else 0.0, seed, replication
        )
        here = run.log.resurs == number
        dygn = time_between(np.floor(run.log.start[here]), np.floor(run.left[here]), edges, run.log.prisfaktor[here])
        prices = np.empty(len(month))
        for index, first in enumerate(edges[:-1]):
            resurs = at_epoch(run.plan.epoker, float(first)).kommun.resurser[name]
            assert isinstance(resurs, config.Extern)
            in_year = by_year[int(monthly[int(month[index])].label[:4])] * _index(run, area, float(first))
            prices[index] = resurs.dygnskostnad_kr.medel * in_year
        total += _to_months(dygn * prices, month, len(monthly))
    return total


def _benefits(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
    """Bidragsmånader × the month's mean benefit."""
    total = np.zeros(len(monthly))
    for number in range(len(run.network.steg_names)):
        steg_area, name = run.steg_area(number)
        if steg_area != area or run.plan.kommun.verksamheter[area].steg[name].bistand_kr_per_manad is None:
            continue
        count = benefit_months(run, number, monthly).per_month(len(monthly))
        amounts = [
            (at_epoch(run.plan.epoker, period.first).kommun.verksamheter[area].steg[name].bistand_kr_per_manad or 0.0)
            * _index(run, area, period.first)
            for period in monthly
        ]
        total += count * np.array(amounts)
    return total


def _staff(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
    """Pay for employed årsarbetare; a vacancy saves its pay."""
    total = np.zeros(len(monthly))
    for _, name in _resources(run, area, config.Team):

        def pay(kommun: config.Kommun, name: str = name) -> float:
            team = kommun.resurser[name]
            assert isinstance(team, config.Team)
            return team.arsarbetare * (1 - team.vakans) * team.lon_tkr * 1000 * kommun.verksamheter[area].prisindex

        total += _daily(run, monthly, pay, per_year=True)
    return total


def _other(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
    """What the verksamhet costs outside the model, declared as not simulated."""
    return _daily(run, monthly, lambda kommun: kommun.verksamheter[area].ovrigt_tkr * 1000, per_year=True)


def _index(run: Run, area: str, time: float) -> float:
    return at_epoch(run.plan.epoker, time).kommun.verksamheter[area].prisindex


def _hours(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
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
    seed: int,
    replication: int,
) -> Floats:
    """Kronor for days of waiting beyond the first ones: an interim cost (a hospital bed) or a fee."""
    edges, month = _segments(run, monthly)
    log = run.log
    total = np.zeros(len(monthly))
    until = np.where(np.isnan(log.start), run.left, log.start)
    for number in range(len(run.network.steg_names)):
        steg_area, name = run.steg_area(number)
        if steg_area != area:
            continue
        waits = (log.steg == number) & (log.del_ == 0)
        pieces = np.zeros(len(month))
        for index, first in enumerate(edges[:-1].tolist()):
            cost = getattr(at_epoch(run.plan.epoker, first).kommun.verksamheter[area].steg[name], which)
            if cost is not None:
                days = time_between(log.begaran[waits] + cost.fran_dag, until[waits], edges[index : index + 2])
                pieces[index] = float(days[0]) * cost.kr_per_dag
        total += _to_months(pieces, month, len(monthly))
    return total


def _investments(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
    """Outlays spread evenly over their years."""
    edges = edges_of(monthly)
    total = np.zeros(len(monthly))
    for name in run.plan.kommun.verksamheter[area].investeringar:
        outlay = at_epoch(run.plan.epoker, edges[-1]).kommun.verksamheter[area].investeringar[name]
        first = day_number(run.plan.kommun.start, outlay.fran)
        days = outlay.ar * DAYS_PER_YEAR
        total += time_between(np.array([first]), np.array([first + days]), edges) * outlay.tkr * 1000 / days
    return total


def _income(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
    """State grants by the year and fees by the dygn, as a negative cost."""
    total = -_daily(run, monthly, lambda kommun: kommun.verksamheter[area].intakt_tkr * 1000, per_year=True)
    edges, month = _segments(run, monthly)
    for number, name in (*_resources(run, area, config.Boende), *_resources(run, area, config.Extern)):
        here = run.log.resurs == number
        dygn = time_between(np.floor(run.log.start[here]), np.floor(run.left[here]), edges)
        fees = [
            getattr(at_epoch(run.plan.epoker, first).kommun.resurser[name], "intakt_kr_per_dygn", 0.0)
            for first in edges[:-1].tolist()
        ]
        total -= _to_months(dygn * np.array(fees), month, len(monthly))
    return total
