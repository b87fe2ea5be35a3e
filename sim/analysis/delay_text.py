"""What a delay costs, in words and as a table, in Swedish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.analysis.assumption import Stance, values_text
from sim.analysis.delay import Delay
from sim.analysis.marginal_text import MNKR, told
from sim.describe import change_text, path_text
from sim.swedish import datum, tal, uppraknat

Delays = Sequence[tuple[Stance, Delay]]
COLUMNS = ("antagande", "matt", "enhet", "medel", "ki95_lag", "ki95_hog", "p10", "p90")


def delay_lines(found: Delays) -> list[str]:
    """The answer first, then its parts, years and what it rests on."""
    of = found[0][1]
    late = of.late
    net = of.netto
    sign = "kostar" if float(net.medel) > 0 else "sparar"
    unsure = bool(net.ki95_lag <= 0 <= net.ki95_hog)
    amount = f"{tal(abs(float(net.medel)) * MNKR, 1)} mnkr netto"
    sure = "kan inte skiljas från noll" if unsure else f"{sign} {amount}"
    low, high = (tal(float(end) * MNKR, 1, sign=True) for end in (net.ki95_lag, net.ki95_hog))
    rare, often = (tal(float(end) * MNKR, 1, sign=True) for end in (net.p10, net.p90))
    spread = f"Av framtiderna hamnar en av tio under {rare} och en av tio över {often}."
    parts = [
        f"köpta dygn {told(of.dygn, 1.0, 0)}",
        f"allt annat än det försenade självt {told(of.brutto, decimals=1)} mnkr",
        f"det försenades egen kostnad {tal(-float(of.kostnad.medel) * MNKR, 1, sign=True)} mnkr, som uteblir",
    ]
    by_year = zip(of.ar, of.netto_per_ar.tolist(), strict=True)
    years = [f"{year} {tal(value * MNKR, 1, sign=True)}" for year, value in by_year]
    lines = [
        f"# {of.kommun.namn}: vad kostar det om `{late.name}` kommer {late.months} månader senare?",
        "",
        f"{change_text(late.change, of.kommun)}; försenat från {datum(late.day)}. Summor till och med {of.last_month}, "
        f"{of.replications} möjliga framtider, samma människor i tid och försenat. Parentes: 95-procentsintervall.",
        "",
        f"**Förseningen {sure} ({low} till {high}).** {spread}",
        "",
        f"- Delarna: {'; '.join(parts)}.",
        f"- År för år, netto: {uppraknat(years)} mnkr.",
        "",
    ]
    if len(found) > 1:
        paths = list(found[0][0].values)
        names = uppraknat([f"*{path_text(path, of.kommun)[0]}*" for path in paths])
        lines += [f"Svaret vilar på ett antagande: {names}.", ""]
        for stance, each in found:
            lines.append(
                f"- **{stance.name.capitalize()}, {values_text(stance.values)}**: netto {told(each.netto, decimals=1)} "
                f"mnkr, köpta dygn {told(each.dygn, 1.0, 0)}."
            )
        kept = all(stance.kept for stance, _ in found)
        lines += ["", f"De publicerade siffrorna kommer {'fortfarande' if kept else 'då inte längre'} ut.", ""]
    lines.append(
        "Plus är dyrare. Kostnaden för själva bygget är inte med. Det försenades egen kostnad uteblir medan det inte "
        "finns, och köpta dygn kan fortsätta att vara fler efter den nya dagen, tills de som placerats har flyttat."
    )
    return lines


def delay_rows(found: Delays) -> Iterator[tuple[object, ...]]:
    for stance, of in found:
        name = " ".join(filter(None, (stance.name, values_text(stance.values))))
        for matt, enhet, each, factor in (
            ("fler_kopta_dygn", "dygn", of.dygn, 1.0),
            ("brutto", "mnkr", of.brutto, MNKR),
            ("utebliven_egen_kostnad", "mnkr", of.kostnad, MNKR),
            ("netto", "mnkr", of.netto, MNKR),
        ):
            numbers = (each.medel, each.ki95_lag, each.ki95_hog, each.p10, each.p90)
            yield name, matt, enhet, *(float(value) * factor for value in numbers)
