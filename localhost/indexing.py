"""Reads an app as the language worker does: imports `function_app.py`, takes its functions, checks every signature.

The index is made once per process and folder: `get_functions()` of azure-functions cannot be called twice, so every
Host of one process shares it, and with it the module and what the module holds.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import azure.functions as func

Kind = Literal["orchestrator", "activity", "entity", "http", "timer", "other"]

_KINDS: dict[str, Kind] = {
    "orchestrationTrigger": "orchestrator",
    "activityTrigger": "activity",
    "entityTrigger": "entity",
    "httpTrigger": "http",
    "timerTrigger": "timer",
}
# A durable function may be known under another name than the Python function's: this attribute of its trigger.
_ALIASES = {"orchestrator": "orchestration", "activity": "activity", "entity": "entity_name"}

_indexed: dict[Path, IndexedApp] = {}


class AppUnusable(Exception):
    """`function_app.py` cannot be imported or indexed, or a function's parameters do not fit its bindings."""


@dataclass(frozen=True, kw_only=True)
class IndexedFunction:
    """One function, checked, with all that an invocation needs."""

    name: str
    kind: Kind
    call: Callable[..., Any]
    is_async: bool
    trigger: Any  # the decorator's binding object: route, schedule, ...
    trigger_parameter: str
    client_parameters: tuple[str, ...]
    wants_context: bool
    has_return: bool
    converter: Any
    return_converter: Any
    return_annotation: type | None
    directory: str


@dataclass(frozen=True, kw_only=True)
class IndexedApp:
    """The app: its module, its functions by name, the durable ones by kind and lower-case name."""

    module: ModuleType
    functions: dict[str, IndexedFunction]
    durable: dict[Kind, dict[str, IndexedFunction]]


def index(app_dir: Path) -> IndexedApp:
    """The index of the app in that folder, made at the first call.

    Raises:
        AppUnusable: the worker would refuse it; the text says which function and why.
    """
    folder = app_dir.resolve()
    if folder not in _indexed:
        module = import_app(folder)
        _indexed[folder] = build(module, functions_of(module))
    return _indexed[folder]


def import_app(folder: Path) -> ModuleType:
    """Import `function_app.py` of the folder, the folder last on `sys.path` as in the worker.

    Raises:
        AppUnusable: there is no such file.
    """
    source = folder / "function_app.py"
    if not source.is_file():
        raise AppUnusable(f"{folder} holds no function_app.py.")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    spec = importlib.util.spec_from_file_location("function_app", source)
    if spec is None or spec.loader is None:
        raise AppUnusable(f"{source} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get("function_app")
    sys.modules["function_app"] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules["function_app"]
        if before is not None:
            sys.modules["function_app"] = before
        raise
    return module


def functions_of(module: ModuleType) -> list[Any]:
    """The functions of the module's one top-level app.

    Raises:
        AppUnusable: none or several apps, or two functions of one name.
    """
    apps = {id(value): value for value in vars(module).values() if isinstance(value, func.FunctionRegister)}
    if len(apps) != 1:
        raise AppUnusable(f"{module.__file__} must hold exactly one top-level function app; it holds {len(apps)}.")
    (app,) = apps.values()
    try:
        return app.get_functions()
    except ValueError as error:
        raise AppUnusable(f"{module.__file__}: {error}") from error


def build(module: ModuleType, functions: list[Any]) -> IndexedApp:
    """Check every function and put it in its place.

    Raises:
        AppUnusable: a function's parameters or annotations do not fit its bindings.
    """
    durable: dict[Kind, dict[str, IndexedFunction]] = {"orchestrator": {}, "activity": {}, "entity": {}}
    by_name: dict[str, IndexedFunction] = {}
    for each in functions:
        function = _checked(each)
        by_name[function.name] = function
        if function.kind in durable:
            alias = getattr(function.trigger, _ALIASES[function.kind], None)
            durable[function.kind][(alias or function.name).lower()] = function
    return IndexedApp(module=module, functions=by_name, durable=durable)


def _checked(function: Any) -> IndexedFunction:
    name: str = function.get_function_name()
    call = function.get_user_function()
    trigger = function.get_trigger()
    if trigger is None:
        raise AppUnusable(f"cannot load the {name} function: it has no trigger.")
    bindings = function.get_bindings()
    annotations = typing.get_type_hints(call)
    parameters = set(inspect.signature(call).parameters)
    bound = {binding.name: binding for binding in bindings if binding.name != "$return"}
    wants_context = "context" in parameters and "context" not in bound
    if wants_context:
        parameters.remove("context")
    if unbound := parameters - set(bound):
        raise AppUnusable(
            f"cannot load the {name} function: the following parameters are declared in Python but not in the "
            f"function decorators: {sorted(unbound)}"
        )
    if missing := set(bound) - parameters:
        raise AppUnusable(
            f"cannot load the {name} function: the following parameters are declared as bindings but are not present "
            f"in Python: {sorted(missing)}"
        )
    for parameter, binding in bound.items():
        if parameter in annotations:
            _check_annotation(name, parameter, binding.get_binding_name(), annotations[parameter])
    returned = next((binding for binding in bindings if binding.name == "$return"), None)
    kind = trigger.get_binding_name()
    converter = _converter(kind)
    return IndexedFunction(
        name=name,
        kind=_KINDS.get(kind, "other"),
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        trigger=trigger,
        trigger_parameter=trigger.name,
        client_parameters=tuple(n for n, b in bound.items() if b.get_binding_name() == "durableClient"),
        wants_context=wants_context,
        has_return=returned is not None or _has_implicit_output(converter),
        converter=converter,
        return_converter=converter if returned is None else _converter(returned.get_binding_name()),
        return_annotation=annotations.get("return"),
        directory=str(Path(inspect.getfile(call)).parent),
    )


def _check_annotation(function: str, parameter: str, binding: str, annotation: Any) -> None:
    """The worker's rules for the type of a parameter."""
    if typing.get_origin(annotation) is not None or not isinstance(annotation, type):
        raise AppUnusable(
            f"cannot load the {function} function: binding {parameter} has invalid non-type annotation {annotation!r}; "
            "the worker takes plain classes only."
        )
    converter = _converter(binding)
    generic = annotation in (str, bytes) and not _has_implicit_output(converter)
    if not generic and not converter.check_input_type_annotation(annotation):
        raise AppUnusable(
            f"cannot load the {function} function: type of {parameter} binding in the binding decorator "
            f'"{binding}" does not match its Python annotation "{annotation.__name__}"'
        )


def _converter(binding: str) -> Any:
    registry: Any = func.get_binding_registry()
    converter = registry.get(binding)
    if converter is None:
        raise AppUnusable(f"The binding {binding!r} is not one this host serves.")
    return converter


def _has_implicit_output(converter: Any) -> bool:
    return bool(getattr(converter, "has_implicit_output", lambda: False)())
