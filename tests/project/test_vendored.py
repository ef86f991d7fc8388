"""What the console has of others is what npm's lock file pins, to the byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

VENDORED = {
    "chart.umd.min.js": ("chart.js", "dist/chart.umd.min.js"),
    "dagre.esm.js": ("@dagrejs/dagre", "dist/dagre.esm.js"),
}


@pytest.mark.parametrize("name", VENDORED)
def test_a_copy_is_the_build_that_the_lock_file_pins(root: Path, name: str) -> None:
    package, build = VENDORED[name]
    wanted = json.loads((root / "package.json").read_text(encoding="utf-8"))["devDependencies"][package]
    locked = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked[f"node_modules/{package}"]["version"] == wanted
    installed = root / "node_modules" / package
    if not installed.exists():
        pytest.skip(f"{package} is not in node_modules (python dev.py setup)")
    assert json.loads((installed / "package.json").read_text(encoding="utf-8"))["version"] == wanted
    assert (root / "console" / "assets" / name).read_bytes() == (installed / build).read_bytes()


def test_the_licence_of_each_copy_is_there(root: Path) -> None:
    told = (root / "console" / "assets" / "THIRD_PARTY.md").read_text(encoding="utf-8")
    for package, _ in VENDORED.values():
        assert f"## {package}" in told
    assert told.count("Permission is hereby granted, free of charge") == len(VENDORED)
