"""Recordings: blocks of ten seconds on their way to Blob Storage, and what another process makes of them after a crash.

A track is a WAV blob: blocks are staged as they fill, the header last, because only then its length is known; the
commit names the header first. So until then nothing is there that looks like a recording and is none, and after a crash
everything is there but what had not filled its block.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from media_worker import wav
from media_worker.audio import FRAME_BYTES, MIXED, RATE
from media_worker.pipeline.tracks import BLOCK_BYTES, Block
from media_worker.staging import Staging, StagingFailed

Layout = Literal["mixed", "perSpeaker"]

HEADER = "header--"
#: Blocks of one recording that wait for storage: 5 minutes of one track, 10 MB.
WAITING_BLOCKS = 30
TRIES = 5
FIRST_PAUSE_S = 0.5
BLOCK_S = 10
BLOCKS_PER_MINUTE = 60 // BLOCK_S

log = logging.getLogger("media_worker.recording")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One blob of a recording that is there."""

    name: str
    #: Media source id, or `mixed`.
    track: str
    #: From the beginning of the recording to that of this blob.
    starts_at_s: float
    seconds: float
    bytes: int
    #: Blocks in whose place there is silence because storage was away too long.
    lost_blocks: int


@dataclass(kw_only=True)
class _Blob:
    name: str
    staged: dict[int, int] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)


class Recording:
    """One recording of a session, with a track for the mix or for each speaker.

    `finished` is told of each segment. `segment_minutes`: how long one blob is; None for the whole in one.
    """

    def __init__(
        self,
        *,
        session_id: str,
        number: int,
        layout: Layout,
        segment_minutes: int | None,
        staging: Staging,
        finished: Callable[[Segment], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.layout = layout
        #: Timestamp of its beginning: of the first frame that came since.
        self.origin: int | None = None
        self._prefix = f"recordings/{session_id}/{number}"
        self._blocks_per_segment = None if segment_minutes is None else segment_minutes * BLOCKS_PER_MINUTE
        self._staging = staging
        self._finished = finished
        self._sleep = sleep
        self._waiting: deque[tuple[str, Block]] = deque()
        self._blobs: dict[tuple[str, int], _Blob] = {}
        self._wake = asyncio.Event()
        self._closing = False
        #: Blocks that were dropped while storage was away.
        self.lost_blocks = 0
        self._task = asyncio.get_running_loop().create_task(self._upload())

    def wants(self, speaker: int) -> bool:
        """Whether a lane of this speaker is a track of it."""
        return (speaker == MIXED) == (self.layout == "mixed")

    def take(self, speaker: int, block: Block) -> None:
        """A block is full; never waits. The oldest is dropped where storage does not keep up."""
        if len(self._waiting) == WAITING_BLOCKS:
            self._waiting.popleft()
            self.lost_blocks += 1
        self._waiting.append(("mixed" if speaker == MIXED else str(speaker), block))
        self._wake.set()

    async def close(self) -> None:
        """Nothing more comes: write what waits, and the headers."""
        self._closing = True
        self._wake.set()
        await self._task

    def abandon(self) -> None:
        """As when the process dies: what was staged stays staged."""
        self._task.cancel()

    async def _upload(self) -> None:
        while True:
            while self._waiting:
                track, block = self._waiting.popleft()
                await self._stage(track, block)
            if self._closing:
                break
            self._wake.clear()
            await self._wake.wait()
        for blob in list(self._blobs.values()):
            await self._commit(blob)

    async def _stage(self, track: str, block: Block) -> None:
        segment = 0 if self._blocks_per_segment is None else block.number // self._blocks_per_segment
        for key in [key for key in self._blobs if key[0] == track and key[1] < segment]:
            await self._commit(self._blobs.pop(key))
        name = f"{self._prefix}/{track}.{segment}.wav"
        blob = self._blobs.setdefault((track, segment), _Blob(name=name))
        if await self._persist(lambda: self._staging.stage(name, block_id(block.number), block.pcm)):
            blob.staged[block.number] = len(block.pcm)
        else:
            blob.lost.add(block.number)
            self.lost_blocks += 1

    async def _commit(self, blob: _Blob) -> None:
        if not blob.staged:
            return

        async def commit() -> None:
            segment = await finish(self._staging, blob.name, blob.staged, lost_blocks=len(blob.lost))
            self._finished(segment)

        if not await self._persist(commit):
            log.error("%s was staged and could not be committed; recovery will find it", blob.name)

    async def _persist(self, act: Callable[[], Awaitable[None]]) -> bool:
        """Do it, again and again within half a minute; whether it was done."""
        pause = FIRST_PAUSE_S
        for left in reversed(range(TRIES)):
            try:
                await act()
            except StagingFailed as failure:
                log.warning("storage: %s", failure)
                if left:
                    await self._sleep(pause)
                    pause *= 2
            else:
                return True
        return False


def block_id(number: int) -> str:
    """The name of a block; all are equally long, as storage wants it."""
    return f"{number:08d}"


async def finish(staging: Staging, name: str, staged: dict[int, int], *, lost_blocks: int = 0) -> Segment:
    """Make a WAV of the blocks that are staged, silence between them. Raises `StagingFailed`; may be repeated."""
    first = min(staged)
    silent = [number for number in range(first, max(staged)) if number not in staged]
    for number in silent:
        await staging.stage(name, block_id(number), bytes(BLOCK_BYTES))
    sizes = {**staged, **dict.fromkeys(silent, BLOCK_BYTES)}
    size = sum(sizes.values())
    await staging.stage(name, HEADER, wav.header(size))
    order = [HEADER, *(block_id(number) for number in sorted(sizes))]
    segment = Segment(
        name=name,
        track=name.rsplit("/", 1)[-1].partition(".")[0],
        starts_at_s=first * BLOCK_S,
        seconds=size / 2 / RATE,
        bytes=size,
        lost_blocks=lost_blocks,
    )
    metadata = {"startsAtS": f"{segment.starts_at_s:g}", "lostBlocks": str(lost_blocks)}
    await staging.commit(name, order, "audio/wav", metadata)
    return segment


async def recover(staging: Staging, session_id: str) -> list[Segment]:
    """Commit what a worker that is gone had staged of a session. Raises `StagingFailed`; may be repeated."""
    recovered = []
    for name in await staging.unfinished(f"recordings/{session_id}/"):
        blocks = await staging.staged(name)
        staged = {int(block): size for block, size in blocks.items() if block != HEADER and size % FRAME_BYTES == 0}
        if staged:
            recovered.append(await finish(staging, name, staged))
    return recovered
