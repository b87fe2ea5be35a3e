"""What new own places are worth, under each answer to what the documents leave open: who can be helped at home?

    python scripts/nya_platser.py

For each share `hemmamojlig` the kommun is simulated with and without the new places, first with everything else as it
is, then recalibrated: each variant must itself give the documented bought dygn and full own places before its answer
counts. Recalibrated are the share of investigations that lead to the steg (only if the own places would not fill) and
the length of bought stays (so that the bought dygn are those documented).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from tabell import difference, level, markdown, save, show

from sim import config
from sim.loading import checked_kommun, load_kommun
from sim.selection import only_area
from sim.simulation import simulate
from sim.swedish import tal

AREA, STEG, OWN, BOUGHT = "missbruk", "boende", "stodboende", "stodboende_extern"
BEFORE = "utredning"
SHARES = (0.3, 0.6, 1.0)
PLACES, SINCE, LAST = 12, date(2015, 1, 1), date(2019, 12, 31)
DOCUMENTED_DYGN = 9.7 * 365.25
"""Bought dygn a year: 2.9 mnkr in 181 days at 1 650 kr."""
DOCUMENTED_DECISIONS = 0.53
"""Share of decisions that are bought."""
FULL = 0.96
"""Own places count as full at this occupancy: a place stands empty a few days between two residents."""
TRIALS = 10


@dataclass(frozen=True)
class Variant:
    """A share of who can be helped at home, the share of investigations that lead to the steg, days of bought stays."""

    hemmamojlig: float
    beslut: float
    kopt_dygn: float
    omkalibrerad: bool


def variant_kommun(kommun: config.Kommun, variant: Variant) -> config.Kommun:
    """Only the verksamhet in question, without what is planned."""
    content: dict[str, Any] = only_area(kommun, AREA).model_dump(mode="python", exclude_unset=True)
    content["planerat"] = {}
    content["slut"] = LAST
    stegs = content["verksamheter"][AREA]["steg"]
    stegs[STEG]["behov"]["hemmamojlig"]["andel"] = variant.hemmamojlig
    stegs[STEG]["utfall"]["klar"]["resurser"][BOUGHT]["tid"]["medel"] = variant.kopt_dygn
    routes = stegs[BEFORE]["utfall"]["klar"]["nasta"]
    routes["avslut"] += routes[STEG] - variant.beslut
    routes[STEG] = variant.beslut
    stock = content["nulage"][AREA]["i_steg"][STEG][BOUGHT]
    stock["hemmamojliga"] = round(stock["antal"] * at_home_outside(variant.hemmamojlig))
    return checked_kommun(content)


def at_home_outside(share: float) -> float:
    """Of those in bought places at the start, how many could be at home: those who cannot are 1 − share of decisions,
    all of them bought, and bought decisions are at least the documented share."""
    return max(0.0, 1 - (1 - share) / max(DOCUMENTED_DECISIONS, 1 - share))


def figures(
    kommun: config.Kommun, scenario: config.Scenario | None, seed: int, number: int, engine: str
) -> dict[str, float]:
    """Means a year over the years of the new places: dygn, occupancy, share of decisions bought, mnkr."""
    matt = simulate(kommun, scenario, seed, number, engine=engine).matt
    since = matt[(matt["period"].str.len() == 4) & (matt["period"] >= str(SINCE.year)) & (matt["verksamhet"] == AREA)]
    means = since.groupby(["matt", "del"])["varde"].mean()
    return {
        "externa_dygn": means["varddygn", BOUGHT],
        "belaggning": means["belaggning", OWN],
        "beslut_kopta": 1 - means["andel_hemmaplan_beslut", ""],
        "extern_mnkr": means["kostnad", "extern"] / 1e6,
        "egna_mnkr": means["kostnad", "egna_platser"] / 1e6,
        "netto_mnkr": means["nettokostnad", ""] / 1e6,
        "hemtagningar": means["hemtagningar", OWN],
    }


def base_means(kommun: config.Kommun, variant: Variant, runs: int, seed: int, engine: str) -> dict[str, float]:
    changed = variant_kommun(kommun, variant)
    made = [figures(changed, None, seed, number, engine) for number in range(runs)]
    return {key: float(np.mean([one[key] for one in made])) for key in made[0]}


def recalibrated(kommun: config.Kommun, share: float, runs: int, seed: int, engine: str) -> Variant:
    """Fill the own places and fit the bought dygn; each step multiplies by wanted ÷ got (Little's law).

    The same futures as in the table, so that what is compared starts from the same bought dygn.
    """
    now = as_configured(kommun, share)
    decisions, days = now.beslut, now.kopt_dygn
    for _ in range(TRIALS):
        got = base_means(kommun, Variant(share, decisions, days, True), runs, seed, engine)
        if got["belaggning"] < FULL - 0.005:
            decisions = min(0.5, decisions * FULL / got["belaggning"])
        days *= DOCUMENTED_DYGN / got["externa_dygn"]
    return Variant(share, round(decisions, 3), round(days), True)


def as_configured(kommun: config.Kommun, share: float) -> Variant:
    stegs = kommun.verksamheter[AREA].steg
    bought = stegs[STEG].utfall["klar"].resurser[BOUGHT].tid
    assert bought is not None
    days = bought.model_dump()["medel"]
    return Variant(share, stegs[BEFORE].utfall["klar"].nasta[STEG], days, False)


def new_places() -> config.Scenario:
    change = {"mal": f"resurser.{OWN}.platser", "plus": PLACES, "fran": SINCE}
    return config.Scenario.model_validate(
        {"id": "nya_platser", "namn": f"{PLACES} nya platser", "motiv": "Vad är de värda?", "andringar": [change]}
    )


def table(kommun: config.Kommun, variants: Sequence[Variant], runs: int, seed: int, engine: str) -> pd.DataFrame:
    """Long: variant, med_platser, replikation, matt, varde; means a year, from the year of the new places on."""
    rows = []
    for number, variant in enumerate(variants):
        changed = variant_kommun(kommun, variant)
        for scenario in (None, new_places()):
            for replication in range(runs):
                made = figures(changed, scenario, seed, replication, engine)
                rows += [(number, scenario is not None, replication, key, value) for key, value in made.items()]
    return pd.DataFrame(rows, columns=["variant", "nya_platser", "replikation", "matt", "varde"])


def report(kommun: config.Kommun, variants: Sequence[Variant], made: pd.DataFrame) -> list[str]:
    values = {
        key: group.sort_values("replikation")["varde"].to_numpy()
        for key, group in made.groupby(["variant", "nya_platser", "matt"])
    }
    last = LAST.year
    count = made["replikation"].nunique()
    price = config_price(kommun)
    lines = [
        f"# Vad är {PLACES} nya platser värda? {kommun.namn}, {SINCE.year}–{last}",
        "",
        f"Medel per år över {count} möjliga framtider; skillnader mellan samma framtid med och utan {PLACES} nya "
        f"platser från {SINCE.year}, med 95-procentsintervall. De hus som är planerade i kommunens fil är borttagna, "
        "så att frågan är ren.",
        "",
        f"En plats kostar {tal(price)} kr per dygn vare sig den används eller inte: {PLACES} platser kostar "
        f"{tal(PLACES * price * 365.25 / 1e6, 2)} mnkr om året.",
        "",
    ]
    head = [
        "Andel hemmamöjliga",
        "Andel av utredningarna till stödboende",
        "Köpt vistelse i medel, dygn",
        "Köpta dygn/år utan nya",
        "Beläggning utan nya",
        "Andel beslut köpta",
        "Köpta dygn/år, ändring",
        "Sparade köp, mnkr/år",
        "Platsernas kostnad, mnkr/år",
        "**Netto, mnkr/år**",
    ]
    for recalibrated_ones in (False, True):
        rows = []
        for number, variant in enumerate(variants):
            if variant.omkalibrerad != recalibrated_ones:
                continue
            without = {key: values[number, False, key] for key in made["matt"].unique()}
            change = {key: values[number, True, key] - without[key] for key in without}
            rows.append(
                [
                    tal(variant.hemmamojlig, 2),
                    tal(variant.beslut, 3),
                    tal(variant.kopt_dygn),
                    level(without["externa_dygn"], 0),
                    f"{level(100 * without['belaggning'], 0)} %",
                    f"{level(100 * without['beslut_kopta'], 0)} %",
                    difference(change["externa_dygn"], 0),
                    difference(-change["extern_mnkr"], 2),
                    difference(change["egna_mnkr"], 2).split(" (")[0],
                    difference(change["netto_mnkr"], 2),
                ]
            )
        title = "Omkalibrerat: varje antagande återger dokumentet" if recalibrated_ones else "Utan omkalibrering"
        lines += [f"## {title}", "", *markdown(head, rows, words=1), ""]
    lines += [
        f"Dokumentet: köpta dygn {tal(DOCUMENTED_DYGN)} om året (2,9 mnkr på halvåret à 1 650 kr), egna platser fulla, "
        f"{tal(100 * DOCUMENTED_DECISIONS)} % av besluten köpta. Den sista siffran används inte i omkalibreringen utan "
        "prövar den: är andelen hemmamöjliga h köps minst 1 − h av besluten.",
    ]
    return lines


def config_price(kommun: config.Kommun) -> float:
    place = kommun.resurser[OWN]
    assert isinstance(place, config.Boende)
    return place.fast_kostnad_kr_per_plats_och_dygn


def main() -> None:
    parser = argparse.ArgumentParser(description="Vad är nya egna platser värda, beroende på vilka som kan bo hemma?")
    parser.add_argument("--replikationer", type=int, default=60)
    parser.add_argument("--fro", type=int, default=1, help="slumpfrö")
    parser.add_argument("--motor", default="snabb", help="snabb eller simpy; samma svar")
    parser.add_argument("--andelar", type=float, nargs="+", default=list(SHARES))
    asked = parser.parse_args()
    kommun = load_kommun("varmdo_2014")
    plain = [as_configured(kommun, share) for share in asked.andelar]
    fitted = [recalibrated(kommun, share, asked.replikationer, asked.fro, asked.motor) for share in asked.andelar]
    made = table(kommun, [*plain, *fitted], asked.replikationer, asked.fro, asked.motor)
    lines = report(kommun, [*plain, *fitted], made)
    show("\n".join(lines))
    show(f"\nResultat: {save(f'{kommun.id}_nya_platser', 'nya_platser', lines, made)}")


if __name__ == "__main__":
    main()
