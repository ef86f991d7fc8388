"""The demonstration that stays up, as somebody has it in a terminal, and ends with Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="Windows has no terminals of this kind")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
ROOT = Path(__file__).parents[2]


def test_ctrl_c_ends_the_demonstration_and_leaves_no_process_behind():
    """`dev.py demo` as somebody has it in a terminal, whose Ctrl-C goes to everything in its foreground."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "dev.py", "demo"], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    family: set[int] = set()
    try:
        read_until(ours, b"/phone")  # all of it is up
        family = descendants(process.pid)
        commands = " ".join(map(command_of, family))
        assert "azurite" in commands and "cli demo" in commands, commands
        os.killpg(process.pid, signal.SIGINT)
        read_until(ours, b"")
        assert process.wait(timeout=30) == 0
        assert {pid: command for pid in family if (command := command_of(pid))} == {}
    finally:
        for pid in {process.pid, *family}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        os.close(ours)


def read_until(terminal: int, words: bytes) -> None:
    """What is written on a terminal, until these words are among it; without words, to its end."""
    seen = b""
    while not words or words not in seen:
        assert select.select([terminal], [], [], 120.0)[0], seen[-2000:].decode(errors="replace")
        try:
            more = os.read(terminal, 65_536)
        except OSError:  # Linux: nobody has the other side any more
            more = b""
        if not more:
            assert not words, seen[-2000:].decode(errors="replace")
            return
        seen += more


def descendants(pid: int) -> set[int]:
    """The processes that one has started, and those that they have."""
    found: set[int] = set()
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found |= {child, *descendants(child)}
    return found


def command_of(pid: int) -> str:
    """The command line of a process; nothing when it is gone, or dead and waited for."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
