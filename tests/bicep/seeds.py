"""Mistakes, each made by one replacement in one file, with the rule that must find it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seed:
    mistake: str
    rule: str
    file: str
    right: str
    wrong: str


_MAIN = "main.bicep"
_APP = "modules/function_app.bicep"
_BOT = "modules/bot.bicep"
_MEDIA = "modules/media_workers.bicep"
_RBAC = "modules/rbac.bicep"
_STORAGE = "modules/storage.bicep"
_VAULT = "modules/key_vault.bicep"
_MONITORING = "modules/monitoring.bicep"
_NETWORK = "modules/network.bicep"
_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"

SEEDS = [
    Seed("a brace is missing", "syntax", _BOT, "    name: 'S1'\n  }", "    name: 'S1'\n"),
    Seed("a spread, which few parsers read", "syntax", _MAIN, "  application: 'callwright'", "  ...others"),
    Seed("a parameter that nobody explains", "described", _BOT, "@description('Tags of every resource.')\n", ""),
    Seed("an output that nobody explains", "described", _BOT, "@description('Name of the bot.')\n", ""),
    Seed(
        "a misspelt name",
        "names",
        _MAIN,
        "param location string = resourceGroup",
        "param locatoin string = resourceGroup",
    ),
    Seed("a variable that is not used", "names", _MAIN, "var managed", "var spare = 1\nvar managed"),
    Seed("a name declared twice", "names", _BOT, "param displayName string", "param prefix string"),
    Seed("a module that is not there", "modules", _MAIN, "modules/bot.bicep", "modules/bots.bicep"),
    Seed(
        "a parameter that a module does not take",
        "modules",
        _MAIN,
        "    subnetId: ownNetwork",
        "    subnet: ownNetwork",
    ),
    Seed("a parameter that a module needs", "modules", _MAIN, "    flows: flows\n", ""),
    Seed("an output that a module does not have", "modules", _MAIN, "bot.outputs.name", "bot.outputs.botName"),
    Seed("a module that nothing calls", "every_module_is_used", _MAIN, "modules/speech.bicep", "modules/bot.bicep"),
    Seed("a preview version", "resource_types", _BOT, "botServices@2022-09-15", "botServices@2023-09-15-preview"),
    Seed("two versions of one type", "resource_types", _RBAC, "vaults@2024-11-01", "vaults@2023-07-01"),
    Seed("a misspelt property", "properties", _BOT, "enableCalling:", "enableCaling:"),
    Seed("a missing required property", "properties", _STORAGE, "  kind: 'StorageV2'\n", ""),
    Seed("a value that does not exist", "properties", _MEDIA, "mode: 'Rolling'", "mode: 'Roling'"),
    Seed("a property in the wrong place", "properties", _APP, "    httpsOnly: true\n", "    minTlsVersion: '1.2'\n"),
    Seed(
        "a parameter file with a misspelt name",
        "parameter_files",
        "main.parameters.json",
        "durableBackend",
        "durableBackEnd",
    ),
    Seed("a parameter file with a wrong value", "parameter_files", "main.parameters.json", "azureManaged", "netherite"),
    Seed("a secret in a parameter file", "parameter_files", "main.parameters.json", "durableBackend", "callbackKeys"),
    Seed(
        "a storage key in an app setting",
        "secrets",
        _APP,
        "value: storageAccountName",
        "value: listKeys(storageAccountName, '2024-01-01').keys[0].value",
    ),
    Seed(
        "a secret parameter that is not secure",
        "secrets",
        _VAULT,
        "@secure()\nparam callbackKeys",
        "param callbackKeys",
    ),
    Seed("a secret with a default", "secrets", _MAIN, "'Aa1!${newGuid()}'", "'Passw0rd!'"),
    Seed(
        "an output that tells a secret",
        "secrets",
        _VAULT,
        "output name string = vault.name",
        "output name string = callbackKeys",
    ),
    Seed(
        "a secret given to what does not keep it",
        "secrets_stay_secret",
        _MAIN,
        "    displayName: botDisplayName",
        "    displayName: callbackKeys",
    ),
    Seed("storage keys allowed", "storage", _STORAGE, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
    Seed("public blobs", "storage", _STORAGE, "      publicAccess: 'None'", "      publicAccess: 'Blob'"),
    Seed("old TLS on storage", "storage", _STORAGE, "'TLS1_2'", "'TLS1_0'"),
    Seed(
        "transient recordings that can be restored",
        "storage",
        _STORAGE,
        "    deleteRetentionPolicy: {\n      enabled: false",
        "    deleteRetentionPolicy: {\n      days: 7\n      enabled: true",
    ),
    Seed("a vault that can be purged", "vault", _VAULT, "enablePurgeProtection: true", "enablePurgeProtection: false"),
    Seed("a role over resources", "roles", _RBAC, _OWNER, "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    Seed(
        "a role without a reason", "roles", _RBAC, "// Storage Blob Data Owner. Reason:", "// Storage Blob Data Owner:"
    ),
    Seed("a role on everything", "roles", _RBAC, "  scope: insights\n", ""),
    Seed("a misspelt app setting", "app_settings", _APP, "'BOT_TENANT_ID'", "'BOT_TENANTID'"),
    Seed("a missing app setting", "app_settings", _APP, "  {\n    name: 'BOT_APP_ID'\n    value: botAppId\n  }\n", ""),
    Seed("strict typing left off", "app_settings", _APP, "    value: '1'", "    value: '0'"),
    Seed(
        "a misspelt setting in a parameter file",
        "further_settings",
        "parameters/private.parameters.json",
        '"TONE_REORDER_MS"',
        '"TONE_REORDER"',
    ),
    Seed("plain http", "function_app", _APP, "httpsOnly: true", "httpsOnly: false"),
    Seed("nothing ready for calls", "function_app", _APP, "name: 'http'\n", "name: 'blob'\n"),
    Seed("another Python than the package's", "function_app", _APP, "'3.11'", "'3.12'"),
    Seed("publishing with a password", "function_app", _APP, "allow: false", "allow: true"),
    Seed("calling left off", "bot", _BOT, "enableCalling: true", "enableCalling: false"),
    Seed("a webhook that nobody serves", "bot", _BOT, "/api/callbacks'", "/api/calling'"),
    Seed("a bot of many tenants", "bot", _BOT, "'SingleTenant'", "'MultiTenant'"),
    Seed(
        "another task hub than host.json's",
        "scheduler",
        _MAIN,
        "taskHubName = 'Callwright'",
        "taskHubName = 'callwright2'",
    ),
    Seed(
        "an alert that watches a function of another name",
        "monitoring",
        _MONITORING,
        '"answer_call"',
        '"answered_call"',
    ),
    Seed("an alert lost", "monitoring", _MONITORING, "name: 'orphans'", "name: 'orphan'"),
    Seed("telemetry with a key", "monitoring", _MONITORING, "DisableLocalAuth: true", "DisableLocalAuth: false"),
    Seed("workers that Azure may take back", "media_workers", _MEDIA, "priority: 'Regular'", "priority: 'Spot'"),
    Seed("a worker told too late", "media_workers", _MEDIA, "'PT15M'", "'PT5M'"),
    Seed(
        "health that knows no busy", "media_workers", _MEDIA, "typeHandlerVersion: '2.0'", "typeHandlerVersion: '1.0'"
    ),
    Seed("a rule that takes busy workers away", "media_workers", _MEDIA, "'Increase'", "'Decrease'"),
    Seed("the install command in the open", "media_workers", _MEDIA, "protectedSettings: {", "settings: {"),
    Seed(
        "media ports open to everybody",
        "network",
        _NETWORK,
        "sourceAddressPrefix: functionsRange",
        "sourceAddressPrefix: '*'",
    ),
    Seed(
        "workers that are the app",
        "workers_are_not_the_app",
        _MAIN,
        "identityId: workersIdentity!.outputs.id",
        "identityId: identity.outputs.id",
    ),
    Seed(
        "workers that read the whole account",
        "workers_are_not_the_app",
        "modules/rbac_workers.bicep",
        "scope: keptRecordings",
        "scope: storageAccount",
    ),
    Seed("a container that nobody writes into", "containers", _STORAGE, "name: 'transient'", "name: 'recordings'"),
    Seed("an alert for a line that nobody logs", "monitoring", _MONITORING, '"closing the call"', '"closing a call"'),
    Seed("a storage name with hyphens", "resource_names", _STORAGE, "name: 'cw${unique}m'", "name: 'cw-${unique}-m'"),
    Seed("a name that two deployments share", "resource_names", _VAULT, "name: 'cw${unique}kv'", "name: 'callwright'"),
    Seed("a resource that destroy does not find", "tagged", _BOT, "  tags: tags\n", ""),
]
