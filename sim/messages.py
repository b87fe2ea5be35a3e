"""Pydantic's errors in Swedish, with the path and the value as they stand in the planner's file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from sim import config
from sim.errors import HemmaplanError, nearest, tal_text

Where = tuple[str, ...]


def _written_path(content: Any, loc: Sequence[str | int]) -> Where:
    """The error's path without pydantic's own additions; places in a list count from 1."""
    path: list[str] = []
    node = content
    for position, part in enumerate(loc):
        last = position == len(loc) - 1
        if part == "[key]" or _is_alternative(part):
            continue
        if isinstance(node, Mapping):
            if part not in node and part in config.UNION_TAGS and not last:
                continue
            node = node.get(part)
            path.append(str(part))
        elif isinstance(node, list | tuple) and isinstance(part, int):
            node = node[part] if part < len(node) else None
            path.append(str(part + 1))
        else:
            path.append(str(part))
    return tuple(path)


def _is_alternative(part: str | int) -> bool:
    """Whether a part of pydantic's path names one of the forms that a value can have: a number or a dict by date."""
    return isinstance(part, str) and (part == "constrained-float" or part.startswith("dict["))


def _was_not_meant(content: Any, loc: Sequence[str | int]) -> bool:
    """pydantic tells the errors of both forms; only those of the one that is written help."""
    for position, part in enumerate(loc):
        if _is_alternative(part):
            node = content
            for name in _written_path(content, loc[:position]):
                node = node[int(name) - 1] if isinstance(node, list | tuple) else node.get(name)
            return str(part).startswith("dict[") != isinstance(node, Mapping)
    return False


def _models(annotation: Any) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        found.add(annotation)
    for argument in get_args(annotation):
        found |= _models(argument)
    return found


def _field_names(model: type[BaseModel], loc: Sequence[str | int]) -> set[str]:
    """The field names allowed where an unknown one was met."""
    models = together = {model}
    for part in loc[:-1]:
        below: set[type[BaseModel]] = set()
        for each in models:
            if isinstance(part, str) and part in each.model_fields:
                below |= _models(each.model_fields[part].annotation)
        if below:
            models = together = below
        elif part in config.UNION_TAGS:
            models = {each for each in together if each.__name__.lower() == part} or models
    return set().union(*(each.model_fields for each in models))


