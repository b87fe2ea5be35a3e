"""Document against model, figure by figure: what is published, what the model says, and how close."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from sim.comparison import Comparison
from sim.config import Kommun
from sim.errors import HemmaplanError, nearest
from sim.files import read_yaml
from sim.labels import LABELS
from sim.messages import validated
from sim.periods import Floats, ratio
from sim.scenario import NULAGE
from sim.swedish import tal
from sim.tables import Table
from sim.units import Modell, Namn, Tal, Text

if TYPE_CHECKING:
    import pandas as pd

GOOD, ACCEPTABLE = 0.03, 0.10
PERIODS = {"jan-jun": "H1", "jul-dec": "H2"}
MONTHS = tuple(f"{month:02d}" for month in range(1, 13))


class Matt(Modell):
    """Another measure of the same verksamhet or enhet."""

    matt: Text
    del_: Annotated[str, Field(alias="del")] = ""


class Uppgift(Modell):
    """One published figure and the measure that answers to it, or the reason why none does or why it is not graded."""

    namn: Text
    omrade: Text
    nyckeltal: Text
    ar: int
    period: Text = "helår"
    typ: str | None = None
    """Needed where the same figure is published as both, say, prognos and mål."""
    verksamhet: str | None = None
    """Or an enhet: the sum of its verksamheter."""
    matt: str | None = None
    del_: str = ""
    delat_med: Matt | None = None
    """The figure is the measure as a share of this one."""
    faktor: Tal = 1.0
    """The model's value × `faktor` has the document's unit."""
    komplement: bool = False
    """The document's figure answers to 1 − the model's share."""
    decimaler: int | None = None
    """None: three for a share, otherwise none."""
    inpassad: bool = False
    """Fitted by hand. What `kalibrera` has fitted is known from conf/kalibrering, and needs no mark."""
    foljer: Text | None = None
    """Why the figure cannot but come out: it is input, or follows from fitted figures."""
    ograderad: str | None = None
    modellar: int | None = None
    """The model's year, where it is not the document's."""
    modellperiod: Text | None = None
    """The model's period (2014, 2014H1, 2014-01), where the document's does not say it."""

    @model_validator(mode="after")
    def _komplement_without_factor(self) -> Uppgift:
        if self.komplement and self.faktor != 1.0:
            raise ValueError("komplement och faktor går inte att förena; komplementet av en andel är en andel")
        return self

    @property
    def period_in_model(self) -> str:
        """jan-jun and jul-dec are half-years, 01 to 12 months; all else is the year."""
        if self.modellperiod is not None:
            return self.modellperiod
        year = str(self.modellar or self.ar)
        return year + PERIODS.get(self.period, f"-{self.period}" if self.period in MONTHS else "")


class Avstamning(Modell):
    """`enheter`: parts of the organisation that the document speaks of, each with its verksamheter."""

    kalla: Text
    enheter: dict[Namn, Annotated[tuple[Namn, ...], Field(min_length=1)]] = Field(default={})
    uppgifter: tuple[Uppgift, ...]


@dataclass(frozen=True)
class Line:
    """A figure to reconcile, with the document's value."""

    uppgift: Uppgift
    dokument: float
    enhet: str
    typ: Literal["utfall", "budget", "prognos", "mål", "plan"]
    anm: str
    verksamheter: tuple[str, ...] = ()
    """Those of the enhet that the figure concerns; empty where it concerns one verksamhet."""

    @property
    def decimaler(self) -> int:
        """In which the figure is shown."""
        if self.uppgift.decimaler is not None:
            return self.uppgift.decimaler
        return 3 if self.enhet == "andel" else 0


def load_reconciliation(root: Path, kommun_id: str) -> list[Line]:
    """The figures in `conf/avstamning/<kommun>.yaml`, with their values from `conf/underlag/nyckeltal.csv`."""
    path = reconciliation_path(root, kommun_id)
    wanted = _wanted(root, kommun_id)
    published = published_rows(root, wanted.kalla)
    lines = []
    for uppgift in wanted.uppgifter:
        key = (uppgift.omrade, uppgift.nyckeltal, str(uppgift.ar), uppgift.period)
        rows = [row for row in published.get(key, []) if uppgift.typ in (None, row["typ"])]
        if len(rows) != 1:
            what = "finns inte" if not rows else "finns flera gånger; ange typ"
            raise HemmaplanError(f"{path.name}: {' '.join(key)}: {what} i nyckeltal.csv för {wanted.kalla}")
        row = rows[0]
        areas = wanted.enheter.get(uppgift.verksamhet or "", ())
        lines.append(Line(uppgift, float(row["varde"]), row["enhet"], row["typ"], row["anm"], areas))
    return lines


def reconciliation_source(root: Path, kommun_id: str) -> str:
    """The document's short name in nyckeltal.csv."""
    return _wanted(root, kommun_id).kalla


def reconciliation_path(root: Path, kommun_id: str) -> Path:
    """Where the kommun's published figures are listed, if they are."""
    return root / "conf" / "avstamning" / f"{kommun_id}.yaml"


