"""A tornado in words and as tables, in Swedish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

from sim.analysis.assumption_ends import Tried
from sim.analysis.tornado import DECIDING, Effect, Flip, Tornado, interval
from sim.config import Kommun
from sim.describe import path_text
from sim.labels import LABELS
from sim.periods import Floats
from sim.swedish import tal

COLUMNS = (
    *("verksamhet", "matt", "del", "period", "scenario_namn"),
    *("scenario", "antagande", "namn", "skrivet", "lag_ande", "hog_ande", "skillnad_skrivet", "skillnad_lag"),
    *(
        "skillnad_hog",
        "svangning",
        "svangning_ki95_lag",
        "svangning_ki95_hog",
        "niva_lag",
        "niva_hog",
        "inpassning_rubbas",
        "lost_pa_nytt",
    ),
)
UNTRIED = ("antagande", "skrivet", "kalla", "skal")
MOST = 12
"""So many assumptions are shown for each scenario; all are in the file."""


def tornado_lines(made: Tornado) -> list[str]:
    """What decides, for each scenario; whether any order changes; what was not tried."""
    asked, figure = made.question, made.question.figure
    ends = "spannets gränser" if asked.limits else "P10 och P90 i sitt spann"
    lines = [
        f"# {asked.study.kommun.namn}: vilka antaganden avgör svaret?",
        "",
        f"{figure.name}, {figure.unit}, {figure.period}. {made.klara} möjliga framtider. {len(made.effects)} "
        f"antaganden är satta till {ends}, ett i taget, på samma människor och samma goda och dåliga år. De inpassade "
        "talen är lösta på nytt i varje ände, så att kommunens publicerade siffror står kvar; sista kolumnen säger hur "
        "nära, för den siffra som flyttas mest.",
        "",
    ]
    for number, name in enumerate(made.names):
        lines += _scenario(made, number, name)
    return [*lines, *_flip_lines(made), *_level(made), *_untried(made)]


def _scenario(made: Tornado, number: int, name: str) -> list[str]:
    figure = made.question.figure
    shown = [effect for effect in made.effects if effect.change[:, number].any()][:MOST]
    kommun = made.question.study.kommun
    rows = [
        f"| {called(effect.tried, kommun)} | {_end(effect.tried, 0)} | {_end(effect.tried, 1)} "
        f"| {_short(made, effect.change[0, number])} | {_short(made, effect.change[1, number])} "
        f"| {told(made, effect.swing(number))} | {_fit(effect)} |"
        for effect in shown
    ]
    deciding = [called(effect.tried, kommun) for effect in made.deciding(number)]
    decides = (
        f"**Avgör mest, av de {len(made.effects)} prövade:** {_ranked(deciding)}."
        if deciding
        else "Inget antagande flyttar skillnaden så mycket att det går att skilja från noll med så här många framtider."
    )
    return [
        f"## {name}: {told(made, made.change[number])} {figure.unit} med talen som de står",
        "",
        "| Antagande | Låg ände | Hög ände | Skillnad, låg | Skillnad, hög | Svängning | Inpassningen |",
        "|---|--:|--:|--:|--:|--:|---|",
        *rows,
        "",
        decides,
        "",
        *_unfitting(made, number),
    ]


def _fit(effect: Effect) -> str:
    """How far the fitted figures move all the same, the one that moves most."""
    percent = max(ceil(100 * max(effect.moved) - 1e-9), 0)
    return f"inom {tal(percent)} %" if effect.fits else f"rubbas, {tal(percent)} %"


def _unfitting(made: Tornado, number: int) -> list[str]:
    """What would move the answer at least as much, but not in a kommun that gives the published figures."""
    deciding, kommun = made.deciding(number), made.question.study.kommun
    least = deciding[-1].size(number) if len(deciding) == DECIDING else 0.0
    found = [each for each in made.moving(number) if not each.fits and each.size(number) >= least]
    if not found:
        return []
    names = "; ".join(called(each.tried, kommun) for each in found)
    return [
        f"Flyttar svaret lika mycket, men då går de publicerade siffrorna inte att behålla: {names}. Spannet är vidare "
        "än vad siffrorna medger, så läs det inte som en möjlighet.",
        "",
    ]


def _ranked(names: Sequence[str]) -> str:
    return "; ".join(f"{number}) {name}" for number, name in enumerate(names, 1))


def called(tried: Tried, kommun: Kommun) -> str:
    return path_text(tried.assumption.path, kommun)[0]


def _end(tried: Tried, end: int) -> str:
    return value_text(tried.ends[end])


def value_text(value: float) -> str:
    """Three digits that count."""
    places = 2 - floor(log10(abs(value))) if value else 0
    rounded = round(value, places)
    return tal(rounded, next((few for few in range(5) if abs(rounded - round(rounded, few)) < 1e-9), 4))


def told(made: Tornado, values: Floats) -> str:
    """+1,2 (0,8 till 1,6) in the figure's unit."""
    figure = made.question.figure
    mean, low, high = (value * figure.factor for value in interval(values))
    places = figure.decimals
    return f"{tal(mean, places, sign=True)} ({tal(low, places)} till {tal(high, places)})"


