"""Which worker takes a call, within the time that Graph waits for its answer: 15 s, or 5 s for policy recording.

Reserve, ask the worker for a session, and with its blob answer. A worker that is full, draining or silent is passed
over, three of them at most; then the call goes the way that its route has for that. A reservation that led to nothing
is taken back by the worker itself, with its next heartbeat.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from media.control import ControlFailed, WorkerControl
from media.registry import Registry

TRIES = 3
#: What answering itself needs of the window.
ANSWERING_S = 1.5

log = logging.getLogger("callwright.media")


class NoWorker(Exception):
    """No worker takes the call: it is to be answered with media that Graph hosts, or turned away."""


@dataclass(frozen=True, kw_only=True)
class Allocated:
    """A session on a worker."""

    session_id: str
    worker_id: str
    boot_id: str
    control_url: str
    #: `appHostedMediaConfig`, for the answer.
    media_config: dict[str, Any]


class Allocation:
    """Finds workers for calls."""

    def __init__(self, registry: Registry, control: WorkerControl, now: Callable[[], float]) -> None:
        self._registry = registry
        self._control = control
        self._now = now

    async def allocate(self, session_id: str, asked: Mapping[str, Any], *, until: float) -> Allocated:
        """A session for a call that must be answered by `until` (Unix seconds). Raises `NoWorker`.

        `asked` is the body of `POST /v1/sessions` but for its `sessionId`.
        """
        tried: set[str] = set()
        while len(tried) < TRIES and self._now() + ANSWERING_S < until:
            worker = await self._registry.reserve(frozenset(tried))
            if worker is None:
                break
            tried.add(worker.worker_id)
            body = {**asked, "sessionId": session_id}
            try:
                told = await self._control.ask(worker.control_url, "POST", "/v1/sessions", body)
            except ControlFailed as failure:
                if failure.status not in (None, 429, 503):
                    raise NoWorker(f"the request was refused: {failure}") from failure
                log.warning("%s is passed over for %s: %s", worker.worker_id, session_id, failure)
                continue
            return Allocated(
                session_id=session_id,
                worker_id=worker.worker_id,
                boot_id=str(told["bootId"]),
                control_url=worker.control_url,
                media_config=told["mediaConfig"],
            )
        raise NoWorker(f"{len(tried)} workers were asked, and none takes {session_id}")
