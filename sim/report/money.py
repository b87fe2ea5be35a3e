"""The tables of a delårsrapport: money against budget, volumes by form of placement, and home against bought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.config import Boende, Extern, Kommun, Verksamhet
from sim.costs import ALL_AREAS
from sim.labels import kostnadsslag_i_text
from sim.reconcile import Line
from sim.report.document import Block, Cell, Number, Paragraph, Table
from sim.report.first_page import budget_year
from sim.report.numbers import TKR, Numbers, Shown, shown_as
from sim.runs import Row
from sim.scenario import NULAGE, Plan
from sim.summary import planning_periods
from sim.swedish import gement, uppraknat

INDENT = "\u2003"


def money_blocks(numbers: Numbers, published: Sequence[Line]) -> list[Block]:
    year = budget_year(numbers)
    if year is None:
        return [Paragraph(("Kommunens beskrivning har ingen budget.",))]
    kommun = numbers.made.resultat.study.kommun
    compared = [
        f"{gement(verksamhet.namn)} {uppraknat(kostnadsslag_i_text(verksamhet.budget_tkr))}"
        for _, verksamhet in sorted(kommun.verksamheter.items())
        if verksamhet.budget_tkr
    ]
    rows = [
        *(row for area in sorted(kommun.verksamheter) for row in _area_rows(numbers, area, year, published)),
        *_area_rows(numbers, ALL_AREAS, year, ()),
    ]
    outcome = (
        f"Utfall {kommun.basar} är dokumentets publicerade siffra för samma kostnadsslag, där den finns. "
        if any(row[1] is not None for row in rows)
        else ""
    )
    note = (
        f"Avvikelse = budget − prognos; underskott är negativt. {outcome}Prognosen är medel av möjliga år, och P10–P90 "
        f"är avvikelsens spridning mellan dem. Jämförda kostnadsslag: {'; '.join(compared)}. Ett scenario som inte rör "
        "dem står inte med."
    )
    header = (
        "Verksamhet",
        f"Utfall {kommun.basar}",
        f"Modell {kommun.basar}",
        f"Budget {year}",
        f"Prognos {year}",
        "Avvikelse",
        "P10–P90",
        "Inom budget",
    )
    return [
        Table(
            "utfall_budget_prognos",
            f"Utfall, budget, prognos och avvikelse {year}, tkr",
            header,
            tuple(rows),
            (note,),
        ).without_empty(),
        *_by_year(numbers),
    ]


def _area_rows(numbers: Numbers, area: str, year: str, published: Sequence[Line]) -> Iterator[tuple[Cell, ...]]:
    """Nuläge, and each scenario that moves what has a budget."""
    kommun = numbers.made.resultat.study.kommun
    budget, left = (area, "budget", ""), (area, "avvikelse", "")
    if numbers.level(budget, year, TKR) is None:
        return
    basar = str(kommun.basar)
    name = "Alla med budget" if area == ALL_AREAS else kommun.verksamheter[area].namn
    for plan in numbers.made.resultat.plans:
        if plan.id != NULAGE and not numbers.differs(plan.id, left, year):
            continue
        first = plan.id == NULAGE
        outcome = _published(kommun.verksamheter[area], published, area, kommun.basar) if area != ALL_AREAS else None
        chance = numbers.level((area, "inom_budget", ""), year, Shown(percent=True), plan.id)
        yield (
            name if first else f"{INDENT}{plan.namn}",
            outcome if first else None,
            numbers.against(budget, left, basar, TKR) if first else None,
            numbers.level(budget, year, TKR, plan.id),
            numbers.against(budget, left, year, TKR, plan.id),
            numbers.level(left, year, TKR, plan.id),
            numbers.spread(left, year, TKR, plan.id),
            chance,
        )


def _published(verksamhet: Verksamhet, published: Sequence[Line], area: str, year: int) -> Number | None:
    """What the document says of the same kostnadsslag together; None where it lacks one of them. In tkr."""
    total = 0.0
    for kind in verksamhet.budget_tkr:
        found = [
            line.dokument / line.uppgift.faktor * 1e-3
            for line in published
            if (line.uppgift.verksamhet, line.uppgift.matt, line.uppgift.del_) == (area, "kostnad", kind)
            and line.typ == "utfall"
            and line.uppgift.period_in_model == str(year)
            and line.uppgift.ar == year
            and line.uppgift.delat_med is None
        ]
        if len(found) != 1:
            return None
        total += found[0]
    return Number(total) if verksamhet.budget_tkr else None


def _by_year(numbers: Numbers) -> list[Block]:
    """Avvikelse of every year."""
    kommun = numbers.made.resultat.study.kommun
    years = sorted({chance.period for chance in numbers.made.inom_budget})
    if len(years) < 2:
        return []
    rows: list[tuple[Cell, ...]] = []
    for area in [*sorted(kommun.verksamheter), ALL_AREAS]:
        left = (area, "avvikelse", "")
        name = "Alla med budget" if area == ALL_AREAS else kommun.verksamheter[area].namn
        for plan in numbers.made.resultat.plans:
            moved = any(numbers.differs(plan.id, left, year) for year in years)
            cells = [numbers.level(left, year, TKR, plan.id) for year in years]
            if (plan.id == NULAGE or moved) and any(cell is not None for cell in cells):
                rows.append((name if plan.id == NULAGE else f"{INDENT}{plan.namn}", *cells))
    return [
        Table(
            "avvikelse_per_ar",
            "Avvikelse mot budget per år, tkr",
            ("Verksamhet", *years),
            tuple(rows),
        )
    ]


def volume_blocks(numbers: Numbers) -> list[Block]:
    """Volumes of nuläge in the basår and the last year, and what each scenario changes in the last."""
    kommun = numbers.made.resultat.study.kommun
    basar, last = str(kommun.basar), planning_periods(numbers.made)[1]
    years = list(dict.fromkeys([basar, last]))
    blocks: list[Block] = []
    forms = list(_forms(kommun))
    if forms:
        blocks.append(_form_table(numbers, forms, years))
        if moved := _form_changes(numbers, forms, last):
            blocks.append(moved)
    households = [
        (area, key)
        for area, verksamhet in sorted(kommun.verksamheter.items())
        for key, steg in verksamhet.steg.items()
        if steg.bistand_kr_per_manad is not None
    ]
    if households:
        blocks.append(_household_table(numbers, households, years))
    return blocks


def _forms(kommun: Kommun) -> Iterator[tuple[str, str, str, str]]:
    """(verksamhet, resource, its name, own or bought)"""
    for area in sorted(kommun.verksamheter):
        for name, resurs in kommun.resurser.items():
            if resurs.verksamhet != area:
                continue
            if isinstance(resurs, Boende) and resurs.vardplats:
                yield area, name, resurs.namn, "egen"
            elif isinstance(resurs, Extern):
                yield area, name, resurs.namn, "köpt"


FORM_MEASURES = (
    ("varddygn", "Vårddygn", Shown(1.0, 0)),
    ("arsplatser", "Årsplatser", Shown(1.0, 1)),
    ("snittpris", "Kronor per dygn", Shown(1.0, 0)),
    ("kostnad_resurs", "Kostnad, tkr", TKR),
)


def _form_table(numbers: Numbers, forms: Sequence[tuple[str, str, str, str]], years: Sequence[str]) -> Table:
    kommun = numbers.made.resultat.study.kommun
    rows: list[tuple[Cell, ...]] = []
    for area, name, called, kind in forms:
        for year in years:
            cells = [numbers.level((area, measure, name), year, how) for measure, _, how in FORM_MEASURES]
            rows.append((called, kommun.verksamheter[area].namn, kind, year, *cells))
    return Table(
        "volymer",
        "Volymer i nuläget, per placeringsform",
        ("Placeringsform", "Verksamhet", "Slag", "År", *(title for _, title, _ in FORM_MEASURES)),
        tuple(rows),
        ("Snittkostnaden är resursens kostnad delad med dess vårddygn, före avgifter och bidrag.",),
        small=True,
    )


def _form_changes(numbers: Numbers, forms: Sequence[tuple[str, str, str, str]], year: str) -> Table | None:
    rows: list[tuple[Cell, ...]] = []
    for plan in numbers.made.resultat.plans[1:]:
        for area, name, called, kind in forms:
            found = [(area, measure, name) for measure, _, _ in FORM_MEASURES]
            if not any(numbers.differs(plan.id, row, year) for row in found):
                continue
            dygn, _, _, cost = found
            cells = [
                numbers.change(plan.id, dygn, year, Shown()),
                numbers.sureness(plan.id, dygn, year, Shown()),
                numbers.change(plan.id, cost, year, TKR),
                numbers.sureness(plan.id, cost, year, TKR),
            ]
            rows.append((plan.namn, called, kind, *cells))
    if not rows:
        return None
    return Table(
        "volymer_scenarier",
        f"Vad scenarierna ändrar i volymer {year}, skillnad mot nuläget",
        (
            "Scenario",
            "Placeringsform",
            "Slag",
            "Vårddygn",
            "95-procentsintervall",
            "Kostnad, tkr",
            "95-procentsintervall, tkr",
        ),
        tuple(rows),
        ("Placeringsformer som scenariot inte ändrar står inte med.",),
        small=True,
    )


HOUSEHOLD_MEASURES = (
    ("hushall", "Hushåll", Shown()),
    ("bidragsmanader", "Bidragsmånader", Shown()),
    ("bidragsmanader_per_hushall", "Månader per hushåll", Shown(1.0, 1)),
    ("medelbistand", "Kronor per månad", Shown()),
    ("utbetalt_bistand", "Utbetalt, tkr", TKR),
)


def _household_table(numbers: Numbers, households: Sequence[tuple[str, str]], years: Sequence[str]) -> Table:
    kommun = numbers.made.resultat.study.kommun
    rows: list[tuple[Cell, ...]] = []
    for area, key in households:
        name = kommun.verksamheter[area].steg[key].namn
        for year in years:
            for plan in numbers.made.resultat.plans:
                found: list[Row] = [(area, measure, key) for measure, _, _ in HOUSEHOLD_MEASURES]
                if plan.id != NULAGE and not any(numbers.differs(plan.id, row, year) for row in found):
                    continue
                cells = [
                    numbers.level(row, year, how, plan.id)
                    for row, (_, _, how) in zip(found, HOUSEHOLD_MEASURES, strict=True)
                ]
                rows.append((name if plan.id == NULAGE else f"{INDENT}{plan.namn}", year, *cells))
    return Table(
        "hushall",
        "Hushåll med ekonomiskt bistånd",
        ("Vad", "År", *(title for _, title, _ in HOUSEHOLD_MEASURES)),
        tuple(rows),
    )


HOME_MEASURES = (
    ("varddygn_intern", "Vårddygn hemma"),
    ("varddygn_extern", "Vårddygn externt"),
    ("andel_hemmaplan_dygn", "Andel hemma"),
    ("snittpris_intern", "Kronor per dygn hemma"),
    ("snittpris_extern", "Kronor per dygn externt"),
)


def home_blocks(numbers: Numbers) -> list[Block]:
    """Home and bought side by side, nuläge and each scenario that moves it, in the last year."""
    kommun = numbers.made.resultat.study.kommun
    year = planning_periods(numbers.made)[1]
    rows: list[tuple[Cell, ...]] = []
    for area, verksamhet in sorted(kommun.verksamheter.items()):
        found: list[Row] = [(area, measure, "") for measure, _ in HOME_MEASURES]
        if numbers.level(found[1], year, Shown()) is None:
            continue
        for plan in numbers.made.resultat.plans:
            if plan.id != NULAGE and not any(numbers.differs(plan.id, row, year) for row in found):
                continue
            rows.append(
                (verksamhet.namn if plan.id == NULAGE else f"{INDENT}{plan.namn}", *_home(numbers, found, year, plan))
            )
    if not rows:
        return []
    return [
        Paragraph(
            (
                "Hemmaplan är vård på egna platser, extern är köpta platser. Egna platser kostar också när de står "
                "tomma, så priset per dygn hemma beror på beläggningen.",
            )
        ),
        Table(
            "hemmaplan",
            f"Hemmaplan mot extern {year}",
            ("Verksamhet", *(title for _, title in HOME_MEASURES)),
            tuple(rows),
            ("Streck: verksamheten har inga egna platser, eller inga dygn att räkna pris på.",),
        ),
    ]


def _home(numbers: Numbers, rows: Sequence[Row], year: str, plan: Plan) -> Iterator[Cell]:
    for row, (measure, _) in zip(rows, HOME_MEASURES, strict=True):
        yield numbers.level(row, year, shown_as(measure), plan.id)
