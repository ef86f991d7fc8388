"""A worker with its control API over https, tokens of the simulator's keys, and the cloud that the simulator plays."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web

from clock import VirtualClock
from media_worker.control.app import Control, Reach
from media_worker.control.tokens import TokenCheck, Trust
from media_worker.engine.interface import Platform
from media_worker.engine.line import LineServer
from media_worker.engine.standin import StandIn
from media_worker.events import Event, Outbox
from media_worker.staging import MemoryStaging
from media_worker.worker import Worker
from simulator.tokens import KeyRing

TENANT, APP = "0c1f5b00-4444-4a2b-9c3d-0000000000cc", "0c1f5b00-6666-4a2b-9c3d-00000000b070"
ISSUER = f"https://login.example/{TENANT}/v2.0"


class Functions:
    """Takes the worker's events, as the function app does: each once."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.deliveries = 0

    async def __call__(self, url: str, events: list[Event]) -> None:
        self.deliveries += 1
        known = {(event.session_id, event.seq) for event in self.events}
        self.events += [event for event in events if (event.session_id, event.seq) not in known]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event.data for event in self.events if event.kind == kind]


class Bench:
    """The worker under test, and how it is asked."""

    def __init__(self, worker: Worker, functions: Functions, staging: MemoryStaging, keys: KeyRing, now: Any) -> None:
        self.worker, self.functions, self.staging, self.keys, self.now = worker, functions, staging, keys, now
        self.engine: Any = worker.engine
        self.root, self.http = "", None

    def token(self, **other: Any) -> str:
        now = self.now()
        claims = {"iss": ISSUER, "aud": APP, "tid": TENANT, "azp": APP, "roles": ["Media.Control"]}
        return self.keys.sign({**claims, "nbf": now - 5, "exp": now + 3000, **other})

    async def ask(self, method: str, path: str, body: Any = None, *, token: str | None = "") -> tuple[int, Any]:
        assert self.http is not None
        headers = {} if token is None else {"Authorization": f"Bearer {token or self.token()}"}
        async with self.http.request(method, self.root + path, json=body, headers=headers) as response:
            text = await response.text()
            return response.status, (await response.json() if text.startswith(("{", "[")) else text)

    async def create(self, session: str, **more: Any) -> str:
        asked = {"sessionId": session, "callRef": "call-1", "callbackUrl": "https://app.example/api/media/events"}
        status, told = await self.ask("POST", "/v1/sessions", {**asked, **more})
        assert status == 201, told
        return told["mediaConfig"]["blob"]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Tick, without time passing, until what came over sockets has arrived."""
        async with asyncio.timeout(20):
            while not condition():
                self.worker.tick()
                await asyncio.sleep(0)


@pytest.fixture
async def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def bench(clock: VirtualClock) -> AsyncIterator[Bench]:
    keys, functions, staging, engine = KeyRing("media"), Functions(), MemoryStaging(), StandIn()

    async def fetch(url: str) -> dict[str, Any]:
        return keys.jwks() if url.endswith("keys") else {"jwks_uri": "https://login.example/keys"}

    async def no_prompt(url: str) -> bytes:
        raise OSError("there are no prompts here")

    trust = Trust(metadata_url="https://login.example/m", issuer=ISSUER, audience=APP, tenant=TENANT)
    line, outbox = LineServer(engine), Outbox(functions)
    await line.start()
    engine.line_port = lambda: line.port
    engine.start(Platform(application_id=APP, service_fqdn="127.0.0.1"))
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting)) as http:
        worker = Worker(engine=engine, staging=staging, outbox=outbox, now=clock.now, http=http, capacity=8)
        told = asyncio.create_task(outbox.run())
        reach = Reach(
            callback=lambda url: url.startswith("https://app.example/"),
            prompt=lambda url: url.startswith("https://app.example/api/prompts/"),
            stream=lambda url: True,
            fetch=no_prompt,
        )
        runner = web.AppRunner(Control(worker, TokenCheck(trust, fetch=fetch, now=clock.now), reach).app())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        made = Bench(worker, functions, staging, keys, clock.now)
        made.root, made.http = f"https://localhost:{runner.addresses[0][1]}", http
        try:
            yield made
        finally:
            for session in list(worker.sessions.values()):
                await worker.close(session)
            engine.stop()
            await line.stop()
            await runner.cleanup()
            told.cancel()
            await asyncio.gather(told, return_exceptions=True)
