"""What more of something is worth, and how many are needed, as sections of the bilaga."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sim.analysis.goal_text import INFLOW
from sim.config import Kommun
from sim.labels import LABELS
from sim.report.document import Block, Cell, Inline, Number, Paragraph, Table
from sim.report.extra_rows import Row, drawn, inline, interval_in, number_in, value_in
from sim.report.numbers import Shown, shown_as
from sim.swedish import datum, tal

MOST = 12
"""So many of the amounts that were tried are shown: those nearest to the answer."""
MONEY, DAYS = Shown(1.0, 2), Shown(1.0, 0)


def worth(rows: Sequence[Row], folder: Path, kommun: Kommun) -> Sequence[Block]:
    """`varde.csv`: each unit against the one before it, as written and at both ends of an assumption."""
    first = rows[0]
    stances = list(dict.fromkeys(row["antagande"] for row in rows))
    found = {(row["antagande"], row["matt"], row["antal"]): row for row in rows}
    amounts = list(dict.fromkeys(row["antal"] for row in rows))
    unit = first["enhet_mal"]
    table: list[tuple[Cell, ...]] = []
    alt: list[Inline] = [f"Linjediagram. {first['vad']}: netto i miljoner kronor om året för varje {unit}."]
    sure = 0
    for amount in amounts:
        days, saved, cost, net = (
            found[stances[0], name, amount] for name in ("sparade_kopta_dygn", "brutto", "egen_kostnad", "netto")
        )
        between = interval_in(net, "ki95_lag", "ki95_hog", MONEY)
        middle = number_in(net, "medel", MONEY, sign=True)
        others = [number_in(found[name, "netto", amount], "medel", MONEY, sign=True) for name in stances[1:]]
        gross, own = number_in(saved, "medel", MONEY), number_in(cost, "medel", MONEY)
        number = tal(value_in(net, "antal"), 0 if value_in(net, "antal").is_integer() else 2)
        table.append((number, number_in(days, "medel", DAYS), gross, own, middle, between, *others))
        alt += [f" {unit.capitalize()} nr {number} ger netto ", inline(middle)]
        alt += [" miljoner kronor, med 95-procentsintervall ", inline(between), "."]
        sure += value_in(net, "ki95_lag") > 0
    header = (
        *(f"{unit.capitalize()} nr", "Färre köpta dygn", "Sparat", "Egen kostnad", "Netto", "95-procentsintervall"),
        *(f"Netto, {name}" for name in stances[1:]),
    )
    told = (
        f"Varje rad är en {unit} till, utöver den på raden ovanför, i medel per år. Netto är allt som blir billigare "
        f"i kommunen minus dess egen kostnad. "
    )
    of = (Number(sure), " av ", Number(len(amounts)), " sparar mer än de kostar, med hela intervallet över noll.")
    note = "Intervallet visar bara slumpen i beräkningen. "
    if len(stances) > 1:
        note += f"De sista kolumnerna är netto om antagandet om {first['antagande_om']} är ett annat."
    caption = f"{first['vad']}: vad var och en är värd, mnkr om året"
    return [
        Paragraph((told, *of)),
        Table("varde", caption, header, tuple(table), (note,)),
        *drawn(folder, "varde", f"{first['vad']}: netto för var och en", alt),
    ]


def goal(rows: Sequence[Row], folder: Path, kommun: Kommun) -> Sequence[Block]:
    """`malsok.csv`: the amounts that were tried, and in what share of the futures the condition held."""
    first = rows[0]
    measure, chance = shown_as(first["matt"], unit=True), Shown(1.0, 0, percent=True)
    in_futures = bool(first["sakerhet"])
    table: list[tuple[Cell, ...]] = []
    holds = next((place for place, row in enumerate(rows) if row["besked"] == "håller"), None)
    middle = len(rows) - 1 if holds is None else holds
    nearest = sorted(sorted(range(len(rows)), key=lambda place: abs(place - middle))[:MOST])
    for row in (rows[place] for place in nearest):
        held = (number_in(row, "andel_som_haller", chance), interval_in(row, "lag", "hog", chance))
        table.append(
            (
                _amount(row),
                Number(value_in(row, "framtider")),
                *(held if in_futures else (None, None)),
                number_in(row, "matt_medel", measure),
                row["besked"],
            )
        )
    sure = f" i minst {tal(100 * value_in(first, 'sakerhet'))} procent av framtiderna" if in_futures else ""
    since = datum(date.fromisoformat(first["fran"]))
    parts: list[Inline] = [f"Villkor: {first['villkor']}{sure}, {first['ar']}. Ändringen gäller från {since}. "]
    if holds is None:
        parts.append("Inget som prövades räcker säkert.")
    elif first["enhet_mal"] == INFLOW:
        parts += ["Det största inflöde som säkert går, av dem som prövades, är ", _amount(rows[holds]), f" {INFLOW}."]
    else:
        parts += [
            "Det minsta som säkert räcker, av det som prövades, är ",
            _amount(rows[holds]),
            f" {first['enhet_mal']} till.",
        ]
    what = first["enhet_mal"].capitalize()
    header = (
        what if what.lower() == INFLOW else f"{what} till",
        "Framtider",
        "Håller i",
        "95-procentsintervall",
        LABELS[first["matt"]].namn,
        "Besked",
    )
    caption = f"{first['vad']}: vad som har prövats, och om villkoret håller"
    return [
        Paragraph(tuple(parts)),
        Table("malsok", caption, header, tuple(table)).without_empty(),
    ]


def _amount(row: Row) -> Number:
    amount = value_in(row, "antal")
    return Number(amount, 0 if amount.is_integer() else 2)
