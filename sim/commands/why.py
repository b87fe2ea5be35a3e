"""Why two scenarios differ: the difference split by cause."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.analysis.waterfall import question, split_result
from sim.analysis.waterfall_text import COLUMNS, FUTURES, future_rows, part_rows, waterfall_lines
from sim.commands.common import exit_code, say_writing, shown, with_progress
from sim.errors import HemmaplanError
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_csv
from sim.settings import study_from


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """`hemmaplan varfor`: printed, and saved as text, tables and a figure."""
    if len(chosen.scenarier) > 2:
        raise HemmaplanError(
            f"{chosen.scenarier[2]}: ett scenario för mycket; ett ställs mot nuläget, två mot varandra"
        )
    study, name = study_from(content, root)
    asked = question(study, chosen.verksamhet, chosen.matt, chosen.delen)
    with ResultFolder(root / "results", f"{name}_varfor", datetime.now()) as folder:
        result = with_progress(asked.study)
        with unbroken(say_writing):
            from sim.figures_analysis import draw_waterfall

            made = split_result(asked, result)
            text = "\n".join(waterfall_lines(made))
            (folder.path / "varfor.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            write_csv(COLUMNS, part_rows(made), folder.path / "varfor.csv")
            write_csv(FUTURES, future_rows(made), folder.path / "framtider.csv")
            draw_waterfall(made, folder.path)
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return exit_code(result)
