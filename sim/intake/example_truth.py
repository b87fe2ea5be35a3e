"""The truth of a made-up municipality's lists, under the names that the estimates have.

Each path is one in `sim.intake.fitted.Fitted`: `vard.missbruk.hvb.langd.medel`, `arenden.missbruk.nasta.hvb`,
`bistand.aterkomst.inom_ar`. It holds where hardly anybody waits (`Size.slack` from 1.6 on).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scipy.optimize import brentq

from sim.build import build_network
from sim.calendars import DAYS_PER_YEAR
from sim.care import is_open_care
from sim.config import UTAN_RESURS, Boende, Extern, Inflode, Kommun, PlatsBehov, Steg
from sim.distributions import cdf, mean
from sim.durations import from_config
from sim.flows import Flow, Span, flows_in
from sim.intake.example_lists import FORHANDS, OWN_PRICE_CV, UTREDNING
from sim.intake.example_volumes import place_names
from sim.quantiles import Params
from sim.scenario import make_plan

Truth = Iterator[tuple[str, float]]
Lengths = Sequence[tuple[float, Params]]
"""Different lengths of stay, in days, and how often each begins."""


def truth_of(kommun: Kommun) -> dict[str, float]:
    """What the lists of a made-up kommun should say, by path in `Fitted`. Days, kronor and shares.

    `inflode.….per_ar` is that of the last whole year at the driver's `bas`, of those who come for the first time;
    `per_ar_med_aterkomst` counts also who comes back.
    """
    plan = make_plan(kommun)
    network = build_network(plan)
    flows = flows_in(plan, network, Span(0.0, network.end))
    found: dict[str, float] = {}
    for area, verksamhet in kommun.verksamheter.items():
        mine = [flow for flow in flows if flow.area == area]
        benefit = [key for key, steg in verksamhet.steg.items() if steg.bistand_kr_per_manad is not None]
        for key, steg in verksamhet.steg.items():
            if isinstance(steg.behov, PlatsBehov):
                found |= dict(_care(kommun, area, key, steg, mine))
        if UTREDNING in verksamhet.steg:
            found |= dict(_handling(kommun, area, mine))
        for key in benefit:
            found |= dict(_benefit(kommun, area, key, mine))
        if UTREDNING not in verksamhet.steg and not benefit:
            for inflode in verksamhet.inflode.values():
                found |= dict(_inflow(kommun, f"direkt.{area}.{inflode.forsta_steg}", inflode, mine))
        found |= dict(_elasticity(kommun, area))
    return found


def _care(kommun: Kommun, area: str, key: str, steg: Steg, flows: Sequence[Flow]) -> Truth:
    at = f"vard.{area}.{key}"
    mine = [flow for flow in flows if flow.steg == key]
    total = sum(flow.per_day for flow in mine)
    names = place_names(kommun)
    yield from _length(f"{at}.langd", [length for flow in mine for length in flow.lengths])
    for group in sorted({group for utfall in steg.utfall.values() for group in utfall.malgrupper}):
        own = [utfall.resolved(group, UTAN_RESURS) for utfall in steg.utfall.values()]
        if any(utfall.malgrupper.get(group) and utfall.malgrupper[group].tid for utfall in steg.utfall.values()):
            yield from _length(f"{at}.langd_malgrupp.{group}", [(each.andel, from_config(each.tid)) for each in own])
    for flow in mine:
        resurs = kommun.resurser[flow.place]
        if flow.per_day:
            yield f"{at}.resurser.{names[flow.place]}", flow.per_day / total
        if isinstance(resurs, Extern):
            yield f"{at}.pris.{names[flow.place]}.medel", resurs.dygnskostnad_kr.medel
            yield f"{at}.pris.{names[flow.place]}.cv", resurs.dygnskostnad_kr.cv
        elif isinstance(resurs, Boende) and resurs.rorlig_kostnad_kr_per_dygn:
            yield f"{at}.pris.{names[flow.place]}.medel", resurs.rorlig_kostnad_kr_per_dygn
            yield f"{at}.pris.{names[flow.place]}.cv", OWN_PRICE_CV
    for target in sorted({target for flow in mine for target in flow.onward}):
        yield f"{at}.nasta.{target}", sum(flow.per_day * flow.onward.get(target, 0.0) for flow in mine) / total


def _handling(kommun: Kommun, area: str, flows: Sequence[Flow]) -> Truth:
    """Of cases: who comes, what they lead to, and how many come back of those whom the lists show to leave.

    They leave when a case is closed, or when the care that it led to ends; öppenvård is in no list.
    """
    at, verksamhet = f"arenden.{area}", kommun.verksamheter[area]
    judged, studied = (next((flow for flow in flows if flow.steg == key), None) for key in (FORHANDS, UTREDNING))
    assert studied is not None
    for key, inflode in verksamhet.inflode.items():
        yield from _inflow(kommun, f"{at}.inflode.{key}", inflode, flows)
    if judged is not None:
        yield from _length(f"{at}.forhandsbedomning", judged.lengths)
        yield f"{at}.leder_till_utredning", judged.onward[UTREDNING]
    yield from _length(f"{at}.utredning", studied.lengths)
    granted = {
        key: share
        for key, share in studied.onward.items()
        if isinstance(verksamhet.steg[key].behov, PlatsBehov) or is_open_care(verksamhet.steg[key])
    }
    yield from ((f"{at}.nasta.{key}", share) for key, share in granted.items())
    yield f"{at}.nasta.avslut", 1 - sum(granted.values())
    unseen = sum(share for key, share in granted.items() if is_open_care(verksamhet.steg[key]))
    left = studied.per_day * (1 - unseen) + (judged.per_day * (1 - judged.onward[UTREDNING]) if judged else 0.0)
    first = judged or studied
    new = sum(flow.per_day * flow.onward.get(first.steg, 0.0) for flow in flows)
    away = [flow for flow in flows if flow.onward.get(first.steg)]
    yield from _returns(f"{at}.aterkomst", new / left, [length for flow in away for length in flow.lengths])


def _benefit(kommun: Kommun, area: str, key: str, flows: Sequence[Flow]) -> Truth:
    verksamhet = kommun.verksamheter[area]
    mine = next(flow for flow in flows if flow.steg == key)
    for inflode in verksamhet.inflode.values():
        yield from _inflow(kommun, "bistand.inflode", inflode, flows)
    yield from _length("bistand.langd", mine.lengths)
    away = [flow for flow in flows if flow.onward.get(key)]
    share = sum(flow.per_day for flow in away) / mine.per_day
    yield from _returns("bistand.aterkomst", share, [length for flow in away for length in flow.lengths])
    yield "bistand.belopp_kr_per_manad", verksamhet.steg[key].bistand_kr_per_manad or 0.0


def _inflow(kommun: Kommun, at: str, inflode: Inflode, flows: Sequence[Flow]) -> Truth:
    """`per_ar` in the last whole year, by the trend that steps every month."""
    years = kommun.slut.year - kommun.basar
    season = [
        factor * (1 + inflode.trend_per_ar) ** (years + month / 12) for month, factor in enumerate(inflode.sasong)
    ]
    per_year = inflode.per_ar * sum(season) / 12
    comes_in_all = sum(flow.per_day for flow in flows if flow.steg == inflode.forsta_steg)
    comes_back = sum(flow.per_day * flow.onward.get(inflode.forsta_steg, 0.0) for flow in flows)
    yield f"{at}.per_ar", per_year
    yield f"{at}.per_ar_med_aterkomst", per_year * comes_in_all / (comes_in_all - comes_back)
    yield from ((f"{at}.sasong.{month}", factor) for month, factor in enumerate(inflode.sasong, 1))
    yield f"{at}.trend_per_ar", inflode.trend_per_ar
    yield f"{at}.overspridning", inflode.overspridning
    yield f"{at}.arseffekt_cv", inflode.arseffekt.cv if inflode.arseffekt else 0.0
    if len(inflode.malgrupper) > 1:
        yield from ((f"{at}.malgrupper.{group}", share) for group, share in inflode.malgrupper.items())


def _elasticity(kommun: Kommun, area: str) -> Truth:
    for key, effect in kommun.verksamheter[area].drivare.items():
        yield f"elasticitet.{area}.inflode", effect.elasticitet * effect.andel_inflode
        if effect.steg:
            yield f"elasticitet.{area}.langd", effect.elasticitet * (1 - effect.andel_inflode)
        yield f"elasticitet.{area}.lag_dagar", effect.lag_dagar
        yield f"elasticitet.{area}.bas", kommun.drivare[key].bas


def _length(at: str, lengths: Lengths) -> Truth:
    total = sum(rate for rate, _ in lengths)
    yield f"{at}.medel", sum(rate * mean(length) for rate, length in lengths) / total
    yield f"{at}.median", _quantile(lengths, 0.5)


def _returns(at: str, share: float, away: Lengths) -> Truth:
    yield f"{at}.andel", share
    yield f"{at}.inom_ar", share * _cdf(away, DAYS_PER_YEAR)
    yield from _length(f"{at}.tid", away)


def _cdf(lengths: Lengths, days: float) -> float:
    return sum(rate * float(cdf(length, days)) for rate, length in lengths) / sum(rate for rate, _ in lengths)


def _quantile(lengths: Lengths, share: float) -> float:
    longest = max(mean(length) for _, length in lengths)
    return float(brentq(lambda days: _cdf(lengths, days) - share, 1e-6, 1000 * longest))
