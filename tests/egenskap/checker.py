"""What must hold in any visit log, worked out anew from the configuration and the log alone.

Every function returns what it found wrong, in words; an empty list is a sound log. Where several things happen at one
instant the log does not say in which order, so rules are checked as they must hold whatever it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from sim import config
from sim.config import Boende, Extern, Kommun, PlatsBehov, Steg, Team, TeamBehov, Utfall
from sim.distributions import cdf, konstant, round_duration
from sim.network import Network
from sim.paths import TICK
from sim.scenario import Plan
from sim.visits import VisitLog

INF = math.inf
RANK = {"forst": 0, "tur": 1, "sist": 2}


@dataclass
class Part:
    resurs: str
    start: float
    slappt: float
    hemtagen: bool
    reserv: bool


@dataclass
class Visit:
    """A visit to a steg: its parts put together again. Times not reached are infinite."""

    fall: int
    inflode: str
    malgrupp: str
    steg: str
    besok: int
    begaran: float
    slut: float
    avslut_start: float
    avslutad: float
    slappt: float
    utfall: str
    nasta: str
    avhopp: bool
    ej_hemmamojlig: bool
    fran_nulage: bool
    prisfaktor: float
    aldersgrans: bool
    parts: list[Part]

    @property
    def start(self) -> float:
        return self.parts[0].start if self.parts else INF

    @property
    def waits_until(self) -> float:
        return self.start if self.parts else self.slappt

    @property
    def was_there(self) -> bool:
        """In its steg already when the run began."""
        return self.start < 0


class Account:
    """A finished run as visits by name, and the configuration in force at any time."""

    def __init__(self, plan: Plan, network: Network, log: VisitLog) -> None:
        self.plan = plan
        self.end = float(network.end)
        frame = log.frame(network)
        times = ["begaran", "start", "slut", "avslut_start", "avslutad", "slappt"]
        self.rows = frame
        days = range(int(self.end))
        self._capacity = {name: [self._on_day(name, day) for day in days] for name in plan.kommun.resurser}
        self._changing = {
            name: {day for day in days[1:] if capacity[day] != capacity[day - 1]}
            for name, capacity in self._capacity.items()
        }
        changes = {epoch.fran_dag for epoch in plan.epoker}
        for name, effect in plan.kommun.verksamheter["v"].drivare.items():
            path = plan.kommun.drivare[name].varde
            days_of = path if isinstance(path, Mapping) else ()
            changes |= {(day - plan.kommun.start).days + effect.lag_dagar for day in days_of}
        self._pace_changes = sorted(changes)
        self.visits: list[Visit] = []
        for row in frame.assign(**frame[times].fillna(INF)).to_dict("records"):
            part = Part(row["resurs"], row["start"], row["slappt"], row["hemtagen"], row["reserv"])
            if row["del"]:
                visit = self.visits[-1]
                visit.parts.append(part)
                for name in ("slut", "avslut_start", "avslutad", "slappt", "utfall", "aldersgrans"):
                    setattr(visit, name, row[name])
                visit.nasta = row["nasta"].split(".")[-1]
                continue
            names = ("fall", "inflode", "malgrupp", "besok", "utfall", "avhopp", "ej_hemmamojlig", "fran_nulage")
            names = (*names, "prisfaktor", "aldersgrans")
            self.visits.append(
                Visit(
                    **{name: row[name] for name in names},
                    **{name: row[name] for name in times if name != "start"},
                    steg=row["steg"].split(".")[1],
                    nasta=row["nasta"].split(".")[-1],
                    parts=[part] if row["start"] < INF else [],
                )
            )

    def kommun(self, time: float) -> Kommun:
        return [epoch.kommun for epoch in self.plan.epoker if epoch.fran_dag <= max(time, 0.0)][-1]

    def spec(self, steg: str, time: float) -> Steg:
        return self.kommun(time).verksamheter["v"].steg[steg]

    def asked(self, visit: Visit) -> Steg:
        return self.spec(visit.steg, visit.begaran)

    def begun(self, visit: Visit) -> Steg:
        return self.spec(visit.steg, visit.start)

    def outcome(self, visit: Visit, resource: str = "") -> Utfall:
        """The outcome as it is for the målgrupp, in a resource."""
        return self.begun(visit).utfall[visit.utfall].resolved(visit.malgrupp, resource)

    def prio(self, visit: Visit) -> int:
        asked = self.asked(visit)
        return asked.prio_malgrupper.get(visit.malgrupp, asked.prio)

    def part(self, visit: Visit) -> int:
        """How much of a place the visit takes, thousandths."""
        behov = self.asked(visit).behov
        return round(1000 * behov.andel_plats) if isinstance(behov, PlatsBehov) else 1000

    def closes(self, visit: Visit) -> bool:
        return bool(visit.parts) and self.begun(visit).avslut is not None and self.outcome(visit).avslut

    def keeps(self, visit: Visit) -> bool:
        own = self.outcome(visit).kvar
        return self.begun(visit).kvar if own is None else own

    def finished(self, visit: Visit) -> float:
        """When it is decided where the case goes next."""
        if not visit.parts:
            return visit.slappt if visit.avhopp else INF
        return visit.avslutad if self.closes(visit) else visit.slut

    def _on_day(self, name: str, day: int) -> float:
        resurs = self.kommun(day).resurser[name]
        if isinstance(resurs, Extern):
            return INF if resurs.tak is None else round(1000 * resurs.tak)
        if isinstance(resurs, Boende):
            return round(1000 * resurs.platser)
        month = (self.plan.kommun.start + timedelta(days=day)).month
        present = max(0.0, 1 - resurs.sjukfranvaro - resurs.vakans)
        return round(1000 * resurs.arsarbetare * resurs.arendetak * present * resurs.semesterprofil[month - 1])

    def pace(self, steg: str, time: float) -> float:
        """Operational days a day: the steg's own, times every driver as it was a lag ago."""
        kommun = self.kommun(time)
        found = kommun.verksamheter["v"].steg[steg].takt
        for name, effect in kommun.verksamheter["v"].drivare.items():
            if steg in effect.steg:
                driver = kommun.drivare[name]
                exponent = -effect.elasticitet * (1 - effect.andel_inflode)
                found *= (self._driver(driver, time - effect.lag_dagar) / driver.bas) ** exponent
        return found

    def _driver(self, driver: config.Drivare, time: float) -> float:
        if isinstance(driver.varde, float):
            return driver.varde
        past = [day for day in sorted(driver.varde) if (day - self.plan.kommun.start).days <= time]
        return driver.varde[past[-1] if past else min(driver.varde)]

    def operational(self, steg: str, first: float, last: float) -> float:
        """Operational days between two moments."""
        cuts = [first, *(t for t in self._pace_changes if first < t < last), last]
        return sum((b - a) * self.pace(steg, a) for a, b in zip(cuts, cuts[1:], strict=False))

    def end_after(self, steg: str, start: float, work: float) -> float:
        """When so many operational days are used up."""
        here = start
        for cut in [*(t for t in self._pace_changes if t > start), INF]:
            pace = self.pace(steg, here)
            if work <= pace * (cut - here):
                return here + work / pace
            work -= pace * (cut - here)
            here = cut
        raise AssertionError

    def capacity(self, name: str, time: float) -> float:
        """Thousandths; infinite for what is bought without a limit."""
        return self._capacity[name][max(math.floor(time), 0)]

    def guaranteed(self, name: str, time: float) -> int:
        team = self.kommun(time).resurser[name]
        assert isinstance(team, Team)
        return max(1, math.floor(team.avslut_samtidiga * team.arsarbetare * (1 - team.vakans) + 1e-9))

    def closing_first(self, name: str, closing: tuple[float, ...], visit: Visit) -> bool:
        """A closing with this prio, time and case goes before a new case, the guaranteed places apart."""
        team = self.plan.kommun.resurser[name]
        assert isinstance(team, Team)
        return team.avslutsordning == "forst" or closing < self.queue_key(visit)[-3:]

    def changing_days(self, name: str) -> set[int]:
        return self._changing[name]

    def unsure_at(self, time: float) -> bool:
        """Several capacities change at this instant, and something may start between them."""
        return sum(time in self.changing_days(name) for name in self.plan.kommun.resurser) > 1

    def room(self, name: str, time: float) -> float:
        """The most that can have been available at this instant."""
        before = self.capacity(name, time - 0.5) if time >= 1 and self.unsure_at(time) else 0.0
        return max(self.capacity(name, time), before)

    def notice(self, visit: Visit) -> float:
        behov = self.asked(visit).behov
        assert isinstance(behov, PlatsBehov)
        assert behov.hemtagning is not None
        days = behov.hemtagning.uppsagning_dagar
        return float(round_duration(days)) if days else 0.0

    def queue_key(self, visit: Visit) -> tuple[float, ...]:
        return (1, self.prio(visit), visit.begaran, visit.fall)

    def home_key(self, visit: Visit) -> tuple[float, ...]:
        behov = self.asked(visit).behov
        assert isinstance(behov, PlatsBehov)
        assert behov.hemtagning is not None
        return (RANK[behov.hemtagning.prio], self.prio(visit), visit.begaran, visit.fall)

    def in_line_from(self, visit: Visit, resource: str) -> float:
        """From when a waiting visit stands in this resource's queue; infinite where never."""
        behov = self.asked(visit).behov
        if isinstance(behov, TeamBehov):
            return visit.begaran if behov.team == resource else INF
        assert isinstance(behov, PlatsBehov)
        if visit.ej_hemmamojlig:
            return visit.begaran if behov.reserv == resource else INF
        if resource in behov.plats:
            return visit.begaran
        if resource == behov.reserv and behov.vanta_hogst_dagar is not None:
            limit = float(round_duration(behov.vanta_hogst_dagar)) if behov.vanta_hogst_dagar else 0.0
            return max(visit.begaran + limit, 0.0 if visit.fran_nulage else visit.begaran)
        return INF

    def waiting_for(self, resource: str) -> list[Visit]:
        """Visits that ever stood in this resource's queue with nothing so far."""
        return [
            v
            for v in self.visits
            if self.asked(v).behov is not None and not v.was_there and self.in_line_from(v, resource) < v.waits_until
        ]

    def teams(self) -> list[str]:
        return [name for name, r in self.plan.kommun.resurser.items() if isinstance(r, Team)]

    def places(self) -> list[str]:
        return [name for name, r in self.plan.kommun.resurser.items() if not isinstance(r, Team)]


