"""Reading the project's YAML strictly, without Hydra: a kommun with its parts, and a scenario.

Hydra composes the same files for the command line; a test keeps the two readings equal.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

try:  # the same loader in C, several times faster; PyYAML can be without it
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

from sim.errors import HemmaplanError, nearest

ROOT_VARIABLE = "HEMMAPLAN_ROT"


def project_root() -> Path:
    """The folder that holds `conf/` and `scenarios/`: the repository, or what HEMMAPLAN_ROT names."""
    named = os.environ.get(ROOT_VARIABLE)
    root = Path(named).resolve() if named else Path(__file__).resolve().parents[1]
    if not (root / "conf" / "kommun").is_dir():
        raise HemmaplanError(f"{root}: mappen saknar conf/kommun. Sätt {ROOT_VARIABLE} till projektets mapp.")
    return root


OS_REASONS = {
    errno.EACCES: "behörighet saknas",
    errno.EPERM: "behörighet saknas",
    errno.EROFS: "platsen kan bara läsas",
    errno.ENOSPC: "disken är full",
    errno.EDQUOT: "utrymmet är slut",
    errno.EEXIST: "en fil med det namnet ligger i vägen",
    errno.ENOTDIR: "en fil med det namnet ligger i vägen",
    errno.EISDIR: "det är en mapp",
    errno.ENOENT: "den finns inte",
    errno.ENAMETOOLONG: "namnet är för långt",
}


def os_reason(error: OSError) -> str:
    """Why the operating system refused, in Swedish."""
    return OS_REASONS.get(error.errno or 0, f"systemets felnummer {error.errno}")


class _StrictLoader(SafeLoader):
    """Dates stay text, and a key written twice is an error instead of the last one winning."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if isinstance(key, list | dict):
                raise HemmaplanError(f"rad {line}: en nyckel ska vara ett ord")
            if key in seen:
                raise HemmaplanError(f"rad {line}: nyckeln {key} står två gånger")
            seen.add(key)
        return super().construct_mapping(node, deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# 1e3 is a number, as for Hydra.
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+$"), list("-+0123456789")
)


def read_yaml(path: Path) -> dict[str, Any]:
    """One YAML file as a dict. Raises HemmaplanError naming the file and the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise HemmaplanError(f"{path.name}: filen är inte sparad som UTF-8") from None
    except OSError as error:
        raise HemmaplanError(f"{path}: kan inte läsas ({os_reason(error)})") from None
    return read_yaml_text(text, path.name)


def read_yaml_text(text: str, name: str) -> dict[str, Any]:
    """As `read_yaml`, of what stands in a file."""
    try:
        content = yaml.load(text, _StrictLoader)
    except HemmaplanError as error:
        raise HemmaplanError(f"{name}, {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", rad {mark.line + 1}, tecken {mark.column + 1}" if mark else ""
        raise HemmaplanError(
            f"{name}{where}: filen är inte giltig YAML (fel indrag, kolon eller citattecken?)"
        ) from None
    if not isinstance(content, dict):
        raise HemmaplanError(f"{name}: filen ska innehålla nycklar och värden")
    return content


def merge(base: dict[str, Any], other: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """Deep union of two dicts. The same leaf in both is an error: two files must not decide the same number."""
    for key, value in other.items():
        path = f"{where}.{key}" if where else str(key)
        if key in base and isinstance(base[key], dict) and isinstance(value, Mapping):
            merge(base[key], value, path)
        elif key in base:
            raise HemmaplanError(f"{path}: står i två filer")
        else:
            base[key] = dict(value) if isinstance(value, Mapping) else value
    return base


def overlaid(base: Any, other: Mapping[str, Any]) -> Any:
    """`base` with what `other` says put in its place."""
    if not isinstance(base, Mapping):
        return other
    return {**base, **{k: overlaid(base.get(k), v) if isinstance(v, Mapping) else v for k, v in other.items()}}


def kommun_ids(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "conf" / "kommun").glob("*.yaml"))


def scenario_ids(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "scenarios").glob("*.yaml"))


def kommun_files(root: Path, kommun_id: str) -> list[Path]:
    """The kommun's own file and the parts that its defaults list names, as Hydra reads them."""
    folder = root / "conf" / "kommun"
    main = folder / f"{kommun_id}.yaml"
    if kommun_id not in kommun_ids(root):
        raise HemmaplanError(f"kommun = {kommun_id}: finns inte i conf/kommun; {nearest(kommun_id, kommun_ids(root))}")
    defaults = read_yaml(main).get("defaults") or []
    if not isinstance(defaults, list):
        raise HemmaplanError(f"{main.name}, defaults = {defaults}: ska vara en lista")
    listed = [str(entry) for entry in defaults if entry != "_self_"]
    parts = [entry.removesuffix("@_here_") for entry in listed]
    for entry, part in zip(listed, parts, strict=True):
        if entry == part:
            raise HemmaplanError(f"{main.name}, defaults: {entry}: ska vara {part.split('@')[0]}@_here_")
        if not (folder / f"{part}.yaml").is_file():
            there = [path.relative_to(folder).with_suffix("").as_posix() for path in folder.glob("*/*.yaml")]
            raise HemmaplanError(f"{main.name}, defaults: {part}: filen finns inte; {nearest(part, there)}")
    return [main, *(folder / f"{part}.yaml" for part in parts)]


