"""Runs the app's functions in this process, the way Microsoft's language worker does.

The worker's part of the bargain: import `function_app.py` with its folder last on `sys.path`, index it once, check
every signature against its bindings, and for each invocation decode the trigger with the converters of
azure-functions, call the function, encode what it returned.

Sync functions run in a thread pool, as in the worker, but for orchestrators and entities: those are pure computation
under the interpreter lock, a thread would only add a hand-over to each episode, and inline they are deterministic.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import functools
import os
import threading
import traceback
import uuid
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import azure.functions as func
from azure.functions.meta import Datum

from localhost.indexing import IndexedApp, IndexedFunction, Kind, index


class FunctionFailed(Exception):
    """A function raised. Its text is what the host reads between "Exception:" and "Stack:" of the worker's answer."""

    def __init__(self, message: str, stack: str) -> None:
        super().__init__(message)
        self.stack = stack

    @classmethod
    def of(cls, error: BaseException) -> FunctionFailed:
        """As the worker would report `error`."""
        return cls(f" {type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


class Worker(Protocol):
    """What the host needs of a language worker; `worker_runtime` is the other one."""

    @property
    def module(self) -> ModuleType:
        """The imported `function_app`."""
        ...

    @property
    def functions(self) -> dict[str, IndexedFunction]:
        """Every function by its name."""
        ...

    def find(self, name: str, kind: Kind) -> IndexedFunction | None:
        """The orchestrator, activity or entity of that name (case does not count), or None."""
        ...

    async def invoke(self, function: IndexedFunction, trigger: Datum, *, client_json: str) -> Datum | None:
        """Call the function; what it returned, encoded.

        `client_json` is the value of its durable client bindings.

        Raises:
            FunctionFailed: it raised, or its input or output does not fit its bindings.
        """
        ...

    def close(self) -> None:
        """Let go of the threads. What still runs in one is abandoned."""
        ...


class InProcessWorker:
    """The real decorators, the real converters, this interpreter."""

    def __init__(self, app_dir: Path) -> None:
        self._app: IndexedApp = index(app_dir)
        threads = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT")
        self._pool = concurrent.futures.ThreadPoolExecutor(int(threads) if threads else None, "function")

    @property
    def module(self) -> ModuleType:
        """The imported `function_app`."""
        return self._app.module

    @property
    def functions(self) -> dict[str, IndexedFunction]:
        """Every function by its name."""
        return self._app.functions

    def find(self, name: str, kind: Kind) -> IndexedFunction | None:
        """The orchestrator, activity or entity of that name (case does not count), or None."""
        return self._app.durable[kind].get(name.lower())

    async def invoke(self, function: IndexedFunction, trigger: Datum, *, client_json: str) -> Datum | None:
        """Call the function; what it returned, encoded. See `Worker.invoke`."""
        try:
            arguments = self._arguments(function, trigger, client_json)
            result = await self._call(function, arguments)
            return _encoded(function, result)
        except Exception as error:
            raise FunctionFailed.of(error) from error

    def close(self) -> None:
        """Let go of the threads. What still runs in one is abandoned."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _arguments(self, function: IndexedFunction, trigger: Datum, client_json: str) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            function.trigger_parameter: function.converter.decode(trigger, trigger_metadata={})
        }
        for parameter in function.client_parameters:
            arguments[parameter] = client_json
        if function.wants_context:
            arguments["context"] = _Context(function.name, function.directory)
        return arguments

    async def _call(self, function: IndexedFunction, arguments: dict[str, Any]) -> Any:
        if function.is_async:
            return await function.call(**arguments)
        if function.kind in ("orchestrator", "entity"):
            return function.call(**arguments)
        call = functools.partial(contextvars.copy_context().run, function.call, **arguments)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


def _encoded(function: IndexedFunction, result: Any) -> Datum | None:
    if result is not None and not function.has_return:
        raise RuntimeError(f"function {function.name!r} without a $return binding returned a non-None value")
    if not function.has_return:
        return None
    try:
        return function.return_converter.encode(result, expected_type=function.return_annotation)
    except NotImplementedError:
        kind = type(result).__name__
        raise TypeError(f"unable to encode outgoing TypedData: unsupported Python type {kind!r}") from None


class _Context(func.Context):
    """What a parameter called `context` is given."""

    def __init__(self, name: str, directory: str) -> None:
        self._name, self._directory = name, directory
        self._invocation_id = str(uuid.uuid4())
        self._local = threading.local()

    @property
    def invocation_id(self) -> str:
        return self._invocation_id

    @property
    def thread_local_storage(self) -> Any:
        return self._local

    @property
    def function_name(self) -> str:
        return self._name

    @property
    def function_directory(self) -> str:
        return self._directory

    @property
    def trace_context(self) -> Any:
        return None

    @property
    def retry_context(self) -> Any:
        return None
