"""What a run costs: öre of each month by resource, benefit and kind of cost, before they are summed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from sim import config
from sim.benefits import BenefitSeries, benefit_areas, benefit_stegs
from sim.book import Block, Book, Counted, Sum
from sim.calendars import DAYS_PER_YEAR
from sim.effects import year_effects
from sim.intervals import Cuts, add_time, no_time, time_of
from sim.kernel import kernel
from sim.periods import Floats, Ints
from sim.place_measures import PlaceUse
from sim.randomness import name_key
from sim.setting import Setting
from sim.stays import Stays

ORE = 100.0


class ByDay(NamedTuple):
    """Days of stay and of waiting that are to be counted: by steg, the row of its hours (−1: none), and the rows, from
    `first` up to `after`, of those who have waited for more than so many days."""

    hours_row: Ints
    first: Ints
    after: Ints
    from_day: Floats


@dataclass(frozen=True)
class YearEffect:
    """Good and bad years of a bought resource's price."""

    key: int
    cv: float
    rho: float


@dataclass(frozen=True)
class Prices:
    """Kronor in each piece of time, by resource: what an own place costs in itself and by the dygn, the mean price of a
    bought dygn, what a dygn brings in; and the price index. `year`: which one each piece is in, from the first."""

    index: Floats
    fixed: Floats
    variable: Floats
    bought: Floats
    fee: Floats
    effects: dict[int, YearEffect]
    year: Ints
    first_year: int
    last_year: int

    def per_dygn(self, seed: int, replication: int) -> Floats:
        """Of bought dygn by resource and piece: mean price × the year's effect and the price index."""
        prices = np.zeros_like(self.bought)
        for number, effect in self.effects.items():
            years = self.first_year, self.first_year, self.last_year
            drawn = np.uint64(effect.key), *years, effect.cv, effect.rho
            by_year = year_effects(*drawn, np.uint64(seed), np.uint64(replication))
            prices[number] = self.bought[number] * (by_year[self.year] * self.index[number])
        return prices


@dataclass(frozen=True)
class CostSeries:
    """Whole öre by month. `of_resource`; `of_benefit`: for each benefit, and after these for all of each verksamhet, of
    all målgrupper and of each; `of_area`: for each of `BY_AREA`, by verksamhet. And hours, by steg that gives them."""

    pieces: Cuts
    first_piece: Ints
    prices: Prices
    by_day: ByDay
    hours_a_day: Floats
    hour_price: Floats
    hour_area: Ints
    wait_price: Floats
    wait_row: Ints
    income: Floats
    area_of_resource: Ints
    amount: Floats
    first_benefit: Ints
    benefit_areas: int
    groups: int
    hours: Block
    of_resource: Block
    of_benefit: Block
    of_area: Block

    def count(self, stays: Stays, use: PlaceUse, benefits: BenefitSeries, prices: Floats, counted: Counted) -> None:
        """`prices`: per bought dygn, by resource and piece."""
        kronor = self.prices.index * (use.kept / 1000 * self.prices.fixed + use.taken / 1000 * self.prices.variable)
        of_resource = kronor + use.priced * prices
        self.of_resource.of(counted)[:] = _whole(self._months(of_resource))
        self.of_benefit.of(counted)[:] = _whole(self._benefits(benefits.paid_months.of(counted)))
        stayed, waited = _days(stays, self.pieces, self.by_day, len(self.hours_a_day), len(self.wait_price))
        hours = stayed * self.hours_a_day
        self.hours.of(counted)[:] = self._months(hours)
        found = np.zeros((len(BY_AREA), len(self.income), len(self.income[0])))
        np.add.at(found[BY_AREA.index("timmar")], self.hour_area, self._months(hours * self.hour_price))
        np.add.at(found.reshape(-1, found.shape[2]), self.wait_row, self._months(waited * self.wait_price))
        income = found[BY_AREA.index("intakter")]
        income += self.income
        fees = self._months(use.dygn[: len(self.prices.fee)] * self.prices.fee)
        np.subtract.at(income, self.area_of_resource, fees)
        self.of_area.of(counted)[:] = _whole(found.reshape(-1, found.shape[2]))

    def _months(self, pieces: Floats) -> Floats:
        return np.add.reduceat(pieces, self.first_piece, axis=1)

    def _benefits(self, paid_months: Floats) -> Floats:
        """Bidragsmånader × the month's benefit: by steg and by verksamhet, all and by målgrupp."""
        benefits = len(self.amount)
        if not benefits:
            return np.empty((0, paid_months.shape[1]))
        by_group = paid_months.reshape(-1, self.groups, paid_months.shape[1])[:benefits]
        counts = np.concatenate([by_group.sum(axis=1, keepdims=True), by_group], axis=1)
        kronor = counts * self.amount[:, None, :]
        together = np.add.reduceat(kronor, self.first_benefit, axis=0)
        return np.concatenate([kronor, together]).reshape(-1, paid_months.shape[1])

    def benefit(self, number: int, group: int | None) -> Sum:
        """Of a benefit, or (after these) of all of a verksamhet; of all målgrupper or of one."""
        return self.of_benefit[number * (1 + self.groups) + (0 if group is None else 1 + group)]

    def area(self, which: str, number: int) -> Sum:
        return self.of_area[BY_AREA.index(which) * len(self.income) + number]


