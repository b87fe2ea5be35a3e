"""The bilaga of a study as a document: what it holds, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.calibration_files import calibration_path, load_calibration
from sim.cautions import Caution
from sim.config import Kommun
from sim.errors import HemmaplanError
from sim.figures_content import Content
from sim.freshness import stale_cautions
from sim.reconcile import Line, load_reconciliation, reconciliation_table
from sim.report.document import Block, Document, Heading, Inline, Paragraph
from sim.report.documents import Dokument, cited_in, document_codes, document_table, load_documents
from sim.report.extras import EXTRAS, TESTS, extra_sections
from sim.report.first_page import first_page
from sim.report.glossary import glossary_table, measures_in
from sim.report.long_tables import long_tables
from sim.report.money import home_blocks, money_blocks, volume_blocks
from sim.report.numbers import Numbers
from sim.report.pictures import Chain, chain_blocks, pictures
from sim.report.saved import Saved
from sim.report.sections import (
    grade_sentence,
    limit_blocks,
    method_blocks,
    reconciliation_blocks,
    reproduction_blocks,
    scenario_blocks,
)
from sim.report.source_list import parameter_table, source_table, status_table
from sim.report.stress import stress_blocks
from sim.settings import Rapport
from sim.summary import planning_periods
from sim.swedish import uppraknat

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Drawn:
    """What is drawn for the bilaga, and where."""

    contents: Sequence[Content]
    figures: Path
    chains: Sequence[Chain]


def document_of(saved: Saved, root: Path, settings: Rapport, drawn: Drawn) -> Document:
    """Everything that the bilaga says, made from saved tables."""
    made = saved.made
    kommun = made.resultat.study.kommun
    numbers = Numbers(made)
    published = _published(root, kommun.id)
    table = None
    if published and not kommun.startdag:
        fitted = load_calibration(root, kommun)[1] if calibration_path(root, kommun.id).is_file() else ()
        table = reconciliation_table(published, made, fitted)
    cited = cited_in(kommun, load_documents(root))
    planning, _ = planning_periods(made)
    cautions = [Caution(**each) for each in saved.manifest.get("varningar", ())]
    cautions += stale_cautions(saved.folder, root)
    differences, figures = pictures(numbers, drawn.contents, drawn.figures)
    sections: list[tuple[str, Sequence[Block]]] = [
        ("Utfall, budget och prognos", money_blocks(numbers, published)),
        ("Volymer", volume_blocks(numbers)),
        ("Figurer", [*differences, *figures]),
        ("Hemmaplan mot extern", home_blocks(numbers)),
        *extra_sections(saved.folder, kommun, EXTRAS),
        ("Metod", method_blocks(made)),
        ("Scenarier", scenario_blocks(made)),
        (
            "Tal och källor",
            [status_table(kommun), parameter_table(kommun, settings.maskera_under), *_masking(settings)],
        ),
        ("Källor", _sources(kommun, cited, published)),
        ("Avstämning", reconciliation_blocks(table, made)),
        *extra_sections(saved.folder, kommun, TESTS),
        ("Begränsningar", limit_blocks(made, cautions)),
        ("Så görs körningen om", reproduction_blocks(made, saved.manifest, settings)),
    ]
    blocks: list[Block] = []
    for title, parts in sections:
        if parts:
            blocks += [Heading(title), *parts]
    document = Document(
        title=f"{kommun.namn}: vad händer om?",
        subtitle=f"Bilaga till verksamhetsplan, simulerade konsekvenser {planning}",
        footer=f"{kommun.namn}, simulerade konsekvenser {planning}",
        date=saved.manifest["tid"],
        first_page=first_page(numbers, _told(table, cautions)),
        publisher=kommun.namn,
        blocks=tuple(blocks),
    )
    measures = measures_in(document)
    appendix: list[Block] = [
        Heading("Bilaga A. STRESS-DES"),
        *stress_blocks(made, saved.manifest, len(measures), [each.cited for each in cited.values()]),
        Heading("Bilaga B. Ordlista"),
        glossary_table(measures),
        *chain_blocks("Bilaga C. Vårdkedjor", kommun, drawn.chains),
    ]
    sheets = long_tables(made)
    return replace(
        document, blocks=(*document.blocks, *appendix), sheets=sheets, readme=_readme(document, [t.key for t in sheets])
    )


def _told(table: pd.DataFrame | None, cautions: Sequence[Caution]) -> list[str]:
    """Sentences on how far the results can be trusted."""
    told = [grade_sentence(table)] if table is not None else []
    if any(caution.niva == "varning" for caution in cautions):
        told.append("Resultatet har varningar, som står under Begränsningar.")
    return told


def _published(root: Path, kommun_id: str) -> list[Line]:
    """The published figures; none where the kommun has no reconciliation."""
    try:
        return load_reconciliation(root, kommun_id)
    except HemmaplanError:
        return []


def _sources(kommun: Kommun, cited: Mapping[str, Dokument], published: Sequence[Line]) -> list[Block]:
    figures = {}
    for uppgift in (line.uppgift for line in published):
        key = f"{uppgift.omrade}.{uppgift.nyckeltal}"
        figures[key] = uppgift.namn
        figures[f"{key} {uppgift.period}"] = f"{uppgift.namn}, {uppgift.period.replace('-', '–')}"
    documents = document_table(cited)
    return [*([documents] if documents else []), source_table(kommun, document_codes(cited), figures)]


def _masking(settings: Rapport) -> list[Block]:
    if settings.maskera_under < 2:
        return []
    text = (
        f"Antal personer under {settings.maskera_under} ur kommunens egna data visas inte, och inte heller de tal som "
        "skulle avslöja dem. Gränsen ställs in i conf/rapport, som maskera_under."
    )
    return [Paragraph((text,), "note")]


def _readme(document: Document, sheets: Sequence[str]) -> tuple[Paragraph, ...]:
    data = uppraknat(list(sheets))
    texts: list[tuple[Inline, ...]] = [
        (f"{document.subtitle}. Siffrorna visar vad som följer av antagandena. De är inte en prognos.",),
        (
            "Här är talen bakom Word- och PDF-bilagan: varje tabell och varje diagram har ett eget blad, med samma "
            "nummer. Klicka på ett namn i listan för att komma dit; pilen överst på varje blad leder tillbaka hit. "
            "Vårdkedjorna och figurer som ritar tabellen intill finns bara i Word och PDF.",
        ),
        (
            "Tabeller och figurer är till för att läsas och går att skriva ut på liggande A4. "
            f"Sist ligger {data}: alla mått för alla år, att filtrera och räkna på.",
        ),
        (
            "Talen är riktiga tal, avrundade bara i visningen. Räkna gärna vidare på ett eget nytt blad, så att talen "
            "här står kvar. Ett streck i en tabell betyder att det inte finns något tal. Diagrammen är Excels egna "
            "och följer talen i tabellen; strecken för intervall följer hjälptalen under diagrammet.",
        ),
        (
            "P10–P90 är spridningen mellan möjliga år. 95-procentsintervallet säger hur säkert ett medel eller en "
            "medelskillnad är. Ligger noll i intervallet kan skillnaden inte skiljas från noll.",
        ),
    ]
    return tuple(Paragraph(text) for text in texts)
