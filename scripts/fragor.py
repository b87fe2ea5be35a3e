"""The questions that planners ask, each with its command and its answer.

    python scripts/fragor.py --replikationer 100

Each answer is what `hemmaplan jamfor` with the same number of futures gives: draws are keyed by name, so that a
verksamhet fares alike alone and among the others.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from tabell import markdown, save, show

from sim.calendars import is_month
from sim.comparison import Comparison, compare
from sim.loading import load_kommun, load_scenario
from sim.selection import only_area
from sim.swedish import tal

MNKR = 1e-6
ALL_YEARS = "alla"
"""The planning years together."""
LONG_QUEUE_DAYS = 91


@dataclass(frozen=True)
class Wanted:
    """A measure of the answer, in the kommun's verksamhet: summed over the planning years, or of one year."""

    text: str
    measure: str
    part: str = ""
    period: str = ALL_YEARS
    unit: str = ""
    factor: float = 1.0
    decimals: int = 0


@dataclass(frozen=True)
class Question:
    text: str
    kommun: str
    area: str
    scenarios: tuple[str, ...]
    wanted: tuple[Wanted, ...]

    @property
    def command(self) -> str:
        return f"hemmaplan jamfor {self.kommun} {' '.join(self.scenarios)}"


def net(period: str = ALL_YEARS) -> Wanted:
    return Wanted("netto", "nettokostnad", period=period, unit="mnkr", factor=MNKR, decimals=1)


OUTSIDE = Wanted("köpta dygn", "varddygn_extern", unit="dygn")
QUESTIONS = (
    Question(
        "Arbetslösheten blir 11 procent. Hur många bidragsmånader, vad kostar det, hur många fler handläggare?",
        "sodertalje_2019",
        "forsorjningsstod",
        ("arbetsloshet_11",),
        (
            Wanted("bidragsmånader", "bidragsmanader", "bistand", unit="månader"),
            Wanted("bistånd", "utbetalt_bistand", "bistand", unit="mnkr", factor=MNKR, decimals=1),
            Wanted("årsarbetare som behövs 2021", "arsarbetare_behov", "handlaggare_forsorjning", "2021", "", 1, 1),
        ),
    ),
    Question(
        "Fem fler stödboendeplatser. Och vad är den sjätte värd, och de fem därefter?",
        "sodertalje_2019",
        "missbruk",
        ("stodboende_5", "stodboende_6", "stodboende_10"),
        (OUTSIDE, net()),
    ),
    Question(
        "De tolv husen kommer ett år senare. Vad kostar det?",
        "varmdo_2014",
        "missbruk",
        ("alvsbyn_forsenat",),
        (OUTSIDE, Wanted("köpta platser", "kostnad", "extern", unit="mnkr", factor=MNKR, decimals=1), net()),
    ),
    Question(
        "Fler sociala kontrakt i stället för mer stödboende: vad löser upp kedjan billigast?",
        "sodertalje_2019",
        "missbruk",
        ("sociala_kontrakt_5", "stodboende_5"),
        (Wanted("blockerade platser 2021", "blockerade", "stodboende", "2021", "", 1, 1), OUTSIDE, net()),
    ),
    Question(
        "Fyra fler handläggare: hur mycket kortare blir utredningarna, och hur stor del hinns inom fyra månader?",
        "sodertalje_2019",
        "barn_och_ungdom",
        ("handlaggare_barn_4",),
        (
            Wanted("utredningstid 2021", "utredningstid_medel", "utredning", "2021", "dygn", 1, 1),
            Wanted("inom fyra månader 2021", "andel_inom_frist", "utredning", "2021", "procentenheter", 100, 1),
            net(),
        ),
    ),
    Question(
        "Ett akutteam hindrar en av fem akuta placeringar. Betalar det sig?",
        "sodertalje_2019",
        "barn_och_ungdom",
        ("akutteam",),
        (OUTSIDE, net()),
    ),
    Question(
        "Längre behandling med färre avbrott, eller kortare med fler?",
        "sodertalje_2019",
        "missbruk",
        ("langre_behandling", "kortare_behandling"),
        (OUTSIDE, net()),
    ),
    Question(
        "Anmälningarna ökar 46 procent. När passerar köerna tre månader?",
        "varmdo_2014",
        "barn_och_ungdom",
        ("anmalningar_46",),
        (
            Wanted("väntan på handläggare, sista året", "vantetid_medel", "utredning", "sista", "dygn", 1, 0),
            net(),
        ),
    ),
    Question(
        "Fyrtio beredskapsplatser för hushåll med bistånd: vad sparar de? (Scenariot tar bort dem.)",
        "karlskrona_2013",
        "forsorjningsstod",
        ("utan_beredskapsplatser",),
        (Wanted("bidragsmånader", "bidragsmanader", "bistand", unit="månader"), net()),
    ),
    Question(
        "En ny gruppbostad med sex platser mot att köpa platser?",
        "sodertalje_omsorg_2014",
        "boende_lss",
        ("gruppbostad_6",),
        (OUTSIDE, net()),
    ),
)


