"""The participants of a group call or meeting."""

from __future__ import annotations

import azure.durable_functions as df

from activities.acting import act, act_once, error, with_journal
from activities.dial_allow import NotToBeDialled, check_dialled, count_dialled
from activities.requested import act_on, attempt, client_context, not_dialled, prompt
from graph.requests import (
    GetParticipant,
    InviteParticipants,
    ListParticipants,
    MuteParticipant,
    RemoveParticipant,
    StartHoldMusic,
    StopHoldMusic,
    Target,
)
from storage.errors import StorageUnavailable

bp = df.Blueprint()


@bp.activity_trigger(input_name="given")
async def list_participants(given: dict) -> dict:
    """Count who is in the call: `{"ok": {"count"}}`, the bot among them. Who they are is not for history."""
    result = await act(given, ListParticipants(call_id=given["call_id"]))
    return {**result, "ok": {"count": result["ok"]["count"]}} if "ok" in result else result


@bp.activity_trigger(input_name="given")
async def get_participant(given: dict) -> dict:
    """One participant, by Graph's id for them (`participant`), as `graph.roster.entry` writes it: not who they are."""
    return await attempt(given, lambda: GetParticipant(call_id=given["call_id"], participant_id=given["participant"]))


@bp.activity_trigger(input_name="given")
async def invite_participants(given: dict) -> dict:
    """Call people into the call, or take one over from another call of ours.

    Returns `{"ok": {"operation_id", "status", "code", "subcode"}}`, or an error; who comes in, the roster tells.
    """

    def invitation(asked: dict) -> InviteParticipants:
        return InviteParticipants(
            call_id=given["call_id"],
            participants=tuple(Target.from_json(each) for each in asked["participants"]),
            replaces_call_id=asked.get("replaces_call_id"),
            client_context=client_context(given),
        )

    return await act_on(given, invitation, once=True)


@bp.activity_trigger(input_name="given")
async def call_in(given: dict) -> dict:
    """Call `people` into the call, as its flow wants."""
    people = tuple(Target.from_json(each) for each in given["people"])
    try:
        check_dialled(*people)
        await count_dialled(given, *people)
    except NotToBeDialled as failure:
        return await with_journal(given, not_dialled(failure))
    except StorageUnavailable as failure:
        return await with_journal(given, error("not_reached", message=str(failure)))
    request = InviteParticipants(call_id=given["call_id"], participants=people, client_context=client_context(given))
    return await act_once(given, request)


@bp.activity_trigger(input_name="given")
async def remove_participant(given: dict) -> dict:
    """Remove somebody, or take back an invitation."""
    return await act_on(
        given, lambda asked: RemoveParticipant(call_id=given["call_id"], participant_id=asked["participant"])
    )


@bp.activity_trigger(input_name="given")
async def mute_participant(given: dict) -> dict:
    """Mute somebody; only they can undo it."""
    return await act_on(
        given,
        lambda asked: MuteParticipant(
            call_id=given["call_id"], participant_id=asked["participant"], client_context=client_context(given)
        ),
    )


@bp.activity_trigger(input_name="given")
async def start_hold_music(given: dict) -> dict:
    """Let somebody wait, with Graph's music or with a prompt of the catalogue."""

    def hold(asked: dict) -> StartHoldMusic:
        chosen = asked.get("prompt")
        return StartHoldMusic(
            call_id=given["call_id"],
            participant_id=asked["participant"],
            prompt=None if chosen is None else prompt(chosen, given["locale"])[0],
            client_context=client_context(given),
        )

    return await act_on(given, hold, once=True)


@bp.activity_trigger(input_name="given")
async def stop_hold_music(given: dict) -> dict:
    """Take somebody back who waits."""
    return await act_on(
        given,
        lambda asked: StopHoldMusic(
            call_id=given["call_id"], participant_id=asked["participant"], client_context=client_context(given)
        ),
        once=True,
    )
