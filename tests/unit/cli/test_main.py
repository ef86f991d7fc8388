from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from cli.__main__ import COMMANDS, ROOT, handed_over, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_options_and_something_to_run(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert f"callwright {name}" in capsys.readouterr().out
    assert callable(importlib.import_module(f"cli.{COMMANDS[name][0]}").run)


def test_every_command_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert [name for name in COMMANDS if f"    {name} " not in shown] == []


def test_checking_a_flow_starts_nothing_else() -> None:
    seen = "import sys; from cli.__main__ import main; main(['check', 'none.yaml']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert not {"simulator", "localhost", "cli.demo"} & set(done.stdout.split())


def test_another_python_hands_over_to_the_one_that_has_the_packages(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False, symlinks=True)
    python = bare / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    command = [python, "-m", "cli", "check", "flows/definitions"]
    if Path(sys.prefix) != ROOT / ".venv":
        pytest.skip("these tests do not run in .venv, so there is none to hand over to")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_the_packages_a_command_says_how_to_get_them(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cli", tmp_path / "cli")
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False, symlinks=True)
    python = bare / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    done = subprocess.run(
        [python, "-m", "cli", "check", "x"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "python dev.py setup" in done.stdout + done.stderr


def test_the_python_that_has_the_packages_hands_over_to_nobody(tmp_path: Path) -> None:
    assert handed_over(Path(sys.prefix), ["--help"]) is None
    assert handed_over(tmp_path, ["--help"]) is None
