"""Orchestrations end to end, in virtual time: what the real extension does, its traps included (G1 to G20)."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from aiohttp import web

from clock import VirtualClock
from localhost import Host
from localhost.history import EventType as T


def events(host: Host, instance: str, kind: T) -> list[dict[str, Any]]:
    return [event for event in host.engine.history(instance) if event["EventType"] == kind]


async def outcome(host: Host, name: str, value: Any = None, instance: str = "i") -> Any:
    host.engine.start_new(name, instance, value)
    status = await host.engine.wait_until_ended(instance, limit_s=30 * 24 * 3600)
    assert status["runtimeStatus"] == "Completed", status
    return status["output"]


async def failure(host: Host, name: str, value: Any = None) -> str:
    host.engine.start_new(name, "i", value)
    status = await host.engine.wait_until_ended("i")
    assert status["runtimeStatus"] == "Failed", status
    return status["output"]


# A call -----------------------------------------------------------------------------------------------------


async def test_a_whole_call_over_http(host: Host, http: aiohttp.ClientSession, clock: VirtualClock):
    async with http.post(f"{host.base_url}/api/calls/1", json={"failures": 2}) as response:
        assert response.status == 202
        links = await response.json()
    await clock.run_until(lambda: len(events(host, "call-1", T.TIMER_CREATED)) == 3)
    async with http.post(f"{host.base_url}/api/calls/1/events/Established", json={"by": "caller"}) as response:
        assert response.status == 202
    await clock.run_until(lambda: bool(events(host, "menu-call-1", T.TIMER_CREATED)))
    host.engine.raise_event("menu-call-1", "tone.1", {"tone": "2"})
    status = await host.engine.wait_until_ended("call-1")
    assert status["output"] == {
        "outcome": "done",
        "choice": {"tone": "2"},
        "marks": [0, 10, 20],
        "heard": {"by": "caller"},
    }
    assert status["customStatus"] == {"state": "menu"}
    assert host.module.RAN["answer"] == 3
    async with http.get(links["statusQueryGetUri"]) as response:
        assert (response.status, (await response.json())["runtimeStatus"]) == (200, "Completed")


async def test_a_deadline_of_fifteen_seconds_passes_at_fifteen_seconds(host: Host, clock: VirtualClock):
    began = clock.now()
    host.engine.start_new("whole_call", "call-2")
    status = await host.engine.wait_until_ended("call-2")
    assert status["output"] == {"outcome": "not established"}
    assert clock.now() - began == 15


async def test_retries_exhausted_raise_the_last_failure(host: Host, clock: VirtualClock):
    host.engine.start_new("whole_call", "call-3", {"failures": 9})
    began = clock.now()
    status = await host.engine.wait_until_ended("call-3")
    assert "ValueError: graph 503" in status["output"]["why"]
    assert host.module.RAN["answer"] == 3
    assert clock.now() - began == 1.0  # two pauses; the timer after the last failure has no length


async def test_a_menu_nobody_answers_goes_through_three_generations(host: Host, clock: VirtualClock):
    host.engine.start_new("menu", "m", {"attempt": 1})
    began = clock.now()
    status = await host.engine.wait_until_ended("m")
    assert (status["output"], clock.now() - began) == (None, 30)
    assert host.module.RAN["echo_back"] == 3
    assert len(events(host, "m", T.EXECUTION_STARTED)) == 1  # the history is the last generation's alone


async def test_two_hundred_generations_in_one_work_item(host: Host):
    assert await outcome(host, "counts_generations", 0) == 200
    status = host.engine.status("i")
    assert status is not None
    assert (status["customStatus"], status["input"]) == ({"generation": 200}, "200")


# External events --------------------------------------------------------------------------------------------


async def test_events_of_one_name_that_come_early_are_heard_three_times_over(host: Host, until: Any):
    """G1, upstream issue 507: the SDK answers every later wait with the last early event."""
    host.engine.start_new("wait_three", "i")
    await until(lambda: host.module.RAN["gated began"] == 1)
    for tone in "123":
        host.engine.raise_event("i", "Tone", tone)
    await until(lambda: len(events(host, "i", T.EVENT_RAISED)) == 3)
    host.module.GATES["early"].set()
    status = await host.engine.wait_until_ended("i")
    assert status["output"] == ["3", "3", "3"]


async def test_the_extension_waits_for_as_many_events_as_there_were_waits(host: Host, until: Any):
    """The other half of G1: the SDK believes it is done after one event, the extension does not."""
    host.engine.start_new("wait_three", "i")
    await until(lambda: host.module.RAN["gated began"] == 1)
    host.engine.raise_event("i", "Tone", "1")
    await until(lambda: len(events(host, "i", T.EVENT_RAISED)) == 1)
    host.module.GATES["early"].set()
    await until(lambda: len(events(host, "i", T.TASK_COMPLETED)) == 1 and host.engine.idle)
    assert not host.engine.has_ended("i")
    host.engine.raise_event("i", "Tone", "2")
    host.engine.raise_event("i", "Tone", "3")
    assert (await host.engine.wait_until_ended("i"))["output"] == ["1", "1", "1"]


async def test_events_of_their_own_names_are_heard_once_each_whatever_their_order(host: Host):
    host.engine.start_new("numbered", "i", 4)
    for n in (2, 0, 3, 1):
        host.engine.raise_event("i", f"notification.{n}", n)
    assert (await host.engine.wait_until_ended("i"))["output"] == [0, 1, 2, 3]


async def test_of_two_waiters_the_newest_is_served(host: Host, until: Any):
    host.engine.start_new("two_waiters", "i")
    await until(lambda: bool(host.engine.history("i")))
    host.engine.raise_event("i", "Key", 1)
    assert (await host.engine.wait_until_ended("i"))["output"] == "second"


async def test_continue_as_new_loses_buffered_events(host: Host, until: Any):
    """G2, upstream issue 331."""
    host.engine.start_new("new_generation", "i", 0)
    await until(lambda: host.module.RAN["gated began"] == 1)
    host.engine.raise_event("i", "x", 1)
    await until(lambda: len(events(host, "i", T.EVENT_RAISED)) == 1)
    host.module.GATES["early"].set()
    assert (await host.engine.wait_until_ended("i"))["output"] == "lost"


async def test_an_event_in_the_same_batch_as_the_end_of_a_generation_is_carried_over(host: Host, until: Any):
    host.engine.start_new("new_generation", "i", 0)
    await until(lambda: host.module.RAN["gated began"] == 1)
    host.module.GATES["early"].set()
    await until(lambda: host.module.RAN["gated ended"] == 1)  # its result is on the way
    host.engine.raise_event("i", "x", 1)
    assert (await host.engine.wait_until_ended("i"))["output"] == "kept"


async def test_an_event_raised_before_the_first_episode_is_kept(host: Host):
    host.engine.start_new("numbered", "i", 1)
    host.engine.raise_event("i", "notification.0", "early")
    assert (await host.engine.wait_until_ended("i"))["output"] == ["early"]


# Timers and open tasks --------------------------------------------------------------------------------------


async def test_an_uncancelled_timer_delays_the_end(host: Host, clock: VirtualClock, until: Any):
    """G7."""
    host.engine.start_new("leaves_timer", "i")
    began = clock.now()
    await until(lambda: bool(host.engine.history("i")))
    host.engine.raise_event("i", "go")
    status = await host.engine.wait_until_ended("i")
    assert (status["output"], clock.now() - began) == ("event", 30)


async def test_an_abandoned_activity_delays_the_end(host: Host, clock: VirtualClock, until: Any):
    host.engine.start_new("abandons_activity", "i")
    await until(lambda: host.module.RAN["gated began"] == 1)
    host.engine.raise_event("i", "nobody hears it")
    await until(lambda: len(events(host, "i", T.EVENT_RAISED)) == 1)
    assert not host.engine.has_ended("i")
    host.module.GATES["early"].set()
    assert (await host.engine.wait_until_ended("i"))["output"] == "left"


async def test_a_timer_of_twenty_days_is_split_and_fires_after_twenty_days(host: Host):
    assert await outcome(host, "long_timer") == 20
    assert len(events(host, "i", T.TIMER_CREATED)) > 1


async def test_many_timers_fire_at_their_times(host: Host, clock: VirtualClock):
    for seconds in range(1, 40):
        host.engine.start_new("sleeps", f"s{seconds}", seconds)
    for seconds in (39, 1, 20):
        assert (await host.engine.wait_until_ended(f"s{seconds}"))["output"] == seconds


# Failures ---------------------------------------------------------------------------------------------------


async def test_a_failing_activity_fails_the_orchestration_with_its_words(host: Host):
    host.module.BROKEN.add("lamp")
    reason = await failure(host, "fails", "lamp")
    assert reason.startswith("Orchestrator function 'fails' failed: Activity function 'may_fail' failed:")
    assert "RuntimeError: lamp is broken" in reason


async def test_a_failing_child_tells_its_parent(host: Host):
    host.module.BROKEN.add("child")
    assert "Orchestrator function 'fails' failed" in await outcome(host, "child_fails")


async def test_a_child_is_retried(host: Host, clock: VirtualClock):
    began = clock.now()
    host.module.BROKEN.add("child")
    assert await outcome(host, "child_retried") == "gave up"
    assert clock.now() - began == 1


@pytest.mark.parametrize("news", [0, 1])
async def test_a_child_that_is_waited_for_a_second_time_is_waited_for_in_vain(
    host: Host, clock: VirtualClock, news: int
):
    """The SDK leaves a child that is already scheduled out of the next `task_any`; the host waits for the rest."""
    host.engine.start_new("hears_while_a_child_runs", "i")
    await clock.advance(1)
    for number in range(news):
        host.engine.raise_event("i", f"news.{number}", "news")
        await clock.advance(1)
    host.engine.raise_event("child-i", "cue", "now")
    await clock.advance(3600)
    assert host.engine.has_ended("child-i")
    assert host.engine.has_ended("i") == (news == 0)
    assert bool(host.module.RAN["echo_back"]) == (news == 0)


async def test_an_orchestrator_that_raises_at_once(host: Host):
    assert "KeyError: 'nobody'" in await failure(host, "raises_at_once")


async def test_a_misspelt_activity_fails_by_name(host: Host):
    assert "The function 'no_such_activity' doesn't exist" in await failure(host, "misspelt")


async def test_a_result_that_is_no_json_fails_the_activity(host: Host):
    assert "must be json serializable" in await outcome(host, "one_activity", ["not_json", 1])


async def test_a_custom_status_over_16_kb_fails_the_instance(host: Host):
    assert "must not exceed 16 KB" in await failure(host, "fat_status", 9000)


async def test_an_orchestrator_that_changes_its_mind_is_non_deterministic(host: Host):
    assert "Non-Deterministic workflow detected" in await failure(host, "changes_its_mind")


async def test_a_fan_out_with_a_failing_child_ends_only_when_all_have_ended(host: Host):
    """G6: the SDK goes on at the first failure, the extension waits for all."""
    host.module.BROKEN.add("a")
    assert await outcome(host, "failing_fan_out") == "one failed"
    assert host.module.RAN["may_fail"] == 3


async def test_an_error_inside_an_episode_ends_the_instance_instead_of_leaving_it_stuck(
    host: Host, monkeypatch: pytest.MonkeyPatch
):
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("a defect of the host")

    monkeypatch.setattr("localhost.episodes.replay", broken)
    assert await failure(host, "chain", 1) == (
        "The host could not run this episode: ZeroDivisionError: a defect of the host"
    )


@pytest.mark.parametrize("value", [{"__class__": "Decimal", "__module__": "decimal", "__data__": "1"}, {"a": [None]}])
async def test_a_dict_that_names_a_class_stays_data_inside_another_value(host: Host, value: Any):
    assert await outcome(host, "one_activity", ["echo_back", {"held": value}]) == {"held": value}


# Suspend, terminate, rewind ---------------------------------------------------------------------------------


async def test_a_suspended_instance_does_nothing_until_it_is_resumed(host: Host, until: Any):
    host.engine.start_new("numbered", "i", 1)
    await until(lambda: bool(host.engine.history("i")))
    host.engine.suspend("i", "look at it")
    await until(lambda: (host.engine.status("i") or {})["runtimeStatus"] == "Suspended")
    host.engine.raise_event("i", "notification.0", "heard")
    await until(lambda: host.engine.idle)
    assert host.module.RAN["echo_back"] == 0
    host.engine.resume("i")
    assert (await host.engine.wait_until_ended("i"))["output"] == ["heard"]


async def test_a_terminated_instance_ends_with_the_reason(host: Host, until: Any):
    host.engine.start_new("sleeps", "i", 3600)
    await until(lambda: bool(host.engine.history("i")))
    host.engine.terminate("i", "enough")
    status = await host.engine.wait_until_ended("i")
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "enough")


async def test_a_failed_instance_can_be_rewound(host: Host):
    host.module.BROKEN.add("lamp")
    await failure(host, "fails", "lamp")
    host.module.BROKEN.clear()
    host.engine.rewind("i", "mended")
    assert (await host.engine.wait_until_ended("i"))["output"] == "ok"
    assert host.module.RAN["echo_back"] == 1  # what had succeeded was not done again


# Entities and http ------------------------------------------------------------------------------------------


async def test_an_entity_is_signalled_and_called_and_its_failures_are_told(host: Host):
    total, failed = await outcome(host, "uses_entity")
    assert total == 12
    assert "division by zero" in failed
    assert host.engine.entity("counter", "i") == "12"


async def test_a_durable_http_call_is_polled_by_the_extension_while_the_sdk_takes_the_first_answer(
    host: Host, clock: VirtualClock
):
    """G19, and why Graph is called from activities: the 202 is what the orchestrator gets to see."""
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(clock.now())
        if len(asked) == 1:
            return web.Response(status=202, headers={"Location": str(request.url), "Retry-After": "7"})
        return web.Response(text="ready")

    app = web.Application()
    app.router.add_get("/slow", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/slow"
        assert await outcome(host, "fetches", address) == [202, ""]
    finally:
        await runner.cleanup()
    assert asked[1] - asked[0] == 7


async def test_a_durable_http_call_to_nobody_fails_the_orchestration(host: Host):
    assert "Activity function 'BuiltIn::HttpActivity' failed" in await failure(host, "fetches", "http://127.0.0.1:9/")


async def test_an_activity_may_be_bound_to_a_durable_client(host: Host):
    assert await outcome(host, "told_by_an_activity") == {"from": "an activity"}
