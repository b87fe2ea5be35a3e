"""What is finite or bought: teams, own places, bought places."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import tal_text
from sim.units import ETTOR, Andel, Icke_negativt, Manadsfaktorer, Mangd, Modell, Namn, Positivt, Text

ARENDETAK_UR_TIMMAR = ("timmar_per_arende", "produktiva_timmar_per_ar", "arendetid_dagar")
"""What a team's arendetak follows from where it is not given."""
DAYS_PER_YEAR = 365.25


class Arseffekt(Modell):
    """Good and bad years: a lognormal factor of mean 1 with coefficient of variation `cv`, autocorrelation `rho`."""

    cv: Icke_negativt
    rho: Annotated[float, Field(strict=True, ge=0, lt=1)] = 0.0


class Team(Modell):
    """Handläggare. Capacity = årsarbetare × ärendetak × (1 − sjukfrånvaro − vakans) × semesterprofil, in open cases.

    `arendetak` is given, or follows from hours (Little's law): an årsarbetare finishes `produktiva_timmar_per_ar` /
    `timmar_per_arende` cases a year, each open for `arendetid_dagar` on average.

    `avslutsordning` says when a stay is closed, beyond the closings that always have room: `forst`, before all new
    cases, or `i_ko`, in one queue with them by prio, time and case.
    """

    typ: Literal["team"]
    namn: Text
    verksamhet: Namn
    arsarbetare: Mangd
    arendetak: Annotated[float, Field(strict=True, gt=0, le=100_000)] | None = None
    timmar_per_arende: Positivt | None = None
    produktiva_timmar_per_ar: Positivt | None = None
    arendetid_dagar: Positivt | None = None
    sjukfranvaro: Andel = 0.0
    vakans: Andel = 0.0
    semesterprofil: Manadsfaktorer = ETTOR
    lon_tkr: Icke_negativt = 0.0
    avslut_samtidiga: Icke_negativt = 0.5
    avslutsordning: Literal["forst", "i_ko"] = "forst"

    @property
    def arenden_per_arsarbetare(self) -> float:
        """Open weighted cases that one årsarbetare who is present can carry."""
        if self.arendetak is not None:
            return self.arendetak
        assert self.timmar_per_arende and self.produktiva_timmar_per_ar and self.arendetid_dagar
        return self.produktiva_timmar_per_ar / self.timmar_per_arende * self.arendetid_dagar / DAYS_PER_YEAR


class Boende(Modell):
    """Own places: paid for whether used or not (max of capacity and occupied).

    `vardplats: false` for leases and the like, which are places to queue for but no care: no part of hemmaplan.
    """

    typ: Literal["boende"]
    namn: Text
    verksamhet: Namn
    platser: Mangd
    vardplats: bool = True
    fast_kostnad_kr_per_plats_och_dygn: Icke_negativt = 0.0
    rorlig_kostnad_kr_per_dygn: Icke_negativt = 0.0
    intakt_kr_per_dygn: Icke_negativt = 0.0


class Pris(Modell):
    """Kronor per dygn: mean and CV over placements.

    Where `tyngd` ties price to length, dear placements are longer (or shorter), and the mean over dygn is another: it
    is the measure `snittpris`, and not `medel`.
    """

    medel: Icke_negativt
    cv: Annotated[float, Field(strict=True, ge=0, le=100)] = 0.0

    @model_validator(mode="after")
    def _spread(self) -> Pris:
        if 0 < self.cv < 0.001:
            raise ValueError(f"cv = {tal_text(self.cv)}: ska vara 0 eller minst 0,001")
        return self


class Extern(Modell):
    """Bought places, unlimited unless `tak` is given."""

    typ: Literal["extern"]
    namn: Text
    verksamhet: Namn
    dygnskostnad_kr: Pris
    intakt_kr_per_dygn: Icke_negativt = 0.0
    tak: Mangd | None = None
    arseffekt: Arseffekt | None = None


Resurs = Annotated[Team | Boende | Extern, Field(discriminator="typ")]
