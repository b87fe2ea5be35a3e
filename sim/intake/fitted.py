"""What the lists say about the municipality, each number with how sure it is. Times in days unless said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval; `n` observations behind it."""

    varde: float
    lag: float
    hog: float
    n: int


@dataclass(frozen=True)
class Tried:
    """One family of distributions that was tried: lower `kriterium` (AIC or BIC, as the fit says) is better."""

    familj: str
    parametrar: int
    kriterium: float


@dataclass(frozen=True)
class Length:
    """A length of stay or of handling. `fordelning` is as a kommun's file writes it (see sim.units.Fordelning)."""

    fordelning: Mapping[str, Any]
    tal: Mapping[str, Estimate]
    """Each number of `fordelning` by its path in it: `medel`, `cv`, `delar.kort.andel` …"""
    medel: Estimate
    median: Estimate
    naivt_medel: float
    """Of those that ended, as if the rest did not exist; NaN where none has."""
    n: int
    oppna: int
    trunkerade: int
    """How many had begun before the window."""
    forsokta: tuple[Tried, ...]
    overlevnad: tuple[Floats, Floats, Floats, Floats]
    """Kaplan-Meier with late entry: days, share still there, and its 95 % interval."""
    anmarkning: str = ""
    """In Swedish, where the data do not carry the fit: too few, the longest still open …"""


@dataclass(frozen=True)
class Price:
    """Kronor per dygn over placements."""

    medel: Estimate
    cv: Estimate
    n: int


@dataclass(frozen=True)
class Inflow:
    per_ar: Estimate
    """In the window's last whole year, by the fitted trend (at the middle of that year), in an even year.

    Of cases and benefit: those who come for the first time; who comes back is in `Handling.aterkomst` and
    `Benefit.aterkomst`, where those are told, and else here.
    """
    sasong: tuple[Estimate, ...]
    """Twelve factors of mean 1."""
    trend_per_ar: Estimate
    overspridning: Estimate
    arseffekt_cv: Estimate | None
    """None where the years are too few."""
    veckodag: tuple[float, ...]
    """Share of arrivals Monday to Sunday: shown, not simulated. None are told where only months are known."""
    manader: tuple[tuple[date, int, float], ...]
    """First day of month, number that came, number that the fit expects."""
    malgrupper: Mapping[str, Estimate] = field(default_factory=dict)
    anmarkning: str = ""


@dataclass(frozen=True)
class Elasticity:
    """How the inflow, and the length, follow unemployment: percent per percent."""

    inflode: Estimate
    langd: Estimate | None
    lag_dagar: float
    avgors: bool
    """Whether the data can tell it from none."""
    bas: float
    """The unemployment that `Inflow.per_ar` answers to."""
    anmarkning: str = ""


@dataclass(frozen=True)
class Returns:
    """How many come back, and when. `inom_ar`: within 12 months, by Kaplan-Meier."""

    inom_ar: Estimate
    andel: Estimate
    """At all, as far as the window lets it be seen."""
    tid: Length | None


@dataclass(frozen=True)
class Stock:
    """Those there at the window's end, with how long each has been there."""

    antal: int
    pagatt_dagar: tuple[float, ...]


@dataclass(frozen=True)
class Care:
    """A form of care in a verksamhet."""

    langd: Length
    langd_malgrupp: Mapping[str, Length]
    """Only of the målgrupper whose lengths differ so much that one law does not do."""
    pris: Mapping[str, Price]
    """By resource: bought places, and own ones where the list tells a price."""
    resurser: Mapping[str, Estimate]
    """Share of placements by resource where they begin."""
    egna: tuple[str, ...]
    nasta: Mapping[str, Estimate]
    """Share that goes on to another form within `gap` days, by form; the rest leave (`avslut`)."""
    bestand: Mapping[str, Stock]
    """By resource."""
    per_ar: float
    """Placements that began a year."""
    dygn_per_ar: Mapping[int, float]


@dataclass(frozen=True)
class Handling:
    """Cases of a verksamhet: received → (opened) → decided."""

    inflode: Mapping[str, Inflow]
    """By kind of case (typ)."""
    forhandsbedomning: Length | None
    """Received to opened or closed; None where the list has no day of opening."""
    leder_till_utredning: Estimate | None
    utredning: Length
    nasta: Mapping[str, Estimate]
    """Where decisions lead: forms of care, and `avslut`."""
    oppna_forhandsbedomningar: Stock
    oppna_utredningar: Stock
    oppna_i_snitt: float
    """Open cases on average over the window's last year: the implied caseload, for all handläggare together."""
    aterkomst: Returns | None
    """New cases of the same people after a closed one."""


@dataclass(frozen=True)
class Benefit:
    """Försörjningsstöd from payments per household and month."""

    inflode: Inflow
    """New spells."""
    langd: Length
    aterkomst: Returns
    belopp_kr_per_manad: Estimate
    bestand: Stock
    hushall_per_manad: tuple[tuple[date, int, float], ...]
    """First day of month, households, kronor."""


@dataclass(frozen=True)
class Fitted:
    vard: Mapping[str, Mapping[str, Care]]
    """By verksamhet and form."""
    direkt: Mapping[str, Mapping[str, Inflow]]
    """Placements that no case explains, where a verksamhet has no list of cases: inflow by form."""
    arenden: Mapping[str, Handling]
    """By verksamhet."""
    bistand: Benefit | None
    elasticitet: Mapping[str, Elasticity]
    """By verksamhet; `forsorjningsstod` for the payments."""
