"""What the page says of a finished comparison: key figures in words, a table, and which figures there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.comparison import Comparison
from sim.costs import ALL_AREAS
from sim.figures_content import AgainstBudget, Content, Differences, Fan, OverTime, contents_of
from sim.scenario import NULAGE
from sim.summary import Found, KeyFigure, key_figures, planning_periods, row_of
from sim.swedish import tal

FIRST = 5
"""Key figures that are told in words."""
MOST_FIGURES = 8
ASKED_FOR = (
    "nettokostnad",
    "varddygn_extern",
    "bidragsmanader",
    "ko",
    "arsarbetare_behov",
    "utredningstid_medel",
    "ofordelade",
)


@dataclass(frozen=True)
class Said:
    """A key figure in one scenario: the difference with its interval, and in words how sure it is."""

    scenario: str
    difference: str
    interval: str
    words: str
    kind: str
    """`mer`, `mindre`, `osakert` or `lika`: a sign beside the words, never a colour alone."""


@dataclass(frozen=True)
class Told:
    """A key figure: its level in nuläge with P10-P90, and what each scenario does to it."""

    name: str
    unit: str
    period: str
    level: str
    spread: str
    said: tuple[Said, ...]

    @property
    def same(self) -> bool:
        return all(each.kind == "lika" for each in self.said)


@dataclass(frozen=True)
class Shown:
    """A figure: the file it has, its title, and what it shows for who cannot see it."""

    file: str
    title: str
    alt: str


@dataclass(frozen=True)
class Answer:
    klara: int
    planning: str
    scenarios: tuple[str, ...]
    first: tuple[Told, ...]
    rows: tuple[Told, ...]
    unchanged: tuple[str, ...]
    figures: tuple[Shown, ...]


def answer_of(made: Comparison) -> Answer:
    """All that is told. With one scenario or more."""
    planning, last_year = planning_periods(made)
    plans = made.resultat.plans
    pairs = [
        (figure, one)
        for figure in key_figures(made.resultat.study.kommun, planning, last_year)
        if (one := _told(made, figure)) is not None
    ]
    told = [one for _, one in pairs]
    moving = [one for one in told if not one.same]
    return Answer(
        made.resultat.klara,
        planning,
        tuple(plan.namn for plan in plans[1:]),
        tuple(_first(len(plans) > 1, pairs)),
        tuple(moving if len(plans) > 1 else told),
        tuple(one.name for one in told if one.same) if len(plans) > 1 else (),
        tuple(_figures(made)),
    )


def _told(made: Comparison, figure: KeyFigure) -> Told | None:
    base = row_of(made.levels, figure, NULAGE)
    if base is None:
        return None
    level, low, high = (tal(base[name] * figure.factor, figure.decimals) for name in ("medel", "p10", "p90"))
    said = tuple(_said(plan.namn, row_of(made.changes, figure, plan.id), figure) for plan in made.resultat.plans[1:])
    return Told(figure.name, figure.unit, figure.period, level, f"{low}–{high}", said)


def _said(scenario: str, row: Found | None, figure: KeyFigure) -> Said:
    if row is None or (row["skillnad"] == 0 and row["p10"] == 0 and row["p90"] == 0):
        return Said(scenario, "oförändrat", "", "är oförändrat", "lika")
    change = tal(row["skillnad"] * figure.factor, figure.decimals, sign=True)
    low, high = (tal(row[end] * figure.factor, figure.decimals) for end in ("ki95_lag", "ki95_hog"))
    interval = f"{low} till {high}"
    if change == tal(0, figure.decimals) and low == high:
        return Said(scenario, "oförändrat", "", "är oförändrat", "lika")
    if row["ki95_lag"] <= 0 <= row["ki95_hog"]:
        return Said(scenario, change, interval, f"kan inte skiljas från noll ({interval} {figure.unit})", "osakert")
    more = row["skillnad"] > 0
    size = tal(abs(row["skillnad"]) * figure.factor, figure.decimals)
    if size == tal(0, figure.decimals):
        size = f"mindre än {tal(10.0**-figure.decimals, figure.decimals)}"
    words = f"{'ökar' if more else 'minskar'} med {size} {figure.unit} ({interval})"
    return Said(scenario, change, interval, words, "mer" if more else "mindre")


def _first(several: bool, told: Sequence[tuple[KeyFigure, Told]]) -> list[Told]:
    """The total cost, then one measure at a time in the order that planners ask, what is sure before what is not."""

    def rank(pair: tuple[KeyFigure, Told]) -> tuple[bool, int, bool]:
        figure, one = pair
        zero = {tal(0, figure.decimals, sign) for sign in (False, True)}
        sure = any(each.kind in {"mer", "mindre"} and each.difference not in zero for each in one.said)
        return figure.area != ALL_AREAS, ASKED_FOR.index(figure.measure), not sure

    wanted = [
        (figure, one)
        for figure, one in told
        if figure.measure in ASKED_FOR and (figure.measure != "nettokostnad" or figure.area == ALL_AREAS)
    ]
    return [one for _, one in sorted(wanted, key=rank) if not (several and one.same)][:FIRST]


def contents_shown(made: Comparison) -> list[Content]:
    """Differences first, then what differs; in nuläge alone what its costs and queues are."""
    contents = contents_of(made)
    if len(made.resultat.plans) == 1:
        plain: list[Content] = [each for each in contents if not isinstance(each, Differences)]
        return sorted(plain, key=lambda each: not isinstance(each, Fan))[:MOST_FIGURES]
    first: list[Content] = [each for each in contents if isinstance(each, Differences)]
    first += [each for each in contents if isinstance(each, Fan) and len(each.curves) > 1]
    moved: list[Content] = [
        each
        for each in contents
        if (isinstance(each, OverTime) and len(each.curves) > 1)
        or (isinstance(each, AgainstBudget) and len(each.outcomes) > 1)
    ]
    return [*first, *moved][:MOST_FIGURES]


def _figures(made: Comparison) -> list[Shown]:
    return [Shown(each.file, each.title, alt_of(each)) for each in contents_shown(made)]


def alt_of(content: Content) -> str:
    """What a figure shows, with its numbers."""
    if isinstance(content, OverTime):
        ends = "; ".join(
            f"{curve.who.name} {tal(float(curve.means[0]), 1)} först och {tal(float(curve.means[-1]), 1)} sist"
            for curve in content.curves
        )
        return f"{content.title}, {content.unit}. {ends}."
    if isinstance(content, AgainstBudget):
        parts = "; ".join(
            f"{year}: budget {tal(float(content.budget[n]), 1)}"
            + "".join(f", {each.who.name} {tal(float(each.means[n]), 1)}" for each in content.outcomes)
            for n, year in enumerate(content.years)
        )
        return f"{content.title}, mnkr. {parts}."
    if isinstance(content, Fan):
        parts = "; ".join(
            f"{year}: budget {tal(float(content.budget[n]), 1)}"
            + "".join(f", {curve.who.name} {tal(float(curve.means[n]), 1)}" for curve in content.curves)
            + f", nulägets P10–P90 {tal(float(low[n]), 1)} till {tal(float(high[n]), 1)}"
            for low, high in content.bands[:1]
            for n, year in enumerate(content.years)
        )
        return f"{content.title}, mnkr. {parts}."
    parts = "; ".join(
        f"{panel.figure.name}: "
        + ", ".join(
            f"{who.name} {tal(row['skillnad'] * panel.figure.factor, panel.figure.decimals, sign=True)}"
            for who, row in zip(content.scenarios, panel.changes, strict=True)
            if row is not None
        )
        for panel in content.panels
    )
    return f"{content.title}. {parts}."
