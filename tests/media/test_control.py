"""What the control API refuses, and that asking twice does no harm."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from openapi_spec_validator import validate

from media_worker.control.app import Control
from media_worker.control.openapi import ROUTES, document
from simulator.tokens import KeyRing

SESSION = {"sessionId": "s-1", "callRef": "call-1", "callbackUrl": "https://app.example/api/media/events"}
SCREEN = {"direction": "both", "formats": ["NV12_1280x720_1_875Fps"]}
ONE = "/v1/sessions/s-1"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sessionId": None}, "sessionId"),
        ({"sessionId": "../x"}, "sessionId"),
        ({"sessionId": "x" * 129}, "sessionId"),
        ({"callRef": 7}, "callRef"),
        ({"callbackUrl": "https://elsewhere.example/"}, "callbackUrl"),
        ({"audio": []}, "audio"),
        ({"audio": {"direction": "up"}}, "audio.direction"),
        ({"audio": {"format": "pcm44k"}}, "audio.format"),
        ({"audio": {"unmixed": 1}}, "audio.unmixed"),
        ({"audio": {"loud": True}}, "audio.loud"),
        ({"video": [{}] * 11}, "video"),
        ({"video": [{"direction": "send", "formats": ["NV12_1x1_30Fps"]}]}, "video[0].formats"),
        ({"video": [{"direction": "send", "formats": ["H264_640x360_30Fps"]}]}, "video[0].formats"),
        ({"screen": {"direction": "both", "formats": ["NV12_1280x720_30Fps"]}}, "screen.formats"),
        ({"features": {"inBandTones": "yes"}}, "features.inBandTones"),
        ({"limits": {"maxMinutes": 0}}, "limits.maxMinutes"),
        ({"limits": {"maxMinutes": True}}, "limits.maxMinutes"),
        ({"more": 1}, "more"),
    ],
)
async def test_every_wrong_field_of_a_session_is_named_and_nothing_is_held(bench, change: Any, field: str) -> None:
    status, told = await bench.ask("POST", "/v1/sessions", {**SESSION, **change})
    assert (status, told["error"]["field"]) == (400, field)
    assert bench.worker.sessions == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", ONE + ":bind", {"graphCallId": "g"}, "tenantId"),
        ("PUT", ONE + "/roster", {"participants": [{"msi": -1, "participantId": "p"}]}, "participants[0].msi"),
        ("POST", ONE + "/playback", {}, "url"),
        ("POST", ONE + "/playback", {"inline": "%"}, "inline"),
        ("POST", ONE + "/playback", {"inline": base64.b64encode(b"RIFF").decode()}, "inline"),
        ("POST", ONE + "/playback", {"url": "https://elsewhere.example/"}, "url"),
        ("POST", ONE + "/dtmf", {"tones": "1x"}, "tones"),
        ("POST", ONE + "/dtmf", {"tones": "1", "gapMs": -2}, "gapMs"),
        ("POST", ONE + "/recording:start", {}, "statusConfirmedAt"),
        ("POST", ONE + "/recording:start", {"statusConfirmedAt": 1.0}, "statusConfirmedAt"),
        ("POST", ONE + "/recording:start", {"statusConfirmedAt": "now"}, "statusConfirmedAt"),
        ("POST", ONE + "/streams", {"url": 1}, "url"),
        ("POST", ONE + "/video/subscriptions", {"socket": "0"}, "socket"),
        ("POST", ONE + "/video/subscriptions", {"socket": "screen", "resolution": "HD"}, "resolution"),
        ("DELETE", ONE + "/video/subscriptions/7", None, "socket"),
        ("POST", ONE + "/snapshots", {"socket": "main"}, "socket"),
        ("POST", ONE + "/pictures", {"socket": "screen", "image": "AAAA"}, "image"),
        ("POST", "/v1/recordings:recover", {"sessionId": "a/b"}, "sessionId"),
        ("POST", "/v1/sessions", [], "body"),
    ],
)
async def test_every_wrong_field_of_a_request_is_named(bench, method: str, path: str, body: Any, field: str) -> None:
    await bench.create("s-1", screen=SCREEN)
    status, told = await bench.ask(method, path, body)
    assert (status, told["error"]["field"]) == (400, field)


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"tid": "0c1f5b00-9999-4a2b-9c3d-0000000000cc"}, 403),
        ({"roles": ["Read"]}, 403),
        ({"roles": "Media.Control"}, 403),
        ({"aud": "00000003-0000-0000-c000-000000000000"}, 401),
        ({"iss": "https://login.example/other/v2.0"}, 401),
        ({"exp": 1, "nbf": 0}, 401),
    ],
)
async def test_whoever_is_not_the_function_app_gets_no_session(bench, other: Any, status: int) -> None:
    assert (await bench.ask("POST", "/v1/sessions", SESSION, token=bench.token(**other)))[0] == status
    assert bench.worker.sessions == {}


async def test_no_token_a_strangers_token_and_one_without_a_signature_get_401(bench) -> None:
    good = bench.token()
    bench.keys, own = KeyRing("stranger"), bench.keys
    for token in (None, "x", bench.token(), good.rpartition(".")[0] + "."):
        assert (await bench.ask("POST", "/v1/sessions", SESSION, token=token))[0] == 401
    bench.keys = own
    assert bench.worker.sessions == {}


async def test_asking_twice_gives_the_same(bench) -> None:
    blob = await bench.create("s-1")
    status, again = await bench.ask("POST", "/v1/sessions", SESSION)
    assert (status, again["mediaConfig"]["blob"]) == (200, blob)
    call = {"graphCallId": "g", "tenantId": "t"}
    assert [(await bench.ask("POST", ONE + ":bind", call))[0] for _ in range(2)] == [200, 200]
    assert (await bench.ask("POST", ONE + ":bind", {**call, "graphCallId": "other"}))[0] == 409
    assert [(await bench.ask("DELETE", ONE))[0] for _ in range(2)] == [204, 204]
    assert (await bench.ask("GET", ONE))[0] == 404


async def test_a_full_one_says_429_a_draining_one_503_and_neither_is_upgraded_while_it_has_calls(bench) -> None:
    idle = (await bench.ask("GET", "/health", token=None))[1]
    assert '"SkipUpgrade": false' in idle["CustomMetrics"]
    for number in range(8):
        await bench.create(f"s-{number}")
    assert (await bench.ask("POST", "/v1/sessions", {**SESSION, "sessionId": "s-8"}))[0] == 429
    assert (await bench.ask("POST", "/v1/drain", {}))[0] == 202
    assert (await bench.ask("POST", "/v1/sessions", {**SESSION, "sessionId": "s-8"}))[0] == 503
    busy = (await bench.ask("GET", "/health", token=None))[1]
    assert (busy["ApplicationHealthState"], '"SkipUpgrade": true' in busy["CustomMetrics"]) == ("Healthy", True)


async def test_a_session_that_no_call_is_bound_to_ends_after_a_minute(bench, clock) -> None:
    await bench.create("s-1")
    await clock.advance(59)
    bench.worker.tick()
    assert bench.worker.sessions
    await clock.advance(2)
    await bench.until(lambda: not bench.worker.sessions)
    await bench.worker.outbox.emptied()
    assert bench.functions.of("session.failed")


def test_the_document_has_every_route_and_is_valid() -> None:
    app = Control(None, None, None).app()  # type: ignore[arg-type]
    served = {
        (r.method.lower(), r.resource.canonical) for r in app.router.routes() if r.method != "HEAD" and r.resource
    }
    assert served == set(ROUTES)
    validate(document())
