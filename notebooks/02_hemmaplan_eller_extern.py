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
# # Hemmaplan eller extern placering?
#
# En egen plats kostar lika mycket tom som full. En köpt plats kostar bara när någon bor där, men mer. När lönar sig
# den egna? Svaret har två delar: **priserna**, som dokumenten säger något om, och **vem som annars skulle ha bott i en
# köpt plats och kan bo hemma**, som inget dokument svarar på. Vi tar stödboende i Värmdö (2014) och Södertälje (2018).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sim import load_kommun, simulate
from sim.config import Boende, Extern, Kommun, Scenario
from sim.selection import only_area

pd.set_option("display.precision", 2)
# Möjliga framtider för varje punkt nedan.
MANGA = int(os.environ.get("HEMMAPLAN_FRAMTIDER", "30"))
NYA = 5
# Bara missbruk: resten ändrar ingenting för dem, och tar bara tid.
KOMMUNER = [only_area(load_kommun(namn), "missbruk") for namn in ("varmdo_2014", "sodertalje_2019")]

# %% [markdown]
# ## 1. Priserna: hur full måste platsen vara?
#
# Kostar den egna platsen *f* kronor om dygnet vare sig den används eller inte, och den köpta *p*, så lönar sig den egna
# om den ersätter köpta dygn mer än *f ÷ p* av tiden: **brytpunkten**.


# %%
def egen(kommun: Kommun) -> Boende:
    plats = kommun.resurser["stodboende"]
    assert isinstance(plats, Boende)
    return plats


def kopt(kommun: Kommun) -> Extern:
    plats = kommun.resurser["stodboende_extern"]
    assert isinstance(plats, Extern)
    return plats


def brytpunkt(kommun: Kommun) -> float:
    """Andel av dygnen som en ny plats måste ersätta köpta dygn för att bära sig."""
    besparing = kopt(kommun).dygnskostnad_kr.medel - egen(kommun).rorlig_kostnad_kr_per_dygn
    return egen(kommun).fast_kostnad_kr_per_plats_och_dygn / besparing


pd.DataFrame(
    [
        (
            kommun.namn,
            egen(kommun).fast_kostnad_kr_per_plats_och_dygn,
            kopt(kommun).dygnskostnad_kr.medel,
            100 * brytpunkt(kommun),
        )
        for kommun in KOMMUNER
    ],
    columns=["kommun", "egen plats, kr/dygn", "köpt plats, kr/dygn", "brytpunkt, procent"],
).round(0)

# %% [markdown]
# Köpt pris är medel per placering. I Södertälje är 1 900 kronor ett antagande: planen ger bara snittet för alla köpta
# dygn. Med brytpunkter på 35–41 procent ser egna platser ut att löna sig nästan alltid. **Så räknar den som tror att
# den nya platsen blir full av folk som annars hade bott i en köpt.**
#
# ## 2. Människorna: hur stor del av den nya platsen ersätter köpta dygn?
#
# Många i köpta platser kan inte bo hemma: fel behov, fel kön, måste bort från sitt gäng. Och av de nya platserna
# används en del av dem som annars hade väntat. Vi simulerar fem nya platser vid olika antaganden om **andelen
# hemmamöjliga**, och räknar: sparade köpta dygn ÷ nya platsdygn. Samma människor med och utan platserna.

# %%
ANDEL = "verksamheter.missbruk.steg.boende.behov.hemmamojlig.andel"


def scenario(andel: float, nya: int) -> Scenario:
    """Från första dagen: så stor andel hemmamöjliga, och så många nya platser."""
    andringar = [{"mal": ANDEL, "satt": andel}]
    if nya:
        andringar.append({"mal": "resurser.stodboende.platser", "plus": nya})
    return Scenario.model_validate(
        {"id": "prov", "namn": f"{andel} och {nya} nya", "motiv": "Anteckningsbok", "andringar": andringar}
    )


def kopta_dygn(kommun: Kommun, andel: float, nya: int) -> np.ndarray:
    """Köpta stödboendedygn efter basåret, ett tal för varje möjlig framtid."""
    funna = []
    for nummer in range(MANGA):
        matt = simulate(kommun, scenario(andel, nya), seed=1, replikation=nummer).matt
        ar = (matt["period"].str.len() == 4) & (matt["period"] > str(kommun.basar))
        ar &= (matt["matt"] == "varddygn") & (matt["del"] == "stodboende_extern")
        funna.append(matt.loc[ar, "varde"].sum())
    return np.array(funna)


def ersatter(kommun: Kommun, andel: float) -> tuple[float, float]:
    """Sparade köpta dygn per nytt platsdygn: medel, och halva 95-procentsintervallet."""
    dygn = (kommun.slut - kommun.start).days + 1 - (366 if kommun.basar % 4 == 0 else 365)
    andelar = (kopta_dygn(kommun, andel, 0) - kopta_dygn(kommun, andel, NYA)) / (NYA * dygn)
    return float(andelar.mean()), float(1.96 * andelar.std(ddof=1) / np.sqrt(len(andelar)))


svar = []
for kommun in KOMMUNER:
    nu = kommun.verksamheter["missbruk"].steg["boende"].behov.hemmamojlig.andel
    for andel in sorted({0.3, 0.6, nu, 1.0}):
        medel, halva = ersatter(kommun, andel)
        svar.append((kommun.namn, andel, andel == nu, 100 * medel, 100 * halva, 100 * brytpunkt(kommun)))
tabell = pd.DataFrame(
    svar, columns=["kommun", "hemmamöjliga", "kommunens antagande", "ersätter, procent", "±", "brytpunkt, procent"]
)
tabell

# %%
figur, axel = plt.subplots(figsize=(7, 3.4))
for (namn, rader), (tecken, streck) in zip(
    tabell.groupby("kommun", sort=False), (("o", "-"), ("s", "--")), strict=True
):
    axel.errorbar(
        rader["hemmamöjliga"],
        rader["ersätter, procent"],
        rader["±"],
        fmt=tecken + streck,
        color="black",
        capsize=3,
        label=namn,
    )
    axel.axhline(rader["brytpunkt, procent"].iloc[0], color="grey", linestyle=streck)
axel.set_xlabel("andel hemmamöjliga")
axel.set_title("Så stor del av fem nya platser ersätter köpta dygn, procent.\nGrått: brytpunkten i samma kommun")
axel.legend()
plt.show()

# %% [markdown]
# ## 3. Vad säger det?
#
# - **Brytpunkten är inte frågan; nyttjandet är det.** Ligger punkten under den grå linjen kostar platserna mer än de
#   sparar, hur dyr den köpta platsen än är per dygn.
# - **Antagandet avgör.** Vid låg andel hemmamöjliga finns det ingen att ta hem, och platserna står tomma eller fylls av
#   dem som annars hade fått vänta.
# - **Det här är ett räkneexempel, inte ett beslut.** Bara andelen ändras här, allt annat står kvar. Då stämmer kommunen
#   inte längre med sitt dokument. `docs/handbok.md` avsnitt 13 gör om det med inpassade värden, och kommer till högre
#   besparing men samma slutsats: ta reda på hur många som kan bo hemma innan huset byggs.
