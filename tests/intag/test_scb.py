"""json-stat2 files made by hand after the published format, and what is read from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.errors import HemmaplanError
from sim.intake.scb import population, unemployment


def _category(label: str, unit: str = "", **codes: str) -> dict[str, Any]:
    """A dimension; codes that cannot be names are given with a leading underscore."""
    told = {code.removeprefix("_").replace("_", "-").replace("och", "+"): text for code, text in codes.items()}
    category: dict[str, Any] = {"index": {code: at for at, code in enumerate(told)}, "label": told}
    return {"label": label, "category": category | ({"unit": {code: {"base": unit} for code in told}} if unit else {})}


UNEMPLOYED: dict[str, Any] = {
    "version": "2.0",
    "class": "dataset",
    "label": "Arbetslösa i procent av arbetskraften efter region, kön, tabellinnehåll och månad",
    "source": "SCB",
    "id": ["Region", "Kon", "ContentsCode", "Tid"],
    "size": [2, 3, 1, 3],
    "dimension": {
        "Region": _category("region", _0180="Stockholm", _0181="Södertälje"),
        "Kon": _category("kön", _1="män", _2="kvinnor", _1och2="totalt"),
        "ContentsCode": _category("tabellinnehåll", "procent", _000001="Andel"),
        "Tid": _category("månad", _2024M01="2024M01", _2024M02="2024M02", _2024M03="2024M03"),
    },
    "value": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10.1, 10.2, 10.3, 11.1, 11.2, 11.3, 12.5, 12.4, None],
    "role": {"time": ["Tid"], "geo": ["Region"], "metric": ["ContentsCode"]},
}
PEOPLE: dict[str, Any] = {
    "version": "2.0",
    "class": "dataset",
    "label": "Folkmängd efter region, ålder, kön och år",
    "id": ["Region", "Alder", "Kon", "Tid"],
    "size": [1, 2, 2, 2],
    "dimension": {
        "Region": {"label": "region", "category": {"index": ["0181"], "label": {"0181": "Södertälje"}}},
        "Alder": _category("ålder", _0_17="0-17 år", _18och="18+ år"),
        "Kon": _category("kön", _1="män", _2="kvinnor"),
        "Tid": {"label": "år", "category": {"index": ["2022", "2023"]}},
    },
    "value": {"0": 100, "1": 110, "2": 200, "3": 210, "4": 1000, "5": 1010, "6": 2000, "7": 2010},
    "role": {"time": ["Tid"], "geo": ["Region"]},
}


def _file(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_percent_of_one_municipality_become_shares_by_month(tmp_path: Path) -> None:
    """The cell of Södertälje (second of 2), both sexes (third of 3), January: 1·3·1·3 + 2·1·3 + 0 = number 15."""
    series = unemployment(_file(tmp_path / "a.json", UNEMPLOYED), "0181")
    assert series.tolist() == pytest.approx([0.125, 0.124])
    assert list(series.index) == [pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 2, 1)]
    other = unemployment(tmp_path / "a.json", "0180")
    assert other.tolist() == pytest.approx([0.07, 0.08, 0.09])


def test_people_are_summed_over_ages_and_sexes(tmp_path: Path) -> None:
    assert population(_file(tmp_path / "b.json", PEOPLE)).to_dict() == {2022: 3300.0, 2023: 3340.0}


def test_a_quarter_is_told_for_each_of_its_months_and_a_year_for_all(tmp_path: Path) -> None:
    content = json.loads(json.dumps(PEOPLE)) | {"size": [1, 1, 1, 2], "value": [0.08, 0.07]}
    for name, kept in (("Alder", "18+"), ("Kon", "1")):
        content["dimension"][name]["category"]["index"] = [kept]
    content["dimension"]["Tid"]["category"]["index"] = ["2023K4", "2024"]
    series = unemployment(_file(tmp_path / "c.json", content))
    assert len(series) == 15 and series["2023-12-01"] == 0.08 and (series["2024"] == 0.07).all()
    assert series.index[0] == pd.Timestamp(2023, 10, 1)


def _without(key: str) -> Any:
    return {name: value for name, value in UNEMPLOYED.items() if name != key}


def _with_women_and_men_only() -> Any:
    content = json.loads(json.dumps(UNEMPLOYED)) | {"size": [2, 2, 1, 3], "value": list(range(1, 13))}
    content["dimension"]["Kon"]["category"] = {"index": ["1", "2"], "label": {"1": "män", "2": "kvinnor"}}
    return content


@pytest.mark.parametrize(
    ("content", "kommunkod", "said"),
    [
        ("{", "0181", "fil.json, rad 1: filen är inte giltig JSON"),
        ([], "0181", "är inte JSON-stat 2"),
        (_without("value"), "0181", "JSON-stat-filen är inte hel"),
        (UNEMPLOYED | {"value": [1, 2]}, "0181", "JSON-stat-filen är inte hel"),
        (UNEMPLOYED | {"size": [1, 3, 1, 3]}, "0181", "JSON-stat-filen är inte hel"),
        (UNEMPLOYED, "0182", "kommunkod = 0182: finns inte i tabellen; menade du 0181?"),
        (UNEMPLOYED, None, "tabellen har 2 platser; säg vilken med kommunkod"),
        (UNEMPLOYED | {"value": [500] * 18}, "0181", "ser ut att vara antal personer"),
        (UNEMPLOYED | {"value": [0] * 18}, "0181", "noll eller mindre"),
        (_with_women_and_men_only(), "0181", "uppdelad efter kön (män, kvinnor …) och har inget totalt"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, content: Any, kommunkod: str | None, said: str) -> None:
    with pytest.raises(HemmaplanError, match=r"fil\.json") as error:
        unemployment(_file(tmp_path / "fil.json", content), kommunkod)
    assert said in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(HemmaplanError, match="kan inte läsas"):
        unemployment(tmp_path / "saknas.json")
