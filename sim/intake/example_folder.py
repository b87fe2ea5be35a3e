"""A folder of made-up exports to try the reading on, with the truth beside them. Written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from sim.blocking import usable_places
from sim.build import build_network
from sim.config import Kommun, PlatsBehov
from sim.errors import HemmaplanError
from sim.flows import Span, flows_in
from sim.intake.example import FIRST_YEAR, YEARS, Size, example_kommun
from sim.intake.example_files import write_exports
from sim.intake.example_lists import example_lists
from sim.intake.example_public import KOMMUNKOD, write_public
from sim.intake.example_truth import truth_of
from sim.intake.records import SCHEMAS, Lists
from sim.scenario import make_plan

MAPPING, TRUTH = "las-in.yaml", "sanning.yaml"
ORDINARY = Size(volume=1.0, slack=1.25)
LARGE_YEARS, LARGE_PLACEMENTS, LARGE_PAYMENTS = 10, 21_000, 335_000
"""A large municipality's ten years, about."""
LAST_YEAR = FIRST_YEAR + YEARS - 1
_MAPPING_SAYS = """\
# Påhittade uttag, gjorda av hemmaplan exempeldata. Så säger man det som programmet inte kan se i filerna:
#   fonster: dagarna som uttaget omfattar;  bortse: kolumner som slängs olästa (personnummer, namn, fritext);
#   kolumner: filens rubrik → vår kolumn;   varden: filens ord → våra nycklar.
"""
_TRUTH_SAYS = """\
# Sanningen bakom de påhittade uttagen: det som inläsningen ska finna igen. Läses inte av hemmaplan las-in.
#   sanning: talen som kommunen simulerades med, under samma namn som inläsningens skattningar;
#   smuts: fel som lagts in med flit, med fil och rad (som Excel räknar rader).
"""


@dataclass(frozen=True)
class Example:
    """What is asked for. `last`: the last year of the lists."""

    system: str
    seed: int
    years: int
    kommun_id: str
    clean: bool
    large: bool


@dataclass(frozen=True)
class Written:
    """What was made: rows by list, faults put in."""

    lists: Lists
    faults: int

    @property
    def rows(self) -> dict[str, int]:
        return {kind: len(getattr(self.lists, kind)) for kind in SCHEMAS}


def write_example(folder: Path, asked: Example) -> Written:
    """Simulate a made-up municipality and write its exports into a new folder. Raises HemmaplanError, in Swedish."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise HemmaplanError(f"{folder}: finns redan och är inte tom; välj en annan mapp")
    first = LAST_YEAR - asked.years + 1
    kommun = example_kommun(asked.seed, asked.years, first, _large(asked, first) if asked.large else ORDINARY)
    return write_lists(folder, asked, kommun, example_lists(kommun, asked.seed))


def write_lists(folder: Path, asked: Example, kommun: Kommun, lists: Lists) -> Written:
    """Write lists of a made-up kommun into a folder that is not there, or empty: whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".skrivs-", dir=folder.parent) as unfinished:
        made = Path(unfinished) / folder.name
        made.mkdir()
        filer, faults = write_exports(lists, made, asked.system, asked.seed, asked.clean)
        namn = asked.kommun_id.replace("_", " ").capitalize()
        write_public(lists, namn, made, asked.seed)
        said = {"kommun": {"id": asked.kommun_id, "namn": namn, "kommunkod": KOMMUNKOD}, "filer": filer}
        _write_yaml(made / MAPPING, _MAPPING_SAYS, said)
        _write_yaml(made / TRUTH, _TRUTH_SAYS, _truth(kommun, asked, faults))
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    return Written(lists, sum(len(fault["rader"]) for fault in faults))


def _large(asked: Example, first: int) -> Size:
    """So large that as many placements and payments as are wanted are to be expected; larger of one than the other."""
    kommun = example_kommun(asked.seed, asked.years, first, ORDINARY)
    plan = make_plan(kommun)
    network = build_network(plan)
    placements = payments = 0.0
    for flow in flows_in(plan, network, Span(0.0, network.end)):
        steg = kommun.verksamheter[flow.area].steg[flow.steg]
        if isinstance(steg.behov, PlatsBehov):
            placements += flow.present + flow.per_day * network.end
        elif steg.bistand_kr_per_manad is not None:
            payments += 12 * asked.years * flow.present + flow.per_day * network.end
    volume = LARGE_PLACEMENTS / placements
    return replace(ORDINARY, volume=volume, benefit=LARGE_PAYMENTS / payments / volume)


def _truth(kommun: Kommun, asked: Example, faults: list[dict[str, Any]]) -> Mapping[str, Any]:
    """The truth by path, without the shares that queues decide."""
    true = {path: float(f"{value:.6g}") for path, value in truth_of(kommun).items() if not by_queues(path, kommun)}
    return {
        "system": asked.system,
        "fro": asked.seed,
        "fonster": {"fran": kommun.start.isoformat(), "till": kommun.slut.isoformat()},
        "sanning": true,
        "smuts": faults,
    }


def by_queues(path: str, kommun: Kommun) -> bool:
    """Whether it is the share of placements in one of several kinds of places: whether there is room decides."""
    parts = path.split(".")
    if parts[0] != "vard" or parts[3] != "resurser":
        return False
    return len(usable_places(kommun.verksamheter[parts[1]].steg[parts[2]])) > 1


def _write_yaml(path: Path, says: str, content: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
    path.write_text(says + text, encoding="utf-8", newline="\n")
