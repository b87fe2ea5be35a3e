"""Each verksamhet's vårdkedja as SVG."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.chain import draw_chain
from sim.commands.common import say_writing, shown
from sim.interrupts import unbroken
from sim.results import ResultFolder
from sim.settings import study_from


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """Each verksamhet's vårdkedja as SVG."""
    asked, name = study_from(content, root)
    with unbroken(say_writing), ResultFolder(root / "results", f"{name}_ritning", datetime.now()) as folder:
        for area in asked.kommun.verksamheter:
            path = folder.path / f"vardkedja_{area}.svg"
            path.write_text(draw_chain(asked.kommun, area), encoding="utf-8", newline="\n")
        lasting = folder.finish()
    print(f"Resultat: {shown(lasting)}")
    return 0
