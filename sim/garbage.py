"""Python's search for garbage, put off while what is to stay is made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is searched: to look through all that is loaded again and again takes a fifth of the time to load it."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


SELDOM = (10_000, 20, 10)
"""New objects before the newest are searched, and so on; Python's own are 700, 10 and 10."""


def seldom_collected() -> None:
    """For a process that is ours alone: most of what it makes stays, or goes without a search."""
    gc.set_threshold(*SELDOM)
