"""Calibrations on disk: reading `conf/kalibrering`, and writing what was found into `conf/kommun` with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from sim.config import Kommun
from sim.config_kalibrering import Fri, Kalibrering, Siffra, Yta
from sim.errors import HemmaplanError, nearest
from sim.files import leaves, read_yaml
from sim.loading import raise_problems
from sim.messages import validated
from sim.reconcile import Line, load_reconciliation, published_rows, reconciliation_source
from sim.scenario import numeric_paths, share_group, with_values
from sim.uncertainty import Assumption, Ends, Uncertainty, assumptions, centre_of, outdated
from sim.yaml_values import write_numbers, write_text

if TYPE_CHECKING:
    from sim.calibration import Fit

FOLDER = "kalibrering"
PULLS = 0.1
"""A figure is named as what a number is fitted to where it moves at least this much (elasticity)."""


def calibration_path(root: Path, kommun_id: str) -> Path:
    return root / "conf" / FOLDER / f"{kommun_id}.yaml"


def load_calibration(root: Path, kommun: Kommun) -> tuple[Kalibrering, tuple[Line, ...]]:
    """The kommun's calibration and the published figures it aims at. Raises HemmaplanError in Swedish."""
    path = calibration_path(root, kommun.id)
    if not path.is_file():
        raise HemmaplanError(
            f"{path.relative_to(root).as_posix()}: finns inte, så {kommun.id} kan inte kalibreras; "
            "handboken, avsnittet Kalibrering, visar hur filen skrivs"
        )
    plan = validated(Kalibrering, read_yaml(path), prefix=path.name)
    raise_problems(list(parameter_problems(kommun, plan.parametrar)), prefix=f"{path.name}: ")
    lines = load_reconciliation(root, kommun.id)
    return plan, tuple(_line(siffra, lines, path.name) for siffra in plan.siffror)


def parameter_problems(kommun: Kommun, parameters: Mapping[str, Fri]) -> Iterator[tuple[str, str]]:
    """(path, Swedish text) for parameters that turn what the kommun does not have, or a share with no counterpart."""
    there = numeric_paths(kommun.model_dump(mode="python", exclude_unset=True))
    for name, fri in parameters.items():
        for target in (fri.mal, *fri.foljer, *fri.motpart):
            if target not in there:
                yield f"parametrar.{name}", f"{target}: finns inte i kommunen; {nearest(target, there)}"
        groups = [share_group(target) for target in fri.motpart]
        for target in (fri.mal, *fri.foljer):
            if share_group(target) is not None and share_group(target) not in groups:
                text = "är en andel; ange under motpart vad som tar resten"
                yield f"parametrar.{name}", f"{target} {text}"


def _answers(siffra: Siffra, line: Line) -> bool:
    uppgift = line.uppgift
    return (
        (f"{uppgift.omrade}.{uppgift.nyckeltal}", uppgift.ar, uppgift.period)
        == (siffra.siffra, siffra.ar, siffra.period)
    ) and siffra.typ in (None, line.typ)


def _line(siffra: Siffra, lines: Sequence[Line], file: str) -> Line:
    found = [line for line in lines if _answers(siffra, line)]
    if len(found) != 1:
        ids = [f"{line.uppgift.omrade}.{line.uppgift.nyckeltal}" for line in lines]
        what = (
            f"finns inte i conf/avstamning; {nearest(siffra.siffra, ids)}"
            if not found
            else "finns flera gånger; ange typ"
        )
        raise HemmaplanError(f"{file}: siffror: {siffra.siffra} {siffra.ar} {siffra.period}: {what}")
    if found[0].uppgift.matt is None:
        raise HemmaplanError(f"{file}: siffror: {siffra.siffra}: inget mått i modellen svarar mot siffran")
    return found[0]


