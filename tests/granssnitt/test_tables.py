"""Numbers in the tables are those that were found: every digit, in Swedish, whichever library writes them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sim.figures_png import write_png
from sim.results import ODD, write_csv, write_statistics
from sim.statistics import Statistics

NUMBERS = st.floats(allow_nan=True, allow_infinity=False)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=40))
def test_numbers_are_written_as_python_writes_them(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[float, float]]
) -> None:
    columns = np.array(pairs).T[:, None, :]
    periods = tuple(f"{number:03d}" for number in range(len(pairs)))
    row = ("v", "nettokostnad", 'a;"b"')
    found = Statistics("nulage", (row,), periods, {"a": columns[0], "b": columns[1]})
    path = tmp_path_factory.mktemp("tabell") / "x.csv"
    write_statistics([found], ["a", "b"], path)
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeffscenario;period;verksamhet;matt;del;enhet;a;b\n")
    wanted = [
        f'nulage;{period};v;nettokostnad;"a;""b""";kr;{in_swedish(a)};{in_swedish(b)}'
        for period, (a, b) in zip(periods, pairs, strict=True)
        if not math.isnan(a)
    ]
    assert text.splitlines()[1:] == wanted


def in_swedish(value: float) -> str:
    return "" if math.isnan(value) else repr(value).replace(".", ",")


def test_lines_that_say_the_same_are_each_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when lines that differ are taken for the same at first."""
    columns = {name: np.tile([0.1, 2.0, -0.0, 0.0, math.nan], (2, 1)) for name in ("a", "b")}
    columns["b"][1, 1] = 2.0000000000000004
    rows, periods = (("v", "nettokostnad", "x"), ("v", "nettokostnad", "y")), ("1", "2", "3", "4", "5")
    scenarios = [Statistics(name, rows, periods, columns) for name in ("nulage", "mer")]
    kept = []
    for multiplier in (ODD, np.uint64(0)):
        monkeypatch.setattr("sim.results.ODD", multiplier)
        write_statistics(scenarios, ["a", "b"], tmp_path / "x.csv")
        kept.append((tmp_path / "x.csv").read_text("utf-8-sig").splitlines()[1:])
    assert (
        kept[0]
        == kept[1]
        == [
            f"{name};{period};v;nettokostnad;{part};kr;{a};{b}"
            for name in ("nulage", "mer")
            for period, a in zip("1234", ("0,1", "2,0", "-0,0", "0,0"), strict=True)
            for part, b in (("x", a), ("y", "2,0000000000000004" if a == "2,0" else a))
        ]
    )


def test_a_table_without_lines_has_its_head(tmp_path: Path) -> None:
    write_statistics([], ["skillnad", "p10"], tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text("utf-8-sig") == "scenario;period;verksamhet;matt;del;enhet;skillnad;p10\n"


def test_small_tables_are_written_alike(tmp_path: Path) -> None:
    write_csv(["a", "b", "c"], [(1, 0.1, "x;y"), (None, math.nan, 'å "ä"')], tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text("utf-8-sig") == 'a;b;c\n1;0,1;"x;y"\n;;"å ""ä"""\n'


def test_a_png_holds_the_pixels_it_was_given(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (7, 5, 4), dtype=np.uint8)
    pixels[3] = pixels[2]
    write_png(tmp_path / "x.png", pixels, 300)
    with Image.open(tmp_path / "x.png") as image:
        assert (np.asarray(image) == pixels[:, :, :3]).all()
        assert image.info["dpi"] == (300.0, 300.0) or abs(image.info["dpi"][0] - 300) < 0.1
    write_png(tmp_path / "x.png", pixels[:, :, 0], 300)
    with Image.open(tmp_path / "x.png") as image:
        assert image.mode == "L" and (np.asarray(image) == pixels[:, :, 0]).all()