def _thousandths(weight: float) -> int:
    return round(1000 * weight)


def said(visit: Visit, text: str) -> str:
    return f"fall {visit.fall} {visit.steg}/{visit.besok}: {text}"


def times_out_of_order(account: Account) -> list[str]:
    """begaran <= start <= slut <= avslut_start <= avslutad <= slappt in every record, and all inside the run."""
    found = []
    names = ("begaran", "start", "slut", "avslut_start", "avslutad", "slappt")
    for row in account.rows.to_dict("records"):
        moved_after_end = row["hemtagen"] and (row["slut"] < row["start"])
        known = [row[name] for name in names if not math.isnan(row[name]) and not (moved_after_end and name == "start")]
        if known != sorted(known) or known[-1] >= account.end:
            found.append(f"{row['fall']} {row['steg']}: {known}")
    return found


def chains_broken(account: Account, arrivals: Iterable[float]) -> list[str]:
    """Every case that came goes from steg to steg as its records say, and has left or is still there."""
    found = []
    cases: dict[int, list[Visit]] = {}
    for visit in account.visits:
        cases.setdefault(visit.fall, []).append(visit)
    came = sorted(min(v.begaran for v in visits) for visits in cases.values() if visits[0].inflode != "nulage")
    if came != sorted(arrivals):
        found.append(f"{len(came)} arrivals in the log")
    stock = sum(visits[0].inflode == "nulage" for visits in cases.values())
    if stock != expected_stock(account.plan.kommun):
        found.append(f"{stock} cases from the stock in the log")
    for visits in cases.values():
        found += _chain(account, sorted(visits, key=lambda v: (v.begaran, v.start)))
    return found


