"""Acts that are done elsewhere while the caller waits: by services, functions and the call's own records.

`flows.acts` has these names too, and the table of what answers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.functions import Value
from flows.targets import Target


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """Ask a service: get `url`, or post `body` to it, while `hold` is heard.

    `into`: variable -> path of what is read. `secret`: the name of what `header` carries. `opens`: what callers have
    entered may be told.
    """

    url: str
    query: Mapping[str, Value] = field(default_factory=dict[str, Value])
    body: Mapping[str, Value] | None = None
    into: Mapping[str, str] = field(default_factory=dict[str, str])
    secret: str
    header: str
    timeout_ms: int
    hold: tuple[str, ...] = ()
    opens: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Call a function of the deployment's with `given`, while `hold` is heard; the rest is as in `Fetch`."""

    function: str
    given: Mapping[str, Value] = field(default_factory=dict[str, Value])
    into: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout_ms: int
    hold: tuple[str, ...] = ()
    opens: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """Take or keep a place among those who wait at this node, for `kept_ms`; or give it up (`leave`)."""

    kept_ms: int = 0
    leave: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Gather:
    """Begin to call `targets`, `at_once` at once, and to bring those who accept into `meeting`.

    `meeting`: as `POST /api/gatherings` takes it. Each rings `ring_s` and is called `tries` times `within_s`.
    """

    targets: tuple[Target, ...]
    meeting: Mapping[str, Any]
    at_once: int
    ring_s: int
    tries: int
    within_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Invite:
    """Have `targets` called into this call."""

    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Count who is in this call, ourselves among them."""
