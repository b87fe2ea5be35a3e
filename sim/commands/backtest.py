"""How good the model's predictions of published years would have been."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.backtest import Backtested, run_case
from sim.backtest_files import Case, backtest_ids, load_cases
from sim.backtest_report import backtest_lines, backtest_table, heading_lines, together_lines
from sim.commands.common import PREPARING, say_writing, shown, write_frame
from sim.engine import FASTEST, is_ready
from sim.errors import HemmaplanError
from sim.interrupts import unbroken
from sim.results import ResultFolder
from sim.settings import MOST_REPLICATIONS
from sim.workers import MOST_WORKERS

LEAST_REPLICATIONS = 2
FEW = 20
"""Fewer possible futures than this have no interval worth the name: good for trying a file."""


def run(_: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """Backtest some kommuner, or all that have a file for it; printed and saved."""
    _check(chosen)
    names: list[str] = list(dict.fromkeys(chosen.kommuner)) or backtest_ids(root)
    cases = [case for name in names for case in load_cases(root, name)]
    if chosen.replikationer is not None and chosen.replikationer < FEW:
        print(f"Obs: {chosen.replikationer} möjliga framtider är för få för att ge ett intervall.", file=sys.stderr)
    if not is_ready(FASTEST):
        print(PREPARING, file=sys.stderr)
    title = names[0] if len(names) == 1 else "alla" if names == backtest_ids(root) else "flera"
    with ResultFolder(root / "results", f"{title}_backtest", datetime.now()) as folder:
        tested = [_tested(case, chosen) for case in cases]
        with unbroken(say_writing):
            lines = heading_lines(", ".join(names), [case.prov for case in cases])
            for each in tested:
                lines += [*backtest_lines(each), ""]
            text = "\n".join([*lines, *together_lines(tested)])
            write_frame(backtest_table(tested), folder.path / "backtest.csv")
            (folder.path / "backtest.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {shown(lasting)}")
    return 0


def _check(chosen: argparse.Namespace) -> None:
    limits = {
        "replikationer": (LEAST_REPLICATIONS, MOST_REPLICATIONS),
        "arbetare": (0, MOST_WORKERS),
        "fro": (0, 2**63 - 1),
    }
    for name, (low, high) in limits.items():
        value = getattr(chosen, name)
        if value is not None and not low <= value <= high:
            raise HemmaplanError(f"--{name} = {value}: ska vara {low} till {high}")


def _tested(case: Case, chosen: argparse.Namespace) -> Backtested:
    def tell(text: str) -> None:
        print(f"{case.prov.namn}: {text} …", file=sys.stderr)

    return run_case(case, chosen.replikationer, chosen.arbetare or 0, chosen.fro, tell=tell)
