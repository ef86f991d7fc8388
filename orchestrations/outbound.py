"""A call that is tried several times: until somebody answers, or the time for it is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df

from orchestrations.legs import Legs, with_legs
from orchestrations.mail import JSON, Steps

bp = df.Blueprint()

# After these it makes sense to try again. Who declined has answered; what is refused or forbidden stays so.
TRY_AGAIN = frozenset({"busy", "no_answer", "unreachable", "failed"})


@bp.orchestration_trigger(context_name="context")
def outbound_orchestrator(context: df.DurableOrchestrationContext) -> Steps:
    """Places a call up to `tries` times within `retry_within_s`: the tries are spread over that time.

    Input: `{"call": {"instance_id", "call_id": "", "tenant_id"}, "digest": {"kind": "place", ...}}`. Output, which is
    also its record: `{"outcome", "reason", "tries": [{"id", "at", "outcome"}], ...}`, the outcome being the last try's.
    What is asked of it while a try lives (transfer, mute, hang up...) is passed on to that try; between two of them it
    is refused.
    """
    return (yield from with_legs(context, lambda legs: _Outbound(legs).live()))


class _Outbound:
    def __init__(self, legs: Legs) -> None:
        self._legs = legs
        self._state: JSON = legs.state or {"began": legs.now_s, "tries": [], "stop": None}

    @property
    def _tries(self) -> list[JSON]:
        return self._state["tries"]

    @property
    def _calling(self) -> bool:
        return bool(self._tries) and self._tries[-1]["outcome"] is None

    def live(self) -> Steps:
        legs = self._legs
        if legs.state is None:
            yield from legs.ask("open_record", started=self._state["began"])
        while True:
            if not self._calling:
                if self._is_over():
                    return (yield from legs.close(self._summary()))
                at = self._next_try_at()
                if legs.now_s >= at:
                    yield from self._try()
                    continue
                told = yield from legs.listen(datetime.fromtimestamp(at, UTC))
            else:
                told = yield from legs.listen()
            for digest in told:
                yield from self._hear(digest)
            if legs.goes_on_anew(self._state):
                return None

    def _try(self) -> Steps:
        number = len(self._tries) + 1
        this: JSON = {"id": None, "at": self._legs.now_s, "answered": False, "outcome": None}
        self._tries.append(this)
        (result,) = yield from self._legs.start(number)
        if "ok" in result:
            this["id"] = result["ok"]["id"]
        else:  # it may have begun all the same
            yield from self._legs.hang_up(number)
            this["outcome"] = "failed"
        self._legs.say({"state": "trying", "try": number, "of": self._legs.digest["tries"]})

    def _hear(self, digest: JSON) -> Steps:
        if digest["kind"] == "leg" and 1 <= digest["leg"] <= len(self._tries):
            this = self._tries[digest["leg"] - 1]
            if digest["status"] == "established":
                this["answered"] = True
            elif digest["status"] == "ended" and this["outcome"] is None:
                this["outcome"] = digest["outcome"]
        elif digest["kind"] == "control":
            if digest["action"] == "hang_up":
                self._state["stop"] = "ended_by_operator"
            yield from self._pass_on(digest)

    def _pass_on(self, asked: JSON) -> Steps:
        """Have it done to the try that lives; what nobody can do now is refused in the record."""
        reason = "notNow"
        facts = {name: asked[name] for name in ("n", "request")}
        if self._calling:
            result = yield from self._legs.ask("forward_control", **facts, leg=len(self._tries))
            if "ok" in result:
                return
            reason = "over" if result["error"]["kind"] == "gone" else result["error"]["kind"]
        if asked["action"] != "hang_up":
            yield from self._legs.ask("refuse_control", **facts, action=asked["action"], at=asked["at"], reason=reason)

    def _is_over(self) -> bool:
        if self._state["stop"]:
            return True
        if not self._tries:
            return False
        last, digest = self._tries[-1], self._legs.digest
        if last["answered"] or last["outcome"] not in TRY_AGAIN or len(self._tries) >= digest["tries"]:
            return True
        return self._next_try_at() > self._state["began"] + digest["retry_within_s"]

    def _next_try_at(self) -> float:
        """When the next try begins, Unix seconds: the tries are spread evenly, and each waits for the one before it."""
        digest = self._legs.digest
        spread = self._state["began"] + len(self._tries) * digest["retry_within_s"] / digest["tries"]
        return max(spread, self._legs.now_s)

    def _summary(self) -> JSON:
        last: Any = self._tries[-1] if self._tries else {}
        outcome = last.get("outcome") or self._state["stop"] or "failed"
        tries = [{name: each[name] for name in ("id", "at", "outcome")} for each in self._tries]
        return {
            "outcome": outcome,
            "reason": self._state["stop"],
            "direction": "outgoing",
            "ended": self._legs.now_s,
            "tries": tries,
        }
