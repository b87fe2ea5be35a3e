"""How many are needed, or how much inflow can be carried, in words and as a table, in Swedish."""

from __future__ import annotations

from collections.abc import Iterator

from sim.analysis.binding import ALL, Obstacles
from sim.analysis.goal import Goal, Sought
from sim.analysis.marginal_text import tal_amount
from sim.analysis.search import CONFIDENCE
from sim.labels import LABELS
from sim.swedish import datum, tal, uppraknat

ASKED = ("vad", "enhet_mal", "villkor", "matt", "sakerhet", "ar", "fran")
COLUMNS = (*ASKED, "antal", "framtider", "andel_som_haller", "lag", "hog", "matt_medel", "besked")
INFLOW = "gånger dagens inflöde"
SHOWN = 12
"""Rows of the table in the text: those nearest to the answer."""


def goal_lines(sought: Sought, obstacles: Obstacles | None) -> list[str]:
    """The answer, how sure it is, what was tried, and what binds where there is none."""
    goal = sought.goal
    what = "vilket inflöde klarar dagens medel?" if goal.fewer else "hur många behövs?"
    sure = "" if goal.p is None else f" i minst {tal(100 * goal.p, 1).removesuffix(',0')} % av alla möjliga framtider"
    return [
        f"# {goal.kommun.namn}: {what} {goal.words}",
        "",
        f"Villkor: {goal.condition.words(goal.kommun)}{sure}. Bedömt år: {_judged(goal)}. Ändringen gäller från "
        f"{datum(goal.since)}.",
        "",
        f"**{_answer(sought)}** {_confidence(sought)}".rstrip(),
        "",
        *(_binding(sought, obstacles) if obstacles else []),
        *_warnings(sought),
        *_table(sought),
        "",
        "Samma framtider för alla antal. Bara antalen vid gränsen prövas i många framtider; för övriga räcker några "
        "få. Andelen som håller står med 95-procentsintervall; besked ges först när slumpen inte längre kan ha avgjort "
        "det.",
    ]


def _judged(goal: Goal) -> str:
    return goal.years[0] if len(goal.years) == 1 else f"{goal.years[0]}–{goal.years[-1]}"


def amount_text(goal: Goal, amount: float) -> str:
    """An amount with its unit, and what there is in all."""
    if goal.fewer:
        percent = 100 * (amount - 1)
        same = "dagens inflöde" if amount == 1 else f"{tal(percent, 0, sign=True)} % mot dagens inflöde"
        return f"inflödet gånger {tal(amount, 2)} ({same})"
    assert goal.target is not None and goal.now is not None
    unit = goal.target.unit if amount == 1 else goal.target.units
    planned = any(change.mal == goal.target.path for change in goal.kommun.planerat.values())
    more = " och det som är planerat" if planned else ""
    return f"{tal_amount(amount)} {unit} till, utöver dagens {tal_amount(goal.now)}{more}"


def _answer(sought: Sought) -> str:
    goal, answer = sought.goal, sought.answer
    if answer is None:
        first, last = goal.amounts[0], goal.amounts[-1]
        if goal.fewer:
            return f"Inte inom {tal(last, 2)}–{tal(first, 2)} gånger dagens inflöde."
        assert goal.target is not None
        return f"Inte inom {tal_amount(first)}–{tal_amount(last)} {goal.target.units} till."
    if goal.fewer and answer == goal.amounts[0]:
        return f"Minst {amount_text(goal, answer)}: villkoret håller vid det högsta som prövades."
    if not goal.fewer and answer == 0:
        return "Inga fler: villkoret håller redan."
    text = amount_text(goal, answer)
    return f"{text[0].upper()}{text[1:]}."


def _confidence(sought: Sought) -> str:
    """What has been shown of the answer, and of the one before it."""
    goal, found = sought.goal, sought.found
    if found.least is None:
        return ""
    margins = found.margins[found.least]
    sure = f"{tal(100 * CONFIDENCE)} procents konfidens"
    if goal.p is None:
        value = _value(goal, sought.values[found.least])
        parts = [f"Måttet är då {value} i medel av {len(margins)} framtider, och villkoret håller med {sure}."]
    else:
        share = tal(100 * found.judge.score(margins), 1)
        parts = [
            f"Villkoret håller då i {share} % av {len(margins)} framtider: i minst {tal(100 * goal.p)} % med {sure}."
        ]
    if found.least and found.fails is not None:
        before = goal.amounts[found.fails]
        if found.settled:
            parts.append(f"Med {_short(goal, before)} är det på samma sätt visat att det inte håller.")
        else:
            seems = _short(goal, goal.amounts[found.seems])
            parts.append(
                f"Att det inte håller är visat för {_short(goal, before)}. Däremellan kan slumpen ha avgjort; gränsen "
                f"ser ut att ligga vid {seems}. Fler framtider (--replikationer) kan skilja dem åt."
            )
    return " ".join(parts)