def expected_stock(kommun: Kommun) -> int:
    nulage = kommun.nulage["v"]
    held = sum(b.antal for places in nulage.i_steg.values() for b in places.values())
    return held + sum(ko.antal for ko in nulage.ko.values())


def _chain(account: Account, visits: list[Visit]) -> list[str]:
    found = []
    holder: Visit | None = None
    for visit, after in zip(visits, [*visits[1:], None], strict=True):
        if holder is not None and visit.parts:
            if holder.slappt != visit.start:
                found.append(said(holder, f"released {holder.slappt}, the next began {visit.start}"))
            holder = None
        decided = account.finished(visit)
        if decided == INF:
            if after is not None:
                found.append(said(visit, "under way, yet there is a later visit"))
            continue
        target = account.asked(visit).nasta_vid_avhopp if visit.avhopp else visit.nasta
        if visit.avhopp and visit.nasta != target:
            found.append(said(visit, f"nasta {visit.nasta}, not {target}"))
        found += _badly_routed(account, visit, decided)
        if target == config.AVSLUT:
            if after is not None:
                found.append(said(visit, "left, yet there is a later visit"))
            if holder is not None and holder.slappt != decided:
                found.append(said(holder, "kept its place though the case has left"))
            holder = None
        elif after is None or after.steg != target or after.begaran != decided:
            found.append(said(visit, f"goes to {target} at {decided}, but next is {after}"))
        if visit.parts and account.keeps(visit) and target != config.AVSLUT:
            holder = visit
        elif visit.slappt != decided:
            found.append(said(visit, f"released {visit.slappt}, finished {decided}"))
    if holder is not None and holder.slappt != INF:
        found.append(said(holder, "released though the next has not begun"))
    return found


