"""Things that go wrong on purpose.

A fault is made with `POST /simulator/faults` or `simulator.fault(...)`:

    {"match": {"operation": "playPrompt"}, "fail": {"status": 503, "retry_after": 1}, "times": 2}
    {"match": {"notification": "call", "state": "established"}, "fail": "duplicate"}

`match` names a request by its action (`createCall`, `answer`, `playPrompt`, `hangUp`, `getCall`, `token`, ...) or a
notification by its kind (`incoming`, `call`, `tone`, `ended`, `operation`, `roster`, `sharing`, `joining`, `left`) and,
if wanted, its state; either may add `call_id`. `"*"` is any. `times` is how often it happens (1), `skip` how many
matches go unharmed first (0), `probability` how likely each match is to be hit (1; seeded by the settings).

| fail | request | notification |
|---|---|---|
| `{"status", "code", "retry_after", "as_date"}` | refused, nothing done | - |
| `{"delay": seconds}` | acts that much later | sent that much later, and all behind it |
| `"drop"` | nothing done, never answered | never sent |
| `"duplicate"` | acts twice | sent twice |
| `"reorder"` | - | the next one of the call goes first |
| `"time_out_after_acting"` | acts, never answers | - |
| `"reset"` | connection dropped, nothing done | - |
| `"reset_after_acting"` | acts, then the connection drops | - |

`retry_after` is in seconds, whole or not; with `"as_date": true` the answer says it as an HTTP date.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.ids import same_id

_REQUEST_WORDS = frozenset({"drop", "duplicate", "time_out_after_acting", "reset", "reset_after_acting"})
_LARGEST = 1e9
_NOTIFICATION_WORDS = frozenset({"drop", "duplicate", "reorder"})


class FaultRefused(ValueError):
    """A fault that cannot be; the message says which part."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What goes wrong: a word of the table above, or an error answer, or a delay."""

    word: str = ""
    status: int | None = None
    code: str = "UnknownError"
    #: Seconds, and whether the answer names the moment instead, as an HTTP date.
    retry_after_s: float | None = None
    as_date: bool = False
    delay_s: float = 0.0

    def __str__(self) -> str:
        return self.word or (f"status {self.status}" if self.status else f"delay {self.delay_s:g} s")


class Fault:
    """One fault, until it has happened often enough."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        unknown = sorted(set(spec) - {"match", "fail", "times", "skip", "probability"})
        if unknown:
            raise FaultRefused(f"a fault has no {', '.join(unknown)}")
        match = spec.get("match")
        if not isinstance(match, Mapping) or ("operation" in match) == ("notification" in match):
            raise FaultRefused("match must be an object that names an operation or a notification")
        self._match: dict[str, str] = {str(key): same_id(str(value)) for key, value in match.items()}
        stray = sorted(set(self._match) - {"operation", "notification", "state", "call_id"})
        if stray:
            raise FaultRefused(f"match has no {', '.join(stray)}")
        words = _REQUEST_WORDS if "operation" in match else _NOTIFICATION_WORDS
        self.failure = _failure(spec.get("fail"), words, "operation" in match)
        self.left = _whole(spec, "times", 1)
        self._skip = _whole(spec, "skip", 0)
        self._probability = _number(spec, "probability", 1.0)
        if self._probability > 1.0:
            raise FaultRefused("probability must be from 0 to 1")
        self.to_json = dict(spec)

    def hits(self, chance: random.Random, **event: str | None) -> bool:
        """Whether this fault happens to this event now; uses up one of its times."""
        if self.left <= 0 or not self._match.keys() <= event.keys():  # a request is no notification, whatever "*" says
            return False
        if any(value not in ("*", event[key]) for key, value in self._match.items()):
            return False
        if self._skip > 0:
            self._skip -= 1
            return False
        if self._probability < 1.0 and chance.random() >= self._probability:
            return False
        self.left -= 1
        return True


class Faults:
    """The faults that still lie ahead; the oldest that matches happens."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._faults: list[Fault] = []

    def add(self, spec: Mapping[str, Any]) -> Fault:
        """Plan a fault. Raises `FaultRefused`."""
        fault = Fault(spec)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    def pending(self) -> list[dict[str, Any]]:
        """The faults that have not all happened yet, with how often they still will."""
        return [{**fault.to_json, "times": fault.left} for fault in self._faults]

    def for_request(self, action: str, call_id: str | None) -> Failure | None:
        """What goes wrong with this request, if anything."""
        return self._first(operation=action, call_id=call_id)

    def for_notification(self, kind: str, state: str | None, call_id: str) -> Failure | None:
        """What goes wrong with this notification, if anything."""
        return self._first(notification=kind, state=state, call_id=call_id)

    def likely(self, probability: float) -> bool:
        """A seeded throw of the dice."""
        return probability > 0.0 and self._chance.random() < probability

    def _first(self, **event: str | None) -> Failure | None:
        if not self._faults:
            return None
        hit = next((fault for fault in self._faults if fault.hits(self._chance, **event)), None)
        self._faults = [fault for fault in self._faults if fault.left > 0]
        return hit.failure if hit else None


def _failure(fail: Any, words: frozenset[str], is_request: bool) -> Failure:
    if isinstance(fail, str) and fail in words:
        return Failure(word=fail)
    if isinstance(fail, Mapping):
        if set(fail) == {"delay"}:
            return Failure(delay_s=_number(fail, "delay", 0.0))
        if is_request and "status" in fail:
            return _refusal(fail)
    allowed = [*sorted(words), '{"delay": seconds}', *(['{"status": ...}'] if is_request else [])]
    raise FaultRefused(f"fail must be one of {', '.join(allowed)}, not {fail!r}")


def _refusal(fail: Mapping[str, Any]) -> Failure:
    unknown = sorted(set(fail) - {"status", "code", "retry_after", "as_date"})
    if unknown:
        raise FaultRefused(f"fail has no {', '.join(unknown)}; it has status, code, retry_after, as_date")
    status, code, as_date = fail["status"], fail.get("code", "UnknownError"), fail.get("as_date", False)
    if type(status) is not int or not 300 <= status <= 599:
        raise FaultRefused(f"status must be from 300 to 599, not {status!r}")
    if not isinstance(code, str) or not isinstance(as_date, bool):
        raise FaultRefused("code must be a text, and as_date true or false")
    again = None if fail.get("retry_after") is None else _number(fail, "retry_after", 0)
    return Failure(status=status, code=code, retry_after_s=again, as_date=as_date)


def _number(spec: Mapping[str, Any], name: str, fallback: float) -> float:
    value = spec.get(name, fallback)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        raise FaultRefused(f"{name} must be a number from 0, not {value!r}")
    return value


def _whole(spec: Mapping[str, Any], name: str, fallback: int) -> int:
    value = spec.get(name, fallback)
    if type(value) is not int or value < 0:
        raise FaultRefused(f"{name} must be a whole number, not {value!r}")
    return value
