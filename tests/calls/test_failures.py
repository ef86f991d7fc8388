"""When something of ours fails: the call is ended, not only its instance, and the record says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import httpx
import pytest
from callers import Step, clock_of, finish, has_heard, hears, is_recorded, look, play, ring, speech, waits

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from localhost.knobs import Knobs
from storage import StorageUnavailable

Raising = Callable[[], None]


class Bug(Exception):
    """A fault of ours that nobody foresaw."""


def break_requests(laptop: Laptop, *paths: str, times: int = 1_000) -> None:
    """Let requests to Graph whose address ends so raise in the middle of the client."""
    left = iter(range(times))

    async def refuse(request: httpx.Request) -> None:
        if request.url.path.endswith(paths) and next(left, None) is not None:
            raise Bug(request.url.path)

    laptop.connections.http.event_hooks = {"request": [refuse]}


def break_storage(
    laptop: Laptop,
    operation: str,
    row: str,
    *,
    table: str = "Inbox",
    failure: type[Exception] = Bug,
    times: int = 1_000,
) -> None:
    """Let operations of a table on rows that begin so raise."""
    assert laptop.memory is not None
    left = iter(range(times))

    def refuse(asked: str, partition: str, key: str) -> None:
        if asked == operation and key.startswith(row) and next(left, None) is not None:
            raise failure(f"{asked} {key}")

    laptop.memory.tables[table].before = refuse


VOICEMAIL = [hears("main-menu", press="3"), is_recorded(say=speech(9.0))]


ACTIVITIES = {
    "/answer": "answer_call",
    "/subscribeToTone": "subscribe_to_tone",
    "/playPrompt": "play_prompt",
    "/cancelMediaProcessing": "cancel_media_processing",
    "/recordResponse": "record_response",
    "/transfer": "transfer_call",
}


@pytest.mark.parametrize(
    ("action", "script"),
    [
        ("/answer", []),
        ("/subscribeToTone", []),
        ("/playPrompt", []),
        ("/cancelMediaProcessing", [hears("greeting", press="1")]),
        ("/recordResponse", VOICEMAIL),
        ("/transfer", [hears("main-menu", press="0")]),
    ],
)
async def test_an_activity_that_raises_ends_the_call_and_not_only_its_instance(
    laptop: Laptop, action: str, script: list[Step]
) -> None:
    call_id = ring(laptop, *script)
    break_requests(laptop, action)
    (call,) = await finish(laptop, call_id)
    assert (call.record["outcome"], call.record["reason"]) == ("failed", f"{ACTIVITIES[action]} failed")
    assert call.requests[-1] == "hangUp"
    assert call.call.transcript.of("request")[-1]["method"] == "DELETE"
    assert call.events_at("gave_up", reason=call.record["reason"])
    assert call.record["nodes"] == [each["node"] for each in call.events if each["what"] == "node_entered"]


@pytest.mark.parametrize(("operation", "row"), [("get", "n:"), ("insert", "step:")], ids=["flow", "intent"])
async def test_a_fault_beside_graph_ends_the_call_just_the_same(laptop: Laptop, operation: str, row: str) -> None:
    call_id = ring(laptop)
    break_storage(laptop, operation, row)
    (call,) = await finish(laptop, call_id)
    assert call.record["outcome"] == "failed"
    assert call.call.transcript.of("request")[-1]["method"] == "DELETE"


async def test_a_hang_up_that_raises_too_is_left_to_the_sweeper(laptop: Laptop) -> None:
    call_id = ring(laptop)
    instance_id = laptop.instance_of(call_id)
    break_requests(laptop, "/playPrompt", call_id)
    await laptop.run_until_over(call_id)
    assert not laptop.simulator.call(call_id).over
    status = laptop.host.engine.status(instance_id)
    assert status is not None and status["runtimeStatus"] == "Failed"
    await clock_of(laptop).advance(40)
    await laptop.host.fire_timer("sweep_calls")
    await clock_of(laptop).advance(1)
    assert not laptop.simulator.call(call_id).over  # still broken: the next walk tries again
    laptop.connections.http.event_hooks = {}
    await sweep(laptop)
    call = await look(laptop, call_id)
    assert call.call.over
    assert (call.record["state"], call.record["outcome"]) == ("ended", "failed")


async def sweep(laptop: Laptop) -> None:
    """A minute passes and the sweeper walks."""
    await clock_of(laptop).advance(60)
    assert await laptop.host.fire_timer("sweep_calls")
    await clock_of(laptop).advance(1)


@pytest.mark.parametrize("how", ["terminated", "purged", "failed"])
async def test_the_sweeper_closes_a_call_whose_orchestration_is_gone(laptop: Laptop, how: str) -> None:
    call_id = ring(laptop)
    instance_id = laptop.instance_of(call_id)
    await clock_of(laptop).advance(10)
    laptop.host.engine.terminate(instance_id, "by hand")
    await laptop.run_until_over(call_id)
    if how == "purged":
        assert laptop.host.engine.purge(instance_id)
    assert not laptop.simulator.call(call_id).over
    await sweep(laptop)
    call = await look(laptop, call_id)
    assert call.call.over and call.requests[-1] == "hangUp"
    assert (call.record["state"], call.record["outcome"]) == ("ended", "failed")
    assert call.record["reason"] == ("never started" if how == "purged" else "terminated")
    assert [birth async for birth in laptop.connections.births.live()] == []


async def test_the_sweeper_closes_a_call_whose_start_died_half_way(laptop: Laptop) -> None:
    """Claimed, and nothing more: its webhook died, and Graph did not announce it again."""
    laptop.simulator.change_settings(unacknowledged_call_ends=False, answer_window_s=600)
    laptop.simulator.fault({"notification": "incoming"}, "drop")
    call_id = ring(laptop)
    instance_id, tenant_id = laptop.instance_of(call_id), laptop.simulator.settings.tenant_id
    await laptop.connections.births.claim(instance_id, instance_id.removeprefix("call-"), tenant_id)
    await sweep(laptop)
    call = await look(laptop, call_id)
    assert call.call.over
    assert (call.record["state"], call.record["reason"]) == ("ended", "never started")


async def test_the_sweeper_walks_though_it_cannot_count(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = ring(laptop)
    await clock_of(laptop).advance(10)
    laptop.host.engine.terminate(laptop.instance_of(call_id), "by hand")
    await laptop.run_until_over(call_id)

    async def away() -> NoReturn:
        raise StorageUnavailable("away")

    monkeypatch.setattr(laptop.connections.occupancy, "live", away)
    await sweep(laptop)
    assert laptop.simulator.call(call_id).over


async def test_the_sweeper_lets_a_call_that_lives_live(laptop: Laptop) -> None:
    call_id = ring(laptop, hears("main-menu", press="1"), has_heard("opening-hours", after=60, hang_up=True))
    await clock_of(laptop).advance(40)
    assert await laptop.host.fire_timer("sweep_calls")
    (call,) = await finish(laptop, call_id)
    assert call.record["outcome"] != "failed"


async def test_a_recording_made_before_the_fault_is_in_the_record(laptop: Laptop) -> None:
    call_id = ring(laptop, hears("main-menu", press="3"), is_recorded(say=speech(1.0)))
    break_storage(laptop, "insert", "step:9")
    (call,) = await finish(laptop, call_id)
    assert call.record["outcome"] == "failed"
    assert call.recording["status"] in ("saved", "expected")


@pytest.mark.parametrize("failure", [StorageUnavailable, Bug])
async def test_a_record_that_cannot_be_written_at_once_is_written_later(
    laptop: Laptop, failure: type[Exception]
) -> None:
    call_id = ring(laptop, hears("main-menu", hang_up=True))
    await clock_of(laptop).advance(2)
    break_storage(laptop, "transact", "call:", table="Records", failure=failure, times=4)
    (call,) = await finish(laptop, call_id)
    assert (call.record["outcome"], call.record["state"]) == ("hung_up", "ended")
    assert call.record["nodes"] == ["pick-up", "greeting", "main-menu"]


async def test_what_the_journal_could_not_take_down_at_once_is_taken_down_later(laptop: Laptop) -> None:
    call_id = ring(laptop, hears("main-menu", press="1"), has_heard("opening-hours", hang_up=True))
    await clock_of(laptop).advance(2)
    break_storage(laptop, "transact", "e:", table="Records", failure=StorageUnavailable, times=2)
    (call,) = await finish(laptop, call_id)  # its events are numbered without a gap, as those of every call
    assert call.outcomes[:3] == [("pick-up", "answered"), ("greeting", "done"), ("main-menu", "opening-hours")]


@pytest.mark.parametrize("times", [1, 5])
async def test_a_prompt_waits_for_storage_that_is_away_for_a_moment(laptop: Laptop, times: int) -> None:
    call_id = ring(laptop, hears("main-menu", hang_up=True))
    break_storage(laptop, "insert", "step:", failure=StorageUnavailable, times=times)
    (call,) = await finish(laptop, call_id)
    assert call.heard == ["greeting", "main-menu"]


async def test_a_prompt_is_played_once_when_only_the_answer_of_storage_was_lost(laptop: Laptop) -> None:
    """The intent is written, and nobody says so: it is known again as this run's own."""
    assert laptop.memory is not None
    lost = iter(range(2))

    def lose(asked: str, partition: str, key: str) -> None:
        if asked == "insert" and key.startswith("step:") and next(lost, None) is not None:
            raise StorageUnavailable("the answer was lost")

    laptop.memory.tables["Inbox"].after = lose
    call = await play(laptop, hears("main-menu", hang_up=True))
    assert call.heard == ["greeting", "main-menu"]


