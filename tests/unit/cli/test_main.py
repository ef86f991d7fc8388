from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from cli.__main__ import COMMANDS, main


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
