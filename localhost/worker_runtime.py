"""The other language worker: Microsoft's own library indexes, checks and invokes the app (Python 3.13 and later).

`azure-functions-runtime` is what runs in Azure from Python 3.13 on: its loader, its validation of signatures, its
binding code, its thread pool. It never ships the protobuf messages that it fills in (the proxy in front of it does),
so plain objects stand in for those. The library keeps one registry per process, and so one app.
"""

from __future__ import annotations

import ast
import importlib
import re
import types
import uuid
from pathlib import Path
from types import ModuleType
from typing import Any

from azure.functions.meta import Datum

from localhost.indexing import AppUnusable, IndexedApp, IndexedFunction, Kind, build, functions_of, import_app
from localhost.worker import FunctionFailed

_LIBRARY = "azure_functions_runtime"
_MESSAGES = ("RpcFunctionMetadata", "RpcRetryOptions", "StatusResult", "WorkerInitResponse")

_loaded: dict[Path, tuple[IndexedApp, dict[str, str]]] = {}


class RuntimeWorker:
    """Microsoft's worker library behind the interface of `localhost.worker.Worker`."""

    def __init__(self, app_dir: Path) -> None:
        folder = app_dir.resolve()
        if folder not in _loaded:
            _loaded[folder] = _load(folder)
        self._app, self._ids = _loaded[folder]
        self._invoke = importlib.import_module(f"{_LIBRARY}.native_invocation").invocation_request_native
        self._datum = importlib.import_module(f"{_LIBRARY}.bindings.datumdef").Datum

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
        inputs = [(function.trigger_parameter, self._converted(trigger))]
        inputs += [(name, self._datum(value=client_json, type="string")) for name in function.client_parameters]
        well, result, _, error, stack = await self._invoke(str(uuid.uuid4()), self._ids[function.name], inputs, {})
        if not well:
            raise FunctionFailed(f" {_as_sent(error or '')}", stack or "")
        return result

    def close(self) -> None:
        """The library's thread pool is the process's."""

    def _converted(self, value: Any) -> Any:
        """The same datum, all the way down, as the library's own type."""
        if isinstance(value, Datum):
            return self._datum(value=self._converted(value.value), type=value.type)
        if isinstance(value, dict):
            return {name: self._converted(each) for name, each in value.items()}
        return value


def _load(folder: Path) -> tuple[IndexedApp, dict[str, str]]:
    """Let the library validate and register every function; the index, and the library's id of each function.

    Raises:
        AppUnusable: the library refuses the app.
    """
    library = importlib.import_module(_LIBRARY)
    loader = importlib.import_module(f"{_LIBRARY}.loader")
    registry = importlib.import_module(f"{_LIBRARY}.handle_event")._functions
    importlib.import_module(f"{_LIBRARY}.bindings.meta").load_binding_registry()
    library.start_threadpool_executor()
    module = import_app(folder)
    functions = functions_of(module)
    try:
        loader.process_indexed_function(_messages(), registry, functions, str(folder))
    except Exception as error:
        raise AppUnusable(str(error)) from error
    ids = {info.name: number for number, info in registry._functions.items()}
    return build(module, functions), ids


def _messages() -> Any:
    class Message:
        def __init__(self, **fields: Any) -> None:
            vars(self).update(fields)

    class BindingInfo(Message):
        in_, out, inout = range(3)
        undefined, string, binary, stream = range(4)

    return types.SimpleNamespace(BindingInfo=BindingInfo, **{name: type(name, (Message,), {}) for name in _MESSAGES})


def _as_sent(error: str) -> str:
    """`ValueError('no')`, as the library reports it, in the words that the gRPC worker sends: `ValueError: no`."""
    found = re.fullmatch(r"(\w+)\((.*)\)", error, re.DOTALL)
    if found is None:
        return error
    if found[1] == "KeyError":  # its text is the repr of the key
        return f"KeyError: {found[2]}"
    try:
        return f"{found[1]}: {ast.literal_eval(found[2])}" if found[2] else f"{found[1]}: "
    except (SyntaxError, ValueError):
        return error