def _badly_routed(account: Account, visit: Visit, decided: float) -> list[str]:
    """Where a stay goes is one of the targets of its outcome, as they are for the målgrupp where it began."""
    if visit.avhopp or visit.aldersgrans or visit.was_there or decided >= account.end:
        return []
    behov = account.asked(visit).behov
    anew = isinstance(behov, PlatsBehov) and behov.hemtagning is not None and behov.hemtagning.langd == "ny"
    began_in = visit.parts[-1 if anew else 0].resurs
    if anew and len(visit.parts) > 1 and visit.slut < visit.parts[-1].start:
        began_in = visit.parts[0].resurs
    nasta = account.spec(visit.steg, decided).utfall[visit.utfall].resolved(visit.malgrupp, began_in).nasta
    return [] if nasta.get(visit.nasta, 0) > 0 else [said(visit, f"goes to {visit.nasta}, not one of {nasta}")]


def lengths_wrong(account: Account) -> list[str]:
    """Constant lengths of stay and of closing are what was asked for, where nothing else bears on them."""
    found = []
    for visit in account.visits:
        if visit.was_there or visit.slut == INF:
            continue
        expected = _constant_end(account, visit)
        if visit.aldersgrans:
            if expected is not None and visit.slut > expected + _slack(account, visit):
                found.append(said(visit, f"ended by age at {visit.slut}, after its time was up at {expected}"))
        elif expected is not None and abs(visit.slut - expected) > _slack(account, visit):
            found.append(said(visit, f"ended at {visit.slut}, not {expected}"))
        closing = account.begun(visit).avslut
        if closing is None or closing.tid.fordelning != "konstant" or visit.avslutad == INF:
            continue
        if visit.avslutad - visit.avslut_start != closing.tid.medel:
            found.append(said(visit, f"{visit.avslutad - visit.avslut_start} days of closing"))
    return found


def _slack(account: Account, visit: Visit) -> float:
    """Nothing where time runs at its own pace; else what whole ticks can move."""
    return 0.0 if account.pace(visit.steg, INF) == account.pace(visit.steg, 0.0) == 1.0 else 4 * TICK


def _constant_end(account: Account, visit: Visit) -> float | None:
    """When a stay of constant length ends; None where the length is not constant in days."""
    first, last = visit.parts[0], visit.parts[-1]
    away, home = (account.outcome(visit, part.resurs).tid for part in (first, last))
    behov = account.asked(visit).behov
    if account.begun(visit).arbetsdagar:
        return None
    moved = len(visit.parts) > 1 and visit.slut > last.start
    if moved and isinstance(behov, PlatsBehov) and behov.hemtagning and behov.hemtagning.langd == "ny":
        return account.end_after(visit.steg, last.start, home.medel) if home.fordelning == "konstant" else None  # type: ignore[arg-type]
    if away.fordelning != "konstant":
        return None
    assert away.medel is not None
    end = account.end_after(visit.steg, first.start, away.medel)
    if not moved or home == away:
        return end
    if home.fordelning == "blandning" or home.medel is None:
        return None
    left = account.operational(visit.steg, last.start, end) * (home.medel / away.medel)
    return account.end_after(visit.steg, last.start, float(round_duration(left)))


