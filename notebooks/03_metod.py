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
# # Varför intervallen går att lita på, och när de inte gör det
#
# Tre påståenden prövas här, vart och ett mot något som modellen inte själv har räknat ut:
#
# 1. Där teorin har ett exakt svar ger simuleringen det.
# 2. Ett 95-procentsintervall täcker sanningen ungefär 95 gånger av 100.
# 3. Samma människor i alla scenarier gör skillnader skarpa med få framtider.
#
# Sist: **vad intervallen inte säger något om.**

# %%
import os
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

from sim import compare, load_kommun, load_scenario, simulate
from sim.comparison import variance_ratio
from sim.config import Kommun, Scenario
from sim.loading import checked_kommun
from sim.selection import only_area

# Möjliga framtider i de tyngre räkningarna.
MANGA = int(os.environ.get("HEMMAPLAN_FRAMTIDER", "40"))


def liten_kommun(per_ar: float, resurser: dict[str, Any], behov: dict[str, Any], medel: float, slut: str) -> Kommun:
    """Ett inflöde, ett steg med exponentiell tid, tomt vid start."""
    steg = {"utfall": {"klar": {"tid": {"fordelning": "exponential", "medel": medel}, "nasta": {"avslut": 1.0}}}}
    return checked_kommun(
        {
            "id": "liten",
            "namn": "Liten",
            "basar": 2018,
            "slut": slut,
            "resurser": {namn: {"namn": namn, "verksamhet": "v", **resurs} for namn, resurs in resurser.items()},
            "verksamheter": {
                "v": {
                    "namn": "V",
                    "inflode": {"in": {"namn": "In", "per_ar": per_ar, "forsta_steg": "insats"}},
                    "steg": {"insats": {"namn": "Insats", "behov": behov, **steg}},
                }
            },
            "kallor": {"pahittat": {"galler": ["**"], "typ": "egna_data", "text": "påhittat"}},
        }
    )


# %% [markdown]
# ## 1. Teorin: Erlangs kö
#
# Tio handläggare med ett ärende var, ärenden som kommer slumpmässigt och tar 30 dagar i medel. Hur länge väntar man?
# Erlang svarade 1917. Första året räknas inte: då fylls kön på från noll.

# %%
antal, per_dag, tid = 10, 0.25, 30.0
last = per_dag * tid
ledigt = sum(last**k / float(np.prod(np.arange(1, k + 1))) for k in range(antal))
fullt = last**antal / float(np.prod(np.arange(1, antal + 1))) * antal / (antal - last)
exakt = fullt / (ledigt + fullt) * tid / (antal - last)

ko = liten_kommun(
    per_dag * 365.25,
    {"lag": {"typ": "team", "arsarbetare": antal, "arendetak": 1}},
    {"team": "lag"},
    tid,
    "2037-12-31",
)
vantat = []
for nummer in range(5 * MANGA):
    vistelser = simulate(ko, seed=1, replikation=nummer).visits
    bland = vistelser[(vistelser["begaran"] >= 365) & vistelser["start"].notna()]
    vantat.append(float((bland["start"] - bland["begaran"]).mean()))
halva = stats.t.ppf(0.975, len(vantat) - 1) * np.std(vantat, ddof=1) / np.sqrt(len(vantat))
pd.DataFrame(
    [("Erlang C, exakt", exakt, np.nan), ("simulerat", np.mean(vantat), halva)],
    columns=["väntan i medel", "dygn", "±"],
).round(2)

# %% [markdown]
# I `tests/teori/` finns fler sådana prov, mot formler och mot ekvationer lösta för sig. Båda motorerna ska klara dem,
# och där får intervallet vara högst en procent åt var sida.
#
# ## 2. Täckningen: håller 95 procent?
#
# Vi hittar på en kommun där sanningen är känd. Placeringar utan tak, 200 om året, i medel 90 dygn, tomt från början.
# En midnatt *d* dygn efter starten är i medel λ·m·(1 − e^(−d/m)) personer placerade. Tio procent fler anmälningar ger
# tio procent fler vårddygn: **skillnaden är känd exakt.** Många små studier om tio framtider var får sedan försöka.

