"""Prompts, tones and recordings of a service-hosted call."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df

import connections
from activities.acting import act, act_once
from graph.requests import CancelMediaProcessing, PlayPrompt, RecordResponse, SubscribeToTone

bp = df.Blueprint()


@bp.activity_trigger(input_name="given")
async def play_prompt(given: dict) -> dict:
    """Play `prompts` (keys of the catalogue) one after the other."""
    here = connections.current()
    prompts = tuple(here.media_info(key) for key in given["prompts"])
    return await act_once(
        given, PlayPrompt(call_id=given["call_id"], prompts=prompts, client_context=_client_context(given))
    )


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
        client_context=_client_context(given),
    )
    return await act_once(given, request)


@bp.activity_trigger(input_name="given")
async def subscribe_to_tone(given: dict) -> dict:
    """Ask for the caller's key presses."""
    return await act(given, SubscribeToTone(call_id=given["call_id"], client_context=_client_context(given)))


@bp.activity_trigger(input_name="given")
async def cancel_media_processing(given: dict) -> dict:
    """Stop the prompt or recording that runs, and those that wait behind it."""
    return await act(given, CancelMediaProcessing(call_id=given["call_id"], client_context=_client_context(given)))


def _client_context(given: dict[str, Any]) -> str:
    """Comes back on the operation's notification, and tells the session which step it belongs to."""
    return f"{given['instance_id']}:{given['step']}"
