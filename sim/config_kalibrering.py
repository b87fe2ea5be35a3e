"""What a calibration may turn and what it aims at: `conf/kalibrering/<kommun>.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from sim.errors import tal_text
from sim.units import Datum, Modell, Namn, Positivt, Tal, Text


class Siffra(Modell):
    """One published figure of `conf/avstamning`: `siffra` is omrade.nyckeltal. `vikt` is how much its error counts."""

    siffra: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
    ar: int
    period: Text = "helår"
    typ: str | None = None
    vikt: Positivt = 1.0

    @property
    def namn(self) -> str:
        """omrade.nyckeltal, with the period where it is not the whole year."""
        return self.siffra if self.period == "helår" else f"{self.siffra} {self.period}"


class Fri(Modell):
    """A free number: `mal` may lie in `spann` and is sought from `start`.

    `foljer` are numbers that stand in the same proportion to it as at the start (a stock follows its inflow), each
    with its value there. `motpart` takes what a share leaves of 1. `siffror` is how many significant digits are kept.
    """

    mal: Text
    start: Positivt
    spann: tuple[Positivt, Positivt]
    foljer: dict[Text, Positivt] = {}
    motpart: tuple[Text, ...] = ()
    siffror: Annotated[int, Field(strict=True, ge=2, le=8)] = 4
    text: Text

    @model_validator(mode="after")
    def _sound(self) -> Fri:
        low, high = self.spann
        if not low <= self.start <= high or low == high:
            raise ValueError(f"start {tal_text(self.start)} ska ligga i spannet {tal_text(low)} till {tal_text(high)}")
        return self


class Ovrigt(Modell):
    """`ovrigt_tkr` of the verksamheter together is at most the document's `helhet` less the `delar` it publishes."""

    verksamheter: Annotated[tuple[Namn, ...], Field(min_length=1)]
    helhet: Annotated[tuple[Siffra, ...], Field(min_length=1)]
    delar: tuple[Siffra, ...] = ()


class Kalibrering(Modell):
    """`replikationer_lutning`: possible years over which slopes are measured; `slut`: the last day simulated."""

    replikationer: Annotated[int, Field(strict=True, ge=2, le=10_000)] = 120
    replikationer_lutning: Annotated[int, Field(strict=True, ge=2, le=10_000)] = 40
    fro: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 1
    slut: Datum | None = None
    siffror: Annotated[tuple[Siffra, ...], Field(min_length=1)]
    parametrar: Annotated[dict[Namn, Fri], Field(min_length=1)]
    ovrigt: tuple[Ovrigt, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Kalibrering:
        turned = [path for fri in self.parametrar.values() for path in (fri.mal, *fri.foljer)]
        doubled = sorted({path for path in turned if turned.count(path) > 1})
        if doubled:
            raise ValueError(f"{doubled[0]} styrs av två parametrar")
        return self


class Ande(Modell):
    """An assumption at one end of its range, and how far ln of each fitted number then moves."""

    varde: Tal
    flyttar: dict[Namn, Tal] = {}


class YtansAntagande(Modell):
    varde: Tal
    lag: Ande
    hog: Ande


class Yta(Modell):
    """The response surface as it is stored: what it was made for, and the moves at the ends of each assumption."""

    inpassat: dict[Namn, Tal]
    antaganden: dict[Text, YtansAntagande]


def values_of(parameters: Mapping[str, Fri], factors: Mapping[str, float], rounded: bool = False) -> dict[str, float]:
    """Numbers by path when each parameter is its start × its factor, and what follows it likewise."""
    found: dict[str, float] = {}
    for name, fri in parameters.items():
        for path, start in {fri.mal: fri.start, **fri.foljer}.items():
            value = start * factors[name]
            found[path] = float(f"{value:.{fri.siffror}g}") if rounded else value
    return found


def counterparts_of(parameters: Mapping[str, Fri]) -> tuple[str, ...]:
    return tuple(path for fri in parameters.values() for path in fri.motpart)
