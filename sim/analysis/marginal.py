"""What one more unit of a number is worth, and the next, and the next: each against the one before it.

All amounts are simulated on the same people and the same good and bad years, so that unit k is the difference between
k and k − 1 units within each possible future.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from sim.analysis.effect import Effect, Estimate, effect, estimate, monthly, yearly
from sim.analysis.target import Target, unit_scenarios
from sim.calendars import DAYS_PER_YEAR, months
from sim.config import Boende, Extern, Kommun, PlatsBehov
from sim.experiment import Study, StudyResult
from sim.periods import Floats
from sim.tables import Table


@dataclass(frozen=True)
class Question:
    """`count` times `step` more units of the target from `since` on; `counted` from a month (as "2019-01") on."""

    target: Target
    count: int
    step: float
    since: date
    counted: str

    @property
    def amounts(self) -> tuple[float, ...]:
        return tuple(self.step * number for number in range(1, self.count + 1))


def ask(target: Target, count: int, step: float, since: date) -> Question:
    return Question(target, count, step, since, f"{since.year}-{since.month:02d}")


def marginal_study(study: Study, question: Question) -> Study:
    """The same study with a scenario for each amount."""
    return replace(study, scenarios=unit_scenarios(question.target, question.amounts, question.since))


@dataclass(frozen=True)
class Marginal:
    """Means a year over the months counted. Estimates are by unit (`…`) or of so many units together (`…_sammanlagt`).

    Kronor. `netto_per_ar`: by unit and calendar year, (units, years), means. Where the target is a place with a bought
    reserv: `belaggning` of those there are already; `fylld` and `ersatt`: the share of each new place's days in which
    somebody more lives in an own place, and by which bought dygn are fewer; `krav`: the share at which such a place
    costs as much as the dygn that it replaces.
    """

    question: Question
    kommun: Kommun
    replications: int
    years: float
    dygn: Estimate
    brutto: Estimate
    kostnad: Estimate
    netto: Estimate
    dygn_sammanlagt: Estimate
    netto_sammanlagt: Estimate
    ar: tuple[str, ...]
    netto_per_ar: Floats
    belaggning: float
    fylld: Floats | None
    ersatt: Floats | None
    krav: BreakEven | None
    sammanlagt: tuple[Effect, ...]


@dataclass(frozen=True)
class BreakEven:
    """Kronor a day: `place`, what an own place costs empty or not; `dygn`, what it costs more when somebody lives in
    it; `bought`, a bought dygn. Fees are taken off both."""

    place: float
    dygn: float
    bought: float

    @property
    def share(self) -> float:
        """place + dygn × b = bought × b; not to be reached where a bought dygn costs no more than an own one."""
        return self.place / (self.bought - self.dygn) if self.bought > self.dygn else float("inf")


def marginal(result: StudyResult, question: Question) -> Marginal:
    """From a finished `marginal_study`."""
    base, *changed = result.tables
    cost = question.target.cost
    together = tuple(effect(base, table, cost).since(question.counted) for table in changed)
    days = month_days(result.study, together[0].months)
    years = float(days.sum()) / DAYS_PER_YEAR

    def units(of: Callable[[Effect], Floats]) -> Floats:
        """A year and unit, (replications, units)."""
        sums = np.stack([of(each).sum(axis=1) for each in together], axis=1) / years
        return np.diff(sums, axis=1, prepend=0.0) / question.step

    def summed(of: Callable[[Effect], Floats]) -> Estimate:
        return estimate(np.stack([of(each).sum(axis=1) for each in together], axis=1) / years)

    net = [yearly(each.months, each.net) for each in together]
    by_year = np.diff(np.stack([values.mean(axis=0) for _, values in net]), axis=0, prepend=0.0) / question.step
    krav = break_even(result, question)
    dygn = estimate(units(lambda each: each.dygn))
    return Marginal(
        question,
        result.study.kommun,
        result.klara,
        years,
        dygn,
        estimate(units(lambda each: each.gross)),
        estimate(units(lambda each: each.cost)),
        estimate(units(lambda each: each.net)),
        summed(lambda each: each.dygn),
        summed(lambda each: each.net),
        net[0][0],
        by_year,
        _occupancy(base, question, days) if krav else float("nan"),
        _filled(result, question, days) if krav else None,
        dygn.medel / DAYS_PER_YEAR if krav else None,
        krav,
        together,
    )


def month_days(study: Study, labels: Sequence[str]) -> Floats:
    """Days of each month of the run that is among the labels."""
    end = ((study.slut or study.kommun.slut) - study.kommun.start).days + 1
    return np.array([each.days for each in months(study.kommun.start, end) if each.label in set(labels)])


def _occupancy(table: Table, question: Question, days: Floats) -> float:
    """Share taken of the places of the target's kind, those of the base."""
    there = [
        monthly(table, (question.target.area or "", what, question.target.resource or ""))[:, -len(days) :] @ days
        for what in ("arsplatser", "platser")
    ]
    return float(there[0].mean() / there[1].mean()) if there[1].mean() > 0 else float("nan")


