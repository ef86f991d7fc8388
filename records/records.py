"""Summaries and events of calls, in Table storage.

The summaries are in the partition `calls`, so that a call and its places in every list change in one transaction:

    call:{instance id}                    the summary
    all:{newest first}:{instance id}      a copy, for lists of all calls
    of:{customer}:{newest first}:{...}    a copy, for lists of one customer's
    live:{newest first}:{...}             a copy, while the call lives
    by:{hash of the caller}:{id}          a copy, to find what is kept of one person
    use:{day}:{hash of the instance id}   what an ended call has used (`records.usage`); it names nobody, and stays

The events of a call are a partition of their own, one row `e:{seq}` each. Storage operations: opening 1, any number
of events up to 100 1, closing 2, a page of a list 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from records import cursor
from records.masking import masked
from records.usage import usage_change
from storage import Change, Delete, Insert, Row, StorageUnavailable, Table, TransactionRefused, Update, Upsert
from storage.limits import MAX_CHANGES

JSON = dict[str, Any]
State = Literal["live", "ended"]

_CALLS = "calls"
_MOST_TRIES = 8
_LOOKED_PAST = 500


@dataclass(frozen=True, kw_only=True)
class Page:
    """Part of a list of calls."""

    #: Summaries, newest first.
    calls: list[JSON]
    #: Pass it as `after` to go on; None at the end.
    next: str | None


class Records:
    """What is kept of every call. All of it is masked on the way in.

    A summary is JSON and has at least `id` (the instance id), `state` (`live`, `ended`), `customer` (text or None),
    `started` (Unix seconds) and `recordings` (a list). Every method may raise `StorageUnavailable`.
    """

    def __init__(self, table: Table, now: Callable[[], float]) -> None:
        self._table = table
        self._now = now

    async def open(self, instance_id: str, summary: JSON) -> None:
        """Begin the record of a call; may be repeated, and does nothing to a call that is there."""
        live = self._complete(instance_id, summary, {}, "live")
        first, *others = _rows(live).items()
        try:
            await self._table.transact(_CALLS, [Insert(*first), *(Upsert(row, values) for row, values in others)])
        except TransactionRefused:
            return

    async def amend(self, instance_id: str, facts: JSON) -> None:
        """Add what became known of a call that lives; does nothing to one that has ended or was never opened."""

        def change(call: JSON | None) -> JSON | None:
            return None if call is None or call["state"] == "ended" else {**call, **masked(facts)}

        await self._change(instance_id, change)

    async def append(self, instance_id: str, events: Iterable[JSON]) -> None:
        """Add events; one whose `seq` is there already takes its place, so that appending may be repeated."""
        rows = {f"e:{event['seq']:08d}": {"event": _dump(masked(event))} for event in events}
        changes = iter([Upsert(row, values) for row, values in rows.items()])
        while some := list(islice(changes, MAX_CHANGES)):
            await self._table.transact(instance_id, some)

    async def close(self, instance_id: str, summary: JSON, events: Sequence[JSON] = ()) -> None:
        """End the record: add the last events, then put `summary` over what `open` was given.

        May be repeated; the first closing stands. A call that was never opened is recorded all the same.
        """
        await self.append(instance_id, events)

        def change(call: JSON | None) -> JSON | None:
            opened = call or {}
            return None if opened.get("state") == "ended" else self._complete(instance_id, summary, opened, "ended")

        await self._change(instance_id, change)

    async def recordings_gone(self, instance_id: str, which: Callable[[JSON], bool]) -> None:
        """Say of recordings of a call that they are no longer there; may be repeated."""

        def change(call: JSON) -> JSON:
            gone = {"status": "deleted", "blob": None}
            return {**call, "recordings": [{**each, **gone} if which(each) else each for each in call["recordings"]]}

        await self.revise(instance_id, change)

    async def revise(self, instance_id: str, change: Callable[[JSON], JSON]) -> bool:
        """Change a summary, live or ended, in every list; False when there is none. The change may be tried twice."""
        return await self._change(instance_id, lambda call: None if call is None else change(call))

    async def _change(self, instance_id: str, change: Callable[[JSON | None], JSON | None]) -> bool:
        """Put what `change` makes of a summary, or of None where there is none, in its place in every list.

        False when it makes None: then nothing is written.
        """
        for _ in range(_MOST_TRIES):
            row = await self._table.get(_CALLS, f"call:{instance_id}")
            changed = change(None if row is None else _summary(row))
            if changed is None:
                return False
            try:
                await self._table.transact(_CALLS, _moves(row, changed))
            except TransactionRefused:
                continue  # somebody else has changed it just now
            return True
        raise StorageUnavailable(f"{_MOST_TRIES} others were quicker with the record of {instance_id!r}")

    async def erase(self, instance_id: str) -> None:
        """Leave no trace of a call; may be repeated."""
        while rows := await self._table.query(instance_id, "e:", "e:~", limit=MAX_CHANGES, columns=[]):
            for row in rows:
                await self._table.delete(instance_id, row.row)
        call = await self.get(instance_id)
        own, *others = _rows(call) if call is not None else [f"call:{instance_id}"]
        for row in (*others, own):  # its own last: it is what leads to the others
            await self._table.delete(_CALLS, row)

    async def of_caller(self, caller: str) -> list[JSON]:
        """The calls of one caller, by hash (`records.erasing.caller_hash`)."""
        rows = await self._table.query(_CALLS, f"by:{caller}:", f"by:{caller}:~")
        return list(map(_summary, rows))

    async def get(self, instance_id: str) -> JSON | None:
        """The summary of a call, or None."""
        row = await self._table.get(_CALLS, f"call:{instance_id}")
        return None if row is None else _summary(row)

    async def events(self, instance_id: str) -> list[JSON]:
        """The events of a call in order of `seq`."""
        rows = await self._table.query(instance_id, "e:", "e:~", columns=["event"])
        return [json.loads(str(row.values["event"])) for row in rows]

    async def list(
        self,
        *,
        customer: str | None = None,
        state: State | None = None,
        since: float | None = None,
        until: float | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page:
        """Calls, newest first.

        Args:
            customer: only this one's.
            state: only calls that live, or only ended ones.
            since: only calls that started then or later, Unix seconds.
            until: only calls that started then or earlier.
            limit: how many at most.
            after: `next` of the page before. Raises `ValueError` for any other text.
        """
        prefix = "live:" if state == "live" else f"of:{_customer_key(customer)}:" if customer is not None else "all:"
        # `!` sorts below whatever an instance id holds: the next possible key.
        begin = prefix + (_newest(until) if after is None else cursor.decode(after) + "!")
        end = prefix + cursor.newest_first(since or 0.0) + ":~"
        found: list[JSON] = []
        # Calls that live are the newest: whoever asks for ended ones looks past all of them.
        at_once = max(limit + 1, _LOOKED_PAST) if state == "ended" else limit + 1
        while len(found) <= limit:
            rows = await self._table.query(_CALLS, begin, end, limit=at_once)
            calls = map(_summary, rows)
            found += [call for call in calls if customer in (None, call["customer"]) and state in (None, call["state"])]
            if len(rows) < at_once:
                break
            begin = rows[-1].row + "!"
        more = len(found) > limit > 0
        return Page(calls=found[:limit], next=cursor.encode(_key(found[limit - 1])) if more else None)

    def _complete(self, instance_id: str, summary: JSON, opened: JSON, state: State) -> JSON:
        defaults: JSON = {"customer": None, "started": self._now(), "recordings": []}
        whole = {**defaults, **opened, **masked(summary), "id": instance_id, "state": state}
        if opened:
            whole["started"] = opened["started"]  # its place in the lists
        return whole


def _moves(row: Row | None, changed: JSON) -> list[Change]:
    """The changes that take a call from what `row` says of it, or from nothing, to the next summary."""
    before, ((own, values), *others) = {} if row is None else _rows(_summary(row)), _rows(changed).items()
    after = {own, *(name for name, _ in others)}
    ends = changed["state"] == "ended" and (row is None or _summary(row)["state"] != "ended")
    return [
        Insert(own, values) if row is None else Update(own, values, row.etag),
        *(usage_change(changed) if ends else ()),
        *(Delete(name) for name in before if name not in after),
        *(Upsert(name, values) for name, values in others),
    ]


def _rows(summary: JSON) -> dict[str, dict[str, str]]:
    """Every row of a summary; the first is its own."""
    values = {"summary": _dump(summary), "customer": summary["customer"] or ""}
    rows = {f"call:{summary['id']}": values, f"all:{_key(summary)}": values}
    if summary["customer"] is not None:
        rows[f"of:{_customer_key(summary['customer'])}:{_key(summary)}"] = values
    people = (summary.get("caller_hash"), *summary.get("other_hashes", ()))
    rows.update({f"by:{person}:{summary['id']}": values for person in people if person})
    if summary["state"] == "live":
        rows[f"live:{_key(summary)}"] = values
    return rows


def _key(summary: JSON) -> str:
    return cursor.key_of(summary["started"], summary["id"])


def _newest(until: float | None) -> str:
    return "" if until is None else cursor.newest_first(until)


def _customer_key(customer: str) -> str:
    return hashlib.sha256(customer.encode()).hexdigest()[:24]


def _summary(row: Row) -> JSON:
    return json.loads(str(row.values["summary"]))


def _dump(value: JSON) -> str:
    return json.dumps(value, separators=(",", ":"))
