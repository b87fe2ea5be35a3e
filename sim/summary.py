"""The result in words and one table, Markdown in Swedish, made from the comparison and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.cautions import Caution, caution_lines
from sim.comparison import Comparison
from sim.config import Boende, Extern, Kommun, Steg, Team
from sim.costs import ALL_AREAS
from sim.describe import scenario_lines
from sim.labels import LABELS, kostnadsslag_i_text
from sim.precision import precision_lines
from sim.runs import Row
from sim.scenario import NULAGE
from sim.statistics import Series
from sim.swedish import datum, gement, tal, uppraknat
from sim.warmup import warmup_note

MNKR = 1e-6
ASSUMPTIONS = {
    False: "Osäkerheten i antagandena kommer därtill.",
    True: "Osäkerheten i antagandena är med i båda, och visas för sig nedan.",
}
"""What is said of assumptions, without and with parameter uncertainty."""


@dataclass(frozen=True)
class KeyFigure:
    """A measure worth a planner's first look: which row, over which period, in what unit."""

    area: str
    measure: str
    part: str
    name: str
    unit: str
    factor: float
    decimals: int
    period: str


def key_figures(kommun: Kommun, planning: str, last_year: str) -> list[KeyFigure]:
    """The figures that fit what the kommun is made of: sums over the planning years, the rest for the last year."""

    def summed(area: str, measure: str, part: str, name: str, kronor: bool = False) -> KeyFigure:
        unit, factor, decimals = ("mnkr", MNKR, 1) if kronor else (LABELS[measure].enhet, 1.0, 0)
        return KeyFigure(area, measure, part, name, unit, factor, decimals, planning)

    def at_end(area: str, measure: str, part: str, name: str, decimals: int = 1) -> KeyFigure:
        return KeyFigure(area, measure, part, name, LABELS[measure].enhet, 1.0, decimals, last_year)

    figures = [summed(ALL_AREAS, "nettokostnad", "", "Nettokostnad, alla verksamheter", kronor=True)]
    for area, verksamhet in sorted(kommun.verksamheter.items()):
        own = [r for r in kommun.resurser.values() if r.verksamhet == area]
        figures.append(summed(area, "nettokostnad", "", f"Nettokostnad, {gement(verksamhet.namn)}", kronor=True))
        benefits = [key for key, steg in verksamhet.steg.items() if steg.bistand_kr_per_manad is not None]
        for key in benefits:
            which = f", {gement(verksamhet.steg[key].namn)}" if len(benefits) > 1 else ""
            figures.append(summed(area, "bidragsmanader", key, f"Bidragsmånader{which}"))
        if any(isinstance(resurs, Extern) for resurs in own):
            figures.append(summed(area, "varddygn_extern", "", f"Externa vårddygn, {gement(verksamhet.namn)}"))
        for key, steg in verksamhet.steg.items():
            if _queues_for_places(kommun, steg):
                figures.append(at_end(area, "ko", key, f"Kö till {gement(steg.namn)}"))
        for name, resurs in kommun.resurser.items():
            if isinstance(resurs, Team) and resurs.verksamhet == area:
                figures.append(
                    at_end(area, "arsarbetare_behov", name, f"Årsarbetare som behövs, {gement(resurs.namn)}")
                )
                figures.append(at_end(area, "ofordelade", name, f"Ofördelade ärenden, {gement(resurs.namn)}"))
        limited = [key for key, steg in verksamhet.steg.items() if steg.frist is not None]
        for key in limited:
            which = f" ({gement(verksamhet.steg[key].namn)})" if len(limited) > 1 else ""
            name = f"Utredningstid, {gement(verksamhet.namn)}{which}"
            figures.append(at_end(area, "utredningstid_medel", key, name, 0))
    return figures


def _queues_for_places(kommun: Kommun, steg: Steg) -> bool:
    places = getattr(steg.behov, "plats", ())
    return any(isinstance(kommun.resurser[name], Boende) for name in places)


Lookup = Callable[[str, Row], Series]
"""`levels` or `changes` of a comparison."""
Found = dict[str, float]
"""The columns of a measure in one period."""


