"""The command line, in Swedish. The only module that knows Hydra; heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import HemmaplanError, nearest
from sim.files import kommun_ids, project_root, scenario_ids

BAD_INPUT = 2
INTERRUPTED = 130


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "användning: ")


class _Parser(argparse.ArgumentParser):
    """argparse that speaks Swedish and raises instead of exiting."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Help, allow_abbrev=False, **settings)
        self._positionals.title = "argument"
        self._optionals.title = "val"
        self.add_argument("-h", "--hjalp", "--help", action="help", help="visa den här hjälpen")

    def error(self, message: str) -> NoReturn:
        raise HemmaplanError(f"{_argparse_swedish(message, self)} Se {self.prog} --hjalp.")


def _argparse_swedish(message: str, parser: argparse.ArgumentParser) -> str:
    if found := re.match(r"the following arguments are required: (.*)", message):
        return f"{found[1]} saknas."
    if found := re.match(r"unrecognized arguments: (.*)", message):
        options = [option for action in parser._actions for option in action.option_strings]
        return f"{found[1]}: okänt val; {nearest(found[1].split()[0], options)}."
    if found := re.match(r"argument (\S+): invalid choice: '?([^' ]*)'? \(choose from (.*)\)", message):
        return f"{found[2]}: okänt kommando; {nearest(found[2], re.findall(r'[a-zåäö-]+', found[3]))}."
    if found := re.match(r"argument (\S+): invalid int value: '(.*)'", message):
        return f"{found[1]} = {found[2]}: ska vara ett heltal."
    if found := re.match(r"argument (\S+): expected .*", message):
        return f"{found[1]}: värde saknas."
    return f"Kommandot kan inte tolkas ({message})."


def _parser() -> _Parser:
    parser = _Parser(
        prog="hemmaplan",
        description="Simulerar efterfrågan och kapacitet i socialtjänsten, och jämför scenarier med nuläget.",
    )
    verbs = parser.add_subparsers(dest="kommando", metavar="KOMMANDO", title="kommandon", parser_class=_Parser)
    jamfor = verbs.add_parser("jamfor", help="jämför scenarier med nuläget, med vanliga ord")
    jamfor.add_argument("kommun", metavar="KOMMUN", help="till exempel sodertalje_2019")
    jamfor.add_argument("scenarier", metavar="SCENARIO", nargs="*", help="till exempel stodboende_5")
    _study_options(jamfor)
    jamfor.add_argument("--slut", metavar="DATUM", help="sista dag, ÅÅÅÅ-MM-DD")
    kor = verbs.add_parser("kor", help="samma sak med Hydras grammatik, för den som vill ändra vad som helst")
    kor.add_argument("andringar", metavar="NYCKEL=VÄRDE", nargs=argparse.REMAINDER)
    avstam = verbs.add_parser("avstam", help="ställ modellens basår mot kommunens dokument, siffra för siffra")
    avstam.add_argument("kommun", metavar="KOMMUN")
    _study_options(avstam)
    varians = verbs.add_parser("varians", help="visa hur mycket säkrare jämförelsen blir av gemensamma slumptal")
    varians.add_argument("kommun", metavar="KOMMUN")
    varians.add_argument("scenario", metavar="SCENARIO")
    varians.add_argument("--verksamhet", metavar="NAMN", default="missbruk")
    varians.add_argument("--matt", metavar="MÅTT", default="varddygn_extern")
    _study_options(varians)
    verbs.add_parser("lista", help="vilka kommuner och scenarier finns")
    return parser


