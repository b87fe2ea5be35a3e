"""Answers of Kolada's interface made by hand after its documentation, and what is made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.errors import HemmaplanError
from sim.intake.kolada import ADDRESS, fetch_kolada, kolada_of, read_kolada, save_pages
from sim.intake.kolada_compare import COLUMNS, KEY_FIGURES, MODEL, compared, kolada_lines


def _value(gender: str, value: float | None, **more: Any) -> dict[str, Any]:
    return {"gender": gender, "count": 1, "status": "", "value": value, "isdeleted": False, **more}


def _told(kpi: str, kommun: str, ar: int, *values: dict[str, Any]) -> dict[str, Any]:
    return {"kpi": kpi, "municipality": kommun, "period": ar, "values": list(values)}


PAGE = {
    "count": 7,
    "next_url": None,
    "values": [
        _told("N31910", "0181", 2022, _value("T", 1000.0)),
        _told("N31910", "0181", 2023, _value("K", 520.0), _value("M", 580.0), _value("T", 1100.0)),
        _told("N31910", "0180", 2023, _value("T", 9000.0)),
        _told("N31910", "0127", 2023, _value("T", 2000.0)),
        _told("N31910", "0126", 2023, _value("T", 4000.0)),
        _told("N31910", "0125", 2023, _value("T", None)),
        _told("N31910", "0123", 2023, _value("T", 5.0, isdeleted=True)),
        _told("U33401", "0181", 2021, _value("T", 120.0)),
        _told("N31849", "0181", 2023, _value("T", 60_000.0)),
        _told("N31001", "0181", 2023, _value("T", 700.0)),
        _told("N99999", "0181", 2023, _value("T", 7.0)),
        {"kpi": "N31910", "ou": "V15E0001", "period": 2023, "values": [_value("T", 1.0)]},
    ],
}
NAMES = {
    "values": [{"id": "N31910", "title": "Hushåll, antal", "auspices": "E"}, {"id": "0181", "title": "Södertälje"}]
}


def _levels() -> pd.DataFrame:
    """The model's levels: households 1 200 and 1 300, 66 million paid, 90 days of utredning."""
    rows = [
        ("nulage", "2024", "forsorjningsstod", "hushall", "bistand", 1200.0),
        ("nulage", "2024-01", "forsorjningsstod", "hushall", "bistand", 1.0),
        ("nulage", "2024", "forsorjningsstod", "hushall", "bistand malgrupp=ung", 2.0),
        ("nulage", "2025", "forsorjningsstod", "hushall", "bistand", 1300.0),
        ("nulage", "2024", "forsorjningsstod", "utbetalt_bistand", "bistand", 66_000_000.0),
        ("nulage", "2024", "barn_och_ungdom", "utredningstid_medel", "utredning", 100.0),
        ("nulage", "2024", "barn_och_ungdom", "utredningstid_medel", "annan", 50.0),
        ("nulage", "2024", "barn_och_ungdom", "utredningstid_medel", "", 90.0),
        ("fler", "2024", "forsorjningsstod", "hushall", "bistand", 5.0),
    ]
    return pd.DataFrame(rows, columns=["scenario", "period", "verksamhet", "matt", "del", "medel"])


def test_values_for_both_sexes_are_read_and_deleted_and_missing_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "kolada.json"
    path.write_text(json.dumps([NAMES, PAGE]), encoding="utf-8")
    kolada = read_kolada(path)
    mine = kolada.varden[kolada.varden["kpi"] == "N31910"]
    assert sorted(zip(mine["kommun"], mine["ar"], mine["varde"], strict=True)) == [
        ("0126", 2023, 4000.0), ("0127", 2023, 2000.0), ("0180", 2023, 9000.0), ("0181", 2022, 1000.0),
        ("0181", 2023, 1100.0),
    ]  # fmt: skip
    assert kolada.namn == {"N31910": "Hushåll, antal"} and kolada.kommuner == {"0181": "Södertälje"}


