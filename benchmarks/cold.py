"""What a cold start costs: fresh interpreters, up to the first webhook answered, over importing the SDK alone.

Packages that only developers have are hidden from them. Storage is Azurite; its CPU, like the simulator's and the
host's, is another process's.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from benchmarks.measuring import Result, amount, in_turns, ratio
from benchmarks.reference_call import CALLER
from cli.laptop import APP_FOLDER, BotOptions, Laptop, open_laptop
from clock import RealClock
from localhost.azurite import Azurite
from localhost.knobs import Knobs
from simulator.notifications import envelope

ROUNDS = 9
TARGET = 2.0
LAZY = ("azure.storage.blob", "azure.identity", "msal")

JSON = dict[str, Any]


async def run() -> Result:
    """Start interpreters in turns: the SDK's import, the app's, the first webhook, and what that imports."""
    # The call that the webhooks announce is never taken further: nothing is delivered to its orchestration.
    options = BotOptions(knobs=Knobs(delivery_delay_s=lambda instance: 1e6))
    with Azurite() as azurite:
        async with open_laptop(RealClock(), storage=azurite.connection_string, options=options) as laptop:
            await laptop.connections.storage.table("Inbox").get("none", "none")  # the table is there
            needed = await _start("webhook", _webhook(laptop))

            def side(what: str, given: Callable[[], Any] = lambda: None) -> Callable[[], Awaitable[float]]:
                async def start() -> float:
                    return (await _start(what, given()))["cpu_s"]

                return start

            sides = {
                "baseline": side("baseline"),
                "app": side("app"),
                "imports": side("imports", lambda: needed["modules"]),
                "webhook": side("webhook", lambda: _webhook(laptop)),
            }
            found = await in_turns(sides, rounds=ROUNDS)
            parts = await _import_times(needed["modules"])
    sdk = found["baseline"]
    return Result(
        title="cold start over importing azure.functions and azure.durable_functions",
        figures=[
            ratio("all imports up to the first webhook's answer", found["imports"], sdk, target=TARGET),
            ratio("the same with the webhook itself", found["webhook"], sdk),
            ratio("importing function_app", found["app"], sdk),
            amount("importing the SDK", sdk, "ms", scale=1000),
            amount("all imports up to the first webhook's answer", found["imports"], "ms", scale=1000),
            amount("the same with the webhook itself", found["webhook"], "ms", scale=1000),
        ],
        counts={f"imported by then: {name}": name in needed["modules"] for name in LAZY},
        notes=["most of the imports, in ms: " + ", ".join(f"{name} {ms:.0f}" for name, ms in parts)],
    )


def _webhook(laptop: Laptop) -> JSON:
    """The first webhook of a new call, as Graph would send it, and the durable client of the host."""
    simulator = laptop.simulator
    call = simulator.call(simulator.ring(CALLER))
    ringing = [outgoing.notification for outgoing in call.line.queue]
    call.forget()  # it rings nowhere but here
    return {
        "client": laptop.host.links.client_json(),
        "headers": {
            "Authorization": f"Bearer {simulator.tokens.webhook_token(call.birth.tenant_id)}",
            "Content-Type": "application/json",
            "X-Microsoft-Skype-Message-ID": call.id,
        },
        "body": envelope(call.id, ringing, simulator.settings),
    }


async def _start(what: str, given: Any) -> JSON:
    """Run a fresh interpreter; what it printed. Raises `AssertionError` when it failed."""
    command = [sys.executable, "-m", "benchmarks.cold_start", what, ",".join(development_packages())]
    output, _ = await _run(command, given)
    return json.loads(output)


async def _run(command: Sequence[str], given: Any) -> tuple[bytes, bytes]:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=APP_FOLDER)
    output, complaints = await child.communicate(json.dumps(given).encode())
    assert child.returncode == 0, complaints.decode()
    return output, complaints


async def _import_times(modules: Sequence[str]) -> list[tuple[str, float]]:
    """Milliseconds by top-level package, the dearest eight, of importing the modules once more."""
    command = [sys.executable, "-X", "importtime", "-m", "benchmarks.cold_start", "imports"]
    _, times = await _run([*command, ",".join(development_packages())], list(modules))
    own: Counter[str] = Counter()
    for microseconds, name in re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", times.decode(), re.MULTILINE):
        own[".".join(name.split(".")[: 2 if name.startswith("azure.") else 1])] += int(microseconds)
    return [(name, microseconds / 1000) for name, microseconds in own.most_common(8)]


def development_packages() -> list[str]:
    """Top-level modules of the distributions that requirements.txt does not lead to."""
    lines = (APP_FOLDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    deployed: set[str] = set()
    waiting = [_name(line) for line in lines if re.match(r"\w", line)]
    while waiting:
        name = waiting.pop()
        if name in deployed:
            continue
        deployed.add(name)
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # for another platform
            continue
        waiting += [_name(need) for need in needs if "extra ==" not in need]
    found = importlib.metadata.packages_distributions().items()
    return sorted(
        module for module, owners in found if not deployed & set(map(_name, owners)) and module.isidentifier()
    )


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].replace("_", "-").replace(".", "-").lower()
