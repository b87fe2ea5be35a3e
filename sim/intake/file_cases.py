"""Cases: who comes, förhandsbedömning, utredning, where decisions lead, who comes back, and the team that does it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sim.calendars import DAYS_PER_YEAR
from sim.intake.file_inflow import inflow_tree
from sim.intake.file_lengths import length_tree, shares_tree, shown_count, stock_tree
from sim.intake.fitted import Estimate, Handling, Returns
from sim.intake.ground import BENEFIT, Ground
from sim.intake.sourced import Source, Sourced, Tree, assumed, assumed_between, by_law, scaled, significant
from sim.swedish import gement

AVSLUT, FIRST, SECOND, AWAY = "avslut", "forhandsbedomning", "utredning", "hemma"
FIRST_WEIGHT = 0.3
ROOM = 1.3
"""A team's ceiling over what it carries on average: what was waited for is already in the lengths of the lists."""
CASES_EACH, BENEFITS_EACH = 16, 60
SALARY, SALARY_RANGE = 650, (560, 760)
CHILDREN = {"barn_och_ungdom", "barn", "barn_och_familj", "barn_unga"}
MOST_BACK = 0.95
ALL_OPENED = 0.98
"""Of cases; a first stage of no time that opens so many is none."""


@dataclass(frozen=True)
class CasePart:
    """Of one verksamhet. `load`: weighted open cases of its team on average, without follow-up."""

    inflode: Tree
    steg: Tree
    i_steg: Tree
    load: float


def judged_first(handling: Handling) -> bool:
    """Whether there is a förhandsbedömning: a first stage that takes time, or that closes cases."""
    stage, leads = handling.forhandsbedomning, handling.leder_till_utredning
    return stage is not None and leads is not None and (stage.medel.varde >= 1 or leads.varde < ALL_OPENED)


def returns_of(handling: Handling | None) -> Returns | None:
    """Who comes back after a case, where the lists tell both how many and when."""
    back = handling.aterkomst if handling else None
    return back if back and back.tid else None


def cases_per_year(handling: Handling, forms: Collection[str]) -> float:
    """New ones and those who come back, in the long run. Who left to what the lists do not follow is not seen again."""
    new = sum(inflow.per_ar.varde for inflow in handling.inflode.values())
    back = returns_of(handling)
    if back is None:
        return new
    opened = handling.leder_till_utredning.varde if handling.leder_till_utredning else 1.0
    lost = opened * sum(share.varde for key, share in handling.nasta.items() if key not in forms and key != AVSLUT)
    return new / (1 - min(back.andel.varde, MOST_BACK) * (1 - min(lost, 1.0)))


def case_part(ground: Ground, area: str, handling: Handling, team: str) -> CasePart:
    """The inflows of the lists are of those who come for the first time; the rest come back through `hemma`."""
    first = FIRST if judged_first(handling) else SECOND
    back = returns_of(handling)
    why = " Som kommer för första gången; de som återkommer kommer därutöver." if back else ""
    inflode = {
        kind: inflow_tree(ground, inflow, ground.label(kind), first, why=why)
        for kind, inflow in handling.inflode.items()
    }
    forms = ground.fitted.vard.get(area, {})
    per_year = cases_per_year(handling, forms)
    opened = handling.leder_till_utredning.varde if handling.leder_till_utredning else 1.0
    steg: Tree = {}
    i_steg: Tree = {}
    load = 0.0
    if handling.forhandsbedomning and handling.leder_till_utredning and first == FIRST:
        what = "Tid från anmälan till beslut om utredning, inpassad med hänsyn till pågående."
        tid = length_tree(handling.forhandsbedomning, what)
        steg[FIRST] = _steg("Förhandsbedömning", team, _first_weight(), tid)
        ways = {SECOND: handling.leder_till_utredning}
        steg[FIRST]["utfall"]["klar"]["nasta"] = onward(ways, back, 1 - opened, "Andel som leder till utredning.")
        stock = stock_tree(
            [handling.oppna_forhandsbedomningar], handling.forhandsbedomning, _open("förhandsbedömningar")
        )
        i_steg[FIRST] = {team: stock}
        load += per_year * handling.forhandsbedomning.medel.varde / DAYS_PER_YEAR * FIRST_WEIGHT
    what = "Utredningstid, inpassad med hänsyn till pågående."
    steg[SECOND] = _steg("Utredning", team, None, length_tree(handling.utredning, what))
    steg[SECOND]["frist"] = {"dagar": _limit(area), "fran": "begaran"}
    decided = {key: share for key, share in handling.nasta.items() if key in forms}
    closed = handling.nasta[AVSLUT].varde if AVSLUT in handling.nasta else 0.0
    steg[SECOND]["utfall"]["klar"]["nasta"] = onward(decided, back, closed, "Vad besluten leder till.")
    i_steg[SECOND] = {team: stock_tree([handling.oppna_utredningar], handling.utredning, _open("utredningar"))}
    load += per_year * opened * handling.utredning.medel.varde / DAYS_PER_YEAR
    if back and back.tid:
        steg[AWAY] = away_steg("Hemma, kommer tillbaka", back, first)
        new = sum(inflow.per_ar.varde for inflow in handling.inflode.values())
        count = shown_count(round((per_year - new) * back.tid.medel.varde / DAYS_PER_YEAR))
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


def onward(ways: Mapping[str, Estimate], back: Returns | None, closed: float, what: str) -> Tree:
    """Where a steg leads. Of the share that is closed there, some come back."""
    away = {AWAY: scaled(back.andel, closed, 0.0, MOST_BACK)} if back else {}
    return shares_tree({**ways, **away}, AVSLUT, what)


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
    label = f"Handläggare {gement(ground.label(area))}"
    told = ground.whole_volume(area, "arsarbetare")
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
    pay = ground.whole_volume(area, "lon_tkr")
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
