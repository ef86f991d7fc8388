"""Calling people one after the other, or several at once, and bringing those who accept into one meeting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import azure.durable_functions as df

from orchestrations.legs import Legs, with_legs
from orchestrations.mail import JSON, Steps
from orchestrations.outbound import TRY_AGAIN

bp = df.Blueprint()

# The bot's own place in the meeting; people are the legs from 1 on, a second try of all of them follows, and so on.
MEETING = 0
# How long the meeting may keep the bot waiting before anybody is called.
LOBBY = timedelta(minutes=5)
# The outcomes of a leg that was brought into the meeting: its call is then over, the person is not.
JOINED = frozenset({"moved", "transferred"})


@bp.orchestration_trigger(context_name="context")
def gathering_orchestrator(context: df.DurableOrchestrationContext) -> Steps:
    """Joins the meeting, calls the people, brings in who presses 1, and leaves when everybody has been called.

    Input: `{"call": {"instance_id", "call_id": "", "tenant_id"}, "digest": {"kind": "gather", "people": how many,
    "at_once", "ring_for_s", "tries", "retry_within_s"}}`. Output, which is also its record: `{"outcome": "completed" |
    "nobody_joined" | "ended_by_operator" | "meeting_failed" | "meeting_ended", "people": [{"person": position, "id": of
    the last call, "outcome": "joined" | "declined" | "not_accepted" | "not_brought_in" | "not_called" | that of the
    last call}]}`.
    """
    return (yield from with_legs(context, lambda legs: _Gathering(legs).live()))


class _Gathering:
    def __init__(self, legs: Legs) -> None:
        self._legs = legs
        self._state: JSON = legs.state or {
            "began": legs.now_s,
            "meeting": "joining",  # then `joined`, `over`
            "stop": None,  # why nobody is called any more
            "waiting": list(range(1, legs.digest["people"] + 1)),  # legs to call, in their order
            "calling": [],  # legs that live
            "said": {},  # by person: accepted or declined
            "ids": {},  # by person, of the last call
            "outcomes": {},  # by person, of the last call that is over
        }

    def live(self) -> Steps:
        legs, state = self._legs, self._state
        if legs.state is None:
            yield from self._begin()
        while not self._is_over():
            yield from self._call_next()
            told = yield from legs.listen(self._until())
            for digest in told:
                yield from self._hear(digest)
            if not told and state["meeting"] == "joining" and not state["stop"]:
                yield from self._stop("meeting_failed")
            if legs.goes_on_anew(state):
                return None
        if state["meeting"] != "over":
            yield from legs.ask("control_leg", leg=MEETING, action="release")
        return (yield from legs.close(self._summary()))

    def _begin(self) -> Steps:
        yield from self._legs.ask("open_record", started=self._state["began"])
        (result,) = yield from self._legs.start(MEETING)
        if "error" in result:
            yield from self._stop("meeting_failed")

    def _call_next(self) -> Steps:
        """Call as many of those who wait as may be called at once, once the bot is in the meeting."""
        state = self._state
        if state["meeting"] != "joined" or state["stop"]:
            return
        free = self._legs.digest["at_once"] - len(state["calling"])
        due = [leg for leg in state["waiting"] if self._due_at(leg) <= self._legs.now_s][: max(free, 0)]
        if not due:
            return
        state["waiting"] = [leg for leg in state["waiting"] if leg not in due]
        state["calling"] += due
        results = yield from self._legs.start(*due)
        for leg, result in zip(due, results, strict=True):
            if "ok" in result:
                state["ids"][self._person(leg)] = result["ok"]["id"]
            else:
                yield from self._legs.hang_up(leg)
                self._left(leg, "failed")
        self._say()

    def _hear(self, digest: JSON) -> Steps:
        if digest["kind"] == "control" and digest["action"] == "hang_up":
            yield from self._stop("ended_by_operator")
        elif digest["kind"] != "leg":
            return
        elif digest["leg"] == MEETING:
            yield from self._hear_meeting(digest)
        elif digest["leg"] in self._state["calling"]:
            leg, status = digest["leg"], digest["status"]
            if status == "ended":
                self._left(leg, digest["outcome"])
            elif status in ("accepted", "declined"):
                self._state["said"][self._person(leg)] = status
                if status == "accepted":
                    yield from self._bring_in(leg, digest["call_id"])

    def _hear_meeting(self, digest: JSON) -> Steps:
        if digest["status"] == "established" and self._state["meeting"] == "joining":
            self._state["meeting"] = "joined"
        elif digest["status"] == "ended":
            failed = self._state["meeting"] == "joining"
            self._state["meeting"] = "over"
            yield from self._stop("meeting_failed" if failed else "meeting_ended")
        elif digest["status"] == "not_invited":
            asked, _, leg = digest["request"].partition(":")
            if asked == "bring_in" and leg.isdecimal() and int(leg) in self._state["calling"]:
                yield from self._let_go(int(leg))

    def _let_go(self, leg: int) -> Steps:
        """Keep nobody waiting who cannot be brought in."""
        yield from self._legs.ask("control_leg", leg=leg, action="release")

    def _bring_in(self, leg: int, call_id: str) -> Steps:
        if self._state["meeting"] != "joined":
            return
        # The leg's own flow must not hang up on somebody who is on the way, nor call the move a loss.
        yield from self._legs.ask("control_leg", leg=leg, action="join")
        result = yield from self._legs.ask("bring_in", leg=leg, call_id=call_id, into=MEETING)
        if "error" in result:
            yield from self._let_go(leg)

    def _left(self, leg: int, outcome: str) -> None:
        """A person's call is over: because they are in the meeting now, or else; then perhaps to be called again."""
        state, people = self._state, self._legs.digest["people"]
        state["calling"].remove(leg)
        state["outcomes"][self._person(leg)] = _came_to(outcome, state["said"].get(self._person(leg)))
        again = leg + people
        may = again <= people * self._legs.digest["tries"] and self._due_at(again) <= self._last_call_at()
        if outcome in TRY_AGAIN and may and not state["stop"]:
            state["waiting"].append(again)
        self._say()

    def _stop(self, why: str) -> Steps:
        """Call nobody any more, and hang up on those who are being called."""
        state = self._state
        state["stop"] = state["stop"] or why
        state["waiting"] = []
        yield from self._legs.hang_up(*state["calling"])

    def _is_over(self) -> bool:
        return not self._state["waiting"] and not self._state["calling"]

    def _until(self) -> datetime | None:
        """When something is to be done if nothing is heard before."""
        state = self._state
        if state["meeting"] == "joining":
            return datetime.fromtimestamp(state["began"], UTC) + LOBBY
        if state["waiting"] and len(state["calling"]) < self._legs.digest["at_once"]:
            return datetime.fromtimestamp(max(min(map(self._due_at, state["waiting"])), self._legs.now_s), UTC)
        return None

    def _due_at(self, leg: int) -> float:
        """When a leg may be placed: the tries of a person are spread evenly over the time for them."""
        digest = self._legs.digest
        attempt = (leg - 1) // digest["people"]
        return self._state["began"] + attempt * digest["retry_within_s"] / digest["tries"]

    def _last_call_at(self) -> float:
        return self._state["began"] + self._legs.digest["retry_within_s"]

    def _person(self, leg: int) -> str:
        """Which person a leg calls, counted from 0; text, as JSON wants its keys."""
        return str((leg - 1) % self._legs.digest["people"])

    def _say(self) -> None:
        state = self._state
        outcomes = list(state["outcomes"].values())
        self._legs.say(
            {
                "state": "gathering",
                "calling": len(state["calling"]),
                "waiting": len(state["waiting"]),
                "joined": outcomes.count("joined"),
            }
        )

    def _summary(self) -> JSON:
        state = self._state
        people = [
            {
                "person": number,
                "id": state["ids"].get(str(number)),
                "outcome": state["outcomes"].get(str(number), "not_called"),
            }
            for number in range(self._legs.digest["people"])
        ]
        joined = any(person["outcome"] == "joined" for person in people)
        return {
            "outcome": state["stop"] or ("completed" if joined else "nobody_joined"),
            "reason": state["stop"],
            "direction": "outgoing",
            "ended": self._legs.now_s,
            "people": people,
        }


def _came_to(outcome: str, said: str | None) -> str:
    """What is to be said of a person, by how their call ended and which key they pressed."""
    if outcome in JOINED:
        return "joined"
    if outcome not in ("completed", "released"):
        return outcome
    return {"declined": "declined", "accepted": "not_brought_in"}.get(said or "", "not_accepted")
