"""What is found wrong, against counts made in another way."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.intake.joining import joined, superseded
from sim.intake.quality import weights
from sim.intake.quality_series import FEW, series_remarks
from sim.intake.reading import read_folder
from sim.intake.records import Window
from sim.intake.windows import seen_window
from uttag import ARENDEN, PLACERINGAR, UTBETALNINGAR, write_csv

LAST = pd.Timestamp("2024-12-31")


def made(rows: list[tuple[int, str, str, str | None, float | None]]) -> pd.DataFrame:
    """Placements: person, form, start, end, price."""
    frame = pd.DataFrame(rows, columns=["person", "form", "start", "slut", "dygnspris_kr"])
    dates = {name: pd.to_datetime(frame[name]).astype("datetime64[s]") for name in ("start", "slut")}
    kept = {"fil": "a.csv", "rad": np.arange(len(frame)) + 2, "verksamhet": "v", "resurs": "", "utforare": "egen"}
    return frame.assign(**dates, **kept, dygnspris_kr=frame["dygnspris_kr"].astype("float64"))


def days(frame: pd.DataFrame) -> dict[tuple[int, str], set[date]]:
    """Every day that somebody is somewhere, the day of leaving too, one by one."""
    found: dict[tuple[int, str], set[date]] = defaultdict(set)
    for row in frame.itertuples():
        end = LAST if pd.isna(row.slut) else row.slut
        found[row.person, row.form] |= {day.date() for day in pd.date_range(row.start, end)}
    return found


@pytest.mark.parametrize("seed", range(5))
def test_decisions_that_follow_are_one_placement_with_the_same_days(seed: int) -> None:
    dice = random.Random(seed)
    rows = []
    for _ in range(80):
        start = date(2024, 1, 1) + timedelta(dice.randrange(300))
        end = start + timedelta(dice.randrange(25))
        rows.append(
            (
                dice.randrange(4),
                dice.choice("ab"),
                str(start),
                None if dice.random() < 0.03 else str(end),
                100.0 * dice.randrange(5),
            )
        )
    frame = made(rows)
    one, follows = joined(frame, LAST)
    before, after = days(frame), days(one)
    assert before == after
    assert len(one) + int(follows.sum()) == len(frame)
    assert set(one["rad"]) == set(frame.loc[~follows, "rad"])
    ordered = one.sort_values(["person", "form", "start"])
    same = (ordered[["person", "form"]] == ordered[["person", "form"]].shift()).all(axis=1)
    apart = ordered["start"] - ordered["slut"].shift()
    assert (apart[same] > pd.Timedelta(days=1)).all()


def test_the_price_of_the_whole_weighs_its_parts_by_their_days() -> None:
    frame = made(
        [
            (1, "a", "2024-01-01", "2024-01-31", 1000.0),
            (1, "a", "2024-01-31", "2024-03-01", 400.0),
            (1, "a", "2024-03-02", None, None),
        ]
    )
    one, _ = joined(frame, LAST)
    assert one["dygnspris_kr"].tolist() == [pytest.approx((30 * 1000 + 30 * 400) / 60)]
    assert one["slut"].isna().tolist() == [True]


def test_an_older_export_gives_way_to_the_one_that_knows_the_end() -> None:
    frame = made(
        [
            (1, "a", "2024-01-01", None, None),
            (1, "a", "2024-01-01", "2024-02-01", None),
            (2, "a", "2024-01-01", None, None),
        ]
    )
    assert superseded("placeringar", frame).tolist() == [True, False, False]


def test_dygn_count_the_day_of_arrival_and_not_of_leaving() -> None:
    frame = made(
        [
            (1, "a", "2023-12-01", "2024-01-11", None),
            (1, "a", "2024-12-30", None, None),
            (1, "a", "2024-05-01", "2024-05-01", None),
        ]
    )
    assert weights("placeringar", frame, Window(date(2024, 1, 1), date(2024, 12, 31))).tolist() == [10, 2, 0]


def stationary(seed: int, whole: bool) -> pd.DataFrame:
    """Stays of a year on average, seen 2018-2023; with those that were there before, or only what began then."""
    dice = np.random.default_rng(seed)
    start = np.sort(dice.integers(-4000, 6 * 365, 3000))
    length = dice.exponential(365, 3000).astype(int)
    seen = (start + length >= 0) & (start < 6 * 365 + 1) & ((start >= 0) | whole)
    begin = pd.Timestamp("2018-01-01")
    frame = pd.DataFrame(
        {
            "start": begin + pd.to_timedelta(start[seen], "D"),
            "slut": begin + pd.to_timedelta((start + length)[seen], "D"),
        }
    )
    return frame.assign(slut=frame["slut"].mask(frame["slut"] > pd.Timestamp("2023-12-31")))


@pytest.mark.parametrize("seed", range(4))
def test_the_window_is_seen_from_the_list(seed: int) -> None:
    """Of all that went on, and of what began since a day."""
    for whole in (True, False):
        window = seen_window("placeringar", stationary(seed, whole))
        assert (window.fran, window.till) == (date(2018, 1, 1), date(2023, 12, 31)), whole


def test_slips_of_a_century_do_not_move_the_window() -> None:
    frame = stationary(1, True)
    slips = pd.DataFrame(
        {"start": pd.to_datetime(["1918-01-01", "2020-01-01"]), "slut": pd.to_datetime(["2018-05-01", "1920-01-01"])}
    )
    assert seen_window("placeringar", pd.concat([frame, slips])) == seen_window("placeringar", frame)


def monthly(counts: dict[str, int]) -> pd.DataFrame:
    """Cases received on different days of each month."""
    inkom = [pd.Timestamp(f"{month}-{1 + at % 28:02d}") for month, count in counts.items() for at in range(count)]
    return pd.DataFrame({"verksamhet": "v", "inkom": inkom, "beslut": inkom})


def kinds(counts: dict[str, int]) -> set[str]:
    window = Window(date(2020, 1, 1), date(2023, 12, 31))
    return {remark.kod for remark in series_remarks("arenden", monthly(counts), window)}


EVEN = {f"{year}-{month:02d}": 20 for year in range(2020, 2024) for month in range(1, 13)}


def test_breaks_in_series_are_found_and_nothing_else() -> None:
    assert kinds(EVEN) == set()
    assert kinds(EVEN | {"2022-03": 0}) == {"tom_manad"}
    assert kinds(EVEN | {"2023-12": 3}) == {"tunn_sista_manad"}
    assert kinds({month: 2 * count if month < "2021" else count for month, count in EVEN.items()}) == {"brott_i_serien"}
    assert kinds(dict.fromkeys(EVEN, 0) | {"2020-01": FEW - 1}) == {"for_fa"}


def test_many_rows_of_one_day_are_told() -> None:
    frame = pd.concat([monthly(EVEN), pd.DataFrame({"verksamhet": "v", "inkom": [pd.Timestamp("2021-01-01")] * 80})])
    found = [
        remark
        for remark in series_remarks("arenden", frame, Window(date(2020, 1, 1), date(2023, 12, 31)))
        if remark.kod == "hop_av_datum"
    ]
    assert (found[0].antal, "2021-01-01" in found[0].text) == (81, True)


def test_how_much_a_remark_matters_is_told_in_rows_and_in_dygn(tmp_path: Path) -> None:
    rows = [
        ("K1", "Missbruk", "HVB", "", "2024-01-01", "2024-01-31", ""),
        ("K2", "Missbruk", "HVB", "", "2024-01-01", "2024-01-11", "99 000"),
    ]
    write_csv(tmp_path / "a.csv", PLACERINGAR, rows)
    remark = next(each for each in read_folder(tmp_path).remarks if each.kod == "orimligt_pris")
    assert (remark.andel_rader, remark.andel_vikt) == (0.5, 0.25)


@pytest.mark.parametrize(("number", "told"), [("K{}", []), ("{}", ["olika_nummer"])])
def test_lists_with_different_numbers_are_told(number: str, told: list[str], tmp_path: Path) -> None:
    """The client's number in one, the case's in the other."""
    placed = [(f"K{at}", "Barn", "HVB", "", "2024-01-01", "", "") for at in range(30)]
    cases = [(number.format(at), "Barn", "Anmälan", "2023-11-01", "", "2023-12-01", "HVB") for at in range(30)]
    write_csv(tmp_path / "placeringar.csv", PLACERINGAR, placed)
    write_csv(tmp_path / "ärenden.csv", ARENDEN, cases)
    assert [remark.kod for remark in read_folder(tmp_path).remarks if remark.kod == "olika_nummer"] == told


def test_how_much_a_remark_matters_is_told_in_kronor(tmp_path: Path) -> None:
    write_csv(tmp_path / "b.csv", UTBETALNINGAR, [("1", "2024-01", "300 000"), ("2", "2024-01", "100 000")])
    remark = next(each for each in read_folder(tmp_path).remarks if each.kod == "stort_belopp")
    assert (remark.andel_rader, remark.andel_vikt) == (0.5, 0.75)


def test_yearly_exports_of_the_same_case_are_told_once(tmp_path: Path) -> None:
    """The same case open in one year's file and decided in the next."""
    write_csv(tmp_path / "ärenden 2023.csv", ARENDEN, [("K1", "Barn", "Anmälan", "2023-11-01", "2023-11-10", "", "")])
    write_csv(
        tmp_path / "ärenden 2024.csv",
        ARENDEN,
        [("K1", "Barn", "Anmälan", "2023-11-01", "2023-11-10", "2024-02-01", "HVB")],
    )
    read = read_folder(tmp_path)
    assert read.lists.arenden["utfall"].tolist() == ["hvb"]
    assert [remark.kod for remark in read.remarks if remark.kod == "aldre_uttag"] == ["aldre_uttag"]
