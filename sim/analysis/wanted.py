"""Which figure a question is about, as a planner names it: verksamhet, mått and del."""

from __future__ import annotations

import numpy as np

from sim.build import build_network
from sim.costs import ALL_AREAS
from sim.errors import HemmaplanError, nearest
from sim.experiment import Study
from sim.form import Form, form_of
from sim.labels import LABELS
from sim.periods import Floats
from sim.runs import Row
from sim.scenario import make_plan
from sim.summary import MNKR, KeyFigure, key_figures
from sim.tables import Table

HUNDREDTHS, TICKS = 100.0, 2.0**20


def figure_asked(study: Study, area: str = ALL_AREAS, measure: str = "nettokostnad", part: str = "") -> KeyFigure:
    """A measure of the study's kommun, over the planning years together where it adds up, else in the last year.

    Raises HemmaplanError before anything is simulated where there is no such measure.
    """
    plan = make_plan(study.kommun)
    form = form_of(plan, build_network(plan, study.slut))
    rows, areas = form.sheet.rows, [ALL_AREAS, *study.kommun.verksamheter]
    if area not in areas:
        raise HemmaplanError(f"--verksamhet = {area}: finns inte; {nearest(area, areas)}")
    measures = sorted({row[1] for row in rows if row[0] == area})
    if measure not in measures:
        raise HemmaplanError(f"--matt = {measure}: finns inte för {area}; {nearest(measure, measures)}")
    parts = [row[2] for row in rows if row[:2] == (area, measure)]
    if part not in parts:
        named = [each for each in parts if each]
        raise HemmaplanError(f"--del = {part or '(tom)'}: finns inte för {area} {measure}; {nearest(part, named)}")
    label = LABELS[measure]
    together, last_year = spans_of(form)
    where = "alla verksamheter" if area == ALL_AREAS else study.kommun.verksamheter[area].namn.lower()
    name = f"{label.namn}{f' ({part})' if part else ''}, {where}"
    period = together if label.over_tid == "summa" else last_year
    if label.enhet == "kr":
        return KeyFigure(area, measure, part, name, "mnkr", MNKR, 2, period)
    return KeyFigure(area, measure, part, name, label.enhet, 1.0, label.decimaler, period)


def spans_of(form: Form) -> tuple[str, str]:
    """(planning years together, last year), or the last year for both where there is no more than one."""
    last_year = max(period for period in form.periods if len(period) == 4)
    return next((period for period in form.periods if "–" in period), last_year), last_year


def figures_of(study: Study, form: Form) -> list[KeyFigure]:
    """The key figures of the study's kommun."""
    there = set(form.sheet.rows)
    return [each for each in key_figures(study.kommun, *spans_of(form)) if row_of(each) in there]


def row_of(figure: KeyFigure) -> Row:
    return figure.area, figure.measure, figure.part


def exact(table: Table, figure: KeyFigure) -> Floats:
    """The figure in each replication, in units in which sums and differences are exact: öre, else 2⁻²⁰ of its unit."""
    return np.asarray(np.round(table.of(row_of(figure), figure.period) * units(figure)))


def units(figure: KeyFigure) -> float:
    """So many of them make one."""
    return HUNDREDTHS if LABELS[figure.measure].enhet == "kr" else TICKS