def age_limits_passed(account: Account, limit_in_days: float) -> list[str]:
    """Nobody whose age is known stays past the limit, counted from when the case came, but for the smallest moment."""
    came: dict[int, float] = {}
    for visit in account.visits:
        came[visit.fall] = min(visit.begaran, came.get(visit.fall, INF))
    found = []
    for visit in account.visits:
        limited = visit.inflode != "nulage" and visit.malgrupp == "ung" and visit.slut < INF
        if not limited or account.begun(visit).till_alder is None:
            continue
        latest = max(came[visit.fall] + limit_in_days, visit.parts[-1].start) + 2 * TICK
        if visit.slut > latest and not _time_was_up_away(visit):
            found.append(said(visit, f"ended at {visit.slut}, past {latest}"))
        decided = account.finished(visit)
        at_limit = account.spec(visit.steg, min(decided, account.end)).till_alder
        if visit.aldersgrans and decided < INF and at_limit and visit.nasta not in at_limit.nasta:
            found.append(said(visit, f"goes to {visit.nasta} at the age limit"))
    return found


def _time_was_up_away(visit: Visit) -> bool:
    return len(visit.parts) > 1 and visit.slut < visit.parts[-1].start


@dataclass
class Load:
    """A piece of load on a team: [first, last), thousandths. `kind`: arende, uppfoljning or avslut."""

    visit: Visit
    kind: str
    first: float
    last: float
    weight: int


def loads(account: Account, team: str) -> list[Load]:
    found = []
    for visit in account.visits:
        if not visit.parts:
            continue
        asked, begun = account.asked(visit), account.begun(visit)
        if isinstance(asked.behov, TeamBehov) and asked.behov.team == team:
            found.append(Load(visit, "arende", visit.start, visit.slappt, _thousandths(asked.behov.vikt)))
        if begun.uppfoljning and begun.uppfoljning.team == team:
            weight = _thousandths(begun.uppfoljning.vikt)
            until = min(visit.avslut_start, visit.slappt) if _closed_here(visit) else visit.slappt
            found.append(Load(visit, "uppfoljning", visit.start, until, weight))
            if _closed_here(visit) and visit.avslutad < visit.slappt:
                found.append(Load(visit, "uppfoljning", visit.avslutad, visit.slappt, weight))
        if begun.avslut and begun.avslut.team == team and _closed_here(visit):
            weight = _thousandths(begun.avslut.vikt)
            found.append(Load(visit, "avslut", visit.avslut_start, visit.avslutad, weight))
    return [load for load in found if load.first < load.last]


def _closed_here(visit: Visit) -> bool:
    """Closing began in this run (blocked stock may be said to have been closed before it)."""
    return 0 <= visit.avslut_start < INF


def team_over_capacity(account: Account) -> list[str]:
    """Nobody starts above capacity; a closing only within what is guaranteed."""
    found = []
    for team in account.teams():
        pieces = loads(account, team)
        for time in sorted({p.first for p in pieces if p.kind != "uppfoljning" and p.first >= 0}):
            room = account.room(team, time)
            closings = [p for p in pieces if p.kind == "avslut" and p.first == time]
            taken_over = {id(p.visit): p for p in pieces if p.kind == "uppfoljning" and p.last == time}
            standing = sum(p.weight for p in pieces if p.first < time < p.last)
            new = sum(p.weight for p in pieces if p.kind == "arende" and p.first == time)
            if new:
                still = sum(
                    min(p.weight, taken_over[id(p.visit)].weight) if id(p.visit) in taken_over else 0 for p in closings
                )
                if standing + still + new > room:
                    found.append(f"{team} at {time}: {standing} + {new} starts above {room}")
            if closings:
                under_way = sum(p.kind == "avslut" and p.first < time < p.last for p in pieces)
                most = most_guaranteed(account, team, time)
                above = standing + sum(p.weight for p in closings) > room
                if above and under_way + len(closings) > most:
                    found.append(f"{team} at {time}: {under_way} + {len(closings)} closings, {most} guaranteed")
    return found


def most_guaranteed(account: Account, team: str, time: float) -> int:
    """How many closings always have room, the day before or now: it may change at this instant."""
    return max(account.guaranteed(team, time), account.guaranteed(team, time - 0.5))


