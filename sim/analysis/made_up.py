"""Made-up kommuner whose truth is known: what happens in them, what a document publishes, and what is to be fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.config import Kommun
from sim.config_kalibrering import Fri, Kalibrering
from sim.config_resurser import DAYS_PER_YEAR
from sim.loading import checked_kommun
from sim.reconcile import Line, Uppgift
from sim.trials import Bench, Floats

YEAR = 2018
WRONG = 0.35
"""How far ln of the number that the fit starts from lies from the true one (standard deviation)."""
REACH = 6.0
"""The fit may seek a number this many times larger or smaller than where it starts."""
SECOND = 1 / 3
"""Share of the kommuner that have two verksamheter."""
Draw = np.random.Generator


class Figure(NamedTuple):
    """A published figure of a verksamhet. `faktor`: kronor are published in tkr."""

    matt: str
    del_: str = ""
    faktor: float = 1.0


class Known(NamedTuple):
    """What the document publishes of a verksamhet, and which numbers are fitted to it."""

    figures: tuple[str, ...]
    free: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A sort of verksamhet. `free`: where its numbers stand ({v} is the verksamhet); `rest`: what a share leaves."""

    figures: Mapping[str, Figure]
    free: Mapping[str, str]
    published: tuple[Known, ...]
    rest: Mapping[str, str]


STEG = "verksamheter.{v}.steg"
KINDS: Mapping[str, Kind] = {
    "köpt vård": Kind(
        {
            "dygn": Figure("varddygn", "{v}_kopt"),
            "kostnad": Figure("kostnad", "extern", 0.001),
            "påbörjade": Figure("startade", "vard"),
        },
        {
            "inflöde": "verksamheter.{v}.inflode.nya.per_ar",
            "längd": STEG + ".vard.utfall.klar.tid.medel",
            "pris": "resurser.{v}_kopt.dygnskostnad_kr.medel",
        },
        (
            Known(("dygn",), ("inflöde", "längd")),
            Known(("kostnad",), ("inflöde", "pris")),
            Known(("dygn", "kostnad"), ("inflöde", "pris")),
            Known(("dygn", "påbörjade"), ("inflöde", "längd")),
            Known(("dygn", "påbörjade", "kostnad"), ("inflöde", "längd", "pris")),
        ),
        {},
    ),
    "egna och köpta platser": Kind(
        {
            "egna dygn": Figure("varddygn", "{v}_egen"),
            "köpta dygn": Figure("varddygn", "{v}_kopt"),
            "kostnad": Figure("kostnad", "extern", 0.001),
            "påbörjade": Figure("startade", "vard"),
        },
        {
            "inflöde": "verksamheter.{v}.inflode.nya.per_ar",
            "längd": STEG + ".vard.utfall.klar.tid.medel",
            "hemmamöjliga": STEG + ".vard.behov.hemmamojlig.andel",
            "väntan": STEG + ".vard.behov.vanta_hogst_dagar",
            "pris": "resurser.{v}_kopt.dygnskostnad_kr.medel",
        },
        (
            Known(("egna dygn", "köpta dygn"), ("inflöde", "hemmamöjliga")),
            Known(("egna dygn", "köpta dygn"), ("inflöde", "hemmamöjliga", "väntan")),
            Known(("egna dygn", "köpta dygn", "kostnad"), ("inflöde", "hemmamöjliga", "pris")),
            Known(("egna dygn", "köpta dygn", "påbörjade"), ("inflöde", "längd", "hemmamöjliga")),
            Known(("egna dygn", "köpta dygn", "påbörjade"), ("inflöde", "längd", "hemmamöjliga", "väntan")),
        ),
        {},
    ),
    "bistånd": Kind(
        {
            "bidragsmånader": Figure("bidragsmanader", "vard"),
            "hushåll": Figure("hushall", "vard"),
            "utbetalt": Figure("utbetalt_bistand", "vard", 0.001),
        },
        {
            "inflöde": "verksamheter.{v}.inflode.nya.per_ar",
            "längd": STEG + ".vard.utfall.klar.tid.medel",
            "belopp": STEG + ".vard.bistand_kr_per_manad",
        },
        (
            Known(("bidragsmånader",), ("inflöde", "längd")),
            Known(("utbetalt",), ("inflöde", "belopp")),
            Known(("bidragsmånader", "hushåll"), ("inflöde", "längd")),
        ),
        {},
    ),
    "utredning och vård": Kind(
        {
            "dygn": Figure("varddygn", "{v}_kopt"),
            "påbörjade": Figure("startade", "vard"),
            "utredningar": Figure("startade", "utredning"),
        },
        {
            "inflöde": "verksamheter.{v}.inflode.nya.per_ar",
            "andel": STEG + ".utredning.utfall.klar.nasta.vard",
            "längd": STEG + ".vard.utfall.klar.tid.medel",
        },
        (
            Known(("dygn",), ("inflöde", "andel")),
            Known(("dygn", "utredningar"), ("inflöde", "andel")),
            Known(("dygn", "utredningar", "påbörjade"), ("inflöde", "andel", "längd")),
        ),
        {"andel": STEG + ".utredning.utfall.klar.nasta.avslut"},
    ),
}
SHARES = ("hemmamöjliga", "andel")
FULL = "fyllda"
KEYS = str.maketrans("åäö", "aao")


