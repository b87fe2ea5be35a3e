"""Which column is what: the headings that Combine, Lifecare, Procapita, Treserva and people use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["id", "word", "date", "month", "year", "number"]


class Field(NamedTuple):
    """A column that we read. `needed`: without it (or what stands in its place) the list cannot be read."""

    kind: Kind
    needed: bool
    meaning: str
    """In Swedish, for the template."""
    headings: str
    """Other headings, by comma; the field's own name is always one."""


_KLIENT = Field(
    "id",
    False,
    "Den det gäller, med samma nummer i alla listor. Inte personnummer: byt mot ett löpnummer före uttaget.",
    "klient, klientnr, klientnummer, klientid, klient id, kundnr, brukare, brukarid, brukarnr, individ, individnr, "
    "individid, personid, person, person lopnr, lopnr, lopnummer, lopande nr, pid, aktnr, aktnummer, akt, aktid, "
    "intressent, intressentid, registerledare id, avidentifierat id, pseudonym, id, reg ledare id, regledare",
)
_ARENDE = Field(
    "id",
    False,
    "Ärendets nummer, om klientnummer saknas.",
    "arende, arendenr, arendenummer, arendeid, arende id, diarienr, dnr, utredningsnr, utredningsid, utrednr, "
    "aktualiseringsnr, aktualiseringsid, arendebeteckning, arendenum, arnr",
)
_HUSHALL = Field(
    "id",
    False,
    "Hushållets nummer, samma varje månad.",
    "hushall, hushallsid, hushallsnr, hushallsnummer, hushall id, hushall nr, hh id, hhid, familjenr, "
    "ekonomiskt hushall",
)
_VERKSAMHET = Field(
    "word",
    False,
    "Område: barn och ungdom, missbruk, socialpsykiatri, funktionshinder …",
    "verksamhetsomrade, verksamhetsgren, omrade, ansvarsomrade, omsorgsomrade, avdelning, arendegrupp, "
    "enhet handlaggning, lagomrade, delomrade, verks omr, verksomr, avd",
)
_MALGRUPP = Field(
    "word",
    False,
    "Målgrupp: barn, unga, vuxna …",
    "aldersgrupp, personkrets, kategori, klientkategori, malgrp, alderskategori",
)

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "placeringar": {
        "klientnr": _KLIENT,
        "hushallsid": _HUSHALL,
        "arendenr": _ARENDE,
        "verksamhet": _VERKSAMHET,
        "malgrupp": _MALGRUPP,
        "form": Field(
            "word",
            True,
            "Vad placeringen är: familjehem, jourhem, HVB, stödboende …",
            "placeringsform, vardform, boendeform, insats, insatstyp, insatsform, insatskategori, typ av insats, "
            "typ av placering, placeringstyp, beslutad insats, beslutstyp, boendetyp, verkstalld insats, vardtyp, "
            "plform, typ, insats namn, insatsnamn, beslut insats, bistandsform, vistelseform, vf",
        ),
        "utforare": Field(
            "word",
            False,
            "egen eller extern (köpt)",
            "utforartyp, regi, driftsform, driftform, drift, egen extern, intern extern, internextern, egen regi, "
            "utforare typ, leverantorstyp, egenextern, int ext, intext, huvudman, utf",
        ),
        "resurs": Field(
            "word",
            False,
            "Boendet eller slaget av köpt plats. Namn på familjehem läses inte in.",
            "boende, boendeenhet, utforare enhet, utforare namn, utforarenhet, utforarens enhet, vardgivare, "
            "placeringsenhet, enhet, leverantor, boendets namn, utforande enhet, verkstallande enhet, vistelse, hem, "
            "institution",
        ),
        "start": Field(
            "date",
            True,
            "Första dagen",
            "startdatum, start datum, startdat, fran, from, datum from, from datum, fran datum, fromdatum, datum "
            "fran, fran och med, franochmed, inskriven, inskrivningsdatum, inskrivning, placerad from, placerad "
            "fran, placeringsdatum, placeringsstart, insats from, insats fran, insats start, verkstalld from, "
            "verkstalld fran, verkstalld, verkstallighet from, verkstallighetsdatum, placering from, placering "
            "fran, placering start, period from, borjar, paborjad, start dat, fom, fr o m, datum fom, "
            "inflyttning, inflyttningsdatum, verkst from, plac from, fd",
        ),
        "slut": Field(
            "date",
            True,
            "Dagen då den tog slut; tomt medan den pågår",
            "slutdatum, slut datum, slutdat, till, tom, datum tom, tom datum, till datum, tomdatum, datum till, "
            "till och med, tillochmed, utskriven, utskrivningsdatum, utskrivning, placerad tom, placerad till, "
            "placeringsslut, insats tom, insats till, insats slut, verkstalld tom, verkstalld till, "
            "verkstallighet tom, avslutsdatum, avslutad, avslutdatum, avslut, placering tom, placering till, "
            "placering slut, period tom, upphor, upphord, slut dat, utflyttning, utflyttningsdatum, avslutsdat, "
            "avsl datum, avsldat, verkst tom, plac tom, avslutad datum, td",
        ),
        "dygnspris_kr": Field(
            "number",
            False,
            "Kronor per dygn",
            "dygnspris, dygnskostnad, pris per dygn, kostnad per dygn, kr dygn, kr per dygn, vardavgift, apris, a "
            "pris, dygnsavgift, avgift per dygn, pris dygn, vardkostnad per dygn, dygnskostn, dygnpris, "
            "dygnskostnad kr, dygnsersattning, ersattning per dygn, kostnad dygn, pris",
        ),
    },
    "arenden": {
        "klientnr": _KLIENT,
        "hushallsid": _HUSHALL,
        "arendenr": _ARENDE,
        "verksamhet": _VERKSAMHET,
        "malgrupp": _MALGRUPP,
        "typ": Field(
            "word",
            False,
            "anmälan eller ansökan",
            "arendetyp, typ av arende, aktualiseringstyp, aktualisering typ, initiativ, inkomstsatt, handelsetyp, "
            "typ av aktualisering, aktualiseringssatt, arendeslag, inkommet satt, akttyp, ar typ, artyp, "
            "aktualisering",
        ),
        "inkom": Field(
            "date",
            True,
            "Dagen då ärendet kom in",
            "inkommen, inkommet, inkomdatum, inkom datum, inkommet datum, datum inkommen, datum inkom, "
            "ankomstdatum, ankomst, aktualiserad, aktualiseringsdatum, aktualiserat, registrerad, "
            "registreringsdatum, anmalningsdatum, anmalan datum, anmalan inkom, ansokningsdatum, ansokan datum, "
            "ansokan inkom, mottagen, mottagningsdatum, inkdatum, ink datum, inkom dat, inkdat, aktdatum, akt "
            "datum, aktualisering datum, datum aktualisering, inkommandedatum, ankdatum",
        ),
        "inledd": Field(
            "date",
            False,
            "Dagen då utredning inleddes; tomt om den inte gjorde det",
            "utredning inledd, utredning start, utredningsstart, utredning startdatum, utr start, utr inledd, "
            "inledningsdatum, inledd datum, utredning inleddes, datum inledd, utredning from, utredning fran, "
            "oppnad, oppnad datum, utredning startad, utredning paborjad, utr from, startdatum utredning, utredn "
            "start, utr startdatum, startdatum, inleddes, utrstart, utr fran, utredning oppnad, inledd utredning",
        ),
        "beslut": Field(
            "date",
            True,
            "Dagen för beslut eller avslut; tomt medan ärendet är öppet",
            "beslutsdatum, beslut datum, datum beslut, datum for beslut, beslutad, beslutat, beslutdatum, "
            "avslutad, avslutsdatum, avslutad datum, avslutat, datum avslut, utredning avslutad, utredning slut, "
            "utredning slutdatum, utr slut, utr avslutad, utredning tom, utr tom, slutdatum, avslutdatum, arende "
            "avslutat, besldatum, besl datum, utredning till, utredning beslut, fattat beslut, besldat, "
            "beslutsdat, avsl datum, avslut",
        ),
        "utfall": Field(
            "word",
            False,
            "Vad det ledde till: familjehem, HVB, öppenvård, avslag, avslut utan insats, ej inledd …",
            "resultat, beslutsresultat, utfall av utredning, beslutad insats, beslutstyp, avslutsorsak, "
            "avslutsanledning, insats, beslut typ, beslut insats, beslut utfall, atgard, beslutskod, "
            "utredningsresultat, orsak till avslut, beslut resultat, beslutet, resultat av utredning, "
            "resultatkod, besl resultat, beslut text, avslutskod, beslut",
        ),
    },
    "utbetalningar": {
        "hushallsid": _HUSHALL,
        "klientnr": _KLIENT,
        "arendenr": _ARENDE,
        "manad": Field(
            "month",
            True,
            "Månaden som utbetalningen avser, till exempel 2024-01",
            "period, avser manad, avser period, avser, utbetalningsmanad, utbetalningsdatum, utbetald, utbetald "
            "datum, utbetalningsdag, datum, utbet datum, utbetdatum, bidragsmanad, bistandsmanad, avseende manad, "
            "avseende period, utbetman, man, ar manad, armanad, period from, avser tid, avser fran, betaldatum, "
            "utb datum, utbdatum, utb man",
        ),
        "ar": Field("year", False, "Året, där månaden är ett tal eller ett namn", "avser ar, kalenderar, bidragsar"),
        "belopp_kr": Field(
            "number",
            True,
            "Kronor",
            "belopp, utbetalt belopp, utbetalt, utbetalat belopp, bistand, bistand kr, utbetalning, nettobelopp, "
            "netto, beviljat belopp, beviljat, summa, summa kr, utbet belopp, utb belopp, utbetalt kr, "
            "bistandsbelopp, att utbetala, kronor, kr",
        ),
    },
    "volymer": {
        "verksamhet": _VERKSAMHET,
        "slag": Field(
            "word",
            True,
            "platser, arsarbetare, kostnad_tkr, budget_tkr, intakt_tkr, dygnskostnad_kr, lon_tkr eller dygn",
            "nyckeltal, matt, typ, uppgift, volym, post, kontoslag, kontogrupp",
        ),
        "namn": Field("word", False, "Boendet, formen eller kostnadsslaget; tomt för hela området", 
            "resurs, form, benamning, objekt, konto, kostnadsslag, boende, insats"),
        "ar": Field("year", True, "Året", "kalenderar, budgetar, verksamhetsar"),
        "manad": Field("month", False, "Månaden 1-12; tomt för hela året", "man, period"),
        "varde": Field("number", True, "Talet, i den enhet som slaget säger", "antal, belopp, utfall, tal, summa"),
    },
}  # fmt: skip
IDS = ("klientnr", "hushallsid", "arendenr")