def _filled(result: StudyResult, question: Question, days: Floats) -> Floats:
    """Of each new place's days, the share in which one more of the own places of its kind is taken."""
    row = (question.target.area or "", "arsplatser", question.target.resource or "")
    taken = [(monthly(table, row)[:, -len(days) :] @ days).mean() for table in result.tables]
    return np.asarray(np.diff(taken) / (question.step * days.sum()))


def break_even(result: StudyResult, question: Question) -> BreakEven | None:
    """Of a place that has a bought reserv, by what the places cost in the study."""
    kommun, target = result.study.kommun, question.target
    place = kommun.resurser.get(target.resource or "")
    if target.cost is None or not isinstance(place, Boende):
        return None
    reserves = {
        steg.behov.reserv
        for verksamhet in kommun.verksamheter.values()
        for steg in verksamhet.steg.values()
        if isinstance(steg.behov, PlatsBehov) and target.resource in steg.behov.plats and steg.behov.reserv
    }
    bought = [(name, kommun.resurser[name]) for name in sorted(reserves)]
    prices = [_price(result.tables[0], name, held) for name, held in bought if isinstance(held, Extern)]
    if not prices or not sum(dygn for _, dygn in prices):
        return None
    fixed, variable = place.fast_kostnad_kr_per_plats_och_dygn, place.rorlig_kostnad_kr_per_dygn
    area = kommun.verksamheter[place.verksamhet]
    return BreakEven(
        fixed * area.prisindex,
        variable * area.prisindex - place.intakt_kr_per_dygn,
        sum(kronor for kronor, _ in prices) / sum(dygn for _, dygn in prices),
    )


def _price(table: Table, name: str, held: Extern) -> tuple[float, float]:
    """Kronor for all the bought dygn of a resource, fees taken off, and how many they are; per replication."""
    area = held.verksamhet
    kronor, dygn = (monthly(table, (area, what, name)).sum(axis=1).mean() for what in ("kostnad_resurs", "varddygn"))
    return float(kronor - held.intakt_kr_per_dygn * dygn), float(dygn)


@dataclass(frozen=True)
class Payback:
    """When so many units together have saved what they cost to build. Months as "2019-07"; None: not within the run.

    `manad`: of the mean; `tidig` and `sen`: of the futures, the tenth and the ninetieth in a hundred. `ar`: years from
    the start if the last year's saving goes on; None where nothing is saved then.
    """

    units: float
    investment: float
    manad: str | None
    tidig: str | None
    sen: str | None
    ar: float | None


def payback(of: Marginal, investment: float) -> tuple[Payback, ...]:
    """`investment`: kronor a unit, paid when the units come."""
    found = []
    for amount, each in zip(of.question.amounts, of.sammanlagt, strict=True):
        wanted = investment * amount
        saved = np.cumsum(each.net, axis=1)
        reached = np.sort([_first(row, wanted) for row in saved])
        last = float(each.net[:, -12:].mean(axis=0).sum()) * 12 / min(12, each.net.shape[1])
        mean = saved.mean(axis=0)
        at = _first(mean, wanted)
        years = (at + 1) / 12 if at < len(mean) else _goes_on(len(mean), wanted - float(mean[-1]), last)
        low, high = (reached[min(int(np.ceil(share * len(reached))) - 1, len(reached) - 1)] for share in (0.1, 0.9))
        of_mean, early, late = (each.months[int(place)] if place < len(mean) else None for place in (at, low, high))
        found.append(Payback(amount, wanted, of_mean, early, late, years))
    return tuple(found)


def _first(saved: Floats, wanted: float) -> int:
    """The first month at whose end so much is saved; one past the last where none is."""
    there = np.flatnonzero(saved >= wanted)
    return int(there[0]) if len(there) else len(saved)


def _goes_on(months_gone: int, left: float, a_year: float) -> float | None:
    return months_gone / 12 + left / a_year if a_year > 0 else None


Pays = Literal["ja", "nej", "oavgjort"]


@dataclass(frozen=True)
class Verdict:
    """Whether each unit pays for itself, by its own interval, and the number with the greatest mean net in all."""

    enheter: tuple[Pays, ...]
    bast: int


def verdict(netto: Estimate, together: Estimate) -> Verdict:
    pays: tuple[Pays, ...] = tuple(
        "ja" if low > 0 else "nej" if high < 0 else "oavgjort"
        for low, high in zip(netto.ki95_lag, netto.ki95_hog, strict=True)
    )
    return Verdict(pays, int(np.argmax(np.append(0.0, together.medel))))
