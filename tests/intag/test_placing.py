"""Files put in place: all or none, and never over others unless that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import HemmaplanError
from sim.intake.placing import place

TEXTS = {"conf/kommun/a.yaml": "a: 1\n", "conf/kommun/a/v.yaml": "b: å\n", "scenarios/a_q.yaml": "c: 3\n"}


def there(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in root.rglob("*")
        if path.is_file()
    }


def test_all_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    place(tmp_path, TEXTS, replace=False)
    assert there(tmp_path) == TEXTS


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    place(tmp_path, {"scenarios/a_q.yaml": "mitt\n"}, replace=False)
    with pytest.raises(HemmaplanError, match=r"scenarios/a_q.yaml: finns redan; skriv --ersatt"):
        place(tmp_path, TEXTS, replace=False)
    assert there(tmp_path) == {"scenarios/a_q.yaml": "mitt\n"}
    place(tmp_path, TEXTS, replace=True)
    assert there(tmp_path) == TEXTS


def test_the_same_texts_again_are_no_conflict(tmp_path: Path) -> None:
    place(tmp_path, TEXTS, replace=False)
    place(tmp_path, TEXTS, replace=False)
    assert there(tmp_path) == TEXTS


def test_a_file_that_cannot_be_put_in_place_takes_the_others_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tmp_path, {"conf/kommun/a.yaml": "förra\n"}, replace=False)
    real = Path.replace

    def full(path: Path, target: Path) -> Path:
        if Path(target).name == "a_q.yaml":
            raise OSError(28, "No space left on device", str(target))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(HemmaplanError, match=r"disken är full.*inget är ändrat"):
        place(tmp_path, TEXTS, replace=True)
    assert there(tmp_path) == {"conf/kommun/a.yaml": "förra\n"}


def test_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "conf").write_text("inte en mapp", encoding="utf-8")
    with pytest.raises(HemmaplanError, match="inget är ändrat"):
        place(tmp_path, TEXTS, replace=False)
