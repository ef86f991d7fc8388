"""The states of a call session; the theory of them is in `calls.table`."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a call session is. The values are what operators read in `customStatus` and in the journal."""

    RINGING = "ringing"
    DECLINING = "declining"
    ANSWERING = "answering"
    PLACING = "placing"
    DIALLING = "dialling"
    SUBSCRIBING = "subscribing"
    PLAYING = "playing"
    INTERRUPTING = "interrupting"
    LISTENING = "listening"
    RECORDING = "recording"
    STAYING = "staying"
    FETCHING = "fetching"
    CONSULTING = "consulting"
    TRANSFERRING = "transferring"
    CUT_OFF = "cut_off"
    HANGING_UP = "hanging_up"
    ENDING = "ending"
    CLOSING = "closing"
    CLOSED = "closed"
