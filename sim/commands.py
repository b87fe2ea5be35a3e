"""What the commands do, once the configuration is a plain dict. Nothing here knows Hydra."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from sim.blocking import warnings_of
from sim.calibration_files import calibration_path, load_calibration
from sim.comparison import Comparison, comparison, variance_ratio
from sim.engine import ENGINES, is_ready, is_shareable
from sim.errors import HemmaplanError, nearest
from sim.experiment import Study, StudyResult, load_engine, plans_of, run_study, workers_of
from sim.forecast import COLUMNS, forecast, forecast_lines, forecast_study, load_forecast
from sim.interrupts import stoppable, unbroken
from sim.labels import LABELS
from sim.reconcile import Line, grade_lines, load_reconciliation, reconciliation_lines, reconciliation_table
from sim.results import ResultFolder, write_csv, write_tables
from sim.settings import MOST_REPLICATIONS, MOST_WORKERS, study_from
from sim.spread import spread_lines, three_spreads
from sim.summary import summary_text
from sim.swedish import tal
from sim.warmup import warmup_warnings
from sim.workers import Shared, count_of, warm_up

if TYPE_CHECKING:
    import pandas as pd

PREPARING = "Förbereder den snabba motorn; bara första gången på en dator, en minut eller två …"

NOT_KEPT = (
    "Obs: den snabba motorn förbereds på nytt vid varje körning (en minut eller två), och bara en process räknar: "
    "det finns ingen mapp där maskinkoden kan sparas. Ange en sådan i miljövariabeln NUMBA_CACHE_DIR."
)


def study(content: Mapping[str, Any], root: Path) -> int:
    """Simulate, compare, and write a folder of results."""
    _warm_up(content)
    asked, name = study_from(content, root)
    plans_of(asked)
    for warning in (*warnings_of(asked.kommun), *warmup_warnings(asked.kommun)):
        print(f"Obs: {warning}", file=sys.stderr)
    moment = datetime.now()
    with ResultFolder(root / "results", name, moment) as folder:
        result = _with_progress(asked)
        written = _with_progress(replace(asked, osakerhet=None)) if asked.osakerhet else None
        with unbroken(_say_writing):
            made = comparison(result)
            with ThreadPoolExecutor(1) as beside:
                tables = beside.submit(write_tables, folder.path, content, made, moment)
                draw_all(made, folder.path / "figurer")
                tables.result()
            text = summary_text(made)
            if written:
                spreads = three_spreads(result, written)
                _write_frame(spreads, folder.path / "spridning.csv")
                text += "\n".join([*spread_lines(made, spreads), ""])
            (folder.path / "sammanfattning.md").write_text(text, encoding="utf-8", newline="\n")
            lasting = folder.finish()
    print(text)
    print(f"Resultat: {_shown(lasting)}")
    return _exit_code(result)


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


def _say_writing() -> None:
    print("Det som är klart skrivs, vänta några sekunder …", file=sys.stderr)


def _exit_code(result: StudyResult) -> int:
    if result.klara == result.begarda:
        return 0
    done = f"{result.klara} av {result.begarda} replikationer är klara"
    print(f"Avbrutet: {done}, och resultatet gäller dem.", file=sys.stderr)
    return 130


def _shown(path: Path) -> str:
    """Relative to where the planner stands, when that is shorter."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _with_progress(asked: Study) -> StudyResult:
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


