"""The generator against NumPy's and published vectors, and the kernels' file cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import sim.kernel
from sim.kernel import kernel
from sim.randomness import Purpose, name_key, philox, uniform, uniforms, unit

WORDS = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1])
LARGEST = 2**64 - 1


def numpy_block(counter: list[int], key: list[int]) -> tuple[int, ...]:
    """The block at a counter, from NumPy, which adds one to the counter before it draws."""
    number = sum(word << (64 * i) for i, word in enumerate(counter))
    generator = np.random.Philox(counter=(number - 1) % 2**256, key=key[0] + (key[1] << 64))
    return tuple(int(word) for word in generator.random_raw(4))


@settings(max_examples=500, deadline=None)
@given(st.lists(WORDS, min_size=4, max_size=4), st.lists(WORDS, min_size=2, max_size=2))
def test_philox_is_numpys(counter: list[int], key: list[int]) -> None:
    assert philox(*counter, *key) == numpy_block(counter, key)


@pytest.mark.parametrize(
    ("counter", "key", "block"),
    [
        (
            (0, 0, 0, 0),
            (0, 0),
            (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
        ),
        (
            (LARGEST,) * 4,
            (LARGEST,) * 2,
            (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
        ),
    ],
)
def test_philox_gives_the_authors_vectors(
    counter: tuple[int, ...], key: tuple[int, ...], block: tuple[int, ...]
) -> None:
    assert philox(*counter, *key) == block


@settings(max_examples=300, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS, WORDS, st.integers(0, 1000) | WORDS)
def test_uniform_takes_its_word_of_the_block(
    seed: int, replication: int, case: int, steg: int, visit: int, purpose: int
) -> None:
    word = numpy_block([case, steg, visit, purpose >> 2], [seed, replication])[purpose & 3]
    exact = Fraction(2 * (word >> 11) + 1, 2**54)
    assert uniform(seed, replication, case, steg, visit, purpose) == float(exact)


def test_uniform_never_reaches_0_or_1() -> None:
    assert unit(0) == 2.0**-54
    assert unit(LARGEST) == np.nextafter(1.0, 0.0)
    assert unit(LARGEST - 2**11) < 1.0


def test_uniform_takes_integers_of_any_kind() -> None:
    expected = uniform(1, 2, LARGEST, 4, 5, 6)
    mixed: list[Any] = [np.int64(1), np.int32(2), np.uint64(LARGEST), 4, np.int64(5), 6]
    assert uniform(*mixed) == expected
    assert uniform(1, 2, 3, 4, 5, Purpose.ANTAL) == uniform(1, 2, 3, 4, 5, 11)


@pytest.mark.parametrize("outside", [-1, 2**64])
def test_uniform_refuses_numbers_that_are_no_key(outside: int) -> None:
    with pytest.raises(OverflowError):
        uniform(1, 2, outside, 4, 5, 6)


@pytest.mark.parametrize("purpose", Purpose)
def test_uniforms_are_the_same_numbers_as_uniform(purpose: Purpose) -> None:
    case = np.random.default_rng(7).integers(0, 2**64, 200, dtype=np.uint64)
    expected = [uniform(11, 3, int(key), name_key("boende"), 2, purpose.value) for key in case]
    assert uniforms(11, 3, case, name_key("boende"), 2, purpose).tolist() == expected


def test_uniforms_read_any_array_of_keys() -> None:
    case = np.arange(20, dtype=np.uint64)
    expected = uniforms(1, 2, case, 3, 4, Purpose.LANGD)
    frozen = case.copy()
    frozen.flags.writeable = False
    assert np.array_equal(uniforms(1, 2, frozen, 3, 4, Purpose.LANGD), expected)
    assert np.array_equal(uniforms(1, 2, case[::-3], 3, 4, Purpose.LANGD), expected[::-3])
    assert uniforms(1, 2, case[:0], 3, 4, Purpose.LANGD).shape == (0,)


def test_a_kernel_draws_the_same_numbers_as_python() -> None:
    @kernel
    def total(seed: int, case: int, n: int) -> float:
        result = 0.0
        for visit in range(n):
            result += uniform(seed, 0, case, 5, visit, Purpose.NASTA)
        return result

    expected = 0.0
    for visit in range(50):
        expected += uniform(9, 0, 77, 5, visit, Purpose.NASTA.value)
    assert total(9, 77, 50) == expected


@pytest.mark.parametrize("purpose", Purpose)
def test_each_purpose_is_uniform_over_cases(purpose: Purpose) -> None:
    draws = uniforms(1, 0, np.arange(20_000, dtype=np.uint64), name_key("utredning"), 0, purpose)
    assert stats.kstest(draws, "uniform").pvalue > 1e-4


def test_draws_are_uniform_over_seeds_replications_stegs_visits_and_purposes() -> None:
    streams = {
        "seed": [uniform(i, 0, 1, 2, 3, 4) for i in range(5000)],
        "replication": [uniform(0, i, 1, 2, 3, 4) for i in range(5000)],
        "steg": [uniform(0, 0, 1, i, 3, 4) for i in range(5000)],
        "visit": [uniform(0, 0, 1, 2, i, 4) for i in range(5000)],
        "purpose": [uniform(0, 0, 1, 2, 3, i) for i in range(5000)],
    }
    for name, draws in streams.items():
        assert stats.kstest(draws, "uniform").pvalue > 1e-4, name
        assert len(set(draws)) == 5000, name


@pytest.mark.parametrize(
    "other",
    [(1, 0, 2, 0, 3), (0, 1, 2, 0, 3), (0, 0, 3, 0, 3), (0, 0, 2, 1, 3), (0, 0, 2, 0, 2), (0, 0, 2, 0, 7)],
    ids=["seed", "replication", "steg", "visit", "purpose in the block", "purpose in another block"],
)
def test_draws_that_differ_in_one_argument_are_independent(other: tuple[int, ...]) -> None:
    case = np.arange(40_000, dtype=np.uint64)
    first = uniforms(0, 0, case, 2, 0, 3)
    seed, replication, steg, visit, purpose = other
    second = uniforms(seed, replication, case, steg, visit, purpose)
    table = np.histogram2d(first, second, bins=10, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(table.ravel()).pvalue > 1e-4


def test_neighbouring_cases_are_independent() -> None:
    draws = uniforms(0, 0, np.arange(40_001, dtype=np.uint64), 2, 0, 3)
    table = np.histogram2d(draws[:-1], draws[1:], bins=10, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(table.ravel()).pvalue > 1e-4


def test_name_keys_are_blake2b() -> None:
    # b2sum -l 64, read as little-endian.
    assert name_key("utredning") == int.from_bytes(bytes.fromhex("11ce65d8ac6b34e5"), "little")
    assert name_key("Försörjningsstöd") == int.from_bytes(bytes.fromhex("92ec6e86f1e04fab"), "little")


def test_purposes_keep_their_numbers() -> None:
    names = (
        "MALGRUPP HEMMA UTFALL LANGD NASTA PRIS AVSLUT_TID TALAMOD NULAGE NULAGE_LANGD NULAGE_VANTAN ANTAL "
        "TIDPUNKT MARKE MANADSEFFEKT ARSEFFEKT TYNGD ALDER SYSKON HEM_UTFALL HEM_LANGD ANTAGANDE"
    )
    assert [purpose.name for purpose in Purpose] == names.split()
    assert [purpose.value for purpose in Purpose] == list(range(22))


OUTER = """
from sim.inner import factor
from sim.kernel import kernel, typed_kernel

