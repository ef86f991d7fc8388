"""Runs the functions that a deployment has put beside its flows, for the nodes `python` of these.

`functions.py` in the folder that FLOWS names has

    FUNCTIONS = {"order-status": order_status}

and each of them takes a JSON object and returns one. It may be `async`; one that is not runs in a thread of its own,
which nobody can stop: after its time the call goes on without it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import azure.durable_functions as df

import connections
from activities.acting import once, with_journal
from activities.fetching import MOST_BYTES, opened_values, read_values, without
from connections.connections import APP_FOLDER

bp = df.Blueprint()
log = logging.getLogger("callwright.activities")

JSON = dict[str, Any]
FILE = "functions.py"


@bp.activity_trigger(input_name="given")
async def run_function(given: dict) -> dict:
    """Call `function` with `given`: `{"ok": {"outcome": ok | timeout | failed, "code": null, "status", "values"}}`.

    Once: run again after a crash, the activity does not know what became of the call, and says `failed`.
    """
    secrets = await opened_values(given, given["given"])
    if "error" in secrets:
        return await with_journal(given, secrets)

    async def run(left_s: float) -> JSON:
        return {"ok": await _run(given, secrets["ok"])}

    return await with_journal(given, await once(given, run, unknown={"ok": without("failed", "unknown")}))


async def _run(given: JSON, secrets: Mapping[str, str]) -> JSON:
    name = given["function"]
    try:
        function = functions(APP_FOLDER / connections.current().settings.flows).get(name)
    except Exception:
        log.exception("%s beside the flows cannot be read", FILE)
        return without("failed", "noFunctions")
    if function is None:
        log.error("there is no function %s in %s", name, FILE)
        return without("failed", "noFunction")
    arguments = {
        key: secrets.get(value, value) if isinstance(value, str) else value for key, value in given["given"].items()
    }
    try:
        async with asyncio.timeout(given["timeout_ms"] / 1000):
            returned = await _called(function, arguments)
            text = json.dumps(returned)
    except TimeoutError:
        return without("timeout", "timeout")
    except Exception as failure:  # whatever a function does, it is not the call that has failed
        log.error("the function %s has failed: %s", name, type(failure).__name__)  # its message may tell a secret
        return without("failed", type(failure).__name__)
    if not isinstance(returned, dict) or len(text) > MOST_BYTES:
        return without("failed", "noObject" if len(text) <= MOST_BYTES else "tooLong")
    values = read_values(json.loads(text), given["into"], list(secrets.values()))
    return {"outcome": "ok", "code": None, "status": None, "values": values}


async def _called(function: Callable[[JSON], Any], arguments: JSON) -> Any:
    if inspect.iscoroutinefunction(function):
        returned: Awaitable[Any] = function(arguments)
        return await returned
    return await asyncio.to_thread(function, arguments)


@lru_cache(maxsize=16)
def functions(folder: Path) -> Mapping[str, Callable[[JSON], Any]]:
    """The functions of a folder of flows, read once; none where there is no such file."""
    path = folder / FILE
    if not path.is_file():
        return {}
    spec = importlib.util.spec_from_file_location("flow_functions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.FUNCTIONS)
