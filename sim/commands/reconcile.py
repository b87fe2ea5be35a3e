"""Document against model for the basår."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.backtest_files import backtest_ids
from sim.calibration_files import calibration_path, load_calibration
from sim.commands.common import exit_code, say_writing, shown, with_progress, write_frame
from sim.comparison import comparison
from sim.errors import HemmaplanError
from sim.experiment import Study
from sim.files import read_kommun
from sim.grade_files import write_grade
from sim.interrupts import unbroken
from sim.reconcile import Line, grade_lines, load_reconciliation, reconciliation_lines, reconciliation_table
from sim.results import ResultFolder
from sim.settings import study_from


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """Document against model for the basår, printed and saved."""
    asked, name = study_from(content, root)
    lines = load_reconciliation(root, asked.kommun.id)
    if asked.kommun.start != asked.kommun.arets_borjan:
        text = "en avstämning behöver hela basåret; ta bort startdag, eller gör en prognos (hemmaplan prognos)"
        raise HemmaplanError(f"startdag = {asked.kommun.start}: {text}")
    free: int | None = None
    fitted: tuple[Line, ...] = ()
    if calibration_path(root, asked.kommun.id).is_file():
        plan, fitted = load_calibration(root, asked.kommun)
        free = len(plan.parametrar)
    moment = datetime.now()
    with ResultFolder(root / "results", f"{name}_avstamning", moment) as folder:
        result = with_progress(basar_only(asked))
        with unbroken(say_writing):
            made = comparison(result)
            table = reconciliation_table(lines, made, fitted)
            write_frame(table, folder.path / "avstamning.csv")
            told = [*reconciliation_lines(table, asked.kommun.namn, made.resultat.klara), *grade_lines(table, free)]
            if asked.kommun.id in backtest_ids(root):
                how = f"visar `hemmaplan backtest {asked.kommun.id}`"
                told += ["", f"Betygen gäller ett år som modellen är inpassad mot. Hur väl den förutsäger nästa {how}."]
            text = "\n".join(told)
            (folder.path / "avstamning.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    if chosen.skriv:
        if made.resultat.klara < made.resultat.begarda:
            raise HemmaplanError("avstämningen blev inte klar, så betyget sparas inte")
        kommun_id = asked.kommun.id
        path = write_grade(root, kommun_id, read_kommun(root, kommun_id), table, made.resultat.klara)
        print(f"Betyget: {shown(path)}")
    return exit_code(result)


def basar_only(asked: Study) -> Study:
    """The same study through the basår and the year that follows, which returns within twelve months need."""
    kommun = asked.kommun
    return replace(asked, scenarios=(), slut=min(kommun.slut, date(kommun.basar + 1, 12, 31)))
