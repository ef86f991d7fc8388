from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from graph_schemas import NOTIFICATION_FILES, notification

from graph.digest import digest
from graph.notifications import parse_notifications


def digests(document: Any) -> list[dict[str, Any]]:
    return [digest(one) for one in parse_notifications(json.dumps(document).encode())]


def digest_of(name: str, **changes: Any) -> dict[str, Any]:
    document = notification(name)
    document["value"][0].get("resourceData", {}).update(changes)
    return digests(document)[0]


CALL, CHAIN = "0c1f5b0011114a2b9c3d000000000001", "0c1f5b0033334a2b9c3d0000000000bb"
OPERATION = "0c1f5b0088884a2b9c3d00000000000f"
_INCOMING = {"kind": "incoming", "call_id": CALL, "chain_id": CHAIN, "modalities": ["audio"], "group": False}
_ENDED = {"kind": "operation", "operation_id": OPERATION, "context": "ivr-menu-1:step-3"}

# Wire format: these stand in running histories. A change here needs a changelog line and drained calls.
SHAPES = {
    "01_incoming": {**_INCOMING, "caller": "user", "called": "application", "policy": False},
    "02_incoming": {**_INCOMING, "caller": "phone", "called": "applicationInstance", "policy": False},
    "03_incoming": {
        **_INCOMING,
        "modalities": ["audio", "video"],
        "group": True,
        "caller": "user",
        "called": "application",
        "policy": False,
        "meeting": "organizer",
    },
    "05_incoming": {**_INCOMING, "caller": "encrypted", "called": "application", "policy": False},
    "09_call": {"kind": "call", "state": "established", "audio": "active", "code": None, "subcode": None},
    "11_call": {
        "kind": "call",
        "state": "established",
        "audio": None,
        "code": None,
        "subcode": None,
        "meeting": "organizer",
    },
    "12_call": {"kind": "call", "state": "terminating", "audio": None, "code": None, "subcode": None},
    "26_reject": {"kind": "ended", "code": None, "subcode": None, "reason": None},
    "29_transfer": {"kind": "ended", "code": 0, "subcode": 7015, "reason": None},
    "30_transfer": {"kind": "ended", "code": None, "subcode": None, "reason": "AppTransferred"},
    "31_transfer": {"kind": "call", "state": "established", "audio": None, "code": 500, "subcode": 7000},
    "33_tone": {"kind": "tone", "state": "established", "sequence": 1, "tone": "tone5"},
    "34_roster": {"kind": "roster", "sequence": None, "count": 2},
    "39_roster": {"kind": "roster", "sequence": 12, "count": 1},
    "42_play": {**_ENDED, "operation": "playPrompt", "status": "failed", "code": 400, "subcode": 8536},
    "43_record": {
        **_ENDED,
        "operation": "record",
        "status": "completed",
        "code": 200,
        "subcode": 8515,
        "recording": True,
    },
    "46_record": {
        **_ENDED,
        "operation": "record",
        "status": "failed",
        "code": 400,
        "subcode": 8510,
        "recording": False,
    },
    "48_invite": {
        **_ENDED,
        "operation": "inviteParticipants",
        "status": "completed",
        "code": None,
        "subcode": None,
    },
    "49_invite": {**_ENDED, "operation": "inviteParticipants", "status": "failed", "code": 487, "subcode": 8542},
    "51_start": {**_ENDED, "operation": "startHoldMusic", "status": "completed", "code": None, "subcode": None},
    "52_stop": {**_ENDED, "operation": "stopHoldMusic", "status": "completed", "code": None, "subcode": None},
    "53_send": {
        **_ENDED,
        "operation": "sendDtmfTones",
        "status": "completed",
        "code": None,
        "subcode": None,
        "reason": "completedSuccessfully",
    },
    "55_content": {"kind": "sharing", "change": "created", "session": "f7d9ef30ff0a9bd3"},
    "59_policy": {"kind": "participant_joining", "participant": "user"},
    "60_policy": {"kind": "participant_left", "code": 200, "subcode": 5001},
}


