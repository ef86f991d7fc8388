"""Runs steps: says what it is doing, stops at what fails, and goes on from there the next time."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.steps import Step, digest, fill, shell

ROOT = Path(__file__).resolve().parent.parent
BETWEEN_ATTEMPTS_S = 10.0
PYTHON = sys.executable
_LAST_LINES = 12


class Stopped(Exception):
    """A person has to do something first; the message says what."""


class CommandFailed(Exception):
    """A command ended with an error, or could not be started."""

    def __init__(self, words: Sequence[str], output: str) -> None:
        last = "\n".join("    " + line for line in output.strip().splitlines()[-_LAST_LINES:])
        super().__init__(f"{shell(words)}\n{last}")


def call(words: Sequence[str]) -> str:
    """Run a command in the project's folder; what it printed, stripped. Raises `CommandFailed`, `Stopped`."""
    program = PYTHON if words[0] == "python" else shutil.which(words[0])
    if program is None:
        advice = "Install it: https://learn.microsoft.com/cli/azure/install-azure-cli" if words[0] == "az" else ""
        raise Stopped(f"{words[0]} is not on PATH. {advice}".strip())
    done = subprocess.run([program, *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(words, done.stderr or done.stdout)
    return done.stdout.strip()


@dataclass(kw_only=True)
class Run:
    """One run of steps. `state` is the file that an unfinished run leaves; it holds no secrets."""

    steps: Sequence[Step]
    state: Path
    #: Known before the first step.
    values: dict[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)
    sleep: Callable[[float], None] = time.sleep

    def to_end(self) -> dict[str, str]:
        """Run what is left to do; the values that the steps gave. Raises `Stopped` at the first that fails."""
        done = self._go_on()
        for number, step in enumerate(self.steps):
            title = f"[{number + 1}/{len(self.steps)}] {step.name}"
            if number < done:
                self.say(f"{title}: done before")
                continue
            start = time.monotonic()
            try:
                outcome = self._take(step)
            except CommandFailed as failure:
                raise Stopped(self._explained(title, step, failure)) from None
            self._remember(number + 1)
            self.say(f"{title}: {outcome}, {time.monotonic() - start:.0f} s")
        self._remember(0)
        return self.values

    def _take(self, step: Step) -> str:
        try:
            if step.unless is not None and (found := call(fill(step.unless, self.values))):
                if step.gives is not None:
                    self.values[step.gives] = found
                return "there already"
            printed = self._attempt(step)
        finally:
            for path in step.removes:
                (ROOT / path).unlink(missing_ok=True)
        if step.gives is not None:
            self.values[step.gives] = printed
        return "done"

    def _attempt(self, step: Step) -> str:
        for left in range(step.attempts - 1, -1, -1):
            try:
                return call(step.filled(self.values))
            except CommandFailed:
                if not left:
                    raise
                self.sleep(BETWEEN_ATTEMPTS_S)
        raise AssertionError("a step is tried once at least")

    def _explained(self, title: str, step: Step, failure: CommandFailed) -> str:
        hint = f"{step.hint}\n" if step.hint else ""
        rest = "Nothing after it was run. Run the same command again to go on from here."
        return f"{title}: FAILED\n{failure}\n{hint}{rest}"

    def _go_on(self) -> int:
        state = read_state(self.state)
        if state.get("steps") != digest(self.steps) or not state.get("done"):
            return 0
        self.values = {**state["values"], **self.values}
        done = int(state["done"])
        while done and self.steps[done - 1].again:
            done -= 1
        return done

    def _remember(self, done: int) -> None:
        """Note how far it went; 0 after the last step: the next run begins anew, as an upgrade."""
        self.state.parent.mkdir(parents=True, exist_ok=True)
        state = {"subscription": self.values.get("SUBSCRIPTION_ID", ""), "done": done}
        state |= {"steps": digest(self.steps), "values": self.values}
        self.state.write_text(json.dumps(state, indent=1), encoding="utf-8")


def read_state(path: Path) -> dict[str, Any]:
    """What an earlier run left; empty when nobody knows."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
