"""A scenario that a planner sends back: text that anybody can have written, so it is read with care."""

from __future__ import annotations

import yaml

from sim.config import Kommun, Scenario
from sim.errors import HemmaplanError
from sim.files import read_yaml_text
from sim.loading import scenario_from
from sim.scenario import make_plan

LARGEST = 64 * 1024
"""Bytes."""
DEEPEST = 8
MOST_NODES = 2_000
MOST_CHANGES = 200
OWN = "uppladdat"


def scenario_from_upload(sent: bytes, kommun: Kommun) -> Scenario:
    """A scenario file as the command line takes it, that fits the kommun. Raises HemmaplanError.

    Nothing of the file is believed before its size, its depth and its words are checked; anchors and aliases, by which
    a few lines can stand for a billion, are refused.
    """
    if len(sent) > LARGEST:
        raise HemmaplanError(f"filen är för stor; ett scenario är högst {LARGEST // 1024} kB")
    try:
        text = sent.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HemmaplanError("filen är inte text sparad som UTF-8; ett scenario är en YAML-fil") from None
    _check_shape(text)
    content = read_yaml_text(text, "scenariot")
    changes = content.get("andringar")
    if isinstance(changes, list) and len(changes) > MOST_CHANGES:
        raise HemmaplanError(f"scenariot: har {len(changes)} ändringar; högst {MOST_CHANGES} går bra")
    scenario = scenario_from(content, OWN)
    make_plan(kommun, scenario)
    return scenario


def _check_shape(text: str) -> None:
    """Reads the marks of the text without making anything of it."""
    depth = nodes = 0
    try:
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise HemmaplanError("scenariot: hänvisningar (& och *) används inte i ett scenario")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            nodes += 1
            if depth > DEEPEST or nodes > MOST_NODES:
                raise HemmaplanError("scenariot: filen är för djup eller för lång för att vara ett scenario")
    except yaml.YAMLError:
        raise HemmaplanError("scenariot: filen är inte giltig YAML (fel indrag, kolon eller citattecken?)") from None
    except RecursionError:
        raise HemmaplanError("scenariot: filen är för djup för att vara ett scenario") from None
