"""What is known of a call's birth, and how its rows say it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from inbox.arrival import Arrival
from storage import Change, Insert, Row, Update, Value, Values

JSON = dict[str, Any]

#: Where all births are.
PARTITION = "births"
#: Starting takes a tenth of this; whoever holds a claim longer has died.
CLAIM_S = 2.0
# Between the entries of a column that holds several.
_SEPARATOR = ","


class OtherTenant(Exception):
    """The call is known, and is another tenant's."""


class BoundElsewhere(Exception):
    """The Graph call belongs to another instance, or the instance has another Graph call."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Who starts the call."""

    #: `new` and `taken_over`: the caller does, now. `in_progress`: somebody else is at it; ask again after `wait_s`.
    #: `started`: nobody need, it lives, has lived or was sent elsewhere. `same_chain`: nobody yet, for it may be the
    #: call of instance `of` under another id.
    kind: Literal["new", "taken_over", "in_progress", "started", "same_chain"]
    wait_s: float = 0.0
    of: str = ""
    #: When the caller claimed it, Unix seconds, as its birth says; 0 when somebody else has.
    at: float = 0.0

    @property
    def in_progress(self) -> bool:
        """Whether somebody else is starting the call."""
        return self.kind == "in_progress"

    @property
    def started(self) -> bool:
        """Whether the call lives, has lived or was sent elsewhere."""
        return self.kind == "started"


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """An orchestration whose leg a call is."""

    instance_id: str
    #: What the orchestration calls it.
    leg: int


@dataclass(frozen=True, kw_only=True)
class Birth:
    """A call that was claimed, or an orchestration that places calls."""

    instance_id: str
    #: Graph's, without dashes, lower case; empty as long as Graph has not named a call that we place.
    call_id: str
    tenant_id: str
    #: When it was first claimed, Unix seconds.
    claimed_at: float
    #: The orchestrations that are told of its end.
    watchers: tuple[Watcher, ...] = ()
    #: Of whoever is called; empty for calls that we place.
    customer: str = ""
    route: str = ""
    #: The limit that it was one call too many for, or "": then it was sent elsewhere.
    over: str = ""
    #: Whether it has not been asked yet if there is room for it.
    waiting: bool = False
    #: Whether a webhook sent it elsewhere because it could not be served.
    sent_away: bool = False
    #: Whether its orchestration was started, and whether the call is over, as far as anybody has noted.
    started: bool = False
    ended: bool = False
    #: What Graph said to the webhook that answered, or None.
    answer: JSON | None = None


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose call a Graph call is."""

    instance_id: str
    tenant_id: str
    #: Whether its orchestration is told, now and then, of who is in the call.
    listens_to_roster: bool


@dataclass(frozen=True, kw_only=True)
class Born:
    """What is claimed."""

    instance_id: str
    tenant_id: str
    call_id: str = ""
    watcher: Watcher | None = None
    listens: bool = False
    #: Of a call that came in.
    arrival: Arrival = field(default_factory=Arrival)

    def values(self, now: float) -> Values:
        """What each of its rows says of it."""
        return {
            "instance_id": self.instance_id,
            "call_id": self.call_id,
            "tenant_id": self.tenant_id,
            "claimed_at": now,
            "watchers": "" if self.watcher is None else _watcher_text(self.watcher),
            "listens_to_roster": self.listens,
            "customer": self.arrival.customer,
            "route": self.arrival.route,
            "over": "",
            "waiting": self.arrival.limited,
        }

    def rows(self, now: float, chain: Row | None, *, sent_away: bool = False) -> list[Change]:
        """What is written to claim it: its birth first, its chain last, in place of `chain` or as the first of it."""
        who: Values = {**self.values(now), "sent_away": sent_away}
        times = {"claim_at": now, "started_at": 0.0, "ended_at": 0.0}
        answer: Values = {"answer_at": now if self.arrival.answering else 0.0, "answer": ""}
        more: Values = {"former_call_ids": "", "chain": self.arrival.chain, "policy": self.arrival.policy}
        birth: Values = {**who, **times, **answer, **more}
        changes: list[Change] = [Insert(f"birth:{self.instance_id}", birth), Insert(f"live:{self.instance_id}", who)]
        if self.call_id:
            changes.append(Insert(f"graph:{self.call_id}", who))
        if self.arrival.chain:
            row, newest = f"chain:{self.arrival.chain}", {"instance_id": self.instance_id, "at": now}
            changes.append(Insert(row, newest) if chain is None else Update(row, newest, chain.etag))
        return changes


_WHO = (
    "instance_id",
    "call_id",
    "tenant_id",
    "claimed_at",
    "watchers",
    "listens_to_roster",
    "customer",
    "route",
    "over",
    "waiting",
    "sent_away",
)


def who_of(values: Values) -> dict[str, Value]:
    """What every row says of a call, out of one of them."""
    return {name: values[name] for name in _WHO if name in values}


def former_call_ids(birth: Row) -> list[str]:
    """The Graph calls that this one was before it was placed again."""
    return _split(birth.values.get("former_call_ids", ""))


def birth_of(row: Row) -> Birth:
    """The call of any of its rows."""
    values = row.values
    return Birth(
        instance_id=str(values["instance_id"]),
        call_id=str(values["call_id"]),
        tenant_id=str(values["tenant_id"]),
        claimed_at=float(values["claimed_at"]),
        watchers=tuple(map(_watcher, _split(values.get("watchers", "")))),
        customer=str(values.get("customer", "")),
        route=str(values.get("route", "")),
        over=str(values.get("over", "")),
        waiting=bool(values.get("waiting")),
        sent_away=bool(values.get("sent_away")),
        started=bool(values.get("started_at")),
        ended=bool(values.get("ended_at")),
        answer=answer_of(values),
    )


def answer_of(values: Values) -> JSON | None:
    """What Graph said to the webhook that answered, or None; `values` of a `birth:` row."""
    text = str(values.get("answer") or "")
    return json.loads(text) if text else None


def with_former(birth: Row) -> str:
    """The column of former ids, once the present id is one of them."""
    return _SEPARATOR.join([*former_call_ids(birth), str(birth.values["call_id"])])


def with_watcher(birth: Row, watcher: Watcher) -> str | None:
    """The column of watchers, once this is one of them; None when it is already."""
    watchers, text = _split(birth.values.get("watchers", "")), _watcher_text(watcher)
    return None if text in watchers else _SEPARATOR.join([*watchers, text])


def _watcher_text(watcher: Watcher) -> str:
    return f"{watcher.instance_id}:{watcher.leg}"


def _watcher(text: str) -> Watcher:
    instance_id, leg = text.rsplit(":", 1)
    return Watcher(instance_id=instance_id, leg=int(leg))


def _split(column: Value) -> list[str]:
    return str(column).split(_SEPARATOR) if column else []


def day_of(when: float) -> str:
    """The day (UTC) of a time, as rows are ordered by it."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y%m%d")
