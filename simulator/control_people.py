"""The part of the control plane that is about meetings, group calls and the people in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.control_bodies import Refused, are, read_object, read_texts
from simulator.online_meetings import OnlineMeeting

if TYPE_CHECKING:
    from simulator.simulator import Simulator

_MEETING_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "organizer": dict,
    "participants": (list, int),
    "subject": str,
    "lobby": str,
    "passcode": bool,
    "needs_host": bool,
    "in_channel": bool,
    "tenant_id": str,
}


async def create_meeting(simulator: Simulator, request: Request) -> Response:
    """`POST /simulator/meetings`."""
    asked = await read_object(request)
    for name, value in asked.items():
        if not isinstance(value, _MEETING_FIELDS.get(name, ())):
            raise Refused(f"{name} is not what a meeting has; it has {', '.join(_MEETING_FIELDS)}")
    if isinstance(asked.get("participants"), list) and not are(asked["participants"], dict):
        raise Refused("participants must be a number or a list of objects")
    meeting = simulator.people.create_meeting(asked.pop("organizer", None), asked.pop("participants", ()), **asked)
    return JSONResponse(_shown(simulator, meeting), 201, {"Location": f"/simulator/meetings/{meeting.id}"})


async def list_meetings(simulator: Simulator, request: Request) -> Response:
    """`GET /simulator/meetings`."""
    del request
    return JSONResponse({"meetings": [_shown(simulator, meeting) for meeting in simulator.online_meetings]})


async def show(simulator: Simulator, request: Request) -> Response:
    """`GET /simulator/meetings/{id}`: a meeting, or a group call by its id or that of a call in it."""
    conversation = simulator.people.conversation(request.path_params["name"])
    meeting = conversation.meeting
    shown = simulator.people.summary(conversation) if meeting is None else _shown(simulator, meeting)
    return JSONResponse(shown)


async def join(simulator: Simulator, request: Request) -> Response:
    """`POST /simulator/meetings/{id}/join`."""
    asked = await read_object(request)
    people, every_s, in_lobby = asked.get("people"), asked.get("every_s", 0), asked.get("in_lobby", False)
    right = (isinstance(people, int) or are(people, dict)) and isinstance(every_s, int | float)
    if not right or not isinstance(in_lobby, bool) or set(asked) - {"people", "every_s", "in_lobby"}:
        raise Refused('wanted {"people": [{"user": id}] or how many, "every_s": 0, "in_lobby": false}')
    simulator.people.join(request.path_params["name"], people or [], every_s=every_s, in_lobby=in_lobby)
    return Response(status_code=202)


async def act(simulator: Simulator, request: Request) -> Response:
    """`POST /simulator/meetings/{id}/{leave, remove, mute, unmute, admit, share, unshare}`: `{"who": id}`."""
    who = (await read_texts(request, "who")).get("who")
    if who is None:
        raise Refused('wanted {"who": participant id, user id or number}')
    people, name, does = simulator.people, request.path_params["name"], request.path_params["act"]
    acts = {
        "leave": people.leave,
        "remove": people.remove,
        "mute": people.mute,
        "unmute": lambda name, who: people.mute(name, who, muted=False),
        "admit": people.admit,
        "share": people.share,
        "unshare": people.stop_sharing,
    }
    if does not in acts:
        raise Refused(f"nobody can {does}: it is join, end, {', '.join(acts)}")
    acts[does](name, who)
    return Response(status_code=202)


async def end(simulator: Simulator, request: Request) -> Response:
    """`POST /simulator/meetings/{id}/end`."""
    asked = await read_texts(request, "reason")
    simulator.people.end(request.path_params["name"], asked.get("reason", "conversation_ended"))
    return Response(status_code=202)


async def escalate(simulator: Simulator, request: Request) -> Response:
    """`POST /simulator/calls/{id}/escalate`: whom the bot talks to brings in `{"people": [...]}`."""
    asked = await read_object(request)
    people = asked.get("people")
    if not are(people, dict) or set(asked) != {"people"} or not people:
        raise Refused('wanted {"people": [{"user": id}]}')
    conversation = simulator.people.escalate(request.path_params["call_id"], people)
    return JSONResponse({"conversation": None if conversation is None else conversation.id}, 202)


async def join_policy(simulator: Simulator, request: Request) -> Response:
    """`POST /simulator/calls/{id}/policy-join`: `{"who": {"user": id}}`."""
    who = (await read_object(request)).get("who")
    if not isinstance(who, dict):
        raise Refused('wanted {"who": {"user": id}}')
    new_call_id = simulator.people.join_policy(request.path_params["call_id"], who)
    return JSONResponse({"call": new_call_id}, 202)


async def leave_policy(simulator: Simulator, request: Request) -> Response:
    """`POST /simulator/calls/{id}/policy-leave`: `{"who": participant id or user id}`."""
    who = (await read_texts(request, "who")).get("who")
    if who is None:
        raise Refused('wanted {"who": participant id or user id}')
    simulator.people.leave_policy(request.path_params["call_id"], who)
    return Response(status_code=202)


def _shown(simulator: Simulator, meeting: OnlineMeeting) -> dict[str, Any]:
    return {
        **simulator.people.summary(simulator.conversation_of(meeting)),
        "id": meeting.id,
        "join_url": meeting.join_url,
        "join_id": meeting.join_id,
        "passcode": meeting.passcode,
        "token": meeting.token,
        "chat": meeting.chat,
        "organizer": {meeting.organizer.kind: meeting.organizer.id},
        "tenant_id": meeting.tenant_id,
    }
