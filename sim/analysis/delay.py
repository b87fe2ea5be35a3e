"""What it costs that something planned comes later: the same futures with it in time and late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from sim.analysis.effect import Effect, Estimate, effect, estimate, yearly
from sim.analysis.target import Target, target_of
from sim.config import Andring, Kommun
from sim.errors import HemmaplanError, nearest
from sim.experiment import StudyResult
from sim.loading import checked_kommun
from sim.periods import Floats

MOST_MONTHS = 120
YEARS_AFTER = 3
"""So long after the later day the run goes on, where nothing else is asked for."""


@dataclass(frozen=True)
class Late:
    """A planned change and how many months late it is."""

    name: str
    change: Andring
    target: Target
    months: int

    @property
    def planned(self) -> date:
        assert self.change.fran is not None
        return self.change.fran

    @property
    def day(self) -> date:
        return later(self.planned, self.months)


def late_of(kommun: Kommun, name: str, months: int) -> Late:
    """Raises HemmaplanError where nothing of that name is planned from a day."""
    change = kommun.planerat.get(name)
    if change is None:
        if not kommun.planerat:
            raise HemmaplanError(f"planerat = {name}: inget är planerat i filerna för {kommun.id}")
        raise HemmaplanError(f"planerat = {name}: finns inte; {nearest(name, kommun.planerat)}")
    if change.fran is None:
        raise HemmaplanError(f"planerat = {name}: har ingen dag (fran) att skjuta fram")
    if not 1 <= months <= MOST_MONTHS:
        raise HemmaplanError(f"--manader = {months}: ska vara 1 till {MOST_MONTHS}")
    return Late(name, change, target_of(kommun, change.mal), months)


def later(day: date, months: int) -> date:
    """So many calendar months later; the last of the month where it is too short."""
    month = day.year * 12 + day.month - 1 + months
    after = date((month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)
    return after.replace(day=min(day.day, after.day))


def last_day(late: Late) -> date:
    """The end of the year in which its consequences have mostly passed."""
    return date((late.day - timedelta(days=31)).year + YEARS_AFTER, 12, 31)


def delayed(kommun: Kommun, late: Late) -> Kommun:
    """The kommun with the change late; without it where it then comes after the end of the run."""
    content: dict[str, Any] = kommun.model_dump(mode="python", exclude_unset=True)
    planned: dict[str, Any] = content["planerat"]
    if late.day > kommun.slut:
        del planned[late.name]
        return checked_kommun(content)
    moved = {"fran": late.day}
    if late.change.till is not None:
        moved["till"] = min(later(late.change.till, late.months), kommun.slut)
    planned[late.name] = {**planned[late.name], **moved}
    return checked_kommun(content)


@dataclass(frozen=True)
class Delay:
    """What the delay costs over the whole run (kronor; bought dygn more). Estimates of shape ().

    `kostnad`: what the late thing would have cost by itself, and is saved. `netto_per_ar`: means by calendar year.
    """

    late: Late
    kommun: Kommun
    replications: int
    dygn: Estimate
    brutto: Estimate
    kostnad: Estimate
    netto: Estimate
    ar: tuple[str, ...]
    netto_per_ar: Floats
    last_month: str


def delay(in_time: StudyResult, too_late: StudyResult, late: Late) -> Delay:
    """From two finished studies without scenarios, of the same futures."""
    one = effect(too_late.tables[0], in_time.tables[0], late.target.cost)
    years, net = yearly(one.months, one.net)
    summed: Mapping[str, Estimate] = {
        name: estimate(values.sum(axis=1)[:, None]).at(0) for name, values in _parts(one).items()
    }
    return Delay(
        late,
        in_time.study.kommun,
        in_time.klara,
        summed["dygn"],
        summed["brutto"],
        summed["kostnad"],
        summed["netto"],
        years,
        np.asarray(net.mean(axis=0)),
        one.months[-1],
    )


def _parts(one: Effect) -> dict[str, Floats]:
    return {"dygn": one.dygn, "brutto": one.gross, "kostnad": one.cost, "netto": one.net}
