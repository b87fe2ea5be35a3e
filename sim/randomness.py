"""Counter-based random numbers: every draw is a pure function of what it is for, so nothing depends on order.

Philox 4x64 with ten rounds: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
SC11 (2011). NumPy's `Philox` adds one to its counter before each block; `philox` here does not.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.kernel import product_words, typed_kernel
from sim.special import BELOW_ONE

Word: TypeAlias = Any
"""64 bits: an int in Python, a uint64 in a kernel."""

_MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
_STEP_0 = np.uint64(0x9E3779B97F4A7C15)
_STEP_1 = np.uint64(0xBB67AE8584CAA73B)


class Purpose(IntEnum):
    """What a number is drawn for. In calls from Python pass `.value`: to Numba an enum member costs 30 us."""

    MALGRUPP = 0
    HEMMA = 1
    UTFALL = 2
    LANGD = 3
    NASTA = 4
    PRIS = 5
    AVSLUT_TID = 6
    TALAMOD = 7
    NULAGE = 8
    NULAGE_LANGD = 9
    NULAGE_VANTAN = 10
    ANTAL = 11
    TIDPUNKT = 12
    MARKE = 13
    MANADSEFFEKT = 14
    ARSEFFEKT = 15
    TYNGD = 16
    ALDER = 17
    SYSKON = 18
    HEM_UTFALL = 19
    HEM_LANGD = 20
    ANTAGANDE = 21


def name_key(name: str) -> int:
    """64-bit key of a name, the same on every machine: BLAKE2b of the UTF-8 bytes, read as little-endian."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


@typed_kernel("UniTuple(uint64, 4)(uint64, uint64, uint64, uint64, uint64, uint64)", spliced=True)
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """The four 64-bit words at counter (c0, c1, c2, c3), least significant first, under key (k0, k1)."""
    for _ in range(10):
        high_0, low_0 = product_words(_MULTIPLIER_0, c0)
        high_1, low_1 = product_words(_MULTIPLIER_1, c2)
        c0, c1, c2, c3 = high_1 ^ c1 ^ k0, low_1, high_0 ^ c3 ^ k1, low_0
        k0 += _STEP_0
        k1 += _STEP_1
    return c0, c1, c2, c3


@typed_kernel("float64(uint64)", spliced=True)
def unit(word: Word) -> float:
    """The top 53 bits of a word as a number strictly inside (0, 1), in [2**-54, 1 - 2**-53]."""
    # The half added to the largest word rounds up to 1.
    return min((np.float64(word >> np.uint64(11)) + 0.5) * 2.0**-53, BELOW_ONE)


@typed_kernel("float64(uint64, uint64, uint64, uint64, uint64, uint64)", spliced=True)
def uniform(seed: Word, replication: Word, case: Word, steg: Word, visit: Word, purpose: Word) -> float:
    """The number in (0, 1) for this use; all arguments are integers in 0..2**64-1."""
    words = philox(case, steg, visit, purpose >> np.uint64(2), seed, replication)
    return unit(words[purpose & np.uint64(3)])


@typed_kernel("float64[::1](uint64, uint64, Array(uint64, 1, 'A', readonly=True), uint64, uint64, uint64)")
def _uniforms(
    seed: int, replication: int, case: NDArray[np.uint64], steg: int, visit: int, purpose: int
) -> NDArray[np.float64]:
    out = np.empty(case.size, dtype=np.float64)
    for i in range(case.size):
        out[i] = uniform(seed, replication, case[i], steg, visit, purpose)
    return out


def uniforms(
    seed: int, replication: int, case: NDArray[np.uint64], steg: int, visit: int, purpose: int
) -> NDArray[np.float64]:
    """`uniform` for each of an array of case keys, shape (n,)."""
    return _uniforms(seed, replication, case, steg, visit, int(purpose))
