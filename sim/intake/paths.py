"""Every estimate by its path: `vard.missbruk.hvb.langd.medel`, `arenden.missbruk.inflode.ansokan.sasong.7`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from sim.intake.fitted import Estimate, Fitted, Length


def estimates(fitted: Fitted) -> dict[str, Estimate]:
    """In the order of `Fitted`."""
    return dict(_within("", fitted))


def lengths(fitted: Fitted) -> dict[str, Length]:
    return dict(_lengths("", fitted))


def _within(path: str, found: object) -> Iterator[tuple[str, Estimate]]:
    if isinstance(found, Estimate):
        yield path, found
    else:
        for name, part in _parts(found):
            yield from _within(f"{path}.{name}".lstrip("."), part)


def _lengths(path: str, found: object) -> Iterator[tuple[str, Length]]:
    if isinstance(found, Length):
        yield path, found
    else:
        for name, part in _parts(found):
            yield from _lengths(f"{path}.{name}".lstrip("."), part)


def _parts(found: object) -> Iterator[tuple[str, object]]:
    if isinstance(found, Mapping):
        yield from ((str(name), part) for name, part in found.items())
    elif is_dataclass(found):
        yield from ((field.name, getattr(found, field.name)) for field in fields(found))
    elif isinstance(found, tuple) and found and isinstance(found[0], Estimate):
        yield from ((str(number), part) for number, part in enumerate(found, 1))
