"""What the words and the measures of the bilaga mean."""

from __future__ import annotations

from collections.abc import Iterable

from sim.labels import LABELS
from sim.report.document import Cell, Document, Table, numbers_of

ALWAYS = {"nettokostnad", "varddygn", "arsplatser", "belaggning"}
WORDS: tuple[tuple[str, str], ...] = (
    ("Basår", "Det publicerade år som modellen först ska återge."),
    ("Hemmaplan", "Vård på egna platser i kommunen."),
    ("Extern", "Vård på en köpt plats."),
    ("Nuläge", "Kommunen som den är beskriven, med det som redan är planerat."),
    ("Replikation, möjlig framtid", "En simulering av hela perioden med sina egna slumptal."),
    ("Scenario", "Daterade ändringar av nulägets tal."),
    ("mnkr, tkr", "Miljoner kronor, tusen kronor."),
)


def glossary_table(measures: Iterable[str]) -> Table:
    """The words, then the measures that are used, in order of their names."""
    rows: list[tuple[Cell, ...]] = [(word, "", meaning) for word, meaning in WORDS]
    used = sorted({LABELS[measure] for measure in measures}, key=lambda label: label.namn)
    rows += [(label.namn, label.enhet, label.definition) for label in used]
    return Table(
        "ordlista",
        "Ord och mått",
        ("Ord", "Enhet", "Betyder"),
        tuple(rows),
        ("Måtten är de som bilagan använder. Alla mått finns i handbokens avsnitt 7.",),
        small=True,
    )


def measures_in(document: Document) -> set[str]:
    """Every measure that a number of the document is of."""
    refs = (ref for number in numbers_of(document) for ref in (number.ref, number.offset) if ref is not None)
    return {ref.matt for ref in refs} | ALWAYS
