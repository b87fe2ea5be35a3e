"""What a reader of results should be warned of: one list, that follows into the summary, the folder and the reports."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from sim.analysis.fluid import THREE_MONTHS
from sim.analysis.overload import YEARS_AFTER, Overload, overloads
from sim.blocking import warnings_of
from sim.calendars import DAYS_PER_YEAR, date_of, is_month
from sim.calibration_files import calibration_path, load_calibration
from sim.comparison import Comparison
from sim.config import Team
from sim.errors import HemmaplanError
from sim.experiment import Ready, Study
from sim.flows import Flows
from sim.reconcile import ACCEPTABLE, UNUSED, Line, load_reconciliation, reconciled, reconciliation_path
from sim.results import write_csv
from sim.scenario import NULAGE, Plan
from sim.swedish import manad, tal, uppraknat
from sim.warmup import warmup_warnings

Level = Literal["varning", "obs"]
MORE = 1.01
"""A scenario's overload is told beside nuläge's where it is so many times larger."""
SHOWN = 3
"""So many weak figures of a verksamhet are named."""


class Caution(NamedTuple):
    """`niva`: varning where an answer may be wrong, obs where it is to be known. `scenario` "" concerns them all."""

    niva: Level
    slag: str
    scenario: str
    text: str


@dataclass(frozen=True)
class Watched:
    """What is known before a study is simulated; `overloads` are told of again when it is."""

    study: Study
    plans: tuple[Plan, ...]
    known: tuple[Caution, ...]
    overloads: tuple[Overload, ...]

    def before(self) -> list[Caution]:
        return [*self.known, *(overload_caution(each, self.study, self.plans) for each in self.overloads)]

    def after(self, made: Comparison, root: Path) -> list[Caution]:
        """With what the simulation says of the queues, and how well nuläge agrees with the kommun's document."""
        told = [overload_caution(each, self.study, self.plans, made) for each in self.overloads]
        return [*self.known, *told, *grade_cautions(made, root)]


def watched(ready: Ready) -> Watched:
    """Nothing is simulated: what surprises in the configuration, too short a warm-up, queues that only grow."""
    study, plans, scenarios = ready
    kommun = study.kommun
    known = [Caution("obs", "konfiguration", "", text) for text in warnings_of(kommun)]
    known += [Caution("varning", "uppvarmning", "", text) for text in warmup_warnings(kommun)]
    flows = Flows()
    found = (
        each for plan, posed in zip(plans, scenarios, strict=True) for each in overloads(plan, posed.network, flows)
    )
    return Watched(study, plans, tuple(known), tuple(worth_telling(found)))


def worth_telling(found: Iterable[Overload]) -> list[Overload]:
    """Without what a scenario only shares with nuläge, which comes first."""
    base: dict[tuple[str, ...], float] = {}
    kept = []
    for each in found:
        if each.scenario == NULAGE:
            base[each.names] = each.ratio
        if each.scenario == NULAGE or each.ratio > MORE * base.get(each.names, 0.0):
            kept.append(each)
    return kept


def overload_caution(each: Overload, study: Study, plans: Sequence[Plan], made: Comparison | None = None) -> Caution:
    """In words: how much too much, when somebody has waited for three months, and when so in the simulation."""
    kommun, end = study.kommun, study.slut or study.kommun.slut
    name = uppraknat([kommun.resurser[resource].namn for resource in each.names])
    plan = next(plan for plan in plans if plan.id == each.scenario)
    where = "i nuläget" if plan.id == NULAGE else f"i scenariot {plan.namn}"
    unit = "ärenden" if isinstance(kommun.resurser[each.names[0]], Team) else "platser"
    years = each.years[0] if len(each.years) == 1 else f"{each.years[0]}–{each.years[-1]}"
    load = f"plats för {tal(each.capacity, 1)} {unit} men på sikt behövs {tal(each.load, 1)}"
    load += f" ({tal(100 * each.ratio)} %)" if math.isfinite(each.ratio) else ""
    day = None if each.waited is None else date_of(kommun.start, each.waited)
    text = f"{name} har {where} {years} {load}. Så länge det är så kan kön inte bli stabil. {_reckoned(each, day, end)}"
    month = _simulated(each, made) if made is not None else None
    if month is not None:
        text += f" I simuleringen når medelväntan tre månader i {manad(date.fromisoformat(f'{month}-01'))}."
    elif made is not None:
        text += " I simuleringen når medelväntan inte tre månader."
    soon = month is not None or (day is not None and day <= end)
    return Caution("varning" if soon else "obs", "overbelastning", each.scenario, text)


