"""Simulate, compare, and write a folder of results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.cautions import Caution, watched, write_cautions
from sim.commands.common import exit_code, say_writing, shown, with_progress, write_frame
from sim.commands.report import check_extra, say_written
from sim.comparison import Comparison, comparison
from sim.errors import HemmaplanError, Interrupted
from sim.experiment import Ready, Study, StudyResult, ready_of, workers_of
from sim.files import os_reason
from sim.freshness import source_hashes
from sim.garbage import uncollected
from sim.hurry import Hurry
from sim.interrupts import unbroken
from sim.results import ResultFolder, write_tables
from sim.settings import report_from, study_from
from sim.spread import spread_lines, three_spreads
from sim.summary import summary_text
from sim.unfinished import Identity, Journal, earlier_run, finished_run, forget, identity_of
from sim.workers import Local, Shared


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace | None = None) -> int:
    """A study."""
    with uncollected():
        asked, name = study_from(content, root)
        report = report_from(content)
        check_extra(report.format)
        ready = ready_of(asked)
        watch = watched(ready)
        before = watch.before()
    say_cautions(before)
    runs, identity = root / "results" / name, identity_of(content, asked)
    again = getattr(chosen, "fortsatt", None)
    if again and (whole := finished_run(runs, identity)):
        print(f"Redan klar: {shown(whole)}")
        if report.format:
            say_written(whole, root, report)
        return 0
    earlier = _earlier(runs, identity, content, again)
    moment = datetime.now()
    with (
        ResultFolder(root / "results", name, moment) as folder,
        Journal(folder.path, identity, content, earlier) as journal,
        _left_to_go_on_with(folder, journal),
    ):
        result, written = _simulated(ready, journal)
        hurry = Hurry(HURRY_SECONDS) if result.klara < result.begarda else Hurry()
        with unbroken(say_writing):

            def warn(made: Comparison) -> list[Caution]:
                return before if hurry.on else watch.after(made, root)

            def write(made: Comparison, cautions: Sequence[Caution]) -> None:
                more = {**identity._asdict(), **_followed(asked, root, cautions)}
                write_tables(folder.path, content, made, moment, more)

            text, cautions = _written(result, written, warn, write, folder.path, hurry)
            done = replace(result, tables=())
            del result, written  # what is read from the journal's files must be let go before they can be moved
            journal.close()
            lasting = folder.finish()
            if done.klara == done.begarda:
                forget(lasting)
    print(text)
    print(f"Resultat: {shown(lasting)}")
    told = {(each.slag, each.scenario) for each in before}
    say_cautions([each for each in cautions if each.niva == "varning" and (each.slag, each.scenario) not in told])
    if report.format and not hurry.on:
        with unbroken(say_writing):
            say_written(lasting, root, report)
    return exit_code(done, f" {GO_ON}")


def say_cautions(cautions: Sequence[Caution]) -> None:
    for each in cautions:
        print(f"{'Varning' if each.niva == 'varning' else 'Obs'}: {each.text}", file=sys.stderr)


def _followed(asked: Study, root: Path, cautions: Sequence[Caution]) -> dict[str, Any]:
    """What the manifest tells a later reader: what the files said, and what to be warned of."""
    files = source_hashes(root, asked.kommun.id, [scenario.id for scenario in asked.scenarios])
    return {"filer": files, "varningar": [caution._asdict() for caution in cautions]}


GO_ON = "Samma kommando med --fortsatt gör klart resten, med figurer."
WHERE_POSSIBLE = "dar_det_gar"
"""Of several studies: those that were interrupted go on, those not begun begin, those that are whole are left."""


def _earlier(runs: Path, identity: Identity, content: Mapping[str, Any], again: bool | str | None) -> Path | None:
    """The finished replications of an earlier run to go on with."""
    earlier, problem = earlier_run(runs, identity, content)
    if again:
        if earlier is None and again != WHERE_POSSIBLE:
            why = f"den avbrutna körningen kan inte fortsättas. {problem}" if problem else "ingen körning är avbruten"
            raise HemmaplanError(f"--fortsatt, {runs.name}: {why}")
        return earlier
    if earlier is not None:
        print(f"Obs: samma studie finns avbruten. {GO_ON}", file=sys.stderr)
    return None


def _simulated(ready: Ready, journal: Journal) -> tuple[StudyResult, StudyResult | None]:
    """The study; and, where assumptions are drawn, as many replications with the numbers as written."""
    result = with_progress(ready, journal.keeper("studie"))
    if ready.study.osakerhet is None:
        return result, None
    if result.klara < result.begarda:
        raise KeyboardInterrupt  # there is nothing yet to set it against
    plain = replace(ready.study, osakerhet=None, precision=(), replikationer=result.begarda)
    written = with_progress(ready._replace(study=plain), journal.keeper("utan_dragning"))
    return _of_both(result, written), written


@contextmanager
def _left_to_go_on_with(folder: ResultFolder, journal: Journal) -> Iterator[None]:
    """What is finished is left for another run, whatever stops this one: Ctrl-C, a full disk, workers that die."""
    try:
        yield
    except KeyboardInterrupt:
        if journal.begun:
            folder.leave()
            raise Interrupted(f"Avbrutet. {journal.told()} {GO_ON}") from None
        raise
    except (HemmaplanError, OSError) as error:
        if journal.begun:
            folder.leave()
            why = (
                str(error)
                if isinstance(error, HemmaplanError)
                else f"{error.filename or folder.path}: {os_reason(error)}"
            )
            raise HemmaplanError(f"{why.rstrip('.')}. {journal.told()} {GO_ON}") from None
        raise


def _of_both(result: StudyResult, other: StudyResult) -> StudyResult:
    """A study without the replications that another was interrupted before."""
    common = [number for number in result.tables[0].replications if number in other.tables[0].replications]
    return replace(result, tables=tuple(table.kept(common) for table in result.tables), klara=len(common))


HURRY_SECONDS = 1.6
"""Whoever pressed Ctrl-C is to have the prompt back within two seconds."""
COMPARING = 0.04
WRITING, WRITING_MORE = 0.8, 0.07
"""Processor seconds of comparing, for each million values (of all replications, scenarios and periods), and of writing,
whatever and for each million. Measured; only whether there is time for the tables depends on them."""


def _written(
    result: StudyResult,
    written: StudyResult | None,
    warn: Callable[[Comparison], list[Caution]],
    write: Callable[[Comparison, Sequence[Caution]], None],
    folder: Path,
    hurry: Hurry,
) -> tuple[str, list[Caution]]:
    """All files of the study; in a hurry the tables and the text. Raises KeyboardInterrupt where they take too long.

    Returns the summary, and what the reader is warned of there.
    """
    values = 1e-6 * sum(table.values.size for table in result.tables)
    writing = WRITING + WRITING_MORE * values
    if not hurry.allows(COMPARING * values + writing):
        raise KeyboardInterrupt
    made = comparison(result)
    if not hurry.allows(writing):
        raise KeyboardInterrupt
    with ThreadPoolExecutor(1) as beside:
        figures = None if hurry.on else beside.submit(draw_all, made, folder / "figurer")
        cautions = warn(made)
        write_cautions(cautions, folder)
        write(made, cautions)
        if figures:
            figures.result()
    text = summary_text(made, cautions)
    if written:
        spreads = three_spreads(result, written)
        write_frame(spreads, folder / "spridning.csv")
        text += "\n".join([*spread_lines(made, spreads), ""])
    (folder / "sammanfattning.md").write_text(text, encoding="utf-8", newline="\n")
    return text, cautions


def draw_all(made: Comparison, folder: Path) -> None:
    """All figures, by the other processes that simulated where there are any: this one has the tables to write.

    What draws them is loaded when the first is to be drawn.
    """
    from sim.figures_content import Content, contents_of, drawn

    folder.mkdir(parents=True, exist_ok=True)
    workers = workers_of(made.resultat.study)
    crew = Local(workers, helped=workers == 1)
    shared: Shared[Content, str] = Shared(crew, contents_of(made), lambda content: (drawn, content, folder))
    for _ in shared.done(lambda content: drawn(content, folder)):
        pass