def _short(goal: Goal, amount: float) -> str:
    return f"faktorn {tal(amount, 2)}" if goal.fewer else tal_amount(amount)


def _value(goal: Goal, value: float) -> str:
    label = LABELS[goal.condition.measure]
    if label.enhet == "andel":
        return f"{tal(100 * value, 1)} %"
    if label.enhet == "kr":
        return f"{tal(value / 1e6, 1)} mnkr"
    return f"{tal(value, max(label.decimaler, 1))} {label.enhet}"


def _binding(sought: Sought, obstacles: Obstacles) -> list[str]:
    goal = sought.goal
    at = f"Närmast kommer {_short(goal, obstacles.amount)}: måttet är då {_value(goal, obstacles.value)} i medel"
    lines = [f"{at}{_holds(goal, obstacles.score)}."]
    single = [limit for limit in obstacles.limits if limit.words != ALL]
    if not single:
        return [
            *lines,
            "Ingen annan resurs i modellen står i vägen: varken fler handläggare, andra platser eller att alla kan få "
            "insatsen på hemmaplan ändrar det. Det är tiderna, priserna eller inflödet i sig som binder.",
            "",
        ]
    lines += ["Det som binder, prövat genom att ta bort en gräns i taget:", ""]
    for limit in obstacles.limits:
        enough = "; då håller villkoret" if limit.holds else ""
        words = limit.words if limit.words != ALL else "Alla gränser på en gång"
        lines.append(f"- {words}: måttet blir {_value(goal, limit.value)} i medel{_holds(goal, limit.score)}{enough}.")
    return [" ".join(lines[:2]), *lines[2:], ""]


def _holds(goal: Goal, score: float) -> str:
    return "" if goal.p is None else f", och villkoret håller i {tal(100 * score)} % av framtiderna"


def _warnings(sought: Sought) -> list[str]:
    """Where more does worse, the search rests on something that does not hold."""
    goal = sought.goal
    if not sought.found.turns:
        return []
    pairs = uppraknat(
        [f"{_short(goal, goal.amounts[a])} till {_short(goal, goal.amounts[b])}" for a, b in sought.found.turns]
    )
    return [
        f"Obs: villkoret blir svårare att uppfylla från {pairs}. Sökningen utgår från att det bara blir lättare, så "
        "det kan finnas fler gränser än den som står här; se tabellen.",
        "",
    ]


def _table(sought: Sought) -> list[str]:
    goal = sought.goal
    head = [
        "Inflöde, gånger" if goal.fewer else "Antal till",
        "Framtider",
        "Håller i",
        LABELS[goal.condition.measure].namn,
    ]
    lines = [f"| {' | '.join([*head, 'Besked'])} |", "|--:|--:|--:|--:|---|"]
    tried = sorted(sought.found.margins)
    middle = sought.found.least if sought.found.least is not None else tried[-1]
    kept = sorted(sorted(tried, key=lambda number: abs(number - middle))[:SHOWN])
    for number in kept:
        amount, count, share, low, high, value, told = _row(sought, number)
        held = "–" if goal.p is None else f"{tal(100 * share)} % ({tal(100 * low)}–{tal(100 * high)})"
        which = tal(amount, 2) if goal.fewer else tal_amount(amount)
        lines.append(f"| {which} | {count} | {held} | {_value(goal, value)} | {told} |")
    return lines


def _row(sought: Sought, number: int) -> tuple[float, int, float, float, float, float, str]:
    goal, found = sought.goal, sought.found
    margins = found.margins[number]
    low, high = found.judge.bounds(margins, 0.025)
    told = {"haller": "håller", "haller inte": "håller inte"}.get(found.verdict(number))
    if told is None:
        told = "lutar åt att hålla" if found.judge.leans(margins) else "lutar åt att inte hålla"
    return goal.amounts[number], len(margins), found.judge.score(margins), low, high, sought.values[number], told


def goal_rows(sought: Sought) -> Iterator[tuple[object, ...]]:
    """What is asked, and every amount tried. In the mean, the share and its ends are the margin to the limit."""
    goal = sought.goal
    asked = (
        *(goal.words, INFLOW if goal.target is None else goal.target.units),
        *(goal.condition.words(goal.kommun), goal.condition.measure, goal.p),
        *(_judged(goal), goal.since.isoformat()),
    )
    for number in sorted(sought.found.margins):
        yield *asked, *_row(sought, number)