def others_problems(root: Path, kommun: Kommun, plan: Kalibrering) -> list[str]:
    """Where `ovrigt_tkr` is more than the document itself leaves unexplained, or has no document to be held against."""
    source = reconciliation_source(root, kommun.id)
    published = published_rows(root, source)
    others = {area: verksamhet.ovrigt_tkr for area, verksamhet in kommun.verksamheter.items()}
    held = {area for entry in plan.ovrigt for area in entry.verksamheter}
    found = [
        f"verksamheter.{area}.ovrigt_tkr = {others[area]:g}: kalibreringen säger inte mot vilken siffra det ska hållas"
        for area in others
        if others[area] > 0 and area not in held
    ]
    for entry in plan.ovrigt:
        whole, parts = (
            sum(_tkr(published, siffra, source) for siffra in group) for group in (entry.helhet, entry.delar)
        )
        total = sum(others[area] for area in entry.verksamheter)
        if total > whole - parts + 0.5:
            found.append(
                f"ovrigt_tkr för {', '.join(entry.verksamheter)} är {total:.0f} tkr, men dokumentet lämnar bara "
                f"{whole - parts:.0f} tkr oförklarat ({whole:.0f} minus {parts:.0f})"
            )
    return found


THOUSANDS = {"kr": 0.001, "tkr": 1.0, "mkr": 1000.0, "mnkr": 1000.0}


def _tkr(published: Mapping[tuple[str, ...], list[dict[str, str]]], siffra: Siffra, source: str) -> float:
    area, figure = siffra.siffra.split(".")
    rows = [
        row
        for row in published.get((area, figure, str(siffra.ar), siffra.period), [])
        if siffra.typ in (None, row["typ"])
    ]
    if len(rows) != 1 or rows[0]["enhet"] not in THOUSANDS:
        raise HemmaplanError(f"ovrigt: {siffra.siffra} {siffra.ar}: finns inte i kronor i nyckeltal.csv för {source}")
    return float(rows[0]["varde"]) * THOUSANDS[rows[0]["enhet"]]


def fitted_kommun(kommun: Kommun, plan: Kalibrering, fitted: Fit) -> Kommun:
    counterparts = [path for fri in plan.parametrar.values() for path in fri.motpart]
    return with_values(kommun, fitted.values, counterparts)


def changed_numbers(plan: Kalibrering, fitted: Kommun) -> dict[str, float]:
    """Every number that the calibration decides, by path: free, following, or taking the rest of a share."""
    decided = {path for fri in plan.parametrar.values() for path in (fri.mal, *fri.foljer, *fri.motpart)}
    content = fitted.model_dump(mode="python", exclude_unset=True)
    found = {".".join(where): value for where, value in leaves(content) if ".".join(where) in decided}
    return {path: value if isinstance(value, int) else float(f"{value:.10g}") for path, value in found.items()}


def free_assumptions(content: Mapping[str, Any], kommun: Kommun, plan: Kalibrering) -> tuple[Assumption, ...]:
    """The assumptions to draw, but for numbers that the calibration decides."""
    decided = {path for fri in plan.parametrar.values() for path in (fri.mal, *fri.foljer, *fri.motpart)}
    return tuple(each for each in assumptions(content, kommun.kallor) if each.path not in decided)


def write_fit(root: Path, kommun: Kommun, plan: Kalibrering, fitted: Fit, uncertainty: Uncertainty) -> list[Path]:
    """Numbers of the fitted kommun into its files, layout and comments kept; their sources and the surface beside."""
    paths = write_numbers(root, kommun.id, changed_numbers(plan, kommun))
    source = root / "conf" / "kommun" / kommun.id / f"{FOLDER}.yaml"
    write_text(source, source_text(root, kommun.id, plan, fitted))
    paths += _listed(root, kommun.id, source)
    write_text(surface_path(root, kommun.id), surface_text(kommun.id, uncertainty))
    return [*paths, source, surface_path(root, kommun.id)]


def _listed(root: Path, kommun_id: str, part: Path) -> list[Path]:
    """The kommun's own file, if the part had to be added to its defaults."""
    main = root / "conf" / "kommun" / f"{kommun_id}.yaml"
    entry = f"{kommun_id}/{part.stem}@_here_"
    if entry in read_yaml(main).get("defaults", []):
        return []
    above, found, below = main.read_text(encoding="utf-8").partition("  - _self_\n")
    if not found:
        raise HemmaplanError(f"{main.name}: lägg till raden - {entry} under defaults")
    write_text(main, f"{above}{found}  - {entry}\n{below}")
    return [main]


