"""The inbox of each call: every notification once, under consecutive numbers, whoever writes and whatever dies.

A call is a partition of the table. One transaction per notification writes three rows, or none:

    i:{hash of its identity}    under which number it was stored, when, and in which message it came: a second one like
                                it is refused here
    n:{number}                  its digest, the sealed raw item, whether it was raised; a taken number is refused here
    head                        the last number given, conditional on nobody having given one since it was read; and
                                whether tones are sealed: who has not heard of it yet loses the condition

Beside them is the newest roster (`inbox.rosters`). Storage operations: a new notification 1, marking it raised 1, a
duplicate 3 (2 on the way); a process that has not heard of the call before first reads its head (1) and what is
unraised (1).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inbox.errors import InboxClosed, NoSuchNotification
from inbox.news import HEAD, News, head_change
from inbox.payloads import Payloads
from inbox.progress import CallProgress, Head, Progress
from inbox.rosters import Rosters
from inbox.sealing import Sealer
from inbox.tone_keys import KEY_ROW, CallbackKeyWrapper, CallKey, KeyWrapper, ToneKeys
from storage import (
    Blobs,
    Change,
    Delete,
    Insert,
    Row,
    RowMissing,
    StorageUnavailable,
    Table,
    TransactionRefused,
    Update,
)
from storage.limits import MAX_CHANGES

log = logging.getLogger("callwright.inbox")

JSON = dict[str, Any]

_FIRST_ROW, _LAST_ROW = "!", "~"
# Of so many tries each lost to a writer of another process, all but none ends before.
_MOST_TRIES = 64


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A notification in the inbox."""

    number: int
    #: False for a duplicate, which keeps its old number and digest.
    new: bool
    #: As it was stored: with its number `n` and `at`, when it was received (Unix seconds).
    digest: JSON


