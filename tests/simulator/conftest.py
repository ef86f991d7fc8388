"""A scripted bot and a simulator on real sockets, in virtual time; all that passes is held to Graph's schemas."""

from __future__ import annotations

import asyncio
import functools
import io
import json
import math
import sys
import wave
from array import array
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from clock import VirtualClock
from simulator import Addresses, Simulator, SimulatorSettings, serve
from simulator.disruption import SENDER
from simulator.ids import same_id

BOB = "0c1f5b00-5555-4a2b-9c3d-00000000b0bb"
CONTRACT = Path(__file__).parents[1] / "contract" / "openapi.json"
sys.path.append(str(CONTRACT.parent))  # `tests` is no package: a dependency ships one of that name


@functools.cache
def schema(name: str) -> OAS30Validator:
    registry = Registry().with_resource("urn:graph", Resource(contents=contract(), specification=DRAFT4))
    return OAS30Validator({"$ref": f"urn:graph#/components/schemas/{name}"}, registry=registry)


@functools.cache
def contract() -> dict[str, Any]:
    return json.loads(CONTRACT.read_text())


def tone_wav(*pieces: tuple[float, float], rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    """A WAV of (seconds, loudness 0..1) pieces of a 440 Hz tone."""
    samples = array("h")
    for seconds, loudness in pieces:
        wavelength = [round(32767 * loudness * math.sin(2 * math.pi * step / 40)) for step in range(40)]
        count = round(seconds * rate) * channels
        samples.extend((wavelength * (count // 40 + 1))[:count])
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


class Bot:
    """Takes webhooks, serves prompts, and sends what a test tells it to send."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.simulator: Simulator
        self.addresses: Addresses
        self.posts: list[tuple[Mapping[str, str], bytes]] = []
        self.items: list[dict[str, Any]] = []
        self._by_call: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.prompts: dict[str, bytes] = {"hello": tone_wav((1.0, 0.5)), "menu": tone_wav((3.0, 0.5))}
        self.fetched: list[str] = []
        #: What to answer to each POST; a test may replace it.
        self.reply: Callable[[bytes], int] = lambda body: 202
        #: What the 200 to somebody who joins under a policy says.
        self.body: str | None = None
        self.lenient = False
        #: Turns of the event loop that each POST takes, and the most that were under way together.
        self.slow_turns = 0
        self.most_at_once = self._at_once = 0
        self.client_id: str | None = None
        self.tenant_id: str | None = None
        self.url = ""
        self._http: aiohttp.ClientSession

    async def start(self, stack: AsyncExitStack) -> None:
        app = web.Application(client_max_size=2**22)
        app.router.add_post("/callbacks{rest:.*}", self._callback)
        app.router.add_get("/prompts/{name}", self._prompt)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._http = await stack.enter_async_context(aiohttp.ClientSession())

    async def _callback(self, request: web.Request) -> web.Response:
        with self.clock:
            body = await request.read()
            self.most_at_once = max(self.most_at_once, self._at_once + 1)
            self._at_once += 1
            for _ in range(self.slow_turns):
                await asyncio.sleep(0)
            self._at_once -= 1
            status = self.reply(body)
            self.posts.append((dict(request.headers), body))
            if status in (200, 202):
                self._take(json.loads(body.decode(request.charset or "utf-8")))
            asks = status == 202 and self.body is not None and b"participantJoining" in body
            return web.Response(status=200, text=self.body) if asks else web.Response(status=status)

    def _take(self, body: dict[str, Any]) -> None:
        for item in body["value"]:
            data = item["resourceData"]
            one = isinstance(data, list) and not item["resourceUrl"].endswith("/participants")
            taken = {**item, "resourceData": data[0] if one else data}
            self.items.append(taken)
            self._by_call[_call_of(item)].append(taken)
        if not self.lenient:
            schema("microsoft.graph.commsNotifications").validate(body)
            for item in self.items[-len(body["value"]) :]:
                found = item["resourceData"]
                for data in found if isinstance(found, list) else [found]:
                    schema(data["@odata.type"].removeprefix("#")).validate(data)

    async def _prompt(self, request: web.Request) -> web.Response:
        with self.clock:
            name = request.match_info["name"]
            self.fetched.append(name)
            if name not in self.prompts:
                return web.Response(status=404)
            return web.Response(body=self.prompts[name], content_type="audio/wav")

    # --- asking Graph

    def token(self) -> str:
        settings = self.simulator.settings
        return self.simulator.tokens.access_token(
            tenant_id=self.tenant_id or settings.tenant_id,
            client_id=self.client_id or settings.bot_app_id,
            audience="https://graph.microsoft.com",
            roles=settings.permissions,
            issuer="https://login.test/v2.0",
        )

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        signed: bool = False,
    ) -> tuple[int, Any, Mapping[str, str]]:
        """A request below /communications/calls: status, JSON, headers; checked against the contract.

        `signed`: the simulator is told who asks, so that time can pass while it lets the request lie.
        """
        url = f"{self.addresses.graph_url}/communications/calls/{path}".rstrip("/")
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json", **(headers or {})}
        if signed:
            sent[SENDER] = self.clock.me()
        with self.clock:
            async with self._http.request(method, url, data=data, headers=sent) as answer:
                text = await answer.read()
        value = json.loads(text) if text else None
        if answer.status >= 400:
            schema("microsoft.graph.ODataErrors.ODataError").validate(value)
        elif not self.lenient:
            _check_response(method, path, answer.status, value, answer.headers)
        return answer.status, value, answer.headers

    async def act(self, call_id: str, action: str, **body: Any) -> tuple[int, Any, Mapping[str, str]]:
        return await self.ask("POST", f"{call_id}/{action}", body or None)

    async def get(self, url: str, **headers: str) -> tuple[int, bytes]:
        with self.clock:
            async with self._http.get(url, headers=headers) as answer:
                return answer.status, await answer.read()

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        async with self._http.request(method, f"{self.addresses.base_url}/simulator{path}", data=data) as answer:
            text = await answer.read()
            return answer.status, json.loads(text) if text else None

    # --- what the bot usually does

    def prompt(self, name: str, resource_id: str | None = None) -> dict[str, Any]:
        info = {"uri": f"{self.url}/prompts/{name}", "resourceId": resource_id or name}
        return {"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": info}

    async def answer(self, call_id: str, **more: Any) -> int:
        config = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig", "preFetchMedia": []}
        body = {
            "callbackUri": f"{self.url}/callbacks/{call_id}",
            "mediaConfig": config,
            "acceptedModalities": ["audio"],
            **more,
        }
        return (await self.ask("POST", f"{call_id}/answer", body))[0]

    def call_body(self, *targets: Mapping[str, str], source: str | None = None, **more: Any) -> dict[str, Any]:
        """A request for a call to people; `source` is `instance` (the resource account) or `stranger` (another)."""
        settings = self.simulator.settings
        body: dict[str, Any] = {
            "@odata.type": "#microsoft.graph.call",
            "callbackUri": f"{self.url}/callbacks/outgoing",
            "requestedModalities": ["audio"],
            "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
            **more,
        }
        if body.get("tenantId") == "home":
            body["tenantId"] = settings.tenant_id
        if source is not None:
            instance = settings.application_instance_id if source == "instance" else BOB
            body["source"] = {"identity": {"applicationInstance": {"id": instance}}}
        if any(targets):
            body["targets"] = [{"identity": {kind: {"id": who}}} for one in targets for kind, who in one.items()]
        return {name: value for name, value in body.items() if value is not None}

    async def up(self, caller: Mapping[str, Any] | None = None, *, tones: bool = True, **ring: Any) -> str:
        """A call that is answered, with media active and, unless told otherwise, tones subscribed."""
        call_id = self.simulator.ring(caller, **ring)
        await self.until(lambda: bool(self.of(call_id)))
        assert await self.answer(call_id) == 202
        await self.until(lambda: self.audio(call_id) == "active")
        if tones:
            assert (await self.act(call_id, "subscribeToTone", clientContext="tones"))[0] == 200
        return call_id

    # --- what the bot was told

    async def until(self, done: Callable[[], bool], limit_s: float = 3600.0) -> None:
        await self.clock.run_until(done, limit_s=limit_s)

    def of(self, call_id: str) -> list[dict[str, Any]]:
        return self._by_call[call_id]

    def changes(self, call_id: str) -> list[dict[str, Any]]:
        """What was said about the call itself, not its operations."""
        return [item["resourceData"] for item in self.of(call_id) if _is_call(item)]

    def states(self, call_id: str) -> list[str]:
        return [data["state"] for data in self.changes(call_id) if "state" in data and "toneInfo" not in data]

    def audio(self, call_id: str) -> str | None:
        states = [data["mediaState"]["audio"] for data in self.changes(call_id) if "mediaState" in data]
        return states[-1] if states else None

    def tones(self, call_id: str) -> list[tuple[int, str]]:
        infos = [data["toneInfo"] for data in self.changes(call_id) if "toneInfo" in data]
        return [(info["sequenceId"], info["tone"]) for info in infos]

    def operations(self, call_id: str) -> list[dict[str, Any]]:
        return [item["resourceData"] for item in self.of(call_id) if "/operations/" in item["resourceUrl"]]

    def rosters(self, call_id: str) -> list[list[dict[str, Any]]]:
        return [item["resourceData"] for item in self.of(call_id) if item["resourceUrl"].endswith("/participants")]

    def ended(self, call_id: str) -> dict[str, Any] | None:
        gone = [item for item in self.of(call_id) if item["changeType"] == "deleted" and _is_call(item)]
        return gone[-1]["resourceData"] if gone else None

    def result(self, call_id: str) -> tuple[int, int] | None:
        """Code and subcode with which the call ended."""
        info = (self.ended(call_id) or {}).get("resultInfo")
        return (info["code"], info["subcode"]) if info else None


def _call_of(item: Mapping[str, Any]) -> str:
    return same_id(item["resourceUrl"].split("/calls/")[1].split("/")[0])


def _is_call(item: Mapping[str, Any]) -> bool:
    return "/" not in item["resourceUrl"].split("/calls/")[1]


def _check_response(method: str, path: str, status: int, value: Any, headers: Mapping[str, str]) -> None:
    parts = path.split("/") if path else []
    parts[:1] = ["{call-id}"] if path else []
    if len(parts) >= 3 and parts[2] != "invite":
        parts[2] = {"operations": "{commsOperation-id}", "participants": "{participant-id}"}[parts[1]]
    parts[1:2] = [parts[1].removeprefix("microsoft.graph.")] if len(parts) > 1 else []
    operation = contract()["paths"]["/".join(["/communications/calls", *parts])][method.lower()]
    documented = operation["responses"][str(status)]
    assert set(documented.get("headers", {})) <= set(headers)
    content = documented.get("content")
    assert (content is None) == (value is None)
    if content:
        schema(content["application/json"]["schema"]["$ref"].rpartition("/")[2]).validate(value)
        for item in value.get("value", [value]):
            schema(item.get("@odata.type", "#microsoft.graph.call").removeprefix("#")).validate(item)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def settings() -> dict[str, Any]:
    """Settings of the simulator; tests override this through `pytest.mark.parametrize` or change them later."""
    return {}


@pytest.fixture
async def bot(clock: VirtualClock, settings: dict[str, Any]) -> AsyncIterator[Bot]:
    bot = Bot(clock)
    async with AsyncExitStack() as stack:
        await bot.start(stack)
        chosen = SimulatorSettings.from_json({"bot_callback_url": f"{bot.url}/callbacks", **settings})
        bot.simulator = Simulator(clock, chosen)
        bot.addresses = await stack.enter_async_context(serve(bot.simulator, https=False))
        yield bot


@pytest.fixture
def simulator(bot: Bot) -> Simulator:
    return bot.simulator


@pytest.fixture
def make_wav() -> Callable[..., bytes]:
    return tone_wav
