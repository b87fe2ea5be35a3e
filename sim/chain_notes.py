"""Where a vårdkedja is full: how many are in each steg, queue for it or are blocked, on the drawing of the chain."""

from __future__ import annotations

from sim.chain import Note
from sim.comparison import Comparison
from sim.config import PlatsBehov, Steg, TeamBehov
from sim.swedish import tal

PLACES_WAITED, CASES_WAITED, BLOCKED = "i kö", "ofördelade", "inlåsta"
WORTH_A_MARK = 0.5
"""Persons in a queue, on average, from which a steg is marked."""


def notes_of(made: Comparison, area: str, period: str) -> dict[str, Note]:
    """For each steg of a verksamhet: nuläge on the first line, and the first scenario on a second if it differs."""
    kommun = made.resultat.study.kommun
    found = {}
    for name, steg in kommun.verksamheter[area].steg.items():
        levels = [_levels(made, plan.id, area, name, steg, period) for plan in made.resultat.plans[:2]]
        texts = [_text(level) for level in levels]
        if not texts[0]:
            continue
        lines = texts[:1] if len(texts) == 1 or texts[1] == texts[0] else [f"Nu: {texts[0]}", f"Då: {texts[1]}"]
        waiting = any(level.get(what, 0.0) >= WORTH_A_MARK for level in levels for what in WAITING)
        found[name] = Note(tuple(lines), waiting)
    return found


WAITING = (PLACES_WAITED, CASES_WAITED, BLOCKED)


def _levels(made: Comparison, scenario: str, area: str, name: str, steg: Steg, period: str) -> dict[str, float]:
    """Means over the possible futures, of what there is to measure in the steg."""
    wanted = {"pågår": ("pagaende", name)}
    wanted[CASES_WAITED if isinstance(steg.behov, TeamBehov) else PLACES_WAITED] = ("ko", name)
    if isinstance(steg.behov, PlatsBehov):
        wanted[BLOCKED] = ("blockerade", steg.behov.plats[0])
    found = {}
    for what, (measure, part) in wanted.items():
        row = made.levels(scenario, (area, measure, part)).at(period)
        if row is not None:
            found[what] = row["medel"]
    return found


def _text(level: dict[str, float]) -> str:
    """What is there to be told: nothing of what is nought."""
    return ", ".join(f"{tal(value, 1)} {what}" for what, value in level.items() if round(value, 1) > 0)
