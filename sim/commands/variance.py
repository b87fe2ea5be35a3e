"""How much common random numbers narrow the comparison."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.commands.common import exit_code, with_progress
from sim.comparison import variance_ratio
from sim.errors import HemmaplanError, nearest
from sim.labels import LABELS
from sim.settings import study_from
from sim.swedish import tal


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """How much common random numbers narrow the comparison."""
    asked, _ = study_from(content, root)
    scenario, area, measure = chosen.scenario, chosen.verksamhet, chosen.matt
    if area not in asked.kommun.verksamheter:
        raise HemmaplanError(f"verksamhet = {area}: finns inte; {nearest(area, asked.kommun.verksamheter)}")
    result = with_progress(asked)
    if result.klara < 2:
        raise KeyboardInterrupt
    last_year = str((asked.slut or asked.kommun.slut).year)
    there = [row[1] for row in result.tables[0].rows if (row[0], row[2]) == (area, "")]
    if measure not in there:
        raise HemmaplanError(f"matt = {measure}: finns inte för {area} {last_year}; {nearest(measure, there)}")
    try:
        paired, independent, ratio = variance_ratio(result, scenario, area, measure, last_year)
    except ZeroDivisionError:
        raise HemmaplanError(f"matt = {measure}: är lika i alla replikationer, så det finns ingen kvot") from None
    label = LABELS[measure]
    print(f"{label.namn} ({label.enhet}), {area}, {last_year}, {scenario} mot nuläge, {result.klara} replikationer")
    print(f"  varians, gemensamma slumptal   {tal(paired, 0):>16}")
    print(f"  varians, oberoende slumpfrön   {tal(independent, 0):>16}")
    print(f"  kvot                           {tal(ratio, 4):>16}")
    if ratio > 0:
        print(f"  lika säkert svar kräver {tal(1 / ratio, 1)} gånger så många replikationer utan gemensamma slumptal")
    return exit_code(result)