def _reckoned(each: Overload, day: date | None, end: date) -> str:
    if each.waited is None or day is None:
        return f"Räknat utan slump väntar ändå ingen i tre månader de första {YEARS_AFTER} åren efter körningens slut."
    beyond = ", om det sista året fortsätter" if day > end else ""
    return (
        f"Räknat utan slump passerar kön tre månader i {manad(day)}{beyond}: "
        f"{tal(each.waited / DAYS_PER_YEAR, 1)} år efter start."
    )


def _simulated(each: Overload, made: Comparison) -> str | None:
    """The first month in which those who begin have waited for three months, in the mean of all possible futures."""
    found = []
    for area, steg in each.stegs:
        waits = made.levels(each.scenario, (area, "vantetid_medel", steg)).only(is_month)
        found += [period for period, days in zip(waits.periods, waits["medel"], strict=True) if days >= THREE_MONTHS]
    return min(found, default=None)


def grade_cautions(made: Comparison, root: Path) -> list[Caution]:
    """Where nuläge is far from the kommun's document in the basår, and where nothing says how far it is."""
    kommun = made.resultat.study.kommun
    if not reconciliation_path(root, kommun.id).is_file():
        return [_graded("obs", "Kommunen har ingen avstämning, så inget säger hur väl modellen liknar den.")]
    if kommun.start != kommun.arets_borjan or f"{kommun.basar}-12" not in made.resultat.tables[0].periods:
        return [_graded("obs", f"Hela {kommun.basar} simuleras inte, så nuläget stäms inte av mot dokumentet.")]
    try:
        lines = load_reconciliation(root, kommun.id)
        fitted = load_calibration(root, kommun)[1] if calibration_path(root, kommun.id).is_file() else ()
    except HemmaplanError as error:
        return [_graded("obs", f"Avstämningen kan inte läsas: {error}.")]
    return list(_grades(made, lines, fitted))


def _graded(level: Level, text: str) -> Caution:
    return Caution(level, "avstamning", "", text)


def _grades(made: Comparison, lines: Sequence[Line], fitted: Sequence[Line]) -> Iterable[Caution]:
    kommun, count = made.resultat.study.kommun, made.resultat.klara
    graded, tried = set[str](), set[str]()
    weak: dict[str, list[str]] = {}
    number: dict[str, int] = {}
    for line in lines:
        areas = line.verksamheter or tuple(filter(None, [line.uppgift.verksamhet]))
        try:
            row = reconciled(line, made, fitted)
        except HemmaplanError:
            continue  # the run is too short for the figure
        if row["betyg"] == "ograderad" or row["skillnad"] != row["skillnad"]:
            continue
        graded.update(areas)
        tried.update(areas if row["inpassad"] == UNUSED else ())
        noise = 2 * abs(row["p90"] - row["p10"]) / 2.563 / math.sqrt(count) / abs(row["dokument"])
        for area in areas:
            number[area] = number.get(area, 0) + 1
            if abs(row["skillnad"]) > ACCEPTABLE + noise:
                weak.setdefault(area, []).append(f"{row['siffra']} {tal(100 * row['skillnad'], sign=True)} %")
    for area, figures in sorted(weak.items()):
        if area in kommun.verksamheter:
            told = "; ".join(figures[:SHOWN]) + (" med flera" if len(figures) > SHOWN else "")
            text = f"{len(figures)} av {number[area]} siffror för {kommun.basar} är svaga"
            yield _graded("varning", f"{kommun.verksamheter[area].namn}: {text}, mer än 10 % från dokumentet: {told}.")
    names = {area: verksamhet.namn for area, verksamhet in sorted(kommun.verksamheter.items())}
    if missing := [name for area, name in names.items() if area not in graded]:
        yield _graded("obs", f"Utan någon siffra med betyg mot dokument: {uppraknat(missing)}.")
    if only := [name for area, name in names.items() if area in graded - tried]:
        text = f"Stämda bara mot siffror som modellen är inpassad till, vilket inte prövar den: {uppraknat(only)}."
        yield _graded("obs", text)


def caution_lines(cautions: Sequence[Caution]) -> list[str]:
    """A section of Markdown, warnings first; nothing where there are none."""
    if not cautions:
        return []
    ordered = sorted(cautions, key=lambda each: each.niva != "varning")
    words = {"varning": "**Varning:** ", "obs": "Obs: "}
    return ["## Att tänka på", "", *(f"- {words[each.niva]}{each.text}" for each in ordered), ""]


def write_cautions(cautions: Sequence[Caution], folder: Path) -> None:
    """`varningar.csv`, with a line for each; only the heading where there are none."""
    write_csv(Caution._fields, cautions, folder / "varningar.csv")
