"""Theory beside simulation in words and rows, Swedish."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from sim.analysis.theory import Beside
from sim.config import Kommun
from sim.swedish import tal

COLUMNS = (
    *("verksamhet", "vad", "matt", "ko", "belastning", "platser", "teori", "simulerat", "ki95_lag", "ki95_hog"),
    *("skillnad_andel", "inom_intervall", "nara", "skal"),
)


def theory_rows(made: Sequence[Beside]) -> Iterator[tuple[object, ...]]:
    """In order of `COLUMNS`; a queue that only grows has no theoretical value."""
    for each in made:
        known = each.known
        yield (
            *(known.area, known.name, known.what, known.queue, known.load, known.servers),
            *(known.theory if math.isfinite(known.theory) else math.nan, each.simulated, each.low, each.high),
            *(each.difference, _yes(each.within), _yes(known.near), "; ".join(reason.text for reason in known.reasons)),
        )


def theory_lines(made: Sequence[Beside], kommun: Kommun, name: str, year: str, futures: int) -> list[str]:
    """A table, and under it for each resource and steg why the values differ."""
    lines = [
        f"# Teorin bredvid: {kommun.namn}, {name}, {year}",
        "",
        f"Det exakta värdet för en känd kö bredvid det simulerade ({futures} möjliga framtider, medel med "
        "95-procentsintervall). *Nära* betyder att det som formeln förutsätter i stort gäller; annars är värdet en "
        "jämförelse, inte ett facit, och skälen står under tabellen. Belastningen är vad året efterfrågar på sikt.",
        "",
        "| Vad | Mått | Känd kö | Belastning | Platser | Teori | Simulerat | Skillnad | Nära |",
        "|---|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for each in made:
        known = each.known
        places = 3 if "andel" in known.what else 1
        theory = tal(known.theory, places) if math.isfinite(known.theory) else "växer"
        simulated = f"{tal(each.simulated, places)} ({tal(each.low, places)}–{tal(each.high, places)})"
        difference = f"{tal(100 * each.difference, sign=True)} %" if math.isfinite(each.difference) else "–"
        cells = (
            *(f"{known.name} ({kommun.verksamheter[known.area].namn})", known.what, known.queue, tal(known.load, 1)),
            *(tal(known.servers, 1), theory, simulated, difference, _yes(known.near)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    near = [each for each in made if each.known.near]
    inside = sum(each.within for each in near)
    lines += ["", f"Av {len(near)} rader som är nära ligger teorin inom det simulerade intervallet i {inside}.", ""]
    lines += ["## Varför de skiljer sig", ""]
    for (area, what), group in groupby(made, key=lambda each: (each.known.area, each.known.name)):
        mine = [each.known for each in group]
        reasons = dict.fromkeys(reason for known in mine for reason in known.reasons)
        heavy = {reason.text for known in mine for reason in known.reasons if known.broken_by(reason)}
        told = [f"**{text}**" if text in heavy else text for text in dict.fromkeys(r.text for r in reasons)]
        why = "; ".join(told) if told else "inget: formelns förutsättningar gäller, och bara slumpen skiljer"
        lines.append(f"- {what} ({kommun.verksamheter[area].namn}): {why}.")
    return [*lines, "", "Fetstil: gör att minst en av raderna inte är nära."]


def _yes(value: bool) -> str:
    return "ja" if value else "nej"
