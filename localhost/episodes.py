"""Runs orchestrations, one episode at a time: due messages in, one transaction out."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from azure.functions.meta import Datum

from localhost.context import CreateTimer, Decision, ScheduleTask, SendEvent, StartSubOrchestration
from localhost.history import Event, dumps, execution_started, played, since_1970, stamp
from localhost.history import EventType as T
from localhost.observed import EpisodeRan
from localhost.replay import Verdict, replay
from localhost.store import Instance, Message, StoreClosed
from localhost.task_hub import TaskHub, log
from localhost.worker import FunctionFailed, Worker

_STATE_LABEL = "\n\n$OutOfProcData$:"


@dataclass(kw_only=True)
class _Generation:
    """One execution: what history says, and what this episode adds."""

    row: Instance
    past: list[Event] = field(default_factory=list)
    past_texts: list[str] = field(default_factory=list)
    new: list[Event]


@dataclass(kw_only=True)
class _Episode:
    """What one visit to an instance takes from the store and puts into it."""

    messages: list[Message]
    generation: _Generation
    first_execution: str
    decided: list[tuple[Decision, str]] = field(default_factory=list)  # with the execution that decided it
    verdict: Verdict | None = None


class Episodes:
    """The orchestration dispatcher's work on one instance."""

    def __init__(self, hub: TaskHub, worker: Worker) -> None:
        self._hub = hub
        self._worker = worker
        # Histories of live executions, parsed and as text: reading them anew for each episode is what SQLite costs.
        self._known: dict[str, tuple[str, list[Event], list[str]]] = {}

    def forget(self, instance: str) -> None:
        """The stored history was changed elsewhere."""
        self._known.pop(instance, None)

    async def run(self, instance: str) -> None:
        """Deal with the messages that are visible now. An error of ours ends the instance, it never leaves it stuck."""
        episode = self._take(instance)
        if episode is None:
            return
        try:
            await self._play(episode)
        except StoreClosed:
            raise
        except Exception as error:
            log.exception("The episode of %s failed", instance)
            self._give_up(episode, error)
        else:
            self._commit(episode)

    # In -----------------------------------------------------------------------------------------------------

    def _take(self, instance: str) -> _Episode | None:
        """The episode that the visible messages make, or None when they make none."""
        hub = self._hub
        visible = hub.store.due_messages(instance, hub.now())
        if not visible:
            return None
        row = hub.store.instance(instance)
        mine = [] if row is None or not row.live else [m for m in visible if m.execution in (None, row.execution)]
        births = [m for m in mine if m.event["EventType"] == T.EXECUTION_STARTED]
        if row is None or not mine:
            with hub.transaction():
                hub.store.drop_messages([message.id for message in visible])
            return None
        if row.status == "Pending" and not births:
            return None  # they wait for the message that starts the instance
        if hub.knobs.redelivery_delay_s:
            until = hub.now() + round(hub.knobs.redelivery_delay_s * 1_000_000)
            with hub.transaction():
                hub.store.hide_messages([message.id for message in visible], until)
        new = [hub.event(T.ORCHESTRATOR_STARTED)]
        new += [m.event for m in births] + [m.event for m in mine if m.event["EventType"] != T.EXECUTION_STARTED]
        past, texts = self._history(row)
        generation = _Generation(row=row, past=past, past_texts=texts, new=new)
        return _Episode(messages=visible, generation=generation, first_execution=row.execution)

    def _history(self, row: Instance) -> tuple[list[Event], list[str]]:
        known = self._known.get(row.id)
        if known is not None and known[0] == row.execution:
            return known[1], known[2]
        texts = self._hub.store.history(row.id, row.execution)
        return [json.loads(text) for text in texts], texts

    # Through the SDK and the replay core --------------------------------------------------------------------

    async def _play(self, episode: _Episode) -> None:
        """Replay, and again for each generation that continues as new: they follow at once."""
        while True:
            generation = episode.generation
            verdict = await self._replayed(generation)
            episode.decided += [(decision, generation.row.execution) for decision in verdict.decisions]
            episode.verdict = verdict
            if verdict.custom_status is not None:
                generation.row = replace(generation.row, custom_status=verdict.custom_status)
            if verdict.ending is None or verdict.ending.status != "ContinuedAsNew":
                return
            episode.generation = self._continued(generation, verdict)
            await asyncio.sleep(0)  # an orchestrator that does nothing else must not stop everybody

    async def _replayed(self, generation: _Generation) -> Verdict:
        row = generation.row
        context = _context_json(generation)
        began = time.perf_counter()
        state = await self._ask(row.name, context)
        answered = time.perf_counter()
        verdict = replay(
            [*generation.past, *generation.new],
            state,
            instance=row.id,
            execution=row.execution,
            name=row.name,
            parent=row.parent,
            function_exists=lambda name, kind: self._worker.find(name, kind) is not None,  # type: ignore[arg-type]
        )
        handed = len(generation.past) + len(generation.new)
        generation.new += [self._decided(decision) for decision in verdict.decisions]
        self._hub.observe(
            EpisodeRan(
                instance=row.id,
                name=row.name,
                context=context,
                history=handed,
                written=len(generation.new),
                actions=tuple(_label(decision) for decision in verdict.decisions),
                sdk_s=answered - began,
                replay_s=time.perf_counter() - answered,
            )
        )
        return verdict

    async def _ask(self, name: str, context: str) -> dict[str, Any]:
        """The SDK's OrchestratorState for that context."""
        function = self._worker.find(name, "orchestrator")
        if function is None:
            return _failed_state(f"The function '{name}' doesn't exist or is not an orchestrator function.")
        try:
            answer = await self._worker.invoke(function, Datum(type="string", value=context), client_json="")
        except FunctionFailed as failure:
            text, label, state = str(failure).partition(_STATE_LABEL)
            return {**(json.loads(state) if label else _failed_state(text)), "stack": failure.stack}
        if answer is None:
            return _failed_state("The orchestrator function returned nothing that its trigger could encode.")
        return json.loads(answer.value)

    def _continued(self, generation: _Generation, verdict: Verdict) -> _Generation:
        ending = verdict.ending
        assert ending is not None
        row = replace(generation.row, execution=uuid.uuid4().hex, input=ending.result)
        started = execution_started(
            self._hub.now(),
            instance=row.id,
            execution=row.execution,
            name=row.name,
            version=row.version,
            input_json=row.input,
            parent=row.parent,
        )
        marks = self._hub.event(T.ORCHESTRATOR_STARTED), self._hub.event(T.ORCHESTRATOR_COMPLETED)
        return _Generation(row=row, new=[marks[0], started, *verdict.carried_over, marks[1]])

    def _decided(self, decision: Decision) -> Event:
        event, number = self._hub.event, decision.id
        if isinstance(decision, ScheduleTask):
            return event(T.TASK_SCHEDULED, event_id=number, Name=decision.name, Version="", Input=None)
        if isinstance(decision, CreateTimer):
            return event(T.TIMER_CREATED, event_id=number, FireAt=stamp(since_1970(decision.fire_at)))
        if isinstance(decision, StartSubOrchestration):
            fields = {"Name": decision.name, "Version": decision.version, "InstanceId": decision.instance}
            return event(T.SUB_ORCHESTRATION_CREATED, event_id=number, **fields, Input=decision.input)
        fields = {"InstanceId": decision.target, "Name": decision.name, "Input": decision.input}
        return event(T.EVENT_SENT, event_id=number, **fields)

    # Out ----------------------------------------------------------------------------------------------------

    def _commit(self, episode: _Episode) -> None:
        hub, store, verdict = self._hub, self._hub.store, episode.verdict
        assert verdict is not None
        row, ending = episode.generation.row, verdict.ending
        new = episode.generation.new
        if ending is not None:
            new.append(
                hub.event(
                    T.EXECUTION_COMPLETED,
                    event_id=ending.id,
                    OrchestrationStatus=ending.status,
                    Result=ending.result,
                    FailureDetails=None,
                )
            )
        new.append(hub.event(T.ORCHESTRATOR_COMPLETED))
        events = played(new)
        texts = [dumps(event) for event in events]
        status = ending.status if ending else "Suspended" if verdict.suspended else "Running"
        row = replace(row, status=status, output=ending.result if ending else None, updated=hub.now())
        with hub.transaction():
            if not self._still_there(episode):
                return
            store.drop_messages([message.id for message in episode.messages])
            if row.execution != episode.first_execution:
                store.drop_history(row.id)
            store.append_history(row.id, row.execution, len(episode.generation.past), texts)
            for decision, execution in episode.decided:
                self._carry_out(decision, row.id, execution)
            if ending is not None:
                hub.end(row, ending.details)
            else:
                store.put_instance(row)
        self._remember(episode, None if ending else (events, texts))

    def _carry_out(self, decision: Decision, instance: str, execution: str) -> None:
        hub = self._hub
        match decision:
            case ScheduleTask():
                hub.queue_activity(
                    instance=instance,
                    execution=execution,
                    task=decision.id,
                    name=decision.name,
                    input_json=decision.input,
                )
            case CreateTimer():
                due = since_1970(decision.fire_at)
                fired = hub.event(T.TIMER_FIRED, TimerId=decision.id, FireAt=stamp(due))
                hub.send(instance, fired, execution=execution, due=max(due, hub.now()))
            case StartSubOrchestration():
                hub.create(
                    decision.instance,
                    decision.name,
                    decision.input,
                    execution=uuid.uuid4().hex,
                    version=decision.version,
                    parent=(instance, execution, decision.id),
                )
            case SendEvent():
                hub.send(decision.target, hub.event(T.EVENT_RAISED, Name=decision.name, Input=decision.input))

    def _still_there(self, episode: _Episode) -> bool:
        """False when the instance was replaced (a sub-orchestration of its id was started) during the episode."""
        row = self._hub.store.instance(episode.generation.row.id)
        return row is not None and row.execution == episode.first_execution

    def _remember(self, episode: _Episode, added: tuple[list[Event], list[str]] | None) -> None:
        generation = episode.generation
        if added is None:
            self._known.pop(generation.row.id, None)
            return
        past, texts = [*generation.past, *added[0]], [*generation.past_texts, *added[1]]
        self._known[generation.row.id] = generation.row.execution, past, texts

    def _give_up(self, episode: _Episode, error: Exception) -> None:
        """End the instance with what went wrong, so that whoever waits for it learns of it."""
        row = replace(
            episode.generation.row,
            execution=episode.first_execution,
            status="Failed",
            output=f"The host could not run this episode: {type(error).__name__}: {error}",
            updated=self._hub.now(),
        )
        with self._hub.transaction():
            if self._still_there(episode):
                self._hub.end(row, str(error))
        self.forget(row.id)


def _failed_state(error: str) -> dict[str, Any]:
    return {"isDone": False, "schemaVersion": 2, "actions": [[]], "error": error}


def _label(decision: Decision) -> str:
    if isinstance(decision, CreateTimer):
        return "timer"
    return decision.target if isinstance(decision, SendEvent) else decision.name


def _context_json(generation: _Generation) -> str:
    """The value of the orchestration trigger, as OrchestrationTriggerAttributeBindingProvider.cs builds it."""
    row = generation.row
    rest = {
        "input": None if row.input is None else json.loads(row.input),
        "instanceId": row.id,
        "isReplaying": bool(generation.past),
        "parentInstanceId": row.parent,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 2,
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "maximumShortTimerDuration": "6.00:00:00",
        "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
    }
    history = ",".join([*generation.past_texts, *map(dumps, generation.new)])
    return f'{{"history":[{history}],{dumps(rest)[1:]}'
