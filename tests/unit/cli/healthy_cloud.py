"""A deployment in Azure where all is well, as az and its addresses tell of it; tests break one answer at a time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx

from cli.azure_facts import AzureFacts
from cli.deploy_plan import Deployment
from cli.doctor_checks import Finding, examine
from cli.doctor_facts import Reply
from cli.entra import ASKED, PERMISSION_IDS

OUTPUTS = {
    "functionAppName": "callwright-abc",
    "functionAppHostName": "callwright-abc.azurewebsites.net",
    "identityPrincipalId": "11111111-2222-4333-8444-555555555555",
    "storageAccountName": "cwabcm",
    "botName": "callwright-bot",
    "schedulerName": "callwright-scheduler",
    "keyVaultName": "cwabckv",
    "scaleSetName": "callwright-workers",
    "subscriptionId": "5b5c7a6e-0000-4000-8000-00000000f00d",
}
TENANT = "0c1f5b00-5555-4a2b-9c3d-000000007e4a"
APP_ID = "0c1f5b00-5555-4a2b-9c3d-00000000b070"
HOST = f"https://{OUTPUTS['functionAppHostName']}"
APP_SETTINGS = {
    "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
    "AzureWebJobsStorage__accountName": "cwabcm",
    "BOT_APP_ID": APP_ID,
    "BOT_IDENTITY_CLIENT_ID": "22222222-2222-4333-8444-555555555555",
    "BOT_TENANT_ID": TENANT,
    "CALLBACK_KEYS": "@Microsoft.KeyVault(SecretUri=https://cwabckv.vault.azure.net/secrets/callback-keys)",
}
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"


class Cloud:
    """What a healthy deployment answers; tests break one answer at a time."""

    def __init__(self) -> None:
        self.settings = dict(APP_SETTINGS)
        credential = {"subject": OUTPUTS["identityPrincipalId"], "issuer": ISSUER}
        self.credentials = [{**credential, "audiences": ["api://AzureADTokenExchange"]}]
        self.granted = [PERMISSION_IDS[name] for name in ASKED]
        self.channel = {"enableCalling": True, "isEnabled": True, "callingWebhook": f"{HOST}/api/callbacks"}
        self.scheduler = "Succeeded"
        self.roles = [
            f"Storage {each}" for each in ("Blob Data Owner", "Table Data Contributor", "Queue Data Contributor")
        ]
        self.certificate = "2099-01-01T00:00:00+00:00"
        self.days = 90.0
        self.skew_s = 0.0
        self.statuses = {"/api/health": 200, "/api/callbacks": 403, "/communications/calls": 401}
        self.keys = True

    def ask(self, words: tuple[str, ...]) -> str:
        line = " ".join(words)
        answers = {
            "deployment group show": {name: {"value": value} for name, value in OUTPUTS.items()},
            "appsettings list": [{"name": name, "value": value} for name, value in self.settings.items()],
            "federated-credential list": self.credentials,
            "appRoleAssignments": {"value": [{"appRoleId": each} for each in self.granted]},
            "MsTeamsChannel": {"properties": {"properties": self.channel}},
            "Microsoft.DurableTask": {"properties": {"provisioningState": self.scheduler}},
            "role assignment list": self.roles,
            "keyvault certificate show": self.certificate,
        }
        return json.dumps(next(answer for beginning, answer in answers.items() if beginning in line))

    async def fetch(self, method: str, url: str) -> Reply:
        status = next((status for path, status in self.statuses.items() if url.endswith(path)), 200)
        body: dict[str, object] = {"status": "alive", "version": "1"} if status == 200 else {}
        if url.endswith("openid-configuration"):
            body = {"issuer": ISSUER}
        if url.endswith("OpenIdConfiguration"):
            body = {"jwks_uri": "https://x"} if self.keys else {}
        return Reply(status=status, at=time.time() - self.skew_s, body=body)

    async def examined(self) -> list[Finding]:
        it = Deployment(parameters=Path("x"), name="callwright", resource_group="rg", location="westeurope")
        async with httpx.AsyncClient() as http:
            facts = AzureFacts(it, http=http, ask=self.ask)
            facts.fetch = self.fetch
            facts.certificate_days = self.certificate_days
            await facts.look_around()
            return await examine(facts)

    async def certificate_days(self, host: str) -> float:
        assert host == OUTPUTS["functionAppHostName"]
        return self.days
