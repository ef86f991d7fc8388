"""Reads what a call session is told: the JSON that travels becomes one of `calls.events`.

The JSON is the digests of `graph.digest` (which see for their shapes), what our own activities put into an inbox
(`recording`, `control`, `consultation`), and `performed` and `timed_out`. Times are Unix seconds (`at`) on the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from calls.events import (
    CallChanged,
    ConsultationNews,
    Control,
    Ended,
    Event,
    IllegalEvent,
    Incoming,
    OperationEnded,
    Other,
    Performed,
    RecordingSettled,
    RosterChanged,
    TimedOut,
    TonePressed,
)

# What the context of an operation ends with whose recording is not kept: so whoever fetches it knows, too.
TRANSIENT = ".transient"
_ERRORS = ("gone", "refused", "not_reached", "unknown", "internal")
# What activities may say of what they did, each null or absent where it has nothing to say.
_TEXTS = ("operation_id", "status", "call_id", "target", "ended", "outcome", "token")
_INTEGERS = ("code", "subcode", "count", "ms", "used", "after_ms")


def parse(document: Mapping[str, Any]) -> Event:
    """Read an event; a kind that is not known is `Other`. Raises `IllegalEvent`."""
    kind = document.get("kind")
    if not isinstance(kind, str):
        raise IllegalEvent(f"an event needs a 'kind', which is a text; got {str(kind)[:40]!r}")
    reader = _READERS.get(kind)
    return reader(document) if reader else Other()


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise IllegalEvent(f"{document['kind']}: '{name}' must be a text")
    return value


def _maybe_text(document: Mapping[str, Any], name: str) -> str | None:
    return None if document.get(name) is None else _text(document, name)


def _integer(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise IllegalEvent(f"{document['kind']}: '{name}' must be a whole number")
    return value


def _maybe_integer(document: Mapping[str, Any], name: str) -> int | None:
    return None if document.get(name) is None else _integer(document, name)


def _word(document: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = _text(document, name)
    if value not in allowed:
        raise IllegalEvent(f"{document['kind']}: '{name}' must be one of {', '.join(allowed)}")
    return value


def _incoming(document: Mapping[str, Any]) -> Event:
    return Incoming()


def _call(document: Mapping[str, Any]) -> Event:
    audio = _maybe_text(document, "audio")
    return CallChanged(
        state=_maybe_text(document, "state"),
        audio=None if audio is None else audio == "active",
        code=_maybe_integer(document, "code"),
        subcode=_maybe_integer(document, "subcode"),
        call_id=_maybe_text(document, "call_id"),
    )


def _tone(document: Mapping[str, Any]) -> Event:
    at = document.get("at")
    if at is not None and (isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 1e11):
        raise IllegalEvent("tone: 'at' must be Unix seconds")
    sealed = document.get("sealed") is not None
    return TonePressed(
        sequence=_integer(document, "sequence"),
        tone=_integer(document, "n") if sealed else _text(document, "tone"),
        at_ms=None if at is None else round(at * 1000),
    )


def _ended(document: Mapping[str, Any]) -> Event:
    return Ended(
        code=_maybe_integer(document, "code"),
        subcode=_maybe_integer(document, "subcode"),
        reason=_maybe_text(document, "reason"),
    )


def _operation(document: Mapping[str, Any]) -> Event:
    context = _maybe_text(document, "context")
    return OperationEnded(
        operation_id=_maybe_text(document, "operation_id"),
        context=None if context is None else context.removesuffix(TRANSIENT),
        completed=_word(document, "status", ("completed", "failed")) == "completed",
        recording=document.get("recording") is not False,
        code=_maybe_integer(document, "code"),
        subcode=_maybe_integer(document, "subcode"),
    )


def _recording(document: Mapping[str, Any]) -> Event:
    return RecordingSettled(
        operation_id=_maybe_text(document, "operation_id"),
        saved=_word(document, "status", ("saved", "lost")) == "saved",
        blob=_maybe_text(document, "blob"),
        sha256=_maybe_text(document, "sha256"),
        size=_maybe_integer(document, "bytes"),
        reason=_maybe_text(document, "reason"),
    )


def _performed(document: Mapping[str, Any]) -> Event:
    step, ok, error = _integer(document, "step"), document.get("ok"), document.get("error")
    if isinstance(error, dict):
        found = cast("dict[str, Any]", error)
        kind = _word({**found, "kind": "performed", "error": found.get("kind")}, "error", _ERRORS)
        reason, message = found.get("code") or found.get("status"), found.get("message")
        return Performed(
            step=step,
            ok=None,
            error=cast("Any", kind),
            reason=None if reason is None else str(reason),
            message=None if message is None else str(message),
        )
    if not isinstance(ok, dict):
        raise IllegalEvent("performed: needs 'ok' or 'error', each a mapping")
    return Performed(step=step, ok=_checked(cast("dict[str, Any]", ok)), error=None, reason=None)


def _checked(ok: dict[str, Any]) -> dict[str, Any]:
    facts = {"kind": "performed", **{name: ok.get(name) for name in (*_TEXTS, *_INTEGERS)}}
    for name in _TEXTS:
        _maybe_text(facts, name)
    for name in _INTEGERS:
        _maybe_integer(facts, name)
    return {**ok, **facts}


def _control(document: Mapping[str, Any]) -> Event:
    return Control(
        action=_text(document, "action"),
        request=_text(document, "request"),
        n=_integer(document, "n"),
        consult=document.get("consult") is True,
    )


def _consultation(document: Mapping[str, Any]) -> Event:
    status = _word(document, "status", ("accepted", "declined", "no_answer", "busy", "failed"))
    return ConsultationNews(status=cast("Any", status), call_id=_maybe_text(document, "call_id"))


def _roster(document: Mapping[str, Any]) -> Event:
    return RosterChanged(count=_integer(document, "count"))


def _timed_out(document: Mapping[str, Any]) -> Event:
    return TimedOut()


_READERS: dict[str, Callable[[Mapping[str, Any]], Event]] = {
    "incoming": _incoming,
    "call": _call,
    "tone": _tone,
    "ended": _ended,
    "operation": _operation,
    "recording": _recording,
    "control": _control,
    "consultation": _consultation,
    "roster": _roster,
    "performed": _performed,
    "timed_out": _timed_out,
}
