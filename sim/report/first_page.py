"""One page of conclusions in plain Swedish, made from the results: what changes, by how much, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.config import Kommun
from sim.costs import ALL_AREAS
from sim.report.document import Block, Finding, Heading, Inline, Number, Paragraph, Strong, Table
from sim.report.numbers import MNKR, Numbers, Shown
from sim.report.source_list import assumptions_of
from sim.scenario import Plan
from sim.summary import ASSUMPTIONS, KeyFigure, key_figures, planning_periods
from sim.swedish import gement

NET = (ALL_AREAS, "nettokostnad", "")
MOST_EFFECTS = 2
"""So many changes beside the cost are told of each scenario."""
MOST_TOLD = 3
"""So many scenarios are told in words; all stand in the table."""
FEW = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")


def first_page(numbers: Numbers, told: Sequence[str]) -> tuple[Block, ...]:
    """`told`: sentences on how far the results can be trusted."""
    made = numbers.made
    planning, _ = planning_periods(made)
    plans = made.resultat.plans[1:]
    kommun = made.resultat.study.kommun
    blocks: list[Block] = [Paragraph((_lead(kommun, plans, planning),), "lead")]
    if plans:
        blocks += [Heading("Slutsatser")]
        blocks += [_scenario(numbers, plan) for plan in plans[:MOST_TOLD]]
        blocks.append(_table(numbers, planning))
    else:
        blocks += [Heading("Nuläget"), _without_scenarios(numbers, planning)]
    if money := _against_budget(numbers):
        blocks += [Heading("Budget"), money]
    blocks += [Heading("Så säkert är det"), _sureness(numbers, told)]
    return tuple(blocks)


def _lead(kommun: Kommun, plans: tuple[Plan, ...], planning: str) -> str:
    if not plans:
        what = f"Bilagan beskriver nuläget i {kommun.namn} och vad det leder till under {planning}"
    else:
        count = FEW[len(plans)] if len(plans) < len(FEW) else str(len(plans))
        what = (
            f"Bilagan jämför {count} {'scenario' if len(plans) == 1 else 'scenarier'} med nuläget i {kommun.namn} "
            f"under {planning}: vad som ändras, hur mycket, och hur säkert det är"
        )
    return (
        f"{what}. Siffrorna visar vad som följer av antagandena. De är ett underlag för att välja väg, inte en prognos."
    )


def _scenario(numbers: Numbers, plan: Plan) -> Finding:
    planning, last_year = planning_periods(numbers.made)
    number, label, cost = _cost(numbers, plan.id, planning)
    parts: list[Inline] = list(cost)
    effects = _effects(numbers, plan.id, planning, last_year)
    if effects:
        parts.append(" Dessutom ")
        for place, figure in enumerate(effects):
            parts += ["" if place == 0 else " och " if place == len(effects) - 1 else ", "]
            parts += _effect(numbers, figure, plan.id, planning)
        parts.append(".")
    return Finding(plan.namn, number, label, tuple(parts), numbers.sure(plan.id, NET, planning))


def _cost(numbers: Numbers, scenario: str, planning: str) -> tuple[Strong | Number, str, list[Inline]]:
    """The number, what it is, and what it means."""
    how = Shown(MNKR.factor, MNKR.decimals, "mnkr")
    label = f"nettokostnad {planning}"
    change = numbers.change(scenario, NET, planning, how)
    sure = numbers.sureness(scenario, NET, planning, MNKR)
    if change is None or sure is None or not numbers.differs(scenario, NET, planning):
        return Strong("±0"), label, [f"Nettokostnaden {planning} ändras inte."]
    if not numbers.sure(scenario, NET, planning):
        unsure = f"Skillnaden i nettokostnad {planning} kan inte skiljas från noll (95-procentsintervall "
        return change, label, [unsure, sure, ")."]
    verb = "ökar" if change.value > 0 else "minskar"
    column = "sannolikhet" if change.value > 0 else "sannolikhet_minskar"
    futures = numbers.made.resultat.klara
    share = numbers.change(scenario, NET, planning, Shown(futures), column, sign=False)
    assert share is not None
    size = replace(change, value=abs(change.value), sign=False, factor=change.factor * (1 if change.value > 0 else -1))
    told: list[Inline] = [
        f"Nettokostnaden {planning} {verb} med ",
        size,
        " (95-procentsintervall ",
        sure,
        f"). Den {verb} i ",
        share,
    ]
    return change, label, [*told, f" av {futures} möjliga framtider."]


def _effects(numbers: Numbers, scenario: str, planning: str, last_year: str) -> list[KeyFigure]:
    """The largest changes that can be told from zero, as shares of nuläge's level; at most one of each measure."""
    kommun = numbers.made.resultat.study.kommun
    sizes: list[tuple[float, KeyFigure]] = []
    for figure in key_figures(kommun, planning, last_year):
        row = figure.area, figure.measure, figure.part
        how = Shown(figure.factor, figure.decimals)
        change, level = numbers.change(scenario, row, figure.period, how), numbers.level(row, figure.period, how)
        if figure.measure == "nettokostnad" or change is None or level is None:
            continue
        if numbers.sure(scenario, row, figure.period) and round(change.value, figure.decimals) != 0:
            sizes.append((abs(change.value) / max(abs(level.value), 1.0), figure))
    found: list[KeyFigure] = []
    for _, figure in sorted(sizes, key=lambda pair: -pair[0]):
        if figure.measure not in {each.measure for each in found}:
            found.append(figure)
    return found[:MOST_EFFECTS]


