"""What tests of own lists share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import sim

REPO = Path(sim.__file__).parents[1]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without kommuner."""
    made = tmp_path / "projekt"
    shutil.copytree(REPO / "conf", made / "conf", ignore=shutil.ignore_patterns("kommun", "avstamning", "underlag"))
    (made / "conf" / "kommun").mkdir()
    (made / "scenarios").mkdir()
    monkeypatch.setenv("HEMMAPLAN_ROT", str(made))
    return made
