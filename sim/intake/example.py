"""Made-up municipalities whose truth is known: kommuner that our own engine simulates, to be told again as lists.

Each has barn och ungdom (anmälan → förhandsbedömning → utredning → placement), missbruk (ansökan → utredning → own or
bought places), socialpsykiatri (placements without a list of cases) and försörjningsstöd. Lengths, inflow, season,
trend, elasticity, shares and prices are drawn by seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sim.config import Kommun
from sim.config_resurser import DAYS_PER_YEAR
from sim.distributions import mean
from sim.durations import from_config
from sim.loading import checked_kommun
from sim.units import Fordelning

Draw = np.random.Generator
Content = dict[str, Any]
FIRST_YEAR = 2017
YEARS = 8
WARM_UP = 20
"""Years simulated before the lists begin: nearly all who came earlier have left."""
SERIES_BEFORE = 3
"""Years before the lists for which unemployment is told, for the lags."""
SCHOOL_YEAR = (1.03, 1.02, 1.08, 1.02, 1.12, 1.02, 0.66, 0.85, 1.04, 1.08, 1.09, 0.99)
BENEFIT_YEAR = (1.10, 0.98, 1.00, 0.97, 0.96, 1.08, 1.10, 1.02, 0.96, 0.95, 0.93, 0.95)
EVEN = (1.0,) * 12
VACATION = [0.97, 0.94, 0.97, 0.95, 0.96, 0.92, 0.75, 0.85, 0.98, 0.97, 0.95, 0.90]
FAMILIES = ("lognormal", "weibull", "gamma", "exponential")


@dataclass(frozen=True)
class Size:
    """How large a municipality, and how full. `benefit`: households for each case, over what is ordinary.

    `slack`: capacity of teams and own places over their mean load at the end; from 1.6 on hardly anybody waits, so
    that lengths and shares in the lists are the configured ones.
    """

    volume: float = 1.0
    slack: float = 1.8
    benefit: float = 1.0


def example_kommun(seed: int, ar: int = YEARS, fran: int = FIRST_YEAR, size: Size | None = None) -> Kommun:
    """A municipality whose numbers are the truth of its lists (`example_lists`) over the years fran … fran + ar − 1.

    Its basår is `fran`: `per_ar` holds there, at the driver's `bas`, and grows by the trend. Same seed, same kommun.
    """
    rng = np.random.default_rng([seed, 17])
    size = size or Size()
    series = unemployment(rng, fran - SERIES_BEFORE, fran + ar - 1)
    bas = float(np.mean([value for day, value in series.items() if day.year >= fran]))
    driver = {"namn": "Arbetslöshet i kommunen", "omrade": "kommun", "bas": round(bas, 4), "varde": series}
    verksamheter: Content = {}
    resurser: Content = {}
    for part in (_children, _addiction, _psychiatry, _benefit):
        part(_Maker(rng, size, ar, verksamheter, resurser))
    return checked_kommun(
        {
            "id": "exempelby",
            "namn": "Exempelby",
            "basar": fran,
            "slut": date(fran + ar - 1, 12, 31),
            "uppvarmning_ar": WARM_UP,
            "drivare": {"arbetsloshet": driver},
            "resurser": resurser,
            "verksamheter": verksamheter,
            "kallor": {"exempel": {"galler": ["**"], "typ": "egna_data", "text": "Påhittat: sanningen i exempeldata."}},
        }
    )


def unemployment(rng: Draw, first: int, last: int) -> dict[date, float]:
    """Share of the labour force by month: slow waves, a crisis, a little season, rounded to hundredths of a percent."""
    month = np.arange(12 * (last - first + 1))
    wave = 0.16 * np.sin(2 * np.pi * (month / rng.uniform(60, 100) + rng.random()))
    since = month - rng.uniform(0.4, 0.8) * len(month)
    after = np.maximum(since, 0.0)
    crisis = rng.uniform(0.15, 0.35) * (1 - np.exp(-after / 2)) * np.exp(-after / rng.uniform(10, 24))
    noise = np.zeros(len(month))
    for at in month[1:]:
        noise[at] = 0.9 * noise[at - 1] + 0.015 * rng.normal()
    season = 0.02 * np.cos(2 * np.pi * (month % 12) / 12)
    values = rng.uniform(0.05, 0.10) * np.exp(wave + crisis + noise + season)
    return {date(first + at // 12, at % 12 + 1, 1): round(float(values[at]), 4) for at in month.tolist()}


@dataclass(frozen=True)
class _Maker:
    """What is drawn, and where it is put."""

    rng: Draw
    size: Size
    years: int
    verksamheter: Content
    resurser: Content

    def within(self, low: float, high: float, digits: int = 3) -> float:
        return round(float(self.rng.uniform(low, high)), digits)

    def length(
        self, low: float, high: float, cv: tuple[float, float] = (0.6, 1.2), families: Sequence[str] = FAMILIES
    ) -> Content:
        """A length of mean between `low` and `high`, of one of the families."""
        family, medel = str(self.rng.choice(families)), self.within(low, high, 0 if low > 50 else 1)
        return {
            "fordelning": family,
            "medel": medel,
            **({} if family == "exponential" else {"cv": self.within(*cv, 2)}),
        }

    def two_kinds(self, share: tuple[float, float], short: tuple[float, float], long: tuple[float, float]) -> Content:
        """A length of a short and a long population; `share` of the short one."""
        andel = self.within(*share)
        kort = {
            "andel": andel,
            "fordelning": "lognormal",
            "medel": self.within(*short, 0),
            "cv": self.within(0.5, 0.8, 2),
        }
        lang = {
            "andel": 1 - andel,
            "fordelning": "lognormal",
            "medel": self.within(*long, 0),
            "cv": self.within(0.5, 0.8, 2),
        }
        return {"fordelning": "blandning", "delar": {"kort": kort, "lang": lang}}

    def inflow(
        self, namn: str, per_ar: tuple[float, float], first: str, season: Sequence[float], **more: Any
    ) -> Content:
        noise = np.exp(self.rng.normal(0.0, 0.03, 12)) * np.array(season)
        inflode: Content = {
            "namn": namn,
            "per_ar": self.within(self.size.volume * per_ar[0], self.size.volume * per_ar[1], 0),
            "forsta_steg": first,
            "sasong": [round(float(factor), 3) for factor in noise / noise.mean()],
            "trend_per_ar": self.within(-0.02, 0.04),
            "overspridning": self.within(1.0, 2.0, 2),
            **more,
        }
        cv = self.within(0.02, 0.08)
        if self.rng.random() < 0.5:
            inflode["arseffekt"] = {"cv": cv, "rho": 0.3}
        return inflode

    def driver(self, inflode: str, elasticity: tuple[float, float], steg: Sequence[str] = ()) -> Content:
        """How unemployment moves an inflow; and, in some municipalities, how long people stay in `steg`."""
        on_inflow = self.within(0.5, 0.8, 2) if steg and self.rng.random() < 0.3 else 1.0
        return {
            "arbetsloshet": {
                "elasticitet": self.within(*elasticity, 2),
                "andel_inflode": on_inflow,
                "lag_dagar": float(self.rng.integers(3, 11) * 30),
                "inflode": [inflode],
                "steg": list(steg) if on_inflow < 1 else [],
            }
        }

    def capacity(self, per_year: float, inflode: Content, days: float) -> int:
        """Room for so many a year who each stay so many days, with the slack that is asked for, also at the end."""
        growth = max(1.0, (1 + float(inflode["trend_per_ar"])) ** self.years)
        return max(math.ceil(self.size.slack * growth * per_year * days / DAYS_PER_YEAR), 2)

    def bought(self, area: str, key: str, namn: str, price: tuple[float, float]) -> None:
        cost = {"medel": self.within(*price, 0), "cv": self.within(0.25, 0.6, 2)}
        self.resurser[key] = {"typ": "extern", "namn": namn, "verksamhet": area, "dygnskostnad_kr": cost}

    def own(self, area: str, key: str, namn: str, places: int, **cost: float) -> None:
        self.resurser[key] = {"typ": "boende", "namn": namn, "verksamhet": area, "platser": places, **cost}

    def team(self, area: str, key: str, namn: str, cases: int, ceiling: int) -> None:
        """Handläggare for so many weighted cases."""
        present = 0.75 * 0.93
        self.resurser[key] = {
            "typ": "team",
            "namn": namn,
            "verksamhet": area,
            "arsarbetare": math.ceil(cases / ceiling / present),
            "arendetak": ceiling,
            "sjukfranvaro": 0.07,
            "semesterprofil": VACATION,
            "lon_tkr": float(self.rng.integers(58, 70) * 10),
        }


def _steg(namn: str, tid: Content, nasta: Content, **more: Any) -> Content:
    malgrupper = more.pop("malgrupper", {})
    return {"namn": namn, "utfall": {"klar": {"tid": tid, "nasta": nasta, "malgrupper": malgrupper}}, **more}


def _decided(leads_to: Content, back: float) -> Content:
    """Routing of a decision: the rest is closed, and a share `back` of those return after some time at home."""
    rest = 1 - sum(leads_to.values())
    return {**leads_to, "hemma": back * rest, "avslut": (1 - back) * rest}


def _days(*lengths: tuple[float, Content]) -> float:
    """The mean of lengths by weight."""
    parts = [(weight, mean(from_config(Fordelning.model_validate(tid)))) for weight, tid in lengths]
    return sum(weight * days for weight, days in parts) / sum(weight for weight, _ in parts)


def _children(make: _Maker) -> None:
    area, team = "barn_och_ungdom", "handlaggare_barn"
    groups = {"barn": (unga := make.within(0.35, 0.5)) and 1 - unga, "unga": unga}
    inflode = make.inflow("Orosanmälningar", (350, 800), "forhandsbedomning", SCHOOL_YEAR, malgrupper=groups)
    opened, back = make.within(0.35, 0.6), make.within(0.12, 0.3)
    leads = {"oppenvard": 0.3, "familjehem": make.within(0.08, 0.14), "hvb": make.within(0.03, 0.06)}
    leads_unga = {"oppenvard": 0.3, "familjehem": make.within(0.04, 0.08), "hvb": make.within(0.14, 0.24)}
    utredning = make.length(75, 115, (0.3, 0.5), ("lognormal", "gamma"))
    stay, stay_unga = make.length(700, 1100, (0.7, 1.1)), make.length(350, 550, (0.6, 0.9))
    follow = {"uppfoljning": {"team": team, "vikt": 0.3}}
    steg = {
        "forhandsbedomning": _steg(
            "Förhandsbedömning", make.length(7, 11, (0.5, 0.8), ("lognormal",)), _decided({"utredning": opened}, back)
        ),
        "utredning": _steg(
            "Utredning",
            utredning,
            _decided(leads, back),
            malgrupper={"unga": {"nasta": _decided(leads_unga, back)}},
            behov={"team": team, "vikt": 1.0},
            frist={"dagar": 120, "fran": "begaran"},
        ),
        "oppenvard": _steg("Öppenvård", make.length(120, 200), {"avslut": 1.0}, oppenvard=True),
        "familjehem": _steg(
            "Familjehem",
            stay,
            {"hvb": (onward := make.within(0.03, 0.08)), "avslut": 1 - onward},
            malgrupper={"unga": {"tid": stay_unga}},
            behov={"plats": ["familjehem"]},
            **follow,
        ),
        "hvb": _steg(
            "HVB",
            hvb := make.two_kinds((0.2, 0.4), (35, 70), (210, 330)),
            {"familjehem": (onward := make.within(0.08, 0.2)), "avslut": 1 - onward},
            behov={"plats": ["hvb_barn"]},
            **follow,
        ),
        "hemma": _steg("Hemma efter avslut", make.length(150, 300), {"forhandsbedomning": 1.0}),
    }
    investigated = inflode["per_ar"] * opened * 1.3
    fostered, homes = 0.13 * investigated, 0.14 * investigated
    make.own(
        area, "familjehem", "Familjehem", make.capacity(fostered, inflode, _days((1, stay))),
        rorlig_kostnad_kr_per_dygn=make.within(900, 1200, 0),
    )  # fmt: skip
    make.bought(area, "hvb_barn", "HVB för barn och unga", (3500, 6500))
    cases = make.capacity(investigated, inflode, _days((1, utredning)))
    placed = make.capacity(fostered, inflode, _days((1, stay))) + make.capacity(homes, inflode, _days((1, hvb)))
    make.team(area, team, "Handläggare barn", cases + math.ceil(0.3 * placed), 16)
    make.verksamheter[area] = {"namn": "Barn och ungdom", "inflode": {"anmalan": inflode}, "steg": steg}


def _addiction(make: _Maker) -> None:
    area, team = "missbruk", "handlaggare_vuxna"
    groups = {"unga_vuxna": (young := make.within(0.2, 0.4)), "vuxna": 1 - young}
    inflode = make.inflow("Ansökningar", (130, 280), "utredning", EVEN, malgrupper=groups)
    leads = {"stodboende": make.within(0.15, 0.3), "hvb": make.within(0.15, 0.25)}
    utredning, stay = make.length(30, 60, (0.4, 0.7), ("lognormal", "gamma")), make.length(250, 450)
    home = make.within(0.6, 0.85)
    behov = {
        "plats": ["stodboende_linden"],
        "reserv": "stodboende_kopt",
        "vanta_hogst_dagar": 14,
        "hemmamojlig": {"andel": home},
    }
    follow = {"uppfoljning": {"team": team, "vikt": 0.3}}
    steg = {
        "utredning": _steg(
            "Utredning", utredning, _decided(leads, make.within(0.15, 0.35)), behov={"team": team, "vikt": 1.0}
        ),
        "stodboende": _steg("Stödboende", stay, {"avslut": 1.0}, behov=behov, **follow),
        "hvb": _steg(
            "HVB",
            make.length(100, 180),
            {"stodboende": (onward := make.within(0.15, 0.3)), "avslut": 1 - onward},
            behov={"plats": ["hvb_vuxna"]},
            tyngd={"langd": 0.3, "pris": 0.3} if make.rng.random() < 0.5 else None,
            **follow,
        ),
        "hemma": _steg("Hemma efter avslut", make.length(200, 350), {"utredning": 1.0}),
    }
    housed = (leads["stodboende"] + leads["hvb"] * onward) * inflode["per_ar"] * 1.2
    places = make.capacity(home * housed, inflode, _days((1, stay)))
    make.own(
        area,
        "stodboende_linden",
        "Stödboende Linden",
        places,
        fast_kostnad_kr_per_plats_och_dygn=make.within(700, 1000, 0),
    )
    make.bought(area, "stodboende_kopt", "Stödboende, köpt", (1400, 2200))
    make.bought(area, "hvb_vuxna", "HVB för vuxna", (2400, 3800))
    cases = make.capacity(1.2 * inflode["per_ar"], inflode, _days((1, utredning)))
    placed = make.capacity(housed + leads["hvb"] * inflode["per_ar"] * 1.2, inflode, _days((1, stay)))
    make.team(area, team, "Handläggare vuxna", cases + math.ceil(0.3 * placed), 18)
    make.verksamheter[area] = {
        "namn": "Missbruk och beroende",
        "inflode": {"ansokan": inflode},
        "steg": steg,
        "drivare": make.driver("ansokan", (0.0, 0.6)),
    }


def _psychiatry(make: _Maker) -> None:
    """Placements only: no list of cases explains them."""
    area = "socialpsykiatri"
    inflode = make.inflow("Beslut om boende", (18, 40), "gruppbostad", EVEN)
    stay = make.length(350, 700)
    home = make.within(0.6, 0.8)
    behov = {
        "plats": ["gruppbostaden_eken"],
        "reserv": "gruppbostad_kopt",
        "vanta_hogst_dagar": 30,
        "hemmamojlig": {"andel": home},
    }
    places, cost = make.capacity(home * inflode["per_ar"], inflode, _days((1, stay))), make.within(1500, 2200, 0)
    make.own(area, "gruppbostaden_eken", "Gruppbostaden Eken", places, fast_kostnad_kr_per_plats_och_dygn=cost)
    make.bought(area, "gruppbostad_kopt", "Gruppbostad, köpt", (2200, 3600))
    make.verksamheter[area] = {
        "namn": "Socialpsykiatri",
        "inflode": {"beslut": inflode},
        "steg": {"gruppbostad": _steg("Gruppbostad", stay, {"avslut": 1.0}, behov=behov)},
    }


def _benefit(make: _Maker) -> None:
    area, team = "forsorjningsstod", "handlaggare_bistand"
    households = make.size.benefit
    inflode = make.inflow("Nya hushåll", (180 * households, 420 * households), "bistand", BENEFIT_YEAR)
    tid = make.two_kinds((0.5, 0.7), (70, 130), (450, 800))
    back = make.within(0.25, 0.4)
    steg = {
        "bistand": _steg(
            "Försörjningsstöd",
            tid,
            {"uppehall": back, "avslut": 1 - back},
            uppfoljning={"team": team, "vikt": 1.0},
            bistand_kr_per_manad=make.within(7500, 10500, 0),
        ),
        "uppehall": _steg("Utan försörjningsstöd", make.length(130, 260), {"bistand": 1.0}),
    }
    there = make.capacity(inflode["per_ar"] / (1 - back), inflode, _days((1, tid)))
    make.team(area, team, "Handläggare bistånd", there, 50)
    make.verksamheter[area] = {
        "namn": "Försörjningsstöd",
        "inflode": {"nya": inflode},
        "steg": steg,
        "drivare": make.driver("nya", (0.3, 1.2), ["bistand"]),
    }
