"""What the deliberate breaks replace still stands in the code, so that each of them can be tried."""

from __future__ import annotations

import pytest

from mutationer import MUTATIONS, ROOT, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: str(mutation.name))
def test_what_a_break_replaces_stands_once(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text(encoding="utf-8").count(mutation.old) == 1
    assert mutation.new != mutation.old
