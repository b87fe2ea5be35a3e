"""The parts of a study's configuration that are not about the municipality."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.calibration_files import load_uncertainty
from sim.config import Kommun
from sim.engine import FASTEST
from sim.errors import HemmaplanError, nearest
from sim.experiment import Study
from sim.loading import kommun_from, scenario_from
from sim.messages import validated
from sim.precision import Aim, Precision, aims_of
from sim.stopping import FEWEST
from sim.units import Datum, Modell, Namn, Text
from sim.workers import MOST_WORKERS

PARTS = ("kommun", "scenarios", "studie", "berakning", "rapport")


MOST_REPLICATIONS = 100_000


class Studie(Modell):
    replikationer: Annotated[int, Field(strict=True, ge=2, le=MOST_REPLICATIONS)] = 40
    fro: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 1
    slut: Datum | None = None
    namn: Namn | None = None
    parameterosakerhet: bool = False
    precision: Precision | None = None
    hogst_replikationer: Annotated[int, Field(strict=True, ge=FEWEST, le=MOST_REPLICATIONS)] = 1000


class Berakning(Modell):
    arbetare: Annotated[int, Field(strict=True, ge=0, le=MOST_WORKERS)] = 0
    motor: str = FASTEST
    adress: Text | None = None


FORMATS: tuple[Literal["word", "pdf", "excel"], ...] = ("word", "pdf", "excel")


class Rapport(Modell):
    """Which files of a bilaga to make after a run, and what they say beside the results.

    Numbers of persons below `maskera_under` from the kommun's own data are hidden; 0 shows all.
    """

    format: tuple[Literal["word", "pdf", "excel"], ...] = ()
    maskera_under: Annotated[int, Field(strict=True, ge=0, le=100)] = 5
    ansvarig: str = ""
    diarienummer: str = ""


def report_from(content: Mapping[str, Any]) -> Rapport:
    return validated(Rapport, content.get("rapport") or {}, prefix="rapport")


def study_from(content: Mapping[str, Any], root: Path) -> tuple[Study, str]:
    """A composed configuration as a checked study, and the name of its folder under results."""
    for key in content:
        if key not in PARTS:
            raise HemmaplanError(f"{key}: okänd nyckel; {nearest(key, PARTS)}")
    kommun_content = content.get("kommun")
    if not isinstance(kommun_content, Mapping):
        raise HemmaplanError("kommun saknas; ange till exempel kommun=sodertalje_2019")
    kommun = kommun_from(kommun_content, root)
    scenarios = content.get("scenarios") or {}
    if not isinstance(scenarios, Mapping):
        raise HemmaplanError("scenarios ska ha ett namn för varje scenario, med namn, motiv och andringar under sig")
    settings = validated(Studie, content.get("studie") or {}, prefix="studie")
    work = validated(Berakning, content.get("berakning") or {}, prefix="berakning")
    asked = tuple(scenario_from(scenario, str(name)) for name, scenario in scenarios.items())
    study = Study(
        kommun,
        asked,
        settings.replikationer,
        settings.fro,
        settings.slut,
        work.motor,
        work.arbetare,
        load_uncertainty(root, kommun, kommun_content) if settings.parameterosakerhet else None,
        _aims(settings, kommun, bool(asked)),
        settings.hogst_replikationer,
        adress=work.adress,
    )
    return study, settings.namn or kommun.id


def _aims(settings: Studie, kommun: Kommun, compared: bool) -> tuple[Aim, ...]:
    """How sure the differences are to be; nothing where no key of `studie.precision` is set."""
    aims = aims_of(settings.precision or Precision(), kommun)
    if aims and not compared:
        text = "gäller skillnaden mot nuläget, så det behövs minst ett scenario"
        raise HemmaplanError(f"studie.precision.{aims[0].key}: {text}")
    if aims and settings.hogst_replikationer < settings.replikationer:
        text = f"måste vara minst {settings.replikationer}, som studie.replikationer börjar med"
        raise HemmaplanError(f"studie.hogst_replikationer = {settings.hogst_replikationer}: {text}")
    return aims
