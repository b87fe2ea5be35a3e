"""How often the 95 % interval of a difference covers a difference that is known: small studies, counted.

    python scripts/tackning.py [--studier 2000] [--replikationer 100]

Each study is made as any other (`run_study`, `comparison`, the interval in `skillnader`), of a kommun so small that
the true differences between its two scenarios are known: M/G/∞ in closed form, M/M/c with overflow as a linear system.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats
from scipy.linalg import expm
from tabell import markdown, save, show

from sim.comparison import comparison
from sim.config import Kommun, Scenario
from sim.experiment import Study, StudyResult, run_study
from sim.loading import checked_kommun
from sim.runs import Row
from sim.swedish import tal

PERIOD = "2018H1"
DAYS = 181
DAYS_PER_YEAR = 365.25
OPEN_A_YEAR, OPEN_DAYS, MORE = 600.0, 30.0, 1.1
BOUGHT_A_YEAR, BOUGHT_DAYS, PRICE, DEARER = 60.0, 20.0, 1000.0, 1.1
SKEWED_CV, HEAVY_CV = 1.0, 3.0
OWN_A_YEAR, OWN_DAYS, PLACES = 15.0, 20.0, 2
LEVEL = 0.95


def small_kommun() -> Kommun:
    """Four verksamheter that have nothing to do with each other, from an empty start."""

    def area(name: str, per_ar: float, days: float, **behov: object) -> dict[str, object]:
        tid = {"fordelning": "exponential", "medel": days}
        steg = {"namn": name, "utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}, **behov}
        inflode = {"namn": name, "per_ar": per_ar, "forsta_steg": "vard"}
        return {"namn": name, "inflode": {"ansokan": inflode}, "steg": {"vard": steg}}

    def bought(area: str, cv: float) -> dict[str, object]:
        return {"typ": "extern", "namn": "Köpt", "verksamhet": area, "dygnskostnad_kr": {"medel": PRICE, "cv": cv}}

    return checked_kommun(
        {
            "id": "liten",
            "namn": "Liten",
            "basar": 2018,
            "slut": "2018-06-30",
            "resurser": {
                "kopt": bought("placering", SKEWED_CV),
                "dyrt": bought("tung", HEAVY_CV),
                "eget": {"typ": "boende", "namn": "Eget", "verksamhet": "boende", "platser": PLACES},
                "reserv": bought("boende", 0.0),
            },
            "verksamheter": {
                "oppen": area("Öppen", OPEN_A_YEAR, OPEN_DAYS),
                "placering": area("Placering", BOUGHT_A_YEAR, BOUGHT_DAYS, behov={"plats": ["kopt"]}),
                "tung": area("Tung", BOUGHT_A_YEAR, BOUGHT_DAYS, behov={"plats": ["dyrt"]}),
                "boende": area(
                    "Boende",
                    OWN_A_YEAR,
                    OWN_DAYS,
                    behov={"plats": ["eget"], "reserv": "reserv", "vanta_hogst_dagar": 0},
                ),
            },
            "kallor": {"allt": {"galler": ["**"], "typ": "egna_data", "text": "påhittat"}},
        }
    )


def small_scenario() -> Scenario:
    """All changed at once: more come, dearer, one place more."""
    return Scenario.model_validate(
        {
            "id": "prov",
            "namn": "Prov",
            "motiv": "Prov",
            "andringar": [
                {"mal": "verksamheter.oppen.inflode.ansokan.per_ar", "ganger": MORE},
                {"mal": "resurser.kopt.dygnskostnad_kr.medel", "ganger": DEARER},
                {"mal": "resurser.dyrt.dygnskostnad_kr.medel", "ganger": DEARER},
                {"mal": "resurser.eget.platser", "plus": 1},
            ],
        }
    )


def mean_present(per_day: float, mean_days: float, day: float) -> float:
    """M/M/∞ from empty: λm(1 − e^(−t/m))."""
    return per_day * mean_days * -math.expm1(-day / mean_days)


def true_open_difference() -> float:
    """Mean over the half-year of the number present, with more arriving, less the same without."""
    load, m = OPEN_A_YEAR / DAYS_PER_YEAR * OPEN_DAYS, OPEN_DAYS
    return (MORE - 1) * load * (1 - m / DAYS * -math.expm1(-DAYS / m))


def true_price_difference() -> float:
    """A dygn is paid for each midnight that a placement spans, so the mean dygn are those present at each."""
    per_day = BOUGHT_A_YEAR / DAYS_PER_YEAR
    dygn = sum(mean_present(per_day, BOUGHT_DAYS, day) for day in range(1, DAYS + 1))
    return (DEARER - 1) * PRICE * dygn


def overflow_dygn(places: int) -> float:
    """Mean dygn in the reserv: the places' Markov chain from empty, and the mean of those who overflow."""
    per_day, leave = OWN_A_YEAR / DAYS_PER_YEAR, 1 / OWN_DAYS
    rates = np.zeros((places + 2, places + 2))
    for taken in range(places + 1):
        if taken < places:
            rates[taken, taken + 1] = per_day
        if taken:
            rates[taken, taken - 1] = taken * leave
        rates[taken, taken] = -rates[taken].sum()
    rates[places, -1] = per_day  # full: whoever comes adds to the mean outside, from where they leave
    rates[-1, -1] = -leave
    day, state, dygn = expm(rates), np.eye(places + 2)[0], 0.0
    for _ in range(DAYS):
        state = state @ day
        dygn += float(state[-1])
    return dygn


