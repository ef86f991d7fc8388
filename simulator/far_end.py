"""A caller who acts by themselves: presses when they hear the menu, speaks after the beep, hangs up in the end.

A script is a list of steps, done one after another. Each step waits for its `when`, then `after_s` seconds, then acts:

    [{"when": "prompt_started", "prompt": "menu", "after_s": 0.5, "press": "1"},
     {"when": "listening", "say": "UklGR..."},
     {"when": "prompt_ended", "hang_up": true}]

`when` is one of `prompt_started`, `prompt_ended` (heard to its end, or cut short), `listening` (a recording has
begun), `established` (media is up), `now` (the default: as soon as the step before is done). `prompt` narrows the
first two to prompts whose address, resource id or sha256 contains it. Acts: `press` (dial characters, with
`interval_ms`), `say` (WAV, bytes or base64), `hang_up`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulator.audio import WrongFormat, pcm_of
from simulator.keys import NoSuchKey, tones_of
from simulator.transcript import Entry

if TYPE_CHECKING:
    from simulator.call import Call
    from simulator.simulator import Simulator

Step = Mapping[str, Any]

_KEYS = frozenset({"when", "prompt", "after_s", "press", "interval_ms", "say", "hang_up"})
_LONGEST = 1e9
_ACTS = ("press", "say", "hang_up")
_WHENS: Mapping[str, Callable[[Entry], bool]] = {
    "prompt_started": lambda entry: entry["what"] == "prompt" and entry["ended_at"] is None,
    "prompt_ended": lambda entry: entry["what"] == "prompt" and entry["ended_at"] is not None,
    "listening": lambda entry: entry["what"] == "recording" and entry["state"] == "listening",
    "established": lambda entry: entry["what"] == "state" and entry["audio"] == "active",
}


class ScriptRefused(ValueError):
    """A step of a script makes no sense; the message says which."""


def checked(script: Sequence[Step]) -> list[Step]:
    """The script, with its sounds decoded. Raises `ScriptRefused`."""
    return [_checked(number, step) for number, step in enumerate(script, start=1)]


class FarEnd:
    """Plays a script (as `checked` gives it) on one call."""

    def __init__(self, simulator: Simulator, call: Call, script: Sequence[Step]) -> None:
        self._steps = list(script)
        self._simulator = simulator
        self._call = call
        self._waiting = False
        call.transcript.watchers.append(self._see)
        self._advance()

    def _advance(self) -> None:
        """Wait for the next step, or do it at once when it waits for nothing."""
        if self._steps and self._steps[0].get("when", "now") == "now":
            self._plan()
        else:
            self._waiting = bool(self._steps)

    def _see(self, call_id: str, entry: Entry) -> None:
        del call_id
        if self._waiting and _matches(self._steps[0], entry):
            self._waiting = False
            self._plan()

    def _plan(self) -> None:
        clock = self._simulator.clock
        clock.at(clock.now() + self._steps[0].get("after_s", 0.0), self._act)

    def _act(self) -> None:
        if self._call.over:
            return
        step = self._steps.pop(0)
        self._advance()  # first: what the act brings about may be what the next step waits for
        if "press" in step:
            self._simulator.press(self._call.id, step["press"], step.get("interval_ms", 150))
        elif "say" in step:
            self._simulator.say(self._call.id, step["say"])
        else:
            self._simulator.hang_up(self._call.id)


def _matches(step: Step, entry: Entry) -> bool:
    if not _WHENS[step["when"]](entry):
        return False
    wanted = step.get("prompt")
    return wanted is None or any(wanted in (entry[name] or "") for name in ("uri", "resource_id", "sha256"))


def _checked(number: int, step: Step) -> Step:
    where = f"step {number} of the script"
    unknown = sorted(set(step) - _KEYS)
    if unknown:
        raise ScriptRefused(f"{where} has no {', '.join(unknown)}")
    if sum(act in step for act in _ACTS) != 1:
        raise ScriptRefused(f"{where} must have exactly one of {', '.join(_ACTS)}")
    when = step.get("when", "now")
    if not isinstance(when, str) or when not in (*_WHENS, "now"):
        raise ScriptRefused(f"{where}: when must be now, {', '.join(_WHENS)}")
    for name in ("after_s", "interval_ms"):
        seconds = step.get(name, 0)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _LONGEST:
            raise ScriptRefused(f"{where}: {name} must be a number from 0")
    if not isinstance(step.get("prompt", ""), str) or step.get("hang_up", True) is not True:
        raise ScriptRefused(f"{where}: prompt must be a text, and hang_up true")
    try:
        if "press" in step:
            tones_of(step["press"])
        return {**step, "say": _wav(step["say"])} if "say" in step else step
    except (NoSuchKey, WrongFormat, binascii.Error) as problem:
        raise ScriptRefused(f"{where}: {problem}") from None


def _wav(say: Any) -> bytes:
    """What is to be said. Raises `WrongFormat`, `binascii.Error`."""
    wav = base64.b64decode(say, validate=True) if isinstance(say, str) else say
    if not isinstance(wav, bytes):
        raise WrongFormat("say must be a WAV file, in base64")
    pcm_of(wav)
    return wav
