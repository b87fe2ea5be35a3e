"""Plan → Network: names become numbers, dated changes become epochs and step functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sim import config
from sim.calendars import DAYS_PER_YEAR, Period, day_number, last_of_month, months, working_time
from sim.durations import from_config
from sim.network import (
    EXIT,
    FOREVER,
    NONE,
    RECALL_BY_TIME,
    RECALL_FIRST,
    RECALL_LAST,
    THOUSAND,
    Cohort,
    Inflow,
    Network,
    Outcome,
    Resource,
    Steg,
    Variant,
)
from sim.paths import StepFunction, step_function
from sim.randomness import name_key
from sim.scenario import Epok, Plan
from sim.shares import ShareTable, share_table
from sim.stock import StockRates, stocks
from sim.streams import month_number
from sim.traffic import home_share

RANKS = {"forst": RECALL_FIRST, "tur": RECALL_BY_TIME, "sist": RECALL_LAST}


class _Names:
    """The numbering of a kommun's resources, stegs, målgrupper: structure that no scenario changes."""

    def __init__(self, kommun: config.Kommun) -> None:
        self.resources = sorted(kommun.resurser, key=str.encode)
        self.stegs = [
            (area, steg) for area in sorted(kommun.verksamheter) for steg in sorted(kommun.verksamheter[area].steg)
        ]
        self.inflows = [
            (area, name) for area in sorted(kommun.verksamheter) for name in sorted(kommun.verksamheter[area].inflode)
        ]
        groups = {g for area, name in self.inflows for g in kommun.verksamheter[area].inflode[name].malgrupper}
        self.groups = sorted(groups)
        self._resource_number = {name: number for number, name in enumerate(self.resources)}
        self._steg_number = {pair: number for number, pair in enumerate(self.stegs)}

    def resource(self, name: str | None) -> int:
        return NONE if name is None else self._resource_number[name]

    def steg(self, area: str, name: str) -> int:
        return EXIT if name == config.AVSLUT else self._steg_number[area, name]

    def targets(self, area: str, names: Mapping[str, float]) -> dict[str, int]:
        return {name: self.steg(area, name) for name in names}


class _Stegs:
    """The stegs of a kommun in an epoch, in order. What plans and epochs have in common is made once."""

    def __init__(self, names: _Names) -> None:
        self._names = names
        self._made: dict[tuple[int, int, tuple[float, ...]], tuple[Steg, ...]] = {}

    def of(self, kommun: config.Kommun, base: config.Kommun) -> tuple[Steg, ...]:
        prices = tuple(_price_cv(kommun.resurser[resource]) for resource in self._names.resources)
        return tuple(steg for area in sorted(kommun.verksamheter) for steg in self._area(area, kommun, base, prices))

    def _area(
        self, area: str, kommun: config.Kommun, base: config.Kommun, prices: tuple[float, ...]
    ) -> tuple[Steg, ...]:
        now, before = kommun.verksamheter[area], base.verksamheter[area]
        key = id(now), id(before), prices
        if key not in self._made:
            self._made[key] = tuple(
                _steg(self._names, area, now.steg[name], before.steg[name], prices) for name in sorted(now.steg)
            )
        return self._made[key]


def build_network(plan: Plan, end: date | None = None) -> Network:
    """Resolve a plan. `end` is the last day of the run, by default the kommun's own `slut`."""
    (network,) = build_networks([plan], end)
    return network


def build_networks(plans: Sequence[Plan], end: date | None = None) -> list[Network]:
    """Nuläge, which comes first, and scenarios, each as `build_network`."""
    names = _Names(plans[0].kommun)
    stegs, rates = _Stegs(names), StockRates(plans[0].kommun, names.groups)
    return [_network(plan, end, names, stegs, rates) for plan in plans]


def _network(plan: Plan, end: date | None, names: _Names, stegs: _Stegs, rates: StockRates) -> Network:
    kommun = plan.kommun
    start = kommun.start
    days = day_number(start, end or kommun.slut) + 1
    epochs = plan.epoker
    begin = epochs[0].fran_dag
    periods = months(start, days, begin)
    whole_months = months(start, day_number(start, last_of_month(end or kommun.slut)) + 1, begin)
    return Network(
        start=start,
        begin=begin,
        end=days,
        epochs=tuple(epoch.fran_dag for epoch in epochs),
        resources=tuple(_resource(name, epochs, periods) for name in names.resources),
        steg_names=tuple(f"{area}.{name}" for area, name in names.stegs),
        steg_keys=tuple(name_key(f"{area}.{name}") for area, name in names.stegs),
        groups=tuple(names.groups),
        inflows=tuple(_inflow(names, area, name, plan, whole_months) for area, name in names.inflows),
        steg=tuple(stegs.of(epoch.kommun, epoch.bas) for epoch in epochs),
        base_steg=stegs.of(epochs[0].bas, epochs[0].bas),
        outcome_names=tuple(tuple(sorted(kommun.verksamheter[a].steg[s].utfall)) for a, s in names.stegs),
        pace=tuple(_pace(area, name, plan, days) for area, name in names.stegs),
        stock=stocks(rates, epochs[0].kommun, names),
    )