def team_queue_jumped(account: Account) -> list[str]:
    """No case starts before one that asked earlier with the same prio, or while a closing waits that goes before it.

    Beyond what is guaranteed, no closing passes a new case that goes before it.
    """
    found = []
    for team in account.teams():
        waiting = account.waiting_for(team)
        closed = [(p.first, p.last) for p in loads(account, team) if p.kind == "avslut"]
        closing = [
            (v.slut, v.avslut_start, (account.prio(v), v.slut, v.fall))
            for v in account.visits
            if account.closes(v) and v.slut < INF and account.begun(v).avslut.team == team  # type: ignore[union-attr]
        ]
        for visit in waiting:
            if not visit.parts:
                continue
            time = visit.start
            for other in waiting:
                passed = other.begaran < time < other.waits_until
                if passed and account.queue_key(other) < account.queue_key(visit):
                    found.append(said(visit, f"passed {other.fall} in the queue of {team} at {time}"))
            if any(first < time < last and account.closing_first(team, key, visit) for first, last, key in closing):
                found.append(said(visit, f"started at {time} while a closing waited for {team}"))
        for slut, begun, key in closing:
            passed = [
                v for v in waiting if v.begaran < begun < v.waits_until and not account.closing_first(team, key, v)
            ]
            under_way = sum(first < begun < last for first, last in closed)
            if passed and slut < begun < INF and under_way >= most_guaranteed(account, team, begun):
                found.append(f"{team} at {begun}: a closing passed new cases, though {under_way} were under way")
            if any(first < begun < last and other < key for first, last, other in closing):
                found.append(f"{team} at {begun}: a closing passed another")
    return found


def team_idle(account: Account) -> list[str]:
    """Between two events nobody waits who could begin."""
    found = []
    for team in account.teams():
        pieces = loads(account, team)
        waiting = account.waiting_for(team)
        closing = [
            v
            for v in account.visits
            if account.closes(v) and 0 <= v.slut < INF and account.begun(v).avslut.team == team  # type: ignore[union-attr]
        ]
        moments = _moments(account, [*pieces], [*waiting, *closing])
        first = np.array([p.first for p in pieces])
        last = np.array([p.last for p in pieces])
        weight = np.array([p.weight for p in pieces])
        is_closing = np.array([p.kind == "avslut" for p in pieces], dtype=bool)
        for time in moments:
            there = (first < time) & (time < last)
            load = int(weight[there].sum())
            room = account.capacity(team, time) - load
            queue = [v for v in closing if v.slut < time < v.avslut_start]
            line = [v for v in waiting if v.begaran < time < v.waits_until]
            turn = True
            if queue:
                visit = min(queue, key=lambda v: (account.prio(v), v.slut, v.fall))
                begun = account.begun(visit)
                assert begun.avslut is not None
                follow = begun.uppfoljning
                own = _thousandths(follow.vikt) if follow and follow.team == team else 0
                key = (account.prio(visit), visit.slut, visit.fall)
                turn = all(account.closing_first(team, key, v) for v in line)
                fits = turn and _thousandths(begun.avslut.vikt) - own <= room
                if fits or int(is_closing[there].sum()) < account.guaranteed(team, time):
                    found.append(said(visit, f"waits to be closed by {team} at {time} though there is room"))
            if line and not (queue and turn):
                visit = min(line, key=account.queue_key)
                behov = account.asked(visit).behov
                assert isinstance(behov, TeamBehov)
                if _thousandths(behov.vikt) <= room:
                    found.append(said(visit, f"waits for {team} at {time} though there is room"))
    return found


def _moments(account: Account, pieces: list[Load], visits: list[Visit]) -> list[float]:
    """One moment inside each stretch of time in which nothing happens."""
    times = {0.0, account.end}
    for piece in pieces:
        times |= {piece.first, piece.last}
    for visit in visits:
        times |= {visit.begaran, visit.waits_until, visit.slut, visit.avslut_start, visit.slappt}
    for name in account.plan.kommun.resurser:
        times |= set(map(float, account.changing_days(name)))
    inside = sorted(t for t in times if 0 <= t <= account.end)
    return [(a + b) / 2 for a, b in zip(inside, inside[1:], strict=False)]


@dataclass
class Occupation:
    """A place taken: from the offer (with `offered`) or the start until it is left. Thousandths of a place."""

    visit: Visit
    first: float
    last: float
    offered: bool
    part: int


def occupations(account: Account, place: str) -> list[Occupation]:
    """Who holds a place; what was offered and then taken back is not in the log."""
    found = []
    for visit in account.visits:
        for part in visit.parts:
            if part.resurs == place:
                first = part.start - account.notice(visit) if part.hemtagen else part.start
                found.append(Occupation(visit, first, part.slappt, part.hemtagen, account.part(visit)))
    return found


