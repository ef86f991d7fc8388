"""What is sent again, when, and what never is."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import chain, repeat
from typing import Any

import httpx
import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from clock import VirtualClock
from graph.client import GraphClient
from graph.errors import (
    CallGone,
    Conflict,
    Forbidden,
    GraphError,
    NotReached,
    OutcomeUnknown,
    Refused,
    TokenUnavailable,
    Unauthorized,
)
from graph.request import Request
from graph.requests import Answer, GetCall, HangUp, KeepAlive, MediaInfo, PlayPrompt

CALL = "0c1f5b00-1111-4a2b-9c3d-000000000001"
TENANT = "0c1f5b00-4444-4a2b-9c3d-0000000000cc"
ROOT = "https://graph.example.test/v1.0"
PROMPT = PlayPrompt(
    call_id=CALL,
    prompts=(MediaInfo(uri="https://bot.example.test/p", resource_id="p"),),
    client_context="call-1:1",
)
ONCE: tuple[Request, ...] = (PROMPT, Answer(call_id=CALL, callback_uri="https://bot.example.test/c"))
TWICE: tuple[Request, ...] = (KeepAlive(call_id=CALL), HangUp(call_id=CALL), GetCall(call_id=CALL))
ANY = (*ONCE, *TWICE)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What becomes of a request: an answer, or an error of the transport; and whether Graph acted on it."""

    status: int = 202
    retry_after: str | None = None
    body: bytes = b""
    failure: type[httpx.TransportError] | None = None
    acted: bool = False

    def __str__(self) -> str:
        name = self.failure.__name__ if self.failure else str(self.status)
        return name if self.retry_after is None else f"{name} after {self.retry_after}"


@dataclass
class Graph(httpx.AsyncBaseTransport):
    """Answers as told, the last reply for ever, over an ASGI app where there is an answer to give."""

    clock: VirtualClock
    replies: list[Reply]
    at: list[float] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    acts: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        reply = self.replies[min(len(self.at), len(self.replies) - 1)]
        self.at.append(self.clock.now())
        self.requests.append(request)
        self.acts += reply.acted
        if reply.failure is not None:
            raise reply.failure("no luck with +442079460000 at https://graph.example.test/v1.0?token=secret")
        return await httpx.ASGITransport(app=_app(reply)).handle_async_request(request)


