"""What the bot does with the sound of a service-hosted call.

Sources: https://learn.microsoft.com/graph/api/call-playprompt, call-recordresponse, call-subscribetotone,
call-cancelmediaprocessing
"""

from __future__ import annotations

from simulator.actions.asked import Answer, Asked, operation_answer
from simulator.call import Call
from simulator.errors import GraphError, media_inactive, not_established, not_service_hosted
from simulator.keys import TONES
from simulator.media import MediaOperation, PlayPrompt
from simulator.operations import Instant
from simulator.record_response import RecordResponse, RecordSettings

_MOST_PROMPTS = 20
_LONGEST_S = 120


def play_prompt(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/playPrompt`."""
    call, body = asked.call, asked.body
    operation = PlayPrompt(call, body.client_context(), body.prompts(1, _MOST_PROMPTS))
    media_ready(call)
    return _queued(call, operation)


def record_response(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/recordResponse`."""
    call, body = asked.call, asked.body
    settings = RecordSettings(
        initial_silence_s=body.number("initialSilenceTimeoutInSeconds", 5, 1, _LONGEST_S),
        max_silence_s=body.number("maxSilenceTimeoutInSeconds", 5, 1, _LONGEST_S),
        max_duration_s=body.number("maxRecordDurationInSeconds", 5, 1, _LONGEST_S),
        beep=body.flag("playBeep", True),
        barge_in=body.flag("bargeInAllowed", False),
        stop_tones=frozenset(body.words("stopTones", TONES, least=0, most=len(TONES))),
    )
    operation = RecordResponse(call, body.client_context(), body.prompts(0, 1), settings)
    media_ready(call)
    if settings.barge_in:
        call.media.clear("barge_in")
    return _queued(call, operation)


def subscribe_to_tone(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/subscribeToTone`. Keys pressed earlier are not told."""
    call = asked.call
    operation = Instant(call, asked.body.client_context(), "subscribeToToneOperation")
    if not call.service_hosted:
        raise GraphError(500, "9999", "Unknown server error.")  # what a policy recorder was seen to get
    media_ready(call)
    call.tones.subscribed = True
    call.operations.add(operation)
    return operation_answer(operation)


def cancel_media_processing(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/cancelMediaProcessing`. Fails what plays, records and waits; tones go on."""
    call = asked.call
    operation = Instant(call, asked.body.client_context(), "cancelMediaProcessingOperation")
    media_ready(call)
    call.operations.add(operation)
    call.media.clear("cancelled")
    for cancel in tuple(call.on_cancel):
        cancel()
    return operation_answer(operation)


def media_ready(call: Call) -> None:
    """Refuse what needs sound while there is none, or none that Graph hosts. Raises `GraphError`."""
    sound_ready(call)
    if not call.service_hosted:
        raise not_service_hosted()


def sound_ready(call: Call) -> None:
    """Refuse what needs sound while there is none, whoever hosts it. Raises `GraphError`."""
    if call.state != "established":
        raise not_established()
    if call.audio != "active":
        raise media_inactive()


def _queued(call: Call, operation: MediaOperation) -> Answer:
    call.operations.add(operation)
    call.media.add(operation)
    return operation_answer(operation)
