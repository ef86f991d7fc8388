"""Sending a ringing call on to others. Several targets ring at once; the first to answer has the call.

When nobody answers, the call ends as the last of them ended.

Source: https://learn.microsoft.com/graph/api/call-redirect
"""

from __future__ import annotations

from simulator.actions.asked import Answer, Asked
from simulator.actions.incoming import still_ringing, target
from simulator.call import Call
from simulator.dialling import Ringing
from simulator.identities import Identity
from simulator.settings import Target

_DEFAULT_RING_S = {True: 55, False: 60}  # one target, or several


def redirect(asked: Asked) -> Answer:
    """`POST /communications/calls/{id}/redirect`."""
    call, body = asked.call, asked.body
    targets = [target(item) for item in body.items("targets", 1, 25)]
    ring_s = body.number("timeout", _DEFAULT_RING_S[len(targets) == 1], 15, 90)
    callback_uri = body.callback_uri()
    still_ringing(call)
    call.move("redirected")
    call.cancel("window")
    call.callback_url = callback_uri or call.callback_url
    _Redirect(call, targets, ring_s)
    return Answer(status=202)


class _Redirect:
    """Those who ring because of one redirect."""

    def __init__(self, call: Call, targets: list[Identity], ring_s: float) -> None:
        self._call = call
        self._left = len(targets)
        for who in targets:
            if self._in_reach(who):
                Ringing(call, who, lambda outcome, who=who: self._decided(who, outcome), ring_s=ring_s)
            else:
                self._fails_later(who)

    def _in_reach(self, who: Identity) -> bool:
        """Only resource accounts reach the telephone network, and nobody users of other tenants."""
        birth = self._call.birth
        if who.kind == "phone" and not birth.reaches_phones:
            return False
        return not self._call.settings.foreign(who.id, who.tenant_id, birth.tenant_id)

    def _fails_later(self, who: Identity) -> None:
        call = self._call

        def fails() -> None:
            call.transcript.add("far_end", does="fails", who=who.id)
            self._decided(who, "fails")

        call.transcript.add("far_end", does="is out of reach", who=[who.id])
        call.later(f"out of reach {who.id}", Target().after_s, fails)

    def _decided(self, who: Identity, outcome: str) -> None:
        call = self._call
        self._left -= 1
        if call.state != "redirecting":
            return
        if outcome == "answers":
            for other in tuple(call.ringing):
                other.stop()
            answered_by = {
                "@odata.type": "#microsoft.graph.participantInfo",
                "identity": who.to_graph(call.settings),
                "endpointType": "default",
            }
            call.end(None, answeredBy=answered_by, direction="incoming", tenantId=call.birth.tenant_id)
        elif not self._left:
            call.end(call.settings.result(outcome))
