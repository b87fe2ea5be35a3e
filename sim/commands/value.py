"""What more units of a number are worth, each against the one before."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.analysis.assumption import stances, surface_of
from sim.analysis.marginal import ask, marginal, marginal_study, payback
from sim.analysis.marginal_text import COLUMNS, Valued, value_lines, value_rows
from sim.analysis.target import checked_since, home_share_paths, now_of, reached, target_of, unplanned, until
from sim.commands.common import exit_code, say_writing, shown, with_progress
from sim.describe import change_text
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
    paths = [chosen.antagande] if chosen.antagande else home_share_paths(kommun, target)
    surface, why = surface_of(root, kommun)
    found = []
    with ResultFolder(root / "results", f"{name}_varde", datetime.now()) as folder:
        for stance in stances(kommun, paths, surface):
            asked = replace(study, kommun=reached(stance.kommun, [target.path, *paths]), slut=None)
            result = with_progress(marginal_study(asked, question))
            if exit_code(result):
                raise KeyboardInterrupt
            found.append((stance, marginal(result, question)))
        with unbroken(say_writing):
            from sim.figures_value import draw_value

            cost = None if chosen.investering is None else payback(found[0][1], chosen.investering * 1e3)
            planned = tuple(
                change_text(each, kommun)
                for each in kommun.planerat.values()
                if target.resource and each.mal.startswith(f"resurser.{target.resource}.")
            )
            made = Valued(tuple(found), cost or (), planned, why)
            text = "\n".join(value_lines(made))
            (folder.path / "varde.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            write_csv(COLUMNS, value_rows(made), folder.path / "varde.csv")
            draw_value(made, folder.path)
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return 0
