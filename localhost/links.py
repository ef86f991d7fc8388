"""The addresses a durable client is given: the value of the durableClient binding and the management URLs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

WEBHOOK_PATH = "/runtime/webhooks/durabletask"
RPC_PATH = "/durabletask"


@dataclass(frozen=True, kw_only=True)
class Links:
    """URLs below `base_url` for one task hub, with the key that opens the webhooks."""

    base_url: str
    hub: str
    key: str

    def management(self, instance: str) -> dict[str, str]:
        """What a client answers 202 with, as the extension's `HttpManagementPayload`."""
        path = f"{self.base_url}{WEBHOOK_PATH}/instances/{quote(instance, safe='')}"
        query = f"taskHub={quote(self.hub)}&connection=Storage&code={quote(self.key)}"
        return {
            "id": instance,
            "statusQueryGetUri": f"{path}?{query}",
            "sendEventPostUri": f"{path}/raiseEvent/{{eventName}}?{query}",
            "terminatePostUri": f"{path}/terminate?reason={{text}}&{query}",
            "rewindPostUri": f"{path}/rewind?reason={{text}}&{query}",
            "purgeHistoryDeleteUri": f"{path}?{query}",
            "restartPostUri": f"{path}/restart?{query}",
            "suspendPostUri": f"{path}/suspend?reason={{text}}&{query}",
            "resumePostUri": f"{path}/resume?reason={{text}}&{query}",
        }

    def client_json(self) -> str:
        """The durableClient binding's value; the SDK puts an instance id where "INSTANCEID" stands."""
        create = f"{self.base_url}{WEBHOOK_PATH}/orchestrators/{{functionName}}[/{{instanceId}}]?code={quote(self.key)}"
        return json.dumps(
            {
                "taskHubName": self.hub,
                "creationUrls": {
                    "createNewInstancePostUri": create,
                    "createAndWaitOnNewInstancePostUri": f"{create}&timeout={{timeoutInSeconds}}",
                },
                "managementUrls": self.management("INSTANCEID"),
                "baseUrl": f"{self.base_url}{WEBHOOK_PATH}",
                "requiredQueryStringParameters": f"code={quote(self.key)}",
                "rpcBaseUrl": f"{self.base_url}{RPC_PATH}/",
            }
        )
