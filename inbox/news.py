"""A notification on its way into an inbox, and the three changes that take it there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from inbox.identity import same_within_s
from inbox.payloads import Payload, Payloads
from inbox.progress import Head
from inbox.tone_keys import TONES, ToneKeys
from storage import Change, Insert, Row, Update, Values

JSON = dict[str, Any]

HEAD = "head"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is written of a notification."""

    #: Whether it is a tone that was sealed under its call's key.
    sealed: bool
    #: The row that knows it again.
    identity_row: str
    digest: JSON
    payload: Payload


@dataclass(kw_only=True)
class News:
    """A notification on its way."""

    instance_id: str
    digest: JSON
    raw: JSON
    identity: str
    #: Names the message it came in and its place there.
    message: str
    #: When it was received.
    at: float
    presumed_first: bool = False
    entry: Entry | None = None

    async def written(self, head: Head, payloads: Payloads, tone_keys: ToneKeys) -> Entry:
        """What to write of it, given what is known of the call: of a call whose tones are sealed, no tone is told."""
        sealed = head.tones_sealed and self.digest.get("kind") == "tone"
        if self.entry is None or self.entry.sealed != sealed:
            before = self.entry
            self.entry = await (self._sealed(payloads, tone_keys) if sealed else self._plain(payloads))
            if before is not None:
                await payloads.delete(before.payload.blob)
        return self.entry

    async def _plain(self, payloads: Payloads) -> Entry:
        key = hashlib.sha256(self.identity.encode()).hexdigest()[:40]
        payload = await payloads.prepare(self.instance_id, key, self.raw)
        return Entry(sealed=False, identity_row=f"i:{key}", digest=self.digest, payload=payload)

    async def _sealed(self, payloads: Payloads, tone_keys: ToneKeys) -> Entry:
        call_key = await tone_keys.of(self.instance_id)
        tone = self.digest["tone"]
        # Whatever is no key of a phone is nobody's secret, and no text of a stranger's is taken over.
        told = {"sealed": call_key.seal_tone(tone)} if tone in TONES else {"tone": "unknown"}
        digest = {**{name: value for name, value in self.digest.items() if name != "tone"}, **told}
        key = call_key.fingerprint(self.identity)
        payload = await payloads.prepare(self.instance_id, key, {})
        return Entry(sealed=True, identity_row=f"i:{key}", digest=digest, payload=payload)

    def is_same(self, earlier: Row) -> bool:
        """Whether it is the one that came earlier under the same identity."""
        window_s = same_within_s(self.identity)
        if window_s is None or (self.message and self.message == earlier.values["message"]):
            return True
        return self.at - float(earlier.values["at"]) <= window_s

    def identity_change(self, row: str, number: int, earlier: Row | None) -> Change:
        """The change that knows it again; `earlier` is of the same identity, but too long ago to be the same."""
        values: Values = {"n": number, "at": self.at, "message": self.message}
        return Insert(row, values) if earlier is None else Update(row, values, earlier.etag)


def head_change(head: Head, number: int, unraised_from: int) -> Change:
    """The change that gives a number, unless somebody else gave one since `head` was read."""
    values: Values = {"last": number, "unraised_from": unraised_from, "closed": False}
    return Insert(HEAD, values) if head.etag is None else Update(HEAD, values, head.etag)