def _app(reply: Reply) -> Callable[..., Awaitable[None]]:
    async def app(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        headers = [(b"retry-after", reply.retry_after.encode())] if reply.retry_after is not None else []
        headers += [(b"location", b"https://elsewhere.example.test/")] if 300 <= reply.status < 400 else []
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    return app


class Tokens:
    """Gives `token-1`, and another for each that was refused."""

    def __init__(self) -> None:
        self.given = 0
        self.failure: TokenUnavailable | None = None

    async def __call__(self, tenant_id: str, *, refused: str | None = None) -> str:
        assert tenant_id == TENANT
        if self.failure is not None:
            raise self.failure
        if self.given == 0 or refused == f"token-{self.given}":
            self.given += 1
        return f"token-{self.given}"


class Bench:
    """A client, the Graph it talks to, and the clock of both."""

    def __init__(self, *replies: Reply, transport: httpx.AsyncBaseTransport | None = None, root: str = ROOT) -> None:
        self.clock = VirtualClock()
        self.graph = Graph(self.clock, list(replies))
        self.tokens = Tokens()
        self.http = httpx.AsyncClient(transport=transport or self.graph, follow_redirects=True)
        self.client = GraphClient(self.http, root, self.tokens, now=self.clock.now, sleep=self.clock.sleep)
        self.began = self.clock.now()

    async def send(self, request: Request, *, budget_s: float = 10.0, scenario_id: str | None = None) -> Any:
        """The outcome: what the client gave, or the error it raised."""

        async def work() -> Any:
            with self.clock:
                return await self.client.send(request, TENANT, budget_s=budget_s, scenario_id=scenario_id)

        task = asyncio.create_task(work())
        await self.clock.run_until(task.done)
        try:
            return task.result()
        except GraphError as failure:
            return failure

    @property
    def passed_s(self) -> float:
        return self.clock.now() - self.began


# --- what is sent -----------------------------------------------------------------------------------------------------


async def test_a_request_carries_token_body_and_ids() -> None:
    bench = Bench(Reply(status=200, body=b'{"id": "x"}'))
    assert await bench.send(PROMPT, scenario_id="s-1") == {"id": "x"}
    (sent,) = bench.graph.requests
    assert (sent.method, str(sent.url)) == ("POST", f"{ROOT}/communications/calls/{CALL}/playPrompt")
    assert json.loads(sent.content) == PROMPT.body()
    assert sent.headers["authorization"] == "Bearer token-1"
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["scenario-id"] == "s-1"
    assert len(sent.headers["client-request-id"]) == 36


@pytest.mark.parametrize(
    ("request_", "method"), list(zip(TWICE, ("POST", "DELETE", "GET"), strict=True)), ids=["keepAlive", "hangUp", "get"]
)
async def test_a_request_without_a_body_has_none(request_: Request, method: str) -> None:
    bench = Bench(Reply(status=204))
    assert await bench.send(request_) is None
    (sent,) = bench.graph.requests
    assert (sent.method, sent.content) == (method, b"")
    assert "content-type" not in sent.headers
    assert "scenario-id" not in sent.headers


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"null", b"<html>", b"\xff", b"[" * 99_999, b"{" + b" " * 1_000_000 + b"}"]
)
async def test_a_success_that_cannot_be_read_is_still_one(body: bytes) -> None:
    assert await Bench(Reply(status=200, body=body)).send(PROMPT) is None


