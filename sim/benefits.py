"""Measures of economic assistance: households and months, not stays.

Benefit is paid for days in a benefit steg, but not for days in an own place there: who has a beredskapsplats with
benefit as reserv is paid for the work. `bistand_pa_plats: true` says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.book import Block, Book, Counted, Sum, total
from sim.intervals import Cuts, run_on, stretch_of
from sim.kernel import inlined, kernel
from sim.periods import Floats, Ints
from sim.persons import Persons, PersonSeries
from sim.runs import split
from sim.setting import Setting
from sim.stays import Stays

LONG_TERM_MONTHS = 10
"""Long-term: months of the year with benefit, at least."""
RETURN_DAYS = 365.0

NEW, ENDED, SPELL_DAYS, STAYED_AWAY = range(4)
"""What is counted of spells: those that begin, those that end, the days of these, and those of them after which the
household does not start anew within a year."""


class Paid(NamedTuple):
    """Who is paid. By steg: the number of its benefit, or −1; by steg and resource, whether it is paid.

    By benefit: the verksamhet, and the first row of those of its målgrupper. `together`: by verksamhet, the rows of all
    its benefits together.
    """

    benefit: Ints
    paid: Ints
    area: Ints
    row: Ints
    together: Ints


class Years(NamedTuple):
    """The periods that are whole calendar years: their first months, and the months after them.

    `ahead`: by month, the number of the first one that is not over.
    """

    period: Ints
    first: Ints
    after: Ints
    ahead: Ints


@dataclass(frozen=True)
class BenefitSeries:
    """A row for each målgrupp (number), for each benefit, and for all benefits of a verksamhet together."""

    stegs: tuple[int, ...]
    groups: int
    months: Cuts
    years: Years
    paid: Paid
    paid_months: Block
    spells: Block
    in_year: Block
    long_term: Block

    def count(self, stays: Stays, order: Ints, counted: Counted) -> None:
        """`order`: the records by person and start."""
        blocks = (self.paid_months, self.in_year, self.long_term)
        found = (block.of(counted) for block in blocks)
        _benefit_months(stays, order, self.months, self.years, self.paid, self.groups, *found)
        _spells(stays, order, self.months, self.paid, self.groups, self.spells.of(counted))

    def first_row(self, area: int, steg: int | None) -> int:
        """Of a benefit steg, or of all of a verksamhet (by its number in `paid`)."""
        return int(self.paid.together[area] if steg is None else self.paid.row[self.paid.benefit[steg]])

    def rows_of(self, area: int, steg: int | None, group: int | None) -> list[int]:
        """The rows of one målgrupp, or of all."""
        first = self.first_row(area, steg)
        return [first + number for number in (range(self.groups) if group is None else (group,))]

    def spell(self, what: int, rows: list[int]) -> Sum:
        return total(self.spells[what * self.paid_months.count + row] for row in rows)


@kernel
def _benefit_months(
    stays: Stays,
    order: Ints,
    months: Cuts,
    years: Years,
    paid: Paid,
    groups: int,
    paid_months: Floats,
    in_year: Floats,
    long_term: Floats,
) -> None:
    """A household counts in each calendar month in which it is active at least one day.

    A month that its stays share, also in different stegs of the verksamhet, is counted in the first of them.
    """
    edges, areas = months.edges, len(paid.together)
    rows = paid_months.shape[0] // groups
    change = np.zeros((paid_months.shape[0], paid_months.shape[1] + 1))
    active = np.zeros((rows, len(years.period)))
    latest, until = np.full(areas, -1), np.full(areas, -1)
    for i in order:
        benefit = paid.benefit[stays.steg[i]]
        if benefit < 0 or not paid.paid[stays.steg[i], stays.resource[i]] or np.isnan(stays.start[i]):
            continue
        begin, end = max(np.floor(stays.start[i]), edges[0]), min(np.floor(stays.left[i]), edges[-1])
        if not end > begin:
            continue
        area = paid.area[benefit]
        first, last = months.of_day[int(begin - edges[0])], months.of_day[int(end - edges[0]) - 1]
        if latest[area] >= 0 and stays.case[latest[area]] != stays.case[i]:
            _years_of_case(stays.group[latest[area]], area, years, paid, groups, active, in_year, long_term)
        elif latest[area] >= 0 and first == until[area]:
            first += 1
        latest[area], until[area] = i, last
        if last < first:
            continue
        for at in (paid.row[benefit], paid.together[area]):
            change[at + stays.group[i], first] += 1.0
            change[at + stays.group[i], last + 1] -= 1.0
            y = years.ahead[first]
            while y < len(years.period) and years.first[y] <= last:
                active[at // groups, y] += min(last + 1, years.after[y]) - max(first, years.first[y])
                y += 1
    for area in range(areas):
        if latest[area] >= 0:
            _years_of_case(stays.group[latest[area]], area, years, paid, groups, active, in_year, long_term)
    run_on(change, paid_months)


@inlined
def _years_of_case(
    group: int, area: int, years: Years, paid: Paid, groups: int, active: Floats, in_year: Floats, long_term: Floats
) -> None:
    """Count a household, by its months with benefit in each year, in the rows of a verksamhet; begin the next one."""
    for benefit in range(-1, len(paid.area)):
        if benefit >= 0 and paid.area[benefit] != area:
            continue
        at = paid.row[benefit] if benefit >= 0 else paid.together[area]
        for y in range(len(years.period)):
            found = active[at // groups, y]
            if found > 0:
                in_year[at + group, years.period[y]] += 1.0
                long_term[at + group, years.period[y]] += 1.0 if found >= LONG_TERM_MONTHS else 0.0
                active[at // groups, y] = 0.0


@kernel
def _spells(stays: Stays, order: Ints, months: Cuts, paid: Paid, groups: int, found: Floats) -> None:
    """Spells in each benefit and in any of a verksamhet: two parts of one stay, both paid, are one spell."""
    kinds = found.shape[0] // 4 // groups
    begun, latest = np.full(kinds, -1), np.full(kinds, -1)
    for i in order:
        benefit = paid.benefit[stays.steg[i]]
        if benefit < 0 or not paid.paid[stays.steg[i], stays.resource[i]] or np.isnan(stays.start[i]):
            continue
        for at in (paid.row[benefit], paid.together[paid.area[benefit]]):
            kind = at // groups
            if stays.part[i] > 0 and latest[kind] >= 0 and latest[kind] == i - 1:
                latest[kind] = i
                continue
            if latest[kind] >= 0:
                again = stays.start[i] if stays.case[latest[kind]] == stays.case[i] else np.inf
                _end_spell(stays, months, begun[kind], latest[kind], again, at, found)
            begun[kind], latest[kind] = i, i
            month = stretch_of(months, stays.start[i])
            if 0 <= month < found.shape[1]:
                found[NEW * (found.shape[0] // 4) + at + stays.group[i], month] += 1.0
    for kind in range(kinds):
        if latest[kind] >= 0:
            _end_spell(stays, months, begun[kind], latest[kind], np.inf, kind * groups, found)


@kernel
def _end_spell(stays: Stays, months: Cuts, begun: int, latest: int, again: float, at: int, found: Floats) -> None:
    """Count a spell, if it has ended; `again`: when the household's next one begins."""
    rows, ended = found.shape[0] // 4, stays.gone[latest]
    month = stretch_of(months, ended)
    if 0 <= month < found.shape[1]:
        row = at + stays.group[latest]
        found[ENDED * rows + row, month] += 1.0
        found[SPELL_DAYS * rows + row, month] += ended - stays.start[begun]
        found[STAYED_AWAY * rows + row, month] += 1.0 if again - ended > RETURN_DAYS else 0.0


