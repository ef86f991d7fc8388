"""Delivers notifications to the bot: in order per call, signed, as often and with as much trouble as asked for."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from clock import Clock
from simulator.faults import Failure, Faults
from simulator.notifications import Notification, envelope, legacy_body
from simulator.settings import SimulatorSettings
from simulator.tokens import Tokens
from simulator.transcript import Entry, Transcript

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_USER_AGENT = "Microsoft-Skype/3.0,(Calling/1.0)"


def reachable(url: str) -> bool:
    """Whether Graph would call this address: https, or plain http on loopback (which only a simulator does)."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def new_session() -> aiohttp.ClientSession:
    """Connections to the bot: as many as it takes, and past any proxy."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False)


@dataclass(kw_only=True)
class Outgoing:
    """A notification on its way."""

    notification: Notification
    url: str
    #: Told whether anybody took it, when that matters to the call.
    concluded: Callable[[bool], None] | None = None
    #: Told what a 200 said, when the notification asks something.
    replied: Callable[[Mapping[str, Any] | None], None] | None = None
    failure: Failure | None = None


@dataclass(kw_only=True)
class Line:
    """What is under way for one call."""

    call_id: str
    chain_id: str
    tenant_id: str
    transcript: Transcript
    #: Names the first notification, which alone goes without a Scenario-Id and may be in the legacy form.
    started: bool = False
    queue: deque[Outgoing] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None
    closed: bool = False

    def close(self) -> None:
        """Nothing more is sent, not even what waits."""
        self.closed = True
        self.queue.clear()


class Delivery:
    """Posts to the bot. One task per call, only while there is something to deliver."""

    def __init__(
        self, clock: Clock, settings: Callable[[], SimulatorSettings], tokens: Tokens, faults: Callable[[], Faults]
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._tokens = tokens
        self._faults = faults
        self._http: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, line: Line, outgoing: Outgoing) -> None:
        """Queue a notification behind the earlier ones of its call."""
        if line.closed:
            return
        note = outgoing.notification
        outgoing.failure = self._faults().for_notification(note.kind, note.state, line.call_id)
        if outgoing.failure is None and self._faults().likely(self._settings().reorder_probability):
            outgoing.failure = Failure(word="reorder")
        line.queue.append(outgoing)
        if line.task is None:
            line.task = asyncio.get_running_loop().create_task(self._drain(line))
            self._tasks.add(line.task)
            line.task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Drop what is not delivered yet and close the connections."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _drain(self, line: Line) -> None:
        with self._clock:
            try:
                while line.queue:
                    for batch in await self._next_batches(line):
                        await self._deliver(line, batch)
            finally:
                line.task = None

    async def _next_batches(self, line: Line) -> list[list[Outgoing]]:
        """What to post now: usually one notification; two when one has to wait for the next."""
        settings = self._settings()
        first = line.queue.popleft()
        failure = first.failure
        if failure is not None and failure.delay_s:
            await self._clock.sleep(failure.delay_s)
        if failure is not None and failure.word == "reorder":
            if not line.queue:
                await self._clock.sleep(settings.reorder_hold_s)
            return [[line.queue.popleft()], [first]] if line.queue else [[first]]
        if settings.batch_size > 1 and not line.queue:
            await self._clock.sleep(settings.batch_wait_s)
        batch = [first]
        while len(batch) < settings.batch_size and line.queue and _may_join(line.queue[0], first):
            batch.append(line.queue.popleft())
        return [batch]

    async def _deliver(self, line: Line, batch: list[Outgoing]) -> None:
        settings = self._settings()
        first = batch[0]
        body = envelope(line.call_id, [one.notification for one in batch], settings)
        fault = first.failure
        entry = line.transcript.add(
            "notification",
            kind=first.notification.kind,
            state=first.notification.state,
            url=first.url,
            body=body,
            attempts=[],
            fault=str(fault) if fault else None,
        )
        if fault is not None and fault.word == "drop":
            taken = False
        else:
            taken = await self._post_until_taken(line, first, body, entry)
            if settings.duplicate_notifications or (fault is not None and fault.word == "duplicate"):
                await self._post(line, first.url, body, entry, message_id=_new_id(), first_id=entry["message_id"])
        line.transcript.tell(entry)
        for one in batch:
            if one.concluded is not None:
                one.concluded(taken)
            if one.replied is not None:
                one.replied(entry.get("reply"))

    async def _post_until_taken(self, line: Line, outgoing: Outgoing, body: dict[str, Any], entry: Entry) -> bool:
        settings = self._settings()
        message_id = entry["message_id"] = _new_id()
        if settings.legacy_first and outgoing.notification.kind == "incoming":
            legacy = legacy_body(line.call_id, outgoing.notification)
            if await self._post(line, outgoing.url, legacy, entry, message_id=_new_id()) != 204:
                return False
        for attempt in range(settings.webhook_attempts):
            if attempt:
                await self._clock.sleep(settings.webhook_retry_delay_s)
            ids = {"message_id": _new_id(), "first_id": message_id} if attempt else {"message_id": message_id}
            status = await self._post(line, outgoing.url, body, entry, **ids)
            if status is not None and 200 <= status < 300:
                return True
        return False

    async def _post(
        self, line: Line, url: str, body: dict[str, Any], entry: Entry, *, message_id: str, first_id: str | None = None
    ) -> int | None:
        """One POST; its status is None when no answer came."""
        settings = self._settings()
        if first_id is not None and settings.resend_message_id == "same":
            message_id, first_id = first_id, None
        headers = self._headers(line, message_id, first_id)
        line.started = True
        timeout = aiohttp.ClientTimeout(total=settings.webhook_timeout_s)
        try:
            data = _encoded(body, settings.webhook_charset)
            async with self._session().post(
                url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                reply = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            entry["attempts"].append(type(problem).__name__)
            return None
        entry["attempts"].append(answer.status)
        if answer.status == 200 and reply:
            entry["reply"] = _read(reply)
        return answer.status

    def _headers(self, line: Line, message_id: str, first_id: str | None) -> dict[str, str]:
        charset = self._settings().webhook_charset
        headers = {
            "Authorization": f"Bearer {self._tokens.webhook_token(line.tenant_id)}",
            "Content-Type": "application/json" + (f"; charset={charset}" if charset else ""),
            "Accept": "application/json",
            "User-Agent": _USER_AGENT,
            "X-Microsoft-Skype-Chain-ID": line.chain_id,
            "X-Microsoft-Skype-Message-ID": message_id,
            "MS-Teams-Region": "emea",
        }
        if line.started:
            headers["Scenario-Id"] = line.chain_id
        if first_id is not None:
            headers["X-Microsoft-Skype-Original-Message-ID"] = first_id
        return headers

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = new_session()
        return self._http


def _new_id() -> str:
    return str(uuid.uuid4())


def _may_join(one: Outgoing, first: Outgoing) -> bool:
    plain = all(each.replied is None and each.failure is None for each in (one, first))
    return plain and one.url == first.url


def _read(reply: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(reply)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _encoded(body: dict[str, Any], charset: str | None) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode(charset or "utf-8")
    except UnicodeEncodeError:  # JSON can say in ASCII what the charset cannot
        return json.dumps(body, separators=(",", ":")).encode()