def answer(made: Comparison, question: Question, scenario: str, wanted: Wanted) -> tuple[float, float, float]:
    """Difference from nuläget with its 95 % interval, in the unit asked for."""
    lines = made.changes(scenario, (question.area, wanted.measure, wanted.part))
    years = [period for period in lines.periods if len(period) == 4]
    together = next((period for period in lines.periods if len(period) == 9), years[-1])
    found = lines.at({ALL_YEARS: together, "sista": years[-1]}.get(wanted.period, wanted.period))
    assert found is not None
    return found["skillnad"] * wanted.factor, found["ki95_lag"] * wanted.factor, found["ki95_hog"] * wanted.factor


def when_queue_is_long(made: Comparison, question: Question, scenario: str, steg: str) -> str:
    """The first month whose wait for a handläggare passes three months: on average, and in one future of ten."""
    lines = made.levels(scenario, (question.area, "vantetid_medel", steg)).only(is_month)
    found = []
    for column in ("medel", "p90"):
        late = [month for month, wait in zip(lines.periods, lines[column], strict=True) if wait > LONG_QUEUE_DAYS]
        found.append(late[0] if late else f"inte före utgången av {lines.periods[-1]}")
    return f"mer än tre månaders väntan: i medel {found[0]}, i en framtid av tio {found[1]}"


def answered(replications: int, seed: int) -> tuple[list[str], pd.DataFrame]:
    """The answers as Markdown and as a table."""
    rows, kept = [], []
    for question in QUESTIONS:
        kommun = only_area(load_kommun(question.kommun), question.area)
        scenarios = [load_scenario(name) for name in question.scenarios]
        made = compare(kommun, scenarios, replications, seed)
        for number, scenario in enumerate(scenarios):
            parts = []
            for wanted in question.wanted:
                mean, low, high = answer(made, question, scenario.id, wanted)
                kept.append((question.kommun, scenario.id, wanted.text, wanted.unit, mean, low, high))
                parts.append(_said(wanted, mean, low, high))
            if question.wanted[0].measure == "vantetid_medel":
                parts.append(when_queue_is_long(made, question, scenario.id, question.wanted[0].part))
            asked = [question.text, f"`{question.command}`"] if number == 0 else ["", ""]
            rows.append([*asked, scenario.namn, "; ".join(parts)])
    head = ["Fråga", "Kommando", "Scenario", "Svar, mot nuläget"]
    columns = ["kommun", "scenario", "matt", "enhet", "skillnad", "ki95_lag", "ki95_hog"]
    return markdown(head, rows, words=4), pd.DataFrame(kept, columns=columns)


def _said(wanted: Wanted, mean: float, low: float, high: float) -> str:
    numbers = (tal(value, wanted.decimals, sign=value is mean) for value in (mean, low, high))
    value, lower, upper = numbers
    return f"{wanted.text} {value} ({lower} till {upper})" + (f" {wanted.unit}" if wanted.unit else "")


def report(lines: Sequence[str], replications: int) -> list[str]:
    return [
        "# Planerarnas frågor, och modellens svar",
        "",
        f"Medelskillnad mot nuläget i samma {replications} möjliga framtider, med 95-procentsintervall. Summor gäller "
        "planeringsåren tillsammans. Förbehållen i varje scenariofil hör till svaret.",
        "",
        *lines,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Planerarnas frågor, var och en med kommando och svar")
    parser.add_argument("--replikationer", type=int, default=40, help="möjliga framtider per scenario")
    parser.add_argument("--fro", type=int, default=1, help="slumpfrö")
    asked = parser.parse_args()
    lines, table = answered(asked.replikationer, asked.fro)
    text = report(lines, asked.replikationer)
    show("\n".join(text))
    show(f"\nResultat: {save('fragor', 'fragor', text, table)}")


if __name__ == "__main__":
    main()
