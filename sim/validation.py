"""What must hold between the parts of a kommun: names that exist, shares that sum to 1, no run that locks itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.blocking import blocking_problems, find_ring, usable_places
from sim.config import (
    AVSLUT,
    Boende,
    Extern,
    Kommun,
    PlatsBehov,
    Steg,
    Team,
    TeamBehov,
    Utfall,
    Verksamhet,
)
from sim.config_resurser import ARENDETAK_UR_TIMMAR
from sim.errors import nearest, tal_text
from sim.validation_nulage import nulage_problems

Problem = tuple[str, str]
SHARE_TOLERANCE = 1e-9
LONGEST_YEARS = 50
"""Years after the basår that a run can go on; further off no number in a kommun says anything."""


def start_problems(kommun: Kommun) -> list[Problem]:
    """What makes it impossible to say when the run begins and ends."""
    first = kommun.start
    if first.year != kommun.basar or first.day != 1:
        text = f"ska vara den första i en månad {kommun.basar}, till exempel {kommun.basar}-07-01"
        return [("startdag", f"{first}: {text}")]
    if kommun.slut <= first:
        which = "startdagen" if kommun.startdag else "basårets första dag"
        return [("slut", f"{kommun.slut}: ska ligga efter {which}, {first}")]
    return []


def problems(kommun: Kommun) -> list[Problem]:
    """(path, Swedish text) for everything in a kommun that refers wrongly or cannot run. Empty when sound."""
    found: list[Problem] = []
    for name, resurs in kommun.resurser.items():
        if resurs.verksamhet not in kommun.verksamheter:
            text = f"{resurs.verksamhet}: verksamheten finns inte; {nearest(resurs.verksamhet, kommun.verksamheter)}"
            found.append((f"resurser.{name}.verksamhet", text))
        if isinstance(resurs, Team):
            found += _arendetak(f"resurser.{name}.arendetak", resurs)
    for name, verksamhet in kommun.verksamheter.items():
        found += _verksamhet(kommun, name, verksamhet)
    found += nulage_problems(kommun)
    found += _horizon(kommun)
    return found or blocking_problems(kommun)


def _arendetak(at: str, team: Team) -> list[Problem]:
    """It is given, or all that it follows from."""
    hours = [name for name in ARENDETAK_UR_TIMMAR if getattr(team, name) is not None]
    parts = f"{', '.join(ARENDETAK_UR_TIMMAR[:-1])} och {ARENDETAK_UR_TIMMAR[-1]}"
    if team.arendetak is not None:
        return [(at, f"anges antingen självt eller genom {parts}, inte båda")] if hours else []
    if not hours:
        return [(at, f"saknas; ange det, eller {parts}")]
    missing = [name for name in ARENDETAK_UR_TIMMAR if name not in hours]
    return [(f"{at.rsplit('.', 1)[0]}.{name}", f"saknas; ärendetaket följer av {parts}") for name in missing]


def _horizon(kommun: Kommun) -> list[Problem]:
    last = kommun.basar + LONGEST_YEARS
    if kommun.slut.year <= last:
        return []
    return [("slut", f"{kommun.slut}: får vara högst {last}-12-31, {LONGEST_YEARS} år efter basåret")]


def _one_of(where: str, word: str, allowed: Iterable[str], what: str) -> list[Problem]:
    names = list(allowed)
    return [] if word in names else [(where, f"{word}: {what} finns inte; {nearest(word, names)}")]


def _sums_to_one(where: str, shares: Mapping[str, float]) -> list[Problem]:
    total = sum(shares.values())
    if abs(total - 1) <= SHARE_TOLERANCE:
        return []
    return [(where, f"andelarna ska bli 1, blir {tal_text(total)}")]


def _of_type(kommun: Kommun, *types: type) -> list[str]:
    return [name for name, resurs in kommun.resurser.items() if isinstance(resurs, types)]


def _verksamhet(kommun: Kommun, name: str, verksamhet: Verksamhet) -> list[Problem]:
    found: list[Problem] = []
    top = f"verksamheter.{name}"
    grupper = {grupp for inflode in verksamhet.inflode.values() for grupp in inflode.malgrupper}
    for key, inflode in verksamhet.inflode.items():
        at = f"{top}.inflode.{key}"
        found += _one_of(f"{at}.forsta_steg", inflode.forsta_steg, verksamhet.steg, "steget")
        found += _sums_to_one(f"{at}.malgrupper", inflode.malgrupper)
        found += _sums_to_one(f"{at}.syskon", {str(n): share for n, share in enumerate(inflode.syskon)})
        for grupp in inflode.alder:
            found += _one_of(f"{at}.alder", grupp, inflode.malgrupper, "målgruppen")
        for kohort_name, kohort in inflode.kohorter.items():
            where = f"{at}.kohorter.{kohort_name}"
            if kohort.malgrupp is not None:
                found += _one_of(f"{where}.malgrupp", kohort.malgrupp, inflode.malgrupper, "målgruppen")
            if not kommun.arets_borjan <= kohort.datum <= kommun.slut:
                text = f"{kohort.datum}: ligger utanför körningen, {kommun.arets_borjan} till {kommun.slut}"
                found.append((f"{where}.datum", text))
        if abs(sum(inflode.sasong) / 12 - 1) > 0.01:
            mean = f"{sum(inflode.sasong) / 12:.3f}".replace(".", ",")
            found.append((f"{at}.sasong", f"månadsfaktorernas medel ska vara 1, är {mean}"))
    for key, paverkan in verksamhet.drivare.items():
        at = f"{top}.drivare.{key}"
        found += _one_of(at, key, kommun.drivare, "drivaren")
        for inflode_name in paverkan.inflode:
            found += _one_of(f"{at}.inflode", inflode_name, verksamhet.inflode, "inflödet")
        for steg_name in paverkan.steg:
            found += _one_of(f"{at}.steg", steg_name, verksamhet.steg, "steget")
    found += _no_way_out(top, verksamhet, grupper)
    by_age = {
        key: set(steg.till_alder.nasta) & set(verksamhet.steg)
        for key, steg in verksamhet.steg.items()
        if steg.till_alder
    }
    ring = find_ring(by_age)
    if ring:
        text = f"åldersgränserna leder i ring ({' → '.join(ring)}): den som är äldre skulle gå runt för evigt"
        found.append((f"{top}.steg.{ring[0]}.till_alder", text))
    for key, steg in verksamhet.steg.items():
        found += _steg(kommun, f"{top}.steg.{key}", steg, verksamhet, grupper)
    return found


def _no_way_out(top: str, verksamhet: Verksamhet, grupper: set[str]) -> list[Problem]:
    """Stegs from which nobody, or nobody of a målgrupp, can ever leave the system."""
    found: dict[str, list[str]] = {}
    for grupp in sorted(grupper):
        ways = {name: _ways_on(steg, grupp) for name, steg in verksamhet.steg.items()}
        leaves = {AVSLUT}
        while more := {name for name in ways if name not in leaves and leaves & ways[name]}:
            leaves |= more
        for name in ways:
            if name not in leaves and ways[name] <= set(verksamhet.steg):
                found.setdefault(name, []).append(grupp)
    texts = {
        name: "ingen" if len(stuck) == len(grupper) else f"ingen i målgruppen {' eller '.join(stuck)}"
        for name, stuck in found.items()
    }
    return [
        (f"{top}.steg.{name}", f"härifrån kan {who} lämna: inget utfall leder till {AVSLUT}, inte ens på omvägar")
        for name, who in texts.items()
    ]


def _ways_on(steg: Steg, grupp: str) -> set[str]:
    """Where a målgrupp can go from a steg, whatever resource it is in."""
    by_age = set(steg.till_alder.nasta) if steg.till_alder else set()
    by_patience = {steg.nasta_vid_avhopp} if steg.nasta_vid_avhopp else set()
    outcomes = [utfall.resolved(grupp, place) for utfall in steg.utfall.values() for place in usable_places(steg)]
    return by_age | by_patience | {t for u in outcomes if u.andel > 0 for t, share in u.nasta.items() if share > 0}


def _steg(kommun: Kommun, at: str, steg: Steg, verksamhet: Verksamhet, grupper: set[str]) -> list[Problem]:
    found: list[Problem] = []
    teams = _of_type(kommun, Team)
    targets = [*verksamhet.steg, AVSLUT]
    if at.rsplit(".", 1)[-1] == AVSLUT:
        found.append((at, f"{AVSLUT} är namnet på att lämna systemet och kan inte vara ett steg"))
    found += _sums_to_one(f"{at}.utfall", {key: utfall.andel for key, utfall in steg.utfall.items()})
    for key, utfall in steg.utfall.items():
        found += _sums_to_one(f"{at}.utfall.{key}.nasta", utfall.nasta)
        for target in utfall.nasta:
            found += _one_of(f"{at}.utfall.{key}.nasta", target, targets, "steget")
        found += _deviations(f"{at}.utfall.{key}", utfall, targets, grupper, usable_places(steg))
    found += _deviating_shares(at, steg)
    for grupp in steg.prio_malgrupper:
        found += _one_of(f"{at}.prio_malgrupper", grupp, grupper, "målgruppen")
    if steg.till_alder is not None:
        found += _sums_to_one(f"{at}.till_alder.nasta", steg.till_alder.nasta)
        for target in steg.till_alder.nasta:
            found += _one_of(f"{at}.till_alder.nasta", target, targets, "steget")
        if not any(inflode.alder for inflode in verksamhet.inflode.values()):
            found.append((f"{at}.till_alder", "inget inflöde anger alder"))
    if isinstance(steg.behov, TeamBehov):
        found += _one_of(f"{at}.behov.team", steg.behov.team, teams, "teamet")
    elif steg.behov is not None:
        found += _plats(kommun, f"{at}.behov", steg.behov, grupper)
    for what, part in (("uppfoljning", steg.uppfoljning), ("avslut", steg.avslut)):
        if part is not None:
            found += _one_of(f"{at}.{what}.team", part.team, teams, "teamet")
    if steg.nasta_vid_avhopp is not None:
        found += _one_of(f"{at}.nasta_vid_avhopp", steg.nasta_vid_avhopp, targets, "steget")
    if (steg.tar_tillbaka is None) != (steg.nasta_vid_avhopp is None):
        found.append((at, "tar_tillbaka och nasta_vid_avhopp hör ihop: ange båda eller ingen"))
    if steg.tar_tillbaka is not None and steg.behov is None:
        found.append((f"{at}.tar_tillbaka", "steget har inget behov och därför ingen kö att lämna"))
    return found


def _deviations(at: str, utfall: Utfall, targets: list[str], grupper: set[str], usable: list[str]) -> list[Problem]:
    """What differs by målgrupp or resource refers to what exists, and to the outcome's own targets."""
    found: list[Problem] = []
    for grupp in utfall.malgrupper:
        found += _one_of(f"{at}.malgrupper", grupp, grupper, "målgruppen")
    for resurs in utfall.resurser:
        found += _one_of(f"{at}.resurser", resurs, usable, "resursen i det steget")
    for part in (*utfall.malgrupper.items(), *utfall.resurser.items()):
        if part[1].nasta is not None:
            found += _sums_to_one(f"{at}.{part[0]}.nasta", part[1].nasta)
            for target in part[1].nasta:
                found += _one_of(f"{at}.{part[0]}.nasta", target, targets, "steget")
    return found


