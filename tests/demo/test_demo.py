"""The demonstration, as its users run it: Azurite, simulator and bot, one scripted call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1"}
    command = [sys.executable, "-m", "cli", "demo", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_one_call_is_told_as_one_json_object():
    done = demo("--once", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["outcome"], told["problems"]) == ("completed", [])
    actions = {line["action"] for line in told["transcript"] if line["what"] == "request"}
    assert {"answer", "subscribeToTone", "playPrompt", "recordResponse", "transfer", "hangUp"} <= actions
    keys = [line["tone"] for line in told["transcript"] if line["what"] == "key"]
    assert keys == ["tone1", "tone2", "tone1", "tone2", "tone3", "tone4", "tone0", "pound"]
    assert told["recording"]["bytes"] > 100_000
    assert len(told["recording"]["sha256"]) == 64


def test_json_without_once_is_refused_with_words():
    done = demo("--json")
    assert done.returncode == 2
    assert "--once" in done.stderr
