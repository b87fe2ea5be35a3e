"""Forecast in mid-year, as in a delårsrapport: the outcome so far, and the rest of the year simulated from that day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.calendars import days_in_year
from sim.config import Kommun
from sim.config_prognos import Post, Prognosunderlag, Rad, Volym
from sim.costs import ALL_AREAS
from sim.errors import HemmaplanError, nearest, tal_text
from sim.experiment import Study, StudyResult
from sim.files import overlaid, read_yaml
from sim.labels import LABELS
from sim.loading import checked_kommun, raise_problems
from sim.messages import validated
from sim.periods import Floats
from sim.sources import source_problems
from sim.statistics import mean_interval
from sim.swedish import datum, tal, uppraknat
from sim.tables import Table
from sim.warmup import warmup_text

if TYPE_CHECKING:
    import pandas as pd

TKR = 1e-3
COLUMNS = (
    "rad",
    "slag",
    "enhet",
    "budget",
    "utfall_hittills",
    "simulerad_rest",
    "prognos",
    "avvikelse",
    "p10",
    "p90",
    "sannolikhet_inom_budget",
    "framskrivning",
    "dokument",
    "skillnad_mot_dokument",
)


def load_forecast(root: Path, kommun_id: str) -> Prognosunderlag:
    """`conf/prognos/<kommun>.yaml`, every number with its source. Raises HemmaplanError naming file and key."""
    path = root / "conf" / "prognos" / f"{kommun_id}.yaml"
    if not path.is_file():
        where = path.relative_to(root).as_posix()
        raise HemmaplanError(f"{where}: finns inte, så {kommun_id} har inget utfall att räkna vidare från")
    content = read_yaml(path)
    where = f"prognos/{path.name}"
    given = validated(Prognosunderlag, content, prefix=where)
    problems = [*source_problems(content, given.kallor), *_sum_problems(given), *_doubled(given)]
    raise_problems(problems, prefix=f"{where}.")
    return given


def _sum_problems(given: Prognosunderlag) -> Iterator[tuple[str, str]]:
    """Where the rows do not add up to the published total, but for the rounding of each to whole tkr."""
    rows = [row for row in given.rader if not row.darav]
    for key in ("budget", "utfall_hittills", "dokument"):
        total = getattr(given.summa, key)
        values = [getattr(row, key) for row in rows]
        if total is None or None in values:
            continue
        found = sum(values)
        if abs(found - total) > 0.5 * len(rows) + 1e-6:
            text = f"raderna blir {tal_text(found)} och skiljer {tal_text(found - total)}; rader med darav räknas inte"
            yield f"summa.{key}", f"{tal_text(total)}: {text}"


def _doubled(given: Prognosunderlag) -> Iterator[tuple[str, str]]:
    """The same measure in two rows that are summed."""
    seen: dict[Post, int] = {}
    for number, row in enumerate(given.rader, start=1):
        for post in row.poster if not row.darav else ():
            if post in seen:
                yield f"rader.{number}.poster", f"{_words(post)} står också i rad {seen[post]}; den räknas två gånger"
            seen[post] = number


def forecast_study(study: Study, given: Prognosunderlag) -> Study:
    """The same study of nuläge alone, from the day of the outcome to the end of the year."""
    content = study.kommun.model_dump(mode="python", exclude_unset=True)
    start = {"startdag": given.startdag, "nulage": overlaid(content.get("nulage", {}), given.nulage)}
    kommun = checked_kommun({**content, **start}, where="prognos")
    end = date(kommun.basar, 12, 31)
    if kommun.slut < end:
        raise HemmaplanError(f"slut = {kommun.slut}: kommunen kan inte simuleras till årets slut, {end}")
    raise_problems(list(_post_problems(kommun, given)), prefix="prognos: ")
    return replace(study, kommun=kommun, scenarios=(), slut=end)


def _post_problems(kommun: Kommun, given: Prognosunderlag) -> Iterator[tuple[str, str]]:
    """Words that do not exist, and measures that cannot be added to an outcome so far."""
    rows: list[tuple[str, Rad | Volym]] = [(f"rader.{n}.poster", row) for n, row in enumerate(given.rader, start=1)]
    rows += [(f"volymer.{n}.poster", row) for n, row in enumerate(given.volymer, start=1)]
    for at, row in rows:
        for post in row.poster:
            if post.verksamhet not in (*kommun.verksamheter, ALL_AREAS):
                yield at, f"verksamhet = {post.verksamhet}: finns inte; {nearest(post.verksamhet, kommun.verksamheter)}"
            if post.matt not in LABELS:
                yield at, f"matt = {post.matt}: finns inte; {nearest(post.matt, LABELS)}"
            elif LABELS[post.matt].over_tid != "summa":
                yield at, f"matt = {post.matt}: är ingen summa över tiden, och kan inte läggas till ett utfall hittills"
        units = {LABELS[post.matt].enhet for post in row.poster if post.matt in LABELS}
        if isinstance(row, Rad) and units - {"kr"}:
            yield at, f"enheten är {uppraknat(sorted(units))}; i rader räknas kronor, annat hör hemma under volymer"
        elif len(units) > 1:
            yield at, f"enheterna är olika ({uppraknat(sorted(units))}) och kan inte summeras"


@dataclass(frozen=True)
class Forecast:
    """`tabell` has the columns `COLUMNS`: rows ("rad"), parts of them ("darav"), their sum ("summa"), and "volym".

    `ovrigt_tkr`: of the sum's simulated rest, what is not simulated. `mellan_tkr`: the 95 % interval of the sum's
    forecast, which is what is left of simulation error.
    """

    kommun: Kommun
    underlag: Prognosunderlag
    tabell: pd.DataFrame
    ovrigt_tkr: float
    mellan_tkr: tuple[float, float]
    replikationer: int


def forecast(given: Prognosunderlag, result: StudyResult) -> Forecast:
    """The forecast from a finished `forecast_study`. Raises HemmaplanError naming a measure that is not there."""
    import pandas as pd

    kommun, table = result.study.kommun, result.tables[0]
    rows, total = [], np.zeros(len(table.replications))
    for number, row in enumerate(given.rader, start=1):
        rest = _rest(table, kommun, f"rader.{number}", row) * TKR + _not_simulated(kommun, row)
        total = total if row.darav else total + rest
        rows.append(_line(kommun, "darav" if row.darav else "rad", "tkr", _published(row), rest))
    rows.append(_line(kommun, "summa", "tkr", _total_of(given), total))
    for number, volume in enumerate(given.volymer, start=1):
        rest = _rest(table, kommun, f"volymer.{number}", volume)
        rows.append(_line(kommun, "volym", LABELS[volume.poster[0].matt].enhet, _published(volume), rest))
    _, low, high = (float(limit[0]) for limit in mean_interval((_total_of(given).utfall_hittills + total)[:, None]))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return Forecast(kommun, given, frame, _other(table, kommun, given), (low, high), len(total))


@dataclass(frozen=True)
class _Published:
    """What is known of a row."""

    namn: str
    budget: float | None
    utfall_hittills: float
    dokument: float | None


def _published(row: Rad | Volym) -> _Published:
    return _Published(row.namn, row.budget, row.utfall_hittills, row.dokument)


def _total_of(given: Prognosunderlag) -> _Published:
    """The published total, or the sum of the rows where none is published."""

    def total(key: str) -> float | None:
        published: float | None = getattr(given.summa, key)
        values = [getattr(row, key) for row in given.rader if not row.darav]
        return published if published is not None else None if None in values else sum(values)

    return _Published(given.summa.namn, total("budget"), total("utfall_hittills") or 0.0, total("dokument"))


def _days_left(kommun: Kommun) -> int:
    return (date(kommun.basar, 12, 31) - kommun.start).days + 1


def _not_simulated(kommun: Kommun, row: Rad) -> float:
    """What a row says that it costs besides, for the days that are left, tkr."""
    return row.ovrigt_tkr * _days_left(kommun) / days_in_year(kommun.basar)


def _rest(table: Table, kommun: Kommun, where: str, row: Rad | Volym) -> Floats:
    """What the model says of the rest of the year in each replication, in the unit of the measures."""
    total = np.zeros(len(table.replications))
    for post in row.poster:
        area, matt, part = post.verksamhet, post.matt, post.del_
        if (area, matt, part) not in table.rows:
            parts = {other for *measure, other in table.rows if measure == [area, matt]}
            what = (
                f"del = {part or '(ingen)'}: finns inte; {nearest(part, parts)}" if parts else "måttet finns inte där"
            )
            raise HemmaplanError(f"prognos: {where}.poster: {_words(post)}: {what}")
        total += table.of((area, matt, part), str(kommun.basar))
    return total


def _words(post: Post) -> str:
    return " ".join(filter(None, (post.verksamhet, post.matt, post.del_)))


def _line(kommun: Kommun, kind: str, unit: str, known: _Published, rest: Floats) -> dict[str, Any]:
    """A row of the table. Where nothing is simulated there is no spread, and so no probability."""
    year = known.utfall_hittills + rest
    forecasted, budget, document = float(year.mean()), _known(known.budget), _known(known.dokument)
    days, left = days_in_year(kommun.basar), _days_left(kommun)
    spread = bool(np.ptp(rest) > 0)
    return {
        "rad": known.namn,
        "slag": kind,
        "enhet": unit,
        "budget": budget,
        "utfall_hittills": known.utfall_hittills,
        "simulerad_rest": float(rest.mean()),
        "prognos": forecasted,
        "avvikelse": budget - forecasted,
        "p10": float(np.quantile(year, 0.1)) if spread else np.nan,
        "p90": float(np.quantile(year, 0.9)) if spread else np.nan,
        "sannolikhet_inom_budget": float(np.mean(year <= budget)) if spread and known.budget is not None else np.nan,
        "framskrivning": known.utfall_hittills * days / (days - left) if left < days else np.nan,
        "dokument": document,
        "skillnad_mot_dokument": (forecasted - document) / document if known.dokument else np.nan,
    }


def _known(value: float | None) -> float:
    return np.nan if value is None else value


def _other(table: Table, kommun: Kommun, given: Prognosunderlag) -> float:
    """Of the rest in the rows, what is declared as not simulated, tkr."""
    rows = [row for row in given.rader if not row.darav]
    posts = [(post.verksamhet, post.matt, post.del_) for row in rows for post in row.poster]
    areas = [area for area, matt, part in posts if matt == "nettokostnad" or (matt, part) == ("kostnad", "ovrigt")]
    declared = sum(_not_simulated(kommun, row) for row in rows)
    of_areas = (float(table.of((area, "kostnad", "ovrigt"), str(kommun.basar)).mean()) * TKR for area in areas)
    return declared + sum(of_areas)


def forecast_lines(made: Forecast) -> list[str]:
    """The forecast as Markdown, laid out as the table of a delårsrapport."""
    kommun, table = made.kommun, made.tabell
    kronor, volumes = table[table["slag"] != "volym"], table[table["slag"] == "volym"]
    lines = [
        f"# Prognos för {kommun.basar}: {kommun.namn}",
        "",
        f"Utfallet före {datum(kommun.start)} är givet; resten av året är simulerad från den dagen i "
        f"{made.replikationer} möjliga framtider. Prognosen är medlet, P10–P90 spridningen mellan framtiderna. "
        "Avvikelse är budget minus prognos. Belopp i tkr.",
        "",
        *_table(kronor, "Verksamhet"),
    ]
    if len(volumes):
        lines += ["", "## Volymer", "", *_table(volumes, "Volym")]
    return [*lines, "", "## Att veta om prognosen", "", *(f"- {text}" for text in notes(made))]


def _table(rows: pd.DataFrame, first: str) -> list[str]:
    header = [
        first,
        "Budget helår",
        "Utfall hittills",
        "Simulerad rest",
        "Prognos helår",
        "Avvikelse",
        "P10–P90",
        "Sannolikhet inom budget",
        "Rak framskrivning",
        "Dokumentets prognos",
        "Skillnad mot dokumentet",
    ]
    lines = [f"| {' | '.join(header)} |", f"|---|{'--:|' * (len(header) - 1)}"]
    for row in rows.to_dict("records"):
        name = {
            "darav": f"– därav {row['rad']}",
            "summa": f"**{row['rad']}**",
            "volym": f"{row['rad']}, {row['enhet']}",
        }
        cells = [
            name.get(row["slag"], row["rad"]),
            tal(row["budget"]),
            tal(row["utfall_hittills"]),
            tal(row["simulerad_rest"]),
            tal(row["prognos"]),
            tal(row["avvikelse"], sign=True),
            f"{tal(row['p10'])}–{tal(row['p90'])}" if row["p10"] == row["p10"] else "–",
            _percent(row["sannolikhet_inom_budget"]),
            tal(row["framskrivning"]),
            tal(row["dokument"]),
            _percent(row["skillnad_mot_dokument"], 1, sign=True),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _percent(share: float, decimals: int = 0, sign: bool = False) -> str:
    return "–" if np.isnan(share) else f"{tal(100 * share, decimals, sign=sign)} %"


def notes(made: Forecast) -> list[str]:
    """What the forecast rests on, and what it lacks, in Swedish sentences."""
    kommun, given = made.kommun, made.underlag
    (total,) = made.tabell[made.tabell["slag"] == "summa"].to_dict("records")
    rest = total["simulerad_rest"]
    share = f" ({_percent(made.ovrigt_tkr / rest)})" if rest else ""
    found = [
        f"Av summans rest, {tal(rest)} tkr, är {tal(made.ovrigt_tkr)} tkr{share} sådant som inte simuleras utan antas "
        "gå jämnt över året, utan spridning.",
        "Simuleringens egen osäkerhet i summans prognos, som minskar med fler framtider, är "
        f"{tal(made.mellan_tkr[0])} till {tal(made.mellan_tkr[1])} tkr (95-procentsintervall).",
        f"{_stock_text(kommun, given)}Hur bra eller dåligt året hittills varit påverkar inte resten: goda och dåliga "
        "år, månader och prisår dras oberoende av utfallet. Osäkerheten i antagandena kommer därtill.",
        "Rak framskrivning är utfallet hittills delat med andelen av årets dagar, utan modell, att jämföra med.",
    ]
    missing = _left_out(kommun, given)
    if missing:
        found.append(f"Simuleras men står inte i någon rad: {uppraknat(missing)}.")
    return [*found, *warmup_text(kommun), *given.forbehall]


def _stock_text(kommun: Kommun, given: Prognosunderlag) -> str:
    if kommun.uppvarmning_ar:
        return ""
    said = [kommun.verksamheter[area].namn for area in sorted(kommun.nulage) if area in given.nulage]
    as_before = [kommun.verksamheter[area].namn for area in sorted(kommun.nulage) if area not in given.nulage]
    day = datum(kommun.start)
    parts = [f"Beståndet den {day} är givet för {uppraknat(said)}."] if said else []
    if as_before:
        parts.append(f"Beståndet den {day} antas vara kommunens nuläge för {uppraknat(as_before)}.")
    return "".join(f"{part} " for part in parts)


def _left_out(kommun: Kommun, given: Prognosunderlag) -> list[str]:
    """Verksamheter that no row speaks of."""
    spoken_of = {post.verksamhet for row in given.rader if not row.darav for post in row.poster}
    if ALL_AREAS in spoken_of:
        return []
    return [verksamhet.namn for area, verksamhet in sorted(kommun.verksamheter.items()) if area not in spoken_of]