class Inbox:
    """The inboxes of all calls; one per process."""

    def __init__(
        self,
        table: Table,
        blobs: Blobs,
        sealer: Sealer,
        now: Callable[[], float],
        *,
        wrapper: KeyWrapper | None = None,
    ) -> None:
        """`wrapper` encrypts the keys of calls whose tones are sealed; the callback keys do, when left out."""
        self._table = table
        self._payloads = Payloads(blobs, sealer)
        self._tone_keys = ToneKeys(table, wrapper or CallbackKeyWrapper(sealer))
        self._now = now
        self._progress = Progress()
        #: What their calls are told of rosters.
        self.rosters = Rosters(table, self._payloads, now, self._check_open)

    async def append(self, instance_id: str, digest: JSON, raw: JSON, identity: str, *, message: str = "") -> Stored:
        """Store a notification under the next number of its call, once.

        Args:
            instance_id: of the call.
            digest: what history may carry of it; `n` and `at` are added.
            raw: the item as it came; it is sealed.
            identity: from `inbox.identity`, or any text that is the same for the same news.
            message: names the message it came in and its place there; what an identity is the same for only so long
                is the same for ever when it comes in the same message.

        Raises `InboxClosed` once the call's payloads were let go, and `StorageUnavailable`.
        """
        call = self._progress.of(instance_id)
        news = News(instance_id=instance_id, digest=digest, raw=raw, identity=identity, message=message, at=self._now())
        async with call.lock:
            try:
                return await self._append(call, news)
            except InboxClosed:
                if news.entry is not None:
                    await self._payloads.delete(news.entry.payload.blob)
                raise
            except BaseException:
                call.forget()  # whether it was stored is unknown here: storage knows
                raise

    async def _append(self, call: CallProgress, news: News) -> Stored:
        earlier: Row | None = None  # of this identity, but too long ago to be the same
        for _ in range(_MOST_TRIES):
            head = call.head or await self._read_head(call, news)
            entry = await news.written(head, self._payloads, self._tone_keys)
            number, digest = head.last + 1, {**entry.digest, "n": head.last + 1, "at": news.at}
            unraised_from = min(call.unraised or [number]) if call.unraised is not None else head.unraised_from
            changes = [
                news.identity_change(entry.identity_row, number, earlier),
                Insert(_row(number), {"digest": _dump(digest), "raised": False, **entry.payload.columns(_row(number))}),
                head_change(head, number, unraised_from),
            ]
            try:
                etags = await self._table.transact(news.instance_id, changes)
            except TransactionRefused as refused:
                if refused.index > 0:
                    call.forget()  # another process gave this number
                    continue
                earlier = await self._table.get(news.instance_id, entry.identity_row)
                if earlier is not None and news.is_same(earlier):
                    return await self._duplicate(call, news.instance_id, int(earlier.values["n"]))
            else:
                call.stored(number, etags[2] or "", unraised_from, digest)
                return Stored(number=number, new=True, digest=digest)
        raise StorageUnavailable(f"{_MOST_TRIES} writers were quicker in the inbox of {news.instance_id!r}")

    async def seal_tones(self, instance_id: str) -> None:
        """Encrypt the call's tones from now on, under a key of its own; may be repeated.

        A process that has not heard of it cannot store a tone any more before it has. Raises `InboxClosed`,
        `StorageUnavailable`.
        """
        call = self._progress.of(instance_id)
        async with call.lock:
            for _ in range(_MOST_TRIES):
                call.forget()
                head = await self._load(call, instance_id)
                if head.tones_sealed:
                    return
                sealed: Change = Update(HEAD, {"tones_sealed": True}, head.etag)
                changes = [Insert(KEY_ROW, await self._tone_keys.new_row(instance_id)), sealed]
                try:
                    await self._table.transact(instance_id, changes)
                except TransactionRefused:
                    continue  # a notification came just now
        raise StorageUnavailable(f"{_MOST_TRIES} writers were quicker in the inbox of {instance_id!r}")

    async def tone_key(self, instance_id: str) -> CallKey:
        """What opens the sealed tones of a call that lives. Raises `KeyDestroyed`, `CannotOpen`."""
        return await self._tone_keys.of(instance_id)

    async def _read_head(self, call: CallProgress, news: News) -> Head:
        """Ask storage, but for a call that begins: its inbox is most likely empty, and the write will tell."""
        if news.digest.get("kind") in ("incoming", "place") and not news.presumed_first:
            news.presumed_first = True
            call.head, call.unraised = Head(last=0, unraised_from=1, etag=None), {}
            return call.head
        return await self._load(call, news.instance_id)

    async def _load(self, call: CallProgress, instance_id: str) -> Head:
        row = await self._table.get(instance_id, HEAD)
        if row is None:
            call.head = Head(last=0, unraised_from=1, etag=None)
        elif row.values["closed"]:
            raise InboxClosed(f"the call of {instance_id!r} is over")
        else:
            last, unraised_from = int(row.values["last"]), int(row.values["unraised_from"])
            sealed = bool(row.values.get("tones_sealed"))
            call.head = Head(last=last, unraised_from=unraised_from, etag=row.etag, tones_sealed=sealed)
        return call.head

    async def _duplicate(self, call: CallProgress, instance_id: str, number: int) -> Stored:
        if call.head is None or number > call.head.last:
            call.forget()  # another process stored it: what is known of the call is stale
        row = await self._table.get(instance_id, _row(number))
        if row is None:
            raise InboxClosed(f"the call of {instance_id!r} is over")
        return Stored(number=number, new=False, digest=_digest(row))

    async def unraised(self, instance_id: str) -> list[JSON]:
        """The digests that are stored and not marked raised, in order.

        Those that another process stored are among them once this one has appended since.
        """
        call = self._progress.of(instance_id)
        async with call.lock:
            if call.unraised is None:
                head = call.head or await self._load(call, instance_id)
                first, last = _row(head.unraised_from), _row(head.last)
                rows = await self._table.query(instance_id, first, last, columns=["digest", "raised"])
                digests = [_digest(row) for row in rows if not row.values["raised"]]
                call.unraised = {digest["n"]: digest for digest in digests}
            return [digest for _, digest in sorted(call.unraised.items())]

    async def mark_raised(self, instance_id: str, number: int) -> None:
        """Note that its event was raised. When that cannot be noted it is raised again later, which does no harm."""
        call = self._progress.of(instance_id)
        if call.unraised is not None and number not in call.unraised:
            return
        try:
            await self._table.update(instance_id, _row(number), {"raised": True})
        except RowMissing:
            pass  # let go with its call
        except StorageUnavailable:
            log.warning("notification %d of %s was raised, which could not be noted", number, instance_id)
            return
        if call.unraised is not None:
            call.unraised.pop(number, None)

    async def read(self, instance_id: str, first: int, last: int | None = None) -> list[JSON]:
        """The digests from number `first` on, up to `last` if it is given, in order and without a gap."""
        end = "n:~" if last is None else _row(last)
        rows = await self._table.query(instance_id, _row(first), end, columns=["digest"])
        return [_digest(row) for row in rows]

    async def raw(self, instance_id: str, number: int) -> JSON:
        """The item as it came. Raises `NoSuchNotification`, `CannotOpen`."""
        row = await self._table.get(instance_id, _row(number))
        if row is None:
            raise NoSuchNotification(f"{instance_id!r} has no notification {number}, or no longer")
        return await self._payloads.open(instance_id, row.row, row.values)

    async def put_roster(self, instance_id: str, roster: JSON, sequence: int | None, count: int = 0) -> bool:
        """Keep a roster, unnumbered, if it is the newest: `Rosters.put`. Raises `InboxClosed`."""
        return await self.rosters.put(instance_id, roster, sequence, count)

    async def roster(self, instance_id: str) -> JSON | None:
        """The newest roster, or None."""
        return await self.rosters.newest(instance_id)

    async def _check_open(self, instance_id: str) -> None:
        await self._load(CallProgress(), instance_id)

    async def forget_payloads(self, instance_id: str, *, keep_digests: bool = False) -> None:
        """Let go of everything a call was sent, now that it is recorded; what still comes is `InboxClosed`.

        `keep_digests`: what came stays until the call is purged, for whoever looks for a fault; sealed tones say
        nothing even then.
        """
        # First the head: a writer on its way loses its condition, and finds the inbox closed when it looks again.
        await self._table.upsert(instance_id, HEAD, {"last": 0, "unraised_from": 0, "closed": True})
        self._progress.drop(instance_id)
        self._tone_keys.forget(instance_id)
        last = KEY_ROW if keep_digests else "n:~"  # the key of its tones goes in any case
        await self._delete_rows(instance_id, "i:", last)
        await self.rosters.forget(instance_id)
        await self._payloads.delete_all(instance_id)

    async def purge(self, instance_id: str) -> None:
        """Leave no trace of a call."""
        self._progress.drop(instance_id)
        await self._delete_rows(instance_id, _FIRST_ROW, _LAST_ROW)
        await self._payloads.delete_all(instance_id)

    async def _delete_rows(self, instance_id: str, first: str, last: str) -> None:
        while rows := await self._table.query(instance_id, first, last, limit=MAX_CHANGES, columns=[]):
            try:
                await self._table.transact(instance_id, [Delete(row.row) for row in rows])
            except TransactionRefused as refused:
                if not isinstance(refused.cause, RowMissing):
                    raise
                # somebody else is deleting them too


def _row(number: int) -> str:
    return f"n:{number:08d}"


def _dump(digest: JSON) -> str:
    return json.dumps(digest, separators=(",", ":"))


def _digest(row: Row) -> JSON:
    return json.loads(str(row.values["digest"]))
