"""What each figure of a study shows, taken out of the comparison: all that it takes to draw it, and no more.

So a figure can be drawn anywhere, also in another process, and what it says can be checked without drawing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.calendars import is_month
from sim.comparison import Comparison
from sim.costs import ALL_AREAS
from sim.figure_list import Line, lines_of
from sim.labels import kostnadsslag_i_text
from sim.periods import Floats
from sim.scenario import NULAGE
from sim.statistics import Series
from sim.summary import Found, KeyFigure, key_figures, planning_periods, row_of
from sim.swedish import tal, uppraknat

BANDS = (("p10", "p90"), ("p25", "p75"))
"""Of a fan chart, the widest first."""
BARELY = 0.01
"""A scenario whose mean never leaves nuläge by more than this share of its level is named, not drawn."""


@dataclass(frozen=True)
class Who:
    """Nuläge (number 0) or a scenario (from 1, in the study's order), which looks the same in every figure."""

    name: str
    number: int


@dataclass(frozen=True)
class Curve:
    """Means by month; `months` in years, at the middle of each."""

    who: Who
    months: Floats
    means: Floats


@dataclass(frozen=True)
class OverTime:
    """A measure month by month: nuläge with P10-P90, and the mean of each scenario that differs."""

    file: str
    title: str
    unit: str
    low: Floats
    high: Floats
    curves: tuple[Curve, ...]
    """Nuläge first."""
    note: str
    limit: float | None = None
    """A time limit to keep."""


@dataclass(frozen=True)
class Outcome:
    """Mean and P10-P90 of each year, mnkr."""

    who: Who
    means: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class AgainstBudget:
    """What has a budget, year by year, beside the budget (mnkr)."""

    file: str
    title: str
    years: tuple[str, ...]
    budget: Floats
    outcomes: tuple[Outcome, ...]
    note: str


@dataclass(frozen=True)
class Fan:
    """What has a budget, all verksamheter together, year by year (mnkr): how nuläge's possible years spread around the
    budget, and the mean of each scenario that differs. `bands`: (low, high) of each of `BANDS`.
    """

    file: str
    title: str
    years: tuple[str, ...]
    budget: Floats
    bands: tuple[tuple[Floats, Floats], ...]
    curves: tuple[Curve, ...]
    """Nuläge first; `months` are the places of the years, from 0."""
    note: str


@dataclass(frozen=True)
class Panel:
    """A key figure, and its difference in each scenario (None where there is none)."""

    figure: KeyFigure
    changes: tuple[Found | None, ...]


@dataclass(frozen=True)
class Differences:
    """Each scenario against nuläge: mean difference, its 95 % interval, and P10-P90."""

    file: str
    title: str
    scenarios: tuple[Who, ...]
    panels: tuple[Panel, ...]
    note: str


Content = OverTime | AgainstBudget | Fan | Differences


def contents_of(made: Comparison) -> list[Content]:
    """Every figure of a study."""
    found: list[Content | None] = [over_time(made, line) for line in lines_of(made)]
    found.append(fan(made))
    found += [against_budget(made, area) for area in sorted(made.resultat.study.kommun.verksamheter)]
    if len(made.resultat.plans) > 1:
        found.append(differences(made))
    return [content for content in found if content is not None]


def drawn(content: Content, folder: Path) -> list[str]:
    """Draw one figure, in whichever process, and return its name. What draws it is loaded with the first."""
    from sim.figures import draw

    return [draw(content, folder).name]


def _who(made: Comparison) -> Iterator[tuple[str, Who]]:
    """Nuläge and the scenarios by id."""
    for number, plan in enumerate(made.resultat.plans):
        yield plan.id, Who(plan.namn, number)


def over_time(made: Comparison, line: Line) -> OverTime | None:
    row = line.area, line.measure, line.part
    base = made.levels(NULAGE, row).only(is_month)
    if not len(base):
        return None
    drawn, barely, equal = shown_and_not(made, line)
    curves = []
    for scenario, who in _who(made):
        if scenario != NULAGE and scenario not in drawn:
            continue
        series = made.levels(scenario, row).only(is_month)
        first = max(drawn.get(scenario, 0) - 1, 0)
        curves.append(Curve(who, _mid_months(series)[first:], series["medel"][first:] * line.factor))
    notes = ["Linjer: medel av möjliga framtider. Grått band: P10–P90 för nuläget."]
    without = [f"Oförändrat: {', '.join(equal)}."] if equal else []
    without += [f"Skiljer sig mindre än en procent: {', '.join(barely)}."] if barely else []
    notes += [" ".join(without)] if without else []
    low, high = base["p10"] * line.factor, base["p90"] * line.factor
    limit = limit_of(made, line)
    notes[0] += f" Tidsgräns: {tal(limit)} dygn." if limit is not None else ""
    return OverTime(line.file, line.title, line.unit, low, high, tuple(curves), "\n".join(notes), limit)


def limit_of(made: Comparison, line: Line) -> float | None:
    """Of how long a decision may take, where it counts from the request as the measure does."""
    if line.measure != "utredningstid_medel":
        return None
    frist = made.resultat.study.kommun.verksamheter[line.area].steg[line.part].frist
    return frist.dagar if frist is not None and frist.fran == "begaran" else None


def shown_and_not(made: Comparison, line: Line) -> tuple[dict[str, int], list[str], list[str]]:
    """Scenarios to draw, each with its first month of difference; those barely different; and those equal to nuläge."""
    row = line.area, line.measure, line.part
    level = float(np.abs(made.levels(NULAGE, row).only(is_month)["medel"]).mean())
    drawn: dict[str, int] = {}
    barely, equal = [], []
    for plan in made.resultat.plans[1:]:
        series = made.changes(plan.id, row).only(is_month)
        apart = np.any([np.abs(series[name]) > 1e-12 for name in ("skillnad", "p10", "p90")], axis=0)
        if not apart.any():
            equal.append(plan.namn)
        elif float(np.abs(series["skillnad"]).max()) < BARELY * level:
            barely.append(plan.namn)
        else:
            drawn[plan.id] = int(np.argmax(apart))
    return drawn, barely, equal


def _mid_months(series: Series) -> Floats:
    return np.array([int(period[:4]) + (int(period[5:]) - 0.5) / 12 for period in series.periods])


def _is_year(period: str) -> bool:
    return len(period) == 4


def against_budget(made: Comparison, area: str) -> AgainstBudget | None:
    budget = made.levels(NULAGE, (area, "budget", "")).only(_is_year)
    if not len(budget):
        return None
    verksamhet = made.resultat.study.kommun.verksamheter[area]
    against = (area, "avvikelse", "")
    money = budget["medel"] * 1e-6
    outcomes, equal = [], []
    for scenario, who in _who(made):
        if scenario != NULAGE and not (made.changes(scenario, against)["skillnad"] != 0).any():
            equal.append(who.name)
            continue
        left = made.levels(scenario, against).only(_is_year)
        means, low, high = (money - left[name] * 1e-6 for name in ("medel", "p90", "p10"))
        outcomes.append(Outcome(who, means, low, high))
    what = uppraknat(kostnadsslag_i_text(verksamhet.budget_tkr))
    note = "Punkt: medel av möjliga år. Streck: P10–P90, spridningen mellan möjliga år."
    return AgainstBudget(
        f"kostnad_mot_budget_{area}",
        f"{verksamhet.namn}: {what} mot budget",
        budget.periods,
        money,
        tuple(outcomes),
        f"{note}\nOförändrat: {', '.join(equal)}." if equal else note,
    )


def fan(made: Comparison) -> Fan | None:
    """None where fewer than two years have a budget."""
    against = (ALL_AREAS, "avvikelse", "")
    budget = made.levels(NULAGE, (ALL_AREAS, "budget", "")).only(_is_year)
    if len(budget) < 2:
        return None
    money = budget["medel"] * 1e-6
    places = np.arange(len(money), dtype=float)
    curves, equal = [], []
    for scenario, who in _who(made):
        if scenario != NULAGE and not (made.changes(scenario, against)["skillnad"] != 0).any():
            equal.append(who.name)
            continue
        means = made.levels(scenario, against).only(_is_year)["medel"]
        curves.append(Curve(who, places, money - means * 1e-6))
    left = {year: made.resultat.tables[0].of(against, year) for year in budget.periods}
    bands = []
    for names in BANDS:
        shares = [int(name[1:]) / 100 for name in reversed(names)]
        ends = np.array([np.quantile(left[year], shares) for year in budget.periods]).T
        bands.append((money - ends[0] * 1e-6, money - ends[1] * 1e-6))
    note = "Mörkt band: hälften av nulägets möjliga år (P25–P75). Ljust: åtta av tio (P10–P90). Linjer: medel."
    return Fan(
        "solfjader_budget",
        "Kostnad mot budget, allt som har en budget",
        budget.periods,
        money,
        tuple(bands),
        tuple(curves),
        f"{note}\nOförändrat: {', '.join(equal)}." if equal else note,
    )


def differences(made: Comparison) -> Differences:
    """The planning years together; only the key figures that differ, or else the first of them."""
    planning, last_year = planning_periods(made)
    wanted = {"nettokostnad", "varddygn_extern", "bidragsmanader"}
    scenarios = list(_who(made))[1:]
    panels = [
        Panel(figure, tuple(row_of(made.changes, figure, scenario) for scenario, _ in scenarios))
        for figure in key_figures(made.resultat.study.kommun, planning, last_year)
        if figure.measure in wanted and (figure.measure != "nettokostnad" or figure.area == ALL_AREAS)
    ]
    differing = [panel for panel in panels if any(map(_moves, panel.changes))]
    return Differences(
        "skillnader",
        f"Skillnad mot nuläget, {planning}",
        tuple(who for _, who in scenarios),
        tuple(differing or panels[:1]),
        "Punkt och siffra: medelskillnad. Tjockt streck: 95-procentsintervall för medelskillnaden.\n"
        "Tunt streck: P10–P90, spridningen mellan möjliga framtider.",
    )


def _moves(row: Found | None) -> bool:
    return row is not None and any(row[name] != 0 for name in ("p10", "p90", "skillnad"))
