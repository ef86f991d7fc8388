"""The Windows service `CallwrightMedia`. **It has never run on Windows.**

Installed by `install.ps1`; `python -m media_worker.windows.service` is what the service control manager starts.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

from media_worker.serving import serve
from media_worker.settings import WorkerSettings

NAME = "CallwrightMedia"


class Running:
    """The worker on a thread of its own: service control must be answered on another."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="media")
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end."""
        self._loop.call_soon_threadsafe(self._stop.set)

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(serve(WorkerSettings.from_mapping(os.environ), self._stop))
        except BaseException as failure:  # shown to the service control manager, which starts it again
            self.failure = failure


def service_class() -> Any:
    """The class that pywin32 runs; made here, since pywin32 is on Windows only."""
    import win32serviceutil  # pyright: ignore[reportMissingModuleSource, reportMissingImports]

    class MediaService(win32serviceutil.ServiceFramework):  # pyright: ignore[reportUntypedBaseClass]
        """What the service control manager knows."""

        _svc_name_ = NAME
        _svc_display_name_ = "Callwright media worker"

        def __init__(self, arguments: list[str]) -> None:
            super().__init__(arguments)
            self._running = Running()

        def SvcStop(self) -> None:
            """Recordings are written and events delivered first."""
            self.ReportServiceStatus(3, waitHint=30_000)  # stop pending
            self._running.stop()

        def SvcDoRun(self) -> None:
            """Run until stopped; a failure ends the process, so that recovery starts it again."""
            self._running.start()
            self._running.join()
            if self._running.failure is not None:
                raise self._running.failure

    return MediaService


if __name__ == "__main__":
    import win32serviceutil  # pyright: ignore[reportMissingModuleSource, reportMissingImports]

    win32serviceutil.HandleCommandLine(service_class())
