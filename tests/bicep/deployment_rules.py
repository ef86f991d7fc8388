"""What must hold of this deployment: who may do what, what is closed, what is kept, and what the app is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bicep_code import BicepFile, Code, Resource, at, objects, resolve
from language_rules import Files, Rule

from cli.target_pip import TARGET_PYTHON
from connections.storage import TRANSIENT
from settings import Settings, SettingsError

ROOT = Path(__file__).resolve().parents[2]

#: Data-plane roles that the app may hold. None can change, read the settings of, or delete a resource.
ROLES = {
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "0ad04412-c4d5-4796-b79c-f76d14c8d402": "Durable Task Data Contributor",
    "f2dc8367-1007-4938-bd23-fe263f013447": "Cognitive Services Speech User",
}
#: Settings that the platform reads, not settings.py.
PLATFORM = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__credential",
    "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
    "TASKHUB_NAME",
}
#: What interpolations of names come to, at their longest.
LONGEST = {"prefix": "p" * 20, "unique": "u" * 13, "endpoint.name": "transient-blob", "alert.name": "answer-latency"}
NAME_FORMS = {
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    "Microsoft.KeyVault/vaults": r"[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]",
    "Microsoft.Web/sites": r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]",
    "Microsoft.BotService/botServices": r"[A-Za-z0-9][\w.-]{1,41}",
    "Microsoft.DurableTask/schedulers": r"[A-Za-z0-9-]{3,64}",
    "Microsoft.Compute/virtualMachineScaleSets": r"[A-Za-z0-9-]{1,64}",
    "Microsoft.Insights/scheduledQueryRules": r"[\w-]{1,260}",
}
_SECRET_NAME = re.compile(r"password|secret|token|(callback|access|account|shared)_?keys?$", re.IGNORECASE)
_SECRET_TEXT = re.compile(r"AccountKey=|SharedAccess|sig=|[A-Za-z0-9+]{40,}={0,2}|PRIVATE KEY")


def _of(files: Files, type_: str) -> Iterator[tuple[str, str, Resource, BicepFile]]:
    for name, file in files.items():
        for symbol, resource in file.resources.items():
            if resource.type == type_ and not resource.existing:
                yield name, symbol, resource, file


def _must(files: Files, type_: str, wanted: dict[str, Any]) -> Iterator[tuple[str, str]]:
    found = False
    for name, symbol, resource, _ in _of(files, type_):
        found = True
        for path, value in wanted.items():
            given = at(resource.body, path)
            if given != value:
                yield name, f"{symbol}: {path} is {given!r}, not {value!r}"
    if not found:
        yield "main.bicep", f"there is no {type_}"


def secrets(files: Files) -> Iterator[tuple[str, str]]:
    for name, file in files.items():
        yield from (
            (name, f"{each}() reads keys: use an identity") for each in file.calls if re.match(r"list[A-Z]", each)
        )
        yield from ((name, f"{each}() reads keys") for each in re.findall(r"\.(list[A-Z]\w*)\(", file.text))
        for each, one in file.parameters.items():
            if _SECRET_NAME.search(each) and "secure" not in one.decorators:
                yield name, f"{each} must be @secure()"
            if "secure" in one.decorators and one.has_default and one.default and "newGuid()" not in one.default:
                yield name, f"{each} has a secret as its default"
        secure = {each for each, one in file.parameters.items() if "secure" in one.decorators}
        for each, one in file.outputs.items():
            if any(re.search(rf"\b{secret}\b", str(one.value)) for secret in secure):
                yield name, f"output {each} tells a secret"
        if hit := _SECRET_TEXT.search(file.text):
            yield name, f"{hit[0][:12]}... looks like a secret"


def secrets_stay_secret(files: Files) -> Iterator[tuple[str, str]]:
    """What is secret in one file is secret in the module it is given to."""
    for name, file in files.items():
        secure = {each for each, one in file.parameters.items() if "secure" in one.decorators}
        for symbol, module in file.modules.items():
            called = files.get(module.file)
            for parameter, value in module.body.get("params", {}).items():
                taken = called.parameters.get(parameter) if called else None
                given = any(re.search(rf"\b{each}\b", str(value)) for each in secure)
                if taken and given and "secure" not in taken.decorators:
                    yield name, f"{symbol}.{parameter} must be @secure()"


def storage(files: Files) -> Iterator[tuple[str, str]]:
    closed = {
        "properties.allowBlobPublicAccess": False,
        "properties.allowSharedKeyAccess": False,
        "properties.minimumTlsVersion": "TLS1_2",
        "properties.supportsHttpsTrafficOnly": True,
    }
    yield from _must(files, "Microsoft.Storage/storageAccounts", closed)
    yield from _must(
        files, "Microsoft.Storage/storageAccounts/blobServices/containers", {"properties.publicAccess": "None"}
    )
    kept = {"mainBlobs": True, "transientBlobs": False}
    for name, symbol, resource, _ in _of(files, "Microsoft.Storage/storageAccounts/blobServices"):
        for policy in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
            if at(resource.body, f"properties.{policy}.enabled") is not kept.get(symbol):
                yield name, f"{symbol}: soft delete is for kept recordings and for nothing transient ({policy})"


def containers(files: Files) -> Iterator[tuple[str, str]]:
    """The app and the workers write into the containers that lifecycle rules and roles are about."""
    made = resolve(files["modules/storage.bicep"], Code("containers"))
    for name, file in files.items():
        for symbol, resource in file.resources.items():
            if not resource.type.endswith("/blobServices/containers") or isinstance(resource.body["name"], Code):
                continue
            of_transient = resource.body["parent"] == "transientBlobs"
            if resource.body["name"] not in ([TRANSIENT] if of_transient else made):
                yield name, f"{symbol}: nobody writes into {resource.body['name']}"


def vault(files: Files) -> Iterator[tuple[str, str]]:
    wanted = {
        f"properties.{each}": True for each in ("enablePurgeProtection", "enableRbacAuthorization", "enableSoftDelete")
    }
    yield from _must(files, "Microsoft.KeyVault/vaults", wanted)


def roles(files: Files) -> Iterator[tuple[str, str]]:
    for name, symbol, resource, _ in _of(files, "Microsoft.Authorization/roleAssignments"):
        if not resource.body.get("scope"):
            yield name, f"{symbol} holds for the whole resource group: give it one resource as its scope"
        if at(resource.body, "properties.principalType") != "ServicePrincipal":
            yield name, f"{symbol}: principalType must be ServicePrincipal, or a new identity is not found at first"
    for name, file in files.items():
        lines = file.text.splitlines()
        for number, line in enumerate(lines):
            for role in re.findall(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'", line):
                above = " ".join(lines[max(0, number - 2) : number])
                if role not in ROLES:
                    yield name, f"{role} is not a data-plane role that the app may hold"
                elif f"// {ROLES[role]}. Reason: " not in above:
                    yield name, f"{role} needs a comment: {ROLES[role]}. Reason: ..."
        if "roleDefinitions@" in file.text:
            yield name, "no roles of our own making"


def app_settings(files: Files) -> Iterator[tuple[str, str]]:
    for name, symbol, resource, file in _of(files, "Microsoft.Web/sites"):
        listed = resolve(file, at(resource.body, "properties.siteConfig.appSettings")) or []
        listed = [each for each in listed if not isinstance(each["name"], Code)]  # a parameter file says which
        given = {each["name"]: str(each["value"]) for each in listed}
        if len(given) != len(listed):
            yield name, f"{symbol}: a setting is there twice"
        source = (ROOT / "settings.py").read_text(encoding="utf-8")
        unread = [each for each in given if each not in PLATFORM and f'"{each}"' not in source]
        yield from ((name, f"{each} is read by nobody") for each in unread)
        environment = {**given, "CALLBACK_KEYS": "k" * 32, "DIAL_ALLOW": "", "WEBSITE_HOSTNAME": "x.azurewebsites.net"}
        if "CALLBACK_KEYS" not in given:
            del environment["CALLBACK_KEYS"]
        try:
            Settings.from_mapping(environment)
        except SettingsError as error:
            yield from ((name, problem) for problem in error.problems)
        missing = PLATFORM - set(given)
        yield from ((name, f"{each} is missing") for each in missing)
        if given.get("AzureWebJobsStorage") or given.get("BOT_CLIENT_SECRET"):
            yield name, "no connection strings and no client secrets in Azure"


def further_settings(files: Files) -> Iterator[tuple[str, str]]:
    """What parameter files set by name is something that settings.py reads, and nothing that the template sets."""
    folder = files["main.bicep"].path.parent
    source = (ROOT / "settings.py").read_text(encoding="utf-8")
    template = files["modules/function_app.bicep"].text
    for path in sorted(folder.rglob("*.parameters.json")):
        given = json.loads(path.read_text(encoding="utf-8"))["parameters"].get("moreSettings", {}).get("value", {})
        for each, value in given.items():
            name = path.relative_to(folder).as_posix()
            if f'"{each}"' not in source or f"'{each}'" in template:
                yield name, f"{each} is read by nobody, or set by the template"
            if not isinstance(value, str):
                yield name, f"{each} must be text"


def function_app(files: Files) -> Iterator[tuple[str, str]]:
    wanted = {
        "properties.httpsOnly": True,
        "properties.siteConfig.minTlsVersion": "1.2",
        "properties.siteConfig.ftpsState": "Disabled",
        "properties.functionAppConfig.deployment.storage.authentication.type": "UserAssignedIdentity",
        "properties.keyVaultReferenceIdentity": "identityId",
    }
    yield from _must(files, "Microsoft.Web/sites", wanted)
    yield from _must(files, "Microsoft.Web/serverfarms", {"sku.name": "FC1"})
    yield from _must(files, "Microsoft.Web/sites/basicPublishingCredentialsPolicies", {"properties.allow": False})
    for name, symbol, resource, file in _of(files, "Microsoft.Web/sites"):
        scaling = at(resource.body, "properties.functionAppConfig.scaleAndConcurrency") or {}
        if {each["name"] for each in scaling.get("alwaysReady", [])} != {"http", "durable"}:
            yield name, f"{symbol}: one instance must be ready for http and one for durable"
        if at(scaling, "triggers.http.perInstanceConcurrency") is None:
            yield name, f"{symbol}: HTTP concurrency is left to chance"
        version = resolve(file, at(resource.body, "properties.functionAppConfig.runtime.version"))
        if version != TARGET_PYTHON:
            yield name, f"{symbol}: Python {version}, but the package is made for {TARGET_PYTHON}"


def bot(files: Files) -> Iterator[tuple[str, str]]:
    yield from _must(
        files,
        "Microsoft.BotService/botServices",
        {"properties.msaAppType": "SingleTenant", "properties.disableLocalAuth": True},
    )
    channel = {
        "name": "MsTeamsChannel",
        "properties.properties.enableCalling": True,
        "properties.properties.isEnabled": True,
        "properties.properties.acceptedTerms": True,
        # The route that triggers/callbacks.py serves.
        "properties.properties.callingWebhook": "${publicBaseUrl}/api/callbacks",
        "properties.properties.incomingCallRoute": "graphPma",
    }
    yield from _must(files, "Microsoft.BotService/botServices/channels", channel)


def scheduler(files: Files) -> Iterator[tuple[str, str]]:
    hub = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))["extensions"]["durableTask"]["hubName"]
    if files["main.bicep"].variables.get("taskHubName") != hub:
        yield "main.bicep", f"the task hub must be named {hub}, as in host.json"
    yield from _must(files, "Microsoft.DurableTask/schedulers", {"properties.ipAllowlist": "allowedAddresses"})


def monitoring(files: Files) -> Iterator[tuple[str, str]]:
    yield from _must(files, "Microsoft.Insights/components", {"properties.DisableLocalAuth": True})
    file = files["modules/monitoring.bicep"]
    names = {each["name"] for each in file.variables.get("alerts", [])}
    if names != {"answer-latency", "failed-calls", "orphans", "throttled", "canary"}:
        yield "modules/monitoring.bicep", f"alerts are {sorted(names)}"
    yield from _must(files, "Microsoft.Insights/scheduledQueryRules", {"properties.enabled": True})
    code = "".join(
        path.read_text("utf-8") for room in ("triggers", "activities") for path in (ROOT / room).glob("*.py")
    )
    workbook = (files["main.bicep"].path.parent / "workbook.json").read_text(encoding="utf-8").replace('\\"', '"')
    for where, text in (("modules/monitoring.bicep", file.text), ("workbook.json", workbook)):
        for listed in re.findall(r'Name (?:==|in) \(?((?:"\w+"(?:, )?)+)\)?', text):
            for function in re.findall(r'"(\w+)"', listed):
                if not re.search(rf"def {function}\(", code):
                    yield where, f"no function is called {function}"
    logged = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "triggers").glob("*.py")))
    for words in re.findall(r'Message (?:startswith|endswith) "([^"]+)"', file.text):
        if words not in logged:
            yield "modules/monitoring.bicep", f"nothing logs {words!r}"


def media_workers(files: Files) -> Iterator[tuple[str, str]]:
    profile = "properties.virtualMachineProfile"
    wanted = {
        "properties.orchestrationMode": "Uniform",
        "properties.overprovision": False,
        "properties.upgradePolicy.mode": "Rolling",
        f"{profile}.priority": "Regular",
        f"{profile}.scheduledEventsProfile.terminateNotificationProfile.enable": True,
        f"{profile}.scheduledEventsProfile.terminateNotificationProfile.notBeforeTimeout": "PT15M",
    }
    yield from _must(files, "Microsoft.Compute/virtualMachineScaleSets", wanted)
    for name, symbol, resource, _ in _of(files, "Microsoft.Compute/virtualMachineScaleSets"):
        extensions = at(resource.body, f"{profile}.extensionProfile.extensions") or []
        of_type = {at(each, "properties.type"): each["properties"] for each in extensions}
        health = of_type.get("ApplicationHealthWindows", {})
        if health.get("typeHandlerVersion") != "2.0":
            yield name, f"{symbol}: rich health (ApplicationHealthWindows 2.0) tells who is busy"
        script = of_type.get("CustomScriptExtension", {})
        if "commandToExecute" in script.get("settings", {}):
            yield name, f"{symbol}: the install command belongs into protectedSettings"
        if "KeyVaultForWindows" not in of_type:
            yield name, f"{symbol}: the certificate comes from Key Vault and is renewed from there"
        if not any("publicIPAddressConfiguration" in each for _, each in objects(resource.body)):
            yield name, f"{symbol}: each worker needs a public address of its own"
    for name, symbol, resource, _ in _of(files, "Microsoft.Network/loadBalancers"):
        if at(resource.body, "properties.inboundNatPools") or not list(
            _of(files, "Microsoft.Network/loadBalancers/inboundNatRules")
        ):
            yield name, f"{symbol}: inbound NAT rules v2; pools are retired"
    for name, symbol, resource, _ in _of(files, "Microsoft.Insights/autoscaleSettings"):
        if any(each.get("direction") == "Decrease" for _, each in objects(resource.body)):
            yield name, f"{symbol}: a rule must not take away a worker that has calls"


def workers_are_not_the_app(files: Files) -> Iterator[tuple[str, str]]:
    """Whoever takes over a worker must not be able to speak to Graph as the bot, or to read its inbox."""
    modules = files["main.bicep"].modules
    media = modules["media"].body["params"]
    for parameter in ("identityId", "identityClientId"):
        if not re.match(r"workersIdentity\b", str(media.get(parameter))):
            yield "main.bicep", f"media: {parameter} must be that of workersIdentity"
    if not re.match(r"workersIdentity\b", str(modules["workersRbac"].body["params"].get("principalId"))):
        yield "main.bicep", "workersRbac must be about workersIdentity"
    for name, symbol, resource, _ in _of(files, "Microsoft.Authorization/roleAssignments"):
        allowed = {"keptRecordings", "transientRecordings", "certificate", "insights"}
        if name == "modules/rbac_workers.bicep" and resource.body.get("scope") not in allowed:
            yield name, f"{symbol}: workers have nothing to do with {resource.body.get('scope')}"


def network(files: Files) -> Iterator[tuple[str, str]]:
    everybody = {"*", "Internet", "0.0.0.0/0", "Any"}
    for name, symbol, resource, _ in _of(files, "Microsoft.Network/networkSecurityGroups"):
        for _, each in objects(resource.body):
            entry = each.get("access") == "Allow" and each.get("direction") == "Inbound"
            open_wide = each.get("sourceAddressPrefix") in everybody
            if entry and (open_wide or each.get("destinationPortRange") in {"*", "3389", "22"}):
                yield name, f"{symbol}: {each.get('description')} opens too much"


def resource_names(files: Files) -> Iterator[tuple[str, str]]:
    for type_, form in NAME_FORMS.items():
        for name, symbol, resource, _ in _of(files, type_):
            given = resource.body.get("name", "")
            longest = re.sub(r"\$\{([^}]+)\}", lambda hole: LONGEST.get(hole[1], hole[0]), given)
            if not isinstance(given, Code) or not re.fullmatch(form, longest):
                yield name, f"{symbol}: {longest!r} is no name for it, or two deployments would share it"


def tagged(files: Files) -> Iterator[tuple[str, str]]:
    for name, file in files.items():
        for symbol, resource in file.resources.items():
            top = resource.type.count("/") == 1 and not resource.type.startswith("Microsoft.Authorization")
            if top and not resource.existing and resource.body.get("tags") != "tags":
                yield name, f"{symbol} is not tagged: `callwright destroy` goes by the tags"


DEPLOYMENT: list[Rule] = [
    secrets,
    secrets_stay_secret,
    storage,
    containers,
    vault,
    roles,
    app_settings,
    further_settings,
    function_app,
    bot,
    scheduler,
    monitoring,
    media_workers,
    workers_are_not_the_app,
    network,
    resource_names,
    tagged,
]
