"""Forms of care: what they need and cost, how long they last, where they lead, and who is there today."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sim.analysis.queues import erlang_b
from sim.intake.file_cases import onward, returns_of
from sim.intake.file_lengths import length_tree, stock_tree
from sim.intake.fitted import Care, Estimate, Price
from sim.intake.ground import BOUGHT, Ground
from sim.intake.sourced import Source, Sourced, Tree, assumed, assumed_between, by_law, from_lists, significant

NOT_CARRIED_OUT_DAYS = 90
FOLLOW_UP_WEIGHT = 0.3
OWN_PRICE, OWN_PRICE_RANGE = 1500, (600, 3500)
BOUGHT_PRICE, BOUGHT_PRICE_RANGE = 2500, (800, 9000)
"""Kronor per dygn where neither the placements nor the volumes tell a price."""
ROOM = 1.2
"""Own places over today's and last year's use, where their number is not told."""


@dataclass(frozen=True)
class CarePart:
    """Of one verksamhet."""

    resurser: Tree
    steg: Tree
    i_steg: Tree


def care_part(ground: Ground, area: str, team: str | None) -> CarePart:
    """`team`: who follows up."""
    forms = ground.fitted.vard.get(area, {})
    keys = dict.fromkeys(key for care in forms.values() for key in care.egna)
    own = {key: [form for form, care in forms.items() if key in care.egna] for key in keys}
    places = {key: own_place(ground, area, key, {form: forms[form] for form in of}) for key, of in own.items()}
    resurser: Tree = {ground.resource(area, key): place for key, place in places.items()}
    steg: Tree = {}
    i_steg: Tree = {}
    for form, care in forms.items():
        bought = (
            ground.resource(area, bought_key(form)) if set(care.resurser) - set(care.egna) or not care.egna else None
        )
        if bought:
            resurser[bought] = _bought(ground, area, form, care)
        others = {other for key in care.egna for other in own[key]} - {form}
        taken = sum(ground.placed(area, other, ground.sista, own=True) for other in others)
        room = max(sum(float(places[key]["platser"].varde) for key in care.egna) - taken, 0.0)
        mine = [ground.resource(area, key) for key in care.egna]
        steg[form] = _steg(ground, area, form, care, mine, bought, room, team)
        stock = _stock(ground, area, care, bought)
        if stock:
            i_steg[form] = stock
    return CarePart(resurser, steg, i_steg)


def bought_key(form: str) -> str:
    return f"{form}_{BOUGHT}"


def own_place(ground: Ground, area: str, key: str, forms: Mapping[str, Care]) -> Tree:
    """A resource of own places that some forms share."""
    used = sum(ground.placed(area, form, ground.sista, own=True) for form in forms)
    today = sum(care.bestand[key].antal for care in forms.values() if key in care.bestand)
    told = ground.volume(area, "platser", (key, *forms))
    label = ground.label(key)
    if told:
        text = f"Egna platser, {label}, {told[1]}: volymtabellen."
        platser = Sourced(significant(told[0]), Source("egna_data", text))
    else:
        number = max(math.ceil(ROOM * max(used, today)), 1)
        text = (
            f"Antalet egna platser, {label}, står inte i listorna; satt till {ROOM:.1f} gånger dem som används, så att "
            "det sällan är fullt.".replace(".", ",", 1)
        )
        platser = assumed(number, text, 0.8, 1.5)
    price, fixed = _own_price(ground, area, key, forms, bool(told))
    cost = "fast_kostnad_kr_per_plats_och_dygn" if fixed else "rorlig_kostnad_kr_per_dygn"
    return {"typ": "boende", "namn": label, "verksamhet": area, "platser": platser, cost: price}


def _own_price(ground: Ground, area: str, key: str, forms: Mapping[str, Care], told: bool) -> tuple[Sourced, bool]:
    """Kronor per dygn, and whether empty places cost too: not where each placement has its price, as in familjehem."""
    names = (key, *forms)
    label = ground.label(key)
    prices = [care.pris[key] for care in forms.values() if key in care.pris]
    if prices:
        text = f"Pris per dygn, {label}: medel över placeringarna, betalt bara när platsen används."
        return from_lists(merged(prices).medel, text, low=0.0), False
    if volume := ground.volume(area, "dygnskostnad_kr", names):
        text = f"Kostnad per dygn, {label}, {volume[1]}: volymtabellen."
        return Sourced(significant(volume[0]), Source("egna_data", text)), told
    platser = ground.volume(area, "platser", names)
    if platser and (volume := ground.volume(area, "kostnad_tkr", names)):
        text = f"Kostnaden för {label} {volume[1]} delad med platserna: volymtabellen."
        return Sourced(significant(volume[0] * 1000 / platser[0] / 365), Source("egna_data", text)), True
    text = f"Vad en egen plats kostar per dygn, {label}, står inte i listorna."
    return assumed_between(OWN_PRICE, text, *OWN_PRICE_RANGE, drawn=True), told


def _bought(ground: Ground, area: str, form: str, care: Care) -> Tree:
    label = f"{ground.label(form)}, köpt"
    prices = [price for key, price in care.pris.items() if key not in care.egna]
    names = (bought_key(form), *sorted(set(care.resurser) - set(care.egna)), form)
    volume = ground.volume(area, "dygnskostnad_kr", names)
    if prices:
        one = merged(prices)
        cost = {"medel": from_lists(one.medel, f"Pris per dygn, {label}: medel över placeringarna.", low=0.0)}
        if one.cv.varde > 0.001:
            cost["cv"] = from_lists(one.cv, f"Hur mycket priset skiljer sig mellan placeringar, {label}.", 0.001, 100.0)
    elif volume:
        cost = {"medel": Sourced(significant(volume[0]), Source("egna_data", f"Pris per dygn, {label}, {volume[1]}."))}
    else:
        text = f"Priset per dygn, {label}, står inte i listorna."
        cost = {"medel": assumed_between(BOUGHT_PRICE, text, *BOUGHT_PRICE_RANGE, drawn=True)}
    return {"typ": "extern", "namn": label, "verksamhet": area, "dygnskostnad_kr": cost}


def merged(prices: list[Price]) -> Price:
    """Several prices as one: means weighted by placements, the spread between them added to that within."""
    if len(prices) == 1:
        return prices[0]
    count = sum(price.n for price in prices)
    shares = [price.n / count for price in prices]
    mean = sum(share * price.medel.varde for share, price in zip(shares, prices, strict=True))
    half = [(price.medel.hog - price.medel.lag) / 2 for price in prices]
    width = math.sqrt(sum((share * part) ** 2 for share, part in zip(shares, half, strict=True)))
    square = sum(
        share * ((price.cv.varde * price.medel.varde) ** 2 + price.medel.varde**2)
        for share, price in zip(shares, prices, strict=True)
    )
    cv = math.sqrt(max(square - mean**2, 0.0)) / mean if mean else 0.0
    ends = min(price.cv.lag for price in prices), max(price.cv.hog for price in prices)
    return Price(
        Estimate(mean, mean - width, mean + width, count),
        Estimate(cv, min(ends[0], cv), max(ends[1], cv), count),
        count,
    )


def _steg(
    ground: Ground, area: str, form: str, care: Care, own: list[str], bought: str | None, room: float, team: str | None
) -> Tree:
    label = ground.label(form)
    behov: Tree = {"plats": own or [bought]}
    if own and bought:
        waiting = f"Hur länge någon väntar på en egen plats, {label}, innan en köps; listorna säger det inte."
        behov |= {
            "vanta_hogst_dagar": assumed_between(0, waiting, 0, 60),
            "reserv": bought,
            "hemmamojlig": {"andel": _home_possible(ground, area, form, care, room)},
        }
    tree: Tree = {"namn": label, "behov": behov}
    if team:
        weight = "Hur mycket av en utredning som uppföljningen av en insats kräver; listorna säger det inte."
        tree["uppfoljning"] = {"team": team, "vikt": assumed(FOLLOW_UP_WEIGHT, weight, 0.5, 2.0)}
    law = "Beslut som inte verkställts inom tre månader rapporteras till IVO."
    tree["ej_verkstallt_efter"] = by_law(NOT_CARRIED_OUT_DAYS, law)
    what = f"Tid i {label}, inpassad med hänsyn till pågående och till dem som började före listan."
    stay: Tree = {"tid": length_tree(care.langd, what)}
    ways = {key: share for key, share in care.nasta.items() if key in ground.fitted.vard[area]}
    back = returns_of(ground.fitted.arenden.get(area))
    closed = max(1 - sum(share.varde for share in ways.values()), 0.0)
    stay["nasta"] = onward(ways, back, closed, f"Vart {label} leder.")
    groups = {
        group: {"tid": length_tree(length, f"{what[:-1]}; målgruppen {ground.label(group)}.")}
        for group, length in care.langd_malgrupp.items()
        if group
    }
    if groups:
        stay["malgrupper"] = groups
    tree["utfall"] = {"klar": stay}
    return tree


def _home_possible(ground: Ground, area: str, form: str, care: Care, room: float) -> Sourced:
    """The share that makes the own places as full as they were, if nobody waits and nobody is taken home (Erlang B)."""
    own = ground.placed(area, form, ground.sista, own=True)
    everybody = ground.placed(area, form, ground.sista)
    share = own / everybody if everybody else 1.0
    low, high = share, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        filled = middle * everybody * (1 - erlang_b(room, middle * everybody)) if room else own
        low, high = (middle, high) if filled < own else (low, middle)
    text = (
        f"Andelen i {ground.label(form)} som kan få hjälp på en egen plats: satt så att de egna platserna blir så "
        f"fulla som {ground.sista}, om ingen väntar och ingen tas hem. Listorna säger bara var de är; vad en ny plats "
        "är värd hänger på det."
    )
    found = min(significant(low, 3), 1.0)
    return assumed_between(found, text, min(significant(share, 2), found), 1.0, drawn=True)


def _stock(ground: Ground, area: str, care: Care, bought: str | None) -> Tree:
    what = "De som är placerade när listan slutar."
    parts = {ground.resource(area, key): [stock] for key, stock in care.bestand.items() if key in care.egna}
    others = [stock for key, stock in care.bestand.items() if key not in care.egna]
    if bought:
        parts[bought] = others
    trees = {key: stock_tree(stocks, care.langd, what) for key, stocks in parts.items() if stocks}
    return {key: tree for key, tree in trees.items() if tree}
