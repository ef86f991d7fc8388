"""What the deployed code talks to, and how each is made from settings."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from connections.durable import DurableOrchestrations
from connections.reception import Reception
from connections.storage import TRANSIENT, AccountStorage, Storage
from graph.callback_signature import callback_uri
from graph.client import GraphClient
from graph.credentials import GraphCredentials
from graph.recording_download import RecordingDownload
from graph.requests import Answer, MediaInfo, Target
from graph.webhook_tokens import TokenValidator
from inbox import Answers, Births, Inbox, Intents, Occupancy, Sealer
from inbox.delivery import Delivery
from inbox.handover import Together
from inbox.handover import together as at_once
from inbox.outgoing import Outgoing
from inbox.ringing import Ringing
from prompts.catalogue import Catalogue
from records import Admissions, Caps, Erasing, Records, Usage, caller_hash
from settings import Settings
from storage import Blobs

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationClient

    from connections.library import FlowLibrary

APP_FOLDER = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Connections:
    """Everything outside this process that triggers and activities use."""

    settings: Settings
    #: For Graph and for signing keys: nothing that may be slow goes over these connections.
    http: httpx.AsyncClient
    #: For recordings, and for the services that flows ask.
    http_elsewhere: httpx.AsyncClient
    storage: Storage
    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    #: Gives a block so many seconds; then it is cancelled, and `TimeoutError` raised.
    timeout: Callable[[float], AbstractAsyncContextManager[object]]
    together: Together
    graph: GraphClient
    recording_download: RecordingDownload
    webhook_tokens: TokenValidator
    api_tokens: TokenValidator
    inbox: Inbox
    births: Births
    answers: Answers
    #: What this process has done about calls that ring.
    ringing: Ringing
    occupancy: Occupancy
    intents: Intents
    records: Records
    admissions: Admissions
    recordings: Blobs
    #: Recordings that go a minute after their call.
    transient: Blobs
    catalogue: Catalogue

    @functools.cached_property
    def library(self) -> FlowLibrary:
        """The flows. Late, like all they need: an instance that only takes webhooks starts without them."""
        from connections.library import FlowLibrary

        settings = self.settings
        return FlowLibrary(
            APP_FOLDER / settings.flows,
            self.catalogue,
            tone_reorder_ms=settings.tone_reorder_ms,
            direct_invite=settings.direct_invite,
        )

    @functools.cached_property
    def usage(self) -> Usage:
        """What calls have used."""
        return Usage(self.storage.table("Records"), self.now)

    def delivery(self, client: DurableOrchestrationClient) -> Delivery:
        """What takes news to orchestrations, over the client binding of one invocation."""
        orchestrations = DurableOrchestrations(client)
        return Delivery(
            self.inbox,
            self.births,
            orchestrations,
            sleep=self.sleep,
            timeout=self.timeout,
            together=self.together,
            reception=self.reception,
            ringing=self.ringing,
        )

    @functools.cached_property
    def reception(self) -> Reception:
        """What sees to calls that ring before their orchestrations run."""
        return Reception(self)

    def outgoing(self, client: DurableOrchestrationClient) -> Outgoing:
        """What starts calls that we place, over the client binding of one invocation."""
        return Outgoing(self.delivery(client), self.inbox, self.births, tenant_id=self.settings.bot_tenant_id)

    def erasing(self, orchestrations: DurableOrchestrations) -> Erasing:
        """What erases calls, over the client binding of one invocation."""

        async def forget(instance_id: str) -> None:
            await orchestrations.purge(instance_id)
            await self.inbox.forget_payloads(instance_id)
            await self.intents.purge(instance_id)

        blobs = (self.recordings, self.transient)
        return Erasing(self.records, self.storage.table("Records"), blobs, self.now, forget)

    def caller_hash(self, kind: str, identity: str) -> str:
        """What a caller is known by in records; `kind` is `user`, `phone`, ..."""
        return caller_hash(self.settings.caller_keys[0], kind, identity)

    def caller_hashes(self, kind: str, identity: str) -> tuple[str, ...]:
        """What a caller may be known by in records that were begun under keys which are still known."""
        keys = dict.fromkeys((*self.settings.caller_keys, *self.settings.callback_keys))
        return tuple(caller_hash(key, kind, identity) for key in keys)

    def may_dial(self, target: Target) -> bool:
        """Whether this deployment lets a call be placed or sent on to it: to any but telephones that are not listed."""
        return target.kind != "phone" or target.id.startswith(self.settings.dial_allow)

    def callback_uri(self, instance_id: str) -> str:
        """Where Graph sends what concerns this call: signed, so that it speaks for no other."""
        return callback_uri(self.settings.public_base_url, instance_id, self.settings.callback_keys[0])

    def answer_request(
        self, call: Mapping[str, str], modalities: tuple[str, ...], prefetch: Iterable[str], *, policy: bool = False
    ) -> Answer:
        """The answer to a call, `{"instance_id", "call_id", ...}`; `prefetch` are keys of the catalogue."""
        return Answer(
            call_id=call["call_id"],
            callback_uri=self.callback_uri(call["instance_id"]),
            accepted_modalities=modalities,
            prefetch=tuple(map(self.media_info, prefetch)),
            participant_capacity=self.settings.policy_participants or None if policy else None,
        )

    def media_info(self, prompt_key: str) -> MediaInfo:
        """Where Graph finds a prompt."""
        return MediaInfo(uri=f"{self.settings.public_base_url}/api/prompts/{prompt_key}", resource_id=prompt_key)

    async def close(self) -> None:
        """Close the connections to Graph and to storage."""
        await self.http.aclose()
        await self.http_elsewhere.aclose()
        await self.storage.close()

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timeout: Callable[[float], AbstractAsyncContextManager[object]] = asyncio.timeout,
        together: Together = at_once,
        storage: Storage | None = None,
    ) -> Connections:
        """Make the clients; none connects before it is used."""
        trust = httpx.create_ssl_context()  # reading the roots is most of what a client costs
        http, elsewhere = httpx.AsyncClient(verify=trust), httpx.AsyncClient(verify=trust)
        storage = storage or AccountStorage(settings)
        inbox_table, records_table = storage.table("Inbox"), storage.table("Records")
        return cls(
            settings=settings,
            http=http,
            http_elsewhere=elsewhere,
            storage=storage,
            now=now,
            sleep=sleep,
            timeout=timeout,
            together=together,
            graph=_graph(settings, http, now=now, sleep=sleep, timeout=timeout),
            recording_download=_recording_download(settings, elsewhere),
            webhook_tokens=_webhook_tokens(settings, http, now),
            api_tokens=_api_tokens(settings, http, now),
            inbox=Inbox(inbox_table, storage.blobs("inbox"), Sealer(settings.callback_keys), now),
            births=Births(inbox_table, now),
            answers=Answers(inbox_table, now, sleep),
            ringing=Ringing(),
            occupancy=Occupancy(inbox_table, now, timeout),
            intents=Intents(inbox_table),
            records=Records(records_table, now),
            admissions=Admissions(records_table, now, _caps(settings)),
            recordings=storage.blobs("recordings"),
            transient=storage.blobs(TRANSIENT),
            catalogue=_catalogue(settings),
        )


def _recording_download(settings: Settings, http: httpx.AsyncClient) -> RecordingDownload:
    return RecordingDownload(http, settings.recording_hosts, loopback=settings.graph_on_loopback)


def _graph(
    settings: Settings,
    http: httpx.AsyncClient,
    *,
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
    timeout: Callable[[float], AbstractAsyncContextManager[object]],
) -> GraphClient:
    token = _credentials(settings, now).token
    return GraphClient(http, settings.graph_base_url, token, now=now, sleep=sleep, timeout=timeout)


def _catalogue(settings: Settings) -> Catalogue:
    salt, *previous = settings.callback_keys
    return Catalogue.load(APP_FOLDER / "prompts", salt, previous_salts=tuple(previous))


def _credentials(settings: Settings, now: Callable[[], float]) -> GraphCredentials:
    return GraphCredentials(
        app_id=settings.bot_app_id,
        authority=settings.login_authority,
        graph_base_url=settings.graph_base_url,
        client_secret=settings.bot_client_secret,
        identity_client_id=settings.bot_identity_client_id,
        now=now,
    )


def _caps(settings: Settings) -> Caps:
    return Caps(per_hour=settings.dial_cap_per_hour, per_customer_per_hour=settings.dial_cap_per_customer_per_hour)


def _webhook_tokens(settings: Settings, http: httpx.AsyncClient, now: Callable[[], float]) -> TokenValidator:
    return TokenValidator(
        metadata_url=settings.calling_openid_metadata,
        issuers=settings.calling_token_issuers,
        audiences=(settings.bot_app_id,),
        tenants=settings.calling_tenants,
        http=http,
        now=now,
    )


def _api_tokens(settings: Settings, http: httpx.AsyncClient, now: Callable[[], float]) -> TokenValidator:
    """Entra's tokens for the operators' API: of the bot's own tenant, for the bot's application."""
    issuer = f"{settings.login_authority}/{settings.bot_tenant_id}/v2.0"
    return TokenValidator(
        metadata_url=f"{issuer}/.well-known/openid-configuration",
        issuers=(issuer,),
        audiences=(settings.bot_app_id, f"api://{settings.bot_app_id}"),
        tenants=(settings.bot_tenant_id,),
        http=http,
        now=now,
    )
