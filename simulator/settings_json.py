"""Settings out of JSON, by the types that they are declared with."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from simulator.results import Result


class SettingsRefused(ValueError):
    """A setting does not exist, or its value has the wrong type; the message names it."""


def from_json(value: Any, kind: Any, name: str) -> Any:
    """The value of the setting `name`, of type `kind`, out of JSON. Raises `SettingsRefused`."""
    if kind is Any:
        return value
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        if value in inner:
            return value
        raise SettingsRefused(f"{name} must be one of {', '.join(map(str, inner))}, not {value!r}")
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return from_json(value, next(part for part in inner if part is not types.NoneType), name)
    if origin is dict and isinstance(value, Mapping):
        return {str(key): from_json(item, inner[1], f"{name}.{key}") for key, item in value.items()}
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(from_json(item, inner[0], name) for item in value)
    if kind is Result and isinstance(value, list | tuple) and len(value) == 2:
        return Result(*(from_json(item, int, name) for item in value))
    if is_dataclass(kind) and isinstance(value, Mapping):
        return _record(value, kind, name)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind in (bool, int, str) and type(value) is kind:
        return value
    shown = typing.cast(Any, kind).__name__ if isinstance(kind, type) else str(kind)
    raise SettingsRefused(f"{name} must be of type {shown}, not {value!r}")


def _record(value: Mapping[str, Any], kind: Any, name: str) -> Any:
    hints = get_type_hints(kind)
    unknown = sorted(set(value) - {one.name for one in fields(kind)})
    if unknown:
        raise SettingsRefused(f"{name} has no {', '.join(unknown)}")
    try:
        return kind(**{key: from_json(item, hints[key], f"{name}.{key}") for key, item in value.items()})
    except TypeError as problem:
        raise SettingsRefused(f"{name}: {problem}") from None
