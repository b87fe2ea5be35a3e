"""A kommun as frozen, validated data: every number with its unit and bounds.

Units: days (dygn) for times, kronor unless the name says tkr, shares between 0 and 1. Times count from
1 January of the basår. What refers to what is checked in `validation`, sources in `sources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from sim.config_kalla import Kalla
from sim.config_nulage import UTAN_RESURS, Bestand, Nulage
from sim.config_resurser import Arseffekt, Boende, Extern, Pris, Resurs, Team
from sim.units import (
    ETTOR,
    Andel,
    Antal,
    Datum,
    Dygn,
    Fordelning,
    Icke_negativt,
    Korrelation,
    Manadsfaktorer,
    Mangd,
    Modell,
    Namn,
    Positivt,
    Tal,
    Text,
)

__all__ = [
    "UTAN_RESURS",
    "Andel",
    "Andring",
    "Avslut",
    "Bestand",
    "Boende",
    "Dygn",
    "Extern",
    "Fordelning",
    "Inflode",
    "Kalla",
    "Kommun",
    "Kostnadsslag",
    "Nulage",
    "Paverkan",
    "PlatsBehov",
    "Pris",
    "Resurs",
    "Scenario",
    "Steg",
    "Team",
    "TeamBehov",
    "Utfall",
    "Verksamhet",
]

AVSLUT = "avslut"
"""The routing target that leaves the system."""


class Drivare(Modell):
    """Something outside that moves the inflow, e.g. unemployment. `varde` is a number or a dated path."""

    namn: Text
    omrade: Literal["riket", "kommun"]
    bas: Positivt
    varde: Positivt | Annotated[dict[Datum, Positivt], Field(min_length=1)]


class TeamBehov(Modell):
    team: Namn
    vikt: Positivt = 1.0


class Hemmamojlig(Modell):
    """Share of the cases that can be helped at home; `malgrupper` overrides it by målgrupp."""

    andel: Andel
    malgrupper: dict[Namn, Andel] = {}


class Hemtagning(Modell):
    """Taking home from the reserv: earliest after so many days, with so many days of notice to the seller.

    `langd`: the time that remains goes on (`kvarvarande`), or a new stay begins at home (`ny`).
    """

    tidigast_dagar: Icke_negativt = 0.0
    uppsagning_dagar: Icke_negativt = 0.0
    prio: Literal["sist", "tur", "forst"] = "sist"
    langd: Literal["kvarvarande", "ny"] = "kvarvarande"


class PlatsBehov(Modell):
    """An ordered list of places; after `vanta_hogst_dagar` (none = for ever) the reserv."""

    plats: Annotated[tuple[Namn, ...], Field(min_length=1)]
    andel_plats: Annotated[float, Field(strict=True, gt=0, le=1)] = 1.0
    vanta_hogst_dagar: Icke_negativt | None = None
    reserv: Namn | None = None
    hemmamojlig: Hemmamojlig | None = None
    hemtagning: Hemtagning | None = None


def _behov_tag(value: Any) -> str:
    """Choose the model by its own key, so that an error speaks of the one that was meant."""
    if isinstance(value, TeamBehov) or (isinstance(value, Mapping) and "team" in value):
        return "teambehov"
    return "platsbehov"


Behov = Annotated[
    Annotated[TeamBehov, Tag("teambehov")] | Annotated[PlatsBehov, Tag("platsbehov")],
    Discriminator(_behov_tag),
]
UNION_TAGS = {"team", "boende", "extern", "teambehov", "platsbehov"}
"""Names that pydantic puts into the path of an error though they are not in the file."""


class Uppfoljning(Modell):
    team: Namn
    vikt: Positivt


class Avslut(Modell):
    """Closing work: the stay runs on, and costs, until its team has done it. `tid` in days."""

    team: Namn
    vikt: Positivt
    tid: Dygn


class Frist(Modell):
    dagar: Positivt
    fran: Literal["begaran", "start"] = "begaran"


class TarTillbaka(Modell):
    tid: Dygn


class Avvikande(Modell):
    """What differs in an outcome for one målgrupp or in one resource; what is not given is as in the outcome."""

    andel: Andel | None = None
    tid: Dygn | None = None
    nasta: Annotated[dict[Namn, Andel], Field(min_length=1)] | None = None


class Utfall(Modell):
    """One way a stay can end: its share, length and routing. `kvar` and `avslut` override the steg's own.

    `malgrupper` and `resurser` say what differs by målgrupp and by the resource in which the stay begins; where both
    speak of the same thing, the resource's word counts.
    """

    andel: Andel = 1.0
    tid: Dygn
    nasta: Annotated[dict[Namn, Andel], Field(min_length=1)]
    kvar: bool | None = None
    avslut: bool = True
    malgrupper: dict[Namn, Avvikande] = {}
    resurser: dict[Namn, Avvikande] = {}

    def resolved(self, malgrupp: str, resurs: str) -> Utfall:
        """The outcome as it is for a målgrupp in a resource."""
        changed: dict[str, Any] = {}
        for other in (self.malgrupper.get(malgrupp), self.resurser.get(resurs)):
            if other is not None:
                changed |= {key: value for key, value in other if value is not None}
        return self.model_copy(update=changed)


class Tyngd(Modell):
    """Correlations of a case's latent weight with its length of stay, its price and *not* being hemmamöjlig."""

    langd: Korrelation = 0.0
    pris: Korrelation = 0.0
    hemma: Korrelation = 0.0


