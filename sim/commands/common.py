"""What several commands need: progress, how results are named and saved, and what is said on the way."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from sim.engine import is_ready, is_shareable
from sim.experiment import Study, StudyResult, run_study
from sim.interrupts import stoppable
from sim.results import write_csv

if TYPE_CHECKING:
    import pandas as pd

PREPARING = "Förbereder den snabba motorn; bara första gången på en dator, en minut eller två …"

NOT_KEPT = (
    "Obs: den snabba motorn förbereds på nytt vid varje körning (en minut eller två), och bara en process räknar: "
    "det finns ingen mapp där maskinkoden kan sparas. Ange en sådan i miljövariabeln NUMBA_CACHE_DIR."
)


def with_progress(asked: Study) -> StudyResult:
    if not is_shareable(asked.motor):
        print(NOT_KEPT, file=sys.stderr)
    elif not is_ready(asked.motor):
        print(PREPARING, file=sys.stderr)
    total = asked.replikationer * (1 + len(asked.scenarios))
    with (
        stoppable() as stop,
        tqdm(
            total=total,
            desc="Simulerar",
            unit="körning",
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
            bar_format="{desc} {percentage:3.0f} % |{bar}| {n_fmt} av {total_fmt}, {remaining} kvar",
        ) as bar,
    ):
        if not sys.stderr.isatty():
            print(f"Simulerar {total} körningar …", file=sys.stderr)

        def show(done: int, _: int) -> None:
            bar.update(done - bar.n)
            stop()

        return run_study(asked, show)


def say_writing() -> None:
    print("Det som är klart skrivs, vänta några sekunder …", file=sys.stderr)


def exit_code(result: StudyResult) -> int:
    if result.klara == result.begarda:
        return 0
    done = f"{result.klara} av {result.begarda} replikationer är klara"
    print(f"Avbrutet: {done}, och resultatet gäller dem.", file=sys.stderr)
    return 130


def shown(path: Path) -> str:
    """Relative to where the planner stands, when that is shorter."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    write_csv([str(name) for name in frame], frame.itertuples(index=False), path)
