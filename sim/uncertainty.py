"""Parameter uncertainty: assumptions drawn from their ranges, with the fitted numbers solved again for each draw.

Each replication has its own draw, the same in every scenario: a pure function of seed, replication and the number's
path. The fitted numbers follow by a surface that `kalibrera` makes once: for each assumption at the ends of its range,
how many per cent each fitted number must move for the fitted figures to stay. Between the ends it is a
parabola in ln of the assumption, and several assumptions add up, as Little's law says of the logarithms of products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any, Literal, Protocol

import numpy as np

from sim.config import Kalla, Kommun
from sim.config_kalibrering import Fri, counterparts_of, values_of
from sim.errors import HemmaplanError, tal_text
from sim.randomness import Purpose, name_key, uniform
from sim.scenario import with_values
from sim.sources import Number, numbers


@dataclass(frozen=True)
class Assumption:
    """A number that is drawn: `varde` as written, between `lag` and `hog`. `relativt`: symmetric in factors."""

    path: str
    varde: float
    lag: float
    hog: float
    fordelning: Literal["triangel", "likformig"]
    relativt: bool


def assumptions(content: Mapping[str, Any], kallor: Mapping[str, Kalla]) -> tuple[Assumption, ...]:
    """The numbers of a kommun whose source says how they are drawn, in order of their paths."""
    found = [_assumption(number) for number in numbers(content, kallor) if number.kalla and number.kalla.fordelning]
    return tuple(sorted(found, key=lambda each: each.path))


def _assumption(number: Number) -> Assumption:
    assert number.kalla is not None and number.kalla.fordelning is not None and number.span is not None
    relative = number.kalla.spann_relativt is not None
    if relative and number.value <= 0:
        raise HemmaplanError(f"{number.path} = {tal_text(number.value)}: bara positiva tal kan dras ur spann_relativt")
    return Assumption(number.path, number.value, *number.span, number.kalla.fordelning, relative)


def quantile(assumption: Assumption, share: float) -> float:
    """Inverse distribution function: uniform, or a triangle with its top at the number as written.

    With `spann_relativt` both are in ln of the factor, so that half and double are as far away.
    """
    low, top, high = assumption.lag, assumption.varde, assumption.hog
    if assumption.relativt:
        low, top, high = log(low), log(top), log(high)
    if high == low:
        return assumption.varde
    if assumption.fordelning == "likformig":
        found = low + share * (high - low)
    elif share * (high - low) <= top - low:
        found = low + sqrt(share * (high - low) * (top - low))
    else:
        found = high - sqrt((1 - share) * (high - low) * (high - top))
    return min(max(exp(found) if assumption.relativt else found, assumption.lag), assumption.hog)


def draw(assumption: Assumption, seed: int, replication: int) -> float:
    """The number in one replication, the same whatever else is drawn and whatever the scenario."""
    words = (seed, replication, name_key(assumption.path), 0, 0, Purpose.ANTAGANDE.value)
    return quantile(assumption, float(uniform(*(np.uint64(word) for word in words))))


class Draws(Protocol):
    """What gives each replication a kommun of its own, with the structure of the one it is made from."""

    def kommun(self, kommun: Kommun, seed: int, replication: int) -> Kommun:
        """The kommun of one replication."""
        ...


@dataclass(frozen=True)
class Ends:
    """How far ln of each fitted number (by parameter) moves when the assumption stands at either end of its range."""

    lag: Mapping[str, float]
    hog: Mapping[str, float]


@dataclass(frozen=True)
class Uncertainty:
    """All that is needed to draw a kommun. `centre`: the fitted numbers where the assumptions are as written."""

    assumptions: tuple[Assumption, ...]
    parameters: Mapping[str, Fri]
    centre: Mapping[str, float]
    surface: Mapping[str, Ends]

    def values(self, seed: int, replication: int) -> dict[str, float]:
        """Every number that differs from the kommun as written: drawn assumptions and the fitted solved again."""
        return self.values_at({each.path: draw(each, seed, replication) for each in self.assumptions})

    def values_at(self, drawn: Mapping[str, float]) -> dict[str, float]:
        moved = dict.fromkeys(self.parameters, 0.0)
        for each in self.assumptions:
            for name, move in self._moves(each, drawn[each.path]).items():
                moved[name] += move
        factors = {
            name: min(max(self.centre[name] * exp(moved[name]), fri.spann[0]), fri.spann[1]) / fri.start
            for name, fri in self.parameters.items()
        }
        return values_of(self.parameters, factors) | dict(drawn)

    def _moves(self, each: Assumption, value: float) -> dict[str, float]:
        """The parabola through nothing at the number as written and what was measured at the ends."""
        ends = self.surface[each.path]
        at, low, high = (_distance(each, place) for place in (value, each.lag, each.hog))
        found = {}
        for name in ends.lag:
            slopes = [move / end for move, end in ((ends.lag[name], low), (ends.hog[name], high)) if end]
            bend = (slopes[-1] - slopes[0]) / (high - low)
            found[name] = at * (slopes[0] + bend * (at - low if low else at - high)) if slopes else 0.0
        return found

    def kommun(self, kommun: Kommun, seed: int, replication: int) -> Kommun:
        """The kommun of one replication."""
        return with_values(kommun, self.values(seed, replication), counterparts_of(self.parameters))

    def changed(self, moved: Mapping[str, float]) -> dict[str, float]:
        """Every number that differs when some assumptions stand elsewhere than written: they, and the fitted ones."""
        written = {each.path: each.varde for each in self.assumptions}
        values, still = (self.values_at(written | dict(at)) for at in (moved, {}))
        return {path: value for path, value in values.items() if value != still.get(path)}

    def kommun_at(self, kommun: Kommun, moved: Mapping[str, float]) -> Kommun:
        """The kommun with some assumptions elsewhere than written, and the fitted numbers solved again."""
        return with_values(kommun, self.changed(moved), counterparts_of(self.parameters))


def _distance(each: Assumption, value: float) -> float:
    """How far a value lies from the number as written, in ln where that can be taken."""
    return log(value / each.varde) if each.lag > 0 else value - each.varde


def centre_of(kommun: Kommun, parameters: Mapping[str, Fri]) -> dict[str, float]:
    """The fitted numbers as they stand in the kommun."""
    content = kommun.model_dump(mode="python", exclude_unset=True)
    return {name: float(at_path(content, fri.mal)) for name, fri in parameters.items()}


def at_path(content: Any, path: str) -> Any:
    """What stands at a path; places in a list count from 1."""
    for name in path.split("."):
        content = content[int(name) - 1] if isinstance(content, list | tuple) else content[name]
    return content


def outdated(
    drawn: Sequence[Assumption],
    centre: Mapping[str, float],
    then: Mapping[str, tuple[float, float, float]],
    fitted_then: Mapping[str, float],
) -> str | None:
    """What in the kommun is no longer as when the surface was made, in Swedish; None if nothing is."""
    for name, value in centre.items():
        if fitted_then.get(name) != value:
            return f"{name} är {tal_text(value)}"
    for each in drawn:
        if then.get(each.path) != (each.varde, each.lag, each.hog):
            return f"{each.path} är {tal_text(each.varde)} mellan {tal_text(each.lag)} och {tal_text(each.hog)}"
    return None
