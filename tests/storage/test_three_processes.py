"""Three processes write one call's inbox on Azurite, and are killed at random: no gap, no double."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from inbox import Inbox, Sealer
from localhost.memory_storage import MemoryBlobs
from storage.account import StorageAccount
from storage.azure_tables import AzureTables

ROOT = Path(__file__).resolve().parents[2]
WRITER = ROOT / "tests" / "storage" / "inbox_writer.py"
CALL = "call-1"
NOTIFICATIONS = 75
KILLS = 4  # of each process


@dataclass
class Writer:
    """One process that is started again whenever it was killed, until all it has to send is answered."""

    command: list[str]
    seed: int
    stored: dict[int, int] = field(default_factory=dict)
    killed_at_work: int = 0
    failure: str = ""

    def run(self) -> None:
        dice = random.Random(self.seed)
        numbers = list(range(NOTIFICATIONS))
        for life in range(KILLS + 1):
            dice.shuffle(numbers)
            waiting = [number for number in numbers if number not in self.stored]
            # A few that were answered come again: a sender may have missed the answer.
            again = dice.sample(sorted(self.stored), min(4, len(self.stored)))
            patience = dice.randint(1, 12) if life < KILLS else None
            with self._process(waiting + again) as process:
                self._follow(process, patience, dice.uniform(0, 0.012))

    def _follow(self, process: subprocess.Popen[str], patience: int | None, delay: float) -> None:
        begun: set[int] = set()
        assert process.stdout is not None
        for line in process.stdout:  # to its end: what was said before a kill was true
            said, number, *rest = line.split()
            if said == "began":
                begun.add(int(number))
            elif said == "stored":
                begun.discard(int(number))
                self._note(int(number), int(rest[0]))
            if patience is not None and said == "began":
                patience -= 1
                if patience == 0:
                    time.sleep(delay)  # somewhere inside the write
                    process.kill()
        if process.wait() != 0 and patience is None:
            self.failure = "a writer that nobody killed failed"
        self.killed_at_work += bool(begun)

    def _note(self, what: int, number: int) -> None:
        if self.stored.setdefault(what, number) != number:
            self.failure = f"{what} was answered {self.stored[what]}, then {number}"

    @contextmanager
    def _process(self, numbers: list[int]) -> Iterator[subprocess.Popen[str]]:
        command = [*self.command, ",".join(map(str, numbers))]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()


async def test_killed_at_random_they_leave_no_gap_and_no_double(azurite: str) -> None:
    table = f"threeprocesses{time.time_ns()}"
    command = [sys.executable, str(WRITER), azurite, table, CALL]
    writers = [Writer(command=command, seed=seed) for seed in (1, 2, 3)]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [writer.failure for writer in writers] == ["", "", ""]
    tables = AzureTables(StorageAccount(connection_string=azurite))
    inbox = Inbox(tables.table(table), MemoryBlobs(), Sealer(["k" * 40]), time.time)
    kept = await inbox.read(CALL, 1)
    owed = await inbox.unraised(CALL)
    await tables.close()
    assert [item["n"] for item in kept] == list(range(1, NOTIFICATIONS + 1))
    assert sorted(item["what"] for item in kept) == list(range(NOTIFICATIONS))
    numbers = {item["what"]: item["n"] for item in kept}
    for writer in writers:
        assert writer.stored == numbers
    assert owed == kept
    at_work = sum(writer.killed_at_work for writer in writers)
    assert at_work >= KILLS, f"only {at_work} kills hit a write"
