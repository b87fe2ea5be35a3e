"""How much common random numbers narrow the comparison."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.commands.common import exit_code, with_progress
from sim.comparison import variance_ratio
from sim.costs import ALL_AREAS
from sim.errors import HemmaplanError, nearest, tal_text
from sim.experiment import StudyResult
from sim.labels import LABELS
from sim.precision import planning_period
from sim.settings import study_from
from sim.stopping import replications_for
from sim.swedish import tal


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """How much common random numbers narrow the comparison."""
    asked, _ = study_from(content, root)
    scenario, area, measure = chosen.scenario, chosen.verksamhet, chosen.matt
    if chosen.inom is not None and not 0 < chosen.inom < math.inf:
        raise HemmaplanError(f"--inom = {tal_text(chosen.inom)}: måste vara större än 0")
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
    if chosen.inom is not None:
        print("\n".join(["", *needed_lines(result, scenario, area, chosen.inom)]))
    return exit_code(result)


def needed_lines(result: StudyResult, scenario: str, area: str, width: float) -> list[str]:
    """How many possible futures a cost takes to be known within so many mnkr, with and without the same people."""
    base, other = result.tables[0], result.table(scenario)
    period = base.periods[planning_period(base.periods)]
    lines = [
        f"Så många möjliga framtider behövs för att veta medelskillnaden {period} inom ± {tal_text(width)} mnkr",
        "(halva 95-procentsintervallet), om spridningen är den i de här replikationerna:",
        "",
        f"{'':<36}{'gemensamma slumptal':>24}{'oberoende slumpfrön':>24}{'kvot':>8}",
        f"{'':<36}{'spridning':>14}{'antal':>10}{'spridning':>14}{'antal':>10}",
    ]
    for key, name in ((ALL_AREAS, "alla verksamheter"), (area, result.study.kommun.verksamheter[area].namn.lower())):
        mine, theirs = (1e-6 * table.of((key, "nettokostnad", ""), period) for table in (other, base))
        paired, apart = (
            float(np.std(mine - theirs, ddof=1)),
            float(np.hypot(np.std(mine, ddof=1), np.std(theirs, ddof=1))),
        )
        counts = [replications_for(spread, width) for spread in (paired, apart)]
        cells = f"{tal(paired, 2):>14}{tal(counts[0]):>10}{tal(apart, 2):>14}{tal(counts[1]):>10}"
        lines.append(f"{'nettokostnad, ' + name:<36}{cells}{tal(counts[1] / counts[0], 1):>8}")
    return lines
