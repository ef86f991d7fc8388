"""How a call comes up once somebody has answered: established, then media. And what may end it from then on.

Source: https://learn.microsoft.com/graph/api/call-answer, https://learn.microsoft.com/graph/api/call-keepalive
"""

from __future__ import annotations

from simulator import notifications as notes
from simulator.call import Call


def start(call: Call) -> None:
    """From now on the bot has 45 minutes to say that it is still there, and the longest call runs."""
    start_keep_alive(call)
    if call.settings.max_call_s is not None:
        call.later("longest", call.settings.max_call_s, lambda: call.end(call.settings.result("longest_call")))


def start_keep_alive(call: Call) -> None:
    """The bot is there: the time without a keepAlive starts again."""
    lapse = call.settings.keep_alive_lapse_s
    call.later("keep_alive", lapse, lambda: call.end(call.settings.result("keep_alive_lapsed")))


def connect(call: Call) -> None:
    """Signalling is under way: the call is established soon, and media follows."""
    call.later("establishing", call.settings.established_delay_s, lambda: _established(call))


def media_active(call: Call) -> None:
    """Sound flows from now on."""
    call.audio = "active"
    call.transcript.add("state", state=call.state, audio="active", why="media is up")
    call.notify_state(mediaState=notes.media_state("active"))


def _established(call: Call) -> None:
    call.move("connected")
    conversation = call.conversation
    if conversation is not None and conversation.over:
        call.end(call.settings.result("conversation_ended"))
        return
    if conversation is None:
        call.notify_state()
    else:
        call.notify_state(**conversation.fields())
        if conversation.enter(call).in_lobby:
            return  # media waits for whoever lets the bot in
    call.later("media", call.settings.media_delay_s, lambda: media_active(call))
