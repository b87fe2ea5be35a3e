"""The documents that numbers come from, as they are called where they are cited."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sim.config import Kommun
from sim.files import read_yaml
from sim.messages import validated
from sim.report.document import Cell, Table
from sim.units import Modell, Text

FILE = Path("conf") / "underlag" / "dokument.yaml"


class Dokument(Modell):
    """What a document is called, who has published it, and in what year."""

    titel: Text
    utgivare: Text | None = None
    ar: int | None = None

    @property
    def cited(self) -> str:
        return ", ".join(filter(None, (self.utgivare, self.titel)))


def load_documents(root: Path) -> Mapping[str, Dokument]:
    """By key; none where the file is not there. Raises HemmaplanError."""
    if not (root / FILE).is_file():
        return {}
    return {
        str(key): validated(Dokument, content, prefix=f"{FILE.as_posix()}: {key}")
        for key, content in read_yaml(root / FILE).items()
    }


def cited_in(kommun: Kommun, known: Mapping[str, Dokument]) -> dict[str, Dokument]:
    """The documents of a kommun's sources by key, in order; one that is not described is called by its key."""
    keys = dict.fromkeys(kalla.kalla for kalla in kommun.kallor.values() if kalla.kalla)
    return {key: known.get(key) or Dokument(titel=key) for key in sorted(keys)}


def document_codes(cited: Mapping[str, Dokument]) -> dict[str, str]:
    """D1, D2 …"""
    return {key: f"D{place}" for place, key in enumerate(cited, start=1)}


def document_table(cited: Mapping[str, Dokument]) -> Table | None:
    """None where no source is a document."""
    rows: list[tuple[Cell, ...]] = [
        (code, cited[key].titel, cited[key].utgivare, None if cited[key].ar is None else str(cited[key].ar))
        for key, code in document_codes(cited).items()
    ]
    if not rows:
        return None
    header = ("Dokument", "Titel", "Utgivare", "År")
    return Table("dokument", "Dokumenten som källorna hänvisar till", header, tuple(rows)).without_empty()
