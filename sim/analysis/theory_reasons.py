"""Why a simulated queue differs from the textbook's: what the formula leaves out, with its size, in Swedish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from sim import config
from sim.distributions import exponential
from sim.flows import Flow, Span, TeamLoad, flows_in
from sim.network import THOUSAND, Network
from sim.paths import StepFunction
from sim.scenario import Plan
from sim.swedish import tal, uppraknat
from sim.warmup import missing_share

SMALL = 0.02
"""A share so small that it is no reason."""


Breaks = Literal["", "antal", "ko", "spridning"]
"""What a formula rests on: that as many leave as come, that a queue is as it says, that futures differ as by chance."""


class Reason(NamedTuple):
    """`breaks`: what does not hold; "" where the values are near, but not equal."""

    text: str
    breaks: Breaks = ""


@dataclass(frozen=True)
class Place:
    """Where in a plan, and when: what every reason is taken from. `kommun` is as it is in the span."""

    plan: Plan
    network: Network
    kommun: config.Kommun
    flows: tuple[Flow, ...]
    span: Span

    def steg(self, area: str, name: str) -> config.Steg:
        return self.kommun.verksamheter[area].steg[name]

    def flows_of(self, stegs: Sequence[tuple[str, str]]) -> list[Flow]:
        return [flow for flow in self.flows if (flow.area, flow.steg) in stegs]


def reasons_of_arrivals(at: Place, stegs: Sequence[tuple[str, str]]) -> Iterator[Reason]:
    """Who comes: season, good and bad years, batches, and what changes on the way."""
    network, span = at.network, at.span
    areas = {area for area, _ in stegs}
    inflows = [
        inflow for inflow in network.inflows if inflow.name.split(".", 1)[0] in areas and inflow.rate.at(span.first)
    ]
    low, high = _range([inflow.rate for inflow in inflows], span)
    if high - low > SMALL:
        yield Reason(f"inflödet varierar över året, {tal(100 * low)}–{tal(100 * high)} % av medel")
    spread = max((inflow.year_cv for inflow in inflows), default=0.0)
    if spread:
        yield Reason(f"goda och dåliga år (cv {tal(100 * spread)} %)", "spridning")
    extra = max((inflow.overdispersion for inflow in inflows), default=1.0)
    if extra > 1:
        yield Reason(f"månaderna varierar mer än slumpen (överspridning {tal(extra, 1)})", "spridning")
    if any(len(inflow.siblings) > 1 for inflow in inflows):
        yield Reason("syskon kommer samtidigt", "spridning")
    if any(cohort.day < span.last for inflow in inflows for cohort in inflow.cohorts):
        yield Reason("kohorter kommer på bestämda dagar", "antal")
    if any(span.first < epoch.fran_dag < span.last for epoch in at.plan.epoker):
        yield Reason("något ändras under året")
    yield from _reasons_of_last_year(at, stegs)


def _reasons_of_last_year(at: Place, stegs: Sequence[tuple[str, str]]) -> Iterator[Reason]:
    """Whether as many would have been there in the long run of the year before, where the run holds that."""
    span = at.span
    if span.first - span.days < at.network.begin:
        return
    before = flows_in(at.plan, at.network, Span(span.first - span.days, span.first))
    then = sum(flow.present for flow in before if (flow.area, flow.steg) in stegs)
    now = sum(flow.present for flow in at.flows_of(stegs))
    if then > 0 and now > 0 and abs(now / then - 1) > SMALL:
        text = (
            f"på sikt {tal(100 * (now / then - 1), sign=True)} % mot året innan, och antalet hinner inte ändras så fort"
        )
        yield Reason(text, "antal" if abs(now / then - 1) > 0.1 else "")


def reasons_of_start(at: Place, stegs: Sequence[tuple[str, str]]) -> Iterator[Reason]:
    """How much of what would be there in the long run came before the run began, at the middle of the span."""
    flows = [flow for flow in at.flows_of(stegs) if flow.per_day > 0]
    days = (at.span.first + at.span.last) / 2 - at.network.begin
    total = sum(flow.present for flow in flows)
    before = 0.0
    for flow in flows:
        lengths = list(flow.lengths) or [(flow.per_day, exponential(flow.days * flow.pace))]
        before += flow.present * missing_share(lengths, days * flow.pace)
    if total > 0 and before > SMALL * total:
        share = before / total
        text = f"{tal(100 * share)} % av dem som på sikt är där kom före start, och är så många som nuläget säger"
        yield Reason(text, "antal" if share > 0.1 else "")


def reasons_of_stegs(at: Place, stegs: Sequence[tuple[str, str]]) -> Iterator[Reason]:
    """How the cases behave there."""
    specs = [at.steg(*steg) for steg in stegs]
    if any(steg.till_alder for steg in specs):
        yield Reason("vistelser slutar vid en åldersgräns")
    if any(keeps_on(steg) for steg in specs):
        yield Reason("den som är klar blir kvar tills nästa steg har plats", "antal")
    if any(steg.avslut for steg in specs):
        yield Reason("vistelsen går vidare tills handläggaren har hunnit avsluta den")
    if any(steg.tyngd and steg.tyngd.hemma and steg.tyngd.langd for steg in specs):
        yield Reason("tunga ärenden är både längre och oftare inte hemmamöjliga")


def keeps_on(steg: config.Steg) -> bool:
    return any(steg.kvar if utfall.kvar is None else utfall.kvar for utfall in steg.utfall.values())


def reasons_of_team(at: Place, load: TeamLoad, stegs: Sequence[tuple[str, str]]) -> Iterator[Reason]:
    """What else a team does than to take the next case in the queue."""
    if load.forced + load.closing > SMALL * load.capacity:
        share = (load.forced + load.closing) / load.capacity
        text = f"uppföljning och avslut tar {tal(100 * share)} % av kapaciteten utan att vänta, mer eller mindre"
        yield Reason(text, "ko" if share > 0.1 else "")
    weights = sorted(
        {steg.behov.vikt for steg in (at.steg(*s) for s in stegs) if isinstance(steg.behov, config.TeamBehov)}
    )
    if len(weights) > 1:
        yield Reason(f"ärenden med olika vikt ({uppraknat([tal(each, 2) for each in weights])}) delar teamet", "ko")
    yield from reasons_of_capacity(at, load.name)
    if len(stegs) > 1:
        yield Reason("flera steg delar teamet")


def reasons_of_capacity(at: Place, resource: str) -> Iterator[Reason]:
    capacity = at.network.resources[at.network.resource_number(resource)].capacity
    if capacity is None:
        return
    low, high = _range([capacity], at.span)
    if high - low > SMALL:
        text = f"kapaciteten varierar över året, {tal(100 * low)}–{tal(100 * high)} % av medel"
        yield Reason(text, "ko" if high - low > 0.1 else "")
    if any(value % THOUSAND for value in capacity.values):
        yield Reason("kapaciteten är inget helt antal: formeln är fortsatt mellan hela tal")


def reasons_of_home(at: Place, behov: config.PlatsBehov) -> Iterator[Reason]:
    """How a reserv is used."""
    if behov.hemtagning:
        days = (behov.hemtagning.tidigast_dagar, behov.hemtagning.uppsagning_dagar)
        told = f"hemtagning tidigast efter {tal(days[0])} dygn med {tal(days[1])} dygns uppsägning"
        yield Reason(f"{told}: de två raderna är ytterligheterna, aldrig och genast", "ko")
    if behov.vanta_hogst_dagar:
        told = f"väntan på högst {tal(behov.vanta_hogst_dagar)} dygn räknas som om vistelserna var exponentialfördelade"
        yield Reason(f"{told}{', eller som tid i reserven' if behov.hemtagning else ''}")


def _range(paths: Sequence[StepFunction], span: Span) -> tuple[float, float]:
    """Least and greatest of a sum of paths within a span, as shares of its mean."""
    times = sorted({span.first, *(t for path in paths for t in path.times if span.first < t < span.last)})
    values = np.array([sum(path.at(time) for path in paths) for time in times])
    mean = sum(path.integral(span.first, span.last) for path in paths) / span.days
    return (float(values.min() / mean), float(values.max() / mean)) if mean > 0 else (1.0, 1.0)
