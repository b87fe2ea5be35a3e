"""The quality report: what was read, what is wrong with it, what it says, and how well the model reproduces it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.config import Kommun
from sim.intake.facts import Fact
from sim.intake.file_cases import AVSLUT
from sim.intake.fit_report import Row, fit_lines, length_lines
from sim.intake.ground import Ground
from sim.intake.kolada_compare import Compared, kolada_lines
from sim.intake.reading import Read
from sim.intake.remarks import Remark, rows_text
from sim.labels import KALLTYPER
from sim.sources import Number
from sim.swedish import datum, gement, tal

if TYPE_CHECKING:
    import pandas as pd

LISTS = {
    "placeringar": "placeringar",
    "arenden": "ärenden",
    "utbetalningar": "utbetalningar",
    "volymer": "volymer",
    "": "–",
}
WEIGHTS = {"fel": "Utelämnat", "varning": "Kan betyda något", "upplysning": "För kännedom"}
MOST_ASSUMPTIONS = 40


@dataclass(frozen=True)
class Intake:
    """All that the report tells. `levels`: the lists' figures beside the model's (`reconciliation_table`)."""

    read: Read
    ground: Ground
    kommun: Kommun
    rows: Sequence[Row]
    facts: Sequence[Fact]
    levels: pd.DataFrame
    replications: int
    numbers: Sequence[Number]
    figures: Sequence[tuple[str, str]] = ()
    """Name and file, from the report's folder."""
    beside: Sequence[Compared] = ()
    """Kolada's key figures beside the model's."""


def report_lines(made: Intake) -> list[str]:
    ground = made.ground
    return [
        f"# Inläsning: {made.kommun.namn}",
        "",
        f"Listorna är använda till och med {ground.sista}-12-31. Modellen börjar den 1 januari {ground.basar} med dem "
        f"som fanns då. Talen och deras källor står i `conf/kommun/{made.kommun.id}`.",
        "",
        "## Vad som lästes",
        "",
        *_sources(made.read),
        "",
        "## Anmärkningar på listorna",
        "",
        *remark_lines(made.read.remarks),
        "",
        "## Modellen mot listorna",
        "",
        *_levels(made),
        "",
        "## Vad listorna säger",
        "",
        "Intervallen är 95 procent: så mycket kan talet bero på slumpen i just de här åren.",
        *fit_lines(ground, made.rows),
        "",
        "### Hur tiderna är inpassade",
        "",
        "*Medel* räknar med dem som pågår och dem som började innan listan börjar. *Bara avslutade* är medlet av dem "
        "som hunnit sluta; det är fel när många pågår. *Näst bäst* är nästa fördelning, med hur mycket sämre den "
        "passar: under 2 går de knappt att skilja åt.",
        "",
        *length_lines(ground),
        "",
        *[line for name, file in made.figures for line in (f"![{name}]({file})", "")],
        "## Vad listorna inte säger",
        "",
        *_lost(ground),
        *_assumptions(made),
        *_kolada(made.beside),
    ]


def _sources(read: Read) -> list[str]:
    lines = ["| Fil | Lista | Rader | Ej lästa | Kolumner som användes |", "|---|---|--:|--:|---|"]
    for source in read.sources:
        used = ", ".join(source.kolumner.values())
        cells = (source.fil, LISTS.get(source.lista, source.lista), tal(source.rader), tal(source.utelamnade), used)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    lines.append("")
    for kind, window in read.lists.fonster.items():
        how = "sett ur listan" if read.seen.get(kind) else "sagt i las-in.yaml"
        lines.append(f"- {LISTS[kind].capitalize()}: {datum(window.fran)} till {datum(window.till)} ({how}).")
    thrown = sum(len(source.kastade) for source in read.sources)
    lines.append(f"- {thrown} kolumner kastades vid läsningen, utan att deras innehåll sparades.")
    return lines


def remark_lines(remarks: Sequence[Remark]) -> list[str]:
    if not remarks:
        return ["Inga."]
    lines = ["| | Fil | Rader | Vad | Så hanterades det | Andel av raderna | Andel av dygn eller kronor |"]
    lines.append("|---|---|---|---|---|--:|--:|")
    order = list(WEIGHTS)
    for each in sorted(remarks, key=lambda remark: (order.index(remark.allvar), remark.fil, remark.kod)):
        shares = (_percent(each.andel_rader), _percent(each.andel_vikt))
        cells = (WEIGHTS[each.allvar], each.fil, rows_text(each.rader, each.antal), each.text, each.behandling, *shares)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _percent(share: float) -> str:
    if share != share:
        return ""
    return "under 0,1 %" if 0 < share < 0.001 else f"{tal(100 * share, 1)} %"


