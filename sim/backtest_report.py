"""A backtest in numbers and words: figure by figure, beside the naive forecasts, and all figures together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.backtest import GIVEN, LAST, METHODS, MODEL, TREND, Backtested, Judged
from sim.backtest_files import events_of
from sim.config_backtest import Prov
from sim.forecast_scores import LEVELS, Prediction, exact_interval, interval_score
from sim.swedish import tal

if TYPE_CHECKING:
    import pandas as pd

NAMES = {
    MODEL: "Modellen",
    GIVEN: "Modellen, givet inflödet",
    LAST: "Samma som året innan",
    TREND: "Samma ändring igen",
}
KINDS = {"utfall": "Mot utfall", "prognos": "Mot kommunens egna prognoser"}
SEEN = 0.005
"""A prediction given the inflow is shown where it differs by at least this share from that without."""


def backtest_table(tested: Sequence[Backtested]) -> pd.DataFrame:
    """One row a figure and method. Values in the document's unit; scores and widths also as shares of year t.

    `rad_*` are lines of conf/underlag/nyckeltal.csv, 0 where the value follows from another figure.
    """
    import pandas as pd

    return pd.DataFrame([row for each in tested for row in _rows(each)])


def _rows(tested: Backtested) -> Iterator[dict[str, Any]]:
    case = tested.case
    for judged in tested.judged:
        figure, outcome, year = judged.figure, judged.figure.facit, judged.figure.ar
        for method, said in judged.said.items():
            row = {
                "kommun": case.kommun_id,
                "prov": case.name,
                "slag": case.prov.slag,
                "siffra": figure.asked.siffra,
                "namn": figure.line.uppgift.namn,
                "enhet": figure.line.enhet,
                "raknas": "ja" if figure.counted else "nej",
                "inpassad": "ja" if figure.fitted else "nej",
                "ar": case.prov.ar,
                "varde_aret_innan": figure.fore.varde if figure.fore else float("nan"),
                "varde_ar": year.varde,
                "utfall": outcome.varde,
                "rad_aret_innan": figure.fore.rad if figure.fore else 0,
                "rad_ar": year.rad,
                "rad_utfall": outcome.rad,
                "metod": method,
                "forutsagt": said.punkt,
                "fel": said.punkt / outcome.varde - 1,
            }
            for level in LEVELS:
                interval, name = said.intervall[level], f"{100 * level:.0f}"
                score = interval_score(interval, outcome.varde, level)
                row |= {
                    f"lag_{name}": interval.lag,
                    f"hog_{name}": interval.hog,
                    f"inom_{name}": "ja" if interval.covers(outcome.varde) else "nej",
                    f"bredd_{name}": interval.width,
                    f"poang_{name}": score,
                    f"bredd_{name}_andel": interval.width / year.varde,
                    f"poang_{name}_andel": score / year.varde,
                }
            row["andel_framtider_under_utfallet"] = judged.andel_under if method == MODEL else float("nan")
            yield row


def backtest_lines(tested: Backtested) -> list[str]:
    """One case as Markdown: predictions, what each interval cost, and what is not in it."""
    prov, year = tested.case.prov, tested.case.prov.ar
    against = "utfall" if prov.slag == "utfall" else "kommunens egen prognos"
    half = " (första halvåret)" if prov.period == "jan-jun" else ""
    return [
        f"## {prov.namn}",
        "",
        f"Kommunen är inpassad mot {year} års siffror{half} och förutsäger {year + 1}, mot {against}. "
        f"{tested.replikationer} möjliga framtider, var och en med den nivå som gör att just dess {year} blir det "
        f"publicerade (kvar att träffa: {tal(100 * tested.kvar, 1)} procent i kvadratiskt medel) och sin egen dragning "
        f"av {len(tested.case.drawn)} antaganden.",
        "",
        *_predictions(tested, MODEL, list(tested.judged)),
        *_given(tested),
        "",
        *_comparison(tested),
        *_said("Känt i förväg, och med", list(events_of(prov, "i_forvag"))),
        *_said("Nämns men är inte med", list(prov.utelamnat)),
        *_said("Vad modellen saknar", list(prov.saknas)),
    ]


def _said(title: str, texts: Sequence[str]) -> list[str]:
    return ["", f"{title}:", "", *(f"- {text}" for text in texts)] if texts else []


def _predictions(tested: Backtested, method: str, judged: Sequence[Judged]) -> list[str]:
    year, what = tested.case.prov.ar, "Utfall" if tested.case.prov.slag == "utfall" else "Kommunens prognos"
    lines = [
        f"| Siffra | Enhet | {year} | Förutsagt {year + 1} | 80 % | 95 % | {what} | Fel | Inom |",
        "|---|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for each in judged:
        said, figure, places = each.said[method], each.figure, each.figure.line.decimaler
        cells = [
            figure.line.uppgift.namn + ("" if figure.counted else " *"),
            figure.line.enhet,
            *(tal(value, places) for value in (figure.ar.varde, said.punkt)),
            *(_between(said, level, places) for level in LEVELS),
            tal(figure.facit.varde, places),
            f"{tal(100 * (said.punkt / figure.facit.varde - 1), 0, sign=True)} %",
            _within(said, figure.facit.varde),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    if any(not each.figure.counted for each in judged):
        lines += ["", "\\* Följer av andra siffror, passas inte in och räknas inte i täckningen."]
    return lines


def _between(said: Prediction, level: float, places: int) -> str:
    interval = said.intervall[level]
    return f"{tal(interval.lag, places)}–{tal(interval.hog, places)}"


def _within(said: Prediction, outcome: float) -> str:
    """The narrowest interval that the outcome is in."""
    inside = [level for level in LEVELS if said.intervall[level].covers(outcome)]
    return f"{100 * inside[0]:.0f} %" if inside else "utanför"


def _given(tested: Backtested) -> list[str]:
    """The predictions that what was known only afterwards changes."""
    changed = [each for each in tested.judged if GIVEN in each.said and _differs(each)]
    named = list(events_of(tested.case.prov, "under_aret"))
    if not named:
        return []
    told = f"Givet det som var känt först när året gått ({' '.join(named)})"
    if not changed:
        return ["", f"{told} ändras ingen förutsägelse märkbart."]
    return ["", f"{told} ändras:", "", *_predictions(tested, GIVEN, changed)]


def _differs(judged: Judged) -> bool:
    return abs(judged.said[GIVEN].punkt / judged.said[MODEL].punkt - 1) >= SEEN


def _comparison(tested: Backtested) -> list[str]:
    """Widths and scores of the 80 % intervals, in per cent of year t, beside the naive."""
    shown = [method for method in METHODS if any(method in each.said for each in tested.judged) and method != GIVEN]
    names = [NAMES[method].lower() for method in shown]
    lines = [
        "80-procentsintervallets bredd och intervallpoäng, i procent av årets siffra (lägre är bättre):",
        "",
        f"| Siffra | {' | '.join([*(f'Bredd, {n}' for n in names), *(f'Poäng, {n}' for n in names)])} |",
        f"|---|{'--:|' * 2 * len(shown)}",
    ]
    for each in tested.judged:
        if each.figure.counted:
            widths = [_share(each, method, score=False) for method in shown]
            scores = [_share(each, method, score=True) for method in shown]
            lines.append(f"| {' | '.join([each.figure.line.uppgift.namn, *widths, *scores])} |")
    return lines


def _share(judged: Judged, method: str, score: bool) -> str:
    if method not in judged.said:
        return "–"
    interval = judged.said[method].intervall[LEVELS[0]]
    value = interval_score(interval, judged.figure.facit.varde, LEVELS[0]) if score else interval.width
    return tal(100 * value / judged.figure.ar.varde)


class Grade(NamedTuple):
    """A method over some figures: how many were within, by level; and medians and means as shares of year t."""

    siffror: int
    inom: tuple[int, ...]
    medianfel: float
    bredd: tuple[float, ...]
    poang: tuple[float, ...]


def grade_of(judged: Sequence[Judged], method: str) -> Grade | None:
    """None where the method said nothing of any counted figure."""
    counted = [each for each in judged if each.figure.counted and method in each.said]
    if not counted:
        return None
    said = [(each.said[method], each.figure.facit.varde, each.figure.ar.varde) for each in counted]
    return Grade(
        len(said),
        tuple(sum(p.intervall[level].covers(outcome) for p, outcome, _ in said) for level in LEVELS),
        median(abs(p.punkt / outcome - 1) for p, outcome, _ in said),
        tuple(sum(p.intervall[level].width / year for p, _, year in said) / len(said) for level in LEVELS),
        tuple(
            sum(interval_score(p.intervall[level], outcome, level) / year for p, outcome, year in said) / len(said)
            for level in LEVELS
        ),
    )


def together_lines(tested: Sequence[Backtested]) -> list[str]:
    """Coverage with its exact interval, error, width and score over all figures: outcomes apart from forecasts."""
    lines = ["## Alla siffror tillsammans", ""]
    for kind, title in KINDS.items():
        judged = [each for case in tested if case.case.prov.slag == kind for each in case.judged]
        rows = list(_grades(judged))
        if rows:
            lines += [
                f"{title}:",
                "",
                "| | Siffror | Inom 80 % | Exakt intervall | Inom 95 % | Exakt intervall | Medianfel | "
                "Bredd 80 % | Poäng 80 % | Poäng 95 % |",
                "|---|--:|--:|---|--:|---|--:|--:|--:|--:|",
                *(_grade_row(name, grade) for name, grade in rows),
                "",
                _wins_text(judged),
                "",
            ]
    return [*lines, *NOTES]


def _wins_text(judged: Sequence[Judged]) -> str:
    """For how many figures the model's score is the better one: a mean is ruled by a few figures far outside."""
    counted = [each for each in judged if each.figure.counted and LAST in each.said]
    scores = [
        [
            interval_score(each.said[method].intervall[level], each.figure.facit.varde, level)
            for level in LEVELS
            for method in (MODEL, LAST)
        ]
        for each in counted
    ]
    wins = [sum(row[2 * number] < row[2 * number + 1] for row in scores) for number in range(len(LEVELS))]
    return (
        f"Poängen är bättre för modellen än för samma som året innan i {wins[0]} av {len(counted)} siffror vid 80 "
        f"procent och {wins[1]} vid 95. Medlen styrs av några få siffror långt utanför."
    )