@dataclass(frozen=True)
class Known:
    """A measure whose true difference is known, in the measure's own unit."""

    name: str
    row: Row
    truth: float


def known_differences() -> tuple[Known, ...]:
    dearer, fewer = true_price_difference(), overflow_dygn(PLACES + 1) - overflow_dygn(PLACES)
    return (
        Known("Pågående, 10 % fler kommer", ("oppen", "pagaende", "vard"), true_open_difference()),
        Known("Kostnad, 10 % dyrare, priser med cv 1", ("placering", "nettokostnad", ""), dearer),
        Known("Kostnad, 10 % dyrare, priser med cv 3", ("tung", "nettokostnad", ""), dearer),
        Known("Dygn i reserv, en egen plats till", ("boende", "varddygn", "reserv"), fewer),
    )


def studies(count: int, replications: int, first_seed: int = 1) -> Iterator[StudyResult]:
    """Small studies, each with a seed of its own."""
    kommun, scenario = small_kommun(), small_scenario()
    for seed in range(first_seed, first_seed + count):
        yield run_study(Study(kommun, (scenario,), replications, seed, date(2018, 6, 30), arbetare=1))


def shortened(result: StudyResult, replications: int) -> StudyResult:
    """The study as it would be with only the first replications."""
    kept = tuple(table.kept(range(replications)) for table in result.tables)
    return replace(result, tables=kept, klara=replications, begarda=replications)


def student_interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % t-interval, beside the one that the studies give."""
    mean, error = float(values.mean()), float(stats.sem(values))
    return tuple(map(float, stats.t.interval(LEVEL, len(values) - 1, mean, error))) if error else (mean, mean)


def counted(count: int, sizes: Sequence[int], first_seed: int = 1) -> pd.DataFrame:
    """One row a study, size and measure: the difference, its interval, and whether it covers what is true.

    `snedhet`: of the differences in all possible futures of all the studies.
    """
    rows = []
    known = known_differences()
    futures: dict[str, list[np.ndarray]] = {each.name: [] for each in known}
    for number, result in enumerate(studies(count, max(sizes), first_seed)):
        for each in known:
            with_it, without = (table.of(each.row, PERIOD) for table in reversed(result.tables))
            futures[each.name].append(with_it - without)
        for size in sizes:
            made = comparison(shortened(result, size))
            for each in known:
                found = made.changes("prov", each.row).at(PERIOD)
                assert found is not None
                low, high = found["ki95_lag"], found["ki95_hog"]
                student_low, student_high = student_interval(futures[each.name][-1][:size])
                rows.append(
                    {
                        "studie": first_seed + number,
                        "matt": each.name,
                        "replikationer": size,
                        "sann": each.truth,
                        "skillnad": found["skillnad"],
                        "ki95_lag": low,
                        "ki95_hog": high,
                        "tacker": low <= each.truth <= high,
                        "under": high < each.truth,
                        "over": low > each.truth,
                        "tacker_student": student_low <= each.truth <= student_high,
                    }
                )
    found_skewness = {name: float(stats.skew(np.concatenate(values))) for name, values in futures.items()}
    table = pd.DataFrame(rows)
    return table.assign(snedhet=table["matt"].map(found_skewness))


def exact_interval(successes: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share."""
    found = stats.binomtest(successes, trials).proportion_ci(level, "exact")
    return float(found.low), float(found.high)


def lines_of(table: pd.DataFrame) -> list[str]:
    """Coverage by measure and number of replications, as Markdown."""
    rows = []
    for (name, size), group in table.groupby(["matt", "replikationer"], sort=False):
        low, high = exact_interval(int(group["tacker"].sum()), len(group))
        rows.append(
            [
                str(name),
                tal(group["snedhet"].iloc[0], 1),
                str(size),
                f"{tal(100 * group['tacker'].mean(), 1)} % ({tal(100 * low, 1)}–{tal(100 * high, 1)})",
                f"{tal(100 * group['under'].mean(), 1)} %",
                f"{tal(100 * group['over'].mean(), 1)} %",
                f"{tal(100 * group['tacker_student'].mean(), 1)} %",
                tal(group["sann"].iloc[0], 2),
                tal(group["skillnad"].mean(), 2),
            ]
        )
    head = [
        *("Mått", "Snedhet", "Replikationer", "Täckning (exakt 95 %)", "Helt under det sanna", "Helt över"),
        *("Med Students t-intervall", "Sann skillnad", "Medel av studierna"),
    ]
    count = table["studie"].nunique()
    return [
        f"# Täckning: hur ofta innehåller 95-procentsintervallet den sanna skillnaden? {tal(count)} studier",
        "",
        *markdown(head, rows, words=1),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Hur ofta täcker intervallet en känd skillnad?")
    parser.add_argument("--studier", type=int, default=2000, help="små studier, var och en med eget frö")
    parser.add_argument("--replikationer", type=int, nargs="+", default=[20, 40, 100], help="möjliga framtider")
    parser.add_argument("--fro", type=int, default=1, help="den första studiens frö")
    asked = parser.parse_args()
    made = counted(asked.studier, sorted(asked.replikationer), asked.fro)
    lines = lines_of(made)
    show("\n".join(lines))
    show(f"\nResultat: {save('tackning', 'tackning', lines, made)}")


if __name__ == "__main__":
    main()