def _wanted(root: Path, kommun_id: str) -> Avstamning:
    path = reconciliation_path(root, kommun_id)
    if not path.is_file():
        raise HemmaplanError(
            f"{path.relative_to(root).as_posix()}: finns inte, så {kommun_id} har inget att stämmas av mot"
        )
    content = read_yaml(path)
    for uppgift in content.get("uppgifter", ()):
        if isinstance(uppgift, dict) and "del" in uppgift:
            uppgift["del_"] = uppgift.pop("del")
    return validated(Avstamning, content, prefix=path.name)


def published_rows(root: Path, source: str) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """The document's rows by (omrade, matt, ar, period), each with its line in the file as `rad`.

    They stand in a file of the document's own, or in nyckeltal.csv.
    """
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    own = root / "conf" / "underlag" / f"{source}.csv"  # of a municipality's own lists
    path = own if own.is_file() else root / "conf" / "underlag" / "nyckeltal.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            if row["kalla"] == source:
                key = (row["omrade"], row["matt"], row["ar"], row["period"])
                found.setdefault(key, []).append({**row, "rad": reader.line_num})
    return found


FITTED, FOLLOWS, UNUSED = "ja", "följer", "nej"


def use_of(line: Line, fitted: Sequence[Line]) -> str:
    """Whether a figure was fitted, follows from what was put in, or tries the model."""
    if line.uppgift.inpassad or line in fitted:
        return FITTED
    return FOLLOWS if line.uppgift.foljer else UNUSED


def reconciliation_table(lines: Sequence[Line], made: Comparison, fitted: Sequence[Line] = ()) -> pd.DataFrame:
    """One row a figure: dokument, modell, its year spread P10-P90, difference, use in the fit, grade and reason."""
    import pandas as pd

    return pd.DataFrame([reconciled(line, made, fitted) for line in lines])


def reconciled(line: Line, made: Comparison, fitted: Sequence[Line] = ()) -> dict[str, Any]:
    """A row of `reconciliation_table`. Raises HemmaplanError where the run has nothing that answers to the figure."""
    uppgift = line.uppgift
    model = _modelled(line, made)
    if uppgift.matt is not None and uppgift.matt != "" and model is None and uppgift.ograderad is None:
        raise HemmaplanError(
            f"{uppgift.namn}: måttet {uppgift.verksamhet} {uppgift.matt} {uppgift.del_} {uppgift.period_in_model} "
            "finns inte"
        )
    value, low, high = (
        (in_document(uppgift, model[column]) for column in ("medel", "p10", "p90"))
        if model is not None
        else (float("nan"),) * 3
    )
    low, high = min(low, high), max(low, high)
    difference = (value - line.dokument) / line.dokument if line.dokument else float("nan")
    reason = uppgift.ograderad or (f"{line.typ}, inte utfall" if line.typ != "utfall" else "")
    return {
        "siffra": uppgift.namn,
        "ar": uppgift.ar,
        "period": uppgift.period_in_model,
        "enhet": line.enhet,
        "typ": line.typ,
        "dokument": line.dokument,
        "modell": value,
        "p10": low,
        "p90": high,
        "skillnad": difference,
        "inpassad": use_of(line, fitted),
        "foljer": uppgift.foljer or "",
        "betyg": "ograderad" if reason else grade(difference),
        "skal": reason,
        "decimaler": line.decimaler,
    }


def _modelled(line: Line, made: Comparison) -> Mapping[str, float] | None:
    """medel, p10 and p90 of what answers to a figure in the model; None where nothing does."""
    uppgift = line.uppgift
    if uppgift.matt is None or (not line.verksamheter and uppgift.delat_med is None):
        row = uppgift.verksamhet or "", uppgift.matt or "", uppgift.del_
        return made.levels(NULAGE, row).at(uppgift.period_in_model)
    values = samples_of(line, made.resultat.study.kommun, made.resultat.tables[0])
    if values is None or np.isnan(values).all():
        return None
    values = values[~np.isnan(values)]
    low, high = np.quantile(values, (0.1, 0.9)).tolist()
    return {"medel": float(values.mean()), "p10": low, "p90": high}


def samples_of(line: Line, kommun: Kommun, table: Table) -> Floats | None:
    """What answers to a figure, in the model's unit, in each replication; None where nothing does."""
    uppgift = line.uppgift
    if uppgift.matt is None:
        return None
    values = _summed(line, kommun, table, uppgift.matt, uppgift.del_)
    if values is not None and uppgift.delat_med is not None:
        whole = _summed(line, kommun, table, uppgift.delat_med.matt, uppgift.delat_med.del_)
        values = None if whole is None else ratio(values, whole)
    return values


