"""Scenarios that a planner keeps: a small SQLite file in the user's own folder. No results and nobody's data."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sim.errors import HemmaplanError

FOLDER_VARIABLE = "HEMMAPLAN_MAPP"
FILE = "sparade.sqlite"
MOST = 200
"""Saved scenarios of a kommun; a folder does not grow without end."""
TABLE = """
CREATE TABLE IF NOT EXISTS sparat (
    nummer INTEGER PRIMARY KEY AUTOINCREMENT,
    kommun TEXT NOT NULL,
    namn TEXT NOT NULL,
    lank TEXT NOT NULL,
    nar TEXT NOT NULL,
    UNIQUE (kommun, namn)
)
"""


@dataclass(frozen=True)
class Saved:
    """`lank`: the draft as a link writes it."""

    nummer: int
    namn: str
    lank: str
    nar: str


def user_folder() -> Path:
    """Where programs keep a user's own things, on each kind of system."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home()) / "hemmaplan"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "hemmaplan"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "hemmaplan"


class SavedScenarios:
    """Opened anew for each use, so that several windows and threads can share the file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Raises HemmaplanError where the file cannot be used."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=5)
            try:
                with connection:
                    connection.execute(TABLE)
                    yield connection
            finally:
                connection.close()
        except (OSError, sqlite3.Error) as error:
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise HemmaplanError(f"{self._path}: sparade scenarier kan inte läsas eller skrivas") from None

    def of(self, kommun: str) -> list[Saved]:
        with self._open() as connection:
            rows = connection.execute(
                "SELECT nummer, namn, lank, nar FROM sparat WHERE kommun = ? ORDER BY namn", (kommun,)
            )
            return [Saved(*row) for row in rows]

    def keep(self, kommun: str, name: str, link: str) -> None:
        """Under a name; what had that name before is replaced. Raises HemmaplanError."""
        if not name:
            raise HemmaplanError("ge scenariot ett namn innan det sparas")
        with self._open() as connection:
            count = connection.execute("SELECT count(*) FROM sparat WHERE kommun = ?", (kommun,)).fetchone()[0]
            if count >= MOST:
                raise HemmaplanError(f"det finns redan {MOST} sparade scenarier; ta bort något först")
            connection.execute(
                "INSERT INTO sparat (kommun, namn, lank, nar) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (kommun, namn) DO UPDATE SET lank = excluded.lank, nar = excluded.nar",
                (kommun, name, link, datetime.now().isoformat(timespec="minutes")),
            )

    def forget(self, kommun: str, number: int) -> None:
        with self._open() as connection:
            connection.execute("DELETE FROM sparat WHERE kommun = ? AND nummer = ?", (kommun, number))
