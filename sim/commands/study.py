"""Simulate, compare, and write a folder of results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.blocking import warnings_of
from sim.commands.common import exit_code, say_writing, shown, with_progress, write_frame
from sim.comparison import Comparison, comparison
from sim.engine import ENGINES, is_ready, is_shareable
from sim.experiment import load_engine, plans_of, workers_of
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_tables
from sim.settings import MOST_WORKERS, study_from
from sim.spread import spread_lines, three_spreads
from sim.summary import summary_text
from sim.warmup import warmup_warnings
from sim.workers import Shared, count_of, warm_up


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace | None = None) -> int:
    """A study."""
    _warm_up(content)
    asked, name = study_from(content, root)
    plans_of(asked)
    for warning in (*warnings_of(asked.kommun), *warmup_warnings(asked.kommun)):
        print(f"Obs: {warning}", file=sys.stderr)
    moment = datetime.now()
    with ResultFolder(root / "results", name, moment) as folder:
        result = with_progress(asked)
        written = with_progress(replace(asked, osakerhet=None)) if asked.osakerhet else None
        with unbroken(say_writing):
            made = comparison(result)
            with ThreadPoolExecutor(1) as beside:
                tables = beside.submit(write_tables, folder.path, content, made, moment)
                draw_all(made, folder.path / "figurer")
                tables.result()
            text = summary_text(made)
            if written:
                spreads = three_spreads(result, written)
                write_frame(spreads, folder.path / "spridning.csv")
                text += "\n".join([*spread_lines(made, spreads), ""])
            (folder.path / "sammanfattning.md").write_text(text, encoding="utf-8", newline="\n")
            lasting = folder.finish()
    print(text)
    print(f"Resultat: {shown(lasting)}")
    return exit_code(result)


def draw_all(made: Comparison, folder: Path) -> None:
    """All figures, by the processes that simulated. What draws them is loaded when the first is to be drawn."""
    from sim.figures_content import Content, contents_of, drawn

    folder.mkdir(parents=True, exist_ok=True)
    workers = workers_of(made.resultat.study)
    shared: Shared[Content, str] = Shared(workers, contents_of(made), lambda content: (drawn, content, folder))
    for _ in shared.done(lambda content: drawn(content, folder)):
        pass


def _warm_up(content: Mapping[str, Any]) -> None:
    """Let the other processes begin to load while this one reads on. Nothing is checked yet; what is strange waits."""
    work = content.get("berakning") or {}
    workers, engine = (work.get(key) for key in ("arbetare", "motor")) if isinstance(work, Mapping) else (1, "")
    if (
        isinstance(workers, int)
        and 0 <= workers <= MOST_WORKERS
        and engine in ENGINES
        and is_ready(engine)
        and is_shareable(engine)
    ):
        warm_up(count_of(workers), load_engine)
