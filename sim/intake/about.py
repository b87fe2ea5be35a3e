"""What the kommun is called: as the mapping file says, or else as the folder."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from sim.intake.mapping import LasIn


@dataclass(frozen=True)
class About:
    """What the lists do not tell of the municipality itself."""

    id: str
    namn: str
    kommunkod: str | None = None


def about_of(mapping: LasIn, folder: Path) -> About:
    if mapping.kommun:
        return About(mapping.kommun.id, mapping.kommun.namn, mapping.kommun.kommunkod)
    name = folder.resolve().name
    return About(key_of(name), name)


def key_of(name: str) -> str:
    """A name as a key: Älvdalens listor 2024 → alvdalens_listor_2024."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return key if key[:1].isalpha() else f"kommun_{key}".rstrip("_")
