"""Scenarios: dated changes applied to a kommun, giving the kommun as it is in each epoch between the dates.

A `Plan` is what the rest of the library reads: the kommun in force from each date, and beside it the same dates
without the scenario, since random effects and stock at the start are those of the base in every scenario.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sim.config import Andring, Kommun, Scenario
from sim.errors import HemmaplanError, nearest
from sim.files import leaves
from sim.loading import checked_kommun

FIXED = ("overspridning", "arseffekt", "basar", "slut", "uppvarmning_ar")
"""Not to be changed by a scenario: good and bad years are the same in all of them."""


@dataclass(frozen=True)
class Epok:
    """The kommun as it is from a day (counted from the start) until the next epoch."""

    fran_dag: float
    kommun: Kommun
    bas: Kommun


@dataclass(frozen=True)
class Plan:
    """A kommun under a scenario. `namn` is the scenario's, or nuläge.

    `epoker` begins with day 0, or with the first day of the warm-up, through which all scenarios are as the base.
    """

    id: str
    namn: str
    kommun: Kommun
    scenario: Scenario | None
    epoker: tuple[Epok, ...]


NULAGE = "nulage"


def make_plan(kommun: Kommun, scenario: Scenario | None = None, base: Plan | None = None) -> Plan:
    """Apply the kommun's own planned changes, then the scenario's. Raises HemmaplanError naming the change.

    `base`: the kommun's plan without a scenario, where it is at hand; so it need not be worked out again.
    """
    planned = tuple(kommun.planerat.values())
    changes = scenario.andringar if scenario else ()
    content = kommun.model_dump(mode="python", exclude_unset=True)
    paths = numeric_paths(content)
    scenario_id = scenario.id if scenario else NULAGE
    where = f"scenario {scenario_id}" if scenario else "nuläge"
    for number, change in enumerate(() if base else planned, 1):
        _check(kommun, paths, change, f"planerat, ändring {number}", kommun.arets_borjan)
    for number, change in enumerate(changes, 1):
        _check(kommun, paths, change, f"{where}, ändring {number}", kommun.start)
    known = {epok.fran_dag: epok.bas for epok in base.epoker} if base else {}
    made = _Made([kommun, *known.values()])
    planned_days = {kommun.borjan, *_dates(planned)}
    days = {kommun.start, *planned_days, *_dates(changes)}
    epochs: list[Epok] = []
    for day in sorted(day for day in days if day >= kommun.borjan):
        number_of_day = float((day - kommun.start).days)
        before = epochs[-1].bas if epochs and day not in planned_days else known.get(number_of_day)
        without = before or made.sharing(_snapshot(content, planned, (), day, "planerat"))
        acts = day >= kommun.start and any(in_force(change, day) for change in changes)
        with_scenario = made.sharing(_snapshot(content, planned, changes, day, where)) if acts else without
        epochs.append(Epok(number_of_day, with_scenario, without))
    return Plan(scenario_id, scenario.namn if scenario else "Nuläge", kommun, scenario, tuple(epochs))


class _Made:
    """Verksamheter of the epochs so far, so that those that are equal are the same: what follows is worked out once."""

    def __init__(self, kommuner: Sequence[Kommun]) -> None:
        self._known: dict[tuple[str, str], list[Any]] = {}
        for kommun in kommuner:
            self.sharing(kommun)

    def sharing(self, kommun: Kommun) -> Kommun:
        """With the verksamhet, and the stock in it, of the first epoch that has the same."""
        shared = {
            part: {area: self._first(part, area, its) for area, its in getattr(kommun, part).items()}
            for part in ("verksamheter", "nulage")
        }
        return kommun.model_copy(update=shared)

    def _first(self, part: str, area: str, its: Any) -> Any:
        known = self._known.setdefault((part, area), [])
        found = next((each for each in known if each is its or each == its), None)
        if found is None:
            known.append(its)
        return its if found is None else found


def in_force(change: Andring, day: date) -> bool:
    """Whether a change acts on a day."""
    return (change.fran is None or change.fran <= day) and (change.till is None or day <= change.till)


def with_values(kommun: Kommun, values: Mapping[str, float], counterparts: Sequence[str] = ()) -> Kommun:
    """The kommun itself, its stock and random effects too, with other numbers at some paths.

    Counts are rounded. What the named shares leave of 1 goes to their counterpart, or to the others in proportion.
    """
    content = kommun.model_dump(mode="python", exclude_unset=True)
    there = set(numeric_paths(content))
    for path in (*values, *counterparts):
        if path not in there:
            raise HemmaplanError(f"{path}: finns inte; {nearest(path, there)}")
    _apply(content, [_set(content, path, value, counterparts) for path, value in values.items()], "")
    return checked_kommun(content)


def _set(content: Any, path: str, value: float, counterparts: Sequence[str]) -> Andring:
    holder, key = _holder(content, path)
    group = share_group(path)
    takes_rest = next((other for other in counterparts if group is not None and share_group(other) == group), None)
    return Andring(mal=path, satt=float(round(value) if isinstance(holder[key], int) else value), motpart=takes_rest)


def _dates(changes: Sequence[Andring]) -> list[date]:
    starts = [change.fran for change in changes if change.fran]
    return starts + [change.till + timedelta(days=1) for change in changes if change.till]


def _check(kommun: Kommun, paths: Sequence[str], change: Andring, where: str, first: date) -> None:
    """The target is one of the paths, may be changed, and the dates are from `first` to the end of the run."""
    for target in filter(None, (change.mal, change.motpart)):
        check_target(kommun, paths, target, f"{where}: ")
    if change.mal.startswith("nulage.") and (change.fran or change.till):
        raise HemmaplanError(f"{where}: mal = {change.mal}: nuläget gäller första dagen; ange inte fran eller till")
    for key, day in (("fran", change.fran), ("till", change.till)):
        if day is not None and not first <= day <= kommun.slut:
            raise HemmaplanError(f"{where}: {key} = {day}: ligger utanför körningen, {first} till {kommun.slut}")


def check_target(kommun: Kommun, paths: Sequence[str], target: str, prefix: str = "") -> None:
    """Raise HemmaplanError where `target` is not one of the `paths` that a change can name (`numeric_paths`)."""
    if target not in paths and target in numeric_paths(kommun.model_dump(mode="python")):
        raise HemmaplanError(f"{prefix}mal = {target}: står inte i kommunens filer; skriv in talet där först")
    if target not in paths:
        near = nearest(target, [path for path in paths if _changeable(path)])
        raise HemmaplanError(f"{prefix}mal = {target}: finns inte; {near}")
    if not _changeable(target):
        raise HemmaplanError(f"{prefix}mal = {target}: kan inte ändras av ett scenario")


def _changeable(path: str) -> bool:
    """Neither the random effects, nor sources, nor what is planned (change what the plan changes instead)."""
    return not any(part in FIXED for part in path.split(".")) and path.split(".")[0] not in {"kallor", "planerat"}


def numeric_paths(content: Mapping[str, Any]) -> list[str]:
    """Every path of a kommun that a change can name: its numbers, and dated paths as a whole."""
    found: dict[str, None] = {}
    for where, value in leaves(content):
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        dated = where[-1][:4].isdigit() and "-" in where[-1]
        found[".".join(where[:-1] if dated else where)] = None
    return list(found)


def _snapshot(
    content: Mapping[str, Any],
    planned: Sequence[Andring],
    changes: Sequence[Andring],
    day: date,
    where: str,
) -> Kommun:
    """The kommun as it is on `day`, validated anew."""
    changed = _copied(content)
    for group in (planned, changes):
        _apply(changed, [change for change in group if in_force(change, day)], where)
    return checked_kommun(changed, where=f"{where} från {day}")


def _copied(content: Any) -> Any:
    """Its own dicts, lists and tuples; what they hold at last is never changed."""
    if isinstance(content, dict):
        return {key: _copied(value) for key, value in content.items()}
    return type(content)(map(_copied, content)) if isinstance(content, list | tuple) else content


def _apply(content: dict[str, Any], changes: Sequence[Andring], where: str) -> None:
    groups: dict[str, dict[str, float]] = {}
    counterparts: dict[str, set[str]] = {}
    for change in changes:
        holder, key = _holder(content, change.mal)
        old = holder[key]
        holder[key] = (
            {d: changed_value(v, change) for d, v in old.items()}
            if isinstance(old, Mapping)
            else changed_value(old, change)
        )
        group = share_group(change.mal)
        if group is None and change.motpart:
            raise HemmaplanError(f"{where}: motpart = {change.motpart}: {change.mal} är inte en andel som ska bli 1")
        if group is not None:
            groups.setdefault(group, {})[change.mal] = holder[key]
            if change.motpart:
                if share_group(change.motpart) != group:
                    raise HemmaplanError(
                        f"{where}: motpart = {change.motpart}: hör inte till samma andelar som {change.mal}"
                    )
                counterparts.setdefault(group, set()).add(change.motpart)
    for group, named in groups.items():
        _rescale(content, group, named, counterparts.get(group, set()), where)


def changed_value(old: float, change: Andring) -> float:
    """A number as a change makes it."""
    if change.satt is not None:
        return _as_int_if_whole(old, change.satt)
    if change.plus is not None:
        return _as_int_if_whole(old, old + change.plus)
    assert change.ganger is not None
    return _as_int_if_whole(old, old * change.ganger)


def _as_int_if_whole(old: float, new: float) -> float:
    """Counts (whole numbers in the configuration) stay whole, so that they validate as such."""
    return int(new) if isinstance(old, int) and float(new).is_integer() else new


def _holder(content: Any, path: str) -> tuple[Any, Any]:
    """The dict or list that holds the last name of a path; places in a list count from 1."""
    *above, last = path.split(".")
    node = content
    for name in above:
        if isinstance(node, tuple | list):
            node = node[int(name) - 1]
        elif isinstance(node[name], tuple):
            node[name] = list(node[name])
            node = node[name]
        else:
            node = node[name]
    return (node, int(last) - 1) if isinstance(node, list) else (node, last)


def share_group(path: str) -> str | None:
    """The group of shares that a path belongs to and that must sum to 1: routing, outcomes, målgrupper, mixtures."""
    names = path.split(".")
    if len(names) >= 2 and names[-2] == "nasta":
        return ".".join(names[:-1])
    if len(names) >= 2 and names[-2] == "malgrupper" and "inflode" in names:
        return ".".join(names[:-1])
    if len(names) >= 3 and names[-1] == "andel" and names[-3] in {"utfall", "delar"}:
        return ".".join(names[:-2])
    return None


def _members(content: Mapping[str, Any], group: str) -> dict[str, float]:
    node: Any = content
    for name in group.split("."):
        node = node[name]
    if group.rsplit(".", 1)[-1] in {"utfall", "delar"}:
        return {f"{group}.{key}.andel": part.get("andel", 1.0) for key, part in node.items()}
    return {f"{group}.{key}": share for key, share in node.items()}


def _rescale(
    content: dict[str, Any], group: str, named: Mapping[str, float], counterparts: set[str], where: str
) -> None:
    """Let the counterparts, or all that were not named, take the rest in proportion."""
    members = _members(content, group)
    free = [path for path in members if path not in named and (path in counterparts or not counterparts)]
    rest = 1 - sum(share for path, share in members.items() if path not in free)
    total = sum(members[path] for path in free)
    if abs(rest - total) <= 1e-12:
        return
    if rest < -1e-12 or total <= 0:
        text = f"{sum(members.values()):.6g}".replace(".", ",")
        raise HemmaplanError(f"{where}: {group}: andelarna ska bli 1, blir {text} och inget annat kan ta skillnaden")
    for path in free:
        holder, key = _holder(content, path)
        holder[key] = members[path] * max(rest, 0.0) / total
