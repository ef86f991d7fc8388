"""The localhost tests again, with the app run by Microsoft's own worker library under Python 3.13.

The interpreter is found by running candidates: a `python3.13` on PATH may be a shim that fails. The environment is made
once, under `.local/`, and named by what it holds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "azure-functions-runtime==1.3.0",
    "pytest==9.2.0",
    "pytest-asyncio==1.5.0",
    "hypothesis==6.170.15",
)
SUBSET = ("test_orchestrations.py", "test_server.py", "test_webhooks.py", "test_crash.py")


def candidates() -> list[str]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    installed = [str(path) for path in sorted(pyenv.glob("3.13*/bin/python3.13"), reverse=True)]
    on_path = shutil.which("python3.13")
    return [*([on_path] if on_path else []), *installed]


def interpreter() -> str | None:
    """A Python 3.13 that really runs."""
    probe = "import sys, venv; print(sys.version_info[:2] == (3, 13))"
    for candidate in candidates():
        try:
            done = subprocess.run([candidate, "-c", probe], capture_output=True, text=True, timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.stdout.strip() == "True":
            return candidate
    return None


def environment(python: str) -> Path:
    """The interpreter of the cached environment; skips where its packages cannot be had."""
    requirements = ROOT / "requirements.txt"
    wanted = "\n".join([requirements.read_text("utf-8"), *PACKAGES, python])
    folder = ROOT / ".local" / f"runtime-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=120)
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "-r", str(requirements), *PACKAGES]
        done = subprocess.run(install, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            pytest.skip(f"the packages of the runtime environment cannot be installed: {done.stderr.strip()[-300:]}")
        (folder / "ready").touch()
    return folder / "bin" / "python"


@pytest.mark.skipif(os.name == "nt", reason="the environment is laid out as on POSIX")
def test_the_localhost_tests_pass_with_microsofts_worker_library():
    python = interpreter()
    if python is None:
        pytest.skip(f"no Python 3.13 that runs; tried {candidates() or 'PATH and pyenv'}")
    tests = [str(ROOT / "tests" / "unit" / "localhost" / name) for name in SUBSET]
    done = subprocess.run(
        [str(environment(python)), "-m", "pytest", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env={**os.environ, "LOCALHOST_TEST_WORKER": "runtime"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
