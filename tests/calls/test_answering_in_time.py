"""Who answers, and when: the webhook while the orchestration starts, the orchestration where the webhook died."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from callers import Played, announce, clock_of, finish, hears, laptop_with_flows, look, play, ring, ring_unheard

from cli.laptop import BotOptions, Laptop, open_laptop
from clock import VirtualClock
from connections.durable import DurableOrchestrations
from localhost.knobs import Knobs
from storage import StorageUnavailable

ANSWERS = """
schema: 1
id: test
locale: en-US
start: pick-up
nodes:
  pick-up: {kind: answer, next: bye}
  bye: {kind: hangup, prompts: goodbye}
"""
SETS_FIRST = ANSWERS.replace("start: pick-up", "start: note").replace(
    "nodes:\n", "nodes:\n  note: {kind: set, values: {seen: 'true'}, next: pick-up}\n"
)
REJECTS = """
schema: 1
id: test
locale: en-US
start: "no"
nodes:
  "no": {kind: reject, reason: busy}
"""


@asynccontextmanager
async def durable_stopped(seconds: float, **settings: str) -> AsyncIterator[Laptop]:
    """A laptop whose orchestrations get nothing until so many seconds have passed; what they are sent is kept."""
    clock = VirtualClock()
    until = clock.now() + seconds
    knobs = Knobs(delivery_delay_s=lambda instance: max(0.0, until - clock.now()))
    async with open_laptop(clock, options=BotOptions(knobs=knobs, settings=settings)) as laptop:
        yield laptop


def answers(call: Played) -> list[tuple[float, int]]:
    """Each request to answer: seconds after the ring, and what Graph said."""
    rang = call.call.transcript.of("notification")[0]["at"]
    return [
        (entry["at"] - rang, entry["status"])
        for entry in call.call.transcript.of("request")
        if entry["action"] == "answer"
    ]


async def test_a_call_is_answered_by_its_webhook_and_once(laptop: Laptop) -> None:
    call = await play(laptop, hears("greeting", hang_up=True))
    assert answers(call) == [(0.0, 202)]
    assert call.record["answer_ms"] == 0
    birth = await laptop.connections.births.get(call.instance_id)
    assert birth is not None and birth.answer == {"ok": {"after_ms": 0}}


async def test_with_durable_stopped_for_20_s_every_call_is_answered_once() -> None:
    async with durable_stopped(20) as laptop:
        calls = [ring(laptop, hears("greeting", hang_up=True)) for _ in range(20)]
        await clock_of(laptop).advance(15)
        assert all(laptop.simulator.call(call).state == "established" for call in calls)
        for call in await finish(laptop, *calls):
            assert answers(call) == [(0.0, 202)]
            assert call.heard == ["greeting"]
            assert call.at("prompt")[0] - call.at("notification")[0] >= 20


async def test_without_the_early_answer_they_are_lost() -> None:
    """The test above can fail."""
    async with durable_stopped(20, EARLY_ANSWER="0") as laptop:
        call_id = ring(laptop)
        await clock_of(laptop).advance(16)
        assert laptop.simulator.call(call_id).over
        (call,) = await finish(laptop, call_id)
        assert call.record["outcome"] == "abandoned"


async def test_a_flow_that_begins_otherwise_is_answered_by_its_orchestration(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=SETS_FIRST) as laptop:
        call = await play(laptop)
        birth = await laptop.connections.births.get(call.instance_id)
    assert call.heard == ["goodbye"]
    assert birth is not None and birth.answer is None
    assert answers(call) == [(0.0, 202)]


async def test_a_flow_that_rejects_is_not_answered(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=REJECTS) as laptop:
        assert (await play(laptop)).requests == ["reject"]


async def test_the_setting_turns_it_off(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=ANSWERS, settings={"EARLY_ANSWER": "0"}) as laptop:
        call = await play(laptop)
        birth = await laptop.connections.births.get(call.instance_id)
    assert call.heard == ["goodbye"]
    assert birth is not None and birth.answer is None


def lose(laptop: Laptop, *, after_graph: bool) -> None:
    """The webhook's answer dies between its claim and the note of its result, before or after Graph has heard it."""
    reception = laptop.connections.reception
    answer = reception.answer

    async def dies(*given: Any) -> None:
        if after_graph:
            await answer(*given)
        raise ConnectionError("died")

    async def never_noted(*given: Any) -> None:
        return None

    reception.answer = dies  # type: ignore[method-assign]
    laptop.connections.answers.note = never_noted  # type: ignore[method-assign]