def places_over_capacity(account: Account) -> list[str]:
    """Nobody starts, or is offered a place, where there is none; what was full at the start may stay so."""
    found = []
    for place in account.places():
        held = occupations(account, place)
        for time in sorted({o.first for o in held if o.first >= 0}):
            standing = sum(o.part for o in held if o.first < time < o.last)
            new = sum(o.part for o in held if o.first == time < o.last)
            if standing + new > account.room(place, time):
                found.append(f"{place} at {time}: {standing} + {new} above {account.room(place, time)}")
    return found


def place_queue_jumped(account: Account) -> list[str]:
    """No case gets a place before one that stands before it in that place's queue."""
    found = []
    for place in account.places():
        waiting = account.waiting_for(place)
        for taken in occupations(account, place):
            if taken.first < 0 or (taken.visit.was_there and not taken.offered):
                continue
            key = account.home_key(taken.visit) if taken.offered else account.queue_key(taken.visit)
            for other in waiting:
                passed = account.in_line_from(other, place) < taken.first < other.waits_until
                if passed and account.queue_key(other) < key:
                    found.append(said(taken.visit, f"passed {other.fall} in the queue of {place} at {taken.first}"))
    return found


def place_idle(account: Account) -> list[str]:
    """Between two events nobody waits for a place that is free and that no offer can be holding."""
    found = []
    stays = [v for v in account.visits if v.parts]
    for place in account.places():
        waiting = account.waiting_for(place)
        held = occupations(account, place)
        hopeful = [v for v in stays if _may_be_offered(account, v, place)]
        pieces = [Load(o.visit, "", o.first, o.last, 1) for o in held]
        for time in _moments(account, pieces, [*waiting, *hopeful]):
            line = [v for v in waiting if account.in_line_from(v, place) < time < v.waits_until]
            if not line:
                continue
            first = min(line, key=account.queue_key)
            taken = sum(o.part for o in held if o.first < time < o.last)
            offers = sum(account.part(v) for v in hopeful if v.start < time < min(v.slappt, v.parts[0].slappt))
            if taken + offers + account.part(first) <= account.capacity(place, time):
                found.append(said(first, f"waits for {place} at {time} though it is free"))
    return found


def _may_be_offered(account: Account, visit: Visit, place: str) -> bool:
    """In a reserv from which it may come home to this place, so that a place may be held for it."""
    behov = account.asked(visit).behov
    return (
        isinstance(behov, PlatsBehov)
        and behov.hemtagning is not None
        and place in behov.plats
        and visit.parts[0].reserv
        and not visit.ej_hemmamojlig
    )


def limits_broken(account: Account) -> list[str]:
    """Where the reserv is never full nobody waits past the limit, and nobody takes the reserv before it."""
    found = []
    for visit in account.visits:
        behov = account.asked(visit).behov
        if not isinstance(behov, PlatsBehov) or behov.reserv is None or visit.was_there:
            continue
        in_reserve = bool(visit.parts) and visit.parts[0].reserv
        earliest = account.in_line_from(visit, behov.reserv)
        if in_reserve and visit.start < earliest:
            found.append(said(visit, f"in the reserv at {visit.start}, before {earliest}"))
        if not in_reserve and visit.ej_hemmamojlig and visit.parts:
            found.append(said(visit, "helped at home though that is not possible"))
        if account.capacity(behov.reserv, 0.0) == INF and min(visit.waits_until, account.end) > max(earliest, 0.0):
            found.append(said(visit, f"waited until {visit.waits_until}, past {earliest}"))
    return found


def patience_broken(account: Account) -> list[str]:
    """With a constant patience one leaves the queue exactly then, and nobody waits longer."""
    found = []
    for visit in account.visits:
        left = account.asked(visit).tar_tillbaka
        if left is None or left.tid.fordelning != "konstant" or visit.was_there:
            continue
        assert left.tid.medel is not None
        assert cdf(konstant(left.tid.medel), left.tid.medel) == 1.0
        gives_up = max(visit.begaran + left.tid.medel, 0.0 if visit.fran_nulage else visit.begaran)
        if visit.avhopp and visit.slappt != gives_up:
            found.append(said(visit, f"left at {visit.slappt}, not {gives_up}"))
        if not visit.avhopp and min(visit.waits_until, account.end) > gives_up:
            found.append(said(visit, f"waits past {gives_up}"))
    return found