def _number_text(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[-−]?[\d\s\u00a0]*\d,\d+", value.strip()):
        right = value.strip().replace(",", ".").replace("−", "-").replace("\u00a0", "").replace(" ", "")
        return f"är text, inte ett tal. I YAML skrivs decimaltecknet med punkt: {right}"
    if isinstance(value, str):
        return "är text, inte ett tal; skriv talet utan citattecken, med decimalpunkt"
    if isinstance(value, bool):
        return "är ja eller nej (YAML läser no, yes, on och off så), ska vara ett tal"
    return "ska vara ett tal"


def _bound(value: float) -> str:
    return str(value) if isinstance(value, int) else tal_text(value)


def _text_for(kind: str, error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    value = error.get("input")
    if kind == "greater_than_equal":
        return f"måste vara minst {_bound(context['ge'])}"
    if kind == "less_than_equal":
        return f"får vara högst {_bound(context['le'])}"
    if kind == "greater_than":
        return f"måste vara större än {_bound(context['gt'])}"
    if kind == "less_than":
        return f"måste vara mindre än {_bound(context['lt'])}"
    if kind in {"float_type", "float_parsing", "int_type", "int_parsing", "int_from_float", "finite_number"}:
        if kind.startswith("int") and isinstance(value, float):
            return "ska vara ett heltal"
        return _number_text(value)
    if kind == "missing":
        return "saknas"
    if kind in {"literal_error", "union_tag_invalid"}:
        allowed = re.findall(r"'([^']+)'", str(context.get("expected", context.get("expected_tags", ""))))
        return f"finns inte; {nearest(str(value if kind == 'literal_error' else context.get('tag', '')), allowed)}"
    if kind == "union_tag_not_found":
        return "typ saknas; tillåtet: team, boende, extern"
    if kind == "string_pattern_mismatch":
        if context.get("pattern") == r"^\d{4}$":
            return "ska vara fyra siffror inom citattecken, till exempel '0180'"
        return "namn får bara ha a-z, 0-9 och understreck, och börjar med en bokstav (å, ä och ö skrivs i namn:)"
    if kind == "string_type" and error["loc"][-1:] == ("kommunkod",):
        return "ska vara fyra siffror inom citattecken, till exempel '0180' (utan dem läser YAML ett annat tal)"
    if kind in {"string_type", "string_too_short"}:
        return "ska vara text (skriv den inom citattecken)"
    if kind in {"dict_type", "model_type", "model_attributes_type"}:
        return "ska ha nycklar och värden under sig"
    if kind in {"tuple_type", "list_type"}:
        return "ska vara en lista"
    if kind in {"too_short", "too_long"}:
        needed = context.get("min_length", context.get("max_length"))
        return (
            f"ska ha {'minst' if kind == 'too_short' else 'högst'} {needed} värden, har {context.get('actual_length')}"
        )
    if kind == "bool_type" or kind == "bool_parsing":
        return "ska vara true eller false"
    if kind.startswith("date") or (kind == "value_error" and "isoformat" in str(error.get("msg"))):
        return "ska vara ett datum skrivet ÅÅÅÅ-MM-DD"
    if kind == "value_error":
        text = str(context.get("error", error.get("msg", "")))
        return "ska vara ett datum skrivet ÅÅÅÅ-MM-DD" if re.search(r"month|day|year", text) else text
    return "är inte giltigt"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        return ""
    if value is None or isinstance(value, bool):
        return f" = {json.dumps(value)}"
    return f" = {str(value)[:60]}"


def _inside(loc: Sequence[str | int], other: Sequence[str | int]) -> bool:
    return len(loc) > len(other) and loc[: len(other)] == other


def problem_lines(
    error: ValidationError,
    model: type[BaseModel],
    content: Any,
    place: Callable[[Where], str | None] = lambda _: None,
    prefix: str = "",
) -> list[str]:
    """One Swedish line for each of pydantic's errors: path = value: what is allowed (file)."""
    lines = []
    items = error.errors(include_url=False)
    for item in items:
        where = _written_path(content, item["loc"])
        kind = item["type"]
        value = item.get("input")
        if _was_not_meant(content, item["loc"]):
            continue
        if kind == "too_short" and any(_inside(other["loc"], item["loc"]) for other in items):
            continue  # pydantic counts only the sound ones
        if kind == "union_tag_invalid":
            where, value = (*where, "typ"), value["typ"] if isinstance(value, Mapping) else None
        if (kind == "invalid_key" or item["loc"][-1:] == ("[key]",)) and not isinstance(value, str):
            where, text, shown = where[:-1], f"nyckeln {json.dumps(value)} ska vara text", ""
        elif kind == "extra_forbidden":
            text, shown = f"okänd nyckel; {nearest(where[-1], _field_names(model, item['loc']))}", ""
        else:
            text, shown = _text_for(kind, item), "" if kind == "missing" else _shown(value)
        if kind == "missing":
            text = "saknas"
        file = place(where)
        path = ".".join(where)
        path = f"{prefix}.{path}" if prefix and path else prefix or path
        lines.append(f"{path}{shown}: {text}" + (f" ({file})" if file else ""))
    return lines


M = TypeVar("M", bound=BaseModel)


def validated(
    model: type[M], content: Any, place: Callable[[Where], str | None] = lambda _: None, prefix: str = ""
) -> M:
    """`content` as a model. Raises HemmaplanError with one Swedish line for each problem."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise HemmaplanError("\n".join(problem_lines(error, model, content, place, prefix))) from None
