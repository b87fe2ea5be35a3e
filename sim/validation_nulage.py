"""What must hold of today's stock: that it stands where it can, and that its parts fit together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.blocking import keeps_place, usable_places
from sim.config import Bestand, Kommun, Nulage, PlatsBehov, Steg
from sim.config_nulage import Klara
from sim.errors import nearest, tal_text

Problem = tuple[str, str]
LEAST_CHANCE = 1e-12
"""A stay can have gone on for so long if at least this share of them do."""


def nulage_problems(kommun: Kommun) -> list[Problem]:
    """(path, Swedish text) for everything in the stock that refers wrongly or cannot be."""
    known = sorted(name for name, nulage in kommun.nulage.items() if nulage != Nulage())
    found: list[Problem] = []
    if kommun.uppvarmning_ar and known:
        text = f"ska vara 0 där nuläget är känt, och det är det för {', '.join(known)}; ta bort det ena eller det andra"
        found.append(("uppvarmning_ar", f"{kommun.uppvarmning_ar}: {text}"))
    for name, nulage in kommun.nulage.items():
        at = f"nulage.{name}"
        if name not in kommun.verksamheter:
            found += _one_of(at, name, kommun.verksamheter, "verksamheten")
            continue
        stegs = kommun.verksamheter[name].steg
        groups = {g for inflode in kommun.verksamheter[name].inflode.values() for g in inflode.malgrupper}
        for steg, stock in nulage.i_steg.items():
            found += _one_of(f"{at}.i_steg.{steg}", steg, stegs, "steget")
            for place, bestand in stock.items() if steg in stegs else ():
                where = f"{at}.i_steg.{steg}.{place}"
                found += _held(where, stegs[steg], place, bestand, nulage.finished(steg, place), groups)
        for steg, ko in nulage.ko.items():
            found += _one_of(f"{at}.ko.{steg}", steg, stegs, "steget")
            if ko.antal and steg in stegs and stegs[steg].behov is None:
                found.append((f"{at}.ko.{steg}", "steget har inget behov och därför ingen kö"))
        for key, blocked in nulage.blockerade.items():
            where = f"{at}.blockerade.{key}"
            found += _finished(where, blocked, nulage, stegs)
            found += _one_of(f"{where}.till", blocked.till, stegs, "steget")
            if (steg_ := stegs.get(blocked.steg)) and not any(keeps_place(steg_, key) for key in steg_.utfall):
                found.append((where, f"{blocked.steg} har inte kvar: true och kan inte ha blockerade"))
            elif steg_ and not _happens(
                steg_, blocked.i, groups, [key for key in steg_.utfall if keeps_place(steg_, key)]
            ):
                found.append((where, f"inget utfall med kvar har någon andel för den som är i {blocked.i}"))
        for key, done in nulage.vantar_pa_avslut.items():
            where = f"{at}.vantar_pa_avslut.{key}"
            found += _finished(where, done, nulage, stegs)
            if (steg_ := stegs.get(done.steg)) and not (steg_.avslut and any(u.avslut for u in steg_.utfall.values())):
                found.append((where, f"{done.steg} har inget avslut att vänta på"))
            elif steg_ and not _happens(steg_, done.i, groups, [key for key, u in steg_.utfall.items() if u.avslut]):
                found.append((where, f"inget utfall med avslut har någon andel för den som är i {done.i}"))
    return found


def _happens(steg: Steg, place: str, groups: set[str], outcomes: Iterable[str]) -> bool:
    """Some målgrupp in this resource has one of these outcomes."""
    return any(steg.utfall[key].resolved(group, place).andel > 0 for key in outcomes for group in groups or {""})


def _one_of(where: str, word: str, allowed: Iterable[str], what: str) -> list[Problem]:
    names = list(allowed)
    return [] if word in names else [(where, f"{word}: {what} finns inte; {nearest(word, names)}")]


def _held(at: str, steg: Steg, place: str, bestand: Bestand, finished: int, groups: set[str]) -> list[Problem]:
    found = _one_of(at.rsplit(".", 1)[0], place, usable_places(steg), "resursen i det steget")
    in_reserve = isinstance(steg.behov, PlatsBehov) and place == steg.behov.reserv
    if bestand.hemmamojliga > (bestand.antal if in_reserve else 0):
        found.append((f"{at}.hemmamojliga", "gäller bara reserven, och högst antalet där"))
    if bestand.pagatt_dagar is not None:
        found += _gone_on(f"{at}.pagatt_dagar", steg, place, bestand.pagatt_dagar, bestand.antal - finished, groups)
    return found


def _gone_on(
    at: str, steg: Steg, place: str, days: tuple[float, ...], under_way: int, groups: set[str]
) -> list[Problem]:
    """One for each stay under way, and none longer than stays can be."""
    from sim.distributions import cdf  # loads the compiled kernels, which no other check needs
    from sim.durations import from_config

    if len(days) != under_way:
        return [(at, f"ska ha {under_way} värden, ett för varje pågående, har {len(days)}")]
    found = []
    outcomes = [utfall.resolved(group, place) for group in groups for utfall in steg.utfall.values()]
    lengths = [from_config(utfall.tid) for utfall in outcomes if utfall.andel > 0]
    for number, day in enumerate(days, start=1):
        if max(1 - float(cdf(length, day)) for length in lengths) < LEAST_CHANCE:
            found.append((f"{at}.{number}", f"{tal_text(day)}: så länge kan ingen vara där enligt stegets tider"))
    return found


def _finished(at: str, part: Klara, nulage: Nulage, stegs: Mapping[str, Steg]) -> list[Problem]:
    """Those whose time is up stand in a steg and resource, and are among those counted there."""
    found = _one_of(f"{at}.steg", part.steg, stegs, "steget")
    if found:
        return found
    found = _one_of(f"{at}.i", part.i, usable_places(stegs[part.steg]), "resursen i det steget")
    held = nulage.i_steg.get(part.steg, {}).get(part.i)
    there = held.antal if held else 0
    if nulage.finished(part.steg, part.i) > there:
        found.append((f"{at}.antal", f"fler klara, blockerade eller i väntan på avslut, än de {there} som finns där"))
    return found
