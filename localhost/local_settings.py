"""`local.settings.json`: the settings of an app on a developer's machine, as Core Tools reads them."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from pathlib import Path


class SettingsUnusable(Exception):
    """The file is not what Core Tools would take."""


def merge(file: Path, environment: MutableMapping[str, str]) -> list[str]:
    """Put the file's `Values` into the environment where it has none of that name; the names that were put.

    Raises:
        SettingsUnusable: the file is there but is not JSON, or a value in it is not text.
    """
    if not file.is_file():
        return []
    try:
        document = json.loads(file.read_text("utf-8-sig"))
    except ValueError as error:
        raise SettingsUnusable(f"{file} is not JSON: {error}") from error
    values = document.get("Values", {}) if isinstance(document, dict) else None
    if not isinstance(values, dict):
        raise SettingsUnusable(f'{file} must be an object whose "Values" is an object.')
    for name, value in values.items():
        if not isinstance(value, str):
            raise SettingsUnusable(f"{file}: the value of {name} must be text, not {json.dumps(value)}.")
    added = [name for name in values if name not in environment]
    environment.update({name: values[name] for name in added})
    return added