@dataclass(frozen=True)
class Part:
    """A verksamhet of a made-up kommun: what is published of it, and the true value of each free number.

    `full`: those who can be helped at home, if all were there, over its own places; None where it has none.
    """

    name: str
    kind: str
    known: Known
    truth: Mapping[str, float]
    full: float | None


@dataclass(frozen=True)
class MadeUp:
    """A kommun with its true numbers, and what is to be fitted from other ones. `parts`: in order of the parameters."""

    kommun: Kommun
    plan: Kalibrering
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]

    def published(self, seed: int) -> Floats:
        """What the document would say of one possible year, in whole dygn, months, people and tkr."""
        return np.asarray(np.round(Bench(self.kommun, self.lines, seed, self.kommun.slut).samples({}, 1)[0]))


def parameter(part: str, free: str) -> str:
    """The name of a free number in the calibration."""
    return f"{part}_{free.translate(KEYS)}"


def made_up(rng: Draw, years: tuple[int, int], seed: int) -> MadeUp:
    """One kommun with one or two verksamheter. `years`: possible years behind the figures, and behind their slopes."""
    names = ("a", "b")[: 1 + int(rng.random() < SECOND)]
    chosen = [str(rng.choice(list(KINDS))) for _ in names]
    content: dict[str, Any] = {
        "id": "prov",
        "namn": "Prov",
        "basar": YEAR,
        "slut": f"{YEAR}-12-31",
        "resurser": {},
        "verksamheter": {},
        "kallor": {"prov": {"galler": ["**"], "typ": "egna_data", "text": "påhittat"}},
    }
    before, parts, lines = 1, list[Part](), list[Line]()
    parameters: dict[str, Fri] = {}
    for name, key in zip(names, chosen, strict=True):
        verksamhet, resurser, truth, warmup = _verksamhet(rng, name, key)
        content["verksamheter"][name] = verksamhet
        content["resurser"] |= resurser
        before = max(before, warmup)
        kind = KINDS[key]
        known = kind.published[int(rng.integers(len(kind.published)))]
        parts.append(Part(name, key, known, {free: truth[free] for free in known.free}, truth.get(FULL)))
        parameters |= {parameter(name, free): _free(rng, kind, name, free, truth[free]) for free in known.free}
        lines += [_line(name, figure, kind.figures[figure]) for figure in known.figures]
    plan = Kalibrering.model_validate(
        {
            "replikationer": years[0],
            "replikationer_lutning": years[1],
            "fro": seed,
            "siffror": [{"siffra": f"{line.uppgift.omrade}.{line.uppgift.nyckeltal}", "ar": YEAR} for line in lines],
            "parametrar": parameters,
        }
    )
    return MadeUp(checked_kommun(content | {"uppvarmning_ar": before}), plan, tuple(lines), tuple(parts))


def _line(name: str, said: str, figure: Figure) -> Line:
    uppgift = Uppgift(
        namn=said,
        omrade=name,
        nyckeltal=said.translate(KEYS).replace(" ", "_"),
        ar=YEAR,
        verksamhet=name,
        matt=figure.matt,
        del_=figure.del_.format(v=name),
        faktor=figure.faktor,
    )
    return Line(uppgift, 0.0, "", "utfall", "")


