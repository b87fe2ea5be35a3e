"""Made-up municipalities with known truth, told as lists and fitted: a short version of `scripts/inlasning.py`."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from sim.intake.example import Size
from sim.intake.recovery import KINDS, Found, kind_of, recovered


def checked(found: list[Found], kinds: int) -> None:
    """As many intervals hold the truth as 95 % would, give or take; every kind is there."""
    held = sum(each.held for each in found)
    assert stats.binomtest(held, len(found), 0.95, alternative="less").pvalue > 1e-3, [e for e in found if not e.held]
    assert len({each.kind for each in found}) >= kinds
    assert all(math.isfinite(each.low + each.high) and each.low <= each.high for each in found)


def test_what_is_known_is_found_again() -> None:
    found = recovered(1, Size(volume=0.4), ar=5)
    checked(found, 24)
    naive = [each for each in found if each.kind == "Bistånd, tid, medel"]
    assert naive[0].naive < 0.95 * naive[0].true


@pytest.mark.slow
def test_what_is_known_is_found_again_in_many() -> None:
    checked([each for seed in range(201, 213) for each in recovered(seed)], len(KINDS) - 1)


def test_kinds_are_of_paths() -> None:
    assert kind_of("vard.missbruk.hvb.langd.medel") == "Vårdtid, medel"
    assert kind_of("bistand.inflode.sasong.7") == "Säsong, faktorer"
    assert kind_of("elasticitet.missbruk.bas") is None
