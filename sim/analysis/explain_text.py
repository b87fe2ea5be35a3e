"""Chains of events in words, and as a table, in Swedish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sim.analysis.explain import NULAGE, SCENARIO, Difference, Explanation, Kind, Moved
from sim.events import Event, What
from sim.network import EXIT
from sim.swedish import datum, tal
from sim.trace import Words, case_numbers

COLUMNS = (
    *("fall", "vad", "steg", "dag", "datum", "kopta_dygn", "kronor", "egna_dygn", "vantedygn", "orsak"),
    *("pa_grund_av_fall", "lankar_till_andringen"),
)
LONGEST = 6
"""Links of a chain that are written out."""
WHERE = ("i nuläget", "i scenariot")
PRICE_ALONE = "samma händelser, men annan kostnad"


@dataclass(frozen=True)
class Group:
    """Cases to which the same thing happened first, those that move most kronor first."""

    text: str
    cases: tuple[int, ...]
    moved: Moved


class Teller:
    """An explanation with its names and numbers."""

    def __init__(self, made: Explanation) -> None:
        self.made = made
        run = made.runs[NULAGE]
        self.words = Words(run.plan.kommun, run.network)
        self._numbers = case_numbers(run.events)
        self._new: dict[int, int] = {}
        for event in made.runs[SCENARIO].events:
            if event.what != What.CAPACITY and event.case not in self._numbers:
                self._new.setdefault(event.case, len(self._new) + 1)

    def case(self, case: int) -> str:
        """As `spar` numbers it in nuläge; those that only the scenario has are numbered apart."""
        return f"fall {self._numbers[case]}" if case in self._numbers else f"nytt fall {self._new[case]}"

    def date(self, days: float) -> str:
        return datum(self.made.runs[NULAGE].network.start + timedelta(days=int(days // 1)))

    def headline(self, case: int) -> str:
        """What happened otherwise, the same words for cases that are alike."""
        each = self.made.told(case)
        if each is None:
            return PRICE_ALONE
        event, other, better = each.event, each.instead, each.acting == SCENARIO
        steg = f"({self.words.where(event.steg)})"
        if each.kind == Kind.ONLY:
            return f"finns bara {WHERE[each.acting]} {steg}"
        if each.kind == Kind.ITSELF:
            return f"{self._itself(event)} {steg}"
        named = event.states[0]
        where = self.words.resource(named.resource)
        if event.what == What.CLOSING:
            return f"avslutades {'tidigare' if better else 'senare'}, av {where} {steg}"
        if event.what in (What.OFFERED, What.STAYS_OUT):
            return f"kunde tas hem till {where} {'tidigare' if better else 'senare eller inte alls'} {steg}"
        if other is None:
            said = "började, i nuläget aldrig:" if better else "började aldrig, i nuläget:"
            return f"{said} {where} {steg}"
        if other.resource != event.resource:
            otherwise = self.words.resource(other.resource)
            got, lost = (where, otherwise) if better else (otherwise, where)
            return f"fick plats i {got} i stället för i {lost} {steg}"
        return f"fick {'vänta kortare' if better else 'vänta längre'} på {where} {steg}"

    def _itself(self, event: Event) -> str:
        match event.what:
            case What.ENDS | What.CLOSED | What.UNFOLLOWED | What.LEAVES:
                return "annan längd, eller går en annan väg"
            case What.QUEUES | What.QUEUES_HOME:
                return "har annat att vänta på"
            case What.GIVES_UP:
                return "tar tillbaka vid en annan tid"
            case What.LIMIT:
                return "annan väntegräns"
            case _:
                return "ändringen gäller fallet självt"

    def reason(self, each: Difference) -> str:
        """Why there was room."""
        here, there = WHERE[each.acting], WHERE[1 - each.acting]
        team = bool(each.event.states) and each.event.states[0].is_team
        if each.kind == Kind.NEW_ROOM:
            if team:
                return f"handläggarna hann med fler {here}; {there} var de fullbelagda"
            return f"det fanns fler platser {here}; {there} var det fullt"
        if each.kind == Kind.ORDER:
            return f"kön såg annorlunda ut {there}"
        if each.kind == Kind.ANOTHER_DAY:
            return f"{self.case(each.case)} kom dit en annan dag {there}"
        if each.kind == Kind.ONLY:
            return "det är ett av dem som ändringen lägger till eller tar bort"
        if each.kind == Kind.ITSELF or each.because is None:
            return "ändringen gäller fallet självt"
        held = each.because
        who = self.case(held.case)
        until = f"till {self.date(held.leaves)}" if held.leaves is not None else "ännu vid slutet"
        what = "upptog handläggarnas tid" if team else "hade platsen"
        if held.left is None:
            return f"{who} {what} {there}, från {self.date(held.came)} {until}, men inte {here}"
        if team:
            return f"{who} upptog handläggarnas tid bara till {self.date(held.left)} {here}, men {there} {until}"
        return f"{who} hade lämnat sin plats där {self.date(held.left)} {here}, men {what} {there} {until}"

    def step(self, each: Difference) -> str:
        """What happened to a case at its first difference, in both runs."""
        event, other = each.event, each.instead
        here, there = WHERE[each.acting], WHERE[1 - each.acting]
        did = self.did(event)
        if each.kind == Kind.ONLY:
            return f"finns bara {here}, från {self.date(event.time)}"
        if other is None:
            return f"{did} {self.date(event.time)} {here}, inte {there}"
        return f"{did} {self.date(event.time)} {here}; {there}: {self.did(other)} {self.date(other.time)}"

    def did(self, event: Event) -> str:
        where = self.words.resource(event.states[0].resource) if event.states else ""
        match event.what:
            case What.STARTS if event.states and event.states[0].is_team:
                return f"togs upp av {where}"
            case What.STARTS:
                return f"fick plats i {where}" if where else f"började {self.words.where(event.steg)}"
            case What.OFFERED:
                return f"erbjöds plats hemma i {where}"
            case What.STAYS_OUT:
                return f"hade kunnat få plats hemma i {where}"
            case What.CLOSING:
                return f"började avslutas av {where}"
            case What.ENDS | What.CLOSED:
                onwards = "" if event.target == EXIT else f", vidare till {self._steg(event.target)}"
                return f"var klar med {self.words.where(event.steg)}{onwards if event.target >= 0 else ''}"
            case What.QUEUES | What.QUEUES_HOME:
                return f"ställde sig i kö till {where}"
            case What.BLOCKED:
                return f"blev kvar i {where}"
            case What.GIVES_UP:
                return "tog tillbaka"
            case What.LIMIT:
                return "nådde väntegränsen"
            case _:
                return f"lämnade {where or self.words.where(event.steg)}"

    def _steg(self, steg: int) -> str:
        return self.words.where(steg)

    def groups(self) -> list[Group]:
        """Alike cases together; those that move most kronor first, then dygn, then the largest."""
        found: dict[str, list[int]] = {}
        for case in sorted(self.made.moved, key=lambda case: (-abs(self.made.moved[case].kronor), case)):
            found.setdefault(self.headline(case), []).append(case)
        groups = [Group(text, tuple(cases), _sum([self.made.moved[c] for c in cases])) for text, cases in found.items()]
        return sorted(groups, key=lambda each: (-abs(each.moved.kronor), -len(each.cases), each.text))


def _sum(moved: Sequence[Moved]) -> Moved:
    columns = zip(*((each.bought_dygn, each.kronor, each.own_dygn, each.waited_dygn) for each in moved), strict=True)
    return Moved(*map(sum, columns))


def explain_lines(made: Explanation, most: int) -> list[str]:
    """A summary by what happened, then the first chains, those that move most kronor first."""
    teller = Teller(made)
    groups = teller.groups()
    plan = made.runs[SCENARIO].plan
    heading = [
        f"# {plan.kommun.namn}: vad som hände i {plan.namn}, fall för fall",
        "",
        f"En möjlig framtid (frö {made.seed}, replikation {made.replication}), samma människor i nuläget och i "
        "scenariot. Fallen är påhittade, och ett nummer betyder ingenting utanför den här framtiden; hemmaplan spar "
        "visar samma fall med samma nummer i nuläget. Dra inga slutsatser av ett enda fall eller en enda framtid: hur "
        "stor skillnaden är i medel säger hemmaplan jamfor och varfor.",
        "",
    ]
    if not groups:
        return [*heading, "Inget fall klarar sig annorlunda än i nuläget i den här framtiden."]
    return [*heading, *_summary(made, groups), *_chains(teller, groups, most)]


def _summary(made: Explanation, groups: Sequence[Group]) -> Iterator[str]:
    cases = sum(len(group.cases) for group in groups)
    told = [each for case in made.moved if (each := made.told(case)) is not None]
    direct = sum(1 for each in told if each.kind not in (Kind.OTHERS, Kind.ANOTHER_DAY))
    total = _sum([group.moved for group in groups])
    yield (
        f"**{tal(cases)} fall klarade sig annorlunda.** {tal(direct)} berördes direkt av ändringen, "
        f"{tal(len(told) - direct)} för att något hade hänt dem eller någon annan förut. Tabellen säger vad som "
        "först blev annorlunda (för den som får fler eller färre köpta dygn: vad de kom av), och vad fallen fick med "
        "sig under hela körningen, scenariot minus nuläget."
    )
    yield ""
    yield "| Vad som blev annorlunda | Fall | Köpta dygn | Tkr, köpta dygn | Egna vårddygn | Väntedygn |"
    yield "|---|--:|--:|--:|--:|--:|"
    for group in groups:
        yield f"| {group.text} | {tal(len(group.cases))} | {_cells(group.moved)} |"
    yield f"| **Tillsammans** | **{tal(cases)}** | {_cells(total)} |"
    yield ""


def _cells(moved: Moved) -> str:
    values = moved.bought_dygn, moved.kronor / 1000, moved.own_dygn, moved.waited_dygn
    return " | ".join(tal(value, sign=True) for value in values)


def _chains(teller: Teller, groups: Sequence[Group], most: int) -> Iterator[str]:
    order = sorted((case for group in groups for case in group.cases), key=lambda c: _rank(teller.made.moved[c], c))
    chosen = [case for case in order if case in teller.made.differences][:most]
    if not chosen:
        return
    yield f"## Varför: de {tal(len(chosen))} fall som flyttade mest"
    for case in chosen:
        moved = teller.made.moved[case]
        yield ""
        name = teller.case(case)
        chain = teller.made.chain(case)
        yield (
            f"**{name[0].upper()}{name[1:]}** {teller.step(chain[0])}. "
            f"({tal(moved.bought_dygn, sign=True)} köpta dygn, {tal(moved.kronor / 1000, sign=True)} tkr)"
        )
        for number, each in enumerate(chain[:LONGEST]):
            if number:
                yield f"- {teller.case(each.case)} {teller.step(each)};"
            yield f"- eftersom {teller.reason(each)}{';' if number < len(chain) - 1 else '.'}"
        if len(chain) > LONGEST:
            yield f"- … och {len(chain) - LONGEST} led till."


def _rank(moved: Moved, case: int) -> tuple[float, float, float, int]:
    return -abs(moved.kronor), -abs(moved.bought_dygn), -abs(moved.own_dygn) - abs(moved.waited_dygn), case


def case_rows(made: Explanation) -> Iterator[tuple[object, ...]]:
    """`COLUMNS`: every case for which something differs, in order of time."""
    teller = Teller(made)
    start = made.runs[NULAGE].network.start
    for case, moved in made.moved.items():
        each = made.told(case)
        day = None if each is None else int(each.event.time // 1)
        because = "" if each is None or each.because is None else teller.case(each.because.case)
        yield (
            *(teller.case(case), teller.headline(case), "" if each is None else teller.words.where(each.event.steg)),
            *(day, "" if day is None else start + timedelta(days=day), moved.bought_dygn, round(moved.kronor, 2)),
            *(moved.own_dygn, moved.waited_dygn, "" if each is None else teller.reason(each), because),
            len(made.chain(case)),
        )
