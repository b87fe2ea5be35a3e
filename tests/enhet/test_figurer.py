"""The figures of a study, read back: what stands where, in the SVG and in the pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from PIL import Image

from sim.figures import draw, drawing_of
from sim.figures_content import AgainstBudget, Content, Curve, Differences, Fan, Outcome, OverTime, Panel, Who
from sim.figures_drawing import Area, Drawing, Marks, Stroke, Words, unbroken
from sim.figures_look import wrapped
from sim.figures_pixels import pixels_of
from sim.figures_text import folded, width
from sim.report.typst_pdf import svg_to_png
from sim.summary import KeyFigure

SVG = "{http://www.w3.org/2000/svg}"
NULAGE, MORE, LONG = (
    Who("Nuläge", 0),
    Who("Fler platser", 1),
    Who("Ett mycket långt namn på ett scenario som måste delas på flera rader för att få rum", 2),
)
MONTHS = 2018 + (np.arange(36) + 0.5) / 12
YEARS = ("2018", "2019", "2020")


def over_time(level: float = 100.0, limit: float | None = None) -> OverTime:
    wave = level * (1 + 0.2 * np.sin(np.arange(36)))
    curves = (Curve(NULAGE, MONTHS, wave), Curve(MORE, MONTHS[9:], 0.9 * wave[9:]), Curve(LONG, MONTHS, 1.1 * wave))
    note = "Linjer: medel.\n" + " ".join(["Skiljer sig mindre än en procent: Ett scenario med ett långt namn."] * 4)
    return OverTime("over_tid", "Kö till boende, per månad", "personer", 0.8 * wave, 1.2 * wave, curves, note, limit)


def against_budget() -> AgainstBudget:
    means = np.array([9.0, 11.0, 12.5])
    outcomes = tuple(
        Outcome(who, means + n, means + n - 2, means + n + 3) for n, who in enumerate((NULAGE, MORE, LONG))
    )
    return AgainstBudget("mot_budget", "Missbruk mot budget", YEARS, np.array([10.0, 10.0, 11.0]), outcomes, "Punkt.")


def fan() -> Fan:
    means, places = np.array([300.0, 310.0, 305.0]), np.arange(3.0)
    bands = ((means - 20, means + 20), (means - 8, means + 8))
    curves = tuple(Curve(who, places, means + 5 * n) for n, who in enumerate((NULAGE, MORE, LONG)))
    return Fan("solfjader", "Kostnad mot budget", YEARS, means - 4, bands, curves, "Mörkt band: hälften.")


def differences(panels: int = 4) -> Differences:
    def changes(middle: float) -> dict[str, float]:
        low, high = middle - 50 * abs(middle), middle + 40 * abs(middle)
        sure = {"ki95_lag": 0.8 * middle, "ki95_hog": 1.2 * middle}
        return {"skillnad": middle, "p10": low, "p90": high, **sure}

    figures = [
        KeyFigure("a", "m", "", f"Nettokostnad för verksamhet {n}", "mnkr", 1.0, 1, "2019") for n in range(panels)
    ]
    found = [Panel(figure, (changes(-1234.5 * n), None, changes(8.0 * n))) for n, figure in enumerate(figures)]
    return Differences("skillnader", "Skillnad mot nuläget", (MORE, LONG, Who("Tredje", 3)), tuple(found), "Punkt.")


CONTENTS: dict[str, Content] = {
    "over_time": over_time(),
    "a limit near": over_time(limit=130.0),
    "a limit far off": over_time(limit=900.0),
    "small": over_time(0.013),
    "nothing happens": over_time(0.0),
    "against_budget": against_budget(),
    "fan": fan(),
    "differences": differences(),
    "one difference": differences(1),
    "a hostile title": replace(over_time(), title='<script>alert("å")</script> ' + "ett ord till " * 12 + "🏠"),
}
each_content = pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)


def texts(drawing: Drawing) -> list[Words]:
    return [part for part in drawing.parts if isinstance(part, Words)]


def box(words: Words) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of small letters, which have neither ascender nor descender."""
    wide, high = width(words.text, words.size, words.bold), 0.5 * words.size
    if words.upwards:
        return words.x - high, words.y, words.x, words.y + wide
    return words.x, words.y, words.x + wide, words.y + high


@each_content
def test_all_text_is_inside_and_none_lies_over_another(content: Content) -> None:
    drawing = drawing_of(content)
    boxes = [(words, box(words)) for words in texts(drawing)]
    for words, (left, bottom, right, top) in boxes:
        assert left >= -0.01 and bottom >= 0 and right <= drawing.width and top <= drawing.height, words
    for number, (one, here) in enumerate(boxes):
        for other, there in boxes[:number]:
            apart = here[0] >= there[2] or there[0] >= here[2] or here[1] >= there[3] or there[1] >= here[3]
            assert apart, (one, other)


