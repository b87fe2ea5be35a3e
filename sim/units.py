"""The units and shapes that configured numbers come in, and how a length of time is described."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.errors import tal_text


def _as_date(value: Any) -> Any:
    """YAML gives a date, Hydra gives text: accept both, only in ISO form."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    if not isinstance(value, date):
        raise ValueError("not in isoformat")
    return value


Tal = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positivt = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Icke_negativt = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Mangd = Annotated[float, Field(strict=True, ge=0, le=1_000_000, allow_inf_nan=False)]
"""How many of something: places, posts, arrivals a year. Bounded, so that a slip of the hand does not run for days."""
Andel = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Antal = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Korrelation = Annotated[float, Field(strict=True, gt=-1, lt=1)]
Namn = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Datum = Annotated[date, BeforeValidator(_as_date)]
Manadsfaktorer = Annotated[tuple[Icke_negativt, ...], Field(min_length=12, max_length=12)]
ETTOR: tuple[float, ...] = (1.0,) * 12


class Modell(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fordelning(Modell):
    """A length of time, described by what a planner knows: mean and CV, or median and 90th percentile, in days."""

    fordelning: Literal["konstant", "exponential", "lognormal", "weibull", "gamma", "blandning", "empirisk"] = (
        "lognormal"
    )
    medel: Positivt | None = None
    cv: Annotated[float, Field(strict=True, ge=0.001, le=100)] | None = None
    median: Positivt | None = None
    p90: Positivt | None = None
    delar: dict[Namn, BlandningsDel] | None = None
    varden: tuple[Positivt, ...] | None = None
    andelar: tuple[Andel, ...] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Fordelning:
        given = {name for name in ("medel", "cv", "median", "p90", "delar", "varden", "andelar") if getattr(self, name)}
        needed: dict[str, list[set[str]]] = {
            "konstant": [{"medel"}],
            "exponential": [{"medel"}],
            "lognormal": [{"medel", "cv"}, {"median", "p90"}],
            "weibull": [{"medel", "cv"}, {"median", "p90"}],
            "gamma": [{"medel", "cv"}, {"median", "p90"}],
            "blandning": [{"delar"}],
            "empirisk": [{"varden", "andelar"}],
        }
        if given not in needed[self.fordelning]:
            ways = " eller ".join(" och ".join(sorted(way)) for way in needed[self.fordelning])
            raise ValueError(f"fördelningen {self.fordelning} ska beskrivas med {ways}")
        if self.median and self.p90 and not 1.01 <= self.p90 / self.median <= 1000:
            raise ValueError("p90 måste vara större än median, och högst tusen gånger så stor")
        if self.delar and abs(sum(part.andel for part in self.delar.values()) - 1) > 1e-9:
            raise ValueError(f"delarnas andelar ska bli 1, blir {tal_text(sum(p.andel for p in self.delar.values()))}")
        if self.varden and self.andelar:
            if len(self.varden) != len(self.andelar):
                raise ValueError("varden och andelar ska vara lika många")
            if abs(sum(self.andelar) - 1) > 1e-9:
                raise ValueError(f"andelarna ska bli 1, blir {tal_text(sum(self.andelar))}")
        return self


class BlandningsDel(Fordelning):
    """One population of a mixture, with its share."""

    andel: Andel
    fordelning: Literal["konstant", "exponential", "lognormal", "weibull", "gamma"] = "lognormal"


Dygn = Fordelning
