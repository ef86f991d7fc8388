"""A worker put together from its settings, and run until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from azure.core.exceptions import AzureError
from azure.data.tables.aio import TableClient
from azure.identity.aio import ManagedIdentityCredential
from azure.storage.blob.aio import ContainerClient

from media_worker.azure_staging import AzureStaging
from media_worker.control.app import Control, Reach, open_routes
from media_worker.control.tokens import TokenCheck, Trust
from media_worker.engine.interface import Engine, Platform
from media_worker.engine.standin import StandIn
from media_worker.events import Event, NotDelivered, Outbox
from media_worker.registration import Registration
from media_worker.settings import WorkerSettings
from media_worker.windows import machine
from media_worker.worker import Worker

CONTAINER, TABLE = "media", "mediaworkers"
POST_S = 10.0
LARGEST_PROMPT = 16 * 1024 * 1024

log = logging.getLogger("media_worker")


def engine_of(settings: WorkerSettings) -> Engine:
    """Microsoft's library where there is a folder of it, else the stand-in."""
    if not settings.library:
        return StandIn()
    from media_worker.engine.coreclr import CoreClr, load

    return CoreClr(load(Path(settings.library), runtime_config=Path(settings.runtime_config)))


async def serve(settings: WorkerSettings, stop: asyncio.Event) -> None:
    """Run until `stop` is set; then recordings are written and events delivered, for ten seconds at most."""
    credential = ManagedIdentityCredential(client_id=settings.identity_client_id)
    account = f"https://{settings.storage_account}"
    container = ContainerClient(f"{account}.blob.core.windows.net", CONTAINER, credential=credential)
    table = TableClient(f"{account}.table.core.windows.net", TABLE, credential=credential)
    engine = engine_of(settings)
    engine.start(_platform(settings))
    async with credential, container, table, aiohttp.ClientSession() as http:
        outbox = Outbox(_Post(http, credential, settings.bot_app_id))
        worker = Worker(
            engine=engine,
            staging=AzureStaging(container),
            outbox=outbox,
            now=time.time,
            http=http,
            worker_id=settings.worker_id,
            capacity=settings.capacity,
        )
        facts = {"library": engine.version, "media_fqdn": settings.service_fqdn}
        control_url = f"https://{settings.service_fqdn}:{settings.control_port}"
        registration = Registration(worker, table, control_url=control_url, facts=facts)
        runners = await _listen(settings, worker, http)
        running = [worker.run(), outbox.run(), registration.run()]
        if settings.machine:
            running.append(_watch(settings.machine, worker, http))
        tasks = [asyncio.create_task(each) for each in running]
        await stop.wait()
        worker.drain()
        for session in list(worker.sessions.values()):
            await worker.close(session, "the worker stops")
        with contextlib.suppress(TimeoutError, AzureError):
            async with asyncio.timeout(POST_S):
                await registration.beat(stopped=True)
                await outbox.emptied()
        for task in tasks:
            task.cancel()
        for runner in runners:
            await runner.cleanup()
        engine.stop()


async def _listen(settings: WorkerSettings, worker: Worker, http: aiohttp.ClientSession) -> list[web.AppRunner]:
    """The control API over https, and health over http for the extension on the same machine."""
    tenant, login = settings.tenant_id, settings.login_authority

    async def fetch(url: str) -> Mapping[str, Any]:
        try:
            async with http.get(url, timeout=aiohttp.ClientTimeout(total=POST_S)) as response:
                return await response.json()
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise OSError(str(failure)) from None

    trust = Trust(
        metadata_url=f"{login}/{tenant}/v2.0/.well-known/openid-configuration",
        issuer=f"{login}/{tenant}/v2.0",
        audience=settings.bot_app_id,
        tenant=tenant,
    )
    control = Control(worker, TokenCheck(trust, fetch=fetch, now=time.time), reach_of(settings, http))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    health = web.Application()
    health.add_routes(open_routes(worker))
    runners = [web.AppRunner(control.app(), access_log=None), web.AppRunner(health, access_log=None)]
    for runner in runners:
        await runner.setup()
    await web.TCPSite(runners[0], settings.control_address, settings.control_port, ssl_context=context).start()
    await web.TCPSite(runners[1], "127.0.0.1", settings.health_port).start()
    return runners


def reach_of(settings: WorkerSettings, http: aiohttp.ClientSession) -> Reach:
    """Where requests may send a worker with these settings."""
    hosts = {host.strip().lower() for host in settings.stream_hosts.split(",") if host.strip()}

    async def fetch(url: str) -> bytes:
        try:
            async with http.get(url, timeout=aiohttp.ClientTimeout(total=POST_S), allow_redirects=False) as response:
                response.raise_for_status()
                return await response.content.read(LARGEST_PROMPT)
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise OSError(type(failure).__name__) from None

    def stream(url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme == "wss" and parts.hostname in hosts

    root = settings.functions_url.rstrip("/")
    return Reach(
        callback=lambda url: url == f"{root}/api/media/events",
        prompt=lambda url: url.startswith(f"{root}/api/prompts/") and "/.." not in url,
        stream=stream,
        fetch=fetch,
    )


async def _watch(name: str, worker: Worker, http: aiohttp.ClientSession) -> None:
    async def ask(method: str, body: Any = None) -> Mapping[str, Any]:
        limit = aiohttp.ClientTimeout(total=POST_S)
        try:
            async with http.request(
                method, machine.EVENTS_URL, json=body, headers=machine.METADATA, timeout=limit
            ) as response:
                return await response.json(content_type=None) or {}
        except (aiohttp.ClientError, TimeoutError, ValueError) as failure:
            raise OSError(type(failure).__name__) from None

    async def approve(body: dict[str, Any]) -> None:
        await ask("POST", body)

    sessions = worker.sessions
    await machine.watch(
        name, fetch=lambda: ask("GET"), approve=approve, drain=worker.drain, sessions=lambda: len(sessions)
    )


def _platform(settings: WorkerSettings) -> Platform:
    return Platform(
        application_id=settings.bot_app_id,
        certificate_thumbprint=settings.certificate_thumbprint,
        internal_port=settings.internal_port,
        public_port=settings.public_port,
        service_fqdn=settings.service_fqdn,
        media_ports=(settings.first_media_port, settings.last_media_port),
    )


class _Post:
    """Delivers events to the function app, with a token of the worker's identity."""

    def __init__(self, http: aiohttp.ClientSession, credential: ManagedIdentityCredential, audience: str) -> None:
        self._http = http
        self._credential = credential
        self._scope = f"api://{audience}/.default"

    async def __call__(self, url: str, events: list[Event]) -> None:
        """See `events.Post`."""
        try:
            token = await self._credential.get_token(self._scope)
            body = {"events": [event.to_json() for event in events]}
            headers = {"Authorization": f"Bearer {token.token}"}
            limit = aiohttp.ClientTimeout(total=POST_S)
            async with self._http.post(url, json=body, headers=headers, timeout=limit) as response:
                if response.status >= 300:
                    raise NotDelivered(f"{response.status} from the function app")
        except (aiohttp.ClientError, AzureError, TimeoutError) as failure:
            raise NotDelivered(type(failure).__name__) from None
