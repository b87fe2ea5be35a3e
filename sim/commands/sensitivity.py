"""Which assumptions decide a scenario's answer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.analysis.assumption_ends import Calibration
from sim.analysis.tornado import question, tornado
from sim.analysis.tornado_text import COLUMNS, UNTRIED, effect_rows, tornado_lines, untried_rows
from sim.calibration_files import calibration_path, free_assumptions, load_calibration, load_uncertainty
from sim.commands.common import progress_of, say_writing, shown
from sim.config import Kommun
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_csv
from sim.settings import study_from

UNFITTED = "Obs: kommunen är inte kalibrerad, så inga tal löses på nytt när ett antagande flyttas."
SOLVING = "Löser de inpassade talen på nytt för varje antagande utan fördelning …"


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """`hemmaplan kanslighet`: printed, and saved as text, tables and a figure for each scenario."""
    study, name = study_from(content, root)
    calibration = _calibration(root, study.kommun, content["kommun"])
    if calibration is None:
        print(UNFITTED, file=sys.stderr)
    elif chosen.alla:
        print(SOLVING, file=sys.stderr)
    figure = chosen.verksamhet, chosen.matt, chosen.delen
    asked = question(study, calibration, figure, chosen.alla, chosen.granser)
    with ResultFolder(root / "results", f"{name}_kanslighet", datetime.now()) as folder:
        with progress_of(asked.study, 1 + 2 * len(asked.tried), "Prövar", "omgång") as show:
            made = tornado(asked, show)
        with unbroken(say_writing):
            from sim.figures_analysis import draw_tornado

            text = "\n".join(tornado_lines(made))
            (folder.path / "kanslighet.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            write_csv(COLUMNS, effect_rows(made), folder.path / "kanslighet.csv")
            write_csv(UNTRIED, untried_rows(made), folder.path / "ej_provade.csv")
            draw_tornado(made, folder.path)
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    if len(made.effects) == len(asked.tried):
        return 0
    print(f"Avbrutet: {len(made.effects)} av {len(asked.tried)} antaganden hann prövas.", file=sys.stderr)
    return 130


def _calibration(root: Path, kommun: Kommun, content: Mapping[str, Any]) -> Calibration | None:
    """None where the kommun has none."""
    if not calibration_path(root, kommun.id).is_file():
        return None
    plan, lines = load_calibration(root, kommun)
    drawn = free_assumptions(content, kommun, plan)
    return Calibration(plan, lines, load_uncertainty(root, kommun, content) if drawn else None)