@pytest.mark.parametrize("after_graph", [False, True])
async def test_a_claim_without_a_result_is_taken_over_after_three_seconds_and_nobody_answers_twice(
    laptop: Laptop, after_graph: bool, caplog: pytest.LogCaptureFixture
) -> None:
    lose(laptop, after_graph=after_graph)
    call = await play(laptop, hears("greeting", hang_up=True))
    assert call.heard == ["greeting"]
    assert answers(call) == [(pytest.approx(0.0 if after_graph else 3.0, abs=0.01), 202)]
    looked = [entry["at"] for entry in call.call.transcript.of("request") if entry["action"] == "getCall"]
    assert [at - call.at("notification")[0] for at in looked] == [pytest.approx(3.0, abs=0.01)]
    assert "died" in caplog.text  # whatever goes wrong beside the start is logged


@pytest.mark.parametrize(
    ("fault", "answered_after"),
    [
        ({"status": 429, "retry_after": 60}, 0.2),  # surely not answered: nobody waits
        ({"status": 500}, 3.0),
        ("reset_after_acting", 0.0),
    ],
    ids=["busy", "unknown", "answered, and nobody heard"],
)
async def test_what_graph_says_of_the_early_answer_decides_who_answers(
    laptop: Laptop, fault: Any, answered_after: float
) -> None:
    laptop.simulator.fault({"operation": "answer"}, fault)
    call = await play(laptop, hears("greeting", hang_up=True))
    assert call.heard == ["greeting"]
    assert call.requests.count("answer") == 1
    assert "redirect" not in call.requests
    assert answers(call) == [(pytest.approx(answered_after, abs=0.01), 202)]


async def test_a_call_that_nobody_can_tell_the_state_of_is_not_sent_elsewhere(laptop: Laptop) -> None:
    """Graph took the answer and its reply was lost; it refuses the next one, and shows nobody the call."""
    laptop.simulator.fault({"operation": "answer"}, "reset_after_acting")
    laptop.simulator.fault({"operation": "getCall"}, {"status": 500}, times=100)
    call = await play(laptop, hears("greeting", hang_up=True))
    assert [status for _, status in answers(call)] == [202, 400]
    assert "redirect" not in [entry["action"] for entry in call.call.transcript.of("request")]
    assert call.heard == ["greeting"]


