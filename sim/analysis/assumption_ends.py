"""The assumptions that a question rests on, each at two ends of its range, with the fitted numbers solved again there.

By the stored surface where there is one, else by one made here in the same way, of the part that is simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.analysis.scope import areas_of_paths
from sim.calibration import STEP, slopes
from sim.config import Kommun
from sim.config_kalibrering import Fri, Kalibrering, counterparts_of, values_of
from sim.errors import HemmaplanError
from sim.experiment import Study
from sim.reconcile import Line
from sim.scenario import numeric_paths, with_values
from sim.sources import Number, numbers
from sim.surface import make_surface
from sim.trials import Bench, Move, island_of_paths, islands
from sim.uncertainty import Assumption, Uncertainty, assumptions, centre_of, quantile

LOW, HIGH = 0.1, 0.9
"""The ends of a range that are tried, as shares of its distribution, unless its limits are asked for."""
HOME = "hemmamojlig"
RANDOM = ("overspridning", "arseffekt")
"""How good and bad years differ; they move the spread, not what a change does on average."""


@dataclass(frozen=True)
class Calibration:
    """What the kommun is fitted to, and how: as `kalibrera` reads it."""

    plan: Kalibrering
    lines: tuple[Line, ...]
    uncertainty: Uncertainty | None
    """The stored surface, of the assumptions that have a distribution."""


@dataclass(frozen=True)
class Tried:
    """An assumption at the two ends that are tried, and every number that differs there (by path)."""

    assumption: Assumption
    ends: tuple[float, float]
    values: tuple[dict[str, float], dict[str, float]]

    @property
    def is_home(self) -> bool:
        return f".{HOME}." in self.assumption.path


@dataclass(frozen=True)
class Untried:
    path: str
    value: float
    source: str
    why: str


def ends_to_try(
    within: Study, whole: Kommun, calibration: Calibration | None, every: bool, limits: bool
) -> tuple[list[Tried], list[Untried]]:
    """The assumptions of the part that a study is about, and those that are not tried, with the reason.

    `every`: also those that have a range but no distribution, as if it were triangular; the fitted numbers are first
    solved for them, which takes most of the time. `limits`: the ends of the range itself, not P10 and P90.
    """
    part = within.kommun
    content = whole.model_dump(mode="python", exclude_unset=True)
    listed = [number for number in numbers(content, whole.kallor) if _concerns(whole, part, number.path)]
    drawn = [each for each in assumptions(content, whole.kallor) if _concerns(whole, part, each.path)]
    known = calibration.uncertainty if calibration else None
    tried = [_tried(part, each, _ends(each, limits), known) for each in drawn]
    others, untried = _others({each.path for each in drawn}, listed, limits)
    if not every:
        ranges = {each.path for each in others}
        return tried, untried + [_untried(number, NO_DISTRIBUTION) for number in listed if number.path in ranges]
    problems = {each.path: _problem(part, each, calibration) for each in others}
    untried += [_untried(number, why) for number in listed if (why := problems.get(number.path))]
    sound = [each for each in others if problems[each.path] is None]
    known = _surface(within, sound, calibration) if calibration and sound else None
    return tried + [_tried(part, each, (each.lag, each.hog), known) for each in sound], untried


NO_DISTRIBUTION = "har ett spann men ingen fördelning; prövas med --alla"
NO_RANGE = "har inget spann: {typ}"
TYPES = {
    "dokument": "står i ett dokument",
    "egna_data": "kommunens egna data",
    "nationell": "nationell statistik",
    "lag": "lag",
    "kalibrerad": "inpassat mot publicerade siffror",
}


def _concerns(kommun: Kommun, part: Kommun, path: str) -> bool:
    if path.split(".")[0] not in {"resurser", "verksamheter", "nulage", "drivare"}:
        return False
    return bool(areas_of_paths(kommun, [path]) & set(part.verksamheter))


def _untried(number: Number, why: str) -> Untried:
    return Untried(number.path, number.value, number.kalla_id or "", why)


def _others(drawn: set[str], listed: Sequence[Number], limits: bool) -> tuple[list[Assumption], list[Untried]]:
    """Assumptions with a range alone, at the ends to try, and the numbers that cannot be tried."""
    found, untried = [], []
    for number in listed:
        if number.path in drawn or number.kalla is None:
            continue
        names = number.path.split(".")
        if number.span is None:
            untried.append(_untried(number, NO_RANGE.format(typ=TYPES.get(number.kalla.typ, number.kalla.typ))))
        elif any(name in RANDOM for name in names):
            untried.append(_untried(number, "goda och dåliga år; rör spridningen, inte vad en ändring gör i medel"))
        elif names[-1].isdigit():
            untried.append(_untried(number, "en månad i en lista"))
        elif number.span[0] == number.span[1] or (number.kalla.spann_relativt and number.value <= 0):
            untried.append(_untried(number, "spannet är ett enda tal"))
        else:
            relative = number.kalla.spann_relativt is not None
            whole = Assumption(number.path, number.value, *number.span, "triangel", relative)
            low, high = _ends(whole, limits)
            found.append(replace(whole, lag=min(low, number.value), hog=max(high, number.value)))
    return found, untried


def _ends(each: Assumption, limits: bool) -> tuple[float, float]:
    return (each.lag, each.hog) if limits else (quantile(each, LOW), quantile(each, HIGH))


def _problem(kommun: Kommun, each: Assumption, calibration: Calibration | None) -> str | None:
    """Why an assumption cannot stand at its ends, if it cannot."""
    try:
        for end in (each.lag, each.hog):
            with_values(kommun, {each.path: end}, counterparts_in(kommun, calibration))
    except HemmaplanError as error:
        return f"kan inte stå i spannets ände: {str(error).splitlines()[0].lstrip(': ')}"
    return None


def counterparts_in(kommun: Kommun, calibration: Calibration | None) -> tuple[str, ...]:
    """What takes the rest of fitted shares, where it is in the kommun."""
    there = _paths(kommun)
    return tuple(path for path in counterparts_of(calibration.plan.parametrar) if path in there) if calibration else ()


def _paths(kommun: Kommun) -> set[str]:
    return set(numeric_paths(kommun.model_dump(mode="python", exclude_unset=True)))


def _tried(part: Kommun, each: Assumption, ends: tuple[float, float], known: Uncertainty | None) -> Tried:
    """What differs from the kommun as written at either end: the assumption, and what is solved again for it."""
    there, found = _paths(part), []
    for end in ends:
        values = {each.path: end}
        if known is not None and each.path in known.surface:
            moved = known.changed({each.path: end})
            values |= {path: value for path, value in moved.items() if path in there}
        found.append(values)
    return Tried(each, ends, (found[0], found[1]))


def _surface(within: Study, others: Sequence[Assumption], calibration: Calibration) -> Uncertainty | None:
    """As `kalibrera` makes one, for the part of the kommun that is simulated."""
    kommun, plan = within.kommun, calibration.plan
    there = _paths(kommun)
    free = {name: fri for name, fri in plan.parametrar.items() if fri.mal in there}
    lines = lines_inside(kommun, calibration)
    if not free or not lines:
        return None
    aims = zip(plan.siffror, calibration.lines, strict=True)
    figures = tuple(siffra for siffra, line in aims if line in lines)
    plan = plan.model_copy(update={"parametrar": free, "siffror": figures})
    bench = Bench(kommun, lines, plan.fro, plan.slut, within.motor, within.arbetare)
    centre = centre_of(kommun, free)
    values = values_of(free, {name: centre[name] / fri.start for name, fri in free.items()})
    slope = slopes(
        bench, values, _pairs(kommun, bench, free, centre), plan.replikationer_lutning, counterparts_of(free)
    )
    return Uncertainty(tuple(others), free, centre, make_surface(bench, plan, values, slope, others))


def lines_inside(kommun: Kommun, calibration: Calibration | None) -> tuple[Line, ...]:
    """The published figures that the kommun is fitted to and that are of this part of it alone."""
    lines = calibration.lines if calibration else ()
    areas = set(kommun.verksamheter)
    return tuple(line for line in lines if areas.issuperset(line.verksamheter or (line.uppgift.verksamhet,)))


def _pairs(
    kommun: Kommun, bench: Bench, free: dict[str, Fri], centre: dict[str, float]
) -> list[tuple[Move, Move, float]]:
    """Each fitted number a step down and a step up."""
    area_island, found = islands(kommun, bench.lines), []
    for name, fri in free.items():
        island = island_of_paths(kommun, [fri.mal, *fri.foljer], area_island)
        ends = [min(max(centre[name] * float(np.exp(move)), fri.spann[0]), fri.spann[1]) for move in (-STEP, STEP)]
        down, up = (Move(island, values_of({name: fri}, {name: end / fri.start})) for end in ends)
        found.append((down, up, float(np.log(ends[1] / ends[0]))))
    return found
