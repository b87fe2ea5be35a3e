"""Which cases fare differently in a scenario, and through what chain of events."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.analysis.explain import explain
from sim.analysis.explain_text import COLUMNS, case_rows, explain_lines
from sim.commands.common import say_writing, shown
from sim.errors import HemmaplanError
from sim.experiment import plans_of
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_csv
from sim.settings import MOST_REPLICATIONS, study_from


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """`hemmaplan forklara`: printed, and saved as text and as a table of all cases."""
    asked, name = study_from(content, root)
    replication, most = int(chosen.replikation), int(chosen.antal)
    if not 0 <= replication < MOST_REPLICATIONS:
        raise HemmaplanError(f"--replikation = {replication}: ska vara 0 till {MOST_REPLICATIONS - 1}")
    if most < 0:
        raise HemmaplanError(f"--antal = {most}: ska vara 0 eller mer")
    plans_of(asked)
    with ResultFolder(root / "results", f"{name}_forklara", datetime.now()) as folder:
        print("Simulerar nuläget och scenariot och antecknar allt som händer …", file=sys.stderr)
        made = explain(asked, replication)
        with unbroken(say_writing):
            text = "\n".join(explain_lines(made, most))
            (folder.path / "forklara.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            write_csv(COLUMNS, case_rows(made), folder.path / "fall.csv")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return 0
