"""Puts a simulator on loopback sockets, inside the event loop that already runs."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from simulator.certificates import CertificateFiles, server_context, write
from simulator.simulator import Simulator

_HOST = "127.0.0.1"
_BACKLOG = 512
_FAREWELL_S = 1.0  # how long a client may take to agree that TLS ends


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where a simulator is reached."""

    #: http: control plane, recordings, and everything else.
    base_url: str
    #: `GRAPH_BASE_URL` of the bot.
    graph_url: str
    #: `CALLING_OPENID_METADATA` of the bot.
    openid_metadata_url: str
    #: `LOGIN_AUTHORITY` of the bot; https when that was asked for.
    login_url: str
    #: What the bot must trust to speak https to it: the simulator's authority, and the system's roots if asked for.
    ca_file: Path | None


@asynccontextmanager
async def serve(
    simulator: Simulator,
    *,
    https: bool = True,
    port: int = 0,
    https_port: int = 0,
    certificates: CertificateFiles | None = None,
    roots: bool = True,
) -> AsyncGenerator[Addresses]:
    """Serve `simulator` while the block lasts; ports 0 are chosen by the system. The simulator is closed at its end.

    `roots`: whether those who trust it, where no `certificates` are given, trust the system's roots too.
    """
    async with AsyncExitStack() as stack:
        base_url = await stack.enter_async_context(_listening(simulator, port, None))
        simulator.base_url = login_url = base_url
        ca_file = None
        if https:
            ca_file = certificates.ca if certificates else _written(stack, roots)
            context = server_context(certificates)
            login_url = await stack.enter_async_context(_listening(simulator, https_port, context))
        # Closed before its listeners, whatever happens: they wait for requests that only it lets go.
        stack.push_async_callback(simulator.close)
        yield Addresses(
            base_url=base_url,
            graph_url=f"{base_url}/v1.0",
            openid_metadata_url=f"{base_url}/.well-known/openid-configuration",
            login_url=login_url,
            ca_file=ca_file,
        )


def _written(stack: AsyncExitStack, roots: bool) -> Path:
    return write(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulator-"))), roots=roots).ca


class _State(ServerState):
    """What the connections of one listener share, and whether there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = asyncio.Event()
        self.idle.set()


class _Protocol(H11Protocol):
    """uvicorn's protocol that shows requests their transport, so that a fault can drop the connection."""

    server_state: _State

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)
        self.server_state.idle.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if not self.connections:
            self.server_state.idle.set()


@asynccontextmanager
async def _listening(simulator: Simulator, port: int, context: ssl.SSLContext | None) -> AsyncGenerator[str]:
    """One listener with uvicorn's protocol. No uvicorn `Server`: that one owns signals and polls ten times a second."""
    config = uvicorn.Config(
        simulator.app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=120,  # longer than any client keeps an idle connection: closing first would race with reuse
    )
    config.load()
    state = _State()
    loop = asyncio.get_running_loop()
    # The loop makes the socket: it sets TCP_NODELAY only where the protocol number says TCP, and without that every
    # response with a body costs 40 ms.
    server = await loop.create_server(
        lambda: _Protocol(config, state, {}),
        _HOST,
        port,
        ssl=context,
        ssl_shutdown_timeout=_FAREWELL_S if context else None,
        backlog=_BACKLOG,
    )
    bound_port = server.sockets[0].getsockname()[1]
    try:
        yield f"https://localhost:{bound_port}" if context else f"http://{_HOST}:{bound_port}"
    finally:
        server.close()
        for connection in tuple(state.connections):
            connection.shutdown()
        await asyncio.gather(*state.tasks, return_exceptions=True)
        for connection in tuple(state.connections):
            # CPython's TLS transport that was closed twice (by uvicorn, and by the shutdown above) fails to abort.
            with suppress(AttributeError):
                connection.transport.abort()
        await server.wait_closed()
        await state.idle.wait()  # the transports still have to say that they are closed
