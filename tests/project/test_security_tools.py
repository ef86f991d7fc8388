"""What bandit finds in our code is waived with a reason, and pip-audit knows of nothing in what is deployed.

pip-audit has an environment of its own, as it brings 25 packages along: `python -m venv .local/tools/pip-audit`, then
`.local/tools/pip-audit/bin/pip install pip-audit==2.10.1`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

JSON = dict[str, Any]

WAIVERS: JSON = json.loads((Path(__file__).parent / "bandit_waivers.json").read_text(encoding="utf-8"))
NOT_OURS = (".venv", ".local", "node_modules", "tests", "media_worker")


@pytest.fixture(scope="module")
def findings() -> list[JSON]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "bandit", "-q", "-r", ".", "-f", "json"]
    command += ["-x", ",".join(f"./{folder}" for folder in NOT_OURS), "-s", ",".join(WAIVERS["everywhere"])]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert not report["errors"], report["errors"]
    assert report["metrics"]["_totals"]["loc"] > 10_000, "bandit has not read the code"
    return report["results"]


def waives(waiver: JSON, finding: JSON) -> bool:
    file = finding["filename"].replace("\\", "/").removeprefix("./")
    return (waiver["test"], waiver["file"]) == (finding["test_id"], file) and waiver["code"] in finding["code"]


def test_what_bandit_finds_is_waived_with_a_reason(findings: list[JSON]) -> None:
    unwaived = [
        f"{each['filename']}:{each['line_number']}: {each['test_id']} {each['issue_text']}"
        for each in findings
        if not any(waives(waiver, each) for waiver in WAIVERS["once"])
    ]
    assert not unwaived, "\n".join(unwaived)


def test_every_waiver_is_needed_and_says_why(findings: list[JSON]) -> None:
    assert all(WAIVERS["everywhere"].values())
    for waiver in WAIVERS["once"]:
        assert waiver["why"]
        assert any(waives(waiver, each) for each in findings), f"nothing to waive: {waiver}"


def test_nothing_that_is_deployed_has_a_known_vulnerability() -> None:
    root = Path(__file__).parents[2]
    audit = root / ".local" / "tools" / "pip-audit" / ("Scripts" if sys.platform == "win32" else "bin") / "pip-audit"
    if not audit.exists():
        pytest.skip("pip-audit is not installed: see the head of this file")
    command = [str(audit), "-r", "requirements.txt", "--no-deps", "--disable-pip", "--timeout", "10", "-f", "json"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=300)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        pytest.skip(f"pip-audit could not ask: {done.stderr.strip().splitlines()[-1:]}")
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        pytest.skip(f"pip-audit knows none of our packages, for instance: {packages[0]['skip_reason']}")
    assert {package["name"]: package["vulns"] for package in asked if package["vulns"]} == {}
