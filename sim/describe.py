"""Scenarios in words, derived from their changes, so that the text cannot drift from the content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sim.config import Andring, Kommun, Scenario
from sim.labels import KOSTNADSSLAG
from sim.scenario import changed_value, in_force
from sim.swedish import datum, gement, tal

WORDS = {
    "aldersgrans": "åldersgräns",
    "alder": "ålder vid ankomst",
    "andel": "andel",
    "andel_inflode": "andel av påverkan som är inflöde",
    "andel_plats": "del av en plats",
    "antal": "antal",
    "ar": "år",
    "arendetak": "ärendetak",
    "arendetid_dagar": "ärendetid, dygn",
    "arsarbetare": "årsarbetare",
    "arseffekt": "goda och dåliga år",
    "ater": "åter",
    "avslut_samtidiga": "samtidiga avslut per årsarbetare",
    "bistand_kr_per_manad": "bistånd, kronor per månad",
    "budget_tkr": "budget, tkr",
    "cv": "variationskoefficient",
    "dagar": "dygn",
    "delar": "grupp",
    "dygnskostnad_kr": "kronor per dygn",
    "ej_verkstallt_efter": "ej verkställt efter, dygn",
    "fast_kostnad_kr_per_plats_och_dygn": "fast kostnad, kronor per plats och dygn",
    "fran_25": "från 25 år",
    "fran_dag": "från dag",
    "frist": "tidsgräns",
    "fullfoljd": "fullföljd",
    "hemma": "hemmamöjlig",
    "hemmamojlig": "kan få insatsen på hemmaplan",
    "hemmamojliga": "i kö hem",
    "i_steg": "pågående",
    "inflode": "inflöde",
    "intakt_kr_per_dygn": "intäkt, kronor per dygn",
    "intakt_tkr": "intäkt, tkr",
    "ko": "kö",
    "kohorter": "kohort",
    "kr_per_dag": "kronor per dygn",
    "lag_dagar": "fördröjning, dygn",
    "lang": "långa",
    "langd": "längd",
    "lon_tkr": "lön, tkr",
    "malgrupp": "målgrupp",
    "malgrupper": "målgrupp",
    "medel": "medel",
    "nasta": "vidare till",
    "nulage": "nuläge",
    "overspridning": "överspridning",
    "ovrigt": "övrigt",
    "ovrigt_tkr": "övrigt, tkr",
    "p90": "nio av tio högst",
    "pagatt_dagar": "har pågått, dygn",
    "per_ar": "antal per år",
    "per_manad": "per månad",
    "planerat": "planerad ändring",
    "plus": "ändring",
    "pris_per_timme": "kronor per timme",
    "produktiva_timmar_per_ar": "produktiva timmar per år",
    "rho": "samband mellan år",
    "rorlig_kostnad_kr_per_dygn": "rörlig kostnad, kronor per dygn",
    "sarskild_avgift": "särskild avgift",
    "sasong": "säsong",
    "satt": "nytt värde",
    "sjalvforsorjande": "självförsörjande",
    "sjukfranvaro": "sjukfrånvaro",
    "tar_tillbaka": "tar tillbaka",
    "tid": "tid",
    "tidigast_dagar": "tidigast efter dygn",
    "till_alder": "till ålder",
    "timmar_per_arende": "timmar per ärende",
    "tonaring": "tonåring",
    "trend_per_ar": "trend per år",
    "under_25": "under 25 år",
    "under_vantan": "under väntan",
    "uppfoljning": "uppföljning",
    "uppsagning_dagar": "uppsägning, dygn",
    "utan_resurs": "",
    "vanta_hogst_dagar": "väntar högst, dygn",
    "vantar_kontrakt": "väntar på kontrakt",
    "vantat": "har väntat",
    "varde": "",
}
"""Keys that need more than a space for each underscore."""
HIDDEN = {"resurser", "verksamheter", "steg", "inflode", "drivare", "utfall", "behov"}
POINTING = {"nasta", "i_steg", "ko", "nulage", "resurser", "drivare"}
"""After these stand stegs, verksamheter and resources, which are called what they are where they are described."""


def change_text(change: Andring, kommun: Kommun, before: Sequence[Andring] = ()) -> str:
    """One change as a sentence part: what, from what value to what, and when. `before`: what else may have changed the
    same number by then, in the order in which it is applied.
    """
    name, value = path_text(change.mal, kommun)
    day = change.fran or kommun.start
    for other in before:
        if other.mal == change.mal and in_force(other, day) and isinstance(value, int | float):
            value = changed_value(value, other)
    return f"{name}: {_operation(change, value)}{_when(change.fran, change.till)}"


def path_text(path: str, kommun: Kommun) -> tuple[str, Any]:
    """What a number is called, and what stands there."""
    names, value = path_names(kommun.model_dump(mode="python"), path)
    return ", ".join(names), value


def path_names(content: Mapping[str, Any], path: str) -> tuple[list[str], Any]:
    """What the parts of a path in a kommun's content are called, and what stands there."""
    parts = path.split(".")
    named = _names_within(content, parts[1] if len(parts) > 1 else "")
    names: list[str] = []
    node: Any = content
    for place, part in enumerate(parts):
        node = node[int(part) - 1] if isinstance(node, list | tuple) else _under(node, part)
        called = node.get("namn") if isinstance(node, Mapping) else None
        if place and (parts[place - 1] in POINTING or parts[max(place - 2, 0)] == "i_steg"):
            called = called or named.get(part)
        if called:
            names.append(str(called))
        elif place and parts[place - 1] == "budget_tkr":
            names.append(KOSTNADSSLAG[part].lower())
        elif part not in HIDDEN and (word := WORDS.get(part, part.replace("_", " "))):
            names.append(word)
    return names, node


