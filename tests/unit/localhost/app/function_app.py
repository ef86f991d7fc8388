"""An app that uses everything the host offers."""

from __future__ import annotations

import asyncio
import collections
import datetime as dt
import json
import threading

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
durable = df.Blueprint()

RAN: collections.Counter[str] = collections.Counter()  # what ran how often, for the tests to look at
BROKEN: set[str] = set()  # activities that fail while they stand here
GATES: collections.defaultdict[str, asyncio.Event] = collections.defaultdict(asyncio.Event)


def forget() -> None:
    """What a test does first: every host of the process shares this module."""
    RAN.clear()
    BROKEN.clear()
    GATES.clear()


def payload(value):
    return json.loads(value) if isinstance(value, str) else value


# A client in an activity ------------------------------------------------------------------------------------


@app.activity_trigger(input_name="other")
@app.durable_client_input(client_name="client")
async def raise_from_activity(other: str, client: df.DurableOrchestrationClient) -> str:
    await client.raise_event(other, "news", {"from": "an activity"})
    return "raised"


@app.orchestration_trigger(context_name="context")
def told_by_an_activity(context: df.DurableOrchestrationContext):
    yield context.call_activity("raise_from_activity", context.instance_id)
    return payload((yield context.wait_for_external_event("news")))


# HTTP -------------------------------------------------------------------------------------------------------


