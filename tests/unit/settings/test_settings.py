"""Settings are read once, whole, and complain by name."""

import pytest

from settings import CallLimits, Canary, Settings, SettingsError

COMPLETE = {
    "BOT_APP_ID": "00000000-0000-0000-0000-00000000b070",
    "BOT_TENANT_ID": "00000000-0000-0000-0000-0000000000cc",
    "BOT_CLIENT_SECRET": "secret",
    "CALLBACK_KEYS": "k" * 32,
    "PUBLIC_BASE_URL": "https://bot.example.test/",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
}


def problems(**changes: str | None) -> str:
    env = {name: value for name, value in {**COMPLETE, **changes}.items() if value is not None}
    with pytest.raises(SettingsError) as caught:
        Settings.from_mapping(env)
    return str(caught.value)


def test_the_defaults_are_microsofts_public_cloud():
    settings = Settings.from_mapping(COMPLETE)
    assert settings.graph_base_url == "https://graph.microsoft.com/v1.0"
    assert settings.login_authority == "https://login.microsoftonline.com"
    assert settings.calling_tenants == (COMPLETE["BOT_TENANT_ID"],)
    assert settings.public_base_url == "https://bot.example.test"


@pytest.mark.parametrize(
    "name",
    ["BOT_APP_ID", "BOT_TENANT_ID", "CALLBACK_KEYS", "PUBLIC_BASE_URL", "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING"],
)
def test_a_missing_variable_is_named(name):
    assert name in problems(**{name: None})


def test_every_problem_is_told_at_once():
    text = problems(BOT_APP_ID=None, CALLBACK_KEYS="short", GRAPH_BASE_URL="ftp://x")
    assert all(name in text for name in ("BOT_APP_ID", "CALLBACK_KEYS", "GRAPH_BASE_URL"))


def test_one_way_to_get_tokens_is_required():
    assert "BOT_IDENTITY_CLIENT_ID" in problems(BOT_CLIENT_SECRET=None)


def test_one_storage_account_is_required():
    assert "AzureWebJobsStorage__accountName" in problems(AzureWebJobsStorage=None)


@pytest.mark.parametrize("name", ["GRAPH_BASE_URL", "PUBLIC_BASE_URL", "LOGIN_AUTHORITY", "CALLING_OPENID_METADATA"])
def test_plain_http_is_refused_off_loopback(name):
    assert name in problems(**{name: "http://graph.example.test"})


def test_plain_http_is_taken_on_loopback():
    settings = Settings.from_mapping({**COMPLETE, "GRAPH_BASE_URL": "http://127.0.0.1:8000/v1.0"})
    assert settings.graph_on_loopback
    assert not settings.on_loopback


def test_the_development_key_is_refused_off_loopback():
    assert "DEVELOPMENT_KEY" in problems(DEVELOPMENT_KEY="anything")


def test_the_app_service_host_name_is_the_public_address():
    env = {**COMPLETE, "WEBSITE_HOSTNAME": "ivr.azurewebsites.net"}
    del env["PUBLIC_BASE_URL"]
    assert Settings.from_mapping(env).public_base_url == "https://ivr.azurewebsites.net"


@pytest.mark.parametrize("value", ["-1", "fast", "2001", "1.5"])
def test_a_malformed_tone_window_is_named(value):
    assert "TONE_REORDER_MS" in problems(TONE_REORDER_MS=value)


def test_a_secret_never_shows_in_an_error():
    assert "hunter2" not in problems(BOT_CLIENT_SECRET="hunter2", BOT_APP_ID=None)


def test_nothing_is_dialled_unless_a_setting_says_so():
    settings = Settings.from_mapping(COMPLETE)
    assert (settings.dial_allow, settings.dial_cap_per_hour, settings.dial_cap_per_customer_per_hour) == ((), 100, 50)
    given = {"DIAL_ALLOW": "+44, +1202", "DIAL_CAP_PER_HOUR": "7", "DIAL_CAP_PER_CUSTOMER_PER_HOUR": "0"}
    settings = Settings.from_mapping({**COMPLETE, **given})
    assert settings.dial_allow == ("+44", "+1202")
    assert (settings.dial_cap_per_hour, settings.dial_cap_per_customer_per_hour) == (7, 0)


