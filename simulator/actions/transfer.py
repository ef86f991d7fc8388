"""Handing a call on.

Source: https://learn.microsoft.com/graph/api/call-transfer. There is no operation: progress arrives as call states.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator import identities
from simulator import notifications as notes
from simulator.actions.asked import Answer, Asked
from simulator.call import Call
from simulator.errors import invalid, not_established, not_simulated
from simulator.identities import Identity


def transfer(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/transfer`, blind."""
    call, value = asked.call, asked.body.raw("transferTarget")
    target = identities.from_graph(value.get("identity")) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or target is None:
        raise invalid("transferTarget must be an invitationParticipantInfo whose identity has an id.")
    asked.body.object("transferee")
    if value.get("replacesCallId") is not None:
        raise not_simulated("consultative transfers yet")
    if call.state != "established":
        raise not_established()
    call.move("transferred")
    call.notify_state()
    plan = call.settings.target(target.id)
    outcome, after_s = plan.outcome, plan.after_s
    if outcome in ("no_answer", "waits"):
        after_s = call.settings.transfer_ring_s
    if target.kind == "phone" and not call.birth.reaches_phones:
        outcome = "fails"  # only resource accounts reach the telephone network
    call.transcript.add("far_end", does="rings", who=[target.id])
    call.later("transfer", after_s, lambda: _decided(call, target, outcome))
    return Answer(status=202)


def _decided(call: Call, target: Identity, outcome: str) -> None:
    call.transcript.add("far_end", does=outcome, who=target.id)
    if outcome != "answers":
        call.move("transfer_failed")
        call.notify_state(resultInfo=notes.result_info(call.settings.result("transfer_failed"), call.settings))
        return
    call.media.clear("call_ended")
    if call.settings.media_inactive_first:
        _media_inactive(call)
    call.move("target_accepted")
    call.notify_state()
    if not call.settings.media_inactive_first:
        _media_inactive(call)
    completed = call.settings.result("transfer_completed")
    call.later("transfer", call.settings.transfer_completion_delay_s, lambda: call.end(completed))


def _media_inactive(call: Call) -> None:
    call.audio = "inactive"
    call.notify_state(mediaState=notes.media_state("inactive"))
