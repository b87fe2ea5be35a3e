"""What is read from the made-up exports of each system is what was written: nothing lost, nobody mixed up."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.intake.example import Size, example_kommun
from sim.intake.example_folder import Example, write_lists
from sim.intake.example_lists import example_lists
from sim.intake.example_styles import STYLES
from sim.intake.reading import read_folder
from sim.intake.records import SCHEMAS, Lists

WHO = {"placeringar": "person", "arenden": "person", "utbetalningar": "hushall"}


@pytest.fixture(scope="module")
def lists() -> Lists:
    return example_lists(example_kommun(3, ar=6, size=Size(volume=0.15)), 3)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order of their own, words as text, without where they stood."""
    told = frame.drop(columns=["fil", "rad"])
    words = [name for name in told if str(told[name].dtype) == "category"]
    return told.astype(dict.fromkeys(words, str)).sort_values(list(told)).reset_index(drop=True)


@pytest.mark.parametrize(
    "system", [pytest.param(name, marks=() if name == "blandat" else pytest.mark.slow) for name in STYLES]
)
def test_clean_exports_are_read_as_they_were(lists: Lists, tmp_path: Path, system: str) -> None:
    kommun = example_kommun(3, ar=6, size=Size(volume=0.15))
    write_lists(tmp_path / "uttag", Example(system, 3, 6, "exempelby", clean=True, large=False), kommun, lists)
    read = read_folder(tmp_path / "uttag")
    assert [remark.text for remark in read.remarks if remark.allvar == "fel"] == []
    number = {}
    for kind, who in WHO.items():
        ours, theirs = getattr(lists, kind), getattr(read.lists, kind)
        by_row = theirs.sort_values("rad")[who].to_numpy()
        assert len(ours) == len(theirs) > 100
        pairs = set(zip(ours[who].to_numpy(), by_row, strict=True))
        assert len(pairs) == len(dict(pairs)) == ours[who].nunique()
        number |= dict(pairs)
    assert len(set(number.values())) == len(number)
    for kind in SCHEMAS:
        ours, theirs = getattr(lists, kind), getattr(read.lists, kind)
        if kind in WHO:
            ours = ours.assign(**{WHO[kind]: ours[WHO[kind]].map(number).astype("int32")})
        pd.testing.assert_frame_equal(_plain(ours), _plain(theirs))
    assert read.lists.fonster == lists.fonster
