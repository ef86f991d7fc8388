"""Whatever Graph's notifications look like on the wire, the call is the same."""

from __future__ import annotations

from typing import Any

import pytest
from callers import OPERATOR, Played, hears, is_recorded, play, speech, waits

from cli.laptop import Laptop

ZOE = {"user": {"id": "0c1f5b00-5555-4a2b-9c3d-0000000020e0", "displayName": "Zoë – “Øre” Ünal"}}
QUIRKS: list[dict[str, Any]] = [
    {},
    {"webhook_charset": "Windows-1252"},
    {"id_form": "upper_hex"},
    {"id_form": "mixed"},
    {"state_case": "pascal", "operation_status_case": "pascal"},
    {"result_code_form": "string", "subcode_key": "subCode"},
    {"identity_set_type": "communicationsIdentitySet", "participant_id_key": "participantId"},
    {"resource_url_leading_slash": False, "resource_included": False},
    {"resource_data_as_list": True},
    {"duplicate_notifications": True},
    {"duplicate_notifications": True, "resend_message_id": "same"},
    {"batch_size": 8, "batch_wait_s": 0.05},
    {"legacy_first": True},
    {"reorder_probability": 0.3},
    {"webhook_issuer": "https://graph.microsoft.com"},
    {"callback_uri_optional": False},
    {"prompt_cache": "none"},
    {"stop_tone_notified": False},
    {"play_on_hang_up": "silent"},
    {"establishing_delay_s": 0.0, "established_delay_s": 0.0, "media_delay_s": 0.0, "beep_s": 0.0},
    {"establishing_delay_s": 3.0, "established_delay_s": 5.0, "media_delay_s": 6.0, "terminating_delay_s": 8.0},
]
ALL_AT_ONCE: dict[str, Any] = {
    name: value
    for quirk in QUIRKS
    for name, value in quirk.items()
    if not name.endswith("_s") and name not in ("batch_size", "webhook_issuer", "reorder_probability")
}


async def reference_call(laptop: Laptop, **quirks: Any) -> Played:
    """An account number, a transfer that comes back, a message that a key ends, and goodbye."""
    laptop.simulator.change_settings(targets={OPERATOR: {"outcome": "declines"}}, **quirks)
    return await play(
        laptop,
        hears("main-menu", press="2"),
        hears("enter-account", press="1234#"),
        hears("account-known", press="0"),
        is_recorded(after=0.5, say=speech(9.0)),
        waits(4, press="#"),
        caller=ZOE,
    )


NODES = ["pick-up", "greeting", "main-menu", "account-number", "look-up", "account-known", "main-menu", "operator"]
NODES += ["operator-away", "voicemail", "voicemail-saved", "goodbye"]


@pytest.mark.parametrize("quirks", [*QUIRKS, ALL_AT_ONCE], ids=lambda quirks: ", ".join(quirks) or "none")
async def test_the_call_is_the_same_whatever_its_notifications_look_like(
    laptop: Laptop, quirks: dict[str, Any]
) -> None:
    call = await reference_call(laptop, **quirks)
    assert call.record["nodes"] == NODES
    assert (call.record["outcome"], call.recording["status"]) == ("completed", "saved")
    assert (call.record["caller"], call.record["called"]) == ("user", "application")
    assert call.heard[-2:] == ["voicemail-thanks", "goodbye"]
    assert call.call.transcript.of("prompt")[-1]["cut_short_by"] is None


async def test_the_legacy_form_is_asked_for_again_in_graphs_own(laptop: Laptop) -> None:
    laptop.simulator.change_settings(legacy_first=True)
    call = await play(laptop, hears("greeting", hang_up=True))
    assert call.call.transcript.of("notification")[0]["attempts"] == [204, 202]


async def test_a_batch_is_taken_apart(laptop: Laptop) -> None:
    laptop.simulator.change_settings(batch_size=8)
    call = await play(laptop, hears("main-menu", press="2"), hears("enter-account", press="1234", interval_ms=5))
    sizes = [len(each["body"]["value"]) for each in call.call.transcript.of("notification")]
    assert max(sizes) >= 4
    assert ("account-number", "ok") in call.outcomes