FILE_WORDS = {
    "placeringar": ("placering", "boende", "vardygn", "dygn", "insats"),
    "arenden": ("arende", "utredning", "aktualisering", "anmal", "ansok"),
    "utbetalningar": ("utbetal", "bistand", "forsorjning", "ekonomi", "bidrag"),
    "volymer": ("volym", "budget", "bokslut", "nyckeltal", "platser"),
}
"""What the name of a file says of its list, where the columns do not."""

_LETTERS = str.maketrans("åäöéèüøæ", "aaoeeuoa")


def plain(text: str) -> str:
    """A heading or a word as it is compared: lower case, without accents, only letters and digits."""
    return re.sub(r"[^a-z0-9]", "", text.casefold().translate(_LETTERS))


def _known(lista: str) -> dict[str, tuple[str, ...]]:
    """Fields by heading, in the order in which they are tried."""
    found: dict[str, tuple[str, ...]] = {}
    for name, field in FIELDS[lista].items():
        for heading in {plain(name), *(plain(each) for each in field.headings.split(","))}:
            found[heading] = (*found.get(heading, ()), name)
    return found


KNOWN: Mapping[str, Mapping[str, tuple[str, ...]]] = {lista: _known(lista) for lista in FIELDS}


def fields_for(lista: str, heading: str) -> tuple[str, ...]:
    """What a heading may be in a list; also without what stands in brackets: «Dygnskostnad (kr)»."""
    known = KNOWN[lista]
    return known.get(plain(heading)) or known.get(plain(re.sub(r"\(.*?\)|\[.*?\]", "", heading))) or ()


def rank(lista: str, field: str, heading: str) -> int:
    """How good a name a heading is for a field: the place in its list of headings, lower is better."""
    names = [plain(field), *(plain(each) for each in FIELDS[lista][field].headings.split(","))]
    return min((place for place, name in enumerate(names) if name == plain(heading)), default=len(names))
