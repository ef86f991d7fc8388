"""Every command that a page tells to type is one that its program takes, option by option."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

import dev
from benchmarks.__main__ import NAMES
from cli.__main__ import COMMANDS
from localhost.__main__ import _parser as localhost_parser
from prompts.make import _options as prompts_made
from simulator.__main__ import parser as simulator_parser

ROOT = Path(__file__).resolve().parents[2]
_PYTHON = r"(?:\.venv/bin/|\.venv\\Scripts\\)?python"
_COMMAND = re.compile(rf"(?:[A-Z_]+=\S+ )*(?:{_PYTHON} (?:-m [\w.]+|dev\.py)|callwright)(?=\s|$).*")
#: In a table, without anything around it: as far as it is words, options, and values in capitals.
_BARE = re.compile(rf"{_PYTHON} -m cli \w+(?: --[\w-]+(?: [A-Z_]+)?)*")
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
#: Subcommands of dev.py that another program takes the arguments of.
_OF_CLI = {"demo", "package"}
#: Whose arguments are somebody else's, or which have none.
_OTHERS = {"pytest", "pip", "venv", "docs.screenshots.make"}


def commands(text: str) -> Iterator[str]:
    """The commands in a page: lines of its code blocks, code between backticks, and those in plain text."""
    for block in _FENCE.findall(text):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            if found := _COMMAND.fullmatch(line.strip().removeprefix("$ ")):
                yield found[0]
    prose = _FENCE.sub("", text)
    for code in re.findall(r"`([^`]+)`", prose):
        if found := _COMMAND.fullmatch(" ".join(code.split())):
            yield found[0]
    yield from _BARE.findall(re.sub(r"`[^`]*`", "", prose))


def words_of(command: str) -> list[str]:
    """A command as a shell splits it, without its comment, and without where its output goes."""
    words = shlex.split(command.replace("\\", "/"), comments=True)
    cut = next((index for index, word in enumerate(words) if word in (">", "|", "&&", "2>&1")), len(words))
    return [word for word in words[:cut] if not re.fullmatch(r"[A-Z_]+=\S+", word)]


def parse(words: list[str]) -> None:
    """Raise `SystemExit` for what the program would refuse, `LookupError` where nothing is known of it."""
    if words[0] == "callwright":
        return _parse_cli(words[1:])
    if words[1] == "dev.py":
        command, given = dev.parse(words[2:]) if words[2:] else ("setup", [])
        if command in _OF_CLI:
            _parse_cli([command, *given])
        elif command == "bench":
            _parse_benchmarks(given)
        elif command != "test":
            assert given == [], given
        return None
    module, given = words[2], words[3:]
    if module == "cli":
        _parse_cli(given)
    elif module == "simulator":
        simulator_parser().parse_args(given)
    elif module == "localhost":
        localhost_parser().parse_args(given)
    elif module == "prompts.make":
        prompts_made(given)
    elif module == "benchmarks":
        _parse_benchmarks(given)
    elif module not in _OTHERS:
        raise LookupError(module)
    return None


def _parse_cli(given: list[str]) -> None:
    if not given or given[0] == "COMMAND":
        return
    module, _ = COMMANDS[given[0]]
    parser = argparse.ArgumentParser(prog=f"callwright {given[0]}")
    importlib.import_module(f"cli.{module}").add_arguments(parser)
    if given[1:]:  # a command named alone stands for itself, whatever it needs
        parser.parse_args(given[1:])


def _parse_benchmarks(given: list[str]) -> None:
    unknown = set(given) - {*NAMES, "NAME"}
    assert not unknown, unknown


def pages() -> list[Path]:
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "simulator" / "README.md"]
    return [*found, *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_is_one_that_its_program_takes(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused: list[str] = []
    for command in commands(page.read_text(encoding="utf-8")):
        try:
            parse(words_of(command))
        except (SystemExit, AssertionError, LookupError) as problem:
            refused.append(f"{command}: {capsys.readouterr().err.strip() or problem!r}")
    assert refused == []


def test_commands_are_found() -> None:
    found = [words_of(command) for page in pages() for command in commands(page.read_text(encoding="utf-8"))]
    assert len(found) > 80
    typed = {tuple(words[:3]) for words in found if words[0] != "callwright"}
    assert {words[1:] for words in typed} >= {("dev.py", "demo"), ("-m", "cli"), ("-m", "simulator")}


@pytest.mark.parametrize(
    "command",
    [
        "python -m cli check --no-such-option x",
        "python -m cli chekc flows",
        "python dev.py dmeo",
        "python dev.py demo --twice",
        "python dev.py bench no-such-benchmark",
        "python dev.py check --fast",
        ".venv/bin/python -m simulator --prot 1  # a comment",
        "python -m no.such.module",
    ],
)
def test_what_no_program_takes_is_seen(command: str) -> None:
    with pytest.raises((SystemExit, AssertionError, LookupError)):
        parse(words_of(command))
