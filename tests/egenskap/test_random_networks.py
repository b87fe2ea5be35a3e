"""Rules that hold in every run, checked on random small municipalities by code that does not know the engine."""

from __future__ import annotations

import numpy as np
import pytest
from egenskap import checker
from egenskap.checker import Account
from egenskap.networks import Prov, provs
from hypothesis import HealthCheck, given, settings

from sim.calendars import months, years
from sim.costs import costs, to_years
from sim.measures import measure
from sim.runs import edges_of

many = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def account(prov: Prov) -> Account:
    return Account(prov.plan, prov.network, prov.log)


@many
@given(provs())
def test_times_come_in_order(prov: Prov) -> None:
    assert checker.times_out_of_order(account(prov)) == []


@many
@given(provs())
def test_no_case_is_lost_and_each_goes_where_it_was_sent(prov: Prov) -> None:
    assert checker.chains_broken(account(prov), prov.cases.arrivals.time.tolist()) == []


@many
@given(provs())
def test_constant_lengths_are_kept(prov: Prov) -> None:
    assert checker.lengths_wrong(account(prov)) == []


@many
@given(provs())
def test_a_team_starts_nothing_above_its_capacity(prov: Prov) -> None:
    assert checker.team_over_capacity(account(prov)) == []


@many
@given(provs())
def test_nobody_overtakes_in_a_teams_queue(prov: Prov) -> None:
    assert checker.team_queue_jumped(account(prov)) == []


@many
@given(provs())
def test_no_team_has_room_for_the_first_in_its_queue(prov: Prov) -> None:
    assert checker.team_idle(account(prov)) == []


@many
@given(provs())
def test_no_place_is_taken_or_offered_twice(prov: Prov) -> None:
    assert checker.places_over_capacity(account(prov)) == []


@many
@given(provs())
def test_nobody_overtakes_in_the_queue_of_a_place(prov: Prov) -> None:
    assert checker.place_queue_jumped(account(prov)) == []


@many
@given(provs())
def test_no_place_stands_free_while_somebody_waits(prov: Prov) -> None:
    assert checker.place_idle(account(prov)) == []


@many
@given(provs())
def test_waiting_limits_hold(prov: Prov) -> None:
    assert checker.limits_broken(account(prov)) == []


@many
@given(provs())
def test_patience_holds(prov: Prov) -> None:
    assert checker.patience_broken(account(prov)) == []


@many
@given(provs())
def test_moves_home_are_allowed_ones(prov: Prov) -> None:
    assert checker.homecomings_wrong(account(prov)) == []


@many
@given(provs())
def test_nobody_who_may_come_home_is_left_in_the_reserv(prov: Prov) -> None:
    assert checker.homecomings_missed(account(prov)) == []
