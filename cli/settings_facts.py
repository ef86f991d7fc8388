"""Facts of an app whose settings are at hand: on a laptop, with a client secret or the simulator."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from cli import check
from cli.doctor_facts import Channel, NotHere, Reply, Unknown
from cli.explain import explained
from connections.storage import AccountStorage, Storage
from flows.checks import Limits
from graph.credentials import GraphCredentials
from graph.errors import TokenUnavailable
from settings import Settings
from storage import StorageError

APP = Path(__file__).resolve().parent.parent
_PATIENCE_S = 10.0
_DAY_S = 86400.0
_MOST_BYTES = 1_000_000


class SettingsFacts:
    """What settings tell and what follows from them. `channel` says where the bot's calls go, where that is known."""

    def __init__(
        self,
        values: Mapping[str, str],
        *,
        http: httpx.AsyncClient,
        storage: Storage | None = None,
        channel: Callable[[], Awaitable[Channel]] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._values = dict(values)
        self._http = http
        self._storage = storage
        self._channel = channel
        self._claims: dict[str, object] | None = None
        self.now = now

    def values(self) -> dict[str, str]:
        """The settings."""
        return self._values

    async def token(self) -> dict[str, object]:
        """Claims of a token that the client secret gets; an identity can be asked in Azure alone."""
        if self._claims is None:
            self._claims = await self._ask_for_token()
        return self._claims

    async def _ask_for_token(self) -> dict[str, object]:
        settings = Settings.from_mapping(self._values)
        if settings.bot_client_secret is None:
            raise NotHere("the identity gives tokens within Azure only")
        credentials = GraphCredentials(
            app_id=settings.bot_app_id,
            authority=settings.login_authority,
            graph_base_url=settings.graph_base_url,
            client_secret=settings.bot_client_secret,
            now=self.now,
        )
        try:
            token = await credentials.token(settings.bot_tenant_id)
        except TokenUnavailable as refusal:
            known = [seen.row for seen in explained(str(refusal)) if seen.row is not None]
            mend = known[0].fix if known else "check BOT_APP_ID, BOT_TENANT_ID, BOT_CLIENT_SECRET and LOGIN_AUTHORITY"
            raise Unknown(str(refusal), mend) from None
        return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))

    async def granted(self) -> frozenset[str]:
        """The roles in the token."""
        roles = (await self.token()).get("roles")
        return frozenset(str(role) for role in roles) if isinstance(roles, list) else frozenset()

    async def fetch(self, method: str, url: str) -> Reply:
        """Ask an address, without a token."""
        return await fetch(self._http, method, url)

    async def certificate_days(self, host: str) -> float:
        """Days for which the certificate is good."""
        return await certificate_days(host, self.now())

    async def channel(self) -> Channel:
        """Where the bot's calls go."""
        if self._channel is None:
            raise NotHere("the bot's channel is in Azure")
        return await self._channel()

    async def scheduler(self) -> str:
        """There is none."""
        raise NotHere("no Durable Task Scheduler here")

    async def storage(self) -> None:
        """Write and delete a row and a blob."""
        try:
            storage = self._storage or AccountStorage(Settings.from_mapping(self._values))
        except ValueError as error:  # a connection string that is none
            raise Unknown(f"AzureWebJobsStorage: {error}", "check AzureWebJobsStorage") from None
        try:
            await _try_storage(storage)
        except (StorageError, ValueError) as error:
            raise Unknown(str(error), "check AzureWebJobsStorage, and the roles of the identity") from None
        finally:
            if self._storage is None:
                await storage.close()

    async def media_certificate_days(self) -> float:
        """There are no workers."""
        raise NotHere("no media workers here")

    async def media_library_days(self) -> float:
        """There are no workers."""
        raise NotHere("no media workers here")

    def flow_problems(self, folder: str) -> list[str]:
        """What `callwright check` finds in a folder of the app."""
        dials, asks = self._values.get("DIAL_ALLOW", ""), self._values.get("HTTP_ALLOW")
        # Without HTTP_ALLOW nobody has begun to ask services, and those of the gallery are examples.
        limits = Limits(
            dial_allow=check.prefixes(dials),
            http_allow=check.hosts(asks) if asks else None,
            functions=check.read_functions(check.find([APP / folder])),
        )
        return flow_problems(APP / folder, limits)


def flow_problems(folder: Path, limits: Limits | None = None) -> list[str]:
    """What `callwright check` finds."""
    files = check.find([folder])
    if not files:
        return [f"there is no flow in {folder.name}"]
    return [
        str(problem) for problem in check.check_files(files, voices=check.read_voices(check.PROMPTS), limits=limits)
    ]


async def fetch(http: httpx.AsyncClient, method: str, url: str) -> Reply:
    """Ask an address, without a token and without following where it leads. Raises `Unknown`."""
    try:
        reply = await http.request(method, url, timeout=_PATIENCE_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unknown(
            f"{url} cannot be reached: {type(error).__name__} {error}", "check the address, DNS, TLS"
        ) from None
    date = reply.headers.get("Date")
    try:
        body = reply.json() if len(reply.content) < _MOST_BYTES else None
    except ValueError:
        body = None
    return Reply(
        status=reply.status_code,
        at=parsedate_to_datetime(date).timestamp() if date else None,
        body=body if isinstance(body, dict) else {},
    )


async def certificate_days(host: str, now: float) -> float:
    """Days until the certificate of a host ends. Raises `Unknown` for one that is not trusted."""
    try:
        opening = asyncio.open_connection(host, 443, ssl=ssl.create_default_context())
        _, writer = await asyncio.wait_for(opening, _PATIENCE_S)
    except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
        raise Unknown(f"{host}: {error}", "a certificate of a public authority, with its whole chain") from None
    try:
        ends = writer.get_extra_info("peercert")["notAfter"]
    finally:
        writer.close()
    return (ssl.cert_time_to_seconds(ends) - now) / _DAY_S


async def _try_storage(storage: Storage) -> None:
    name = f"doctor-{uuid.uuid4().hex}"
    table, blobs = storage.table("Inbox"), storage.blobs("inbox")
    await table.upsert(name, "row", {"look": True})
    await table.delete(name, "row")
    await blobs.write_once(name, _one(b"look"), limit=10)
    await blobs.delete(name)


async def _one(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk
