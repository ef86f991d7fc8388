"""The call of the demonstration: what its caller does, and what became of it.

Alice hears the greeting, asks for the opening hours, types her account number while its prompt still plays, asks for
a person who turns out to be busy, and leaves a message instead.
"""

from __future__ import annotations

import hashlib
import io
import wave
from pathlib import Path
from typing import Any

from cli.laptop import Laptop
from cli.transcript import line_of, prompt_ids
from simulator import SimulatorSettings, Target

JSON = dict[str, Any]

LOCALE = "en-US"
ALICE = {"user": {"id": "0c1f5b00-5555-4a2b-9c3d-00000000a1ce", "displayName": "Alice"}}
OPERATOR = "0c1f5b00-5555-4a2b-9c3d-00000000a11c"  # the user that flows/definitions/small-business.yaml transfers to
HEARD = (
    "greeting",
    "main-menu",
    "opening-hours",
    "main-menu",
    "enter-account",
    "account-known",
    "main-menu",
    "transferring",
    "transfer-failed",
    "voicemail-consent",
    "voicemail-thanks",
    "goodbye",
)


class DemoCall:
    """One call from Alice."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        catalogue = laptop.connections.catalogue
        self._ids = prompt_ids(catalogue)
        self._sha256 = {id: sha256 for sha256, id in self._ids.items()}
        message = catalogue.prompt("voicemail-silent", LOCALE).path  # any speech will do for what she says
        self.id = laptop.simulator.ring(ALICE, script=self._script(message))

    @staticmethod
    def settings() -> SimulatorSettings:
        """The simulator of the demonstration: the operator is on the phone."""
        return SimulatorSettings(targets={OPERATOR: Target(outcome="busy", after_s=2.0)})

    def _script(self, message: Path) -> list[JSON]:
        sound = message.read_bytes()
        return [
            {"when": "prompt_started", "prompt": self._sha256["main-menu"], "after_s": 2.0, "press": "1"},
            {"when": "prompt_started", "prompt": self._sha256["main-menu"], "after_s": 1.0, "press": "2"},
            {
                "when": "prompt_started",
                "prompt": self._sha256["enter-account"],
                "after_s": 1.0,
                "press": "1234",
                "interval_ms": 50,
            },
            {"when": "prompt_started", "prompt": self._sha256["main-menu"], "after_s": 1.0, "press": "0"},
            {"when": "listening", "after_s": 0.5, "say": sound},
            {"after_s": _seconds(sound) + 1.0, "press": "#"},
        ]

    async def tell(self) -> JSON:
        """What the caller heard and pressed, where the recording is, and whether all went as scripted.

        `{"outcome", "call", "transcript": [{"at_s", "what", ...}], "recording": {"blob", "sha256", "bytes"} | null,
        "record", "durations": {"call_s", ...}, "problems": [str]}`; times in seconds since the first ring.
        """
        here = self._laptop.connections
        instance_id = self._laptop.instance_of(self.id)
        record = await here.records.get(instance_id) or {}
        transcript = self._transcript()
        recording = next((one for one in record.get("recordings", []) if one.get("status") == "saved"), None)
        problems = [*self._unlike_the_script(record), *await self._unlike_the_blob(recording)]
        return {
            "outcome": "failed" if problems else "completed",
            "call": instance_id,
            "transcript": transcript,
            "recording": recording and {name: recording[name] for name in ("blob", "sha256", "bytes")},
            "record": record,
            "durations": {"call_s": round(record.get("duration_s", 0.0), 3)},
            "problems": problems,
        }

    def _unlike_the_script(self, record: JSON) -> list[str]:
        problems = []
        heard = tuple(self._ids[entry["sha256"]] for entry in self._entries("prompt"))
        if heard != HEARD:
            problems.append(f"the caller heard {', '.join(heard)} instead of {', '.join(HEARD)}")
        if record.get("outcome") != "completed":
            problems.append(f"the record says {record.get('outcome')!r}, not 'completed'")
        return problems

    async def _unlike_the_blob(self, recording: JSON | None) -> list[str]:
        if recording is None:
            return ["no recording was saved"]
        stored = await self._laptop.connections.recordings.read(recording["blob"])
        if hashlib.sha256(stored).hexdigest() != recording["sha256"]:
            return ["the recording in Blob storage is not the one that the record names"]
        return []

    def _entries(self, what: str) -> list[JSON]:
        return self._laptop.simulator.call(self.id).transcript.of(what)

    def _transcript(self) -> list[JSON]:
        entries = self._laptop.simulator.call(self.id).transcript.entries
        begun = entries[0]["at"]
        return [
            {"at_s": round(entry["at"] - begun, 3), **line} for entry in entries if (line := line_of(entry, self._ids))
        ]


def _seconds(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as audio:
        return audio.getnframes() / audio.getframerate()