def at_epoch(epochs: tuple[Epok, ...], time: float) -> Epok:
    """The epoch in force at a time; the first one also before the start."""
    return next((epoch for epoch in reversed(epochs) if epoch.fran_dag <= time), epochs[0])


def _thousandths(value: float) -> int:
    return round(value * THOUSAND)


def _steg(names: _Names, area: str, steg: config.Steg, base_steg: config.Steg, prices: tuple[float, ...]) -> Steg:
    behov = steg.behov
    team = behov if isinstance(behov, config.TeamBehov) else None
    plats = behov if isinstance(behov, config.PlatsBehov) else None
    recall = plats.hemtagning if plats else None
    limit = plats.vanta_hogst_dagar if plats else None
    variants, variant_number = _variants(names, area, steg, base_steg)
    tyngd = steg.tyngd or config.Tyngd()
    return Steg(
        team=names.resource(team.team) if team else NONE,
        weight=_thousandths(team.vikt) if team else 0,
        places=tuple(names.resource(place) for place in plats.plats) if plats else (),
        part=_thousandths(plats.andel_plats) if plats else THOUSAND,
        wait_limit=FOREVER if limit is None else limit,
        reserve=names.resource(plats.reserv) if plats else NONE,
        home_share=tuple(home_share(plats, group) for group in names.groups),
        recall=recall is not None,
        recall_earliest=recall.tidigast_dagar if recall else 0.0,
        recall_notice=recall.uppsagning_dagar if recall else 0.0,
        recall_rank=RANKS[recall.prio] if recall else RECALL_LAST,
        follow_team=names.resource(steg.uppfoljning.team) if steg.uppfoljning else NONE,
        follow_weight=_thousandths(steg.uppfoljning.vikt) if steg.uppfoljning else 0,
        closing_team=names.resource(steg.avslut.team) if steg.avslut else NONE,
        closing_weight=_thousandths(steg.avslut.vikt) if steg.avslut else 0,
        closing_time=from_config(steg.avslut.tid) if steg.avslut else None,
        patience=from_config(steg.tar_tillbaka.tid) if steg.tar_tillbaka else None,
        patience_next=names.steg(area, steg.nasta_vid_avhopp) if steg.nasta_vid_avhopp else EXIT,
        priority=tuple(steg.prio_malgrupper.get(group, steg.prio) for group in names.groups),
        outcomes=tuple(_outcome(steg, steg.utfall[outcome]) for outcome in sorted(steg.utfall)),
        variants=variants,
        variant_number=variant_number,
        price_cv=prices,
        recall_new=recall is not None and recall.langd == "ny",
        weight_length=tyngd.langd,
        weight_price=tyngd.pris,
        weight_home=tyngd.hemma,
        age_limit=steg.till_alder.ar * DAYS_PER_YEAR if steg.till_alder else FOREVER,
        age_routing=_routing(names, area, base_steg.till_alder.nasta, steg.till_alder.nasta)
        if steg.till_alder and base_steg.till_alder
        else None,
    )


def _outcome(steg: config.Steg, utfall: config.Utfall) -> Outcome:
    return Outcome(
        closing=utfall.avslut and steg.avslut is not None, stays=steg.kvar if utfall.kvar is None else utfall.kvar
    )


def _routing(names: _Names, area: str, base: Mapping[str, float], now: Mapping[str, float]) -> ShareTable:
    return share_table(dict(base), dict(now), names.targets(area, now))


def _variants(
    names: _Names, area: str, steg: config.Steg, base: config.Steg
) -> tuple[tuple[Variant, ...], tuple[tuple[int, ...], ...]]:
    """The different ways stays end, and which one holds for each målgrupp and resource (none first)."""
    groups = {group for utfall in steg.utfall.values() for group in utfall.malgrupper}
    resources = {resource for utfall in steg.utfall.values() for resource in utfall.resurser}
    found: dict[tuple[str, str], int] = {}
    variants: list[Variant] = []
    rows = []
    for group in names.groups:
        row = []
        for resource in ["", *names.resources]:
            key = (group if group in groups else "", resource if resource in resources else "")
            if key not in found:
                found[key] = len(variants)
                variants.append(_variant(names, area, steg, base, *key))
            row.append(found[key])
        rows.append(tuple(row))
    return tuple(variants), tuple(rows)


