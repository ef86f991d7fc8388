"""Asking somebody whether they take a caller, who waits meanwhile in a call of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import azure.durable_functions as df

from orchestrations.legs import Legs, with_legs
from orchestrations.mail import JSON, Steps

bp = df.Blueprint()

# What the consultation calls the caller's call, which it watches, and the one that it places.
CALLER, ASKED = 0, 1
# How long somebody who has picked up may take to decide.
DECIDING = timedelta(seconds=40)
# How long the transfer may take that follows a yes; then whoever accepted has waited long enough.
TRANSFERRING = timedelta(seconds=60)
# How long after the caller's call the other one may end: a transfer ends both.
PARTING = timedelta(seconds=5)

_NEWS = {
    "busy": "busy",
    "declined": "declined",
    "no_answer": "no_answer",
    "completed": "no_answer",
    "hung_up": "declined",
}


@bp.orchestration_trigger(context_name="context")
def consultation_orchestrator(context: df.DurableOrchestrationContext) -> Steps:
    """Calls the target, asks, and tells the caller's call what came of it.

    Input: `{"call": {"instance_id", "call_id": "", "tenant_id"}, "digest": {"kind": "consult", "for": instance id of
    the caller's call, "ring_for_s"}}`. Output: `{"outcome": "accepted" | "declined" | "no_answer" | "busy" | "failed" |
    "abandoned"}`, the last when the caller left meanwhile.
    """
    return (yield from with_legs(context, lambda legs: _Consultation(legs).live()))


class _Consultation:
    def __init__(self, legs: Legs) -> None:
        self._legs = legs
        self._state: JSON = legs.state or {"outcome": None, "picked_up": False, "over": False, "until": 0.0}

    def live(self) -> Steps:
        legs = self._legs
        if legs.state is None:
            yield from self._begin()
        while not self._state["over"]:
            until = datetime.fromtimestamp(self._state["until"], UTC)
            told = yield from legs.listen(until)
            for digest in told:
                yield from self._hear(digest)
            if not told and not self._state["over"]:
                yield from self._late()
            if not self._state["over"] and legs.goes_on_anew(self._state):
                return None
        return (yield from legs.close({"outcome": self._state["outcome"], "reason": None, "direction": "outgoing"}))

    def _begin(self) -> Steps:
        (result,) = yield from self._legs.start(ASKED)
        self._legs.say({"state": "asking"})
        self._wait_for(timedelta(seconds=self._legs.digest["ring_for_s"]) + DECIDING)
        if "error" in result:
            yield from self._legs.hang_up(ASKED)
            yield from self._decide("failed")

    def _hear(self, digest: JSON) -> Steps:
        if digest["kind"] != "leg" or self._state["over"]:
            return
        status, decided = digest["status"], self._state["outcome"] is not None
        if digest["leg"] == CALLER and status == "ended":
            yield from self._caller_left()
        elif digest["leg"] != ASKED:
            return
        elif status == "ended":
            if not decided:
                yield from self._decide(_NEWS.get(digest["outcome"], "failed"))
            self._state["over"] = True
        elif status == "established":
            self._state["picked_up"] = True
            self._wait_for(DECIDING)
        elif status == "accepted" and not decided:
            yield from self._decide("accepted", call_id=digest["call_id"])
        elif status == "declined" and not decided:
            yield from self._decide("declined")

    def _decide(self, outcome: str, call_id: str | None = None) -> Steps:
        """Tell the caller's call, and give what follows its time."""
        self._state["outcome"] = outcome
        self._legs.say({"state": outcome})
        if outcome == "accepted":  # the transfer ends the leg, which is then not a call that somebody hung up
            yield from self._legs.ask("control_leg", leg=ASKED, action="join")
        news = {"kind": "consultation", "status": outcome, "call_id": call_id}
        result = yield from self._legs.ask("tell_caller", caller=self._legs.digest["for"], digest=news)
        if result.get("ok", {}).get("heard") is False:  # of an error nobody knows whether it was heard
            yield from self._caller_left()
        elif outcome == "accepted":
            self._wait_for(TRANSFERRING)
        elif outcome == "failed":
            self._state["over"] = True
        else:
            self._wait_for(PARTING)

    def _caller_left(self) -> Steps:
        """The transfer went through, or the caller did not wait: then nobody is to be left listening to nothing."""
        if self._state["outcome"] == "accepted":
            self._wait_for(PARTING)
            return
        self._state["outcome"] = "abandoned"
        yield from self._legs.hang_up(ASKED)
        self._state["over"] = True

    def _late(self) -> Steps:
        """Nobody has decided, or what was decided did not come about."""
        yield from self._legs.hang_up(ASKED)
        if self._state["outcome"] is None:
            yield from self._decide("no_answer")
        self._state["over"] = True

    def _wait_for(self, time: timedelta) -> None:
        self._state["until"] = (self._legs.now + time).timestamp()