def read_kommun(root: Path, kommun_id: str) -> dict[str, Any]:
    """All files of a kommun as one dict."""
    content: dict[str, Any] = {}
    for path in kommun_files(root, kommun_id):
        part = read_yaml(path)
        part.pop("defaults", None)
        merge(content, part)
    if content.get("id", kommun_id) != kommun_id:
        raise HemmaplanError(f"{kommun_id}.yaml: id = {content['id']}: ska vara filens namn, {kommun_id}")
    return content


def read_scenario(root: Path, name: str) -> dict[str, Any]:
    path = root / "scenarios" / f"{name}.yaml"
    if not path.is_file():
        raise HemmaplanError(f"scenario = {name}: finns inte i scenarios; {nearest(name, scenario_ids(root))}")
    return read_yaml(path)


def check_scenario_file(root: Path, name: str) -> None:
    """That Hydra puts the scenario under its file's name: the first line of the file says so."""
    read_scenario(root, name)
    path = root / "scenarios" / f"{name}.yaml"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise HemmaplanError(
            f"scenarios/{path.name}: filens namn får bara ha a-z, 0-9 och understreck, och börjar med en bokstav"
        )
    first = path.read_text(encoding="utf-8").split("\n")[0].rstrip()
    if first.startswith("\ufeff"):
        raise HemmaplanError(f"scenarios/{path.name}: filen är sparad med BOM; spara den som UTF-8 utan BOM")
    right = f"# @package scenarios.{name}"
    if first != right:
        raise HemmaplanError(f"scenarios/{path.name}, rad 1 = {first}: ska vara {right}")


def _check_header(root: Path, path: Path) -> None:
    """No line for Hydra before the content: such lines move the content elsewhere, or stop Hydra in English."""
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if re.match(r"#\s*@", line):
            where = path.relative_to(root).as_posix()
            raise HemmaplanError(f"{where}, rad {number} = {line.strip()[:60]}: en kommentar får inte börja med @")
        if line.strip() and not line.startswith("#"):
            return


def check_files(root: Path, words: Sequence[str]) -> None:
    """Read strictly the files that the words name: Hydra lets some mistakes pass and says others in English."""
    folder = root / "conf"
    groups = (path for group in ("studie", "berakning", "rapport") for path in folder.glob(f"{group}/*.yaml"))
    for path in (folder / "config.yaml", *groups):
        read_yaml(path)
        _check_header(root, path)
    text = " ".join(words)
    named = set(re.findall(r"[\w-]+", text))
    for name in kommun_ids(root):
        if name in named or "glob(" in text:
            read_kommun(root, name)
            for path in kommun_files(root, name):
                _check_header(root, path)
    for name in scenario_ids(root):
        if name in named or "glob(" in text:
            check_scenario_file(root, name)


def leaves(content: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every leaf of nested dicts and lists with its path; places in a list count from 1."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from leaves(value, (*where, str(key)))
    elif isinstance(content, list | tuple):
        for number, value in enumerate(content, start=1):
            yield from leaves(value, (*where, str(number)))
    else:
        yield where, content


def file_of(root: Path, kommun_id: str, where: tuple[str, ...]) -> str | None:
    """The file, relative to the root, in which a path (or the nearest part of it) is written."""
    best: tuple[int, str] | None = None
    for path in kommun_files(root, kommun_id) if kommun_id in kommun_ids(root) else ():
        node: Any = read_yaml(path)
        depth = 0
        for part in where:
            if isinstance(node, Mapping) and part in node:
                node = node[part]
                depth += 1
            else:
                break
        if depth and (best is None or depth > best[0]):
            best = (depth, path.relative_to(root).as_posix())
    return best[1] if best else None
