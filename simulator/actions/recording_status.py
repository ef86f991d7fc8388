"""What a policy recorder tells everybody in its call: that it records.

Source: https://learn.microsoft.com/graph/api/call-updaterecordingstatus
"""

from __future__ import annotations

from simulator.actions.asked import Answer, Asked, operation_answer
from simulator.errors import GraphError, not_established
from simulator.operations import Instant

_STATUSES = ("notRecording", "recording", "failed")


def update_recording_status(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/updateRecordingStatus`: policy-based recording only."""
    call, status = asked.call, asked.body.word("status", _STATUSES)
    operation = Instant(call, asked.body.client_context(), "updateRecordingStatusOperation")
    if call.state != "established":
        raise not_established()
    if not call.birth.policy:
        raise GraphError(400, "8506", "The call is not a compliance recording call.")
    call.operations.add(operation)
    call.transcript.add("far_end", does="sees the recording status", who=status)
    me = call.conversation.participants.get(call.my_participant_id) if call.conversation is not None else None
    if call.conversation is not None and me is not None:
        initiator = me.identity.to_graph(call.settings)
        info = {"@odata.type": "#microsoft.graph.recordingInfo", "recordingStatus": status, "initiator": initiator}
        me.recording = info
        call.conversation.changed(me)
    return operation_answer(operation)
