"""Public statistics beside the lists: unemployment, inhabitants and Kolada, from the folder or from other files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.errors import HemmaplanError
from sim.intake.kolada import Kolada, fetch_kolada, kolada_of, read_kolada
from sim.intake.kolada_compare import KEY_FIGURES
from sim.intake.scb import population, unemployment

UNEMPLOYMENT, POPULATION, KOLADA = "arbetsloshet.json", "befolkning.json", "kolada.json"
"""What the files are called where they lie in the folder."""
FETCH = "hamta"
"""Instead of a file: over the network."""
YEARS = 5


@dataclass(frozen=True)
class Asked:
    """Files, where they are not in the folder; `kolada` may be FETCH."""

    arbetsloshet: str | None = None
    befolkning: str | None = None
    kolada: str | None = None


@dataclass(frozen=True)
class Public:
    arbetsloshet: pd.Series | None
    befolkning: pd.Series | None
    kolada: Kolada | None


def public_of(folder: Path, asked: Asked, kommunkod: str | None, sista: int) -> Public:
    """What there is. `sista`: the last year of the lists. Raises HemmaplanError for a file that is not as it should."""
    work = _chosen(folder, UNEMPLOYMENT, asked.arbetsloshet)
    people = _chosen(folder, POPULATION, asked.befolkning)
    return Public(
        unemployment(work, kommunkod) if work else None,
        population(people, kommunkod) if people else None,
        _kolada(folder, asked.kolada, kommunkod, sista),
    )


def _chosen(folder: Path, name: str, given: str | None) -> Path | None:
    if given is not None:
        return Path(given)
    return folder / name if (folder / name).is_file() else None


def _kolada(folder: Path, given: str | None, kommunkod: str | None, sista: int) -> Kolada | None:
    if given == FETCH:
        if kommunkod is None:
            raise HemmaplanError(f"--kolada {FETCH}: kommunkod saknas; skriv den under kommun i las-in.yaml")
        return kolada_of(fetch_kolada(list(KEY_FIGURES), [], range(sista - YEARS + 1, sista + 1)), "Kolada")
    path = _chosen(folder, KOLADA, given)
    return read_kolada(path) if path else None
