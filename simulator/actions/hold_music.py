"""Music for a participant who waits.

Sources: https://learn.microsoft.com/graph/api/participant-startholdmusic, participant-stopholdmusic
"""

from __future__ import annotations

from simulator.actions.asked import Answer, Asked, operation_answer, prompt
from simulator.actions.participants import in_conversation, named
from simulator.call import Call
from simulator.conversation import Participant
from simulator.errors import conflict, wrong_state
from simulator.operations import Operation
from simulator.prompts import MediaInfo, Prompt, PromptFailed


class _HoldMusic(Operation):
    """Putting somebody on hold, or taking them off, takes a moment."""

    def __init__(self, call: Call, client_context: str | None, kind: str) -> None:
        super().__init__(call, client_context, status="running")
        self.kind = kind
        call.operations.add(self)

    def done_soon(self) -> None:
        """Complete it after a moment, unless the call ends first."""
        settings = self.call.settings
        self.call.later(
            f"hold {self.id}",
            settings.hold_music_delay_s,
            lambda: self.conclude("completed", None),
        )


def start_hold_music(asked: Asked) -> Answer:
    """`POST .../participants/{id}/startHoldMusic`. One participant of a call at a time."""
    call, body = asked.call, asked.body
    conversation = in_conversation(call)
    participant = named(asked, conversation)
    custom = None if body.raw("customPrompt") is None else prompt(body.raw("customPrompt"), "customPrompt")
    context = body.client_context()
    if any(one.on_hold for one in conversation.participants.values()):
        raise conflict("Only one participant can be on hold at a time.")
    operation = _HoldMusic(call, context, "startHoldMusicOperation")
    participant.on_hold = True
    _note(call, participant, "hears hold music", custom)
    if custom is None:
        operation.done_soon()
    else:
        call.exchange.fetch(custom, lambda outcome: _fetched(operation, participant, outcome))
    return operation_answer(operation, 202)


def stop_hold_music(asked: Asked) -> Answer:
    """`POST .../participants/{id}/stopHoldMusic`."""
    call = asked.call
    participant = named(asked, in_conversation(call))
    context = asked.body.client_context()
    if not participant.on_hold:
        raise wrong_state("The participant is not on hold.")
    participant.on_hold = False
    _note(call, participant, "hears no more hold music", None)
    operation = _HoldMusic(call, context, "stopHoldMusicOperation")
    operation.done_soon()
    return operation_answer(operation, 202)


def _fetched(operation: _HoldMusic, participant: Participant, outcome: Prompt | Exception) -> None:
    if operation.call.over:
        return
    if isinstance(outcome, PromptFailed):
        participant.on_hold = False
        operation.call.transcript.add("fetch", uri=outcome.info.uri, problem=outcome.problem)
        operation.conclude("failed", outcome.result)
    elif isinstance(outcome, Prompt):
        operation.done_soon()
    else:
        raise outcome


def _note(call: Call, participant: Participant, does: str, music: MediaInfo | None) -> None:
    call.transcript.add("far_end", does=does, who=participant.identity.id, uri=music.uri if music else None)
