"""Nested dicts as a planner's file gives them, changed in one place."""

from __future__ import annotations

from typing import Any


def put(made: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Set what is at a path, or take it away with `...`."""
    *above, last = path.split(".")
    node = made
    for name in above:
        node = node[name]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return made
