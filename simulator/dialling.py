"""Telephones that ring because of the bot: of people it calls, invites, or hands a call on to.

A telephone does what the setting `targets` says for its owner, unless the control plane acts first.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator import connecting
from simulator.call import Call
from simulator.identities import Identity


class Ringing:
    """One telephone that rings. `decided` is told once how it turned out: `answers`, or a name of an ending."""

    def __init__(
        self,
        call: Call,
        who: Identity,
        decided: Callable[[str], None],
        *,
        participant_id: str | None = None,
        ring_s: float | None = None,
    ) -> None:
        self.who = who
        #: Who they will be in the conversation that they are invited to.
        self.participant_id = participant_id
        self._call = call
        self._decided = decided
        self._timer = f"ring {id(self)}"
        call.ringing.append(self)
        call.transcript.add("far_end", does="rings", who=[who.id])
        plan, ring_s = call.exchange.plan(who.id), call.settings.ring_s if ring_s is None else ring_s
        if plan.outcome in ("waits", "no_answer") or plan.after_s > ring_s:
            call.later(self._timer, ring_s, lambda: self.decide("no_answer"))
        else:
            call.later(self._timer, plan.after_s, lambda: self.decide(plan.outcome))

    def decide(self, outcome: str) -> None:
        """Its owner answers, or does not."""
        self.stop()
        self._call.transcript.add("far_end", does=outcome, who=self.who.id)
        self._decided(outcome)

    def stop(self) -> None:
        """It rings no more, and nobody is told."""
        self._call.cancel(self._timer)
        if self in self._call.ringing:
            self._call.ringing.remove(self)


def dial(call: Call) -> None:
    """A new call of the bot's to one person: say that it is being set up, then ring."""
    settings = call.settings
    connecting.start(call)
    call.later("establishing", settings.establishing_delay_s, lambda: _ring(call))


def dial_group(call: Call) -> None:
    """A new group call of the bot's: everybody's telephone rings, and the first to answer establishes it."""
    connecting.start(call)

    def ring() -> None:
        _say_ringing(call)
        for target in call.birth.targets:
            Ringing(call, target, lambda outcome, target=target: _decided_in_group(call, target, outcome))

    call.later("establishing", call.settings.establishing_delay_s, ring)


def join(call: Call) -> None:
    """The bot goes into a conversation: nobody has to answer."""
    connecting.start(call)

    def signal() -> None:
        call.notify_state()
        connecting.connect(call)

    call.later("establishing", call.settings.establishing_delay_s, signal)


def _ring(call: Call) -> None:
    _say_ringing(call)
    Ringing(call, call.birth.called, lambda outcome: _decided(call, outcome))


def _say_ringing(call: Call) -> None:
    call.notify_state()
    if call.settings.ringing_state:
        call.move("rang")
        call.notify_state()


def _decided(call: Call, outcome: str) -> None:
    if outcome != "answers":
        call.end(call.settings.result(outcome))
        return
    script = call.settings.target(call.birth.called.id).script
    if script:
        call.exchange.perform(call, script)
    connecting.connect(call)


def _decided_in_group(call: Call, target: Identity, outcome: str) -> None:
    conversation = call.conversation
    assert conversation is not None
    if outcome == "answers":
        conversation.join(target)
        if call.state in ("establishing", "ringing") and not call.waits("establishing"):
            connecting.connect(call)
    elif call.state in ("establishing", "ringing") and not call.ringing and not conversation.participants:
        call.end(call.settings.result("nobody_joined"))
    else:
        conversation.rang_out()
