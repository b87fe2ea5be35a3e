"""What a planner can move on the page: the numbers of a kommun that matter most, with words, units and ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sim.config import Boende, Extern, Kommun, PlatsBehov, Steg, Team
from sim.files import leaves
from sim.scenario import make_plan
from sim.sources import Number, numbers

OVERALL = "Hela kommunen"
"""The heading of what belongs to no verksamhet."""
ROUND_STEPS = (1, 2, 5)
OUTCOMES = {"fullfoljd": "fullföljd", "ater": "åter"}
"""Outcomes whose key lacks its dots and rings."""


@dataclass(frozen=True)
class Lever:
    """A number that can be moved. Values are as shown: `scale` times the configuration's.

    `added`: a change is said as so many more, so that what is already planned stays; else the number is set.
    """

    path: str
    group: str
    name: str
    unit: str
    value: float
    low: float
    high: float
    step: float
    scale: float
    added: bool
    antagande: bool
    """The kommun's own number is an assumption."""
    planned: tuple[tuple[date, float], ...] = ()
    """What it becomes without any scenario, and from which day."""

    @property
    def lowest(self) -> float:
        """What it can be lowered to, so that what is planned does not make it less than nothing."""
        return max([0.0, *(self.value - later for _, later in self.planned)]) if self.added else 0.0

    @property
    def decimals(self) -> int:
        """How many are needed to show a step and the value itself."""
        return next(
            (n for n in range(3) if all(abs(x - round(x, n)) < 1e-9 for x in (self.step, self.value))),
            3,
        )


def levers_of(kommun: Kommun, content: Mapping[str, Any]) -> tuple[Lever, ...]:
    """Every lever of a kommun, verksamhet by verksamhet. `content`: its numbers as written; no others can be moved."""
    written = {number.path: number for number in numbers(content, kommun.kallor)}
    planned = _planned(kommun)
    return tuple(
        _lever(each, written[each.path], planned.get(each.path, ()))
        for each in _candidates(kommun)
        if each.path in written
    )


Planned = tuple[tuple[date, float], ...]


def _planned(kommun: Kommun) -> dict[str, Planned]:
    """The numbers that the kommun's own plans change, after its start: from which day, and to what."""
    wanted = {change.mal for change in kommun.planerat.values()}
    if not wanted:
        return {}
    found: dict[str, list[tuple[date, float]]] = {path: [] for path in wanted}
    for epok in make_plan(kommun).epoker:
        values = {".".join(where): value for where, value in leaves(epok.kommun.model_dump(mode="python"))}
        day = kommun.start + timedelta(days=epok.fran_dag)
        for path, changes in found.items():
            value = values.get(path)
            if isinstance(value, int | float) and (not changes or changes[-1][1] != value):
                changes.append((day, float(value)))
    return {path: tuple(changes[1:]) for path, changes in found.items()}


@dataclass(frozen=True)
class _Candidate:
    path: str
    group: str
    name: str
    unit: str
    kind: str


def _lever(each: _Candidate, number: Number, planned: Planned) -> Lever:
    share = each.kind in {"andel", "driver"}
    scale = 100.0 if share else 1.0
    value = number.value * scale
    low, high = _range(each.kind, value, tuple(end * scale for end in number.span) if number.span else None)
    return Lever(
        each.path,
        each.group,
        each.name,
        each.unit,
        round(value, 6),
        low,
        high,
        _step(each.kind, value, high - low),
        scale,
        added=not share,
        antagande=number.kalla is not None and number.kalla.typ == "antagande",
        planned=tuple((day, value * scale) for day, value in planned),
    )


def _range(kind: str, value: float, span: tuple[float, ...] | None) -> tuple[float, float]:
    """Where a slider goes. The number field beside it takes more."""
    if kind == "andel":
        return 0.0, 100.0
    if kind == "driver":
        return 1.0, max(15.0, 2 * value)
    if kind == "plats":
        return 0.0, max(20.0, float(round(2 * value)))
    low, high = (0.5 * value, 2 * value) if kind != "team" else (0.0, 2 * value)
    if span:
        low, high = min(low, span[0]), max(high, span[1])
    step = _step(kind, value, high - low)
    return round(round(low / step) * step, 6), round(max(round(high / step), 1) * step, 6)


def _step(kind: str, value: float, width: float) -> float:
    if kind in {"plats", "andel"}:
        return 1.0
    if kind in {"driver", "team"}:
        return 0.5
    return _round_below(max(width / 100, 1e-3)) if value else 1.0


def _round_below(wanted: float) -> float:
    """The largest of … 0,5, 1, 2, 5, 10 … that is not above."""
    power = 1.0
    while power > wanted:
        power /= 10
    while power * 10 <= wanted:
        power *= 10
    return max(step * power for step in ROUND_STEPS if step * power <= wanted)


def _candidates(kommun: Kommun) -> Iterator[_Candidate]:
    """In the order of the page: from outside, who comes, who works, places, who can be at home, lengths, prices."""
    for key, drivare in kommun.drivare.items():
        yield _Candidate(f"drivare.{key}.varde", OVERALL, drivare.namn, "procent", "driver")
    for area, verksamhet in kommun.verksamheter.items():
        group = verksamhet.namn
        top = f"verksamheter.{area}"
        for key, inflode in verksamhet.inflode.items():
            yield _Candidate(f"{top}.inflode.{key}.per_ar", group, f"{inflode.namn}, nya per år", "ärenden", "inflode")
        mine = {key: resurs for key, resurs in kommun.resurser.items() if resurs.verksamhet == area}
        for key, resurs in mine.items():
            if isinstance(resurs, Team):
                yield _Candidate(f"resurser.{key}.arsarbetare", group, resurs.namn, "årsarbetare", "team")
        for key, resurs in mine.items():
            if isinstance(resurs, Boende):
                yield _Candidate(f"resurser.{key}.platser", group, resurs.namn, "platser", "plats")
        for key, steg in verksamhet.steg.items():
            if isinstance(steg.behov, PlatsBehov) and steg.behov.hemmamojlig:
                path = f"{top}.steg.{key}.behov.hemmamojlig.andel"
                yield _Candidate(path, group, f"{steg.namn}: kan få det på hemmaplan", "procent", "andel")
        for key, steg in verksamhet.steg.items():
            yield from _lengths(f"{top}.steg.{key}", steg, group)
        for key, resurs in mine.items():
            if isinstance(resurs, Extern):
                path = f"resurser.{key}.dygnskostnad_kr.medel"
                yield _Candidate(path, group, f"{resurs.namn}, pris", "kronor per dygn", "pris")


def _lengths(at: str, steg: Steg, group: str) -> Iterator[_Candidate]:
    """The length of stays that cost: in a place, or with benefit."""
    if not isinstance(steg.behov, PlatsBehov) and steg.bistand_kr_per_manad is None:
        return
    for key, utfall in steg.utfall.items():
        which = f" ({OUTCOMES.get(key, key.replace('_', ' '))})" if len(steg.utfall) > 1 else ""
        if utfall.tid.medel is not None:
            yield _Candidate(f"{at}.utfall.{key}.tid.medel", group, f"{steg.namn}{which}, medellängd", "dygn", "tid")
