"""Every measure in one place: its Swedish name, unit, definition, and how it adds up over months.

`summa`: a year is the sum of its months. `medel`: a mean over time. `kvot`: a share or a statistic of cases, never
averaged over months but computed anew for the year. `slutet`: the value on the last day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Label:
    namn: str
    enhet: str
    over_tid: Literal["summa", "medel", "kvot", "slutet"]
    definition: str
    decimaler: int = 1


LABELS: dict[str, Label] = {
    "arsarbetare": Label("Årsarbetare", "årsarbetare", "medel", "Tjänster i genomsnitt under perioden, före frånvaro."),
    "arsarbetare_behov": Label(
        "Årsarbetare som behövs",
        "årsarbetare",
        "kvot",
        "Tjänster som hade behövts för att bära hela belastningen och alla ofördelade ärenden vid taket.",
    ),
    "kapacitet_arenden": Label("Kapacitet", "ärenden", "medel", "Viktade ärenden som teamet kan bära."),
    "belastning_arenden": Label("Belastning", "ärenden", "medel", "Viktade pågående ärenden, uppföljning och avslut."),
    "arenden_per_handlaggare": Label(
        "Ärenden per handläggare", "ärenden", "kvot", "Belastning delad med årsarbetare.", 1
    ),
    "pagaende_per_handlaggare": Label(
        "Pågående per årsarbetare",
        "ärenden",
        "kvot",
        "Oviktade pågående ärenden och insatser som teamet har eller följer upp, delade med årsarbetare.",
    ),
    "platser_per_handlaggare": Label(
        "Platser per årsarbetare",
        "platser",
        "kvot",
        "Upptagna platser (egna, köpta och hyreskontrakt) i insatser som teamet följer upp, delade med årsarbetare.",
    ),
    "ofordelade": Label("Ofördelade ärenden", "ärenden", "medel", "Ärenden som väntar på en handläggare."),
    "vantar_pa_avslut": Label(
        "Väntar på avslut", "ärenden", "medel", "Insatser vars tid är ute men som inte hunnit avslutas."
    ),
    "overbelastning_arendedygn": Label(
        "Överbelastning", "ärendedygn", "summa", "Belastning över kapaciteten, summerad över dygnen."
    ),
    "varddygn": Label("Vårddygn", "dygn", "summa", "Dygn i boendet; ankomstdagen räknas, avresedagen inte.", 0),
    "arsplatser": Label(
        "Årsplatser", "årsplatser", "medel", "Upptagna platser i genomsnitt; en halv plats räknas som en halv."
    ),
    "arsplatser_intern": Label("Egna årsplatser", "årsplatser", "medel", "Upptagna egna vårdplatser i genomsnitt."),
    "arsplatser_extern": Label("Köpta årsplatser", "årsplatser", "medel", "Upptagna köpta platser i genomsnitt."),
    "platser": Label("Platser", "platser", "medel", "Platser som finns, i genomsnitt under perioden."),
    "placerade": Label(
        "Placerade personer", "personer", "kvot", "Olika personer med minst ett vårddygn under perioden.", 0
    ),
    "andel_bott_over_tva_ar": Label(
        "Andel som bott i mer än två år",
        "andel",
        "slutet",
        "Av dem som bor på resursen när perioden slutar, andel som bott där i minst 730 dygn.",
        3,
    ),
    "belaggning": Label("Beläggning", "andel", "kvot", "Vårddygn delade med tillgängliga platsdygn.", 3),
    "tomdygn": Label("Tomdygn", "dygn", "summa", "Betalda dygn utan någon på platsen.", 0),
    "blockerade": Label(
        "Blockerade platser", "platser", "medel", "Klara, men kvar i väntan på nästa steg (inlåsning)."
    ),
    "hemtagningar": Label("Hemtagningar", "antal", "summa", "Flyttade hem från reserven.", 0),
    "ko": Label("I kö", "personer", "medel", "Väntar på plats i steget, utan plats i det."),
    "timmar": Label("Timmar", "timmar", "summa", "Timmar omsorg i hemmet eller med stöd.", 0),
    "begarda": Label("Begärda", "antal", "summa", "Begärda under perioden.", 0),
    "startade": Label("Påbörjade", "antal", "summa", "Påbörjade under perioden.", 0),
    "avslutade": Label("Avslutade", "antal", "summa", "Lämnade under perioden.", 0),
    "pagaende": Label("Pågående", "personer", "medel", "Påbörjade och inte lämnade, i genomsnitt under perioden."),
    "personer": Label("Personer", "personer", "kvot", "Olika personer med minst ett dygn i steget under perioden.", 0),
    "andel_utfall": Label(
        "Andel av avsluten, efter orsak", "andel", "kvot", "Av dem som lämnade steget, andel med det utfallet.", 3
    ),
    "andel_nasta": Label(
        "Andel av avsluten, efter nästa steg", "andel", "kvot", "Av dem som lämnade steget, andel som gick dit.", 3
    ),
    "pagaende_oppenvard": Label(
        "Pågående i öppenvård",
        "personer",
        "medel",
        "Pågående i insatser utan plats som följs upp eller ges i timmar.",
    ),
    "personer_oppenvard": Label(
        "Personer i öppenvård", "personer", "kvot", "Olika personer med minst ett dygn i öppenvård under perioden.", 0
    ),
    "andel_oppenvard": Label(
        "Öppenvårdens andel",
        "andel",
        "kvot",
        "Pågående i öppenvård av pågående i öppenvård och placeringar tillsammans.",
        3,
    ),
    "avhopp": Label("Lämnade kön", "antal", "summa", "Tog tillbaka sin begäran eller löste det själva.", 0),
    "vantetid_medel": Label(
        "Väntetid, medel", "dygn", "kvot", "Från begäran till start, för dem som började under perioden."
    ),
    "vantetid_median": Label("Väntetid, median", "dygn", "kvot", "Från begäran till start; hälften väntade kortare."),
    "vantetid_p90": Label(
        "Väntetid, nio av tio", "dygn", "kvot", "Från begäran till start; nio av tio väntade kortare."
    ),
    "utredningstid_medel": Label("Utredningstid, medel", "dygn", "kvot", "Från begäran till avslutad utredning."),
    "utredningstid_median": Label("Utredningstid, median", "dygn", "kvot", "Från begäran till avslutad utredning."),
    "andel_inom_frist": Label(
        "Andel inom fristen", "andel", "kvot", "Andel som blev klara inom lagens eller eget tidskrav.", 3
    ),
    "ej_verkstallda": Label(
        "Ej verkställda beslut",
        "antal",
        "slutet",
        "Beslut som på periodens sista dag väntat längre än tidsgränsen.",
        0,
    ),
    "ej_verkstallda_nya": Label(
        "Nya ej verkställda beslut",
        "antal",
        "summa",
        "Beslut som under perioden passerade tidsgränsen utan att verkställas.",
        0,
    ),
    "hushall": Label("Biståndshushåll", "hushåll", "kvot", "Hushåll med bistånd minst en dag i perioden.", 0),
    "bidragsmanader": Label("Bidragsmånader", "månader", "summa", "Hushåll gånger månader med bistånd.", 0),
    "bidragsmanader_per_hushall": Label(
        "Bidragsmånader per hushåll", "månader", "kvot", "Periodens bidragsmånader delade med periodens hushåll.", 2
    ),
    "utbetalt_bistand": Label("Utbetalt bistånd", "kr", "summa", "Bidragsmånader gånger månadens belopp.", 0),
    "medelbistand": Label("Medelbistånd", "kr/månad", "kvot", "Utbetalt bistånd per hushåll och månad med bistånd.", 0),
    "nya_hushall": Label("Nya biståndshushåll", "hushåll", "summa", "Hushåll som började få bistånd.", 0),
    "avslutade_hushall": Label("Avslutade biståndshushåll", "hushåll", "summa", "Hushåll som slutade få bistånd.", 0),
    "andel_langvarigt": Label(
        "Andel långvarigt bistånd",
        "andel",
        "kvot",
        "Av årets hushåll, andel med bistånd i minst tio av månaderna.",
        3,
    ),
    "andel_ej_aterkomna": Label(
        "Andel som inte återkommit",
        "andel",
        "kvot",
        "Av årets avslutade hushåll, andel utan nytt bistånd inom tolv månader.",
        3,
    ),
    "bidragstid_medel": Label("Bidragstid, medel", "dygn", "kvot", "Längd på de bidragsperioder som avslutades."),
    "varddygn_intern": Label("Interna vårddygn", "dygn", "summa", "Vårddygn på egna platser.", 0),
    "varddygn_extern": Label("Externa vårddygn", "dygn", "summa", "Vårddygn på köpta platser.", 0),
    "andel_hemmaplan_dygn": Label("Andel hemmaplan, dygn", "andel", "kvot", "Interna dygn av alla vårddygn.", 3),
    "andel_hemmaplan_beslut": Label(
        "Andel hemmaplan, beslut", "andel", "kvot", "Påbörjade placeringar på egna platser.", 3
    ),
    "andel_hemmaplan_personer": Label(
        "Andel hemmaplan, personer",
        "andel",
        "kvot",
        "Personer som under perioden bara bott på egna platser, av alla placerade.",
        3,
    ),
    "andel_hemmaplan_insatser": Label(
        "Andel hemmaplan, alla insatser",
        "andel",
        "kvot",
        "Personer i öppenvård eller placering som inte varit på köpt plats under perioden, av alla dessa.",
        3,
    ),
    "andel_hemmaplan_kostnad": Label(
        "Andel hemmaplan, kostnad", "andel", "kvot", "Egna platsers andel av boendekostnaden.", 3
    ),
    "andel_extern_dygn": Label("Extern andel, dygn", "andel", "kvot", "Externa dygn av alla vårddygn.", 3),
    "andel_extern_beslut": Label(
        "Extern andel, beslut", "andel", "kvot", "Påbörjade placeringar på köpta platser, av alla påbörjade.", 3
    ),
    "andel_extern_kostnad": Label(
        "Extern andel, kostnad", "andel", "kvot", "Köpta platsers andel av kostnaden för placeringar.", 3
    ),
    "snittpris": Label(
        "Snittpris", "kr/dygn", "kvot", "Resursens kostnad delad med dess vårddygn, före avgifter och bidrag.", 0
    ),
    "snittpris_intern": Label(
        "Snittpris internt", "kr/dygn", "kvot", "Kostnad för egna vårdplatser delad med interna vårddygn.", 0
    ),
    "snittpris_extern": Label(
        "Snittpris externt", "kr/dygn", "kvot", "Kostnad för köpta dygn delad med externa vårddygn.", 0
    ),
    "andel_kostnad_dyraste": Label(
        "De dyrastes andel av kostnaden",
        "andel",
        "kvot",
        "Andel av kostnaden för köpta dygn som de dyraste 15 procenten av dygnen står för, placering för placering.",
        3,
    ),
    "snittpris_dyraste": Label(
        "De dyrastes snittpris", "kr/dygn", "kvot", "Snittpriset för de dyraste 15 procenten av de köpta dygnen.", 0
    ),
    "kostnad": Label("Kostnad", "kr", "summa", "Kostnad per kostnadsslag.", 0),
    "kostnad_vardplatser": Label(
        "Kostnad för egna vårdplatser", "kr", "summa", "Egna platser som är vårdplatser, alltså inte hyreskontrakt.", 0
    ),
    "kostnad_resurs": Label("Kostnad per resurs", "kr", "summa", "Vad de egna eller köpta platserna kostar.", 0),
    "kostnad_placeringar": Label(
        "Kostnad för placeringar", "kr", "summa", "Egna vårdplatser och köpta platser tillsammans.", 0
    ),
    "nettokostnad": Label("Nettokostnad", "kr", "summa", "Alla kostnader i modellen minus intäkter.", 0),
    "budget": Label("Budget", "kr", "summa", "Budget för de kostnadsslag som har en.", 0),
    "avvikelse": Label(
        "Avvikelse mot budget",
        "kr",
        "summa",
        "Budget minus utfall för samma kostnadsslag; underskott är negativt.",
        0,
    ),
    "inom_budget": Label(
        "Inom budget",
        "andel",
        "kvot",
        "1 om kalenderårets avvikelse är minst noll, annars 0; medlet är sannolikheten att klara budgeten.",
        2,
    ),
}

KOSTNADSSLAG: dict[str, str] = {
    "egna_platser": "Egna platser",
    "extern": "Köpta placeringar",
    "bistand": "Ekonomiskt bistånd",
    "timmar": "Timmar",
    "vantan": "Kostnad under väntan",
    "avgift": "Särskild avgift",
    "investering": "Investeringar",
    "intakter": "Intäkter",
    "handlaggare": "Handläggare",
    "ovrigt": "Övrigt (inte simulerat)",
}


def kostnadsslag_i_text(kinds: Iterable[str]) -> list[str]:
    """Their names inside a sentence, always in the same order."""
    return [name.lower() for kind, name in KOSTNADSSLAG.items() if kind in set(kinds)]


KALLTYPER: dict[str, tuple[str, str]] = {
    "dokument": ("dokument", "Står i kommunens publicerade dokument."),
    "egna_data": ("egna data", "Ur kommunens egna system."),
    "nationell": ("nationell", "Ur nationell statistik."),
    "lag": ("lag", "Följer av lag eller föreskrift."),
    "kalibrerad": ("kalibrerad", "Inpassat så att publicerade siffror kommer ut."),
    "antagande": ("antagande", "Ingen källa är funnen; spannet säger hur osäkert talet är."),
}
"""Kinds of sources: name, and what it means."""


def label(matt: str) -> Label:
    return LABELS[matt]
