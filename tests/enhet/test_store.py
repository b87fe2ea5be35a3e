"""Finished replications on disk: what was written is read back, and nothing that was half written or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.results import read_parquet, write_long
from sim.store import InMemory, Kept, OnDisk
from sim.tables import Table

SHAPES = [(3, 2), (1, 4)]


Opened = Callable[[], OnDisk]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """The files, opened again at each call."""
    stores: list[OnDisk] = []

    def again() -> OnDisk:
        stores.append(OnDisk(tmp_path, SHAPES))
        return stores[-1]

    yield again
    for store in stores:
        store.close()


def values_of(scenario: int, replication: int) -> np.ndarray:
    made = np.random.default_rng((scenario, replication)).normal(size=SHAPES[scenario])
    made.flat[0] = np.nan if replication % 2 else -0.0
    return made


def filled(store: Kept, numbers: list[int]) -> Kept:
    store.room_for(8)
    for number in numbers:
        for scenario in range(len(SHAPES)):
            store.put(scenario, number, values_of(scenario, number))
    return store


def held(store: Kept, count: int) -> list[bytes]:
    return [store.values(scenario, count).tobytes() for scenario in range(len(SHAPES))]


def test_disk_and_memory_hold_the_same_to_the_last_bit(opened: Opened) -> None:
    numbers = [0, 2, 1, 4, 3]
    disk, memory = filled(opened(), numbers), filled(InMemory(SHAPES), numbers)
    assert held(disk, 5) == held(memory, 5)
    assert disk.finished().tolist() == memory.finished().tolist() == [[True] * 5 + [False] * 3] * 2


def test_room_can_be_made_for_more(opened: Opened) -> None:
    for store in (opened(), InMemory(SHAPES)):
        filled(store, [0, 7]).room_for(20)
        store.put(0, 19, values_of(0, 19))
        assert np.flatnonzero(store.finished()[0]).tolist() == [0, 7, 19]
        assert store.values(0, 20)[19].tobytes() == values_of(0, 19).tobytes()


def test_another_process_finds_what_was_finished(opened: Opened) -> None:
    filled(opened(), [0, 1, 5])
    again = opened()
    again.room_for(8)
    assert np.flatnonzero(again.finished().all(axis=0)).tolist() == [0, 1, 5]
    assert held(again, 2) == held(filled(InMemory(SHAPES), [0, 1]), 2)


@pytest.mark.parametrize("lost", [1, 30, 63])
def test_what_was_half_written_is_simulated_again(lost: int, opened: Opened, tmp_path: Path) -> None:
    """The last record of 64 bytes lacks so many."""
    filled(opened(), [0, 1, 2]).values(0, 1)
    path = tmp_path / "0.rep"
    path.write_bytes(path.read_bytes()[:-lost])
    again = opened()
    assert again.finished().tolist() == [[True, True, False], [True, True, True]]


@pytest.mark.parametrize("byte", [0, 8, 16, 40])
def test_what_was_changed_is_not_trusted(byte: int, opened: Opened, tmp_path: Path) -> None:
    filled(opened(), [0, 1, 2])
    path = tmp_path / "0.rep"
    raw = bytearray(path.read_bytes())
    raw[64 + byte] ^= 1
    path.write_bytes(bytes(raw))
    assert opened().finished()[0].tolist() == [True, False, True]


def test_a_long_table_written_in_pieces_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    rows = (("alla", "nettokostnad", ""), ("stod", "varddygn", "hem"))
    tables = []
    for name in ("nulage", "hem_2"):
        values = rng.normal(size=(23, 2, 3))
        values[rng.random(values.shape) < 0.1] = np.nan
        tables.append(Table(name, tuple(range(23)), rows, ("2018", "2019", "2019-01"), values))
    write_long(tables, ["2018", "2019"], tmp_path / "hel.parquet")
    monkeypatch.setattr("sim.results.PIECE", 5)
    write_long(tables, ["2018", "2019"], tmp_path / "bitar.parquet")
    whole, pieces = (read_parquet(tmp_path / name) for name in ("hel.parquet", "bitar.parquet"))
    pd.testing.assert_frame_equal(pieces.astype(object), whole.astype(object))
    assert {path.name for path in tmp_path.iterdir()} == {"hel.parquet", "bitar.parquet"}