class TillAlder(Modell):
    """A stay ends at the latest when the case reaches an age, with a routing of its own."""

    ar: Annotated[float, Field(strict=True, gt=0, le=120)]
    nasta: Annotated[dict[Namn, Andel], Field(min_length=1)]


class Vantekostnad(Modell):
    """Kronor for each day of waiting from day `fran_dag` (0 = at once)."""

    kr_per_dag: Icke_negativt
    fran_dag: Icke_negativt = 0.0


class Timmar(Modell):
    """Care by the hour: so many hours a month while the stay lasts."""

    per_manad: Icke_negativt
    pris_per_timme: Icke_negativt


class Steg(Modell):
    """What happens to a case: what it needs, how long it takes, where it goes.

    `bistand_kr_per_manad` (kr per household and calendar month) makes it economic assistance, paid for days in the steg
    except those in an own place: a beredskapsplats with benefit as reserv ends the benefit. `bistand_pa_plats: true`
    pays there too. `oppenvard`: whether it counts as öppenvård; if not said, where it needs nothing, gives no benefit,
    and is followed up or has hours.
    """

    namn: Text
    behov: Behov | None = None
    uppfoljning: Uppfoljning | None = None
    avslut: Avslut | None = None
    kvar: bool = False
    prio: int = 0
    prio_malgrupper: dict[Namn, int] = {}
    tyngd: Tyngd | None = None
    till_alder: TillAlder | None = None
    arbetsdagar: bool = False
    under_vantan: Vantekostnad | None = None
    sarskild_avgift: Vantekostnad | None = None
    timmar: Timmar | None = None
    frist: Frist | None = None
    ej_verkstallt_efter: Positivt | None = None
    tar_tillbaka: TarTillbaka | None = None
    nasta_vid_avhopp: Namn | None = None
    takt: Positivt = 1.0
    bistand_kr_per_manad: Icke_negativt | None = None
    bistand_pa_plats: bool = False
    oppenvard: bool | None = None
    utfall: Annotated[dict[Namn, Utfall], Field(min_length=1)]


class Kohort(Modell):
    """A dated batch: so many cases arrive on a day, of a målgrupp or as the inflow's own mix."""

    datum: Datum
    antal: Antal
    malgrupp: Namn | None = None


class Inflode(Modell):
    """Who arrives: `per_ar` cases a year of 365.25 days, with season, trend and random month and year effects.

    `syskon`: shares of 1, 2, 3 … who arrive together (at most 8); `per_ar` counts cases, not groups. `alder`: age in
    years at arrival, by målgrupp.
    """

    namn: Text
    per_ar: Mangd
    forsta_steg: Namn
    malgrupper: Annotated[dict[Namn, Andel], Field(min_length=1)] = {"alla": 1.0}
    sasong: Manadsfaktorer = ETTOR
    trend_per_ar: Annotated[float, Field(strict=True, gt=-1, lt=1)] = 0.0
    overspridning: Annotated[float, Field(strict=True, ge=1)] = 1.0
    arseffekt: Arseffekt | None = None
    kohorter: dict[Namn, Kohort] = {}
    syskon: Annotated[tuple[Andel, ...], Field(min_length=1, max_length=8)] = (1.0,)
    alder: dict[Namn, Fordelning] = {}


