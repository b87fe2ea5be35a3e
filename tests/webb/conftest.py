"""A made-up project, and its page as a browser on this computer would meet it, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from granssnitt.rot import make_project
from sim.app.jobs import Jobs
from sim.app.server import make_app
from webb.hjalp import few

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def rot(tmp_path: Path) -> Path:
    return make_project(tmp_path / "rot")


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    found = Jobs(few)
    yield found
    found.close()


@pytest.fixture
def client(rot: Path, jobs: Jobs, tmp_path: Path) -> Iterator[TestClient]:
    app = make_app(rot, jobs, tmp_path / "sparat")
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=True) as found:
        yield found
