"""What more units are worth, in words and as tables, in Swedish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sim.analysis.assumption import Stance, values_text
from sim.analysis.effect import Estimate
from sim.analysis.marginal import Marginal, Payback, Pays, verdict
from sim.describe import path_text
from sim.swedish import datum, tal, uppraknat

MNKR = 1e-6
COLUMNS = (
    "mal",
    "vad",
    "enhet_mal",
    "antagande",
    "antagande_om",
    "antal",
    "matt",
    "enhet",
    "medel",
    "ki95_lag",
    "ki95_hog",
    "p10",
    "p90",
)


@dataclass(frozen=True)
class Valued:
    """The same question with an assumption as written (first), low and high. `why`: why the calibration is not kept."""

    stances: tuple[tuple[Stance, Marginal], ...]
    paybacks: tuple[Payback, ...]
    planned: tuple[str, ...]
    why: str = ""

    @property
    def written(self) -> Marginal:
        return self.stances[0][1]


def value_lines(made: Valued) -> list[str]:
    """The answer, the table, break-even, pay-back, and what it all rests on."""
    of = made.written
    target, kommun = of.question.target, of.kommun
    last = of.sammanlagt[0].months[-1]
    several = f"{tal_amount(of.question.amounts[-1])} {target.units}"
    lines = [
        f"# {kommun.namn}: vad är fler värda? {target.words}",
        "",
        f"Upp till {several} till från {datum(of.question.since)}, räknat till och med {last}. "
        f"{of.replications} möjliga framtider, med samma människor och samma goda och dåliga år för alla antal. Varje "
        "rad är skillnaden mot raden ovanför, medel per år, med 95-procentsintervall.",
        "",
        *_planned(made),
        f"**{answer(of)}**",
        "",
        *_range(made),
        *_table(made),
        "",
        *_break_even(made),
        *_by_year(of),
        *_paybacks(made),
        *_reading(made),
    ]
    return lines


def tal_amount(amount: float) -> str:
    return tal(amount, 0 if float(amount).is_integer() else 2)


def answer(of: Marginal) -> str:
    """How many pay for themselves, in a sentence."""
    found, target = verdict(of.netto, of.netto_sammanlagt), of.question.target
    which = [_label(of, number) for number in range(of.question.count)]
    best = f"Störst sammanlagd besparing i medel ger {tal_amount(found.bast * of.question.step)} {target.units}."
    if set(found.enheter) == {"nej"}:
        cost = f"redan den första kostar {tal(-float(of.netto.medel[0]) * MNKR, 2)} mnkr mer om året än den sparar"
        return f"Ingen {target.unit} betalar sig: {cost}."
    if set(found.enheter) == {"ja"}:
        return f"Alla betalar sig: var och en sparar mer än den kostar. {best}"
    text = ", ".join(_runs(found.enheter, which, target.unit))
    return f"{text[0].upper()}{text[1:]}. {best}"


def _runs(pays: Sequence[Pays], which: Sequence[str], unit: str) -> Iterator[str]:
    """Units beside one another of which the same can be said; from where on none pays, to the last."""
    first = 0
    for said, run in groupby(pays):
        after = first + len(list(run))
        units = _between(which, first, after)
        if said == "nej" and after == len(pays):
            yield f"från {unit} {which[first]} betalar sig ingen"
        elif said == "oavgjort":
            yield f"för {unit} {units} kan det inte avgöras"
        else:
            yield f"{unit} {units} betalar sig" + (" inte" if said == "nej" else "")
        first = after


def _between(which: Sequence[str], first: int, after: int) -> str:
    """Units from one number up to another."""
    if after == first + 1:
        return which[first]
    return f"{which[first].split('–')[0]}–{which[after - 1].split('–')[-1]}"


def _label(of: Marginal, number: int) -> str:
    """The unit's number; with a longer step, its first and last."""
    step = of.question.step
    last = tal_amount(step * (number + 1))
    return last if step <= 1 else f"{tal_amount(step * number + 1)}–{last}"


def _planned(made: Valued) -> list[str]:
    if not made.planned:
        return []
    return [f"Det som redan är planerat i kommunens fil är med: {uppraknat(list(made.planned))}.", ""]