def _study_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--replikationer", type=int, metavar="N", help="möjliga framtider per scenario")
    parser.add_argument("--fro", type=int, metavar="N", help="slumpfrö; samma frö ger samma resultat")
    parser.add_argument("--arbetare", type=int, metavar="N", help="processer (0 = en per kärna)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns the exit code: 0 done, 2 bad input, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _command(given)
    except HemmaplanError as error:
        print(f"Fel: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("Avbrutet. Inget hann bli klart.", file=sys.stderr)
        return INTERRUPTED


def _command(given: Sequence[str]) -> int:
    parser = _parser()
    if not given:
        parser.print_help()
        return 0
    if given[0] == "kor" and not {"-h", "--hjalp", "--help"} & set(given):
        return _kor(list(given[1:]))
    chosen, unknown = parser.parse_known_args(given)
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if chosen.kommando == "lista":
        return _lista()
    root = project_root()
    _known("kommun", chosen.kommun, kommun_ids(root))
    if chosen.kommando == "avstam":
        from sim.commands import reconcile

        return reconcile(_compose(root, _overrides(chosen, default_replications=200)), root)
    names = [chosen.scenario] if chosen.kommando == "varians" else chosen.scenarier
    for name in names:
        _known("scenario", name, scenario_ids(root))
    content = _compose(root, [*_overrides(chosen), f"scenarios=[{','.join(names)}]"])
    if chosen.kommando == "varians":
        from sim.commands import variance

        return variance(content, root, chosen.scenario, chosen.verksamhet, chosen.matt)
    from sim.commands import study

    return study(content, root)


def _known(what: str, name: str, allowed: Sequence[str]) -> None:
    if name not in allowed:
        raise HemmaplanError(f"{what} = {name}: finns inte; {nearest(name, allowed)}")


def _overrides(chosen: argparse.Namespace, default_replications: int | None = None) -> list[str]:
    """Plain words as Hydra's."""
    pairs = {
        "kommun": chosen.kommun,
        "studie.replikationer": default_replications if chosen.replikationer is None else chosen.replikationer,
        "studie.fro": chosen.fro,
        "berakning.arbetare": chosen.arbetare,
        "studie.slut": f"'{chosen.slut}'" if getattr(chosen, "slut", None) else None,
    }
    return [f"{key}={value}" for key, value in pairs.items() if value is not None]


def _lista() -> int:
    from sim.loading import load_kommun, load_scenario

    root = project_root()
    print("Kommuner:")
    for name in kommun_ids(root):
        print(f"  {name:<24}{load_kommun(name, root).namn}")
    print("Scenarier:")
    for name in scenario_ids(root):
        scenario = load_scenario(name, root)
        print(f"  {name:<24}{scenario.namn}. {scenario.motiv}")
    return 0


def _kor(overrides: list[str]) -> int:
    root = project_root()
    if "--multirun" in overrides or "-m" in overrides:
        return _multirun(root, overrides)
    strange = [word for word in overrides if word.startswith("-")]
    if strange:
        raise HemmaplanError(f"{strange[0]}: okänt val; {nearest(strange[0], ['--multirun', '--hjalp'])}")
    from sim.commands import study

    return study(_compose(root, overrides), root)


def _search_path(root: Path) -> str:
    """Scenarios lie beside conf; given absolutely, so that the command works from any folder."""
    quoted = root.as_posix().replace('"', '\\"')
    return f'hydra.searchpath=["file://{quoted}"]'


def _compose(root: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """Hydra's composition as a plain dict. Raises HemmaplanError in Swedish."""
    from hydra import compose, initialize_config_dir

    with _hydra_in_swedish(root), initialize_config_dir(config_dir=str(root / "conf"), version_base="1.3"):
        return _plain(compose("config", overrides=[_search_path(root), *overrides]))


def _plain(composed: Any) -> dict[str, Any]:
    """The DictConfig ends here."""
    from omegaconf import OmegaConf

    content = OmegaConf.to_container(composed, resolve=True, throw_on_missing=True)
    assert isinstance(content, dict)
    return {str(key): value for key, value in content.items()}


def _multirun(root: Path, overrides: list[str]) -> int:
    """Hydra's own sweep, one study a job."""
    import hydra

    from sim.commands import study

    def job(composed: Any) -> None:
        study(_plain(composed), root)

    task = hydra.main(config_path=str(root / "conf"), config_name="config", version_base="1.3")(job)
    before, full = sys.argv, os.environ.get("HYDRA_FULL_ERROR")
    sys.argv = ["hemmaplan", _search_path(root), *overrides]
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        with _hydra_in_swedish(root):
            task()
    finally:
        sys.argv = before
        if full is None:
            del os.environ["HYDRA_FULL_ERROR"]
    return 0


@contextmanager
def _hydra_in_swedish(root: Path) -> Iterator[None]:
    from hydra.errors import HydraException, MissingConfigException
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    try:
        yield
    except MissingConfigException as error:
        raise HemmaplanError(_missing_config(root, str(error.missing_cfg_file or ""))) from None
    except (HydraException, OmegaConfBaseException) as error:
        raise HemmaplanError(_hydra_swedish(root, error)) from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{Path(mark.name).name}, rad {mark.line + 1}: " if mark else ""
        raise HemmaplanError(f"{where}filen är inte giltig YAML (fel indrag, kolon, citattecken?)") from None


def _missing_config(root: Path, missing: str) -> str:
    group, _, name = missing.rpartition("/")
    allowed = {
        "scenarios": scenario_ids(root),
        "kommun": kommun_ids(root),
        "studie": [path.stem for path in (root / "conf" / "studie").glob("*.yaml")],
        "berakning": [path.stem for path in (root / "conf" / "berakning").glob("*.yaml")],
    }.get(group, [])
    what = {"scenarios": "scenario"}.get(group, group)
    return f"{what} = {name}: finns inte; {nearest(name, allowed)}"


def _hydra_swedish(root: Path, error: Exception) -> str:
    whole = "\n".join(str(e) for e in (error, error.__cause__, error.__context__) if e is not None)
    if found := re.search(r"You must specify '([^']*)'", whole):
        return f"{found[1]} saknas; ange {found[1]}=…, {nearest('', kommun_ids(root))}"
    if found := re.search(r"Could not (?:override|append|delete)[^']*'([^']*)'", whole):
        new = f"Nya nycklar börjar med +, till exempel +{found[1]}=…"
        return f"{found[1]}: finns inte i konfigurationen{_near_key(whole)}. {new}"
    if "Could not find" in whole and (found := re.search(r"Could not find '([^']*)'", whole)):
        return _missing_config(root, found[1])
    if type(error).__name__ == "OverrideParseException" or "parsing override" in whole:
        found = re.search(r"parsing override '(.*)'", whole)
        what = found[1] if found else "kommandoraden"
        return f"{what}: kan inte tolkas. Skriv nyckel=värde; text med mellanslag inom '…'"
    if found := re.search(r"Missing mandatory value: (\S+)", whole):
        return f"{found[1]} saknas"
    if found := re.search(r"full_key: (\S+)", whole):
        return f"{found[1]}: värdet kan inte användas där"
    return f"konfigurationen kan inte sättas samman: {str(error).splitlines()[0]}"


def _near_key(whole: str) -> str:
    found = re.search(r"Key '([^']*)' is not in struct", whole)
    return f" ({found[1]} är okänt)" if found else ""


if __name__ == "__main__":
    sys.exit(main())
