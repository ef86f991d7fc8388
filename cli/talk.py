"""`callwright talk`: a flow in the terminal; its prompts as text, its timers, and your keys."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import yaml
from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from prompt_toolkit.output import Output

from cli.check import PROMPTS
from cli.explore import lengths_of
from cli.rehearsal.choices import CALLERS
from cli.rehearsal.live import LiveCall
from cli.rehearsal.stage import Setting
from cli.rehearsal.steps import TRANSFERS
from flows import FlowErrors
from flows.linker import link_file
from flows.spoken import split
from prompts.catalogue import PromptError
from prompts.words import WordsError, read

TELEPHONE = "0123456789*#"
HELP = "keys 0-9 * #   h: hang up   q: quit"
_TICK_S = 0.05
_SHOWN = 14


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("flow", type=Path, help="the flow's file")
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="TIME", help="when it rings; now when left out")
    parser.add_argument("--caller", choices=CALLERS, default="user", help="who calls")
    parser.add_argument("--transfer", choices=TRANSFERS, default="completed", help="how transfers go")
    parser.add_argument("--speed", type=float, default=1.0, help="how fast time passes; 1 is a telephone's")
    parser.add_argument("--prompts", type=Path, default=PROMPTS, help="folder with audio/LOCALE/ID.wav and texts/")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Talk; 0 when the call has come to an end, 1 when it failed, 2 when the flow cannot be read."""
    at = (options.at or datetime.now(UTC)).astimezone(UTC)
    try:
        flow = link_file(options.flow)
        setting = Setting(flow=flow, lengths=lengths_of([flow], options.prompts)[flow.id], at=at, caller=options.caller)
        texts = read_texts(options.prompts, flow.locale)
    except (FlowErrors, PromptError, OSError) as error:
        print(f"talk: {error}", file=sys.stderr)
        return 2
    talk = Talk(LiveCall(setting, transfer=options.transfer), texts, speed=options.speed)
    asyncio.run(talk.run())
    print(talk.farewell())
    return 1 if talk.call.summary["outcome"] == "failed" else 0


def read_texts(folder: Path, locale: str) -> Mapping[str, str]:
    """The words of the prompts, by id; none where nobody wrote them down."""
    with contextlib.suppress(OSError, yaml.YAMLError, WordsError):
        return {name: words.transcript for name, words in read(folder, locale).items()}
    return {}


class Talk:
    """One call and its terminal. `now`: seconds that only grow; `keys` and `screen`: the terminal when left out."""

    def __init__(
        self,
        call: LiveCall,
        texts: Mapping[str, str],
        *,
        speed: float = 1.0,
        now: Callable[[], float] = time.monotonic,
        keys: Input | None = None,
        screen: Output | None = None,
    ) -> None:
        self.call = call
        self._texts, self._speed, self._now = texts, speed, now
        self._pressed: list[tuple[int, str]] = []
        self._begun = now()
        window = Window(FormattedTextControl(self.view), height=_SHOWN + 4, wrap_lines=True)
        self._application: Application[None] = Application(
            layout=Layout(window), key_bindings=self._bindings(), input=keys, output=screen
        )

    async def run(self) -> None:
        """Show the call until it is over, or somebody has had enough."""
        passing = asyncio.create_task(self._let_time_pass())
        try:
            await self._application.run_async()
        finally:
            passing.cancel()

    async def _let_time_pass(self) -> None:
        while not self.call.over:
            self.call.advance(self._took_ms())
            self._application.invalidate()
            await asyncio.sleep(_TICK_S)
        if self._application.is_running:
            self._application.exit()

    def _took_ms(self) -> int:
        return round((self._now() - self._begun) * 1000 * self._speed)

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()
        for key in TELEPHONE:
            bindings.add(key)(self._press)
        bindings.add("h")(lambda event: self.call.hang_up())
        bindings.add("q")(lambda event: event.app.exit())
        bindings.add("c-c")(lambda event: event.app.exit())
        return bindings

    def _press(self, event: KeyPressEvent) -> None:
        key = event.key_sequence[0].data
        self.call.advance(self._took_ms())
        self._pressed.append((self.call.took_ms, key))
        self.call.press(key)

    def view(self) -> StyleAndTextTuples:
        """What the terminal shows: what was said and pressed, and what the call waits for."""
        said = [(at, "", f"bot   {self._words(prompt)}") for at, prompt in self.call.heard]
        pressed = [(at, "bold", f"you   {key}") for at, key in self._pressed]
        lines: StyleAndTextTuples = []
        for at, style, text in sorted([*said, *pressed], key=lambda each: each[0])[-_SHOWN:]:
            lines.append((style, f"{at / 1000:6.1f} s  {text}\n"))
        state, node = self.call.status()
        lines.append(("reverse", f" {state}  {node}  {self.call.took_ms / 1000:.1f} s {self._timer()} "))
        lines.append(("", f"\n{HELP}\n"))
        return lines

    def _timer(self) -> str:
        waits = self.call.waits_for()
        if waits is None:
            return ""
        what, left_ms = waits
        return f" waits for {what}: {left_ms / 1000:4.1f} s {'.' * min(20, left_ms // 500)}"

    def _words(self, prompt: str) -> str:
        locale, name = split(prompt)
        text = self._texts.get(name)
        return f"[{prompt}]" if text is None or locale is not None else text.strip()

    def farewell(self) -> str:
        """How the call ended."""
        if not self.call.over:
            return "The call was left before its end."
        summary = self.call.summary
        return f"{summary['outcome']} after {self.call.took_ms / 1000:.1f} s, by way of {' -> '.join(summary['nodes'])}"