def _summed(line: Line, kommun: Kommun, table: Table, matt: str, part: str) -> Floats | None:
    """A measure of a verksamhet, or of all in an enhet together, in each replication; None where none has it."""
    uppgift = line.uppgift
    for area in line.verksamheter:
        if area not in kommun.verksamheter:
            near = nearest(area, kommun.verksamheter)
            raise HemmaplanError(f"enheter.{uppgift.verksamhet} = {area}: verksamheten finns inte; {near}")
    if len(line.verksamheter) > 1 and matt in LABELS and LABELS[matt].over_tid not in {"summa", "medel"}:
        text = "kan inte summeras över verksamheter; dela en summa med en annan (delat_med)"
        raise HemmaplanError(f"{uppgift.namn}: matt = {matt}: {text}")
    rows = [(area, matt, part) for area in line.verksamheter or (uppgift.verksamhet or "",)]
    found = [row for row in rows if row in table.rows]
    if not found or uppgift.period_in_model not in table.periods:
        return None
    total: Floats = np.sum([table.of(row, uppgift.period_in_model) for row in found], axis=0)
    return total


def _when(year: int, period: str) -> str:
    """The document's year, with the half-year or month where the model answers for one."""
    parts = {"H1": " jan–jun", "H2": " jul–dec"}
    return f"{year}{parts.get(period[4:], period[4:])}"


def in_document(uppgift: Uppgift, value: float) -> float:
    """The model's value in the document's terms."""
    return 1 - value if uppgift.komplement else value * uppgift.faktor


def grade(difference: float) -> str:
    """bra ≤ 3 %, godtagbar ≤ 10 %, else svag."""
    if abs(difference) <= GOOD:
        return "bra"
    return "godtagbar" if abs(difference) <= ACCEPTABLE else "svag"


def reconciliation_lines(table: pd.DataFrame, name: str, replications: int) -> list[str]:
    """The table as Markdown."""
    lines = [
        f"# Avstämning: {name}",
        "",
        f"Modellens medel över {replications} möjliga år mot dokumentets siffra. P10–P90 är spridningen mellan år.",
        "Betyg: bra högst 3 %, godtagbar högst 10 %, annars svag. "
        "*Inpassad*: modellen är satt så att siffran ska stämma (ja), siffran följer av det (följer), eller den "
        "används inte och prövar modellen (nej).",
        "",
        "| Siffra | År | Enhet | Dokument | Modell | P10–P90 | Skillnad | Inpassad | Betyg |",
        "|---|---|---|--:|--:|--:|--:|---|---|",
    ]
    for row in table.to_dict("records"):
        places = int(row["decimaler"])
        spread = f"{tal(row['p10'], places)}–{tal(row['p90'], places)}" if row["p10"] == row["p10"] else "–"
        percent = f"{tal(100 * row['skillnad'], 1, sign=True)} %" if row["skillnad"] == row["skillnad"] else "–"
        graded = row["betyg"] + (f" ({row['skal']})" if row["skal"] else "")
        cells = [
            row["siffra"],
            _when(int(row["ar"]), row["period"]),
            row["enhet"],
            str(int(row["dokument"])) if row["enhet"] == "år" else tal(row["dokument"], places),
            tal(row["modell"], places),
            spread,
            percent,
            row["inpassad"] + (f" ({row['foljer']})" if row["inpassad"] == FOLLOWS else ""),
            graded,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


GRADES = ("bra", "godtagbar", "svag")
KINDS = {
    FITTED: "Inpassade: visar bara att inpassningen gick",
    FOLLOWS: "Följer av inpassade siffror eller indata",
    UNUSED: "Inte använda i inpassningen: prövar modellen",
}


def grade_lines(table: pd.DataFrame, free: int | None) -> list[str]:
    """Grades apart for fitted figures, for those that follow, and for those not used; and what is not graded, and why.

    `free`: how many numbers the calibration turns, None where the kommun has none.
    """
    lines = ["", "## Betyg", ""]
    if free is not None:
        count = int((table["inpassad"] == FITTED).sum())
        lines += [f"{free} fria tal är inpassade mot {count} siffror (`hemmaplan kalibrera`).", ""]
    lines += ["| Siffror | Bra | Godtagbar | Svag | Utan betyg | Inom P10–P90 |", "|---|--:|--:|--:|--:|--:|"]
    for kind, said in KINDS.items():
        rows = table[table["inpassad"] == kind]
        graded = rows[rows["betyg"] != "ograderad"]
        inside = int(((graded["dokument"] >= graded["p10"]) & (graded["dokument"] <= graded["p90"])).sum())
        counts = [str(int((rows["betyg"] == name).sum())) for name in (*GRADES, "ograderad")]
        lines.append(f"| {said} | {' | '.join(counts)} | {inside} av {len(graded)} |")
    without = table[table["betyg"] == "ograderad"]
    reasons = without["skal"].map(lambda text: re.split(r"[,;:(]", text)[0].strip()).value_counts()
    told = "; ".join(f"{reason} {count}" for reason, count in reasons.items())
    lines += ["", f"{len(without)} av {len(table)} siffror har inget betyg: {told}."] if len(without) else []
    return lines
