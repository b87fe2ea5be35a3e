"""How many are needed for a condition to hold, or how much inflow today's means can carry."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.analysis.binding import obstacles
from sim.analysis.goal import Goal, batches_of, inflow_goal, seek, share_from, unit_goal, usual_most
from sim.analysis.goal_text import COLUMNS, goal_lines, goal_rows
from sim.analysis.target import checked_since, until
from sim.commands.common import say_writing, shown, whole
from sim.config import Kommun
from sim.errors import HemmaplanError
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_csv
from sim.settings import MOST_REPLICATIONS, study_from

MOST_UNITS, MOST_FACTOR = 60.0, 3.0
FEWEST = 2


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """`hemmaplan malsok`: printed, and saved as text and a table."""
    study, name = study_from(content, root)
    kommun = until(study.kommun, study.slut)
    goal = _goal(kommun, chosen)
    most = usual_most(goal.kommun) if chosen.replikationer is None else chosen.replikationer
    if not FEWEST <= most <= MOST_REPLICATIONS:
        raise HemmaplanError(f"--replikationer = {most}: ska vara {FEWEST} till {MOST_REPLICATIONS}")
    with ResultFolder(root / "results", f"{name}_malsok", datetime.now()) as folder:
        asked = replace(study, kommun=goal.kommun, slut=None)
        sought = seek(goal, asked, batches_of(most), whole)
        binding = obstacles(sought, asked, whole) if sought.answer is None else None
        with unbroken(say_writing):
            text = "\n".join(goal_lines(sought, binding))
            (folder.path / "malsok.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            write_csv(COLUMNS, goal_rows(sought), folder.path / "malsok.csv")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return 0


def _goal(kommun: Kommun, chosen: argparse.Namespace) -> Goal:
    p = None if chosen.sakerhet is None else share_from(chosen.sakerhet)
    since = checked_since(kommun, chosen.fran)
    if (chosen.mal is None) == (chosen.inflode is None):
        raise HemmaplanError("ange antingen ett mål, till exempel resurser.stodboende.platser, eller --inflode")
    if chosen.inflode is not None:
        most = MOST_FACTOR if chosen.mest is None else chosen.mest
        return inflow_goal(kommun, chosen.inflode, chosen.villkor, p, since, most, chosen.ar)
    most = MOST_UNITS if chosen.mest is None else chosen.mest
    return unit_goal(kommun, chosen.mal, chosen.villkor, p, since, most, chosen.steg, chosen.ar)
