"""How things end: `code` and `subcode` of a `resultInfo`, and the words that go with them.

Source: https://learn.microsoft.com/graph/api/call-delete for ended calls; the calling service's own list for the rest,
which Graph has not confirmed. `SimulatorSettings.results` replaces any of them.
"""

from __future__ import annotations

from typing import NamedTuple


class Result(NamedTuple):
    """`code` and `subcode`. In JSON: a list of two numbers."""

    code: int
    subcode: int


#: How calls end -> how Graph reports it. Anybody who is rung may decline with one of these (`Target.outcome`), and
#: `POST /simulator/calls/{id}/drop` ends a call with any of them.
ENDINGS: dict[str, Result] = {
    # by somebody on the line; Graph's own page, as all down to the next remark
    "other_hung_up": Result(200, 4097),
    "user_hung_up": Result(200, 4521),
    "peer_left": Result(200, 18503),
    "phone_hung_up": Result(200, 540000),
    "phone_disconnected": Result(200, 560000),
    "bot_hung_up": Result(200, 7000),
    "bot_ended": Result(200, 10550),
    "transfer_completed": Result(0, 7015),  # the page of DELETE says 200
    # group calls and meetings
    "removed": Result(200, 5300),
    "removed_by_other": Result(200, 5000),
    "conversation_ended": Result(200, 5001),
    "conversation_over": Result(200, 5003),
    "all_others_left": Result(200, 5002),
    "initiator_left": Result(200, 5007),
    "alone": Result(200, 5010),
    "nobody_in_roster": Result(200, 5012),
    "nobody_joined": Result(200, 5013),
    "no_host": Result(200, 5014),
    "only_hidden_left": Result(200, 5020),
    "breakout_ended": Result(200, 5030),
    "lobby_timeout": Result(200, 5855),
    # signalling and media
    "not_acknowledged_in_time": Result(408, 1106),
    "keep_alive_lapsed": Result(408, 8537),
    "no_signalling": Result(408, 10057),
    "media_lost": Result(410, 301005),
    "no_endpoint": Result(480, 10037),
    "unreachable": Result(480, 10076),
    "no_route": Result(480, 10134),
    "private_calling_disabled": Result(480, 10199),
    "bot_media_lost": Result(500, 1005),
    # seen in logs of real calls
    "media_certificate": Result(500, 7106),
    "phone_server_error": Result(500, 560500),
    # the calling service's own list; unconfirmed on Graph, as everything below
    "declines": Result(603, 0),
    "busy": Result(486, 560486),
    "no_answer": Result(487, 10004),
    "fails": Result(480, 10037),
    "declined_everywhere": Result(487, 10024),
    "all_declined": Result(0, 5003),
    "answered_elsewhere": Result(487, 10003),
    "offline": Result(480, 10077),
    "gone_offline": Result(480, 10078),
    "phone_cancelled": Result(487, 540487),
    "media_setup_failed": Result(410, 301004),
    "network_lost": Result(410, 3100),
    "network_changed": Result(410, 3101),
    "network_blocked": Result(410, 3111),
    "network_unusable": Result(410, 3112),
    "spam": Result(403, 510403),
    "timed_out": Result(408, 4506),
    "bad_identity": Result(401, 10009),
    "caller_gave_up": Result(487, 0),
    "not_answered": Result(408, 8587),
    "not_acknowledged": Result(408, 8586),
    "longest_call": Result(500, 560500),
    "permission_missing": Result(403, 7504),
    "replaced": Result(200, 4521),
}

#: How everything else turns out.
_OTHERS: dict[str, Result] = {
    "transfer_failed": Result(500, 7000),
    "consultation_failed": Result(500, 7700),
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
    # invitations; the calling service's own list, unconfirmed
    "invite_declines": Result(603, 8538),
    "invite_busy": Result(486, 8539),
    "invite_no_answer": Result(408, 8541),
    "invite_fails": Result(480, 8544),
    "invite_cancelled": Result(487, 8542),
}


class NoSuchEnding(ValueError):
    """No call ends so."""

    def __str__(self) -> str:
        return f"no call ends with {self.args[0]!r}; it is one of {', '.join(ENDINGS)}"


#: What happened -> how Graph reports it.
RESULTS: dict[str, Result] = {**ENDINGS, **_OTHERS}

#: What becomes of a telephone that rings: it is answered, it rings until somebody acts, or one of `ENDINGS`.
OUTCOMES = frozenset({"answers", "waits", *ENDINGS})

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
    8537: "The call keep alive timed out.",
}
