"""What several commands need: progress, how results are named and saved, and what is said on the way."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from sim.engine import is_ready, is_shareable
from sim.experiment import Progress, Ready, Study, StudyResult, run_study
from sim.interrupts import stoppable
from sim.results import write_csv
from sim.store import InMemory, Keeper

if TYPE_CHECKING:
    import pandas as pd

PREPARING = "Förbereder den snabba motorn; bara första gången på en dator, en minut eller två …"

NOT_KEPT = (
    "Obs: den snabba motorn förbereds på nytt vid varje körning (en minut eller två), och bara en process räknar: "
    "det finns ingen mapp där maskinkoden kan sparas. Ange en sådan i miljövariabeln NUMBA_CACHE_DIR."
)

LOST = "Obs: en process som räknade försvann. Dess del är räknad om, och svaret är detsamma."


def with_progress(asked: Study | Ready, keeper: Keeper = InMemory) -> StudyResult:
    """`keeper`: where finished replications are kept."""
    study = asked.study if isinstance(asked, Ready) else asked
    with progress_of(study, study.replikationer * (1 + len(study.scenarios))) as show:
        result = run_study(asked, show, keeper)
    if result.omstarter:
        print(LOST, file=sys.stderr)
    return result


@contextmanager
def progress_of(asked: Study, total: int, what: str = "Simulerar", unit: str = "körning") -> Iterator[Progress]:
    """How far the work with a study has come, shown as it goes on; SIGTERM and Ctrl-C stop it between two steps."""
    if asked.adress is None:
        _say_how_ready(asked)
    with (
        stoppable() as stop,
        tqdm(
            total=total,
            desc=what,
            unit=unit,
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
            bar_format="{desc} {percentage:3.0f} % |{bar}| {n_fmt} av {total_fmt}, {remaining} kvar",
        ) as bar,
    ):
        if not sys.stderr.isatty():
            print(f"{what} {total} {unit}ar …", file=sys.stderr)

        def show(done: int, all_of_them: int) -> None:
            bar.total = all_of_them
            bar.update(done - bar.n)
            stop()

        yield show


def _say_how_ready(asked: Study) -> None:
    if not is_shareable(asked.motor):
        print(NOT_KEPT, file=sys.stderr)
    elif not is_ready(asked.motor):
        print(PREPARING, file=sys.stderr)


def whole(asked: Study) -> StudyResult:
    """All of the futures or none, for what has no use for a part. Raises KeyboardInterrupt."""
    result = with_progress(asked)
    if result.klara < result.begarda:
        raise KeyboardInterrupt
    return result


def say_writing() -> None:
    print("Det som är klart skrivs, vänta några sekunder …", file=sys.stderr)


def exit_code(result: StudyResult, more: str = "") -> int:
    """`more`: what can be done about an interrupted study."""
    if result.klara == result.begarda:
        return 0
    done = f"{result.klara} av {result.begarda} replikationer är klara"
    print(f"Avbrutet: {done}, och resultatet gäller dem.{more}", file=sys.stderr)
    return 130


def shown(path: Path) -> str:
    """Relative to where the planner stands, when that is shorter."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    write_csv([str(name) for name in frame], frame.itertuples(index=False), path)
