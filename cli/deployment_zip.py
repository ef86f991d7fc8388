"""The deployment zip: the app as Azure runs it, with the packages of its platform, whatever machine builds it.

`python -m cli.deployment_zip --out FILE`. The same commit and the same packages give the same bytes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cli.target_pip import PIP_ARGUMENTS

ROOT = Path(__file__).resolve().parent.parent

DEPLOYED = (
    "activities",
    "api",
    "calls",
    "connections",
    "console",
    "flows",
    "function_app.py",
    "graph",
    "host.json",
    "inbox",
    "media",
    "orchestrations",
    "prompts",
    "records",
    "requirements.txt",
    "settings.py",
    "storage",
    "triggers",
)
PACKAGES = ".python_packages/lib/site-packages"  # where the Functions worker looks for them
_NOT_RUNTIME = ("bin", "tests")  # scripts for a shell, and what azure-functions-durable leaves of its own tests
_SAME_TIME = (1980, 1, 1, 0, 0, 0)


class NotPackageable(Exception):
    """The folder is not what is to be deployed; the message names what is too much or missing."""


def ignored_names(root: Path) -> set[str]:
    """The entries of the folder that `.funcignore` keeps out."""
    lines = (root / ".funcignore").read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def app_files(root: Path) -> list[Path]:
    """The app's files, sorted. Raises `NotPackageable` for an entry of the folder that nobody decided about."""
    ignored = ignored_names(root)
    present = {path.name for path in root.iterdir()}
    undecided = sorted(present - ignored - set(DEPLOYED))
    if undecided:
        raise NotPackageable(
            f"neither deployed nor kept out: {', '.join(undecided)}. Name each in .funcignore, or in DEPLOYED of "
            "cli/deployment_zip.py."
        )
    missing = sorted(set(DEPLOYED) - present)
    if missing:
        raise NotPackageable(f"to be deployed, but not there: {', '.join(missing)}")
    return sorted(path for name in DEPLOYED for path in _files(root / name))


def install_packages(root: Path, target: Path) -> list[str]:
    """Install requirements.txt for Azure's platform into a folder; returns `name version` of each package, sorted."""
    command = [sys.executable, "-m", "cli.target_pip", "install", *PIP_ARGUMENTS, "-qq", "--no-compile"]
    command += ["--disable-pip-version-check", "--no-input"]
    subprocess.run([*command, "--target", str(target), "-r", str(root / "requirements.txt")], check=True, cwd=root)
    return sorted(path.name.removesuffix(".dist-info").replace("-", " ") for path in target.glob("*.dist-info"))


def write_zip(out: Path, root: Path, packages: Path, *, host_json: Path | None = None) -> dict[str, tuple[int, int]]:
    """Write the zip; returns what is in it: top-level name -> (files, bytes).

    `host_json` takes the place of the app's own: that of one Durable backend, of `bicep/durable/`.
    """
    content: dict[str, tuple[int, int]] = {}
    members = [(path.relative_to(root).as_posix(), path) for path in app_files(root)]
    members += [
        (f"{PACKAGES}/{path.relative_to(packages).as_posix()}", path)
        for path in sorted(_files(packages))
        if path.relative_to(packages).parts[0] not in _NOT_RUNTIME
    ]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, path in members:
            entry = zipfile.ZipInfo(name, _SAME_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            data = (host_json if host_json is not None and name == "host.json" else path).read_bytes()
            archive.writestr(entry, data)
            top = name.split("/", 1)[0]
            files, size = content.get(top, (0, 0))
            content[top] = (files + 1, size + len(data))
    return content


def main(arguments: list[str]) -> int:
    """Build the zip and list it."""
    parser = argparse.ArgumentParser(prog="python dev.py package", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the zip goes")
    parser.add_argument("--host-json", type=Path, metavar="FILE", help="instead of host.json, for a Durable backend")
    options = parser.parse_args(arguments)
    out: Path = options.out
    try:
        app_files(ROOT)
        with tempfile.TemporaryDirectory(dir=out.parent) as folder:
            packages = install_packages(ROOT, Path(folder))
            content = write_zip(out, ROOT, Path(folder), host_json=options.host_json)
    except NotPackageable as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        print(
            f"pip could not install requirements.txt for Azure's platform (exit {failure.returncode})", file=sys.stderr
        )
        return 1
    print("packages: " + ", ".join(packages))
    for name, (files, size) in sorted(content.items()):
        print(f"{name:<20}{files:>6} files {size / 1000:>10,.1f} kB")
    print(f"{out}: {sum(files for files, _ in content.values())} files, {out.stat().st_size / 1e6:.1f} MB")
    return 0


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for child in path.iterdir():
        if child.name != "__pycache__":
            yield from _files(child)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