@kernel
def lazy(x):
    return factor() * x

@typed_kernel("float64(float64)")
def eager(x):
    return factor() * x

if __name__ == "__main__":
    print(lazy(1.0), eager(1.0))
"""


def package(folder: Path, factor: float) -> None:
    """A copy of the kernel decorators with a kernel that calls one in another file."""
    (folder / "sim").mkdir(exist_ok=True)
    (folder / "sim" / "__init__.py").touch()
    shutil.copy(str(sim.kernel.__file__), folder / "sim" / "kernel.py")
    (folder / "sim" / "outer.py").write_text(OUTER)
    inner = f"from sim.kernel import kernel\n\n@kernel\ndef factor():\n    return {factor}\n"
    (folder / "sim" / "inner.py").write_text(inner)


def run(folder: Path, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "sim.outer"],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def cached(folder: Path) -> set[str]:
    return {path.name.split("-")[0] for path in folder.rglob("*.nbc")}


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package whose kernels have been compiled and cached."""
    folder = tmp_path_factory.mktemp("warm")
    package(folder, 2.0)
    assert run(folder) == "2.0 2.0"
    assert cached(folder) == {"outer.lazy", "outer.eager", "inner.factor"}
    return folder


def test_a_cached_kernel_follows_changes_in_other_files(warm: Path, tmp_path: Path) -> None:
    shutil.copytree(warm, tmp_path, dirs_exist_ok=True)
    package(tmp_path, 3.0)
    assert run(tmp_path) == "3.0 3.0"


def test_kernels_survive_a_broken_cache(warm: Path, tmp_path: Path) -> None:
    shutil.copytree(warm, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.rglob("*.nb[ci]"):
        path.write_bytes(b"broken")
    assert run(tmp_path) == "2.0 2.0"
    assert not any(path.read_bytes() == b"broken" for path in tmp_path.rglob("*.nbi"))


def test_kernels_work_where_nothing_can_be_cached(tmp_path: Path) -> None:
    package(tmp_path, 2.0)
    # The only locator left is for notebooks, so Numba finds no folder, as where none is writable.
    assert run(tmp_path, NUMBA_CACHE_LOCATOR_CLASSES="IPythonCacheLocator") == "2.0 2.0"
    assert cached(tmp_path) == set()
