"""How firmly one year's figures settle the free numbers, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

import pandas as pd

from sim.calibration import Fit
from sim.calibration_report import short
from sim.config_kalibrering import Kalibrering
from sim.identifiability import Firmness, Settled
from sim.reconcile import GOOD
from sim.swedish import tal, uppraknat

LEVELS = (0.8, 0.95)


def firmness_lines(plan: Kalibrering, fitted: Fit, found: Firmness) -> list[str]:
    """The part of the calibration's report, as Markdown."""
    lines = [
        "",
        "## Så säkert bestäms talen av ett års siffror",
        "",
        "Dokumentet är ett av de år som var möjliga. Hade ett annat av dem publicerats hade andra tal passats in, och "
        f"så olika blir de i fyra år av fem och i nitton av tjugo, räknat ur siffrornas spridning mellan modellens "
        f"{found.years} möjliga år och elasticiteterna ovan. Allt annat i kommunen antas stämma: fel i antagandena "
        "kommer ovanpå. Elasticiteterna antas gälla ända ut, vilket ger för smala intervall nära ett tak, som när de "
        "egna platserna är fulla.",
        "",
        "| Bestämt av siffrorna | Inpassat | 80 % | 95 % | 95 %, i procent |",
        "|---|--:|--:|--:|--:|",
        *(_settled_row(plan, fitted, found, each) for each in found.settled),
    ]
    if not found.settled:
        lines = [*lines[:5], "Siffrorna bestämmer inget av de fria talen."]
    if missed := _missed(fitted):
        text = f"{uppraknat(missed)} kom inte inom {tal(100 * GOOD)} procent av dokumentet"
        lines += ["", f"Obs: {text}, så intervallen håller inte för de tal som drar i den siffran."]
    if not found.left:
        return [*lines, "", "Siffrorna bestämmer vart och ett av de fria talen."]
    return [
        *lines,
        "",
        "En produkt är bestämd fast talen i den inte är det: ändras det ena får det andra ändras åt andra hållet. "
        "Exponenten gäller nära de inpassade talen. Så vitt lämnar siffrorna de tal som de inte bestämmer var för sig, "
        "när de andra fria talen får jämka inom sina spann:",
        "",
        "| Inte bestämt för sig | Inpassat | Kan ligga mellan | Spann |",
        "|---|--:|--:|--:|",
        *(_left_row(plan, fitted, name, ends) for name, ends in found.left.items()),
    ]


def _missed(fitted: Fit) -> list[str]:
    """Figures that the numbers found do not bring about."""
    away = abs(fitted.after / fitted.document - 1)
    return [figure for figure, distance in zip(fitted.figures, away, strict=True) if distance > GOOD]


def product_text(exponents: Mapping[str, float]) -> str:
    """inflode × langd^0,6 ÷ pris"""
    text = ""
    for name, power in exponents.items():
        size = tal(abs(power), 1)
        sign = (" × " if power > 0 else " ÷ ") if text else ("" if power > 0 else "1 ÷ ")
        text += sign + name + ("" if size == "1,0" else f"^{size}")
    return text


def _settled_row(plan: Kalibrering, fitted: Fit, found: Firmness, each: Settled) -> str:
    margins = [found.margin(each.sd, level) for level in LEVELS]
    per_cent = " till ".join(f"{tal(100 * (exp(end) - 1), 1, sign=True)} %" for end in (-margins[-1], margins[-1]))
    if len(each.exponents) > 1:
        return f"| {product_text(each.exponents)} | – | – | – | {per_cent} |"
    ((name, _),) = each.exponents.items()
    fri = plan.parametrar[name]
    value = fitted.values[fri.mal]
    cells = [name, short(value, fri.siffror)]
    for margin in margins:
        low, high = max(value * exp(-margin), fri.spann[0]), min(value * exp(margin), fri.spann[1])
        cells.append(f"{short(low, 3)}–{short(high, 3)}")
    return f"| {' | '.join([*cells, per_cent])} |"


def _left_row(plan: Kalibrering, fitted: Fit, name: str, ends: tuple[float, float]) -> str:
    fri = plan.parametrar[name]
    value = fitted.values[fri.mal]
    between, span = (
        f"{short(low, 3)}–{short(high, 3)}" for low, high in ((value * ends[0], value * ends[1]), fri.spann)
    )
    return f"| {name} | {short(value, fri.siffror)} | {between} | {span} |"


def firmness_table(found: Firmness) -> pd.DataFrame:
    """One row for each product that is settled and each number that is not; ranges in per cent of what was fitted."""
    rows: Sequence[dict[str, object]] = [
        {
            "storhet": product_text(each.exponents),
            "bestamt": "ja",
            "standardavvikelse_ln": each.sd,
            **_ends("80", found.margin(each.sd, 0.8)),
            **_ends("95", found.margin(each.sd, 0.95)),
        }
        for each in found.settled
    ] + [
        {
            "storhet": name,
            "bestamt": "nej",
            "lamnas_lag_procent": 100 * (low - 1),
            "lamnas_hog_procent": 100 * (high - 1),
        }
        for name, (low, high) in found.left.items()
    ]
    columns = ["storhet", "bestamt", "standardavvikelse_ln", "lag80_procent", "hog80_procent", "lag95_procent"]
    return pd.DataFrame(rows, columns=[*columns, "hog95_procent", "lamnas_lag_procent", "lamnas_hog_procent"])


def _ends(level: str, margin: float) -> dict[str, float]:
    return {f"lag{level}_procent": 100 * (exp(-margin) - 1), f"hog{level}_procent": 100 * (exp(margin) - 1)}
