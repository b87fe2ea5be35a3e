"""Where no stock is known: how far the years before the start fill the system, and what is said of them."""

from __future__ import annotations

from sim.build import build_network
from sim.calendars import last_of_month
from sim.config import Kommun
from sim.distributions import cdf, length_biased, mean
from sim.flows import Span, flows_in
from sim.quantiles import Params
from sim.scenario import make_plan
from sim.swedish import datum, tal

LEAST_FULL = 0.99
"""A steg that has less of its stationary stock is warned about."""
Stays = list[tuple[float, Params]]
"""The different stays in a steg, and how often each begins."""


def warmup_text(kommun: Kommun) -> list[str]:
    """Swedish sentences about the warm-up: that there is one, and where it is too short; nothing without one."""
    return [*warmup_note(kommun), *warmup_warnings(kommun)]


def warmup_note(kommun: Kommun) -> list[str]:
    """A Swedish sentence that there is a warm-up; nothing without one."""
    if not kommun.uppvarmning_ar:
        return []
    return [
        f"Inget nuläge är angivet: varje körning börjar tom {datum(kommun.borjan)} och har "
        f"{tal(kommun.uppvarmning_ar)} års uppvärmning, lika i alla scenarier, före {datum(kommun.start)}. "
        "Ändringar gäller först därefter."
    ]


def warmup_warnings(kommun: Kommun) -> list[str]:
    """A Swedish sentence where the warm-up is too short for some steg."""
    if not kommun.uppvarmning_ar:
        return []
    stays = _stays_by_steg(kommun)
    missing = {name: missing_share(of_steg, days) for name, (of_steg, days) in stays.items()}
    worst = max(missing, key=lambda name: missing[name], default=None)
    if worst is None or missing[worst] <= 1 - LEAST_FULL:
        return []
    area, steg = worst.split(".")
    name = f"{kommun.verksamheter[area].steg[steg].namn} ({kommun.verksamheter[area].namn})"
    return [
        f"Uppvärmningen är kort, {tal(kommun.uppvarmning_ar)} år: av dem som borde vara i {name} när körningen börjar "
        f"saknas minst {tal(100 * missing[worst])} %. {_enough(kommun, stays)}"
    ]


def _enough(kommun: Kommun, stays: dict[str, tuple[Stays, float]]) -> str:
    """From how many years on no steg lacks more than is accepted."""
    allowed = tal(100 * (1 - LEAST_FULL))
    for years in range(kommun.uppvarmning_ar + 1, 51):
        scale = years / kommun.uppvarmning_ar
        if all(missing_share(of_steg, scale * days) <= 1 - LEAST_FULL for of_steg, days in stays.values()):
            return f"Det krävs minst {years} år för att högst {allowed} % ska saknas i varje steg."
    return f"Inte heller 50 år räcker för att högst {allowed} % ska saknas i varje steg."


def missing_share(stays: Stays, days: float) -> float:
    """Of those who would be there in a stationary system, the share that came more than so many days before.

    By M/G/∞: E(L − days)⁺ / E L. Queues, and stegs before this one, only make it larger.
    """
    total = sum(rate * mean(length) for rate, length in stays)
    return sum(rate * mean_beyond(length, days) for rate, length in stays) / total if total > 0 else 0.0


def mean_beyond(length: Params, days: float) -> float:
    """E(L − days)⁺."""
    whole = mean(length)
    return max(whole * (1 - float(cdf(length_biased(length), days))) - days * (1 - float(cdf(length, days))), 0.0)


def _stays_by_steg(kommun: Kommun) -> dict[str, tuple[Stays, float]]:
    """The stays in each steg, and the operational days of the warm-up there; not stegs with an age limit."""
    plan = make_plan(kommun)
    network = build_network(plan, last_of_month(kommun.start))
    span = Span(network.begin, 0.0)
    found: dict[str, tuple[Stays, float]] = {}
    for flow in flows_in(plan, network, span):
        if kommun.verksamheter[flow.area].steg[flow.steg].till_alder is None:
            stays, _ = found.setdefault(f"{flow.area}.{flow.steg}", ([], span.days * flow.pace))
            stays.extend(flow.lengths)
    return found
