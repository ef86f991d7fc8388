"""Somebody who posts to the two addresses of the webhook, with whatever token and body; and what it has done."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import forged_tokens
import httpx
from callers import clock_of, finish, hears, ring

from cli.laptop import Laptop
from localhost.store import Instance

JSON = dict[str, Any]

CALLBACK_KEY = "the-callback-key-of-these-tests-" * 2
OTHER_TENANT = "0c1f5b00-4444-4a2b-9c3d-0000000000dd"
STRANGE_CALL = "0c1f5b00-1111-4a2b-9c3d-00000000dead"
HOURS = [hears("main-menu", after=4, press="1"), hears("opening-hours", hang_up=True)]
ENVELOPE = "#microsoft.graph.commsNotifications"


@dataclass(frozen=True, kw_only=True)
class Done:
    """What there is to see of the bot from inside: two of these differ when anything was done."""

    storage: Mapping[str, Mapping[str, int]]
    instances: tuple[Instance, ...]
    requests: tuple[str, ...]


@dataclass(kw_only=True)
class Door:
    """The addresses, and a client to post with; `call_id` lives."""

    laptop: Laptop
    http: httpx.AsyncClient
    call_id: str
    #: Every request the bot has made since it started, but to fetch signing keys.
    requests: list[str] = field(default_factory=list)
    #: How often the metadata of Graph's signing keys was fetched.
    metadata_fetches: int = 0
    #: Every host that the bot has dialled.
    hosts: set[str] = field(default_factory=set)

    @property
    def public(self) -> str:
        """The address registered with the bot."""
        return self.laptop.simulator.settings.bot_callback_url

    @property
    def callback(self) -> str:
        """The signed address of the live call."""
        return self.laptop.simulator.call(self.call_id).callback_url

    def claims(self, **changes: Any) -> JSON:
        """Those of a valid token, with changes."""
        told, now = self.laptop.simulator.settings, self.laptop.clock.now()
        valid = forged_tokens.webhook_claims(
            app_id=told.bot_app_id, tenant_id=told.tenant_id, issuer=told.webhook_issuer, now=now
        )
        return {**valid, **changes}

    def token(self, **changes: Any) -> str:
        """A token that Graph might have signed, with these claims changed."""
        return self.laptop.simulator.tokens.webhook_keys.sign(self.claims(**changes))

    async def post(
        self, address: str, body: Any, token: str | bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Post a body (bytes as they are, anything else as JSON); with a valid token when none is given."""
        given = self.token() if token is None else token
        authorization = b"Bearer " + (given if isinstance(given, bytes) else given.encode())
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        everything = [(b"Content-Type", b"application/json"), (b"Authorization", authorization.rstrip(b" "))]
        everything += [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        return await self.http.post(address, content=content, headers=everything)

    def done(self) -> Done:
        """What was done so far."""
        assert self.laptop.memory is not None
        stores = {**self.laptop.memory.tables, **{f"blobs {name}": one for name, one in self._blobs().items()}}
        return Done(
            storage={name: dict(store.counts) for name, store in stores.items()},
            instances=tuple(self.laptop.host.engine.instances()),
            requests=tuple(self.requests),
        )

    def stored(self, call_id: str) -> list[str]:
        """The keys of every row of a call's inbox."""
        assert self.laptop.memory is not None
        return sorted(self.laptop.memory.tables["Inbox"]._partitions[self.laptop.instance_of(call_id)])

    async def goes_on(self) -> None:
        """Play the live call to its end: whatever was posted, it must be as if nothing had been."""
        (played,) = await finish(self.laptop, self.call_id)
        assert played.record["nodes"] == ["pick-up", "greeting", "main-menu", "opening-hours"]
        assert (played.record["outcome"], played.record["keys"]) == ("hung_up", 1)

    def _blobs(self) -> dict[str, Any]:
        assert self.laptop.memory is not None
        return dict(self.laptop.memory.containers)

    async def _see(self, request: httpx.Request) -> None:
        path = request.url.path
        self.hosts.add(request.url.host)
        if path.endswith("openid-configuration"):
            self.metadata_fetches += 1
        elif not path.endswith("/keys"):
            self.requests.append(f"{request.method} {path}")


@asynccontextmanager
async def open_door(laptop: Laptop) -> AsyncGenerator[Door]:
    """A door with a call that lives and listens to the menu."""
    async with httpx.AsyncClient() as http:
        door = Door(laptop=laptop, http=http, call_id=ring(laptop, *HOURS))
        watch(door)
        await clock_of(laptop).advance(6)
        yield door


def watch(door: Door) -> None:
    """Count the requests of the bot, also after it was started again."""
    door.laptop.connections.http.event_hooks = {"request": [door._see]}


def notifications(*items: JSON) -> JSON:
    """The body of a webhook request."""
    return {"@odata.type": ENVELOPE, "value": list(items)}


def incoming(call_id: str = STRANGE_CALL) -> JSON:
    """A call that rings, as Graph announces it."""
    identity = {"@odata.type": "#microsoft.graph.identitySet", "user": {"id": "b0b", "displayName": "Bob"}}
    return {
        "@odata.type": "#microsoft.graph.commsNotification",
        "changeType": "created",
        "resourceUrl": f"/communications/calls/{call_id}",
        "resourceData": {
            "@odata.type": "#microsoft.graph.call",
            "state": "incoming",
            "direction": "incoming",
            "source": {"@odata.type": "#microsoft.graph.participantInfo", "identity": identity},
            "targets": [{"@odata.type": "#microsoft.graph.invitationParticipantInfo", "identity": identity}],
            "requestedModalities": ["audio"],
            "id": call_id,
        },
    }


def tone(call_id: str, key: str = "tone3", sequence: int = 1) -> JSON:
    """A key that the caller of a call has pressed."""
    info = {"@odata.type": "#microsoft.graph.toneInfo", "sequenceId": sequence, "tone": key}
    return {
        "@odata.type": "#microsoft.graph.commsNotification",
        "changeType": "updated",
        "resourceUrl": f"/communications/calls/{call_id}",
        "resourceData": {
            "@odata.type": "#microsoft.graph.call",
            "state": "established",
            "toneInfo": info,
            "id": call_id,
        },
    }
