"""A changed share moves exactly half the sum of the changes, and the counterpart takes what is named."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hjalp import kommun, scenario
from sim.scenario import make_plan
from sim.shares import ShareTable, share_table

NAMES = ["avslut", "boende", "hemma", "kontrakt", "oppenvard"]
NUMBERS = {name: number for number, name in enumerate(reversed(NAMES))}

quick = settings(max_examples=150, deadline=None, derandomize=True, database=None)
few = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def shares(count: int) -> st.SearchStrategy[dict[str, float]]:
    """Shares of the first `count` names, some of them 0."""
    weights = st.lists(st.integers(0, 50), min_size=count, max_size=count).filter(any)
    return weights.map(lambda w: {name: x / sum(w) for name, x in zip(NAMES, w, strict=False)})


two_sets = st.integers(1, 5).flatmap(lambda count: st.tuples(shares(count), shares(count)))


def pieces(table: ShareTable) -> list[tuple[Fraction, Fraction, int]]:
    edges = [Fraction(0), *map(Fraction, table.cuts), Fraction(1)]
    return [(a, b, choice) for a, b, choice in zip(edges[:-1], edges[1:], table.choices, strict=True)]


def measure_where(
    left: ShareTable, right: ShareTable, condition: Callable[[int, int], bool] = lambda a, b: a != b
) -> float:
    """The measure of the uniform numbers from which the two tables choose so."""
    total = Fraction(0)
    for a, b, first in pieces(left):
        for c, d, second in pieces(right):
            if condition(first, second):
                total += max(Fraction(0), min(b, d) - max(a, c))
    return float(total)


def widths(table: ShareTable) -> dict[str, float]:
    of_number = {number: name for name, number in NUMBERS.items()}
    total = dict.fromkeys(NAMES, 0.0)
    for a, b, choice in pieces(table):
        total[of_number[choice]] += float(b - a)
    return total


@quick
@given(two_sets)
def test_the_new_shares_are_those_asked_for(both: tuple[dict[str, float], dict[str, float]]) -> None:
    base, now = both
    assert widths(share_table(base, now, NUMBERS)) == pytest.approx(dict.fromkeys(NAMES, 0.0) | now, abs=1e-12)


@quick
@given(two_sets)
def test_a_change_moves_as_few_as_possible(both: tuple[dict[str, float], dict[str, float]]) -> None:
    base, now = both
    moved = measure_where(share_table(base, base, NUMBERS), share_table(base, now, NUMBERS))
    assert moved == pytest.approx(sum(abs(now[name] - base[name]) for name in base) / 2, abs=1e-12)


@quick
@given(two_sets)
def test_nobody_leaves_an_alternative_that_grows(both: tuple[dict[str, float], dict[str, float]]) -> None:
    base, now = both
    growing = {NUMBERS[name] for name in base if now[name] >= base[name]}
    before, after = share_table(base, base, NUMBERS), share_table(base, now, NUMBERS)
    lost = measure_where(before, after, lambda a, b: a in growing and a != b)
    assert lost == pytest.approx(0, abs=1e-12)


@quick
@given(two_sets, st.randoms(use_true_random=False))
def test_the_order_in_which_shares_are_written_is_nothing(
    both: tuple[dict[str, float], dict[str, float]], random: object
) -> None:
    base, now = both
    order = sorted(base, key=lambda _: random.random())  # type: ignore[attr-defined]
    other = share_table({n: base[n] for n in order}, {n: now[n] for n in reversed(order)}, NUMBERS)
    assert other == share_table(base, now, NUMBERS)


@quick
@given(shares(4), st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_choice_below_a_cut_is_the_alternative_to_its_left(base: dict[str, float], u: float) -> None:
    table = share_table(base, base, NUMBERS)
    choice = next(choice for a, b, choice in pieces(table) if a <= Fraction(u) < b)
    assert table.pick(u) == choice


PATH = "verksamheter.v.steg.a.utfall.klar.nasta"


def routed(base: Mapping[str, float], *changes: Mapping[str, object]) -> dict[str, float]:
    tid = {"medel": 5, "cv": 1.0}
    end = {"utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}}
    steg = {name: end for name in base if name != "avslut"}
    steg["a"] = {"utfall": {"klar": {"tid": tid, "nasta": dict(base)}}}
    plan = make_plan(kommun({}, {"i": {"per_ar": 1, "forsta_steg": "a"}}, steg), scenario(*changes))
    return dict(plan.epoker[0].kommun.verksamheter["v"].steg["a"].utfall["klar"].nasta)


@few
@given(shares(5), st.floats(0, 1), st.sampled_from(NAMES[1:]))
def test_a_counterpart_takes_all_of_the_change(base: dict[str, float], part: float, other: str) -> None:
    share = part * (base["avslut"] + base[other])
    if base[other] == 0 and share < base["avslut"]:
        return
    now = routed(base, {"mal": f"{PATH}.avslut", "satt": share, "motpart": f"{PATH}.{other}"})
    expected = base | {"avslut": share, other: base["avslut"] + base[other] - share}
    assert now == pytest.approx(expected, abs=1e-9)


@few
@given(shares(5), st.floats(0, 1))
def test_without_a_counterpart_the_others_keep_their_proportions(base: dict[str, float], share: float) -> None:
    rest = 1 - base["avslut"]
    if rest == 0:
        return
    now = routed(base, {"mal": f"{PATH}.avslut", "satt": share})
    expected = {name: value / rest * (1 - share) for name, value in base.items()} | {"avslut": share}
    assert now == pytest.approx(expected, abs=1e-9)


def test_the_order_of_keys_changes_no_rescaled_share() -> None:
    """To the last bit, so that no sum may follow the order in which a file is written."""
    base = dict(zip(NAMES, (0.15, 0.1, 0.2, 0.3, 0.25), strict=True))
    changes = [{"mal": f"{PATH}.{name}", "plus": 0.01} for name in ("avslut", "boende", "hemma")]
    for order in itertools.permutations(NAMES):
        assert routed({name: base[name] for name in order}, *changes) == routed(base, *changes)


def test_several_named_shares_are_changed_from_their_originals_and_the_rest_gives_way() -> None:
    base = {"avslut": 0.4, "boende": 0.1, "hemma": 0.2, "kontrakt": 0.3}
    now = routed(base, {"mal": f"{PATH}.boende", "ganger": 2}, {"mal": f"{PATH}.hemma", "ganger": 1.5})
    assert now == pytest.approx({"avslut": 0.5 * 4 / 7, "boende": 0.2, "hemma": 0.3, "kontrakt": 0.5 * 3 / 7})