BY_AREA = ("timmar", "vantan", "avgift", "intakter")
"""Kinds of cost that are counted for a verksamhet as a whole."""
WAITING = {"vantan": "under_vantan", "avgift": "sarskild_avgift"}
"""The key of a steg that says what a day of waiting costs: an interim cost (a hospital bed) or a fee."""


def _whole(kronor: Floats) -> Floats:
    return np.round(kronor * ORE)


@kernel
def _days(stays: Stays, pieces: Cuts, by_day: ByDay, hours: int, waits: int) -> tuple[Floats, Floats]:
    """Days of stay [floor start, floor left), and days of waiting beyond the first ones, by row and piece."""
    count = len(pieces.edges) - 1
    stayed, waited = np.zeros((hours, count)), np.zeros((waits, count))
    in_steg, in_queue = no_time(hours, pieces), no_time(waits, pieces)
    for i in range(len(stays.case)):
        s = stays.steg[i]
        if by_day.hours_row[s] >= 0 and not np.isnan(stays.start[i]):
            start, left = np.floor(stays.start[i]), np.floor(stays.left[i])
            add_time(in_steg, by_day.hours_row[s], pieces, start, left, 1.0)
        if stays.part[i] == 0:
            for row in range(by_day.first[s], by_day.after[s]):
                since = stays.asked[i] + by_day.from_day[row]
                add_time(in_queue, row, pieces, since, stays.served[i], 1.0)
    time_of(in_steg, pieces, stayed)
    time_of(in_queue, pieces, waited)
    return stayed, waited


def cost_series(book: Book, setting: Setting) -> CostSeries:
    areas, stegs = setting.areas, setting.stegs
    benefits = [(area, setting.stegs[n][1]) for area in benefit_areas(setting) for n in benefit_stegs(setting, area)]
    paying = [area for area, _ in benefits]
    benefit_owners = [areas.index(area) for area in (*paying, *benefit_areas(setting))]
    groups = len(setting.network.groups)
    by_day, hour_stegs, waits = _by_day(setting)
    income = [setting.summed(partial(_income, area), per_year=True) for area in areas]
    return CostSeries(
        setting.pieces,
        setting.first_piece,
        _prices(setting),
        by_day,
        hours_a_day=_stack(setting, [_hours(setting, n, _per_day) for n in hour_stegs]),
        hour_price=_stack(setting, [_hours(setting, n, _hour_price) for n in hour_stegs]),
        hour_area=setting.area_of_steg[hour_stegs],
        wait_price=_stack(setting, [_wait_price(setting, *wait) for wait in waits]),
        wait_row=np.array(
            [BY_AREA.index(which) * len(areas) + areas.index(stegs[n][0]) for n, which, _ in waits], dtype=np.int64
        ),
        income=-np.array(income),
        area_of_resource=setting.area_of_resource,
        amount=np.array([setting.by_month(partial(_benefit, *benefit)) for benefit in benefits]),
        first_benefit=np.array([paying.index(area) for area in benefit_areas(setting)], dtype=np.int64),
        benefit_areas=len(benefit_areas(setting)),
        groups=groups,
        hours=book.monthly(setting.area_of_steg[hour_stegs]),
        of_resource=book.monthly(setting.area_of_resource, unit=ORE),
        of_benefit=book.monthly(np.repeat(np.array(benefit_owners, dtype=np.int64), 1 + groups), unit=ORE),
        of_area=book.monthly(np.tile(np.arange(len(areas)), len(BY_AREA)), unit=ORE),
    )


