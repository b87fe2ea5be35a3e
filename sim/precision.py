"""How sure the differences between scenarios and nuläge are to be, as a planner asks for it, and what was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.care import ALL_AREAS
from sim.config import Extern, Kommun
from sim.errors import HemmaplanError, nearest, tal_text
from sim.labels import LABELS
from sim.periods import Floats
from sim.runs import Row
from sim.stopping import Judged, Target, judged
from sim.swedish import tal
from sim.tables import Table
from sim.units import Modell, Positivt


class Precision(Modell):
    """Half the width of the 95 % interval of the difference over the planning years; in per cent: of the difference."""

    kostnad_mnkr: Positivt | None = None
    kostnad_procent: Positivt | None = None
    externa_dygn: Positivt | None = None
    externa_dygn_procent: Positivt | None = None
    bidragsmanader: Positivt | None = None
    bidragsmanader_procent: Positivt | None = None


@dataclass(frozen=True)
class Measured:
    """A measure whose difference can be asked for: the sum of some rows, times `factor`, in `unit`."""

    name: str
    rows: tuple[Row, ...]
    factor: float
    unit: str
    decimals: int


@dataclass(frozen=True)
class Aim:
    """One key of `studie.precision`, and what it asks for in the measure's unit (or as a share of the difference)."""

    key: str
    measured: Measured
    target: Target

    def values(self, rows: Sequence[Row], period: int, values: Floats) -> Floats:
        """The measure in each replication. `values`: shape (replications, rows, periods)."""
        chosen = [rows.index(row) for row in self.measured.rows if row in rows]
        return np.asarray(values[:, chosen, period].sum(axis=1) * self.measured.factor)


def aims_of(asked: Precision, kommun: Kommun) -> tuple[Aim, ...]:
    """What is asked for, in the order of the keys. Raises HemmaplanError for what the kommun does not have."""
    return tuple(
        _aim(key, value, kommun) for key in Precision.model_fields if (value := getattr(asked, key)) is not None
    )


def _aim(key: str, value: float, kommun: Kommun) -> Aim:
    relative = key.endswith("_procent")
    measures = _measures(kommun)
    measured = measures[_measure_of(key)]
    if not measured.rows:
        there = [name for name in Precision.model_fields if measures[_measure_of(name)].rows]
        raise HemmaplanError(f"studie.precision.{key}: mäts inte i {kommun.namn}; {nearest(key, there)}")
    return Aim(key, measured, Target(value / 100 if relative else value, relative))


def _measure_of(key: str) -> str:
    return key.removesuffix("_procent").removesuffix("_mnkr")


def _measures(kommun: Kommun) -> dict[str, Measured]:
    bought = any(isinstance(resurs, Extern) for resurs in kommun.resurser.values())
    benefits = tuple(
        (area, "bidragsmanader", name)
        for area, verksamhet in kommun.verksamheter.items()
        for name, steg in verksamhet.steg.items()
        if steg.bistand_kr_per_manad is not None
    )
    cost = Measured("nettokostnaden", ((ALL_AREAS, "nettokostnad", ""),), 1e-6, "mnkr", 2)
    days = ((ALL_AREAS, "varddygn_extern", ""),) if bought else ()
    return {
        "kostnad": cost,
        "externa_dygn": Measured("de externa vårddygnen", days, 1.0, LABELS["varddygn_extern"].enhet, 0),
        "bidragsmanader": Measured("bidragsmånaderna", benefits, 1.0, LABELS["bidragsmanader"].enhet, 0),
    }


def planning_period(periods: Sequence[str]) -> int:
    """The place of the planning years together, or of the last year where there is no more than one."""
    together = [place for place, period in enumerate(periods) if "–" in period]
    return together[0] if together else max(place for place, period in enumerate(periods) if len(period) == 4)


def judgements(aims: Sequence[Aim], tables: Sequence[Table]) -> list[tuple[str, Aim, Judged]]:
    """What the replications of a study (two or more) say of each aim in each scenario. Nuläge is the first table."""
    base = tables[0]
    if not aims or len(base.replications) < 2:
        return []
    period = planning_period(base.periods)
    found = []
    for table in tables[1:]:
        for aim in aims:
            mine, other = (aim.values(each.rows, period, each.values) for each in (table, base))
            found.append((table.scenario, aim, judged(aim.target, mine - other)))
    return found


def precision_lines(aims: Sequence[Aim], tables: Sequence[Table], names: dict[str, str], stopped: bool) -> list[str]:
    """What was asked for and what was reached, a line for each aim and scenario. `stopped`: Ctrl-C came first."""
    if not (found := judgements(aims, tables)):
        return []
    period, count = tables[0].periods[planning_period(tables[0].periods)], len(tables[0].replications)
    missed = not all(each.reached for _, _, each in found)
    why = " Körningen avbröts." if stopped else " Taket studie.hogst_replikationer tog slut." if missed else ""
    verdict = "nåddes inte" if missed else "nåddes"
    return [
        f"Precisionen som begärdes {verdict} med {count} möjliga framtider.{why} Halva 95-procentsintervallet för "
        f"medelskillnaden mot nuläget {period}:",
        "",
        *(f"- **{names[scenario]}**: {_said(aim, each)}." for scenario, aim, each in found),
        "",
    ]


def _said(aim: Aim, found: Judged) -> str:
    decimals = aim.measured.decimals
    got = f"{aim.measured.name} ± {tal(found.half_width, decimals)} {aim.measured.unit}"
    if found.half_width == 0:
        return f"{aim.measured.name} ändras inte, eller lika mycket i alla framtider"
    asked = f"begärt ± {tal(found.asked, decimals)}"
    if aim.target.relative:
        asked += f", {tal_text(100 * aim.target.half_width)} % av skillnaden {tal(found.mean, decimals, sign=True)}"
    more = f"; det kräver ungefär {tal(found.needed)} framtider" if found.half_width > found.asked else ""
    return f"{got} ({asked}){more}"
