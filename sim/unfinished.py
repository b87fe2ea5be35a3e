"""A study under way on disk: what a killed or interrupted run leaves behind, and how another goes on with it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sim.errors import HemmaplanError
from sim.experiment import Study
from sim.files import os_reason
from sim.fingerprint import fingerprint
from sim.results import UNFINISHED
from sim.store import Keeper, OnDisk, Shape

FOLDER = "replikationer"
"""Within a study's folder, until the study is whole."""
WHAT = "studie.json"
LOCK = "las.db"
DECIDING = ("kommun", "scenarios", "studie")
"""The parts of a configuration that decide the results. How the work is done does not."""


class Identity(NamedTuple):
    """What must be the same for a study to be gone on with: the configuration and the program."""

    studie_sha256: str
    program_sha256: str


def identity_of(content: Mapping[str, Any], study: Study) -> Identity:
    """`content`: the configuration that the study was made of. What is drawn lies in a file of its own."""
    text = json.dumps([_deciding(content), repr(study.osakerhet)], sort_keys=True, default=str)
    return Identity(hashlib.sha256(text.encode()).hexdigest(), fingerprint())


def _deciding(content: Mapping[str, Any]) -> dict[str, Any]:
    return {part: content.get(part) for part in DECIDING}


class Journal(AbstractContextManager["Journal"]):
    """The finished replications of a study under way, in a folder that no other process may use meanwhile.

    What an earlier run left (`earlier`, its folder of replications) is moved into the new folder.
    """

    def __init__(
        self, study_folder: Path, identity: Identity, content: Mapping[str, Any], earlier: Path | None
    ) -> None:
        self.folder = study_folder / FOLDER
        self._stores: list[OnDisk] = []
        try:
            if earlier is None:
                self.folder.mkdir()
            else:
                _moved(earlier, self.folder)
            self._lock = _locked(self.folder)
            what = {**identity._asdict(), "innehall": _deciding(content)}
            text = json.dumps(what, ensure_ascii=False, default=str)
            (self.folder / WHAT).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise HemmaplanError(f"{self.folder}: kan inte skrivas ({os_reason(error)})") from None

    def keeper(self, name: str) -> Keeper:
        """Where the replications of one run of the study are kept; a study can have several."""

        def kept(shapes: Sequence[Shape]) -> OnDisk:
            folder = self.folder / name
            folder.mkdir(exist_ok=True)
            self._stores.append(OnDisk(folder, shapes))
            return self._stores[-1]

        return kept

    @property
    def begun(self) -> bool:
        """Whether any replication is finished."""
        return any(store.finished().all(axis=0).any() for store in self._stores)

    def told(self) -> str:
        """What there is to go on with, for whoever interrupted it."""
        if len(self._stores) > 1:
            return "Det som är klart är sparat."
        finished = self._stores[0].finished()
        return f"{finished.all(axis=0).sum()} av {finished.shape[1]} replikationer är klara och sparade."

    def __exit__(self, *what: object) -> None:
        self.close()

    def close(self) -> None:
        for store in self._stores:
            store.close()
        if self._lock is not None:
            self._lock.close()


def forget(study_folder: Path) -> None:
    """The replications of a study that is whole, after its journal is closed."""
    shutil.rmtree(study_folder / FOLDER, ignore_errors=True)


def _locked(folder: Path) -> sqlite3.Connection | None:
    """A lock that ends with the process, however that ends. None where the disk knows of no locks."""
    connection = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        connection.close()
        return None
    return connection


def _moved(earlier: Path, folder: Path) -> None:
    lock = _locked(earlier)
    if lock is None:
        raise HemmaplanError(f"{earlier.parent.name}: räknas just nu av en annan körning; vänta tills den är klar")
    lock.close()
    earlier.rename(folder)
    if earlier.parent.name.startswith(UNFINISHED):
        shutil.rmtree(earlier.parent, ignore_errors=True)


def earlier_run(runs: Path, mine: Identity, content: Mapping[str, Any]) -> tuple[Path | None, str]:
    """The replications of the newest of a study's runs that did not become whole, or why none can be gone on with."""
    problem = ""
    for folder in sorted(runs.glob(f"*/{FOLDER}"), key=_newest, reverse=True):
        if _is_whole(folder.parent):
            continue
        try:
            what = json.loads((folder / WHAT).read_text(encoding="utf-8"))
            theirs = Identity(what["studie_sha256"], what["program_sha256"])
        except (OSError, ValueError, KeyError):
            continue
        if theirs == mine:
            return folder, ""
        problem = problem or _difference(what["innehall"], content)
    return None, problem


def _newest(folder: Path) -> float:
    with contextlib.suppress(OSError):
        return folder.stat().st_mtime
    return 0.0


def _difference(theirs: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """The first keys in which two configurations differ, with both values."""
    old, new = (dict(_flat(json.loads(json.dumps(each, default=str)))) for each in (theirs, _deciding(content)))
    keys = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    if not keys:
        return "den gjordes med en annan version av hemmaplan eller av ett bibliotek. Kör om utan --fortsatt"
    shown = [f"{key} var {_text(old.get(key))}, nu {_text(new.get(key))}" for key in keys[:3]]
    more = f" och {len(keys) - 3} till" if len(keys) > 3 else ""
    return f"konfigurationen är en annan ({'; '.join(shown)}{more}). Ändra tillbaka, eller kör om utan --fortsatt"


def _flat(content: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, content


def _text(value: Any) -> str:
    if value is None:
        return "inte satt"
    return yaml.safe_dump(value, allow_unicode=True, default_flow_style=True)[:60].split("\n")[0]


def finished_run(runs: Path, identity: Identity) -> Path | None:
    """The newest whole run of this very study; `runs`: the folder of its runs."""
    mine = identity._asdict()
    for path in sorted(runs.glob("*/manifest.json"), reverse=True):
        manifest = _manifest(path.parent)
        if _is_whole(path.parent) and {key: manifest.get(key) for key in mine} == mine:
            return path.parent
    return None


def _is_whole(study_folder: Path) -> bool:
    """A study that has its lasting name, and was not interrupted."""
    return not study_folder.name.startswith(UNFINISHED) and _manifest(study_folder).get("status") == "klar"


def _manifest(study_folder: Path) -> dict[str, Any]:
    """Empty where there is none."""
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads((study_folder / "manifest.json").read_text(encoding="utf-8")))
    return {}
