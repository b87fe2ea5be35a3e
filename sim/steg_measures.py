"""Measures of a steg: who asks, starts and leaves, how long they wait and stay, how it ends and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim import config
from sim.book import Block, Book, Counted, Sum, total
from sim.intervals import (
    MOST_CODES,
    Cuts,
    add_at_ends,
    add_time,
    code_in,
    coded,
    days_in,
    no_time,
    run_on,
    stretch_of,
    time_of,
)
from sim.kernel import kernel
from sim.network import EXIT
from sim.periods import Floats, Grid, Ints
from sim.runs import split
from sim.setting import Setting
from sim.stays import Stays
from sim.visits import ALDERSGRANS, AVHOPP

AGE = "aldersgrans"
"""The ending of those who reached the age limit of a steg, whatever outcome they had ahead of them."""
LEVELS = (0.5, 0.9)
"""The quantiles of waiting: the median, and what nine of ten do not exceed."""

COUNTS = 9
ASKED, STARTED, LEFT, GAVE_UP, WAITED, LATE_NEW, DONE, LEAD, IN_TIME = range(COUNTS)
"""What is counted, each for all stegs: of whole stays who asked, started, left the steg, and left its queue; how long
those who started had waited; who passed the limit of waiting; whose time was up, how long after the request, and who of
them within the limit."""


class Limits(NamedTuple):
    """By steg, NaN where there is none: days of waiting that are too many, and days to be ready in and from when."""

    late_after: Floats
    ready_in: Floats
    from_start: Ints


class Ways(NamedTuple):
    """In which row an ending is counted. By steg, and all (0) or a målgrupp (1 + its number); -1 where in none.

    `target`: the place of each target (after EXIT) among those that the steg can lead to.
    """

    outcome_row: Ints
    target_row: Ints
    target: Ints
    by_age: Ints


@dataclass(frozen=True)
class StegSeries:
    """What is counted of the stegs, and how."""

    stegs: int
    months: Cuts
    grid: Grid
    limits: Limits
    ways: Ways
    counts: Block
    time: Block
    late: Block
    quantiles: Block
    place_of: Ints
    endings: Block

    def of(self, what: int, steg: int) -> Sum:
        return self.counts[what * self.stegs + steg]

    def under_way(self, steg: int) -> Sum:
        """Time in the steg."""
        return self.time[steg]

    def queue(self, steg: int) -> Sum:
        """Time in the queue."""
        return self.time[self.stegs + steg]

    def wait(self, level: int, steg: int) -> Sum:
        return self.quantiles[steg * len(LEVELS) + level]

    def lead(self, steg: int) -> Sum:
        """The median from request to ready."""
        return self.quantiles[(self.stegs + steg) * len(LEVELS)]

    def count(self, stays: Stays, counted: Counted) -> None:
        found = self.counts.of(counted), self.time.of(counted), self.late.of(counted)
        days = np.sort(_visits(stays, self.months, self.limits, *found))
        rows, periods = 2 * self.stegs, len(self.grid)
        self.quantiles.of(counted)[:] = _quantiles(days, self.place_of, rows, periods, np.array(LEVELS))
        _endings(stays, self.months, self.ways, self.endings.of(counted))


@kernel
def _visits(stays: Stays, months: Cuts, limits: Limits, counts: Floats, time: Floats, late: Floats) -> Ints:
    """Fill what is counted, and give the waits that began and the leads that ended, days `coded` by row and month.

    The row is the steg for waits, the number of stegs + the steg for leads.
    """
    stegs, count = len(limits.late_after), counts.shape[1]
    spent = no_time(2 * stegs, months)
    change = np.zeros((stegs, count + 1))
    found, n = np.empty(2 * len(stays.case), dtype=np.int64), 0
    for i in range(len(stays.case)):
        s, asked, start, ended = stays.steg[i], stays.asked[i], stays.start[i], stays.ended[i]
        gave_up = (stays.flags[i] & AVHOPP) != 0
        if not np.isnan(start):
            add_time(spent, s, months, start, stays.left[i], 1.0)
        if stays.last[i] and not gave_up:
            _add_one(counts, LEFT * stegs + s, months, stays.gone[i])
        if stays.part[i] > 0:
            continue
        _add_one(counts, ASKED * stegs + s, months, asked)
        _add_one(counts, STARTED * stegs + s, months, start)
        if gave_up:
            _add_one(counts, GAVE_UP * stegs + s, months, stays.gone[i])
        if stays.served[i] > asked:
            add_time(spent, stegs + s, months, asked, stays.served[i], 1.0)
            passed = asked + limits.late_after[s]
            add_at_ends(change, s, months, passed, stays.served[i])
            if passed < stays.served[i]:
                _add_one(counts, LATE_NEW * stegs + s, months, passed)
        month = stretch_of(months, start)
        if 0 <= month < count:
            counts[WAITED * stegs + s, month] += start - asked
            found[n] = coded(start - asked, s * count + month)
            n += 1
        month = stretch_of(months, ended)
        if 0 <= month < count and not np.isnan(limits.ready_in[s]):
            since = start if limits.from_start[s] else asked
            counts[DONE * stegs + s, month] += 1.0
            counts[LEAD * stegs + s, month] += ended - asked
            counts[IN_TIME * stegs + s, month] += 1.0 if ended - since <= limits.ready_in[s] else 0.0
            found[n] = coded(ended - asked, (stegs + s) * count + month)
            n += 1
    time_of(spent, months, time)
    run_on(change, late)
    return found[:n]


@kernel
def _add_one(counts: Floats, row: int, months: Cuts, time: float) -> None:
    month = stretch_of(months, time)
    if 0 <= month < counts.shape[1]:
        counts[row, month] += 1.0


@kernel
def _quantiles(days: Ints, place_of: Ints, rows: int, periods: int, levels: Floats) -> Floats:
    """Quantiles, interpolated linearly, of the days of each row in each period; NaN where there are none.

    The days are in order, `coded`; `place_of`: by code and stretch, row × periods + period. Shape
    (rows × levels, periods).
    """
    number, offset = np.zeros(rows * periods, dtype=np.int64), np.zeros(rows * periods, dtype=np.int64)
    for each in days:
        for stretch in range(place_of.shape[1]):
            number[place_of[code_in(each), stretch]] += 1
    for place in range(1, len(number)):
        offset[place] = offset[place - 1] + number[place - 1]
    ordered, filled = np.empty(number.sum()), offset.copy()
    for each in days:
        for stretch in range(place_of.shape[1]):
            place = place_of[code_in(each), stretch]
            ordered[filled[place]] = days_in(each)
            filled[place] += 1
    found = np.full((rows * len(levels), periods), np.nan)
    for place in range(len(number)):
        if number[place] == 0:
            continue
        for level in range(len(levels)):
            position = levels[level] * (number[place] - 1)
            below = int(np.floor(position))
            low = ordered[offset[place] + below]
            high = ordered[offset[place] + min(below + 1, number[place] - 1)]
            part = position - below
            found[(place // periods) * len(levels) + level, place % periods] = (
                low + (high - low) * part if part < 0.5 else high - (high - low) * (1.0 - part)
            )
    return found


@kernel
def _endings(stays: Stays, months: Cuts, ways: Ways, found: Floats) -> None:
    for i in range(len(stays.case)):
        month = stretch_of(months, stays.gone[i])
        if not 0 <= month < found.shape[1] or not stays.last[i] or (stays.flags[i] & AVHOPP) != 0:
            continue
        s = stays.steg[i]
        outcome = ways.by_age[s] if (stays.flags[i] & ALDERSGRANS) != 0 else stays.outcome[i]
        target = stays.target[i] - EXIT
        for group in (0, 1 + stays.group[i]):
            if ways.outcome_row[s, group] >= 0 and outcome >= 0:
                found[ways.outcome_row[s, group] + outcome, month] += 1.0
            if ways.target_row[s, group] >= 0 and target >= 0:
                found[ways.target_row[s, group] + ways.target[s, target], month] += 1.0


def steg_series(book: Book, setting: Setting) -> StegSeries:
    stegs = [steg for _, _, steg in setting.stegs]
    limits = Limits(
        np.array([np.nan if steg.ej_verkstallt_efter is None else steg.ej_verkstallt_efter for steg in stegs]),
        np.array([np.nan if steg.frist is None else steg.frist.dagar for steg in stegs]),
        np.array([steg.frist is not None and steg.frist.fran == "start" for steg in stegs], dtype=np.int64),
    )
    assert 2 * len(stegs) * len(setting.monthly) <= MOST_CODES
    ways, ending_rows = _ways(setting)
    owners = setting.area_of_steg
    of_month, first_places = setting.grid.of_month.T, np.arange(2 * len(stegs)) * len(setting.grid)
    return StegSeries(
        len(stegs),
        setting.months,
        setting.grid,
        limits,
        ways,
        counts=book.monthly(np.tile(owners, COUNTS)),
        time=book.monthly(np.tile(owners, 2)),
        late=book.at_end(owners),
        quantiles=book.by_period(np.repeat(np.tile(owners, 2), len(LEVELS))),
        place_of=(first_places[:, None, None] + of_month).reshape(-1, of_month.shape[1]),
        endings=book.monthly(ending_rows),
    )


def outcomes_of(setting: Setting, number: int) -> list[str]:
    """The ways in which stays in a steg end."""
    _, _, steg = setting.stegs[number]
    return [*setting.network.outcome_names[number], *([AGE] if steg.till_alder is not None else [])]


def targets_of(setting: Setting, number: int) -> list[int]:
    """Where stays in a steg can lead, in order of number."""
    area, _, steg = setting.stegs[number]
    names = {target for way in _ways_out(steg) for target in way}
    own = {setting.stegs[other][1]: other for other in setting.stegs_of(area)}
    return sorted(EXIT if name == config.AVSLUT else own[name] for name in names)


def _ways_out(steg: config.Steg) -> list[Mapping[str, float]]:
    """Every routing that stays in a steg can follow."""
    ways: list[Mapping[str, float]] = [steg.till_alder.nasta] if steg.till_alder else []
    for utfall in steg.utfall.values():
        others = (*utfall.malgrupper.values(), *utfall.resurser.values())
        ways += [utfall.nasta, *(other.nasta for other in others if other.nasta)]
    return ways


def split_endings(setting: Setting, number: int) -> list[int]:
    """The målgrupper by which the endings of a steg are split: where it gives benefit."""
    area, _, steg = setting.stegs[number]
    return setting.groups_of(area) if steg.bistand_kr_per_manad is not None else []


def _ways(setting: Setting) -> tuple[Ways, Ints]:
    """Where each ending is counted, and whose those rows are. A target that the steg cannot lead to has a row too."""
    stegs, columns = len(setting.stegs), 1 + len(setting.network.groups)
    outcome_row, target_row = np.full((stegs, columns), -1), np.full((stegs, columns), -1)
    target = np.zeros((stegs, stegs + 1), dtype=np.int64)
    owners = list[int]()
    for number in range(stegs):
        outcomes, targets = outcomes_of(setting, number), targets_of(setting, number)
        target[number] = len(targets)
        target[number, np.array(targets) - EXIT] = np.arange(len(targets))
        for column in (0, *(1 + group for group in split_endings(setting, number))):
            outcome_row[number, column] = len(owners)
            target_row[number, column] = len(owners) + len(outcomes)
            owners += [int(setting.area_of_steg[number])] * (len(outcomes) + len(targets) + 1)
    by_age = np.array([len(outcomes_of(setting, number)) - 1 for number in range(stegs)])
    return Ways(outcome_row, target_row, target, by_age), np.array(owners, dtype=np.int64)


def write_steg(book: Book, setting: Setting, series: StegSeries, number: int) -> None:
    """The lines of a steg, but for the persons and hours in it."""
    area, name, steg = setting.stegs[number]
    days = book.days

    def of(what: int) -> Sum:
        return series.of(what, number)

    book.line((area, "begarda", name), of(ASKED))
    book.line((area, "startade", name), of(STARTED))
    book.line((area, "avslutade", name), of(LEFT))
    book.line((area, "pagaende", name), series.under_way(number), days)
    _write_endings(book, setting, series, number)
    if steg.behov is not None:
        book.line((area, "vantetid_medel", name), of(WAITED), of(STARTED))
        book.line((area, "vantetid_median", name), series.wait(0, number))
        book.line((area, "vantetid_p90", name), series.wait(1, number))
        book.line((area, "avhopp", name), of(GAVE_UP))
        book.line((area, "ko", name), series.queue(number), days)
        if steg.ej_verkstallt_efter is not None:
            book.line((area, "ej_verkstallda", name), series.late[number])
            book.line((area, "ej_verkstallda_nya", name), of(LATE_NEW))
    if steg.frist is not None:
        book.line((area, "utredningstid_medel", name), of(LEAD), of(DONE))
        book.line((area, "utredningstid_median", name), series.lead(number))
        book.line((area, "andel_inom_frist", name), of(IN_TIME), of(DONE))


def _write_endings(book: Book, setting: Setting, series: StegSeries, number: int) -> None:
    """How stays ended and where they led, as shares of those that ended, for periods of half a year or more.

    Where a steg gives benefit, also by målgrupp.
    """
    area, name, _ = setting.stegs[number]
    outcomes, targets = outcomes_of(setting, number), targets_of(setting, number)
    for group in (None, *split_endings(setting, number)):
        column = 0 if group is None else 1 + group
        by = {} if group is None else {"malgrupp": setting.network.groups[group]}
        first, then = int(series.ways.outcome_row[number, column]), int(series.ways.target_row[number, column])
        ended = [series.endings[first + at] for at in range(len(outcomes))]
        for way, each in zip(outcomes, ended, strict=True):
            if len(outcomes) > 1:
                row = (area, "andel_utfall", split(name, utfall=way, **by))
                book.line(row, each, total(ended), where=setting.grid.long)
        led = [series.endings[then + at] for at in range(len(targets) + 1)]
        for target, each in zip(targets, led, strict=False):
            if len(targets) > 1:
                to = config.AVSLUT if target == EXIT else setting.stegs[target][1]
                row = (area, "andel_nasta", split(name, nasta=to, **by))
                book.line(row, each, total(led), where=setting.grid.long)
