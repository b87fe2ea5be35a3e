"""From `conf/backtest/<kommun>.yaml` to cases that can be run: the kommun of one year, and figures of the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sim.calibration_files import free_assumptions, load_calibration, parameter_problems
from sim.config import Kommun, Scenario
from sim.config_backtest import Backtest, Prov, Provsiffra
from sim.config_kalibrering import Fri, Kalibrering
from sim.errors import HemmaplanError, nearest
from sim.files import overlaid, read_kommun, read_yaml
from sim.loading import checked_kommun, load_kommun, raise_problems
from sim.messages import validated
from sim.reconcile import Line, load_reconciliation, published_rows, reconciliation_source
from sim.sources import source_problems
from sim.trials import islands
from sim.uncertainty import Assumption

FOLDER = "backtest"
GIVEN = "givet"
"""The scenario in which what became known only in the predicted year is given."""


@dataclass(frozen=True)
class Published:
    """A figure in one year: its value, and its line in nyckeltal.csv; `rad` is 0 where it follows from another."""

    varde: float
    rad: int


@dataclass(frozen=True)
class Figure:
    """A figure to predict, as the model measures it in year t and in the next, and what is published of it.

    `fore` is year t − 1, None where that is not published.
    """

    asked: Provsiffra
    line: Line
    next_line: Line
    fore: Published | None
    ar: Published
    facit: Published

    @property
    def counted(self) -> bool:
        """Whether it counts in the coverage: it does not follow from others."""
        return self.asked.foljer is None

    @property
    def fitted(self) -> bool:
        return self.counted and self.asked.inpassad


@dataclass(frozen=True)
class Case:
    """A prov made ready. `kommun` is that of year t, without what no figure concerns."""

    kommun_id: str
    name: str
    prov: Prov
    kommun: Kommun
    figures: tuple[Figure, ...]
    plan: Kalibrering
    drawn: tuple[Assumption, ...]
    given: Scenario | None
    replikationer: int

    @property
    def ends(self) -> tuple[date, date]:
        """The last days simulated: of year t, and of the next."""
        month, day = (6, 30) if self.prov.period == "jan-jun" else (12, 31)
        return date(self.prov.ar, month, day), date(self.prov.ar + 1, month, day)


def backtest_ids(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "conf" / FOLDER).glob("*.yaml"))


def load_backtest(root: Path, kommun_id: str) -> Backtest:
    """`conf/backtest/<kommun>.yaml`, every number of a year with its source. Raises HemmaplanError."""
    path = root / "conf" / FOLDER / f"{kommun_id}.yaml"
    if not path.is_file():
        near = nearest(kommun_id, backtest_ids(root))
        raise HemmaplanError(f"kommun = {kommun_id}: har ingen fil i conf/{FOLDER}, så den kan inte backtestas; {near}")
    content = read_yaml(path)
    where = f"{FOLDER}/{path.name}"
    given = validated(Backtest, content, prefix=where)
    numbers = {
        "prov": {
            name: {key: prov[key] for key in ("kommun", "handelser") if key in prov}
            for name, prov in content["prov"].items()
        }
    }
    raise_problems(source_problems(numbers, given.kallor), prefix=f"{where}.")
    return given


def load_cases(root: Path, kommun_id: str) -> list[Case]:
    """Everything that a kommun is backtested on, in the order of the file."""
    given = load_backtest(root, kommun_id)
    return [_case(root, kommun_id, given, name) for name in given.prov]


def _case(root: Path, kommun_id: str, given: Backtest, name: str) -> Case:
    prov, where = given.prov[name], f"{FOLDER}/{kommun_id}.yaml: prov.{name}"
    figures = _figures(root, kommun_id, prov, where)
    content = _year_content(read_kommun(root, kommun_id), prov, where)
    content = only_concerned(content, [figure.line for figure in figures])
    kommun = checked_kommun(content, where=where)
    for area in prov.jamvikt:
        if area not in kommun.verksamheter:
            raise HemmaplanError(f"{where}.jamvikt = {area}: finns inte; {nearest(area, kommun.verksamheter)}")
    plan = _plan(root, kommun_id, given, prov, figures, where)
    raise_problems(list(parameter_problems(kommun, plan.parametrar)), prefix=f"{where}.")
    later = [event.andring() for event in prov.handelser.values() if event.kand == "under_aret"]
    scenario = Scenario(id=GIVEN, namn="Givet inflödet", motiv=prov.namn, andringar=tuple(later)) if later else None
    drawn = free_assumptions(content, kommun, plan)
    return Case(kommun_id, name, prov, kommun, figures, plan, drawn, scenario, given.replikationer)


def _year_content(content: dict[str, Any], prov: Prov, where: str) -> dict[str, Any]:
    """The kommun's files as of year t: nothing planned but what is said to stay, and what was known beforehand."""
    planned = content.pop("planerat", {})
    for name in prov.planerat:
        if name not in planned:
            raise HemmaplanError(f"{where}.planerat = {name}: finns inte i kommunen; {nearest(name, planned)}")
    known = {
        name: event.andring().model_dump(exclude_none=True)
        for name, event in prov.handelser.items()
        if event.kand == "i_forvag"
    }
    year = {"basar": prov.ar, "slut": date(prov.ar + 1, 12, 31)}
    planerat = {name: planned[name] for name in prov.planerat} | known
    found: dict[str, Any] = overlaid({**content, **year, "planerat": planerat}, prov.kommun)
    return found