def row_of(lookup: Lookup, figure: KeyFigure, scenario: str) -> Found | None:
    return lookup(scenario, (figure.area, figure.measure, figure.part)).at(figure.period)


def planning_periods(made: Comparison) -> tuple[str, str]:
    """(planning years together, last year), or the last year for both where there is no more than one."""
    base = made.niva[0]
    periods = [period for number, period in enumerate(base.periods) if base.known[:, number].any()]
    last_year = max(period for period in periods if len(period) == 4)
    return next((period for period in periods if "–" in period), last_year), last_year


def summary_text(made: Comparison, cautions: Sequence[Caution] = ()) -> str:
    study = made.resultat.study
    kommun = study.kommun
    planning, last_year = planning_periods(made)
    figures = key_figures(kommun, planning, last_year)
    lines = [
        f"# {kommun.namn}: scenarier jämförda med nuläget",
        "",
        f"{made.resultat.klara} möjliga framtider har simulerats för nuläget och för varje scenario, med samma "
        f"människor och samma goda och dåliga år i alla. Basår {kommun.basar}{_from_day(kommun)}; planeringsåren är "
        f"{planning}.",
        "",
        *(line for text in warmup_note(kommun) for line in (text, "")),
        *_precision(made),
        "Siffrorna beskriver vad som följer av antagandena i konfigurationen. De är ett underlag för att jämföra "
        "handlingsvägar, inte en prognos.",
        "",
        *caution_lines(cautions),
    ]
    if len(made.resultat.plans) > 1:
        lines += ["## Vad som ändras", ""]
        for plan in made.resultat.plans[1:]:
            lines += _scenario_paragraph(made, figures, plan.id, plan.namn, planning)
        lines += ["", "## Skillnad mot nuläget", ""]
    else:
        lines += ["## Nuläget", ""]
    lines += _table(made, figures)
    lines += _budget(made)
    if len(made.resultat.plans) > 1:
        lines += _scenarios(made)
    return "\n".join(lines) + "\n"


def _precision(made: Comparison) -> list[str]:
    result = made.resultat
    names = {plan.id: plan.namn for plan in result.plans}
    return precision_lines(result.study.precision, result.tables, names, result.klara < result.begarda)


def _from_day(kommun: Kommun) -> str:
    return f" från {datum(kommun.start)}, så att dess siffror gäller en del av året" if kommun.startdag else ""


def _scenario_paragraph(
    made: Comparison, figures: list[KeyFigure], scenario: str, name: str, planning: str
) -> list[str]:
    """The cost in a sentence, then what else changes and can be told from zero."""
    parts = []
    for figure in figures:
        if figure.measure == "nettokostnad" and figure.area != ALL_AREAS:
            continue
        row = row_of(made.changes, figure, scenario)
        if row is None or (row["skillnad"] == 0 and row["p10"] == 0 and row["p90"] == 0):
            continue
        change = tal(row["skillnad"] * figure.factor, figure.decimals, sign=True)
        low, high = (tal(row[end] * figure.factor, figure.decimals) for end in ("ki95_lag", "ki95_hog"))
        when = "" if figure.period == planning else f" ({figure.period})"
        if change == tal(0, figure.decimals):
            continue
        if not row["ki95_lag"] <= 0 <= row["ki95_hog"]:
            parts.append(f"{_small(figure.name)}{when} {change} {figure.unit} ({low} till {high})")
        elif figure.area == ALL_AREAS or figure.measure in {"varddygn_extern", "bidragsmanader"}:
            parts.append(f"{_small(figure.name)}{when} kan inte skiljas från noll ({low} till {high} {figure.unit})")
    if not parts:
        parts = ["inget av nyckeltalen ändras"]
    return [f"- **{name}**, {planning}: {'; '.join(parts)}."]


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


