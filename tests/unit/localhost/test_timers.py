"""Timer triggers on the host's clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clock import VirtualClock
from localhost.indexing import AppUnusable

TIMER_APP = """
import azure.functions as func

app = func.FunctionApp()
RAN = []

@app.timer_trigger(schedule="%SCHEDULE%", arg_name="timer", run_on_startup=True)
async def ticks(timer: func.TimerRequest) -> None:
    RAN.append(timer.past_due)
    if len(RAN) == 2:
        raise ValueError("once")
"""


def timer_app(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "function_app.py").write_text(TIMER_APP)
    return folder


async def test_a_timer_trigger_runs_by_its_schedule(start_host: Any, clock: VirtualClock):
    host = await start_host(schedules=True)
    await clock.advance(299)
    assert host.module.RAN["every_five_minutes"] == 0
    await clock.advance(1)
    assert host.module.RAN["every_five_minutes"] == 1
    await clock.advance(600)
    assert host.module.RAN["every_five_minutes"] == 3
    await host.stop()
    await clock.advance(600)
    assert host.module.RAN["every_five_minutes"] == 3


async def test_a_disabled_function_does_not_run(start_host: Any, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AzureWebJobs.every_five_minutes.Disabled", "true")
    host = await start_host(schedules=True)
    await clock.advance(900)
    assert host.module.RAN["every_five_minutes"] == 0


async def test_a_schedule_may_be_a_setting_and_a_failure_does_not_stop_it(
    start_host: Any, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SCHEDULE", "0 * * * * *")
    host = await start_host(timer_app(tmp_path / "timers"), schedules=True)
    await clock.advance(0)
    assert host.module.RAN == [False]  # run_on_startup
    await clock.advance(180)
    assert len(host.module.RAN) == 4


@pytest.mark.parametrize("setting, complaint", [(None, "setting SCHEDULE, which is not set"), ("x", "ticks: 'x' is")])
async def test_a_schedule_that_is_none_refuses_the_app_by_name(
    start_host: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str | None, complaint: str
):
    if setting is not None:
        monkeypatch.setenv("SCHEDULE", setting)
    with pytest.raises(AppUnusable, match=complaint):
        await start_host(timer_app(tmp_path / "timers"))
