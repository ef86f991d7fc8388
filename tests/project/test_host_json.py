from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def host(root: Path) -> dict[str, Any]:
    return json.loads((root / "host.json").read_text(encoding="utf-8"))


def test_it_is_for_the_runtime_that_exists(host: dict[str, Any]) -> None:
    assert host["version"] == "2.0"


def test_routes_begin_with_api(host: dict[str, Any]) -> None:
    # The address registered with the bot is wire format.
    assert host["extensions"]["http"]["routePrefix"] == "api"


def test_the_task_hub_has_a_name_that_every_backend_takes(host: dict[str, Any]) -> None:
    # Azure Storage: letters and digits, begins with a letter, 3 to 45.
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{2,44}", host["extensions"]["durableTask"]["hubName"])


def test_the_extension_bundle_is_a_range_within_one_major_version(host: dict[str, Any]) -> None:
    bundle = host["extensionBundle"]
    assert bundle["id"] == "Microsoft.Azure.Functions.ExtensionBundle"
    first, last = re.fullmatch(r"\[(\d+)\.\d+\.\d+, (\d+)\.0\.0\)", bundle["version"]).groups()  # type: ignore[union-attr]
    assert int(last) == int(first) + 1
