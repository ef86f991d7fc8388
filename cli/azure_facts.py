"""Facts of a deployment in Azure, asked of the az CLI; what needs no az is asked as on a laptop."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from cli.deploy_plan import Deployment
from cli.doctor_facts import Channel, NotHere, Reply, Unknown
from cli.entra import PERMISSION_IDS
from cli.running import CommandFailed, call
from cli.settings_facts import APP, certificate_days, fetch, flow_problems
from settings import Settings

_AGAIN = "python -m cli deploy"
_STORAGE_ROLES = frozenset(
    {"Storage Blob Data Owner", "Storage Table Data Contributor", "Storage Queue Data Contributor"}
)
#: What the platform resolves before the app reads it; doctor sees the reference, which is as it should be.
_RESOLVED = "@Microsoft.KeyVault("


class AzureFacts:
    """What az says about a deployment. `ask` runs one command; `look_around` must come first."""

    def __init__(
        self,
        it: Deployment,
        *,
        http: httpx.AsyncClient,
        ask: Callable[[tuple[str, ...]], str] = call,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._it = it
        self._http = http
        self._ask = ask
        self._values: dict[str, str] = {}
        self._outputs: dict[str, str] = {}
        self.now = now

    async def look_around(self) -> None:
        """Read the outputs of the deployment and the app's settings. Raises `Unknown`."""
        group = ("--resource-group", self._it.resource_group)
        deployment = ("az", "deployment", "group", "show", "--name", self._it.name, *group)
        outputs = await self._json(*deployment, "--query", "properties.outputs")
        self._outputs = {name: str(each["value"]) for name, each in outputs.items()}
        app = ("az", "functionapp", "config", "appsettings", "list", "--name", self._outputs["functionAppName"])
        listed = await self._json(*app, *group)
        values = {each["name"]: each["value"] or "" for each in listed}
        if values.get("CALLBACK_KEYS", "").startswith(_RESOLVED):
            values["CALLBACK_KEYS"] = "resolved-by-the-platform-from-key-vault"
        self._values = {**values, "WEBSITE_HOSTNAME": self._outputs["functionAppHostName"]}

    def values(self) -> dict[str, str]:
        """The app's settings."""
        return self._values

    async def token(self) -> dict[str, object]:
        """What the token would say: the trust between application and identity is looked at in its place."""
        settings = Settings.from_mapping(self._values)
        trust = ("az", "ad", "app", "federated-credential", "list", "--id", settings.bot_app_id)
        trusted = await self._json(*trust)
        wanted = {
            "subject": self._outputs["identityPrincipalId"],
            "issuer": f"{settings.login_authority}/{settings.bot_tenant_id}/v2.0",
            "audiences": ["api://AzureADTokenExchange"],
        }
        if not any(all(each.get(name) == value for name, value in wanted.items()) for each in trusted):
            raise Unknown("the application does not trust the app's identity", _AGAIN)
        return {"aud": "https://graph.microsoft.com", "tid": settings.bot_tenant_id}

    async def granted(self) -> frozenset[str]:
        """From the app role assignments of the bot's service principal."""
        app_id = Settings.from_mapping(self._values).bot_app_id
        url = f"https://graph.microsoft.com/v1.0/servicePrincipals(appId='{app_id}')/appRoleAssignments"
        assigned = await self._json("az", "rest", "--method", "get", "--url", url)
        names = {id: name for name, id in PERMISSION_IDS.items()}
        return frozenset(names[each["appRoleId"]] for each in assigned["value"] if each["appRoleId"] in names)

    async def fetch(self, method: str, url: str) -> Reply:
        """Ask an address, without a token."""
        return await fetch(self._http, method, url)

    async def certificate_days(self, host: str) -> float:
        """Days for which the certificate is good."""
        return await certificate_days(host, self.now())

    async def channel(self) -> Channel:
        """Of the bot, as Azure has it."""
        shown = await self._resource(
            f"Microsoft.BotService/botServices/{self._outputs['botName']}/channels/MsTeamsChannel", "2022-09-15"
        )
        properties = shown["properties"]["properties"]
        return Channel(
            calling=properties.get("enableCalling") is True and properties.get("isEnabled") is True,
            webhook=str(properties.get("callingWebhook")),
        )

    async def scheduler(self) -> str:
        """Its provisioning state."""
        name = self._outputs.get("schedulerName")
        if not name:
            raise NotHere("Azure Storage is the backend")
        shown = await self._resource(f"Microsoft.DurableTask/schedulers/{name}", "2025-11-01")
        return str(shown["properties"]["provisioningState"])

    async def storage(self) -> None:
        """Whether the identity holds its roles on the account."""
        scope = self._id(f"Microsoft.Storage/storageAccounts/{self._outputs['storageAccountName']}")
        assignee = ("--assignee-object-id", self._outputs["identityPrincipalId"], "--scope", scope)
        query = ("--query", "[].roleDefinitionName")
        held = await self._json("az", "role", "assignment", "list", *assignee, *query)
        missing = sorted(_STORAGE_ROLES - set(held))
        if missing:
            raise Unknown(f"the app's identity lacks {', '.join(missing)} on its storage account", _AGAIN)

    async def media_certificate_days(self) -> float:
        """Of the certificate that the workers get from Key Vault."""
        if not self._outputs.get("scaleSetName"):
            raise NotHere("no media workers")
        show = ("az", "keyvault", "certificate", "show", "--vault-name", self._outputs["keyVaultName"])
        shown = await self._json(*show, "--name", "media", "--query", "attributes.expires")
        return (datetime.fromisoformat(shown).timestamp() - self.now()) / 86400

    async def media_library_days(self) -> float:
        """Nobody tells yet: the worker is not part of this repository."""
        raise NotHere("media workers do not report it yet")

    def flow_problems(self, folder: str) -> list[str]:
        """Of the flows in this checkout, which the next deployment takes."""
        return flow_problems(APP / Path(folder))

    def _id(self, resource: str) -> str:
        return (
            f"/subscriptions/{self._outputs['subscriptionId']}/resourceGroups/{self._it.resource_group}"
            f"/providers/{resource}"
        )

    async def _resource(self, resource: str, version: str) -> dict[str, Any]:
        url = f"https://management.azure.com{self._id(resource)}?api-version={version}"
        return await self._json("az", "rest", "--method", "get", "--url", url)

    async def _json(self, *words: str) -> Any:
        try:
            return json.loads(await asyncio.to_thread(self._ask, (*words, "--output", "json")))
        except CommandFailed as failure:
            raise Unknown(str(failure), "az login; python -m cli deploy") from None
        except ValueError:
            raise Unknown(f"{' '.join(words[:4])} printed no JSON", _AGAIN) from None
