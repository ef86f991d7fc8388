from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path


def wheel(folder: Path, name: str, *requires: str) -> None:
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n" + "".join(f"Requires-Dist: {r}\n" for r in requires)
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{name}-1.dist-info/METADATA", metadata)
        archive.writestr(f"{name}-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{name}-1.dist-info/RECORD", "")


def test_markers_are_read_for_azure_and_not_for_this_machine(tmp_path: Path) -> None:
    # Azure's Python is taken to be 3.11.0 exactly, which hardly any machine has: so a marker can tell the two apart.
    wheel(tmp_path, "azure_only")
    wheel(tmp_path, "windows_only")
    wheel(tmp_path, "newer_only")
    wheel(
        tmp_path,
        "app",
        'azure_only; python_full_version == "3.11.0" and sys_platform == "linux"',
        'windows_only; sys_platform == "win32"',
        'newer_only; python_full_version > "3.11.0"',
    )
    command = [sys.executable, "-m", "cli.target_pip", "install", "-qq", "--disable-pip-version-check", "--no-index"]
    command += ["--isolated", "--only-binary=:all:", "--find-links", str(tmp_path), "--target", str(tmp_path / "out")]
    subprocess.run([*command, "app"], check=True, cwd=Path(__file__).parents[3])
    assert {path.stem for path in (tmp_path / "out").glob("*.py")} == {"app", "azure_only"}
