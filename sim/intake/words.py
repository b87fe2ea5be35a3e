"""Words of the files as keys: the ones that everybody uses by a list, the rest as they stand if many share them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.intake.columns import plain
from sim.intake.privacy import ENOUGH_PEOPLE, harmless
from sim.intake.records import OKAND

KEY = "\ue000"
"""Begins a word that the mapping file has made a key; `text_of` takes it out of cells."""
OTHER = "ovrigt"
"""The form of care of words that are too rare to be used."""

_FORMS = {
    "familjehem": "familjehem, familjehemsplacering, familjehemsvard, fam hem, famhem, fh, natverkshem, slakthem, "
            "slaktinghem, enskilt hem, familjehem kommunalt, kommunalt familjehem, vard i familjehem, placering i "
            "familjehem, familjehem egna",
    "konsulentstott_familjehem": "konsulentstott familjehem, konsulentstod familjehem, forstarkt familjehem, kopt "
            "familjehem, konsulentfamiljehem, konsulentstodda familjehem, ks familjehem",
    "jourhem": "jourhem, jourhemsplacering, jourfamilj, jourfamiljehem, jh, vard i jourhem, placering i jourhem",
    "hvb": "hvb, hvb hem, hvbplacering, hvb placering, hem for vard eller boende, vard i hvb, placering i hvb, "
            "behandlingshem, hvb vuxen, hvb barn, hvb unga",
    "institution": "institution, institutionsvard, institutionsplacering, vard pa institution",
    "sis": "sis, sis hem, sis placering, sis institution, sarskilt ungdomshem, statens institutionsstyrelse, lvm "
            "hem, 12 hem, paragraf 12 hem",
    "stodboende": "stodboende, stodboendet, boende med stod, stodlagenhet, vard i stodboende, placering i stodboende, "
            "stb",
    "traningslagenhet": "traningslagenhet, traningslgh, traningsboende, referensboende, forsokslagenhet, "
            "ovningslagenhet",
    "akutboende": "akutboende, akut boende, natthärbarge, harbarge, jourboende, tillfalligt boende, hotell, "
            "vandrarhem, akutlogi",
    "socialt_kontrakt": "socialt kontrakt, sociala kontrakt, andrahandskontrakt, kommunalt kontrakt, "
            "bostadssocialt kontrakt, sk",
    "skyddat_boende": "skyddat boende, kvinnojour, skyddsplacering, skyddat boende kvinnojour",
    "gruppbostad": "gruppbostad, gruppboende, bostad med sarskild service, lss gruppbostad",
    "servicebostad": "servicebostad, serviceboende, servicelagenhet, lss servicebostad",
    "korttidsboende": "korttidsboende, korttidsvistelse, korttidshem, korttids",
    "kontaktfamilj": "kontaktfamilj, kontaktperson, kontaktperson kontaktfamilj, stodfamilj",
    "oppenvard": "oppenvard, oppna insatser, oppenvardsinsats, strukturerad oppenvard, insats i oppenvard, oppen vard, "
    "individuellt behovsprovad oppenvard, oppenvardsbehandling, oppen insats, oppenvardsinsatser",
    "boendestod": "boendestod, stod i boendet",
}  # fmt: skip
KEYS: Mapping[str, Mapping[str, str]] = {
    "form": _FORMS,
    "resurs": _FORMS,
    "namn": _FORMS,
    "utforare": {
        "egen": "egen, egen regi, eget, egna, intern, internt, interna, kommunal, kommunalt, kommunen, kommun, i egen "
            "regi, int, egen verksamhet, kommunal regi, e, i",
        "extern": "extern, externt, externa, kopt, kopta, kopt plats, privat, privat regi, enskild, enskild regi, "
            "upphandlad, entreprenad, annan kommun, ext, ej egen regi, annan regi, extern regi, annan huvudman, "
            "externt kopt, ramavtal, sis, statlig, x",
    },
    "verksamhet": {
        "barn_och_ungdom": "barn och ungdom, barn ungdom, barn, barn unga, barn och unga, bou, bu, barn och "
            "familj, barn familj, ungdom, barn och ungdomsvard, ifo barn, barn och ungdomsvarden, ifo barn och "
            "unga, barn o unga, barn o ungdom, socialtjanst barn och unga, barn och ungdomsenheten, barn och unga "
            "0 20 ar, barnochungdomsvard, familjeratt",
        "missbruk": "missbruk, beroende, missbruk och beroende, missbruksvard, vuxna missbruk, vuxen missbruk, "
            "skadligt bruk och beroende, missbruk vuxna, missbruk beroende, skadligt bruk, vuxna med missbruk, "
            "missbruksvard vuxna",
        "vuxen": "vuxen, vuxna, ifo vuxen, vuxenenheten, vuxensektionen, individ vuxen, vuxenvard",
        "socialpsykiatri": "socialpsykiatri, psykiatri, psykisk funktionsnedsattning, socialpsykiatrin",
        "forsorjningsstod": "forsorjningsstod, ekonomiskt bistand, ekb, ek bistand, ekonomi, bistand, eb",
        "funktionshinder": "funktionshinder, funktionsnedsattning, lss, funktionsstod, funktionsratt, omsorg om "
            "personer med funktionsnedsattning, of, fn",
        "vald_i_nara_relation": "vald i nara relation, vald i nara relationer, vinr, valdsutsatta, kvinnofrid",
        "ensamkommande": "ensamkommande, ensamkommande barn, ekb barn, eku",
        "arbetsmarknad": "arbetsmarknad, amI, arbetsmarknadsenheten",
        "aldreomsorg": "aldreomsorg, aldre, vard och omsorg om aldre",
    },
    "malgrupp": {
        "barn": "barn, barn 0 12, barn 0 12 ar",
        "unga": "unga, ungdom, ungdomar, unga 13 20, unga 13 20 ar, ungdom 13 20",
        "vuxna": "vuxna, vuxen, vuxna 21",
    },
    "typ": {
        "anmalan": "anmalan, orosanmalan, anm, anmalan om oro, anmalan oro, anmalan sol 14 1, polisanmalan, anmalan "
            "enligt 14 kap 1 sol",
        "ansokan": "ansokan, ans, egen ansokan, ansokan om bistand, ansokan sol, ansokan om insats, ansokan lss",
    },
    "utfall": {
        **_FORMS,
        "avslag": "avslag, helt avslag, avslagen, avslas, avsl",
        "avslut": "avslut, avslutas, avslutad, utan insats, ingen insats, utan atgard, ingen atgard, avslutas utan "
            "insats, avslutas utan atgard, avslut utan insats, avslutad utan insats, avslutas utan beslut, "
            "utredning utan insats, laggs ned, nedlagd, avskriven, avskrivs, aterkallad, avslutad utan atgard, ej "
            "insats, inget bistand, avslut utan atgard, utredningen avslutas utan insats, utredning avslutas utan "
            "insats, tackat nej",
        "ej_inledd": "ej inledd, ej inledd utredning, inleds ej, inleds inte, utredning inleds ej, utredning "
            "inleds inte, inled ej utredning, ingen utredning, forhandsbedomning avslutad, ej utredning, inte "
            "inledd, ej inleda utredning, beslut att inte inleda utredning, utredning ej inledd, utredning "
            "inleddes inte, inleder ej utredning, avslutad forhandsbedomning, inleds ej utredning",
        "bifall": "bifall, beviljad, beviljas, delvis bifall, beviljat",
    },
    "slag": {
        "platser": "platser, antal platser, egna platser, boendeplatser, plats",
        "arsarbetare": "arsarbetare, tjanster, arsarb, antal tjanster, heltidstjanster, helarsarbetare, antal "
            "arsarbetare",
        "kostnad_tkr": "kostnad tkr, kostnad, utfall tkr, utfall, bokslut, bokslut tkr, nettokostnad, nettokostnad tkr",
        "budget_tkr": "budget tkr, budget, arsbudget, budget helar",
        "intakt_tkr": "intakt tkr, intakt, intakter, intakter tkr",
        "dygnskostnad_kr": "dygnskostnad kr, dygnskostnad, kostnad per dygn, kr per dygn, kr dygn",
        "lon_tkr": "lon tkr, lon, lonekostnad, arslon, lon per arsarbetare",
        "dygn": "dygn, vardygn, varddygn, antal dygn, antal varddygn",
    },
}  # fmt: skip
_COMPANY = re.compile(r"\b(?:ab|hb|kb|aktiebolag|ek\.? ?för\.?|ekonomisk förening|stiftelsen?)\b")
PRIVATE_HOMES = {"familjehem", "konsulentstott_familjehem", "jourhem", "kontaktfamilj"}
"""Forms whose places are called after the people who live there: the name of the place is not kept."""


class Read(NamedTuple):
    """Words as keys, by row, and what became of them."""

    keys: pd.Series
    """Keys by row; OKAND where the cell is empty or its word is not used."""
    names: Mapping[str, str]
    """What the file calls each key."""
    known: Mapping[str, str]
    """Word → key, of the words that may be shown, for the dry run."""
    unused: pd.Series
    """By row, whether it had a word that is not used."""


def _by_word(field: str) -> dict[str, str]:
    return {plain(word): key for key, words in KEYS.get(field, {}).items() for word in (key, *words.split(","))}


KNOWN: Mapping[str, Mapping[str, str]] = {field: _by_word(field) for field in KEYS}


def slug(word: str) -> str:
    """An ASCII key made of a word."""
    key = re.sub(r"_+", "_", "_".join(plain(part) for part in re.split(r"\W+", word))).strip("_")
    return key if key[:1].isalpha() else f"n_{key}" if key else ""


def read_words(field: str, words: pd.Series, people: pd.Series, least: int = ENOUGH_PEOPLE) -> Read:
    """`words`: text by row, or KEY and a key; `people`: whom each row is about.

    A word that nobody knows is kept as its own key if at least `least` different people have it and it looks
    harmless: it may be a name that somebody wrote in the wrong column.
    """
    codes, found = pd.factorize(words, use_na_sentinel=False)
    theirs = KNOWN.get(field, {})
    many = pd.Series(people.to_numpy()).groupby(codes).nunique().reindex(range(len(found)), fill_value=0)
    rows = np.bincount(codes, minlength=len(found))
    keys: list[str] = []
    unused: list[bool] = []
    names: dict[str, tuple[int, str]] = {}
    shown: dict[str, str] = {}
    for place in range(len(found)):
        word = str(found[place])
        if word.startswith(KEY):
            keys.append(word.removeprefix(KEY))
            unused.append(False)
            continue
        flat = plain(word)
        key = theirs.get(flat)
        shared = bool(many.iloc[place] >= least and harmless(word))
        if key is None:
            key = slug(word) if shared and field != "utforare" else _company(field, word)
        unused.append(bool(flat) and not key)
        if key and (shared or flat in theirs):
            shown[word] = key
            if key not in names or rows[place] > names[key][0]:
                names[key] = (int(rows[place]), word)
        keys.append(key)
    by_row = np.array(keys, dtype=object)[codes] if len(found) else np.array([], dtype=object)
    return Read(
        pd.Series(by_row, index=words.index),
        {key: word for key, (_, word) in names.items()},
        shown,
        pd.Series(np.array(unused, dtype=bool)[codes], index=words.index),
    )


def _company(field: str, word: str) -> str:
    """Who runs it, by what a company's name ends with; its name is not kept."""
    if field == "utforare" and _COMPANY.search(word.casefold()):
        return "extern"
    return OKAND
