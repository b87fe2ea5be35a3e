"""Measures of economic assistance: households and months, not stays.

Benefit is paid for days in a benefit steg, but not for days in an own place there: who has a beredskapsplats with
benefit as reserv is paid for the work. `bistand_pa_plats: true` says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period
from sim.periods import Floats, Grid, edges_of, period_spans, ratio
from sim.runs import Ints, Rows, Run, persons, split

LONG_TERM_MONTHS = 10
"""Long-term: months of the year with benefit, at least."""
RETURN_DAYS = 365.0


def gives_benefit(run: Run, number: int) -> bool:
    area, name = run.steg_area(number)
    return run.plan.kommun.verksamheter[area].steg[name].bistand_kr_per_manad is not None


def benefit_stegs(run: Run, area: str) -> list[int]:
    """The stegs of a verksamhet that give benefit."""
    stegs = range(len(run.network.steg_names))
    return [number for number in stegs if run.steg_area(number)[0] == area and gives_benefit(run, number)]


@dataclass(frozen=True)
class BenefitMonths:
    """For each paid stay, its record, and its first and last calendar month (numbers in the run).

    A month that a household's stays share, also in different stegs of the verksamhet, is counted in the first of them.
    """

    record: Ints
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def per_month(self, count: int) -> Floats:
        change = np.bincount(self.first, minlength=count + 1) - np.bincount(self.last + 1, minlength=count + 1)
        return np.cumsum(change)[:count].astype(np.float64)

    def select(self, chosen: NDArray[np.bool_]) -> BenefitMonths:
        return BenefitMonths(self.record[chosen], self.first[chosen], self.last[chosen])


def paid_records(run: Run, area: str) -> Ints:
    """Records with benefit in a verksamhet, by household and start."""
    log = run.log
    own = np.array([resource.kind == "boende" for resource in run.network.resources] + [False])
    found = [np.empty(0, dtype=np.int64)]
    for number in benefit_stegs(run, area):
        here = run.of_steg[number]
        name = run.steg_area(number)[1]
        here = here[~np.isnan(log.start[here])]
        paid_in_place = run.plan.kommun.verksamheter[area].steg[name].bistand_pa_plats
        found.append(here if paid_in_place else here[~own[log.resurs[here]]])
    records = np.concatenate(found)
    return records[np.argsort(run.by_person[records])]


def months_of(run: Run, records: Ints, edges: Floats) -> BenefitMonths:
    """A household counts in each calendar month in which it is active at least one day."""
    kept, first, last = period_spans(run.log.fall[records], run.log.start[records], run.left[records], edges)
    return BenefitMonths(records[kept], first, last)


def benefit_months(run: Run, number: int, monthly: Sequence[Period]) -> BenefitMonths:
    """The months of one benefit steg."""
    area, _ = run.steg_area(number)
    found = months_of(run, paid_records(run, area), edges_of(monthly))
    return found.select(run.log.steg[found.record] == number)


def benefit_rows(run: Run, area: str, grid: Grid) -> Rows:
    """By steg and målgrupp; and for all benefit stegs together (`del` empty) where there are several."""
    stegs = benefit_stegs(run, area)
    if not stegs:
        return {}
    log = run.log
    records = paid_records(run, area)
    months = months_of(run, records, grid.edges)
    rows: Rows = {}
    for number in (*stegs, None) if len(stegs) > 1 else stegs:
        here = records if number is None else records[log.steg[records] == number]
        counted = months if number is None else months.select(log.steg[months.record] == number)
        part = "" if number is None else run.steg_area(number)[1]
        rows |= _rows(run, area, part, here, counted, grid)
        for group in run.groups_of(area):
            of_group = counted.select(log.malgrupp[counted.record] == group)
            by_group = split(part, malgrupp=run.network.groups[group])
            rows |= _rows(run, area, by_group, here[log.malgrupp[here] == group], of_group, grid)
    return rows


def _rows(run: Run, area: str, part: str, records: Ints, months: BenefitMonths, grid: Grid) -> Rows:
    log = run.log
    begins, ends = _spells(run, records)
    began, ended = log.start[begins], log.slappt[ends]
    done = ~np.isnan(ended)
    households = persons(run, records, grid)[0]
    paid = grid.total(months.per_month(len(grid.edges) - 1))
    return {
        (area, "hushall", part): households,
        (area, "bidragsmanader", part): paid,
        (area, "bidragsmanader_per_hushall", part): np.where(grid.long, ratio(paid, households), np.nan),
        (area, "nya_hushall", part): grid.count(began),
        (area, "avslutade_hushall", part): grid.count(ended),
        (area, "andel_langvarigt", part): _long_term(run, months, grid),
        (area, "andel_ej_aterkomna", part): _not_returned(run, begins, ends, grid),
        (area, "bidragstid_medel", part): grid.means(ended[done], (ended - began)[done]),
    }


def _spells(run: Run, records: Ints) -> tuple[Ints, Ints]:
    """The first and the last record of each spell: two parts of one stay, both with benefit, are one spell."""
    part = run.log.del_[records] > 0
    joined = part[1:] & (records[1:] == records[:-1] + 1)
    begins, ends = np.ones(len(records), dtype=bool), np.ones(len(records), dtype=bool)
    begins[1:], ends[:-1] = ~joined, ~joined
    return records[begins], records[ends]


def _long_term(run: Run, months: BenefitMonths, grid: Grid) -> Floats:
    """Of the households of each whole calendar year, the share with benefit in at least ten of its months."""
    found = np.full(len(grid), np.nan)
    if not len(months.record):
        return found
    case = np.unique(run.log.fall[months.record], return_inverse=True)[1]
    for period in np.flatnonzero(grid.whole_year).tolist():
        first, after = int(grid.first[period]), int(grid.after[period])
        active = np.minimum(months.last, after - 1) - np.maximum(months.first, first) + 1
        each = np.bincount(case, weights=np.maximum(active, 0))
        if (each > 0).any():
            found[period] = np.mean(each[each > 0] >= LONG_TERM_MONTHS)
    return found


def _not_returned(run: Run, begins: Ints, ends: Ints, grid: Grid) -> Floats:
    """Of the spells that ended in each period, the share whose household does not start anew within a year.

    NaN for periods that cannot be followed for a whole year inside the run.
    """
    log = run.log
    case, start, left = log.fall[begins], log.start[begins], log.slappt[ends]
    following = np.full(len(case), np.inf)
    same = case[1:] == case[:-1]
    following[:-1][same] = start[1:][same]
    done = ~np.isnan(left)
    stayed_away = (following - left > RETURN_DAYS)[done].astype(np.float64)
    followed = grid.ends + RETURN_DAYS <= run.network.end
    return np.where(followed, grid.means(left[done], stayed_away), np.nan)
