"""Prompts, tones and recordings of a service-hosted call."""

from __future__ import annotations

import azure.durable_functions as df

import connections
from activities.acting import act, act_once
from activities.requested import act_on, client_context, prompt
from graph.requests import (
    CancelMediaProcessing,
    PlayPrompt,
    RecordResponse,
    SendDtmfTones,
    SubscribeToTone,
    UpdateRecordingStatus,
)

bp = df.Blueprint()


@bp.activity_trigger(input_name="given")
async def play_prompt(given: dict) -> dict:
    """Play `prompts` (keys of the catalogue) one after the other; or the one that inbox item `request_n` names.

    Of that one, whose length the session does not know, the result says it: `{"ok": {..., "ms"}}`.
    """
    if "request_n" in given:
        return await _announce(given)
    here = connections.current()
    prompts = tuple(here.media_info(key) for key in given["prompts"])
    return await act_once(
        given, PlayPrompt(call_id=given["call_id"], prompts=prompts, client_context=client_context(given))
    )


async def _announce(given: dict) -> dict:
    length_ms = 0

    def announcement(asked: dict) -> PlayPrompt:
        nonlocal length_ms
        media, length_ms = prompt(asked["prompt"], given["locale"])
        return PlayPrompt(call_id=given["call_id"], prompts=(media,), client_context=client_context(given))

    result = await act_on(given, announcement, once=True)
    return {**result, "ok": {**result["ok"], "ms": length_ms}} if "ok" in result else result


@bp.activity_trigger(input_name="given")
async def record_response(given: dict) -> dict:
    """Record what the caller says, after an optional prompt."""
    here = connections.current()
    request = RecordResponse(
        call_id=given["call_id"],
        prompts=tuple(here.media_info(key) for key in given["prompts"]),
        max_duration_s=given["max_duration_s"],
        initial_silence_s=given["initial_silence_s"],
        max_silence_s=given["max_silence_s"],
        play_beep=given["beep"],
        barge_in_allowed=given["barge_in"],
        stop_tones=tuple(given["stop_tones"]),
        client_context=client_context(given),
    )
    return await act_once(given, request)


@bp.activity_trigger(input_name="given")
async def subscribe_to_tone(given: dict) -> dict:
    """Ask for the caller's key presses."""
    return await act(given, SubscribeToTone(call_id=given["call_id"], client_context=client_context(given)))


@bp.activity_trigger(input_name="given")
async def cancel_media_processing(given: dict) -> dict:
    """Stop the prompt or recording that runs, and those that wait behind it."""
    return await act(given, CancelMediaProcessing(call_id=given["call_id"], client_context=client_context(given)))


@bp.activity_trigger(input_name="given")
async def send_dtmf_tones(given: dict) -> dict:
    """Press the keys that inbox item `request_n` names."""

    def keys(asked: dict) -> SendDtmfTones:
        tones = SendDtmfTones.tones_of(asked["tones"])
        return SendDtmfTones(call_id=given["call_id"], tones=tones, client_context=client_context(given))

    return await act_on(given, keys, once=True)


@bp.activity_trigger(input_name="given")
async def update_recording_status(given: dict) -> dict:
    """Tell the people in a call whether it is recorded: `status`, or what inbox item `request_n` says."""
    if "status" in given:
        status = UpdateRecordingStatus(
            call_id=given["call_id"], status=given["status"], client_context=client_context(given)
        )
        return await act(given, status)
    return await act_on(
        given,
        lambda asked: UpdateRecordingStatus(
            call_id=given["call_id"], status=asked["status"], client_context=client_context(given)
        ),
    )
