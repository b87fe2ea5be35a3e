"""All that happened in one replication, or in a part of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.build import build_network
from sim.cases import draw_cases
from sim.commands.common import say_writing, shown
from sim.engine import trace
from sim.errors import HemmaplanError
from sim.experiment import plans_of
from sim.interrupts import unbroken
from sim.results import ResultFolder
from sim.settings import MOST_REPLICATIONS, study_from
from sim.swedish import tal
from sim.trace import selection_from, trace_heading, trace_lines

SHOWN = 40
"""So many lines of a trace are printed, those of the stock not among them; all are in the file."""


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """All that happened in one replication, or in a part of it, printed in part and saved."""
    asked, name = study_from(content, root)
    replication: int = chosen.replikation
    if not 0 <= replication < MOST_REPLICATIONS:
        raise HemmaplanError(f"--replikation = {replication}: ska vara 0 till {MOST_REPLICATIONS - 1}")
    plan = plans_of(asked)[-1]
    network = build_network(plan, asked.slut)
    selection = selection_from(network, chosen.dagar, chosen.till, chosen.fall)
    with ResultFolder(root / "results", f"{name}_spar", datetime.now()) as folder:
        print("Simulerar en replikation och antecknar allt som händer …", file=sys.stderr)
        _, events = trace(network, draw_cases(network, asked.fro, replication), asked.fro, replication)
        lines = list(trace_lines(asked.kommun, network, events, selection))
        heading = trace_heading(plan, network, asked.fro, replication, selection, len(lines))
        with unbroken(say_writing):
            text = "\n".join([*heading, "", *lines]) + "\n"
            (folder.path / "spar.txt").write_text(text, encoding="utf-8", newline="\n")
            lasting = folder.finish()
    few = [line for line in lines if not line.startswith(f"{network.start} 00:00 ")] or lines
    print("\n".join([*heading, "", *few[:SHOWN]]))
    if len(lines) > len(few[:SHOWN]):
        print(f"… {len(few[:SHOWN])} av {tal(len(lines))} rader. Alla, också läget vid början, finns i spar.txt")
    print(f"\nResultat: {shown(lasting)}")
    return 0
