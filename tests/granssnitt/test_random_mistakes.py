"""Random mistakes, of kinds that nobody thought of: each is either no mistake or refused in Swedish, never a crash."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from granssnitt.rot import HEM_2, KALLOR, PROV, assert_swedish_error, make_project, run
from sim.errors import HemmaplanError
from sim.files import ROOT_VARIABLE, leaves, read_kommun, read_yaml
from sim.loading import kommun_from, scenario_from
from sim.scenario import make_plan
from sim.settings import study_from

few = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("misstag"))


@pytest.fixture(scope="module")
def sound(root: Path) -> dict[str, Any]:
    return read_kommun(root, "prov")


def nodes(content: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in nested dicts and lists."""
    if isinstance(content, Mapping):
        pairs: Any = content.items()
    elif isinstance(content, list):
        pairs = enumerate(content)
    else:
        return [where] if where else []
    below = [path for key, value in pairs for path in nodes(value, (*where, key))]
    return ([where] if where else []) + below


NUMBERS = [-1, 0, 1, 3, 0.5, 1.5, 10**30, float("nan"), float("inf")]
WORDS = ["", "x", "å", "8,1", "3", "2019-06-30", "2019-13-01", "avslut", "hem", "team"]
NESTED = [[], {}, [1], ["hem"], {"a": 1}, {1: 2}, {"hem": 0.5}]
JUNK = st.sampled_from([None, True, False, *NUMBERS, *WORDS, *NESTED])
KEYS = st.sampled_from(["x", "å", "", 3, True, "avslut", "typ", "kvar", "prio", "tak"])


def mistaken(content: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """The content with one thing replaced, taken away, renamed or added."""
    changed = copy.deepcopy(content)
    *above, last = data.draw(st.sampled_from(nodes(changed)), label="where")
    holder: Any = changed
    for key in above:
        holder = holder[key]
    how = data.draw(st.sampled_from(["replace", "remove", "rename", "add"]), label="how")
    if how == "remove":
        del holder[last]
    elif how == "rename" and isinstance(holder, dict):
        holder[data.draw(KEYS, label="name")] = holder.pop(last)
    elif how == "add" and isinstance(holder, dict):
        holder[data.draw(KEYS, label="key")] = data.draw(JUNK, label="what")
    else:
        holder[last] = data.draw(JUNK, label="what")
    return changed


@few
@given(st.data())
def test_mistake_in_a_kommun_is_harmless_or_refused(root: Path, sound: dict[str, Any], data: st.DataObject) -> None:
    try:
        make_plan(kommun_from(mistaken(mistaken(sound, data), data)))
    except HemmaplanError as error:
        assert_swedish_error(f"Fel: {error}", root)


SCENARIO = {
    "namn": "Prov",
    "motiv": "prov",
    "andringar": [
        {"mal": "resurser.hem.platser", "plus": 2, "fran": "2019-01-01", "till": "2019-06-30"},
        {"mal": "verksamheter.stod.steg.utredning.utfall.klar.nasta.boende", "ganger": 0.5},
    ],
}
TARGETS = [".".join(where) for where, _ in leaves(yaml.safe_load(PROV.replace("2019-12-31", "'2019-12-31'")))]


@few
@given(st.data())
def test_mistake_in_a_scenario_is_harmless_or_refused(root: Path, sound: dict[str, Any], data: st.DataObject) -> None:
    content = mistaken(SCENARIO, data)
    changes = content.get("andringar")
    if isinstance(changes, list) and changes and isinstance(changes[0], dict):
        changes[0]["mal"] = data.draw(st.sampled_from(TARGETS))
    try:
        make_plan(kommun_from(sound), scenario_from(content, "prov"))
    except HemmaplanError as error:
        assert_swedish_error(f"Fel: {error}", root)


@few
@given(st.data())
def test_slip_of_the_pen_in_a_file_is_harmless_or_refused(root: Path, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([PROV, KALLOR, HEM_2]))
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 3))
    slip = data.draw(st.text(alphabet="ax3 \t\n:-,.{}[]'\"&*!|>%@#?å\x00\ufeff", max_size=3))
    path = root / "slip.yaml"
    path.write_text(text[:at] + slip + text[at + gone :], encoding="utf-8")
    try:
        read_yaml(path)
    except HemmaplanError as error:
        assert_swedish_error(f"Fel: {error}", root)


NAMES = ["studie", "kommun", "scenarios", "fro", "resurser", "hem", "platser", "prov", "hem_2", "egen", "hydra"]
SIGNS = [*".=,+~[]{}:@/'\"$-%*\\ ", "++", "${"]
VALUES = ["3", "å", "null", "true", "range(1,3)", "???"]
ANY_WORD = st.lists(st.sampled_from(NAMES) | st.sampled_from(SIGNS) | st.sampled_from(VALUES), min_size=1, max_size=8)


@settings(few, max_examples=25)
@example(word="kommun=null")
@example(word="~kommun")
@example(word="+scenarios.egen=3")
@example(word="scenarios=null")
@example(word="studie=null")
@given(word=ANY_WORD.map("".join))
def test_any_word_to_hydra_is_harmless_or_refused(root: Path, word: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(ROOT_VARIABLE, str(root))
        patched.setattr("sim.commands.study.run", lambda content, root, chosen: study_from(content, root) and 0)
        ran = run("kor", "kommun=prov", word)
    assert ran.code in (0, 2)
    if ran.code == 2:
        assert_swedish_error(ran.err, root)
