"""All measures of a plan over its periods, in a fixed order, made from a visit log in one go.

What configuration and horizon decide is worked out once. A replication then counts its log, once for each subject, and
gives one array of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim import config
from sim.benefits import BenefitSeries, benefit_series, households, write_benefits
from sim.book import Book, Counted, Lines
from sim.calendars import Period
from sim.care import care_kinds, write_care
from sim.cost_lines import write_costs
from sim.dearest import DearestSeries, dearest_series, write_dearest
from sim.intervals import ordered_within
from sim.kronor import CostSeries, cost_series, hour_stegs_of
from sim.network import Network
from sim.periods import Floats
from sim.persons import Persons, PersonSeries
from sim.place_measures import PlaceSeries, place_series, write_place
from sim.ratio_lines import write_ratios, write_within_budget
from sim.runs import Row, split
from sim.scenario import Plan
from sim.setting import Setting, make_setting
from sim.stays import Closings, Stays, closings_of, stays_of
from sim.steg_measures import StegSeries, steg_series, write_steg
from sim.team_measures import TeamSeries, team_series, write_team
from sim.visits import VisitLog


@dataclass(frozen=True)
class Sheet:
    """`rows`: first the measures that are not kronor, then kronor, then what is made of both."""

    lines: Lines
    areas: tuple[str, ...]
    measures: int
    costs: int
    closings: Closings
    stegs: StegSeries
    places: PlaceSeries
    teams: TeamSeries
    persons: PersonSeries
    benefits: BenefitSeries
    kronor: CostSeries
    dearest: DearestSeries

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.lines.rows

    def values(self, log: VisitLog, seed: int, replication: int) -> Floats:
        """Every row of a replication. Shape (rows, periods)."""
        return self.lines.values(self.count(stays_of(log, self.closings), seed, replication))

    def counts_as(self, other: Sheet) -> bool:
        """Whether the two count the same series, so that those of a verksamhet can be had from either."""
        same_series = all(map(np.array_equal, self.lines.owners, other.lines.owners)) and self.rows == other.rows
        return same_series and np.array_equal(self.kronor.pieces.edges, other.kronor.pieces.edges)

    def count(self, stays: Stays, seed: int, replication: int, placements: Stays | None = None) -> Counted:
        """`placements`: those of the whole kommun, where the stays are only some of its parts."""
        counted = self.lines.empty()
        by_person = ordered_within(stays.case, stays.start)
        self.stegs.count(stays, counted)
        self.teams.count(stays, counted)
        self.persons.count(stays, by_person, counted)
        self.benefits.count(stays, by_person, counted)
        use = self.places.count(stays, counted)
        prices = self.kronor.prices.per_dygn(seed, replication)
        self.kronor.count(stays, use, self.benefits, prices, counted)
        self.dearest.count(stays if placements is None else placements, prices, counted)
        return counted


def sheet_of(plan: Plan, network: Network, periods: Sequence[Period], monthly: Sequence[Period]) -> Sheet:
    """`periods` are made of whole months; `monthly` are the run's calendar months."""
    return make_sheet(make_setting(plan, network, periods, monthly))


def make_sheet(setting: Setting) -> Sheet:
    book = Book(setting.grid)
    stegs, places, teams = steg_series(book, setting), place_series(book, setting), team_series(book, setting)
    benefits, kronor, dearest = benefit_series(book, setting), cost_series(book, setting), dearest_series(book, setting)
    persons = Persons(setting)
    in_place = {number: _in_resource(persons, number) for number in range(len(setting.resources))}
    in_steg = {number: _in_steg(persons, number) for number in range(len(setting.stegs))}
    helped, paid = care_kinds(persons), households(persons)
    of = persons.series(book)
    for number, (area, name, resurs) in enumerate(setting.resources):
        if isinstance(resurs, config.Team):
            write_team(book, setting, teams, stegs, number)
        else:
            write_place(book, setting, places, number)
            _write_persons(book, persons, of, in_place[number], (area, "placerade", name))
    for number, (area, name, _) in enumerate(setting.stegs):
        write_steg(book, setting, stegs, number)
        _write_persons(book, persons, of, in_steg[number], (area, "personer", name))
    for row, number in enumerate(hour_stegs_of(setting)):
        area, name, _ = setting.stegs[number]
        book.line((area, "timmar", name), kronor.hours[row])
    write_benefits(book, setting, benefits, persons, of, paid)
    for care in helped:
        write_care(book, setting, care, places, stegs, persons, of)
    measures = len(book.lines)
    write_costs(book, setting, kronor)
    costs = len(book.lines) - measures
    write_ratios(book)
    write_within_budget(book)
    write_dearest(book, dearest)
    lines, closings = book.closed(), closings_of(setting.network)
    return Sheet(
        lines, tuple(setting.areas), measures, costs, closings, stegs, places, teams, of, benefits, kronor, dearest
    )


def _in_resource(persons: Persons, number: int) -> int:
    area = persons.setting.resources[number][0]
    return persons.kind(area, persons.setting.groups_of(area), lambda steg, resource: resource == number)


def _in_steg(persons: Persons, number: int) -> int:
    area = persons.setting.stegs[number][0]
    return persons.kind(area, persons.setting.groups_of(area), lambda steg, resource: steg == number)


def _write_persons(book: Book, persons: Persons, of: PersonSeries, kind: int, row: Row) -> None:
    """Persons of a kind, and the same by målgrupp where the verksamhet has several."""
    area, matt, part = row
    setting = persons.setting
    book.line(row, persons.all(of, kind))
    for group in setting.groups_of(area):
        book.line(
            (area, matt, split(part, malgrupp=setting.network.groups[group])), persons.of_group(of, kind, group=group)
        )
