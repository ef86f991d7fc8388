from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from cli.__main__ import main
from cli.check import PROMPTS
from cli.rehearsal.live import LiveCall
from cli.rehearsal.stage import Setting
from cli.talk import Talk, read_texts
from flows import load_file

FLOW = Path(__file__).parents[3] / "flows" / "definitions" / "small-business.yaml"
SETTING = Setting(flow=load_file(FLOW), lengths={}, at=datetime(2026, 1, 5, 10, tzinfo=UTC))


def heard(call: LiveCall) -> list[str]:
    return [prompt for _, prompt in call.heard]


def test_time_passes_only_as_it_is_told() -> None:
    call = LiveCall(SETTING)
    call.advance(299)
    assert heard(call) == []
    call.advance(300)
    assert heard(call) == ["greeting"]
    call.advance(2299)
    assert heard(call) == ["greeting"]
    call.advance(60_000)
    assert heard(call)[:3] == ["greeting", "main-menu", "no-input"]


def test_keys_are_heard_at_once_and_the_caller_can_leave() -> None:
    call = LiveCall(SETTING)
    call.advance(3000)
    call.press("1")
    call.advance(3200)
    assert heard(call) == ["greeting", "main-menu", "opening-hours"]
    call.hang_up()
    call.advance(5000)
    assert call.over
    assert call.summary["outcome"] == "hung_up"


def test_a_recording_ends_with_its_key() -> None:
    call = LiveCall(SETTING)
    call.advance(3000)
    call.press("3")
    call.advance(10_000)
    assert call.status() == ("recording", "voicemail")
    call.press("#")
    call.advance(10_500)
    assert heard(call)[-1] == "voicemail-thanks"
    call.advance(60_000)
    assert call.summary["recordings"][0]["status"] == "saved"


def test_what_is_waited_for_is_shown_with_the_words_of_the_prompts() -> None:
    call = LiveCall(SETTING)
    talk = Talk(call, read_texts(PROMPTS, "en-US"), now=lambda: 0.0, screen=DummyOutput())
    call.advance(5000)  # the menu is over since 4300
    shown = "".join(str(each[1]) for each in talk.view())
    assert "bot   Thank you for calling Northwind Garden Supplies." in shown
    assert "listening  main-menu" in shown
    assert "waits for a key:  4.3 s" in shown


async def test_keys_typed_in_a_terminal_reach_the_call() -> None:
    ticks = iter(range(0, 10_000, 3))
    with create_pipe_input() as keys:
        keys.send_text("h")
        call = LiveCall(SETTING)
        talk = Talk(call, {}, now=lambda: float(next(ticks)), keys=keys, screen=DummyOutput())
        await talk.run()
    assert call.over
    assert "hung_up after" in talk.farewell() or "abandoned after" in talk.farewell()


def test_a_flow_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["talk", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err