def _free(rng: Draw, kind: Kind, name: str, free: str, true: float) -> Fri:
    """A number to be fitted, from a start that is off; a share stays below 1."""
    start = true * float(np.exp(rng.normal(0.0, WRONG)))
    low, high = true / REACH, true * REACH
    if free in SHARES:
        start, low, high = min(start, 0.95), 0.02, 0.999
    low, high = min(low, start), max(high, start)
    rest = (kind.rest[free].format(v=name),) if free in kind.rest else ()
    mal = kind.free[free].format(v=name)
    return Fri(mal=mal, start=start, spann=(low, high), motpart=rest, siffror=6, text="påhittat")


def _verksamhet(rng: Draw, name: str, kind: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, float], int]:
    """The verksamhet, its resources, its true numbers, and the years that must be simulated before the start."""
    per_year = 50.0 * 40.0 ** float(rng.random() ** 3)
    longest = min(400.0, 250 * DAYS_PER_YEAR / per_year)
    shortest = max(10.0, 6 * DAYS_PER_YEAR / per_year)
    length = float(np.exp(rng.uniform(np.log(shortest), np.log(longest))))
    price = float(rng.uniform(900, 4000))
    truth = {"inflöde": per_year, "längd": length, "pris": price}
    bought, own = f"{name}_kopt", f"{name}_egen"
    vard: dict[str, Any] = {"namn": "Vård", "utfall": {"klar": {"tid": _tid(rng, length), "nasta": {"avslut": 1.0}}}}
    resurser: dict[str, Any] = {}
    if kind != "bistånd":
        cv = float(rng.choice([0.2, 0.4, 0.6]))
        dygnskostnad = {"medel": price, "cv": cv}
        resurser[bought] = {"typ": "extern", "namn": "Köpt", "verksamhet": name, "dygnskostnad_kr": dygnskostnad}
        vard["behov"] = {"plats": [bought]}
        if rng.random() < 0.5:
            resurser[bought]["arseffekt"] = {"cv": float(rng.uniform(0.01, 0.05))}
    steg: dict[str, Any] = {"vard": vard}
    first = "vard"
    if kind == "egna och köpta platser":
        home = float(rng.uniform(0.35, 0.9))
        wait = float(rng.uniform(0.1, 0.6)) * length
        places = max(round(home * per_year * length / DAYS_PER_YEAR * float(rng.uniform(0.7, 1.4))), 2)
        resurser[own] = {"typ": "boende", "namn": "Egen", "verksamhet": name, "platser": places}
        vard["behov"] = {
            "plats": [own],
            "reserv": bought,
            "vanta_hogst_dagar": wait,
            "hemmamojlig": {"andel": home},
        }
        truth |= {"hemmamöjliga": home, "väntan": wait, FULL: home * per_year * length / DAYS_PER_YEAR / places}
    elif kind == "bistånd":
        truth["belopp"] = float(rng.uniform(5000, 12000))
        vard["bistand_kr_per_manad"] = truth["belopp"]
    elif kind == "utredning och vård":
        truth["andel"] = float(rng.uniform(0.2, 0.7))
        nasta = {"vard": truth["andel"], "avslut": 1 - truth["andel"]}
        tid = {"medel": float(rng.uniform(30, 120)), "cv": 0.6}
        steg["utredning"] = {"namn": "Utredning", "utfall": {"klar": {"tid": tid, "nasta": nasta}}}
        first = "utredning"
    inflode: dict[str, Any] = {"namn": "Nya", "per_ar": per_year, "forsta_steg": first}
    inflode["arseffekt"] = {"cv": float(rng.uniform(0.0, 0.1)), "rho": float(rng.choice([0.0, 0.5]))}
    inflode["overspridning"] = float(rng.choice([1.0, 1.5]))
    verksamhet = {"namn": name.upper(), "inflode": {"nya": inflode}, "steg": steg}
    return verksamhet, resurser, truth, int(np.clip(np.ceil(4 * length / DAYS_PER_YEAR), 1, 4))


def _tid(rng: Draw, length: float) -> dict[str, Any]:
    """A length of stay of one of several families."""
    family = str(rng.choice(["exponential", "lognormal", "gamma", "weibull"]))
    spread = {} if family == "exponential" else {"cv": float(rng.uniform(0.5, 1.3))}
    return {"fordelning": family, "medel": length, **spread}
