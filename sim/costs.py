"""Kronor by period, verksamhet and kostnadsslag, in whole öre: months sum to years and types to totals exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim import config
from sim.benefits import benefit_months
from sim.build import at_epoch
from sim.calendars import Period, days_in_year
from sim.cases import price_effects
from sim.intervals import per_day, time_between
from sim.measures import place_days
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
    possible: list[tuple[config.Kostnadsslag, Amounts, bool]] = [
        ("egna_platser", _own_places, config.Boende in kinds),
        ("extern", _bought, config.Extern in kinds),
        ("bistand", _benefits, gives_benefit),
        ("handlaggare", _staff, config.Team in kinds),
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
        own = rows.get((area, "kostnad", "egna_platser"), np.zeros(len(outside)))
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


def _own_places(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
    """Own places are paid for whether used or not: max of available and occupied, each day."""
    total = np.zeros(len(monthly))
    edges, month = _segments(run, monthly)
    for number, name in _resources(run, area, config.Boende):
        here = run.log.resurs == number
        occupied = per_day(run.log.start[here], run.left[here], int(run.network.end))
        paid = np.maximum(place_days(run, number), occupied)
        pieces = np.empty(len(month))
        for index, (first, last) in enumerate(zip(edges.astype(int), edges[1:].astype(int), strict=False)):
            resurs = at_epoch(run.plan.epoker, float(first)).kommun.resurser[name]
            assert isinstance(resurs, config.Boende)
            pieces[index] = (
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
            prices[index] = resurs.dygnskostnad_kr.medel * by_year[int(monthly[int(month[index])].label[:4])]
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
            at_epoch(run.plan.epoker, period.first).kommun.verksamheter[area].steg[name].bistand_kr_per_manad or 0.0
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
            return team.arsarbetare * (1 - team.vakans) * team.lon_tkr * 1000

        total += _daily(run, monthly, pay, per_year=True)
    return total


def _other(run: Run, area: str, monthly: Sequence[Period], seed: int, replication: int) -> Floats:
    """What the verksamhet costs outside the model, declared as not simulated."""
    return _daily(run, monthly, lambda kommun: kommun.verksamheter[area].ovrigt_tkr * 1000, per_year=True)
