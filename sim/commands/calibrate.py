"""Numbers fitted so that published figures come out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from sim import calibration_files as files
from sim.calibration import fit
from sim.calibration_report import fit_lines, matrix_table, ridge_lines
from sim.commands.common import PREPARING, shown, write_frame
from sim.engine import is_ready
from sim.errors import HemmaplanError
from sim.identifiability import firmness
from sim.identifiability_report import firmness_lines, firmness_table
from sim.results import ResultFolder
from sim.settings import study_from
from sim.surface import drawn_deviations, make_surface
from sim.trials import Bench
from sim.uncertainty import Uncertainty, centre_of

DRAWS_TRIED, YEARS_TRIED = 8, 30
"""How many draws of the assumptions a calibration is tried on, and over how many possible years."""


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """Fit the kommun to its published figures, print and save what was found, and write it if asked to.

    `chosen.replikationer`: possible years in each trial, where not as many as the calibration's file says.
    """
    asked, name = study_from(content, root)
    years: int | None = chosen.replikationer
    plan, lines = files.load_calibration(root, asked.kommun)
    if years is not None:
        fewer = {"replikationer": years, "replikationer_lutning": min(years, plan.replikationer_lutning)}
        plan = plan.model_copy(update=fewer)
    bench = Bench(asked.kommun, lines, plan.fro, plan.slut, asked.motor, asked.arbetare)
    document = np.array([line.dokument for line in lines])
    if not is_ready(asked.motor):
        print(PREPARING, file=sys.stderr)
    with ResultFolder(root / "results", f"{name}_kalibrering", datetime.now()) as folder:
        fitted = fit(bench, plan, [siffra.namn for siffra in plan.siffror], document, _tell)
        kommun = files.fitted_kommun(asked.kommun, plan, fitted)
        if problems := files.others_problems(root, kommun, plan):
            raise HemmaplanError("\n".join(problems))
        drawn = files.free_assumptions(content["kommun"], kommun, plan)
        _tell(f"mäter {len(drawn)} antagandens spann")
        bench = replace(bench, kommun=kommun)
        surface = make_surface(bench, plan, fitted.values, fitted.slopes, drawn)
        uncertainty = Uncertainty(drawn, plan.parametrar, centre_of(kommun, plan.parametrar), surface)
        spread = (
            drawn_deviations(bench, uncertainty, DRAWS_TRIED, min(YEARS_TRIED, plan.replikationer))
            if drawn
            else np.zeros((1, len(lines)))
        )
        firm = firmness(plan, fitted)
        text = "\n".join(
            [
                *fit_lines(kommun.namn, plan, lines, fitted),
                *firmness_lines(plan, fitted, firm),
                *ridge_lines(drawn, uncertainty.surface, spread, fitted),
            ]
        )
        (folder.path / "kalibrering.md").write_text(text + "\n", encoding="utf-8", newline="\n")
        write_frame(matrix_table(fitted), folder.path / "elasticiteter.csv")
        write_frame(firmness_table(firm), folder.path / "sakerhet.csv")
        lasting = folder.finish()
    print(text)
    if chosen.skriv:
        written = files.write_fit(root, kommun, plan, fitted, uncertainty)
        print("\nSkrivet: " + ", ".join(path.relative_to(root).as_posix() for path in written))
    else:
        print("\nInget är ändrat i conf. Med --skriv skrivs talen in, med källa.")
    print(f"Resultat: {shown(lasting)}")
    return 0


def _tell(text: str) -> None:
    print(f"Kalibrerar: {text} …", file=sys.stderr)
