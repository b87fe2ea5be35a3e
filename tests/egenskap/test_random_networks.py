"""Rules that hold in every run, checked on random small municipalities by code that does not know the engine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from egenskap import checker
from egenskap.networks import AGE, AGE_LIMIT, Prov, examples, provs
from sim.calendars import DAYS_PER_YEAR, months, years
from sim.costs import costs, to_years
from sim.experiment import measured
from sim.labels import LABELS
from sim.measures import measure
from sim.runs import Rows, edges_of


@examples(100)
@given(provs())
def test_times_come_in_order(prov: Prov) -> None:
    assert checker.times_out_of_order(prov.account) == []


@examples(100)
@given(provs())
def test_no_case_is_lost_and_each_goes_where_it_was_sent(prov: Prov) -> None:
    assert checker.chains_broken(prov.account, prov.cases.arrivals.time.tolist()) == []


@examples(100)
@given(provs())
def test_constant_lengths_are_kept(prov: Prov) -> None:
    assert checker.lengths_wrong(prov.account) == []


@examples(100)
@given(provs())
def test_nobody_stays_past_an_age_limit(prov: Prov) -> None:
    assert checker.age_limits_passed(prov.account, (AGE_LIMIT - AGE) * DAYS_PER_YEAR) == []


@examples(100)
@given(provs())
def test_a_team_starts_nothing_above_its_capacity(prov: Prov) -> None:
    assert checker.team_over_capacity(prov.account) == []


@examples(100)
@given(provs())
def test_nobody_overtakes_in_a_teams_queue(prov: Prov) -> None:
    assert checker.team_queue_jumped(prov.account) == []


@examples(100)
@given(provs())
def test_no_team_has_room_for_the_first_in_its_queue(prov: Prov) -> None:
    assert checker.team_idle(prov.account) == []


@examples(100)
@given(provs())
def test_no_place_is_taken_or_offered_twice(prov: Prov) -> None:
    assert checker.places_over_capacity(prov.account) == []


@examples(100)
@given(provs())
def test_nobody_overtakes_in_the_queue_of_a_place(prov: Prov) -> None:
    assert checker.place_queue_jumped(prov.account) == []


@examples(100)
@given(provs())
def test_no_place_stands_free_while_somebody_waits(prov: Prov) -> None:
    assert checker.place_idle(prov.account) == []


@examples(100)
@given(provs())
def test_waiting_limits_hold(prov: Prov) -> None:
    assert checker.limits_broken(prov.account) == []


@examples(100)
@given(provs())
def test_patience_holds(prov: Prov) -> None:
    assert checker.patience_broken(prov.account) == []


@examples(100)
@given(provs())
def test_moves_home_are_allowed_ones(prov: Prov) -> None:
    assert checker.homecomings_wrong(prov.account) == []


@examples(100)
@given(provs())
def test_nobody_who_may_come_home_is_left_in_the_reserv(prov: Prov) -> None:
    assert checker.homecomings_missed(prov.account) == []


def monthly(prov: Prov) -> Rows:
    periods = months(prov.network.start, prov.network.end)
    return measure(prov.run, periods, periods)


def yearly(prov: Prov) -> Rows:
    network = prov.network
    return measure(prov.run, years(network.start, network.end), months(network.start, network.end))


def edges(prov: Prov) -> np.ndarray:
    return edges_of(months(prov.network.start, prov.network.end))


@examples(100)
@given(provs())
def test_measured_load_is_the_load_of_the_log(prov: Prov) -> None:
    rows = monthly(prov)
    for team in prov.account.teams():
        expected = checker.load_by_quadrature(prov.account, team, edges(prov))
        assert rows["v", "belastning_arenden", team] == pytest.approx(expected, abs=1e-9)


@examples(100)
@given(provs())
def test_measured_overload_is_the_load_above_capacity(prov: Prov) -> None:
    rows = monthly(prov)
    for team in prov.account.teams():
        expected = checker.overload_by_quadrature(prov.account, team, edges(prov))
        assert rows["v", "overbelastning_arendedygn", team] == pytest.approx(expected, abs=1e-6)


@examples(100)
@given(provs())
def test_measured_varddygn_are_the_days_counted_one_by_one(prov: Prov) -> None:
    rows = monthly(prov)
    cut = edges(prov).astype(int)
    for place in prov.account.places():
        days = checker.days_by_counting(prov.account, place)
        expected = [days[a:b].sum() for a, b in zip(cut, cut[1:], strict=False)]
        assert rows["v", "varddygn", place].tolist() == expected


@examples(100)
@given(provs())
def test_queues_and_blocked_places_are_those_of_the_log(prov: Prov) -> None:
    rows = monthly(prov)
    cut = edges(prov)
    account = prov.account
    for (_, name, part), values in rows.items():
        if name == "ko":
            spans = [(v.begaran, v.waits_until) for v in account.visits if v.steg == part and not v.was_there]
        elif name == "blockerade":
            spans = [
                (max(account.finished(v), p.start), p.slappt)
                for v in account.visits
                for p in v.parts
                if p.resurs == part and account.finished(v) < np.inf
            ]
        elif name == "vantar_pa_avslut":
            spans = [
                (v.slut, min(v.avslut_start, v.slappt))
                for v in account.visits
                if account.closes(v) and account.begun(v).avslut.team == part  # type: ignore[union-attr]
            ]
        else:
            continue
        assert values == pytest.approx(checker.mean_number(spans, cut), abs=1e-9), name


@examples(100)
@given(provs())
def test_a_year_is_made_of_its_months_as_the_label_of_the_measure_says(prov: Prov) -> None:
    """`summa`: their sum; `medel`: their mean by days; `slutet`: the last one."""
    result = measured(prov.run, prov.seed, 0)
    days = np.diff(edges(prov))
    for row, values in zip(result.rows, result.values, strict=True):
        by_month, year = values[: len(days)], values[len(days)]
        expected = {
            "summa": by_month.sum(),
            "medel": by_month @ days / days.sum(),
            "slutet": by_month[-1],
            "kvot": year,
        }[LABELS[row[1]].over_tid]
        assert year == pytest.approx(expected, abs=1e-6, nan_ok=True), row


@examples(100)
@given(provs())
def test_varddygn_of_the_months_sum_to_the_year_exactly(prov: Prov) -> None:
    by_month, by_year = monthly(prov), yearly(prov)
    counted = [
        row for row in by_month if row[1] in {"varddygn", "varddygn_extern", "varddygn_intern", "bidragsmanader"}
    ]
    assert {row: by_month[row].sum() for row in counted} == {row: by_year[row].item() for row in counted}


@examples(60)
@given(provs())
def test_costs_by_type_sum_to_the_total_in_ore(prov: Prov) -> None:
    rows = costs(prov.run, months(prov.network.start, prov.network.end), prov.seed, 0)
    types = [ore(values) for (area, name, _), values in rows.items() if (area, name) == ("v", "kostnad")]
    assert sum(types).tolist() == ore(rows["v", "nettokostnad", ""]).tolist()


@examples(60)
@given(provs())
def test_costs_of_the_months_sum_to_the_year_in_ore(prov: Prov) -> None:
    periods = months(prov.network.start, prov.network.end)
    rows = costs(prov.run, periods, prov.seed, 0)
    by_year = to_years(rows, periods, years(prov.network.start, prov.network.end))
    for row, values in rows.items():
        assert ore(by_year[row]).tolist() == [ore(values).sum()], row


def ore(kronor: np.ndarray) -> np.ndarray:
    return np.rint(kronor * 100).astype(np.int64)
