"""What an operator, or the orchestration whose leg the call is, may ask of a call, and when.

| action | asked when | does |
|---|---|---|
| `mute`, `unmute`, `invite`, `remove_participant`, `mute_participant`, `hold`, `resume`, `send_tones`, \
  `screen_sharing`, `recording_status`, `large_gallery` | established | the command in `COMMANDS` |
| `play` | established, and nothing is recorded or given away | queues a prompt behind what plays |
| `transfer` | the same | takes the call from its flow; back again, the act at hand begins once more |
| `release` | at any time | ends the flow's stay; a call that does not stay is hung up |
| `join` | at any time | says that somebody is about to take the call over: its end is `moved`, until `release` |
| `hold_on` | at any time | nothing: the call stays as it is |
| `hang_up` | at any time | hangs up |

Whatever cannot be done is answered with `refused` and why; Graph itself says what its kind of call does not allow.
"""

from __future__ import annotations

from collections.abc import Callable

from calls import commands, ending, handovers, operators, staying
from calls.call import Call, Progress
from calls.events import Control, Performed
from calls.states import State

COMMANDS: dict[str, type[commands.Requested]] = {
    "mute": commands.MuteCall,
    "unmute": commands.UnmuteCall,
    "invite": commands.InviteParticipants,
    "remove_participant": commands.RemoveParticipant,
    "mute_participant": commands.MuteParticipant,
    "hold": commands.StartHoldMusic,
    "resume": commands.StopHoldMusic,
    "send_tones": commands.SendDtmfTones,
    "screen_sharing": commands.ChangeScreenSharingRole,
    "recording_status": commands.UpdateRecordingStatus,
    "large_gallery": commands.AddLargeGalleryView,
    "play": commands.Announce,
}
_NEED_LOCALE = (commands.Announce, commands.StartHoldMusic)

Action = Callable[[Call, Control], Progress]


def while_live(call: Call, event: Control) -> Progress:
    """Do what is asked of an established call."""
    action = _LIVE.get(event.action)
    if action is None:
        return _refuse(call, event, "unknownAction")
    return action(call, event)


def otherwise(call: Call, event: Control) -> Progress:
    """Do what can be asked of a call that is not established, or is with somebody else."""
    action = _ALWAYS.get(event.action)
    if action is None:
        return _refuse(call, event, "notNow" if event.action in _LIVE else "unknownAction")
    return action(call, event)


def too_late(call: Call, event: Control) -> Progress:
    """The call is over, or as good as."""
    return _refuse(call, event, "over")


def done(call: Call, action: str, event: Performed) -> None:
    """A command in `COMMANDS` has returned. A failure says nothing about the call: a 404 may be a participant's."""
    if event.error is not None:
        return
    if action == "invite" and call.memory.party == "peer":
        staying.become_group(call)
    elif action == "play":  # ours wait behind it
        length_ms = (event.ok or {}).get("ms") or 0
        call.memory.announced_until_ms = max(call.now_ms, call.memory.announced_until_ms) + length_ms


def _refuse(call: Call, event: Control, reason: str) -> None:
    operators.answer(call, event, "refused", reason)


def _command(call: Call, event: Control) -> Progress:
    kind = COMMANDS[event.action]
    locale = {"locale": call.pinned["locale"]} if issubclass(kind, _NEED_LOCALE) else {}
    operators.ask(call, event, kind, **locale)
    return None


def _play(call: Call, event: Control) -> Progress:
    if not handovers.is_free(call):
        return _refuse(call, event, "busy")
    return _command(call, event)


def _invite(call: Call, event: Control) -> Progress:
    """Whether Graph lets others into a call of two is told in both ways: a setting says whether to try."""
    if call.memory.party == "peer" and not call.settings.get("direct_invite", False):
        return _refuse(call, event, "peerToPeer")
    return _command(call, event)


def _release(call: Call, event: Control) -> Progress:
    call.memory.moving = False  # whoever was to take it over does not
    operators.answer(call, event, "done")
    if call.memory.state is State.STAYING:
        return staying.released(call)
    ending.give_up(call, None, "released")
    return None


def _join(call: Call, event: Control) -> Progress:
    call.memory.moving = True
    operators.answer(call, event, "done")
    return None


def _hold_on(call: Call, event: Control) -> Progress:
    operators.answer(call, event, "done")
    return None


def _hang_up(call: Call, event: Control) -> Progress:
    operators.answer(call, event, "done")
    ending.give_up(call, None, "ended_by_operator")
    return None


_ALWAYS: dict[str, Action] = {"release": _release, "join": _join, "hold_on": _hold_on, "hang_up": _hang_up}
_LIVE: dict[str, Action] = {
    **dict.fromkeys(COMMANDS, _command),
    "play": _play,
    "invite": _invite,
    "transfer": handovers.by_operator,
    **_ALWAYS,
}
