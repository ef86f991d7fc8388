"""What a command that calls az does, as data: steps in order, which can be printed, run, and gone on with.

A word of a step may hold `$NAME`: what an earlier step printed. Printed, the steps are a script for a POSIX shell.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from string import Template

_VARIABLE = re.compile(r"\$[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One command, which may be run again without harm."""

    #: What it is about, in a few words.
    name: str
    #: Program and arguments; the programs are `az`, `git` and `python`.
    command: tuple[str, ...]
    #: Name of the value that it prints.
    gives: str | None = None
    #: A question to az. When it prints something, the step is not needed.
    unless: tuple[str, ...] | None = None
    #: Files with secrets, removed once it has ended, well or not.
    removes: tuple[str, ...] = ()
    #: Whether a run that goes on from the step after it begins with this one: what it made does not last.
    again: bool = False
    #: How often it is tried, 10 s apart.
    attempts: int = 1
    #: What a person can do about it when it fails.
    hint: str = ""

    def filled(self, values: Mapping[str, str]) -> list[str]:
        """The command with values in place of their names."""
        return fill(self.command, values)

    def lines(self) -> list[str]:
        """The step in a shell."""
        text = shell(self.command)
        if self.unless is not None:
            text = f'test -n "$({shell(self.unless)})" || {text}'
        if self.gives is not None:
            text = f"{self.gives}=$({text})"
        return [text, *(f"rm -f {shlex.quote(path)}" for path in self.removes)]


def fill(words: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Words with values in place of their names."""
    return [Template(word).safe_substitute(values) for word in words]


def shell(words: Sequence[str]) -> str:
    """The words as a POSIX shell takes them, names of values left to it."""
    return " ".join(_quoted(word) for word in words)


def script(steps: Sequence[Step]) -> str:
    """All steps, each under its name."""
    return "\n".join(line for step in steps for line in (f"# {step.name}", *step.lines())) + "\n"


def digest(steps: Sequence[Step]) -> str:
    """The same for the same steps: whether an unfinished run can be gone on with."""
    return hashlib.sha256(json.dumps([asdict(step) for step in steps]).encode()).hexdigest()


def _quoted(word: str) -> str:
    if not _VARIABLE.search(word):
        return shlex.quote(word)
    escaped = re.sub(r'(["\\`])', r"\\\1", word)
    return f'"{escaped}"'