def _stack(setting: Setting, rows: list[Floats]) -> Floats:
    return np.array(rows).reshape(len(rows), len(setting.pieces.edges) - 1)


def _income(area: str, kommun: config.Kommun) -> float:
    return kommun.verksamheter[area].intakt_tkr * 1000


def _index(area: str, kommun: config.Kommun) -> float:
    return kommun.verksamheter[area].prisindex


def _benefit(area: str, steg: str, kommun: config.Kommun) -> float:
    verksamhet = kommun.verksamheter[area]
    return (verksamhet.steg[steg].bistand_kr_per_manad or 0.0) * verksamhet.prisindex


def _per_day(timmar: config.Timmar, index: float) -> float:
    return timmar.per_manad * 12 / DAYS_PER_YEAR


def _hour_price(timmar: config.Timmar, index: float) -> float:
    return timmar.pris_per_timme * index


def _hours(setting: Setting, number: int, what: Callable[[config.Timmar, float], float]) -> Floats:
    area, name, _ = setting.stegs[number]

    def amount(kommun: config.Kommun) -> float:
        verksamhet = kommun.verksamheter[area]
        timmar = verksamhet.steg[name].timmar
        return what(timmar, verksamhet.prisindex) if timmar else 0.0

    return setting.by_piece(amount)


Wait = tuple[int, str, float]
"""A steg, a kind of cost, and after how many days of waiting it begins."""


def hour_stegs_of(setting: Setting) -> list[int]:
    """The stegs that give care by the hour."""
    return [number for number, (_, _, steg) in enumerate(setting.stegs) if steg.timmar is not None]


def _by_day(setting: Setting) -> tuple[ByDay, list[int], list[Wait]]:
    hour_stegs, waits = hour_stegs_of(setting), list[Wait]()
    hours_row = np.full(len(setting.stegs), -1)
    hours_row[hour_stegs] = np.arange(len(hour_stegs))
    first, after = np.zeros(len(setting.stegs), dtype=np.int64), np.zeros(len(setting.stegs), dtype=np.int64)
    for number, (area, name, _) in enumerate(setting.stegs):
        first[number] = len(waits)
        for which, key in WAITING.items():
            found = (getattr(k.verksamheter[area].steg[name], key) for k in setting.in_piece)
            waits += [(number, which, day) for day in sorted({cost.fran_dag for cost in found if cost is not None})]
        after[number] = len(waits)
    return ByDay(hours_row, first, after, np.array([day for _, _, day in waits], dtype=np.float64)), hour_stegs, waits


def _wait_price(setting: Setting, number: int, which: str, from_day: float) -> Floats:
    area, name, _ = setting.stegs[number]

    def amount(kommun: config.Kommun) -> float:
        cost: config.Vantekostnad | None = getattr(kommun.verksamheter[area].steg[name], WAITING[which])
        return cost.kr_per_dag if cost is not None and cost.fran_dag == from_day else 0.0

    return setting.by_piece(amount)


def _effect(name: str, bought: config.Extern) -> YearEffect:
    effect = bought.arseffekt
    return YearEffect(name_key(f"pris.{name}"), effect.cv if effect else 0.0, effect.rho if effect else 0.0)


def _prices(setting: Setting) -> Prices:
    network, resources = setting.network, setting.resources

    def of_kind(kind: type, amount: Callable[[Any], float]) -> Floats:
        def of(name: str, kommun: config.Kommun) -> float:
            resurs = kommun.resurser[name]
            return amount(resurs) if isinstance(resurs, kind) else 0.0

        return _stack(setting, [setting.by_piece(partial(of, name)) for _, name, _ in resources])

    index = [setting.by_piece(partial(_index, area)) for area, _, _ in resources]
    effects = {
        number: _effect(name, resurs)
        for number, (_, name, resurs) in enumerate(resources)
        if isinstance(resurs, config.Extern)
    }
    return Prices(
        _stack(setting, index),
        of_kind(config.Boende, lambda own: own.fast_kostnad_kr_per_plats_och_dygn),
        of_kind(config.Boende, lambda own: own.rorlig_kostnad_kr_per_dygn),
        of_kind(config.Extern, lambda bought: bought.dygnskostnad_kr.medel),
        of_kind(object, lambda resurs: getattr(resurs, "intakt_kr_per_dygn", 0.0)),
        effects,
        np.array(setting.year_of_piece) - network.start.year,
        network.start.year,
        network.last_year,
    )
