"""Whatever Graph, a forger or a caller puts in, no error repeats it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from graph_schemas import NOTIFICATION_FILES
from hypothesis import given
from hypothesis import strategies as st
from planted_secrets import secrets, shows
from token_issuer import METADATA_URL, TokenIssuer

from graph import joining
from graph.credentials import GraphCredentials
from graph.errors import TokenUnavailable
from graph.meetings import Chat, JoinIdMeeting, meeting_from_json, parse_join_url
from graph.notifications import NotNotifications, UnknownNotification, parse_notifications
from graph.recording_download import RecordingDownload, RecordingGone, RecordingRefused, RecordingUnavailable
from graph.requests import (
    Answer,
    BadRequest,
    GetOnlineMeeting,
    HangUp,
    ListOnlineMeetings,
    MediaInfo,
    PlayPrompt,
    RecordResponse,
    Redirect,
    Reject,
    SendDtmfTones,
    Source,
    Target,
    Transferee,
    UpdateRecordingStatus,
)
from graph.signing_keys import KeysUnavailable, SigningKeys
from graph.webhook_tokens import TokenRefused, TokenValidator

CALL = "0c1f5b0011114a2b9c3d000000000001"
EXAMPLES = [json.loads(path.read_bytes()) for path in NOTIFICATION_FILES]

MAKERS: Mapping[str, Callable[[str], object]] = {
    "call_id": lambda text: HangUp(call_id=f"{text}/"),
    "callback_uri": lambda text: Answer(call_id=CALL, callback_uri=f"http://bot.example.test/{text}"),
    "accepted_modalities": lambda text: Answer(call_id=CALL, callback_uri="https://b/", accepted_modalities=(text,)),
    "reason": lambda text: Reject(call_id=CALL, reason=text),
    "targets": lambda text: Redirect(call_id=CALL, targets=(Target(kind="user", id=f"{text}/"),)),
    "phone": lambda text: Target(kind="phone", id=f"{text}x"),
    "kind": lambda text: Target(kind=text, id="x"),
    "replaced": lambda text: Target(kind="user", id="x", replaces_call_id=f"{text}/"),
    "from_json": lambda text: Target.from_json({text: text, "user": text}),
    "uri": lambda text: MediaInfo(uri=text.replace("https", "http") + " ä", resource_id=text),
    "client_context": lambda text: PlayPrompt(call_id=CALL, prompts=(_PROMPT,), client_context=text * 30),
    "stop_tones": lambda text: RecordResponse(
        call_id=CALL, max_duration_s=1, initial_silence_s=1, max_silence_s=1, stop_tones=(text,), client_context="x"
    ),
    "join_url": lambda text: parse_join_url(f"https://teams.microsoft.com/l/meetup-join/{text}/0?context={text}"),
    "chat": lambda text: Chat(thread_id=text),
    "join_id": lambda text: JoinIdMeeting(join_id=f"{text}x"),
    "passcode": lambda text: JoinIdMeeting(join_id="123456789", passcode=text * 70),
    "token": lambda text: meeting_from_json({"join_id": 7, "token": text}),
    "source": lambda text: Source(kind="guest", id=f"{text}/", display_name=text),
    "display_name": lambda text: Source(kind="guest", id="g", display_name=text * 257),
    "participant": lambda text: Transferee(participant_id=f"{text}/"),
    "tones": lambda text: SendDtmfTones(call_id=CALL, tones=(text,), client_context="x"),
    "tones_of": lambda text: SendDtmfTones.tones_of(f"{text}x"),
    "status": lambda text: UpdateRecordingStatus(call_id=CALL, status=text, client_context="x"),
    "meeting_id": lambda text: GetOnlineMeeting(user_id="u", meeting_id=f"{text}/"),
    "find": lambda text: ListOnlineMeetings(user_id="u", join_url=text.replace("https", "http") + " ä"),
    "invite_uri": lambda text: joining.invite_new_bot(f"http://bot2.example.test/{text}"),
}
_PROMPT = MediaInfo(uri="https://b/", resource_id="x")


def told_by(failure: BaseException) -> str:
    return f"{failure} {failure!r} {failure.args} {vars(failure)}"


@pytest.mark.parametrize("name", MAKERS)
@given(secret=secrets)
def test_no_broken_limit_repeats_the_value(name: str, secret: str) -> None:
    with pytest.raises(BadRequest) as raised:
        MAKERS[name](secret)
    assert not shows(told_by(raised.value), secret)


bodies: list[Callable[[str], bytes]] = [
    lambda text: text.encode(),
    lambda text: json.dumps(text).encode(),
    lambda text: json.dumps({"@odata.type": text, "value": [text]}).encode(),
    lambda text: json.dumps({"@odata.type": "#microsoft.graph.commsNotifications", "value": text}).encode(),
    lambda text: json.dumps({"@odata.type": "#microsoft.graph.commsNotifications", "value": [text] * 101}).encode(),
    lambda text: b"\xff" + text.encode(),
]


@given(secrets, st.sampled_from(bodies), st.booleans())
def test_no_refused_body_is_quoted(secret: str, body: Callable[[str], bytes], declared: bool) -> None:
    with pytest.raises(NotNotifications) as raised:
        parse_notifications(body(secret), f"application/json; charset={secret}" if declared else None)
    assert not shows(told_by(raised.value), secret)


@given(secrets, st.sampled_from(EXAMPLES), st.data())
def test_no_reason_of_an_unknown_notification_quotes_it(secret: str, example: Any, data: st.DataObject) -> None:
    item = json.loads(json.dumps(example["value"][0]))
    item[data.draw(st.sampled_from(sorted(item)))] = secret
    if isinstance(inner := item.get("resourceData"), dict) and inner:
        inner[data.draw(st.sampled_from(sorted(inner)))] = secret
    for found in parse_notifications(json.dumps({**example, "value": [item]}).encode()):
        if isinstance(found, UnknownNotification):
            assert not shows(found.reason, secret)


def part(document: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


authorizations: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: f"Bearer {text}",
    lambda text: f"Bearer {text}.{text}.{text}",
    lambda text: f"Bearer {part({'alg': text})}.e30.AAAA",
    lambda text: f"Bearer {part({'alg': 'RS256', 'kid': text})}.e30.AAAA",
    lambda text: f"Bearer {part({'alg': 'RS256', 'kid': 'k', 'jku': text})}.e30.AAAA",
    lambda text: f"Bearer {part([text])}.e30.AAAA",
    lambda text: "Bearer " + text * 1_000,
]


@given(secrets, st.sampled_from(authorizations))
def test_no_refused_token_is_quoted(secret: str, authorization: Callable[[str], str]) -> None:
    async def validate() -> None:
        issuer = TokenIssuer([])
        issuer.fail = True
        validator = TokenValidator(
            metadata_url=METADATA_URL,
            issuers=("i",),
            audiences=("a",),
            tenants=("t",),
            http=issuer.http,
            now=lambda: 0.0,
        )
        await validator.validate(authorization(secret))

    with pytest.raises((TokenRefused, KeysUnavailable)) as raised:
        asyncio.run(validate())
    assert not shows(told_by(raised.value), secret)


async def test_keys_that_are_away_are_named_by_their_host() -> None:
    issuer = TokenIssuer([])
    issuer.fail = True
    with pytest.raises(KeysUnavailable, match=r"127\.0\.0\.1") as raised:
        await SigningKeys(METADATA_URL, http=issuer.http, now=lambda: 0.0).find("k")
    assert "://" not in str(raised.value)


locations: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: f"https://evil.test/{text}",
    lambda text: f"http://good.test/?{text}",
    lambda text: f"https://{text}@good.test/",
    lambda text: f"https://good.test/{text}",
    lambda text: f"https://good.test/ {text}",
]


async def _answers(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"location", b"https://evil.test/SECRETSECRETSECRET")]
    await send({"type": "http.response.start", "status": int(dict(scope["headers"])[b"x-answer"]), "headers": headers})
    await send({"type": "http.response.body", "body": b"SECRETSECRETSECRET"})


@given(secrets, st.sampled_from(locations), st.sampled_from(["200", "302", "404", "500"]), st.booleans())
def test_no_recording_that_was_not_fetched_gives_its_address_away(
    secret: str, location: Callable[[str], str], status: str, in_token: bool
) -> None:
    async def fetch() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=_answers)) as http:
            http.headers = httpx.Headers([("x-answer", status)])
            download = RecordingDownload(http, ("good.test",), loopback=False)
            async with aclosing(
                download.stream(location(secret), f"{secret} x" if in_token else "t", limit=1)
            ) as chunks:
                async for _ in chunks:
                    pass

    with pytest.raises((RecordingRefused, RecordingGone, RecordingUnavailable)) as raised:
        asyncio.run(fetch())
    told = told_by(raised.value)
    assert not shows(told, secret)
    assert "SECRET" not in told


@given(secrets)
def test_no_malformed_tenant_is_quoted(secret: str) -> None:
    credentials = GraphCredentials(
        app_id="a", authority="https://login", graph_base_url="https://graph", client_secret="s", now=lambda: 0.0
    )
    with pytest.raises(TokenUnavailable) as raised:
        asyncio.run(credentials.token(f"{secret}/"))
    assert not shows(told_by(raised.value), secret)
