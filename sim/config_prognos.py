"""What a forecast in mid-year begins from, as a planner writes it: the day, its stock, the outcome so far by row."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from sim.config_kalla import Kalla
from sim.units import Datum, Modell, Namn, Tal, Text


class Post(Modell):
    """One of the model's measures that answers to a row, or to a part of it."""

    verksamhet: Namn
    matt: Namn
    del_: Annotated[str, Field(alias="del")] = ""


class Summa(Modell):
    """The published totals of the rows, tkr."""

    namn: Text = "Summa"
    budget: Tal | None = None
    utfall_hittills: Tal | None = None
    dokument: Tal | None = None


class Rad(Modell):
    """A row of the table, tkr: budget and the document's own forecast are for the whole year.

    `ovrigt_tkr`: what it costs in a year that is not simulated, beside its `poster`. `darav`: part of a row above it,
    and not summed.
    """

    namn: Text
    poster: tuple[Post, ...] = ()
    utfall_hittills: Tal
    budget: Tal | None = None
    dokument: Tal | None = None
    ovrigt_tkr: Tal = 0.0
    darav: bool = False

    @model_validator(mode="after")
    def _something(self) -> Rad:
        if not self.poster and not self.ovrigt_tkr:
            raise ValueError("ange poster (vad modellen simulerar) eller ovrigt_tkr (det som inte simuleras)")
        return self


class Volym(Modell):
    """A row in another unit than kronor, that of its measures."""

    namn: Text
    poster: Annotated[tuple[Post, ...], Field(min_length=1)]
    utfall_hittills: Tal
    budget: Tal | None = None
    dokument: Tal | None = None


class Prognosunderlag(Modell):
    """`nulage` is the stock on `startdag`; the rest is as in the kommun. `forbehall`: what to bear in mind."""

    startdag: Datum
    nulage: dict[Namn, dict[str, Any]] = {}
    rader: Annotated[tuple[Rad, ...], Field(min_length=1)]
    summa: Summa = Summa()
    volymer: tuple[Volym, ...] = ()
    forbehall: tuple[Text, ...] = ()
    kallor: dict[Namn, Kalla]
