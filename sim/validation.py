"""What must hold between the parts of a kommun: names that exist, shares that sum to 1, no run that locks itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.config import (
    AVSLUT,
    UTAN_RESURS,
    Boende,
    Extern,
    Kommun,
    PlatsBehov,
    Resurs,
    Steg,
    Team,
    TeamBehov,
    Verksamhet,
)
from sim.errors import nearest

Problem = tuple[str, str]
SHARE_TOLERANCE = 1e-9


def problems(kommun: Kommun) -> list[Problem]:
    """(path, Swedish text) for everything in a kommun that refers wrongly or cannot run. Empty when sound."""
    found: list[Problem] = []
    for name, resurs in kommun.resurser.items():
        if resurs.verksamhet not in kommun.verksamheter:
            text = f"{resurs.verksamhet}: verksamheten finns inte; {nearest(resurs.verksamhet, kommun.verksamheter)}"
            found.append((f"resurser.{name}.verksamhet", text))
    for name, verksamhet in kommun.verksamheter.items():
        found += _verksamhet(kommun, name, verksamhet)
    found += _nulage(kommun)
    return found or _blocking(kommun)


def _one_of(where: str, word: str, allowed: Iterable[str], what: str) -> list[Problem]:
    names = list(allowed)
    return [] if word in names else [(where, f"{word}: {what} finns inte; {nearest(word, names)}")]


def _sums_to_one(where: str, shares: Mapping[str, float]) -> list[Problem]:
    total = sum(shares.values())
    if abs(total - 1) <= SHARE_TOLERANCE:
        return []
    return [(where, f"andelarna ska bli 1, blir {f'{total:.6g}'.replace('.', ',')}")]


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
    for key, steg in verksamhet.steg.items():
        found += _steg(kommun, f"{top}.steg.{key}", steg, verksamhet, grupper)
    return found


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


def _nulage(kommun: Kommun) -> list[Problem]:
    found: list[Problem] = []
    for name, nulage in kommun.nulage.items():
        if name not in kommun.verksamheter:
            found += _one_of(f"nulage.{name}", name, kommun.verksamheter, "verksamheten")
            continue
        stegs = kommun.verksamheter[name].steg
        for steg_name, stock in nulage.i_steg.items():
            at = f"nulage.{name}.i_steg.{steg_name}"
            found += _one_of(at, steg_name, stegs, "steget")
            for place, bestand in stock.items() if steg_name in stegs else ():
                found += _one_of(at, place, _usable(stegs[steg_name]), "resursen i det steget")
                behov = stegs[steg_name].behov
                in_reserve = isinstance(behov, PlatsBehov) and place == behov.reserv
                if bestand.hemmamojliga > (bestand.antal if in_reserve else 0):
                    found.append((f"{at}.{place}.hemmamojliga", "gäller bara reserven, och högst antalet där"))
        for steg_name, ko in nulage.ko.items():
            found += _one_of(f"nulage.{name}.ko.{steg_name}", steg_name, stegs, "steget")
            if ko.antal and steg_name in stegs and stegs[steg_name].behov is None:
                found.append((f"nulage.{name}.ko.{steg_name}", "steget har inget behov och därför ingen kö"))
        for key, blockerade in nulage.blockerade.items():
            at = f"nulage.{name}.blockerade.{key}"
            missing = _one_of(f"{at}.steg", blockerade.steg, stegs, "steget")
            missing += _one_of(f"{at}.till", blockerade.till, stegs, "steget")
            found += missing
            if missing:
                continue
            if not any(_keeps(stegs[blockerade.steg], key) for key in stegs[blockerade.steg].utfall):
                found.append((at, f"{blockerade.steg} har inte kvar: true och kan inte ha blockerade"))
            held = nulage.i_steg.get(blockerade.steg, {}).get(blockerade.i)
            same = [b for b in nulage.blockerade.values() if (b.steg, b.i) == (blockerade.steg, blockerade.i)]
            if sum(b.antal for b in same) > (held.antal if held else 0):
                found.append((f"{at}.antal", f"fler blockerade än de {held.antal if held else 0} som finns där"))
    return found


def _usable(steg: Steg) -> list[str]:
    """Names under which stock of a steg can stand."""
    if isinstance(steg.behov, TeamBehov):
        return [steg.behov.team]
    if isinstance(steg.behov, PlatsBehov):
        return [*steg.behov.plats, *([steg.behov.reserv] if steg.behov.reserv else [])]
    return [UTAN_RESURS]


def _keeps(steg: Steg, outcome: str) -> bool:
    own = steg.utfall[outcome].kvar
    return steg.kvar if own is None else own


def _finite(name: str, resurs: Resurs) -> bool:
    return not (isinstance(resurs, Extern) and resurs.tak is None)


def _blocking(kommun: Kommun) -> list[Problem]:
    """Behind `kvar` there must be a way out, and resources that wait for each other in a ring could lock for ever."""
    found: list[Problem] = []
    waits_for: dict[str, set[str]] = {}
    for name, verksamhet in kommun.verksamheter.items():
        for key, steg in verksamhet.steg.items():
            held = {r for r in _usable(steg) if r in kommun.resurser and _finite(r, kommun.resurser[r])}
            targets = {
                target
                for outcome, utfall in steg.utfall.items()
                if _keeps(steg, outcome)
                for target, share in utfall.nasta.items()
                if target != AVSLUT
            }
            for target in sorted(targets):
                after = verksamhet.steg[target]
                if isinstance(after.behov, PlatsBehov) and after.behov.reserv is None and after.tar_tillbaka is None:
                    text = f"{key} håller kvar sin plats i väntan på {target}, som varken har reserv eller tar_tillbaka"
                    found.append((f"verksamheter.{name}.steg.{target}", text))
                wanted = {r for r in _usable(after) if r in kommun.resurser and _finite(r, kommun.resurser[r])}
                for resource in held:
                    waits_for.setdefault(resource, set()).update(wanted)
    ring = _ring(waits_for)
    if ring:
        text = f"kvar: true kan låsa {' → '.join(ring)}: var och en väntar på nästa och ingen kan flytta"
        found.append(("resurser", text))
    return found


def _ring(waits_for: Mapping[str, set[str]]) -> list[str]:
    """A ring among the resources, in order, or nothing."""
    for first in sorted(waits_for):
        path = [first]
        seen: set[str] = set()

        def walk(here: str, path: list[str] = path, seen: set[str] = seen, first: str = first) -> bool:
            for after in sorted(waits_for.get(here, ())):
                if after == first:
                    path.append(first)
                    return True
                if after not in seen:
                    seen.add(after)
                    path.append(after)
                    if walk(after, path, seen, first):
                        return True
                    path.pop()
            return False

        if walk(first):
            return path
    return []


def warnings_of(kommun: Kommun) -> list[str]:
    """Swedish sentences about what can run but may surprise."""
    found = []
    for name, verksamhet in kommun.verksamheter.items():
        for key, steg in verksamhet.steg.items():
            behov = steg.behov
            if isinstance(behov, PlatsBehov) and behov.reserv and behov.vanta_hogst_dagar is None:
                found.append(
                    f"{name}.{key} har en reserv men ingen gräns för hur länge någon väntar, så den används aldrig."
                )
    for resource, resurs in kommun.resurser.items():
        if isinstance(resurs, Boende):
            held = sum(
                stock.antal
                for nulage in kommun.nulage.values()
                for places in nulage.i_steg.values()
                for place, stock in places.items()
                if place == resource
            )
            if held > resurs.platser:
                found.append(f"{resurs.namn}: {held} personer i nuläget på {resurs.platser:g} platser.")
    return found
