"""Cases: who comes, förhandsbedömning, utredning, where decisions lead, who comes back, and the team that does it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.calendars import DAYS_PER_YEAR
from sim.intake.file_inflow import inflow_tree
from sim.intake.file_lengths import length_tree, shares_tree, shown_count, stock_tree
from sim.intake.fitted import Estimate, Handling, Returns
from sim.intake.ground import BENEFIT, Ground
from sim.intake.sourced import Source, Sourced, Tree, assumed, assumed_between, by_law, significant

FIRST, SECOND, AWAY = "forhandsbedomning", "utredning", "hemma"
FIRST_WEIGHT = 0.3
ROOM = 1.3
"""A team's ceiling over what it carries on average: what was waited for is already in the lengths of the lists."""
CASES_EACH, BENEFITS_EACH = 16, 60
SALARY, SALARY_RANGE = 650, (560, 760)
CHILDREN = {"barn_och_ungdom", "barn", "barn_och_familj", "barn_unga"}
MOST_BACK = 0.95


@dataclass(frozen=True)
class CasePart:
    """Of one verksamhet. `load`: weighted open cases of its team on average, without follow-up."""

    inflode: Tree
    steg: Tree
    i_steg: Tree
    load: float


def case_part(ground: Ground, area: str, handling: Handling, team: str, decided: dict[str, Estimate]) -> CasePart:
    """`decided`: where decisions lead, of the steg that there are."""
    first = FIRST if handling.forhandsbedomning else SECOND
    back = handling.aterkomst if handling.aterkomst and handling.aterkomst.tid else None
    per_year = sum(inflow.per_ar.varde for inflow in handling.inflode.values())
    new = 1 - min(back.andel.varde, MOST_BACK) if back else 1.0
    why = " De som återkommer kommer därutöver." if back else ""
    inflode = {
        kind: inflow_tree(ground, inflow, ground.label(kind), first, new, why)
        for kind, inflow in handling.inflode.items()
    }
    opened = handling.leder_till_utredning.varde if handling.leder_till_utredning else 1.0
    placed = min(sum(estimate.varde for estimate in decided.values()), 1.0) * (opened if first == FIRST else 1.0)
    returning = _returning(back, placed) if back else {}
    steg: Tree = {}
    i_steg: Tree = {}
    load = 0.0
    if handling.forhandsbedomning and handling.leder_till_utredning:
        what = "Tid från anmälan till beslut om utredning, inpassad med hänsyn till pågående."
        tid = length_tree(handling.forhandsbedomning, what)
        steg[FIRST] = _steg("Förhandsbedömning", team, _first_weight(), tid)
        if area in CHILDREN:
            steg[FIRST]["frist"] = {"dagar": by_law(14, "Förhandsbedömning inom 14 dagar."), "fran": "begaran"}
        ways = {SECOND: handling.leder_till_utredning}
        steg[FIRST]["utfall"]["klar"]["nasta"] = _onward(ways, returning, "Andel som leder till utredning.")
        stock = stock_tree(
            [handling.oppna_forhandsbedomningar], handling.forhandsbedomning, _open("förhandsbedömningar")
        )
        i_steg[FIRST] = {team: stock}
        load += per_year * handling.forhandsbedomning.medel.varde / DAYS_PER_YEAR * FIRST_WEIGHT
    what = "Utredningstid, inpassad med hänsyn till pågående."
    steg[SECOND] = _steg("Utredning", team, None, length_tree(handling.utredning, what))
    steg[SECOND]["frist"] = {"dagar": _limit(area), "fran": "begaran"}
    steg[SECOND]["utfall"]["klar"]["nasta"] = _onward(decided, returning, "Vad besluten leder till.")
    i_steg[SECOND] = {team: stock_tree([handling.oppna_utredningar], handling.utredning, _open("utredningar"))}
    load += per_year * opened * handling.utredning.medel.varde / DAYS_PER_YEAR
    if back and back.tid:
        steg[AWAY] = away_steg("Hemma, kommer tillbaka", back, first)
        count = shown_count(round(per_year * min(back.andel.varde, MOST_BACK) * back.tid.medel.varde / DAYS_PER_YEAR))
        i_steg[AWAY] = {"utan_resurs": away_stock(count)}
    return CasePart(inflode, steg, {key: _there(place) for key, place in i_steg.items() if _there(place)}, load)


def _there(places: Tree) -> Tree:
    return {key: tree for key, tree in places.items() if tree}


def _open(what: str) -> str:
    return f"Öppna {what} när listan slutar."


