"""Each knob does what it says, and without it the host is kind."""

from __future__ import annotations

from typing import Any

from clock import VirtualClock
from localhost.history import EventType as T
from localhost.knobs import Knobs
from localhost.observed import ActivityRan, EntityRan, EpisodeRan, InstanceEnded


async def test_an_activity_can_be_made_to_run_twice(start_host: Any):
    asked = []

    def first_only(instance: str, name: str) -> bool:
        asked.append((instance, name))
        return len(asked) == 1

    host = await start_host(knobs=Knobs(duplicate_activity=first_only))
    host.engine.start_new("chain", "i", 2)
    assert (await host.engine.wait_until_ended("i"))["output"] == 2
    assert asked == [("i", "echo_back")] * 2
    assert host.module.RAN["echo_back"] == 3


async def test_an_event_can_be_lost_though_it_was_acknowledged(start_host: Any, http: Any):
    lost: list[str] = []

    def first_only(instance: str, name: str) -> bool:
        lost.append(name)
        return len(lost) == 1

    host = await start_host(knobs=Knobs(drop_event=first_only))
    host.engine.start_new("numbered", "i", 1)
    for value in (1, 2):
        url = f"{host.base_url}/durabletask/instances/i/raiseEvent/notification.0"
        async with http.post(url, json=value) as response:
            assert response.status == 202
    assert (await host.engine.wait_until_ended("i"))["output"] == [2]


async def test_an_event_can_be_lost_while_its_instance_is_pending_and_only_then(start_host: Any, until: Any):
    host = await start_host(knobs=Knobs(drop_event_while_pending=lambda instance, name: True))
    host.engine.start_new("numbered", "i", 1)
    host.engine.raise_event("i", "notification.0", "too early")
    await until(lambda: bool(host.engine.history("i")))
    host.engine.raise_event("i", "notification.0", "in time")
    assert (await host.engine.wait_until_ended("i"))["output"] == ["in time"]


async def test_an_event_can_be_delivered_twice(start_host: Any):
    host = await start_host(knobs=Knobs(duplicate_event=lambda instance, name: name == "notification.0"))
    host.engine.start_new("numbered", "i", 2)
    host.engine.raise_event("i", "notification.0", "a")
    host.engine.raise_event("i", "notification.1", "b")
    assert (await host.engine.wait_until_ended("i"))["output"] == ["a", "b"]
    assert len([e for e in host.engine.history("i") if e["EventType"] == T.EVENT_RAISED]) == 3


async def test_messages_can_be_late_and_overtake_each_other(start_host: Any, clock: VirtualClock):
    delays = iter([0.0, 5.0, 1.0])  # the start, the first event, the second event; then nothing is late

    host = await start_host(knobs=Knobs(delivery_delay_s=lambda instance: next(delays, 0.0)))
    began = clock.now()
    host.engine.start_new("numbered", "i", 2)
    host.engine.raise_event("i", "notification.0", "a")
    host.engine.raise_event("i", "notification.1", "b")
    assert (await host.engine.wait_until_ended("i"))["output"] == ["a", "b"]
    assert clock.now() - began == 5
    order = [e["Name"] for e in host.engine.history("i") if e["EventType"] == T.EVENT_RAISED]
    assert order == ["notification.1", "notification.0"]


async def test_listeners_hear_of_everything(start_host: Any):
    host = await start_host()
    heard: list[Any] = []
    host.engine.listeners.append(heard.append)
    before = host.engine.transactions
    host.engine.start_new("chain", "i", 2)
    await host.engine.wait_until_ended("i")
    episodes = [record for record in heard if isinstance(record, EpisodeRan)]
    activities = [record for record in heard if isinstance(record, ActivityRan)]
    assert [record.actions for record in episodes] == [("echo_back",), ("echo_back",), ()]
    assert [record.history for record in episodes] == [2, 6, 10]
    assert [(record.name, record.failed) for record in activities] == [("echo_back", False)] * 2
    assert heard[-1] == InstanceEnded(instance="i", name="chain", status="Completed")
    # One transaction for the start, one for each episode and each activity.
    assert host.engine.transactions - before == 1 + len(episodes) + len(activities)
    host.engine.start_new("uses_entity", "e")
    await host.engine.wait_until_ended("e")
    assert sum(record.operations for record in heard if isinstance(record, EntityRan)) == 3


async def test_no_more_runs_at_once_than_host_json_allows(start_host: Any, tmp_path: Any, until: Any):
    (tmp_path / "host.json").write_text('{"extensions": {"durableTask": {"maxConcurrentActivityFunctions": 2}}}')
    (tmp_path / "function_app.py").write_text(
        "import asyncio\n"
        "import azure.durable_functions as df\n"
        "app = df.DFApp()\n"
        "RUNNING, MOST = set(), []\n"
        "@app.orchestration_trigger(context_name='context')\n"
        "def fan(context):\n"
        "    yield context.task_all([context.call_activity('work', n) for n in range(9)])\n"
        "@app.activity_trigger(input_name='n')\n"
        "async def work(n: int) -> int:\n"
        "    RUNNING.add(n); MOST.append(len(RUNNING))\n"
        "    await asyncio.sleep(0)\n"
        "    RUNNING.discard(n)\n"
        "    return n\n"
    )
    host = await start_host(tmp_path)
    host.engine.start_new("fan", "i")
    assert (await host.engine.wait_until_ended("i"))["runtimeStatus"] == "Completed"
    assert max(host.module.MOST) == 2