def test_the_municipality_is_put_beside_the_model_and_the_others() -> None:
    found = {
        each.nyckeltal: each
        for each in compared(kolada_of([NAMES, PAGE], "x"), "0181", _levels(), pd.Series({2023: 100_000.0}))
    }
    households = found["N31910"]
    assert (households.namn, households.ar, households.kommunen) == ("Hushåll, antal", 2023, 1100.0)
    assert (households.modellen_ar, households.modellen) == (2024, 1200.0)
    assert households.skillnad == pytest.approx(100 * (1200 / 1100 - 1))
    assert (households.andra, households.p25, households.median, households.p75) == (3, 3000.0, 4000.0, 6500.0)
    assert found["U33401"].modellen == 90.0 and found["U33401"].ar == 2021
    assert found["N31849"].modellen == 66_000_000 / 1200
    assert found["N31001"].modellen == 660.0
    assert "känner inte" in found["N99999"].anmarkning and found["N99999"].modellen != found["N99999"].modellen
    assert all(len(each.row()) == len(COLUMNS) for each in found.values())
    lines = kolada_lines(list(found.values()))
    assert any(
        "N31910 Hushåll, antal | hushåll | 2023 | 1\u00a0100 | 1\u00a0200 (2024) | +9 % |" in line for line in lines
    )
    assert "RKA" in lines[-1]


def test_without_inhabitants_it_is_said_what_is_missing() -> None:
    (found,) = [each for each in compared(kolada_of([PAGE], "x"), "0181", _levels()) if each.nyckeltal == "N31001"]
    assert found.modellen != found.modellen and "befolkning" in found.anmarkning


def test_another_municipality_is_only_compared_with_others() -> None:
    found = [each for each in compared(kolada_of([PAGE], "x"), "0199", _levels()) if each.nyckeltal == "N31910"]
    assert found[0].kommunen != found[0].kommunen and found[0].andra == 4


def test_every_key_figure_that_the_model_answers_is_known() -> None:
    assert set(MODEL) < set(KEY_FIGURES) and len(KEY_FIGURES) == 22


def test_no_more_than_25_ids_at_a_time_and_next_url_is_followed(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(address: str) -> Any:
        asked.append(address)
        more = None if "page=2" in address or "/data/" not in address else f"{address}&page=2".replace("https", "http")
        return {"values": PAGE["values"], "next_url": more}

    kommuner = [f"{number:04d}" for number in range(100, 160)]
    pages = fetch_kolada(["N31910", "U33401"], kommuner, [2022, 2023], ask)
    data = [address for address in asked if "/data/" in address]
    assert len(pages) == len(asked) == 1 + 2 * 3 and len(data) == 6
    parts = [address.split("/municipality/")[1].split("/")[0].split(",") for address in data[::2]]
    assert [len(part) for part in parts] == [25, 25, 10] and [code for part in parts for code in part] == kommuner
    assert data[0] == f"{ADDRESS}data/kpi/N31910,U33401/municipality/{','.join(parts[0])}/year/2022,2023?per_page=5000"
    assert data[1] == f"{data[0]}&page=2"
    save_pages(pages, tmp_path / "k.json")
    assert len(read_kolada(tmp_path / "k.json").varden) == len(kolada_of([PAGE], "x").varden)
    assert [path.name for path in tmp_path.iterdir()] == ["k.json"]


def test_it_is_not_led_to_other_addresses() -> None:
    with pytest.raises(HemmaplanError, match="annan adress"):
        fetch_kolada(["N31910"], ["0181"], [2023], lambda address: {"values": [], "next_url": "https://example.org/"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"kpi": 1}, "är inte ett svar från Koladas gränssnitt (version 3)"),
        ({"values": []}, "inga värden för kommuner"),
        ({"values": [{"kpi": "N31910", "values": []}]}, "inga värden för kommuner"),
        ({"values": [{"kpi": "N31910", "values": [{"gender": "T"}]}]}, "saknar kpi, municipality, period eller value"),
        ({"values": [_told("N31910", "0181", 2023, _value("T", "mycket"))]}, "saknar kpi"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_answer_is_said(tmp_path: Path, content: Any, said: str) -> None:
    path = tmp_path / "fil.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(HemmaplanError, match=r"^fil\.json: ") as error:
        read_kolada(path)
    assert said in str(error.value)


def test_no_network_is_said_with_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: Any, **__: Any) -> Any:
        raise OSError("no route")

    monkeypatch.setattr("urllib.request.urlopen", no_network)
    with pytest.raises(HemmaplanError, match="Hämta filen i webbläsaren") as error:
        fetch_kolada(["N31910"], ["0181"], [2023])
    assert ADDRESS in str(error.value)
