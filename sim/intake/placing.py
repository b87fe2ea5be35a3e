"""Several files put in place together: all of them, or none, and never over others that are not to be replaced."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.errors import HemmaplanError
from sim.files import os_reason


def in_the_way(root: Path, texts: Mapping[str, str]) -> list[str]:
    """Of the paths (from `root`), those that are there with another text."""
    return [name for name, text in texts.items() if (root / name).exists() and _text(root / name) != text]


def refuse(root: Path, names: Sequence[str], replace: bool) -> None:
    """Raises HemmaplanError where some of the files are there and are not to be replaced."""
    taken = [name for name in names if (root / name).exists()]
    if taken and not replace:
        shown = ", ".join(taken[:3]) + (f" och {len(taken) - 3} till" if len(taken) > 3 else "")
        raise HemmaplanError(f"{shown}: finns redan; skriv --ersatt för att ersätta, eller ge kommunen ett annat id")


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def place(root: Path, texts: Mapping[str, str], replace: bool) -> list[Path]:
    """Write the texts under temporary names, then rename all of them; what was there is put back if that fails.

    Raises HemmaplanError where a file is in the way and `replace` is not asked for, or nothing can be written.
    """
    refuse(root, in_the_way(root, texts), replace)
    scratch: dict[Path, Path] = {}
    before: dict[Path, Path | None] = {}
    done = False
    try:
        for name, text in texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch[path] = _written(path, text)
        for path, new in scratch.items():
            before[path] = _set_aside(path)
            new.replace(path)
        done = True
    except OSError as error:
        raise HemmaplanError(
            f"{error.filename or root}: kan inte skrivas ({os_reason(error)}); inget är ändrat"
        ) from None
    finally:
        if not done:
            for path, old in before.items():
                _put_back(path, old)
        for new in (*scratch.values(), *(old for old in before.values() if old)):
            new.unlink(missing_ok=True)
    return list(scratch)


def _written(path: Path, text: str) -> Path:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, delete=False) as file:
        file.write(text)
    written = Path(file.name)
    written.chmod(0o644)
    return written


def _set_aside(path: Path) -> Path | None:
    """What was there, under another name; None where nothing was."""
    if not path.exists():
        return None
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        aside = Path(file.name)
    return path.replace(aside)


def _put_back(path: Path, old: Path | None) -> None:
    if old is None:
        path.unlink(missing_ok=True)
    elif old.exists():
        old.replace(path)
