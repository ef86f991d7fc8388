"""Every az command line of the commands and of the documents is one that az itself would take.

Its own parser says so, where azure-cli is installed; it is too large to be a dependency:
`python -m venv .local/tools/azure-cli`, then `.local/tools/azure-cli/bin/pip install azure-cli==2.91.0` (730 MB).
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from healthy_cloud import Cloud

from cli.consent import consent_steps
from cli.deploy_plan import Deployment, deploy_steps
from cli.destroy import destroy_steps
from cli.doctor import call_steps
from cli.logs import logs_steps
from cli.steps import Step, script

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs/how-to/deploy.md"
SETS = [ROOT / "bicep/main.parameters.json", *sorted((ROOT / "bicep/parameters").glob("*.json"))]


def steps_of_every_command() -> list[Step]:
    steps: list[Step] = []
    for path in SETS:
        for build in ("local", "remote"):
            it = Deployment.read(path, location="westeurope", resource_group=None, build=build)
            steps += [*deploy_steps(it), *destroy_steps(it, keep_application=False), *logs_steps(it, "AppTraces")]
        steps += call_steps(it, "0c1f5b00-5555-4a2b-9c3d-00000000a1ce")
    return [*steps, *consent_steps(name="callwright", app_id=None, tenant=None, grant=True)]


def documented() -> list[list[str]]:
    """The az commands of every document, in blocks of shell and between backticks."""
    found: list[list[str]] = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
        lines = [*blocks.splitlines(), *re.findall(r"`(az [a-z][^`]*)`", text)]
        for line in lines:
            plain = re.sub(r"^\w+=\$\((.*)\)$", r"\1", line.strip())
            plain = re.sub(r'"\$\(openssl[^)]*\),?', '"', plain)
            parts = re.fullmatch(r'test -n "\$\((.*)\)" \|\| (.*)', plain)
            commands = [parts[1], parts[2]] if parts else [plain]
            found += [shlex.split(each) for each in commands if each.startswith("az ") and each != "az login"]
    return found


def refused(commands: list[list[str]]) -> dict[str, str]:
    python = ROOT / ".local/tools/azure-cli/bin/python"
    if not python.exists():
        pytest.skip("azure-cli is not installed: see the head of this file")
    done = subprocess.run(
        [str(python), str(Path(__file__).with_name("az_parser.py"))],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return {" ".join(commands[int(index)]): said for index, said in json.loads(done.stdout).items()}


def test_az_takes_every_command() -> None:
    commands = {tuple(words) for step in steps_of_every_command() for words in (step.command, step.unless) if words}
    assert refused([list(words) for words in sorted(commands) if words[0] == "az"]) == {}


async def test_az_takes_everything_that_doctor_asks() -> None:
    asked: list[list[str]] = []

    class Noting(Cloud):
        def ask(self, words: tuple[str, ...]) -> str:
            asked.append(list(words))
            return super().ask(words)

    await Noting().examined()
    assert len(asked) == 8
    assert refused(asked) == {}


def test_az_takes_every_command_of_the_documents() -> None:
    commands = documented()
    assert len(commands) > 20
    assert refused(commands) == {}


@pytest.mark.parametrize(
    "line", ["az grup create --name x", "az group create --nam x --location y", "az bot create --name x --colour blue"]
)
def test_az_refuses_a_mistake(line: str) -> None:
    assert list(refused([line.split()])) == [line]


def test_the_commands_of_the_page_are_those_of_a_dry_run() -> None:
    it = Deployment.read(SETS[0], location="westeurope", resource_group=None, build="remote")
    it = Deployment(**{**vars(it), "parameters": SETS[0].relative_to(ROOT)})
    dry_run = [line for line in script(deploy_steps(it)).splitlines() if re.search(r"\b(az|git) ", line)]
    block = re.search(r"## Without Python.*?```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    assert [line for line in block[1].splitlines() if re.search(r"\b(az|git) ", line)] == dry_run
    known = {name for line in dry_run for name in re.findall(r"^([A-Z_]+)=", line)}
    assert set(re.findall(r"\$([A-Z_]+)", "\n".join(dry_run))) <= known