def _table(made: Comparison, figures: list[KeyFigure]) -> list[str]:
    plans = made.resultat.plans
    header = ["Nyckeltal", "Enhet", "Period", "Nuläge (P10–P90)", *(plan.namn for plan in plans[1:])]
    lines = [f"| {' | '.join(header)} |", f"|---|---|---|{'--:|' * len(plans)}"]
    unchanged = []
    for figure in figures:
        base = row_of(made.levels, figure, NULAGE)
        if base is None:
            continue
        if len(plans) > 1 and not any(_differs(row_of(made.changes, figure, plan.id)) for plan in plans[1:]):
            unchanged.append(_small(figure.name))
            continue
        level, low, high = (tal(base[column] * figure.factor, figure.decimals) for column in ("medel", "p10", "p90"))
        cells = [figure.name, figure.unit, figure.period, f"{level} ({low}–{high})"]
        for plan in plans[1:]:
            row = row_of(made.changes, figure, plan.id)
            cells.append(_difference(row, figure))
        lines.append(f"| {' | '.join(cells)} |")
    if unchanged:
        lines += ["", f"Oförändrat i alla scenarier: {'; '.join(unchanged)}."]
    if len(plans) > 1:
        lines += [
            "",
            "P10–P90 är spridningen mellan möjliga år: vart tionde år hamnar under, vart tionde över. Parentesen efter "
            "en skillnad är 95-procentsintervallet för medelskillnaden och visar bara simuleringens egen osäkerhet. "
            + ASSUMPTIONS[made.resultat.study.osakerhet is not None],
        ]
    return lines


def _differs(row: Found | None) -> bool:
    """Whether a scenario changes a figure at all, in any of the possible futures."""
    return row is not None and bool(row["skillnad"] != 0 or row["ki95_lag"] != row["ki95_hog"])


def _difference(row: Found | None, figure: KeyFigure) -> str:
    if row is None:
        return "–"
    if not _differs(row):
        return "oförändrat"
    change = tal(row["skillnad"] * figure.factor, figure.decimals, sign=True)
    low, high = (tal(row[end] * figure.factor, figure.decimals) for end in ("ki95_lag", "ki95_hog"))
    return f"{change} ({low} till {high})"


def _budget(made: Comparison) -> list[str]:
    if not made.inom_budget:
        return []
    kommun = made.resultat.study.kommun
    years = sorted({chance.period for chance in made.inom_budget})
    lines = ["", "## Sannolikhet att året slutar inom budget", ""]
    lines += [f"| Verksamhet | Scenario | {' | '.join(years)} |", f"|---|---|{'--:|' * len(years)}"]
    found = {(chance.verksamhet, chance.scenario, chance.period): chance.inom_budget for chance in made.inom_budget}
    for area in sorted(kommun.verksamheter):
        for plan in made.resultat.plans:
            mine = [found.get((area, plan.id, year), math.nan) for year in years]
            if not all(map(math.isnan, mine)) and (plan.id == NULAGE or _budget_differs(made, area, plan.id)):
                chances = [f"{tal(100 * chance)} %" for chance in mine]
                lines.append(f"| {kommun.verksamheter[area].namn} | {plan.namn} | {' | '.join(chances)} |")
    compared = [
        f"{gement(verksamhet.namn)} {uppraknat(kostnadsslag_i_text(verksamhet.budget_tkr))}"
        for _, verksamhet in sorted(kommun.verksamheter.items())
        if verksamhet.budget_tkr
    ]
    return [
        *lines,
        "",
        f"Jämförelsen gäller de kostnadsslag som har en budget i konfigurationen: {'; '.join(compared)}. "
        "Ett scenario som inte rör dem står inte med.",
    ]


def _budget_differs(made: Comparison, area: str, scenario: str) -> bool:
    return bool((made.changes(scenario, (area, "avvikelse", ""))["skillnad"] != 0).any())


def _scenarios(made: Comparison) -> list[str]:
    lines = ["", "## Scenarierna", ""]
    for plan in made.resultat.plans[1:]:
        assert plan.scenario is not None
        lines += [f"**{plan.namn}** (`{plan.id}`). {plan.scenario.motiv}", ""]
        lines += [f"- {line}" for line in scenario_lines(plan.scenario, plan.kommun)]
        if plan.scenario.forbehall:
            lines += ["", f"*Förbehåll:* {plan.scenario.forbehall.strip()}"]
        lines.append("")
    study = made.resultat.study
    end = study.slut or study.kommun.slut
    return [
        *lines,
        f"Simulerat {datum(study.kommun.start)} till {datum(end)}, slumpfrö {study.fro}, motor {study.motor}.",
    ]
