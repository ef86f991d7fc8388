"""What a call begins with, and what it shares with all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from clock import Clock
from simulator.delivery import Line, Outgoing
from simulator.identities import Identity
from simulator.prompts import MediaInfo, Prompt
from simulator.recordings import Recordings
from simulator.settings import SimulatorSettings, Target

if TYPE_CHECKING:
    from simulator.call import Call
    from simulator.conversation import Conversation


class Exchange(Protocol):
    """What calls share: time, settings, the way to the bot, fetched prompts and kept recordings."""

    clock: Clock
    recordings: Recordings
    calls: dict[str, Call]

    @property
    def settings(self) -> SimulatorSettings:
        """The settings of now."""
        ...

    @property
    def base_url(self) -> str:
        """Where this simulator is reached."""
        ...

    def send(self, line: Line, outgoing: Outgoing) -> None:
        """Queue a notification."""
        ...

    def fetch(self, info: MediaInfo, then: Callable[[Prompt | Exception], None]) -> None:
        """Download a prompt and hand it, or what went wrong, to `then`."""
        ...

    def converse(self, *, initiator: Identity, tenant_id: str) -> Conversation:
        """Make a new group call known; nobody is in it."""
        ...

    def plan(self, identity: str) -> Target:
        """How the person with this id or number behaves who is rung now."""
        ...

    def perform(self, call: Call, script: Sequence[Mapping[str, Any]]) -> None:
        """Let the far end of a call do what a script says; see `simulator.far_end`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Birth:
    """What is known of a call when it begins."""

    caller: Identity
    called: Identity
    tenant_id: str
    modalities: tuple[str, ...] = ("audio",)
    policy: bool = False
    direction: Literal["incoming", "outgoing"] = "incoming"
    #: Everybody the bot calls; `called` is the first of them.
    targets: tuple[Identity, ...] = ()
    #: What the request for an outgoing call, or the notification of an incoming one, says besides (chatInfo, ...).
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def peer(self) -> Identity:
        """The person at the far end of a call between two."""
        return self.caller if self.direction == "incoming" else self.called

    @property
    def reaches_phones(self) -> bool:
        """Whether the bot may call, invite or transfer to telephones from here.

        Source: https://learn.microsoft.com/graph/api/call-answer
        """
        if self.direction == "incoming":
            return self.called.kind == "applicationInstance"
        info = self.more.get("meetingInfo")
        joined = isinstance(info, Mapping) and info.get("@odata.type") != "#microsoft.graph.tokenMeetingInfo"
        return joined or self.caller.kind == "applicationInstance"