def _effect(numbers: Numbers, figure: KeyFigure, scenario: str, planning: str) -> list[Inline]:
    row = figure.area, figure.measure, figure.part
    change = numbers.change(scenario, row, figure.period, Shown(figure.factor, figure.decimals, figure.unit))
    assert change is not None
    up = change.value > 0
    size = replace(change, value=abs(change.value), sign=False, factor=change.factor * (1 if up else -1))
    when = "" if figure.period == planning else f" {figure.period}"
    what = phrase_of(figure, numbers.made.resultat.study.kommun)
    return [f"{'ökar' if up else 'minskar'} {what}{when} med ", size]


def phrase_of(figure: KeyFigure, kommun: Kommun) -> str:
    """A key figure in running text."""
    area = gement(kommun.verksamheter[figure.area].namn)
    step = kommun.verksamheter[figure.area].steg.get(figure.part)
    resource = kommun.resurser.get(figure.part)
    name = gement(step.namn if step else resource.namn if resource else "")
    return {
        "bidragsmanader": "antalet bidragsmånader",
        "varddygn_extern": f"antalet externa vårddygn i {area}",
        "ko": f"kön till {name}",
        "arsarbetare_behov": f"behovet av {name}",
        "ofordelade": f"antalet ofördelade ärenden hos {name}",
        "utredningstid_medel": figure.name.replace("Utredningstid, ", "utredningstiden i ", 1),
    }.get(figure.measure, figure.name[0].lower() + figure.name[1:])


def _table(numbers: Numbers, planning: str) -> Table:
    level, spread = numbers.level(NET, planning, MNKR), numbers.spread(NET, planning, MNKR)
    rows = []
    for plan in numbers.made.resultat.plans[1:]:
        differs = numbers.differs(plan.id, NET, planning)
        change = numbers.change(plan.id, NET, planning, MNKR)
        verdict = "oförändrad"
        if differs and change is not None:
            sure = numbers.sure(plan.id, NET, planning)
            verdict = ("ökar" if change.value > 0 else "minskar") if sure else "kan inte skiljas från noll"
        rows.append(
            (
                plan.namn,
                change,
                numbers.sureness(plan.id, NET, planning, MNKR),
                numbers.possible(plan.id, NET, planning, MNKR),
                verdict,
            )
        )
    note: tuple[Inline, ...] = ()
    if level is not None and spread is not None:
        note = ("Nettokostnaden i nuläget är ", level, " mnkr (P10–P90 ", spread, ").")
    return Table(
        "slutsatser",
        f"Nettokostnad {planning}, skillnad mot nuläget, mnkr",
        ("Scenario", "Skillnad", "95-procentsintervall", "P10–P90", "Slutsats"),
        tuple(rows),
        note,
    )


def _without_scenarios(numbers: Numbers, planning: str) -> Paragraph:
    level, spread = numbers.level(NET, planning, MNKR), numbers.spread(NET, planning, MNKR)
    if level is None or spread is None:
        return Paragraph(("Körningen har inga kostnader.",))
    return Paragraph((f"Nettokostnaden {planning} är ", level, " mnkr (P10–P90 ", spread, ")."))


def budget_year(numbers: Numbers) -> str | None:
    """The first planning year with a budget; the basår where there is no other."""
    years = sorted({chance.period for chance in numbers.made.inom_budget})
    basar = str(numbers.made.resultat.study.kommun.basar)
    return next((year for year in years if year > basar), years[0] if years else None)


def _against_budget(numbers: Numbers) -> Paragraph | None:
    year = budget_year(numbers)
    if year is None:
        return None
    over: list[list[Inline]] = []
    under: list[list[Inline]] = []
    unsure: list[list[Inline]] = []
    for area, verksamhet in sorted(numbers.made.resultat.study.kommun.verksamheter.items()):
        row = area, "avvikelse", ""
        low, high = (numbers.level(row, year, MNKR, column=end) for end in ("ki95_lag", "ki95_hog"))
        middle = numbers.level(row, year, MNKR)
        if middle is None or low is None or high is None:
            continue
        deficit = middle.value < 0
        size = numbers.level(row, year, Shown(-MNKR.factor if deficit else MNKR.factor, 1, "mnkr"))
        assert size is not None
        unclear = low.value <= 0 <= high.value
        name = gement(verksamhet.namn)
        if unclear:
            unsure.append([name])
        else:
            (over if deficit else under).append([f"{name} (", size, ")"])
    parts: list[Inline] = []
    for what, found in (("större än budgeten i ", over), ("mindre än budgeten i ", under)):
        if found:
            parts += ["" if not parts else " ", f"I nuläget blir utfallet {year} i medel {what}", *_listed(found), "."]
    if unsure:
        parts += ["" if not parts else " ", "Det kan inte skiljas från budgeten i ", *_listed(unsure), "."]
    chances = " Bara kostnadsslag som har en budget i konfigurationen jämförs."
    return Paragraph((*parts, chances)) if parts else None


def _listed(items: list[list[Inline]]) -> list[Inline]:
    found: list[Inline] = []
    for place, item in enumerate(items):
        found += ["" if place == 0 else " och " if place == len(items) - 1 else ", ", *item]
    return found


def _sureness(numbers: Numbers, told: Sequence[str]) -> Paragraph:
    study = numbers.made.resultat.study
    assumed, every = assumptions_of(study.kommun)
    sentences = [
        f"Varje scenario är räknat i {numbers.made.resultat.klara} möjliga framtider, med samma människor och samma "
        "goda och dåliga år som i nuläget. 95-procentsintervallet visar bara simuleringens egen osäkerhet. "
        f"{ASSUMPTIONS[study.osakerhet is not None].replace(', och visas för sig nedan', '')} "
        f"Av de {every} tal som beskriver kommunen är {assumed} antaganden.",
        "P10–P90 är spridningen mellan möjliga år.",
    ]
    return Paragraph((" ".join([*sentences, *told]),), "box")