@pytest.mark.parametrize(
    "root", ["http://graph.example.test/v1.0", "ftp://graph.example.test", "graph.example.test", ""]
)
def test_tokens_go_over_https_only(root: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Bench(root=root)


@pytest.mark.parametrize("root", ["http://127.0.0.1:7071/v1.0", "http://localhost/v1.0", "http://[::1]:1/v1.0"])
async def test_plain_http_is_for_loopback(root: str) -> None:
    bench = Bench(Reply(status=204), root=f"{root}/")
    await bench.send(TWICE[1])
    assert str(bench.graph.requests[0].url) == f"{root}/communications/calls/{CALL}".replace(
        "localhost:80", "localhost"
    )


# --- what is sent again -----------------------------------------------------------------------------------------------

UNREACHED = [
    Reply(failure=httpx.ConnectError),
    Reply(failure=httpx.ConnectTimeout),
    Reply(failure=httpx.PoolTimeout),
    Reply(status=429),
    Reply(status=429, retry_after="1"),
    Reply(status=503, retry_after="1"),
]
UNKNOWN = [
    *(Reply(failure=kind) for kind in (httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError)),
    *(Reply(failure=kind) for kind in (httpx.RemoteProtocolError, httpx.CloseError, httpx.ProxyError)),
    *(Reply(status=status) for status in (408, 500, 502, 503, 504, 599)),
    Reply(status=500, retry_after="1"),
    Reply(status=503, retry_after="soon"),
]
REFUSALS = [(400, Refused), (403, Forbidden), (404, CallGone), (409, Conflict), (302, Refused), (422, Refused)]


def test_every_error_of_the_transport_is_tried() -> None:
    def leaves(kind: type) -> set[type]:
        return set(chain.from_iterable(map(leaves, kind.__subclasses__()))) if kind.__subclasses__() else {kind}

    tried = {reply.failure for reply in UNREACHED + UNKNOWN if reply.failure}
    # Neither comes from the network: a scheme nobody speaks, and a request that h11 will not write.
    assert leaves(httpx.TransportError) - tried == {httpx.UnsupportedProtocol, httpx.LocalProtocolError}


@pytest.mark.parametrize("request_", ANY, ids=lambda one: one.action or one.method)
@pytest.mark.parametrize("reply", UNREACHED, ids=str)
async def test_what_surely_did_not_reach_graph_is_sent_again(reply: Reply, request_: Request) -> None:
    bench = Bench(reply, reply, Reply(status=202))
    assert await bench.send(request_) is None
    assert len(bench.graph.at) == 3


@pytest.mark.parametrize("request_", ONCE, ids=lambda one: one.action)
@pytest.mark.parametrize("reply", UNKNOWN, ids=str)
async def test_what_may_have_been_acted_on_is_not_sent_again(reply: Reply, request_: Request) -> None:
    bench = Bench(reply, Reply(status=202))
    assert type(await bench.send(request_)) is OutcomeUnknown
    assert len(bench.graph.at) == 1
    assert bench.passed_s == 0


@pytest.mark.parametrize("request_", TWICE, ids=lambda one: one.action or one.method)
@pytest.mark.parametrize("reply", UNKNOWN, ids=str)
async def test_what_twice_does_what_once_does_is_sent_again(reply: Reply, request_: Request) -> None:
    bench = Bench(reply, reply, Reply(status=204))
    assert await bench.send(request_) is None
    assert len(bench.graph.at) == 3


@pytest.mark.parametrize("request_", ANY, ids=lambda one: one.action or one.method)
@pytest.mark.parametrize(("status", "kind"), REFUSALS)
async def test_a_refusal_is_final(status: int, kind: type[Refused], request_: Request) -> None:
    body = b'{"error": {"code": "7504", "message": "no"}}'
    bench = Bench(Reply(status=status, body=body), Reply(status=202))
    outcome = await bench.send(request_)
    assert type(outcome) is kind
    assert (outcome.status, outcome.code, len(bench.graph.at)) == (status, "7504", 1)


async def test_a_hang_up_whose_first_answer_was_lost_may_find_the_call_gone() -> None:
    bench = Bench(Reply(failure=httpx.ReadTimeout), Reply(status=404))
    assert type(await bench.send(HangUp(call_id=CALL))) is CallGone


async def test_an_unknown_outcome_stays_unknown_when_later_attempts_do_not_get_through() -> None:
    bench = Bench(Reply(failure=httpx.ReadTimeout), Reply(failure=httpx.ConnectError))
    assert type(await bench.send(HangUp(call_id=CALL))) is OutcomeUnknown
    assert len(bench.graph.at) > 2


async def test_no_error_says_where_or_with_what_it_was_asked() -> None:
    for failure in (httpx.ConnectError, httpx.ReadError):
        text = repr(await Bench(Reply(failure=failure)).send(PROMPT))
        assert failure.__name__ in text
        assert not any(secret in text for secret in ("4420", "example", "secret", "token-1"))


# --- when -------------------------------------------------------------------------------------------------------------


def in_seconds(seconds: float) -> str:
    return f"{seconds:g}"


def as_date(seconds: float) -> str:
    return formatdate(VirtualClock().now() + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("header", "asked_s"),
    [
        *((in_seconds(each), each) for each in (1, 2.128, 7, 0.5)),
        *((as_date(each), each) for each in (1, 5, 9)),
        (as_date(3).replace(" GMT", " -0000"), 3),
    ],
)
@pytest.mark.parametrize("status", [429, 503, 500])
async def test_graph_is_never_asked_again_earlier_than_it_allows(status: int, header: str, asked_s: float) -> None:
    bench = Bench(Reply(status=status, retry_after=header), Reply(status=200))
    assert await bench.send(KeepAlive(call_id=CALL)) is None
    first, second = bench.graph.at
    assert asked_s - 1e-6 < second - first < max(asked_s, 0.25) + 1e-6


@pytest.mark.parametrize("header", ["0", "0.001", as_date(-100), None, "soon"])
async def test_nobody_hammers_a_graph_that_does_not_say_how_long_to_stay_away(header: str | None) -> None:
    bench = Bench(Reply(status=429, retry_after=header))
    assert type(await bench.send(PROMPT)) is NotReached
    pauses = [later - earlier for earlier, later in zip(bench.graph.at, bench.graph.at[1:], strict=False)]
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(("header", "asked_s"), [("10", 10.0), ("3600", 3600.0), (as_date(86_400), 86_400.0)])
async def test_a_pause_beyond_the_budget_is_not_waited_for(header: str, asked_s: float) -> None:
    bench = Bench(Reply(status=429, retry_after=header))
    outcome = await bench.send(PROMPT, budget_s=10.0)
    assert isinstance(outcome, NotReached)
    assert outcome.retry_after_s == asked_s
    assert (len(bench.graph.at), bench.passed_s) == (1, 0)


@pytest.mark.parametrize("reply", [*UNREACHED, *UNKNOWN], ids=str)
@pytest.mark.parametrize("budget_s", [0.1, 1.0, 10.0, 60.0])
async def test_the_budget_holds_whatever_fails(reply: Reply, budget_s: float) -> None:
    bench = Bench(reply)
    outcome = await bench.send(KeepAlive(call_id=CALL), budget_s=budget_s)
    assert type(outcome) is (NotReached if reply in UNREACHED else OutcomeUnknown)
    assert bench.passed_s < budget_s
    assert len(bench.graph.at) <= 3 + budget_s / 1.0


@pytest.mark.parametrize("budget_s", [0.0, -1.0])
async def test_without_time_nothing_is_sent(budget_s: float) -> None:
    bench = Bench(Reply(status=202))
    assert type(await bench.send(PROMPT, budget_s=budget_s)) is NotReached
    assert bench.graph.at == []


# --- tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_", ANY, ids=lambda one: one.action or one.method)
async def test_a_refused_token_is_replaced_once(request_: Request) -> None:
    bench = Bench(Reply(status=401), Reply(status=202))
    assert await bench.send(request_) is None
    assert [sent.headers["authorization"] for sent in bench.graph.requests] == ["Bearer token-1", "Bearer token-2"]
    assert bench.passed_s == 0


async def test_a_fresh_token_that_is_refused_too_is_the_end() -> None:
    bench = Bench(Reply(status=401))
    assert type(await bench.send(PROMPT)) is Unauthorized
    assert len(bench.graph.at) == 2


async def test_a_token_is_replaced_between_other_tries() -> None:
    bench = Bench(Reply(status=429), Reply(status=401), Reply(failure=httpx.ConnectError), Reply(status=202))
    assert await bench.send(PROMPT) is None
    assert [sent.headers["authorization"] for sent in bench.graph.requests] == [
        "Bearer token-1",
        "Bearer token-1",
        "Bearer token-2",
        "Bearer token-2",
    ]


async def test_without_a_token_nothing_is_sent() -> None:
    bench = Bench(Reply(status=202))
    bench.tokens.failure = TokenUnavailable("invalid_client")
    outcome = await bench.send(PROMPT)
    assert (type(outcome), bench.graph.at) == (TokenUnavailable, [])


@pytest.mark.parametrize("hangs_at", [1, 2], ids=["first token", "fresh token"])
async def test_a_token_service_that_hangs_costs_no_more_than_the_budget(hangs_at: int) -> None:
    async def token(tenant_id: str, *, refused: str | None = None) -> str:
        if hangs_at == (1 if refused is None else 2):
            await asyncio.Event().wait()
        return "token"

    bench = Bench(Reply(status=401))
    client = GraphClient(bench.http, ROOT, token, now=bench.clock.now, sleep=bench.clock.sleep)
    with pytest.raises(TokenUnavailable, match="too long"):
        async with asyncio.timeout(5.0):
            await client.send(PROMPT, TENANT, budget_s=0.02)
    assert len(bench.graph.at) == hangs_at - 1


# --- any order of all that --------------------------------------------------------------------------------------------

replies = st.one_of(
    st.builds(Reply, failure=st.sampled_from([httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])),
    st.builds(Reply, failure=st.sampled_from([httpx.ReadTimeout, httpx.ReadError]), acted=st.booleans()),
    st.builds(Reply, status=st.sampled_from([500, 502, 504, 408]), acted=st.booleans()),
    st.builds(Reply, status=st.sampled_from([429, 503]), retry_after=st.integers(0, 4).map(str)),
    st.builds(Reply, status=st.sampled_from([401, 404, 409])),
    st.builds(Reply, status=st.just(202), acted=st.just(True)),
)


@settings(max_examples=300)
@given(st.lists(replies, min_size=1, max_size=8), st.sampled_from(ANY), st.sampled_from([1.0, 5.0, 15.0]))
def test_in_every_order_a_request_is_acted_on_once_and_the_outcome_says_so(
    script: list[Reply], request_: Request, budget_s: float
) -> None:
    async def run() -> tuple[Bench, Any]:
        bench = Bench(*script)
        return bench, await bench.send(request_, budget_s=budget_s)

    bench, outcome = asyncio.run(run())
    given_up = isinstance(outcome, GraphError)
    assert request_.idempotent or bench.graph.acts <= 1
    assert given_up or bench.graph.acts >= 1
    if isinstance(outcome, NotReached | TokenUnavailable):
        assert bench.graph.acts == 0
    if isinstance(outcome, Refused) and not request_.idempotent:
        assert bench.graph.acts == 0
    assert bench.passed_s <= budget_s
    used = [*script, *repeat(script[-1], len(bench.graph.at))]
    for reply, earlier, later in zip(used, bench.graph.at, bench.graph.at[1:], strict=False):
        assert later - earlier >= float(reply.retry_after or 0)


# --- real connections -------------------------------------------------------------------------------------------------


def over_sockets(root: str) -> Bench:
    return Bench(transport=httpx.AsyncHTTPTransport(), root=root)


async def test_a_closed_port_is_not_reached(unused_tcp_port: int) -> None:
    bench = over_sockets(f"http://127.0.0.1:{unused_tcp_port}")
    outcome = await bench.send(PROMPT, budget_s=2.0)
    assert type(outcome) is NotReached
    assert str(unused_tcp_port) not in str(outcome)
    assert 0 < bench.passed_s < 2.0


async def test_a_server_with_the_wrong_certificate_is_not_reached() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    served: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(handle, "localhost", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        outcome = await over_sockets(f"https://localhost:{port}").send(PROMPT, budget_s=1.0)
    assert type(outcome) is NotReached
    assert not any(served)


async def silent(head: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def hangs_up(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def says_half(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 10\r\n\r\n12345")


async def babbles(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


async def dribbles(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("behaves", "budget_s"), [(silent, 0.4), (dribbles, 0.4), (hangs_up, 9.0), (says_half, 9.0), (babbles, 9.0)]
)
async def test_an_answer_that_does_not_come_is_not_asked_for_twice(
    raw_server: Any, behaves: Any, budget_s: float
) -> None:
    raw_server.handle = behaves
    bench = over_sockets(raw_server.base_url)
    async with asyncio.timeout(5.0):
        outcome = await bench.send(PROMPT, budget_s=budget_s)
    await bench.http.aclose()
    assert type(outcome) is OutcomeUnknown
    assert len(raw_server.heads) == 1


async def test_a_hang_up_is_said_again_on_a_new_connection(raw_server: Any) -> None:
    async def second_time_lucky(head: bytes, writer: asyncio.StreamWriter) -> None:
        if raw_server.connections == 1:
            writer.transport.abort()
        else:
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    raw_server.handle = second_time_lucky
    bench = over_sockets(raw_server.base_url)
    assert await bench.send(HangUp(call_id=CALL)) is None
    await bench.http.aclose()
    assert [head.split()[0] for head in raw_server.heads] == [b"DELETE", b"DELETE"]
