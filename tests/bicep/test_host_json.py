"""The host.json of each Durable backend is the app's own with the backend's settings, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bicep_code import read_cached

BACKENDS = ("azureManaged", "azureStorage")


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_the_storage_provider_differs(root: Path, bicep: Path, backend: str) -> None:
    theirs, ours = read(bicep / "durable" / backend / "host.json"), read(root / "host.json")
    provider = theirs["extensions"]["durableTask"].pop("storageProvider")
    ours["extensions"]["durableTask"].pop("storageProvider", None)
    assert theirs == ours
    assert provider["type"] == backend


def test_what_is_published_as_it_is_polls_as_quickly(root: Path, bicep: Path) -> None:
    """The app's own is that of Azure Storage: the backend which works wherever there is a storage account."""
    assert read(root / "host.json") == read(bicep / "durable/azureStorage/host.json")


def test_every_backend_of_the_template_has_one(bicep: Path) -> None:
    allowed = read_cached(bicep)["main.bicep"].parameters["durableBackend"].decorators["allowed"]
    assert {path.name for path in (bicep / "durable").iterdir()} == set(BACKENDS)
    assert all(f"'{backend}'" in allowed for backend in BACKENDS)


def test_the_scheduler_is_reached_by_the_setting_that_the_template_makes(bicep: Path) -> None:
    provider = read(bicep / "durable/azureManaged/host.json")["extensions"]["durableTask"]["storageProvider"]
    assert f"'{provider['connectionStringName']}'" in (bicep / "modules/function_app.bicep").read_text(encoding="utf-8")


def test_a_caller_is_not_kept_waiting_by_polling(bicep: Path) -> None:
    provider = read(bicep / "durable/azureStorage/host.json")["extensions"]["durableTask"]["storageProvider"]
    assert provider["maxQueuePollingInterval"] == "00:00:00.250"
    assert provider["controlQueueVisibilityTimeout"] == provider["workItemQueueVisibilityTimeout"] == "00:00:30"
    assert provider["partitionCount"] <= 2
