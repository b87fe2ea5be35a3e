"""The parts of the bilaga that are mostly words: method, scenarios, reconciliation, limits, how to make it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.cautions import Caution
from sim.comparison import Comparison
from sim.describe import scenario_lines
from sim.report.document import Block, Bullets, Cell, Heading, Interval, Number, Paragraph, Strong, Table
from sim.report.source_list import assumptions_of
from sim.report.text import typeset
from sim.settings import Rapport
from sim.summary import planning_periods
from sim.swedish import datum, tal
from sim.warmup import warmup_text

if TYPE_CHECKING:
    import pandas as pd


UNITS = {"mkr": "mnkr", "andel": "procent"}
"""Units of documents that are called something else here."""


def method_blocks(made: Comparison) -> list[Block]:
    """Half a page."""
    study = made.resultat.study
    kommun = study.kommun
    start = " ".join(warmup_text(kommun)) or (
        "Körningen börjar med dem som är i verksamheten den första dagen, så som nuläget är beskrivet i "
        "konfigurationen."
    )
    end = study.slut or kommun.slut
    futures = f"{made.resultat.klara} möjliga framtider"
    return [
        Paragraph(
            (
                "Modellen är en händelsestyrd simulering. Personer och hushåll kommer in som anmälningar och "
                "ansökningar, utreds av handläggare som kan bära ett begränsat antal ärenden, köar till platser och "
                "får insatser som varar olika länge och kostar. Räcker inte de egna platserna köps en plats, om det "
                "finns en reserv i beskrivningen; den som är klar men inte kommer vidare behåller sin plats. "
                "Vårdkedjorna i bilaga C visar vägarna.",
            )
        ),
        Paragraph(
            (
                f"Perioden är {datum(kommun.start)} till {datum(end)}. {start} Basåret {kommun.basar} ska återge det "
                f"som är känt; planeringsåren är {planning_periods(made)[0]}.",
            )
        ),
        Paragraph(
            (
                f"Nuläget och varje scenario är räknade i {futures}. I varje framtid kommer samma personer, med samma "
                "behov och samma goda och dåliga år, så att en skillnad beror på scenariot och inte på slumpen. Ett "
                "scenario är en lista med daterade ändringar av nulägets tal; allt annat är lika.",
            )
        ),
        Bullets(
            (
                (
                    Strong("95-procentsintervallet"),
                    f" säger hur säkert medelvärdet är med {futures}. Ligger noll i intervallet kan skillnaden inte "
                    "skiljas från noll.",
                ),
                (
                    Strong("P10–P90"),
                    " säger hur olika möjliga år är: ett år av tio hamnar under P10 och ett av tio över P90.",
                ),
                (
                    Strong("Antagandena"),
                    " har en egen osäkerhet"
                    + (
                        ", som är med i båda: varje framtid har sin egen dragning ur antagandenas spann."
                        if study.osakerhet
                        else " som ingen av dem täcker. Den prövas genom att antagandena ändras inom sina spann."
                    ),
                ),
            )
        ),
    ]


def scenario_blocks(made: Comparison) -> list[Block]:
    """Name, motive, exact changes, and what the answer rests on."""
    plans = made.resultat.plans[1:]
    if not plans:
        return [Paragraph(("Körningen har inga scenarier, bara nuläget.",))]
    blocks: list[Block] = [
        Paragraph(("Ändringarna är utskrivna ur konfigurationen. Allt annat är som i nuläget.",)),
    ]
    for plan in plans:
        assert plan.scenario is not None
        changes = scenario_lines(plan.scenario, plan.kommun)
        rows: list[tuple[Cell, ...]] = [("Motiv", typeset(plan.scenario.motiv))]
        rows += [
            ("Ändring" if len(changes) == 1 else f"Ändring {number}", line)
            for number, line in enumerate(changes, start=1)
        ]
        rows.append(("Förbehåll", typeset((plan.scenario.forbehall or "–").strip())))
        caption = f"{plan.namn}: vad scenariot frågar, och exakt vad det ändrar"
        blocks.append(Table(f"scenario_{plan.id}", caption, ("Del", "Innehåll"), tuple(rows)))
    return blocks


def reconciliation_blocks(table: pd.DataFrame | None, made: Comparison) -> list[Block]:
    """Document against model for the basår, figure by figure."""
    if table is None:
        return [Paragraph(("Körningen har ingen avstämning mot publicerade siffror.",))]
    rows: list[tuple[Cell, ...]] = []
    for row in table.to_dict("records"):
        if row["betyg"] == "ograderad":
            continue
        share = row["enhet"] == "andel"
        places = max(int(row["decimaler"]) - 2, 0) if share else int(row["decimaler"])
        document, model, low, high = (
            Number(row[name], places, percent=share) for name in ("dokument", "modell", "p10", "p90")
        )
        rows.append(
            (
                typeset(row["siffra"]),
                UNITS.get(row["enhet"], row["enhet"]),
                document,
                model,
                Interval(low, high),
                Number(row["skillnad"], 1, sign=True, percent=True),
                row["inpassad"],
                row["betyg"],
            )
        )
    note = (
        "Betyg: bra är högst 3 procents skillnad, godtagbar högst 10, annars svag. Inpassad: modellen är satt så att "
        "siffran ska stämma (ja), siffran följer av det (följer), eller den används inte och prövar modellen (nej). "
        f"{sum(table['betyg'] == 'ograderad')} publicerade siffror har inget betyg; de och skälen visas av hemmaplan "
        f"avstam {made.resultat.study.kommun.id}."
    )
    basar = made.resultat.study.kommun.basar
    return [
        Paragraph((f"Modellens basår {basar} mot kommunens publicerade siffror. {grade_sentence(table)}",)),
        Table(
            "avstamning",
            f"Avstämning av basåret {basar}",
            ("Siffra", "Enhet", "Dokument", "Modell", "P10–P90", "Skillnad", "Inpassad", "Betyg"),
            tuple(rows),
            (note,),
        ),
    ]


def grade_sentence(table: pd.DataFrame) -> str:
    """How many figures came out how well, those that try the model apart."""
    graded = table[table["betyg"] != "ograderad"]
    unused = graded[graded["inpassad"] == "nej"]
    good, passed = (int((graded["betyg"] == name).sum()) for name in ("bra", "godtagbar"))
    text = (
        f"Av {len(graded)} publicerade siffror som kan jämföras ligger {good} inom 3 procent och {good + passed} inom "
        "10 procent."
    )
    if len(unused):
        near = int((unused["betyg"] != "svag").sum())
        if len(unused) == 1:
            where = "inom" if near else "utanför"
            text += f" En enda är inte inpassad, och prövar alltså modellen; den ligger {where} 10 procent."
        else:
            which = f"Av de {len(unused)} som inte är inpassade, och alltså prövar modellen,"
            text += f" {which} ligger {near} inom 10 procent."
    return text


def limit_blocks(made: Comparison, cautions: Sequence[Caution]) -> list[Block]:
    """What the results cannot say, and what the study itself has warned of."""
    kommun = made.resultat.study.kommun
    assumed, every = assumptions_of(kommun)
    warned: list[Block] = []
    if cautions:
        items = tuple((Strong("Varning. " if each.niva == "varning" else "Obs. "), each.text) for each in cautions)
        warned = [Heading("Varningar från körningen", 2), Bullets(items)]
    return [
        Bullets(
            (
                (
                    Strong("Inte en prognos. "),
                    "Siffrorna visar vad som följer av antagandena. De är till för att jämföra handlingsvägar.",
                ),
                (
                    Strong("Antaganden. "),
                    f"{assumed} av {every} tal är antaganden, markerade i tabellen över parametrar med spann.",
                ),
                (
                    Strong("Orsak och verkan. "),
                    "Sambanden i modellen är de som står i beskrivningen. Modellen kan inte visa verkan av något som "
                    "inte är beskrivet, till exempel att handläggare arbetar annorlunda när köerna växer.",
                ),
                (
                    Strong("Kostnader. "),
                    "Bara beskrivna kostnadsslag räknas. Det som inte simuleras är med som en fast post (övrigt) och "
                    "ändras inte av scenarierna, om de inte säger det.",
                ),
                (
                    Strong("Antal framtider. "),
                    f"{made.resultat.klara} framtider ger sannolikheter i steg om {tal(100 / made.resultat.klara, 1)} "
                    "procentenheter. 100 procent betyder alla framtider i körningen, inte visshet.",
                ),
                (
                    Strong("Sekretess. "),
                    "Underlaget innehåller inga uppgifter om enskilda. Personerna i simuleringen är påhittade.",
                ),
            )
        ),
        *warned,
    ]


def reproduction_blocks(made: Comparison, manifest: Mapping[str, Any], settings: Rapport) -> list[Block]:
    """Everything that it takes to get the same numbers again."""
    study = made.resultat.study
    versions = ", ".join(f"{name} {number}" for name, number in manifest["bibliotek"].items() if name != "hemmaplan")
    scenarios = ",".join(scenario.id for scenario in study.scenarios)
    command = (
        f"hemmaplan kor kommun={study.kommun.id} scenarios=[{scenarios}] "
        f"studie.replikationer={made.resultat.begarda} studie.fro={study.fro}"
    )
    if study.slut:
        command += f" studie.slut={study.slut}"
    if study.osakerhet:
        command += " studie.parameterosakerhet=true"
    done = f"{made.resultat.klara} av {made.resultat.begarda}"
    rows: list[tuple[Cell, ...]] = [
        ("Ansvarig", settings.ansvarig or "fylls i"),
        ("Diarienummer", settings.diarienummer or "fylls i"),
        ("Räknat", f"{manifest['tid'].replace('T', ' kl. ')} ({manifest['status']}, {done} framtider)"),
        ("Kommun och scenarier", ", ".join([study.kommun.id, *(scenario.id for scenario in study.scenarios)])),
        ("Slumpfrö", str(study.fro)),
        ("Slumptal", manifest["slumptal"]),
        ("Program", f"hemmaplan {manifest['bibliotek']['hemmaplan']}, motor {study.motor}"),
        ("Programmets version i git", manifest["commit"] or "okänd"),
        ("Konfigurationens kontrollsumma", f"SHA-256 {manifest['konfiguration_sha256']}"),
        ("Python och bibliotek", f"Python {manifest['python']}; {versions}"),
        ("Kommando", command),
    ]
    return [
        Paragraph(
            (
                "Samma program, konfiguration och slumpfrö ger samma resultat till sista siffran, oberoende av dator "
                "och antal processer. Konfigurationen i sin helhet finns i konfiguration.yaml i resultatmappen. Är "
                "tal ändrade på kommandoraden står de där, och kommandot nedan behöver samma ändringar.",
            )
        ),
        Table("reproduktion", "Så görs körningen om", ("Vad", "Värde"), tuple(rows)),
    ]