def _deviating_shares(at: str, steg: Steg) -> list[Problem]:
    """The outcomes' shares sum to 1 for every målgrupp and resource."""
    groups = ["", *sorted({grupp for utfall in steg.utfall.values() for grupp in utfall.malgrupper})]
    resources = ["", *sorted({resurs for utfall in steg.utfall.values() for resurs in utfall.resurser})]
    found: list[Problem] = []
    for grupp in groups:
        for resurs in resources:
            if grupp or resurs:
                shares = {key: utfall.resolved(grupp, resurs).andel for key, utfall in steg.utfall.items()}
                where = " och ".join(name for name in (grupp, resurs) if name)
                found += _sums_to_one(f"{at}.utfall för {where}", shares)
    return found


def _plats(kommun: Kommun, at: str, behov: PlatsBehov, grupper: set[str]) -> list[Problem]:
    found: list[Problem] = []
    places = _of_type(kommun, Boende, Extern)
    for name in behov.plats:
        found += _one_of(f"{at}.plats", name, places, "resursen")
    if len(set(behov.plats)) < len(behov.plats) or behov.reserv in behov.plats:
        found.append((f"{at}.plats", "samma resurs står två gånger"))
    if behov.reserv is not None:
        found += _one_of(f"{at}.reserv", behov.reserv, places, "resursen")
    else:
        for key, value in (
            ("vanta_hogst_dagar", behov.vanta_hogst_dagar),
            ("hemmamojlig", behov.hemmamojlig),
            ("hemtagning", behov.hemtagning),
        ):
            if value is not None:
                found.append((f"{at}.{key}", "kräver en reserv"))
    if behov.hemmamojlig is not None:
        for grupp in behov.hemmamojlig.malgrupper:
            found += _one_of(f"{at}.hemmamojlig.malgrupper", grupp, grupper, "målgruppen")
    return found
