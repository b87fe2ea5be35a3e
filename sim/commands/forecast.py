"""The year's outcome from the outcome so far and the rest simulated."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.commands.common import exit_code, say_writing, shown, with_progress
from sim.forecast import COLUMNS, forecast, forecast_lines, forecast_study, load_forecast
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_csv
from sim.settings import study_from


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """The year's outcome from the outcome so far and the rest simulated, printed and saved."""
    asked, name = study_from(content, root)
    given = load_forecast(root, asked.kommun.id)
    asked = forecast_study(asked, given)
    moment = datetime.now()
    with ResultFolder(root / "results", f"{name}_prognos", moment) as folder:
        result = with_progress(asked)
        with unbroken(say_writing):
            made = forecast(given, result)
            write_csv(COLUMNS, made.tabell.itertuples(index=False), folder.path / "prognos.csv")
            text = "\n".join(forecast_lines(made))
            (folder.path / "prognos.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return exit_code(result)
