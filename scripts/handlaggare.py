"""Fewer or more handläggare: what is saved in pay, what it costs, and how much of that comes from late closing.

    python scripts/handlaggare.py karlskrona_2013 handlaggare_minus_10 handlaggare_minus_20 handlaggare_plus_10

The part that comes from closing is found in two ways that share nothing but the runs' seeds: from the visit log (the
days between `slut` and `avslut_start` are taken away, and the costs computed anew), and by simulating the same
scenarios in a kommun where no stay needs closing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tabell import difference, level, markdown, save, show

from sim import config
from sim.build import build_network
from sim.calendars import DAYS_PER_YEAR, Period, months
from sim.cases import draw_cases
from sim.costs import ALL_AREAS, costs
from sim.engine import run as simulate_log
from sim.intervals import time_between
from sim.loading import checked_kommun, load_kommun, load_scenario
from sim.measures import measure
from sim.network import Network
from sim.runs import Floats, Rows, Run
from sim.scenario import make_plan
from sim.swedish import tal

WITH, WITHOUT = "med avslut", "utan avslut"
ORDERS = {
    "forst": "Avslut går före nya ärenden (modellens antagande).",
    "i_ko": "Avslut står i samma kö som nya ärenden, utöver det antal som alltid får plats (ett annat antagande).",
}
MNKR = 1e-6
DAYS_PER_MONTH = DAYS_PER_YEAR / 12


def without_closing(kommun: config.Kommun) -> config.Kommun:
    """The same kommun where no stay needs closing."""
    content = kommun.model_dump(mode="python", exclude_unset=True)
    for area in content["verksamheter"].values():
        for steg in area["steg"].values():
            steg.pop("avslut", None)
    return checked_kommun(content)


def with_order(kommun: config.Kommun, order: str, last_year: int) -> config.Kommun:
    """The same kommun until another year, every team closing in this order (`config.Team.avslutsordning`)."""
    content = kommun.model_dump(mode="python", exclude_unset=True)
    content["slut"] = date(last_year, 12, 31)
    for resurs in content["resurser"].values():
        if resurs["typ"] == "team":
            resurs["avslutsordning"] = order
    return checked_kommun(content)


@dataclass(frozen=True)
class Waits:
    """Stays whose time is up and that are to be closed: which records, from when, until when (days)."""

    record: NDArray[np.int64]
    since: Floats
    until: Floats


def closing_waits(run: Run) -> Waits:
    """Each stay's wait from the end of its time until its closing begins, or until the end of the run."""
    log = run.log
    asked = run.closing_asked & ~np.isnan(log.slut)
    begun = np.where(np.isnan(log.avslut_start), run.left, log.avslut_start)
    record = np.flatnonzero(asked)
    return Waits(record, log.slut[record], begun[record])


def without_waits(run: Run) -> Run:
    """The same log as if each closing had begun at once: stays end so much earlier, and nothing else differs.

    A stay that after its closing was blocked in wait of the next steg would only have been blocked for longer.
    """
    waits, log, left = closing_waits(run), run.log, run.left
    blocked = left[waits.record] > np.fmax(log.avslutad[waits.record], waits.until)
    under_way = np.isnan(log.avslutad[waits.record])
    shorter = np.where(blocked & ~under_way, 0.0, waits.until - waits.since)
    released = log.slappt.copy()
    moved = shorter > 0
    released[waits.record[moved]] = left[waits.record[moved]] - shorter[moved]
    return Run(run.plan, run.network, replace(log, slappt=released))


def planning_months(network: Network) -> list[bool]:
    return [month.label[:4] != str(network.start.year) for month in months(network.start, network.end)]


def _kronor(rows: Rows, planning: Sequence[bool]) -> dict[str, float]:
    """Mnkr over the planning years."""
    chosen = np.array(planning)

    def total(matt: str, part: str = "") -> float:
        of_areas = (v for (area, m, p), v in rows.items() if (m, p) == (matt, part) and area != ALL_AREAS)
        return float(sum(amount[chosen].sum() for amount in of_areas)) * MNKR

    return {
        "bistand": total("kostnad", "bistand"),
        "extern": total("kostnad", "extern"),
        "egna": total("kostnad_vardplatser"),
        "handlaggare": total("kostnad", "handlaggare"),
        "netto": float(rows[ALL_AREAS, "nettokostnad", ""][chosen].sum()) * MNKR,
    }


