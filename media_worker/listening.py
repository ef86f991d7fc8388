"""What is made of the frames that came: mixed, measured, listened to, recorded, handed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from media_worker.audio import MIXED, Records
from media_worker.pipeline.lanes import NO_LANE, Lanes, Lanes_, rounds
from media_worker.pipeline.mixer import mixes
from media_worker.pipeline.tones import Tones
from media_worker.pipeline.tracks import Block, Tracks
from media_worker.pipeline.voices import Voices, decibels
from media_worker.recording import Recording
from media_worker.session import Session
from media_worker.streams import protocol

#: Speakers of all streams together.
MOST_LANES = 1024


class Listening:
    """The receiving side of a worker's sessions, which it looks up by stream."""

    def __init__(self, sessions: Mapping[int, Session], now: Callable[[], float]) -> None:
        self._sessions = sessions
        self._now = now
        self._lanes = Lanes(MOST_LANES, self._opened)
        self._tracks = Tracks(MOST_LANES)
        self._tones = Tones(MOST_LANES)
        self._voices = Voices(MOST_LANES)
        #: What each lane is listened to for.
        self._for_tones = np.zeros(MOST_LANES, bool)
        self._for_voices = np.zeros(MOST_LANES, bool)

    def take(self, frames: Records) -> None:
        """Take the frames of one tick, of all streams."""
        frames = self._with_mixes(frames)
        lanes = self._lanes.of(frames)
        if (lanes == NO_LANE).any():
            frames, lanes = frames[lanes != NO_LANE], lanes[lanes != NO_LANE]
        if not len(lanes):
            return
        self._begin_tracks(frames)
        self._hand_on(frames)
        for chosen in rounds(lanes):
            whole = len(chosen) == len(lanes)  # the only round, and then in order: nothing is to be copied
            part, on = (frames, lanes) if whole else (frames[chosen], lanes[chosen])
            for block in self._tracks.write(on, part["timestamp"], part["pcm"]):
                self._full(block)
            self._listen(on, part)

    def levels(self, stream: int) -> dict[str, float]:
        """How loud each speaker of a stream was last, in decibels of full scale."""
        lanes = self._lanes.of_stream(stream)
        return {str(self._lanes.speaker[lane]): round(decibels(float(self._voices.level[lane])), 1) for lane in lanes}

    def stop_recording(self, stream: int, recording: Recording) -> None:
        """Give a recording what is left of its tracks."""
        for lane in self._lanes.of_stream(stream):
            block = self._tracks.stop(lane)
            if block is not None:
                recording.take(int(self._lanes.speaker[lane]), block)

    def close(self, stream: int) -> None:
        """A session is gone."""
        for lane in self._lanes.close(stream):
            self._tracks.stop(lane)

    def _with_mixes(self, frames: Records) -> Records:
        wanted = [stream for stream, session in self._sessions.items() if session.ask.unmixed and session.wants_mix]
        if not wanted:
            return frames
        return np.concatenate([frames, mixes(frames, np.array(wanted, np.uint32))])

    def _listen(self, lanes: Lanes_, frames: Records) -> None:
        tones, voices = self._for_tones[lanes], self._for_voices[lanes]
        if not (tones | voices).any():
            return
        sound = frames["pcm"].astype(np.float32)
        if tones.any():
            every = bool(tones.all())
            for lane, tone in self._tones.take(lanes if every else lanes[tones], sound if every else sound[tones]):
                self._session(lane).tone(tone, "inBand", self._now())
        if voices.any():
            pcm = frames["pcm"]
            heard = (lanes, pcm, sound) if voices.all() else (lanes[voices], pcm[voices], sound[voices])
            for lane, speaks in self._voices.take(*heard):
                self._session(lane).voice(int(self._lanes.speaker[lane]), speaks)

    def _session(self, lane: int) -> Session:
        return self._sessions[int(self._lanes.stream[lane])]

    def _hand_on(self, frames: Records) -> None:
        """Let voice back ends hear."""
        now = self._now()
        for session in self._sessions.values():
            if session.stream is None:
                continue
            for frame in frames[frames["stream"] == session.opened.stream]:
                speaker = int(frame["speaker"])
                if session.wants_mix and speaker == MIXED:
                    continue  # the back end hears the speakers apart
                participant = None if speaker == MIXED else session.name_of(speaker)
                session.stream.send(protocol.audio(frame["pcm"].tobytes(), at=now, participant=participant))

    def _begin_tracks(self, frames: Records) -> None:
        """Recordings begin with the first frame that comes."""
        for session in self._sessions.values():
            recording = session.recording
            if recording is None or recording.origin is not None:
                continue
            mine = frames[frames["stream"] == session.opened.stream]
            if len(mine):
                recording.origin = int(mine["timestamp"].min())
                for lane in self._lanes.of_stream(session.opened.stream):
                    self._begin_track(recording, lane)

    def _opened(self, lane: int, stream: int, speaker: int) -> None:
        self._tones.reset(lane)
        self._voices.reset(lane)
        session = self._sessions.get(stream)
        heard = session is not None and (speaker != MIXED or not session.ask.unmixed)
        self._for_tones[lane] = heard and session is not None and session.features.in_band_tones
        self._for_voices[lane] = heard and session is not None and session.features.voice_activity
        if session is not None and session.recording is not None:
            self._begin_track(session.recording, lane)

    def _begin_track(self, recording: Recording, lane: int) -> None:
        if recording.origin is not None and recording.wants(int(self._lanes.speaker[lane])):
            self._tracks.start(lane, recording.origin)

    def _full(self, block: Block) -> None:
        session = self._sessions.get(int(self._lanes.stream[block.lane]))
        if session is not None and session.recording is not None:
            session.recording.take(int(self._lanes.speaker[block.lane]), block)
