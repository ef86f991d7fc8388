"""What the worker would refuse is refused here, by name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from localhost.indexing import AppUnusable, index

HEAD = """
from __future__ import annotations
import azure.functions as func
import azure.durable_functions as df
app = df.DFApp()
"""


def app_of(folder: Path, text: str) -> Path:
    (folder / "function_app.py").write_text(HEAD + text)
    return folder


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.mark.parametrize(
    "text, complaint",
    [
        (
            "@app.activity_trigger(input_name='a')\ndef f(a: dict[str, str]): ...",
            "the f function: binding a has invalid non-type annotation",
        ),
        ("@app.activity_trigger(input_name='a')\ndef f(a: dict | None): ...", "invalid non-type annotation"),
        ("@app.route(route='r')\ndef f(req: int): ...", 'does not match its Python annotation "int"'),
        ("@app.route(route='r')\ndef f(request): ...", "parameters are declared in Python but not in the function"),
        ("@app.route(route='r')\ndef f(req, other): ...", "['other']"),
        ("@app.activity_trigger(input_name='a')\ndef f(): ...", "declared as bindings but are not present"),
        (
            "\n@app.activity_trigger(input_name='a')\ndef f(a): ..." * 2,
            "does not have a unique function name",
        ),
        ("other = df.DFApp()", "exactly one top-level function app; it holds 2"),
        ("app = None", "it holds 0"),
    ],
)
def test_an_app_that_the_worker_refuses(tmp_path: Path, text: str, complaint: str):
    with pytest.raises(AppUnusable) as caught:
        index(app_of(tmp_path, text))
    assert complaint in str(caught.value)


def test_a_folder_without_an_app(tmp_path: Path):
    with pytest.raises(AppUnusable, match=r"holds no function_app\.py"):
        index(tmp_path)


def test_an_app_is_indexed_once_and_its_folder_comes_last_on_the_path(tmp_path: Path):
    folder = app_of(tmp_path, "@app.activity_trigger(input_name='a', activity='Other')\ndef f(a: dict): ...")
    first = index(folder)
    assert index(folder) is first
    assert sys.path[-1] == str(folder)
    assert first.durable["activity"]["other"].name == "f"


def test_what_the_app_raises_at_import_is_seen(tmp_path: Path):
    with pytest.raises(ZeroDivisionError):
        index(app_of(tmp_path, "1 / 0"))
