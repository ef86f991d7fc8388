"""Builds the stand-in of Microsoft's media library, and the shim over it, with Mono's compiler (apt: mono-mcs)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LIBRARY, SHIM, JSON = "Microsoft.Skype.Bots.Media.dll", "Callwright.MediaShim.dll", "Newtonsoft.Json.dll"


def compiler() -> str | None:
    """Mono's C# compiler, or None where it is not installed."""
    return shutil.which("mcs")


def build(out: Path) -> None:
    """Write the three assemblies into a folder. Raises `CalledProcessError` with what the compiler said."""
    out.mkdir(parents=True, exist_ok=True)
    _compile(out / JSON, ["library/Json.cs"], [])
    sources = ["library/Api.cs", "library/Sockets.cs", "library/VideoFormats.cs"]
    _compile(out / LIBRARY, sources, [out / JSON])
    _compile(out / SHIM, ["shim/Shim.cs"], [out / LIBRARY])


def _compile(target: Path, sources: list[str], references: list[Path]) -> None:
    command = [compiler() or "mcs", "-nologo", "-unsafe", "-target:library", "-nowarn:67,414", f"-out:{target}"]
    command += [f"-r:{each}" for each in references] + [str(HERE / each) for each in sources]
    subprocess.run(command, check=True, capture_output=True, text=True)
