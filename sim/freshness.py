"""Whether results still are what today's configuration would give: the files they were made from, then and now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.cautions import Caution, Level
from sim.errors import HemmaplanError
from sim.files import leaves, os_reason, read_kommun, read_scenario, read_yaml
from sim.fingerprint import fingerprint
from sim.swedish import uppraknat

SHOWN = 3
"""So many changed numbers are named."""


def source_hashes(root: Path, kommun_id: str, scenarios: Sequence[str]) -> dict[str, str]:
    """SHA-256 of what the files say, whatever their comments and order, by `kommun` or `scenarios.<name>`.

    What has no readable file of its own, like a scenario typed on the command line, is not there.
    """
    return {part: content_hash(content) for part, content in _sources(root, kommun_id, scenarios).items()}


def _sources(root: Path, kommun_id: str, scenarios: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with suppress(HemmaplanError):
        found["kommun"] = read_kommun(root, kommun_id)
    for name in scenarios:
        with suppress(HemmaplanError):
            found[f"scenarios.{name}"] = read_scenario(root, name)
    return found


def content_hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def stale_cautions(folder: Path, root: Path) -> list[Caution]:
    """What has happened since a results folder was written that a reader of it must know.

    Raises HemmaplanError where the folder has no readable manifest or configuration.
    """
    manifest, text = _manifest(folder), _text(folder / "konfiguration.yaml")
    found = []
    if manifest.get("status") == "avbruten":
        done = f"{manifest.get('replikationer_klara')} av {manifest.get('replikationer_begarda')}"
        found.append(
            _stale("obs", f"Körningen avbröts: {done} möjliga framtider blev klara, och resultatet gäller dem.")
        )
    if hashlib.sha256(text.encode()).hexdigest() != manifest.get("konfiguration_sha256"):
        found.append(_stale("varning", "konfiguration.yaml i resultatmappen är ändrad efter körningen."))
    kommun, scenarios = str(manifest.get("kommun")), [str(name) for name in manifest.get("scenarier", [])]
    if manifest.get("program_sha256") not in (None, fingerprint()):
        found.append(_stale("obs", "Programmet är ändrat sedan dess, så samma frågor kan ge andra svar."))
    today, then = _sources(root, kommun, scenarios), manifest.get("filer")
    if not isinstance(then, Mapping):
        unknown = "Resultatet säger inte vilka filer det gjordes av, så ingen kan se om de är ändrade sedan dess."
        return [*found, _stale("obs", unknown)]
    saved = read_yaml(folder / "konfiguration.yaml")
    for part, hashed in then.items():
        name = f"kommunen {kommun}" if part == "kommun" else f"scenariot {part.removeprefix('scenarios.')}"
        if part not in today:
            found.append(_stale("varning", f"Filerna för {name} finns inte längre eller kan inte läsas."))
        elif content_hash(today[part]) != hashed:
            before = saved.get("kommun") if part == "kommun" else saved.get("scenarios", {}).get(part.split(".", 1)[1])
            told = (
                f"Resultatet är äldre än konfigurationen: {name} är ändrad sedan dess{_changed(before, today[part])}."
            )
            found.append(_stale("varning", f"{told} Kör studien igen."))
    return found


def _stale(level: Level, text: str) -> Caution:
    return Caution(level, "aldre", "", text)


def _changed(before: Any, now: Any) -> str:
    """Which numbers and texts differ, those of the sources aside."""
    then, today = (dict(leaves(content)) for content in (before, now))
    paths = [path for path in {**then, **today} if path[:1] != ("kallor",) and then.get(path) != today.get(path)]
    if not paths:
        return " (bara källornas texter)"
    named = [f"{'.'.join(path)} från {_value(then, path)} till {_value(today, path)}" for path in paths[:SHOWN]]
    return f" ({uppraknat(named)}{f' och {len(paths) - SHOWN} till' if len(paths) > SHOWN else ''})"


def _value(content: Mapping[tuple[str, ...], Any], path: tuple[str, ...]) -> str:
    return str(content[path]).replace(".", ",") if path in content else "inget"


def _manifest(folder: Path) -> dict[str, Any]:
    text = _text(folder / "manifest.json")
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise HemmaplanError(f"{folder / 'manifest.json'}: är inte ett manifest som hemmaplan har skrivit")
    return content


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise HemmaplanError(f"{path}: kan inte läsas ({os_reason(error)}); ange en mapp under results") from None
    except UnicodeDecodeError:
        raise HemmaplanError(f"{path}: filen är inte sparad som UTF-8") from None
