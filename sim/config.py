"""A kommun as frozen, validated data: every number with its unit and bounds.

Units: days (dygn) for times, kronor unless the name says tkr, shares between 0 and 1. Times count from
1 January of the basår. What refers to what is checked in `validation`, sources in `sources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

AVSLUT = "avslut"
"""The routing target that leaves the system."""


def _as_date(value: Any) -> Any:
    """YAML gives a date, Hydra gives text: accept both, only in ISO form."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value


Tal = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positivt = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Icke_negativt = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Andel = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Antal = Annotated[int, Field(strict=True, ge=0)]
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
    cv: Positivt | None = None
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
        if self.median and self.p90 and self.p90 <= self.median:
            raise ValueError("p90 måste vara större än median")
        if self.delar and abs(sum(part.andel for part in self.delar.values()) - 1) > 1e-9:
            raise ValueError(f"delarnas andelar ska bli 1, blir {sum(p.andel for p in self.delar.values()):g}")
        if self.varden and self.andelar:
            if len(self.varden) != len(self.andelar):
                raise ValueError("varden och andelar ska vara lika många")
            if abs(sum(self.andelar) - 1) > 1e-9:
                raise ValueError(f"andelarna ska bli 1, blir {sum(self.andelar):g}")
        return self


class BlandningsDel(Fordelning):
    """One population of a mixture, with its share."""

    andel: Andel
    fordelning: Literal["konstant", "exponential", "lognormal", "weibull", "gamma"] = "lognormal"


Dygn = Fordelning


class Arseffekt(Modell):
    """Good and bad years: a lognormal factor of mean 1 with coefficient of variation `cv`, autocorrelation `rho`."""

    cv: Icke_negativt
    rho: Annotated[float, Field(strict=True, ge=0, lt=1)] = 0.0


class Drivare(Modell):
    """Something outside that moves the inflow, e.g. unemployment. `varde` is a number or a dated path."""

    namn: Text
    omrade: Literal["riket", "kommun"]
    bas: Positivt
    varde: Positivt | dict[Datum, Positivt]


class Team(Modell):
    """Handläggare. Capacity = årsarbetare × ärendetak × (1 − sjukfrånvaro − vakans) × semesterprofil, in open cases."""

    typ: Literal["team"]
    namn: Text
    verksamhet: Namn
    arsarbetare: Icke_negativt
    arendetak: Positivt
    sjukfranvaro: Andel = 0.0
    vakans: Andel = 0.0
    semesterprofil: Manadsfaktorer = ETTOR
    lon_tkr: Icke_negativt = 0.0
    avslut_samtidiga: Icke_negativt = 0.5


class Boende(Modell):
    """Own places: paid for whether used or not (max of capacity and occupied).

    `vardplats: false` for leases and the like, which are places to queue for but no care: no part of hemmaplan.
    """

    typ: Literal["boende"]
    namn: Text
    verksamhet: Namn
    platser: Icke_negativt
    vardplats: bool = True
    fast_kostnad_kr_per_plats_och_dygn: Icke_negativt = 0.0
    rorlig_kostnad_kr_per_dygn: Icke_negativt = 0.0


class Pris(Modell):
    """Kronor per dygn: mean over dygn, and CV between placements."""

    medel: Icke_negativt
    cv: Icke_negativt = 0.0


class Extern(Modell):
    """Bought places, unlimited unless `tak` is given."""

    typ: Literal["extern"]
    namn: Text
    verksamhet: Namn
    dygnskostnad_kr: Pris
    tak: Icke_negativt | None = None
    arseffekt: Arseffekt | None = None


Resurs = Annotated[Team | Boende | Extern, Field(discriminator="typ")]


class TeamBehov(Modell):
    team: Namn
    vikt: Positivt = 1.0


class Hemmamojlig(Modell):
    """Share of the cases that can be helped at home; `malgrupper` overrides it by målgrupp."""

    andel: Andel
    malgrupper: dict[Namn, Andel] = {}


class Hemtagning(Modell):
    """Taking home from the reserv: earliest after so many days, with so many days of notice to the seller."""

    tidigast_dagar: Icke_negativt = 0.0
    uppsagning_dagar: Icke_negativt = 0.0
    prio: Literal["sist", "tur", "forst"] = "sist"


class PlatsBehov(Modell):
    """An ordered list of places; after `vanta_hogst_dagar` (none = for ever) the reserv."""

    plats: Annotated[tuple[Namn, ...], Field(min_length=1)]
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


class Utfall(Modell):
    """One way a stay can end: its share, length and routing. `kvar` and `avslut` override the steg's own."""

    andel: Andel = 1.0
    tid: Dygn
    nasta: Annotated[dict[Namn, Andel], Field(min_length=1)]
    kvar: bool | None = None
    avslut: bool = True