def _under(node: Mapping[Any, Any], part: str) -> Any:
    """Keys may be dates."""
    return next(value for key, value in node.items() if str(key) == part)


def _names_within(content: Mapping[str, Any], area: str) -> dict[str, str]:
    """Drivers, resources, verksamheter, and the stegs of a verksamhet by key."""
    areas = content.get("verksamheter", {})
    stegs = areas.get(area, {}).get("steg", {})
    return {
        key: each["namn"]
        for group in (content.get("drivare", {}), content.get("resurser", {}), areas, stegs)
        for key, each in group.items()
    }


def part_text(kommun: Kommun, area: str, part: str) -> str:
    """The `del` of a measure's row: `bistand malgrupp=under_25` → «Hushåll med bistånd, målgrupp under 25 år»."""
    stegs = kommun.verksamheter[area].steg if area in kommun.verksamheter else {}
    named = KOSTNADSSLAG | {key: resurs.namn for key, resurs in kommun.resurser.items()}
    named |= {key: steg.namn for key, steg in stegs.items()}
    words = []
    for each in part.split():
        what, _, which = each.rpartition("=")
        called = named.get(which) or WORDS.get(which, which.replace("_", " "))
        words.append(f"{WORDS.get(what, what)} {gement(called)}" if what else called)
    return ", ".join(words)


def _operation(change: Andring, old: Any) -> str:
    share = "andel" in change.mal or "arbetsloshet" in change.mal
    known = isinstance(old, int | float)
    if change.ganger is not None:
        return f"{_percent_change(change.ganger)}{f' (från {_value(old, share)})' if known else ''}"
    if change.plus is not None:
        target = f" (från {_value(old, share)} till {_value(old + change.plus, share)})" if known else ""
        return f"{tal(change.plus, _decimals(change.plus), sign=True)}{target}"
    assert change.satt is not None
    return f"{_value(old, share)} blir {_value(change.satt, share)}" if known else f"blir {_value(change.satt, share)}"


def _percent_change(factor: float) -> str:
    percent = 100 * (factor - 1)
    return f"{tal(percent, _decimals(percent), sign=True)} %"


def _value(value: float, share: bool) -> str:
    return f"{tal(100 * value, _decimals(100 * value))} %" if share else tal(value, _decimals(value))


def _decimals(value: float) -> int:
    return next((places for places in range(3) if abs(value - round(value, places)) < 1e-9), 3)


def _when(start: date | None, end: date | None) -> str:
    first = f" från {datum(start)}" if start else " hela perioden" if not end else ""
    return f"{first} till och med {datum(end)}" if end else first


def scenario_lines(scenario: Scenario, kommun: Kommun) -> list[str]:
    planned = (*kommun.planerat.values(),)
    return [
        change_text(change, kommun, (*planned, *scenario.andringar[:place]))
        for place, change in enumerate(scenario.andringar)
    ]


def planned_text(kommun: Kommun, name: str) -> str:
    """One of the kommun's own planned changes."""
    before = list(kommun.planerat)[: list(kommun.planerat).index(name)]
    return change_text(kommun.planerat[name], kommun, [kommun.planerat[each] for each in before])