def _grades(judged: Sequence[Judged]) -> Iterator[tuple[str, Grade]]:
    with_trend = [each for each in judged if TREND in each.said]
    with_given = [each for each in judged if GIVEN in each.said]
    asked = [
        (NAMES[MODEL], judged, MODEL),
        (NAMES[LAST], judged, LAST),
        (f"{NAMES[GIVEN]} (där det finns)", with_given, GIVEN),
        (f"{NAMES[MODEL]}, samma siffror", with_given, MODEL),
        (f"{NAMES[TREND]} (där två år är kända)", with_trend, TREND),
        (f"{NAMES[MODEL]}, samma siffror", with_trend, MODEL),
        (f"{NAMES[LAST]}, samma siffror", with_trend, LAST),
    ]
    for name, some, method in asked:
        grade = grade_of(some, method)
        if grade is not None:
            yield name, grade


def _grade_row(name: str, grade: Grade) -> str:
    cells = [name, str(grade.siffror)]
    for hits in grade.inom:
        exact = exact_interval(hits, grade.siffror)
        cells += [f"{hits} av {grade.siffror}", f"{tal(100 * exact.lag)}–{tal(100 * exact.hog)} %"]
    cells += [f"{tal(100 * share)} %" for share in (grade.medianfel, grade.bredd[0], *grade.poang)]
    return f"| {' | '.join(cells)} |"