def reconcile(content: Mapping[str, Any], root: Path) -> int:
    """Document against model for the basår, printed and saved."""
    asked, name = study_from(content, root)
    lines = load_reconciliation(root, asked.kommun.id)
    if asked.kommun.start != asked.kommun.arets_borjan:
        text = "en avstämning behöver hela basåret; ta bort startdag, eller gör en prognos (hemmaplan prognos)"
        raise HemmaplanError(f"startdag = {asked.kommun.start}: {text}")
    free: int | None = None
    fitted: tuple[Line, ...] = ()
    if calibration_path(root, asked.kommun.id).is_file():
        plan, fitted = load_calibration(root, asked.kommun)
        free = len(plan.parametrar)
    moment = datetime.now()
    with ResultFolder(root / "results", f"{name}_avstamning", moment) as folder:
        result = _with_progress(basar_only(asked))
        with unbroken(_say_writing):
            made = comparison(result)
            table = reconciliation_table(lines, made, fitted)
            _write_frame(table, folder.path / "avstamning.csv")
            told = [*reconciliation_lines(table, asked.kommun.namn, made.resultat.klara), *grade_lines(table, free)]
            text = "\n".join(told)
            (folder.path / "avstamning.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {_shown(lasting)}")
    return _exit_code(result)


def predict(content: Mapping[str, Any], root: Path) -> int:
    """The year's outcome from the outcome so far and the rest simulated, printed and saved."""
    asked, name = study_from(content, root)
    given = load_forecast(root, asked.kommun.id)
    asked = forecast_study(asked, given)
    moment = datetime.now()
    with ResultFolder(root / "results", f"{name}_prognos", moment) as folder:
        result = _with_progress(asked)
        with unbroken(_say_writing):
            made = forecast(given, result)
            write_csv(COLUMNS, made.tabell.itertuples(index=False), folder.path / "prognos.csv")
            text = "\n".join(forecast_lines(made))
            (folder.path / "prognos.md").write_text(text + "\n", encoding="utf-8", newline="\n")
            lasting = folder.finish()
    print(text)
    print(f"\nResultat: {_shown(lasting)}")
    return _exit_code(result)


DRAWS_TRIED, YEARS_TRIED = 8, 30
"""How many draws of the assumptions a calibration is tried on, and over how many possible years."""


def calibrate(content: Mapping[str, Any], root: Path, write: bool, years: int | None = None) -> int:
    """Fit the kommun to its published figures, print and save what was found, and write it if asked to.

    `years`: possible years in each trial, where not as many as the calibration's file says.
    """
    from sim import calibration_files as files
    from sim.calibration import fit
    from sim.calibration_report import fit_lines, matrix_table, ridge_lines
    from sim.surface import drawn_deviations, make_surface
    from sim.trials import Bench
    from sim.uncertainty import Uncertainty, centre_of

    asked, name = study_from(content, root)
    plan, lines = files.load_calibration(root, asked.kommun)
    if years is not None:
        fewer = {"replikationer": years, "replikationer_lutning": min(years, plan.replikationer_lutning)}
        plan = plan.model_copy(update=fewer)
    bench = Bench(asked.kommun, lines, plan.fro, plan.slut, asked.motor, asked.arbetare)
    document = np.array([line.dokument for line in lines])
    if not is_ready(asked.motor):
        print(PREPARING, file=sys.stderr)
    with ResultFolder(root / "results", f"{name}_kalibrering", datetime.now()) as folder:
        fitted = fit(bench, plan, [siffra.namn for siffra in plan.siffror], document, _tell)
        kommun = files.fitted_kommun(asked.kommun, plan, fitted)
        if problems := files.others_problems(root, kommun, plan):
            raise HemmaplanError("\n".join(problems))
        drawn = files.free_assumptions(content["kommun"], kommun, plan)
        _tell(f"mäter {len(drawn)} antagandens spann")
        bench = replace(bench, kommun=kommun)
        uncertainty = Uncertainty(
            drawn, plan.parametrar, centre_of(kommun, plan.parametrar), make_surface(bench, plan, fitted, drawn)
        )
        spread = (
            drawn_deviations(bench, uncertainty, DRAWS_TRIED, min(YEARS_TRIED, plan.replikationer))
            if drawn
            else np.zeros((1, len(lines)))
        )
        text = "\n".join(
            [*fit_lines(kommun.namn, plan, lines, fitted), *ridge_lines(drawn, uncertainty.surface, spread, fitted)]
        )
        (folder.path / "kalibrering.md").write_text(text + "\n", encoding="utf-8", newline="\n")
        _write_frame(matrix_table(fitted), folder.path / "elasticiteter.csv")
        lasting = folder.finish()
    print(text)
    if write:
        written = files.write_fit(root, kommun, plan, fitted, uncertainty)
        print("\nSkrivet: " + ", ".join(path.relative_to(root).as_posix() for path in written))
    else:
        print("\nInget är ändrat i conf. Med --skriv skrivs talen in, med källa.")
    print(f"Resultat: {_shown(lasting)}")
    return 0


