"""Where an operator sits: a live call, a client with the development key, and what there is to see of the bot."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from callers import clock_of, hears, ring, rows
from described import hold_to_the_page

from cli.laptop import DEVELOPMENT_KEY, Laptop

JSON = dict[str, Any]

DIALS = {"DIAL_ALLOW": "+44", "DIAL_CAP_PER_HOUR": "4", "DIAL_CAP_PER_CUSTOMER_PER_HOUR": "3"}
USER = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"
RESOURCE = "0c1f5b00-6666-4a2b-9c3d-0000000000aa"
READER = "0c1f5b00-9999-4a2b-9c3d-000000000001"


@dataclass(kw_only=True)
class Desk:
    """An operator and the call that lives."""

    laptop: Laptop
    http: httpx.AsyncClient
    call_id: str
    requests: list[str]

    @property
    def instance_id(self) -> str:
        """Of the live call."""
        return self.laptop.instance_of(self.call_id)

    def done(self) -> JSON:
        """What was done so far: rows and blobs written, orchestrations started, Graph asked."""
        instances = [each.id for each in self.laptop.host.engine.instances()]
        return {"rows": rows(self.laptop), "instances": instances, "requests": list(self.requests)}

    def token(self, *roles: str) -> dict[str, str]:
        """The header of an operator's tool with these app roles."""
        told = self.laptop.simulator.settings
        issuer = f"{self.laptop.addresses.login_url}/{told.tenant_id}/v2.0"
        who: JSON = {"tenant_id": told.tenant_id, "client_id": READER, "audience": told.bot_app_id, "issuer": issuer}
        return {"Authorization": f"Bearer {self.laptop.simulator.tokens.access_token(**who, roles=roles)}"}

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """A request with the development key, or with what `headers` say."""
        given = headers or {"x-development-key": DEVELOPMENT_KEY}
        return await self.http.request(method, f"/api{path}", json=body, headers=given)

    async def hang_up(self) -> None:
        """Let the caller leave, and the call be recorded."""
        self.laptop.simulator.hang_up(self.call_id)
        await self.laptop.run_until_over(self.call_id)


@asynccontextmanager
async def open_desk(laptop: Laptop) -> AsyncGenerator[Desk]:
    """A desk while the block lasts."""
    requests: list[str] = []

    async def see(request: httpx.Request) -> None:
        requests.append(f"{request.method} {request.url.path}")

    async with httpx.AsyncClient(base_url=laptop.host.base_url, event_hooks={"response": [hold_to_the_page]}) as http:
        call_id = ring(laptop, hears("main-menu", after=3600, press="1"))
        await clock_of(laptop).advance(3)
        laptop.connections.http.event_hooks["request"].append(see)
        yield Desk(laptop=laptop, http=http, call_id=call_id, requests=requests)
