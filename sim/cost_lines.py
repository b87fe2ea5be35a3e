"""The lines of a book that are kronor, in whole öre: months sum to years and types to totals exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim import config
from sim.benefits import benefit_areas, benefit_stegs
from sim.book import Book, Sum, total
from sim.calendars import DAYS_PER_YEAR, day_number
from sim.care import ALL_AREAS
from sim.intervals import time_between
from sim.kronor import ORE, CostSeries
from sim.periods import Floats
from sim.runs import split
from sim.setting import Setting


def write_costs(book: Book, setting: Setting, series: CostSeries) -> None:
    """`kostnad` by kostnadsslag, `nettokostnad`, `budget`, `avvikelse`, and their parts; by verksamhet, and for all."""
    of_all: dict[tuple[str, str], list[Sum]] = {}

    def line(area: str, matt: str, part: str, ore: Sum) -> None:
        book.line((area, matt, part), ore)
        of_all.setdefault((matt, part), []).append(ore)

    for area in setting.areas:
        lines = {slag: ore() for slag, ore in _lines(book, setting, series, area).items()}
        for slag, ore in lines.items():
            line(area, "kostnad", slag, ore)
        own, bought = (setting.resources_of(area, kind) for kind in (config.Boende, config.Extern))
        care = [number for number in own if getattr(setting.resources[number][2], "vardplats", False)]
        if own:
            line(area, "kostnad_vardplatser", "", total(series.of_resource[number] for number in care))
        if care or bought:
            line(area, "kostnad_placeringar", "", total(series.of_resource[number] for number in (*care, *bought)))
        line(area, "nettokostnad", "", total(lines.values()))
        budgeted = [slag for slag in lines if slag in setting.kommun.verksamheter[area].budget_tkr]
        if budgeted:
            budget = total(_constant(book, _budget(setting, area, slag)) for slag in budgeted)
            line(area, "budget", "", budget)
            line(area, "avvikelse", "", budget - total(lines[slag] for slag in budgeted))
    for (matt, part), sums in of_all.items():
        book.line((ALL_AREAS, matt, part), total(sums))
    _write_parts(book, setting, series)


def _write_parts(book: Book, setting: Setting, series: CostSeries) -> None:
    """What each own and bought resource costs, and the benefit that is paid, by steg and målgrupp."""
    for number, (area, name, resurs) in enumerate(setting.resources):
        if not isinstance(resurs, config.Team):
            book.line((area, "kostnad_resurs", name), series.of_resource[number])
    first = 0
    for at, area in enumerate(benefit_areas(setting)):
        stegs = benefit_stegs(setting, area)
        numbered = [(setting.stegs[steg][1], first + number) for number, steg in enumerate(stegs)]
        first += len(stegs)
        if len(stegs) > 1:
            numbered.append(("", len(series.amount) + at))
        for name, number in numbered:
            book.line((area, "utbetalt_bistand", name), series.benefit(number, None))
            for group in setting.groups_of(area):
                part = split(name, malgrupp=setting.network.groups[group])
                book.line((area, "utbetalt_bistand", part), series.benefit(number, group))


def _constant(book: Book, kronor: Floats) -> Sum:
    """Kronor of each month that no replication changes, in whole öre."""
    return book.constant(book.grid.total(np.round(kronor * ORE)), ORE)


def _lines(book: Book, setting: Setting, series: CostSeries, area: str) -> dict[str, Callable[[], Sum]]:
    """The kostnadsslag that a verksamhet can have, by what it is made of (never by what a run happened to give)."""
    number = setting.areas.index(area)
    verksamhet = setting.kommun.verksamheter[area]
    stegs = list(verksamhet.steg.values())
    kinds = {type(resurs) for owner, _, resurs in setting.resources if owner == area}
    fees = any(getattr(its, "intakt_kr_per_dygn", 0.0) for owner, _, its in setting.resources if owner == area)
    benefits = benefit_stegs(setting, area)

    def of_resources(kind: type) -> Callable[[], Sum]:
        return lambda: total(series.of_resource[resource] for resource in setting.resources_of(area, kind))

    def of_area(which: str) -> Callable[[], Sum]:
        return lambda: series.area(which, number)

    def of_benefits() -> Sum:
        before = sum(len(benefit_stegs(setting, other)) for other in benefit_areas(setting) if other < area)
        return total(series.benefit(before + at, None) for at in range(len(benefits)))

    possible: list[tuple[str, bool, Callable[[], Sum]]] = [
        ("egna_platser", config.Boende in kinds, of_resources(config.Boende)),
        ("extern", config.Extern in kinds, of_resources(config.Extern)),
        ("bistand", bool(benefits), of_benefits),
        ("timmar", any(steg.timmar for steg in stegs), of_area("timmar")),
        ("handlaggare", config.Team in kinds, lambda: _constant(book, _staff(setting, area))),
        ("vantan", any(steg.under_vantan for steg in stegs), of_area("vantan")),
        ("avgift", any(steg.sarskild_avgift for steg in stegs), of_area("avgift")),
        ("investering", bool(verksamhet.investeringar), lambda: _constant(book, _investments(setting, area))),
        ("intakter", bool(verksamhet.intakt_tkr or fees), of_area("intakter")),
        ("ovrigt", True, lambda: _constant(book, _other(setting, area))),
    ]
    return {slag: ore for slag, there, ore in possible if there or slag in verksamhet.budget_tkr}


def _budget(setting: Setting, area: str, slag: str) -> Floats:
    def budget(kommun: config.Kommun) -> float:
        return next(tkr for key, tkr in kommun.verksamheter[area].budget_tkr.items() if key == slag) * 1000

    return setting.summed(budget, per_year=True)


def _staff(setting: Setting, area: str) -> Floats:
    """Pay for employed årsarbetare; a vacancy saves its pay."""
    total_pay = np.zeros(len(setting.monthly))
    for number in setting.resources_of(area, config.Team):
        name = setting.resources[number][1]

        def pay(kommun: config.Kommun, name: str = name) -> float:
            team = kommun.resurser[name]
            assert isinstance(team, config.Team)
            return team.arsarbetare * (1 - team.vakans) * team.lon_tkr * 1000 * kommun.verksamheter[area].prisindex

        total_pay += setting.summed(pay, per_year=True)
    return total_pay


def _other(setting: Setting, area: str) -> Floats:
    """What the verksamhet costs outside the model, declared as not simulated."""
    return setting.summed(lambda kommun: kommun.verksamheter[area].ovrigt_tkr * 1000, per_year=True)


def _investments(setting: Setting, area: str) -> Floats:
    """Outlays spread evenly over their years."""
    edges = setting.months.edges
    total_outlay = np.zeros(len(setting.monthly))
    for outlay in setting.at(float(edges[-1])).verksamheter[area].investeringar.values():
        first = day_number(setting.kommun.start, outlay.fran)
        days = outlay.ar * DAYS_PER_YEAR
        spread = time_between(np.array([first]), np.array([first + days]), edges)
        total_outlay += spread * outlay.tkr * 1000 / days
    return total_outlay
