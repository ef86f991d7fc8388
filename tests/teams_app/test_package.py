"""The package: what is in it, that it is the same twice, and what is not made into one."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from teams_app.__main__ import main
from teams_app.package import App, NotATeamsApp, write_package

APP = App(bot_app_id="0c1f5b00-5555-4a2b-9c3d-00000000b070", host_name="callwright-x.azurewebsites.net")


def test_it_holds_the_manifest_and_both_icons_at_its_root(tmp_path: Path) -> None:
    write_package(APP, tmp_path / "app.zip")
    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(archive.read("manifest.json"))["bots"][0]["botId"] == APP.bot_app_id


def test_the_same_app_gives_the_same_bytes(tmp_path: Path) -> None:
    write_package(APP, tmp_path / "1.zip")
    write_package(APP, tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_an_app_that_teams_would_not_take_is_not_written(tmp_path: Path) -> None:
    app = App(bot_app_id="the bot", host_name="https://x", developer_url="http://x")
    with pytest.raises(NotATeamsApp, match=r"(?s)client.*https address.*without scheme"):
        write_package(app, tmp_path / "app.zip")
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "app.zip")
    assert main(["--bot-app-id", APP.bot_app_id, "--host-name", "nothing", "--out", out]) == 1
    assert "nothing" in capsys.readouterr().err
    assert main(["--bot-app-id", APP.bot_app_id, "--host-name", APP.host_name, "--out", out]) == 0
