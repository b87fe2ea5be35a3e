"""What more units of a number are worth, each against the one before."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.analysis.marginal import ask
from sim.analysis.marginal_text import COLUMNS, value_lines, value_rows
from sim.analysis.target import checked_since, now_of, target_of, unplanned, until
from sim.analysis.valued import assumption_paths, valued
from sim.commands.common import say_writing, shown, whole
from sim.errors import HemmaplanError, tal_text
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_csv
from sim.settings import study_from

MOST_UNITS = 100


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """`hemmaplan varde`: printed, and saved as text, a table and a figure."""
    study, name = study_from(content, root)
    written = unplanned(study.kommun) if chosen.utan_planerat else study.kommun
    kommun = until(written, study.slut)
    target = target_of(kommun, chosen.mal)
    now_of(kommun, chosen.mal)
    if not 1 <= chosen.till <= MOST_UNITS:
        raise HemmaplanError(f"--till = {chosen.till}: ska vara 1 till {MOST_UNITS}")
    if not 0 < chosen.steg <= 1_000_000:
        raise HemmaplanError(f"--steg = {tal_text(chosen.steg)}: ska vara större än 0")
    if chosen.investering is not None and chosen.investering < 0:
        raise HemmaplanError(f"--investering = {tal_text(chosen.investering)}: ska vara minst 0")
    question = ask(target, chosen.till, chosen.steg, checked_since(kommun, chosen.fran))
    paths = assumption_paths(kommun, question, chosen.antagande)
    with ResultFolder(root / "results", f"{name}_varde", datetime.now()) as folder:
        made = valued(root, study, kommun, question, paths, chosen.investering, whole)
        with unbroken(say_writing):
            from sim.figures_value import draw_value

            text = "\n".join(value_lines(made))
            (folder.path / "varde.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            write_csv(COLUMNS, value_rows(made), folder.path / "varde.csv")
            draw_value(made, folder.path)
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return 0
