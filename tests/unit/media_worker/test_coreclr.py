"""The engine over CoreCLR and the C# shim, with the stand-in of Microsoft's library: in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from media_worker.engine import build
from media_worker.engine.signatures import LIST, missing
from media_worker.formats import FORMATS

ROOT = Path(__file__).parents[3]
CHECKS = Path(__file__).with_name("coreclr_checks.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    if build.compiler() is None:
        pytest.skip("no C# compiler: apt-get install mono-mcs")
    if importlib.util.find_spec("dotnetcore2") is None:
        pytest.skip("no .NET runtime: pip install dotnetcore2, as `python dev.py test` does")
    out = tmp_path_factory.mktemp("library")
    build.build(out)
    done = subprocess.run(
        [sys.executable, str(CHECKS), str(out)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("speakers", [[11, 7], [12, 8]]),
        ("whole", True),
        ("live_buffers", 0),
        ("tones", ["5", "#", "A"]),
        ("dominant", [11, None]),
        ("failures", 1),
        ("discarded", 1),
        ("sent", [1, 2, 3]),
        ("keys", ["Tone1", "Star", "B"]),
        ("picture", True),
        ("shown", True),
        ("asked", ["subscribe HD1080p 77", "unsubscribe"]),
        ("overloaded", "overloaded"),
        ("kept", 200),
        ("dropped", 100),
    ],
)
def test_the_library_is_heard_seen_and_spoken_to_through_the_shim(
    found: dict[str, object], what: str, expected: object
) -> None:
    assert found[what] == expected


def test_two_hundred_streams_cost_less_than_three_milliseconds_a_second_each(found: dict[str, float]) -> None:
    assert found["ms_per_stream_second"] < 3.0


def test_the_list_of_signatures_is_that_of_the_stand_in_with_every_format(found: dict[str, list[str]]) -> None:
    listed = LIST.read_text(encoding="utf-8").splitlines()
    assert found["signatures"] == listed
    formats = {line.split()[-1] for line in listed if line.startswith("VideoFormat: ")}
    assert set(FORMATS) <= formats
    assert missing(listed, listed[1:]) == [listed[0]]