def _levels(made: Intake) -> list[str]:
    """The last three years of the lists beside the first of the model."""
    ground = made.ground
    before: dict[tuple[str, str], dict[int, float]] = {}
    for fact in made.facts:
        before.setdefault((fact.omrade, fact.nyckeltal), {})[fact.ar] = fact.varde
    years = [year for year in range(ground.sista - 2, ground.sista + 1) if any(year in of for of in before.values())]
    lines = [
        f"Listornas år bredvid modellens {ground.basar} ({made.replications} möjliga framtider; P10–P90 är spridningen "
        "mellan dem). Modellen är inte satt efter de här siffrorna utan efter inflöden, tider och andelar. De prövar "
        "att delarna hänger ihop. Ett trendbrott eller en ändrad arbetslöshet syns också som en skillnad.",
        "",
        f"| Siffra | {' | '.join(str(year) for year in years)} | Modell {ground.basar} | P10–P90 | Skillnad | Betyg |",
        f"|---|{'--:|' * len(years)}--:|--:|--:|---|",
    ]
    for row in made.levels.to_dict("records"):
        past = before.get((row["omrade"], row["nyckeltal"]), {})
        places = 0 if abs(row["dokument"]) >= 20 else 1
        told = [tal(past[year], places) if year in past else "–" for year in years]
        spread = f"{tal(row['p10'], places)}–{tal(row['p90'], places)}"
        area = gement(ground.label(row["omrade"]))
        cells = (f"{row['siffra']}, {area}", *told, tal(row["modell"], places), spread)
        lines.append(f"| {' | '.join(cells)} | {tal(100 * row['skillnad'], sign=True)} % | {row['betyg']} |")
    lines += [
        "",
        "Betyg som i `hemmaplan avstam`: bra högst 3 %, godtagbar högst 10 %, annars svag. En siffra vars egna år "
        "skiljer sig mer än 10 % får inget betyg.",
    ]
    return lines


def _assumptions(made: Intake) -> list[str]:
    kinds: dict[str, int] = {}
    for number in made.numbers:
        if number.kalla and "pagatt_dagar" not in number.path:  # one for each person
            kinds[number.kalla.typ] = kinds.get(number.kalla.typ, 0) + 1
    told = ", ".join(f"{tal(count)} {KALLTYPER[kind][0].lower()}" for kind, count in kinds.items())
    lines = [
        f"Av modellens tal är {told}. Det här är antaganden; gå igenom dem, byt det ni vet, och pröva resten med "
        f"`hemmaplan kanslighet {made.kommun.id}`.",
        "",
        "| Tal | Värde | Spann | Varför |",
        "|---|--:|--:|---|",
    ]
    listed = [each for each in made.numbers if each.kalla and each.kalla.typ == "antagande"]
    for number in listed[:MOST_ASSUMPTIONS]:
        span = f"{_short(number.span[0])} till {_short(number.span[1])}" if number.span else ""
        text = number.kalla.text if number.kalla else ""
        lines.append(f"| `{number.path}` | {_short(number.value)} | {span} | {_cell(text)} |")
    left = len(listed) - MOST_ASSUMPTIONS
    return [*lines, "", f"{left} till står i kommunens filer."] if left > 0 else lines


def _kolada(found: Sequence[Compared]) -> list[str]:
    if not found:
        return []
    said = (
        "Kommunens nyckeltal i Kolada bredvid modellens och andra kommuners. Bara det som räknas på samma sätt jämförs."
    )
    return ["", "## Kolada", "", said, "", *kolada_lines(found)]


def _lost(ground: Ground) -> list[str]:
    """Decisions on what no list of placements follows."""
    lines = []
    for area, handling in ground.fitted.arenden.items():
        forms = ground.fitted.vard.get(area, {})
        lost = {key: share for key, share in handling.nasta.items() if key not in forms and key != AVSLUT}
        for key, share in lost.items():
            part = f"{tal(100 * share.varde)} % av besluten leder till {gement(ground.label(key))}"
            lines.append(f"- {ground.label(area)}: {part}, som ingen lista följer. De lämnar modellen där.")
    return [*lines, ""] if lines else []


def _short(value: float) -> str:
    rounded = float(f"{value:.3g}")
    return tal(rounded, 0 if rounded == int(rounded) else 3 if abs(rounded) < 1 else 2 if abs(rounded) < 10 else 1)
