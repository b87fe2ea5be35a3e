"""How well a kommun's basår comes out, kept in a file by `hemmaplan avstam --skriv` for those who show it without
simulating. The file says what it was made of, so that one who reads it sees whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import Field

from sim.calibration_files import FOLDER, calibration_path
from sim.errors import HemmaplanError
from sim.files import read_yaml
from sim.freshness import content_hash
from sim.messages import validated
from sim.reconcile import FITTED, FOLLOWS, GRADES, UNUSED, load_reconciliation, reconciliation_path
from sim.units import Modell

if TYPE_CHECKING:
    import pandas as pd

KEYS = {FITTED: "inpassade", FOLLOWS: "foljer", UNUSED: "inte_inpassade"}
Antal = Annotated[int, Field(strict=True, ge=0)]


class Antalen(Modell):
    """How many figures have each grade."""

    bra: Antal
    godtagbar: Antal
    svag: Antal

    @property
    def alla(self) -> int:
        return self.bra + self.godtagbar + self.svag


class Betyg(Modell):
    """`underlag_sha256`: of the configuration and the published figures that were compared."""

    underlag_sha256: str
    framtider: Annotated[int, Field(strict=True, ge=1)]
    inpassade: Antalen
    foljer: Antalen
    inte_inpassade: Antalen


@dataclass(frozen=True)
class Grade:
    """`stale`: the configuration or the published figures are others today."""

    betyg: Betyg
    stale: bool


def grade_path(root: Path, kommun_id: str) -> Path:
    return root / "conf" / FOLDER / f"{kommun_id}_betyg.yaml"


def basis_hash(root: Path, kommun_id: str, content: Mapping[str, Any]) -> str:
    """SHA-256 of what a grade rests on, whatever the comments and the order of the files. Raises HemmaplanError."""
    lines = [(line.uppgift.model_dump(mode="json"), line.dokument) for line in load_reconciliation(root, kommun_id)]
    path = calibration_path(root, kommun_id)
    return content_hash([content, lines, read_yaml(path) if path.is_file() else None])


def write_grade(root: Path, kommun_id: str, content: Mapping[str, Any], table: pd.DataFrame, futures: int) -> Path:
    """`table`: that of `reconciliation_table`. `content`: the kommun's files."""
    counts = {
        key: {name: int(((table["inpassad"] == kind) & (table["betyg"] == name)).sum()) for name in GRADES}
        for kind, key in KEYS.items()
    }
    found = {"underlag_sha256": basis_hash(root, kommun_id, content), "framtider": futures, **counts}
    path = grade_path(root, kommun_id)
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(f".{path.name}")
    first = f"# Skrivet av hemmaplan avstam {kommun_id} --skriv; ändra det inte för hand.\n"
    text = yaml.safe_dump(found, allow_unicode=True, sort_keys=False)
    unfinished.write_text(first + text, encoding="utf-8", newline="\n")
    unfinished.replace(path)
    return path


def load_grade(root: Path, kommun_id: str, content: Mapping[str, Any]) -> Grade | None:
    """None where none is kept, or what it rests on is gone. Raises HemmaplanError where the file is not one."""
    path = grade_path(root, kommun_id)
    if not path.is_file() or not reconciliation_path(root, kommun_id).is_file():
        return None
    betyg = validated(Betyg, read_yaml(path), prefix=path.name)
    try:
        return Grade(betyg, betyg.underlag_sha256 != basis_hash(root, kommun_id, content))
    except HemmaplanError:
        return Grade(betyg, True)