def _first_weight() -> Sourced:
    text = "Hur mycket av en utredning som en förhandsbedömning kräver; listorna säger det inte."
    return assumed(FIRST_WEIGHT, text, 0.5, 2.0)


def _limit(area: str) -> Sourced:
    if area in CHILDREN:
        return by_law(120, "Utredning av barn inom fyra månader.")
    return assumed_between(30 if area == BENEFIT else 120, "Egen norm; lagens fyra månader gäller barn.", 14, 180)


def _steg(label: str, team: str, weight: Sourced | None, tid: Tree) -> Tree:
    """`weight` None: a whole case."""
    behov = {"team": team} | ({"vikt": weight} if weight else {})
    return {"namn": label, "behov": behov, "utfall": {"klar": {"tid": tid}}}


def _returning(back: Returns, placed: float) -> dict[str, Estimate]:
    """Of those who leave without an insats, the share that makes the share of all come back that was seen."""
    scale = 1 / max(1 - placed, 1 - MOST_BACK)
    low, middle, high = (min(value * scale, MOST_BACK) for value in (back.andel.lag, back.andel.varde, back.andel.hog))
    return {AWAY: Estimate(middle, low, high, back.andel.n)}


def _onward(ways: dict[str, Estimate], returning: dict[str, Estimate], what: str) -> Tree:
    """Where a steg leads; of those whom it leads nowhere, some come back."""
    left = max(1 - sum(estimate.varde for estimate in ways.values()), 0.0)
    away = {
        key: Estimate(estimate.varde * left, estimate.lag * left, estimate.hog * left, estimate.n)
        for key, estimate in returning.items()
    }
    return shares_tree({**ways, **away}, "avslut", what)


def away_steg(label: str, back: Returns, target: str) -> Tree:
    """Those who come back wait here. Raises ValueError without a time."""
    if back.tid is None:
        raise ValueError("no time until return")
    tid = length_tree(back.tid, "Tid till återkomst.")
    return {"namn": label, "utfall": {"ater": {"tid": tid, "nasta": {target: Sourced(1.0, _again())}}}}


def _again() -> Source:
    return Source("egna_data", "Alla här är de som återkommer; hur många de är bestäms av vägen hit.")


def away_stock(count: int) -> Tree | None:
    text = "Satt så att lika många lämnar som kommer (Littles lag, antal = nya per dygn x dygn i steget)."
    return {"antal": assumed(count, text, 0.5, 2.0)} if count else None


def team_tree(ground: Ground, area: str, load: float) -> Tree:
    """Handläggare with a ceiling that lets through what the lists show; `load` is weighted cases on average."""
    label = f"Handläggare {ground.label(area).lower()}"
    told = ground.volume(area, "arsarbetare", (f"handlaggare_{area}", "handlaggare", ""))
    each = BENEFITS_EACH if area == BENEFIT else CASES_EACH
    share = "Taket är per anställd årsarbetare, med frånvaro och semester inräknade."
    if told:
        posts = Sourced(significant(told[0]), Source("egna_data", f"Årsarbetare, {told[1]}: volymtabellen."))
        ceiling = significant(max(ROOM * load / told[0], 0.1), 3) if told[0] else each
        text = (
            f"Satt till {ROOM:.1f} gånger det teamet bär i snitt enligt listorna och vikterna, eftersom väntan redan "
            f"ingår i listornas tider. {share}".replace(".", ",", 1)
        )
        arendetak = assumed(ceiling, text, 0.85, 1.4, drawn=True)
    else:
        need = significant(max(ROOM * load / each, 0.1), 2)
        text = f"Årsarbetare står inte i listorna; satta så att teamet bär det listorna visar med {each} ärenden var."
        posts = assumed(need, text, 0.85, 1.6)
        arendetak = assumed(each, f"Erfarenhetstal, ingen källa. {share}", 0.85, 1.6, drawn=True)
    pay = ground.volume(area, "lon_tkr", (f"handlaggare_{area}", "handlaggare", ""))
    salary = (
        Sourced(significant(pay[0]), Source("egna_data", f"Lön med sociala avgifter, {pay[1]}: volymtabellen."))
        if pay
        else assumed_between(SALARY, "Lön med sociala avgifter, tkr per år; står inte i listorna.", *SALARY_RANGE)
    )
    return {
        "typ": "team",
        "namn": label,
        "verksamhet": area,
        "arsarbetare": posts,
        "arendetak": arendetak,
        "lon_tkr": salary,
    }
