"""Each notebook is run from beginning to end with few futures, without a warning; its two files say the same."""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = ("01_rundtur", "02_hemmaplan_eller_extern", "03_metod")


def test_every_notebook_is_tested() -> None:
    for kind in ("py", "ipynb"):
        assert sorted(path.stem for path in NOTEBOOKS.glob(f"*.{kind}")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_text_and_notebook_say_the_same_and_hold_no_results(name: str) -> None:
    text, notebook = (jupytext.read(NOTEBOOKS / f"{name}.{kind}") for kind in ("py", "ipynb"))
    assert [(cell.cell_type, cell.source) for cell in text.cells] == [
        (cell.cell_type, cell.source) for cell in notebook.cells
    ], f"run: jupytext --sync notebooks/{name}.ipynb"
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


@pytest.mark.parametrize("name", NAMES)
def test_runs_without_a_word_on_stderr(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEMMAPLAN_FRAMTIDER", "4")
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    said = [out for cell in code for out in cell.outputs if out.get("name") == "stderr"]
    assert not said, said
    shown = [out["data"].get("text/plain", "") for cell in code for out in cell.outputs if "data" in out]
    assert shown
    assert not any("Empty DataFrame" in text for text in shown)
    assert any("image/png" in out.get("data", {}) for cell in code for out in cell.outputs)