async def test_storage_that_is_away_for_long_ends_the_call_with_an_apology_or_without(laptop: Laptop) -> None:
    call_id = ring(laptop)
    break_storage(laptop, "insert", "step:", failure=StorageUnavailable)
    (call,) = await finish(laptop, call_id)
    assert call.record["outcome"] == "failed"
    assert call.requests[-1] == "hangUp"


async def test_a_caller_is_hung_up_on_as_soon_as_graph_can_be_reached_again(laptop: Laptop) -> None:
    laptop.simulator.fault({"operation": "hangUp"}, {"status": 503, "retry_after": 3}, times=12)
    call = await play(laptop, hears("main-menu", press="3"))
    assert call.requests[-1] == "hangUp"
    assert (call.record["outcome"], call.record["reason"]) == ("completed", None)
    assert [entry["error"] for entry in call.events if entry["what"] == "error"] == ["not_reached"] * 3
    goodbye = call.events_at("state", state="hanging_up")[0]
    assert 30 < call.record["ended"] - goodbye < 180


async def test_a_hang_up_whose_answer_and_effect_are_not_heard_of_is_asked_for_again(laptop: Laptop) -> None:
    laptop.simulator.fault({"operation": "hangUp"}, "reset_after_acting")
    laptop.simulator.fault({"notification": "ended"}, "drop")
    call_id = ring(laptop, hears("main-menu", press="3"))
    await laptop.run_until_over(call_id)
    call = await look(laptop, call_id)
    assert call.call.over
    assert (call.record["state"], call.record["outcome"]) == ("ended", "completed")


