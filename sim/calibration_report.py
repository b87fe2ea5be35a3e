"""A calibration in words: what came out, what pulls what, and what the figures cannot tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.calibration import CLOSE, Fit, bounds_of
from sim.config_kalibrering import Kalibrering
from sim.identifiability import SHOWN, groups, weak_directions
from sim.reconcile import Line
from sim.surface import compensation
from sim.swedish import tal, uppraknat
from sim.trials import Floats
from sim.uncertainty import Assumption, Ends

LOADED = 0.2
"""Parameters with at least this share of a direction are named."""


def fit_lines(name: str, plan: Kalibrering, lines: Sequence[Line], fitted: Fit) -> list[str]:
    """The whole report as Markdown, but for what concerns the assumptions."""
    return [
        f"# Kalibrering: {name}",
        "",
        f"{len(fitted.parameters)} fria tal är inpassade mot {len(fitted.figures)} publicerade siffror, på samma "
        f"{plan.replikationer} möjliga år i varje försök (slumpfrö {plan.fro}).",
        "",
        *_figures(plan, lines, fitted),
        "",
        *_parameters(plan, fitted),
        "",
        "## Vilka siffror som drar i vilka tal",
        "",
        "Elasticiteter: hur många procent siffran ändras när talet (och det som följer det) ökar en procent.",
        "",
        *_pulls(fitted),
        "",
        "## Vad siffrorna inte kan skilja åt",
        "",
        *_directions(fitted),
    ]


def _figures(plan: Kalibrering, lines: Sequence[Line], fitted: Fit) -> list[str]:
    found = [
        "| Siffra | Enhet | Dokument | Före | Efter | Avvikelse | Andra år | Simuleringsfel |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for number, (line, document) in enumerate(zip(lines, fitted.document, strict=True)):
        places = line.decimaler
        away, other = (100 * (values[number] / document - 1) for values in (fitted.after, fitted.check))
        error = 100 * abs(fitted.error[number] / document)
        when = "" if line.uppgift.period == "helår" else f", {line.uppgift.period}"
        cells = [
            f"{line.uppgift.namn} {line.uppgift.ar}{when}",
            line.enhet,
            *(tal(values[number], places) for values in (fitted.document, fitted.before, fitted.after)),
            *(f"{tal(value, 1, sign=True)} %" for value in (away, other)),
            f"± {tal(1.96 * error, 1)} %",
        ]
        found.append(f"| {' | '.join(cells)} |")
    return [
        *found,
        "",
        "*Före* är kommunens filer som de står, *efter* de inpassade talen. *Andra år* är avvikelsen i lika många "
        "möjliga år som inte användes (nästa slumpfrö), och *simuleringsfel* 95-procentsintervallet för modellens "
        "medel: så mycket av avvikelsen kan vara slump.",
    ]


def _parameters(plan: Kalibrering, fitted: Fit) -> list[str]:
    found = ["| Parameter | Tal | Start | Inpassat | Spann |", "|---|---|--:|--:|---|"]
    for name, fri in plan.parametrar.items():
        value = fitted.values[fri.mal]
        low, high = bounds_of(fri)
        at_bound = min(np.log(fitted.factors[name]) - low, high - np.log(fitted.factors[name])) < CLOSE
        digits = fri.siffror
        span = f"{short(fri.spann[0], digits)}–{short(fri.spann[1], digits)}" + (" (vid gränsen)" if at_bound else "")
        cells = [name, f"`{fri.mal}`", short(fri.start, digits), short(value, digits), span]
        found.append(f"| {' | '.join(cells)} |")
    return found


def short(value: float, digits: int) -> str:
    """A number with so many significant digits, in Swedish."""
    whole = max(digits - 1 - int(np.floor(np.log10(abs(value)))), 0)
    text = tal(value, whole)
    return text.rstrip("0").rstrip(",") if "," in text else text


def _pulls(fitted: Fit) -> list[str]:
    found = ["| Siffra | Dras av |", "|---|---|"]
    for figure, row in zip(fitted.figures, fitted.slopes, strict=True):
        order = [number for number in np.argsort(-np.abs(row), kind="stable") if abs(row[number]) >= SHOWN]
        pulls = ", ".join(f"{fitted.parameters[number]} {tal(row[number], 2, sign=True)}" for number in order)
        found.append(f"| {figure} | {pulls or 'inget fritt tal'} |")
    return found


def _directions(fitted: Fit) -> list[str]:
    """For each group of parameters that share figures: how well determined, and along what it is not."""
    found = []
    for figures, parameters in groups(fitted.slopes):
        matrix = fitted.slopes[np.ix_(figures, parameters)]
        names = [fitted.parameters[number] for number in parameters]
        values, weak = weak_directions(matrix)
        said = ", ".join(tal(value, 2) for value in values)
        count = f"{len(names)} tal mot {len(figures)} siffror"
        found.append(f"- {uppraknat(names)}: {count}, singulära värden {said}.")
        for direction in weak:
            found.append(f"  - Kan inte skiljas åt: {_direction_text(names, direction, matrix)}.")
    if not any("Kan inte" in line for line in found):
        found += ["", "De fria talen bestäms alla av siffrorna, givet antagandena nedan."]
    return found


def _direction_text(names: Sequence[str], direction: Floats, matrix: Floats) -> str:
    """The parameters that move, the most of them by 10 per cent, and what little the figures then do."""
    scaled = 10 * direction / direction[int(np.abs(direction).argmax())]
    named = [number for number in np.argsort(-np.abs(scaled)) if abs(scaled[number]) >= 10 * LOADED]
    moved = float(np.abs(matrix @ scaled).max()) if matrix.size else 0.0
    together = uppraknat([f"{names[number]} {tal(scaled[number], 0, sign=True)} %" for number in named])
    return f"{together} ändrar ingen siffra mer än {tal(moved, 1)} %"


def ridge_lines(drawn: Sequence[Assumption], surface: Mapping[str, Ends], spread: Floats, fitted: Fit) -> list[str]:
    """Which fitted number makes up for each assumption, and how well the figures stay when all are drawn at once."""
    if not drawn:
        return [
            "",
            "Inget antagande har en fordelning att dras ur, så det finns ingen parameterosäkerhet att räkna med.",
        ]
    found = [
        "",
        "## Längs vilken ås antagandena får röra sig",
        "",
        "Varje antagande kan ändras utan att någon inpassad siffra gör det, om de fria talen ändras så här mycket när "
        "antagandet ökar 10 procent. Siffrorna bestämmer alltså bara kombinationen: årets dygn, till exempel, bara "
        "inflöde × längd.",
        "",
        "| Antagande | Spann | De fria talen |",
        "|---|---|---|",
    ]
    for each in drawn:
        makes_up = {name: 10 * move for name, move in compensation(each, surface[each.path]).items()}
        order = sorted(
            (name for name in makes_up if abs(makes_up[name]) >= 10 * SHOWN), key=lambda n: -abs(makes_up[n])
        )
        text = ", ".join(f"{name} {tal(makes_up[name], 1, sign=True)} %" for name in order)
        span = f"{short(each.lag, 3) if each.lag else '0'}–{short(each.hog, 3)}"
        found.append(f"| `{each.path}` | {span} | {text or 'rör ingen inpassad siffra'} |")
    worst = int(np.abs(spread).max(axis=0).argmax())
    found += [
        "",
        f"Prov: {len(spread)} dragningar av alla antaganden på samma möjliga år. De inpassade siffrorna avviker då i "
        f"genomsnitt {tal(100 * float(np.sqrt(np.mean(spread**2))), 1)} procent från de inpassade värdena (kvadratiskt "
        f"medel); sämst är {fitted.figures[worst]}, som mest {tal(100 * np.abs(spread[:, worst]).max(), 1)} procent.",
    ]
    return found


def matrix_table(fitted: Fit) -> pd.DataFrame:
    """Elasticities, one row a figure, one column a parameter."""
    frame = pd.DataFrame(fitted.slopes, columns=list(fitted.parameters))
    frame.insert(0, "siffra", list(fitted.figures))
    return frame
