"""How exports look: headings, words, dates and files in the style of each system.

The styles are invented after the manner of such exports, to be as different as those are: no system's own layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Columns = tuple[tuple[str, str], ...]
"""Heading and what it holds, in order; for a workbook with two rows of headings, "group|heading"."""
Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Style:
    """One system's exports. `filer`: name of the file of each list; `kolumner` by list."""

    namn: str
    form: Literal["text", "excel"]
    filer: Mapping[str, str]
    kolumner: Mapping[str, Columns]
    ord: Words
    datum: str = "%Y-%m-%d"
    manad: str = "%Y-%m"
    avgransare: str = ";"
    kodning: str = "utf-8-sig"
    belopp: Literal["1234,50", "1 234,50", "1 234,50 kr"] = "1234,50"
    ingress: tuple[str, ...] = ()
    """Lines above the headings."""
    summarad: bool = False
    tolkning: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What a reader must be told of the headings: by list, heading → our column."""
    varden: Words = field(default_factory=dict)
    """What a reader must be told of the words: by column, word → key."""


_FORM: Mapping[str, str] = {
    "familjehem": "Familjehem",
    "hvb": "HVB-hem",
    "stodboende": "Stödboende",
    "gruppbostad": "Gruppbostad",
}
_WORDS: Words = {
    "verksamhet": {
        "barn_och_ungdom": "Barn och ungdom",
        "missbruk": "Missbruk och beroende",
        "socialpsykiatri": "Socialpsykiatri",
        "forsorjningsstod": "Försörjningsstöd",
    },
    "malgrupp": {"barn": "Barn", "unga": "Unga", "unga_vuxna": "Unga vuxna", "vuxna": "Vuxna"},
    "form": _FORM,
    "utforare": {"egen": "Egen regi", "extern": "Köpt plats"},
    "resurs": {"stodboende_linden": "Stödboende Linden", "gruppbostaden_eken": "Gruppbostaden Eken"},
    "typ": {"anmalan": "Orosanmälan", "ansokan": "Ansökan"},
    "utfall": {
        **_FORM,
        "oppenvard": "Öppenvård",
        "avslut": "Avslutas utan insats",
        "avslag": "Avslag",
        "ej_inledd": "Utredning inleds inte",
    },
    "slag": {
        "platser": "Antal platser",
        "arsarbetare": "Årsarbetare",
        "kostnad_tkr": "Kostnad tkr",
        "budget_tkr": "Budget tkr",
        "dygnskostnad_kr": "Kostnad per dygn",
        "lon_tkr": "Lön tkr",
        "dygn": "Vårddygn",
    },
}
COST_WORDS = {
    "egna_platser": "Egna platser",
    "extern": "Extern",
    "bistand": "Bistånd",
    "handlaggare": "Handläggare",
    "timmar": "Timmar",
    "intakter": "Intäkter",
}
_VOLUMES: Columns = (
    ("Verksamhet", "verksamhet"),
    ("Slag", "slag"),
    ("Namn", "namn"),
    ("År", "ar"),
    ("Värde", "varde"),
)

COMBINE = Style(
    namn="combine",
    form="text",
    filer={
        "placeringar": "placeringar_combine.csv",
        "arenden": "arenden_combine.csv",
        "utbetalningar": "utbetalningar_combine.csv",
        "volymer": "volymer.csv",
    },
    kolumner={
        "placeringar": (
            ("Personnummer", "personnummer"),
            ("Namn", "person_namn"),
            ("Klientnr", "klientnr"),
            ("Verksamhetsområde", "verksamhet"),
            ("Målgrupp", "malgrupp"),
            ("Placeringsform", "form"),
            ("Utförare", "leverantor"),
            ("Enhet", "resurs"),
            ("Startdatum", "start"),
            ("Avslutsdatum", "slut"),
            ("Dygnskostnad (kr)", "dygnspris_kr"),
            ("Anteckning", "anteckning"),
        ),
        "arenden": (
            ("Personnummer", "personnummer"),
            ("Namn", "person_namn"),
            ("Klientnr", "klientnr"),
            ("Ärendenummer", "arendenr"),
            ("Verksamhetsområde", "verksamhet"),
            ("Målgrupp", "malgrupp"),
            ("Ärendetyp", "typ"),
            ("Inkom", "inkom"),
            ("Utredning inledd", "inledd"),
            ("Beslutsdatum", "beslut"),
            ("Utfall", "utfall"),
            ("Anteckning", "anteckning"),
        ),
        "utbetalningar": (
            ("Personnummer", "personnummer"),
            ("Betalningsmottagare", "person_namn"),
            ("Hushållsnr", "klientnr"),
            ("Avser månad", "manad"),
            ("Utbetalt belopp", "belopp_kr"),
        ),
        "volymer": _VOLUMES,
    },
    ord=_WORDS,
)

LIFECARE = Style(
    namn="lifecare",
    form="excel",
    filer={
        "placeringar": "Insatser Lifecare.xlsx",
        "arenden": "Aktualiseringar och utredningar Lifecare.xlsx",
        "utbetalningar": "Ekonomiskt bistånd Lifecare.xlsx",
        "volymer": "Volymer.xlsx",
    },
    kolumner={
        "placeringar": (
            ("Klient|Personnr", "personnummer"),
            ("Klient|Efternamn och förnamn", "person_namn"),
            ("Klient|Id", "klientnr"),
            ("Klient|Ålderskategori", "malgrupp"),
            ("Insats|Område", "verksamhet"),
            ("Insats|Typ", "form"),
            ("Insats|Från", "start"),
            ("Insats|Till", "slut"),
            ("Utförare|Typ", "utforare"),
            ("Utförare|Enhet", "resurs"),
            ("Kostnad|Dygn", "dygnspris_kr"),
            ("Övrigt|Kommentar", "anteckning"),
        ),
        "arenden": (
            ("Klient|Personnr", "personnummer"),
            ("Klient|Efternamn och förnamn", "person_namn"),
            ("Klient|Id", "klientnr"),
            ("Klient|Ålderskategori", "malgrupp"),
            ("Aktualisering|Område", "verksamhet"),
            ("Aktualisering|Typ", "typ"),
            ("Aktualisering|Datum", "inkom"),
            ("Utredning|Start", "inledd"),
            ("Beslut|Datum", "beslut"),
            ("Beslut|Resultat", "utfall"),
        ),
        "utbetalningar": (
            ("Personnr", "personnummer"),
            ("Mottagare", "person_namn"),
            ("Reg.ledare Id", "klientnr"),
            ("Avser period", "manad"),
            ("Utbetalt belopp", "belopp_kr"),
        ),
        "volymer": _VOLUMES,
    },
    ord={**_WORDS, "utforare": {"egen": "Kommunal", "extern": "Privat"}},
    ingress=("Uttag ur verksamhetssystemet", "Alla som pågått under perioden {fran} – {till}", ""),
    summarad=True,
)

PROCAPITA = Style(
    namn="procapita",
    form="text",
    filer={
        "placeringar": "PLACERING.CSV",
        "arenden": "ARENDE.CSV",
        "utbetalningar": "EKB_UTBET.CSV",
        "volymer": "VOLYMER.CSV",
    },
    kolumner={
        "placeringar": (
            ("Persnr", "personnummer"),
            ("Namn", "person_namn"),
            ("Löpnr", "klientnr"),
            ("Verks.omr", "verksamhet"),
            ("Malgrp", "malgrupp"),
            ("VF", "form"),
            ("Utf", "utforare"),
            ("Plac.enh", "resurs"),
            ("From", "start"),
            ("Tom", "slut"),
            ("Dygnspris", "dygnspris_kr"),
            ("Not", "anteckning"),
        ),
        "arenden": (
            ("Persnr", "personnummer"),
            ("Namn", "person_namn"),
            ("Löpnr", "klientnr"),
            ("Verks.omr", "verksamhet"),
            ("Malgrp", "malgrupp"),
            ("Är.typ", "typ"),
            ("Ink.dat", "inkom"),
            ("Utr.start", "inledd"),
            ("Besl.dat", "beslut"),
            ("Besl.kod", "utfall"),
        ),
        "utbetalningar": (
            ("Persnr", "personnummer"),
            ("HH-id", "klientnr"),
            ("Avs.mån", "manad"),
            ("Netto", "belopp_kr"),
        ),
        "volymer": _VOLUMES,
    },
    ord={
        **_WORDS,
        "verksamhet": {
            "barn_och_ungdom": "BoU",
            "missbruk": "MISSBR",
            "socialpsykiatri": "SOCPSYK",
            "forsorjningsstod": "EKB",
        },
        "form": {"familjehem": "FAMHEM", "hvb": "HVB", "stodboende": "STBO", "gruppbostad": "GRPBO"},
        "utforare": {"egen": "E", "extern": "X"},
        "typ": {"anmalan": "ANM", "ansokan": "ANS"},
        "utfall": {
            "familjehem": "FAMHEM",
            "hvb": "HVB",
            "stodboende": "STBO",
            "oppenvard": "ÖV",
            "avslut": "UTAN INS",
            "avslag": "AVSL",
            "ej_inledd": "EJ INL",
        },
    },
    datum="%Y%m%d",
    manad="%Y%m",
    kodning="cp1252",
    belopp="1 234,50",
    summarad=True,
    tolkning={
        "placeringar": {"Plac.enh": "resurs"},
        "arenden": {"Besl.kod": "utfall"},
        "utbetalningar": {"Avs.mån": "manad"},
    },
    varden={
        "verksamhet": {"MISSBR": "missbruk", "SOCPSYK": "socialpsykiatri"},
        "form": {"FAMHEM": "familjehem", "STBO": "stodboende", "GRPBO": "gruppbostad"},
        "utfall": {
            "FAMHEM": "familjehem",
            "STBO": "stodboende",
            "ÖV": "oppenvard",
            "UTAN INS": "avslut",
            "EJ INL": "ej_inledd",
        },
    },
)

TRESERVA = Style(
    namn="treserva",
    form="text",
    filer={
        "placeringar": "treserva_vistelser.txt",
        "arenden": "treserva_aktualiseringar.txt",
        "utbetalningar": "treserva_utbetalningar.txt",
        "volymer": "treserva_volymer.txt",
    },
    kolumner={
        "placeringar": (
            ("Personnummer", "personnummer"),
            ("Individnamn", "person_namn"),
            ("IndividId", "klientnr"),
            ("Verksamhetsgren", "verksamhet"),
            ("Åldersgrupp", "malgrupp"),
            ("Vistelseform", "form"),
            ("Regi", "utforare"),
            ("Verkställande enhet", "resurs"),
            ("Verkställd from", "start"),
            ("Verkställd tom", "slut"),
            ("À-pris", "dygnspris_kr"),
            ("Fritext", "anteckning"),
        ),
        "arenden": (
            ("Personnummer", "personnummer"),
            ("Individnamn", "person_namn"),
            ("IndividId", "klientnr"),
            ("Verksamhetsgren", "verksamhet"),
            ("Åldersgrupp", "malgrupp"),
            ("Aktualiseringstyp", "typ"),
            ("Aktualiseringsdatum", "inkom"),
            ("Utredning startdatum", "inledd"),
            ("Utredning avslutad", "beslut"),
            ("Beslutsresultat", "utfall"),
            ("Fritext", "anteckning"),
        ),
        "utbetalningar": (
            ("Personnummer", "personnummer"),
            ("IndividId", "klientnr"),
            ("Avser period", "manad"),
            ("Beviljat belopp", "belopp_kr"),
        ),
        "volymer": _VOLUMES,
    },
    ord={**_WORDS, "utforare": {"egen": "Egen regi", "extern": "Enskild regi"}},
    datum="%Y-%m-%d 00:00:00",
    manad="%B %Y",
    avgransare="\t",
    kodning="utf-16",
    belopp="1 234,50 kr",
)

MIXED = {"placeringar": COMBINE, "arenden": TRESERVA, "utbetalningar": PROCAPITA, "volymer": LIFECARE}
"""`blandat`: each list from another system."""
STYLES: Mapping[str, Mapping[str, Style]] = {
    **{style.namn: dict.fromkeys(MIXED, style) for style in (COMBINE, LIFECARE, PROCAPITA, TRESERVA)},
    "blandat": MIXED,
}
"""By system: the style of each list."""
