"""What a planner takes away: the same bilaga that the command line writes, from the answer on the page."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.cautions import watched, write_cautions
from sim.comparison import Comparison
from sim.experiment import ready_of
from sim.files import read_kommun
from sim.freshness import source_hashes
from sim.report.bilaga import write_bilaga
from sim.results import write_tables
from sim.settings import report_from

KINDS = {
    "docx": ("word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("pdf", "application/pdf"),
    "xlsx": ("excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""By ending: what the report calls it, and its media type."""


def configuration_of(made: Comparison, root: Path) -> dict[str, Any]:
    """The study as a configuration that the command line takes."""
    study = made.resultat.study
    scenarios = {
        scenario.id: scenario.model_dump(mode="json", exclude_none=True, exclude={"id"}) for scenario in study.scenarios
    }
    return {
        "kommun": read_kommun(root, study.kommun.id),
        "scenarios": scenarios,
        "studie": {"replikationer": study.replikationer, "fro": study.fro},
        "berakning": {"arbetare": study.arbetare, "motor": study.motor},
    }


def bilaga_of(made: Comparison, root: Path, ending: str) -> bytes:
    """A file of the bilaga. Raises HemmaplanError where it cannot be made."""
    study = made.resultat.study
    with tempfile.TemporaryDirectory(prefix="hemmaplan-") as name:
        folder = Path(name)
        cautions = watched(ready_of(study)).after(made, root)
        write_cautions(cautions, folder)
        files = source_hashes(root, study.kommun.id, [])
        more = {"filer": files, "varningar": [caution._asdict() for caution in cautions]}
        content = configuration_of(made, root)
        write_tables(folder, content, made, datetime.now(), more)
        (path,) = write_bilaga(folder, root, report_from({"rapport": {"format": [KINDS[ending][0]]}}))
        return path.read_bytes()