def _variant(names: _Names, area: str, steg: config.Steg, base: config.Steg, group: str, resource: str) -> Variant:
    outcomes = sorted(steg.utfall)
    now = {name: steg.utfall[name].resolved(group, resource) for name in outcomes}
    before = {name: base.utfall[name].resolved(group, resource) for name in outcomes}
    numbers = {name: number for number, name in enumerate(outcomes)}
    return Variant(
        shares=share_table(
            {name: part.andel for name, part in before.items()},
            {name: part.andel for name, part in now.items()},
            numbers,
        ),
        lengths=tuple(from_config(now[name].tid) for name in outcomes),
        routings=tuple(_routing(names, area, before[name].nasta, now[name].nasta) for name in outcomes),
    )


def _price_cv(resurs: config.Resurs) -> float:
    return resurs.dygnskostnad_kr.cv if isinstance(resurs, config.Extern) else 0.0


def _resource(name: str, epochs: tuple[Epok, ...], periods: list[Period]) -> Resource:
    kind = epochs[0].kommun.resurser[name].typ
    breaks = {epoch.fran_dag for epoch in epochs} | {period.first for period in periods}

    def capacity(time: float) -> float:
        resurs = at_epoch(epochs, time).kommun.resurser[name]
        if isinstance(resurs, config.Team):
            return _thousandths(team_capacity(resurs, _month(periods, time)))
        if isinstance(resurs, config.Boende):
            return _thousandths(resurs.platser)
        return _thousandths(resurs.tak or 0.0)

    def closings(time: float) -> float:
        resurs = at_epoch(epochs, time).kommun.resurser[name]
        assert isinstance(resurs, config.Team)
        return max(1, int(resurs.avslut_samtidiga * resurs.arsarbetare * (1 - resurs.vakans) + 1e-9))

    first = epochs[0].kommun.resurser[name]
    unlimited = isinstance(first, config.Extern) and first.tak is None
    return Resource(
        name=name,
        kind=kind,
        capacity=None if unlimited else step_function(breaks, capacity, first=periods[0].first),
        closings=step_function(breaks, closings, first=periods[0].first) if kind == "team" else None,
        closings_first=isinstance(first, config.Team) and first.avslutsordning == "forst",
    )


def team_capacity(team: config.Team, month: int) -> float:
    """How many weighted cases a team can carry in a calendar month (1-12)."""
    present = max(0.0, 1 - team.sjukfranvaro - team.vakans)
    return team.arsarbetare * team.arenden_per_arsarbetare * present * team.semesterprofil[month - 1]


def _month(periods: list[Period], time: float) -> int:
    return int(next(p.label for p in reversed(periods) if p.first <= time)[5:])


def driver_path(name: str, epochs: tuple[Epok, ...], base: bool) -> StepFunction:
    """A driver's value over time, in its own unit, also before the start where its path is dated."""
    start = epochs[0].kommun.start
    breaks = {epoch.fran_dag for epoch in epochs}
    for epoch in epochs:
        value = epoch.kommun.drivare[name].varde
        if isinstance(value, Mapping):
            breaks |= {day_number(start, day) for day in value}

    def at(time: float) -> float:
        epoch = at_epoch(epochs, time)
        value = (epoch.bas if base else epoch.kommun).drivare[name].varde
        if isinstance(value, float):
            return value
        past = [day for day in sorted(value) if day_number(start, day) <= time]
        return float(value[past[-1] if past else min(value)])

    return step_function(breaks, at, first=min(breaks))


def _driver_factor(
    area: str, plan: Plan, base: bool, uses: Callable[[config.Paverkan], float]
) -> tuple[Callable[[float], float], set[float]]:
    """Π (driver(t − lag)/bas)^exponent over the drivers of a verksamhet, and where it changes."""
    epochs = plan.epoker
    drivers = {}
    breaks: set[float] = set()
    for name in plan.kommun.verksamheter[area].drivare:
        path = driver_path(name, epochs, base)
        drivers[name] = path
        for epoch in epochs:
            lag = epoch.kommun.verksamheter[area].drivare[name].lag_dagar
            breaks |= {time + lag for time in path.times}

    def factor(time: float) -> float:
        epoch = at_epoch(epochs, time)
        kommun = epoch.bas if base else epoch.kommun
        product = 1.0
        for name, path in drivers.items():
            effect = kommun.verksamheter[area].drivare[name]
            exponent = uses(effect)
            if exponent:
                product *= (path.at(time - effect.lag_dagar) / kommun.drivare[name].bas) ** exponent
        return product

    return factor, breaks