def _benefit_months(run: Run, monthly: Sequence[Period], planning: Sequence[bool]) -> float:
    """In the benefit stegs, each by itself."""
    names = {tuple(label.split(".", 1)) for label in run.network.steg_names}
    rows = measure(run, monthly, monthly)
    months = [its for (area, matt, part), its in rows.items() if matt == "bidragsmanader" and (area, part) in names]
    return float(sum(each[np.array(planning)].sum() for each in months))


def _outside_days(run: Run, first: float) -> float:
    kinds = np.array([resource.kind == "extern" for resource in run.network.resources] + [False])
    there = kinds[run.log.resurs]
    edges = np.array([first, run.network.end])
    return float(time_between(np.floor(run.log.start[there]), np.floor(run.left[there]), edges)[0])


def benefit_while_waiting(run: Run, edges: Floats) -> float:
    """Mnkr of benefit for the time that applications wait for a handläggare, had it been granted from the request.

    Of those who wait, the share that the steg's routing leads to benefit. No part of the model's kronor.
    """
    log, total = run.log, 0.0
    until = np.where(np.isnan(log.start), run.left, log.start)
    for number in range(len(run.network.steg_names)):
        area, name = run.steg_area(number)
        stegs = run.plan.kommun.verksamheter[area].steg
        if not isinstance(stegs[name].behov, config.TeamBehov):
            continue
        waits = (log.steg == number) & (log.del_ == 0)
        days = time_between(log.begaran[waits], until[waits], edges)[0]
        for utfall in stegs[name].utfall.values():
            for target, share in utfall.nasta.items():
                a_month = stegs[target].bistand_kr_per_manad if target in stegs else None
                total += days / DAYS_PER_MONTH * utfall.andel * share * (a_month or 0.0)
    return total * MNKR


def measures(run: Run, seed: int, replication: int) -> dict[str, float]:
    """Measures over the planning years. Days are means, or dygn; kronor in mnkr; `avslut_*` come from late closing."""
    network, log = run.network, run.log
    monthly, planning = months(network.start, network.end), planning_months(network)
    first = next(month.first for month, inside in zip(monthly, planning, strict=True) if inside)
    edges = np.array([first, network.end])
    found: dict[str, float] = {}
    waits = closing_waits(run)
    for number, resource in enumerate(network.resources):
        if resource.kind != "team":
            continue
        works = np.array([steg.team == number for steg in network.steg[0]])[log.steg] & (log.del_ == 0)
        started = works & (log.start >= first)
        if started.any():
            found[f"vantan_{resource.name}"] = float(np.mean((log.start - log.begaran)[started]))
        until = np.where(np.isnan(log.start), run.left, log.start)
        found[f"ofordelade_{resource.name}"] = float(
            time_between(log.begaran[works], until[works], edges)[0] / (edges[1] - edges[0])
        )
        closes = np.array([steg.closing_team == number for steg in network.steg[0]])[log.steg[waits.record]]
        closes &= waits.since >= first
        if closes.any():
            found[f"avslutsvantan_{resource.name}"] = float(np.mean((waits.until - waits.since)[closes]))
            gone = log.slappt[waits.record[closes]]
            found[f"avslutstid_{resource.name}"] = float(np.nanmean(gone - waits.since[closes]))
    rows = costs(run, monthly, seed, replication)
    found |= _kronor(rows, planning)
    for year in sorted({month.label[:4] for month in monthly}):
        of_year = _kronor(rows, [month.label[:4] == year for month in monthly])
        found |= {f"{key}_{year}": of_year[key] for key in YEARLY}
    found["manader"] = _benefit_months(run, monthly, planning)
    found["externa_dygn"] = _outside_days(run, first)
    found["kobistand"] = benefit_while_waiting(run, edges)
    quick = without_waits(run)
    prompt = _kronor(costs(quick, monthly, seed, replication), planning)
    found |= {f"avslut_{key}": found[key] - value for key, value in prompt.items()}
    found["avslut_manader"] = found["manader"] - _benefit_months(quick, monthly, planning)
    found["avslut_externa_dygn"] = found["externa_dygn"] - _outside_days(quick, first)
    return found


