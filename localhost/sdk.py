"""What this host sets straight in the SDK's module globals; the SDK's code itself is unchanged.

Two things are global there: one HTTP session for every durable client, bound to the event loop that made it, and the
parser of history timestamps, which costs five sixths of a replay's CPU.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Mapping
from datetime import datetime

_STRICT_TYPING = "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"
_SAMPLES = (
    "2026-11-23T10:14:45.377089Z",
    "2026-01-05T09:00:00.000000Z",
    "2024-02-29T23:59:59.999999Z",
    "2026-03-29T01:30:00Z",
)

_hosts: dict[asyncio.AbstractEventLoop, int] = {}


class StrictTypingMissing(Exception):
    """The setting without which a dict in a notification can name a class to be made of it."""


def require_strict_typing(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse to go on without the setting.

    Raises:
        StrictTypingMissing: it is not set.
    """
    if environment.get(_STRICT_TYPING, "").strip().lower() not in ("1", "true", "yes"):
        raise StrictTypingMissing(
            f"Set {_STRICT_TYPING}=1. Without it azure-functions makes instances of whatever classes the data names, "
            "and one such dict in a notification ends a call."
        )


def use_timestamps(*, fast: bool) -> None:
    """Let the SDK parse history timestamps with `datetime.fromisoformat`, or give it back its own parser.

    Raises:
        AssertionError: the two parsers do not agree on what this host writes.
    """
    importlib.import_module("azure.durable_functions")
    # The package re-exports the class under the module's name: only sys.modules leads to the module.
    module = sys.modules["azure.durable_functions.models.history.HistoryEvent"]
    stock = importlib.import_module("dateutil.parser").parse
    for sample in _SAMPLES:
        assert stock(sample) == datetime.fromisoformat(sample), f"the parsers differ on {sample}"
    module.dt_parse = datetime.fromisoformat if fast else stock  # type: ignore[attr-defined]


def open_session() -> None:
    """A host has started on the running loop: the SDK's session must be this loop's."""
    loop = asyncio.get_running_loop()
    http = importlib.import_module("azure.durable_functions.models.utils.http_utils")
    if loop not in _hosts:
        vars(http).update(_client_session=None, _session_lock=asyncio.Lock())
    _hosts[loop] = _hosts.get(loop, 0) + 1


async def close_session() -> None:
    """A host has stopped; the last one of its loop closes the session."""
    loop = asyncio.get_running_loop()
    _hosts[loop] -= 1
    if not _hosts[loop]:
        del _hosts[loop]
        http = importlib.import_module("azure.durable_functions.models.utils.http_utils")
        await http._close_session()
