"""Every check against theory is made with both engines."""

from __future__ import annotations

import pytest

from sim.engine import ENGINES


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)
