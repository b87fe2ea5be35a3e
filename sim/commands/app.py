"""The planner's page in the browser."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sim.errors import HemmaplanError


def run(content: Mapping[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """Serves until Ctrl-C."""
    try:
        from sim.app.server import serve
    except ModuleNotFoundError as error:
        raise HemmaplanError(
            f"sidan behöver {error.name}, som inte är installerat; installera med: pip install -e '.[webb]'"
        ) from None
    if not 0 <= chosen.port <= 65535:
        raise HemmaplanError(f"--port = {chosen.port}: ska vara 0 till 65535, där 0 är en ledig")
    serve(root, partial(print, flush=True), chosen.port, not chosen.utan_webblasare)
    return 0