def _range(made: Valued) -> list[str]:
    """The same answer at the ends of the assumption."""
    if len(made.stances) == 1:
        return []
    paths = list(made.stances[0][0].values)
    names = uppraknat([f"*{path_text(path, made.written.kommun)[0]}*" for path in paths])
    lines = [f"Svaret vilar på ett antagande: {names} (`{'`, `'.join(paths)}`)."]
    for stance, of in made.stances:
        first, all_of_them = (each.at(place) for each, place in ((of.netto, 0), (of.netto_sammanlagt, -1)))
        which = f"{of.question.target.unit} {_label(of, 0)}"
        lines.append(
            f"- **{stance.name.capitalize()}, {values_text(stance.values)}**: {which} "
            f"ger netto {told(first)} mnkr om året, alla tillsammans {told(all_of_them)}. {answer(of)}"
        )
    if all(stance.kept for stance, _ in made.stances):
        lines.append(
            "De inpassade talen har i varje fall ändrats så att kommunens publicerade siffror fortfarande kommer ut."
        )
    else:
        lines.append(
            f"De publicerade siffrorna kommer då inte längre ut: inget är inpassat på nytt. {made.why}".strip()
        )
    return [lines[0], "", *lines[1:-1], "", lines[-1], ""]


def told(each: Estimate, factor: float = MNKR, decimals: int = 2) -> str:
    """A difference with its interval."""
    mean, low, high = (float(value) * factor for value in (each.medel, each.ki95_lag, each.ki95_hog))
    return f"{tal(mean, decimals, sign=True)} ({tal(low, decimals)} till {tal(high, decimals)})"


