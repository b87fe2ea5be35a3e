# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # En första timme med hemmaplan
#
# För den som vill förstå vad verktyget gör innan den litar på det. Vi tar Södertälje, kör *en* möjlig framtid, följer
# en människa genom den, räknar sedan många framtider och ställer till sist två frågor: **vad händer om arbetslösheten
# stiger till 11 procent**, och **vad händer med fem nya stödboendeplatser**?
#
# Kör cellerna i ordning (Skift + Enter). Första gången förbereds den snabba motorn, ungefär en minut.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd

from sim import compare, load_kommun, load_scenario, simulate

pd.set_option("display.precision", 1)
# Möjliga framtider i jämförelserna nedan.
MANGA = int(os.environ.get("HEMMAPLAN_FRAMTIDER", "40"))

# %% [markdown]
# ## 1. Kommunen
#
# En kommun är inställningar, aldrig kod: filerna i `conf/kommun/`. Vartenda tal har en källa bredvid sig, eller kallas
# antagande.

# %%
kommun = load_kommun("sodertalje_2019")
pd.DataFrame(
    [(verksamhet.namn, len(verksamhet.inflode), len(verksamhet.steg)) for verksamhet in kommun.verksamheter.values()],
    columns=["verksamhet", "inflöden", "steg"],
)

# %% [markdown]
# ## 2. En möjlig framtid
#
# `simulate` kör en framtid. Samma frö och samma nummer ger samma framtid, till sista siffran, på varje dator.

# %%
framtid = simulate(kommun, seed=1, replikation=0)
len(framtid.visits), framtid.visits["steg"].nunique()

# %% [markdown]
# Så många vistelser, i så många steg. De första:

# %%
framtid.visits.head()

# %% [markdown]
# Varje rad är en vistelse: när ärendet begärde den, när den började, när tiden var ute, när platsen släpptes, och
# hos vem. Allt annat räknas ur den tabellen. Så här ser **ett ärende** ut som både blev utrett och fick en plats:

# %%
placerade = framtid.visits.loc[framtid.visits["resurs"] == "stodboende", "fall"]
nya = framtid.visits.loc[framtid.visits["inflode"].ne("nulage"), "fall"]
en = placerade[placerade.isin(nya)].iloc[0]
kolumner = ["steg", "begaran", "start", "slut", "slappt", "resurs", "utfall"]
framtid.visits.loc[framtid.visits["fall"] == en, kolumner].sort_values("begaran")

# %% [markdown]
# Samma sak i ord, händelse för händelse, skriver kommandot `hemmaplan spar sodertalje_2019`.
#
# ## 3. Måtten
#
# `matt` är en lång tabell: period, verksamhet, mått, del, värde, enhet. Här är köpta vårddygn i missbruk, år för år.

# %%
matt = framtid.matt
kopta = matt[(matt["matt"] == "varddygn_extern") & (matt["verksamhet"] == "missbruk") & (matt["del"] == "")]
kopta[kopta["period"].str.len() == 4][["period", "varde", "enhet"]]

# %% [markdown]
# Ett år i taget gungar det. Det gör det i verkligheten också: en femtedel upp eller ned utan att någon ändrat något.
# En enda framtid säger därför nästan ingenting. Vi behöver många.
#
# ## 4. Många framtider, och två frågor
#
# Scenarierna är filer i `scenarios/`. De beskriver bara vad som ändras, och från vilken dag.

# %%
scenarier = [load_scenario("arbetsloshet_11"), load_scenario("stodboende_5")]
pd.DataFrame([(scenario.namn, scenario.motiv) for scenario in scenarier], columns=["namn", "motiv"])

# %%
jamforelse = compare(kommun, scenarier, replikationer=MANGA, arbetare=1)
skillnader = jamforelse.skillnader


def skillnad(scenario: str, verksamhet: str, matt: str, del_: str = "") -> pd.DataFrame:
    """Skillnaden mot nuläget i ett års mått, med osäkerhet."""
    rader = skillnader[
        (skillnader["scenario"] == scenario)
        & (skillnader["verksamhet"] == verksamhet)
        & (skillnader["matt"] == matt)
        & (skillnader["del"] == del_)
        & (skillnader["period"].str.len() == 4)
    ]
    return rader[["period", "skillnad", "ki95_lag", "ki95_hog", "p10", "p90", "enhet"]]


skillnad("arbetsloshet_11", "forsorjningsstod", "bidragsmanader", "bistand")

# %% [markdown]
# **Två osäkerheter, som inte får blandas ihop.** `ki95_lag`–`ki95_hog` är hur väl medelskillnaden är räknad: fler
# framtider gör den smalare. `p10`–`p90` är hur olika framtiderna är: den blir inte smalare, för det är verkligheten som
# är osäker.

# %%
skillnad("stodboende_5", "missbruk", "varddygn_extern")

# %% [markdown]
# Intervallen är smala, fast framtiderna är så olika. Det kommer av att **samma människor** finns i alla scenarier: det
# som skiljer är bara det som scenariot ändrar. `03_metod` visar hur mycket det betyder.
#
# ## 5. En bild

# %%
figur, axel = plt.subplots(figsize=(7, 3.2))
nivaer = jamforelse.nivaer
for namn, text, streck in (("nulage", "Nuläge", "-"), ("arbetsloshet_11", "Arbetslöshet 11 %", "--")):
    rader = nivaer[
        (nivaer["scenario"] == namn)
        & (nivaer["verksamhet"] == "forsorjningsstod")
        & (nivaer["matt"] == "bidragsmanader")
        & (nivaer["del"] == "bistand")
        & (nivaer["period"].str.len() == 7)
    ]
    manader = range(1, len(rader) + 1)
    axel.plot(manader, rader["medel"], streck, color="black", label=text)
    axel.fill_between(manader, rader["p10"], rader["p90"], color="grey", alpha=0.25)
axel.set_title("Hushåll med försörjningsstöd per månad; band: 8 framtider av 10")
axel.set_xlabel(f"månad, räknat från januari {kommun.basar}")
axel.legend()
plt.show()

# %% [markdown]
# ## 6. Sedan
#
# - `hemmaplan jamfor sodertalje_2019 arbetsloshet_11 stodboende_5` gör samma sak på kommandoraden, med text, tabeller
#   och figurer i en mapp.
# - `hemmaplan lista` visar kommuner och scenarier. Kopiera en fil i `scenarios/` och ändra den: det är så en egen fråga
#   ställs.
# - `02_hemmaplan_eller_extern` räknar på när en egen plats lönar sig; `03_metod` på när intervallen går att lita på.
