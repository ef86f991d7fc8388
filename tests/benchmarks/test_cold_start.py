"""What a cold start does not import: it would come before the first webhook is answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "BOT_APP_ID": "app",
    "BOT_TENANT_ID": "tenant",
    "BOT_CLIENT_SECRET": "secret",
    "CALLBACK_KEYS": "k" * 40,
    "PUBLIC_BASE_URL": "https://bot.example",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
}
# Each is needed by some activity, or by the orchestration: on another instance, or later.
LATE = {"azure.storage.blob", "azure.identity", "msal", "flows", "calls", "yaml"}
IMPORT = """
import json, sys
import function_app
import connections
connections.current()
print(json.dumps(sorted(sys.modules)))
"""


def test_the_app_and_its_connections_are_there_without_what_only_a_call_needs() -> None:
    command = [sys.executable, "-c", IMPORT]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **SETTINGS}, capture_output=True, text=True, check=True)
    imported = set(json.loads(done.stdout))
    assert {"function_app", "triggers.callbacks", "inbox", "graph.notifications"} <= imported
    assert LATE & imported == set()