@pytest.mark.parametrize("value", ["44", "+", "+0", "*", "+44*", "tel:+44", "+4４", "+44;+1", "+1234567890123456"])
def test_a_prefix_that_no_number_begins_with_is_named(value):
    assert "DIAL_ALLOW" in problems(DIAL_ALLOW=value)


@pytest.mark.parametrize("name", ["DIAL_CAP_PER_HOUR", "DIAL_CAP_PER_CUSTOMER_PER_HOUR"])
@pytest.mark.parametrize("value", ["-1", "many", "100001", "1.5"])
def test_a_malformed_cap_is_named(name, value):
    assert name in problems(**{name: value})


@pytest.mark.parametrize(("text", "direct"), [("0", False), ("1", True)])
def test_direct_invitations_are_off_or_on(text, direct):
    assert Settings.from_mapping({**COMPLETE, "DIRECT_INVITE": text}).direct_invite is direct


def test_a_malformed_direct_invite_is_named():
    assert "DIRECT_INVITE" in problems(DIRECT_INVITE="yes")


def test_calls_are_answered_early_and_not_limited_unless_told():
    settings = Settings.from_mapping(COMPLETE)
    assert settings.early_answer
    assert settings.policy_participants == 0
    assert settings.call_limits == CallLimits(at_once=0, at_once_per_customer=0, per_month=0, per_month_per_customer=0)
    told = Settings.from_mapping({**COMPLETE, "EARLY_ANSWER": "0", "CALLS_AT_ONCE": "80", "CALLS_PER_MONTH": "9000"})
    assert not told.early_answer
    assert (told.call_limits.at_once, told.call_limits.per_month) == (80, 9000)


@pytest.mark.parametrize("name", ["EARLY_ANSWER", "CALLS_AT_ONCE", "CALLS_PER_MONTH_PER_CUSTOMER"])
def test_a_limit_that_is_no_number_is_named(name):
    assert name in problems(**{name: "many"})


def test_no_service_is_asked_unless_a_setting_lists_its_host():
    assert Settings.from_mapping(COMPLETE).http_allow == ()
    given = {"HTTP_ALLOW": "API.example.com, crm.example.com:8443,b.example:443", "HTTP_SECRET_CRM": "Bearer x"}
    settings = Settings.from_mapping(COMPLETE | given)
    assert settings.http_allow == ("api.example.com", "crm.example.com:8443", "b.example")
    assert settings.http_secrets == {"CRM": "Bearer x"}


@pytest.mark.parametrize("value", ["https://api.example.com", "*.example.com", "a b", "host:port"])
def test_what_is_no_host_is_named(value):
    assert "HTTP_ALLOW" in problems(HTTP_ALLOW=value)


@pytest.mark.parametrize("value", ["", "two\nlines", "caf\u00e9"])
def test_a_secret_that_cannot_be_sent_is_named_and_not_shown(value):
    told = problems(HTTP_SECRET_CRM=value)
    assert "HTTP_SECRET_CRM" in told
    assert "caf" not in told


def test_test_calls_go_to_nobody_to_a_user_or_to_a_number_that_somebody_dials() -> None:
    user, account = "0c1f5b00-5555-4a2b-9c3d-00000000a11c", "0c1f5b00-6666-4a2b-9c3d-0000000000aa"
    assert Settings.from_mapping(COMPLETE).canary is None
    told = Settings.from_mapping({**COMPLETE, "CANARY_TO": user})
    assert told.canary == Canary(to=user, application_instance=None)
    told = Settings.from_mapping({**COMPLETE, "CANARY_TO": "+442079460123", "CANARY_FROM": account})
    assert told.canary == Canary(to="+442079460123", application_instance=account)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"CANARY_TO": "Bob"}, "CANARY_TO"),
        ({"CANARY_TO": "+442079460123"}, "CANARY_FROM"),
        ({"CANARY_TO": "+442079460123", "CANARY_FROM": "main"}, "CANARY_FROM"),
        ({"CANARY_FROM": "0c1f5b00-6666-4a2b-9c3d-0000000000aa"}, "CANARY_FROM"),
    ],
)
def test_test_calls_that_cannot_be_placed_are_refused_at_the_start(changes: dict[str, str], name: str) -> None:
    assert name in problems(**changes)
