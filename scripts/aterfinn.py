"""Is what is known found again? Made-up kommuner, one year's figures of each, fitted as `hemmaplan kalibrera` fits.

    python scripts/aterfinn.py --antal 500 --fro 1 --arbetare 2

What is tried is the uncertainty that a calibration states: how often it holds the truth, and how wide it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from tabell import markdown, save, show

from sim.analysis.recovery import LEVELS, YEARS, Answer, Open, Recovery, recover_all
from sim.errors import HemmaplanError
from sim.identifiability_report import product_text
from sim.swedish import tal

LEAST = 10
"""Products that fewer kommuner have are told together."""
POORLY = 0.03
"""A figure farther from the document than this, in ln, is not fitted."""
MOST = 100_000
NEAR = (0.1, 0.3)
"""How far apart, in ln, the found and the true numbers lie along what the figures leave open."""
FULL = (0.8, 1.0)
"""How full the own places would be of all who can be helped at home."""
AT_HOME = "hemmamöjliga"


def per_cent(share: float, decimals: int = 0) -> str:
    return f"{tal(100 * share, decimals)} %"


def coverage(answers: Sequence[Answer], number: int) -> str:
    """How many of the intervals at LEVELS[number] hold the truth, with the exact binomial interval of that share."""
    held = sum(abs(each.error) <= each.margins[number] for each in answers)
    exact = stats.binomtest(held, len(answers)).proportion_ci(method="exact")
    return f"{per_cent(held / len(answers))} ({tal(100 * exact.low)}–{tal(100 * exact.high)})"


def width(answers: Sequence[Answer]) -> str:
    """Up from what was found to the end of the 95 % interval: median, and one in ten to nine in ten."""
    low, middle, high = np.quantile([np.exp(each.margins[-1]) - 1 for each in answers], (0.1, 0.5, 0.9))
    return f"± {per_cent(middle)} ({tal(100 * low)}–{tal(100 * high)})"


def row(*words: str, of: Sequence[Answer]) -> list[str]:
    return [*words, tal(len(of)), coverage(of, 0), coverage(of, 1), width(of)]


COLUMNS = ["Antal", "Inom 80 % (95 % KI)", "Inom 95 % (95 % KI)", "Bredd vid 95 %, median (P10–P90)"]


def settled_rows(answers: Sequence[Answer]) -> list[list[str]]:
    """By sort of verksamhet and what the figures settle, the numbers alone first."""
    found: dict[tuple[str, tuple[str, ...]], list[Answer]] = {}
    for answer in answers:
        found.setdefault((answer.kind, tuple(answer.exponents)), []).append(answer)
    order = sorted(found, key=lambda key: (key[0], len(key[1]), -len(found[key]), key[1]))
    common = [key for key in order if len(found[key]) >= LEAST]
    rows = [row(key[0], product_text(typical(found[key])), of=found[key]) for key in common]
    few = [answer for key in order if key not in common for answer in found[key]]
    return [*rows, *([row("flera", "mindre vanliga produkter", of=few)] if few else [])]


def typical(answers: Sequence[Answer]) -> Mapping[str, float]:
    """The median exponents."""
    return {name: float(np.median([each.exponents[name] for each in answers])) for name in answers[0].exponents}


def near_rows(answers: Sequence[Answer]) -> list[list[str]]:
    """Where something is left open: by how far from the truth the numbers stand along it."""
    return _split([(each.along, each) for each in answers if each.along > 0], NEAR)


def full_rows(answers: Sequence[Answer]) -> list[list[str]]:
    """The share that can be helped at home, where it is settled alone: by how full the own places are."""
    alone = [each for each in answers if set(each.exponents) == {AT_HOME}]
    return _split([(each.full, each) for each in alone if each.full is not None], FULL)


def _split(measured: Sequence[tuple[float, Answer]], edges: tuple[float, float]) -> list[list[str]]:
    """Three rows, by a measure that is at most the first edge, between them, or above the second."""
    low, high = (100 * edge for edge in edges)
    names = [f"högst {tal(low)} %", f"{tal(low)}–{tal(high)} %", f"mer än {tal(high)} %"]
    groups = [[each for at, each in measured if sum(at > edge for edge in edges) == number] for number in range(3)]
    return [row(name, of=group) for name, group in zip(names, groups, strict=True) if group]


def open_rows(left: Sequence[Open]) -> list[list[str]]:
    """What the figures cannot settle alone, and how wide they leave it."""
    found: dict[tuple[str, tuple[str, ...], str], list[Open]] = {}
    for each in left:
        found.setdefault((each.kind, each.published, each.name), []).append(each)
    return [
        [
            kind,
            ", ".join(published),
            name,
            tal(len(group)),
            f"{tal(float(np.median([each.high / each.low for each in group])))} gånger",
            per_cent(sum(each.low <= 1 <= each.high for each in group) / len(group)),
        ]
        for (kind, published, name), group in sorted(found.items())
        if len(group) >= LEAST
    ]


def one_each(made: Sequence[Recovery]) -> list[Answer]:
    """One answer of each kommun, so that they are independent: the next one for each next kommun."""
    return [each.answers[each.number % len(each.answers)] for each in made if each.answers]


def report(made: Sequence[Recovery]) -> list[str]:
    answers = [answer for each in made for answer in each.answers]
    left = [each for one in made for each in one.left]
    failed, poorly = (sum(1 for each in made if test(each)) for test in _UNFITTED)
    return [
        f"# Återfinns det som är känt? {tal(len(made))} påhittade kommuner",
        "",
        f"Ett års siffror av varje kommun, inpassade på {YEARS[0]} möjliga år ({YEARS[1]} för lutningarna). "
        f"{tal(failed)} gick inte att passa in, och i {tal(poorly)} kom någon siffra inte inom {per_cent(POORLY)}.",
        "",
        "## Det som siffrorna bestämmer",
        "",
        *markdown(["Verksamhet", "Storhet", *COLUMNS], settled_rows(answers)),
        "",
        *markdown(
            ["Alla", *COLUMNS],
            [row("en storhet per kommun", of=one_each(made)), row("alla storheter", of=answers)],
            1,
        ),
        "",
        "Storheter i samma kommun hänger ihop, så intervallet i sista raden är för smalt; i den första är de oberoende "
        "av varandra.",
        "",
        "## När något lämnas öppet: hur fel det öppna talet står",
        "",
        *markdown(["Avstånd längs det öppna", *COLUMNS], near_rows(answers), 1),
        "",
        "## Andelen hemmamöjliga: hur fulla de egna platserna är",
        "",
        *markdown(["Hemmamöjliga mot egna platser", *COLUMNS], full_rows(answers), 1),
        "",
        "## Det som siffrorna inte bestämmer var för sig",
        "",
        *markdown(
            ["Verksamhet", "Publicerat", "Tal", "Antal", "Lämnat, högsta mot lägsta", "Sanningen inom"],
            open_rows(left),
            3,
        ),
    ]


_UNFITTED: tuple[Callable[[Recovery], bool], ...] = (
    lambda each: each.problem is not None,
    lambda each: each.misfit > POORLY,
)


def table(made: Sequence[Recovery]) -> pd.DataFrame:
    """A row for each quantity that is settled and each number that is not; ln(found ÷ true), and half the intervals."""
    return pd.DataFrame([row for each in made for row in _rows(each)])


def _rows(made: Recovery) -> Iterable[dict[str, object]]:
    for answer in made.answers:
        yield {
            "kommun": made.number,
            "verksamhet": answer.kind,
            "publicerat": ", ".join(answer.published),
            "storhet": product_text(answer.exponents),
            "bestamt": "ja",
            "fel_ln": answer.error,
            **{f"marginal{tal(100 * level)}_ln": margin for level, margin in zip(LEVELS, answer.margins, strict=True)},
            "avstand_oppet_ln": answer.along,
            "hemmamojliga_mot_egna": answer.full,
        }
    for each in made.left:
        words = {"kommun": made.number, "verksamhet": each.kind, "publicerat": ", ".join(each.published)}
        yield words | {"storhet": each.name, "bestamt": "nej", "lag_mot_sann": each.low, "hog_mot_sann": each.high}


def whole(name: str, text: str, low: int, high: int) -> int:
    """A number from the command line. Raises HemmaplanError in Swedish."""
    if not (text.isdecimal() and low <= int(text) <= high):
        raise HemmaplanError(f"--{name} = {text}: ska vara ett heltal, {low} till {high}")
    return int(text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Återfinner inpassningen tal som är kända?")
    parser.add_argument("--antal", default="500", help="påhittade kommuner")
    parser.add_argument("--fro", default="1", help="slumpfrö")
    parser.add_argument("--arbetare", default="0", help="processer (0 = en per kärna)")
    asked = parser.parse_args()
    try:
        count, seed = whole("antal", asked.antal, 1, MOST), whole("fro", asked.fro, 0, 2**31)
        workers = whole("arbetare", asked.arbetare, 0, 256)
        made = recover_all(count, seed, workers, progress=lambda done: _tell(done, count))
    except HemmaplanError as error:
        print(f"Fel: {error}", file=sys.stderr)
        return 2
    lines = report(made)
    show("\n".join(lines))
    show(f"\nResultat: {save('aterfinn', 'aterfinn', lines, table(made))}")
    return 0


def _tell(done: int, count: int) -> None:
    if done % 10 == 0 or done == count:
        print(f"{done} av {count} kommuner", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
