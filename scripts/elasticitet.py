"""Södertälje 2010, unemployment 11 %: months of benefit and kronor as a function of the elasticity.

    python scripts/elasticitet.py --replikationer 40

The elasticity is an assumption, and so is the unemployment that the municipality's own forecast begins from: the plan
tells neither. For each elasticity the inflow is fitted anew, so that the basår's months of benefit stay documented.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from tabell import difference, level, markdown, save, show

from sim import config
from sim.files import project_root
from sim.loading import checked_kommun, load_kommun, load_scenario
from sim.reconcile import load_reconciliation
from sim.selection import only_area
from sim.simulation import simulate
from sim.swedish import tal

KOMMUN, AREA, STEG = "sodertalje_2010", "forsorjningsstod", "bistand"
SCENARIO = "arbetsloshet_11_2010"
ELASTICITIES = (0.2, 0.35, 0.5, 0.75, 1.0)
MNKR = 1e-6
FITS = 3
"""Rounds of wanted ÷ got; the third changes the inflow by less than one in a thousand."""


def with_elasticity(kommun: config.Kommun, elasticity: float, per_year: float) -> config.Kommun:
    content: dict[str, Any] = kommun.model_dump(mode="python", exclude_unset=True)
    area = content["verksamheter"][AREA]
    area["drivare"]["arbetsloshet"]["elasticitet"] = elasticity
    area["inflode"]["ansokan"]["per_ar"] = per_year
    return checked_kommun(content)


def yearly(kommun: config.Kommun, scenario: config.Scenario | None, number: int, seed: int) -> dict[str, float]:
    """`manader_2010`: months of benefit of those who are no refugees; `mnkr_2010`: all benefit paid."""
    matt = simulate(kommun, scenario, seed, number).matt
    months = matt[(matt["matt"] == "bidragsmanader") & (matt["del"] == STEG)].set_index("period")["varde"]
    paid = matt[(matt["matt"] == "kostnad") & (matt["del"] == "bistand") & (matt["verksamhet"] == AREA)]
    mnkr = paid.set_index("period")["varde"] * MNKR
    years = [str(year) for year in range(kommun.basar, kommun.slut.year + 1)]
    return {f"manader_{y}": float(months[y]) for y in years} | {f"mnkr_{y}": float(mnkr[y]) for y in years}


def fitted(kommun: config.Kommun, elasticity: float, wanted: float, runs: int, seed: int) -> config.Kommun:
    """The inflow by which the basår's months are what was published, in the same futures as the answer's."""
    per_year = kommun.verksamheter[AREA].inflode["ansokan"].per_ar
    made = with_elasticity(kommun, elasticity, per_year)
    before: tuple[float, float] | None = None
    for _ in range(FITS):
        got = float(np.mean([yearly(made, None, number, seed)[f"manader_{kommun.basar}"] for number in range(runs)]))
        slope = 0.5 if before is None else np.log(got / before[1]) / np.log(per_year / before[0])
        before = (per_year, got)
        per_year *= (wanted / got) ** (1 / slope)
        made = with_elasticity(kommun, elasticity, per_year)
    return made


def table(runs: int, seed: int) -> pd.DataFrame:
    """Long: elasticitet, scenario, replikation, matt, varde; the same futures everywhere."""
    kommun = only_area(load_kommun(KOMMUN), AREA)
    wanted = published_value("bidragsmanader_ej_flykting", 2009)
    rows = []
    for elasticity in ELASTICITIES:
        made = fitted(kommun, elasticity, wanted, runs, seed)
        for scenario in (None, load_scenario(SCENARIO)):
            for number in range(runs):
                found = yearly(made, scenario, number, seed)
                found["per_ar"] = made.verksamheter[AREA].inflode["ansokan"].per_ar
                name = scenario.id if scenario else "nulage"
                rows += [(elasticity, name, number, key, value) for key, value in found.items()]
    return pd.DataFrame(rows, columns=["elasticitet", "scenario", "replikation", "matt", "varde"])


def published_value(name: str, year: int) -> float:
    """A figure of the plan for the area and the whole year."""
    lines = load_reconciliation(project_root(), KOMMUN)
    [found] = [line.dokument for line in lines if (line.uppgift.nyckeltal, line.uppgift.ar) == (name, year)]
    return found


def report(made: pd.DataFrame) -> list[str]:
    runs = made["replikation"].nunique()
    values: Mapping[tuple[float, str, str], np.ndarray] = {
        (float(e), str(s), str(m)): group.sort_values("replikation")["varde"].to_numpy()
        for (e, s, m), group in made.groupby(["elasticitet", "scenario", "matt"])
    }
    rows: list[list[str]] = []
    against_2009: list[float] = []
    for e in ELASTICITIES:
        base, high = ({m: values[e, s, m] for m in _measures()} for s in ("nulage", SCENARIO))
        rise = high["mnkr_2010"] - base["mnkr_2009"]
        against_2009.append(float(rise.mean()))
        rows.append(
            [
                tal(e, 2),
                level(values[e, "nulage", "per_ar"], 0),
                level(base["manader_2009"], 0),
                level(base["manader_2010"], 0),
                level(high["manader_2010"], 0),
                difference(high["manader_2010"] - base["manader_2010"], 0),
                difference(high["manader_2011"] - base["manader_2011"], 0),
                difference(high["mnkr_2010"] - base["mnkr_2010"], 1),
                difference(rise, 1),
                tal(100 * ((0.11 / 0.083) ** e - 1), 0) + " %",
            ]
        )
    head = [
        "Elasticitet",
        "Ansökningar om året, inpassat",
        "Månader 2009",
        "Månader 2010, 8,3 %",
        "Månader 2010, 11 %",
        "Ändring 2010",
        "Ändring 2011",
        "Mnkr 2010 mot 8,3 %",
        "Mnkr 2010 mot 2009",
        "Månader på sikt",
    ]
    months, rise = (
        published_value(name, 2010)
        for name in ("bidragsmanader_ej_flykting", "kostnadsokning_vid_arbetsloshet_11_procent")
    )
    start = published_value("bidragsmanader_ej_flykting", 2009)
    return [
        "# Arbetslöshet 11 procent i Södertälje 2010: svaret som funktion av elasticiteten",
        "",
        f"Medel över {runs} möjliga framtider, med 95-procentsintervall för skillnader. Månader är bidragsmånader för "
        "hushåll som inte är flyktingar under introduktionen; kronor är allt utbetalt bistånd. Inflödet är inpassat "
        "för varje elasticitet, så att 2009 stämmer.",
        "",
        *markdown(head, rows, words=1),
        "",
        f"Planens egen bedömning: {tal(months, 0)} månader 2010 (mot {tal(start, 0)} 2009, alltså "
        f"{tal(100 * (months / start - 1), 0, sign=True)} %), och {tal(rise, 0, sign=True)} mnkr mot 2009 om "
        "arbetslösheten i riket blir 11 procent.",
        "",
        _answer(against_2009, rise),
        "",
        "Vad planen inte säger: vilken arbetslöshet dess 30 140 månader räknar med, hur stor del av ökningen som är "
        "arbetslöshet och hur stor del som är flyktingar ankomna 2006 och ändrat regelverk, och hur snabbt den slår "
        "igenom. Den som vill passa in elasticiteten mot siffrorna passar därför in sin egen gissning om de tre.",
    ]


def _answer(found: Sequence[float], wanted: float) -> str:
    """Which elasticity gives the plan's rise in kronor, if any in the range does."""
    if not min(found) <= wanted <= max(found):
        which = "alla under" if max(found) < wanted else "alla över"
        return (
            f"Med elasticitet {tal(ELASTICITIES[0], 1)}–{tal(ELASTICITIES[-1], 1)} ger modellen "
            f"{tal(min(found), 1, sign=True)} till {tal(max(found), 1, sign=True)} mnkr mot 2009: "
            f"{which} planens {tal(wanted, 0)}."
        )
    at = float(np.interp(wanted, found, ELASTICITIES))
    return f"Planens {tal(wanted, 0)} mnkr mot 2009 motsvarar elasticiteten {tal(at, 2)} (avläst mellan raderna)."


def _measures() -> list[str]:
    return [f"{what}_{year}" for what in ("manader", "mnkr") for year in (2009, 2010, 2011)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Arbetslöshet 11 % i Södertälje 2010, för flera elasticiteter")
    parser.add_argument("--replikationer", type=int, default=40, help="möjliga framtider för varje elasticitet")
    parser.add_argument("--fro", type=int, default=1, help="slumpfrö")
    asked = parser.parse_args()
    made = table(asked.replikationer, asked.fro)
    lines = report(made)
    show("\n".join(lines))
    show(f"\nResultat: {save(f'{KOMMUN}_elasticitet', 'elasticitet', lines, made)}")


if __name__ == "__main__":
    main()
