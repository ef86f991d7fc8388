"""What the webhook costs over a bare async function in the same host: the same HTTP request, sent to both in turns.

The CPU counted is that of the host's thread; the client is another's. "Token, parse, route" is the product's webhook
for a call whose inbox is closed: everything but storing and raising.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import connections
from benchmarks.http_client import HttpClient, request_bytes
from benchmarks.measuring import Result, amount, in_turns, ratio
from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from inbox import Inbox, InboxClosed, Stored
from localhost.host import Host
from localhost.knobs import Knobs
from simulator.notifications import Notification, call_data, envelope, tone_info

ROUNDS = 100
REQUESTS = 40  # per side and round
# The product remembers 1,024 verified tokens: of so many, sent in a circle, it never finds one again.
TOKENS = 1200
COLD_TARGET, WARM_TARGET = 2.2, 1.3

JSON = dict[str, object]


class ClosedInbox(Inbox):
    """The inbox of calls that are over: what comes is taken and dropped."""

    async def append(self, instance_id: str, digest: JSON, raw: JSON, identity: str, *, message: str = "") -> Stored:
        """Refuse."""
        raise InboxClosed(instance_id)


async def run() -> Result:
    """Measure the bare function and three forms of the webhook in turns."""
    # Nothing that is raised is ever delivered: what the call would do with it is not the webhook's cost.
    options = BotOptions(knobs=Knobs(delivery_delay_s=lambda instance: 1e6))
    clock = VirtualClock()
    async with open_laptop(clock, options=options) as laptop:
        bare = await Host.start(Path(__file__).parent / "bare", clock=clock, schedules=False)
        try:
            found = await _measured(laptop, bare)
        finally:
            await bare.stop()
    nothing = found["bare"]
    return Result(
        title="CPU of the webhook over a bare async function in the same host",
        figures=[
            ratio("token, parse, route; token never seen", found["cold"], nothing, target=COLD_TARGET),
            ratio("token, parse, route; token verified before", found["warm"], nothing, target=WARM_TARGET),
            ratio("of that: the same two parameters and client binding, bare", found["bound"], nothing),
            ratio("the whole, with store (in memory) and raise", found["whole"], nothing),
            amount("bare function", nothing, "us", scale=1e6),
            amount("token, parse, route; token never seen", found["cold"], "us", scale=1e6),
            amount("token, parse, route; token verified before", found["warm"], "us", scale=1e6),
            amount("the whole", found["whole"], "us", scale=1e6),
        ],
        notes=["the whole includes the HTTP request by which the SDK raises the event, and the host's answering it"],
    )


async def _measured(laptop: Laptop, bare: Host) -> dict[str, list[float]]:
    url, tones = await _live_call(laptop)
    here = laptop.connections
    closed = ClosedInbox(here.storage.table("Inbox"), here.storage.blobs("inbox"), None, here.now)  # type: ignore[arg-type]
    routed = dataclasses.replace(here, inbox=closed)
    fresh = itertools.cycle(_tokens(laptop, TOKENS))
    known = next(fresh)
    tail = "/".join(url.split("/")[-2:])

    def requests(url: str, tokens: Iterator[str]) -> list[bytes]:
        return [_request(url, next(tokens), next(tones)) for _ in range(REQUESTS)]

    with HttpClient(laptop.host.base_url) as to_bot, HttpClient(bare.base_url) as to_bare:

        def side(client: HttpClient, url: str, tokens: Iterator[str], using: connections.Connections) -> Side:
            async def send() -> float:
                connections.use(using)
                prepared = requests(url, tokens)
                began = time.thread_time()
                statuses = await asyncio.to_thread(client.send_all, prepared)
                took = time.thread_time() - began
                assert set(statuses) == {202}, statuses
                return took / len(prepared)

            return send

        sides = {
            "bare": side(to_bare, f"{bare.base_url}/api/bare", itertools.repeat(known), here),
            "bound": side(to_bare, f"{bare.base_url}/api/bound/{tail}", itertools.repeat(known), here),
            "cold": side(to_bot, url, fresh, routed),
            "warm": side(to_bot, url, itertools.repeat(known), routed),
            "whole": side(to_bot, url, itertools.repeat(known), here),
        }
        return await in_turns(sides, rounds=ROUNDS)


Side = Callable[[], Awaitable[float]]


async def _live_call(laptop: Laptop) -> tuple[str, Iterator[bytes]]:
    """A call that has begun: its callback URI, and bodies of notifications about its keys, each another."""
    call_id = str(uuid.uuid4())
    instance_id, tenant_id = laptop.instance_of(call_id), laptop.simulator.settings.tenant_id
    await laptop.connections.births.claim(instance_id, call_id.replace("-", ""), tenant_id)
    laptop.host.engine.start_new("call_orchestrator", instance_id, {})
    settings = laptop.simulator.settings

    def body(sequence: int) -> bytes:
        data = call_data(call_id, settings, "established", toneInfo=tone_info(sequence, "tone5"))
        change = Notification(kind="tone", change_type="updated", path="", data=data)
        return json.dumps(envelope(call_id, [change], settings)).encode()

    return laptop.connections.callback_uri(instance_id), map(body, itertools.count(1))


def _tokens(laptop: Laptop, many: int) -> list[str]:
    """Valid tokens of Graph's calling service, no two alike."""
    settings, now = laptop.simulator.settings, int(laptop.clock.now())
    claims = {
        "iss": settings.webhook_issuer,
        "aud": settings.bot_app_id,
        "tid": settings.tenant_id,
        "iat": now,
        "nbf": now,
        "exp": now + 3900,
    }
    sign = laptop.simulator.tokens.webhook_keys.sign
    return [sign({**claims, "uti": uuid.uuid4().hex}) for _ in range(many)]


def _request(url: str, token: str, body: bytes) -> bytes:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "X-Microsoft-Skype-Chain-ID": str(uuid.uuid4()),
        "X-Microsoft-Skype-Message-ID": str(uuid.uuid4()),
    }
    return request_bytes("POST", url, headers, body)