def table(
    kommun: config.Kommun, scenarios: Sequence[config.Scenario], replications: int, seed: int, engine: str
) -> pd.DataFrame:
    """Long: variant, scenario, replikation, matt, varde; the same seeds in all."""
    rows = []
    for variant, base in ((WITH, kommun), (WITHOUT, without_closing(kommun))):
        for scenario in (None, *scenarios):
            plan = make_plan(base, scenario)
            network = build_network(plan)
            for replication in range(replications):
                log = simulate_log(network, draw_cases(network, seed, replication), seed, replication, engine)
                found = measures(Run(plan, network, log), seed, replication)
                rows += [(variant, plan.id, replication, key, value) for key, value in found.items()]
    return pd.DataFrame(rows, columns=["variant", "scenario", "replikation", "matt", "varde"])


YEARLY = {"extern": "Köpta placeringar", "bistand": "Bistånd", "netto": "Nettokostnad"}
CLOSING_LINES = (
    ("externa_dygn", "Köpta vårddygn", "dygn", 0),
    ("extern", "Köpta placeringar", "mnkr", 1),
    ("manader", "Bidragsmånader", "månader", 0),
    ("bistand", "Bistånd", "mnkr", 1),
    ("netto", "Nettokostnad", "mnkr", 1),
)


def report(kommun: config.Kommun, scenarios: Sequence[config.Scenario], made: pd.DataFrame, order: str) -> list[str]:
    """The table in words, as Markdown."""
    values = {
        key: group.sort_values("replikation")["varde"].to_numpy()
        for key, group in made.groupby(["variant", "scenario", "matt"])
    }
    head = ["Nyckeltal", "Enhet", "Nuläge", *(scenario.namn for scenario in scenarios)]
    rows: list[list[str]] = []

    def add(name: str, unit: str, key: str, decimals: int) -> None:
        base = values[WITH, "nulage", key]
        rest = [difference(values[WITH, s.id, key] - base, decimals) for s in scenarios]
        rows.append([name, unit, level(base, decimals), *rest])

    for key, resurs in kommun.resurser.items():
        if not isinstance(resurs, config.Team):
            continue
        for what, name, unit, decimals in (
            ("vantan", "väntan på handläggare", "dygn", 1),
            ("ofordelade", "ofördelade i medel", "ärenden", 1),
            ("avslutsvantan", "väntan på avslut", "dygn", 1),
            ("avslutstid", "från tiden ute till avslutat", "dygn", 1),
        ):
            if (WITH, "nulage", f"{what}_{key}") in values:
                add(f"{resurs.namn}: {name}", unit, f"{what}_{key}", decimals)
    for key, name, unit, decimals in (
        ("externa_dygn", "Köpta vårddygn", "dygn", 0),
        ("extern", "Köpta placeringar", "mnkr", 1),
        ("egna", "Egna vårdplatser", "mnkr", 1),
        ("manader", "Bidragsmånader", "månader", 0),
        ("bistand", "Bistånd", "mnkr", 1),
        ("handlaggare", "Löner till handläggare", "mnkr", 1),
        ("netto", "**Nettokostnad**", "mnkr", 1),
        ("kobistand", "*Ingår inte:* bistånd för tiden i kö, om det beviljas från ansökan", "mnkr", 1),
    ):
        add(name, unit, key, decimals)
    first, last = kommun.basar + 1, kommun.slut.year
    count = made["replikation"].nunique()
    lines = [
        f"# Färre eller fler handläggare: {kommun.namn}, {first}–{last}",
        "",
        f"Nuläget i medel över {count} möjliga framtider; scenarierna som skillnad mot nuläget i samma framtider, med "
        f"95-procentsintervall för medelskillnaden. Kronor och dygn är summor för {first}–{last}. {ORDERS[order]}",
        "",
        *markdown(head, rows),
        "",
        "## Hur mycket av ändringen kommer av försenade avslut?",
        "",
        "*Ur besöksloggen*: tiden mellan att vistelsens tid är ute och att avslutet börjar tas bort, och kostnaden "
        "räknas om. Det är den direkta följden. *Jämfört med utan avslut*: samma scenarier körs i en kommun där inget "
        "behöver avslutas, och dess ändring dras ifrån. Där ingår också det som följer av att platser och handläggare "
        "är upptagna längre.",
        "",
    ]
    closing = []
    for key, name, unit, decimals in CLOSING_LINES:
        base, plain = values[WITH, "nulage", key], values[WITHOUT, "nulage", key]
        late = values[WITH, "nulage", f"avslut_{key}"]
        changes = [values[WITH, s.id, key] - base for s in scenarios]
        direct = [values[WITH, s.id, f"avslut_{key}"] - late for s in scenarios]
        rest = [values[WITHOUT, s.id, key] - plain for s in scenarios]
        closing += [
            [name, "hela ändringen", unit, *(difference(change, decimals) for change in changes)],
            ["", "därav försenade avslut, ur besöksloggen", unit, *(difference(part, decimals) for part in direct)],
            [
                "",
                "därav avslut, jämfört med utan avslut",
                unit,
                *(difference(c - r, decimals) for c, r in zip(changes, rest, strict=True)),
            ],
        ]
    lines += markdown(["Nyckeltal", "Del", "Enhet", *(s.namn for s in scenarios)], closing, words=3)
    return [*lines, "", *_verdict(scenarios, values), "", *_by_year(kommun, scenarios, values)]