class Paverkan(Modell):
    """How a driver moves a verksamhet: elasticity of the volume, and the share of it that acts on the inflow."""

    elasticitet: Tal
    andel_inflode: Andel
    lag_dagar: Icke_negativt = 0.0
    inflode: tuple[Namn, ...] = ()
    steg: tuple[Namn, ...] = ()


Kostnadsslag = Literal[
    "egna_platser",
    "extern",
    "bistand",
    "timmar",
    "handlaggare",
    "vantan",
    "avgift",
    "investering",
    "intakter",
    "ovrigt",
]


class Investering(Modell):
    """An outlay spread evenly over its years from its first day."""

    tkr: Icke_negativt
    fran: Datum
    ar: Positivt


class Verksamhet(Modell):
    """`prisindex` multiplies simulated costs but fees and investments; `intakt_tkr` a year lowers nettokostnad."""

    namn: Text
    inflode: Annotated[dict[Namn, Inflode], Field(min_length=1)]
    steg: Annotated[dict[Namn, Steg], Field(min_length=1)]
    drivare: dict[Namn, Paverkan] = {}
    budget_tkr: dict[Kostnadsslag, Tal] = {}
    prisindex: Positivt = 1.0
    intakt_tkr: Icke_negativt = 0.0
    investeringar: dict[Namn, Investering] = {}
    ovrigt_tkr: Tal = 0.0


class Andring(Modell):
    """A dated change of one number: from the start of `fran` through the whole of `till`.

    `orsak` names the cause that the change is part of, where what several changes do is to be told together.
    """

    mal: Text
    satt: Tal | None = None
    plus: Tal | None = None
    ganger: Tal | None = None
    fran: Datum | None = None
    till: Datum | None = None
    motpart: Text | None = None
    orsak: Text | None = None

    @model_validator(mode="after")
    def _one_operation(self) -> Andring:
        if sum(value is not None for value in (self.satt, self.plus, self.ganger)) != 1:
            raise ValueError("ange precis ett av satt, plus och ganger")
        if self.fran and self.till and self.till < self.fran:
            raise ValueError(f"till ({self.till}) ligger före fran ({self.fran})")
        return self


class Scenario(Modell):
    """A what-if: a named list of dated changes. `forbehall` says what its answer rests on; `id` is its file's name."""

    id: Namn
    namn: Text
    motiv: Text
    forbehall: str | None = None
    andringar: Annotated[tuple[Andring, ...], Field(min_length=1)]


class Kommun(Modell):
    """One municipality from 1 January of the basår, or from `startdag` in it, to the end of `slut`.

    `uppvarmning_ar`: where no stock is known, years that are simulated before the start, from an empty system.
    """

    id: Namn
    namn: Text
    kommunkod: Annotated[str, Field(strict=True, pattern=r"^\d{4}$")] | None = None
    basar: Annotated[int, Field(strict=True, ge=2001, le=2150)]
    slut: Datum
    startdag: Datum | None = None
    uppvarmning_ar: Annotated[int, Field(strict=True, ge=0, le=50)] = 0
    drivare: dict[Namn, Drivare] = {}
    resurser: dict[Namn, Resurs]
    verksamheter: Annotated[dict[Namn, Verksamhet], Field(min_length=1)]
    nulage: dict[Namn, Nulage] = {}
    planerat: dict[Namn, Andring] = {}
    kallor: dict[Namn, Kalla]

    @property
    def start(self) -> date:
        """Day 0, from which the kommun is measured."""
        return self.startdag or self.arets_borjan

    @property
    def arets_borjan(self) -> date:
        """From then on the kommun is described, and dates can be given."""
        return date(self.basar, 1, 1)

    @property
    def borjan(self) -> date:
        """The first simulated day: that of the warm-up, or the start."""
        return self.start.replace(year=self.start.year - self.uppvarmning_ar)
