"""How things end: `code` and `subcode` of a `resultInfo`, and the words that go with them.

Source: https://learn.microsoft.com/graph/api/call-delete for ended calls; the calling service's own list for the rest,
which Graph has not confirmed (contract D.2, D.3, K.8). `SimulatorSettings.results` replaces any of them.
"""

from __future__ import annotations

from typing import NamedTuple


class Result(NamedTuple):
    """`code` and `subcode`. In JSON: a list of two numbers."""

    code: int
    subcode: int


#: What happened -> how Graph reports it.
RESULTS: dict[str, Result] = {
    # calls
    "user_hung_up": Result(200, 4521),
    "phone_hung_up": Result(200, 540000),
    "bot_hung_up": Result(200, 7000),
    "keep_alive_lapsed": Result(408, 8537),
    "not_answered": Result(408, 8587),  # unconfirmed
    "not_acknowledged": Result(408, 8586),  # unconfirmed
    "caller_gave_up": Result(487, 0),  # unconfirmed
    "longest_call": Result(500, 560500),  # unconfirmed
    # transfers and redirects
    "transfer_completed": Result(0, 7015),  # the page of DELETE says 200
    "transfer_failed": Result(500, 7000),
    "redirect_declines": Result(603, 0),  # unconfirmed, as the three below
    "redirect_busy": Result(486, 560486),
    "redirect_no_answer": Result(487, 10004),
    "redirect_fails": Result(480, 10037),
    # operations
    "completed": Result(200, 0),
    "cancelled": Result(400, 8508),
    "prompt_download_failed": Result(400, 8536),  # code unconfirmed
    "prompt_format": Result(400, 8535),  # code unconfirmed
    "record_max_duration": Result(200, 8515),
    "record_max_silence": Result(200, 8509),  # code unconfirmed
    "record_stop_tone": Result(200, 8514),  # code unconfirmed
    "record_initial_silence": Result(400, 8510),  # code unconfirmed
    "record_call_ended": Result(200, 8528),  # unconfirmed
}

MESSAGES = {
    0: "Action completed successfully.",
    7015: "GracefulTransferCompleted",
    8508: "Action failed, the operation was cancelled.",
    8509: "Action completed, max silence timeout reached.",
    8510: "Action failed, initial silence timeout reached.",
    8514: "Action completed, stop tone detected.",
    8515: "Action completed, max record duration reached.",
    8535: "Action failed, the file format is invalid.",
    8536: "Action failed, file could not be downloaded.",
}