async def test_a_call_that_is_answered_is_not_sent_elsewhere_however_long_its_start_takes(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cold host, a burst: `start_new` needs longer than a webhook has. Graph took the answer at once."""
    start, left = DurableOrchestrations.start, iter([True])

    async def slow(self: DurableOrchestrations, name: str, instance_id: str, given: dict[str, Any]) -> None:
        if next(left, False):
            await clock_of(laptop).sleep(4)
        await start(self, name, instance_id, given)

    monkeypatch.setattr(DurableOrchestrations, "start", slow)
    call_id = await ring_unheard(laptop, hears("greeting", hang_up=True))
    assert await announce(laptop, call_id) == 503
    assert await announce(laptop, call_id) == 202
    await laptop.run_until_over(call_id)
    call = await look(laptop, call_id)
    assert [action for action in call.requests if action in ("answer", "redirect")] == ["answer"]
    assert len(answers(call)) == 1  # what Graph said was noted at once: whoever started it meanwhile has not asked
    assert call.heard == ["greeting"]


async def test_a_start_that_cannot_be_noted_is_a_start(laptop: Laptop) -> None:
    """Storage fails after Graph has answered and the orchestration has begun: the call is served, and so is Graph."""

    async def away(instance_id: str) -> None:
        raise StorageUnavailable("away")

    laptop.connections.births.started = away  # type: ignore[method-assign]
    call = await play(laptop, hears("greeting", hang_up=True))
    assert call.call.transcript.of("notification")[0]["attempts"] == [202]
    assert (answers(call), call.heard) == ([(0.0, 202)], ["greeting"])


async def test_an_answer_that_cannot_be_noted_is_looked_for_and_not_given_again(laptop: Laptop) -> None:
    async def away(*given: Any) -> None:
        raise StorageUnavailable("away")

    laptop.connections.answers.note = away  # type: ignore[method-assign]
    call = await play(laptop, hears("greeting", hang_up=True))
    assert (answers(call), call.heard) == ([(0.0, 202)], ["greeting"])


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_bot_killed_between_claim_and_result_answers_once(moment: str, tmp_path: Path) -> None:
    """The process dies before or after Graph's answer, with the orchestration started; it is back a second later."""
    async with open_laptop(VirtualClock(), options=BotOptions(database=tmp_path / "hub.db")) as laptop:
        laptop.simulator.change_settings(unacknowledged_call_ends=False)
        killed, began = asyncio.Event(), asyncio.Event()
        laptop.host.engine.listeners.append(lambda _: began.set())
        send = laptop.connections.graph.send

        async def dying(request: Any, *given: Any, **more: Any) -> Any:
            if moment == "after":
                await send(request, *given, **more)
            killed.set()
            await asyncio.Event().wait()

        laptop.connections.graph.send = dying  # type: ignore[method-assign]
        call_id = ring(laptop, hears("greeting", hang_up=True))
        await killed.wait()
        await began.wait()
        await laptop.kill_bot()
        await clock_of(laptop).advance(1)
        await laptop.start_bot()
        await laptop.run_until_over(call_id)
        call = await look(laptop, call_id)
    assert call.requests.count("answer") == 1
    assert call.heard == ["greeting"]
    assert answers(call) == [(pytest.approx(0.0 if moment == "after" else 3.0, abs=0.01), 202)]


async def test_a_call_whose_orchestration_cannot_be_started_is_answered_and_started_by_the_next_notification(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, left = DurableOrchestrations.start, iter(range(1))

    async def away(self: DurableOrchestrations, name: str, instance_id: str, given: dict[str, Any]) -> None:
        if next(left, None) is not None:
            raise ConnectionError("away")
        await start(self, name, instance_id, given)

    monkeypatch.setattr(DurableOrchestrations, "start", away)
    laptop.simulator.change_settings(unacknowledged_call_ends=False)
    call_id = ring(laptop, hears("greeting", hang_up=True))
    await laptop.run_until_over(call_id)
    call = await look(laptop, call_id)
    assert call.call.transcript.of("notification")[0]["attempts"] == [503]
    assert answers(call)[0] == (0.0, 202)
    assert call.requests.count("answer") == 1
    assert call.heard == ["greeting"]


async def test_a_call_that_nothing_is_heard_of_any_more_is_started_by_the_sweeper(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither starting nor raising works for 40 s: everything that Graph says in that time is stored all the same."""
    back = laptop.clock.now() + 40
    for name in ("start", "raise_event"):
        real = getattr(DurableOrchestrations, name)

        async def away(self: DurableOrchestrations, *given: Any, real: Any = real) -> Any:
            if laptop.clock.now() < back:
                raise ConnectionError("away")
            return await real(self, *given)

        monkeypatch.setattr(DurableOrchestrations, name, away)
    laptop.simulator.change_settings(unacknowledged_call_ends=False)
    call_id = ring(laptop, hears("greeting", hang_up=True))
    await clock_of(laptop).advance(60)
    assert laptop.simulator.call(call_id).state == "established"
    await laptop.host.fire_timer("sweep_calls")
    await laptop.run_until_over(call_id)
    call = await look(laptop, call_id)
    assert answers(call) == [(0.0, 202)]
    assert (call.heard, call.record["outcome"]) == (["greeting"], "hung_up")


async def test_a_flow_that_changes_after_the_early_answer_apologises_and_is_not_sent_elsewhere(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=ANSWERS) as laptop:
        library = laptop.connections.library
        pin, first = library.pin, iter([True])

        def changed(raw: Any, tenant_id: str, **how: Any) -> Any:
            if next(first, None) is None:
                library._flows.clear()
                (tmp_path / "test.yaml").write_text(REJECTS, encoding="utf-8")
            return pin(raw, tenant_id, **how)

        library.pin = changed  # type: ignore[method-assign]
        call = await play(laptop)
    assert call.heard == ["apology"]
    assert call.requests[0] == "answer"
    assert call.record["route"] == "test"


@pytest.mark.parametrize("early", ["0", "1"])
async def test_a_recording_policy_is_answered_from_the_webhook_whatever_the_setting(tmp_path: Path, early: str) -> None:
    async with laptop_with_flows(tmp_path, test=ANSWERS, settings={"EARLY_ANSWER": early}) as laptop:
        call = await play(laptop, policy=True)
        birth = await laptop.connections.births.get(call.instance_id)
    assert birth is not None and birth.answer == {"ok": {"after_ms": 0}}
    assert answers(call) == [(0.0, 202)]


async def test_a_recording_policy_is_answered_within_its_five_seconds_with_durable_stopped() -> None:
    async with durable_stopped(20) as laptop:
        call_id = ring(laptop, hears("greeting", hang_up=True), policy=True)
        await clock_of(laptop).advance(6)
        assert laptop.simulator.call(call_id).state == "established"
        (call,) = await finish(laptop, call_id)
    assert answers(call) == [(0.0, 202)]


STAYS = ANSWERS.replace("next: bye", "next: wait").replace(
    "  bye:", "  wait: {kind: wait, for: 60s, next: bye}\n  bye:"
)


async def test_whoever_joins_a_recorded_call_is_accepted_while_it_lives(tmp_path: Path) -> None:
    async with laptop_with_flows(tmp_path, test=STAYS, settings={"POLICY_PARTICIPANTS": "5"}) as laptop:
        call_id = ring(laptop, policy=True)
        await clock_of(laptop).advance(5)
        assert laptop.simulator.people.join_policy(call_id, {"user": {"id": "b0b"}}) is None
        await clock_of(laptop).advance(1)
        (joined,) = [
            e for e in laptop.simulator.transcript(call_id) if e["what"] == "notification" and e["kind"] == "joining"
        ]
        assert joined["attempts"] == [200]
        assert joined["reply"] == {"@odata.type": "#microsoft.graph.acceptJoinResponse"}
        await finish(laptop, call_id)
