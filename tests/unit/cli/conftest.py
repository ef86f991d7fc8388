"""A machine on which az, git and python are stand-ins."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import cli.deploy
import cli.destroy
import cli.running
from cli.__main__ import main

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # `tests` itself is no package
ANSWERS = [
    ["az account show --query [id, name]", "5b5c7a6e-0000-4000-8000-00000000f00d\nProduction"],
    ["az account show --query id", "5b5c7a6e-0000-4000-8000-00000000f00d"],
    ["az account show --query tenantId", "0c1f5b00-5555-4a2b-9c3d-000000007e4a"],
    ["az ad app create", "0c1f5b00-5555-4a2b-9c3d-00000000b070"],
    ["az ad app list", "0c1f5b00-5555-4a2b-9c3d-00000000b070"],
    ["functionAppName", "callwright-abc"],
    ["functionAppHostName", "callwright-abc.azurewebsites.net"],
    ["identityPrincipalId", "11111111-2222-4333-8444-555555555555"],
    ["keyVaultName", "cwabckv"],
    ["workspaceId", "99999999-2222-4333-8444-555555555555"],
    ["az keyvault certificate show", "https://cwabckv.vault.azure.net/certificates/media/1"],
    ["az group list", "rg-callwright"],
]


@dataclass(frozen=True)
class Machine:
    """Where the stand-ins keep what they are told and what they were asked."""

    folder: Path
    run: Callable[..., int]

    def answer(self, *more: list[str]) -> None:
        """Answer commands that have this in them, before all others."""
        cases = [f"*{shlex.quote(asked)}*) printf '%s\\n' {shlex.quote(said)} ;;" for asked, said in [*more, *ANSWERS]]
        text = "\n".join(('case "$line" in', *cases, "esac\n"))
        (self.folder / "answers.sh").write_text(text, encoding="utf-8")

    def fail(self, number: int | None) -> None:
        """Let the call of this number fail, from now on; None: none."""
        (self.folder / "calls").unlink(missing_ok=True)
        (self.folder / "fail").unlink(missing_ok=True)
        if number is not None:
            (self.folder / "fail").write_text(str(number), encoding="utf-8")

    def calls(self) -> list[tuple[bool, list[str]]]:
        """Whether each call went well, and its words; those that asked which subscription it is are left out."""
        log = self.folder / "calls"
        lines = log.read_text(encoding="utf-8").split("\n")[:-1] if log.exists() else []
        words = [line.split("\x1f")[:-1] for line in lines]
        return [(each[0] == "0", each[1:]) for each in words]

    @property
    def secrets(self) -> list[str]:
        """Files with secrets that are still there."""
        return [path.name for path in (self.folder / ".local").rglob("callback-keys.json")]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    if os.name == "nt":
        pytest.skip("the stand-ins for az, git and python are shell scripts")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("az", "git", "python"):
        shutil.copy(HERE / "fake_program.sh", programs / name)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_FOLDER", str(tmp_path))
    monkeypatch.setattr("cli.running.PYTHON", str(programs / "python"))
    for module in (cli.running, cli.deploy, cli.destroy):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr("cli.running.BETWEEN_ATTEMPTS_S", 0.0)
    monkeypatch.chdir(HERE.parents[2])
    assert shutil.which("az") == str(programs / "az")
    here = Machine(folder=tmp_path, run=lambda *words: main(list(words)))
    here.answer()
    return here
