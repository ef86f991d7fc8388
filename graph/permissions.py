"""Which consent each action needs: one table for the documentation, for `doctor`, and for what errors say.

All of these are application permissions and need the consent of an administrator. Changing them needs it again.
Source: https://learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

from dataclasses import dataclass

INITIATE = "Calls.Initiate.All"
INITIATE_GROUP = "Calls.InitiateGroupCall.All"
JOIN = "Calls.JoinGroupCall.All"
JOIN_AS_GUEST = "Calls.JoinGroupCallAsGuest.All"
MEDIA = "Calls.AccessMedia.All"
READ_MEETINGS = "OnlineMeetings.Read.All"
WRITE_MEETINGS = "OnlineMeetings.ReadWrite.All"
#: Resource-specific consent, given in one chat or meeting by installing the app there.
RSC_JOIN = "Calls.JoinGroupCalls.Chat"
RSC_MEDIA = "Calls.AccessMedia.Chat"
RSC_MEETING = "OnlineMeeting.ReadBasic.Chat"

EVERY_CLOUD = ("global", "gcc_high", "dod")
GLOBAL_ONLY = ("global",)

_ACCESS_POLICY = (
    "an application access policy for the user: New-CsApplicationAccessPolicy, Grant-CsApplicationAccessPolicy; "
    "up to 30 minutes until it holds"
)
_REMOVAL = (
    "the tenant's leave to remove participants: "
    "Set-CsApplicationMeetingConfiguration -AllowRemoveParticipantAppIds @{Add=application id}"
)
_HOSTED = f"{MEDIA} too where the application hosts the media"


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionPermission:
    """What one action needs. An action that needs different things in different calls has several rows.

    Source: https://learn.microsoft.com/graph/permissions-reference
    """

    #: `Request.name()`, for instance `playPrompt`.
    action: str
    #: The least that does; None where nothing is needed.
    least: str | None
    #: Others that do as well.
    also: tuple[str, ...] = ()
    #: The resource-specific permission that does in chats and meetings with the app. Graph's list names requests for
    #: `RSC_JOIN` only; the others are said to let in where they are described.
    #: Source: https://learn.microsoft.com/microsoftteams/platform/graph-api/rsc/resource-specific-consent
    rsc: str | None = None
    #: What is needed beside the permission.
    besides: str | None = None
    clouds: tuple[str, ...] = EVERY_CLOUD
    #: Whether Graph publishes what it needs. Where not, `least` and `also` are what the call itself needs: a guess.
    confirmed: bool = True
    #: Which calls.
    scope: str
    #: Page of Graph's reference, below https://learn.microsoft.com/graph/api/.
    page: str

    @property
    def rsc_confirmed(self) -> bool:
        """Whether Graph's list names this request for the resource-specific permission."""
        return self.rsc == RSC_JOIN

    @property
    def source(self) -> str:
        """Address of the page that says so."""
        return f"https://learn.microsoft.com/graph/api/{self.page}"


def _participant(action: str, page: str, *, besides: str | None = None) -> ActionPermission:
    """An action on one participant, by whoever joined the call."""
    return ActionPermission(
        action=action, least=JOIN, also=(JOIN_AS_GUEST,), besides=besides, scope="group calls", page=page
    )


def _hold(action: str, page: str) -> ActionPermission:
    return ActionPermission(action=action, least=JOIN_AS_GUEST, also=(JOIN,), scope="group calls", page=page)


def _call(action: str, page: str, scope: str = "any call", *, confirmed: bool = True) -> ActionPermission:
    """An action that is checked when the call is made, not again."""
    return ActionPermission(action=action, least=INITIATE, also=(MEDIA,), confirmed=confirmed, scope=scope, page=page)


def _media(action: str, page: str, scope: str, *, clouds: tuple[str, ...] = EVERY_CLOUD) -> ActionPermission:
    return ActionPermission(action=action, least=MEDIA, rsc=RSC_MEDIA, clouds=clouds, scope=scope, page=page)


def _sharing(action: str, page: str) -> ActionPermission:
    return ActionPermission(
        action=action,
        least=JOIN_AS_GUEST,
        also=(INITIATE, INITIATE_GROUP, JOIN),
        clouds=GLOBAL_ONLY,
        scope="group calls",
        page=page,
    )


def _routing(action: str, page: str) -> ActionPermission:
    return ActionPermission(
        action=action, least=JOIN, also=(INITIATE_GROUP,), clouds=GLOBAL_ONLY, scope="group calls", page=page
    )


def _meeting(action: str, page: str, least: str = WRITE_MEETINGS) -> ActionPermission:
    reads = least == READ_MEETINGS
    return ActionPermission(
        action=action,
        least=least,
        also=(WRITE_MEETINGS,) if reads else (),
        rsc=RSC_MEETING if reads else None,
        besides=_ACCESS_POLICY,
        scope="online meetings",
        page=page,
    )