def _by_year(
    kommun: config.Kommun, scenarios: Sequence[config.Scenario], values: dict[tuple[str, str, str], np.ndarray]
) -> list[str]:
    """What is put off comes back once the queue has ceased to grow: the change in mnkr year by year."""
    rows = []
    for year in range(kommun.basar, kommun.slut.year + 1):
        for key, name in YEARLY.items():
            found = [values[WITH, s.id, f"{key}_{year}"] - values[WITH, "nulage", f"{key}_{year}"] for s in scenarios]
            rows.append([str(year), name, *(difference(change, 2) for change in found)])
    return ["## År för år, mnkr", "", *markdown(["År", "Kronor", *(s.namn for s in scenarios)], rows)]


def _mnkr(values: np.ndarray) -> str:
    text = difference(values, 1)
    return f"{text} mnkr" if any(letter.isdigit() for letter in text) else text


def _verdict(scenarios: Sequence[config.Scenario], values: dict[tuple[str, str, str], np.ndarray]) -> list[str]:
    """One sentence a scenario: what the pay is, what late closing brings, and the rest."""
    lines = []
    for scenario in scenarios:
        pay, net, late = (
            values[WITH, scenario.id, key] - values[WITH, "nulage", key]
            for key in ("handlaggare", "netto", "avslut_netto")
        )
        lines.append(
            f"- **{scenario.namn}**: löner {tal(pay.mean(), 1, sign=True)} mnkr, "
            f"försenade avslut {_mnkr(late)}, övrigt (framför allt att insatser börjar senare eller "
            f"tidigare) {_mnkr(net - pay - late)}, netto {_mnkr(net)}."
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="Vad händer med färre eller fler handläggare?", add_help=True)
    parser.add_argument("kommun")
    parser.add_argument("scenarier", nargs="+")
    parser.add_argument("--replikationer", type=int, default=40, help="möjliga framtider per scenario")
    parser.add_argument("--fro", type=int, default=1, help="slumpfrö")
    parser.add_argument("--motor", default="snabb", help="snabb eller simpy; samma svar")
    parser.add_argument("--slut", type=int, help="sista året, om ett annat än kommunens")
    parser.add_argument(
        "--avslut",
        choices=ORDERS,
        default="forst",
        help="när teamen avslutar: forst (före nya ärenden) eller i_ko (i samma kö som de); ett antagande",
    )
    asked = parser.parse_args()
    as_it_is = load_kommun(asked.kommun)
    kommun = with_order(as_it_is, asked.avslut, asked.slut or as_it_is.slut.year)
    scenarios = [load_scenario(name) for name in asked.scenarier]
    made = table(kommun, scenarios, asked.replikationer, asked.fro, asked.motor)
    lines = report(kommun, scenarios, made, asked.avslut)
    show("\n".join(lines))
    folder = f"{kommun.id}_handlaggare" + ("" if asked.avslut == "forst" else f"_{asked.avslut}")
    show(f"\nResultat: {save(folder, 'handlaggare', lines, made)}")


if __name__ == "__main__":
    main()
