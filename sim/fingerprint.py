"""Which program this is: two processes with the same fingerprint make the same bytes of the same study."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "numba")
"""Those that numbers go through."""


def fingerprint() -> str:
    """Of the program's own text and the versions of what it calculates with."""
    found = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted(here.rglob("*.py"), key=lambda path: path.relative_to(here).as_posix()):
        found.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    words = [platform.python_version(), *(f"{name} {version(name)}" for name in LIBRARIES)]
    found.update("\0".join(words).encode())
    return found.hexdigest()
