"""A municipality's own lists in: a folder of exports becomes a kommun, with a report of how good it is."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.commands.common import exit_code, say_writing, shown, with_progress, write_frame
from sim.comparison import Comparison, comparison
from sim.errors import HemmaplanError
from sim.experiment import Study, StudyResult
from sim.intake.about import About, about_of
from sim.intake.dry_run import dry_run_text
from sim.intake.facts import Fact, facts, facts_csv, reconciliation_text
from sim.intake.first_questions import first_questions
from sim.intake.fit import fit_lists
from sim.intake.fit_report import COLUMNS, fit_rows, inflows_of, lengths_of, row_values
from sim.intake.ground import Ground, until, year_before
from sim.intake.intake_report import Intake, report_lines
from sim.intake.kolada_compare import COLUMNS as KOLADA_COLUMNS
from sim.intake.kolada_compare import Compared, compared
from sim.intake.kommun_files import kommun_files
from sim.intake.placing import place, refuse
from sim.intake.public import Asked, Public, public_of
from sim.intake.reading import Read, read_folder
from sim.intake.templates import write_templates
from sim.interrupts import unbroken
from sim.loading import load_kommun
from sim.reconcile import load_reconciliation, reconciliation_table
from sim.results import ResultFolder, write_csv
from sim.sources import numbers

REPLICATIONS = 40


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """Read, fit, try the model against the lists, and put the files in place: all of it, or nothing."""
    if chosen.mallar is not None:
        return _templates(Path(chosen.mallar), chosen.mapp)
    if chosen.mapp is None:
        raise HemmaplanError("MAPP saknas: mappen med listorna, eller --mallar MAPP för tomma mallar")
    folder = Path(chosen.mapp)
    read = read_folder(folder)
    about = about_of(read.mapping, folder)
    sista = year_before(read.mapping.basar, read.lists)
    asked = Asked(chosen.arbetsloshet, chosen.befolkning, chosen.kolada)
    public = public_of(folder, asked, about.kommunkod, sista)
    if chosen.prova:
        print(dry_run_text(read))
        return 0
    refuse(root, [f"conf/kommun/{about.id}.yaml"], chosen.ersatt)
    print("Passar in tider, inflöden och andelar …", file=sys.stderr)
    used = replace(until(read.lists, sista), arbetsloshet=public.arbetsloshet)
    ground = Ground(used, fit_lists(used), sista)
    texts, found = _texts(ground, about)
    with tempfile.TemporaryDirectory() as scratch:
        place(Path(scratch), texts, replace=False)
        study = Study(
            load_kommun(about.id, Path(scratch)),
            (),
            chosen.replikationer or REPLICATIONS,
            chosen.fro if chosen.fro is not None else 1,
            date(ground.basar + 1, 12, 31),
            arbetare=chosen.arbetare or 0,
        )
        with ResultFolder(root / "results", f"{about.id}_las_in", datetime.now()) as results:
            result = with_progress(study)
            with unbroken(say_writing):
                _write_report(results.path, read, ground, found, result, public, Path(scratch))
                place(root, texts, chosen.ersatt)
                lasting = results.finish()
    for name in texts:
        print(f"Skriven: {name}")
    print(f"\nRapport: {shown(lasting / 'las-in.md')}")
    scenarios = [Path(name).stem for name in texts if name.startswith("scenarios/")]
    print(f"Nästa steg: hemmaplan jamfor {' '.join([about.id, *scenarios])} --bilaga")
    return exit_code(result)


def _templates(folder: Path, extra: str | None) -> int:
    if extra is not None:
        raise HemmaplanError(f"{extra}: ett ord för mycket; --mallar MAPP skriver bara mallar")
    for path in write_templates(folder):
        print(f"Mall: {shown(path)}")
    return 0


def _texts(ground: Ground, about: About) -> tuple[dict[str, str], list[Fact]]:
    """Every file by its path from the project's folder, and the yearly figures that one of them holds."""
    made = kommun_files(ground, about)
    texts = {f"conf/kommun/{name}": text for name, text in made.texts.items()}
    found = [fact for area in made.kommun.verksamheter for fact in facts(ground, area)]
    texts[f"conf/underlag/{about.id}.csv"] = facts_csv(found, about.id, about.namn)
    texts[f"conf/avstamning/{about.id}.yaml"] = reconciliation_text(found, ground, about.id)
    texts |= {f"scenarios/{name}.yaml": text for name, text in first_questions(made.kommun).items()}
    return texts, found


def _write_report(
    folder: Path, read: Read, ground: Ground, found: list[Fact], result: StudyResult, public: Public, scratch: Path
) -> None:
    kommun = result.study.kommun
    lines = load_reconciliation(scratch, kommun.id)
    made = comparison(result)
    table = reconciliation_table(lines, made)
    table["omrade"] = [line.uppgift.omrade for line in lines]
    table["nyckeltal"] = [line.uppgift.nyckeltal for line in lines]
    rows = fit_rows(ground)
    listed = numbers(kommun.model_dump(mode="python", exclude_unset=True), kommun.kallor)
    beside = _beside_kolada(public, kommun.kommunkod, made)
    told = Intake(read, ground, kommun, rows, found, table, result.klara, listed, _draw(ground, folder), beside)
    (folder / "las-in.md").write_text("\n".join(report_lines(told)) + "\n", encoding="utf-8", newline="\n")
    write_frame(table, folder / "avstamning.csv")
    write_csv(COLUMNS, map(row_values, rows), folder / "inpassning.csv")
    if beside:
        write_csv(KOLADA_COLUMNS, [each.row() for each in beside], folder / "kolada.csv")
    remarks = [
        (
            *(each.allvar, each.kod, each.lista, each.fil, " ".join(map(str, each.rader)), each.antal, each.text),
            *(each.behandling, each.andel_rader, each.andel_vikt),
        )
        for each in read.remarks
    ]
    named = ("allvar", "kod", "lista", "fil", "rader", "antal", "vad", "behandling", "andel_rader", "andel_vikt")
    write_csv(named, remarks, folder / "anmarkningar.csv")


def _beside_kolada(public: Public, kommunkod: str | None, made: Comparison) -> list[Compared]:
    if public.kolada is None:
        return []
    return compared(public.kolada, kommunkod, made.nivaer, public.befolkning)


def _draw(ground: Ground, folder: Path) -> list[tuple[str, str]]:
    """(name, file) of every figure that the lists have enough for."""
    from sim.figures_intake import draw_inflow, draw_length

    (folder / "figurer").mkdir()
    drawn = []
    for key, name, length in lengths_of(ground):
        if path := draw_length(name, length, folder / "figurer" / f"tid_{key}.svg"):
            drawn.append((name, f"figurer/{path.name}"))
    for key, name, inflow in inflows_of(ground):
        if path := draw_inflow(name, inflow, folder / "figurer" / f"inflode_{key}.svg"):
            drawn.append((name, f"figurer/{path.name}"))
    return drawn