class Steg(Modell):
    """What happens to a case: what it needs, how long it takes, where it goes."""

    namn: Text
    behov: Behov | None = None
    uppfoljning: Uppfoljning | None = None
    avslut: Avslut | None = None
    kvar: bool = False
    prio: int = 0
    frist: Frist | None = None
    ej_verkstallt_efter: Positivt | None = None
    tar_tillbaka: TarTillbaka | None = None
    nasta_vid_avhopp: Namn | None = None
    takt: Positivt = 1.0
    bistand_kr_per_manad: Icke_negativt | None = None
    utfall: Annotated[dict[Namn, Utfall], Field(min_length=1)]


class Inflode(Modell):
    """Who arrives: `per_ar` cases a year of 365.25 days, with season, trend and random month and year effects."""

    namn: Text
    per_ar: Icke_negativt
    forsta_steg: Namn
    malgrupper: Annotated[dict[Namn, Andel], Field(min_length=1)] = {"alla": 1.0}
    sasong: Manadsfaktorer = ETTOR
    trend_per_ar: Annotated[float, Field(strict=True, gt=-1, lt=1)] = 0.0
    overspridning: Annotated[float, Field(strict=True, ge=1)] = 1.0
    arseffekt: Arseffekt | None = None


class Paverkan(Modell):
    """How a driver moves a verksamhet: elasticity of the volume, and the share of it that acts on the inflow."""

    elasticitet: Tal
    andel_inflode: Andel
    lag_dagar: Icke_negativt = 0.0
    inflode: tuple[Namn, ...] = ()
    steg: tuple[Namn, ...] = ()


Kostnadsslag = Literal["egna_platser", "extern", "bistand", "handlaggare", "ovrigt"]


class Verksamhet(Modell):
    namn: Text
    inflode: Annotated[dict[Namn, Inflode], Field(min_length=1)]
    steg: Annotated[dict[Namn, Steg], Field(min_length=1)]
    drivare: dict[Namn, Paverkan] = {}
    budget_tkr: dict[Kostnadsslag, Tal] = {}
    ovrigt_tkr: Tal = 0.0


class Bestand(Modell):
    """How many are in a steg, by resource, on the first day; `hemmamojliga` of those in a reserv queue for home."""

    antal: Antal
    hemmamojliga: Antal = 0


class Blockerade(Modell):
    """Of the stock in `steg` and resource `i`: so many have finished and wait for `till`, since `vantat` days."""

    steg: Namn
    i: Namn
    till: Namn
    antal: Antal
    vantat: Dygn


class Ko(Modell):
    antal: Antal
    vantat: Dygn


class Nulage(Modell):
    """Today's stock. `i_steg` by steg and resource (`utan_resurs` for a steg that needs nothing)."""

    i_steg: dict[Namn, dict[Namn, Bestand]] = {}
    blockerade: dict[Namn, Blockerade] = {}
    ko: dict[Namn, Ko] = {}


UTAN_RESURS = "utan_resurs"


class Andring(Modell):
    """A dated change of one number: from the start of `fran` through the whole of `till`."""

    mal: Text
    satt: Tal | None = None
    plus: Tal | None = None
    ganger: Tal | None = None
    fran: Datum | None = None
    till: Datum | None = None
    motpart: Text | None = None

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


class Kalla(Modell):
    """Where numbers come from. `galler` are patterns of paths: `*` is one name, `**` any number of names."""

    galler: Annotated[tuple[Text, ...], Field(min_length=1)]
    typ: Literal["dokument", "egna_data", "nationell", "lag", "kalibrerad", "antagande"]
    text: Text
    kalla: str | None = None
    spann: tuple[Tal, Tal] | None = None
    spann_relativt: tuple[Positivt, Positivt] | None = None
    mot: tuple[Text, ...] | None = None

    @model_validator(mode="after")
    def _range(self) -> Kalla:
        if self.typ == "antagande" and (self.spann is None) == (self.spann_relativt is None):
            raise ValueError("ett antagande ska ha ett spann: ange spann (värden) eller spann_relativt (faktorer)")
        if self.typ == "kalibrerad" and not self.mot:
            raise ValueError("ett kalibrerat värde ska säga vilka siffror det är inpassat mot: ange mot")
        for low_high in (self.spann, self.spann_relativt):
            if low_high and low_high[0] > low_high[1]:
                raise ValueError(f"spannets nedre gräns {low_high[0]:g} är större än dess övre {low_high[1]:g}")
        return self


class Kommun(Modell):
    """One municipality from 1 January of the basår to the end of `slut`."""

    id: Namn
    namn: Text
    kommunkod: Annotated[str, Field(strict=True, pattern=r"^\d{4}$")] | None = None
    basar: Annotated[int, Field(strict=True, ge=2001, le=2150)]
    slut: Datum
    drivare: dict[Namn, Drivare] = {}
    resurser: dict[Namn, Resurs]
    verksamheter: Annotated[dict[Namn, Verksamhet], Field(min_length=1)]
    nulage: dict[Namn, Nulage] = {}
    planerat: dict[Namn, Andring] = {}
    kallor: dict[Namn, Kalla]

    @property
    def start(self) -> date:
        return date(self.basar, 1, 1)
