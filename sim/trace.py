"""What happened in a replication as lines that a planner can read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sim.config import Kommun
from sim.errors import HemmaplanError
from sim.events import Event, State, What
from sim.network import EXIT, NONE, THOUSAND, Network
from sim.scenario import Plan
from sim.swedish import tal
from sim.visits import ALDERSGRANS, UNKNOWN

PHRASE_WIDTH = 72


@dataclass(frozen=True)
class Selection:
    """Which events: days from the start of the run, `last` included, and one case by its number or all (None)."""

    first: int = 0
    last: int | None = None
    case: int | None = None


def selection_from(network: Network, days: str | None, until: str | None, case: int | None) -> Selection:
    """As a planner writes it: `days` "0-30", `until` "30" or "2019-01-31". Raises HemmaplanError."""
    if days is not None and until is not None:
        raise HemmaplanError("--dagar och --till kan inte anges tillsammans")
    first, last = 0, None
    if days is not None:
        found = re.fullmatch(r"(\d{1,6})-(\d{1,6})", days)
        if not found:
            raise HemmaplanError(f"--dagar = {days}: ska vara två dagar, till exempel 0-30; dag 0 är {network.start}")
        first, last = int(found[1]), int(found[2])
        if last < first:
            raise HemmaplanError(f"--dagar = {days}: den andra dagen ligger före den första")
    elif until is not None:
        last = _day(network, until)
    end = _last_day(network, Selection())
    for name, written, day in (("--dagar", days, first), ("--till", until, last or 0)):
        if written is not None and not 0 <= day <= end:
            until_day = network.start + timedelta(days=end)
            raise HemmaplanError(
                f"{name} = {written}: ligger utanför körningen, dag 0 till {end} ({network.start} till {until_day})"
            )
    return Selection(first, last, case)


def _last_day(network: Network, selection: Selection) -> int:
    return math.ceil(network.end) - 1 if selection.last is None else selection.last


def _day(network: Network, text: str) -> int:
    if re.fullmatch(r"\d{1,6}", text):
        return int(text)
    try:
        return (date.fromisoformat(text) - network.start).days
    except ValueError:
        raise HemmaplanError(f"--till = {text}: ska vara en dags nummer eller ett datum skrivet ÅÅÅÅ-MM-DD") from None


def trace_lines(kommun: Kommun, network: Network, events: Sequence[Event], selection: Selection) -> Iterator[str]:
    """One line an event: when, which case, where, what, and how the resources it concerns are afterwards.

    Cases are numbered from 1 in the order in which the run meets them, those in the stock first. Raises
    HemmaplanError where the case asked for is not there.
    """
    numbers = case_numbers(events)
    if selection.case is not None and not 1 <= selection.case <= len(numbers):
        raise HemmaplanError(f"--fall = {selection.case}: finns inte; replikationen har fall 1 till {len(numbers)}")
    words = Words(kommun, network)
    width = max(len(words.where(steg)) for steg in range(len(network.steg_names)))
    for event in events:
        number = numbers.get(event.case)
        day = int(event.time)
        if day < selection.first or (selection.last is not None and day > selection.last):
            continue
        if selection.case is not None and number != selection.case:
            continue
        who = "" if number is None else f"fall {number}"
        where = "" if number is None else words.where(event.steg)
        line = f"{words.when(event.time)}  {who:<12}{where:<{width}}  {words.phrase(event):<{PHRASE_WIDTH}}"
        states = "; ".join(words.state(state) for state in event.states)
        yield f"{line}  {states}".rstrip()


def trace_heading(
    plan: Plan, network: Network, seed: int, replication: int, selection: Selection, lines: int
) -> list[str]:
    """What the lines are about, and how to read them."""
    first, last = (network.start + timedelta(days=day) for day in (selection.first, _last_day(network, selection)))
    who = "alla ärenden" if selection.case is None else f"fall {selection.case}"
    return [
        f"Spår av en replikation: {plan.kommun.namn}, {plan.namn}",
        f"Frö {seed}, replikation {replication}, {first} till {last}, {who}: {tal(lines)} händelser",
        "Varje rad: tid, ärendets löpnummer, verksamhet och steg, vad som händer, och läget efteråt.",
        "Belastning är öppna ärenden, vägda; platser som är tagna av en del räknas som del.",
        *(
            ["Uppvärmningen visas inte: den som redan var där har inga rader om när den kom."]
            if network.begin < 0
            else []
        ),
    ]


def case_numbers(events: Sequence[Event]) -> dict[int, int]:
    """The number of each case key, from 1."""
    numbers: dict[int, int] = {}
    for event in events:
        if event.what != What.CAPACITY:
            numbers.setdefault(event.case, len(numbers) + 1)
    return numbers


class Words:
    """Names and phrases for one network."""

    def __init__(self, kommun: Kommun, network: Network) -> None:
        self._network = network
        self._start = datetime.combine(network.start, time())
        self._resources = [kommun.resurser[resource.name].namn for resource in network.resources]
        self._stegs, self._areas, self._inflows = [], [], []
        for name in network.steg_names:
            area, steg = name.split(".")
            self._areas.append(kommun.verksamheter[area].namn)
            self._stegs.append(kommun.verksamheter[area].steg[steg].namn)
        for inflow in network.inflows:
            area, name = inflow.name.split(".")
            self._inflows.append(kommun.verksamheter[area].inflode[name].namn)

    def resource(self, number: int) -> str:
        return self._resources[number]

    def when(self, days: float) -> str:
        return (self._start + timedelta(days=days)).strftime("%Y-%m-%d %H:%M")

    def date(self, days: float) -> str:
        return self.when(days)[:10]

    def where(self, steg: int) -> str:
        return f"{self._areas[steg]}, {self._stegs[steg]}"

    def state(self, state: State) -> str:
        used = _number(state.used)
        if state.is_team:
            parts = [f"belastning {used} av {_number(state.capacity or 0)}"]
        elif state.capacity is None:
            parts = [f"belagda platser {used}"]
        else:
            parts = [f"{used} av {_number(state.capacity)} platser tagna"]
        if state.held:
            parts.append(f"utlovade {_number(state.held)}")
        if state.waiting:
            parts.append(f"{state.waiting} i kö")
        if state.closings:
            parts.append(f"{state.closings} väntar på avslut")
        return f"{self._resources[state.resource]}: {', '.join(parts)}"

    def phrase(self, event: Event) -> str:
        names = ", ".join(self._resources[state.resource] for state in event.states)
        match event.what:
            case What.ARRIVES:
                return f"anländer: {self._inflows[event.inflow]}{self._group(event)}"
            case What.PRESENT:
                return (
                    f"är redan {f'i {names}' if names else 'där'}, sedan {self.date(event.moment)}{self._group(event)}"
                )
            case What.QUEUES:
                return (
                    f"{self._queues(event, names)}{'' if event.home_possible else ' (kan inte få hjälp på hemmaplan)'}"
                )
            case What.QUEUES_HOME:
                return f"vill hem, ställer sig i kö till {names}"
            case What.LIMIT:
                return "väntegränsen är nådd, tar också reserven"
            case What.STARTS:
                return self._starts(event, names)
            case What.FOLLOWED:
                return f"följs upp av {names}"
            case What.UNFOLLOWED:
                return f"uppföljningen upphör ({names})"
            case What.ENDS:
                return self._ends(event, names)
            case What.CLOSING:
                return f"avslutet påbörjas av {names}"
            case What.CLOSED:
                return f"avslutas av {names}{self._onwards(event)}"
            case What.BLOCKED:
                return "blir kvar tills nästa steg har rum"
            case What.ELIGIBLE:
                return "blir berättigad till hemtagning"
            case What.OFFERED:
                return f"erbjuds plats hemma i {names}, flyttar {self.date(event.moment)}"
            case What.STAYS_OUT:
                return "tas inte hem, slutar inom uppsägningstiden"
            case What.TAKEN_BACK:
                return f"erbjudandet om plats i {names} dras tillbaka"
            case What.HOME:
                return f"flyttar hem till {names}"
            case What.GIVES_UP:
                return f"tar tillbaka och lämnar kön{self._onwards(event)}"
            case What.LEAVES:
                return f"lämnar {names or 'steget'}"
            case What.CAPACITY:
                return f"kapaciteten ändras: {names}"

    def _group(self, event: Event) -> str:
        return f" (målgrupp {self._network.groups[event.group]})" if len(self._network.groups) > 1 else ""

    def _queues(self, event: Event, names: str) -> str:
        if event.moment < 0 == event.time:
            return f"står i kö till {names} sedan {self.date(event.moment)}"
        return f"ställer sig i kö till {names}"

    def _starts(self, event: Event, names: str) -> str:
        if event.resource == NONE:
            return "börjar (behöver varken handläggare eller plats)"
        return f"får {'handläggare' if event.states[0].is_team else 'plats'}: {names}"

    def _ends(self, event: Event, names: str) -> str:
        outcomes = self._network.outcome_names[event.steg]
        why = f" ({outcomes[event.outcome]})" if len(outcomes) > 1 else ""
        text = "åldersgränsen är nådd" if event.flags & ALDERSGRANS else f"tiden är ute{why}"
        return f"{text}, begär avslut av {names}" if event.target == UNKNOWN else f"{text}{self._onwards(event)}"

    def _onwards(self, event: Event) -> str:
        if event.target == EXIT:
            return ", ärendet är klart"
        return f", ska vidare till {self._stegs[event.target]}"


def _number(thousandths: int) -> str:
    """With as many decimals as there are."""
    whole, rest = divmod(abs(thousandths), THOUSAND)
    sign = "−" if thousandths < 0 else ""
    return f"{sign}{whole}" + (f",{rest:03d}".rstrip("0") if rest else "")
