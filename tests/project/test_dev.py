"""dev.py runs before anything is installed, and leaves nothing running."""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import dev

posix_only = pytest.mark.skipif(os.name == "nt", reason="process groups and signals of POSIX")


def test_it_needs_only_the_standard_library(parse: Callable[[Path], ast.Module]) -> None:
    imported = set()
    for node in ast.walk(parse(Path("dev.py"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).split(".")[0])
    assert imported <= sys.stdlib_module_names


def test_a_python_that_is_too_old_is_told_so_and_nothing_else() -> None:
    # The file must at least be read by it: what is newer than Python 3.7 stands inside functions.
    ast.parse((dev.ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_children_get_the_way_to_the_network_and_no_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"HTTPS_PROXY", "http_proxy", "PIP_INDEX_URL", "npm_config_registry", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"}
    dropped = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "BOT_APP_ID", "AzureWebJobsStorage", "PYTEST_ADDOPTS"}
    for name in kept | dropped:
        monkeypatch.setenv(name, "x")
    environment = dev.child_environment()
    assert kept <= set(environment)
    assert not dropped & set(environment)


def test_caches_stay_in_the_folder_unless_the_caller_placed_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_CACHE_DIR", raising=False)
    monkeypatch.delenv("NPM_CONFIG_CACHE", raising=False)
    monkeypatch.setenv("npm_config_cache", "elsewhere")
    environment = dev.child_environment()
    assert Path(environment["PIP_CACHE_DIR"]).is_relative_to(dev.ROOT)
    assert environment["npm_config_cache"] == "elsewhere"
    assert "NPM_CONFIG_CACHE" not in environment


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "PIP_CERT"),
        ("Retrying ... [Errno -3] Temporary failure in name resolution\nERROR: No matching distribution", "Go online"),
        ("npm error code ENOTFOUND", "Go online"),
        ("The virtual environment was not created because ensurepip is not available", "apt-get install python3"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "has no wheel for this Python"),
        ("HINT: ... this system does not have Windows Long Path support enabled.", "Enable long paths"),
        ("something new", "The lines above say why"),
    ],
)
def test_a_failed_installation_says_what_to_do(output: str, advice: str) -> None:
    message = dev.explain("Python packages", output)
    assert advice in message
    assert output.splitlines()[-1] in message


@pytest.mark.parametrize(("group", "package"), [("sdk", "msgraph-sdk"), ("browser", "playwright")])
def test_only_the_tests_install_what_only_they_need(group: str, package: str) -> None:
    packages = dev.group_packages(group)
    assert package in {each.partition("==")[0] for each in packages}
    assert not set(packages) & set(dev.development_packages())
    assert packages[-1] in dev.pip_install(*packages)


def test_the_tests_have_their_packages_before_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[str] = []
    monkeypatch.setattr(dev, "install_test_packages", lambda: did.append("install"))
    monkeypatch.setattr(dev, "supervise", lambda command, environment: did.append(command[2]) or 0)
    assert dev.test([]) == 0
    assert did == ["install", "pytest"]


def test_packages_of_the_tests_that_are_installed_are_not_installed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed: list[list[object]] = []
    monkeypatch.setattr(dev, "LOCAL", tmp_path)
    monkeypatch.setattr(dev, "STAMP", tmp_path / "installed.json")
    monkeypatch.setattr(dev, "install", lambda what, command, environment: installed.append(command))
    dev.install_test_packages()
    dev.install_test_packages()
    assert len(installed) == 1
    assert "requirements.txt" in installed[0]  # pip sees every pin, and moves none
    dev.write_stamp("tests", "")  # as when .venv is made anew
    dev.install_test_packages()
    assert len(installed) == 2


def test_a_node_that_does_not_run_is_no_node(tmp_path: Path) -> None:
    assert dev.node_version(str(tmp_path / "absent")) == 0


def test_a_command_that_does_not_exist_is_refused_with_those_that_do() -> None:
    done = subprocess.run([sys.executable, "dev.py", "tset"], cwd=dev.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "demo" in done.stderr


SUPERVISED = """
import subprocess, sys
import dev
raise SystemExit(dev.supervise([sys.executable, "-c", sys.argv[1]], dict(dev.child_environment())))
"""
# Starts a process of its own, gets ready, tells the other's id, and stays.
PARENT = """
import signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
def answer(number, handler):
    signal.signal(number, handler)
    print(child.pid, flush=True)
    time.sleep(60)
{then}
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A killed process stays visible until whoever adopted it has read its end.
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())


@contextlib.contextmanager
def supervised(then: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A `dev.supervise` in a process of its own, listening, and the process that its command has started."""
    command = [sys.executable, "-c", SUPERVISED, PARENT.format(then=then)]
    with subprocess.Popen(command, cwd=dev.ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())


def gone_within(pid: int, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < limit:
        time.sleep(0.01)
    return not alive(pid)


@posix_only
def test_a_command_that_ends_leaves_no_process_behind_and_its_code_is_returned() -> None:
    with supervised(then="print(child.pid, flush=True); sys.exit(3)") as (process, grandchild):
        assert process.wait(timeout=30) == 3
        assert gone_within(grandchild, 5)


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_command_which_ends_in_its_own_way(number: signal.Signals) -> None:
    with supervised(then=f"answer({int(number)}, lambda *_: sys.exit(7))") as (process, grandchild):
        process.send_signal(number)
        assert process.wait(timeout=30) == 7
        assert gone_within(grandchild, 5)


@posix_only
def test_a_second_ctrl_c_kills_a_command_that_does_not_listen() -> None:
    with supervised(then="answer(signal.SIGINT, signal.SIG_IGN)") as (process, grandchild):
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert gone_within(grandchild, 5)