NOTES = [
    "*Fel* är förutsägelsen (mitten av de möjliga framtiderna) mot det som blev, och *inom* det smalaste "
    "intervall som det ligger i. *Poäng* är intervallpoängen (Gneiting och Raftery): bredden, plus 2/α för varje "
    "enhet som siffran hamnar utanför, där α är 0,2 och 0,05. Bredd och poäng är medel i procent av årets siffra. "
    "*Exakt intervall* (Clopper–Pearson, 95 procent) är vad antalet träffar säger om den sanna täckningen, om "
    "siffrorna vore oberoende. Det är de inte: dygn och kostnad för samma vård rör sig ihop, och ett år är "
    "gemensamt för alla, så det verkliga intervallet är bredare.",
    "",
    "*Samma som året innan* har ett intervall efter hur mycket dokumentets övriga siffror ändrades mellan åren "
    "(deras kvadratiska medel i logaritmer, med t-fördelning och lika många frihetsgrader som ändringar). *Samma "
    "ändring igen* är √2 så brett, för två års ändringar kan slå fel. De naiva får alltså se hur mycket de andra "
    "siffrorna rörde sig samma år, det som modellen inte får.",
]


def grade_text(tested: Sequence[Backtested]) -> str:
    """One sentence for a report: how the kommun's predictions of outcomes have come out; empty without any."""
    judged = [each for case in tested if case.case.prov.slag == "utfall" for each in case.judged]
    model, naive = grade_of(judged, MODEL), grade_of(judged, LAST)
    if model is None or naive is None:
        return ""
    return f"Backtest: {grade_words(model.siffror, model.inom[0], model.medianfel, naive.medianfel)}"


def grade_words(count: int, within: int, error: float, naive: float) -> str:
    """Of so many outcomes; median errors as shares of the outcome, the model's and that of last year's value."""
    exact = exact_interval(within, count)
    return (
        f"av {count} utfall låg {within} inom modellens 80-procentsintervall "
        f"(exakt intervall för täckningen {tal(100 * exact.lag)}–{tal(100 * exact.hog)} procent); medianfelet var "
        f"{tal(100 * error)} procent, mot {tal(100 * naive)} för den som gissar samma som året innan."
    )


def heading_lines(name: str, provs: Sequence[Prov]) -> list[str]:
    """The title and how it is to be read."""
    count = sum(len(prov.siffror) for prov in provs)
    return [
        f"# Backtest: {name}",
        "",
        f"Hur bra hade modellen förutsagt? {len(provs)} prov, {count} siffror. Inget som var känt först efteråt är "
        "med, utom där det sägs (givet inflödet). Kommunens struktur och de antaganden som inte passas in är dock "
        "valda av den som sett dokumentet, också det förutsagda årets siffror, så provet är mildare än en riktig "
        "prognos.",
        "",
    ]