@app.route(route="calls/{call_id}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@app.durable_client_input(client_name="client")
async def incoming(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    instance = f"call-{req.route_params['call_id']}"
    body = req.get_json() if req.get_body() else None
    try:
        await client.start_new("whole_call", instance_id=instance, client_input=body)
    except Exception as error:
        return func.HttpResponse(str(error), status_code=409)
    return client.create_check_status_response(req, instance)


@app.route(route="calls/{call_id}/events/{name}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@app.durable_client_input(client_name="client")
async def notify(req: func.HttpRequest, client, context: func.Context) -> func.HttpResponse:
    assert context.invocation_id
    instance = f"call-{req.route_params['call_id']}"
    try:
        await client.raise_event(instance, req.route_params["name"], req.get_json())
    except Exception as error:
        return func.HttpResponse(str(error), status_code=404)
    return func.HttpResponse(status_code=202)


@app.route(route="echo/{first}/{second:int?}", auth_level=func.AuthLevel.ANONYMOUS)
def echo(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "params": dict(req.route_params),
        "query": dict(req.params),
        "x": req.headers.get("X-Custom"),
        "body": req.get_body().decode(),
        "thread": threading.current_thread() is not threading.main_thread(),
    }
    return func.HttpResponse(json.dumps(seen), headers={"X-Reply": "yes"}, mimetype="application/json")


@app.route(route="echo/fixed", auth_level=func.AuthLevel.ANONYMOUS)
def fixed(req: func.HttpRequest) -> str:
    return "fixed"


@app.route(route="locked", methods=["GET"])
async def locked(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("open")


@app.route(route="raises", auth_level=func.AuthLevel.ANONYMOUS)
async def raises(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("not for the outside")


@app.route(route="nothing", auth_level=func.AuthLevel.ANONYMOUS)
async def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None


@app.timer_trigger(schedule="0 */5 * * * *", arg_name="timer")
async def every_five_minutes(timer: func.TimerRequest) -> None:
    RAN["every_five_minutes"] += 1


# A call -----------------------------------------------------------------------------------------------------


@app.orchestration_trigger(context_name="context")
def whole_call(context: df.DurableOrchestrationContext):
    given = context.get_input() or {}
    context.set_custom_status({"state": "answering"})
    retry = df.RetryOptions(first_retry_interval_in_milliseconds=500, max_number_of_attempts=3)
    try:
        yield context.call_activity_with_retry("answer", retry, {"id": context.instance_id, **given})
    except Exception as error:
        return {"outcome": "not answered", "why": str(error)}
    deadline = context.create_timer(context.current_utc_datetime + dt.timedelta(seconds=15))
    established = context.wait_for_external_event("Established")
    if (yield context.task_any([established, deadline])) == deadline:
        return {"outcome": "not established"}
    deadline.cancel()
    context.set_custom_status({"state": "menu"})
    choice = yield context.call_sub_orchestrator("menu", {"attempt": 1}, f"menu-{context.instance_id}")
    marks = yield context.task_all([context.call_activity("times_ten", n) for n in range(3)])
    return {"outcome": "done", "choice": choice, "marks": marks, "heard": payload(established.result)}


@app.orchestration_trigger(context_name="context")
def menu(context):
    attempt = context.get_input()["attempt"]
    yield context.call_activity("echo_back", "menu")
    timer = context.create_timer(context.current_utc_datetime + dt.timedelta(seconds=10))
    tone = context.wait_for_external_event(f"tone.{attempt}")
    if (yield context.task_any([tone, timer])) == tone:
        timer.cancel()
        return payload(tone.result)
    if attempt == 3:
        return None
    context.continue_as_new({"attempt": attempt + 1})


@durable.activity_trigger(input_name="call")
async def answer(call: dict) -> dict:
    RAN["answer"] += 1
    RAN["answer " + call["id"]] += 1
    if RAN["answer " + call["id"]] <= call.get("failures", 0):
        raise ValueError("graph 503")
    await asyncio.sleep(0)
    return {"ok": True}


@durable.activity_trigger(input_name="n")
def times_ten(n: int) -> int:
    RAN["times_ten"] += 1
    return n * 10


@durable.activity_trigger(input_name="value")
async def echo_back(value):
    RAN["echo_back"] += 1
    return value


@durable.activity_trigger(input_name="name")
async def may_fail(name: str) -> str:
    RAN["may_fail"] += 1
    if name in BROKEN:
        raise RuntimeError(f"{name} is broken")
    return "ok"


@durable.activity_trigger(input_name="gate")
async def gated(gate: str) -> str:
    """Lasts until the test opens the gate."""
    RAN["gated began"] += 1
    await GATES[gate].wait()
    RAN["gated ended"] += 1
    return gate


@durable.activity_trigger(input_name="value")
async def not_json(value):
    return object()


# Single features --------------------------------------------------------------------------------------------


@app.orchestration_trigger(context_name="context")
def chain(context):
    length = context.get_input()
    for n in range(length):
        assert (yield context.call_activity("echo_back", n)) == n
    return length


@app.orchestration_trigger(context_name="context")
def wait_three(context):
    """Three waits of one name, with an activity before them during which events can come early."""
    yield context.call_activity("gated", "early")
    heard = []
    for _ in range(3):
        heard.append(payload((yield context.wait_for_external_event("Tone"))))
    return heard


@app.orchestration_trigger(context_name="context")
def numbered(context):
    """Three waits, each of its own name: what design section 3 does."""
    heard = []
    for n in range(context.get_input()):
        heard.append(payload((yield context.wait_for_external_event(f"notification.{n}"))))
        yield context.call_activity("echo_back", n)
    return heard


@app.orchestration_trigger(context_name="context")
def leaves_timer(context):
    timer = context.create_timer(context.current_utc_datetime + dt.timedelta(seconds=30))
    event = context.wait_for_external_event("go")
    won = yield context.task_any([event, timer])
    return "event" if won == event else "timer"


@app.orchestration_trigger(context_name="context")
def sleeps(context):
    began = context.current_utc_datetime
    yield context.create_timer(began + dt.timedelta(seconds=context.get_input()))
    return (context.current_utc_datetime - began).total_seconds()


@app.orchestration_trigger(context_name="context")
def new_generation(context):
    """An event that is buffered when the generation ends."""
    if context.get_input() == 0:
        yield context.call_activity("gated", "early")
        context.continue_as_new(1)
        return None
    timer = context.create_timer(context.current_utc_datetime + dt.timedelta(seconds=5))
    event = context.wait_for_external_event("x")
    if (yield context.task_any([event, timer])) == event:
        timer.cancel()
        return "kept"
    return "lost"


@app.orchestration_trigger(context_name="context")
def counts_generations(context):
    n = context.get_input()
    context.set_custom_status({"generation": n})
    if n < 200:
        context.continue_as_new(n + 1)
        return None
    return n


@app.orchestration_trigger(context_name="context")
def fails(context):
    yield context.call_activity("echo_back", "before")
    return (yield context.call_activity("may_fail", context.get_input()))


@app.orchestration_trigger(context_name="context")
def child_fails(context):
    try:
        yield context.call_sub_orchestrator("fails", "child")
    except Exception as error:
        return f"child: {error}"


@app.orchestration_trigger(context_name="context")
def hears_while_a_child_runs(context):
    child = context.call_sub_orchestrator("waits_for_its_cue", None, f"child-{context.instance_id}")
    heard = []
    while not child.is_completed:
        news = context.wait_for_external_event(f"news.{len(heard)}")
        if (yield context.task_any([child, news])) == news:
            heard.append(payload(news.result))
    yield context.call_activity("echo_back", "after the child")
    return heard


@app.orchestration_trigger(context_name="context")
def waits_for_its_cue(context):
    return payload((yield context.wait_for_external_event("cue")))


@app.orchestration_trigger(context_name="context")
def child_retried(context):
    retry = df.RetryOptions(first_retry_interval_in_milliseconds=1000, max_number_of_attempts=2)
    try:
        return (yield context.call_sub_orchestrator_with_retry("fails", retry, "child"))
    except Exception:
        return "gave up"


@app.orchestration_trigger(context_name="context")
def raises_at_once(context):
    raise KeyError("nobody")


@app.orchestration_trigger(context_name="context")
def one_activity(context):
    """Any activity by name: [name, input]; what it returned, or how it failed."""
    name, value = context.get_input()
    try:
        return (yield context.call_activity(name, value))
    except Exception as error:
        return f"failed: {error}"


@app.orchestration_trigger(context_name="context")
def long_timer(context):
    began = context.current_utc_datetime
    yield context.create_timer(began + dt.timedelta(days=20))
    return (context.current_utc_datetime - began).days


@app.orchestration_trigger(context_name="context")
def two_waiters(context):
    """Two open waiters of one name, differing in case: the newest is served first."""
    first = context.wait_for_external_event("Key")
    second = context.wait_for_external_event("Key")
    won = yield context.task_any([first, second])
    return "second" if won == second else "first"


@app.orchestration_trigger(context_name="context")
def abandons_activity(context):
    timer = context.create_timer(context.current_utc_datetime + dt.timedelta(seconds=1))
    yield context.task_any([context.call_activity("gated", "early"), timer])
    return "left"


@app.orchestration_trigger(context_name="context")
def failing_fan_out(context):
    try:
        yield context.task_all([context.call_activity("may_fail", name) for name in ("a", "b", "c")])
    except Exception:
        return "one failed"
    return "all well"


@app.orchestration_trigger(context_name="context")
def misspelt(context):
    yield context.call_activity("no_such_activity", 1)


@app.orchestration_trigger(context_name="context")
def fat_status(context):
    context.set_custom_status("x" * context.get_input())
    yield context.call_activity("echo_back", 1)


@app.orchestration_trigger(context_name="context")
def changes_its_mind(context):
    """Not deterministic: another activity at every replay."""
    RAN["mind"] += 1
    yield context.call_activity("echo_back" if RAN["mind"] % 2 else "times_ten", 1)
    yield context.call_activity("echo_back", 2)


@app.orchestration_trigger(context_name="context")
def fetches(context):
    answer = yield context.call_http("GET", context.get_input())
    return [answer["statusCode"], answer["content"]]


@app.orchestration_trigger(context_name="context")
def uses_entity(context):
    counter = df.EntityId("counter", context.instance_id)
    context.signal_entity(counter, "add", 5)
    try:
        yield context.call_entity(counter, "divide", 0)
    except Exception as error:
        failed = str(error)
    return [(yield context.call_entity(counter, "add", 7)), failed]


@app.entity_trigger(context_name="context")
def counter(context):
    value = context.get_state(lambda: 0)
    if context.operation_name == "add":
        value += context.get_input()
        context.set_state(value)
    if context.operation_name == "divide":
        value /= context.get_input()
    context.set_result(value)


app.register_functions(durable)