def _short(made: Tornado, values: Floats) -> str:
    figure = made.question.figure
    return tal(interval(values)[0] * figure.factor, figure.decimals, sign=True)


def _flip_lines(made: Tornado) -> list[str]:
    kommun = made.question.study.kommun
    low_is_good = _is_cost(made)
    lines = ["## Byter något plats?", ""]
    if not made.flips:
        return [*lines, "Nej. Ordningen mellan nuläget och scenarierna är densamma i alla ändar som prövats.", ""]
    for flip in made.flips:
        lines.append(f"- {_flip(flip, kommun, made, low_is_good)}")
    return [*lines, "", "Flera antaganden på en gång kan flytta mer; se hemmaplan jamfor med --parameterosakerhet.", ""]


def _is_cost(made: Tornado) -> bool:
    return LABELS[made.question.figure.measure].enhet == "kr"


def _flip(flip: Flip, kommun: Kommun, made: Tornado, cost: bool) -> str:
    figure = made.question.figure
    where = f"{called(flip.tried, kommun)} = {_end(flip.tried, flip.end)}"
    low, high = ("billigare", "dyrare") if cost else ("lägre", "högre")
    mean = tal(abs(flip.found[0]) * figure.factor, figure.decimals)
    sure = "" if flip.sure else "; det ena eller det andra ryms i simuleringsfelet"
    sure += "" if flip.fits else "; men där står de publicerade siffrorna inte kvar"
    return (
        f"Med {where} blir {flip.better} {high} än {flip.worse}, i stället för {low}, med {mean} {figure.unit}{sure}."
    )


def _level(made: Tornado) -> list[str]:
    """The assumptions that move the figure itself most."""
    figure, kommun = made.question.figure, made.question.study.kommun

    def size(effect: Effect) -> float:
        return abs(interval(effect.level[1] - effect.level[0])[0])

    first = sorted(made.effects, key=size, reverse=True)[:3]
    parts = [f"{called(each.tried, kommun)} ({_short(made, each.level[1] - each.level[0])})" for each in first]
    if not parts:
        return []
    told = f"Vad som flyttar nuläget självt mest, {figure.unit} från låg till hög ände: {_ranked(parts)}."
    return ["## Nivån", "", told, ""]


def _untried(made: Tornado) -> list[str]:
    """How many numbers were not tried, by reason; the ones without any range are no assumptions."""
    reasons = Counter(each.why for each in made.question.untried)
    if not reasons:
        return []
    return [
        "## Inte prövat",
        "",
        *(f"- {count} tal: {why}." for why, count in sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
        "",
        "Alla står i `ej_provade.csv`, med sin källa.",
    ]


def effect_rows(made: Tornado) -> Iterator[tuple[object, ...]]:
    """`COLUMNS`: every assumption for every scenario, in the measure's own unit."""
    kommun, figure = made.question.study.kommun, made.question.figure
    for number, scenario in enumerate(made.question.study.scenarios):
        written = interval(made.change[number])[0]
        for effect in made.effects:
            low, high = (interval(effect.change[end, number])[0] for end in (0, 1))
            levels = (interval(effect.level[end])[0] for end in (0, 1))
            refitted = "; ".join(path for path in effect.tried.values[1] if path != effect.tried.assumption.path)
            each = effect.tried.assumption
            yield (
                *(figure.area, figure.measure, figure.part, figure.period, scenario.namn),
                *(scenario.id, each.path, called(effect.tried, kommun), each.varde, *effect.tried.ends),
                *(written, low, high, *interval(effect.swing(number)), *levels, max(effect.moved), refitted),
            )


def untried_rows(made: Tornado) -> Iterator[tuple[object, ...]]:
    """`UNTRIED`."""
    for each in made.question.untried:
        yield each.path, each.value, each.source, each.why
