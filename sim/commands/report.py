"""The bilaga of a finished study: Word, PDF and Excel, from what was saved."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sim.commands.common import shown
from sim.errors import HemmaplanError
from sim.files import read_yaml
from sim.settings import FORMATS, Rapport, report_from

LIBRARIES = {"word": ("docx",), "pdf": ("typst", "font_source_sans_pro"), "excel": ("xlsxwriter",)}
"""What writes each format."""


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """Make it again, or for the first time, without simulating."""
    folder = result_folder(chosen.mapp, root)
    settings = _settings(folder, chosen)
    check_extra((*settings.format, "pdf"))
    if chosen.med is not None:
        from sim.report.extras import bring

        for named in chosen.med.split(","):
            bring(result_folder(named, root), folder)
    say_written(folder, root, settings)
    return 0


def result_folder(named: str, root: Path) -> Path:
    """A folder, from where one stands or from the project; or the newest result of a study, by its name."""
    for folder in (Path(named), root / named):
        if folder.is_dir():
            return folder
    results = [folder for folder in (root / "results" / named).glob("[0-9]*") if folder.is_dir()]
    return max(results, key=lambda folder: folder.name) if named and results else Path(named)


def say_written(folder: Path, root: Path, settings: Rapport) -> None:
    """Make the files, and say where they are."""
    from sim.report.bilaga import write_bilaga

    print("Gör bilagan …", file=sys.stderr)
    for path in write_bilaga(folder.resolve(), root, settings):
        print(f"Bilaga: {shown(path)}")


def check_extra(formats: Sequence[str]) -> None:
    """Raises HemmaplanError where what writes a format is not installed."""
    needed = {library for each in formats for library in LIBRARIES[each]}
    missing = sorted(library for library in needed if find_spec(library) is None)
    if missing:
        how = "kör make bilaga, eller installera med pip install -e '.[bilaga]'"
        raise HemmaplanError(f"bilagan behöver bibliotek som inte är installerade ({', '.join(missing)}); {how}")


def _settings(folder: Path, chosen: argparse.Namespace) -> Rapport:
    """As the study was asked for, where nothing else is said; every format where it asked for none."""
    path = folder / "konfiguration.yaml"
    saved = dict(read_yaml(path).get("rapport") or {}) if path.is_file() else {}
    saved["format"] = saved.get("format") or list(FORMATS)
    given = {
        "format": chosen.format.split(",") if chosen.format is not None else None,
        "maskera_under": chosen.maskera_under,
        "ansvarig": chosen.ansvarig,
        "diarienummer": chosen.diarienummer,
    }
    return report_from({"rapport": saved | {key: value for key, value in given.items() if value is not None}})