def _table(made: Valued) -> list[str]:
    of = made.written
    ends = [stance for stance, _ in made.stances[1:]]
    unit = of.question.target.unit
    head = [
        f"{unit[0].upper()}{unit[1:]} nr",
        "Köpta dygn, färre",
        "Brutto sparat, mnkr",
        "Egen kostnad, mnkr",
        "Netto, mnkr",
        *(f"Netto {stance.name} ({values_text(stance.values)}), mnkr" for stance in ends),
    ]
    lines = [f"| {' | '.join(head)} |", f"|{'--:|' * len(head)}"]
    for number in range(of.question.count):
        cells = [
            _label(of, number),
            told(of.dygn.at(number), 1.0, 0).lstrip("+"),
            told(of.brutto.at(number)).lstrip("+"),
            tal(float(of.kostnad.medel[number]) * MNKR, 2),
            told(of.netto.at(number)),
            *(tal(float(other.netto.medel[number]) * MNKR, 2, sign=True) for _, other in made.stances[1:]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _break_even(made: Valued) -> list[str]:
    of = made.written
    if of.krav is None or of.fylld is None or of.ersatt is None:
        if of.question.target.cost is None:
            return ["Modellen räknar ingen kostnad för själva enheten, så netto är lika med brutto.", ""]
        return []
    krav = of.krav
    unit, number = of.question.target.unit, of.question.count - 1
    each_day = "per dygn vare sig den används eller inte"
    plus = f" och {tal(krav.dygn)} kr till per belagt dygn" if krav.dygn else ""
    lines = [
        f"**Brytpunkten.** En egen {unit} kostar {tal(krav.place)} kr {each_day}{plus}, ett "
        f"köpt dygn {tal(krav.bought)} kr i medel.",
    ]
    if krav.share > 1:
        return [*lines, "En egen kostar alltså mer än ett köpt dygn även när den alltid är belagd.", ""]
    less = f" − {tal(krav.dygn)}" if krav.dygn > 0 else f" + {tal(-krav.dygn)}" if krav.dygn < 0 else ""
    ratio = f"{tal(krav.place)} ÷ ({tal(krav.bought)}{less})" if less else f"{tal(krav.place)} ÷ {tal(krav.bought)}"
    shares = [
        f"{tal(100 * float(each[0]))} respektive {tal(100 * float(each[number]))} %" for each in (of.fylld, of.ersatt)
    ]
    lines += [
        f"Den går jämnt upp om den ersätter köpta dygn {ratio} = **{tal(100 * krav.share)} %** av tiden. Så hög måste "
        "beläggningen vara, om varje dygn på egen plats ersätter ett köpt. Det gör det sällan: den som flyttar in kan "
        f"annars ha väntat, eller bo längre på egen plats än på köpt. Den första och den sista ({_label(of, number)}) "
        f"är belagd {shares[0]} av tiden, men ersätter köpta dygn {shares[1]}.",
    ]
    if len(made.stances) > 1:
        now = [f"{tal(100 * each.belaggning)} % ({values_text(stance.values)})" for stance, each in made.stances]
        lines.append(f"De platser som redan finns är belagda {uppraknat(now)}.")
    return [" ".join(lines), ""]


def _by_year(of: Marginal) -> list[str]:
    """The first unit year by year, where years differ: what was waiting at the start is taken first."""
    if len(of.ar) < 2:
        return []
    years = [
        f"{year} {tal(float(value) * MNKR, 2, sign=True)}"
        for year, value in zip(of.ar, of.netto_per_ar[0], strict=True)
    ]
    text = f"År för år ger den första netto {uppraknat(years)} mnkr."
    return [f"{text} Skiljer sig åren mycket är det sista närmast det varaktiga.", ""]


def _paybacks(made: Valued) -> list[str]:
    if not made.paybacks:
        return []
    of = made.written
    lines = [
        "| Antal | Investering, mnkr | Återbetald | I en framtid av tio senast | I nio av tio senast "
        "| År, om sista årets besparing fortsätter |",
        "|--:|--:|---|---|---|--:|",
    ]
    for each in made.paybacks:
        years = "aldrig" if each.ar is None else tal(each.ar, 1)
        months = [month or "inte före " + of.sammanlagt[0].months[-1] for month in (each.manad, each.tidig, each.sen)]
        lines.append(
            f"| {tal_amount(each.units)} | {tal(each.investment * MNKR, 2)} | {' | '.join(months)} | {years} |"
        )
    text = (
        "*Återbetald* är första månaden då den sammanlagda nettobesparingen når investeringen. Räkna inte bygget två "
        "gånger: den egna platsens dygnskostnad ska då vara utan hyra och kapitalkostnad."
    )
    return ["## När är investeringen återbetald?", "", *lines, "", text, ""]


def _reading(made: Valued) -> list[str]:
    return [
        "*Brutto* är allt som blir billigare i hela kommunen, *egen kostnad* är vad enheten själv kostar, *netto* är "
        "brutto minus egen kostnad. Intervallen visar bara slumpen i beräkningen. Osäkerheten i antagandena är större, "
        "se raderna ovan: redovisa hela spannet, inte bara mitten.",
    ]


def value_rows(made: Valued) -> Iterator[tuple[object, ...]]:
    """Every estimate: per unit, and `sammanlagt` for so many together."""
    for stance, of in made.stances:
        target = of.question.target
        name = " ".join(filter(None, (stance.name, values_text(stance.values))))
        about = "; ".join(path_text(path, of.kommun)[0] for path in stance.values)
        for matt, enhet, each, factor in (
            ("sparade_kopta_dygn", "dygn/år och enhet", of.dygn, 1.0),
            ("brutto", "mnkr/år och enhet", of.brutto, MNKR),
            ("egen_kostnad", "mnkr/år och enhet", of.kostnad, MNKR),
            ("netto", "mnkr/år och enhet", of.netto, MNKR),
            ("sparade_kopta_dygn_sammanlagt", "dygn/år", of.dygn_sammanlagt, 1.0),
            ("netto_sammanlagt", "mnkr/år", of.netto_sammanlagt, MNKR),
        ):
            for number, amount in enumerate(of.question.amounts):
                at = each.at(number)
                numbers = (at.medel, at.ki95_lag, at.ki95_hog, at.p10, at.p90)
                yield (
                    target.path,
                    target.words,
                    target.unit,
                    name,
                    about,
                    amount,
                    matt,
                    enhet,
                    *(float(value) * factor for value in numbers),
                )
