"""The routes of the control API, and what each does.

Everything may be asked twice: a session that is there is returned again, a second `:bind` of the same call, a stop of
what does not run and a DELETE of what is gone succeed. Errors are `{"error": {"code", "message", "field"?}}`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from media_worker.control import requests
from media_worker.control.fields import FieldWrong
from media_worker.control.openapi import document
from media_worker.control.tokens import Refused, TokenCheck
from media_worker.health import health, metrics
from media_worker.pipeline.player import Playback
from media_worker.pipeline.snapshots import NotAPicture, picture_of
from media_worker.recording import recover
from media_worker.session import NotAllowed, Session, vars_of
from media_worker.staging import StagingFailed
from media_worker.streams.stream import StreamRefused
from media_worker.worker import Draining, Full, Worker

LARGEST_BODY = 12 * 1024 * 1024
QUALITY_EVERY_S = 30.0
JSON = dict[str, Any]

log = logging.getLogger("media_worker.control")


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where requests may send this worker."""

    callback: Callable[[str], bool]
    prompt: Callable[[str], bool]
    stream: Callable[[str], bool]
    #: Gets the bytes of a prompt; raises `OSError`.
    fetch: Callable[[str], Awaitable[bytes]]


class Control:
    """The control API over a worker."""

    def __init__(self, worker: Worker, tokens: TokenCheck, reach: Reach) -> None:
        self._worker = worker
        self._tokens = tokens
        self._reach = reach

    def app(self) -> web.Application:
        """All routes; `/health`, the document and `/metrics` answer anybody who reaches the private port."""
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[self._guard])
        one = "/v1/sessions/{session}"
        app.add_routes(
            [
                web.post("/v1/sessions", self.create),
                web.get(one, self.show),
                web.delete(one, self.delete),
                web.post(one + ":bind", self.bind),
                web.put(f"{one}/roster", self.roster),
                web.post(f"{one}/playback", self.play),
                web.delete(f"{one}/playback", self.stop_playback),
                web.post(f"{one}/dtmf", self.dtmf),
                web.post(f"{one}/recording:start", self.start_recording),
                web.post(f"{one}/recording:stop", self.stop_recording),
                web.post(f"{one}/streams", self.open_stream),
                web.delete(f"{one}/streams", self.close_stream),
                web.post(f"{one}/video/subscriptions", self.subscribe),
                web.delete(f"{one}/video/subscriptions/{{socket}}", self.unsubscribe),
                web.post(f"{one}/snapshots", self.snapshot),
                web.post(f"{one}/pictures", self.show_picture),
                web.delete(f"{one}/pictures/{{socket}}", self.hide_picture),
                web.get(f"{one}/qoe", self.quality),
                web.post("/v1/recordings:recover", self.recover),
                web.post("/v1/drain", self.drain),
                *open_routes(self._worker),
            ]
        )
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            if request.path.startswith("/v1/"):
                await self._tokens.check(request.headers.get("Authorization"))
            return await handler(request)
        except Refused as refusal:
            log.warning("refused: %s", refusal.cause)
            return _error(refusal.status, "unauthorized" if refusal.status == 401 else "forbidden", "not let in")
        except FieldWrong as wrong:
            return _error(400, "badRequest", str(wrong), field=wrong.field)
        except Full as full:
            return _error(429, "full", str(full))
        except Draining as draining:
            return _error(503, "draining", str(draining))
        except (NotAllowed, StreamRefused) as refusal:
            return _error(409, refusal.code, str(refusal))
        except StagingFailed as failure:
            return _error(503, "storage", str(failure))

    async def create(self, request: web.Request) -> web.Response:
        """Hold a session ready; 200 where it was."""
        asked = requests.CreateSession.of(await _body(request), self._reach.callback)
        session, new = self._worker.create(
            asked.ask,
            call_ref=asked.call_ref,
            callback_url=asked.callback_url,
            features=asked.features,
            longest_s=asked.longest_s,
        )
        config = {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": session.opened.blob}
        told = {"mediaConfig": config, "workerId": self._worker.worker_id, "bootId": self._worker.boot_id}
        return web.json_response({**session.to_json(), **told}, status=201 if new else 200)

    async def show(self, request: web.Request) -> web.Response:
        """A session's state and counters."""
        session = self._session(request)
        drops = self._worker.engine.drops(session.opened.stream)
        return web.json_response({**session.to_json(), "drops": vars(drops), "levels": self._worker.levels(session)})

    async def delete(self, request: web.Request) -> web.Response:
        """Let it go; answers when its recording is written."""
        session = self._worker.sessions.get(request.match_info["session"])
        if session is not None:
            await self._worker.close(session)
        return web.Response(status=204)

    async def bind(self, request: web.Request) -> web.Response:
        """Say which call it became."""
        session = self._session(request)
        self._worker.bind(session, requests.binding(await _body(request)))
        return web.json_response(session.to_json())

    async def roster(self, request: web.Request) -> web.Response:
        """Say who is who."""
        session = self._session(request)
        session.roster = requests.roster(await _body(request))
        return web.Response(status=204)

    async def play(self, request: web.Request) -> web.Response:
        """Play a WAV; `playback.finished` says how it ended."""
        session = self._session(request)
        play = requests.Play.of(await _body(request), self._reach.prompt)
        pcm = play.pcm
        if pcm is None:
            try:
                pcm = requests.decoded(await self._reach.fetch(str(play.url)), "url")
            except OSError as failure:
                raise NotAllowed("notFetched", f"the prompt could not be fetched: {failure}") from None

        def ended(how: str, said: int) -> None:
            session.tell("playback.finished", {"how": how, "frames": said})

        session.player.play(Playback(pcm=pcm, loop=play.loop, barge_in=play.barge_in, ended=ended))
        return web.json_response({"frames": len(pcm)}, status=202)

    async def stop_playback(self, request: web.Request) -> web.Response:
        """Fall silent."""
        self._session(request).player.clear()
        return web.Response(status=204)

    async def dtmf(self, request: web.Request) -> web.Response:
        """Press keys."""
        session = self._session(request)
        tones, gap_ms = requests.dtmf(await _body(request))
        self._worker.engine.send_tones(session.opened.stream, tones, gap_ms)
        return web.Response(status=202)

    async def start_recording(self, request: web.Request) -> web.Response:
        """Record, once Graph has confirmed that everybody is told so."""
        session, now = self._session(request), self._worker.now()
        asked = requests.Record.of(await _body(request), created_at=session.created_at, now=now)
        if session.recording is None or session.recording.layout != asked.layout:
            self._worker.start_recording(session, asked.layout, asked.segment_minutes)
        return web.json_response(session.to_json(), status=202)

    async def stop_recording(self, request: web.Request) -> web.Response:
        """Record no longer; answers when all is written, so that `notRecording` may be said."""
        session = self._session(request)
        await self._worker.stop_recording(session)
        return web.json_response(session.to_json())

    async def open_stream(self, request: web.Request) -> web.Response:
        """Connect a voice back end."""
        session = self._session(request)
        asked = requests.OpenStream.of(await _body(request), self._reach.stream)
        self._worker.open_stream(session, asked.url, asked.authorization, asked.direction)
        return web.Response(status=202)

    async def close_stream(self, request: web.Request) -> web.Response:
        """Disconnect it."""
        await self._worker.close_stream(self._session(request))
        return web.Response(status=204)

    async def subscribe(self, request: web.Request) -> web.Response:
        """Receive somebody's video."""
        session = self._session(request)
        asked = requests.Subscribe.of(await _body(request), session.ask)
        self._worker.engine.subscribe(session.opened.stream, asked.socket, asked.resolution, asked.source)
        return web.Response(status=202)

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """Receive it no longer."""
        session = self._session(request)
        socket = requests.socket_of(request.match_info["socket"], session.ask)
        self._worker.engine.unsubscribe(session.opened.stream, socket)
        return web.Response(status=204)

    async def snapshot(self, request: web.Request) -> web.Response:
        """Keep the newest picture of a socket as a JPEG."""
        session = self._session(request)
        socket = requests.snapshot(await _body(request), session.ask)
        return web.json_response(await self._worker.snapshot(session, socket), status=201)

    async def show_picture(self, request: web.Request) -> web.Response:
        """Show a still image, as the bot's video or as its screen."""
        session = self._session(request)
        socket, image = requests.picture(await _body(request), session.ask)
        try:
            self._worker.show(session, socket, picture_of(image, session.shown_format(socket)))
        except NotAPicture as wrong:
            raise FieldWrong("image", str(wrong)) from None
        return web.Response(status=202)

    async def hide_picture(self, request: web.Request) -> web.Response:
        """Show it no longer."""
        session = self._session(request)
        session.shown.pop(requests.socket_of(request.match_info["socket"], session.ask), None)
        return web.Response(status=204)

    async def quality(self, request: web.Request) -> web.Response:
        """The platform's quality data, at most every 30 s."""
        session, now = self._session(request), self._worker.now()
        if session.quality_at is not None and now - session.quality_at < QUALITY_EVERY_S:
            raise NotAllowed("tooOften", f"the platform gives quality data every {QUALITY_EVERY_S:g} s at most")
        session.quality_at = now
        return web.json_response(self._worker.engine.quality(session.opened.stream))

    async def recover(self, request: web.Request) -> web.Response:
        """Commit what a worker that is gone had staged of a session."""
        session_id = requests.recovery(await _body(request))
        if session_id in self._worker.sessions:
            raise NotAllowed("alive", "the session is alive on this worker")
        segments = await recover(self._worker.staging, session_id)
        return web.json_response({"segments": [vars_of(segment) for segment in segments]})

    async def drain(self, request: web.Request) -> web.Response:
        """Take no more sessions."""
        del request
        self._worker.drain()
        return web.json_response({"sessions": len(self._worker.sessions)}, status=202)

    def _session(self, request: web.Request) -> Session:
        session = self._worker.sessions.get(request.match_info["session"])
        if session is None:
            text = json.dumps({"error": {"code": "notFound", "message": "there is no such session"}})
            raise web.HTTPNotFound(text=text, content_type="application/json")
        return session


def open_routes(worker: Worker) -> list[web.RouteDef]:
    """What anybody may ask who reaches the port."""

    async def tell_health(request: web.Request) -> web.Response:
        del request
        return web.json_response(health(worker))

    async def tell_metrics(request: web.Request) -> web.Response:
        del request
        return web.Response(text=metrics(worker), content_type="text/plain")

    async def tell_document(request: web.Request) -> web.Response:
        del request
        return web.json_response(document())

    routes = {"/health": tell_health, "/metrics": tell_metrics, "/openapi.json": tell_document}
    return [web.get(path, handler) for path, handler in routes.items()]


async def _body(request: web.Request) -> object:
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError):
        raise FieldWrong("body", "must be JSON") from None


def _error(status: int, code: str, message: str, **more: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, **more}}, status=status)
