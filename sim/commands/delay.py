"""What it costs that something planned comes later."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.analysis.assumption import stances, surface_of
from sim.analysis.delay import delay, delayed, last_day, late_of
from sim.analysis.delay_text import COLUMNS, delay_lines, delay_rows
from sim.analysis.target import home_share_paths, reached, until
from sim.commands.common import say_writing, shown, whole
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_csv
from sim.settings import study_from


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """`hemmaplan forsening`: printed, and saved as text and a table."""
    study, name = study_from(content, root)
    late = late_of(study.kommun, chosen.planerat, chosen.manader)
    kommun = until(study.kommun, study.slut or max(last_day(late), study.kommun.slut))
    paths = home_share_paths(kommun, late.target)
    surface, _ = surface_of(root, kommun)
    found = []
    with ResultFolder(root / "results", f"{name}_forsening", datetime.now()) as folder:
        for stance in stances(kommun, paths, surface):
            in_time, too_late = (
                whole(replace(study, kommun=reached(each, [late.target.path, *paths]), slut=None))
                for each in (stance.kommun, delayed(stance.kommun, late))
            )
            found.append((stance, delay(in_time, too_late, late)))
        with unbroken(say_writing):
            text = "\n".join(delay_lines(found))
            (folder.path / "forsening.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            write_csv(COLUMNS, delay_rows(found), folder.path / "forsening.csv")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return 0