HEADER = """\
# Källorna till de tal som kalibreringen bestämmer. Filen skrivs av
#   hemmaplan kalibrera {id} --skriv
# och ska inte ändras för hand; det som får ändras står i conf/kalibrering/{id}.yaml.
"""


def source_text(root: Path, kommun_id: str, plan: Kalibrering, fitted: Fit) -> str:
    """The kommun's part with a source for each fitted number: kalibrerad mot the figures that it pulls."""
    document = reconciliation_source(root, kommun_id)
    entries = {}
    for number, (name, fri) in enumerate(plan.parametrar.items()):
        pulled = np.abs(fitted.slopes[:, number])
        named = [figure for figure, pull in zip(fitted.figures, pulled, strict=True) if pull >= PULLS]
        entries[f"kalibrerat_{name}"] = {
            "galler": [fri.mal, *fri.foljer, *fri.motpart],
            "typ": "kalibrerad",
            "kalla": document,
            "mot": named or [fitted.figures[int(pulled.argmax())]],
            "text": fri.text.strip(),
        }
    body = yaml.safe_dump({"kallor": entries}, allow_unicode=True, sort_keys=False, width=120)
    return HEADER.format(id=kommun_id) + "\n" + body


SURFACE_HEADER = """\
# Hur de inpassade talen ska ändras (i naturlig logaritm) när ett antagande står i den ena eller andra änden av sitt
# spann, för att de inpassade siffrorna ska stå kvar. Används med studie.parameterosakerhet=true. Filen skrivs av
#   hemmaplan kalibrera {id} --skriv
"""


def surface_path(root: Path, kommun_id: str) -> Path:
    return root / "conf" / FOLDER / f"{kommun_id}_yta.yaml"


def surface_text(kommun_id: str, uncertainty: Uncertainty) -> str:
    def end(value: float, moves: Mapping[str, float]) -> dict[str, Any]:
        told = {name: round(move, 5) for name, move in moves.items() if abs(move) >= 5e-6}
        return {"varde": value} | ({"flyttar": told} if told else {})

    content = {
        "inpassat": dict(uncertainty.centre),
        "antaganden": {
            each.path: {
                "varde": each.varde,
                "lag": end(each.lag, uncertainty.surface[each.path].lag),
                "hog": end(each.hog, uncertainty.surface[each.path].hog),
            }
            for each in uncertainty.assumptions
        },
    }
    body = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    return SURFACE_HEADER.format(id=kommun_id) + "\n" + body


def load_uncertainty(root: Path, kommun: Kommun, content: Mapping[str, Any]) -> Uncertainty:
    """What a kommun's assumptions are drawn from. Raises HemmaplanError where the surface is missing or outdated."""
    plan, _ = load_calibration(root, kommun)
    path = surface_path(root, kommun.id)
    remedy = f"kör hemmaplan kalibrera {kommun.id} --skriv"
    if not path.is_file():
        raise HemmaplanError(f"{path.relative_to(root).as_posix()}: finns inte; {remedy}")
    told = validated(Yta, read_yaml(path), prefix=path.name)
    drawn, centre = assumptions(content, kommun.kallor), centre_of(kommun, plan.parametrar)
    then = {name: (one.varde, one.lag.varde, one.hog.varde) for name, one in told.antaganden.items()}
    if change := outdated(drawn, centre, then, told.inpassat):
        raise HemmaplanError(
            f"{path.name}: är gjord för andra tal än kommunens; {change}. Sätt tillbaka dem eller {remedy}"
        )
    if not drawn:
        raise HemmaplanError(
            f"studie.parameterosakerhet: inget antagande i {kommun.id} har en fordelning (triangel, likformig) i kallor"
        )
    moves = {
        name: Ends(_every(plan, one.lag.flyttar), _every(plan, one.hog.flyttar))
        for name, one in told.antaganden.items()
    }
    return Uncertainty(drawn, plan.parametrar, centre, moves)


def _every(plan: Kalibrering, moves: Mapping[str, float]) -> dict[str, float]:
    return {name: moves.get(name, 0.0) for name in plan.parametrar}
