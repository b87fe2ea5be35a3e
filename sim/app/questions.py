"""What the page can ask: a comparison that sharpens, why it came out so, what more is worth, how many are needed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from markdown_it import MarkdownIt

from sim.analysis.binding import obstacles
from sim.analysis.goal import seek, unit_goal
from sim.analysis.goal_text import goal_lines
from sim.analysis.marginal import ask
from sim.analysis.marginal_text import value_lines
from sim.analysis.target import checked_since, target_of
from sim.analysis.valued import assumption_paths, valued
from sim.analysis.waterfall import question as why_question
from sim.analysis.waterfall import split_result
from sim.analysis.waterfall_text import waterfall_lines
from sim.app.jobs import Simulate
from sim.calendars import is_month
from sim.comparison import Comparison, comparison
from sim.config import Kommun, Scenario
from sim.errors import HemmaplanError
from sim.experiment import Progress, Study, StudyResult
from sim.tables import Table

STAGES = (4, 16, 40)
"""Replications after which there is an answer; the last are as many as the command line takes."""


def key_of(*parts: str) -> str:
    """The same for the same texts."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True)
class Compared:
    """Scenarios beside nuläge. Its answer is a `Comparison`."""

    kommun: Kommun
    scenarios: tuple[Scenario, ...]
    fro: int = 1
    arbetare: int = 0
    stages: tuple[int, ...] = STAGES
    waits: bool = False

    def key(self) -> str:
        scenarios = [each.model_dump_json() for each in self.scenarios]
        return key_of("jamfor", self.kommun.model_dump_json(), *scenarios, str(self.fro))

    def study(self, first: int, last: int) -> Study:
        """Some of its replications, by number."""
        return Study(
            self.kommun, self.scenarios, last - first, self.fro, arbetare=self.arbetare, forsta_replikation=first
        )

    def answer(
        self, before: Comparison | None, first: int, last: int, simulate: Simulate, progress: Progress
    ) -> Comparison:
        result = simulate(self.study(first, last), progress)
        made = comparison(joined(before.resultat, result) if before else result)
        return without_months(made) if last == self.stages[-1] else made


def without_months(made: Comparison) -> Comparison:
    """A finished comparison that is kept: the months of its replications are most of it and no longer needed."""
    tables = []
    for table in made.resultat.tables:
        kept = [number for number, period in enumerate(table.periods) if not is_month(period)]
        periods = tuple(table.periods[number] for number in kept)
        tables.append(replace(table, periods=periods, values=table.values[:, :, kept]))
    return replace(made, resultat=replace(made.resultat, tables=tuple(tables)))


def joined(first: StudyResult, more: StudyResult) -> StudyResult:
    """Replications simulated in two rounds, as if in one."""
    tables = tuple(_joined(a, b) for a, b in zip(first.tables, more.tables, strict=True))
    count = first.klara + more.klara
    study, restarts = replace(first.study, replikationer=count), first.omstarter + more.omstarter
    return replace(first, study=study, tables=tables, klara=count, begarda=count, omstarter=restarts)


def _joined(first: Table, more: Table) -> Table:
    return replace(
        first,
        replications=(*first.replications, *more.replications),
        values=np.concatenate([first.values, more.values]),
    )


@dataclass(frozen=True)
class Told:
    """An answer in words, as HTML made from Markdown in which nothing else is let through, and its figure."""

    html: str
    drawn: tuple[tuple[str, str, bytes], ...] = ()
    """(file, what it shows, SVG)."""


Work = Callable[[Callable[[Study], StudyResult]], Told]


@dataclass(frozen=True)
class Errand:
    """A question in words, answered at once. Its answer is `Told`."""

    asked: tuple[str, ...]
    """What is asked, with everything that the answer depends on."""
    work: Work
    waits: bool = True
    stages: tuple[int, ...] = (1,)

    def key(self) -> str:
        return key_of(*self.asked)

    def answer(self, before: Any, first: int, last: int, simulate: Simulate, progress: Progress) -> Told:
        return self.work(lambda study: simulate(study, progress))


def why(kommun: Kommun, scenario: Scenario) -> Errand:
    """Why a scenario differs from nuläge: the cost split by cause. Raises HemmaplanError where it cannot be asked."""
    asked = why_question(Study(kommun, (scenario,), STAGES[-1]))

    def work(simulate: Callable[[Study], StudyResult]) -> Told:
        from sim.figures_analysis import waterfall_svg

        made = split_result(asked, simulate(asked.study))
        lines = waterfall_lines(made)
        return Told(html_of(lines), (("varfor", plain(lines), waterfall_svg(made)),))

    return Errand(("varfor", kommun.model_dump_json(), scenario.model_dump_json()), work)


MOST_UNITS = 12


def value(root: Path, kommun: Kommun, path: str, units: int, since: date) -> Errand:
    """What each of so many more is worth. Raises HemmaplanError where it cannot be asked."""
    if not 1 <= units <= MOST_UNITS:
        raise HemmaplanError(f"antal = {units}: ska vara 1 till {MOST_UNITS}")
    question = ask(target_of(kommun, path), units, 1.0, checked_since(kommun, since))

    def work(simulate: Callable[[Study], StudyResult]) -> Told:
        from sim.figures_value import value_svg

        study = Study(kommun, (), STAGES[-1])
        made = valued(root, study, kommun, question, assumption_paths(kommun, question, None), None, simulate)
        lines = value_lines(made)
        return Told(html_of(lines), (("varde", plain(lines), value_svg(made)),))

    return Errand(("varde", kommun.model_dump_json(), path, str(units), since.isoformat()), work)


MOST_SOUGHT = 60.0


def goal(kommun: Kommun, path: str, condition: str, sure: float, since: date) -> Errand:
    """How many are needed for a condition to hold. Raises HemmaplanError where it cannot be asked."""
    asked = unit_goal(kommun, path, condition, sure, checked_since(kommun, since), MOST_SOUGHT, 1.0, None)

    def work(simulate: Callable[[Study], StudyResult]) -> Told:
        study = Study(asked.kommun, ())
        sought = seek(asked, study, run=simulate)
        return Told(html_of(goal_lines(sought, obstacles(sought, study, simulate) if sought.answer is None else None)))

    return Errand(("malsok", kommun.model_dump_json(), path, condition, str(sure), since.isoformat()), work)


def html_of(lines: Sequence[str]) -> str:
    """Markdown as HTML, a heading lower; HTML in the text is shown as the letters it is."""
    made: str = MarkdownIt("commonmark", {"html": False}).enable("table").render("\n".join(lines))
    for level in range(5, 0, -1):
        made = made.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    opened = '<div class="scroll" tabindex="0" role="region" aria-label="Tabell"><table>'
    return made.replace("<table>", opened).replace("</table>", "</table></div>")


def plain(lines: Sequence[str]) -> str:
    """The first sentences, for those who cannot see the figure."""
    words = [line.lstrip("#-* ").replace("**", "") for line in lines if line.strip() and not line.startswith("|")]
    return " ".join(words)[:600]
