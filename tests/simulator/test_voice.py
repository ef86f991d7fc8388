"""Silence and speech: numbers, and agreement with a recorder that listens frame by frame."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.audio import WrongFormat, duration_s, pcm_of, spoken, wav_of
from simulator.voice import Voice, recording_end

FRAME_S = 0.02


def test_a_wav_survives_unwrapping_and_wrapping(make_wav):
    wav = make_wav((0.3, 0.5))
    assert wav_of(pcm_of(wav)) == wav
    assert duration_s(pcm_of(wav)) == pytest.approx(0.3)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"not a wav at all"])
def test_what_is_no_wav_is_refused(data):
    with pytest.raises(WrongFormat):
        pcm_of(data)


def test_speech_is_found_to_the_frame(make_wav):
    pcm = pcm_of(make_wav((0.5, 0.0), (1.0, 0.3), (0.7, 0.0), (0.2, 0.01), (0.6, 0.001)))
    # 0.01 of full scale is -43 dBFS (a sine: 3 dB less than its peak), 0.001 is -63
    assert spoken(pcm, -45.0) == (pytest.approx((0.5, 1.5)), pytest.approx((2.2, 2.4)))
    assert spoken(pcm, -40.0) == (pytest.approx((0.5, 1.5)),)
    assert spoken(b"", -45.0) == ()


def test_saying_something_new_breaks_off_the_old(make_wav):
    voice = Voice()
    voice.say(pcm_of(make_wav((2.0, 0.5))), 100.0)
    voice.say(pcm_of(make_wav((0.5, 0.0), (0.5, 0.5))), 101.0)
    assert voice.spoken(100.5, -45.0) == [pytest.approx((100.5, 101.0)), pytest.approx((101.5, 102.0))]
    assert len(voice.pcm(100.5, 103.0)) == round(2.5 * 32_000)
    assert voice.pcm(99.0, 100.0) == bytes(32_000)


def frame_by_frame(frames, initial_s, silence_s, longest_s):
    """A recorder as one would build it in hardware: look at each 20 ms as they come."""
    said, quiet = False, 0
    for index in range(round(longest_s / FRAME_S)):
        if index < len(frames) and frames[index]:
            said, quiet = True, 0
        else:
            quiet += 1
        if not said and quiet == round(initial_s / FRAME_S):
            return (index + 1) * FRAME_S, "initial_silence"
        if said and quiet == round(silence_s / FRAME_S):
            return (index + 1) * FRAME_S, "max_silence"
    return float(longest_s), "max_duration"


@settings(deadline=None)
@given(
    runs=st.lists(st.tuples(st.booleans(), st.integers(1, 120)), max_size=8),
    initial_s=st.integers(1, 4),
    silence_s=st.integers(1, 4),
    longest_s=st.integers(1, 8),
)
def test_the_computed_end_is_the_one_a_listener_finds(runs, initial_s, silence_s, longest_s):
    frames = [loud for loud, count in runs for _ in range(count)]
    intervals, start = [], None
    for index, loud in enumerate([*frames, False]):
        if loud and start is None:
            start = index
        elif not loud and start is not None:
            intervals.append((start * FRAME_S, index * FRAME_S))
            start = None
    end, reason = recording_end(
        intervals, 0.0, initial_silence_s=initial_s, max_silence_s=silence_s, max_duration_s=longest_s
    )
    expected, why = frame_by_frame(frames, initial_s, silence_s, longest_s)
    assert end == pytest.approx(expected, abs=1e-6)
    assert reason == why or end == pytest.approx(longest_s)  # at the same moment either reason is right


def test_live_speech_has_no_gaps_however_its_pieces_arrive(make_wav):
    pcm = pcm_of(make_wav((1.0, 0.5)))
    pieces = [pcm[at : at + 6400] for at in range(0, len(pcm), 6400)]
    voice = Voice()
    voice.say(pieces[0], 10.2)
    for piece, arrives in zip(pieces[1:], (10.35, 10.7, 10.71, 11.1), strict=True):
        voice.go_on(piece, arrives)
    assert voice.pcm(10.2, 11.2) == pcm
    voice.go_on(pcm, 20.0)  # after a pause it begins when it comes
    assert voice.spoken(12.0, -45.0)[0][0] == pytest.approx(20.0)


def test_the_first_piece_of_live_speech_begins_when_it_comes(make_wav):
    voice = Voice()
    voice.go_on(pcm_of(make_wav((0.5, 0.5))), 3.0)
    assert voice.spoken(0.0, -45.0) == [pytest.approx((3.0, 3.5))]
