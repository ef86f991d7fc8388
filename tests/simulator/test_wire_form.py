"""Each quirk of real notifications, switched on."""

from __future__ import annotations

import json

import pytest


async def call_with_operation(bot):
    call_id = await bot.up({"user": {"id": "a", "displayName": "Zoë"}})
    await bot.act(call_id, "playPrompt", prompts=[bot.prompt("hello")], clientContext="ü")
    await bot.until(lambda: bool(bot.operations(call_id)))
    bot.simulator.press(call_id, "1")
    bot.simulator.hang_up(call_id)
    await bot.until(lambda: bot.ended(call_id) is not None)
    return call_id


async def test_by_default_ids_are_dashed_and_words_are_camel_case(bot):
    call_id = await call_with_operation(bot)
    for item in bot.of(call_id):
        assert item["resourceUrl"].startswith(f"/communications/calls/{call_id}")
        assert item["resource"].startswith(f"/app/calls/{call_id}")
    assert bot.operations(call_id)[0]["@odata.id"].endswith(bot.operations(call_id)[0]["id"])
    headers, _ = bot.posts[0]
    assert headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("settings", [{"id_form": "upper_hex"}])
async def test_ids_may_be_upper_case_hex(bot):
    call_id = await call_with_operation(bot)
    hexed = call_id.replace("-", "").upper()
    for item in bot.of(call_id):
        assert item["resourceUrl"].startswith(f"/communications/calls/{hexed}")
    assert bot.ended(call_id)["id"] == hexed
    assert len(bot.operations(call_id)[0]["id"]) == 32


@pytest.mark.parametrize("settings", [{"id_form": "mixed"}])
async def test_ids_may_differ_inside_one_notification(bot):
    call_id = await call_with_operation(bot)
    assert bot.of(call_id)[0]["resourceUrl"].endswith(call_id)
    assert bot.ended(call_id)["id"] == call_id.replace("-", "").upper()


@pytest.mark.parametrize("settings", [{"state_case": "pascal", "operation_status_case": "pascal"}])
async def test_words_may_be_capitalised(bot):
    bot.lenient = True  # Graph's schema knows capitals of operations only
    call_id = await call_with_operation(bot)
    assert bot.states(call_id)[:2] == ["Incoming", "Establishing"]
    assert bot.operations(call_id)[0]["status"] == "Completed"


@pytest.mark.parametrize("settings", [{"result_code_form": "string", "subcode_key": "subCode"}])
async def test_results_may_be_spelt_as_in_the_documents(bot):
    bot.lenient = True
    call_id = await call_with_operation(bot)
    info = bot.ended(call_id)["resultInfo"]
    assert (info["code"], info["subCode"]) == ("200", 4521)


@pytest.mark.parametrize(
    "settings", [{"identity_set_type": "communicationsIdentitySet", "participant_id_key": "participantId"}]
)
async def test_identities_may_be_typed_as_in_metadata(bot):
    bot.lenient = True
    call_id = await call_with_operation(bot)
    source = bot.changes(call_id)[0]["source"]
    assert source["identity"]["@odata.type"] == "#microsoft.graph.communicationsIdentitySet"
    assert "participantId" in source


@pytest.mark.parametrize("settings", [{"resource_url_leading_slash": False, "resource_included": False}])
async def test_urls_may_lack_their_slash(bot):
    call_id = await call_with_operation(bot)
    assert all(item["resourceUrl"].startswith("communications/calls/") for item in bot.of(call_id))
    assert not any("resource" in item for item in bot.of(call_id))


@pytest.mark.parametrize("settings", [{"resource_data_as_list": True}])
async def test_a_change_may_be_packed_in_a_list(bot):
    bot.lenient = True
    await call_with_operation(bot)
    assert all(isinstance(item["resourceData"], list) for _, body in bot.posts for item in json.loads(body)["value"])


@pytest.mark.parametrize("settings", [{"identity_tenant_ids": False, "beyond_metadata": True}])
async def test_payloads_may_say_less_and_more_than_the_metadata(bot):
    call_id = await call_with_operation(bot)
    assert "tenantId" not in bot.changes(call_id)[0]["source"]["identity"]["user"]
    assert bot.ended(call_id)["mediaHostedRegion"] == "EUWE"
    assert {"createdDateTime", "lastActionDateTime", "completionReason"} <= set(bot.operations(call_id)[0])


@pytest.mark.parametrize("settings", [{"webhook_charset": "Windows-1252"}])
async def test_a_body_may_be_in_an_old_charset(bot):
    call_id = await call_with_operation(bot)
    headers, body = bot.posts[0]
    assert headers["Content-Type"] == "application/json; charset=Windows-1252"
    assert "Zoë".encode("cp1252") in body
    assert bot.changes(call_id)[0]["source"]["identity"]["user"]["displayName"] == "Zoë"


@pytest.mark.parametrize("settings", [{"webhook_charset": "Windows-1252"}])
async def test_what_an_old_charset_lacks_is_escaped(bot):
    call_id = bot.simulator.ring({"user": {"id": "a", "displayName": "Дора"}})
    await bot.until(lambda: bool(bot.of(call_id)))
    assert bot.changes(call_id)[0]["source"]["identity"]["user"]["displayName"] == "Дора"