PERMISSIONS: tuple[ActionPermission, ...] = (
    ActionPermission(
        action="createCall",
        least=INITIATE,
        besides=_HOSTED,
        scope="to one user or number",
        page="application-post-calls",
    ),
    ActionPermission(
        action="createCall",
        least=INITIATE_GROUP,
        besides=_HOSTED,
        scope="to several users",
        page="application-post-calls",
    ),
    ActionPermission(
        action="createCall",
        least=JOIN_AS_GUEST,
        also=(JOIN,),
        rsc=RSC_JOIN,
        besides=_HOSTED,
        scope="into a meeting",
        page="application-post-calls",
    ),
    _call("listCalls", "resources/call", confirmed=False),
    _call("getCall", "call-get"),
    _call("hangUp", "call-delete"),
    _call("keepAlive", "call-keepalive"),
    ActionPermission(action="answer", least=None, besides=_HOSTED, scope="calls of two", page="call-answer"),
    ActionPermission(
        action="answer", least=JOIN, also=(JOIN_AS_GUEST,), besides=_HOSTED, scope="group calls", page="call-answer"
    ),
    ActionPermission(action="reject", least=None, scope="calls that ring", page="call-reject"),
    ActionPermission(action="redirect", least=INITIATE, scope="calls that ring", page="call-redirect"),
    ActionPermission(
        action="transfer",
        least=INITIATE,
        scope="established calls of two, and group calls with a transferee",
        page="call-transfer",
    ),
    _call("playPrompt", "call-playprompt", "service-hosted calls"),
    _call("cancelMediaProcessing", "call-cancelmediaprocessing", "service-hosted calls"),
    _media("recordResponse", "call-record", "service-hosted calls"),
    _media("subscribeToTone", "call-subscribetotone", "service-hosted calls"),
    # The page says that Initiate is enough, Graph's list of permissions names this one alone: it does for both.
    _media("sendDtmfTones", "call-senddtmftones", "any call", clouds=GLOBAL_ONLY),
    _media("changeScreenSharingRole", "call-changescreensharingrole", "application-hosted group calls"),
    # No chat's own consent: a recording policy is the tenant's.
    ActionPermission(
        action="updateRecordingStatus",
        least=MEDIA,
        also=(JOIN,),
        scope="policy-recording calls",
        page="call-updaterecordingstatus",
    ),
    _call("muteSelf", "call-mute", "group calls"),
    _call("unmuteSelf", "call-unmute", "group calls"),
    ActionPermission(
        action="addLargeGalleryView",
        least=JOIN_AS_GUEST,
        also=(JOIN, INITIATE_GROUP),
        clouds=GLOBAL_ONLY,
        scope="group calls",
        page="call-addlargegalleryview",
    ),
    _call("listParticipants", "call-list-participants", "group calls"),
    _participant("getParticipant", "participant-get"),
    _participant("removeParticipant", "participant-delete", besides=_REMOVAL),
    ActionPermission(action="inviteParticipants", least=INITIATE_GROUP, scope="group calls", page="participant-invite"),
    _participant("muteParticipant", "participant-mute"),
    _hold("startHoldMusic", "participant-startholdmusic"),
    _hold("stopHoldMusic", "participant-stopholdmusic"),
    _call("listOperations", "resources/commsoperation", confirmed=False),
    _call("getOperation", "resources/commsoperation", confirmed=False),
    _sharing("listContentSharingSessions", "call-list-contentsharingsessions"),
    _sharing("getContentSharingSession", "contentsharingsession-get"),
    _routing("listAudioRoutingGroups", "call-list-audioroutinggroups"),
    _routing("getAudioRoutingGroup", "audioroutinggroup-get"),
    _routing("createAudioRoutingGroup", "call-post-audioroutinggroups"),
    _routing("updateAudioRoutingGroup", "audioroutinggroup-update"),
    _routing("deleteAudioRoutingGroup", "audioroutinggroup-delete"),
    ActionPermission(
        action="logDeviceQuality",
        least=MEDIA,
        scope="partners of video interoperability",
        page="call-logteleconferencedevicequality",
    ),
    _meeting("createOnlineMeeting", "application-post-onlinemeetings"),
    _meeting("createOrGetOnlineMeeting", "onlinemeeting-createorget"),
    _meeting("listOnlineMeetings", "onlinemeeting-get", READ_MEETINGS),
    ActionPermission(
        action="listOnlineMeetings",
        least=READ_MEETINGS,
        also=(WRITE_MEETINGS,),
        scope="online meetings by their video teleconferencing id",
        page="onlinemeeting-get",
    ),
    _meeting("getOnlineMeeting", "onlinemeeting-get", READ_MEETINGS),
    _meeting("updateOnlineMeeting", "onlinemeeting-update"),
    _meeting("deleteOnlineMeeting", "onlinemeeting-delete"),
)


def permissions_of(action: str) -> tuple[ActionPermission, ...]:
    """The rows of one action."""
    return tuple(row for row in PERMISSIONS if row.action == action)


def missing_permission(action: str, code: str | int | None) -> str:
    """Say which consent is missing, after Graph refused an action with 403.

    `code` is Graph's: 7504 (a permission), 7505 (the tenant), or any word. Empty where the refusal has another
    cause: a numeric code that is neither.
    """
    subcode = str(code) if code is not None else ""
    if subcode == "7505":
        return (
            f"{action}: the call belongs to another tenant than the token. An administrator of that tenant must "
            "consent to the application; users of other tenants than the bot's cannot be called."
        )
    rows = permissions_of(action)
    if not rows or (subcode.isdecimal() and subcode != "7504"):
        return ""
    if all(row.least is None for row in rows):
        return f"{action} needs no permission of its own."
    needs = [_need(row, named=len(rows) > 1) for row in rows if row.least is not None]
    besides = sorted({row.besides for row in rows if row.besides})
    return (
        f"{action} needs {'; '.join(needs)}, with the consent of an administrator of the call's tenant"
        + "".join(f"; and {one}" for one in besides)
        + "."
    )


def _need(row: ActionPermission, *, named: bool) -> str:
    alternatives = [*row.also, *([f"{row.rsc} in the chat"] if row.rsc else [])]
    return (
        f"the permission {row.least}"
        + (f" (or {', or '.join(alternatives)})" if alternatives else "")
        + ("" if row.confirmed else ": a guess, Graph publishes none for it")
        + (f" {row.scope if row.scope.startswith(('to', 'into')) else f'in {row.scope}'}" if named else "")
    )
