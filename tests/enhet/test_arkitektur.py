"""Which module may know what. Kept by reading the code, not by running it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

import sim

SIM = Path(sim.__file__).parent
FILES = sorted(SIM.rglob("*.py"))
MOST_LINES = 400

MAY_IMPORT = {
    "hydra": ["cli*.py"],
    "omegaconf": ["cli*.py"],
    "simpy": ["engine/simpy_engine.py", "engine/clock.py", "engine/stays.py"],
    "numba": ["kernel.py", "engine/compiled.py"],
    "llvmlite": ["kernel.py"],
    "matplotlib": ["figures*.py"],
    "starlette": ["app/*.py"],
    "uvicorn": ["app/server.py"],
    "jinja2": ["app/*.py"],
    "typst": ["report/typst_pdf.py"],
    "docx": ["report/word*.py"],
    "xlsxwriter": ["report/excel*.py", "intake/templates.py", "intake/example_excel.py"],
    "python_calamine": ["intake/workbooks.py"],
}


def name_of(path: Path) -> str:
    return path.relative_to(SIM).as_posix()


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions and for type checking."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


@pytest.mark.parametrize("library", MAY_IMPORT)
def test_only_its_own_module_imports(library: str) -> None:
    importers = {name_of(path) for path in FILES if library in {name.split(".")[0] for name in imported(path)}}
    allowed = {name for name in importers if any(fnmatch(name, pattern) for pattern in MAY_IMPORT[library])}
    assert importers - allowed == set()


def calls(path: Path, function: str) -> list[int]:
    """Lines on which a built-in function is called."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
    ]


MAY_PRINT = ("cli.py", "commands/")


def test_nothing_prints_but_the_command_line() -> None:
    printing = {name_of(path): calls(path, "print") for path in FILES if not name_of(path).startswith(MAY_PRINT)}
    assert {name: lines for name, lines in printing.items() if lines} == {}


def test_every_file_can_be_read_in_one_sitting() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length >= MOST_LINES} == {}


EDGES = ("cli", "commands", "figures", "figure_list", "report", "app")


def test_nothing_in_the_core_imports_an_edge() -> None:
    edges = {f"sim.{edge}" for edge in EDGES}
    found = {
        name_of(path): sorted(edges & {".".join(name.split(".")[:2]) for name in imported(path)})
        for path in FILES
        if not name_of(path).split("/")[0].removesuffix(".py").startswith((*EDGES, "__main__"))
    }
    assert {name: modules for name, modules in found.items() if modules} == {}


def test_the_core_of_the_simulation_does_not_know_the_engines() -> None:
    """Whoever runs one asks `sim.engine` for it by name."""
    found = {name_of(path) for path in FILES if any(name.startswith("sim.engine.") for name in imported(path))}
    assert {name for name in found if not name.startswith("engine/")} == set()


WITHOUT_HYDRA = """
import sys
for name in ("hydra", "omegaconf"):
    sys.modules[name] = None
import sim
for name in sim.__all__:
    getattr(sim, name)
sim.load_scenario("stodboende_5")
kommun = sim.load_kommun("sodertalje_2019")
assert sim.simulate(kommun, slut="2018-01-10").matt.shape[0] > 0
"""


def test_the_library_works_without_hydra() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_HYDRA], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


QUICK_START = """
import sys
import sim
print(sorted({"numpy", "numba", "simpy", "pandas", "matplotlib", "hydra"} & set(sys.modules)))
"""


def test_importing_the_package_loads_no_library() -> None:
    done = subprocess.run([sys.executable, "-c", QUICK_START], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


LOADED_BY = """
import contextlib, io, sys
from sim.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(sys.argv[1:])
print(*sorted({name.split(".")[0] for name in sys.modules} | {name for name in sys.modules if name == "scipy.stats"}))
"""
CALCULATES = {"numpy", "scipy", "pandas", "numba", "simpy", "matplotlib", "joblib", "duckdb", "hydra", "babel"}


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        (("--help",), CALCULATES | {"pydantic"}),
        (("jamfor", "--help"), CALCULATES | {"pydantic"}),
        (("lista",), CALCULATES),
        (("spar", "sodertalje_2019", "--dagar", "5-3"), {"matplotlib", "scipy.stats"}),
    ],
    ids=["help", "help of a command", "lista", "spar"],
)
def test_a_command_loads_only_what_it_needs(words: tuple[str, ...], unused: set[str]) -> None:
    """So that the small ones answer at once."""
    command = [sys.executable, "-c", LOADED_BY, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "sim" in loaded
    assert loaded & unused == set()
