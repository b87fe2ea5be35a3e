"""The command line, in Swedish. The only module that knows Hydra; heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from sim.cli_parser import make_parser, sentence
from sim.errors import HemmaplanError, Interrupted, nearest
from sim.files import OS_REASONS, check_files, kommun_ids, os_reason, project_root, scenario_ids
from sim.garbage import uncollected
from sim.plain_words import plainly_composed
from sim.process import INTERRUPTED

BAD_INPUT = 2
GROUPS = ("kommun", "studie", "berakning", "rapport")
"""Parts of the configuration of which one is chosen by name."""
MULTIRUN = ("--multirun", "-m")
GO_ON = "--fortsatt"


class Verb(NamedTuple):
    """A command: the module of `sim.commands` that does it, and how its words become a study."""

    module: str
    replications: int | None = None
    """Where none are asked for; None = as the configuration says."""
    replications_of_study: bool = True
    """Whether --replikationer means those of the study."""
    composed: bool = True
    """Whether it is about one kommun and its scenarios; else `run` is given no configuration."""


VERBS: Mapping[str, Verb] = {
    "jamfor": Verb("study"),
    "avstam": Verb("reconcile", replications=200),
    "prognos": Verb("forecast", replications=200),
    "backtest": Verb("backtest", composed=False),
    "kalibrera": Verb("calibrate", replications_of_study=False),
    "varians": Verb("variance"),
    "spar": Verb("trace"),
    "varfor": Verb("why"),
    "forklara": Verb("explain"),
    "kanslighet": Verb("sensitivity", replications=30),
    "varde": Verb("value", replications=100),
    "forsening": Verb("delay", replications=200),
    "malsok": Verb("goal", replications_of_study=False),
    "teori": Verb("theory"),
    "rita": Verb("chain"),
    "app": Verb("app", composed=False),
    "rapport": Verb("report", composed=False),
    "las-in": Verb("las_in", composed=False),
    "exempeldata": Verb("example", composed=False),
}


ALONE = ("trace", "explain", "chain")
"""Modules of commands that this process does by itself."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns the exit code: 0 done, 2 bad input, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _command(given)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except HemmaplanError as error:
        print(f"Fel: {error}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        if error.errno not in OS_REASONS:
            raise
        print(f"Fel: {error.filename or 'filerna'}: {os_reason(error)}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt as stopped:
        print(stopped if isinstance(stopped, Interrupted) else "Avbrutet. Inget hann bli klart.", file=sys.stderr)
        return INTERRUPTED


def _command(given: Sequence[str]) -> int:
    parser = make_parser()
    if not given:
        parser.print_help()
        return 0
    if given[0] == "kor" and not {"-h", "--hjalp", "--help"} & set(given):
        return _kor(list(given[1:]))
    chosen = parser.parse_args(given)
    if chosen.kommando == "lista":
        return _lista()
    verb = VERBS[chosen.kommando]
    root = project_root()
    if not verb.composed:
        return _run(verb.module, {}, root, chosen)
    _known("kommun", chosen.kommun, kommun_ids(root))
    names = _scenarios_of(chosen)
    for name in names:
        _known("scenario", name, scenario_ids(root))
    _check_once(names)
    content = _compose(root, [*_overrides(chosen, verb), *([f"scenarios=[{','.join(names)}]"] if names else [])])
    return _run(verb.module, content, root, chosen)


def _run(module: str, content: dict[str, Any], root: Path, chosen: argparse.Namespace) -> int:
    """What the command does; its module is loaded first now."""
    with _helped(module, content):
        with uncollected():
            command = import_module(f"sim.commands.{module}")
        return int(command.run(content, root, chosen))


@contextmanager
def _helped(module: str, content: Mapping[str, Any]) -> Iterator[None]:
    """What is needed to simulate is loaded in the other processes too, from the start. Ctrl-C ends them at once."""
    if module in ALONE or "berakning" not in content:
        yield
        return
    from sim.workers import begin_to_load

    others = begin_to_load(content["berakning"], drawing=module == "study")
    try:
        yield
    except KeyboardInterrupt:
        others.end()
        raise


def _scenarios_of(chosen: argparse.Namespace) -> list[str]:
    """What a command was given as SCENARIO, one or several."""
    return [*getattr(chosen, "scenarier", []), *filter(None, [getattr(chosen, "scenario", None)])]


def _known(what: str, name: str, allowed: Sequence[str]) -> None:
    if name not in allowed:
        raise HemmaplanError(f"{what} = {name}: finns inte; {nearest(name, allowed)}")


def _overrides(chosen: argparse.Namespace, verb: Verb) -> list[str]:
    """Plain words as Hydra's, those that are part of the study."""
    key, width = getattr(chosen, "precision", None) or ("kostnad_mnkr", None)
    given = {
        "kommun": chosen.kommun,
        f"studie.precision.{key}": width,
        "studie.hogst_replikationer": getattr(chosen, "hogst", None),
        "studie.replikationer": getattr(chosen, "replikationer", None) if verb.replications_of_study else None,
        "studie.fro": getattr(chosen, "fro", None),
        "berakning.arbetare": getattr(chosen, "arbetare", None),
        "studie.parameterosakerhet": getattr(chosen, "parameterosakerhet", None),
        "studie.slut": f"'{chosen.slut}'" if getattr(chosen, "slut", None) else None,
        "rapport": getattr(chosen, "bilaga", None),
    }
    if given["studie.replikationer"] is None:
        given["studie.replikationer"] = verb.replications
    return [f"{key}={value}" for key, value in given.items() if value is not None]


def _lista() -> int:
    from sim.loading import load_kommun, load_scenario

    root = project_root()
    print("Kommuner:")
    for name in kommun_ids(root):
        print(f"  {name:<28}{load_kommun(name, root).namn}")
    print("Scenarier:")
    for name in scenario_ids(root):
        scenario = load_scenario(name, root)
        print(f"  {name:<28}{scenario.namn}. {scenario.motiv}")
    return 0


def _kor(words: list[str]) -> int:
    root = project_root()
    again = GO_ON in words
    strange = [word for word in words if word.startswith("-") and word not in (*MULTIRUN, GO_ON)]
    if strange:
        raise HemmaplanError(f"{strange[0]}: okänt val; {nearest(strange[0], ['--multirun', GO_ON, '--hjalp'])}")
    overrides = [word for word in words if word not in (*MULTIRUN, GO_ON)]
    if set(MULTIRUN) & set(words):
        return _multirun(root, overrides, argparse.Namespace(fortsatt="dar_det_gar" if again else None))
    return _run("study", _compose(root, overrides), root, argparse.Namespace(fortsatt=again))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _search_path(root: Path) -> str:
    """Scenarios lie beside conf; given absolutely, so that the command works from any folder."""
    return f"hydra.searchpath=[{_quoted(f'file://{root.as_posix()}')}]"


def _compose(root: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """Hydra's composition as a plain dict. Raises HemmaplanError in Swedish."""
    with uncollected():
        check_files(root, overrides)
        if (plain := plainly_composed(root, overrides)) is not None:
            return plain
        from hydra import compose, initialize_config_dir

        _check_overrides(overrides)
        with (
            _hydra_in_swedish(root, overrides),
            initialize_config_dir(config_dir=str(root / "conf"), version_base="1.3"),
        ):
            return _plain(compose("config", overrides=[_search_path(root), *overrides]))


def _plain(composed: Any) -> dict[str, Any]:
    """The DictConfig ends here."""
    from omegaconf import OmegaConf

    content = OmegaConf.to_container(composed, resolve=True, throw_on_missing=True)
    assert isinstance(content, dict)
    return {str(key): value for key, value in content.items()}


def _multirun(root: Path, overrides: list[str], chosen: argparse.Namespace) -> int:
    """Hydra's own sweep, one study a job. A study that cannot be made does not stop the others.

    `chosen.fortsatt`: those that were interrupted go on, those that are whole are left.
    """
    import hydra

    problems: list[str] = []
    done: list[int] = []

    def job(composed: Any) -> None:
        try:
            with _hydra_in_swedish(root, overrides):
                content = _plain(composed)
            done.append(_run("study", content, root, chosen))
        except HemmaplanError as error:
            problems.append(str(error))
        if INTERRUPTED in done:
            raise KeyboardInterrupt

    check_files(root, overrides)
    _check_overrides(overrides, several=True)
    task = hydra.main(config_path=str(root / "conf"), config_name="config", version_base="1.3")(job)
    before, full = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        with _hydra_in_swedish(root, overrides), tempfile.TemporaryDirectory() as scratch:
            paths = [_search_path(root), f"hydra.sweep.dir={_quoted(Path(scratch).as_posix())}"]
            sys.argv = ["hemmaplan", "--multirun", *paths, *overrides]
            task()
    except KeyboardInterrupt:
        if not done:
            raise
        print(f"Avbrutet vid studie {len(done) + (INTERRUPTED not in done)}. De klara är sparade.", file=sys.stderr)
        return INTERRUPTED
    finally:
        sys.argv = before
        if full is None:
            del os.environ["HYDRA_FULL_ERROR"]
    if problems:
        raise HemmaplanError("\n".join(problems))
    return 0


def _check_overrides(words: Sequence[str], several: bool = False) -> None:
    """Each word by itself, so that an error can name it. `several`: a sweep is asked for."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parser = OverridesParser.create()
    for word in words:
        try:
            parsed = parser.parse_override(word)
        except HydraException:
            parsed = None
        if parsed is None or not parsed.key_or_group:
            shown = word.strip() or "ett tomt ord"
            how = "Skriv nyckel=värde; text med mellanslag, å, ä eller ö inom citattecken: \"nyckel='värde'\""
            raise HemmaplanError(f"{shown}: kan inte tolkas. {how}")
        if parsed.is_sweep_override():
            if not several:
                raise HemmaplanError(f"{word}: flera värden kräver --multirun; en lista skrivs [a,b]")
            continue
        key, value = parsed.key_or_group, parsed.value()
        if key in GROUPS and not parsed.is_delete() and not isinstance(value, str):
            raise HemmaplanError(f"{word}: {key} ska vara ett namn")
        if key == "scenarios":
            names = [value] if isinstance(value, str) else value
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise HemmaplanError(f"{word}: scenarios ska vara en lista med namn, till exempel scenarios=[a,b]")
            _check_once(names)


def _check_once(names: Sequence[str]) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise HemmaplanError(f"scenarios: {', '.join(doubled)} står två gånger")


@contextmanager
def _hydra_in_swedish(root: Path, overrides: Sequence[str]) -> Iterator[None]:
    from hydra.errors import HydraException, MissingConfigException
    from omegaconf.errors import OmegaConfBaseException

    try:
        yield
    except MissingConfigException as error:
        raise HemmaplanError(_missing_config(root, str(error.missing_cfg_file or ""))) from None
    except (HydraException, OmegaConfBaseException) as error:
        raise HemmaplanError(_hydra_swedish(root, overrides, error)) from None


def _missing_config(root: Path, missing: str) -> str:
    group, _, name = missing.rpartition("/")
    allowed = {
        "scenarios": scenario_ids(root),
        "kommun": kommun_ids(root),
        "studie": [path.stem for path in (root / "conf" / "studie").glob("*.yaml")],
        **{each: [path.stem for path in (root / "conf" / each).glob("*.yaml")] for each in ("berakning", "rapport")},
    }.get(group, [])
    what = {"scenarios": "scenario"}.get(group, group)
    return f"{what} = {name}: finns inte; {nearest(name, allowed)}"


def _hydra_swedish(root: Path, overrides: Sequence[str], error: Exception) -> str:
    whole = "\n".join(str(e) for e in (error, error.__cause__, error.__context__) if e is not None)
    if found := re.search(r"You must specify '([^']*)'", whole):
        return f"{found[1]} saknas; ange {found[1]}=…, {nearest('', kommun_ids(root))}"
    if found := re.search(r"Multiple values for (\w+)|An item is already at '([^']*)'", whole):
        return f"{found[1] or found[2]}: finns redan; skriv utan +"
    if found := re.search(r"Could not (?:override|delete)[^']*'([^'=]*)", whole):
        return _unknown_key(root, overrides, found[1])
    if found := re.search(r"Missing mandatory value: (\S+)", whole):
        return f"{getattr(error, 'full_key', None) or found[1]}: värde saknas"
    if "nterpolation" in type(error).__name__:
        return f"{getattr(error, 'full_key', None)}: hänvisningen ${{…}} leder ingenstans"
    if found := re.search(r"(?:merging override|full_key:) (\S+)", whole):
        return f"{found[1]}: värdet kan inte användas där"
    return f"konfigurationen kan inte sättas samman av {' '.join(overrides)}"


def _unknown_key(root: Path, overrides: Sequence[str], key: str) -> str:
    """Where the path ends and what stands there, seen in the composition of the chosen groups alone."""
    chosen = [word for word in overrides if word.split("=")[0] in (*GROUPS, "scenarios")]
    content = _compose(root, chosen) if key not in {word.split("=")[0] for word in chosen} else {}
    node: Any = content
    above: list[str] = []
    for part in key.split("."):
        if not isinstance(node, Mapping):
            return f"{key}: {'.'.join(above)} har inga nycklar under sig"
        if part not in node:
            break
        node = node[part]
        above.append(part)
    else:
        return f"{key}: har ett annat värde"
    under = f" under {'.'.join(above)}" if above else ""
    text = sentence(f"{key}: {part} finns inte{under}; {nearest(part, map(str, node))}")
    return f"{text} En ny nyckel börjar med +: +{key}=…"
