"""What operators may ask for: a call, a meeting, a gathering, and an action on a live call with its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.fields import CALLEE, CALLEES, FROM, GUID, LINE, LOCALE, MEETING, NAME, PARTICIPANT, TARGET
from api.shapes import Either, Field, Flag, Group, Items, Number, Rule, Text, Word

JSON = dict[str, Any]

LEAST_RINGING_S, MOST_RINGING_S = 15, 120
MOST_TRIES = 5
MOST_PEOPLE = 50
#: The shipped flow that asks whoever answers to press 1.
GATHERING_FLOW = "gathering-leg"

MODALITIES = Items(shape=Word(allowed=("audio", "video", "videoBasedScreenSharing")), most=3)

_PHONE_AMONG = {"contains": {"type": "object", "required": ["phone"]}}


def _has_phone(people: list[JSON]) -> bool:
    return any("phone" in each for each in people)


def _needs_from(people: str) -> Rule:
    return Rule(
        field="from",
        detail="is missing: telephones are called with the number of a resource account",
        holds=lambda read: "from" in read or not _has_phone(read[people]),
        schema={"if": {"properties": {people: _PHONE_AMONG}}, "then": {"required": ["from"]}},
    )


_PHONE_ALONE = Rule(
    field="to",
    detail="must be one telephone, or 1 to 5 users: Graph starts no group call with a telephone",
    holds=lambda read: len(read["to"]) == 1 or not _has_phone(read["to"]),
    schema={"if": {"properties": {"to": _PHONE_AMONG}}, "then": {"properties": {"to": {"maxItems": 1}}}},
)
_RETRIES = Rule(
    field="retry_within_s",
    detail="makes sense with tries of 2 or more only",
    holds=lambda read: "retry_within_s" not in read or read.get("tries", 1) > 1,
    schema={
        "if": {"required": ["retry_within_s"]},
        "then": {"required": ["tries"], "properties": {"tries": {"minimum": 2}}},
    },
)

_WHAT_FOR = (
    Field(name="customer", shape=NAME, about="whose call it is; a token for one customer need not say"),
    Field(name="tenant", shape=GUID, about="tenant of who is called; the bot's own when left out"),
    Field(name="locale", shape=LOCALE, about="language of the prompts; the flow's own when left out"),
)
_FLOW = Field(name="flow", shape=NAME, about="the flow that whoever answers hears", required=True)
_MODALITIES = Field(name="modalities", shape=MODALITIES, about="what the call carries; audio when left out")
_CONSENT = Field(
    name="consent",
    shape=LINE,
    about="a reference to the consent of who is called, kept with the record",
)
_RINGING = (
    Field(
        name="ring_for_s",
        shape=Number(least=LEAST_RINGING_S, most=MOST_RINGING_S),
        about="how long it may ring, in seconds; 60 when left out",
    ),
    Field(name="tries", shape=Number(least=1, most=MOST_TRIES), about="how often to try; once when left out"),
    Field(
        name="retry_within_s",
        shape=Number(least=60, most=86_400),
        about="the time within which all tries are made, in seconds",
    ),
)
_FROM = Field(name="from", shape=FROM, about="who calls; needed for telephones")

CALL = Group(
    fields=(
        Field(name="to", shape=CALLEES, about="one user or telephone, or up to 5 users in a group call", required=True),
        _FLOW,
        *_WHAT_FOR,
        _FROM,
        *_RINGING,
        _MODALITIES,
        _CONSENT,
    ),
    rules=(_needs_from("to"), _PHONE_ALONE, _RETRIES),
)
JOINING = Group(
    fields=(
        Field(name="meeting", shape=MEETING, about="the meeting to join", required=True),
        _FLOW,
        *_WHAT_FOR,
        Field(name="as_guest", shape=LINE, about="join as a guest of this name"),
        Field(name="rejoin", shape=Flag(), about="join again when the call is lost; true when left out"),
        _MODALITIES,
        _CONSENT,
    )
)
#: `POST /api/calls`.
PLACEMENT = Either({"to": CALL, "meeting": JOINING})

#: `POST /api/gatherings`.
GATHERING = Group(
    fields=(
        Field(
            name="people", shape=Items(shape=CALLEE, most=MOST_PEOPLE), about="whom to call, in order", required=True
        ),
        Field(name="meeting", shape=MEETING, about="the meeting they are brought into", required=True),
        Field(name="flow", shape=NAME, about=f"the flow that each of them hears; {GATHERING_FLOW} when left out"),
        *_WHAT_FOR,
        _FROM,
        *_RINGING,
        Field(name="at_once", shape=Number(least=1, most=10), about="how many are called at once; 1 when left out"),
    ),
    rules=(_needs_from("people"), _RETRIES),
)

NOTHING = Group()
_PARTICIPANT = Field(name="participant", shape=PARTICIPANT, about="whom", required=True)
_PROMPT = Field(name="prompt", shape=NAME, about="id of a prompt of the catalogue")


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """Something that may be done to a live call."""

    #: As sessions and inboxes know it; in paths its underscores are dashes.
    name: str
    summary: str
    #: The actions of Microsoft Graph that it comes to.
    graph: tuple[str, ...]
    arguments: Group = NOTHING

    @property
    def in_path(self) -> str:
        """How it is spelt in a path."""
        return self.name.replace("_", "-")


ACTIONS: tuple[Action, ...] = (
    Action(
        name="transfer",
        summary="Send the call to somebody else",
        graph=("transfer",),
        arguments=Group(
            fields=(
                Field(name="target", shape=TARGET, about="where to", required=True),
                Field(name="consult", shape=Flag(), about="whether to ask them first, while the caller waits"),
                Field(name="transferee", shape=PARTICIPANT, about="who is transferred, out of a group call"),
            )
        ),
    ),
    Action(name="mute", summary="Mute the bot", graph=("muteSelf",)),
    Action(name="unmute", summary="Unmute the bot", graph=("unmuteSelf",)),
    Action(
        name="play",
        summary="Play a prompt",
        graph=("playPrompt",),
        arguments=Group(
            fields=(Field(name="prompt", shape=NAME, about="id of a prompt of the catalogue", required=True),)
        ),
    ),
    Action(
        name="invite",
        summary="Call others into the call",
        graph=("inviteParticipants",),
        arguments=Group(fields=(Field(name="participants", shape=CALLEES, about="whom", required=True),)),
    ),
    Action(
        name="remove_participant",
        summary="Remove somebody from the call",
        graph=("removeParticipant",),
        arguments=Group(fields=(_PARTICIPANT,)),
    ),
    Action(
        name="mute_participant",
        summary="Mute somebody",
        graph=("muteParticipant",),
        arguments=Group(fields=(_PARTICIPANT,)),
    ),
    Action(
        name="hold",
        summary="Let somebody wait with music, or with a prompt",
        graph=("startHoldMusic",),
        arguments=Group(fields=(_PARTICIPANT, _PROMPT)),
    ),
    Action(
        name="resume",
        summary="Take somebody back who waits",
        graph=("stopHoldMusic",),
        arguments=Group(fields=(_PARTICIPANT,)),
    ),
    Action(
        name="send_tones",
        summary="Press keys",
        graph=("sendDtmfTones",),
        arguments=Group(
            fields=(
                Field(
                    name="tones",
                    shape=Text(
                        meaning="1 to 64 keys of 0123456789*#ABCD",
                        pattern="[0-9*#A-Da-d]{1,64}",
                        most=64,
                        example="12#",
                        form=str.upper,
                    ),
                    about="the keys",
                    required=True,
                ),
            )
        ),
    ),
    Action(
        name="screen_sharing",
        summary="Share the bot's screen, or only watch; Graph refuses it on a call whose media it hosts",
        graph=("changeScreenSharingRole",),
        arguments=Group(
            fields=(Field(name="role", shape=Word(allowed=("viewer", "sharer")), about="the role", required=True),)
        ),
    ),
    Action(
        name="recording_status",
        summary="Tell the people in a call whether it is recorded",
        graph=("updateRecordingStatus",),
        arguments=Group(
            fields=(
                Field(
                    name="status",
                    shape=Word(allowed=("notRecording", "recording", "failed")),
                    about="what to tell",
                    required=True,
                ),
            )
        ),
    ),
    Action(name="large_gallery", summary="Show everybody in one picture", graph=("addLargeGalleryView",)),
)
#: `DELETE /api/calls/{id}`.
HANG_UP = Action(name="hang_up", summary="Hang up", graph=("hangUp",))

ACTION_IN_PATH = {each.in_path: each for each in ACTIONS}


#: `POST /api/erasures`.
ERASURE = Group(
    fields=(
        Field(name="caller", shape=CALLEE, about="who called, or was called; all callers when left out"),
        Field(name="customer", shape=NAME, about="only this customer's calls; a token for one customer need not say"),
    ),
    rules=(
        Rule(
            field="",
            detail="must have caller, customer or both",
            holds=lambda read: "caller" in read or "customer" in read,
            schema={"anyOf": [{"required": ["caller"]}, {"required": ["customer"]}]},
        ),
    ),
)
#: `PUT /api/calls/{id}/legal-hold`.
HOLD = Group(fields=(Field(name="reason", shape=LINE, about="a reference to why, kept with the record"),))
