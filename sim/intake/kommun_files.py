"""A kommun's files from estimates: the texts of conf/kommun/<id>, each number with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sim.config import Kommun
from sim.files import merge
from sim.intake.about import About
from sim.intake.file_benefit import HOUSEHOLD, benefit_part
from sim.intake.file_care import care_part
from sim.intake.file_cases import case_part, team_tree
from sim.intake.file_inflow import driver_tree, effect_tree, inflow_tree
from sim.intake.fitted import Fitted
from sim.intake.ground import BENEFIT, Ground, last_whole_year, until
from sim.intake.records import Lists
from sim.intake.sourced import Source, Sourced, Tree, significant, unpacked, yaml_text
from sim.loading import kommun_from

PLANNING_YEARS = 3
"""Years that the files reach after the basår."""
BUDGETS = {"egna_platser", "extern", "bistand", "timmar", "handlaggare"}
MAIN_HEADER = """\
{namn}: gjord av `hemmaplan las-in` ur kommunens egna listor till och med {sista}-12-31.
Så läses talen (mer i docs/handbok.md, avsnitt 5 och 26): tider är dygn, andelar tal mellan 0 och 1.
Källan till varje tal står sist i filen under kallor. egna_data är inpassat mot listorna, och spannet är 95 procents
intervall; antagande är sådant som listorna inte säger: gå igenom dem och byt mot egna tal."""
PART_HEADER = "{namn}: gjord av `hemmaplan las-in`. Det som är märkt antagande säger listorna inte."


@dataclass(frozen=True)
class Made:
    """`texts` by path from conf/kommun."""

    texts: Mapping[str, str]
    kommun: Kommun


def ground_of(lists: Lists, fitted: Fitted) -> Ground:
    """`fitted` must be fitted to `until(lists, last_whole_year(lists))`."""
    sista = last_whole_year(lists)
    return Ground(until(lists, sista), fitted, sista)


def kommun_files(ground: Ground, about: About) -> Made:
    """The files, checked. Raises HemmaplanError where they would not make a kommun that can be loaded."""
    drivers = driver_tree(ground)
    areas = {area: _area(ground, area, bool(drivers)) for area in _areas(ground.fitted)}
    top, sources = unpacked({"drivare": drivers} if drivers else {}, "kommun")
    main: Tree = {
        "defaults": ["_self_", *(f"{about.id}/{area}@_here_" for area in areas)],
        "id": about.id,
        "namn": about.namn,
        **({"kommunkod": about.kommunkod} if about.kommunkod else {}),
        "basar": ground.basar,
        "slut": date(ground.basar + PLANNING_YEARS, 12, 31).isoformat(),
        **top,
        "kallor": sources,
    }
    whole: Tree = {}
    for part in (main, *areas.values()):
        merge(whole, {key: value for key, value in part.items() if key != "defaults"})
    kommun = kommun_from(whole)
    header = MAIN_HEADER.format(namn=about.namn, sista=ground.sista)
    texts = {f"{about.id}.yaml": yaml_text(main, header)}
    for area, part in areas.items():
        texts[f"{about.id}/{area}.yaml"] = yaml_text(part, PART_HEADER.format(namn=ground.label(area)))
    return Made(texts, kommun)


def _areas(fitted: Fitted) -> list[str]:
    return list(dict.fromkeys([*fitted.arenden, *fitted.vard, *fitted.direkt, *([BENEFIT] if fitted.bistand else [])]))


def team_of(area: str) -> str:
    return f"handlaggare_{area}"


def _area(ground: Ground, area: str, driven: bool) -> Tree:
    """The content of a verksamhet's file."""
    fitted = ground.fitted
    handling = fitted.arenden.get(area)
    paid = fitted.bistand if area == BENEFIT else None
    forms = fitted.vard.get(area, {})
    team = team_of(area) if handling or paid else None
    care = care_part(ground, area, team)
    inflode: Tree = {}
    steg: Tree = {}
    i_steg: Tree = {}
    load = 0.0
    if team and (handling or paid):
        if paid:
            cases = benefit_part(ground, paid, handling, team)
        else:
            assert handling is not None
            cases = case_part(ground, area, handling, team)
        inflode, steg, i_steg, load = dict(cases.inflode), dict(cases.steg), dict(cases.i_steg), cases.load
    for form, inflow in fitted.direkt.get(area, {}).items():
        if form in forms:
            inflode[f"direkt_{form}" if form in inflode else form] = inflow_tree(
                ground, inflow, f"{ground.label(form)}, direkt", form
            )
    steg |= care.steg
    i_steg |= care.i_steg
    resurser = dict(care.resurser)
    if team:
        resurser = {team: team_tree(ground, area, load + _followed(ground, area, steg)), **resurser}
    verksamhet: Tree = {"namn": ground.label(area)}
    budget = {kind: _budget(ground, area, kind) for kind in sorted(BUDGETS)}
    if any(budget.values()):
        verksamhet["budget_tkr"] = {kind: value for kind, value in budget.items() if value}
    stegs = [HOUSEHOLD] if paid else []
    effect = effect_tree(fitted.elasticitet.get(area), list(inflode), stegs) if driven else None
    if effect:
        verksamhet["drivare"] = effect
    verksamhet |= {"inflode": inflode, "steg": steg}
    tree: Tree = {**({"resurser": resurser} if resurser else {}), "verksamheter": {area: verksamhet}}
    if i_steg:
        tree["nulage"] = {area: {"i_steg": i_steg}}
    content, sources = unpacked(tree, area)
    return {**content, "kallor": sources}


def _followed(ground: Ground, area: str, steg: Mapping[str, Tree]) -> float:
    """Weighted follow-up on average over the last year."""
    load = 0.0
    for name, tree in steg.items():
        if "uppfoljning" in tree:
            there = _households(ground) if name == HOUSEHOLD else ground.placed(area, name, ground.sista)
            load += float(tree["uppfoljning"]["vikt"].varde) * there
    return load


def _households(ground: Ground) -> float:
    paid = ground.fitted.bistand
    months = [count for month, count, _ in paid.hushall_per_manad if month.year == ground.sista] if paid else []
    return sum(months) / len(months) if months else 0.0


def _budget(ground: Ground, area: str, kind: str) -> Sourced | None:
    told = ground.volume(area, "budget_tkr", (kind,))
    if told is None:
        return None
    return Sourced(significant(told[0], 6), Source("egna_data", f"Budget {told[1]}: volymtabellen."))
