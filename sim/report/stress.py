"""The STRESS-DES checklist (Monks and others 2019), filled in from the configuration and the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.comparison import Comparison
from sim.config import Boende, Extern, Kommun, Team
from sim.report.document import Block, Cell, Paragraph, Table
from sim.report.source_list import sourced_numbers
from sim.report.text import typeset
from sim.summary import planning_periods
from sim.swedish import datum, gement, tal, uppraknat


def stress_blocks(
    made: Comparison, manifest: Mapping[str, Any], measures: int, documents: Sequence[str]
) -> list[Block]:
    """`measures`: how many measures the glossary defines; `documents`: what numbers are taken from."""
    rows: list[tuple[Cell, ...]] = [
        *_objectives(made, measures),
        *_logic(made),
        *_data(made, documents),
        *_experimentation(made),
        *_implementation(made, manifest),
    ]
    return [
        Paragraph(
            (
                "STRESS-DES är en checklista för vad en redovisning av en händelsestyrd simulering ska innehålla, i "
                "sex delar och tjugo punkter.",
            )
        ),
        Table("stress_des", "STRESS-DES", ("Punkt", "Svar"), tuple(rows), small=True),
    ]


def _objectives(made: Comparison, measures: int) -> list[tuple[Cell, ...]]:
    kommun = made.resultat.study.kommun
    areas = uppraknat([gement(verksamhet.namn) for _, verksamhet in sorted(kommun.verksamheter.items())])
    asked = " ".join(typeset(plan.scenario.motiv) for plan in made.resultat.plans[1:] if plan.scenario)
    return [
        ("1.1 Syfte", f"Att jämföra handlingsvägar för {kommun.namn}: {areas}."),
        (
            "1.2 Utfall",
            f"{measures} mått, definierade i ordlistan, per månad och år, med kostnader och avvikelse mot budget.",
        ),
        ("1.3 Experimentens mål", asked or "Att beskriva nuläget; inga scenarier."),
    ]


def _logic(made: Comparison) -> list[tuple[Cell, ...]]:
    kommun = made.resultat.study.kommun
    stegs = sum(len(verksamhet.steg) for verksamhet in kommun.verksamheter.values())
    closing = sum(steg.avslut is not None for v in kommun.verksamheter.values() for steg in v.steg.values())
    blocked = sum(
        steg.kvar or any(utfall.kvar for utfall in steg.utfall.values())
        for v in kommun.verksamheter.values()
        for steg in v.steg.values()
    )
    return [
        ("2.1 Översiktsbild", "En figur för varje verksamhets vårdkedja, ritad ur konfigurationen."),
        (
            "2.2 Basmodellens logik",
            f"{stegs} steg. Ett steg kan behöva ett team, en plats eller ingenting, varar en slumpad tid och leder "
            f"vidare med angivna andelar. {_some(closing)} steg ska avslutas av ett team, och varar till dess. "
            f"I {_some(blocked).lower()} steg behåller den som är klar sin plats tills nästa steg börjar.",
        ),
        ("2.3 Scenariernas logik", "Daterade ändringar av nulägets tal; se scenariotabellen."),
        (
            "2.4 Algoritmer",
            "Ankomster: olikformig Poissonprocess genom gallring i skikt. Ställningar i kö: prioritet, begärandetid, "
            "ärendets nyckel. Löptider anpassas till takten, så att ändringar verkar också på pågående insatser.",
        ),
        ("2.5.1 Komponenter: entiteter", _entities(kommun)),
        ("2.5.2 Komponenter: aktiviteter", _stegs(kommun)),
        ("2.5.3 Komponenter: resurser", _resources(kommun)),
        ("2.5.4 Komponenter: köer", _queues(kommun)),
        ("2.5.5 Komponenter: in och ut", _entries(kommun)),
    ]


def _some(count: int) -> str:
    """How many stegs."""
    return {0: "Inget", 1: "Ett"}.get(count, str(count))


def _entities(kommun: Kommun) -> str:
    groups = sum(len(i.malgrupper) for v in kommun.verksamheter.values() for i in v.inflode.values())
    return f"Ärenden, vart och ett en person eller ett hushåll, i {groups} målgrupper."


def _stegs(kommun: Kommun) -> str:
    return " ".join(
        f"{verksamhet.namn}: {uppraknat([gement(steg.namn) for steg in verksamhet.steg.values()])}."
        for _, verksamhet in sorted(kommun.verksamheter.items())
    )


def _resources(kommun: Kommun) -> str:
    kinds = [(Team, "team med ärendetak"), (Boende, "egna boenden"), (Extern, "köpta placeringsformer")]
    counts = [(sum(isinstance(r, kind) for r in kommun.resurser.values()), name) for kind, name in kinds]
    return f"{uppraknat([f'{count} {name}' for count, name in counts if count])}."


def _queues(kommun: Kommun) -> str:
    waits = sum(steg.behov is not None for v in kommun.verksamheter.values() for steg in v.steg.values())
    leaves = sum(steg.tar_tillbaka is not None for v in kommun.verksamheter.values() for steg in v.steg.values())
    return (
        f"{_some(waits)} steg kan köa till team eller platser. Ordning: prioritet, sedan väntetid. "
        f"I {_some(leaves).lower()} steg kan den som väntar ta tillbaka sin begäran."
    )


def _entries(kommun: Kommun) -> str:
    rates = [
        f"{gement(inflode.namn)} {tal(inflode.per_ar)} per år"
        for _, verksamhet in sorted(kommun.verksamheter.items())
        for inflode in verksamhet.inflode.values()
    ]
    return f"In: {uppraknat(rates)}. Ut: avslut."


def _data(made: Comparison, documents: Sequence[str]) -> list[tuple[Cell, ...]]:
    kommun = made.resultat.study.kommun
    listed = sourced_numbers(kommun)
    assumed = sum(number.kalla is not None and number.kalla.typ == "antagande" for number in listed)
    fitted = sum(number.kalla is not None and number.kalla.typ == "kalibrerad" for number in listed)
    return [
        ("3.1 Datakällor", f"{'; '.join(documents)}; se källtabellen." if documents else "Se källtabellen."),
        ("3.2 Bearbetning", f"{fitted} tal är inpassade så att publicerade siffror kommer ut (kalibrerade)."),
        ("3.3 Indata", f"{len(listed)} tal, vart och ett med värde, källa och status; se parametertabellen."),
        ("3.4 Antaganden", f"{assumed} tal är antaganden, alla med spann; se parametertabellen och begränsningarna."),
    ]


def _experimentation(made: Comparison) -> list[tuple[Cell, ...]]:
    study = made.resultat.study
    kommun = study.kommun
    start = (
        f"{kommun.uppvarmning_ar} års uppvärmning från tomt system."
        if kommun.uppvarmning_ar
        else "Från dagens bestånd, med återstående tider ur fördelningarna. Ingen uppvärmning."
    )
    return [
        ("4.1 Start", start),
        (
            "4.2 Körningens längd",
            f"{datum(kommun.start)} till {datum(study.slut or kommun.slut)}; planeringsåren är "
            f"{planning_periods(made)[0]}.",
        ),
        (
            "4.3 Skattning",
            f"{made.resultat.klara} replikationer per scenario med gemensamma slumptal. Parvisa skillnader med "
            "95-procentsintervall för medel (Students t, vidgat åt det håll där utfallen är sneda, Hall 1992), och "
            "P10–P90 för spridningen mellan replikationer.",
        ),
    ]


def _implementation(made: Comparison, manifest: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    study = made.resultat.study
    libraries = manifest["bibliotek"]
    return [
        (
            "5.1 Programvara",
            f"hemmaplan {libraries['hemmaplan']}, Python {manifest['python']}, SimPy {libraries['simpy']}.",
        ),
        (
            "5.2 Slumptal",
            f"{manifest['slumptal']}, frö {study.fro}. Varje dragning är en funktion av frö, replikation, ärende, "
            "steg och ändamål.",
        ),
        (
            "5.3 Exekvering",
            f"Motor {study.motor}. Händelser i samma ögonblick: ändrad kapacitet, avslut, rätt till hemtagning, gräns "
            "för väntan, ankomst; sedan ärendets nyckel.",
        ),
        ("5.4 System", "Vanlig dator; körtiden beror på antalet replikationer, resultatet gör det inte på datorn."),
        ("6.1 Tillgång till koden", f"Öppen källkod, EUPL-1.2. Version i git: {manifest['commit'] or 'okänd'}."),
    ]