@pytest.mark.parametrize(("name", "shape"), SHAPES.items(), ids=list(SHAPES))
def test_a_digest_has_the_shape_that_histories_hold(name: str, shape: dict[str, Any]) -> None:
    assert digests(notification(name)) == [shape]


def test_an_unknown_type_is_named() -> None:
    document = notification("34_roster")
    document["value"][0]["resourceData"] = {"@odata.type": "#microsoft.graph.orchestra"}
    assert digests(document) == [{"kind": "unknown", "type": "orchestra"}]


def _strings(value: Any) -> list[str]:
    """Every string in a document but its keys."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


_PARTIES = ("identity", "onBehalfOf", "transferor", "original", "final", "organizer", "initiator", "botData")
_TEXTS = ("message", "token", "recordingAccessToken", "recordingLocation", "replacesContext", "threadId")
_ADDRESSES = ("resource", "resourceUrl", "callbackUri", "@odata.id")


def _personal(document: Any) -> set[str]:
    """Phone numbers, names, tokens, addresses, people's ids and free texts in an example."""
    found: set[str] = set()
    if isinstance(document, list):
        return found.union(*(_personal(inner) for inner in document))
    if isinstance(document, dict):
        for key, value in document.items():
            if key in _PARTIES:
                found.update(_strings({name: one for name, one in _walk(value) if name != "@odata.type"}))
            elif key in _TEXTS:
                found.update(_strings(value))
            elif key in _ADDRESSES:
                found.add(value)
            else:
                found |= _personal(value)
    return {text for text in found if len(text) > 2}


def _walk(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return []
    pairs = [(key, inner) for key, inner in value.items() if isinstance(inner, str)]
    return pairs + [pair for inner in value.values() for pair in _walk(inner)]


@pytest.mark.parametrize("path", NOTIFICATION_FILES, ids=lambda path: path.stem)
def test_nothing_personal_gets_into_a_digest(path: Path) -> None:
    document = json.loads(path.read_bytes())
    written = " ".join(_strings(digests(document)))  # the keys are ours: `caller` there is no caller
    personal = _personal(document)
    assert personal
    assert not {text for text in personal if text in written or text.replace("-", "") in written}


CANARY = "+442079460000 Alice https://bot.example.test/?sig=eyJhbGciOi"


@pytest.mark.parametrize("name", [path.stem for path in NOTIFICATION_FILES if not path.stem.startswith(("61", "58"))])
def test_a_canary_in_any_free_text_does_not_get_into_a_digest(name: str) -> None:
    document = notification(name)
    kept = {"@odata.type", "changeType", "resourceUrl", "resource"}

    def plant(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {inner: plant(one, inner) for inner, one in value.items()}
        if isinstance(value, list):
            return [plant(one, key) for one in value]
        return CANARY if isinstance(value, str) and key not in kept else value

    written = json.dumps(digests({**document, "value": plant(document["value"])}))
    for part in CANARY.split():
        assert part not in written


@pytest.mark.parametrize(
    "context", ["+442079460000:1", "Alice Smith", "a:b c", "call-1", "x" * 200 + ":1", "call-1:1\n"]
)
def test_a_client_context_that_is_not_ours_is_left_out(context: str) -> None:
    assert digest_of("40_play", clientContext=context)["context"] is None


def test_our_own_client_context_comes_back() -> None:
    context = f"call-{CALL}:17"
    assert digest_of("40_play", clientContext=context)["context"] == context


@pytest.mark.parametrize(("kind", "caller"), [("applicationInstance", "application"), ("onPremises", "unknown")])
def test_callers_of_other_kinds_are_named_by_what_they_are_like(kind: str, caller: str) -> None:
    assert digest_of("01_incoming", source={"identity": {kind: {"id": "x"}}})["caller"] == caller
