"""Changing numbers in YAML files without touching anything else: comments, order and layout stay."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from sim.errors import HemmaplanError
from sim.files import kommun_files, leaves, read_yaml


def number_text(value: float) -> str:
    """A number as YAML reads it back, exactly."""
    if isinstance(value, int) or float(value).is_integer():
        return str(int(value))
    text = repr(float(value))
    return text if "e" not in text else f"{value:.15f}".rstrip("0")


def with_numbers(text: str, values: Mapping[str, float]) -> str:
    """The text of a YAML file with other numbers at some paths (places in a list count from 1)."""
    root = yaml.compose(text, yaml.SafeLoader)
    there = dict(_scalars(root, ())) if root is not None else {}
    marks = sorted(
        (
            (there[path].start_mark.index, there[path].end_mark.index, number_text(value))
            for path, value in values.items()
        ),
        reverse=True,
    )
    for start, end, new in marks:
        text = text[:start] + new + text[end:]
    return text


def _scalars(node: yaml.Node, where: tuple[str, ...]) -> Iterator[tuple[str, yaml.ScalarNode]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*where, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value, start=1):
            yield from _scalars(value, (*where, str(number)))
    elif isinstance(node, yaml.ScalarNode):
        yield ".".join(where), node


def write_numbers(root: Path, kommun_id: str, values: Mapping[str, float]) -> list[Path]:
    """Put the numbers where they stand in the kommun's files. Returns the files that changed.

    Raises HemmaplanError before anything is written if a path stands in no file.
    """
    left = dict(values)
    changed: dict[Path, str] = {}
    for path in kommun_files(root, kommun_id):
        there = {".".join(where): value for where, value in leaves(read_yaml(path))}
        mine = {target: left.pop(target) for target in list(left) if target in there}
        new = {target: value for target, value in mine.items() if there[target] != value}
        if new:
            changed[path] = with_numbers(path.read_text(encoding="utf-8"), new)
    if left:
        raise HemmaplanError(f"{next(iter(left))}: står inte i kommunens filer; skriv in talet där först")
    for path, text in changed.items():
        write_text(path, text)
    return list(changed)


def write_text(path: Path, text: str) -> None:
    """Under a temporary name beside it, then renamed: whoever reads sees the old or the new, never a part."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, delete=False) as file:
        scratch = Path(file.name)
        file.write(text)
    try:
        scratch.chmod(path.stat().st_mode if path.exists() else 0o644)
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
