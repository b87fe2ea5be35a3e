"""The composition that most commands ask for, made without Hydra, whose own start takes a second.

Only where nothing is left to Hydra's judgement: groups chosen by name, and single values that replace those of the
files. Everything else, and every mistake, is for Hydra. A test keeps the two compositions equal, order and all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.files import kommun_files, kommun_ids, merge, read_scenario, read_yaml, scenario_ids

WORD = re.compile(r"(\w+(?:\.\w+)*)=(.+)", re.ASCII)
NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
LIST = re.compile(r"\[((?:\w+,)*\w+)?\]", re.ASCII)
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
QUOTED = re.compile(r"'([^'\\$]*)'")
CONSTANTS = {"true": True, "false": False, "null": None}
NUMBERS = ("nan", "inf")
"""Words that Hydra reads as numbers."""


class _ForHydra(Exception):
    """What is asked for is not so plain."""


def plainly_composed(root: Path, words: Sequence[str]) -> dict[str, Any] | None:
    """As Hydra composes the files of the project, checked before, with these words; None where that is for Hydra."""
    try:
        return _composed(root, words)
    except _ForHydra:
        return None


def _composed(root: Path, words: Sequence[str]) -> dict[str, Any]:
    asked = {found[1]: found[2] for word in words if (found := WORD.fullmatch(word))}
    _require(len(asked) == len(words))
    content: dict[str, Any] = {}
    for group, standard in _groups(root):
        chosen = asked.pop(group, None)
        if part := _chosen(root, group, standard if chosen is None else _value(chosen)):
            content[group] = part
    for path, value in asked.items():
        _put(content, path.split("."), _value(value))
    return content


def _require(plain: object) -> None:
    if not plain:
        raise _ForHydra


def _groups(root: Path) -> list[tuple[str, Any]]:
    """What is put together, in order, and what is chosen of it where nothing is said."""
    main = read_yaml(root / "conf" / "config.yaml")
    _require(set(main) <= {"defaults", "hydra"} and set(main.get("hydra") or {}) <= {"output_subdir", "run", "sweep"})
    first, *others = main.get("defaults") or [None]
    _require(first == "_self_" and all(isinstance(each, dict) for each in others))
    return [(group, name) for each in others for group, name in each.items() if not group.startswith("override hydra/")]


def _chosen(root: Path, group: str, chosen: Any) -> dict[str, Any]:
    """The content of a group; of scenarios by name, in the order asked for."""
    if group == "scenarios":
        names = [chosen] if isinstance(chosen, str) else chosen
        _require(isinstance(names, list) and set(names) <= set(scenario_ids(root)) and len(set(names)) == len(names))
        return {name: _part(read_scenario(root, name)) for name in names}
    _require(isinstance(chosen, str))
    if group == "kommun":
        _require(chosen in kommun_ids(root))
        main, *parts = (_copied(_read(path)) for path in kommun_files(root, chosen))
        _require((main.pop("defaults", None) or ["_self_"])[0] == "_self_")
        for part in parts:
            merge(main, _part(part))
        return dict(main)
    path = root / "conf" / group / f"{chosen}.yaml"
    _require(path.is_file())
    return _part(_read(path))


def _read(path: Path) -> dict[str, Any]:
    """A file whose content belongs where its folder says."""
    _require("@package" not in path.read_text(encoding="utf-8-sig"))
    return read_yaml(path)


def _part(content: dict[str, Any]) -> dict[str, Any]:
    _require("defaults" not in content)
    return {key: _copied(value) for key, value in content.items()}


def _value(text: str) -> Any:
    """A value as Hydra reads it."""
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        return float(text)
    if DAY.fullmatch(text):
        return text
    if found := QUOTED.fullmatch(text):
        return found[1]
    if found := LIST.fullmatch(text):
        return [_name(each) for each in (found[1] or "").split(",") if each]
    return CONSTANTS[text] if text in CONSTANTS else _name(text)


def _name(text: str) -> str:
    _require(NAME.fullmatch(text) and text.lower() not in {*CONSTANTS, *NUMBERS})
    return text


def _put(content: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """In the place of another single value."""
    *above, last = path
    node: Any = content
    for name in above:
        _require(isinstance(node, Mapping) and name in node)
        node = node[name]
    _require(isinstance(node, dict) and last in node and not isinstance(node[last], dict | list))
    _require(not isinstance(value, list))
    node[last] = value


def _copied(content: Any) -> Any:
    """Its own dicts and lists, where there is nothing for Hydra to fill in, and no key that it may not have."""
    if isinstance(content, dict):
        _require(all(isinstance(key, str) for key in content))
        return {key: _copied(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_copied(value) for value in content]
    _require(content is None or isinstance(content, bool | int | float | str))
    _require(not isinstance(content, str) or ("${" not in content and content != "???"))
    return content
