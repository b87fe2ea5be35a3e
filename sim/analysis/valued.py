"""What more units are worth, under an assumption as it is written and at the ends of its range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sim.analysis.assumption import stances, surface_of
from sim.analysis.marginal import Question, marginal, marginal_study, payback
from sim.analysis.marginal_text import Valued
from sim.analysis.target import home_share_paths, reached
from sim.config import Kommun
from sim.describe import change_text
from sim.experiment import Study, StudyResult


def assumption_paths(kommun: Kommun, question: Question, asked: str | None) -> Sequence[str]:
    """What is varied: the assumption asked for, else who can be helped at home."""
    return [asked] if asked else home_share_paths(kommun, question.target)


def valued(
    root: Path,
    study: Study,
    kommun: Kommun,
    question: Question,
    paths: Sequence[str],
    investment_tkr: float | None,
    simulate: Callable[[Study], StudyResult],
) -> Valued:
    """One study for each stance of the assumption. `study`: seed, replications, engine and workers."""
    surface, why = surface_of(root, kommun)
    found = []
    for stance in stances(kommun, paths, surface):
        asked = replace(study, kommun=reached(stance.kommun, [question.target.path, *paths]), slut=None)
        found.append((stance, marginal(simulate(marginal_study(asked, question)), question)))
    cost = () if investment_tkr is None else payback(found[0][1], investment_tkr * 1e3)
    resource = question.target.resource
    planned = tuple(
        change_text(each, kommun)
        for each in kommun.planerat.values()
        if resource and each.mal.startswith(f"resurser.{resource}.")
    )
    return Valued(tuple(found), cost, planned, why)
