"""The durable HTTP API and the SDK's own client upon it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import azure.durable_functions as df
import pytest

from clock import VirtualClock
from localhost import Host


@pytest.fixture
def client(host: Host) -> df.DurableOrchestrationClient:
    return df.DurableOrchestrationClient(host.links.client_json())


async def test_the_client_starts_watches_and_ends_instances(host: Host, client: Any, clock: VirtualClock):
    assert await client.start_new("sleeps", "i", 60, version="2.0") == "i"
    assert (await client.get_status("i")).runtime_status.value in ("Pending", "Running")
    await client.suspend("i", "a reason")
    await clock.run_until(lambda: (host.engine.status("i") or {})["runtimeStatus"] == "Suspended")
    await client.resume("i", "a reason")
    await client.terminate("i", "that will do")
    await clock.run_until(lambda: host.engine.has_ended("i"))
    status = await client.get_status("i")
    assert (status.runtime_status.value, status.output) == ("Terminated", "that will do")
    assert (await client.purge_instance_history("i")).instances_deleted == 1
    assert not await client.get_status("i")
    assert (await client.purge_instance_history("i")).instances_deleted == 0


async def test_the_client_gets_history_with_results_folded_into_their_tasks(host: Host, client: Any):
    host.engine.start_new("chain", "i", 1)
    await host.engine.wait_until_ended("i")
    status = await client.get_status("i", show_history=True, show_history_output=True, show_input=True)
    shown = status.historyEvents
    assert [event["EventType"] for event in shown] == ["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"]
    assert (shown[1]["FunctionName"], shown[1]["Result"], "ScheduledTime" in shown[1]) == ("echo_back", 0, True)
    assert shown[2]["OrchestrationStatus"] == "Completed"
    plain = (await client.get_status("i", show_history=True)).historyEvents
    assert "Result" not in plain[1]


async def test_the_client_finds_instances_by_status_prefix_and_time(host: Host, client: Any, clock: VirtualClock):
    host.engine.start_new("sleeps", "call-1", 3600)
    host.engine.start_new("chain", "call-2", 1)
    await host.engine.wait_until_ended("call-2")
    await clock.advance(10)
    host.engine.start_new("sleeps", "other", 3600)
    await clock.advance(1)

    async def found(**matching: Any) -> list[str]:
        return [status.instance_id for status in await client.get_status_by(**matching)]

    running = [df.OrchestrationRuntimeStatus.Running]
    assert await found(runtime_status=running, instance_id_prefix="call-") == ["call-1"]
    either = [*running, df.OrchestrationRuntimeStatus.Completed]
    assert await found(runtime_status=either) == [
        "call-1",
        "call-2",
        "other",
    ]
    later = datetime.fromtimestamp(clock.now(), UTC) - timedelta(seconds=5)
    assert await found(created_time_from=later) == ["other"]
    assert await found(created_time_to=later) == ["call-1", "call-2"]
    assert len(await client.get_status_all()) == 3
    purged = await client.purge_instance_history_by(created_time_from=datetime(2020, 1, 1, tzinfo=UTC))
    assert purged.instances_deleted == 1  # what lives is never purged


async def test_events_for_nobody_and_for_the_dead_are_refused(host: Host, client: Any):
    with pytest.raises(Exception, match="No instance with ID nobody found"):
        await client.raise_event("nobody", "x", 1)
    host.engine.start_new("chain", "i", 0)
    await host.engine.wait_until_ended("i")
    with pytest.raises(Exception, match="is gone"):
        await client.raise_event("i", "x", 1)


async def test_a_live_id_cannot_be_started_again_and_a_dead_one_can(host: Host, client: Any):
    """G9: in this snapshot of the extension it is an exception, not a silent replacement."""
    await client.start_new("sleeps", "i", 60)
    with pytest.raises(Exception, match="already exists"):
        await client.start_new("sleeps", "i", 60)
    await host.engine.wait_until_ended("i")
    await client.start_new("chain", "i", 1)
    assert (await host.engine.wait_until_ended("i"))["output"] == 1


@pytest.mark.parametrize("instance", ["@entity", "x" * 257])
async def test_ids_that_are_not_allowed_are_refused(host: Host, client: Any, instance: str):
    with pytest.raises(Exception, match=r"[Ii]nstance"):
        await client.start_new("chain", instance, 1)
    with pytest.raises(ValueError, match="must not contain"):
        host.engine.start_new("chain", "a/b", 1)


async def test_an_unknown_orchestrator_is_refused_with_the_known_ones(client: Any):
    with pytest.raises(Exception, match=r"doesn't exist.*known orchestrator functions: .*whole_call"):
        await client.start_new("nobody")


async def test_the_client_rewinds_a_failed_instance_and_no_other(host: Host, client: Any):
    host.module.BROKEN.add("lamp")
    host.engine.start_new("fails", "i", "lamp")
    assert (await host.engine.wait_until_ended("i"))["runtimeStatus"] == "Failed"
    host.module.BROKEN.clear()
    await client.rewind("i", "mended")
    assert (await host.engine.wait_until_ended("i"))["output"] == "ok"
    with pytest.raises(Exception, match="only supported on failed"):
        await client.rewind("i", "again")
    with pytest.raises(Exception, match="No instance"):
        await client.rewind("nobody", "why")


async def test_the_client_restarts_an_instance_with_its_input(host: Host, client: Any):
    host.engine.start_new("chain", "i", 2)
    await host.engine.wait_until_ended("i")
    await client.restart("i", restart_with_new_instance_id=False)
    assert (await host.engine.wait_until_ended("i"))["output"] == 2
    await client.restart("i")
    assert len(await client.get_status_all()) == 2


async def test_the_client_signals_and_reads_entities(host: Host, client: Any, clock: VirtualClock):
    entity = df.EntityId("counter", "k")
    assert not (await client.read_entity_state(entity)).entity_exists
    await client.signal_entity(entity, "add", 3)
    await clock.run_until(lambda: host.engine.entity("counter", "k") == "3")
    state = await client.read_entity_state(entity)
    assert (state.entity_exists, state.entity_state) == (True, 3)


async def test_the_webhook_raises_objects_where_the_client_raises_strings(
    host: Host, http: aiohttp.ClientSession, clock: VirtualClock
):
    """G3, upstream issue 295: the app of this test evens it out."""
    host.engine.start_new("numbered", "i", 2)
    url = host.links.management("i")["sendEventPostUri"]
    async with http.post(url.replace("{eventName}", "notification.0"), json={"from": "webhook"}) as response:
        assert response.status == 202
    host.engine.raise_event("i", "notification.1", {"from": "client"})
    assert (await host.engine.wait_until_ended("i"))["output"] == [{"from": "webhook"}, {"from": "client"}]
    raised = [event["Input"] for event in host.engine.history("i") if event["EventType"] == 15]
    assert raised == ['{"from":"webhook"}', '"{\\"from\\": \\"client\\"}"']


async def test_an_event_in_another_format_than_json_is_refused(host: Host, http: aiohttp.ClientSession):
    host.engine.start_new("numbered", "i", 1)
    url = host.links.management("i")["sendEventPostUri"].replace("{eventName}", "x")
    async with http.post(url, data="text") as response:
        assert (response.status, await response.json()) == (
            400,
            {"Message": "Only application/json request content is supported"},
        )


async def test_status_codes_say_whether_it_runs(host: Host, http: aiohttp.ClientSession):
    host.engine.start_new("sleeps", "i", 60)
    url = host.links.management("i")["statusQueryGetUri"]
    async with http.get(url) as response:
        assert (response.status, response.headers["Retry-After"]) == (202, "5")
    await host.engine.wait_until_ended("i")
    async with http.get(url) as response:
        assert response.status == 200
    host.engine.start_new("raises_at_once", "f")
    await host.engine.wait_until_ended("f")
    url = host.links.management("f")["statusQueryGetUri"]
    async with http.get(url) as response:
        assert response.status == 200
    async with http.get(url + "&returnInternalServerErrorOnFailure=true&showInput=false") as response:
        assert (response.status, (await response.json())["input"]) == (500, None)


@pytest.mark.parametrize(
    "method, path", [("GET", ""), ("PATCH", "instances/i"), ("POST", "instances/i/x"), ("GET", "x")]
)
async def test_what_the_api_does_not_have_is_404(host: Host, http: aiohttp.ClientSession, method: str, path: str):
    async with http.request(method, f"{host.base_url}/durabletask/{path}") as response:
        assert response.status == 404


async def test_a_time_that_is_none_is_a_400(host: Host, http: aiohttp.ClientSession):
    async with http.get(f"{host.base_url}/durabletask/instances/?createdTimeFrom=yesterday") as response:
        assert response.status == 400