@each_content
def test_the_pixels_show_what_the_svg_does(content: Content, tmp_path: Path) -> None:
    """Read by the SVG reader of typst, which shares no code with ours."""
    drawing, path = drawing_of(content), draw(content, tmp_path)
    with Image.open(path.with_suffix(".png")) as image:
        ours = np.asarray(image.convert("L"), dtype=float)
    svg_to_png(path, drawing.width, 300)
    with Image.open(path.with_suffix(".png")) as image:
        theirs = np.asarray(image.convert("L"), dtype=float)
    assert abs(ours.shape[0] - theirs.shape[0]) <= 1 and ours.shape[1] == theirs.shape[1]
    assert (ours < 200).mean() > 0.01
    shape = [min(size) // 6 * 6 for size in zip(ours.shape, theirs.shape, strict=True)]
    coarse = [
        each[: shape[0], : shape[1]].reshape(shape[0] // 6, 6, shape[1] // 6, 6).mean(axis=(1, 3))
        for each in (ours, theirs)
    ]
    apart = np.abs(coarse[0] - coarse[1])  # of squares of half a millimetre: edges lie on whole pixels in one only
    assert apart.mean() < 1.5 and (apart > 90).mean() < 0.002


def test_what_has_no_colour_is_kept_in_greyscale(tmp_path: Path) -> None:
    """The pixels are those of the same drawing where a dot outside it has a colour."""
    content = replace(over_time(), curves=over_time().curves[:1])
    drawing = drawing_of(content)
    dot = Marks(np.array([[-99.0, -99.0]]), "o", 1.0, "#FF0000", "#FF0000")
    grey, colour = pixels_of(drawing, 300), pixels_of(replace(drawing, parts=(*drawing.parts, dot)), 300)
    assert grey.ndim == 2 and colour.ndim == 3 and (colour[:, :, :3] == grey[:, :, np.newaxis]).all()
    modes = set()
    for each in (content, over_time()):
        with Image.open(draw(each, tmp_path).with_suffix(".png")) as image:
            modes.add(image.mode)
    assert modes == {"L", "RGB"}


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", text)]


def paths(svg: ElementTree.Element) -> Iterator[tuple[str, np.ndarray]]:
    """Colour and points of each stroke."""
    for path in svg.iter(f"{SVG}path"):
        if path.get("stroke-width"):
            yield str(path.get("stroke")), np.array(numbers(str(path.get("d")))).reshape(-1, 2)


def value_of(text: str) -> float:
    return float(text.replace("\u00a0", "").replace("\u2212", "-").replace(",", "."))


@pytest.mark.parametrize("level", [0.013, 1.0, 100.0, 54321.0])
def test_a_curve_is_read_off_the_axis_as_it_was(level: float, tmp_path: Path) -> None:
    """With a ruler: the numbers at the y axis and where they stand give what the curve's points are."""
    content = over_time(level)
    root = ElementTree.parse(draw(content, tmp_path)).getroot()
    labels = []
    for group in root.iter(f"{SVG}g"):
        label = str(group.get("aria-label"))
        if re.fullmatch(r"[\d\u00a0,\u2212]+", label) and label not in {"2018", "2019", "2020"}:
            labels.append((value_of(label), numbers(str(group.get("transform")))[1]))
    assert len(labels) >= 3
    values, places = np.array(labels).T
    slope, start = np.polyfit(places, values, 1)
    assert np.abs(start + slope * places - values).max() < 1e-3 * np.ptp(values)
    middle = 0.38 * 9.0  # labels stand on a baseline so far below what they name
    for curve, color in zip(content.curves, ("#000000", "#0072B2", "#D55E00"), strict=True):
        (drawn,) = [points for stroke, points in paths(root) if stroke == color and len(points) == len(curve.means)]
        read = start + slope * (drawn[:, 1] + middle)
        assert np.abs(read - curve.means).max() < 2e-3 * np.ptp(values)
        across = np.polyfit(drawn[:, 0], curve.months, 1)
        assert np.abs(np.polyval(across, drawn[:, 0]) - curve.months).max() < 1e-3


def test_differences_are_read_off_their_axes(tmp_path: Path) -> None:
    content = differences(1)
    content = replace(content, panels=(Panel(content.panels[0].figure, ({**dict.fromkeys(KEYS, 0.0), **CHANGE},)),))
    content = replace(content, scenarios=content.scenarios[:1])
    drawing = drawing_of(content)
    ticks = {
        value_of(words.text): words.x + width(words.text, words.size) / 2
        for words in texts(drawing)
        if re.fullmatch(r"[\d\u00a0\u2212]+", words.text)
    }
    slope, start = np.polyfit(list(ticks.values()), list(ticks), 1)
    (mark,) = [part for part in drawing.parts if isinstance(part, Marks)]
    assert start + slope * mark.places[0, 0] == pytest.approx(CHANGE["skillnad"], abs=0.01)
    ends = {
        part.width: np.round(start + slope * part.lines[0][:, 0], 2).tolist()
        for part in drawing.parts
        if isinstance(part, Stroke) and part.color == "#0072B2"
    }
    assert ends == {1.0: [CHANGE["p10"], CHANGE["p90"]], 4.0: [CHANGE["ki95_lag"], CHANGE["ki95_hog"]]}
    assert "+30,0" in {words.text for words in texts(drawing)}


KEYS = ("skillnad", "ki95_lag", "ki95_hog", "p10", "p90")
CHANGE = {"skillnad": 30.0, "ki95_lag": 20.0, "ki95_hog": 45.0, "p10": -60.0, "p90": 90.0}


def test_a_month_without_measure_breaks_curve_and_band() -> None:
    content = over_time()
    first = content.curves[0]
    gap = first.means.copy()
    gap[12] = np.nan
    curves = (replace(first, means=gap), *content.curves[1:])
    drawing = drawing_of(replace(content, low=0.8 * gap, high=1.2 * gap, curves=curves))
    bands = [part for part in drawing.parts if isinstance(part, Area) and part.color == "#D0D0D0"]
    assert [len(band.corners) for band in bands] == [24, 46]
    (line,) = [part for part in drawing.parts if isinstance(part, Stroke) and sum(map(len, part.lines)) == 35]
    assert list(map(len, line.lines)) == [12, 23]


@pytest.mark.parametrize(
    ("values", "parts"),
    [([], []), ([np.nan], []), ([1.0], [(0, 1)]), ([np.nan, 1, 2, np.inf, 3, np.nan], [(1, 3), (4, 5)])],
)
def test_gaps(values: list[float], parts: list[tuple[int, int]]) -> None:
    assert [(part.start, part.stop) for part in unbroken(np.array(values))] == parts


@pytest.mark.parametrize("text", ["Externa vårddygn, missbruk", "−12\u00a0345,6", "jämförelse fi fl", "W"])
@pytest.mark.parametrize("bold", [False, True])
def test_width_of_text_is_as_matplotlib_has_it(text: str, bold: bool) -> None:
    face = FontProperties(family="DejaVu Sans", size=9, weight="bold" if bold else "normal")
    theirs = text_to_path.get_text_width_height_descent(text, face, False)[0]
    assert width(text, 9, bold) == pytest.approx(theirs, abs=0.1 * 9)  # they count the room after the last letter


def test_long_lines_are_broken_between_words_and_no_word_is_lost() -> None:
    text = "Linjer: medel av möjliga framtider.\nOförändrat: " + ", ".join(f"scenario {n}" for n in range(30)) + "."
    found = folded(text, 200, 7.5)
    assert found.replace("\n", " ") == text.replace("\n", " ") and found.startswith("Linjer: medel av möjliga")
    assert all(width(line, 7.5) <= 200 for line in found.split("\n"))
    assert folded("Ettendaordutanmellanrum", 20, 9) == "Ettendaordutanmellanrum"
    endless = "Om " + "verksamhetsutvecklingsstrategiplanering" * 4
    assert folded(endless, 200, 7.5).replace("\n", "") in (endless, endless.replace(" ", ""))
    assert all(width(line, 7.5) <= 200 for line in folded(endless, 200, 7.5).split("\n"))
    assert wrapped(endless).replace("\n", "") in (endless, endless.replace(" ", ""))
    assert max(map(len, wrapped(endless).split("\n"))) <= 18
    assert wrapped("Fem arbetsmarknadsutbildningsplatser") == "Fem\narbetsmarknadsutbildningsplatser"


def test_the_same_figure_has_the_same_bytes(tmp_path: Path) -> None:
    held = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for content in (*CONTENTS.values(), *reversed(CONTENTS.values())):  # what was drawn before leaves no trace
            draw(replace(content, file="x"), tmp_path / name)
        held.append([(tmp_path / name / f"x{ending}").read_bytes() for ending in (".svg", ".png")])
    assert held[0] == held[1]
