"""Inflows as a kommun's file writes them, and what drives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.intake.file_lengths import grouped_tree
from sim.intake.fitted import Elasticity, Estimate, Inflow
from sim.intake.ground import Ground
from sim.intake.sourced import FEW, Source, Sourced, Tree, assumed_between, from_lists, outward, scaled, significant

RHO, RHO_RANGE = 0.5, (0.0, 0.9)
LEAST_YEAR_CV = 0.005
BENEFIT_ELASTICITY, BENEFIT_ELASTICITY_RANGE = 0.5, (0.0, 1.0)
BENEFIT_LAG, BENEFIT_LAG_RANGE = 180, (90, 365)
"""Where the municipality's own series cannot tell: no source found, as in the kommuner that are shipped."""


def inflow_tree(ground: Ground, inflow: Inflow, label: str, first: str, new: float = 1.0, why: str = "") -> Tree:
    """`new`: the part of the arrivals that the model does not make itself, as returns; `why` says so."""
    trend = _trend(inflow)
    factor = new * ((1 + trend.varde) ** 0.5 if trend else 1.0)
    per_year = scaled(inflow.per_ar, factor)
    what = f"{label}: nya per år, {ground.sista}" + (f", framskrivna till {ground.basar}s början." if trend else ".")
    tree: Tree = {
        "namn": label,
        "per_ar": from_lists(per_year, f"{what}{why}", low=0.0),
        "forsta_steg": first,
    }
    groups = {key: estimate for key, estimate in inflow.malgrupper.items() if key}
    if len(groups) == len(inflow.malgrupper) and (shares := grouped_tree(groups, f"Målgrupper, {label}.")):
        tree["malgrupper"] = shares
    if inflow.per_ar.n >= 12 * FEW:
        tree["sasong"] = _season(inflow.sasong, label)
    if trend:
        tree["trend_per_ar"] = trend
    if inflow.overspridning.varde > 1:
        tree["overspridning"] = from_lists(inflow.overspridning, f"Hur ojämna månaderna är, {label}.", low=1.0)
    if inflow.arseffekt_cv and inflow.arseffekt_cv.varde > LEAST_YEAR_CV:
        rho = "Hur mycket ett år liknar det förra; för få år för att se."
        tree["arseffekt"] = {
            "cv": from_lists(inflow.arseffekt_cv, f"Hur mycket goda och dåliga år skiljer sig, {label}.", low=0.0),
            "rho": assumed_between(RHO, rho, *RHO_RANGE),
        }
    return tree


def _season(season: Sequence[Estimate], label: str) -> Sourced:
    mean = sum(month.varde for month in season) / len(season)
    values = [round(max(month.varde / mean, 0.0), 3) for month in season]
    low = outward(max(min(month.lag for month in season), 0.0), down=True)
    high = outward(max(month.hog for month in season), down=False)
    spann = min(low, *values), max(high, *values)
    text = f"Säsong, {label}, januari till december; spannet täcker alla tolv månaders intervall."
    return Sourced(values, Source("egna_data", text, spann=spann))


def _trend(inflow: Inflow) -> Sourced | None:
    """Only where the interval leaves out none at all. That it goes on is an assumption."""
    trend = inflow.trend_per_ar
    if trend.lag <= 0 <= trend.hog:
        return None
    text = "Ökning per år i listorna (0,01 är en procent). Att den fortsätter är ett antagande."
    value = significant(min(max(trend.varde, -0.5), 0.5), 3)
    ends = min(outward(max(trend.lag, -0.9), down=True), value), max(outward(min(trend.hog, 0.9), down=False), value)
    return assumed_between(value, text, *ends, drawn=True)


def driver_tree(ground: Ground) -> Tree:
    """Unemployment, where it is told or försörjningsstöd needs it."""
    told = list(ground.fitted.elasticitet.values())
    series = ground.lists.arbetsloshet
    if series is not None and len(series) and told:
        latest = significant(float(series.iloc[-12:].mean()))
        text = f"Arbetslösheten de tolv månaderna till {series.index[-1]:%Y-%m}; antas gälla tills vidare."
        base = "Arbetslösheten som inflödet svarar mot."
        return {
            "arbetsloshet": {
                "namn": "Arbetslöshet i kommunen",
                "omrade": "kommun",
                "bas": Sourced(significant(told[0].bas), Source("egna_data", base)),
                "varde": assumed_between(latest, text, significant(latest * 0.7), significant(latest * 1.5)),
            }
        }
    if ground.fitted.bistand is None:
        return {}
    text = "Ingen serie över arbetslösheten är inläst; bara hur mycket den ändras betyder något."
    value = assumed_between(0.07, text, 0.04, 0.12)
    return {"arbetsloshet": {"namn": "Arbetslöshet", "omrade": "kommun", "bas": value, "varde": value}}


def effect_tree(effect: Elasticity | None, inflows: list[str], stegs: list[str]) -> Tree | None:
    """How unemployment moves a verksamhet; None where there is nothing to say. `effect` None: no series is told.

    The elasticity of the volume is that of the inflow and that of the length together.
    """
    if effect is None or not effect.avgors:
        if not stegs:
            return None
        text = "Listorna kan inte avgöra hur mycket antalet hushåll följer arbetslösheten; ingen källa funnen."
        said = "Tid från ändrad arbetslöshet till ändrat antal; ingen källa funnen."
        tree: dict[str, Any] = {
            "elasticitet": assumed_between(BENEFIT_ELASTICITY, text, *BENEFIT_ELASTICITY_RANGE, drawn=True),
            "andel_inflode": assumed_between(0.6, "Hur mycket av påverkan som är fler nya hushåll.", 0.3, 0.9),
            "lag_dagar": assumed_between(BENEFIT_LAG, said, *BENEFIT_LAG_RANGE),
        }
        return {"arbetsloshet": tree | {"inflode": inflows, "steg": stegs}}
    parts = [_told(effect.inflode), *([_told(effect.langd)] if effect.langd and stegs else [])]
    volume = sum(part.varde for part in parts)
    width = sum(((part.hog - part.lag) / 2) ** 2 for part in parts) ** 0.5
    share = parts[0].varde / volume if volume else 1.0
    acting = stegs if len(parts) == 2 and 0 <= share <= 1 else []
    if not acting:
        parts, volume, share = parts[:1], parts[0].varde, 1.0
        width = (parts[0].hog - parts[0].lag) / 2
    text = (
        "Hur mycket volymen ändras, i procent, när arbetslösheten ändras en procent: ur listorna, med 95 % som spann. "
        "Att det som var fortsätter gälla är ett antagande."
    )
    value = significant(volume, 3)
    ends = min(outward(volume - width, down=True), value), max(outward(volume + width, down=False), value)
    tree = {
        "elasticitet": assumed_between(value, text, *ends, drawn=True),
        "andel_inflode": Sourced(significant(share, 3), Source("egna_data", "Så mycket av påverkan är fler nya.")),
        "lag_dagar": Sourced(significant(effect.lag_dagar, 3), Source("egna_data", "Fördröjningen som stämmer bäst.")),
        "inflode": inflows,
    }
    return {"arbetsloshet": tree | ({"steg": acting} if acting else {})}


def _told(effect: Estimate) -> Estimate:
    """None where it goes the other way, and may as well be none."""
    return scaled(effect, 1.0, low=0.0) if effect.varde < 0 <= effect.hog else effect
