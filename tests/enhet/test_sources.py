"""Every number has a source: patterns, their order, and what is said when they do not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config import Kalla
from sim.errors import tal_text
from sim.sources import Number, numbers, pattern_matches, source_problems


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("resurser.hus.platser", "resurser.hus.platser", True),
        ("resurser.hus.platser", "resurser.hus.platser.1", False),
        ("resurser.*.platser", "resurser.hus.platser", True),
        ("resurser.*.platser", "resurser.hus.norr.platser", False),
        ("resurser.*", "resurser.hus.platser", False),
        ("resurser.**", "resurser.hus.platser", True),
        ("**.platser", "resurser.hus.platser", True),
        ("resurser.**.medel", "resurser.kopt.dygnskostnad_kr.medel", True),
        ("**", "resurser.hus.platser", True),
        ("resurser.hus.plats", "resurser.hus.platser", False),
        ("resurser.h.s.platser", "resurser.hus.platser", False),
        ("resurser.(hus).platser", "resurser.hus.platser", False),
    ],
)
def test_a_star_is_one_name_and_two_stars_any_number(pattern: str, path: str, fits: bool) -> None:
    assert pattern_matches(pattern, path) is fits


names = st.text("ab_1", min_size=1, max_size=3)
paths = st.lists(names, min_size=1, max_size=5)


def fits_by_walking(pattern: list[str], path: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(fits_by_walking(pattern[1:], path[count:]) for count in range(1, len(path) + 1))
    return bool(path) and pattern[0] in ("*", path[0]) and fits_by_walking(pattern[1:], path[1:])


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.lists(names | st.sampled_from(["*", "**"]), min_size=1, max_size=4), paths)
def test_patterns_match_as_a_walk_along_the_names(pattern: list[str], path: list[str]) -> None:
    assert pattern_matches(".".join(pattern), ".".join(path)) is fits_by_walking(pattern, path)


def kallor(**galler: str | list[str]) -> dict[str, Kalla]:
    return {
        name: Kalla(galler=tuple([given] if isinstance(given, str) else given), typ="egna_data", text=name)
        for name, given in galler.items()
    }


CONTENT: dict[str, Any] = {
    "basar": 2018,
    "kommunkod": "0181",
    "resurser": {
        "hus": {"namn": "Hus", "platser": 10, "vardplats": False},
        "lag": {"arsarbetare": 5, "semesterprofil": [1.0, 0.5]},
    },
    "kallor": {"a": {"spann": [1, 2]}},
}


def test_all_numbers_but_those_that_need_no_source_are_listed() -> None:
    assert [(number.path, number.value) for number in numbers(CONTENT, {})] == [
        ("resurser.hus.platser", 10),
        ("resurser.lag.arsarbetare", 5),
        ("resurser.lag.semesterprofil.1", 1),
        ("resurser.lag.semesterprofil.2", 0.5),
    ]


@pytest.mark.parametrize(
    ("given", "winner"),
    [
        ({"allt": "**", "resurser": "resurser.**"}, "resurser"),
        ({"stjarna": "resurser.*.platser", "exakt": "resurser.hus.platser"}, "exakt"),
        ({"platser": "resurser.*.platser", "hus": "resurser.hus.platser", "allt": "**"}, "hus"),
        ({"b": "resurser.*.platser", "a": "resurser.**"}, "b"),
    ],
)
@pytest.mark.parametrize("turned", [False, True], ids=["as written", "the other way round"])
def test_the_most_exact_pattern_wins_whatever_the_order(given: dict[str, str], winner: str, turned: bool) -> None:
    written = dict(reversed(given.items())) if turned else given
    (number,) = (number for number in numbers(CONTENT, kallor(**written)) if number.path == "resurser.hus.platser")
    assert number.kalla_id == winner


def test_a_number_without_a_source_is_named_with_its_value() -> None:
    problems = source_problems(CONTENT, kallor(hus="resurser.hus.platser", profil="**.semesterprofil.*"))
    assert [path for path, _ in problems] == ["resurser.lag.arsarbetare"]
    assert "5" in problems[0][1]
    assert "källa saknas" in problems[0][1]


def test_a_pattern_that_fits_nothing_is_named() -> None:
    problems = source_problems(CONTENT, kallor(allt="**", fel=["resurser.hus.platser", "resurser.hus.plaster"]))
    assert [path for path, _ in problems] == ["kallor.fel.galler"]
    assert "resurser.hus.plaster" in problems[0][1]


def antagande(**span: tuple[float, float]) -> dict[str, Kalla]:
    return {
        "gissat": Kalla(galler=("resurser.hus.platser",), typ="antagande", text="t", **span),  # type: ignore[arg-type]
        **kallor(resten="**"),
    }


@pytest.mark.parametrize(("span", "fits"), [((10, 12), True), ((8, 10), True), ((11, 12), False), ((5, 9), False)])
def test_a_value_outside_its_own_span_is_named(span: tuple[float, float], fits: bool) -> None:
    problems = source_problems(CONTENT, antagande(spann=span))
    assert [path for path, _ in problems] == ([] if fits else ["resurser.hus.platser"])


def test_a_value_outside_its_span_is_told_the_span() -> None:
    ((_, text),) = source_problems(CONTENT, antagande(spann=(11, 12)))
    assert all(word in text for word in ("10", "11", "12", "kallor.gissat"))


def test_a_relative_span_is_factors_of_the_value() -> None:
    (number,) = (n for n in numbers(CONTENT, antagande(spann_relativt=(0.5, 2.0))) if n.kalla_id == "gissat")
    assert number.span == (5, 20)


def test_a_relative_span_of_a_negative_value_is_in_order() -> None:
    kalla = Kalla(galler=("x",), typ="antagande", text="t", spann_relativt=(0.5, 2.0))
    assert Number("x", -4.0, "gissat", kalla).span == (-8, -2)


def test_numbers_are_told_as_a_swede_writes_them() -> None:
    content = {"a": 1e6, "b": 0.5, "kallor": {}}
    spann = Kalla(galler=("b",), typ="antagande", text="b", spann=(1.5, 2_500_000.0))
    assert dict(source_problems(content, {"x": spann})) == {
        "a": "1\u00a0000\u00a0000: källa saknas; lägg till den under kallor",
        "b": "0,5: ligger utanför spannet 1,5 till 2\u00a0500\u00a0000 i kallor.x",
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (18.0, "18"),
        (0.35, "0,35"),
        (0.1 + 0.2, "0,3"),
        (-12.5, "\u221212,5"),
        (1e-7, "0,0000001"),
        (1234567.5, "1\u00a0234\u00a0567,5"),
        (2e15, "2\u00a0000\u00a0000\u00a0000\u00a0000\u00a0000"),
    ],
)
def test_a_number_in_an_error_has_no_exponent(value: float, text: str) -> None:
    assert tal_text(value) == text