async def test_nobody_hangs_up_for_ever(laptop: Laptop) -> None:
    """Graph drops by itself a call that nobody keeps alive."""
    laptop.simulator.fault({"operation": "hangUp"}, {"status": 503, "retry_after": 3}, times=10_000)
    call_id = ring(laptop, hears("main-menu", press="3"))
    await laptop.run_until_over(call_id, limit_s=1200.0)
    call = await look(laptop, call_id)
    assert call.record["ended"] - call.events_at("state", state="hanging_up")[0] >= 900
    assert sum(entry["what"] == "error" for entry in call.events) < 25


async def test_an_inbox_that_cannot_be_read_delays_a_deadline_but_loses_no_key() -> None:
    """The key is stored but never raised, and the inbox cannot be read when the silence is over."""
    dropped: list[str] = []

    def drop(instance_id: str, name: str) -> bool:
        if lost := name == "notification.7" and not dropped:
            dropped.append(instance_id)
        return lost

    async with open_laptop(VirtualClock(), options=BotOptions(knobs=Knobs(drop_event=drop))) as laptop:
        call_id = ring(laptop, has_heard("main-menu", after=4, press="1"), hears("opening-hours", hang_up=True))
        break_storage(laptop, "query", "n:", failure=StorageUnavailable, times=3)
        (call,) = await finish(laptop, call_id)
    assert dropped == [call.instance_id]
    assert call.heard == ["greeting", "main-menu", "opening-hours"]
    (pressed,), (chosen,) = call.at("tone"), call.events_at("outcome", outcome="opening-hours")
    assert chosen - pressed == pytest.approx(1 + 3 * 2, abs=0.01)


