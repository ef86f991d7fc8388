"""Requests about audio routing groups: who hears whom in a group call, apart from the main mix.

A group has one source, and one receiver (`oneToOne`) or several (`multicast`).
Source: https://learn.microsoft.com/graph/api/resources/audioroutinggroup
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from graph import wire
from graph.ids import normalised
from graph.request import CallRequest, check_id, check_member, in_path
from graph.targets import BadRequest
from graph.wire import JSON

_GROUP_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_MODES = ("oneToOne", "multicast")


@dataclass(frozen=True, kw_only=True)
class ListAudioRoutingGroups(CallRequest):
    """List the groups. 200.

    Source: https://learn.microsoft.com/graph/api/call-list-audioroutinggroups
    """

    method: ClassVar[str] = "GET"
    action: ClassVar[str] = "audioRoutingGroups"
    idempotent: ClassVar[bool] = True

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"groups": [{"group_id", "mode", "sources", "receivers"}, ...]}`."""
        return {"groups": [_group(one) for one in wire.sequence(wire.mapping(answer).get("value"))]}


@dataclass(frozen=True, kw_only=True)
class _OneGroup(CallRequest):
    #: Graph's own spelling, for instance `oneToOne`.
    group_id: str

    action: ClassVar[str] = "audioRoutingGroups"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not _GROUP_ID.fullmatch(self.group_id):
            raise BadRequest("group_id", "must be letters, digits and dashes")

    @property
    def below(self) -> str:
        """Path below the call's."""
        return f"{self.action}/{self.group_id}"


@dataclass(frozen=True, kw_only=True)
class GetAudioRoutingGroup(_OneGroup):
    """Look at one group. 200.

    Source: https://learn.microsoft.com/graph/api/audioroutinggroup-get
    """

    method: ClassVar[str] = "GET"
    idempotent: ClassVar[bool] = True

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"group_id", "mode", "sources", "receivers"}`."""
        return _group(answer)


@dataclass(frozen=True, kw_only=True)
class _WrittenGroup(_OneGroup):
    #: `oneToOne` or `multicast`.
    mode: str
    #: Ids of participants.
    sources: tuple[str, ...]
    receivers: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_member("mode", self.mode, _MODES)
        for name in ("sources", "receivers"):
            ids: tuple[str, ...] = getattr(self, name)
            if not ids:
                raise BadRequest(name, "must name at least one participant")
            for one in ids:
                check_id(name, one, "ids of participants")
        if len(self.sources) > 1:
            raise BadRequest("sources", "must be 1")
        if self.mode == "oneToOne" and len(self.receivers) > 1:
            raise BadRequest("receivers", "must be 1 where the mode is oneToOne")

    def body(self) -> JSON:
        """The wire form."""
        return {
            "@odata.type": "#microsoft.graph.audioRoutingGroup",
            "id": self.group_id,
            "routingMode": self.mode,
            "sources": [in_path(one) for one in self.sources],
            "receivers": [in_path(one) for one in self.receivers],
        }

    def outcome(self, answer: JSON | None) -> JSON:
        """Give `{"group_id", "mode", "sources", "receivers"}`."""
        return _group(answer)


@dataclass(frozen=True, kw_only=True)
class CreateAudioRoutingGroup(_WrittenGroup):
    """Make a group. 201.

    Source: https://learn.microsoft.com/graph/api/call-post-audioroutinggroups
    """

    @property
    def below(self) -> str:
        """Path below the call's."""
        return self.action


@dataclass(frozen=True, kw_only=True)
class UpdateAudioRoutingGroup(_WrittenGroup):
    """Change a group's sources and receivers. 200.

    Source: https://learn.microsoft.com/graph/api/audioroutinggroup-update
    """

    method: ClassVar[str] = "PATCH"
    idempotent: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class DeleteAudioRoutingGroup(_OneGroup):
    """Take a group away. 204.

    Source: https://learn.microsoft.com/graph/api/audioroutinggroup-delete
    """

    method: ClassVar[str] = "DELETE"
    idempotent: ClassVar[bool] = True


def _group(value: object) -> JSON:
    given = wire.mapping(value)
    group_id = wire.text(given.get("id"))
    return {
        "group_id": group_id if group_id and _GROUP_ID.fullmatch(group_id) else None,
        "mode": wire.member(given.get("routingMode"), wire.enum(*_MODES)),
        **{
            name: [found for one in wire.sequence(given.get(name)) if (found := normalised(one))]
            for name in ("sources", "receivers")
        },
    }
