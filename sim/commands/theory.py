"""Exact values of known queues beside the simulated ones."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.analysis.theory import beside, known_queues, place_in
from sim.analysis.theory_text import COLUMNS, theory_lines, theory_rows
from sim.build import build_network
from sim.calendars import years
from sim.commands.common import exit_code, say_writing, shown, with_progress
from sim.errors import HemmaplanError
from sim.experiment import Study, plans_of
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_csv
from sim.settings import study_from


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """`hemmaplan teori`: for nuläge or a scenario, and one year; printed and saved."""
    study, name = study_from(content, root)
    year = _year(study, chosen.ar)
    study = replace(study, slut=date(year, 12, 31))
    plan = plans_of(study)[-1]
    network = build_network(plan, study.slut)
    at = place_in(plan, network, years(network.start, network.end)[-1])
    with ResultFolder(root / "results", f"{name}_teori", datetime.now()) as folder:
        result = with_progress(study)
        with unbroken(say_writing):
            made = beside(known_queues(at), result.table(plan.id), str(year))
            text = "\n".join(theory_lines(made, study.kommun, plan.namn, str(year), result.klara))
            (folder.path / "teori.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            write_csv(COLUMNS, theory_rows(made), folder.path / "teori.csv")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return exit_code(result)


def _year(study: Study, asked: int | None) -> int:
    """The last whole year of the run, or the one asked for."""
    kommun = study.kommun
    end = study.slut or kommun.slut
    last = end.year if (end.month, end.day) == (12, 31) else end.year - 1
    first = kommun.start.year if kommun.start == kommun.arets_borjan else kommun.start.year + 1
    if last < first:
        raise HemmaplanError(f"slut = {end}: körningen har inget helt kalenderår att jämföra med")
    if asked is not None and not first <= asked <= last:
        raise HemmaplanError(f"--ar = {asked}: ska vara ett helt år i körningen, {first} till {last}")
    return asked or last