def benefit_stegs(setting: Setting, area: str) -> list[int]:
    """The stegs of a verksamhet that give benefit."""
    return [n for n in setting.stegs_of(area) if setting.stegs[n][2].bistand_kr_per_manad is not None]


def benefit_areas(setting: Setting) -> list[str]:
    return [area for area in setting.areas if benefit_stegs(setting, area)]


def is_paid(setting: Setting, steg: int, resource: int) -> bool:
    """Whether a stay in a steg gives benefit in a resource (−1: in none)."""
    its = setting.stegs[steg][2]
    in_own_place = resource >= 0 and setting.network.resources[resource].kind == "boende"
    return its.bistand_kr_per_manad is not None and (its.bistand_pa_plats or not in_own_place)


def benefit_series(book: Book, setting: Setting) -> BenefitSeries:
    grid, resources, groups = setting.grid, len(setting.resources), len(setting.network.groups)
    areas = benefit_areas(setting)
    stegs = [(steg, at) for at, area in enumerate(areas) for steg in benefit_stegs(setting, area)]
    benefit = np.full(len(setting.stegs), -1)
    benefit[[steg for steg, _ in stegs]] = np.arange(len(stegs))
    paid = np.array(
        [[is_paid(setting, steg, r) for r in (*range(resources), -1)] for steg in range(len(setting.stegs))]
    )
    benefits, together = (
        setting.area_of_steg[[steg for steg, _ in stegs]],
        [setting.areas.index(area) for area in areas],
    )
    owners = np.repeat(np.concatenate([benefits, together]).astype(np.int64), groups)
    whole = np.flatnonzero(grid.whole_year)
    ahead = np.searchsorted(grid.after[whole], np.arange(len(setting.monthly)), side="right")
    return BenefitSeries(
        tuple(steg for steg, _ in stegs),
        groups,
        setting.months,
        Years(whole, grid.first[whole], grid.after[whole], ahead),
        Paid(
            benefit,
            paid.astype(np.int64),
            np.array([at for _, at in stegs], dtype=np.int64),
            np.arange(len(stegs)) * groups,
            (len(stegs) + np.arange(len(areas))) * groups,
        ),
        paid_months=book.monthly(owners),
        spells=book.monthly(np.tile(owners, 4)),
        in_year=book.by_period(owners),
        long_term=book.by_period(owners),
    )