def only_concerned(content: Mapping[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """Without the verksamheter that share nothing with any figure: what is left goes on as before, but quicker."""
    kommun = checked_kommun(content)
    island = islands(kommun, lines)
    areas = [area for line in lines for area in (line.verksamheter or (line.uppgift.verksamhet or "",))]
    for area in areas:
        if area not in island:
            raise HemmaplanError(f"verksamhet = {area}: finns inte i kommunen; {nearest(area, island)}")
    kept = {area for area in island if island[area] in {island[concerned] for concerned in areas}}
    resources = {name for name, resurs in kommun.resurser.items() if resurs.verksamhet in kept}
    there = {"verksamheter": kept, "nulage": kept, "resurser": resources}

    def concerned(change: Mapping[str, Any]) -> bool:
        first, second, *_ = change["mal"].split(".")
        return first not in there or second in there[first]

    found = {**content}
    for key, names in there.items():
        found[key] = {name: part for name, part in content.get(key, {}).items() if name in names}
    found["planerat"] = {name: part for name, part in content.get("planerat", {}).items() if concerned(part)}
    return found


def _plan(
    root: Path, kommun_id: str, given: Backtest, prov: Prov, figures: Sequence[Figure], where: str
) -> Kalibrering:
    """The machinery of `kalibrera`, aimed at the figures of year t."""
    there: dict[str, Fri] = {}
    if prov.inpassning:
        there = load_calibration(root, load_kommun(kommun_id, root))[0].parametrar
    for name in prov.inpassning:
        if name not in there:
            raise HemmaplanError(f"{where}.inpassning = {name}: finns inte i conf/kalibrering; {nearest(name, there)}")
        if name in prov.parametrar:
            raise HemmaplanError(f"{where}.parametrar.{name}: står också under inpassning")
    content = {
        "replikationer": given.replikationer_lutning,
        "replikationer_lutning": given.replikationer_lutning,
        "fro": given.fro,
        "siffror": [
            {"siffra": figure.asked.siffra, "ar": prov.ar, "period": figure.line.uppgift.period}
            for figure in figures
            if figure.fitted
        ],
        "parametrar": {name: there[name] for name in prov.inpassning} | dict(prov.parametrar),
    }
    return validated(Kalibrering, content, prefix=where)


def _figures(root: Path, kommun_id: str, prov: Prov, where: str) -> tuple[Figure, ...]:
    lines = load_reconciliation(root, kommun_id)
    source = reconciliation_source(root, kommun_id)
    rows = published_rows(root, source)
    found = []
    for asked in prov.siffror:
        here = f"{where}.siffror: {asked.siffra}"
        template = _template(asked, lines, prov.ar + 1, here)
        period = asked.period or prov.period
        key = (template.uppgift.omrade, template.uppgift.nyckeltal)
        facit = _published(rows, (*key, str(prov.ar + 1), period), prov.slag, here)
        if asked.forandring is not None:
            area, figure = asked.forandring.split(".")
            change = _published(rows, (area, figure, str(prov.ar + 1), "helår"), "utfall", here)
            year = Published(facit.varde / (1 + change.varde), 0)
        else:
            year = _published(rows, (*key, str(prov.ar), period), "utfall", here)
        before = [row for row in rows.get((*key, str(prov.ar - 1), period), ()) if row["typ"] == "utfall"]
        fore = Published(float(before[0]["varde"]), before[0]["rad"]) if len(before) == 1 else None
        for value in (year, facit, *([fore] if fore else [])):
            if value.varde <= 0:
                raise HemmaplanError(f"{here}: {value.varde:g}: en siffra som ska förutsägas måste vara positiv")
        line, next_line = (_line_of(template, each, period, at) for each, at in ((year, prov.ar), (facit, prov.ar + 1)))
        found.append(Figure(asked, line, next_line, fore, year, facit))
    return tuple(found)


def _template(asked: Provsiffra, lines: Sequence[Line], year: int, where: str) -> Line:
    """The figure of conf/avstamning that says by what measure it is answered, of the predicted year if it can be."""

    def key(line: Line) -> str:
        return f"{line.uppgift.omrade}.{line.uppgift.nyckeltal}"

    found = [line for line in lines if key(line) == asked.siffra and line.uppgift.matt is not None]
    if not found:
        near = nearest(asked.siffra, [key(line) for line in lines if line.uppgift.matt is not None])
        raise HemmaplanError(f"{where}: har inget mått i conf/avstamning; {near}")
    return min(found, key=lambda line: (abs(line.uppgift.ar - year), line.uppgift.ar))


def _line_of(template: Line, published: Published, period: str, year: int) -> Line:
    """The figure and its measure in another year."""
    timed = {"ar": year, "period": period, "modellar": None, "modellperiod": None, "ograderad": None, "foljer": None}
    return replace(template, uppgift=template.uppgift.model_copy(update=timed), dokument=published.varde)


def _published(
    rows: Mapping[tuple[str, ...], Sequence[Mapping[str, Any]]], key: tuple[str, ...], kind: str, where: str
) -> Published:
    found = [row for row in rows.get(key, ()) if row["typ"] == kind]
    if len(found) != 1:
        what = "finns inte" if not found else "finns flera gånger"
        raise HemmaplanError(f"{where}: {' '.join(key)} ({kind}): {what} i nyckeltal.csv")
    return Published(float(found[0]["varde"]), int(found[0]["rad"]))


def events_of(prov: Prov, known: str) -> Iterator[str]:
    """What the document names of the predicted year, in words."""
    yield from (event.text for event in prov.handelser.values() if event.kand == known)
