"""What the simulator costs per reference call, alone: the bot that it talks to is in another thread, not counted.

That bot knows the call by heart and answers each webhook only after it has sent the request that belongs to it, so
that virtual time stands still meanwhile.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from benchmarks.measuring import Result, amount, in_turns
from benchmarks.reference_call import CALLER, LOCALE, TRANSFER_TARGET, script
from cli.laptop import APP_FOLDER
from clock import VirtualClock
from graph.requests import Answer, MediaInfo, PlayPrompt, RecordResponse, Request, SubscribeToTone, Target, Transfer
from prompts.catalogue import Catalogue
from simulator import Simulator, SimulatorSettings, serve
from simulator.tokens import GRAPH_AUDIENCE

ROUNDS = 20
CALLS = 5  # per round
PROMPTS = ("greeting", "main-menu", "enter-account", "voicemail-consent")
# 16 webhooks, 8 requests, 4 prompts and 1 recording fetched.
EXCHANGES = 29

JSON = dict[str, Any]


async def run() -> Result:
    """Place calls one after the other."""
    catalogue = Catalogue.load(APP_FOLDER / "prompts", "salt")
    clock = VirtualClock()
    simulator = Simulator(clock, SimulatorSettings(access_token_life_s=1e6))
    async with serve(simulator, https=False) as addresses:
        bot = _Bot(addresses.graph_url, _graph_token(simulator), catalogue)
        simulator.change_settings(bot_callback_url=f"{bot.url}/callbacks")
        steps = script(catalogue)

        async def place_calls() -> float:
            began = time.thread_time()
            for _ in range(CALLS):
                call_id = simulator.ring(CALLER, script=steps)
                call = simulator.call(call_id)
                await clock.run_until(lambda: call.over)  # noqa: B023 - awaited before the next call
                await clock.advance(1)
                assert [entry["status"] for entry in call.transcript.of("request")][-1] == 202
                assert len(call.transcript.of("notification")) == 16
            return (time.thread_time() - began) / CALLS

        try:
            found = (await in_turns({"simulator": place_calls}, rounds=ROUNDS))["simulator"]
        finally:
            bot.stop()
    return Result(
        title="CPU of the simulator alone, per reference call",
        figures=[
            amount("per call", found, "ms", scale=1000),
            amount("per HTTP exchange", found, "us", scale=1e6 / EXCHANGES),
            amount("calls per second and core", [1 / seconds for seconds in found], "1/s"),
        ],
        counts={"HTTP exchanges per call": EXCHANGES},
    )


def _graph_token(simulator: Simulator) -> str:
    settings = simulator.settings
    return simulator.tokens.access_token(
        tenant_id=settings.tenant_id,
        client_id=settings.bot_app_id,
        audience=GRAPH_AUDIENCE,
        roles=settings.permissions,
        issuer="https://localhost/",
    )


class _Bot:
    """Answers webhooks by heart, in threads of its own."""

    def __init__(self, graph_url: str, token: str, catalogue: Catalogue) -> None:
        self._graph = urlsplit(graph_url)
        self._connections = _Connections(self._graph.netloc)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._prompts = {name: catalogue.prompt(name, LOCALE) for name in PROMPTS}
        self._files = {f"/{name}": prompt.path.read_bytes() for name, prompt in self._prompts.items()}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bot = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for item in body["value"]:
                    bot._react(item)
                self._answer(202, b"")

            def do_GET(self) -> None:
                self._answer(200, bot._files[self.path])

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler

    def _react(self, item: Mapping[str, Any]) -> None:
        data, call_id = item["resourceData"], item["resourceUrl"].split("/")[3]
        if "recordingLocation" in data:
            self._fetch(data["recordingLocation"], data["recordingAccessToken"])
            self._send(Transfer(call_id=call_id, target=Target(kind="user", id=TRANSFER_TARGET)))
        elif data.get("state") == "incoming":
            uri = f"{self.url}/callbacks"
            self._send(Answer(call_id=call_id, callback_uri=uri, accepted_modalities=("audio",)))
        elif data.get("mediaState", {}).get("audio") == "active":
            self._send(SubscribeToTone(call_id=call_id, client_context="tones"))
            self._send(self._play(call_id, "greeting"))
        elif "playPromptOperation" in data["@odata.type"]:
            self._prompt_ended(call_id, data["clientContext"])
        elif "toneInfo" in data:
            self._key_pressed(call_id, data["toneInfo"]["tone"])

    def _prompt_ended(self, call_id: str, name: str) -> None:
        if name == "greeting":
            self._send(self._play(call_id, "main-menu"))
        elif name == "voicemail-consent":
            request = RecordResponse(
                call_id=call_id,
                max_duration_s=60,
                initial_silence_s=5,
                max_silence_s=4,
                stop_tones=("#",),
                client_context="record",
            )
            self._send(request)

    def _key_pressed(self, call_id: str, tone: str) -> None:
        answers: dict[str, Callable[[], Request]] = {
            "tone2": lambda: self._play(call_id, "enter-account"),
            "tone5": lambda: self._play(call_id, "voicemail-consent"),
        }
        if tone in answers:
            self._send(answers[tone]())

    def _play(self, call_id: str, name: str) -> PlayPrompt:
        info = MediaInfo(uri=f"{self.url}/{name}", resource_id=name)
        return PlayPrompt(call_id=call_id, prompts=(info,), client_context=name)

    def _send(self, request: Request) -> None:
        body = request.body()
        sent = None if body is None else json.dumps(body).encode()
        self._exchange(request.method, self._graph.path + request.path, sent, self._headers)

    def _fetch(self, location: str, token: str) -> None:
        wav = self._exchange("GET", urlsplit(location).path, None, {"Authorization": f"Bearer {token}"})
        assert wav.startswith(b"RIFF")

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        connection = self._connections.of_thread
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        assert response.status < 300, f"{path}: {response.status} {answer!r}"
        return answer


class _Connections(threading.local):
    """A connection to the simulator for each thread that serves webhooks."""

    def __init__(self, address: str) -> None:
        self.of_thread = http.client.HTTPConnection(address)