@dataclass(frozen=True)
class Households:
    """Kinds of persons: by benefit steg, and (None) those of all benefits of a verksamhet; each by målgrupp."""

    of: dict[tuple[str, int | None], int]


def households(persons: Persons) -> Households:
    setting = persons.setting
    found: dict[tuple[str, int | None], int] = {}
    for area in benefit_areas(setting):
        mine, groups = benefit_stegs(setting, area), setting.groups_of(area)
        for steg in mine:
            found[area, steg] = persons.kind(area, groups, _paid_in(setting, [steg]))
        found[area, None] = persons.kind(area, groups, _paid_in(setting, mine))
    return Households(found)


def _paid_in(setting: Setting, stegs: list[int]) -> Callable[[int, int], bool]:
    return lambda steg, resource: steg in stegs and is_paid(setting, steg, resource)


def write_benefits(
    book: Book, setting: Setting, series: BenefitSeries, persons: Persons, of: PersonSeries, kinds: Households
) -> None:
    """By steg and målgrupp; and for all benefit stegs together (`del` empty) where there are several."""
    grid = setting.grid
    followed = grid.ends + RETURN_DAYS <= setting.network.end
    for at, area in enumerate(benefit_areas(setting)):
        stegs = benefit_stegs(setting, area)
        for steg in (*stegs, None) if len(stegs) > 1 else stegs:
            for group in (None, *setting.groups_of(area)):
                by = {} if group is None else {"malgrupp": setting.network.groups[group]}
                part = split("" if steg is None else setting.stegs[steg][1], **by)
                rows, kind = series.rows_of(at, steg, group), kinds.of[area, steg]
                here = persons.all(of, kind) if group is None else persons.of_group(of, kind, group=group)
                months = total(series.paid_months[row] for row in rows)
                ended = series.spell(ENDED, rows)
                in_year = total(series.in_year[row] for row in rows)
                long_term = total(series.long_term[row] for row in rows)
                book.line((area, "hushall", part), here)
                book.line((area, "bidragsmanader", part), months)
                book.line((area, "bidragsmanader_per_hushall", part), months, here, where=grid.long)
                book.line((area, "nya_hushall", part), series.spell(NEW, rows))
                book.line((area, "avslutade_hushall", part), ended)
                book.line((area, "andel_langvarigt", part), long_term, in_year)
                book.line((area, "andel_ej_aterkomna", part), series.spell(STAYED_AWAY, rows), ended, where=followed)
                book.line((area, "bidragstid_medel", part), series.spell(SPELL_DAYS, rows), ended)