def _tell(text: str) -> None:
    print(f"Kalibrerar: {text} …", file=sys.stderr)


def draw(content: Mapping[str, Any], root: Path) -> int:
    """Each verksamhet's vårdkedja as SVG."""
    from sim.chain import draw_chain

    asked, name = study_from(content, root)
    with unbroken(_say_writing), ResultFolder(root / "results", f"{name}_ritning", datetime.now()) as folder:
        for area in asked.kommun.verksamheter:
            path = folder.path / f"vardkedja_{area}.svg"
            path.write_text(draw_chain(asked.kommun, area), encoding="utf-8", newline="\n")
        lasting = folder.finish()
    print(f"Resultat: {_shown(lasting)}")
    return 0


SHOWN = 40
"""So many lines of a trace are printed, those of the stock not among them; all are in the file."""


def show_trace(
    content: Mapping[str, Any], root: Path, replication: int, days: str | None, until: str | None, case: int | None
) -> int:
    """All that happened in one replication, or in a part of it, printed in part and saved."""
    from sim.build import build_network
    from sim.cases import draw_cases
    from sim.engine import trace
    from sim.trace import selection_from, trace_heading, trace_lines

    asked, name = study_from(content, root)
    if not 0 <= replication < MOST_REPLICATIONS:
        raise HemmaplanError(f"--replikation = {replication}: ska vara 0 till {MOST_REPLICATIONS - 1}")
    plan = plans_of(asked)[-1]
    network = build_network(plan, asked.slut)
    selection = selection_from(network, days, until, case)
    with ResultFolder(root / "results", f"{name}_spar", datetime.now()) as folder:
        print("Simulerar en replikation och antecknar allt som händer …", file=sys.stderr)
        _, events = trace(network, draw_cases(network, asked.fro, replication), asked.fro, replication)
        lines = list(trace_lines(asked.kommun, network, events, selection))
        heading = trace_heading(plan, network, asked.fro, replication, selection, len(lines))
        with unbroken(_say_writing):
            text = "\n".join([*heading, "", *lines]) + "\n"
            (folder.path / "spar.txt").write_text(text, encoding="utf-8", newline="\n")
            lasting = folder.finish()
    shown = [line for line in lines if not line.startswith(f"{network.start} 00:00 ")] or lines
    print("\n".join([*heading, "", *shown[:SHOWN]]))
    if len(lines) > len(shown[:SHOWN]):
        print(f"… {len(shown[:SHOWN])} av {tal(len(lines))} rader. Alla, också läget vid början, finns i spar.txt")
    print(f"\nResultat: {_shown(lasting)}")
    return 0


def _write_frame(frame: pd.DataFrame, path: Path) -> None:
    write_csv([str(name) for name in frame], frame.itertuples(index=False), path)


def basar_only(asked: Study) -> Study:
    """The same study through the basår and the year that follows, which returns within twelve months need."""
    from datetime import date

    kommun = asked.kommun
    return replace(asked, scenarios=(), slut=min(kommun.slut, date(kommun.basar + 1, 12, 31)))


def variance(content: Mapping[str, Any], root: Path, scenario: str, area: str, measure: str) -> int:
    """How much common random numbers narrow the comparison."""
    asked, _ = study_from(content, root)
    if area not in asked.kommun.verksamheter:
        raise HemmaplanError(f"verksamhet = {area}: finns inte; {nearest(area, asked.kommun.verksamheter)}")
    result = _with_progress(asked)
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
    return _exit_code(result)
