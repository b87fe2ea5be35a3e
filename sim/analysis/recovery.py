"""Is what is known found again? Made-up kommuner, one year's figures of each, fitted as `kalibrera` fits.

Everything but the free numbers is known to the fit; what is tried is the uncertainty that it states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sim.analysis.made_up import MadeUp, Part, made_up, parameter
from sim.calibration import fit
from sim.errors import HemmaplanError
from sim.identifiability import Firmness, Settled, firmness
from sim.trials import Bench
from sim.workers import Shared, count_of

YEARS = (20, 10)
"""Possible years behind the figures and behind their slopes: fewer than a planner would use."""
LEVELS = (0.8, 0.95)
SEEDS = 10
"""Seeds that a kommun has of its own: two for the fit, one for the year that is published."""
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Answer:
    """A product of powers that the figures settle. `error` = ln(found ÷ true); `margins` of its interval, by level.

    `along`: how far apart, in ln, the found and the true numbers lie along what the figures leave open. `full`: that of
    the verksamhet (`made_up.Part`).
    """

    kind: str
    published: tuple[str, ...]
    exponents: Mapping[str, float]
    error: float
    margins: tuple[float, ...]
    along: float
    full: float | None = None


@dataclass(frozen=True)
class Open:
    """A number that the figures do not settle alone: the range they leave, as factors of the true number."""

    kind: str
    published: tuple[str, ...]
    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Recovery:
    """What became of one made-up kommun. `misfit`: the figure that is farthest from the document after the fit, in ln.

    `problem`: why it could not be fitted, else None.
    """

    number: int
    answers: tuple[Answer, ...] = ()
    left: tuple[Open, ...] = ()
    misfit: float = 0.0
    problem: str | None = None


def recover(number: int, seed: int, years: tuple[int, int] = YEARS) -> Recovery:
    """Make a kommun up, publish a year of it, fit, and hold what is stated against the truth. A pure function."""
    first = int(np.random.SeedSequence([seed, number]).generate_state(1)[0]) * SEEDS
    made = made_up(np.random.default_rng([seed, number]), years, first)
    document = made.published(first + SEEDS - 1)
    bench = Bench(made.kommun, made.lines, made.plan.fro, made.kommun.slut)
    try:
        fitted = fit(bench, made.plan, [line.uppgift.nyckeltal for line in made.lines], document)
    except HemmaplanError as error:
        return Recovery(number, problem=str(error))
    true = {parameter(part.name, free): value for part in made.parts for free, value in part.truth.items()}
    errors = {name: float(np.log(fitted.values[fri.mal] / true[name])) for name, fri in made.plan.parametrar.items()}
    found = firmness(made.plan, fitted)
    misfit = float(np.abs(np.log(fitted.after / document)).max())
    return Recovery(number, tuple(_answers(made, found, errors)), tuple(_open(made, found, errors)), misfit)


def _part_of(made: MadeUp, name: str) -> tuple[Part, str]:
    return next((part, free) for part in made.parts for free in part.truth if parameter(part.name, free) == name)


def _answers(made: MadeUp, found: Firmness, errors: Mapping[str, float]) -> Iterator[Answer]:
    along = found.open_directions @ np.array([errors[name] for name in found.parameters])
    for settled in [*found.settled, *_stocks(made, found)]:
        part = _part_of(made, next(iter(settled.exponents)))[0]
        own = np.array([_part_of(made, name)[0] is part for name in found.parameters])
        mine = np.abs(found.open_directions) @ own > 0
        yield Answer(
            part.kind,
            part.known.figures,
            {_part_of(made, name)[1]: power for name, power in settled.exponents.items()},
            sum(power * errors[name] for name, power in settled.exponents.items()),
            tuple(found.margin(settled.sd, level) for level in LEVELS),
            float(np.linalg.norm(along[mine])),
            part.full,
        )


def _stocks(made: MadeUp, found: Firmness) -> Iterator[Settled]:
    """Inflow × length, which is how many are there, where the figures settle each of them alone."""
    for part in made.parts:
        both = {parameter(part.name, free): 1.0 for free in ("inflöde", "längd")}
        alone = [each for each in found.settled if len(each.exponents) == 1 and each.exponents.keys() <= both.keys()]
        if len(alone) == 2 and (sd := found.sd(both)) is not None:
            yield Settled(both, sd)


def _open(made: MadeUp, found: Firmness, errors: Mapping[str, float]) -> Iterator[Open]:
    for name, (low, high) in found.left.items():
        part, free = _part_of(made, name)
        yield Open(part.kind, part.known.figures, free, low * np.exp(errors[name]), high * np.exp(errors[name]))


def recover_all(
    count: int, seed: int, workers: int, years: tuple[int, int] = YEARS, progress: Progress = lambda done: None
) -> list[Recovery]:
    """Kommuner 0 to `count` − 1, in order, whichever process did which."""
    jobs: Shared[int, Recovery] = Shared(count_of(workers), range(count), lambda number: (_there, number, seed, years))
    found = []
    for one in jobs.done(lambda number: _there(number, seed, years)):
        found.append(one)
        progress(len(found))
    return sorted(found, key=lambda each: each.number)


def _there(number: int, seed: int, years: tuple[int, int]) -> list[Recovery]:
    return [recover(number, seed, years)]