def asked_for(laptop: Laptop, call_id: str, activity: str) -> list[float]:
    """When an activity of a call was asked for, Unix seconds; in its last generation."""
    history = laptop.host.engine.history(laptop.instance_of(call_id))
    return [event["Timestamp"] for event in history if event.get("Name") == activity and "Input" in event]


async def test_a_caller_is_served_while_the_inbox_cannot_be_read_at_all(laptop: Laptop) -> None:
    """What is raised is heard at once; a silence is over a minute late, and no history grows without end."""
    call_id = ring(laptop, has_heard("main-menu", after=20, press="1"), waits(600, hang_up=True))
    break_storage(laptop, "query", "n:")
    (call,) = await finish(laptop, call_id)
    assert call.heard[:4] == ["greeting", "main-menu", "opening-hours", "main-menu"]
    (pressed,), (chosen,) = call.at("tone"), call.events_at("outcome", outcome="opening-hours")
    assert chosen - pressed < 1
    assert call.record["outcome"] == "transferred"  # as of any caller who says nothing
    history = laptop.host.engine.history(call.instance_id)
    assert sum(event.get("Name") == "read_inbox" for event in history) < 40


async def test_what_is_left_of_a_call_when_its_end_fails_half_way_is_let_go_of_later(laptop: Laptop) -> None:
    call_id = ring(laptop, hears("main-menu", press="1"), hears("opening-hours", hang_up=True))
    assert laptop.memory is not None
    inbox = laptop.memory.tables["Inbox"]
    calm = inbox.before
    break_storage(laptop, "upsert", "head")
    await laptop.run_until_over(call_id, limit_s=3600.0)
    inbox.before = calm
    with clock_of(laptop):
        assert await inbox.query(laptop.instance_of(call_id), "n:", "n:~")
    await sweep(laptop)
    with clock_of(laptop):
        assert not await inbox.query(laptop.instance_of(call_id), "i:", "n:~")
    assert [birth async for birth in laptop.connections.births.live()] == []


async def test_what_a_hang_up_could_not_note_of_a_call_that_is_gone_is_noted_at_its_end(laptop: Laptop) -> None:
    call_id = ring(laptop, hears("main-menu", press="3"))
    laptop.simulator.fault({"operation": "hangUp"}, {"status": 404})
    assert laptop.memory is not None
    sent: list[str] = []
    refused: list[str] = []

    async def note(request: httpx.Request) -> None:
        sent.append(request.method)

    laptop.connections.http.event_hooks = {"request": [note]}

    def refuse(asked: str, partition: str, key: str) -> None:
        if asked == "transact" and key.startswith("e:") and "DELETE" in sent and not refused:
            refused.append(key)
            raise StorageUnavailable("away")

    laptop.memory.tables["Records"].before = refuse
    await laptop.run_until_over(call_id)
    call = await look(laptop, call_id)
    assert refused
    assert [entry["seq"] for entry in call.events] == list(range(1, len(call.events) + 1))