def _inflow(names: _Names, area: str, name: str, plan: Plan, periods: list[Period]) -> Inflow:
    epochs = plan.epoker
    first = epochs[0].bas.verksamheter[area].inflode[name]

    def rate(base: bool) -> StepFunction:
        def exponent(effect: config.Paverkan) -> float:
            return effect.elasticitet * effect.andel_inflode if name in effect.inflode else 0.0

        factor, driver_breaks = _driver_factor(area, plan, base, exponent)

        def at(time: float) -> float:
            epoch = at_epoch(epochs, time)
            inflode = (epoch.bas if base else epoch.kommun).verksamheter[area].inflode[name]
            month = month_number(next(period for period in reversed(periods) if period.first <= time))
            trend = (1 + inflode.trend_per_ar) ** ((month - 12 * plan.kommun.basar) / 12)
            season = inflode.sasong[month % 12]
            return float(inflode.per_ar / DAYS_PER_YEAR * season * trend * factor(time))

        breaks = {epoch.fran_dag for epoch in epochs} | {p.first for p in periods} | driver_breaks
        return step_function({t for t in breaks if t < periods[-1].last}, at, first=periods[0].first)

    numbers = {group: number for number, group in enumerate(names.groups)}
    return Inflow(
        name=f"{area}.{name}",
        key=name_key(f"{area}.{name}"),
        first_steg=names.steg(area, first.forsta_steg),
        rate=rate(base=False),
        base_rate=rate(base=True),
        groups=tuple(
            share_table(
                dict(epoch.bas.verksamheter[area].inflode[name].malgrupper),
                dict(epoch.kommun.verksamheter[area].inflode[name].malgrupper),
                numbers,
            )
            for epoch in epochs
        ),
        overdispersion=first.overspridning,
        year_cv=first.arseffekt.cv if first.arseffekt else 0.0,
        year_rho=first.arseffekt.rho if first.arseffekt else 0.0,
        cohorts=_cohorts(area, name, plan, numbers),
        siblings=first.syskon,
        ages=tuple(from_config(first.alder[g]) if g in first.alder else None for g in names.groups),
    )


def _cohorts(area: str, name: str, plan: Plan, numbers: Mapping[str, int]) -> tuple[Cohort, ...]:
    """The dated batches, each with the number of cases in force on its day."""
    found = []
    for key, kohort in plan.kommun.verksamheter[area].inflode[name].kohorter.items():
        day = day_number(plan.kommun.start, kohort.datum)
        now = at_epoch(plan.epoker, day).kommun.verksamheter[area].inflode[name].kohorter[key]
        group = NONE if now.malgrupp is None else numbers[now.malgrupp]
        found.append(Cohort(name_key(f"{area}.{name}.kohort.{key}"), day, now.antal, group))
    return tuple(sorted(found, key=lambda cohort: (cohort.day, cohort.key)))


def _longest_notice(plan: Plan) -> float:
    """Days after the end of the run that still matter: whether a stay ends within a notice given before it."""
    behov = (
        steg.behov
        for epoch in plan.epoker
        for verksamhet in epoch.kommun.verksamheter.values()
        for steg in verksamhet.steg.values()
    )
    recalls = (b.hemtagning for b in behov if isinstance(b, config.PlatsBehov))
    return max((recall.uppsagning_dagar for recall in recalls if recall is not None), default=0)


def _pace(area: str, name: str, plan: Plan, days: float) -> StepFunction | None:
    """Operational days per day in a steg, or None where always one."""
    epochs = plan.epoker

    def exponent(effect: config.Paverkan) -> float:
        return -effect.elasticitet * (1 - effect.andel_inflode) if name in effect.steg else 0.0

    factor, breaks = _driver_factor(area, plan, False, exponent)

    def at(time: float) -> float:
        return at_epoch(epochs, time).kommun.verksamheter[area].steg[name].takt * factor(time)

    begin = epochs[0].fran_dag
    path = step_function(breaks | {epoch.fran_dag for epoch in epochs}, at, first=begin)
    if plan.kommun.verksamheter[area].steg[name].arbetsdagar:
        return path.times_another(working_time(plan.kommun.start, days + _longest_notice(plan), begin))
    return None if path.constant and path.values[0] == 1.0 else path
