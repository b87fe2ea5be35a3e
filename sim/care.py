"""Measures of a whole verksamhet, and of all together: care at home and bought, and help without a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim import config
from sim.book import Book, total
from sim.parts import Part
from sim.persons import Belongs, Persons, PersonSeries
from sim.place_measures import DECIDED, LIVING, PlaceSeries
from sim.runs import split
from sim.setting import Setting
from sim.steg_measures import StegSeries

ALL_AREAS = "alla"
"""The row that sums the verksamheter."""


@dataclass(frozen=True)
class Care:
    """Of a verksamhet, or of all: its care at home, bought care, and stegs that help without a place.

    By number; and the kinds of persons in care, in bought care, in öppenvård, and in any of these.
    """

    key: str
    own: tuple[int, ...]
    bought: tuple[int, ...]
    open: tuple[int, ...]
    groups: list[int]
    placed_persons: tuple[int, ...]
    away_persons: tuple[int, ...]
    open_persons: tuple[int, ...]
    helped_persons: tuple[int, ...]


def care_kinds(persons: Persons) -> list[Care]:
    areas = persons.setting.areas
    return [*(_care(persons, area, (area,)) for area in areas), _care(persons, ALL_AREAS, areas)]


def _care(persons: Persons, key: str, areas: Sequence[str]) -> Care:
    setting = persons.setting
    own, bought = (
        tuple(number for area in areas for number in setting.resources_of(area, kind) if is_care(setting, number))
        for kind in (config.Boende, config.Extern)
    )
    stegs = [] if key == ALL_AREAS else setting.stegs_of(key)
    opened = tuple(number for number in stegs if is_open_care(setting.stegs[number][2]))
    groups = [] if key == ALL_AREAS else setting.groups_of(key)
    placed = {*own, *bought}

    def persons_in(groups: list[int], belongs: Belongs) -> tuple[int, ...]:
        if key != ALL_AREAS:
            return (persons.kind(key, groups, belongs),)
        return tuple(persons.kind(part[0], groups, _within(setting, part, belongs)) for part in setting.parts)

    return Care(
        key,
        own,
        bought,
        opened,
        groups,
        persons_in(groups, lambda steg, resource: resource in placed),
        persons_in([], lambda steg, resource: resource in bought),
        persons_in([], lambda steg, resource: steg in opened) if opened else (),
        persons_in([], lambda steg, resource: steg in opened or resource in placed) if opened else (),
    )


def _within(setting: Setting, part: Part, belongs: Belongs) -> Belongs:
    """Nobody is in two parts of a kommun, so who is in care anywhere can be counted in each, and added."""
    return lambda steg, resource: setting.stegs[steg][0] in part and belongs(steg, resource)


def is_care(setting: Setting, number: int) -> bool:
    """Whether a resource is a place where care is given, not only a home."""
    resurs = setting.resources[number][2]
    return not isinstance(resurs, config.Boende) or resurs.vardplats


def is_open_care(steg: config.Steg) -> bool:
    """Unless it says so itself: a steg that needs nothing, gives no benefit, and is followed up or has hours."""
    if steg.oppenvard is not None:
        return steg.oppenvard
    helped = steg.uppfoljning is not None or steg.timmar is not None
    return steg.behov is None and steg.bistand_kr_per_manad is None and helped


def write_care(
    book: Book, setting: Setting, care: Care, places: PlaceSeries, stegs: StegSeries, persons: Persons, of: PersonSeries
) -> None:
    """Lines with empty `del`. A resource counts in the verksamhet that owns it."""
    key, days = care.key, book.days
    if care.own or care.bought:
        home, away = (total(places.dygn[number] for number in some) for some in (care.own, care.bought))
        places_home, places_out = (total(places.taken[number] for number in some) for some in (care.own, care.bought))
        home_starts, bought_starts = (
            total(places.of(DECIDED, number) for number in some) for some in (care.own, care.bought)
        )
        everyone, outside = persons.all(of, *care.placed_persons), persons.all(of, *care.away_persons)
        book.line((key, "varddygn_intern", ""), home)
        book.line((key, "varddygn_extern", ""), away)
        book.line((key, "arsplatser", ""), places_home + places_out, days)
        book.line((key, "arsplatser_intern", ""), places_home, days)
        book.line((key, "arsplatser_extern", ""), places_out, days)
        book.line((key, "placerade", ""), everyone)
        book.line((key, "andel_hemmaplan_dygn", ""), home, home + away)
        book.line((key, "andel_hemmaplan_beslut", ""), home_starts, home_starts + bought_starts)
        book.line((key, "andel_hemmaplan_personer", ""), outside, everyone, rest=True)
        book.line((key, "andel_extern_dygn", ""), away, home + away)
        book.line((key, "andel_extern_beslut", ""), bought_starts, home_starts + bought_starts)
        for group in care.groups:
            part = split("", malgrupp=setting.network.groups[group])
            book.line((key, "placerade", part), persons.of_group(of, *care.placed_persons, group=group))
    if care.open:
        under_way = total(stegs.under_way(number) for number in care.open)
        living = total(places.time_in(LIVING, number) for number in (*care.own, *care.bought))
        bought, helped = persons.all(of, *care.away_persons), persons.all(of, *care.helped_persons)
        book.line((key, "pagaende_oppenvard", ""), under_way, days)
        book.line((key, "personer_oppenvard", ""), persons.all(of, *care.open_persons))
        book.line((key, "andel_oppenvard", ""), under_way, under_way + living)
        book.line((key, "andel_hemmaplan_insatser", ""), bought, helped, rest=True)
