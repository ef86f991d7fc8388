"""What the demonstration shows in a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cli.laptop import DEVELOPMENT_KEY, Laptop
from cli.transcript import line_of, prompt_ids, words

JSON = dict[str, Any]

_LINES = 24
_STYLES = {"prompt": "cyan", "key": "bold yellow", "recording": "magenta", "state": "green", "request": "dim"}


def print_call(console: Console, told: JSON) -> None:
    """One call, told from `DemoCall.tell()`."""
    table = _table()
    for line in told["transcript"]:
        table.add_row(f"{line['at_s']:7.2f}", Text(line["what"], style=_STYLES[line["what"]]), words(line))
    console.print(table)
    if recording := told["recording"]:
        console.print(f"Recording: {recording['blob']}, {recording['bytes']} bytes, sha256 {recording['sha256']}")
    for problem in told["problems"]:
        console.print(f"[bold red]Not as scripted:[/] {problem}")
    seconds = told["durations"]
    console.print(f"{told['outcome']}: a call of {seconds['call_s']:g} s, played in {seconds['wall_s']:g} s.")


def _table() -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("s", justify="right")
    table.add_column("what")
    table.add_column("")
    return table


class LiveView:
    """The latest of every call, as it happens, and where everything is."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._lines: list[tuple[float, str, JSON]] = []
        self._ids = prompt_ids(laptop.connections.catalogue)
        self._live = Live(get_renderable=self._render, refresh_per_second=4)

    def __enter__(self) -> LiveView:
        self._laptop.simulator.watchers.append(self._see)
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._laptop.simulator.watchers.remove(self._see)
        self._live.stop()

    def _see(self, call_id: str, entry: JSON) -> None:
        known = any(entry is seen for _, _, seen in self._lines)  # filled in since: a prompt that has ended
        if not known and line_of(entry, self._ids) is not None:
            self._lines.append((entry["at"], call_id, entry))
            del self._lines[:-_LINES]

    def _render(self) -> Group:
        table = _table()
        for at, call_id, entry in self._lines:
            begun = self._laptop.simulator.call(call_id).transcript.entries[0]["at"]
            if line := line_of(entry, self._ids):
                what = Text(line["what"], style=_STYLES[line["what"]])
                table.add_row(f"{at - begun:7.2f}", what, f"{call_id[:8]}  {words(line)}")
        return Group(Panel(self._addresses(), title="Callwright on this machine"), table)

    def _addresses(self) -> str:
        simulator, bot = self._laptop.addresses.base_url, self._laptop.host.base_url
        return (
            f"phone      {simulator}/phone    ring the bot, hear it\n"
            f"console    {bot}/api/console    key: {DEVELOPMENT_KEY}\n"
            f"simulator  {simulator}    transcripts: {simulator}/simulator/calls\n"
            f"bot        {bot}    calls: {bot}/api/calls (header x-development-key: {DEVELOPMENT_KEY})\n"
            f'ring it    curl -X POST {simulator}/simulator/calls -d \'{{"caller": {{"phone": "+442079460000"}}}}\'\n'
            "Ctrl-C ends everything."
        )
