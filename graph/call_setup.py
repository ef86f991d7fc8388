"""What answering a call and placing one have in common: who handles its media, and its options."""

from __future__ import annotations

from dataclasses import dataclass

from graph.targets import BadRequest, MediaInfo
from graph.wire import JSON

MODALITIES = ("audio", "video", "videoBasedScreenSharing", "data")


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOptions:
    """What a call does beside carrying media; each is off unless said.

    Source: https://learn.microsoft.com/graph/api/resources/calloptions
    """

    #: Show the bot in no roster once the call of two has become a group call.
    hide_bot_after_escalation: bool = False
    #: Tell of content sharing.
    content_sharing_notifications: bool = False
    #: Tell of rosters by what changed, not as full lists.
    delta_roster: bool = False
    interactive_roster: bool = False

    def to_wire(self, kind: str) -> JSON:
        """Give `incomingCallOptions` or `outgoingCallOptions`, as `kind` says."""
        return {
            "@odata.type": f"#microsoft.graph.{kind}",
            "hideBotAfterEscalation": self.hide_bot_after_escalation,
            "isContentSharingNotificationEnabled": self.content_sharing_notifications,
            "isDeltaRosterEnabled": self.delta_roster,
            "isInteractiveRosterEnabled": self.interactive_roster,
        }


def media_config(prefetch: tuple[MediaInfo, ...], blob: str | None) -> JSON:
    """Give Graph's `mediaConfig`: hosted by Graph, or with a blob by our media worker.

    `@odata.type` picks the kind and is mandatory.
    Source: https://learn.microsoft.com/graph/api/resources/mediaconfig
    """
    if blob is not None:
        return {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": blob}
    config: JSON = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
    if prefetch:
        config["preFetchMedia"] = [info.to_wire() for info in prefetch]
    return config


def check_media(prefetch: tuple[MediaInfo, ...], blob: str | None) -> None:
    """Raise `BadRequest` for an empty blob, and for prompts where Graph plays none.

    Source: https://learn.microsoft.com/graph/api/resources/apphostedmediaconfig
    """
    if blob is not None and not blob:
        raise BadRequest("blob", "must not be empty")
    if blob is not None and prefetch:
        raise BadRequest("prefetch", "must be empty when the application hosts the media")


def check_modalities(field: str, given: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """Raise `BadRequest` unless at least one modality is asked for, and only those allowed."""
    if not given or not set(given) <= set(allowed):
        raise BadRequest(field, f"must be some of {', '.join(allowed)}")
