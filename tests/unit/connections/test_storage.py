"""Where recordings lie that are not kept."""

from __future__ import annotations

import pytest

from connections.storage import AccountStorage
from settings import Settings

ENVIRONMENT = {
    "BOT_APP_ID": "app",
    "BOT_TENANT_ID": "tenant",
    "BOT_CLIENT_SECRET": "secret",
    "CALLBACK_KEYS": "k" * 32,
    "AzureWebJobsStorage__accountName": "main",
    "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
}
AWAY, HERE = "https://bot.example.com", "http://127.0.0.1:7071"


@pytest.mark.parametrize(
    ("address", "transient", "warned"), [(AWAY, "", True), (AWAY, "other", False), (HERE, "", False)]
)
def test_an_account_that_they_share_is_warned_of(
    address: str, transient: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    given = {**ENVIRONMENT, "PUBLIC_BASE_URL": address, "TRANSIENT_STORAGE": transient}
    AccountStorage(Settings.from_mapping(given))
    assert ("TRANSIENT_STORAGE is not set" in caplog.text) is warned