# %%
per_ar, medel, i_varje = 200.0, 90.0, 10
placeringar = liten_kommun(
    per_ar,
    {"kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 2000}}},
    {"plats": ["kopt"]},
    medel,
    "2019-12-31",
)
fler = Scenario.model_validate(
    {
        "id": "fler",
        "namn": "Tio procent fler",
        "motiv": "Känd sanning",
        "andringar": [{"mal": "verksamheter.v.inflode.in.per_ar", "ganger": 1.1}],
    }
)
midnatter = np.arange(365 + 1, 730 + 1)
sanning = 0.1 * per_ar / 365.25 * medel * float(np.sum(1 - np.exp(-midnatter / medel)))

studier = max(4, 5 * MANGA)
rad = ("v", "varddygn", "kopt")
resultat = compare(placeringar, [fler], replikationer=studier * i_varje, arbetare=1).resultat
skillnad = resultat.table("fler").of(rad, "2019") - resultat.table("nulage").of(rad, "2019")
grupper = skillnad.reshape(studier, i_varje)
mitt = grupper.mean(axis=1)
bredd = stats.t.ppf(0.975, i_varje - 1) * grupper.std(axis=1, ddof=1) / np.sqrt(i_varje)
tackte = np.abs(mitt - sanning) <= bredd
lag, hog = stats.binomtest(int(tackte.sum()), studier).proportion_ci(method="exact")
f"{tackte.sum()} av {studier} intervall täckte sanningen ({100 * lag:.0f}–{100 * hog:.0f} procent)".replace(".", ",")

# %%
figur, axel = plt.subplots(figsize=(7, 3.2))
visade = slice(0, 60)
axel.errorbar(
    np.arange(studier)[visade], mitt[visade], bredd[visade], fmt="o", color="black", markersize=3, elinewidth=0.8
)
axel.axhline(sanning, color="grey")
axel.set_title("Små studier om tio framtider: skillnad i vårddygn med intervall.\nGrått: sanningen")
plt.show()

# %% [markdown]
# ## 3. Samma människor: vad det är värt
#
# Fem stödboendeplatser i Södertälje. Skillnaden i nettokostnad räknas på två sätt: inom samma framtid (samma människor
# med och utan platserna), och mellan olika framtider (som om scenarierna hade fått var sin slump).

# %%
sodertalje = only_area(load_kommun("sodertalje_2019"), "missbruk")
platser = compare(sodertalje, [load_scenario("stodboende_5")], replikationer=max(MANGA, 4), arbetare=1).resultat
parvis, oberoende, kvot = variance_ratio(platser, "stodboende_5", "missbruk", "nettokostnad", "2020")
pd.DataFrame(
    [
        ("samma människor", np.sqrt(parvis) / 1e6, 1.0),
        ("var sin slump", np.sqrt(oberoende) / 1e6, 1 / kvot),
    ],
    columns=["skillnaden räknad med", "spridning, mnkr", "framtider som behövs, gånger"],
).round(2)

# %% [markdown]
# ## 4. Vad intervallen *inte* säger
#
# - **Ingenting om antagandena.** Intervallet kring en skillnad blir hur smalt som helst med fler framtider. Är andelen
#   hemmamöjliga i verkligheten en annan är det ändå fel svar, noggrant uträknat. `02_hemmaplan_eller_extern` visar hur
#   mycket ett enda antagande betyder.
# - **Ingenting om det enskilda året.** Medelskillnaden är säker; årets utfall är det inte. Läs P10–P90.
# - **Skeva mått med få framtider.** Intervallet bygger på att medelvärden är ungefär normalfördelade. För något som
#   nästan alltid är noll och ibland stort (överbelastning, särskild avgift) behövs fler framtider innan det stämmer:

# %%
rng = np.random.default_rng(1)
rader = []
for n in (5, 10, 40, 200):
    prov = rng.lognormal(0.0, 2.0, size=(4000, n)) * (rng.random((4000, n)) < 0.3)
    sant = 0.3 * float(np.exp(2.0))
    fel = stats.t.ppf(0.975, n - 1) * prov.std(axis=1, ddof=1) / np.sqrt(n)
    rader.append((n, 100 * float(np.mean(np.abs(prov.mean(axis=1) - sant) <= fel))))
pd.DataFrame(rader, columns=["framtider", "täckning för ett mycket skevt mått, procent"]).round(0)

# %% [markdown]
# Fyrtio framtider räcker för kronor och dygn. De räcker inte för ett sådant mått.
