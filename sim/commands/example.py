"""Made-up exports to try the reading on."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.commands.common import shown
from sim.errors import HemmaplanError, nearest
from sim.intake.example_folder import LARGE_YEARS, MAPPING, TRUTH, Example, write_example
from sim.intake.example_styles import STYLES
from sim.swedish import tal

MOST_YEARS = 15
KINDS = {"placeringar": "placeringar", "arenden": "ärenden", "utbetalningar": "utbetalningar", "volymer": "årssiffror"}


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """`hemmaplan exempeldata`: a folder of exports, what is in it, and what to try next."""
    folder = Path(chosen.mapp).resolve()
    asked = _asked(chosen)
    written = write_example(folder, asked)
    rows = ", ".join(f"{tal(count)} {KINDS[kind]}" for kind, count in written.rows.items())
    faults = f"{tal(written.faults)} rader har fel med flit" if written.faults else "inga fel är inlagda"
    print(f"Påhittade uttag i {asked.system}-stil: {rows}; {faults}.")
    print("Personerna finns inte: personnumren har födelsenummer 000, som ingen kan ha, och namnen är påhittade.")
    print(f"Sanningen om kommunen står i {TRUTH}, och hur filerna tolkas i {MAPPING}.")
    print("Arbetslöshet, befolkning och Kolada finns som JSON-filer, också de påhittade.")
    print(f"\nMapp: {shown(folder)}")
    return 0


def _asked(chosen: argparse.Namespace) -> Example:
    if chosen.system not in STYLES:
        raise HemmaplanError(f"--system = {chosen.system}: finns inte; {nearest(chosen.system, STYLES)}")
    years = chosen.ar if chosen.ar is not None else LARGE_YEARS if chosen.stor else 8
    if not 1 <= years <= MOST_YEARS:
        raise HemmaplanError(f"--ar = {years}: ska vara 1 till {MOST_YEARS}")
    if chosen.fro < 0:
        raise HemmaplanError(f"--fro = {chosen.fro}: ska vara 0 eller större")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", chosen.kommun):
        raise HemmaplanError(f"--kommun = {chosen.kommun}: ska bara ha a-z, 0-9 och understreck, först en bokstav")
    return Example(chosen.system, chosen.fro, years, chosen.kommun, chosen.ren, chosen.stor)
