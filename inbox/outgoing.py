"""Calls that the bot places or joins: asked for once, started once."""

from __future__ import annotations

import uuid
from typing import Any

from inbox.birth import Claim, Watcher
from inbox.births import Births
from inbox.delivery import Delivery
from inbox.errors import InboxClosed, NoSuchNotification, PlacedOtherwise
from inbox.inbox import Inbox

JSON = dict[str, Any]

_NAMES = uuid.UUID("6a0f5c52-5c0b-4f0e-8b0a-52a5d3c9f1e7")
RINGS_FOR_S = 60
RETRY_WITHIN_S = 600
#: What a consultation calls the leg of the caller, whom nobody placed for it.
CALLERS_LEG = 0


class Outgoing:
    """Starts what places calls."""

    def __init__(self, delivery: Delivery, inbox: Inbox, births: Births, *, tenant_id: str) -> None:
        """`tenant_id` is where calls are placed whose request names no tenant."""
        self._delivery = delivery
        self._inbox = inbox
        self._births = births
        self._tenant_id = tenant_id

    async def place(self, request: JSON, request_id: str | None) -> str:
        """Begin to place a call; returns its instance id.

        Args:
            request: as `POST /api/calls` describes it, valid; a leg has `parent` (instance id) and `leg` (its number)
                besides. What is personal in it is sealed.
            request_id: the same for the same request, however often it is sent; None for one of its own.

        Several tries are several calls: they are placed by an orchestration of the id that is returned. Raises
        `PlacedOtherwise` when the same `request_id` asked for another call, and `StorageUnavailable`.
        """
        instance_id = call_of(request_id)
        orchestration = "outbound_orchestrator" if request.get("tries", 1) > 1 else "call_orchestrator"
        await self.begin(instance_id, orchestration, digest_of(request), request)
        return instance_id

    async def gather(self, request: JSON, request_id: str | None) -> str:
        """Begin to call people and bring them into a meeting; returns the instance id of the gathering.

        `request` as `POST /api/gatherings` describes it; the rest is as in `place`.
        """
        instance_id = f"gathering-{_hex(request_id)}"
        digest = {
            "kind": "gather",
            "people": len(request["people"]),
            "at_once": request.get("at_once", 1),
            **_trying(request),
        }
        await self.begin(instance_id, "gathering_orchestrator", digest, request)
        return instance_id

    async def consult(self, caller: str, step: int, request: JSON) -> str:
        """Begin to ask somebody to take a call; returns the instance id of the consultation.

        `caller` is the instance of the caller's call and `step` the step of its session that wants it; `request` is
        that of the call to place. What comes of it goes into the caller's inbox; the consultation is told when the
        caller's call ends.
        """
        instance_id = f"consultation-{_hex(f'{caller}:{step}')}"
        digest = {"kind": "consult", "for": caller, "ring_for_s": request["ring_for_s"]}
        await self.begin(instance_id, "consultation_orchestrator", digest, request)
        watcher = Watcher(instance_id=instance_id, leg=CALLERS_LEG)
        if not await self._births.watch(caller, watcher):  # over already
            await self._delivery.tell_watchers(caller, [watcher], "hung_up")
        return instance_id

    async def place_leg(self, parent: str, leg: int, request: JSON) -> str:
        """Begin to place one of the calls of an orchestration, once however often it is asked for."""
        instance_id = leg_id(parent, leg)
        request = {**request, "parent": parent, "leg": leg}
        await self.begin(instance_id, "call_orchestrator", digest_of(request), request)
        return instance_id

    async def begin(self, instance_id: str, orchestration: str, digest: JSON, request: JSON) -> None:
        """Start an orchestration whose first notification is the request that it was asked for with."""
        tenant_id = request.get("tenant") or self._tenant_id
        watcher = Watcher(instance_id=request["parent"], leg=request["leg"]) if "parent" in request else None

        async def claim() -> Claim:
            return await self._births.claim_outgoing(
                instance_id,
                tenant_id,
                watcher=watcher,
                listens_to_roster=digest.get("meeting") is not None or len(digest.get("to", ())) > 1,
            )

        call = {"instance_id": instance_id, "call_id": "", "tenant_id": tenant_id}
        try:
            stored = await self._delivery.start(
                call, digest, request, "request", claim=claim, orchestration=orchestration
            )
            if not stored.new and await self._inbox.raw(instance_id, stored.number) != request:
                raise PlacedOtherwise(f"{instance_id!r} was asked for with another request before")
        except (InboxClosed, NoSuchNotification):
            return  # it has lived, and nobody knows any more what exactly it was


_TARGETS = {name: name for name in ("user", "phone", "application_instance", "voicemail")}
_MEETINGS = {"join_url": "organizer", "join_id": "join_id", "token": "token", "create": "created"}


def digest_of(request: JSON) -> JSON:
    """What history may carry of a request to place a call: kinds and numbers, nobody's name or number.

    `{"kind": "place", "to": ["user" | "phone" | ...], "meeting": "organizer" | "join_id" | "token" | "created" | null,
    "ring_for_s", "tries", "retry_within_s", "rejoin", "leg": number | null}`
    """
    meeting: JSON | None = request.get("meeting")
    return {
        "kind": "place",
        "to": [_kind(target, _TARGETS) for target in request.get("to", ())],
        "meeting": None if meeting is None else _kind(meeting, _MEETINGS),
        **_trying(request),
        "rejoin": request.get("rejoin", meeting is not None),
        "leg": request.get("leg"),
    }


def call_of(request_id: str | None) -> str:
    """The instance id of the call that a request of this id asks for; one of its own for None."""
    return f"call-{_hex(request_id)}"


def leg_id(parent: str, leg: int) -> str:
    """The instance id of a leg: the same whoever computes it."""
    return call_of(f"{parent}/{leg}")


def _trying(request: JSON) -> JSON:
    return {
        "ring_for_s": request.get("ring_for_s", RINGS_FOR_S),
        "tries": request.get("tries", 1),
        "retry_within_s": request.get("retry_within_s", RETRY_WITHIN_S),
    }


def _hex(name: str | None) -> str:
    return (uuid.uuid4() if name is None else uuid.uuid5(_NAMES, name)).hex


def _kind(named: JSON, kinds: JSON) -> str:
    return next((kinds[key] for key in kinds if key in named), "unknown")
