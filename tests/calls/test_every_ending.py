"""Every way in which Graph may end a call that is up, by its name: what the record then says."""

from __future__ import annotations

from pathlib import Path

import pytest
from callers import clock_of, finish, laptop_with_flows, play, ring

from cli.laptop import Laptop
from simulator.results import ENDINGS

WELL = "other_hung_up user_hung_up peer_left phone_hung_up phone_disconnected bot_hung_up bot_ended declines"
WELL += " no_answer declined_everywhere answered_elsewhere phone_cancelled caller_gave_up replaced"
BADLY = "not_acknowledged_in_time no_signalling no_endpoint unreachable no_route private_calling_disabled"
BADLY += " media_certificate phone_server_error busy fails offline gone_offline network_lost network_changed"
BADLY += " network_blocked network_unusable spam timed_out bad_identity not_answered not_acknowledged longest_call"
OUTCOMES: dict[str, str] = {
    **dict.fromkeys(WELL.split(), "hung_up"),
    **dict.fromkeys(BADLY.split(), "dropped"),
    "transfer_completed": "moved",
    "removed": "removed",
    "removed_by_other": "removed",
    "conversation_ended": "conversation_ended",
    "conversation_over": "conversation_ended",
    "all_declined": "conversation_ended",
    "all_others_left": "alone",
    "alone": "alone",
    "nobody_in_roster": "alone",
    "nobody_joined": "alone",
    "only_hidden_left": "alone",
    "initiator_left": "initiator_left",
    "no_host": "no_host",
    "breakout_ended": "breakout_ended",
    "lobby_timeout": "lobby_timeout",
    "keep_alive_lapsed": "keepalive_lost",
    "media_lost": "media_lost",
    "bot_media_lost": "media_lost",
    "media_setup_failed": "media_lost",
    "permission_missing": "permission_missing",
}


async def test_every_ending_of_a_call_that_is_up_is_recorded_as_what_it_was(laptop: Laptop) -> None:
    calls = {name: ring(laptop) for name in ENDINGS}
    await clock_of(laptop).advance(3)
    with clock_of(laptop):
        for name, call_id in calls.items():
            laptop.simulator.drop(call_id, name)
    ended = dict(zip(calls, await finish(laptop, *calls.values()), strict=True))
    assert {name: call.record["outcome"] for name, call in ended.items()} == OUTCOMES
    assert {name: (call.record["code"], call.record["subcode"]) for name, call in ended.items()} == ENDINGS


@pytest.mark.parametrize("reason", ["none", "busy", "forbidden"])
async def test_a_call_is_rejected_for_the_reason_of_its_flow(tmp_path: Path, reason: str) -> None:
    flow = f"schema: 1\nid: test\nlocale: en-US\nstart: no\nnodes: {{no: {{kind: reject, reason: {reason}}}}}\n"
    async with laptop_with_flows(tmp_path, test=flow) as laptop:
        call = await play(laptop)
    (request,) = call.call.transcript.of("request")
    assert (request["action"], request["body"]["reason"]) == ("reject", reason)
    assert call.record["outcome"] == "rejected"