def homecomings_wrong(account: Account) -> list[str]:
    """Moves home link two records, come not before they may, and never for a stay that ends within the notice."""
    found = []
    for visit in account.visits:
        if len(visit.parts) < 2:
            continue
        away, home = visit.parts[0], visit.parts[-1]
        behov = account.asked(visit).behov
        assert isinstance(behov, PlatsBehov)
        assert behov.hemtagning is not None
        if len(visit.parts) > 2 or not away.reserv or away.hemtagen or not home.hemtagen or home.reserv:
            found.append(said(visit, "is not one part in the reserv and one at home"))
        if away.slappt != home.start or home.resurs not in behov.plats or visit.ej_hemmamojlig:
            found.append(said(visit, "moved from nowhere, or to a place it cannot have"))
        since = 0.0 if visit.was_there else visit.start + behov.hemtagning.tidigast_dagar
        if home.start < since + account.notice(visit):
            found.append(said(visit, f"home at {home.start}, not before {since} and a notice"))
        blocked = account.keeps(visit) and account.finished(visit) <= home.start - account.notice(visit)
        if not blocked and visit.slut <= home.start:
            found.append(said(visit, f"home at {home.start} though its time is up at {visit.slut}"))
    return found


def homecomings_missed(account: Account) -> list[str]:
    """Between two events no place is free while somebody eligible, who would stay past the notice, is in the reserv.

    Only where the log shows all offers (nobody is blocked, no capacity changes) and all take the same part of a place.
    """
    found = []
    for place in account.places():
        hopeful = [v for v in account.visits if v.parts and _may_be_offered(account, v, place)]
        held = occupations(account, place)
        parts = {account.part(v) for v in (*hopeful, *account.waiting_for(place))}
        if account.changing_days(place) or any(account.keeps(v) for v in hopeful) or len(parts) > 1:
            continue
        pieces = [Load(o.visit, "", o.first, o.last, 1) for o in held]
        for time in _moments(account, pieces, hopeful):
            for visit in hopeful:
                behov = account.asked(visit).behov
                assert isinstance(behov, PlatsBehov)
                assert behov.hemtagning is not None
                since = 0.0 if visit.was_there else visit.start + behov.hemtagning.tidigast_dagar
                offered = visit.parts[1].start - account.notice(visit) if len(visit.parts) > 1 else INF
                waits = since < time < min(offered, visit.parts[0].slappt)
                stays = offered < INF or time + account.notice(visit) < visit.slut
                if not (waits and stays and time < account.end - account.notice(visit)):
                    continue
                taken = sum(o.part for o in held if o.first < time < o.last)
                if taken + account.part(visit) <= account.capacity(place, time):
                    found.append(said(visit, f"not taken home to {place} at {time} though it was free"))
    return found


def load_by_quadrature(account: Account, team: str, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean load between each pair of edges, cases."""
    total = np.zeros(len(edges) - 1)
    for piece in loads(account, team):
        for index, (a, b) in enumerate(zip(edges, edges[1:], strict=False)):
            total[index] += piece.weight / 1000 * max(0.0, min(piece.last, b) - max(piece.first, a)) / (b - a)
    return total


def overload_by_quadrature(account: Account, team: str, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """∫ max(0, load − capacity), case-days."""
    pieces = loads(account, team)
    times = {*map(float, edges), *map(float, range(int(account.end)))}
    times |= {t for piece in pieces for t in (piece.first, piece.last) if 0 < t < account.end}
    inner = sorted(times)
    total = np.zeros(len(edges) - 1)
    for a, b in zip(inner, inner[1:], strict=False):
        middle = (a + b) / 2
        load = sum(p.weight for p in pieces if p.first < middle < p.last)
        over = max(0.0, (load - account.capacity(team, middle)) / 1000)
        total[int(np.searchsorted(edges, middle)) - 1] += over * (b - a)
    return total


def mean_number(spans: Iterable[tuple[float, float]], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many of the spans of time are under way, on average between each pair of edges."""
    total = np.zeros(len(edges) - 1)
    for first, last in spans:
        for index, (a, b) in enumerate(zip(edges, edges[1:], strict=False)):
            total[index] += max(0.0, min(last, b) - max(first, a)) / (b - a)
    return total


def days_by_counting(account: Account, place: str) -> NDArray[np.float64]:
    """Occupied places on each day: the day of arrival counts, the day of leaving does not."""
    days = np.zeros(int(account.end))
    for visit in account.visits:
        for part in visit.parts:
            if part.resurs == place:
                for day in range(max(math.floor(part.start), 0), math.floor(min(part.slappt, account.end))):
                    days[day] += 1
    return days
