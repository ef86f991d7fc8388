"""What a call session is told, one frozen dataclass per kind, checked before any of it can change a state.

`parse` reads the JSON that travels: the digests of `graph.digest` (which see for their shapes), `performed` and
`timed_out`. Do not subclass these. Times are Unix milliseconds here and Unix seconds (`at`) on the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast


class IllegalEvent(ValueError):
    """What was told is no event: a field is missing or of the wrong type. The session is as it was before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """The call rings. It opens a session; told again, it says nothing new."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallChanged:
    """Graph's call state; `state` and `audio` are None where the notification did not speak of them."""

    state: str | None
    audio: bool | None
    code: int | None
    subcode: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TonePressed:
    """A key by Graph's name (`tone5`, `star`) with the number by which Graph orders tones."""

    sequence: int
    tone: str
    at_ms: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A key in its right order, as the flow knows it: `0`-`9`, `*`, `#`, `A`-`D`. Made by the session itself."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """The call is over, whoever ended it."""

    code: int | None
    subcode: int | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationEnded:
    """A media operation has ended. `context` is the client context it was started with, if it came back.

    `recording` is False when Graph says that there is nothing to fetch.
    """

    operation_id: str | None
    context: str | None
    completed: bool
    code: int | None
    subcode: int | None
    recording: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordingSettled:
    """What became of a recording: stored under `blob`, or lost for a reason."""

    operation_id: str | None
    saved: bool
    blob: str | None
    sha256: str | None
    size: int | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Performed:
    """The activity of a command has returned: with `ok`, or with the kind of its error."""

    step: int
    ok: Mapping[str, Any] | None
    error: Literal["gone", "refused", "not_reached", "unknown", "internal"] | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TimedOut:
    """The time of `deadline_at` has come, and nothing older waits in the inbox."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """A notification that no call of this kind acts on (rosters, content sharing, unknown types)."""


Event = (
    Incoming
    | CallChanged
    | TonePressed
    | Key
    | Ended
    | OperationEnded
    | RecordingSettled
    | Performed
    | TimedOut
    | Other
)

_ERRORS = ("gone", "refused", "not_reached", "unknown", "internal")


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
    )


def _tone(document: Mapping[str, Any]) -> Event:
    at = document.get("at")
    if at is not None and (isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 1e11):
        raise IllegalEvent("tone: 'at' must be Unix seconds")
    return TonePressed(
        sequence=_integer(document, "sequence"),
        tone=_text(document, "tone"),
        at_ms=None if at is None else round(at * 1000),
    )


def _ended(document: Mapping[str, Any]) -> Event:
    return Ended(
        code=_maybe_integer(document, "code"),
        subcode=_maybe_integer(document, "subcode"),
        reason=_maybe_text(document, "reason"),
    )


def _operation(document: Mapping[str, Any]) -> Event:
    return OperationEnded(
        operation_id=_maybe_text(document, "operation_id"),
        context=_maybe_text(document, "context"),
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
        reason = found.get("code") or found.get("status")
        return Performed(step=step, ok=None, error=cast("Any", kind), reason=None if reason is None else str(reason))
    if not isinstance(ok, dict):
        raise IllegalEvent("performed: needs 'ok' or 'error', each a mapping")
    return Performed(step=step, ok=_checked(cast("dict[str, Any]", ok)), error=None, reason=None)


def _checked(ok: dict[str, Any]) -> dict[str, Any]:
    facts = {"kind": "performed", **{name: ok.get(name) for name in ("operation_id", "status", "code", "subcode")}}
    for name in ("operation_id", "status"):
        _maybe_text(facts, name)
    for name in ("code", "subcode"):
        _maybe_integer(facts, name)
    return {**ok, **facts}


def _timed_out(document: Mapping[str, Any]) -> Event:
    return TimedOut()


_READERS: dict[str, Callable[[Mapping[str, Any]], Event]] = {
    "incoming": _incoming,
    "call": _call,
    "tone": _tone,
    "ended": _ended,
    "operation": _operation,
    "recording": _recording,
    "performed": _performed,
    "timed_out": _timed_out,
}
