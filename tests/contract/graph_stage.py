"""A simulator on real sockets in virtual time, with what a request needs before it can succeed.

The bot is nobody: it takes every notification and serves one prompt.
"""

from __future__ import annotations

import io
import json
import wave
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from graph_operations import BOB, OWNER, SERVICE_HOSTED

from clock import VirtualClock
from simulator import Addresses, Simulator, SimulatorSettings, serve, sharing
from simulator.call import Call
from simulator.conversation import Conversation
from simulator.identities import Identity

CAROL = "0c1f5b00-5555-4a2b-9c3d-00000000ca01"
APP_HOSTED = {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "opaque"}


class Stage:
    """`place` has the ids that paths and bodies need, under the names of the OpenAPI document."""

    def __init__(
        self, simulator: Simulator, addresses: Addresses, http: aiohttp.ClientSession, bot_url: str, posts: list[bytes]
    ) -> None:
        self.simulator = simulator
        self.addresses = addresses
        self.clock = simulator.clock
        self._http = http
        self._posts = posts
        self.place: dict[str, str] = {
            "prompt": f"{bot_url}/prompt",
            "callback": f"{bot_url}/callback",
            "tenant": simulator.settings.tenant_id,
            "user-id": OWNER,
        }

    def token(self, roles: Sequence[str] | None = None, tenant_id: str | None = None) -> str:
        """A token of the bot's; with every permission that it was granted unless roles are given."""
        settings = self.simulator.settings
        return self.simulator.tokens.access_token(
            tenant_id=tenant_id or settings.tenant_id,
            client_id=settings.bot_app_id,
            audience="https://graph.microsoft.com",
            roles=settings.permissions if roles is None else tuple(roles),
            issuer="https://login.test/v2.0",
        )

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, headers: Mapping[str, str] = {}
    ) -> tuple[int, Any, Mapping[str, str]]:
        """A request: status, JSON, headers. An empty token sends none."""
        given = self.token() if token is None else token
        sent = {
            **({"Authorization": f"Bearer {given}"} if given else {}),
            "Content-Type": "application/json",
            **headers,
        }
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.addresses.graph_url}{path}"
        with self.simulator.clock:
            async with self._http.request(method, url, data=data, headers=sent) as answer:
                text = await answer.read()
        return answer.status, json.loads(text) if text else None, answer.headers

    async def control(self, method: str, path: str, body: Any = None) -> int:
        """A request to the control plane: status."""
        url = f"{self.addresses.base_url}{path}"
        with self.simulator.clock:
            async with self._http.request(method, url, data=json.dumps(body).encode()) as answer:
                return answer.status

    def items(self) -> Iterator[dict[str, Any]]:
        """Everything that the bot was notified of."""
        for post in self._posts:
            yield from json.loads(post)["value"]

    def notified(self) -> Iterator[Any]:
        """Every resource in it, None where a notification had none."""
        for item in self.items():
            data = item.get("resourceData")
            yield from data if isinstance(data, list) else [data]

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        assert isinstance(self.clock, VirtualClock)
        await self.clock.advance(seconds)

    @property
    def call(self) -> Call:
        """The call of the scene."""
        return self.simulator.call(self.place["call-id"])

    # --- scenes

    async def nothing(self) -> None:
        """No call at all."""

    async def ringing(self, *, policy: bool = False) -> None:
        """Alice rings the bot."""
        self.place["call-id"] = self.simulator.ring(policy=policy)

    async def up(self) -> None:
        """A call with Alice, answered, with media."""
        await self.ringing()
        await self._answered(SERVICE_HOSTED)

    async def policy(self) -> None:
        """A policy-recording call, its media with the application."""
        await self.ringing(policy=True)
        await self._answered(APP_HOSTED)

    async def played(self) -> None:
        """A call with a prompt in its queue."""
        await self.up()
        prompt = {"@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": {"uri": self.place["prompt"]}}
        body = await self._done("POST", "/playPrompt", {"prompts": [prompt]})
        self.place["commsOperation-id"] = body["id"]

    async def meeting(self, media: Mapping[str, Any] = SERVICE_HOSTED) -> None:
        """The bot is in a meeting with Carol."""
        tenant_id = self.simulator.settings.tenant_id
        meeting = self.simulator.online_meetings.create(
            Identity(kind="user", id=OWNER, tenant_id=tenant_id),
            tenant_id,
            now=self.clock.now(),
            options={"lobbyBypassSettings": {"scope": "everyone"}},
        )
        organizer = {"user": {"id": OWNER, "tenantId": tenant_id}}
        body = {
            "callbackUri": self.place["callback"],
            "mediaConfig": media,
            "tenantId": tenant_id,
            "chatInfo": meeting.chat,
            "meetingInfo": {"@odata.type": "#microsoft.graph.organizerMeetingInfo", "organizer": organizer},
            "callOptions": {
                "@odata.type": "#microsoft.graph.outgoingCallOptions",
                "isContentSharingNotificationEnabled": True,
            },
        }
        status, call, _ = await self.ask("POST", "/communications/calls", body)
        assert status == 201, call
        self.place["call-id"] = call["id"]
        carol = self.conversation.join(Identity(kind="user", id=CAROL, display_name="Carol", tenant_id=tenant_id))
        await self._media()
        self.place.update({"participant-id": carol.id, "me": self.call.my_participant_id})

    async def app_hosted(self) -> None:
        """The same, the bot's media with the application."""
        await self.meeting(APP_HOSTED)

    async def held(self) -> None:
        """Carol hears music."""
        await self.meeting()
        await self._done("POST", f"/participants/{self.place['participant-id']}/startHoldMusic", {})

    async def sharing(self) -> None:
        """Carol shares her screen."""
        await self.meeting()
        carol = self.conversation.participants[self.place["participant-id"]]
        self.place["contentSharingSession-id"] = sharing.start(self.conversation, carol)

    async def routed(self) -> None:
        """Carol hears the bot alone."""
        await self.meeting()
        members = {"sources": [self.place["me"]], "receivers": [self.place["participant-id"]]}
        body = await self._done("POST", "/audioRoutingGroups", {"routingMode": "oneToOne", **members})
        self.place["audioRoutingGroup-id"] = body["id"]

    async def calendar(self) -> None:
        """The owner has a meeting."""
        tenant_id = self.simulator.settings.tenant_id
        owner = Identity(kind="user", id=OWNER, tenant_id=tenant_id)
        meeting = self.simulator.online_meetings.create(owner, tenant_id, now=self.clock.now())
        self.place.update({"onlineMeeting-id": meeting.id, "join-id": meeting.join_id, "video-id": meeting.video_id})

    async def play(self, scene: str) -> None:
        """One of these, by name."""
        await getattr(self, scene)()
        for name in ("participant-id", "commsOperation-id", "contentSharingSession-id", "audioRoutingGroup-id"):
            self.place.setdefault(name, BOB)

    @property
    def conversation(self) -> Conversation:
        """The conversation of the scene's call."""
        assert self.call.conversation is not None
        return self.call.conversation

    async def _answered(self, media: Mapping[str, Any]) -> None:
        body = {"callbackUri": self.place["callback"], "mediaConfig": media, "acceptedModalities": ["audio"]}
        await self._done("POST", "/answer", body)
        await self._media()

    async def _media(self) -> None:
        clock = self.clock
        assert isinstance(clock, VirtualClock)
        await clock.run_until(lambda: self.call.audio == "active", limit_s=60)

    async def _done(self, method: str, below: str, body: Any) -> Any:
        status, answer, _ = await self.ask(method, f"/communications/calls/{self.place['call-id']}{below}", body)
        assert status < 300, answer
        return answer


@asynccontextmanager
async def staged(**settings: Any) -> AsyncIterator[Stage]:
    """A stage, for as long as the block lasts."""
    clock = VirtualClock()
    async with AsyncExitStack() as stack:
        posts: list[bytes] = []
        bot_url = await _bot(stack, clock, posts)
        chosen = SimulatorSettings.from_json({"bot_callback_url": f"{bot_url}/callback", **settings})
        simulator = Simulator(clock, chosen)
        addresses = await stack.enter_async_context(serve(simulator, https=False))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield Stage(simulator, addresses, http, bot_url, posts)


async def _bot(stack: AsyncExitStack, clock: VirtualClock, posts: list[bytes]) -> str:
    async def callback(request: web.Request) -> web.Response:
        with clock:
            posts.append(await request.read())
            return web.Response(status=202)

    async def prompt(request: web.Request) -> web.Response:
        with clock:
            return web.Response(body=_silence(), content_type="audio/wav")

    app = web.Application()
    app.router.add_post("/callback", callback)
    app.router.add_get("/prompt", prompt)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


def _silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(bytes(32_000))
    return file.getvalue()
