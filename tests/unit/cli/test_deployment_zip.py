from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cli import deployment_zip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that holds one file for every deployed entry, and what is kept out."""
    root = tmp_path / "app"
    for name in deployment_zip.DEPLOYED:
        path = root / name if "." in name else root / name / "__init__.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    (root / ".funcignore").write_text("# kept out\n.funcignore\ntests\n")
    (root / "tests").mkdir()
    (root / "tests" / "test_it.py").write_text("")
    (root / "calls" / "__pycache__").mkdir()
    (root / "calls" / "__pycache__" / "x.pyc").write_text("")
    return root


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    for name in ("httpx/__init__.py", "bin/httpx", "tests/__init__.py"):
        (tmp_path / "packages" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "packages" / name).write_text("x")
    return tmp_path / "packages"


def test_the_zip_holds_the_deployed_rooms_and_the_packages_where_azure_looks(root: Path, packages: Path) -> None:
    out = root.parent / "out.zip"
    content = deployment_zip.write_zip(out, root, packages)
    names = set(zipfile.ZipFile(out).namelist())
    assert "function_app.py" in names
    assert "calls/__init__.py" in names
    assert ".python_packages/lib/site-packages/httpx/__init__.py" in names
    assert len(names) == len(deployment_zip.DEPLOYED) + 1
    assert content[".python_packages"] == (1, 1)


def test_the_same_files_give_the_same_bytes(root: Path, packages: Path) -> None:
    first, second = root.parent / "1.zip", root.parent / "2.zip"
    deployment_zip.write_zip(first, root, packages)
    (root / "settings.py").touch()
    deployment_zip.write_zip(second, root, packages)
    assert first.read_bytes() == second.read_bytes()


def test_an_entry_that_nobody_decided_about_is_refused_by_name(root: Path) -> None:
    (root / "secrets.pem").write_text("")
    with pytest.raises(deployment_zip.NotPackageable, match=r"neither deployed nor kept out: secrets\.pem"):
        deployment_zip.app_files(root)


def test_a_room_that_is_missing_is_refused_by_name(root: Path) -> None:
    (root / "settings.py").unlink()
    with pytest.raises(deployment_zip.NotPackageable, match=r"not there: settings\.py"):
        deployment_zip.app_files(root)


def test_the_host_json_of_a_durable_backend_takes_the_place_of_the_apps_own(root: Path, packages: Path) -> None:
    out, other = root.parent / "out.zip", root.parent / "other.json"
    other.write_text('{"version": "2.0"}')
    deployment_zip.write_zip(out, root, packages, host_json=other)
    with zipfile.ZipFile(out) as archive:
        assert archive.read("host.json") == b'{"version": "2.0"}'
        assert archive.namelist().count("host.json") == 1
