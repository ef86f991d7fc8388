"""What the bot says on one session: one frame every 20 ms, from whatever was queued last.

The platform needs a steady 50 frames a second; it is given each when its time has come and never ahead, so that what
the bot says stops within 20 ms when it is cleared: when somebody speaks over it (barge-in), or a back end says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from media_worker.audio import FRAMES_PER_S, Pcm, frames

#: What a back end may be ahead of the line: a minute, as voice back ends send a sentence at once.
WAITING_FRAMES = 60 * FRAMES_PER_S


@dataclass(kw_only=True)
class Playback:
    """Something that is played from its beginning to its end."""

    pcm: Pcm
    loop: bool = False
    barge_in: bool = False
    #: Told once: `finished`, `cleared` or `barge_in`, and how many frames were said.
    ended: Callable[[str, int], None]
    said: int = 0


class Player:
    """Says playbacks one after another, and frames that a back end sends as they come."""

    def __init__(self) -> None:
        self._playbacks: deque[Playback] = deque()
        self._fed: deque[bytes] = deque()
        #: Frames that a back end sent too far ahead.
        self.dropped = 0

    @property
    def busy(self) -> bool:
        """Whether there is something to say."""
        return bool(self._playbacks or self._fed)

    @property
    def fed(self) -> int:
        """Frames of a back end that wait."""
        return len(self._fed)

    def play(self, playback: Playback) -> None:
        """Say this when what was queued before has been said."""
        self._playbacks.append(playback)

    def feed(self, pcm: bytes) -> None:
        """Frames of a back end, in its order; the oldest go where more than a minute waits."""
        for frame in frames(pcm):
            if len(self._fed) == WAITING_FRAMES:
                self._fed.popleft()
                self.dropped += 1
            self._fed.append(frame.tobytes())

    def next(self) -> bytes | None:
        """The next 640 bytes; None for silence. Playbacks come before what a back end says."""
        while self._playbacks:
            playback = self._playbacks[0]
            length = len(playback.pcm)
            if playback.said < length or (playback.loop and length):
                frame = playback.pcm[playback.said % length]
                playback.said += 1
                return frame.tobytes()
            self._playbacks.popleft()
            playback.ended("finished", playback.said)
        return self._fed.popleft() if self._fed else None

    def clear(self, why: str = "cleared") -> None:
        """Fall silent at once."""
        playbacks, self._playbacks = self._playbacks, deque()
        self._fed.clear()
        for playback in playbacks:
            playback.ended(why, playback.said)

    def interrupt(self) -> bool:
        """Somebody speaks: what may be interrupted is; whether anything was."""
        if not any(playback.barge_in for playback in self._playbacks):
            return False
        kept = [playback for playback in self._playbacks if not playback.barge_in]
        gone = [playback for playback in self._playbacks if playback.barge_in]
        self._playbacks = deque(kept)
        for playback in gone:
            playback.ended("barge_in", playback.said)
        return True
