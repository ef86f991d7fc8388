"""Single-threaded tasks whose continuations run at once.

DTFx drives an orchestration with a synchronous task scheduler: completing a task runs what waits for it, to the next
wait, before anything else happens. asyncio would put a queue in between; these do not.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import Any


class Cancelled(Exception):
    """The timer was cancelled before it fired."""


class Promise:
    """A value that will come, or an error."""

    __slots__ = ("_callbacks", "_done", "_error", "_value")

    def __init__(self) -> None:
        self._done = False
        self._value: Any = None
        self._error: Exception | None = None
        self._callbacks: list[Callable[[], None]] = []

    @property
    def done(self) -> bool:
        """Whether the value or the error is there."""
        return self._done

    @property
    def error(self) -> Exception | None:
        """What it failed with, if it did."""
        return self._error

    def keep(self, value: Any = None) -> None:
        """Fulfil it; a promise that is already settled stays as it is."""
        self._settle(value, None)

    def fail(self, error: Exception) -> None:
        """Break it; a promise that is already settled stays as it is."""
        self._settle(None, error)

    def then(self, callback: Callable[[], None]) -> None:
        """Call `callback` once settled: now, if it already is."""
        if self._done:
            callback()
        else:
            self._callbacks.append(callback)

    def _settle(self, value: Any, error: Exception | None) -> None:
        if self._done:
            return
        self._done, self._value, self._error = True, value, error
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def __await__(self) -> Generator[Promise, None, Any]:
        if not self._done:
            yield self
        if self._error is not None:
            raise self._error
        return self._value


def kept(value: Any = None) -> Promise:
    """A promise that is already fulfilled."""
    promise = Promise()
    promise.keep(value)
    return promise


def run(coroutine: Coroutine[Promise, None, Any]) -> Promise:
    """Run the coroutine up to its first open promise, and on from there whenever that is settled."""
    outcome = Promise()

    def step() -> None:
        try:
            waits_for = coroutine.send(None)
        except StopIteration as stop:
            outcome.keep(stop.value)
        except Exception as error:
            outcome.fail(error)
        else:
            waits_for.then(step)

    step()
    return outcome


def all_of(promises: list[Promise]) -> Promise:
    """Task.WhenAll: settled once every one is, failed if any failed."""
    outcome = Promise()

    def check() -> None:
        if all(promise.done for promise in promises):
            errors = [promise.error for promise in promises if promise.error is not None]
            outcome.fail(errors[0]) if errors else outcome.keep()

    if not promises:
        outcome.keep()
    for promise in promises:
        promise.then(check)
    return outcome


def any_of(promises: list[Promise]) -> Promise:
    """Task.WhenAny: fulfilled with the first one settled, however it ended.

    Raises:
        ValueError: there is nothing to wait for.
    """
    if not promises:
        raise ValueError("The tasks argument contains no tasks.")
    outcome = Promise()
    for promise in promises:
        promise.then(outcome.keep)
    return outcome
