"""What other people's tools say of the Bicep, where they are installed; they are too large to be dependencies.

checkov has an environment of its own: `python -m venv .local/tools/checkov`, then
`.local/tools/checkov/bin/pip install checkov==3.3.30`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

WAIVERS = json.loads((Path(__file__).parent / "checkov_waivers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report(root: Path) -> dict[str, Any]:
    checkov = root / ".local/tools/checkov/bin/checkov"
    if not checkov.exists():
        pytest.skip("checkov is not installed: see the head of this file (290 MB)")
    command = [str(checkov), "-d", "bicep", "--framework", "bicep", "--skip-download", "--compact", "-o", "json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    return json.loads(done.stdout)


def test_checkov_reads_every_file(report: dict[str, Any]) -> None:
    # A file that it cannot read does not fail its run.
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] >= 100


def test_what_checkov_finds_is_waived_with_a_reason_and_nothing_else_is(report: dict[str, Any]) -> None:
    found: dict[str, set[str]] = {}
    for check in report["results"]["failed_checks"]:
        place = f"{check['file_path'].lstrip('/')}:{check['resource'].rsplit('.', 1)[-1]}"
        found.setdefault(place, set()).add(check["check_id"])
    assert found == {place: set(checks) for place, checks in WAIVERS.items()}


def test_every_waiver_has_a_reason() -> None:
    assert all(len(reason) > 20 for checks in WAIVERS.values() for reason in checks.values())


def test_the_bicep_compiler_takes_it(bicep: Path, tmp_path: Path) -> None:
    compiler = shutil.which("bicep")
    if compiler is None:
        pytest.skip("the Bicep compiler is not on PATH")
    done = subprocess.run(
        [compiler, "build", str(bicep / "main.bicep"), "--outdir", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr


def test_azure_says_what_it_would_do(bicep: Path) -> None:
    group = os.environ.get("CALLWRIGHT_WHAT_IF_GROUP")
    if shutil.which("az") is None or not group:
        pytest.skip("needs the az CLI, signed in, and CALLWRIGHT_WHAT_IF_GROUP naming a resource group")
    what_if = ["az", "deployment", "group", "what-if", "--resource-group", group]
    command = [*what_if, "--template-file", str(bicep / "main.bicep"), "--parameters", f"@{bicep}/main.parameters.json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
